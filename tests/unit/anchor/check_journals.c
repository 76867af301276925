/* SPDX-License-Identifier: BSD-2-Clause */
/* Journals against a good quote: broken off, edited, and the head of a log beside them. */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/lib/test.h"
#include "tests/unit/anchor/scene.h"
#include "tests/unit/evlog/fixture.h"

/* The journal changed with the log: the register still says otherwise. */
START_TEST(a_journal_that_was_cut_like_its_log_does_not_help)
{
	struct scene s;

	scene_good(&s, paper_pcr(), 1);
	s.sizes[0] = fixture_offset(s.logs[0], s.sizes[0], 17);
	scene_edit(&s, 0, "extended 18\n", "");
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_NOT_DONE, "not finalized");
	scene_says(&s, TDL_ANCHOR_CHECK_VALUE, TDL_LOG_FAILED, "");
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_NO);
	scene_free(&s);
}
END_TEST

START_TEST(an_anchor_that_broke_off_says_how_far_it_came)
{
	struct scene s = scene_of(paper_pcr());

	scene_anchor(&s, (uint64_t)_i);
	scene_quote(&s, SPOIL_NOTHING);
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_NOT_DONE, "anchored up to record");
	scene_all_but(&s, TDL_ANCHOR_CHECK_LOGS);
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_CANNOT_TELL);
	scene_free(&s);
}
END_TEST

/* The TPM did one record more than the journal lived to say; two more cannot be. */
START_TEST(one_record_more_than_the_journal_says_may_have_arrived)
{
	struct scene s = scene_of(paper_pcr());

	scene_anchor(&s, 3);
	scene_quote(&s, SPOIL_NOTHING);
	scene_edit(&s, 0, "extended 15\n", "");
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_VALUE, TDL_LOG_PASSED, "");
	scene_says(&s, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_NOT_DONE, "record 14 of 18");
	scene_edit(&s, 0, "extended 14\n", "");
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_VALUE, TDL_LOG_FAILED, "");
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_NO);
	scene_free(&s);
}
END_TEST

START_TEST(a_log_that_ends_early_is_never_yes)
{
	struct scene s = scene_of(paper_pcr());

	s.logs[0] = scene_log(&s.tpm, 2, &s.sizes[0]);
	s.journals[0] = paper_anchor(&s.tpm, s.logs[0], s.sizes[0], 0);
	s.count = 1;
	scene_quote(&s, SPOIL_NOTHING);
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_NOT_DONE, "not finalized");
	scene_all_but(&s, TDL_ANCHOR_CHECK_LOGS);
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_CANNOT_TELL);
	scene_free(&s);
}
END_TEST

/* One thing in a journal that does not fit, and which check says so. */
static const struct {
	const char *from, *to;
	enum tdl_anchor_check_id check;
	const char *text;
} edits[] = {
	{ "register pcr:14", "register pcr:15", TDL_ANCHOR_CHECK_LOGS, "of another register" },
	{ "before sha256", "before sm3_256", TDL_ANCHOR_CHECK_LOGS, "or of other banks" },
	{ "clock 5000 7 ", "clock 5000 6 ", TDL_ANCHOR_CHECK_CLOCK, "reset between" },
	{ "clock 5000 7 2 ", "clock 5000 7 3 ", TDL_ANCHOR_CHECK_CLOCK, "went back" },
	{ "clock 5000", "clock 500000", TDL_ANCHOR_CHECK_CLOCK, "went back" },
	{ "extended 3\n", "", TDL_ANCHOR_CHECK_LOGS, "line 11" },
	{ "before sha384 0", "before sha384 1", TDL_ANCHOR_CHECK_VALUE, "the records give" },
};

START_TEST(a_journal_that_does_not_fit_is_refused)
{
	struct scene s;

	scene_good(&s, paper_pcr(), 1);
	scene_edit(&s, 0, edits[_i].from, edits[_i].to);
	scene_verify(&s);
	scene_says(&s, edits[_i].check, TDL_LOG_FAILED, edits[_i].text);
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_NO);
	scene_free(&s);
}
END_TEST

/* Three records, with what the register held before them in the second. */
static uint8_t *log_with_value(const uint8_t value[48], size_t *ret_size)
{
	const struct tdl_log_options opt = { .image = fixture_image() };
	const struct tdl_log_td td = { .flow = "qemu", .host = "", .anchor_value = value };
	struct tdl_log_writer *w = NULL;
	char *name = NULL;
	uint8_t *bytes;

	ck_assert_int_gt(asprintf(&name, "%s/head.log", test_folder()), 0);
	test_rc(tdl_log_create(name, &opt, &w, &fixture_err), 0, &fixture_err);
	test_rc(tdl_log_init(w, &td, &fixture_err), 0, &fixture_err);
	test_rc(tdl_log_finalize(w, NULL, NULL, &fixture_err), 0, &fixture_err);
	test_rc(tdl_log_close(w, &fixture_err), 0, &fixture_err);
	bytes = test_read(name, ret_size);
	free(name);
	return bytes;
}

START_TEST(a_head_that_differs_from_the_journal_is_noticed)
{
	uint8_t value[48] = { 0 };
	struct scene s = scene_of(paper_pcr());

	value[3] = (uint8_t)_i;
	s.logs[0] = log_with_value(value, &s.sizes[0]);
	s.journals[0] = paper_anchor(&s.tpm, s.logs[0], s.sizes[0], 0);
	s.count = 1;
	scene_quote(&s, SPOIL_NOTHING);
	scene_verify(&s);
	ck_assert_uint_eq(s.verdict.records, 3);
	if (_i)
		scene_says(&s, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_FAILED, "its head and its journal differ");
	scene_all_but(&s, _i ? TDL_ANCHOR_CHECK_LOGS : -1);
	scene_free(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("anchor/journals");
	TCase *t = tcase_create("journals");

	tcase_add_test(t, a_journal_that_was_cut_like_its_log_does_not_help);
	tcase_add_loop_test(t, an_anchor_that_broke_off_says_how_far_it_came, 1, 4);
	tcase_add_test(t, one_record_more_than_the_journal_says_may_have_arrived);
	tcase_add_test(t, a_log_that_ends_early_is_never_yes);
	tcase_add_loop_test(t, a_journal_that_does_not_fit_is_refused, 0, (int)ARRAY_SIZE(edits));
	tcase_add_loop_test(t, a_head_that_differs_from_the_journal_is_noticed, 0, 2);
	suite_add_tcase(suite, t);
	return test_run(suite);
}
