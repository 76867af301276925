/* SPDX-License-Identifier: BSD-2-Clause */
/* A verdict as text and JSON. */
#include <string.h>

#include "attest/doc.h"
#include "attest/verdict.h"

static const char *const state_names[] = {
	[TDL_STATE_PASSED] = "passed",
	[TDL_STATE_FAILED] = "failed",
	[TDL_STATE_NOT_DONE] = "not done",
	[TDL_STATE_NOT_ASKED] = "not asked",
};

static const char *const answer_names[] = {
	[TDL_ANSWER_YES] = "yes",
	[TDL_ANSWER_NO] = "no",
	[TDL_ANSWER_UNKNOWN] = "cannot tell",
};

const char *tdl_answer_name(enum tdl_answer answer)
{
	return answer_names[answer];
}

const char *tdl_state_name(enum tdl_state state)
{
	return state_names[state];
}

static void show_status(struct doc *doc, const struct tdl_verdict *v)
{
	static const char *const parts[] = { "converged", "platform", "module", "qe", "current" };

	doc_object(doc, "tcb");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (tdl_verdict_status(v, parts[i]))
			doc_text(doc, i == 0 ? "status" : parts[i], "%s",
				 tdl_verdict_status(v, parts[i]));
	if (v->has_date)
		doc_time(doc, "tcb_date", v->tcb_date);
	if (v->has_evaluation)
		doc_number(doc, "tcb_evaluation", v->evaluation);
	doc_list(doc, "advisories");
	for (unsigned i = 0; i < v->n_advisories; i++)
		doc_chars(doc, NULL, v->advisories[i], strlen(v->advisories[i]));
	doc_end(doc);
	doc_list(doc, "explanation");
	for (unsigned i = 0; i < v->n_explanations; i++)
		doc_chars(doc, NULL, v->explanation[i], strlen(v->explanation[i]));
	doc_end(doc);
	doc_end(doc);
}

static void show_json(struct doc *doc, const struct tdl_verdict *v)
{
	doc_text(doc, "answer", "%s", answer_names[tdl_verdict_answer(v)]);
	doc_time(doc, "at", v->at);
	doc_list(doc, "checks");
	for (unsigned i = 0; i < v->n_checks; i++) {
		doc_object(doc, NULL);
		doc_text(doc, "name", "%s", v->checks[i].name);
		doc_text(doc, "state", "%s", state_names[v->checks[i].state]);
		doc_chars(doc, "reason", v->checks[i].reason, strlen(v->checks[i].reason));
		doc_chars(doc, "source", v->checks[i].source, strlen(v->checks[i].source));
		doc_end(doc);
	}
	doc_end(doc);
	if (v->has_status)
		show_status(doc, v);
	doc_list(doc, "warnings");
	for (unsigned i = 0; i < v->n_notes; i++)
		doc_chars(doc, NULL, v->notes[i], strlen(v->notes[i]));
	doc_end(doc);
	doc_object(doc, "quote");
	for (unsigned i = 0; i < v->n_fields; i++)
		doc_hex(doc, v->fields[i].name, v->fields[i].bytes, v->fields[i].size);
	doc_end(doc);
}

/* One line a check. */
static void show_text(struct doc *doc, const struct tdl_verdict *v)
{
	enum tdl_answer answer = tdl_verdict_answer(v);

	doc_object(doc, "checks");
	for (unsigned i = 0; i < v->n_checks; i++) {
		const struct check *c = &v->checks[i];

		doc_text(doc, c->name, "%s%s%s%s%s%s", state_names[c->state],
			 *c->reason ? ": " : "", c->reason, *c->source ? " [" : "", c->source,
			 *c->source ? "]" : "");
	}
	doc_end(doc);
	if (v->has_status)
		show_status(doc, v);
	doc_list(doc, "warnings");
	for (unsigned i = 0; i < v->n_notes; i++)
		doc_text(doc, NULL, "%s", v->notes[i]);
	doc_end(doc);
	doc_time(doc, "at", v->at);
	doc_text(doc, "answer", "%s", answer_names[answer]);
}

/* What is not so, or could not be found out. */
static void show_failures(struct doc *doc, const struct tdl_verdict *v)
{
	doc_list(doc, "not_passed");
	for (unsigned i = 0; i < v->n_checks; i++) {
		const struct check *c = &v->checks[i];

		if (c->state == TDL_STATE_FAILED || c->state == TDL_STATE_NOT_DONE)
			doc_text(doc, NULL, "%s: %s: %s", c->name, state_names[c->state], c->reason);
	}
	doc_end(doc);
}

int tdl_verdict_explain(const struct tdl_verdict *verdict, unsigned flags, char **ret_text,
			struct tdl_error *err)
{
	AUTO_DOC struct doc *doc = doc_new();

	doc_object(doc, NULL);
	doc_text(doc, "answer", "%s", answer_names[tdl_verdict_answer(verdict)]);
	doc_time(doc, "at", verdict->at);
	if (verdict->has_status)
		show_status(doc, verdict);
	show_failures(doc, verdict);
	doc_end(doc);
	return flags & TDL_RENDER_JSON ? doc_render_json(doc, false, ret_text, err)
				       : doc_render_text(doc, false, ret_text, err);
}

int tdl_verdict_show(const struct tdl_verdict *verdict, unsigned flags, char **ret_text,
		     struct tdl_error *err)
{
	AUTO_DOC struct doc *doc = doc_new();

	doc_object(doc, NULL);
	if (flags & TDL_RENDER_JSON)
		show_json(doc, verdict);
	else
		show_text(doc, verdict);
	doc_end(doc);
	return flags & TDL_RENDER_JSON ? doc_render_json(doc, false, ret_text, err)
				       : doc_render_text(doc, false, ret_text, err);
}
