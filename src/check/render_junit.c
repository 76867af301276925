/* SPDX-License-Identifier: BSD-2-Clause */
/* JUnit XML as CI systems read it: a claim is a test case. One that failed has a <failure>; one that
 * was not done has an <error>, since systems show skipped tests in green; one that nobody asked for
 * is <skipped>. */
#include "base/attr.h"
#include "check/render.h"

/* For attributes and text alike. Texts of claims have no control characters; XML allows no others
 * than they have. */
static void put_xml(FILE *out, const char *text)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" },
	};

	for (; *text; text++) {
		size_t i = 0;

		while (i < ARRAY_SIZE(entities) && entities[i].c != *text)
			i++;
		if (i < ARRAY_SIZE(entities))
			fputs(entities[i].entity, out);
		else
			fputc(*text, out);
	}
}

static void put_attribute(FILE *out, const char *name, const char *text)
{
	fprintf(out, " %s=\"", name);
	put_xml(out, text);
	fputc('"', out);
}

/* What stands inside a test case; NULL for one that passed. */
static const char *element(enum tdl_state state)
{
	static const char *const names[] = {
		[TDL_STATE_PASSED] = NULL,
		[TDL_STATE_FAILED] = "failure",
		[TDL_STATE_NOT_DONE] = "error",
		[TDL_STATE_NOT_ASKED] = "skipped",
	};

	return names[state];
}

static void put_outcome(FILE *out, const struct tdl_claim *c)
{
	const char *name = element(c->state);

	if (!name) {
		fputs("      <system-out>", out);
		put_xml(out, c->reason);
		fputs("</system-out>\n", out);
		return;
	}
	fprintf(out, "      <%s", name);
	put_attribute(out, "message", c->reason);
	if (claim_is_bad(c))
		put_attribute(out, "type", tdl_state_name(c->state));
	fputc('>', out);
	put_xml(out, c->reason);
	if (*c->source)
		fputs("\ncompared with: ", out);
	put_xml(out, c->source);
	if (*c->advice)
		fputs("\nwhat to do: ", out);
	put_xml(out, c->advice);
	fprintf(out, "</%s>\n", name);
}

/* Names are different: some systems keep one of two cases with one name. */
static void put_case(FILE *out, const struct tdl_claims *claims, size_t i)
{
	const struct tdl_claim *c = &claims->list[i];
	size_t ordinal = claim_ordinal(claims, i);

	fprintf(out, "    <testcase classname=\"tdlaunch.check.%s\" name=\"",
		claim_kind_name(c->kind));
	put_xml(out, c->name);
	fputs(*c->subject ? " of " : "", out);
	put_xml(out, c->subject);
	if (ordinal > 1)
		fprintf(out, " #%zu", ordinal);
	fputs("\" time=\"0\">\n", out);
	put_outcome(out, c);
	fputs("    </testcase>\n", out);
}

static void put_suite(FILE *out, const char *name, const struct tdl_claims *claims)
{
	size_t extra = claims_unexplained(claims);

	fprintf(out,
		"<%s name=\"tdlaunch check\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
		"skipped=\"%zu\" time=\"0\">\n",
		name, claims->count + extra, claims_with(claims, TDL_STATE_FAILED),
		claims_with(claims, TDL_STATE_NOT_DONE) + extra,
		claims_with(claims, TDL_STATE_NOT_ASKED));
}

void render_junit(FILE *out, const struct tdl_claims *claims)
{
	char summary[SUMMARY_SIZE];

	claims_summary(claims, summary);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	put_suite(out, "testsuites", claims);
	fputs("  ", out);
	put_suite(out, "testsuite", claims);
	fprintf(out,
		"    <properties><property name=\"answer\" value=\"%s\"/></properties>\n",
		tdl_answer_name(tdl_claims_answer(claims)));
	for (size_t i = 0; i < claims->count; i++)
		put_case(out, claims, i);
	if (claims_unexplained(claims))
		fprintf(out,
			"    <testcase classname=\"tdlaunch.check\" name=\"answer\" time=\"0\">\n"
			"      <error message=\"%s\" type=\"not done\"/>\n    </testcase>\n",
			summary);
	fputs("  </testsuite>\n</testsuites>\n", out);
}
