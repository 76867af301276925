/* SPDX-License-Identifier: BSD-2-Clause */
/* Rehearsals and trials on the embedded kernel: what they count is what the plan and the sizes say,
 * and nothing of TDX is used. */
#include <errno.h>
#include <string.h>

#include <tdlaunch/kernel.h>
#include <tdlaunch/prefault.h>
#include <tdlaunch/rehearse.h>

#include "base/attr.h"
#include "tests/lib/test.h"
#include "tests/unit/launch/tdvf.h"

#define MIB (UINT64_C(1) << 20)

static struct tdvf tdvf;
static struct tdl_host *host;
static struct tdl_error err;

static void open_host(const struct tdl_kernel_options *options)
{
	tdl_host_free(host);
	host = NULL;
	memset(&err, 0, sizeof(err));
	test_rc(tdl_kernel_host(options, &host, &err), 0, &err);
}

static void set_up(void)
{
	tdvf_start(&tdvf, "qemu", 3);
	host = NULL;
	open_host(NULL);
}

static void tear_down(void)
{
	tdl_host_free(host);
	tdvf_end(&tdvf);
}

START_TEST(everything_is_mapped_in_private_memory)
{
	const struct tdl_kernel_options without_tdx = { .no_tdx = true };
	struct tdl_rehearsal result;

	if (_i)
		open_host(&without_tdx);
	test_rc(tdl_rehearse_run(host, tdvf.plan, NULL, &result, &err), 0, &err);
	ck_assert(result.is_private);
	ck_assert_uint_eq(result.regions, tdl_plan_region_count(tdvf.plan));
	ck_assert_uint_eq(result.pages, TDVF_PAGES);
	ck_assert_uint_eq(result.fill.bytes, 64 * MIB - TDVF_IN_RAM * 4096);
	ck_assert_uint_eq(result.fill.threads, 3);
	ck_assert_uint_eq(result.memory, 64 * MIB + (TDVF_PAGES - TDVF_IN_RAM) * 4096);
	ck_assert(result.walk_levels.known && result.levels.known);
	ck_assert_uint_eq(result.walk_levels.pages_4k, TDVF_PAGES);
	ck_assert_uint_eq(result.levels.pages_4k, result.memory / 4096);
	ck_assert_uint_eq(result.levels.pages_2m + result.levels.pages_1g, 0);
	ck_assert_uint_eq(result.calls_resumed, 0);
}
END_TEST

START_TEST(ordinary_memory_does_where_there_is_no_private)
{
	const struct tdl_kernel_options options = { .no_sw_protected = true, .linux_version = "6.12" };
	struct tdl_rehearsal result;

	open_host(&options);
	test_rc(tdl_rehearse_run(host, tdvf.plan, NULL, &result, &err), 0, &err);
	ck_assert(!result.is_private);
	ck_assert_uint_eq(result.levels.pages_4k, result.memory / 4096);
}
END_TEST

START_TEST(a_kernel_that_cannot_map_ahead_is_told)
{
	const struct tdl_kernel_options options = { .no_tdp = true };
	struct tdl_prefault_trial trial = { .size = MIB, .threads = 1 };
	struct tdl_prefault_outcome outcome;
	struct tdl_rehearsal result;

	open_host(&options);
	test_rc(tdl_rehearse_run(host, tdvf.plan, NULL, &result, &err), -ENODEV, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "KVM_CAP_PRE_FAULT_MEMORY"));
	test_rc(tdl_prefault_try(host, &trial, &outcome, &err), -ENODEV, &err);
}
END_TEST

START_TEST(a_rehearsal_stops_when_asked)
{
	volatile int stop = 1;
	struct tdl_launch_options options;
	struct tdl_rehearsal result;

	tdl_launch_defaults(&options);
	options.cancel = &stop;
	test_rc(tdl_rehearse_run(host, tdvf.plan, &options, &result, &err), -ECANCELED, &err);
}
END_TEST

START_TEST(the_gaps_end)
{
	size_t n = 0;

	while (tdl_rehearse_gap(n))
		n++;
	ck_assert_uint_eq(n, 6);
}
END_TEST

static const struct {
	uint64_t size;
	bool is_private, thp;
	uint64_t pages_4k, pages_2m;
} trials[] = {
	{ 8 * MIB, false, false, 2048, 0 },
	{ 8 * MIB, true, false, 2048, 0 },
	{ 4096 * 5, true, false, 5, 0 },
	{ 3072 * MIB, false, true, 0, 1536 }, /* below and above 4 GiB */
};

START_TEST(a_trial_maps_all_of_its_memory)
{
	const struct tdl_kernel_options options = { .thp = trials[_i].thp };
	struct tdl_prefault_trial trial = {
		.size = trials[_i].size,
		.is_private = trials[_i].is_private,
		.threads = 2,
		.touch = true,
		.busy_retries = 10,
	};
	struct tdl_prefault_outcome outcome;

	if (trials[_i].thp && test_in_valgrind())
		return; /* the map of this process tells how large pages may be */
	open_host(&options);
	test_rc(tdl_prefault_try(host, &trial, &outcome, &err), 0, &err);
	ck_assert_uint_eq(outcome.prefault.bytes, trials[_i].size);
	ck_assert(outcome.levels.known);
	ck_assert_uint_eq(outcome.levels.pages_4k, trials[_i].pages_4k);
	ck_assert_uint_eq(outcome.levels.pages_2m, trials[_i].pages_2m);
	ck_assert(!outcome.is_touched); /* the embedded kernel runs no guest */
	ck_assert(!tdl_host_runs(host));
}
END_TEST

static const struct tdl_prefault_trial bad_trials[] = {
	{ .size = MIB },
	{ .threads = 1 },
	{ .size = 4095, .threads = 1 },
	{ .size = MIB, .threads = 1, .hugepages = true },
	{ .size = 8192, .threads = 3 },
	{ .size = 2 * MIB, .threads = 1, .hugepages = true, .is_private = true },
};

START_TEST(a_trial_that_cannot_be_is_refused)
{
	struct tdl_prefault_outcome outcome;

	test_rc(tdl_prefault_try(host, &bad_trials[_i], &outcome, &err), -EINVAL, &err);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rehearse");
	TCase *tests = tcase_create("rehearse");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, everything_is_mapped_in_private_memory, 0, 2);
	tcase_add_test(tests, ordinary_memory_does_where_there_is_no_private);
	tcase_add_test(tests, a_kernel_that_cannot_map_ahead_is_told);
	tcase_add_test(tests, a_rehearsal_stops_when_asked);
	tcase_add_test(tests, the_gaps_end);
	tcase_add_loop_test(tests, a_trial_maps_all_of_its_memory, 0, ARRAY_SIZE(trials));
	tcase_add_loop_test(tests, a_trial_that_cannot_be_is_refused, 0, ARRAY_SIZE(bad_trials));
	suite_add_tcase(suite, tests);
	return test_run(suite);
}
