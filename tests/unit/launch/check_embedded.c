/* SPDX-License-Identifier: BSD-2-Clause */
/* Launches on the embedded kernel: MRTD as its TDX module has it is what the plan says, twice over,
 * because the two share no code. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tdlaunch/image.h>
#include <tdlaunch/kernel.h>
#include <tdlaunch/launch.h>

#include "arch/tdx_report.h"
#include "base/bytes.h"
#include "tests/lib/test.h"
#include "tests/unit/launch/tdvf.h"

#define GOLDEN_FIRMWARE                                                                           \
	"fa0dd56f4e3156e03cb377d56b5785bda51999a9c01fcf4e"                                                \
	"3d00e8848d6fe02a94d95e2c1fab707a000bb08674a7ce6a"

static struct tdvf tdvf;
static struct tdl_host *host;
static struct tdl_launch_options options;
static struct tdl_error err;

static void set_up(void)
{
	memset(&err, 0, sizeof(err));
	tdvf_start(&tdvf, "qemu", 3);
	tdl_launch_defaults(&options);
	test_rc(tdl_kernel_host(NULL, &host, &err), 0, &err);
}

static void tear_down(void)
{
	tdl_host_free(host);
	tdvf_end(&tdvf);
}

START_TEST(the_module_measures_what_the_plan_says)
{
	uint8_t mrtd[48], report[1024], data[64];
	struct tdl_td *td = NULL;

	memset(data, 0x5a, sizeof(data));
	options.mrconfigid[0] = 1;
	options.mrowner[47] = 2;
	options.mrownerconfig[5] = 3;
	test_rc(tdl_launch_run(host, tdvf.plan, &options, &td, &err), 0, &err);
	test_rc(tdl_td_mrtd(td, mrtd, &err), 0, &err);
	ck_assert_mem_eq(mrtd, tdvf.mrtd, 48);
	test_rc(tdl_td_report(td, data, report, &err), 0, &err);
	ck_assert_mem_eq(report + TDX_REPORT_REPORTDATA, data, 64);
	ck_assert_mem_eq(report + TDX_REPORT_TDINFO + TDX_TDINFO_MRCONFIGID, options.mrconfigid, 48);
	ck_assert_mem_eq(report + TDX_REPORT_TDINFO + TDX_TDINFO_MROWNER, options.mrowner, 48);
	ck_assert_mem_eq(report + TDX_REPORT_TDINFO + TDX_TDINFO_MROWNERCONFIG,
			 options.mrownerconfig, 48);
	/* SEPT_VE_DISABLE, bit 28 */
	ck_assert_uint_eq(report[TDX_REPORT_TDINFO + TDX_TDINFO_ATTRIBUTES + 3], 0x10);
	tdl_td_free(td);
}
END_TEST

START_TEST(pre_faulting_changes_no_measurement)
{
	const struct tdl_launch_result *result;
	struct tdl_td *td = NULL;
	uint8_t mrtd[48];

	options.prefault = TDL_PREFAULT_ALL;
	test_rc(tdl_launch_run(host, tdvf.plan, &options, &td, &err), 0, &err);
	result = tdl_td_result(td);
	ck_assert_uint_eq(result->prefaulted, (64u << 20) - TDVF_IN_RAM * 4096);
	ck_assert_uint_eq(result->prefault_threads, 3);
	test_rc(tdl_td_mrtd(td, mrtd, &err), 0, &err);
	ck_assert_mem_eq(mrtd, tdvf.mrtd, 48);
	tdl_td_free(td);
}
END_TEST

START_TEST(one_host_launches_many)
{
	for (int i = 0; i < 3; i++) {
		struct tdl_td *td[2] = { NULL, NULL };
		uint8_t mrtd[48];

		for (int j = 0; j < 2; j++)
			test_rc(tdl_launch_run(host, tdvf.plan, NULL, &td[j], &err), 0, &err);
		for (int j = 0; j < 2; j++) {
			test_rc(tdl_td_mrtd(td[j], mrtd, &err), 0, &err);
			ck_assert_mem_eq(mrtd, tdvf.mrtd, 48);
			tdl_td_free(td[j]);
		}
	}
}
END_TEST

START_TEST(the_embedded_kernel_offers_tdx)
{
	struct tdl_probe probe;

	test_rc(tdl_host_probe(host, &probe, &err), 0, &err);
	ck_assert(probe.tdx);
	ck_assert(tdl_host_reports(host));
	ck_assert_uint_eq(probe.attributes, TDL_ATTRIBUTE_SEPT_VE_DISABLE);
	ck_assert_uint_gt(probe.cpuid_leaves, 0);
	ck_assert_uint_le(probe.cpuid_leaves, 96);
}
END_TEST

START_TEST(a_machine_of_two_cpus_has_no_third_vcpu)
{
	const struct tdl_kernel_options small = { .cpus = 2 };
	struct tdl_host *two = NULL;
	struct tdl_td *td = NULL;

	test_rc(tdl_kernel_host(&small, &two, &err), 0, &err);
	test_rc(tdl_launch_run(two, tdvf.plan, &options, &td, &err), -EINVAL, &err);
	ck_assert_ptr_null(td);
	tdl_host_free(two);
}
END_TEST

static void count_line(void *ctx, const char *line)
{
	unsigned int *counts = ctx;

	counts[0] += strncmp(line, "seamcall TDH.MEM.PAGE.ADD ", 26) == 0;
	counts[1] += strncmp(line, "seamcall TDH.MR.EXTEND ", 23) == 0;
	counts[2] += strncmp(line, "call ", 5) == 0;
	counts[3] += strncmp(line, "refused ", 8) == 0;
}

START_TEST(a_trace_shows_each_page_once)
{
	unsigned int counts[4] = { 0 };
	const struct tdl_kernel_options traced = { .trace = count_line, .trace_ctx = counts };
	struct tdl_host *other = NULL;
	struct tdl_td *td = NULL;

	test_rc(tdl_kernel_host(&traced, &other, &err), 0, &err);
	test_rc(tdl_launch_run(other, tdvf.plan, &options, &td, &err), 0, &err);
	ck_assert_uint_eq(counts[0], TDVF_PAGES);
	ck_assert_uint_eq(counts[1], TDVF_MEASURED * 16);
	ck_assert_uint_gt(counts[2], 20);
	ck_assert_uint_eq(counts[3], 0);
	tdl_td_free(td);
	tdl_host_free(other);
}
END_TEST

/* Golden: Debian 12's OVMF.fd, ovmf 2022.11-6+deb12u2, computed by measurement tools other than
 * ours; see measurements/debian-12-ovmf.json. */
START_TEST(debians_ovmf_has_its_known_mrtd)
{
	static const char path[] = "/usr/share/ovmf/OVMF.fd";
	const struct tdl_plan_options plan_options = { .memory = 2048ull << 20, .cpus = 1 };
	struct tdl_image *image = NULL;
	struct tdl_plan *plan = NULL;
	struct tdl_td *td = NULL;
	uint8_t mrtd[48], digest[48];
	char hex[97];

	if (access(path, R_OK) < 0) {
		puts("skipped: Debian's ovmf package is not installed");
		return;
	}
	test_rc(tdl_image_open(path, NULL, &image, &err), 0, &err);
	test_rc(tdl_image_digest(image, digest, &err), 0, &err);
	if (strcmp(hex_encode(digest, 48, hex), GOLDEN_FIRMWARE) != 0) {
		puts("skipped: this is another build of OVMF");
	} else {
		test_rc(tdl_plan_build(image, &plan_options, &plan, &err), 0, &err);
		test_rc(tdl_launch_run(host, plan, NULL, &td, &err), 0, &err);
		test_rc(tdl_td_mrtd(td, mrtd, &err), 0, &err);
		test_hex(mrtd, 48,
			 "4c7206f0f483c524f12c366c711e9049030a8d47c471ee5aa9c4999a08de4057"
			 "fb887fed0744d5631a212967fb231c47");
	}
	tdl_td_free(td);
	tdl_plan_free(plan);
	tdl_image_free(image);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("embedded");
	TCase *tests = tcase_create("embedded");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 300);
	tcase_add_test(tests, the_module_measures_what_the_plan_says);
	tcase_add_test(tests, pre_faulting_changes_no_measurement);
	tcase_add_test(tests, one_host_launches_many);
	tcase_add_test(tests, the_embedded_kernel_offers_tdx);
	tcase_add_test(tests, a_machine_of_two_cpus_has_no_third_vcpu);
	tcase_add_test(tests, a_trace_shows_each_page_once);
	tcase_add_test(tests, debians_ovmf_has_its_known_mrtd);
	suite_add_tcase(suite, tests);
	return test_run(suite);
}
