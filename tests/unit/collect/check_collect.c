/* SPDX-License-Identifier: BSD-2-Clause */
/* Collecting from a machine whose quoting service does what each test says, and from a recorded
 * copy. The protocol is that of Linux's configfs-tsm-report ABI document. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tdlaunch/collect.h>

#include "base/attr.h"
#include "collect/collect.h"
#include "tests/unit/collect/tree.h"

/* A guest with configfs-tsm: entries count generations as the kernel's do. */
struct guest {
	const char *provider;
	int answer;		/* of reading outblob: 0 or a negative errno */
	unsigned disturbed;	/* so many reads of outblob are disturbed by another writer */
	unsigned made, removed; /* entries */
	uint64_t generation;	/* of the present entry */
	uint8_t written[128];
	size_t written_size;
};

static bool ends_with(const char *path, const char *tail)
{
	size_t n = strlen(path);
	size_t m = strlen(tail);

	return n >= m && strcmp(path + n - m, tail) == 0;
}

static int give(const char *text, uint8_t **ret_bytes, size_t *ret_size)
{
	*ret_bytes = (uint8_t *)strdup(text);
	*ret_size = strlen(text);
	return *ret_bytes ? 0 : -ENOMEM;
}

static bool guest_exists(void *ctx, const char *path)
{
	(void)ctx;
	return strcmp(path, "/dev/tdx_guest") == 0;
}

static int guest_read(void *ctx, const char *path, size_t max, uint8_t **ret_bytes,
		      size_t *ret_size)
{
	struct guest *g = ctx;
	char text[32];

	(void)max;
	if (ends_with(path, "/provider"))
		return give(g->provider, ret_bytes, ret_size);
	if (ends_with(path, "/generation")) {
		snprintf(text, sizeof(text), "%llu\n", (unsigned long long)g->generation);
		return give(text, ret_bytes, ret_size);
	}
	if (!ends_with(path, "/outblob"))
		return -ENOENT;
	if (!g->written_size)
		return -EINVAL;
	if (g->answer < 0)
		return g->answer;
	if (g->disturbed) {
		g->disturbed--;
		g->generation++;
	}
	return give("the quote", ret_bytes, ret_size);
}

static int guest_write(void *ctx, const char *path, const void *bytes, size_t size)
{
	struct guest *g = ctx;

	if (!ends_with(path, "/inblob") || size > sizeof(g->written))
		return -EINVAL;
	memcpy(g->written, bytes, size);
	g->written_size = size;
	g->generation++;
	return 0;
}

static int guest_make(void *ctx, const char *path)
{
	struct guest *g = ctx;

	(void)path;
	g->made++;
	g->generation = 0;
	g->written_size = 0;
	return 0;
}

static int guest_remove(void *ctx, const char *path)
{
	struct guest *g = ctx;

	(void)path;
	g->removed++;
	return 0;
}

static int guest_first_name(void *ctx, const char *path, char ret_name[256])
{
	(void)ctx;
	(void)path;
	(void)ret_name;
	return -ENOENT;
}

static int guest_report(void *ctx, const char *path, const uint8_t report_data[64],
			uint8_t ret_report[1024])
{
	(void)ctx;
	(void)path;
	memset(ret_report, 0, 1024);
	memcpy(ret_report + 128, report_data, 64); /* REPORTMACSTRUCT.REPORTDATA */
	return 0;
}

static struct tdl_collection *collect(struct guest *g)
{
	const struct collect_system sys = {
		.ctx = g,
		.exists = guest_exists,
		.read = guest_read,
		.write = guest_write,
		.make_folder = guest_make,
		.remove_folder = guest_remove,
		.first_name = guest_first_name,
		.report = guest_report,
	};
	uint8_t report_data[REPORT_DATA_SIZE];
	struct tdl_collection *c = NULL;
	struct tdl_error err = { 0 };

	memset(report_data, 0x5a, sizeof(report_data));
	test_rc(collect_from(&sys, report_data, sizeof(report_data), &c, &err), 0, &err);
	return c;
}

START_TEST(a_quote_is_asked_for_in_an_entry_that_goes_away)
{
	struct guest g = { .provider = "tdx_guest\n" };
	struct tdl_collection *c = collect(&g);
	const struct entry *quote = collect_find(c, "quote.bin");
	const struct entry *report = collect_find(c, "tdreport.bin");

	ck_assert_int_eq(quote->item.state, TDL_COLLECTED);
	ck_assert_mem_eq(quote->item.bytes, "the quote", 9);
	ck_assert_uint_eq(g.written_size, 64);
	ck_assert_uint_eq(g.written[0], 0x5a);
	ck_assert_uint_eq(g.written[63], 0x5a);
	ck_assert_uint_eq(g.made, 1);
	ck_assert_uint_eq(g.removed, 1);
	ck_assert_int_eq(report->item.state, TDL_COLLECTED);
	ck_assert_uint_eq(report->item.bytes[128], 0x5a);
	ck_assert_int_eq(tdl_collection_place(c), TDL_PLACE_TD);
	tdl_collection_free(c);
}
END_TEST

START_TEST(a_disturbed_entry_is_given_up_for_another)
{
	struct guest g = { .provider = "tdx_guest\n", .disturbed = 2 };
	struct tdl_collection *c = collect(&g);

	ck_assert_int_eq(collect_find(c, "quote.bin")->item.state, TDL_COLLECTED);
	ck_assert_uint_eq(g.made, 3);
	ck_assert_uint_eq(g.removed, 3);
	tdl_collection_free(c);

	g = (struct guest){ .provider = "tdx_guest\n", .disturbed = 1000 };
	c = collect(&g);
	ck_assert_int_eq(collect_find(c, "quote.bin")->item.state, TDL_NOT_READ);
	ck_assert_uint_eq(g.made, g.removed);
	ck_assert_uint_lt(g.made, 10);
	tdl_collection_free(c);
}
END_TEST

START_TEST(each_answer_of_the_host_has_its_reason)
{
	static const struct {
		int answer;
		const char *why;
	} cases[] = {
		{ -ETIMEDOUT, "did not answer" },   { -EIO, "refused the request" },
		{ -EBUSY, "earlier request" },	    { -EFBIG, "larger than the kernel's" },
		{ -EINTR, "a signal interrupted" }, { -EACCES, "Permission denied" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guest g = { .provider = "tdx_guest\n", .answer = cases[i].answer };
		struct tdl_collection *c = collect(&g);
		const struct entry *quote = collect_find(c, "quote.bin");

		ck_assert_int_eq(quote->item.state, TDL_NOT_READ);
		ck_assert_ptr_null(quote->item.bytes);
		ck_assert_msg(strstr(quote->item.why, cases[i].why), "\"%s\" lacks \"%s\"",
			      quote->item.why, cases[i].why);
		ck_assert_ptr_nonnull(quote->item.advice);
		ck_assert_uint_eq(g.made, g.removed);
		tdl_collection_free(c);
	}
}
END_TEST

START_TEST(a_guest_of_another_kind_has_no_td_quote)
{
	struct guest g = { .provider = "sev_guest\n" };
	struct tdl_collection *c = collect(&g);
	const struct entry *quote = collect_find(c, "quote.bin");

	ck_assert_int_eq(quote->item.state, TDL_NOT_READ);
	ck_assert_ptr_nonnull(strstr(quote->item.why, "not tdx_guest"));
	ck_assert_uint_eq(g.written_size, 0);
	tdl_collection_free(c);
}
END_TEST

START_TEST(a_recorded_copy_gives_what_it_holds)
{
	static const char entry[] = "/sys/kernel/config/tsm/report/a";
	const char *root = test_folder();
	struct tdl_collect_options options = { .sysroot = root };
	struct tdl_collection *c = NULL;
	struct tdl_error err = { 0 };
	uint8_t report[1024] = { 0x81 };
	char path[4096];
	size_t size = 0;

	tree_put(root, "/dev/tdx_guest", report, sizeof(report));
	snprintf(path, sizeof(path), "%s/provider", entry);
	tree_put(root, path, "tdx_guest\n", 10);
	snprintf(path, sizeof(path), "%s/outblob", entry);
	tree_put(root, path, "recorded quote", 14);
	tree_put(root, "/proc/cmdline", "console=ttyS0\n", 14);
	test_rc(tdl_collect(&options, &c, &err), 0, &err);
	ck_assert_int_eq(collect_find(c, "tdreport.bin")->item.state, TDL_COLLECTED);
	ck_assert_mem_eq(collect_find(c, "quote.bin")->item.bytes, "recorded quote", 14);
	ck_assert_int_eq(collect_find(c, "ccel.bin")->item.state, TDL_NOT_THERE);

	snprintf(path, sizeof(path), "%s/evidence", root);
	test_rc(tdl_collection_write(c, path, &err), 0, &err);
	ck_assert_int_eq(tdl_collection_write(c, path, &err), -EEXIST);
	snprintf(path, sizeof(path), "%s/evidence/cmdline", root);
	uint8_t *bytes = test_read(path, &size);
	ck_assert_uint_eq(size, 14);
	ck_assert_mem_eq(bytes, "console=ttyS0\n", 14);
	free(bytes);
	snprintf(path, sizeof(path), "%s/evidence/ccel.bin", root);
	ck_assert_int_eq(access(path, F_OK), -1);
	tdl_collection_free(c);
}
END_TEST

START_TEST(a_report_of_another_size_is_not_taken)
{
	const char *root = test_folder();
	struct tdl_collect_options options = { .sysroot = root };
	struct tdl_collection *c = NULL;
	struct tdl_error err = { 0 };

	tree_put(root, "/dev/tdx_guest", "short", 5);
	test_rc(tdl_collect(&options, &c, &err), 0, &err);
	ck_assert_int_eq(collect_find(c, "tdreport.bin")->item.state, TDL_NOT_READ);
	tdl_collection_free(c);
	options.sysroot = "/nonexistent";
	ck_assert_int_eq(tdl_collect(&options, &c, &err), -ENOENT);
	options.nonce_size = 65;
	ck_assert_int_eq(tdl_collect(&options, &c, &err), -EINVAL);
}
END_TEST

static void fill(Suite *suite)
{
	TCase *all = tcase_create("collect");

	tcase_add_test(all, a_quote_is_asked_for_in_an_entry_that_goes_away);
	tcase_add_test(all, a_disturbed_entry_is_given_up_for_another);
	tcase_add_test(all, each_answer_of_the_host_has_its_reason);
	tcase_add_test(all, a_guest_of_another_kind_has_no_td_quote);
	tcase_add_test(all, a_recorded_copy_gives_what_it_holds);
	tcase_add_test(all, a_report_of_another_size_is_not_taken);
	suite_add_tcase(suite, all);
}

int main(void)
{
	Suite *suite = suite_create("collect");

	fill(suite);
	return test_run(suite);
}
