/* SPDX-License-Identifier: BSD-2-Clause */
/* For programs. Names are documented in tdlaunch-check(1), and only ever added to. */
#include "base/attr.h"
#include "check/render.h"

/* Bytes from the start that stand for themselves. */
static size_t plain(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = 0;

	while (s[n] >= 0x20 && s[n] != '"' && s[n] != '\\' && s[n] != 0x7f &&
	       (s[n] != 0xe2 || s[n + 1] != 0x80 || (s[n + 2] & 0xfe) != 0xa8))
		n++;
	return n;
}

void put_json_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (;;) {
		size_t n = plain(text);
		unsigned char c = (unsigned char)text[n];

		fwrite(text, 1, n, out);
		text += n;
		if (c == '\0')
			break;
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c == 0xe2) /* U+2028, U+2029 */
			fprintf(out, "\\u202%x", (unsigned char)text[2] & 0xf);
		else
			fprintf(out, "\\u%04x", c);
		text += c == 0xe2 ? 3 : 1;
	}
	fputc('"', out);
}

static void put_counts(FILE *out, const struct tdl_claims *claims)
{
	fprintf(out,
		"\"counts\": {\"passed\": %zu, \"failed\": %zu, \"not_done\": %zu, "
		"\"not_asked\": %zu}",
		claims_with(claims, TDL_STATE_PASSED), claims_with(claims, TDL_STATE_FAILED),
		claims_with(claims, TDL_STATE_NOT_DONE), claims_with(claims, TDL_STATE_NOT_ASKED));
}

static void put_claim(FILE *out, const struct tdl_claim *c)
{
	const char *const members[][2] = {
		{ "kind", claim_kind_name(c->kind) }, { "name", c->name },
		{ "subject", c->subject },	      { "state", tdl_state_name(c->state) },
		{ "source", c->source },	      { "reason", c->reason },
		{ "advice", c->advice },
	};

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		fprintf(out, "%s\"%s\": ", i == 0 ? "{" : ", ", members[i][0]);
		put_json_text(out, members[i][1]);
	}
	fputc('}', out);
}

void put_claims_json(FILE *out, const struct tdl_claims *claims, const char *separator)
{
	fprintf(out, "\"answer\": \"%s\",%s", tdl_answer_name(tdl_claims_answer(claims)),
		separator);
	put_counts(out, claims);
	fprintf(out, ",%s\"claims\": [", separator);
	for (size_t i = 0; i < claims->count; i++) {
		fprintf(out, "%s%s", i == 0 ? "" : ",", separator);
		put_claim(out, &claims->list[i]);
	}
	fputs("]", out);
}

void render_json(FILE *out, const struct tdl_claims *claims)
{
	fputs("{\n  ", out);
	put_claims_json(out, claims, "\n  ");
	fputs("\n}\n", out);
}
