/* SPDX-License-Identifier: BSD-2-Clause */
/* Quotes, TDREPORTs: is it signed, is the platform up to date, does it obey the policy? The values
 * in it become a witness and are compared when all pieces are known. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tdlaunch/quote.h>
#include <tdlaunch/report.h>

#include "attest/quote.h"
#include "attest/verdict.h"
#include "base/attr.h"
#include "base/scope.h"
#include "check/outcome.h"

enum group { SIGNED, TCB, VTPM, POLICY, GROUPS };

static void free_verdict(struct tdl_verdict **v)
{
	tdl_verdict_free(*v);
}
#define AUTO_VERDICT AUTO_CALL(free_verdict)

/* What a check of tdl_verify() is about; what is not named here is about the TCB. */
static enum group group_of(const struct tdl_check *check)
{
	static const char *const is_signed[] = { "quote-format", "pck-chain-format", "root",
						 "pck-chain", "sgx-extension", "quote-signature",
						 "qe-report-signature", "key-binding" };

	for (size_t i = 0; i < ARRAY_SIZE(is_signed); i++)
		if (strcmp(check->name, is_signed[i]) == 0)
			return SIGNED;
	if (strncmp(check->name, "hcl-", 4) == 0 || strncmp(check->name, "tpm-", 4) == 0)
		return VTPM;
	return strcmp(check->source, "policy") == 0 ? POLICY : TCB;
}

/* Sort checks into groups; fields that the policy pins are compared then. */
static void sort(struct job *j, const struct tdl_verdict *v, struct outcome ret[GROUPS])
{
	struct tdl_check check;

	for (size_t i = 0; tdl_verdict_check(v, i, &check) == 0; i++) {
		enum group g = group_of(&check);
		int field = field_index(check.name);

		outcome_add(&ret[g], check.name, check.state, check.reason, check.source,
			    advice_for(check.name, check.state));
		if (g == POLICY && field >= 0)
			j->pinned[field] = true;
	}
}

static int claim_tcb(struct job *j, const struct outcome *o, const struct item *item,
		     const struct tdl_verdict *v, struct tdl_error *err)
{
	char source[300], passed[300];
	const char *status = tdl_verdict_status(v, "converged");
	struct tdl_claim like = { .kind = TDL_CLAIM_TCB, .name = "tcb", .subject = item->name,
				  .source = source };
	int n = snprintf(passed, sizeof(passed), "%s", status ? status : "");

	for (size_t i = 0; n < 200 && tdl_verdict_advisory(v, i); i++)
		n += snprintf(passed + n, sizeof(passed) - (size_t)n, "%s%s",
			      i ? ", " : "; advisories ", tdl_verdict_advisory(v, i));
	if (j->rules->collateral)
		snprintf(source, sizeof(source), "collateral %.250s", j->rules->collateral_path);
	else
		snprintf(source, sizeof(source), "%s",
			 j->found ? "signed collateral among the evidence" : "collateral");
	/* Which update helps is known best by whoever compared the levels. */
	for (size_t i = 0; o->name && strcmp(o->name, "tcb-status") == 0 && !like.advice &&
			   i < v->n_explanations; i++)
		like.advice = v->explanation[i];
	return outcome_claim(o, j, &like, passed, err);
}

static int claim_policy(struct job *j, const struct outcome *o, const struct item *item,
			struct tdl_error *err)
{
	const char *named = j->rules->policy_name;
	const struct tdl_claim like = { .kind = TDL_CLAIM_POLICY, .name = "policy",
					.subject = item->name,
					.source = named ? named : "default policy" };

	return outcome_claim(o, j, &like, "obeyed", err);
}

static bool is_left_open(const struct job *j, const char *note)
{
	const char *warning;

	for (size_t i = 0; (warning = tdl_policy_warning(j->rules->policy, i)); i++)
		if (strncmp(warning, note, REASON_SIZE - 1) == 0)
			return true;
	return strcmp(note, NOTE_MRTD_OPEN) == 0;
}

/* What the verdict notes, but for what is left open: that depends on the values that are expected
 * here besides, and is said when they are compared. */
static int claim_notes(struct job *j, const struct item *item, const struct tdl_verdict *v,
		       struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_QUOTE, .name = "note",
					.subject = item->name, .state = TDL_STATE_NOT_ASKED };
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < v->n_notes; i++)
		if (!is_left_open(j, v->notes[i]))
			rc = claim(j, &like, err, "%s", v->notes[i]);
	return rc;
}

/* Registers that say nothing of the guest; whether anything else does is known at the end. */
static void keep_guest(struct job *j, const struct item *item, const struct tdl_verdict *v)
{
	struct tdl_check check;

	for (size_t i = 0; tdl_verdict_check(v, i, &check) == 0; i++) {
		if (strcmp(check.name, "guest") != 0)
			continue;
		j->guest_of = item->name;
		snprintf(j->guest, sizeof(j->guest), "%s", check.reason);
	}
}

static struct witness *witness_quote(struct job *j, const struct item *item, const void *bytes,
				     size_t size, struct tdl_error *err)
{
	AUTO_QUOTE struct tdl_quote *quote = NULL;
	struct tdl_field field;
	struct witness *w;

	if (tdl_quote_open(bytes, size, &quote, NULL) < 0)
		return NULL;
	w = job_witness(j, item, err);
	for (size_t i = 0; w && i < field_count; i++)
		if (tdl_quote_field(quote, fields[i].name, &field) == 0)
			witness_set(w, fields[i].name, field.bytes, field.size);
	return w;
}

int judge_quote_bytes(struct job *j, const struct item *item, const void *bytes, size_t size,
		      const struct tdl_verify_options *opt, struct witness **ret_witness,
		      struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_QUOTE, .name = "quote",
					.subject = item->name };
	const struct tdl_claim vtpm = { .kind = TDL_CLAIM_QUOTE, .name = "vtpm",
					.subject = item->name };
	AUTO_VERDICT struct tdl_verdict *v = NULL;
	struct outcome groups[GROUPS] = { 0 };
	int rc = tdl_verify(bytes, size, opt, &v, err);

	if (rc < 0)
		return rc;
	sort(j, v, groups);
	rc = outcome_claim(&groups[SIGNED], j, &like, "signed by a genuine platform", err);
	if (rc == 0)
		rc = claim_tcb(j, &groups[TCB], item, v, err);
	if (rc == 0)
		rc = outcome_claim(&groups[VTPM], j, &vtpm, "the quote vouches for the vTPM, and the "
				   "vTPM for its registers", err);
	if (rc == 0)
		rc = claim_policy(j, &groups[POLICY], item, err);
	if (rc == 0)
		rc = claim_notes(j, item, v, err);
	keep_guest(j, item, v);
	*ret_witness = rc == 0 ? witness_quote(j, item, bytes, size, err) : NULL;
	/* What no TPM vouches for is nobody's word. */
	if (*ret_witness && opt->vtpm && groups[VTPM].state == TDL_STATE_PASSED)
		witness_vtpm(*ret_witness, opt->vtpm);
	return rc;
}

int judge_quote(struct job *j, const struct item *item, struct tdl_error *err)
{
	const struct tdl_verify_options opt = job_options(j);
	struct witness *w;

	return judge_quote_bytes(j, item, item->bytes, item->size, &opt, &w, err);
}

static void free_report(struct tdl_report **report)
{
	tdl_report_free(*report);
}

void witness_report(struct witness *w, const struct tdl_report *report)
{
	struct tdl_field field;

	for (size_t i = 0; i < field_count; i++)
		if (tdl_report_field(report, fields[i].in_report, &field) == 0)
			witness_set(w, fields[i].name, field.bytes, field.size);
}

int report_policy(struct job *j, const struct item *item, const uint8_t *report,
		  struct tdl_error *err)
{
	const struct tdl_verify_options opt = job_options(j);
	AUTO_VERDICT struct tdl_verdict *v = NULL;
	struct outcome groups[GROUPS] = { 0 };
	int rc = verify_report(report, TDL_REPORT_SIZE, &opt, &v, err);

	if (rc < 0)
		return rc;
	sort(j, v, groups);
	rc = claim_policy(j, &groups[POLICY], item, err);
	if (j->seen & TDL_REQUIRE_QUOTE)
		return rc; /* it has the same registers, and the same is to be said of them */
	keep_guest(j, item, v);
	return rc == 0 ? claim_notes(j, item, v, err) : rc;
}

int judge_report(struct job *j, const struct item *item, struct tdl_error *err)
{
	struct tdl_claim like = { .kind = TDL_CLAIM_REPORT, .name = "report",
				  .subject = item->name, .state = TDL_STATE_FAILED,
				  .advice = "take the report again; this one is damaged" };
	AUTO_CALL(free_report) struct tdl_report *report = NULL;
	struct tdl_error why = { 0 };
	struct witness *w;

	int rc = tdl_report_open(item->bytes, item->size, &report, &why);
	if (rc == 0)
		rc = tdl_report_check(report, &why);
	if (rc == -EOPNOTSUPP)
		like.state = TDL_STATE_NOT_DONE;
	if (rc < 0)
		return claim(j, &like, err, "%s", why.text);
	like.state = TDL_STATE_PASSED;
	rc = claim(j, &like, err, "consistent; only the machine that made it can tell whether it "
		   "is genuine");
	if (rc == 0)
		rc = report_policy(j, item, item->bytes, err);
	w = rc == 0 ? job_witness(j, item, err) : NULL;
	if (w)
		witness_report(w, report);
	return rc;
}
