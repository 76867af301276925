/* SPDX-License-Identifier: BSD-2-Clause */
/* The formats, and what they share. */
#include "check/render.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/nearest.h"
#include "base/scope.h"

static const struct {
	const char *name;
	void (*render)(FILE *out, const struct tdl_claims *claims);
} formats[] = {
	{ "text", render_text }, { "json", render_json },	  { "junit", render_junit },
	{ "tap", render_tap },	 { "markdown", render_markdown },
};

static const char *const kind_names[] = {
	[TDL_CLAIM_INPUT] = "input",	     [TDL_CLAIM_MANIFEST] = "manifest",
	[TDL_CLAIM_QUOTE] = "quote",	     [TDL_CLAIM_TCB] = "tcb",
	[TDL_CLAIM_POLICY] = "policy",	     [TDL_CLAIM_REPORT] = "report",
	[TDL_CLAIM_LOG] = "log",	     [TDL_CLAIM_EVENT_LOG] = "event-log",
	[TDL_CLAIM_TIE] = "tie",	     [TDL_CLAIM_VALUE] = "value",
	[TDL_CLAIM_REQUIRED] = "required",   [TDL_CLAIM_ANCHOR] = "anchor",
};

const char *claim_kind_name(enum tdl_claim_kind kind)
{
	return (size_t)kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : "other";
}

char *claims_summary(const struct tdl_claims *claims, char text[SUMMARY_SIZE])
{
	size_t failed = claims_with(claims, TDL_STATE_FAILED);
	size_t undone = claims_with(claims, TDL_STATE_NOT_DONE);
	size_t passed = claims_with(claims, TDL_STATE_PASSED);

	if (failed)
		snprintf(text, SUMMARY_SIZE, "%zu of %zu claims failed", failed, claims->count);
	else if (undone)
		snprintf(text, SUMMARY_SIZE, "%zu of %zu claims could not be checked", undone,
			 claims->count);
	else if (claims->lost)
		snprintf(text, SUMMARY_SIZE, "there was no memory for all claims");
	else if (!passed)
		snprintf(text, SUMMARY_SIZE, "there was nothing to check");
	else
		snprintf(text, SUMMARY_SIZE, "all %zu claims that were checked hold", passed);
	return text;
}

bool claims_unexplained(const struct tdl_claims *claims)
{
	return tdl_claims_answer(claims) != TDL_ANSWER_YES &&
	       !claims_with(claims, TDL_STATE_FAILED) && !claims_with(claims, TDL_STATE_NOT_DONE);
}

size_t claim_ordinal(const struct tdl_claims *claims, size_t index)
{
	const struct tdl_claim *c = &claims->list[index];
	size_t n = 1;

	for (size_t i = 0; i < index; i++)
		n += strcmp(claims->list[i].name, c->name) == 0 &&
		     strcmp(claims->list[i].subject, c->subject) == 0;
	return n;
}

const char *tdl_claims_format(size_t index)
{
	return index < ARRAY_SIZE(formats) ? formats[index].name : NULL;
}

static int render(const struct tdl_claims *claims, size_t format, char **ret_text,
		  struct tdl_error *err)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return tdl_fail(err, -ENOMEM, "no memory to show claims");
	formats[format].render(out, claims);
	bool lost = ferror(out);
	if (fclose(out) != 0 || lost)
		return tdl_fail(err, -ENOMEM, "no memory to show claims");
	*ret_text = steal(text);
	return 0;
}

int tdl_claims_render(const struct tdl_claims *claims, const char *format, char **ret_text,
		      struct tdl_error *err)
{
	struct nearest near = { .word = format };

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (strcmp(format, formats[i].name) == 0)
			return render(claims, i, ret_text, err);
		nearest_offer(&near, formats[i].name);
	}
	return tdl_fail(err, -EINVAL, "claims have no format \"%s\"%s%s%s", format,
			near.found ? "; did you mean \"" : "", near.found ? near.found : "",
			near.found ? "\"?" : "");
}
