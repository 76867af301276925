/* SPDX-License-Identifier: BSD-2-Clause */
/* Logs against a good quote: changed afterwards, left out, moved, added to. */
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"
#include "tests/unit/anchor/scene.h"
#include "tests/unit/evlog/fixture.h"

static void swap(struct scene *s, size_t a, size_t b)
{
	struct tdl_anchored_log entry = s->list[a];
	uint8_t *log = s->logs[a];
	size_t size = s->sizes[a];

	s->list[a] = s->list[b];
	s->list[b] = entry;
	s->logs[a] = s->logs[b];
	s->logs[b] = log;
	s->sizes[a] = s->sizes[b];
	s->sizes[b] = size;
}

START_TEST(any_byte_of_a_log_that_changes_is_noticed)
{
	struct scene s;

	scene_good(&s, paper_pcr(), 1);
	for (size_t at = 0; at < s.sizes[0]; at += at < 1000 ? 1 : 97) {
		s.logs[0][at] ^= 1;
		scene_verify(&s);
		ck_assert_msg(s.verdict.answer == TDL_LOG_NO, "byte %zu", at);
		s.logs[0][at] ^= 1;
	}
	scene_verify(&s);
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_YES);
	scene_free(&s);
}
END_TEST

/* What a forger does who knows the format: the digest is made to fit. */
START_TEST(a_changed_record_with_a_digest_that_fits_gives_another_value)
{
	struct scene s;
	struct tdl_log_record r = { 0 };
	struct tdl_log *log = NULL;
	uint8_t *content, *claimed, digest[48];

	scene_good(&s, paper_pcr(), 1);
	ck_assert_int_eq(tdl_log_open_bytes(s.logs[0], s.sizes[0], &log, NULL), 0);
	while (tdl_log_next(log, &r, NULL) == 1 && r.event != TDL_LOG_EVENT_FINALIZE)
		;
	content = s.logs[0] + (r.content - s.logs[0]);
	claimed = memmem(s.logs[0] + r.offset, r.size, r.digest, 48);
	ck_assert_ptr_nonnull(claimed);
	((uint8_t *)memmem(content, r.content_size, r.finalize.mrtd, 48))[0] ^= 1;
	ck_assert_int_eq(EVP_Digest(content, r.content_size, digest, NULL, EVP_sha384(), NULL), 1);
	memcpy(claimed, digest, 48);
	tdl_log_free(log);
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_VALUE, TDL_LOG_FAILED, "a log was changed or is missing");
	scene_all_but(&s, TDL_ANCHOR_CHECK_VALUE);
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_NO);
	scene_free(&s);
}
END_TEST

START_TEST(a_log_of_another_launch_under_a_journal_gives_another_value)
{
	struct scene s;
	struct tdl_log_options opt = { .detail = TDL_LOG_DETAIL_PAGE };
	const char *path = test_folder();
	char *name = NULL;

	scene_good(&s, paper_pcr(), 1);
	/* As many records, of a log that does not have the pages in it. */
	ck_assert_int_gt(asprintf(&name, "%s/other.log", path), 0);
	fixture_write(name, &opt, FIXTURE_BY_PAGE, 4);
	free(s.logs[0]);
	s.logs[0] = test_read(name, &s.sizes[0]);
	free(name);
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_VALUE, TDL_LOG_FAILED, "a log was changed or is missing");
	scene_all_but(&s, TDL_ANCHOR_CHECK_VALUE);
	scene_free(&s);
}
END_TEST

START_TEST(a_log_whose_last_records_are_missing_is_not_the_one)
{
	struct scene s;

	scene_good(&s, paper_pcr(), 1);
	for (uint64_t n = 17; n > 0; n--) {
		s.sizes[0] = fixture_offset(s.logs[0], s.sizes[0], n);
		scene_verify(&s);
		scene_says(&s, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_FAILED, "other records than");
		scene_says(&s, TDL_ANCHOR_CHECK_VALUE, TDL_LOG_FAILED, "");
		ck_assert_int_eq(s.verdict.answer, TDL_LOG_NO);
	}
	scene_free(&s);
}
END_TEST

START_TEST(logs_hang_together_in_the_order_in_which_they_were_anchored)
{
	struct scene s;

	scene_good(&s, paper_pcr(), 3);
	scene_verify(&s);
	scene_all_but(&s, -1);
	scene_says(&s, TDL_ANCHOR_CHECK_CHAIN, TDL_LOG_PASSED, "each log starts in pcr:14");
	swap(&s, 1, 2);
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_CHAIN, TDL_LOG_FAILED, "does not start where");
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_NO);
	/* The middle one left out. */
	s.evidence.count = 2;
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_CHAIN, TDL_LOG_FAILED, "a log is missing");
	/* The last one left out. */
	swap(&s, 1, 2);
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_VALUE, TDL_LOG_FAILED, "is missing");
	scene_all_but(&s, TDL_ANCHOR_CHECK_VALUE);
	/* The first one left out. */
	s.evidence.logs = s.list + 1;
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_START, TDL_LOG_NOT_DONE, "held something before");
	scene_all_but(&s, TDL_ANCHOR_CHECK_START);
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_CANNOT_TELL);
	s.evidence.count = 0;
	scene_verify(&s);
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_CANNOT_TELL);
	scene_says(&s, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_NOT_DONE, "no logs");
	scene_free(&s);
}
END_TEST

START_TEST(a_start_that_is_not_zero_must_be_the_one_expected)
{
	struct paper tpm = paper_pcr();
	uint8_t start[48];
	struct scene s;

	paper_extend(&tpm, "firmware", 8);
	memcpy(start, tpm.value[IN_SHA384], 48);
	scene_good(&s, tpm, 1);
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_START, TDL_LOG_NOT_DONE, "nobody says");
	s.evidence.rules.start = start;
	scene_verify(&s);
	scene_all_but(&s, -1);
	start[47] ^= 1;
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_START, TDL_LOG_FAILED, "did not hold the value given");
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_NO);
	scene_free(&s);
}
END_TEST

START_TEST(somebody_elses_extend_is_noticed)
{
	struct scene s = scene_of(paper_pcr());

	scene_anchor(&s, 0);
	if (_i)
		paper_extend(&s.tpm, "x", 1);
	scene_anchor(&s, 0);
	if (!_i)
		paper_extend(&s.tpm, "x", 1);
	scene_quote(&s, SPOIL_NOTHING);
	scene_verify(&s);
	scene_says(&s, _i ? TDL_ANCHOR_CHECK_CHAIN : TDL_ANCHOR_CHECK_VALUE, TDL_LOG_FAILED,
		   "somebody else extended");
	scene_all_but(&s, _i ? TDL_ANCHOR_CHECK_CHAIN : TDL_ANCHOR_CHECK_VALUE);
	ck_assert_int_eq(s.verdict.answer, TDL_LOG_NO);
	scene_free(&s);
}
END_TEST

START_TEST(a_log_that_names_another_register_is_refused)
{
	struct scene s = scene_of(paper_pcr());
	struct paper other = s.tpm;

	other.index = 15;
	s.logs[0] = scene_log(&other, 4, &s.sizes[0]);
	s.journals[0] = paper_anchor(&s.tpm, s.logs[0], s.sizes[0], 0);
	s.count = 1;
	scene_quote(&s, SPOIL_NOTHING);
	scene_verify(&s);
	scene_says(&s, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_FAILED, "names another register");
	scene_all_but(&s, TDL_ANCHOR_CHECK_LOGS);
	scene_free(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("anchor/logs");
	TCase *t = tcase_create("logs");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, any_byte_of_a_log_that_changes_is_noticed);
	tcase_add_test(t, a_changed_record_with_a_digest_that_fits_gives_another_value);
	tcase_add_test(t, a_log_of_another_launch_under_a_journal_gives_another_value);
	tcase_add_test(t, a_log_whose_last_records_are_missing_is_not_the_one);
	tcase_add_test(t, logs_hang_together_in_the_order_in_which_they_were_anchored);
	tcase_add_test(t, a_start_that_is_not_zero_must_be_the_one_expected);
	tcase_add_loop_test(t, somebody_elses_extend_is_noticed, 0, 2);
	tcase_add_test(t, a_log_that_names_another_register_is_refused);
	suite_add_tcase(suite, t);
	return test_run(suite);
}
