/* SPDX-License-Identifier: BSD-2-Clause */
/* Every public quote against every public bundle, and each edit of a quote. The verdicts were
 * computed by an independent verifier and compared with Intel's library. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/quote.h"
#include "attest/text.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "tdlaunch/verdict.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/tsv.h"

/* The tables do not ask for SEPT_VE_DISABLE. */
static const char table_policy[] = "{\"tdlaunch_policy\":1,\"allow_sept_ve\":true}";

static struct tdl_collateral *open_bundle(const char *name)
{
	char relative[256];
	struct tdl_collateral *c = NULL;
	struct tdl_error err = { 0 };

	snprintf(relative, sizeof(relative), "attestation/%s", name);
	test_rc(tdl_collateral_open(test_corpus(relative), &c, &err), 0, &err);
	return c;
}

static struct tdl_verdict *verify(const uint8_t *bytes, size_t size,
				  const struct tdl_collateral *c, const char *time,
				  const char *root)
{
	struct tdl_verify_options opt = { .collateral = c };
	struct tdl_policy *policy = NULL;
	struct tdl_verdict *v = NULL;
	struct tdl_error err = { 0 };
	uint8_t *root_bytes = NULL;

	test_rc(tdl_policy_parse(table_policy, sizeof(table_policy) - 1, &policy, &err), 0, &err);
	ck_assert_int_eq(tdl_time_parse(time, &opt.at), 0);
	if (root)
		root_bytes = corpus_read(root, &opt.root_size);
	opt.root = root_bytes;
	opt.policy = policy;
	test_rc(tdl_verify(bytes, size, &opt, &v, &err), 0, &err);
	tdl_policy_free(policy);
	free(root_bytes);
	return v;
}

static const char *dump(const struct tdl_verdict *v)
{
	static char *text;

	free(text);
	text = NULL;
	tdl_verdict_show(v, 0, &text, NULL);
	return text ? text : "";
}

static void compare_status(const struct tdl_verdict *v, const char *part, const char *want)
{
	const char *have = tdl_verdict_status(v, part);

	if (strcmp(want, "-") == 0)
		return;
	ck_assert_msg(have && strncmp(want, have, strlen(have)) == 0 &&
			      (want[strlen(have)] == '\0' || want[strlen(have)] == '('),
		      "%s is %s, want %s\n%s", part, have ? have : "absent", want, dump(v));
}

static void compare_advisories(const struct tdl_verdict *v, const char *want)
{
	char have[2048] = "";
	const char *one;

	for (size_t i = 0; (one = tdl_verdict_advisory(v, i)); i++)
		snprintf(have + strlen(have), sizeof(have) - strlen(have), "%s%s", i ? "," : "", one);
	ck_assert_str_eq(*have ? have : "-", want);
}

static void check_case(const struct tsv *t, size_t row)
{
	const char *name = tsv_cell(t, row, "case"), *want = tsv_cell(t, row, "verdict");
	struct tdl_collateral *c = open_bundle(tsv_cell(t, row, "collateral"));
	bool preproduction = strcmp(tsv_cell(t, row, "root"), "preproduction") == 0;
	size_t size = 0;
	uint8_t *bytes = corpus_read(tsv_cell(t, row, "quote"), &size);
	struct tdl_verdict *v =
		verify(bytes, size, c, tsv_cell(t, row, "time"),
		       preproduction ? "collateral/preproduction-2026-07/root_ca.der" : NULL);
	bool yes = tdl_verdict_answer(v) == TDL_ANSWER_YES;
	char date[TIME_TEXT_SIZE] = "-";
	int64_t seconds;

	/* At exactly nextUpdate ours accepts, as Intel's library does. */
	ck_assert_msg(yes == (strcmp(want, "refuse") != 0), "%s: %s", name, dump(v));
	compare_status(v, "converged", tsv_cell(t, row, "status"));
	compare_status(v, "platform", tsv_cell(t, row, "platform"));
	compare_status(v, "module", tsv_cell(t, row, "module"));
	compare_status(v, "qe", tsv_cell(t, row, "qe"));
	compare_advisories(v, tsv_cell(t, row, "advisories"));
	if (tdl_verdict_tcb_date(v, &seconds) == 0)
		time_text(seconds, date);
	ck_assert_msg(strcmp(date, tsv_cell(t, row, "tcb_date")) == 0, "%s: date %s\n%s", name,
		      date, dump(v));
	if (strcmp(tsv_cell(t, row, "svn2_status"), "-") != 0)
		compare_status(v, "current", tsv_cell(t, row, "svn2_status"));
	tdl_verdict_free(v);
	tdl_collateral_free(c);
	free(bytes);
}

START_TEST(every_public_case_gets_the_verdict_of_the_table)
{
	struct tsv *t = tsv_corpus("cases.tsv");

	for (size_t row = 0; t && row < t->rows; row++)
		check_case(t, row);
	if (t)
		tsv_free(t);
}
END_TEST

/* The check of ours that a row's "fails_at" means; NULL when the quote verifies. */
static const struct {
	const char *fails_at, *check;
} stations[] = {
	{ "parse", "quote-format" },
	{ "unsupported attestation key type", "quote-format" },
	{ "TEE type", "quote-format" },
	{ "QE vendor id", "quote-format" },
	{ "bytes left after certification data", "quote-format" },
	{ "quote signature", "quote-signature" },
	{ "attestation key invalid", "key-binding" },
	{ "key binding", "key-binding" },
	{ "QE report signature", "qe-report-signature" },
	{ "certification data type", "pck-chain-format|quote-format" },
	{ "certificate chain", "pck-chain-format" },
	{ "verifies", NULL },
};

static bool has_failed(const struct tdl_verdict *v, const char *names)
{
	struct tdl_check c;

	for (size_t i = 0; tdl_verdict_check(v, i, &c) == 0; i++)
		if (c.state == TDL_STATE_FAILED && strstr(names, c.name))
			return true;
	return false;
}

START_TEST(every_edit_of_a_quote_fails_where_the_table_says)
{
	struct tsv *t = tsv_corpus("quote_mutations.tsv");

	for (size_t row = 0; t && row < t->rows; row++) {
		const char *fails_at = tsv_cell(t, row, "fails_at");
		struct tdl_collateral *c = open_bundle(tsv_cell(t, row, "collateral"));
		size_t size = 0, k = 0;
		uint8_t *bytes = corpus_read(tsv_cell(t, row, "quote"), &size);

		bytes = apply_edit(bytes, &size, tsv_cell(t, row, "edit"));
		struct tdl_verdict *v = verify(bytes, size, c, tsv_cell(t, row, "time"), NULL);
		while (strncmp(fails_at, stations[k].fails_at, strlen(stations[k].fails_at)) != 0)
			ck_assert_msg(++k < ARRAY_SIZE(stations), "unknown station %s", fails_at);
		if (!stations[k].check)
			ck_assert_msg(tdl_verdict_answer(v) == TDL_ANSWER_YES, "%s: %s",
				      tsv_cell(t, row, "name"), dump(v));
		else
			ck_assert_msg(has_failed(v, stations[k].check), "%s: %s",
				      tsv_cell(t, row, "name"), dump(v));
		tdl_verdict_free(v);
		tdl_collateral_free(c);
		free(bytes);
	}
	if (t)
		tsv_free(t);
}
END_TEST

/* quote_fields.tsv also says whether the three signatures are good: the bundle does not matter. */
START_TEST(every_public_quote_is_signed_as_the_table_says)
{
	static const char *const columns[][2] = { { "quote_sig", "quote-signature" },
						  { "qe_bind", "key-binding" },
						  { "qe_sig", "qe-report-signature" } };
	struct tsv *t = tsv_corpus("quote_fields.tsv");

	for (size_t row = 0; t && row < t->rows; row++) {
		size_t size = 0;
		uint8_t *bytes = corpus_read(tsv_cell(t, row, "quote"), &size);
		struct tdl_verdict *v = verify(bytes, size, NULL, "2026-01-01", NULL);

		ck_assert_int_ne(tdl_verdict_answer(v), TDL_ANSWER_YES);
		for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
			if (strcmp(tsv_cell(t, row, columns[i][0]), "True") == 0)
				ck_assert_msg(!has_failed(v, columns[i][1]), "%s: %s",
					      tsv_cell(t, row, "quote"), dump(v));
		tdl_verdict_free(v);
		free(bytes);
	}
	if (t)
		tsv_free(t);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest verify");
	TCase *tc = tcase_create("public data");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, every_public_case_gets_the_verdict_of_the_table);
	tcase_add_test(tc, every_edit_of_a_quote_fails_where_the_table_says);
	tcase_add_test(tc, every_public_quote_is_signed_as_the_table_says);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
