/* SPDX-License-Identifier: BSD-2-Clause */
/* What is not there: evidence that was asked for, and values to compare with. Nobody gets a better
 * answer by leaving something out. */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "check/check.h"

static const struct {
	unsigned role;
	const char *name, *reason, *advice;
} required[] = {
	{ TDL_REQUIRE_QUOTE, "quote", "there is no TD quote: nothing shows that this is a TD",
	  "add the quote; to check without one, say what is enough: --require log or --require "
	  "report" },
	{ TDL_REQUIRE_REPORT, "report", "there is no TDREPORT", "add the TDREPORT" },
	{ TDL_REQUIRE_LOG, "log", "there is no launch log",
	  "add the log that tdlaunch launch --log wrote" },
	{ TDL_REQUIRE_EVENT_LOG, "event-log", "there is no event log",
	  "add the event log that tdlaunch attest collect took in the guest" },
	{ TDL_REQUIRE_ANCHOR, "anchor", "there is no quote of a TPM that anchors the launch log",
	  "add what tdlaunch anchor quote wrote, and the journal beside the log" },
};

static int judge_required(struct job *j, struct tdl_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(required); i++) {
		const struct tdl_claim like = { .kind = TDL_CLAIM_REQUIRED,
						.name = required[i].name,
						.state = TDL_STATE_NOT_DONE,
						.advice = required[i].advice };

		if (j->rules->opt.require & required[i].role & ~j->seen)
			rc = claim(j, &like, err, "%s", required[i].reason);
	}
	return rc;
}

static bool pinned(const struct job *j, const char *field)
{
	return j->pinned[field_index(field)];
}

static bool any_pcr(const struct job *j)
{
	for (size_t i = 0; i < field_count; i++)
		if (j->pinned[i] && strncmp(fields[i].name, "pcr", 3) == 0)
			return true;
	return false;
}

/* Under a paravisor the quote's registers say nothing of the guest; its vTPM's do. */
static int judge_guest(struct job *j, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_REQUIRED, .name = "guest",
					.subject = j->guest_of, .state = TDL_STATE_NOT_ASKED,
					.advice = "give the vTPM's evidence, and expect its PCRs" };

	return !j->guest_of || any_pcr(j) ? 0 : claim(j, &like, err, "%s", j->guest);
}

/* Is anything expected that says which software runs? MRTD is the firmware, RTMR1 and RTMR2 what it
 * started. */
static int judge_identity(struct job *j, struct tdl_error *err)
{
	struct tdl_claim like = { .kind = TDL_CLAIM_REQUIRED, .name = "expected-values",
				  .state = TDL_STATE_NOT_DONE,
				  .advice = "give what the TD should run: a manifest with --expect, "
					    "its firmware with --firmware, or a policy that pins "
					    "mrtd" };
	bool registers = pinned(j, "rtmr0") || pinned(j, "rtmr1") || pinned(j, "rtmr2") ||
			 pinned(j, "rtmr3") || any_pcr(j);

	if (!pinned(j, "mrtd") && !registers)
		return claim(j, &like, err, "nothing says which software should run: MRTD and the "
			     "RTMRs were compared with nothing");
	like.state = TDL_STATE_NOT_ASKED;
	if (!pinned(j, "mrtd"))
		return claim(j, &like, err, "MRTD was compared with nothing: any firmware can give "
			     "these registers");
	if (!any_pcr(j) && (!pinned(j, "rtmr1") || !pinned(j, "rtmr2"))) {
		like.advice = "expect RTMR1 and RTMR2 as well, to know what the firmware started";
		return claim(j, &like, err, "%s compared with nothing: the firmware may have "
			     "started any kernel",
			     pinned(j, "rtmr1")	  ? "RTMR2 was"
			     : pinned(j, "rtmr2") ? "RTMR1 was"
						  : "RTMR1 and RTMR2 were");
	}
	return 0;
}

static int judge_freshness(struct job *j, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_REQUIRED, .name = "freshness",
					.state = TDL_STATE_NOT_ASKED,
					.advice = "give the nonce that the evidence was made for "
						  "with --nonce" };

	if (pinned(j, "reportdata") || pinned(j, "vtpm_nonce") || !(j->seen & (TDL_REQUIRE_QUOTE | TDL_REQUIRE_REPORT)))
		return 0;
	return claim(j, &like, err, "report data was compared with nothing: the evidence may be old, "
		     "or another TD's");
}

/* A policy is about quotes and reports; with neither it was not applied. */
static int judge_policy(struct job *j, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_POLICY, .name = "policy",
					.state = TDL_STATE_NOT_DONE,
					.source = j->rules->policy_name,
					.advice = "add a quote or a TDREPORT" };

	if (!j->rules->policy_name || j->seen & (TDL_REQUIRE_QUOTE | TDL_REQUIRE_REPORT))
		return 0;
	return claim(j, &like, err, "there is neither a quote nor a report to apply it to");
}

int judge_missing(struct job *j, struct tdl_error *err)
{
	int rc = judge_required(j, err);

	if (rc == 0)
		rc = judge_policy(j, err);
	if (rc == 0)
		rc = judge_identity(j, err);
	if (rc == 0)
		rc = judge_guest(j, err);
	return rc == 0 ? judge_freshness(j, err) : rc;
}
