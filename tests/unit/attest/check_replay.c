/* SPDX-License-Identifier: BSD-2-Clause */
/* Replay against registers: agreement, and the sentence that explains a difference. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/quote.h"
#include "attest/replay.h"
#include "base/attr.h"
#include "tdlaunch/replay.h"
#include "tdlaunch/report.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/tsv.h"

/* Six events: 0, 2, 4 for RTMR0, 1 for RTMR1, 3 EV_NO_ACTION, 5 for RTMR0. */
static const struct {
	uint32_t mr, type;
} plan[] = { { 1, 4 }, { 2, 4 }, { 1, 13 }, { 0, 3 }, { 1, 13 }, { 1, 13 } };

static uint8_t digests[ARRAY_SIZE(plan)][TDL_RTMR_SIZE];

static size_t make_steps(struct step *steps)
{
	for (size_t i = 0; i < ARRAY_SIZE(plan); i++) {
		memset(digests[i], (int)(i + 1), TDL_RTMR_SIZE);
		steps[i] = (struct step){ plan[i].mr, plan[i].type, i, digests[i] };
	}
	return ARRAY_SIZE(plan);
}

/* What the machine really extended into RTMR0, as indexes of events, and what must be said. */
static const struct {
	int extended[8]; /* ends with -1 */
	const char *finding;
} cases[] = {
	{ { 0, 2, 4, -1 }, "before event 5: 1 event came after" },
	{ { 0, -1 }, "before event 2: 3 events came after" },
	{ { -1 }, "is zero: never extended" },
	{ { 0, 4, 5, -1 }, "matches without event 2" },
	{ { 0, 2, 2, 4, 5, -1 }, "event 2 extended twice" },
	{ { 0, 4, 2, 5, -1 }, "events 2 and 4 in the other order" },
	{ { 2, 4, 5, 0, -1 }, "event 0 moved behind event 5" },
	{ { 2, 4, 0, 5, -1 }, "event 0 moved behind event 4" },
	{ { 5, 0, 2, 4, -1 }, "event 5 moved before event 0" },
	{ { 0, 5, 2, 4, -1 }, "event 5 moved before event 2" },
	{ { 0, 1, 2, 4, 5, -1 }, "event 1, logged for RTMR1, extended here" },
	{ { 0, 2, 3, 4, 5, -1 }, "event 3 extended, which is EV_NO_ACTION" },
	{ { 5, 4, 2, 0, -1 }, "another boot" },
};

START_TEST(a_difference_is_explained)
{
	struct step steps[ARRAY_SIZE(plan)];
	size_t n = make_steps(steps);
	uint8_t want[TDL_RTMR_SIZE] = { 0 };
	char finding[FINDING_SIZE];
	struct tdl_error err = { 0 };

	for (const int *e = cases[_i].extended; *e >= 0; e++)
		test_rc(rtmr_extend(want, digests[*e], &err), 0, &err);
	test_rc(replay_diagnose(steps, n, 1, want, false, finding, &err), 0, &err);
	ck_assert_msg(strstr(finding, cases[_i].finding) != NULL, "%s", finding);
}
END_TEST

START_TEST(a_register_that_only_user_space_extends_is_named)
{
	struct step steps[ARRAY_SIZE(plan)];
	size_t n = make_steps(steps);
	uint8_t want[TDL_RTMR_SIZE] = { 7 };
	char finding[FINDING_SIZE];
	struct tdl_error err = { 0 };

	test_rc(replay_diagnose(steps, n, 4, want, false, finding, &err), 0, &err);
	ck_assert_msg(strstr(finding, "user space extends it") != NULL, "%s", finding);
}
END_TEST

/* The registers of a row's evidence; returns what keeps them alive. */
static uint8_t *take_registers(const char *name, struct tdl_replay_options *opt)
{
	static const char *const names[] = { "rtmr0", "rtmr1", "rtmr2", "rtmr3" };
	size_t size = 0;
	uint8_t *bytes = corpus_read(name, &size);
	struct tdl_quote *quote = NULL;
	struct tdl_report *report = NULL;
	struct tdl_error err = { 0 };
	struct tdl_field f;

	if (size == TDL_REPORT_SIZE)
		test_rc(tdl_report_open(bytes, size, &report, &err), 0, &err);
	else
		test_rc(tdl_quote_open(bytes, size, &quote, &err), 0, &err);
	for (int i = 0; i < TDL_RTMR_COUNT; i++) {
		ck_assert_int_eq(report ? tdl_report_field(report, names[i], &f)
					: tdl_quote_field(quote, names[i], &f), 0);
		opt->rtmr[i] = f.bytes;
		opt->source[i] = "evidence of the table";
	}
	tdl_report_free(report);
	tdl_quote_free(quote);
	return bytes;
}

START_TEST(public_logs_match_their_evidence_as_the_table_says)
{
	struct tsv *t = tsv_corpus("ccel_cases.tsv");

	for (size_t row = 0; t && row < t->rows; row++) {
		const char *verdict = tsv_cell(t, row, "verdict");
		struct tdl_replay_options opt = { 0 };
		enum tdl_answer answer = TDL_ANSWER_NO;
		char name[256], *text = NULL;
		size_t size = 0;
		struct tdl_error err = { 0 };
		uint8_t *evidence = NULL;

		snprintf(name, sizeof(name), "ccel/%s", tsv_cell(t, row, "log"));
		uint8_t *log = corpus_read(name, &size);
		if (strcmp(tsv_cell(t, row, "evidence"), "-") != 0)
			evidence = take_registers(tsv_cell(t, row, "evidence"), &opt);
		test_rc(tdl_replay(log, size, &opt, 0, &text, &answer, &err), 0, &err);
		ck_assert_msg(answer == (strcmp(verdict, "match") == 0	     ? TDL_ANSWER_YES
					 : strcmp(verdict, "mismatch") == 0 ? TDL_ANSWER_NO
									     : TDL_ANSWER_UNKNOWN),
			      "%s: %s", name, text);
		free(text);
		free(evidence);
		free(log);
	}
	if (t)
		tsv_free(t);
}
END_TEST

START_TEST(an_ima_log_behind_the_firmwares_completes_rtmr2)
{
	struct tsv *t = tsv_corpus("ccel_cases.tsv");
	struct tdl_replay_options opt = { 0 };
	enum tdl_answer answer = TDL_ANSWER_NO;
	char *text = NULL;
	size_t size = 0;
	struct tdl_error err = { 0 };

	if (!t)
		return;
	uint8_t *log = corpus_read("ccel/cctrusted.bin", &size);
	uint8_t *ima = corpus_read("ccel/cctrusted-ima.txt", &opt.runtime_size);
	uint8_t *quote = take_registers("quotes/v4-preproduction-root-3f49cfeb.bin", &opt);
	opt.runtime = ima;
	test_rc(tdl_replay(log, size, &opt, 0, &text, &answer, &err), 0, &err);
	ck_assert_msg(answer == TDL_ANSWER_YES, "%s", text);
	free(text);
	free(quote);
	free(ima);
	free(log);
	tsv_free(t);
}
END_TEST

START_TEST(a_dstack_list_replays_to_the_quote_beside_it)
{
	struct tsv *t = tsv_corpus("ccel_cases.tsv");
	struct tdl_replay_options opt = { 0 };
	enum tdl_answer answer = TDL_ANSWER_NO;
	char *text = NULL;
	size_t size = 0;
	struct tdl_error err = { 0 };

	if (!t)
		return;
	uint8_t *log = corpus_read("runtime/dstack-quote-report.json", &size);
	uint8_t *quote = take_registers("quotes/v4-dstack-report-cbdb5b2f.bin", &opt);
	test_rc(tdl_replay(log, size, &opt, 0, &text, &answer, &err), 0, &err);
	ck_assert_msg(answer == TDL_ANSWER_YES, "%s", text);
	free(text);
	free(quote);
	free(log);
	tsv_free(t);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest replay");
	TCase *tc = tcase_create("replay");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_difference_is_explained, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, a_register_that_only_user_space_extends_is_named);
	tcase_add_test(tc, public_logs_match_their_evidence_as_the_table_says);
	tcase_add_test(tc, an_ima_log_behind_the_firmwares_completes_rtmr2);
	tcase_add_test(tc, a_dstack_list_replays_to_the_quote_beside_it);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
