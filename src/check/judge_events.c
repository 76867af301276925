/* SPDX-License-Identifier: BSD-2-Clause */
/* Event logs: does the text fit its digests, and do the digests give the registers of the quote or
 * report? A register that the log itself gives is the evidence's word and no more. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attest/replay.h"
#include "base/bytes.h"
#include "check/outcome.h"

static const char *const registers[TDL_RTMR_COUNT] = { "rtmr0", "rtmr1", "rtmr2", "rtmr3" };

/* Does an event of the log extend this register? */
static bool covers(const struct replay *r, uint32_t rtmr)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->steps[i].mr == rtmr + 1 && r->steps[i].type != EV_NO_ACTION)
			return true;
	return false;
}

static int claim_text(struct job *j, const struct item *item, const struct replay *r,
		      struct tdl_error *err)
{
	struct tdl_claim like = { .kind = TDL_CLAIM_EVENT_LOG, .name = "event-log",
				  .subject = item->name, .state = TDL_STATE_PASSED };

	if (r->contradictions == 0)
		return claim(j, &like, err, "%zu events, none of which contradicts its digest",
			     r->n);
	like.state = TDL_STATE_FAILED;
	like.advice = "do not read this log: its text was changed; tdlaunch attest replay shows "
		      "which events";
	return claim(j, &like, err, "%zu of %zu events have data that contradict their digest",
		     r->contradictions, r->n);
}

/* A quote, else a report. */
static const struct witness *attested(const struct job *j)
{
	const struct witness *chief = job_chief(j);

	return chief && chief->role != TDL_REQUIRE_LOG ? chief : NULL;
}

/* Does a run-time log of the case, behind this one, give the register? Its value then goes to
 * value. */
static int with_runtime(struct job *j, const struct item *item, uint32_t rtmr, const uint8_t *want,
			uint8_t value[TDL_RTMR_SIZE], bool *ret_match, struct tdl_error *err)
{
	for (size_t i = 0; i < j->c->count && !*ret_match; i++) {
		const struct item *more = &j->c->items[i];
		AUTO_REPLAY struct replay r = { 0 };
		int rc;

		if (!more->kind || !is_runtime_log(more))
			continue;
		rc = events_replay(&r, item->bytes, item->size, more->bytes, more->size, NULL);
		if (rc == -ENOMEM)
			return tdl_fail(err, rc, "no memory for events");
		if (rc < 0 || memcmp(r.rtmrs[rtmr], want, TDL_RTMR_SIZE) != 0)
			continue;
		memcpy(value, r.rtmrs[rtmr], TDL_RTMR_SIZE);
		j->runtime_used = true;
		*ret_match = true;
	}
	return 0;
}

/* One register against the TD's; the outcome says which differ and why. */
static int compare(struct job *j, const struct item *item, const struct replay *r, uint32_t rtmr,
		   const uint8_t *want, struct witness *w, struct outcome *o, struct tdl_error *err)
{
	char finding[FINDING_SIZE] = "";
	uint8_t value[TDL_RTMR_SIZE];
	bool match = memcmp(r->rtmrs[rtmr], want, TDL_RTMR_SIZE) == 0;
	int rc = 0;

	memcpy(value, r->rtmrs[rtmr], TDL_RTMR_SIZE);
	if (!match)
		rc = with_runtime(j, item, rtmr, want, value, &match, err);
	if (rc == 0 && !match)
		rc = replay_diagnose(r->steps, r->n, rtmr + 1, want, r->full, finding, err);
	witness_set(w, registers[rtmr], value, sizeof(value));
	outcome_add(o, registers[rtmr], match ? TDL_STATE_PASSED : TDL_STATE_FAILED, finding, "",
		    "collect log and quote again, at once; if it stays so, do not trust the log");
	return rc;
}

static int tie(struct job *j, const struct item *item, const struct replay *r, struct witness *w,
	       struct tdl_error *err)
{
	const struct witness *td = attested(j);
	struct outcome o = { 0 };
	char subject[600], passed[100] = "";
	struct tdl_claim like = { .kind = TDL_CLAIM_TIE, .name = "replay", .subject = subject,
				  .source = "evidence" };
	size_t n = 0;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < TDL_RTMR_COUNT; i++) {
		const struct value_bytes *want = td ? witness_get(td, registers[i]) : NULL;

		if (!covers(r, i))
			continue;
		n += (size_t)snprintf(passed + n, sizeof(passed) - n, "%sRTMR%u", n ? ", " : "", i);
		if (want)
			rc = compare(j, item, r, i, want->bytes, w, &o, err);
		else
			witness_set(w, registers[i], r->rtmrs[i], TDL_RTMR_SIZE);
	}
	if (!td || rc < 0)
		return rc;
	snprintf(subject, sizeof(subject), "%.280s, %.280s", item->name, td->name);
	snprintf(passed + n, sizeof(passed) - n, " are what the log gives");
	return outcome_claim(&o, j, &like, passed, err);
}

int judge_events(struct job *j, const struct item *item, struct tdl_error *err)
{
	struct tdl_claim like = { .kind = TDL_CLAIM_EVENT_LOG, .name = "event-log",
				  .subject = item->name, .state = TDL_STATE_FAILED,
				  .advice = "collect the log again; this one is damaged" };
	AUTO_REPLAY struct replay r = { 0 };
	struct tdl_error why = { 0 };
	int rc = events_replay(&r, item->bytes, item->size, NULL, 0, &why);

	if (rc == -ENOMEM || rc == -EIO)
		return tdl_fail(err, rc, "%s: %s", item->name, why.text);
	if (rc == -EOPNOTSUPP)
		like.state = TDL_STATE_NOT_DONE;
	if (rc < 0)
		return claim(j, &like, err, "%s", why.text);
	rc = claim_text(j, item, &r, err);
	struct witness *w = rc == 0 ? job_witness(j, item, err) : NULL;
	return w ? tie(j, item, &r, w, err) : rc;
}

int judge_runtime(struct job *j, const struct item *item, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_EVENT_LOG, .name = "run-time-log",
					.subject = item->name, .state = TDL_STATE_NOT_ASKED };

	if (j->runtime_used)
		return claim(j, &like, err, "a register is what it gives behind the event log");
	return claim(j, &like, err, "no register vouches for it: nothing in it is checked");
}

int judge_unlogged(struct job *j, struct tdl_error *err)
{
	const struct witness *td = attested(j);
	struct tdl_claim like = { .kind = TDL_CLAIM_EVENT_LOG, .name = "unlogged",
				  .state = TDL_STATE_NOT_ASKED,
				  .advice = "give the whole event log" };
	char names[40] = "";
	size_t n = 0;

	for (uint32_t i = 0; td && i < TDL_RTMR_COUNT; i++) {
		const struct value_bytes *have = witness_get(td, registers[i]);
		bool logged = false;

		for (size_t k = 0; k < j->n_witnesses; k++)
			logged |= j->witnesses[k].role == TDL_REQUIRE_EVENT_LOG &&
				  witness_get(&j->witnesses[k], registers[i]);
		if (!have || logged || all_zero(have->bytes, have->size))
			continue;
		/* Software in the guest may extend RTMR3 and log nothing; firmware and loaders log. */
		if (i < 3 && j->rules->opt.require & TDL_REQUIRE_EVENT_LOG)
			like.state = TDL_STATE_NOT_DONE;
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%sRTMR%u", n ? ", " : "", i);
	}
	if (n == 0 || !(j->seen & TDL_REQUIRE_EVENT_LOG))
		return 0;
	like.subject = td->name;
	return claim(j, &like, err, "%s: extended, and no log says with what", names);
}
