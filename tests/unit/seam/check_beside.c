/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages augmented in a row take a way of their own through the module. It must answer as the leaf
 * does, alone and with several threads that want the same entries or the same pages. */
#include <pthread.h>
#include <stdatomic.h>

#include "tests/unit/seam/rig.h"

#define THREADS 4u
#define PAGES	512u
#define WARM	4u /* pages augmented before something is spoiled */
#define SIZE_2M 0x200000ull
#define NEXT	(WARM * 4096ull)
#define TDR	RIG_BASE

static struct rig rig;

static void open_in_a_row(void)
{
	rig_open(&rig, NULL, STAGE_RUNNABLE);
	for (uint64_t i = 0; i < WARM; i++)
		rig_must(&rig, TDH_MEM_PAGE_AUG, i << 12, rig.tdr, RIG_DATA + (i << 12), 0);
}

/* After a few pages that went well: one operand or lock that is not. */
static const struct {
	enum { NO_LOCK, HELD_OP, HELD_TREE, HELD_ENTRY, HELD_PAGE, HELD_TDR, FATAL } spoil;
	uint64_t leaf, rcx, rdx, r8;
	uint64_t want;
} rows[] = {
	{ NO_LOCK, TDH_MEM_PAGE_AUG, NEXT, TDR, RIG_DATA + NEXT, TDX_SUCCESS },
	{ NO_LOCK, TDH_MEM_PAGE_AUG | TDX_LEAF_V1, NEXT, TDR, RIG_DATA + NEXT, TDX_OPERAND_INVALID },
	{ NO_LOCK, TDH_MEM_PAGE_AUG, NEXT + 8, TDR, RIG_DATA + NEXT, TDX_OPERAND_INVALID | 1 },
	{ NO_LOCK, TDH_MEM_PAGE_AUG, NEXT | 1ull << 52, TDR, RIG_DATA + NEXT, TDX_OPERAND_INVALID | 1 },
	{ NO_LOCK, TDH_MEM_PAGE_AUG, SIZE_2M, TDR, RIG_DATA + NEXT, TDX_EPT_WALK_FAILED | 1 },
	{ NO_LOCK, TDH_MEM_PAGE_AUG, NEXT, TDR + 4096, RIG_DATA + NEXT,
	  TDX_PAGE_METADATA_INCORRECT | 2 },
	{ NO_LOCK, TDH_MEM_PAGE_AUG, NEXT - 4096, TDR, RIG_DATA + NEXT,
	  TDX_EPT_ENTRY_STATE_INCORRECT | 1 },
	{ NO_LOCK, TDH_MEM_PAGE_AUG, NEXT, TDR, RIG_DATA + NEXT - 4096,
	  TDX_PAGE_METADATA_INCORRECT | 8 },
	{ NO_LOCK, TDH_MEM_PAGE_AUG, NEXT, TDR, RIG_DATA + NEXT + 8, TDX_OPERAND_INVALID | 8 },
	{ HELD_OP, TDH_MEM_PAGE_AUG, NEXT, TDR, RIG_DATA + NEXT, TDX_OPERAND_BUSY | 172 },
	{ HELD_TREE, TDH_MEM_PAGE_AUG, NEXT, TDR, RIG_DATA + NEXT, TDX_OPERAND_BUSY | 146 },
	{ HELD_ENTRY, TDH_MEM_PAGE_AUG, NEXT, TDR, RIG_DATA + NEXT, TDX_OPERAND_BUSY | 1 },
	{ HELD_PAGE, TDH_MEM_PAGE_AUG, NEXT, TDR, RIG_DATA + NEXT, TDX_OPERAND_BUSY | 8 },
	{ HELD_TDR, TDH_MEM_PAGE_AUG, NEXT, TDR, RIG_DATA + NEXT, TDX_OPERAND_BUSY | 2 },
	{ FATAL, TDH_MEM_PAGE_AUG, NEXT, TDR, RIG_DATA + NEXT, TDX_TD_FATAL },
};

START_TEST(a_page_in_a_row_is_judged_like_the_first)
{
	open_in_a_row();
	switch (rows[_i].spoil) {
	case NO_LOCK:
		break;
	case HELD_OP:
		seam_test_hold(rig.s, SEAM_LOCK_OP, TDR, 0, SEAM_EXCLUSIVE);
		break;
	case HELD_TREE:
		seam_test_hold(rig.s, SEAM_LOCK_TREE, TDR, 0, SEAM_EXCLUSIVE);
		break;
	case HELD_ENTRY:
		seam_test_hold(rig.s, SEAM_LOCK_ENTRY, TDR, NEXT, SEAM_EXCLUSIVE);
		break;
	case HELD_PAGE:
		seam_test_hold(rig.s, SEAM_LOCK_PAGE, RIG_DATA + NEXT, 0, SEAM_SHARED);
		break;
	case HELD_TDR:
		seam_test_hold(rig.s, SEAM_LOCK_PAGE, TDR, 0, SEAM_EXCLUSIVE);
		break;
	case FATAL:
		seam_test_fatal(rig.s, TDR);
		break;
	}
	ck_status(rig_call(&rig, rows[_i].leaf, rows[_i].rcx, rows[_i].rdx, rows[_i].r8, 0),
		  rows[_i].want);
	rig_close(&rig);
}
END_TEST

/* With another lock held, the way without locks is closed even for who knows all answers. */
START_TEST(a_lock_held_elsewhere_is_seen_between_two_pages)
{
	const struct {
		enum seam_lock lock;
		uint64_t a, b;
		unsigned operand;
	} held[] = { { SEAM_LOCK_PAGE, RIG_DATA + NEXT + 4096, 0, 8 },
		     { SEAM_LOCK_ENTRY, TDR, NEXT + 4096, 1 } };

	open_in_a_row();
	seam_test_hold(rig.s, held[_i].lock, held[_i].a, held[_i].b, SEAM_EXCLUSIVE);
	rig_must(&rig, TDH_MEM_PAGE_AUG, NEXT, TDR, RIG_DATA + NEXT, 0);
	ck_status(rig_call(&rig, TDH_MEM_PAGE_AUG, NEXT + 4096, TDR, RIG_DATA + NEXT + 4096, 0),
		  TDX_OPERAND_BUSY | held[_i].operand);
	seam_test_release(rig.s, held[_i].lock, held[_i].a, held[_i].b, SEAM_EXCLUSIVE);
	rig_must(&rig, TDH_MEM_PAGE_AUG, NEXT + 4096, TDR, RIG_DATA + NEXT + 4096, 0);
	rig_close(&rig);
}
END_TEST

/* Entry, page and count say the same. */
static void expect_augmented(uint64_t gpa, uint64_t page)
{
	struct seam_page_view view = { 0 };
	unsigned level = 9;
	uint64_t entry = 0;

	ck_assert_int_eq(seam_sept_peek(rig.s, rig.tdr, gpa, 0, &entry, &level), 0);
	ck_assert_uint_eq(level, 0);
	ck_assert_uint_eq(entry & SEPT_HPA_MASK, page);
	ck_assert_int_eq(seam_page_peek(rig.s, page, &view), 0);
	ck_assert_uint_eq(view.type, TDX_PT_REG);
	ck_assert_uint_eq(view.owner, rig.tdr);
}

START_TEST(a_row_ends_with_its_block_and_begins_again)
{
	uint64_t before;

	rig_open(&rig, NULL, STAGE_RUNNABLE);
	before = rig_view(&rig).chldcnt;
	for (uint64_t i = 0; i < PAGES; i++) {
		uint64_t page = RIG_DATA + (i < 100 ? SIZE_2M - (100 - i) * 4096 : SIZE_2M + i * 4096);

		rig_must(&rig, TDH_MEM_PAGE_AUG, i << 12, rig.tdr, page, 0);
		ck_assert_uint_eq(rig.r.rcx | rig.r.rdx, 0);
		expect_augmented(i << 12, page);
		ck_assert_uint_eq(rig_view(&rig).chldcnt, before + i + 1);
	}
	rig_close(&rig);
}
END_TEST

static atomic_uint running;


struct filler {
	pthread_t thread;
	unsigned index;
	uint64_t won[PAGES]; /* by entry: its page */
	unsigned count, odd;
};

static uint64_t augment(uint64_t gpa, uint64_t page)
{
	struct seam_regs r = { .rax = TDH_MEM_PAGE_AUG, .rcx = gpa, .rdx = rig.tdr, .r8 = page };

	return seam_call(rig.s, 0, &r);
}

/* All want the same entries, each with pages of its own. */
static void *fill_same_entries(void *arg)
{
	struct filler *f = arg;
	uint64_t page = RIG_DATA + f->index * SIZE_2M;

	for (uint64_t i = 0; i < PAGES; i++) {
		uint64_t st = augment(i << 12, page);

		if (st == TDX_SUCCESS) {
			f->won[i] = page;
			f->count++;
			page += 4096;
		} else if (st != (TDX_EPT_ENTRY_STATE_INCORRECT | 1)) {
			f->odd++;
		}
	}
	atomic_fetch_sub(&running, 1);
	return NULL;
}

/* All want the same pages, each for entries of its own. */
static void *fill_same_pages(void *arg)
{
	struct filler *f = arg;
	uint64_t gpa = f->index * SIZE_2M;

	for (uint64_t i = 0; i < PAGES; i++) {
		uint64_t st = augment(gpa, RIG_DATA + (i << 12));

		if (st == TDX_SUCCESS) {
			f->won[(gpa - f->index * SIZE_2M) >> 12] = RIG_DATA + (i << 12);
			f->count++;
			gpa += 4096;
		} else if (st != (TDX_PAGE_METADATA_INCORRECT | 8)) {
			f->odd++;
		}
	}
	atomic_fetch_sub(&running, 1);
	return NULL;
}

/* Other leaves meanwhile, which make every answer an old one. */
static void run_fillers(struct filler *fillers, void *(*fill)(void *arg))
{
	atomic_store(&running, THREADS);
	for (unsigned i = 0; i < THREADS; i++) {
		fillers[i] = (struct filler){ .index = i };
		ck_assert_int_eq(pthread_create(&fillers[i].thread, NULL, fill, &fillers[i]), 0);
	}
	while (atomic_load(&running))
		ck_status(rig_call(&rig, TDH_PHYMEM_PAGE_RDMD, rig.tdr, 0, 0, 0), TDX_SUCCESS);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(fillers[i].thread, NULL);
}

static void expect_each_once(const struct filler *fillers, bool same_entries, uint64_t before)
{
	uint64_t sum = 0;

	for (unsigned t = 0; t < THREADS; t++) {
		ck_assert_uint_eq(fillers[t].odd, 0);
		sum += fillers[t].count;
		for (uint64_t i = 0; i < PAGES; i++)
			if (fillers[t].won[i])
				expect_augmented((same_entries ? 0 : t * SIZE_2M) + (i << 12),
						 fillers[t].won[i]);
	}
	ck_assert_uint_eq(sum, PAGES);
	ck_assert_uint_eq(rig_view(&rig).chldcnt, before + PAGES);
}

START_TEST(an_entry_is_given_once)
{
	static struct filler fillers[THREADS];

	for (unsigned round = 0; round < 20; round++) {
		rig_open(&rig, NULL, STAGE_RUNNABLE);
		uint64_t before = rig_view(&rig).chldcnt;

		run_fillers(fillers, fill_same_entries);
		expect_each_once(fillers, true, before);
		rig_close(&rig);
	}
}
END_TEST

START_TEST(a_page_is_given_once)
{
	static struct filler fillers[THREADS];

	for (unsigned round = 0; round < 20; round++) {
		rig_open(&rig, NULL, STAGE_RUNNABLE);
		for (uint64_t t = 1; t < THREADS; t++)
			rig_must(&rig, TDH_MEM_SEPT_ADD, t * SIZE_2M | 1, rig.tdr, rig_page(&rig), 0);
		uint64_t before = rig_view(&rig).chldcnt;

		run_fillers(fillers, fill_same_pages);
		expect_each_once(fillers, false, before);
		rig_close(&rig);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("beside");
	TCase *tests = tcase_create("beside");

	tcase_add_loop_test(tests, a_page_in_a_row_is_judged_like_the_first, 0,
			    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_loop_test(tests, a_lock_held_elsewhere_is_seen_between_two_pages, 0, 2);
	tcase_add_test(tests, a_row_ends_with_its_block_and_begins_again);
	tcase_add_test(tests, an_entry_is_given_once);
	tcase_add_test(tests, a_page_is_given_once);
	suite_add_tcase(suite, tests);
	return test_run(suite);
}
