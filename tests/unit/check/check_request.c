/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests: what is taken, what is refused and why, which files are out of reach. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "check/request.h"
#include "tests/lib/test.h"
#include "tests/unit/check/platform.h"

#define QUOTE "$QUOTE"	 /* stands for the quote in base64 */
#define CHANGED "$CHANGED" /* with another MRTD */

static char *replace(char *text, const char *word, const char *with)
{
	char *at = strstr(text, word), *out = NULL;

	if (!at)
		return text;
	ck_assert_int_gt(asprintf(&out, "%.*s%s%s", (int)(at - text), text, with,
				  at + strlen(word)), 0);
	free(text);
	return out;
}

static char *filled(const char *line)
{
	char *good = platform_quote(false), *bad = platform_quote(true);
	char *text = replace(replace(strdup(line), QUOTE, good), CHANGED, bad);

	free(good);
	free(bad);
	return text;
}

/* The verdict on a line, parsed by json-c. */
static struct json_object *judge_bytes(const char *root, const char *text, size_t size,
				       enum tdl_answer answer)
{
	enum tdl_answer got = TDL_ANSWER_YES;
	struct tdl_error err = { 0 };
	char *line = NULL;

	test_rc(tdl_check_request(platform_rules, NULL, root, text, size, 7, &line, &got, &err), 0,
		&err);
	ck_assert_msg(got == answer, "%s", line);
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
	struct json_object *o = json_tokener_parse(line);
	ck_assert_msg(o != NULL, "%s", line);
	free(line);
	return o;
}

static const char *member(struct json_object *o, const char *name)
{
	struct json_object *value = NULL;

	ck_assert(json_object_object_get_ex(o, name, &value));
	return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
							     JSON_C_TO_STRING_NOSLASHESCAPE);
}

static const struct {
	const char *line;
	enum tdl_answer answer;
	const char *id, *says; /* in the claims */
} rows[] = {
	{ "{\"id\":\"a\",\"evidence\":[{\"name\":\"q\"," QUOTE "}]}", TDL_ANSWER_YES, "\"a\"",
	  "\"mrtd\"" },
	{ "{\"evidence\":[{\"name\":\"q\"," CHANGED "}]}", TDL_ANSWER_NO, "null", "\"failed\"" },
	{ "{\"id\":1.50,\"evidence\":[{" QUOTE ",\"name\":\"q\"}],\"nonce\":\"0102\"}",
	  TDL_ANSWER_NO, "1.50", "nonce of the request" },
	{ "{\"id\":12345678901234567890123,\"evidence\":[\"/nowhere\"]}", TDL_ANSWER_UNKNOWN,
	  NULL, "No such file" },
	{ "{\"evidence\":[{\"name\":\"q\"," QUOTE "}],\"expect\":{\"rtmr1\":\"00\"}}",
	  TDL_ANSWER_UNKNOWN, "null", "it is not 96 hex digits" },
	{ "{\"evidence\":[{\"name\":\"q\"," QUOTE "}],\"expect\":{\"rtmr9\":\"00\"}}",
	  TDL_ANSWER_UNKNOWN, "null", "there is no such field" },
	{ "{\"id\":true,\"evidence\":[{\"name\":\"q\"," QUOTE "}],\"expect\":{\"xfam\":"
	  "\"0000000000000000\"}}", TDL_ANSWER_NO, "true", "\"source\":\"the request\"" },
	{ "", TDL_ANSWER_UNKNOWN, "null", "JSON at byte 0" },
	{ "[]", TDL_ANSWER_UNKNOWN, "null", "a request is a JSON object" },
	{ "{}", TDL_ANSWER_UNKNOWN, "null", "\\\"evidence\\\" is missing" },
	{ "{\"id\":7,\"evidence\":[]}", TDL_ANSWER_UNKNOWN, "7", "not empty" },
	{ "{\"id\":7,\"evidence\":\"q\"}", TDL_ANSWER_UNKNOWN, "7", "it is a list" },
	{ "{\"id\":7,\"evidence\":[\"\"]}", TDL_ANSWER_UNKNOWN, "7", "piece 0: it is neither" },
	{ "{\"id\":7,\"evidence\":[\"a\\u0000b\"]}", TDL_ANSWER_UNKNOWN, "7", "it is neither" },
	{ "{\"id\":7,\"evidence\":[7]}", TDL_ANSWER_UNKNOWN, "7", "it is neither" },
	{ "{\"id\":[7],\"evidence\":[\"q\"]}", TDL_ANSWER_UNKNOWN, "null", "\\\"id\\\"" },
	{ "{\"\\u0069d\":7,\"evidence\":[\"q\"]}", TDL_ANSWER_UNKNOWN, "null", "\\\"id\\\"" },
	{ "{\"id\":7,\"id\":8,\"evidence\":[\"q\"]}", TDL_ANSWER_UNKNOWN, "null", "twice" },
	{ "{\"id\":7,\"evidence\":[\"q\"],\"polcy\":{}}", TDL_ANSWER_UNKNOWN, "7",
	  "has no member \\\"polcy\\\"" },
	{ "{\"id\":7,\"evidense\":[\"q\"]}", TDL_ANSWER_UNKNOWN, "7",
	  "did you mean \\\"evidence\\\"" },
	{ "{\"evidence\":[{\"name\":\"q\",\"base64\":\"!!!!\"}]}", TDL_ANSWER_UNKNOWN, "null",
	  "is not base64" },
	{ "{\"evidence\":[{\"name\":\"q\",\"hex\":\"0\"}]}", TDL_ANSWER_UNKNOWN, "null",
	  "is not hex" },
	{ "{\"evidence\":[{\"name\":\"q\"}]}", TDL_ANSWER_UNKNOWN, "null",
	  "\\\"hex\\\" is missing" },
	{ "{\"evidence\":[{\"hex\":\"00\"}]}", TDL_ANSWER_UNKNOWN, "null",
	  "\\\"name\\\" is missing" },
	{ "{\"evidence\":[{\"name\":\"q\",\"hex\":\"00\",\"base64\":\"AA==\"}]}",
	  TDL_ANSWER_UNKNOWN, "null", "nothing else" },
	{ "{\"evidence\":[{\"name\":\"q\",\"hex\":\"\"}]}", TDL_ANSWER_UNKNOWN, "null",
	  "there is no TD quote" },
	{ "{\"evidence\":[\"/dev/stdin\"]}", TDL_ANSWER_UNKNOWN, "null", "no TD quote" },
	{ "{\"evidence\":[\"-\"]}", TDL_ANSWER_UNKNOWN, "null", "No such file" },
	{ "{\"evidence\":[\"/dev/zero\"]}", TDL_ANSWER_UNKNOWN, "null", "this is no file" },
	{ "{\"nonce\":\"1\",\"evidence\":[\"q\"]}", TDL_ANSWER_UNKNOWN, "null",
	  "an even number of at most 128" },
	{ "{\"tpm_nonce\":\"11223344556677\",\"evidence\":[\"q\"]}", TDL_ANSWER_UNKNOWN, "null",
	  "\\\"tpm_nonce\\\": it is not 8 to 64 bytes" },
	{ "{\"tpm_nonce\":12345678,\"evidence\":[\"q\"]}", TDL_ANSWER_UNKNOWN, "null",
	  "it is not 8 to 64 bytes" },
	{ "{\"tpm_key\":7,\"evidence\":[\"q\"]}", TDL_ANSWER_UNKNOWN, "null",
	  "\\\"tpm_key\\\": it is not a public key" },
	{ "{\"tpm_start\":\"00\",\"evidence\":[\"q\"]}", TDL_ANSWER_UNKNOWN, "null",
	  "\\\"tpm_start\\\": it is not 96 hex digits" },
	{ "{\"report_data\":\"11\",\"evidence\":[\"q\"]}", TDL_ANSWER_UNKNOWN, "null",
	  "it is not 128 hex digits" },
	{ "{\"evidence\":[\"q\"]} {}", TDL_ANSWER_UNKNOWN, "null", "something follows" },
	{ "{\"evidence\":[\"\xff\"]}", TDL_ANSWER_UNKNOWN, "null", "JSON" },
	{ "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
	  TDL_ANSWER_UNKNOWN, "null", "nested more than" },
};

START_TEST(a_line_gets_its_answer)
{
	char *text = filled(rows[_i].line);
	struct json_object *o = judge_bytes(NULL, text, strlen(text), rows[_i].answer);

	ck_assert_str_eq(member(o, "line"), "7");
	if (rows[_i].id)
		ck_assert_str_eq(member(o, "id"), rows[_i].id);
	ck_assert_msg(strstr(member(o, "claims"), rows[_i].says), "%s", member(o, "claims"));
	json_object_put(o);
	free(text);
}
END_TEST

START_TEST(an_id_comes_back_as_it_was_written)
{
	static const char line[] = "{ \"id\" :  12345678901234567890123.0e+1 ,\"evidence\":[\"q\"]}";
	enum tdl_answer answer;
	char *out = NULL;

	ck_assert_int_eq(tdl_check_request(platform_rules, NULL, NULL, line, strlen(line), 1, &out,
					   &answer, NULL), 0);
	ck_assert_ptr_nonnull(strstr(out, "\"id\": 12345678901234567890123.0e+1, \"answer\""));
	free(out);
}
END_TEST

START_TEST(bytes_of_all_kinds_are_no_request)
{
	static const char nul[] = "{\"evidence\":[\"a\0b\"]}";

	json_object_put(judge_bytes(NULL, nul, sizeof(nul) - 1, TDL_ANSWER_UNKNOWN));
	json_object_put(judge_bytes(NULL, "\0\0\0", 3, TDL_ANSWER_UNKNOWN));
	struct json_object *o = judge_bytes(NULL, NULL, 0, TDL_ANSWER_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(member(o, "claims"), "more than 4 MiB"));
	json_object_put(o);
}
END_TEST

/* root/q is the quote, root/td/q too; beside it lie a secret and links to it. */
static const char *make_tree(void)
{
	static char root[4200];
	char path[4300];

	snprintf(root, sizeof(root), "%s/root", test_folder());
	mkdir(root, 0700);
	snprintf(path, sizeof(path), "%s/td", root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/td/q", root);
	test_write(path, platform.quote, platform.quote_size);
	snprintf(path, sizeof(path), "%s/-", root);
	test_write(path, platform.quote, platform.quote_size);
	snprintf(path, sizeof(path), "%s/../outside", root);
	test_write(path, platform.quote, platform.quote_size);
	snprintf(path, sizeof(path), "%s/link", root);
	ck_assert_int_eq(symlink("../outside", path), 0);
	snprintf(path, sizeof(path), "%s/up", root);
	ck_assert_int_eq(symlink("..", path), 0);
	snprintf(path, sizeof(path), "%s/pipe", root);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/links", root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/links/q", root);
	ck_assert_int_eq(symlink("../td/q", path), 0);
	return root;
}

static const struct {
	const char *name;
	enum tdl_answer answer;
	const char *says;
} names[] = {
	{ "td/q", TDL_ANSWER_YES, "\"td/q\"" },
	{ "td", TDL_ANSWER_YES, "\"td/q\"" },
	{ ".//td/./q", TDL_ANSWER_YES, "q" },
	{ "-", TDL_ANSWER_YES, "\"-\"" },
	{ "td/../td/q", TDL_ANSWER_UNKNOWN, "leads out" },
	{ "../outside", TDL_ANSWER_UNKNOWN, "leads out" },
	{ "/etc/passwd", TDL_ANSWER_UNKNOWN, "leads out" },
	{ "link", TDL_ANSWER_UNKNOWN, "links are not followed" },
	{ "up/outside", TDL_ANSWER_UNKNOWN, "Not a directory" },
	{ "links", TDL_ANSWER_UNKNOWN, "links are not followed" },
	{ "pipe", TDL_ANSWER_UNKNOWN, "this is no file" },
	{ "td/q/x", TDL_ANSWER_UNKNOWN, "Not a directory" },
	{ "none", TDL_ANSWER_UNKNOWN, "No such file" },
};

START_TEST(a_root_is_not_left)
{
	const char *root = make_tree();
	char line[200];

	snprintf(line, sizeof(line), "{\"evidence\":[\"%s\"]}", names[_i].name);
	struct json_object *o = judge_bytes(root, line, strlen(line), names[_i].answer);
	ck_assert_msg(strstr(member(o, "claims"), names[_i].says), "%s", member(o, "claims"));
	json_object_put(o);
}
END_TEST

/* Without a root, names are the caller's; a pipe is not waited for, and "-" is a file. */
START_TEST(without_a_root_names_lead_anywhere)
{
	ck_assert_int_eq(chdir(make_tree()), 0);
	json_object_put(judge_bytes(NULL, "{\"evidence\":[\"-\"]}", 18, TDL_ANSWER_YES));
	json_object_put(judge_bytes(NULL, "{\"evidence\":[\"up/outside\"]}", 27, TDL_ANSWER_YES));
	json_object_put(judge_bytes(NULL, "{\"evidence\":[\"pipe\"]}", 21, TDL_ANSWER_UNKNOWN));
}
END_TEST

START_TEST(large_evidence_is_not_read)
{
	char line[300], path[4200];

	snprintf(path, sizeof(path), "%s/large", test_folder());
	test_write(path, "", 0);
	ck_assert_int_eq(truncate(path, REQUEST_BYTES_MAX + 1), 0);
	snprintf(line, sizeof(line), "{\"evidence\":[\"large\"]}");
	struct json_object *o =
		judge_bytes(test_folder(), line, strlen(line), TDL_ANSWER_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(member(o, "claims"), "too large"));
	json_object_put(o);
	snprintf(line, sizeof(line), "{\"evidence\":[\"%s\"]}", path);
	o = judge_bytes(NULL, line, strlen(line), TDL_ANSWER_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(member(o, "claims"), "has more than"));
	json_object_put(o);
}
END_TEST

START_TEST(a_root_that_is_none_is_an_error)
{
	struct tdl_error err = { 0 };
	enum tdl_answer answer;
	char *line = NULL;

	test_rc(tdl_check_request(platform_rules, NULL, "/nowhere", "{}", 2, 1, &line, &answer, &err),
		-ENOENT, &err);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("request");
	TCase *tc = tcase_create("request");

	tcase_add_unchecked_fixture(tc, platform_make, platform_drop);
	tcase_add_loop_test(tc, a_line_gets_its_answer, 0, ARRAY_SIZE(rows));
	tcase_add_test(tc, an_id_comes_back_as_it_was_written);
	tcase_add_test(tc, bytes_of_all_kinds_are_no_request);
	tcase_add_loop_test(tc, a_root_is_not_left, 0, ARRAY_SIZE(names));
	tcase_add_test(tc, without_a_root_names_lead_anywhere);
	tcase_add_test(tc, large_evidence_is_not_read);
	tcase_add_test(tc, a_root_that_is_none_is_an_error);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
