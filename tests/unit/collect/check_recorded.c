/* SPDX-License-Identifier: BSD-2-Clause */
/* Collecting from recorded trees: the register files and event logs of a TD, and what an older kernel, a
 * TPM beside or in place of the registers change. Names and sizes of the files are those of Linux v6.16
 * (tdx-guest.c, tdx_mr_attrs) and of ACPI's sysfs tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tdlaunch/collect.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "collect/collect.h"
#include "tests/lib/test.h"
#include "tests/unit/collect/tree.h"

#define REGISTERS "/sys/devices/virtual/misc/tdx_guest/measurements/"

static const struct {
	const char *path, *name;
} files[] = {
	{ REGISTERS "mrtd:sha384", "mrtd" },   { REGISTERS "rtmr0:sha384", "rtmr0" },
	{ REGISTERS "rtmr1:sha384", "rtmr1" }, { REGISTERS "rtmr2:sha384", "rtmr2" },
	{ REGISTERS "rtmr3:sha384", "rtmr3" }, { REGISTERS "mrconfigid", "mrconfigid" },
	{ REGISTERS "mrowner", "mrowner" },    { REGISTERS "mrownerconfig", "mrownerconfig" },
};

static const char *root;
static uint8_t report[1024];

static void put(const char *path, const void *bytes, size_t size)
{
	tree_put(root, path, bytes, size);
}

/* A TD of Linux 6.16: its TDREPORT, and each register twice, the second time as a file. Offsets are
 * those of the TDX Module ABI, TDREPORT_STRUCT. */
static void make(void)
{
	static const size_t at[ARRAY_SIZE(files)] = { 528, 720, 768, 816, 864, 576, 624, 672 };
	struct tdl_error err = { 0 };

	root = test_folder();
	memset(report, 0, sizeof(report));
	report[0] = 0x81;
	put_le16(report + 256, 0x1ff);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		memset(report + at[i], 0xa0 + (int)i, 48);
		put(files[i].path, report + at[i], 48);
	}
	test_rc(sha384(report + 256, 239, report + 32, &err), 0, &err);
	test_rc(sha384(report + 512, 512, report + 80, &err), 0, &err);
	put("/dev/tdx_guest", report, sizeof(report));
}

static struct tdl_collection *collect(void)
{
	const struct tdl_collect_options options = { .sysroot = root };
	struct tdl_collection *c = NULL;
	struct tdl_error err = { 0 };

	test_rc(tdl_collect(&options, &c, &err), 0, &err);
	return c;
}

static bool has_note(const struct tdl_collection *c, const char *words)
{
	for (size_t i = 0; tdl_collection_note(c, i); i++)
		if (strstr(tdl_collection_note(c, i), words))
			return true;
	return false;
}

START_TEST(register_files_become_one_list_of_hex_digits)
{
	struct tdl_collection *c = collect();
	const struct entry *e = collect_find(c, "registers.json");

	ck_assert_int_eq(e->item.state, TDL_COLLECTED);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char line[200] = "", byte[3];

		snprintf(line, sizeof(line), "\"%s\":\"", files[i].name);
		snprintf(byte, sizeof(byte), "%02x", 0xa0 + (unsigned)i);
		for (int k = 0; k < 48; k++)
			strcat(line, byte);
		strcat(line, "\"");
		ck_assert_msg(strstr((const char *)e->bytes, line), "no %s in %s", line, e->bytes);
	}
	ck_assert(!has_note(c, "register file"));
	tdl_collection_free(c);
}
END_TEST

START_TEST(a_register_that_differs_from_the_report_is_noted)
{
	uint8_t other[48] = { 1 };

	put(files[3].path, other, sizeof(other));
	struct tdl_collection *c = collect();
	ck_assert(has_note(c, "rtmr2 in the TDREPORT is not what the kernel's register file says: it "
			      "was extended"));
	ck_assert(!has_note(c, "rtmr1 in the TDREPORT"));
	tdl_collection_free(c);
}
END_TEST

START_TEST(a_register_of_another_size_is_not_taken)
{
	put(files[_i].path, report, _i % 2 ? 47 : 49);
	struct tdl_collection *c = collect();
	const struct entry *e = collect_find(c, "registers.json");

	ck_assert_int_eq(e->item.state, TDL_NOT_READ);
	ck_assert_ptr_nonnull(strstr(e->item.why, "does not have 48 bytes"));
	tdl_collection_free(c);
}
END_TEST

/* User space cannot extend RTMR2 then. */
START_TEST(a_kernel_too_old_for_rtmr2_is_named)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s%s", root, files[i].path);
		ck_assert_int_eq(unlink(path), 0);
	}
	put("/proc/version", "Linux version 6.12.0\n", 21);
	struct tdl_collection *c = collect();
	const struct entry *e = collect_find(c, "registers.json");

	ck_assert_int_eq(e->item.state, TDL_NOT_THERE);
	ck_assert_ptr_nonnull(strstr(e->item.why, "the kernel is older than 6.16"));
	ck_assert_ptr_nonnull(strstr(e->item.advice, "RTMR2 and RTMR3 can be read in the TDREPORT, "
						     "but not extended by user space"));
	ck_assert_int_eq(collect_find(c, "tdreport.bin")->item.state, TDL_COLLECTED);
	ck_assert_int_eq(collect_find(c, "kernel")->item.state, TDL_COLLECTED);
	tdl_collection_free(c);
}
END_TEST

START_TEST(the_ccel_table_and_its_area_are_taken_as_they_are)
{
	static const struct {
		const char *path, *file;
	} logs[] = {
		{ "/sys/firmware/acpi/tables/CCEL", "ccel.table" },
		{ "/sys/firmware/acpi/tables/data/CCEL", "ccel.bin" },
		{ "/sys/kernel/security/ima/ascii_runtime_measurements", "ima.txt" },
		{ "/sys/kernel/security/tpm0/binary_bios_measurements", "tpm-events.bin" },
		{ "/proc/cmdline", "cmdline" },
	};
	struct tdl_collection *c = collect();

	ck_assert_int_eq(collect_find(c, logs[_i].file)->item.state, TDL_NOT_THERE);
	tdl_collection_free(c);
	put(logs[_i].path, report + 500, 77);
	c = collect();
	const struct entry *e = collect_find(c, logs[_i].file);
	ck_assert_int_eq(e->item.state, TDL_COLLECTED);
	ck_assert_uint_eq(e->item.size, 77);
	ck_assert_mem_eq(e->bytes, report + 500, 77);
	tdl_collection_free(c);
	put(logs[_i].path, "", 0);
	c = collect();
	ck_assert_ptr_nonnull(strstr(collect_find(c, logs[_i].file)->item.why, "is empty"));
	tdl_collection_free(c);
}
END_TEST

/* A TPM proves nothing about a TD whose host provides it, and is not asked. */
START_TEST(a_hosts_tpm_beside_a_td_is_noted_and_not_asked)
{
	put("/sys/class/tpm/tpm0/active", "1", 1);
	struct tdl_collection *c = collect();

	ck_assert_int_eq(tdl_collection_place(c), TDL_PLACE_TD);
	ck_assert(has_note(c, "a TPM is beside this TD; its host provides it (a swtpm, for example), "
			      "and what its PCRs say proves nothing about the TD"));
	ck_assert(!has_note(c, "RTMR0 to RTMR3 are zero"));
	ck_assert_int_eq(collect_find(c, "hcl.bin")->item.state, TDL_NOT_THERE);
	ck_assert_ptr_nonnull(strstr(collect_find(c, "hcl.bin")->item.why, "no vTPM was asked"));
	ck_assert_int_eq(collect_find(c, "vtpm.json")->item.state, TDL_NOT_THERE);
	tdl_collection_free(c);
}
END_TEST

START_TEST(a_vtpm_in_place_of_the_rtmrs_is_noted)
{
	struct tdl_error err = { 0 };

	memset(report + 720, 0, 4 * 48);
	test_rc(sha384(report + 512, 512, report + 80, &err), 0, &err);
	put("/dev/tdx_guest", report, sizeof(report));
	if (_i)
		put("/sys/class/tpm/tpm0/active", "1", 1);
	struct tdl_collection *c = collect();
	ck_assert(has_note(c, "RTMR0 to RTMR3 are zero: the firmware measured nothing into them"));
	ck_assert_int_eq(has_note(c, "may have used the TPM in their place"), _i);
	tdl_collection_free(c);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("collect recorded");
	TCase *tc = tcase_create("trees");

	tcase_add_checked_fixture(tc, make, NULL);
	tcase_add_test(tc, register_files_become_one_list_of_hex_digits);
	tcase_add_test(tc, a_register_that_differs_from_the_report_is_noted);
	tcase_add_loop_test(tc, a_register_of_another_size_is_not_taken, 0, ARRAY_SIZE(files));
	tcase_add_test(tc, a_kernel_too_old_for_rtmr2_is_named);
	tcase_add_loop_test(tc, the_ccel_table_and_its_area_are_taken_as_they_are, 0, 5);
	tcase_add_test(tc, a_hosts_tpm_beside_a_td_is_noted_and_not_asked);
	tcase_add_loop_test(tc, a_vtpm_in_place_of_the_rtmrs_is_noted, 0, 2);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
