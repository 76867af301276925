/* SPDX-License-Identifier: BSD-2-Clause */
/* For people: a line a claim, what to do, the answer. */
#include "base/attr.h"
#include "check/render.h"

/* A wider cell than this pushes the rest of its own line only. */
#define WIDEST 36

static const char *const headings[] = { "state", "claim", "about", "compared with", "found" };

/* Columns on a terminal, nearly: bytes that start a character. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text >> 6) != 2;
	return n;
}

static const char *cell(const struct tdl_claim *c, size_t column)
{
	const char *const cells[] = { tdl_state_name(c->state), c->name, c->subject, c->source,
				      c->reason };

	return *cells[column] ? cells[column] : "-";
}

static void put_cell(FILE *out, const char *text, size_t width, bool last)
{
	size_t n = width_of(text);

	fputs(text, out);
	if (last)
		fputc('\n', out);
	else
		fprintf(out, "%*s", (int)(n < width ? width - n + 2 : 2), "");
}

static void put_table(FILE *out, const struct tdl_claims *claims)
{
	size_t width[ARRAY_SIZE(headings)];

	for (size_t k = 0; k < ARRAY_SIZE(headings); k++) {
		width[k] = width_of(headings[k]);
		for (size_t i = 0; i < claims->count; i++) {
			size_t n = width_of(cell(&claims->list[i], k));

			if (n > width[k] && n <= WIDEST)
				width[k] = n;
		}
	}
	for (size_t k = 0; k < ARRAY_SIZE(headings); k++)
		put_cell(out, headings[k], width[k], k + 1 == ARRAY_SIZE(headings));
	for (size_t i = 0; i < claims->count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(headings); k++)
			put_cell(out, cell(&claims->list[i], k), width[k],
				 k + 1 == ARRAY_SIZE(headings));
}

void render_text(FILE *out, const struct tdl_claims *claims)
{
	char summary[SUMMARY_SIZE];
	bool first = true;

	put_table(out, claims);
	for (size_t i = 0; i < claims->count; i++) {
		const struct tdl_claim *c = &claims->list[i];

		if (!claim_is_bad(c) || !*c->advice)
			continue;
		fputs(first ? "\nwhat to do\n" : "", out);
		first = false;
		fprintf(out, "  %s: %s\n", c->name, c->advice);
	}
	fprintf(out, "\nanswer: %s: %s\n", tdl_answer_name(tdl_claims_answer(claims)),
		claims_summary(claims, summary));
}
