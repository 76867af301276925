/* SPDX-License-Identifier: BSD-2-Clause */
/* The mirror of a secure EPT, the frames behind guest_memfd, and attributes as ranges. */
#include <errno.h>
#include <stdlib.h>

#include "kernel/gmem/bitrun.h"
#include "kernel/mmu/mirror.h"
#include "kernel/slots/attributes.h"
#include "tests/lib/test.h"

/* A TDX module that only counts, and is busy when told to be. */
struct counter {
	int linked, mapped, busy;
	unsigned last_level;
};

static int count_link(void *ctx, gfn_t gfn, unsigned level, pfn_t table_pfn)
{
	struct counter *c = ctx;

	(void)gfn;
	(void)table_pfn;
	if (c->busy && c->busy-- > 0)
		return -EBUSY;
	c->linked++;
	c->last_level = level;
	return 0;
}

static int count_map(void *ctx, gfn_t gfn, unsigned level, pfn_t pfn)
{
	(void)gfn;
	(void)pfn;
	ck_assert_uint_eq(level, LEVEL_4K);
	((struct counter *)ctx)->mapped++;
	return 0;
}

static void count_unmap(void *ctx, gfn_t gfn, unsigned level, pfn_t pfn)
{
	ck_assert_uint_eq(level, LEVEL_4K);
	ck_assert_uint_eq(pfn, 0x5000 + (gfn == 7 ? 100 : gfn));
	((struct counter *)ctx)->mapped--;
}

static bool count_unlink(void *ctx, gfn_t gfn, unsigned level, pfn_t table_pfn)
{
	(void)gfn;
	(void)level;
	(void)table_pfn;
	((struct counter *)ctx)->linked--;
	return true;
}

START_TEST(tables_are_linked_from_the_top_and_all_go_back)
{
	static const struct mmu_private_ops ops = { count_link, count_map, count_unmap,
						    count_unlink };
	struct counter c = { .busy = 1 };
	struct pages pages;
	struct mmu *mmu = calloc(1, sizeof(*mmu));
	struct mmu_vcpu *vcpu = calloc(1, sizeof(*vcpu));
	struct brlock lock;
	pfn_t pfn = 0;

	brlock_init(&lock);
	pages_init(&pages, 0x1000, 1000);
	mmu->options.lock = &lock;
	mmu->options.pages = &pages;
	mmu->private_ops = &ops;
	mmu->private_ctx = &c;
	mmu->private_root_level = LEVEL_512G;
	mmu_vcpu_init(vcpu, mmu, NULL);
	ck_assert_int_eq(mirror_map(vcpu, 0, 0x5000), MMU_RETRY);
	ck_assert_uint_eq(pages_used(&pages), 0);
	ck_assert_int_eq(mirror_map(vcpu, 0, 0x5000), MMU_FIXED);
	ck_assert_int_eq(c.linked, 3);
	ck_assert_uint_eq(c.last_level, LEVEL_2M);
	ck_assert_int_eq(mirror_map(vcpu, 0, 0x5000), MMU_SPURIOUS);
	/* The frame of 7 does not follow the others: told apart, the others stay. */
	for (gfn_t gfn = 1; gfn < 1024; gfn++)
		ck_assert_int_eq(mirror_map(vcpu, gfn, 0x5000 + (gfn == 7 ? 100 : gfn)), MMU_FIXED);
	ck_assert_int_eq(c.linked, 4);
	ck_assert_int_eq(c.mapped, 1024);
	ck_assert_uint_eq(mmu_sum(mmu).pages_4k, 1024);
	mirror_let_go(vcpu);
	ck_assert(mirror_peek(mmu, 7, &pfn));
	ck_assert_uint_eq(pfn, 0x5064);
	ck_assert(mirror_peek(mmu, 8, &pfn));
	ck_assert_uint_eq(pfn, 0x5008);
	mirror_zap(mmu, 5, 10);
	mirror_zap(mmu, 600, 601);
	ck_assert_int_eq(c.mapped, 1018);
	ck_assert(!mirror_peek(mmu, 9, &pfn));
	ck_assert(mirror_peek(mmu, 10, &pfn));
	mirror_zap_all(mmu);
	ck_assert_int_eq(c.mapped, 0);
	ck_assert_int_eq(c.linked, 0);
	ck_assert_uint_eq(mmu_sum(mmu).pages_4k, 0);
	ck_assert_uint_eq(mmu_sum(mmu).mirror_bytes, 0);
	ck_assert_uint_eq(pages_used(&pages), 0);
	mmu_vcpu_end(vcpu);
	pages_end(&pages);
	brlock_end(&lock);
	free(vcpu);
	free(mmu);
}
END_TEST

START_TEST(frames_come_in_runs_and_join_again)
{
	struct pages pages;
	pfn_t one = 0, run = 0, other = 0;

	pages_init(&pages, 10, 2000);
	ck_assert_int_eq(pages_get(&pages, &one), 0);
	ck_assert_uint_eq(one, 10);
	ck_assert_int_eq(pages_get_run(&pages, &run), 0);
	ck_assert_uint_eq(run, 512);
	ck_assert_int_eq(pages_get_run(&pages, &other), 0);
	ck_assert_uint_eq(other, 1024);
	ck_assert_int_eq(pages_get_run(&pages, &other), -ENOMEM);
	ck_assert_int_eq(pages_get(&pages, &other), 0);
	ck_assert_uint_eq(other, 11);
	pages_put(&pages, run, 512);
	pages_put(&pages, 11, 1);
	pages_put(&pages, 10, 1);
	ck_assert_uint_eq(pages_used(&pages), 512);
	ck_assert_uint_eq(pages.free_count, 1);
	ck_assert_int_eq(pages_get_run(&pages, &run), 0);
	ck_assert_uint_eq(run, 512);
	pages_end(&pages);
}
END_TEST

START_TEST(all_and_none_of_a_run_take_no_memory)
{
	struct bitrun run = { .bits = NULL };

	for (unsigned i = 0; i < BITRUN_BITS; i++)
		ck_assert_int_eq(bitrun_set(&run, i), 0);
	ck_assert_ptr_null(run.bits);
	ck_assert_uint_eq(run.count, 512);
	ck_assert_int_eq(bitrun_clear(&run, 3), 0);
	ck_assert(!bitrun_has(&run, 3));
	ck_assert(bitrun_has(&run, 4));
	ck_assert_uint_eq(bitrun_next(&run, 3), 4);
	bitrun_end(&run);
	ck_assert_uint_eq(bitrun_next(&run, 0), BITRUN_BITS);
}
END_TEST

START_TEST(equal_neighbours_become_one_range)
{
	struct attributes a = { .ranges = NULL };
	uint64_t end = 0;

	ck_assert_int_eq(attributes_set(&a, 10, 20, 8), 0);
	ck_assert_int_eq(attributes_set(&a, 20, 30, 8), 0);
	ck_assert_uint_eq(a.count, 1);
	ck_assert_int_eq(attributes_set(&a, 14, 16, 0), 0);
	ck_assert_uint_eq(a.count, 2);
	ck_assert_uint_eq(attributes_get(&a, 13, &end), 8);
	ck_assert_uint_eq(end, 14);
	ck_assert_uint_eq(attributes_get(&a, 14, &end), 0);
	ck_assert_uint_eq(end, 16);
	ck_assert(!attributes_uniform(&a, 10, 30));
	ck_assert(attributes_all(&a, 16, 30, 8));
	ck_assert_int_eq(attributes_set(&a, 0, 100, 0), 0);
	ck_assert_uint_eq(a.count, 0);
	attributes_end(&a);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mirror");
	TCase *tests = tcase_create("mirror");

	tcase_add_test(tests, tables_are_linked_from_the_top_and_all_go_back);
	tcase_add_test(tests, frames_come_in_runs_and_join_again);
	tcase_add_test(tests, all_and_none_of_a_run_take_no_memory);
	tcase_add_test(tests, equal_neighbours_become_one_range);
	suite_add_tcase(suite, tests);
	return test_run(suite);
}
