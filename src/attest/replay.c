/* SPDX-License-Identifier: BSD-2-Clause */
/* tdl_replay(): logs into steps, steps into registers, registers against what is known. */
#include "tdlaunch/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attest/replay.h"
#include "attest/runtime.h"
#include "attest/show.h"
#include "attest/text.h"
#include "base/scope.h"

static int parse_runtime(struct replay *r, const void *bytes, size_t size, struct tdl_error *err)
{
	struct runtime_log *log = &r->runtime[r->n_runtime];
	int rc = runtime_parse(bytes, size, log, err);

	r->n_runtime += rc == 0;
	return rc;
}

static int open_logs(struct replay *r, const void *log, size_t size, const void *runtime,
		     size_t runtime_size, struct tdl_error *err)
{
	const char *text = log;
	int rc;

	if (size && (is_space(text[0]) || text[0] == '{' || text[0] == '[' ||
		     runtime_is_ima(text, size) || runtime_is_cel(log, size)))
		rc = parse_runtime(r, log, size, err);
	else
		rc = tdl_ccel_open(log, size, &r->ccel, err);
	if (rc == 0 && runtime) {
		rc = parse_runtime(r, runtime, runtime_size, err);
		if (rc < 0)
			tdl_while(err, rc, "run-time log");
	}
	return rc;
}

static void add_step(struct replay *r, uint32_t mr, uint32_t type, const uint8_t *digest,
		     enum tdl_binding binding)
{
	r->steps[r->n] = (struct step){ .mr = mr, .type = type, .index = r->n, .digest = digest };
	r->n++;
	r->contradictions += binding == TDL_BINDING_CONTRADICTS;
}

static int make_steps(struct replay *r, struct tdl_error *err)
{
	size_t total = r->ccel ? r->ccel->count : 0;

	for (unsigned i = 0; i < r->n_runtime; i++)
		total += r->runtime[i].count;
	r->steps = calloc(total + 1, sizeof(*r->steps));
	if (!r->steps)
		return tdl_fail(err, -ENOMEM, "no memory for events");
	for (size_t i = 0; r->ccel && i < r->ccel->count; i++) {
		const struct tdl_event *e = &r->ccel->events[i];

		add_step(r, e->mr, e->type, e->digest, e->binding);
	}
	for (unsigned k = 0; k < r->n_runtime; k++)
		for (size_t i = 0; i < r->runtime[k].count; i++) {
			const struct runtime_event *e = &r->runtime[k].events[i];

			add_step(r, e->mr, e->type, e->digest, e->binding);
		}
	r->full = r->ccel && r->ccel->size == r->ccel->used;
	return 0;
}

static int extend_all(struct replay *r, struct tdl_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->n; i++)
		if (r->steps[i].type != EV_NO_ACTION)
			rc = rtmr_extend(r->rtmrs[r->steps[i].mr - 1], r->steps[i].digest, err);
	return rc;
}

int events_replay(struct replay *r, const void *log, size_t size, const void *runtime,
	       size_t runtime_size, struct tdl_error *err)
{
	int rc = open_logs(r, log, size, runtime, runtime_size, err);

	if (rc == 0)
		rc = make_steps(r, err);
	return rc == 0 ? extend_all(r, err) : rc;
}

void events_replay_end(struct replay *r)
{
	tdl_ccel_free(r->ccel);
	runtime_end(&r->runtime[0]);
	runtime_end(&r->runtime[1]);
	free(r->steps);
}

static void show_steps(struct doc *doc, const struct replay *r)
{
	size_t index = 0;

	doc_list(doc, "events");
	for (size_t i = 0; r->ccel && i < r->ccel->count; i++)
		show_event(doc, index++, &r->ccel->events[i]);
	for (unsigned k = 0; k < r->n_runtime; k++)
		for (size_t i = 0; i < r->runtime[k].count; i++) {
			const struct runtime_event *e = &r->runtime[k].events[i];

			doc_object(doc, NULL);
			doc_number(doc, "event", index++);
			doc_number(doc, "mr", e->mr);
			doc_text(doc, "register", "%s", ccel_register_name(e->mr));
			doc_chars(doc, "name", e->name, strlen(e->name));
			doc_hex(doc, "digest", e->digest, TDL_RTMR_SIZE);
			doc_text(doc, "binding", "%s", ccel_binding_name(e->binding));
			doc_end(doc);
		}
	doc_end(doc);
}

/* One register; *ret_answer becomes no when it differs. */
static int compare(struct doc *doc, const struct replay *r, uint32_t i, const struct tdl_replay_options *opt,
		   enum tdl_answer *ret_answer, struct tdl_error *err)
{
	char finding[FINDING_SIZE];
	int rc = 0;

	doc_object(doc, NULL);
	doc_text(doc, "register", "RTMR%u", i);
	doc_hex(doc, "replayed", r->rtmrs[i], TDL_RTMR_SIZE);
	if (!opt->rtmr[i]) {
		doc_text(doc, "result", "nothing to compare with");
		doc_end(doc);
		return 0;
	}
	doc_hex(doc, "expected", opt->rtmr[i], TDL_RTMR_SIZE);
	doc_chars(doc, "source", opt->source[i], strlen(opt->source[i]));
	if (memcmp(r->rtmrs[i], opt->rtmr[i], TDL_RTMR_SIZE) == 0) {
		doc_text(doc, "result", "match");
		if (*ret_answer == TDL_ANSWER_UNKNOWN)
			*ret_answer = TDL_ANSWER_YES;
	} else {
		doc_text(doc, "result", "mismatch");
		*ret_answer = TDL_ANSWER_NO;
		rc = replay_diagnose(r->steps, r->n, i + 1, opt->rtmr[i], r->full, finding, err);
		if (rc == 0)
			doc_text(doc, "finding", "%s", finding);
	}
	doc_end(doc);
	return rc;
}

static void show_findings(struct doc *doc, const struct replay *r)
{
	doc_list(doc, "warnings");
	if (r->contradictions)
		doc_text(doc, NULL, "%zu event%s data that contradicts the digest: the text of "
			 "the log was changed", r->contradictions,
			 r->contradictions == 1 ? " has" : "s have");
	if (r->ccel && !r->ccel->uniform)
		doc_text(doc, NULL, "bytes stand in the fill behind the last event");
	if (r->full)
		doc_text(doc, NULL, "the log ends with its area: it may have been cut off");
	doc_end(doc);
}

static int show(struct doc *doc, const struct replay *r, const struct tdl_replay_options *opt,
		enum tdl_answer *answer, struct tdl_error *err)
{
	int rc = 0;

	doc_object(doc, NULL);
	show_steps(doc, r);
	doc_list(doc, "registers");
	for (uint32_t i = 0; rc == 0 && i < TDL_RTMR_COUNT; i++)
		rc = compare(doc, r, i, opt, answer, err);
	doc_end(doc);
	show_findings(doc, r);
	if (r->contradictions)
		*answer = TDL_ANSWER_NO;
	doc_text(doc, "answer", "%s", *answer == TDL_ANSWER_YES ? "yes"
				      : *answer == TDL_ANSWER_NO ? "no"
								 : "cannot tell");
	doc_end(doc);
	return rc;
}

int tdl_replay(const void *log, size_t size, const struct tdl_replay_options *options,
	       unsigned flags, char **ret_text, enum tdl_answer *ret_answer, struct tdl_error *err)
{
	AUTO_DOC struct doc *doc = doc_new();
	AUTO_REPLAY struct replay r = { 0 };
	enum tdl_answer answer = TDL_ANSWER_UNKNOWN;
	bool offsets = flags & TDL_RENDER_OFFSETS;
	int rc = events_replay(&r, log, size, options->runtime, options->runtime_size, err);

	if (rc == 0)
		rc = show(doc, &r, options, &answer, err);
	if (rc == 0)
		rc = flags & TDL_RENDER_JSON ? doc_render_json(doc, offsets, ret_text, err)
					     : doc_render_text(doc, offsets, ret_text, err);
	if (rc == 0)
		*ret_answer = answer;
	return rc;
}
