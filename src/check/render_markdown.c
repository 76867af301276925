/* SPDX-License-Identifier: BSD-2-Clause */
/* For the summary page of a CI job: the answer, a table, what to do. */
#include "base/markdown.h"
#include "check/render.h"

static void put_cell(FILE *out, const char *text)
{
	fputc(' ', out);
	markdown_put(out, text);
	fputs(" |", out);
}

static void put_row(FILE *out, const struct tdl_claim *c)
{
	fprintf(out, claim_is_bad(c) ? "| **%s** |" : "| %s |", tdl_state_name(c->state));
	put_cell(out, c->name);
	put_cell(out, c->subject);
	put_cell(out, c->source);
	put_cell(out, c->reason);
	fputc('\n', out);
}

static void put_advice(FILE *out, const struct tdl_claims *claims)
{
	bool first = true;

	for (size_t i = 0; i < claims->count; i++) {
		const struct tdl_claim *c = &claims->list[i];

		if (!claim_is_bad(c) || !*c->advice)
			continue;
		fputs(first ? "\n**What to do**\n\n" : "", out);
		first = false;
		fputs("- ", out);
		markdown_put(out, c->name);
		fputs(": ", out);
		markdown_put(out, c->advice);
		fputc('\n', out);
	}
}

void render_markdown(FILE *out, const struct tdl_claims *claims)
{
	char summary[SUMMARY_SIZE];

	fprintf(out, "### tdlaunch check: %s\n\n%s.\n\n",
		tdl_answer_name(tdl_claims_answer(claims)), claims_summary(claims, summary));
	fputs("| State | Claim | About | Compared with | Found |\n"
	      "| --- | --- | --- | --- | --- |\n",
	      out);
	for (size_t i = 0; i < claims->count; i++)
		put_row(out, &claims->list[i]);
	put_advice(out, claims);
}
