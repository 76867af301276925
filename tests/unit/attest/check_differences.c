/* SPDX-License-Identifier: BSD-2-Clause */
/* docs/quote-verification.md: what is listed is so, and what is so is listed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "tdlaunch/verdict.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/pki.h"
#include "tests/unit/attest/tsv.h"

static const char *dump(const struct tdl_verdict *v)
{
	static char *text;

	free(text);
	text = NULL;
	tdl_verdict_show(v, 0, &text, NULL);
	return text ? text : "";
}

static bool has_failed(const struct tdl_verdict *v, const char *name)
{
	struct tdl_check c;

	for (size_t i = 0; tdl_verdict_check(v, i, &c) == 0; i++)
		if (strcmp(c.name, name) == 0 && c.state == TDL_STATE_FAILED)
			return true;
	return false;
}

enum edit { NONE, SPARE_BYTE, BROKEN_PEM, TEE_SGX, NO_ROOT };

/* Our side of each row: in a world that is right otherwise, this check says no. */
static const struct difference {
	const char *id;
	struct pki_knobs knobs;
	const char *at;
	enum edit edit;
	const char *check;
} differences[] = {
	{ "not-before", { 0 }, "2026-01-19T23:59:59Z", NONE, "pck-chain" },
	{ "issue-date", { 0 }, "2026-02-19T23:59:59Z", NONE, "tcb-info" },
	{ "spare-bytes", { 0 }, PKI_TIME, SPARE_BYTE, "quote-format" },
	{ "embedded-chain", { .chain_beside = true }, PKI_TIME, BROKEN_PEM, "pck-chain-format" },
	{ "root-pinned", { 0 }, PKI_TIME, NO_ROOT, "root" },
	{ "status-policy", { .platform_status = "SWHardeningNeeded" }, PKI_TIME, NONE,
	  "tcb-status" },
	{ "body-policy", { .attributes = 0x10000001 }, PKI_TIME, NONE, "td-attributes" },
	{ "svn-range", { .big_svn = true }, PKI_TIME, NONE, "tcb-info" },
	{ "signed-text", { .indent_tcb = true }, PKI_TIME, NONE, "tcb-info" },
	{ "sgx", { 0 }, PKI_TIME, TEE_SGX, "quote-format" },
};

static void apply(enum edit edit, struct pki_world *w, struct tdl_verify_options *opt)
{
	uint8_t *size = w->quote + 632; /* of the signature data */

	switch (edit) {
	case NONE:
		break;
	case SPARE_BYTE:
		put_le32(size, (uint32_t)(size[0] | size[1] << 8) + 1);
		w->quote_size++; /* what follows is zero */
		break;
	case BROKEN_PEM:
		w->quote[632 + 4 + 622 + 100] = '!';
		break;
	case TEE_SGX:
		w->quote[4] = 0;
		break;
	case NO_ROOT:
		opt->root = NULL;
		break;
	}
}

static struct tdl_verdict *verify(struct pki_world *w, const struct difference *d, enum edit edit)
{
	struct tdl_verify_options opt = { .root = w->root, .root_size = w->root_size };
	struct tdl_collateral *c = NULL;
	struct tdl_verdict *v = NULL;
	struct tdl_error err = { 0 };

	ck_assert_int_eq(tdl_time_parse(d->at, &opt.at), 0);
	test_rc(tdl_collateral_open(w->folder, &c, &err), 0, &err);
	opt.collateral = c;
	apply(edit, w, &opt);
	test_rc(tdl_verify(w->quote, w->quote_size, &opt, &v, &err), 0, &err);
	tdl_collateral_free(c);
	return v;
}

START_TEST(each_listed_difference_is_refused_here)
{
	const struct difference *d = &differences[_i];
	static struct pki_world w;
	struct tdl_verdict *v;

	pki_make(&d->knobs, &w);
	if (d->edit != NONE) {
		v = verify(&w, d, NONE);
		ck_assert_msg(tdl_verdict_answer(v) == TDL_ANSWER_YES, "%s: the world is wrong\n%s",
			      d->id, dump(v));
		tdl_verdict_free(v);
	}
	v = verify(&w, d, d->edit);
	ck_assert_msg(has_failed(v, d->check), "%s:\n%s", d->id, dump(v));
	ck_assert_int_eq(tdl_verdict_answer(v), TDL_ANSWER_NO);
	tdl_verdict_free(v);
}
END_TEST

static char *read_list(void)
{
	size_t size;
	char *text = (char *)test_read(test_source("docs/quote-verification.md"), &size);

	text = realloc(text, size + 1);
	ck_assert_ptr_nonnull(text);
	text[size] = '\0';
	return text;
}

static bool is_listed(const char *text, const char *id)
{
	char row[64];

	snprintf(row, sizeof(row), "\n| `%s` |", id);
	return strstr(text, row) != NULL;
}

START_TEST(the_list_has_these_rows_and_no_others)
{
	char *text = read_list();
	size_t rows = 0;

	for (const char *at = text; (at = strstr(at, "\n| `")); at++)
		rows++;
	ck_assert_uint_eq(rows, ARRAY_SIZE(differences));
	for (size_t i = 0; i < ARRAY_SIZE(differences); i++)
		ck_assert_msg(is_listed(text, differences[i].id), "%s", differences[i].id);
	free(text);
}
END_TEST

/* Where Intel's library accepted an edit that our table of stations refuses: which row explains it? */
START_TEST(every_disagreement_over_an_edited_quote_is_listed)
{
	static const char *const explained[][2] = {
		{ "signature length +1", "spare-bytes" },
		{ "inner type 4", "embedded-chain" },
		{ "leaf certificate base64 damaged", "embedded-chain" },
		{ "PEM header damaged", "embedded-chain" },
	};
	struct tsv *t = tsv_corpus("quote_mutations.tsv");
	char *text = read_list();

	for (size_t row = 0; t && row < t->rows; row++) {
		bool intel = strcmp(tsv_cell(t, row, "ref_quote"), "OK") == 0;
		bool ours = strncmp(tsv_cell(t, row, "fails_at"), "verifies", 8) == 0;
		const char *name = tsv_cell(t, row, "name"), *id = NULL;

		for (size_t i = 0; i < ARRAY_SIZE(explained); i++)
			if (strcmp(name, explained[i][0]) == 0)
				id = explained[i][1];
		ck_assert_msg(intel == ours || (intel && id && is_listed(text, id)),
			      "\"%s\" is not explained", name);
	}
	if (t)
		tsv_free(t);
	free(text);
}
END_TEST

/* The same for quotes with collateral: the library's four answers against the strict verdict. */
START_TEST(every_disagreement_over_collateral_is_listed)
{
	static const char *const columns[] = { "ref_pck", "ref_tcbinfo", "ref_qeid", "ref_quote" };
	struct tsv *t = tsv_corpus("cases.tsv");
	char *text = read_list();

	for (size_t row = 0; t && row < t->rows; row++) {
		const char *problems = tsv_cell(t, row, "problems");
		bool intel = true;
		bool ours = strcmp(tsv_cell(t, row, "verdict"), "refuse") != 0;

		for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
			intel &= strcmp(tsv_cell(t, row, columns[i]), "OK") == 0;
		ck_assert_msg(intel == ours || (intel && is_listed(text, "not-before") &&
						strcmp(problems, "certificate outside validity") == 0),
			      "%s is not explained: %s", tsv_cell(t, row, "case"), problems);
		if (strstr(problems, "tcbinfo not current") &&
		    strcmp(tsv_cell(t, row, "ref_tcbinfo"), "OK") == 0)
			ck_assert(is_listed(text, "issue-date"));
	}
	if (t)
		tsv_free(t);
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest differences");
	TCase *tc = tcase_create("differences");

	tcase_add_loop_test(tc, each_listed_difference_is_refused_here, 0, ARRAY_SIZE(differences));
	tcase_add_test(tc, the_list_has_these_rows_and_no_others);
	tcase_add_test(tc, every_disagreement_over_an_edited_quote_is_listed);
	tcase_add_test(tc, every_disagreement_over_collateral_is_listed);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
