/* SPDX-License-Identifier: BSD-2-Clause */
/* A TD quote from the host's service, with an actor behind the door to the network. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "fetch/tdquote.h"
#include "tests/lib/test.h"

/* What it answers, and what it was asked. */
struct actor {
	long status;
	const char *body;
	int rc;
	char asked[4096];
};

static int act(void *ctx, const char *url, const char *json, struct http_answer *ret_answer,
	       struct tdl_error *err)
{
	struct actor *a = ctx;

	snprintf(a->asked, sizeof(a->asked), "%s %s", url, json);
	if (a->rc < 0)
		return tdl_fail(err, a->rc, "no way");
	ret_answer->status = a->status;
	return http_add_body(ret_answer, a->body, strlen(a->body));
}

static int ask(struct actor *a, const char *url, uint8_t **ret_quote, size_t *ret_size,
	       struct tdl_error *err)
{
	const struct http http = { .post = act, .ctx = a };
	static uint8_t report[TDQUOTE_REPORT];

	memset(report, 0xfb, sizeof(report)); /* "-_v7" in base64url */
	return tdquote_ask(&http, url, report, ret_quote, ret_size, err);
}

START_TEST(a_report_goes_out_and_a_quote_comes_in)
{
	struct actor a = { .status = 200, .body = " {\"x\":1, \"quote\" : \"_-8A\"}\n" };
	struct tdl_error err = { 0 };
	uint8_t *quote = NULL;
	size_t size = 0;

	test_rc(ask(&a, TDQUOTE_URL, &quote, &size, &err), 0, &err);
	ck_assert_uint_eq(size, 3);
	ck_assert_mem_eq(quote, "\xff\xef\x00", 3);
	free(quote);
	/* 1024 bytes are 1366 characters without padding. */
	static const char begins[] = "http://169.254.169.254/acc/tdquote {\"report\":\"-_v7";
	ck_assert_mem_eq(a.asked, begins, sizeof(begins) - 1);
	ck_assert_uint_eq(strlen(a.asked), strlen(TDQUOTE_URL) + 12 + 1366 + 2);
	ck_assert_ptr_null(strchr(a.asked, '='));
}
END_TEST

static const struct {
	struct actor actor;
	const char *url;
	int rc;
	const char *says;
} faults[] = {
	{ { .rc = -ECONNREFUSED }, "http://h/q", -ECONNREFUSED, "http://h/q: no way" },
	{ { .status = 404, .body = "" }, "http://h/q", -ENOENT, "does not have it" },
	{ { .status = 429, .body = "" }, "http://h/q", -EBUSY, "asked too often" },
	{ { .status = 500, .body = "" }, "http://h/q", -EREMOTEIO, "failed" },
	{ { .status = 200, .body = "" }, "http://h/q", -EBADMSG, "the answer" },
	{ { .status = 200, .body = "<html>" }, "http://h/q", -EBADMSG, "the answer" },
	{ { .status = 200, .body = "[]" }, "http://h/q", -EBADMSG, "quote" },
	{ { .status = 200, .body = "null" }, "http://h/q", -EBADMSG, "quote" },
	{ { .status = 200, .body = "{\"quote\":7}" }, "http://h/q", -EBADMSG, "quote" },
	{ { .status = 200, .body = "{\"quote\":\"\"}" }, "http://h/q", -EBADMSG, "base64" },
	{ { .status = 200, .body = "{\"quote\":\"a*bc\"}" }, "http://h/q", -EBADMSG, "base64" },
	{ { .status = 200, .body = "{\"quote\":\"AAAA\",\"quote\":\"BBBB\"}" }, "http://h/q",
	  -EBADMSG, "the answer" },
	{ { .status = 200, .body = "{\"quote\":\"AAAA\"} x" }, "http://h/q", -EBADMSG,
	  "the answer" },
	{ { .status = 200, .body = "{}" }, "ftp://h/q", -EINVAL, "no http:// or https:// URL" },
	{ { .status = 200, .body = "{}" }, "http:///q", -EINVAL, "no http:// or https:// URL" },
	{ { .status = 200, .body = "{}" }, "http://h/a b", -EINVAL, "no http:// or https:// URL" },
};

START_TEST(what_is_no_answer_is_refused)
{
	struct actor a = faults[_i].actor;
	struct tdl_error err = { 0 };
	uint8_t *quote = NULL;
	size_t size = 0;

	test_rc(ask(&a, faults[_i].url, &quote, &size, &err), faults[_i].rc, &err);
	ck_assert_ptr_null(quote);
	ck_assert_msg(strstr(err.text, faults[_i].says), "\"%s\" lacks \"%s\"", err.text,
		      faults[_i].says);
	ck_assert_int_eq(a.asked[0] == '\0', faults[_i].rc == -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tdquote");
	TCase *tc = tcase_create("tdquote");

	tcase_add_test(tc, a_report_goes_out_and_a_quote_comes_in);
	tcase_add_loop_test(tc, what_is_no_answer_is_refused, 0, ARRAY_SIZE(faults));
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
