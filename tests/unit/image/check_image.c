/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading images. Each refusal breaks one thing in an otherwise perfect image. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "image/image.h"
#include "tests/lib/tdvf_builder.h"
#include "tests/lib/test.h"

#define DEBIAN_CODE    "/usr/share/OVMF/OVMF_CODE.fd"
#define DEBIAN_CODE_4M "/usr/share/OVMF/OVMF_CODE_4M.fd"
#define DEBIAN_VARS    "/usr/share/OVMF/OVMF_VARS.fd"
#define DEBIAN_VARS_4M "/usr/share/OVMF/OVMF_VARS_4M.fd"
#define DEBIAN_WHOLE   "/usr/share/ovmf/OVMF.fd"

static struct tdl_error err;

static int open_built(const struct tdvf_built *built, struct tdl_image **ret_image)
{
	err = (struct tdl_error){ 0 };
	return image_from_bytes("test.fd", built->bytes, built->size, NULL, 0, false, ret_image, &err);
}

/* The perfect image's bytes are refused with this code and these words. */
static void refused(const struct tdvf_built *built, int rc, const char *says)
{
	struct tdl_image *image = NULL;

	test_rc(open_built(built, &image), rc, &err);
	ck_assert_ptr_null(image);
	ck_assert_int_eq(err.code, rc);
	ck_assert_msg(strstr(err.text, says), "'%s' does not say '%s'", err.text, says);
}

START_TEST(perfect_image_opens_as_it_was_built)
{
	struct tdvf_built built = tdvf_small();
	struct tdl_image *image = NULL;

	test_rc(open_built(&built, &image), 0, &err);
	ck_assert_uint_eq(tdl_image_section_count(image), TDVF_SMALL_SECTIONS);
	for (size_t i = 0; i < TDVF_SMALL_SECTIONS; i++)
		ck_assert_mem_eq(tdl_image_section(image, i), &tdvf_small_sections[i],
				 sizeof(struct tdl_section));
	ck_assert_ptr_null(tdl_image_section(image, TDVF_SMALL_SECTIONS));
	ck_assert_ptr_null(tdl_image_warning(image, 0));
	ck_assert_uint_eq(tdl_image_descriptor(image), built.descriptor);
	ck_assert_uint_eq(tdl_image_size(image), TDVF_SMALL_SIZE);
	ck_assert_str_eq(tdl_image_name(image), "test.fd");
	tdl_image_free(image);
	tdvf_free(&built);
}
END_TEST

enum where { IN_HEAD, IN_SECTION, FROM_END };

/* One number written over the perfect image. */
static const struct spoil {
	enum where where;
	unsigned index; /* of the section */
	unsigned at;	/* offset there */
	unsigned width; /* bytes */
	uint64_t value;
	int rc;
	const char *says;
} spoils[] = {
	{ IN_HEAD, 0, 0, 4, 0x46564455, -EBADMSG, "no signature \"TDVF\"" },
	{ IN_HEAD, 0, 4, 4, 175, -EBADMSG, "length 175; 5 sections need 176" },
	{ IN_HEAD, 0, 4, 4, 0xffffffff, -EBADMSG, "length 4294967295" },
	{ IN_HEAD, 0, 8, 4, 2, -EOPNOTSUPP, "version 2; only 1 is known" },
	{ IN_HEAD, 0, 12, 4, 0, -EBADMSG, "has no sections" },
	{ IN_HEAD, 0, 12, 4, 65, -E2BIG, "65 sections; the limit is 64" },
	{ IN_HEAD, 0, 12, 4, 1000000, -E2BIG, "1000000 sections; the limit is 64" },
	{ IN_HEAD, 0, 12, 4, 0xffffffff, -E2BIG, "4294967295 sections" },
	{ IN_SECTION, 0, 0, 4, 0x1001, -ENODATA, "cut short" },
	{ IN_SECTION, 0, 0, 4, 0xffffffff, -ENODATA, "section 0 (BFV)" },
	{ IN_SECTION, 0, 4, 4, 0, -EBADMSG, "section 0 (BFV): its raw size is 0" },
	{ IN_SECTION, 0, 4, 4, 0xffffffff, -EBADMSG, "smaller than raw size 0xffffffff" },
	{ IN_SECTION, 0, 8, 8, 0xffffd800, -EBADMSG, "not a multiple of 4096" },
	{ IN_SECTION, 0, 8, 8, 0xfffffffffffff000, -EBADMSG, "wraps past 2^64" },
	{ IN_SECTION, 0, 8, 8, 0xffffffffffffd000, -EBADMSG, "wraps past 2^64" },
	{ IN_SECTION, 0, 8, 8, 0x8000000000000, -EBADMSG, "beyond 2^51" },
	{ IN_SECTION, 0, 16, 8, 0x3001, -EBADMSG, "not a multiple of 4096" },
	{ IN_SECTION, 0, 16, 8, 0x2000, -EBADMSG, "smaller than raw size 0x3000" },
	{ IN_SECTION, 0, 24, 4, 9, -EOPNOTSUPP, "type 9 is not known" },
	{ IN_SECTION, 0, 24, 4, 0xffffffff, -EOPNOTSUPP, "type 4294967295" },
	{ IN_SECTION, 1, 4, 4, 0, -EBADMSG, "section 1 (CFV): its raw size is 0" },
	{ IN_SECTION, 1, 8, 8, 0xffffd000, -EBADMSG, "section 1 (CFV): it shares the page at 0xffffd000 with section 0 (BFV)" },
	{ IN_SECTION, 2, 4, 4, 1, -EBADMSG, "section 2 (TempMem): its raw size is 0x1" },
	{ IN_SECTION, 2, 8, 8, 0x805000, -EBADMSG, "section 4 (TempMem): it shares the page at 0x805000 with section 2" },
	{ IN_SECTION, 2, 16, 8, 0, -EBADMSG, "memory size is 0" },
	{ IN_SECTION, 2, 16, 8, UINT64_C(0xfffffffffffff000), -EBADMSG, "wraps past 2^64" },
	{ IN_SECTION, 2, 24, 4, 2, -EBADMSG, "section 3 (TD_HOB): there may be one TD_HOB" },
	{ IN_SECTION, 2, 24, 4, 7, -EBADMSG, "TD_INFO has contents" },
	{ IN_SECTION, 3, 4, 4, 8, -EBADMSG, "section 3 (TD_HOB): its raw size is 0x8" },
	{ FROM_END, 0, 0x48, 4, 0xffffffff, -ENODATA, "said to start 4294967295 bytes before the end" },
	{ FROM_END, 0, 0x48, 4, 15, -ENODATA, "said to start 15 bytes before the end" },
	{ FROM_END, 0, 0x48, 4, 0, -ENODATA, "said to start 0 bytes before the end" },
	{ FROM_END, 0, 0x44, 2, 21, -EBADMSG, "TDX entry of the GUIDed table has length 21" },
	{ FROM_END, 0, 0x44, 2, 17, -EBADMSG, "has length 17; 18 to 22 fit" },
	{ FROM_END, 0, 0x44, 2, 23, -EBADMSG, "has length 23; 18 to 22 fit" },
	{ FROM_END, 0, 0x32, 2, 17, -EBADMSG, "has length 17; the smallest is 18" },
	{ FROM_END, 0, 0x32, 2, 18, -EOPNOTSUPP, "the GUIDed table has no entry for it" },
	{ FROM_END, 0, 0x32, 2, 19, -EBADMSG, "ends 1 bytes into an entry" },
	{ FROM_END, 0, 0x32, 2, 0xffff, -ENODATA, "more than the image holds" },
	{ FROM_END, 0, 0x42, 1, 0, -EOPNOTSUPP, "use a build with TDX support" },
	{ FROM_END, 0, 0x30, 1, 0, -EOPNOTSUPP, "neither a GUIDed table nor a pointer" },
};

START_TEST(one_wrong_number_is_refused)
{
	const struct spoil *s = &spoils[_i];
	struct tdvf_built built = tdvf_small();
	uint8_t value[8];
	size_t at = built.descriptor + s->at;

	if (s->where == IN_SECTION)
		at = built.sections + 32 * s->index + s->at;
	if (s->where == FROM_END)
		at = built.size - s->at;
	put_le64(value, s->value);
	memcpy(built.bytes + at, value, s->width);
	refused(&built, s->rc, s->says);
	tdvf_free(&built);
}
END_TEST

/* Lists of sections that are wrong together. */
static const struct list {
	struct tdl_section sections[3];
	uint32_t count;
	int rc;
	const char *says;
} lists[] = {
	{ { { 0, 1, 0, 0x1000, 0xfffff000, 0x1000 }, { 7, 0, 0x1000, 0x10, 0, 0 } }, 2, -EBADMSG, "do not lie in a BFV" },
	{ { { 0, 1, 0, 0x1000, 0xfffff000, 0x1000 }, { 7, 0, 0, 0x10, 0x1000, 0x1000 } }, 2, -EBADMSG, "a TD_INFO is not mapped" },
	{ { { 0, 1, 0, 0x1000, 0xfffff000, 0x1000 }, { 8, 0, 0, 0x10, 0, 0x1000 } }, 2, -EBADMSG, "a TD_PARAMS is not mapped" },
	{ { { 5, 1, 0, 0x1000, 0x100000, 0x1000 }, { 5, 1, 0, 0x1000, 0x200000, 0x1000 } }, 2, -EBADMSG, "there may be one Payload" },
	{ { { 6, 0, 0, 0, 0x100000, 0x1000 }, { 6, 0, 0, 0, 0x200000, 0x1000 } }, 2, -EBADMSG, "there may be one PayloadParam" },
	{ { { 4, 2, 0, 0x1000, 0x100000, 0x1000 } }, 1, -EBADMSG, "a PermMem has no contents" },
	{ { { 3, 0, 0, 0, 0x100000, 0x3000 }, { 3, 0, 0, 0, 0x101000, 0x1000 } }, 2, -EBADMSG, "shares the page at 0x101000" },
	{ { { 3, 0, 0, 0, 0x101000, 0x1000 }, { 3, 0, 0, 0, 0x100000, 0x3000 } }, 2, -EBADMSG, "shares the page at 0x101000" },
};

START_TEST(sections_that_do_not_go_together_are_refused)
{
	const struct list *l = &lists[_i];
	struct tdvf_built built = tdvf_build(TDVF_SMALL_SIZE, l->sections, l->count);

	refused(&built, l->rc, l->says);
	tdvf_free(&built);
}
END_TEST

START_TEST(every_section_type_is_read)
{
	const struct tdl_section all[] = {
		{ 0, 1, 0x1000, 0x3000, 0xffffd000, 0x3000 }, { 1, 0, 0, 0x1000, 0xffffc000, 0x1000 },
		{ 2, 0, 0, 0, 0x809000, 0x2000 },	      { 3, 0, 0, 0, 0x810000, 0x1000 },
		{ 4, 2, 0, 0, 0x1000000, 0x1000 },	      { 5, 1, 0, 0x1000, 0x2000000, 0x1000 },
		{ 6, 0, 0, 0, 0x3000000, 0x1000 },	      { 7, 0, 0x1000, 0x20, 0, 0 },
		{ 8, 0, 0x1020, 0x20, 0, 0 },
	};
	const char *names[] = { "BFV",	   "CFV",	   "TD_HOB",  "TempMem", "PermMem",
				"Payload", "PayloadParam", "TD_INFO", "TD_PARAMS" };
	struct tdvf_built built = tdvf_build(TDVF_SMALL_SIZE, all, ARRAY_SIZE(all));
	struct tdl_image *image = NULL;

	test_rc(open_built(&built, &image), 0, &err);
	for (uint32_t i = 0; i < ARRAY_SIZE(all); i++) {
		ck_assert_mem_eq(tdl_image_section(image, i), &all[i], sizeof(all[i]));
		ck_assert_str_eq(tdl_section_type_name(i), names[i]);
	}
	ck_assert_str_eq(tdl_section_type_name(9), "unknown");
	ck_assert_ptr_null(tdl_image_warning(image, 0));
	tdl_image_free(image);
	tdvf_free(&built);
}
END_TEST

START_TEST(two_tdx_entries_are_refused)
{
	struct tdvf_built built = tdvf_small();
	uint8_t *end = built.bytes + built.size;

	/* The builder leaves room for 24 bytes below its table. */
	memmove(end - 0x48 - 22, end - 0x48, 22);
	put_le16(end - 0x32, 18 + 22 + 22);
	refused(&built, -EBADMSG, "2 TDX entries");
	tdvf_free(&built);
}
END_TEST

START_TEST(older_pointer_counts_only_without_a_table)
{
	struct tdvf_built built = tdvf_small();
	uint8_t *end = built.bytes + built.size;
	struct tdl_image *image = NULL;

	put_le32(end - 0x20, (uint32_t)built.descriptor);
	test_rc(open_built(&built, &image), 0, &err);
	ck_assert_ptr_null(tdl_image_warning(image, 0));
	tdl_image_free(image);

	end[-0x30] ^= 1;
	image = NULL;
	test_rc(open_built(&built, &image), 0, &err);
	ck_assert_uint_eq(tdl_image_descriptor(image), built.descriptor);
	ck_assert_ptr_nonnull(strstr(tdl_image_warning(image, 0), "older pointer"));
	ck_assert_ptr_null(tdl_image_warning(image, 1));
	tdl_image_free(image);

	put_le32(end - 0x20, (uint32_t)built.descriptor + 1);
	refused(&built, -EOPNOTSUPP, "no TDX metadata");
	tdvf_free(&built);
}
END_TEST

START_TEST(two_descriptors_are_refused)
{
	struct tdvf_built built = tdvf_small();

	memcpy(built.bytes + 0x100, built.bytes + built.descriptor, 16 + 32 * TDVF_SMALL_SECTIONS);
	put_le32(built.bytes + built.size - 0x20, 0x100);
	refused(&built, -EBADMSG, "two TDX descriptors");
	built.bytes[0x108] = 2; /* of another version: it is no descriptor */
	struct tdl_image *image = NULL;
	test_rc(open_built(&built, &image), 0, &err);
	tdl_image_free(image);
	tdvf_free(&built);
}
END_TEST

START_TEST(oddities_are_warnings)
{
	struct tdvf_built built = tdvf_build(TDVF_SMALL_SIZE, tdvf_small_sections + 2, 1);
	struct tdl_image *image = NULL;

	built.bytes[built.descriptor - 1] ^= 1;
	put_le32(built.bytes + built.sections + 28, 0x80000004);
	put_le32(built.bytes + built.sections, 0x40);
	test_rc(open_built(&built, &image), 0, &err);
	ck_assert_ptr_nonnull(strstr(tdl_image_warning(image, 0), "GUID before"));
	ck_assert_ptr_nonnull(strstr(tdl_image_warning(image, 1), "bits 0x80000004"));
	ck_assert_ptr_nonnull(strstr(tdl_image_warning(image, 2), "data offset of 0x40"));
	ck_assert_ptr_nonnull(strstr(tdl_image_warning(image, 3), "there is one section"));
	ck_assert_ptr_nonnull(strstr(tdl_image_warning(image, 4), "no section asks to be measured"));
	ck_assert_ptr_null(tdl_image_warning(image, 5));
	tdl_image_free(image);
	tdvf_free(&built);
}
END_TEST

/* Cut anywhere, an image is refused: its table is at its end. */
START_TEST(every_truncation_is_refused)
{
	struct tdvf_built built = tdvf_small();

	for (size_t size = 0; size < built.size; size += size < 0x100 ? 1 : 97) {
		struct tdvf_built cut = { .bytes = malloc(size ? size : 1), .size = size };
		struct tdl_image *image = NULL;
		int rc;

		ck_assert_ptr_nonnull(cut.bytes);
		memcpy(cut.bytes, built.bytes, size);
		rc = open_built(&cut, &image);
		ck_assert_msg(rc == (size < 0x32 ? -ENODATA : -EOPNOTSUPP), "%zu bytes: %d", size,
			      rc);
		free(cut.bytes);
	}
	tdvf_free(&built);
}
END_TEST

static int open_file(const char *path, const struct tdl_image_options *opt)
{
	struct tdl_image *image = NULL;
	int rc;

	err = (struct tdl_error){ 0 };
	rc = tdl_image_open(path, opt, &image, &err);
	tdl_image_free(image);
	return rc;
}

START_TEST(files_that_are_no_images_are_refused)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/x.fd", test_folder());
	ck_assert_int_eq(open_file(path, NULL), -ENOENT);
	test_write(path, "", 0);
	ck_assert_int_eq(open_file(path, NULL), -ENODATA);
	ck_assert_ptr_nonnull(strstr(err.text, "is empty"));
	test_write(path, "x", 1);
	ck_assert_int_eq(open_file(path, NULL), -ENODATA);
	ck_assert_int_eq(open_file(test_folder(), NULL), -EISDIR);
	ck_assert_int_eq(open_file("/dev/null", NULL), -ESPIPE);
	ck_assert_int_eq(truncate(path, (256 << 20) + 1), 0);
	ck_assert_int_eq(open_file(path, NULL), -E2BIG);
	ck_assert_int_eq(truncate(path, 256 << 20), 0);
	ck_assert_int_eq(open_file(path, NULL), -EOPNOTSUPP);
	if (geteuid() != 0) {
		ck_assert_int_eq(chmod(path, 0), 0);
		ck_assert_int_eq(open_file(path, NULL), -EACCES);
	}
}
END_TEST

/* Write the small image as two files. */
static void split(const struct tdvf_built *built, char *code, char *vars, size_t room)
{
	snprintf(code, room, "%s/code.fd", test_folder());
	snprintf(vars, room, "%s/vars.fd", test_folder());
	test_write(code, built->bytes + 0x1000, built->size - 0x1000);
	test_write(vars, built->bytes, 0x1000);
}

START_TEST(split_image_needs_its_vars)
{
	struct tdvf_built built = tdvf_small();
	char code[1024], vars[1024];
	struct tdl_image_options opt = { .vars_path = vars };

	split(&built, code, vars, sizeof(code));
	ck_assert_int_eq(open_file(code, NULL), -ENODATA);
	ck_assert_ptr_nonnull(strstr(err.text, "VARS part of 4096 bytes is missing"));
	ck_assert_ptr_nonnull(strstr(err.text, "--vars FILE"));
	ck_assert_int_eq(open_file(code, &opt), 0);
	opt.code_only = true;
	ck_assert_int_eq(open_file(code, &opt), -EINVAL);
	test_write(vars, built.bytes, 0xfff);
	opt.code_only = false;
	ck_assert_int_eq(open_file(code, &opt), -ENODATA);
	ck_assert_ptr_nonnull(strstr(err.text, "needs a VARS part of 4096 bytes"));
	test_write(vars, built.bytes, 0x2000);
	ck_assert_int_eq(open_file(code, &opt), -EBADMSG);
	test_write(vars, "", 0);
	ck_assert_int_eq(open_file(code, &opt), -ENODATA);
	test_write(code, built.bytes, built.size);
	test_write(vars, built.bytes, 0x1000);
	ck_assert_int_eq(open_file(code, &opt), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "leave out --vars"));
	opt = (struct tdl_image_options){ .code_only = true };
	ck_assert_int_eq(open_file(code, &opt), -EINVAL);
	tdvf_free(&built);
}
END_TEST

START_TEST(joined_image_is_the_whole_one)
{
	struct tdvf_built built = tdvf_small();
	char code[1024], vars[1024];
	struct tdl_image_options opt = { .vars_path = vars };
	struct tdl_image *joined = NULL, *whole = NULL;
	uint8_t a[48], b[48], scratch[256];
	const uint8_t *at;

	split(&built, code, vars, sizeof(code));
	test_rc(tdl_image_open(code, &opt, &joined, &err), 0, &err);
	test_rc(open_built(&built, &whole), 0, &err);
	test_rc(tdl_image_digest(joined, a, &err), 0, &err);
	test_rc(tdl_image_digest(whole, b, &err), 0, &err);
	ck_assert_mem_eq(a, b, 48);
	ck_assert_uint_eq(tdl_image_size(joined), built.size);
	ck_assert_uint_eq(tdl_image_descriptor(joined), built.descriptor);
	for (uint64_t i = 0xf00; i <= 0x1000; i++) {
		at = image_bytes(joined, i, 256, scratch);
		ck_assert_ptr_nonnull(at);
		ck_assert_mem_eq(at, built.bytes + i, 256);
	}
	ck_assert_ptr_null(image_bytes(joined, built.size - 255, 256, scratch));
	ck_assert_ptr_null(image_bytes(joined, UINT64_MAX, 256, scratch));
	tdl_image_free(joined);
	tdl_image_free(whole);
	tdvf_free(&built);
}
END_TEST

START_TEST(code_alone_says_what_it_lacks)
{
	struct tdvf_built built = tdvf_small();
	char code[1024], vars[1024];
	struct tdl_image_options opt = { .code_only = true };
	struct tdl_image *image = NULL;
	uint8_t scratch[16];

	split(&built, code, vars, sizeof(code));
	test_rc(tdl_image_open(code, &opt, &image, &err), 0, &err);
	ck_assert_uint_eq(tdl_image_missing(image), 0x1000);
	ck_assert_uint_eq(tdl_image_size(image), built.size - 0x1000);
	ck_assert_uint_eq(tdl_image_descriptor(image), built.descriptor);
	ck_assert(image_lacks(image, 0, 0x1000));
	ck_assert(!image_lacks(image, 0x1000, 0x3000));
	ck_assert_ptr_null(image_bytes(image, 0xff8, 16, scratch));
	ck_assert_mem_eq(image_bytes(image, 0x1000, 16, scratch), built.bytes + 0x1000, 16);
	tdl_image_free(image);
	tdvf_free(&built);
}
END_TEST

START_TEST(debian_parts_are_told_apart)
{
	struct tdl_image_options vars = { .vars_path = DEBIAN_VARS };
	struct tdl_image_options vars_4m = { .vars_path = DEBIAN_VARS_4M };

	if (access(DEBIAN_WHOLE, R_OK) != 0)
		return; /* main() says so */
	ck_assert_int_eq(open_file(DEBIAN_WHOLE, NULL), 0);
	ck_assert_int_eq(open_file(DEBIAN_CODE, NULL), -ENODATA);
	ck_assert_ptr_nonnull(strstr(err.text, "VARS part of 131072 bytes is missing"));
	ck_assert_int_eq(open_file(DEBIAN_CODE, &vars), 0);
	ck_assert_int_eq(open_file(DEBIAN_CODE, &vars_4m), -EBADMSG);
	ck_assert_int_eq(open_file(DEBIAN_CODE_4M, NULL), -EOPNOTSUPP);
	ck_assert_int_eq(open_file(DEBIAN_VARS, NULL), -EOPNOTSUPP);
}
END_TEST

START_TEST(debian_firmware_cut_anywhere_is_refused)
{
	char path[4096];
	size_t size = 0;
	uint8_t *bytes;

	if (access(DEBIAN_WHOLE, R_OK) != 0)
		return;
	snprintf(path, sizeof(path), "%s/cut.fd", test_folder());
	bytes = test_read(DEBIAN_WHOLE, &size);
	for (size_t cut = 0; cut < size; cut += 65536) {
		test_write(path, bytes, cut);
		ck_assert_int_lt(open_file(path, NULL), 0);
	}
	free(bytes);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("image");
	TCase *rules = tcase_create("rules");
	TCase *files = tcase_create("files");

	if (access(DEBIAN_WHOLE, R_OK) != 0)
		printf("skipped: %s (Debian package ovmf) is not here\n", DEBIAN_WHOLE);
	tcase_add_test(rules, perfect_image_opens_as_it_was_built);
	tcase_add_loop_test(rules, one_wrong_number_is_refused, 0, ARRAY_SIZE(spoils));
	tcase_add_loop_test(rules, sections_that_do_not_go_together_are_refused, 0,
			    ARRAY_SIZE(lists));
	tcase_add_test(rules, every_section_type_is_read);
	tcase_add_test(rules, two_tdx_entries_are_refused);
	tcase_add_test(rules, older_pointer_counts_only_without_a_table);
	tcase_add_test(rules, two_descriptors_are_refused);
	tcase_add_test(rules, oddities_are_warnings);
	tcase_add_test(rules, every_truncation_is_refused);
	tcase_add_test(files, files_that_are_no_images_are_refused);
	tcase_add_test(files, split_image_needs_its_vars);
	tcase_add_test(files, joined_image_is_the_whole_one);
	tcase_add_test(files, code_alone_says_what_it_lacks);
	tcase_add_test(files, debian_parts_are_told_apart);
	tcase_add_test(files, debian_firmware_cut_anywhere_is_refused);
	suite_add_tcase(suite, rules);
	suite_add_tcase(suite, files);
	return test_run(suite);
}
