/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of claims: what they answer, what becomes of their texts. How they are rendered is checked
 * by readers of others, in tests/e2e. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/claims.h"
#include "check/render.h"
#include "tests/lib/test.h"

static struct tdl_claims *claims;

static void make(void)
{
	ck_assert_int_eq(tdl_claims_new(&claims, NULL), 0);
}

static void drop(void)
{
	tdl_claims_free(claims);
}

static void add(enum tdl_state state, const char *name)
{
	const struct tdl_claim c = { .kind = TDL_CLAIM_VALUE, .name = name, .state = state };

	ck_assert_int_eq(tdl_claims_add(claims, &c, NULL), 0);
}

START_TEST(nothing_is_no_yes)
{
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_UNKNOWN);
	add(TDL_STATE_NOT_ASKED, "a");
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_UNKNOWN);
	ck_assert(claims_unexplained(claims));
	add(TDL_STATE_PASSED, "b");
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_YES);
	ck_assert(!claims_unexplained(claims));
}
END_TEST

START_TEST(the_worst_claim_is_the_answer)
{
	add(TDL_STATE_PASSED, "a");
	add(TDL_STATE_NOT_DONE, "b");
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_UNKNOWN);
	add(TDL_STATE_FAILED, "c");
	add(TDL_STATE_NOT_DONE, "d");
	add(TDL_STATE_PASSED, "e");
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_NO);
	ck_assert_uint_eq(tdl_claims_count(claims), 5);
	ck_assert_str_eq(tdl_claims_at(claims, 4)->name, "e");
	ck_assert_ptr_null(tdl_claims_at(claims, 5));
}
END_TEST

START_TEST(a_lost_claim_is_no_yes)
{
	add(TDL_STATE_PASSED, "a");
	claims->lost = true;
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_UNKNOWN);
	ck_assert(claims_unexplained(claims));
}
END_TEST

static const struct {
	const char *in, *out;
} texts[] = {
	{ "", "" },
	{ "plain | `text` <b> ]]> &", "plain | `text` <b> ]]> &" },
	{ "\033[2Jgreen\n\r\t\x7f\a", "?[2Jgreen?????" },
	{ "\u00e9\u20ac\U0001f600", "\u00e9\u20ac\U0001f600" },
	{ "\xc2\x85\xc2\x9b", "????" },		/* C1 controls: next line, CSI */
	{ "\u202eabc\u2066\u200b\ufeff", "???abc?????????" },
	{ "\u2028\u2029", "??????" },
	{ "\xc0\x80", "??" },			/* NUL, too long */
	{ "\xe0\x80\xaf", "???" },		/* '/', too long */
	{ "\xed\xa0\x80", "???" },		/* a surrogate */
	{ "\xf4\x90\x80\x80", "????" },		/* beyond U+10FFFF */
	{ "\xef\xbf\xbf\xef\xbf\xbe", "??????" }, /* no characters; XML forbids them */
	{ "\xff\xfe", "??" },
	{ "cut \xe2\x82", "cut ??" },
	{ "\xe2\x82" "a", "??a" },
	{ "\x80x", "?x" },
};

START_TEST(texts_come_out_clean)
{
	const struct tdl_claim c = { .name = texts[_i].in, .advice = texts[_i].in };

	ck_assert_int_eq(tdl_claims_add(claims, &c, NULL), 0);
	ck_assert_str_eq(tdl_claims_at(claims, 0)->name, texts[_i].out);
	ck_assert_str_eq(tdl_claims_at(claims, 0)->subject, "");
	ck_assert_str_eq(tdl_claims_at(claims, 0)->advice, texts[_i].out);
}
END_TEST

START_TEST(a_list_grows)
{
	for (int i = 0; i < 1000; i++)
		add(TDL_STATE_PASSED, i % 2 ? "odd" : "even");
	ck_assert_uint_eq(tdl_claims_count(claims), 1000);
	ck_assert_uint_eq(claim_ordinal(claims, 999), 500);
	ck_assert_str_eq(tdl_claims_at(claims, 1)->name, "odd");
}
END_TEST

START_TEST(formats_have_names)
{
	static const char *const names[] = { "text", "json", "junit", "tap", "markdown" };
	struct tdl_error err = { 0 };
	char *text = NULL;

	for (size_t i = 0; i < 5; i++) {
		ck_assert_str_eq(tdl_claims_format(i), names[i]);
		test_rc(tdl_claims_render(claims, names[i], &text, &err), 0, &err);
		ck_assert_ptr_nonnull(strstr(text, "nothing to check") ?
					      text :
					      strstr(text, "cannot tell"));
		free(text);
	}
	ck_assert_ptr_null(tdl_claims_format(5));
	test_rc(tdl_claims_render(claims, "junnit", &text, &err), -EINVAL, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "did you mean \"junit\""));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("claims");
	TCase *tc = tcase_create("claims");

	tcase_add_checked_fixture(tc, make, drop);
	tcase_add_test(tc, nothing_is_no_yes);
	tcase_add_test(tc, the_worst_claim_is_the_answer);
	tcase_add_test(tc, a_lost_claim_is_no_yes);
	tcase_add_loop_test(tc, texts_come_out_clean, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(tc, a_list_grows);
	tcase_add_test(tc, formats_have_names);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
