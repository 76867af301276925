/* SPDX-License-Identifier: BSD-2-Clause */
/* Invariants of the module over random call sequences, and calls from several threads at once. */
#include "tests/unit/seam/rig.h"

#include <pthread.h>

#include "tests/unit/seam/walker.h"

#define BYTES 1500u

static void fill(uint8_t *bytes, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		bytes[i] = (uint8_t)(seed >> 24);
	}
}

START_TEST(invariants_hold_over_random_calls)
{
	static uint8_t bytes[BYTES];
	struct walk_tally tally = { 0 };

	for (uint64_t seed = 1; seed <= 150; seed++) {
		fill(bytes, sizeof(bytes), seed * 0x9E3779B97F4A7C15u);
		walk_calls(bytes, sizeof(bytes), &tally);
	}
	ck_assert_uint_gt(tally.adds, 0);
	ck_assert_uint_gt(tally.extends, 0);
	ck_assert_uint_gt(tally.finalized, 0);
	ck_assert_uint_gt(tally.accepts, 0);
	ck_assert_uint_gt(tally.removed, 0);
	ck_assert_uint_gt(tally.reclaimed, 0);
}
END_TEST

struct worker {
	struct rig *rig;
	uint64_t first; /* GPA of its own 2 MiB */
	unsigned lp;
};

/* Give 2 MiB to the TD, page by page; BUSY is tried again. */
static void *augment(void *arg)
{
	struct worker *me = arg;

	for (uint64_t at = 0; at < 2 << 20; at += 4096) {
		struct seam_regs r;

		do {
			r = (struct seam_regs){ .rax = TDH_MEM_PAGE_AUG,
						.rcx = me->first + at,
						.rdx = me->rig->tdr,
						.r8 = RIG_DATA + me->first + at };
		} while (seam_call(me->rig->s, me->lp, &r) >> 32 == TDX_OPERAND_BUSY >> 32);
		if (r.rax != TDX_SUCCESS)
			return me;
	}
	return NULL;
}

START_TEST(lps_may_work_at_the_same_time)
{
	struct worker workers[4];
	pthread_t threads[4];
	struct rig rig;
	uint64_t children;
	void *failed;

	rig_open(&rig, NULL, STAGE_RUNNABLE);
	for (unsigned i = 1; i < 4; i++)
		rig_must(&rig, TDH_MEM_SEPT_ADD, (uint64_t)i << 21 | 1, rig.tdr, rig_page(&rig), 0);
	children = rig_view(&rig).chldcnt;
	for (unsigned i = 0; i < 4; i++) {
		workers[i] = (struct worker){ &rig, (uint64_t)i << 21, i };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, augment, &workers[i]), 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		pthread_join(threads[i], &failed);
		ck_assert_ptr_null(failed);
	}
	ck_assert_uint_eq(rig_view(&rig).chldcnt, children + 4 * 512);
	rig_close(&rig);
}
END_TEST

/* The budget: secure EPT entries, and next to nothing else, even when the host hands out pages from
 * the middle and backwards. */
START_TEST(a_page_costs_little_more_than_its_entry)
{
	const uint64_t pages = 64 * 512;
	struct rig rig;
	size_t empty;

	rig_open(&rig, NULL, STAGE_RUNNABLE);
	empty = seam_metadata_bytes(rig.s);
	for (uint64_t i = 0; i < pages; i++) {
		uint64_t gpa = (i << 12) + (2 << 20),
			 page = i / 512 * 512 + (i & 1 ? 256 + i % 512 / 2 : 255 - i % 512 / 2);

		if (i % 512 == 0)
			rig_must(&rig, TDH_MEM_SEPT_ADD, gpa | 1, rig.tdr, rig_page(&rig), 0);
		rig_must(&rig, TDH_MEM_PAGE_AUG, gpa, rig.tdr, RIG_DATA + (page << 12), 0);
	}
	ck_assert_uint_lt((seam_metadata_bytes(rig.s) - empty) * 100, pages * 960);
	rig_close(&rig);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("property");
	TCase *tc = tcase_create("property");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, invariants_hold_over_random_calls);
	tcase_add_test(tc, lps_may_work_at_the_same_time);
	tcase_add_test(tc, a_page_costs_little_more_than_its_entry);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
