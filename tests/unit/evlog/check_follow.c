/* SPDX-License-Identifier: BSD-2-Clause */
/* A log whose hash states come from the computation of MRTD: the same bytes as one that hashes for
 * itself, and nothing at all once an operation is not the plan's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/log.h>
#include <tdlaunch/mrtd.h>

#include "base/attr.h"
#include "base/range.h"
#include "tests/lib/tdvf_builder.h"
#include "tests/lib/test.h"

static struct tdl_error err;
static struct tdl_image *image;
static struct tdl_plan *plan;
static struct tdl_mrtd_run *run;
static struct tdl_log_writer *writer;

static const char *in_folder(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", test_folder(), name);
	return path;
}

static void start(const char *flow)
{
	const struct tdl_plan_options how = { .flow = flow, .memory = UINT64_C(2) << 30,
					      .cpus = 1 };
	struct tdvf_built built = tdvf_four_mib();

	test_write(in_folder("4m.fd"), built.bytes, built.size);
	tdvf_free(&built);
	test_rc(tdl_image_open(in_folder("4m.fd"), NULL, &image, &err), 0, &err);
	test_rc(tdl_plan_build(image, &how, &plan, &err), 0, &err);
}

/* A log that follows the plan, with its head. */
static void follow(void)
{
	struct tdl_log_options options = { 0 };

	start("qemu");
	options.image = image;
	test_rc(tdl_mrtd_start(plan, TDL_LOG_REGION_PAGES, &run, &err), 0, &err);
	options.computation = run;
	test_rc(tdl_log_create(in_folder("log"), &options, &writer, &err), 0, &err);
	test_rc(tdl_log_init(writer, &(struct tdl_log_td){ .flow = "qemu" }, &err), 0, &err);
}

static void end(void)
{
	tdl_log_close(writer, NULL);
	tdl_mrtd_finish(run, NULL, NULL);
	tdl_plan_free(plan);
	tdl_image_free(image);
	writer = NULL;
	run = NULL;
}

static const struct {
	const char *flow;
	enum tdl_log_detail detail;
	bool embed;
} kinds[] = {
	{ "qemu", TDL_LOG_DETAIL_PAGE, false },
	{ "qemu", TDL_LOG_DETAIL_PAGE, true },
	{ "qemu", TDL_LOG_DETAIL_REGION, false },
	{ "qemu", TDL_LOG_DETAIL_CALL, false },
	{ "qemu-8.2-canonical", TDL_LOG_DETAIL_PAGE, false },
	{ "qemu-8.2-canonical", TDL_LOG_DETAIL_REGION, false },
	{ "qemu-8.2-canonical", TDL_LOG_DETAIL_CALL, false },
};

START_TEST(it_is_the_log_that_hashes_for_itself)
{
	struct tdl_log_options options = { .detail = kinds[_i].detail, .embed = kinds[_i].embed };
	const struct tdl_log_td td = { .host = "" };
	uint8_t *own, *followed;
	size_t own_size, size;

	start(kinds[_i].flow);
	test_rc(tdl_log_from_plan(in_folder("own"), &options, plan, &td, &err), 0, &err);
	test_rc(tdl_mrtd_start(plan, TDL_LOG_REGION_PAGES, &run, &err), 0, &err);
	options.computation = run;
	test_rc(tdl_log_from_plan(in_folder("log"), &options, plan, &td, &err), 0, &err);
	own = test_read(in_folder("own"), &own_size);
	followed = test_read(in_folder("log"), &size);
	ck_assert_uint_eq(size, own_size);
	ck_assert_int_eq(memcmp(own, followed, size), 0);
	free(own);
	free(followed);
	end();
}
END_TEST

/* With states and without, the computation gives what it gives on the spot. */
START_TEST(the_computation_gives_the_same_with_states)
{
	struct tdl_mrtd *there = NULL, *here = NULL;

	start("qemu-8.2-canonical");
	test_rc(tdl_mrtd_compute(plan, &here, &err), 0, &err);
	test_rc(tdl_mrtd_start(plan, _i ? TDL_LOG_REGION_PAGES : 0, &run, &err), 0, &err);
	test_rc(tdl_mrtd_finish(run, &there, &err), 0, &err);
	run = NULL;
	for (size_t i = 0; i < tdl_plan_region_count(plan); i++)
		ck_assert_mem_eq(tdl_mrtd_after(there, i), tdl_mrtd_after(here, i), 48);
	ck_assert_uint_eq(tdl_mrtd_bytes(there), tdl_mrtd_bytes(here));
	tdl_mrtd_free(there);
	tdl_mrtd_free(here);
	end();
}
END_TEST

START_TEST(states_must_be_where_regions_start)
{
	struct tdl_log_options options = { 0 };

	start("qemu");
	test_rc(tdl_mrtd_start(plan, 2 * TDL_LOG_REGION_PAGES, &run, &err), 0, &err);
	options.image = image;
	options.computation = run;
	test_rc(tdl_log_create(in_folder("log"), &options, &writer, &err), -EINVAL, &err);
	ck_assert_str_eq(err.text, "the computation of MRTD has no state every 256 pages");
	end();
}
END_TEST

START_TEST(other_bytes_than_the_plan_has_are_refused)
{
	uint8_t scratch[PAGE_SIZE_4K], page[PAGE_SIZE_4K];
	uint64_t gpa;

	follow();
	gpa = tdl_plan_region(plan, 0)->gpa;
	test_rc(tdl_log_plan_region(writer, plan, 0, &err), 0, &err);
	memcpy(page, tdl_plan_page(plan, 0, 0, scratch), sizeof(page));
	page[4095] ^= 1;
	test_rc(tdl_log_add(writer, gpa, page, &err), -EINVAL, &err);
	ck_assert_msg(strstr(err.text, "does not have the plan's bytes") != NULL, "%s", err.text);
	page[4095] ^= 1; /* equal, though not the plan's own */
	test_rc(tdl_log_add(writer, gpa, page, &err), 0, &err);
	end();
}
END_TEST

/* Regions that a log without a plan would take. */
START_TEST(other_regions_than_the_plan_has_are_refused)
{
	const struct tdl_region *first;
	struct tdl_log_range range = { .pages = 1 };

	follow();
	first = tdl_plan_region(plan, 0);
	test_rc(tdl_log_plan_region(writer, plan, 1, &err), -EINVAL, &err);
	ck_assert_msg(strstr(err.text, "are not the plan's region 0") != NULL, "%s", err.text);
	range.gpa = first->gpa;
	test_rc(tdl_log_region_begin(writer, &range, &err), -EINVAL, &err);
	test_rc(tdl_log_finalize(writer, NULL, NULL, &err), -EINVAL, &err);
	ck_assert_msg(strstr(err.text, "final after 0 of the plan's") != NULL, "%s", err.text);
	end();
}
END_TEST

static void log_all_regions(void)
{
	uint8_t scratch[PAGE_SIZE_4K];

	for (size_t i = 0; i < tdl_plan_region_count(plan); i++) {
		const struct tdl_region *r = tdl_plan_region(plan, i);

		test_rc(tdl_log_plan_region(writer, plan, i, &err), 0, &err);
		for (uint64_t page = 0; page < r->pages; page++) {
			const uint8_t *bytes = tdl_plan_page(plan, i, page, scratch);
			uint64_t gpa = r->gpa + page * PAGE_SIZE_4K;

			test_rc(tdl_log_add(writer, gpa, bytes, &err), 0, &err);
			if (r->pattern == TDL_PATTERN_ADD_EXTEND)
				test_rc(tdl_log_extend(writer, gpa, bytes, &err), 0, &err);
		}
	}
}

START_TEST(nothing_follows_the_last_region)
{
	struct tdl_log_range range = { .pages = 1, .gpa = 0x10000 };

	follow();
	log_all_regions();
	test_rc(tdl_log_region_begin(writer, &range, &err), -EINVAL, &err);
	ck_assert_str_eq(err.text, "a region at 0x10000 after the plan's last");
	end();
}
END_TEST

/* What the module reports is still held against what was logged. */
START_TEST(a_module_that_disagrees_is_noticed)
{
	static const uint8_t wrong[48];

	follow();
	log_all_regions();
	test_rc(tdl_log_finalize(writer, wrong, NULL, &err), -EKEYREJECTED, &err);
	end();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("follow");
	TCase *t = tcase_create("follow");

	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	tcase_add_loop_test(t, it_is_the_log_that_hashes_for_itself, 0, ARRAY_SIZE(kinds));
	tcase_add_loop_test(t, the_computation_gives_the_same_with_states, 0, 2);
	tcase_add_test(t, states_must_be_where_regions_start);
	tcase_add_test(t, other_bytes_than_the_plan_has_are_refused);
	tcase_add_test(t, other_regions_than_the_plan_has_are_refused);
	tcase_add_test(t, nothing_follows_the_last_region);
	tcase_add_test(t, a_module_that_disagrees_is_noticed);
	return test_run(s);
}
