/* SPDX-License-Identifier: BSD-2-Clause */
/* Files: what is read, what is recognised, and what evidence may not do: vouch for itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/test.h"
#include "tests/unit/check/world.h"

static struct world world;
static struct tdl_rules_options options;
static struct tdl_case *evidence;
static struct tdl_error err;
static char folder[300];

static void once(void)
{
	world_make(&world);
}

static void put(const char *name, const void *bytes, size_t size)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	test_write(path, bytes, size);
}

static void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

/* A folder of its own for each test, with all evidence in it. */
static void make(void)
{
	static int n;

	options = world_options(&world);
	evidence = NULL;
	ck_assert_int_eq(tdl_case_new(&evidence, NULL), 0);
	snprintf(folder, sizeof(folder), "%s/td-%d-%d", world.folder, (int)getpid(), n++);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	put("quote.bin", world.quote.bytes, world.quote.size);
	put("tdreport.bin", world.report.bytes, world.report.size);
	put("launch.log", world.log.bytes, world.log.size);
	put("ccel.bin", world.ccel.bytes, world.ccel.size);
}

static void drop(void)
{
	char command[400];

	tdl_case_free(evidence);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
}

static struct tdl_claims *judge(enum tdl_answer answer)
{
	struct tdl_claims *claims;
	char *text = NULL;

	test_rc(tdl_case_add_path(evidence, folder, &err), 0, &err);
	claims = world_judge(&options, evidence);
	if (tdl_claims_answer(claims) != answer)
		tdl_claims_render(claims, "text", &text, NULL);
	ck_assert_msg(!text, "another answer than %d was expected:\n%s", answer, text);
	return claims;
}

/* One more file in the folder is named with this, and the answer is this. */
static void expect_file(enum tdl_answer answer, const char *name, enum tdl_state state,
			const char *reason)
{
	struct tdl_claims *claims = judge(answer);
	const struct tdl_claim *c = find_claim(claims, name, state);

	ck_assert_msg(strstr(c->reason, reason), "\"%s\" is not in: %s", reason, c->reason);
	tdl_claims_free(claims);
}

START_TEST(a_folder_is_a_case)
{
	struct tdl_claims *claims = judge(TDL_ANSWER_YES);
	const char *subject = find_claim(claims, "quote", TDL_STATE_PASSED)->subject;

	ck_assert_str_eq(strrchr(subject, '/'), "/quote.bin");
	tdl_claims_free(claims);
}
END_TEST

START_TEST(an_empty_folder_proves_nothing)
{
	char empty[400];

	snprintf(empty, sizeof(empty), "%s/none", folder);
	ck_assert_int_eq(mkdir(empty, 0700), 0);
	test_rc(tdl_case_add_path(evidence, empty, &err), 0, &err);
	struct tdl_claims *claims = world_judge(&options, evidence);
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_UNKNOWN);
	find_claim(claims, "quote", TDL_STATE_NOT_DONE);
	find_claim(claims, "mrtd", TDL_STATE_NOT_DONE);
	tdl_claims_free(claims);
}
END_TEST

START_TEST(what_is_not_there_is_not_done)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/missing.bin", folder);
	test_rc(tdl_case_add_path(evidence, path, &err), 0, &err);
	expect_file(TDL_ANSWER_UNKNOWN, "file", TDL_STATE_NOT_DONE, "missing.bin");
}
END_TEST

static const struct {
	const char *file, *bytes;
	size_t size;
	enum tdl_answer answer;
	const char *claim;
	enum tdl_state state;
	const char *reason;
} others[] = {
	{ "blob", "\1\2\3\377", 4, TDL_ANSWER_UNKNOWN, "file", TDL_STATE_NOT_DONE, "unknown" },
	{ "empty", "", 0, TDL_ANSWER_UNKNOWN, "file", TDL_STATE_NOT_DONE, "empty" },
	{ "README", "taken by hand\n", 14, TDL_ANSWER_YES, "file", TDL_STATE_NOT_ASKED, "note" },
	{ "cmdline", "console=ttyS0\n", 14, TDL_ANSWER_YES, "file", TDL_STATE_NOT_ASKED, "note" },
	{ "collection.json", "{\"kind\":\"tdlaunch collection\"}", 30, TDL_ANSWER_YES, "file",
	  TDL_STATE_NOT_ASKED, "collected" },
	{ "ima.txt", "10 0000000000000000000000000000000000000000 ima-ng sha256:00 /x\n", 64,
	  TDL_ANSWER_YES, "run-time-log", TDL_STATE_NOT_ASKED, "no register" },
	{ "policy.json", "{\"tdlaunch_policy\":1}", 21, TDL_ANSWER_YES, "policy",
	  TDL_STATE_NOT_ASKED, "not judged by" },
	{ "broken.log", "\245\0\0\1", 4, TDL_ANSWER_NO, "log", TDL_STATE_FAILED, "record 0" },
	{ "half.json", "{\"format\":\"tdlaunch-manifest\"", 29, TDL_ANSWER_UNKNOWN, "manifest",
	  TDL_STATE_NOT_DONE, "not signed" },
};

START_TEST(every_other_file_is_named)
{
	put(others[_i].file, others[_i].bytes, others[_i].size);
	expect_file(others[_i].answer, others[_i].claim, others[_i].state, others[_i].reason);
}
END_TEST

START_TEST(any_1024_bytes_are_no_report)
{
	uint8_t bytes[1024];

	memset(bytes, 0xa7, sizeof(bytes));
	put("noise", bytes, sizeof(bytes));
	expect_file(TDL_ANSWER_UNKNOWN, "file", TDL_STATE_NOT_DONE, "1024 bytes");
}
END_TEST

START_TEST(a_nonce_among_the_evidence_is_not_expected)
{
	options.n_expected = 0;
	put("nonce", world.td.data, sizeof(world.td.data));
	struct tdl_claims *claims = judge(TDL_ANSWER_YES);
	find_claim(claims, "nonce", TDL_STATE_NOT_ASKED);
	find_claim(claims, "freshness", TDL_STATE_NOT_ASKED);
	ck_assert(!has_claim(claims, "reportdata", TDL_STATE_PASSED));
	tdl_claims_free(claims);
}
END_TEST

START_TEST(a_policy_among_the_evidence_does_not_loosen)
{
	uint8_t report[1024];
	struct td td = world.td;

	td.attributes |= 1;
	world_report(&td, report);
	options.require = TDL_REQUIRE_REPORT;
	put("policy.json", "{\"tdlaunch_policy\":1,\"allow_debug\":true}", 40);
	put("tdreport.bin", report, sizeof(report));
	put("quote.bin", "x", 1);
	expect_file(TDL_ANSWER_NO, "policy", TDL_STATE_FAILED, "DEBUG");
}
END_TEST

/* A manifest among the evidence, signed or not, without any other to compare with. */
static void put_manifest(bool signed_too)
{
	const struct tdl_reference r = world_reference(&world, "inside", 7);
	char path[400];

	options.n_manifests = 0;
	options.image = NULL;
	snprintf(path, sizeof(path), "%s/manifest.json", folder);
	world_manifest(path, &r, 1);
	if (signed_too)
		world_sign(&world, path);
	snprintf(path, sizeof(path), "%s/launch.log", folder);
	ck_assert_int_eq(unlink(path), 0);
}

START_TEST(an_unsigned_manifest_among_the_evidence_is_never_believed)
{
	put_manifest(false);
	options.accept.allow_unsigned = true;
	options.accept.trust = _i ? world.trust : NULL;
	struct tdl_claims *claims = judge(TDL_ANSWER_UNKNOWN);
	find_claim(claims, "expected-values", TDL_STATE_NOT_DONE);
	ck_assert(!has_claim(claims, "manifest", TDL_STATE_PASSED));
	ck_assert(!has_claim(claims, "mrtd", TDL_STATE_PASSED));
	tdl_claims_free(claims);
}
END_TEST

START_TEST(a_manifest_signed_by_somebody_trusted_may_come_along)
{
	put_manifest(true);
	struct tdl_claims *claims = judge(TDL_ANSWER_YES);
	ck_assert(strstr(find_claim(claims, "mrtd", TDL_STATE_PASSED)->source, "signed manifest"));
	tdl_claims_free(claims);
	options.accept.trust = NULL;
	claims = world_judge(&options, evidence);
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_UNKNOWN);
	find_claim(claims, "manifest", TDL_STATE_NOT_ASKED);
	tdl_claims_free(claims);
}
END_TEST

START_TEST(a_manifest_that_was_changed_after_signing_fails)
{
	char path[400];
	size_t size = 0;

	put_manifest(true);
	snprintf(path, sizeof(path), "%s/manifest.json", folder);
	uint8_t *text = test_read(path, &size);
	char *at = memmem(text, size, "inside", 6);
	ck_assert_ptr_nonnull(at);
	*at = 'I';
	test_write(path, text, size);
	free(text);
	struct tdl_claims *claims = judge(TDL_ANSWER_NO);
	find_claim(claims, "manifest", TDL_STATE_FAILED);
	ck_assert(!has_claim(claims, "mrtd", TDL_STATE_PASSED));
	tdl_claims_free(claims);
}
END_TEST

START_TEST(a_manifest_that_was_named_comes_before_those_that_came_along)
{
	struct tdl_reference r = world_reference(&world, "named", 7);
	char path[400], named[400];
	const char *manifests[] = { named };

	put_manifest(true);
	snprintf(path, sizeof(path), "%s/../named-%d.json", folder, (int)getpid());
	snprintf(named, sizeof(named), "%s", path);
	r.rtmr[2][0] ^= 1;
	world_manifest(path, &r, 1);
	world_sign(&world, path);
	options.manifests = manifests;
	options.n_manifests = 1;
	struct tdl_claims *claims = judge(TDL_ANSWER_NO);
	find_claim(claims, "rtmr2", TDL_STATE_FAILED);
	tdl_claims_free(claims);
}
END_TEST

START_TEST(a_link_to_a_folder_is_named_and_not_followed)
{
	char link[400];

	snprintf(link, sizeof(link), "%s/loop", folder);
	ck_assert_int_eq(symlink(".", link), 0);
	expect_file(TDL_ANSWER_UNKNOWN, "file", TDL_STATE_NOT_DONE, "not followed");
}
END_TEST

START_TEST(a_link_to_itself_cannot_be_read)
{
	char link[400];

	snprintf(link, sizeof(link), "%s/loop", folder);
	ck_assert_int_eq(symlink("loop", link), 0);
	expect_file(TDL_ANSWER_UNKNOWN, "file", TDL_STATE_NOT_DONE, "loop");
}
END_TEST

START_TEST(a_pipe_in_a_folder_is_not_waited_for)
{
	char pipe[400];

	snprintf(pipe, sizeof(pipe), "%s/pipe", folder);
	ck_assert_int_eq(mkfifo(pipe, 0600), 0);
	expect_file(TDL_ANSWER_UNKNOWN, "file", TDL_STATE_NOT_DONE, "no file");
}
END_TEST

START_TEST(folders_are_searched_two_levels_deep)
{
	char path[600];

	for (int depth = 1; depth <= 3; depth++) {
		snprintf(path, sizeof(path), "%s/a%s%s", folder, depth > 1 ? "/b" : "",
			 depth > 2 ? "/c" : "");
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
	snprintf(path, sizeof(path), "%s/quote.bin", folder);
	ck_assert_int_eq(unlink(path), 0);
	put("a/b/quote.bin", world.quote.bytes, world.quote.size);
	expect_file(TDL_ANSWER_UNKNOWN, "file", TDL_STATE_NOT_DONE, "this deep");
	snprintf(path, sizeof(path), "%s/a/b/c", folder);
	ck_assert_int_eq(rmdir(path), 0);
	tdl_case_free(evidence);
	evidence = NULL;
	ck_assert_int_eq(tdl_case_new(&evidence, NULL), 0);
	tdl_claims_free(judge(TDL_ANSWER_YES));
}
END_TEST

START_TEST(hidden_files_are_passed_over)
{
	put_text(".hidden", "\1\2\3");
	tdl_claims_free(judge(TDL_ANSWER_YES));
}
END_TEST

START_TEST(more_files_than_a_td_has_are_refused)
{
	for (int i = 0; i < 1000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "note-%03d", i);
		put_text(name, "x\n");
	}
	test_rc(tdl_case_add_path(evidence, folder, &err), -E2BIG, &err);
	ck_assert(strstr(err.text, "512"));
}
END_TEST

START_TEST(hex_text_of_a_quote_is_a_quote)
{
	char *text = malloc(2 * world.quote.size + 2);

	hex_encode(world.quote.bytes, world.quote.size, text);
	strcat(text, "\n");
	put_text("quote.bin", text);
	free(text);
	tdl_claims_free(judge(TDL_ANSWER_YES));
}
END_TEST

START_TEST(expected_values_are_checked_when_they_are_given)
{
	const struct tdl_expected wrong[] = {
		{ "mrtd", world.td.mrtd, 47, "x" },
		{ "ppid", world.td.mrtd, 16, "x" },
		{ "mrtd", world.td.mrtd, 48, NULL },
	};

	for (size_t i = 0; i < 3; i++)
		test_rc(tdl_case_expect(evidence, &wrong[i], &err), -EINVAL, &err);
}
END_TEST

START_TEST(a_value_for_this_case_alone_counts)
{
	uint8_t zeros[64] = { 0 };
	const struct tdl_expected e = { "reportdata", zeros, 64, "request" };

	test_rc(tdl_case_expect(evidence, &e, &err), 0, &err);
	expect_file(TDL_ANSWER_NO, "reportdata", TDL_STATE_FAILED, "expected is 0000");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("check case");
	TCase *tc = tcase_create("case");

	tcase_add_unchecked_fixture(tc, once, NULL);
	tcase_add_checked_fixture(tc, make, drop);
	tcase_add_test(tc, a_folder_is_a_case);
	tcase_add_test(tc, an_empty_folder_proves_nothing);
	tcase_add_test(tc, what_is_not_there_is_not_done);
	tcase_add_loop_test(tc, every_other_file_is_named, 0, sizeof(others) / sizeof(others[0]));
	tcase_add_test(tc, any_1024_bytes_are_no_report);
	tcase_add_test(tc, a_nonce_among_the_evidence_is_not_expected);
	tcase_add_test(tc, a_policy_among_the_evidence_does_not_loosen);
	tcase_add_loop_test(tc, an_unsigned_manifest_among_the_evidence_is_never_believed, 0, 2);
	tcase_add_test(tc, a_manifest_signed_by_somebody_trusted_may_come_along);
	tcase_add_test(tc, a_manifest_that_was_changed_after_signing_fails);
	tcase_add_test(tc, a_manifest_that_was_named_comes_before_those_that_came_along);
	tcase_add_test(tc, a_link_to_a_folder_is_named_and_not_followed);
	tcase_add_test(tc, a_link_to_itself_cannot_be_read);
	tcase_add_test(tc, a_pipe_in_a_folder_is_not_waited_for);
	tcase_add_test(tc, folders_are_searched_two_levels_deep);
	tcase_add_test(tc, hidden_files_are_passed_over);
	tcase_add_test(tc, more_files_than_a_td_has_are_refused);
	tcase_add_test(tc, hex_text_of_a_quote_is_a_quote);
	tcase_add_test(tc, expected_values_are_checked_when_they_are_given);
	tcase_add_test(tc, a_value_for_this_case_alone_counts);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
