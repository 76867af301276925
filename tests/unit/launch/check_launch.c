/* SPDX-License-Identifier: BSD-2-Clause */
/* The launcher on a scripted host: whatever the host does, each page is added exactly once, MRTD
 * stays what the plan says, and a launch that fails leaves nothing open. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <tdlaunch/launch.h>

#include "base/attr.h"
#include "host/facts.h"
#include "tests/lib/test.h"
#include "tests/unit/launch/fake.h"
#include "tests/unit/launch/tdvf.h"
#include "uapi/kvm.h"

static const int transient[] = { -EINTR, -EAGAIN, -EBUSY };

static struct tdvf tdvf;
static struct fake fake;
static struct tdl_host *host;
static struct tdl_launch_options options;
static struct tdl_error err;

static void set_up_cpus(unsigned int cpus)
{
	tdvf_start(&tdvf, "qemu", cpus);
	fake_start(&fake);
	host = fake_host(&fake);
	tdl_launch_defaults(&options);
	options.busy_retries = 20;
	options.cancel = &fake.cancel;
	memset(&err, 0, sizeof(err));
}

static void set_up(void)
{
	set_up_cpus(2);
}

static void tear_down(void)
{
	tdl_host_free(host);
	fake_end(&fake);
	tdvf_end(&tdvf);
}

/* The same plan on a fresh host. */
static void next_host(void)
{
	tdl_host_free(host);
	fake_end(&fake);
	fake_start(&fake);
	host = fake_host(&fake);
	memset(&err, 0, sizeof(err));
}

static int launch(struct tdl_launch_result *ret_result)
{
	struct tdl_td *td = NULL;
	int rc = tdl_launch_run(host, tdvf.plan, &options, &td, &err);

	if (rc == 0) {
		*ret_result = *tdl_td_result(td);
		ck_assert_int_gt(fake.open_fds, 0);
		tdl_td_free(td);
	} else {
		ck_assert_ptr_null(td);
	}
	ck_assert_int_eq(fake.open_fds, 0);
	ck_assert_msg(!fake.broken, "%s", fake.broken);
	return rc;
}

static void launched_right(void)
{
	struct tdl_launch_result result;

	test_rc(launch(&result), 0, &err);
	ck_assert_uint_eq(fake.added_count, TDVF_PAGES);
	ck_assert_uint_eq(result.pages_added, TDVF_PAGES);
	ck_assert_uint_eq(result.pages_extended, TDVF_MEASURED);
	ck_assert_mem_eq(fake.mrtd, tdvf.mrtd, 48);
	ck_assert_uint_eq(fake.hob, TDVF_HOB);
	ck_assert_uint_eq(fake.cpus_ready, tdl_plan_cpus(tdvf.plan));
}

/* How many calls a launch makes when nothing goes wrong. */
static long calls_of_a_launch(void)
{
	launched_right();
	return fake.calls;
}

START_TEST(a_plain_launch_has_the_mrtd_of_its_plan)
{
	launched_right();
}
END_TEST

START_TEST(every_call_may_be_interrupted_or_busy)
{
	long calls;

	options.prefault = TDL_PREFAULT_ALL;
	calls = calls_of_a_launch();
	for (long i = 0; i < calls; i++) {
		next_host();
		fake.fault_at = i;
		fake.fault_count = 3;
		fake.fault = transient[_i];
		/* only an interrupted open() is repeated: one that says busy is not KVM's */
		if (i == 0 && fake.fault != -EINTR)
			continue;
		launched_right();
		ck_assert_uint_eq(fake.prefaulted, (64u << 20) - TDVF_IN_RAM * 4096);
	}
}
END_TEST

START_TEST(calls_that_stop_part_of_the_way_are_resumed)
{
	static const uint64_t strides[] = { 1, 2, 3, 7, 63, 64, 65, 71 };
	static const int errors[] = { 0, -EINTR, -EAGAIN, -EBUSY };

	for (size_t i = 0; i < ARRAY_SIZE(strides); i++) {
		next_host();
		fake.stride = strides[i];
		fake.stride_error = errors[_i];
		launched_right();
	}
}
END_TEST

START_TEST(a_host_that_stays_busy_is_given_up)
{
	struct tdl_launch_result result;
	long calls = calls_of_a_launch();

	options.busy_retries = 3;
	for (long i = 1; i < calls; i++) {
		next_host();
		fake.fault_at = i;
		fake.fault_count = LONG_MAX / 2;
		fake.fault = transient[_i];
		ck_assert_int_lt(launch(&result), 0);
		ck_assert(err.text[0]);
	}
}
END_TEST

START_TEST(any_call_may_fail_for_good)
{
	struct tdl_launch_result result;
	long calls;

	options.prefault = TDL_PREFAULT_ALL;
	calls = calls_of_a_launch();
	/* No answer is guessed: a launch with other capabilities would be another launch. */
	for (long i = 0; i < calls; i++) {
		next_host();
		fake.fault_at = i;
		fake.fault = -EIO;
		ck_assert_int_eq(launch(&result), -EIO);
		ck_assert_ptr_nonnull(strstr(err.text, strerror(EIO)));
	}
}
END_TEST

START_TEST(a_launch_can_be_cancelled_at_any_call)
{
	struct tdl_launch_result result;
	long calls, finished = 0;

	options.prefault = TDL_PREFAULT_RANGE;
	options.prefault_start = 0x400000;
	options.prefault_size = 0x100000;
	fake.stride = 30;
	calls = calls_of_a_launch();
	for (long i = 0; i < calls; i++) {
		int rc;

		next_host();
		fake.stride = 30;
		fake.stride_error = -EINTR;
		fake.cancel_at = i;
		rc = launch(&result);
		if (rc == 0)
			finished++;
		else
			test_rc(rc, -ECANCELED, &err);
		ck_assert_int_le(fake.calls, calls);
	}
	ck_assert_int_eq(finished, 0);
	ck_assert_ptr_nonnull(strstr(err.text, "stopped on request"));
}
END_TEST

START_TEST(a_missing_capability_is_named_with_its_linux)
{
	struct tdl_launch_result result;

	options.prefault = TDL_PREFAULT_ALL;
	for (size_t i = 0; i < host_fact_count; i++) {
		const struct host_fact *fact = &host_facts[i];
		bool needed = fact->needed || fact->capability == KVM_CAP_PRE_FAULT_MEMORY;
		char since[40];

		next_host();
		if (fact->capability == KVM_CAP_VM_TYPES && fact->needed)
			fake.no_bit = KVM_X86_TDX_VM;
		else if (fact->capability != KVM_CAP_VM_TYPES)
			fake.missing = fact->capability;
		if (!needed) {
			test_rc(launch(&result), 0, &err);
			continue;
		}
		test_rc(launch(&result), -EOPNOTSUPP, &err);
		snprintf(since, sizeof(since), "since Linux %s)", fact->since);
		ck_assert_msg(strstr(err.text, fact->name) && strstr(err.text, since), "%s",
			      err.text);
		ck_assert_uint_eq(fake.cpus, 0);
	}
}
END_TEST

START_TEST(attributes_and_features_that_are_not_offered_are_refused)
{
	struct tdl_launch_result result;

	options.attributes |= 1;
	test_rc(launch(&result), -EINVAL, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "attributes 0x10000001 asked for, fake offers only "
					       "0x10000000"));
	options.attributes = 0;
	options.xfam = 0x1e7;
	next_host();
	test_rc(launch(&result), -EINVAL, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "XFAM 0x1e7 asked for, fake offers only 0xe7"));
	options.xfam = 3;
	next_host();
	launched_right();
}
END_TEST

START_TEST(a_tsc_frequency_that_a_td_cannot_have_is_refused)
{
	static const uint32_t bad[] = { 1, 75000, 100001, 10025000 };
	struct tdl_launch_result result;

	options.tsc_khz = bad[_i];
	test_rc(launch(&result), -EINVAL, &err);
	ck_assert(!fake.initialised);
}
END_TEST

START_TEST(what_the_module_said_is_kept)
{
	struct tdl_launch_result result;

	fake.init_vm_hw = UINT64_C(0xc000010000000000);
	test_rc(launch(&result), -EIO, &err); /* EINVAL would be the caller's mistake */
	ck_assert_ptr_nonnull(strstr(err.text, "fake answers \"Invalid argument\""));
	ck_assert_uint_eq(err.hw, UINT64_C(0xc000010000000000));
}
END_TEST

START_TEST(progress_that_cannot_be_is_not_believed)
{
	struct tdl_launch_result result;

	fake.lies = true;
	test_rc(launch(&result), -EIO, &err);
}
END_TEST

START_TEST(a_call_that_does_nothing_and_says_yes_is_given_up)
{
	struct tdl_launch_result result;

	fake.stuck = true;
	test_rc(launch(&result), -EAGAIN, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "KVM_TDX_INIT_MEM_REGION"));
}
END_TEST

START_TEST(a_flow_that_kvm_cannot_perform_makes_no_call)
{
	struct tdl_td *td = NULL;
	struct tdvf other;

	tdvf_start(&other, "qemu-8.2-canonical", 1);
	test_rc(tdl_launch_run(host, other.plan, &options, &td, &err), -EOPNOTSUPP, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "can be measured but not launched"));
	ck_assert_int_eq(fake.calls, 0);
	tdvf_end(&other);
}
END_TEST

START_TEST(more_vcpus_than_the_host_allows_are_refused)
{
	struct tdl_launch_result result;

	tear_down();
	set_up_cpus(33);
	test_rc(launch(&result), -EINVAL, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "33 vCPUs are asked for, fake allows at most 32"));
}
END_TEST

/* What the observer heard, and after how many things it is to fail. */
struct heard {
	unsigned int inits, begins, ends, pages, finals, steps;
	uint64_t next_gpa;
	int fail_after;
};

static int heard_one(struct heard *heard, struct tdl_error *e)
{
	if (heard->fail_after-- == 0)
		return tdl_fail(e, -ENOSPC, "the log is full");
	return 0;
}

static int hear_init(void *ctx, const struct tdl_launch_init *init, struct tdl_error *e)
{
	struct heard *heard = ctx;

	ck_assert(fake.initialised);
	ck_assert_uint_eq(init->attributes, TDL_ATTRIBUTE_SEPT_VE_DISABLE);
	ck_assert_uint_eq(init->xfam, 0xe7);
	ck_assert_uint_eq(init->cpuid_count, 3);
	ck_assert_uint_eq(init->tsc_khz, 2000000);
	ck_assert_uint_eq(init->mrowner[47], 9);
	heard->inits++;
	return heard_one(heard, e);
}

static int hear_begin(void *ctx, size_t index, const struct tdl_region *region, struct tdl_error *e)
{
	struct heard *heard = ctx;

	ck_assert_uint_eq(index, heard->begins);
	ck_assert_uint_eq(heard->begins, heard->ends);
	ck_assert(!fake_has(&fake, region->gpa));
	heard->next_gpa = region->gpa;
	heard->begins++;
	return heard_one(heard, e);
}

static int hear_page(void *ctx, const struct tdl_launch_page *page, struct tdl_error *e)
{
	struct heard *heard = ctx;
	uint8_t scratch[4096];

	ck_assert_uint_eq(page->gpa, heard->next_gpa);
	ck_assert(fake_has(&fake, page->gpa));
	ck_assert_mem_eq(page->bytes,
			 tdl_plan_page(tdvf.plan, page->region, page->page, scratch), 4096);
	ck_assert_int_eq(page->extended, page->region == 0);
	heard->next_gpa += 4096;
	heard->pages++;
	return heard_one(heard, e);
}

static int hear_end(void *ctx, size_t index, const struct tdl_region *region, struct tdl_error *e)
{
	struct heard *heard = ctx;

	ck_assert_uint_eq(index, heard->ends);
	ck_assert_uint_eq(heard->next_gpa, region->gpa + region->pages * 4096);
	heard->ends++;
	return heard_one(heard, e);
}

static int hear_finalize(void *ctx, const uint8_t *mrtd, struct tdl_error *e)
{
	struct heard *heard = ctx;

	ck_assert(fake.finalized);
	ck_assert_ptr_null(mrtd); /* this host cannot tell */
	heard->finals++;
	return heard_one(heard, e);
}

static void hear_step(void *ctx, const struct tdl_launch_step *step)
{
	ck_assert(step->name[0] && step->detail[0]);
	((struct heard *)ctx)->steps++;
}

static const struct tdl_launch_observer observer = {
	.init = hear_init,
	.region_begin = hear_begin,
	.page = hear_page,
	.region_end = hear_end,
	.finalize = hear_finalize,
	.step = hear_step,
};

START_TEST(the_observer_hears_everything_once_and_in_order)
{
	struct heard heard = { .fail_after = -1 };

	options.observer = &observer;
	options.observer_ctx = &heard;
	options.mrowner[47] = 9;
	fake.stride = 5;
	fake.stride_error = -EINTR;
	launched_right();
	ck_assert_uint_eq(heard.inits, 1);
	ck_assert_uint_eq(heard.begins, 6);
	ck_assert_uint_eq(heard.ends, 6);
	ck_assert_uint_eq(heard.pages, TDVF_PAGES);
	ck_assert_uint_eq(heard.finals, 1);
	ck_assert_uint_eq(heard.steps, 10);
}
END_TEST

START_TEST(an_observer_that_fails_stops_the_launch)
{
	struct tdl_launch_result result;
	const int events = 1 + 6 + TDVF_PAGES + 6 + 1;

	options.observer = &observer;
	options.mrowner[47] = 9;
	for (int i = 0; i < events; i++) {
		struct heard heard = { .fail_after = i };

		next_host();
		options.observer_ctx = &heard;
		test_rc(launch(&result), -ENOSPC, &err);
		ck_assert_ptr_nonnull(strstr(err.text, "the log is full"));
		ck_assert_int_eq(heard.inits + heard.begins + heard.pages + heard.ends +
					 heard.finals,
				 (unsigned int)i + 1);
	}
}
END_TEST

static const struct {
	uint64_t start, size, mapped;
} ranges[] = {
	{ 0, 4096, 4096 },
	{ 0x800000, 0x6000, 0 },		/* all in the plan */
	{ 0x7ff000, 0x9000, 0x3000 },	/* one page before, two behind */
	{ 0, 64u << 20, (64u << 20) - TDVF_IN_RAM * 4096 },
	{ 0x100000, UINT64_C(1) << 40, (63u << 20) - TDVF_IN_RAM * 4096 },
	{ UINT64_C(1) << 33, 4096, 0 },
};

START_TEST(a_range_is_pre_faulted_around_the_plan)
{
	struct tdl_launch_result result;

	options.prefault = TDL_PREFAULT_RANGE;
	options.prefault_start = ranges[_i].start;
	options.prefault_size = ranges[_i].size;
	fake.stride = 700;
	test_rc(launch(&result), 0, &err);
	ck_assert_uint_eq(fake.prefaulted, ranges[_i].mapped);
	ck_assert_uint_eq(result.prefaulted, fake.prefaulted);
}
END_TEST

START_TEST(a_range_that_is_not_whole_pages_is_refused)
{
	static const uint64_t bad[][2] = { { 1, 4096 }, { 0, 4095 }, { 0, 0 }, { 4096, -4096ull } };
	struct tdl_launch_result result;

	options.prefault = TDL_PREFAULT_RANGE;
	options.prefault_start = bad[_i][0];
	options.prefault_size = bad[_i][1];
	test_rc(launch(&result), -EINVAL, &err);
	ck_assert_int_eq(fake.calls, 0);
}
END_TEST

START_TEST(pre_faulting_uses_a_thread_a_vcpu)
{
	struct tdl_launch_result result;

	tear_down();
	set_up_cpus(8);
	options.prefault = TDL_PREFAULT_ALL;
	fake.stride = 1000;
	test_rc(launch(&result), 0, &err);
	ck_assert_uint_eq(result.prefault_threads, 8);
	ck_assert_uint_eq(result.prefaulted, (64u << 20) - TDVF_IN_RAM * 4096);
	ck_assert_uint_ge(result.prefault_steps, 16);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("launch");
	TCase *tests = tcase_create("launch");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 600);
	tcase_add_test(tests, a_plain_launch_has_the_mrtd_of_its_plan);
	tcase_add_loop_test(tests, every_call_may_be_interrupted_or_busy, 0, ARRAY_SIZE(transient));
	tcase_add_loop_test(tests, calls_that_stop_part_of_the_way_are_resumed, 0, 4);
	tcase_add_loop_test(tests, a_host_that_stays_busy_is_given_up, 0, ARRAY_SIZE(transient));
	tcase_add_test(tests, any_call_may_fail_for_good);
	tcase_add_test(tests, a_launch_can_be_cancelled_at_any_call);
	tcase_add_test(tests, a_missing_capability_is_named_with_its_linux);
	tcase_add_test(tests, attributes_and_features_that_are_not_offered_are_refused);
	tcase_add_loop_test(tests, a_tsc_frequency_that_a_td_cannot_have_is_refused, 0, 4);
	tcase_add_test(tests, what_the_module_said_is_kept);
	tcase_add_test(tests, progress_that_cannot_be_is_not_believed);
	tcase_add_test(tests, a_call_that_does_nothing_and_says_yes_is_given_up);
	tcase_add_test(tests, a_flow_that_kvm_cannot_perform_makes_no_call);
	tcase_add_test(tests, more_vcpus_than_the_host_allows_are_refused);
	tcase_add_test(tests, the_observer_hears_everything_once_and_in_order);
	tcase_add_test(tests, an_observer_that_fails_stops_the_launch);
	tcase_add_loop_test(tests, a_range_is_pre_faulted_around_the_plan, 0, ARRAY_SIZE(ranges));
	tcase_add_loop_test(tests, a_range_that_is_not_whole_pages_is_refused, 0, 4);
	tcase_add_test(tests, pre_faulting_uses_a_thread_a_vcpu);
	suite_add_tcase(suite, tests);
	return test_run(suite);
}
