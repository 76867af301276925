/* SPDX-License-Identifier: BSD-2-Clause */
/* Test Anything Protocol, version 13: a claim is a test. One that was not done is "not ok", since a
 * skipped test counts as passed; one that nobody asked for is skipped. */
#include "check/render.h"

/* A '#' would begin a directive. */
static void put_description(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void put_member(FILE *out, const char *name, const char *text)
{
	if (!*text)
		return;
	fprintf(out, "  %s: ", name);
	put_json_text(out, text);
	fputc('\n', out);
}

static void put_claim(FILE *out, const struct tdl_claim *c, size_t number)
{
	bool bad = claim_is_bad(c);

	fprintf(out, "%sok %zu - %s: ", bad ? "not " : "", number, claim_kind_name(c->kind));
	put_description(out, c->name);
	fputs(*c->subject ? " of " : "", out);
	put_description(out, c->subject);
	if (c->state == TDL_STATE_NOT_ASKED) {
		fputs(" # SKIP ", out);
		put_description(out, *c->reason ? c->reason : tdl_state_name(c->state));
	}
	fputc('\n', out);
	if (!bad)
		return;
	fputs("  ---\n", out);
	put_member(out, "state", tdl_state_name(c->state));
	put_member(out, "reason", c->reason);
	put_member(out, "source", c->source);
	put_member(out, "advice", c->advice);
	fputs("  ...\n", out);
}

void render_tap(FILE *out, const struct tdl_claims *claims)
{
	size_t extra = claims_unexplained(claims);
	char summary[SUMMARY_SIZE];

	claims_summary(claims, summary);
	fprintf(out, "TAP version 13\n1..%zu\n", claims->count + extra);
	for (size_t i = 0; i < claims->count; i++)
		put_claim(out, &claims->list[i], i + 1);
	if (extra)
		fprintf(out, "not ok %zu - answer: %s\n", claims->count + 1, summary);
	fprintf(out, "# answer: %s: %s\n", tdl_answer_name(tdl_claims_answer(claims)), summary);
}
