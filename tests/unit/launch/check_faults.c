/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole launch with a log on disk, thousands of times, each time with one fault at another place.
 * Whatever fails: the launch ends with the very same MRTD and log, or with a message that names the
 * call, its errno and the module's status if there is one; every descriptor is closed, every page of
 * the machine is back, and what is in the log is the beginning of the whole log. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/kernel.h>
#include <tdlaunch/launch.h>
#include <tdlaunch/log.h>

#include "arch/tdx_status.h"
#include "base/attr.h"
#include "host/embedded.h"
#include "kernel/kernel-test.h"
#include "tests/lib/fault.h"
#include "tests/lib/test.h"
#include "tests/unit/launch/tdvf.h"

/* The sanitizers make each run ten times as long: they see every fifth place. */
#if defined(__SANITIZE_ADDRESS__)
#define STRIDE 5u
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STRIDE 5u
#endif
#endif
#ifndef STRIDE
#define STRIDE 1u
#endif

/* What became of a launch. */
struct outcome {
	int rc;
	struct tdl_error err;
	uint8_t mrtd[48];
	uint8_t *log;
	size_t log_size;
};

static struct tdvf tdvf;
static struct tdl_host *inner, *host;
static struct kernel *kernel;
static struct tdl_log_writer *writer;
static struct outcome good;
static unsigned long runs;

static void new_host(void)
{
	struct tdl_error err = { 0 };

	tdl_host_free(host);
	tdl_host_free(inner);
	test_rc(tdl_kernel_host(NULL, &inner, &err), 0, &err);
	test_rc(faults_host(inner, &host, &err), 0, &err);
	kernel = embedded_kernel(inner);
	faults_watch(kernel);
}

static int on_init(void *ctx, const struct tdl_launch_init *init, struct tdl_error *err)
{
	const struct tdl_log_td td = {
		.attributes = init->attributes,
		.xfam = init->xfam,
		.config_digest = init->config_digest,
		.flow = tdl_plan_flow(tdvf.plan),
		.host = "embedded",
		.memory = tdl_plan_memory(tdvf.plan),
		.cpus = tdl_plan_cpus(tdvf.plan),
	};

	(void)ctx;
	return tdl_log_init(writer, &td, err);
}

static int on_region(void *ctx, size_t index, const struct tdl_region *region,
		     struct tdl_error *err)
{
	(void)ctx;
	(void)region;
	return tdl_log_plan_region(writer, tdvf.plan, index, err);
}

static int on_page(void *ctx, const struct tdl_launch_page *page, struct tdl_error *err)
{
	int rc = tdl_log_add(writer, page->gpa, page->bytes, err);

	(void)ctx;
	return rc == 0 && page->extended ? tdl_log_extend(writer, page->gpa, page->bytes, err) : rc;
}

static int on_finalize(void *ctx, const uint8_t *mrtd, struct tdl_error *err)
{
	memcpy(((struct outcome *)ctx)->mrtd, mrtd, 48);
	return tdl_log_finalize(writer, mrtd, NULL, err);
}

static const struct tdl_launch_observer observer = {
	.init = on_init,
	.region_begin = on_region,
	.page = on_page,
	.finalize = on_finalize,
};

static unsigned open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

/* One launch with the rules that were added. */
static void launch(struct outcome *o)
{
	static char path[300];
	const struct tdl_log_options log_options = { .image = tdvf.image };
	struct tdl_launch_options options;
	struct tdl_error err = { 0 };
	struct tdl_td *td = NULL;

	*o = (struct outcome){ .rc = 0 };
	snprintf(path, sizeof(path), "%s/log", test_folder());
	tdl_launch_defaults(&options);
	options.observer = &observer;
	options.observer_ctx = o;
	options.prefault = TDL_PREFAULT_RANGE; /* behind all regions, in one piece */
	options.prefault_start = 0x1000000;
	options.prefault_size = 0x6000;
	options.busy_retries = 20;
	test_rc(tdl_log_create(path, &log_options, &writer, &err), 0, &err);
	faults_arm();
	o->rc = tdl_launch_run(host, tdvf.plan, &options, &td, &o->err);
	tdl_td_free(td);
	faults_disarm();
	test_rc(tdl_log_close(writer, &err), 0, &err);
	o->log = test_read(path, &o->log_size);
	runs++;
}

/* A sentence for whoever reads a failure. */
static const char *where(const struct fault_hit *hit, const struct outcome *o)
{
	static char text[1400];

	snprintf(text, sizeof(text), "layer %d, %s %#llx in %s -> %d, status %#llx: %s",
		 (int)hit->layer, hit->name ? hit->name : "?", (unsigned long long)hit->result,
		 hit->call, o->rc, (unsigned long long)o->err.hw, o->err.text);
	return text;
}

/* How a message names a call. */
static const char *words_for(const char *call)
{
	return strcmp(call, "td_report") == 0 ? "TDREPORT" : call;
}

/* A call that says EINVAL is the host's mistake, not the caller's: EIO, with its words. */
static void check_message(const struct fault_hit *hit, const struct outcome *o)
{
	int error = hit->layer == FAULT_SEAMCALL ? 0 : (int)hit->result;
	bool is_memory = hit->layer == FAULT_MEMORY || hit->layer == FAULT_OWN_MEMORY;

	/* The module has no errno: it ends in an error of its own. */
	if (is_memory)
		error = o->rc == -EIO ? 0 : -ENOMEM;
	ck_assert_msg(o->err.code == o->rc && o->err.text[0], "%s", where(hit, o));
	if (error)
		ck_assert_msg(o->rc == (error == -EINVAL ? -EIO : error), "%s", where(hit, o));
	if (hit->layer == FAULT_OWN_MEMORY && !hit->call[0])
		ck_assert_msg(strstr(o->err.text, "memory") != NULL, "%s", where(hit, o));
	else
		ck_assert_msg(strstr(o->err.text, words_for(hit->call)) != NULL, "%s",
			      where(hit, o));
	if (hit->layer != FAULT_OWN_MEMORY)
		ck_assert_msg(strstr(o->err.text, strerror(error ? -error : -o->rc)) != NULL ||
				      o->rc == -EIO,
			      "%s", where(hit, o));
	ck_assert_msg(o->err.hw == hit->hw_error, "%s", where(hit, o));
}

/* All of it when the launch fails after the TD was finalized. */
static void check_prefix(const struct fault_hit *hit, const struct outcome *o)
{
	ck_assert_msg(o->log_size <= good.log_size && !memcmp(o->log, good.log, o->log_size), "%s",
		      where(hit, o));
}

/* What the module will not let go is lost, to the model as to Linux, which flushes a vCPU once and
 * makes the other calls of a teardown again while the module is busy. */
static bool may_lose_pages(const struct fault_hit *hit)
{
	static const char *const leaves[] = {
		"TDH.VP.FLUSH",	       "TDH.PHYMEM.PAGE.RECLAIM", "TDH.PHYMEM.CACHE.WB",
		"TDH.MNG.VPFLUSHDONE", "TDH.MNG.KEY.FREEID",	  "TDH.MEM.RANGE.BLOCK",
		"TDH.MEM.TRACK",       "TDH.MEM.PAGE.REMOVE",
	};

	for (size_t i = 0; i < ARRAY_SIZE(leaves); i++)
		if (hit->layer == FAULT_SEAMCALL && strcmp(hit->name, leaves[i]) == 0)
			return i == 0 || ((uint64_t)hit->result & TDX_STATUS_BASE_MASK) !=
						 TDX_OPERAND_BUSY;
	return false;
}

static void run_one(void)
{
	unsigned before = open_descriptors();
	struct outcome o;

	launch(&o);
	const struct fault_hit *hit = faults_hit();

	if (o.rc == 0) {
		ck_assert_msg(!memcmp(o.mrtd, good.mrtd, 48), "%s", where(hit, &o));
		ck_assert_msg(o.log_size == good.log_size && !memcmp(o.log, good.log, o.log_size),
			      "%s", where(hit, &o));
	} else {
		check_message(hit, &o);
		check_prefix(hit, &o);
	}
	ck_assert_msg(open_descriptors() == before, "%s", where(hit, &o));
	ck_assert_msg(kernel_test_open_count(kernel) == 0, "%s", where(hit, &o));
	if (may_lose_pages(hit))
		new_host();
	else
		ck_assert_msg(kernel_test_pages_used(kernel) == 0, "%llu pages: %s",
			      (unsigned long long)kernel_test_pages_used(kernel), where(hit, &o));
	free(o.log);
}

/* The rule at the first point, at the second, ... until there is none. */
static uint64_t sweep(struct fault_rule rule, unsigned stride)
{
	uint64_t n;

	rule.times = 1;
	for (n = 0;; n += stride) {
		faults_reset(0);
		rule.skip = n;
		faults_add(&rule);
		run_one();
		if (!faults_fired())
			return n;
	}
}

static void set_up(void)
{
	tdvf_start(&tdvf, "qemu", 1);
	new_host();
	faults_reset(0);
	launch(&good);
	test_rc(good.rc, 0, &good.err);
	ck_assert_mem_eq(good.mrtd, tdvf.mrtd, 48);
	ck_assert_uint_gt(good.log_size, 1000);
	runs = 0;
}

static void tear_down(void)
{
	struct outcome again;

	faults_reset(0);
	launch(&again); /* the last kernel is as good as new */
	test_rc(again.rc, 0, &again.err);
	free(again.log);
	free(good.log);
	tdl_host_free(host);
	tdl_host_free(inner);
	tdvf_end(&tdvf);
	printf("%lu launches\n", runs);
}

static const int errors[] = { -EINTR, -EAGAIN, -EBUSY, -ENOMEM, -EIO, -EINVAL };

START_TEST(every_call_into_the_host_may_fail)
{
	sweep((struct fault_rule){ .layer = FAULT_HOST, .result = errors[_i] }, 1);
}
END_TEST

START_TEST(every_call_of_the_kernel_may_fail)
{
	sweep((struct fault_rule){ .layer = FAULT_CALL, .result = errors[_i] }, 1);
}
END_TEST

START_TEST(a_range_may_be_done_in_part)
{
	for (uint64_t pages = 0; pages < 8; pages += pages < 2 ? 1 : 3)
		sweep((struct fault_rule){ .layer = FAULT_PARTIAL, .pages = pages,
					   .result = errors[_i] }, 1);
}
END_TEST

static const uint64_t statuses[] = {
	TDX_OPERAND_BUSY | 0x80, /* of the SEPT tree */
	TDX_RND_NO_ENTROPY,
	TDX_OPERAND_INVALID | 1, /* RCX */
	TDX_SW_ERROR,
};

START_TEST(every_seamcall_may_be_refused)
{
	sweep((struct fault_rule){ .layer = FAULT_SEAMCALL, .result = (int64_t)statuses[_i] },
	      STRIDE);
}
END_TEST

START_TEST(a_signal_may_arrive_at_every_seamcall)
{
	sweep((struct fault_rule){ .layer = FAULT_SIGNAL }, STRIDE);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
	static const enum fault_layer layers[] = { FAULT_PAGES, FAULT_MEMORY, FAULT_OWN_MEMORY };

	sweep((struct fault_rule){ .layer = layers[_i], .result = -ENOMEM }, 1);
}
END_TEST

/* What only asks for patience changes nothing, however often it comes. */
START_TEST(patience_is_enough)
{
	static const struct fault_rule rules[] = {
		{ FAULT_HOST, "KVM_TDX_INIT_MEM_REGION", 0, UINT64_MAX, 3, -EAGAIN, 0 },
		{ FAULT_HOST, "KVM_CREATE_VCPU", 0, UINT64_MAX, 2, -EINTR, 0 },
		{ FAULT_CALL, "KVM_SET_MEMORY_ATTRIBUTES", 0, UINT64_MAX, 2, -EBUSY, 0 },
		{ FAULT_PARTIAL, NULL, 0, UINT64_MAX, 2, -EINTR, 1 },
		{ FAULT_SEAMCALL, "TDH.MEM.PAGE.ADD", 0, UINT64_MAX, 3, (int64_t)TDX_OPERAND_BUSY, 0 },
		{ FAULT_SEAMCALL, "TDH.MEM.PAGE.AUG", 0, UINT64_MAX, 3, (int64_t)TDX_OPERAND_BUSY, 0 },
		{ FAULT_SIGNAL, NULL, 0, UINT64_MAX, 30, 0, 0 },
	};
	uint64_t fired = 0;

	for (uint64_t seed = 1; seed <= 200 / STRIDE; seed++) {
		struct outcome o;

		faults_reset(seed);
		for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
			faults_add(&rules[i]);
		launch(&o);
		ck_assert_msg(o.rc == 0, "seed %llu: %s", (unsigned long long)seed, o.err.text);
		ck_assert_mem_eq(o.mrtd, good.mrtd, 48);
		ck_assert_uint_eq(o.log_size, good.log_size);
		ck_assert_mem_eq(o.log, good.log, good.log_size);
		ck_assert_uint_eq(kernel_test_pages_used(kernel), 0);
		fired += faults_fired();
		free(o.log);
	}
	ck_assert_uint_gt(fired, 1000 / STRIDE);
}
END_TEST

/* A host that is busy for ever is given up, and the module's own word is in the error. */
START_TEST(patience_ends)
{
	const struct fault_rule rule = { .layer = FAULT_SEAMCALL,
					 .name = "TDH.MR.FINALIZE",
					 .times = UINT64_MAX,
					 .result = (int64_t)statuses[0] };
	struct outcome o;

	faults_reset(0);
	faults_add(&rule);
	launch(&o);
	ck_assert_int_eq(o.rc, -EBUSY);
	ck_assert_uint_eq(o.err.hw, statuses[0]);
	ck_assert_ptr_nonnull(strstr(o.err.text, "KVM_TDX_FINALIZE_VM"));
	ck_assert_ptr_nonnull(strstr(o.err.text, "after 21 tries"));
	check_prefix(faults_hit(), &o);
	free(o.log);
}
END_TEST

/* A page that the module did not give back is lost, and nobody gets it a second time. */
START_TEST(a_kept_page_is_not_used_again)
{
	uint64_t kept = 0;

	for (uint64_t n = 0;; n++) {
		const struct fault_rule rule = { .layer = FAULT_SEAMCALL,
						 .name = "TDH.PHYMEM.PAGE.RECLAIM",
						 .skip = n,
						 .times = 1,
						 .result = (int64_t)TDX_SW_ERROR };
		struct outcome o;

		faults_reset(0);
		faults_add(&rule);
		launch(&o);
		test_rc(o.rc, 0, &o.err);
		free(o.log);
		if (!faults_fired())
			break;
		ck_assert_uint_gt(kernel_test_pages_used(kernel), kept);
		kept = kernel_test_pages_used(kernel);
	}
	ck_assert_uint_gt(kept, 10);
	new_host();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("faults");
	TCase *tests = tcase_create("sweep");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 300);
	tcase_add_loop_test(tests, every_call_into_the_host_may_fail, 0, ARRAY_SIZE(errors));
	tcase_add_loop_test(tests, every_call_of_the_kernel_may_fail, 0, ARRAY_SIZE(errors));
	tcase_add_loop_test(tests, a_range_may_be_done_in_part, 0, ARRAY_SIZE(errors));
	tcase_add_loop_test(tests, every_seamcall_may_be_refused, 0, ARRAY_SIZE(statuses));
	tcase_add_test(tests, a_signal_may_arrive_at_every_seamcall);
	tcase_add_loop_test(tests, every_allocation_may_fail, 0, 3);
	tcase_add_test(tests, patience_is_enough);
	tcase_add_test(tests, patience_ends);
	tcase_add_test(tests, a_kept_page_is_not_used_again);
	suite_add_tcase(suite, tests);
	return test_run(suite);
}
