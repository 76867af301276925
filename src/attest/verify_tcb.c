/* SPDX-License-Identifier: BSD-2-Clause */
/* Collateral applied: FMSPC, QE identity, TDX module, TCB level, and what the status means for the
 * policy. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/text.h"
#include "attest/verdict.h"
#include "base/bytes.h"

static const uint8_t *svn_of(const struct verify *s)
{
	return quote_bytes(s->quote, "tee_tcb_svn");
}

static uint16_t qe_isvsvn(const struct verify *s)
{
	const uint8_t *b = quote_bytes(s->quote, "qe_isvsvn");

	return (uint16_t)(b[0] | b[1] << 8);
}

static void check_fmspc(struct verify *s)
{
	char own[16], theirs[16], own_pce[8], their_pce[8];
	const struct tcb_info *info = &s->tcb->info;
	bool same = memcmp(info->fmspc, s->pck.fmspc, 6) == 0 &&
		    memcmp(info->pceid, s->pck.pceid, 2) == 0;

	if (same)
		verdict_add(s->v, "fmspc", TDL_STATE_PASSED, s->tcb->text.file, "%s", "");
	else
		verdict_add(s->v, "fmspc", TDL_STATE_FAILED, s->tcb->text.file,
			    "the platform is %s with PCE %s, the TCB info is for %s with PCE %s",
			    hex_encode(s->pck.fmspc, 6, own),
			    hex_encode(s->pck.pceid, 2, own_pce),
			    hex_encode(info->fmspc, 6, theirs),
			    hex_encode(info->pceid, 2, their_pce));
}

static bool masked_equal(const uint8_t *value, const uint8_t *mask, const uint8_t *want, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((value[i] & mask[i]) != (want[i] & mask[i]))
			return false;
	return true;
}

static void check_qe(struct verify *s)
{
	enum { MISCSELECT_AT = 16, ATTRIBUTES_AT = 48, MRSIGNER_AT = 128, ISVPRODID_AT = 256 };
	const struct qe_identity *id = &s->qe->identity;
	const uint8_t *r = s->quote->qe_report;
	const char *what = NULL;

	if (!masked_equal(r + MISCSELECT_AT, id->miscselect_mask, id->miscselect, 4))
		what = "MISCSELECT";
	else if (!masked_equal(r + ATTRIBUTES_AT, id->attributes_mask, id->attributes, 16))
		what = "attributes";
	else if (memcmp(r + MRSIGNER_AT, id->mrsigner, 32) != 0)
		what = "MRSIGNER";
	else if ((r[ISVPRODID_AT] | r[ISVPRODID_AT + 1] << 8) != id->isvprodid)
		what = "ISVPRODID";
	verdict_add(s->v, "qe-identity-match", what ? TDL_STATE_FAILED : TDL_STATE_PASSED,
		    s->qe->text.file, "%s%s", what ? what : "",
		    what ? " of the QE report is not that of the identity: a foreign enclave" : "");
}

/* MRSIGNERSEAM and SEAM attributes against the identity that an SVN selects. */
static void check_module(struct verify *s, const char *name, const uint8_t svn[16])
{
	const struct tcb_module *m = tcb_match_module(&s->tcb->info, svn);
	const uint8_t *signer = quote_bytes(s->quote, "mrsignerseam");
	const uint8_t *attributes = quote_bytes(s->quote, "seam_attributes");
	const char *what = NULL;

	if (!m) {
		verdict_add(s->v, name, TDL_STATE_FAILED, s->tcb->text.file,
			    "the TCB info has no identity TDX_%02X", svn[1]);
		return;
	}
	if (memcmp(signer, m->mrsigner, 48) != 0)
		what = "MRSIGNERSEAM is not that of the module identity";
	else if (!masked_equal(attributes, m->mask, m->attributes, 8))
		what = "the SEAM attributes are not those of the module identity";
	verdict_add(s->v, name, what ? TDL_STATE_FAILED : TDL_STATE_PASSED, s->tcb->text.file,
		    "%s", what ? what : "");
}

static int compare_advisories(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The union of what the chosen levels name, sorted; the earliest of their dates. */
static void merge(struct tdl_verdict *v, const struct tcb_verdict *level)
{
	if (!v->has_date || level->date < v->tcb_date)
		v->tcb_date = level->date;
	v->has_date = true;
	for (unsigned i = 0; i < level->n_advisories; i++) {
		bool known = false;

		for (unsigned k = 0; k < v->n_advisories; k++)
			known |= strcmp(v->advisories[k], level->advisories[i]) == 0;
		if (known || v->n_advisories == VERDICT_ADVISORIES_LIMIT)
			continue;
		strcpy(v->advisories[v->n_advisories++], level->advisories[i]);
	}
	if (v->n_advisories)
		qsort(v->advisories, v->n_advisories, sizeof(*v->advisories), compare_advisories);
}

static void add_explanation(struct tdl_verdict *v, const char *fmt, ...)
{
	va_list ap;

	if (v->n_explanations == EXPLANATIONS_LIMIT)
		return;
	va_start(ap, fmt);
	vsnprintf(v->explanation[v->n_explanations++], EXPLANATION_SIZE, fmt, ap);
	va_end(ap);
}

/* What a status wants that no update of an SVN gives; NULL for the others. */
static const char *remedy(enum tcb_status status)
{
	switch (status) {
	case TCB_SW_HARDENING_NEEDED:
		return "the software in the TD must be hardened as the advisories say";
	case TCB_CONFIGURATION_NEEDED:
	case TCB_OUT_OF_DATE_CONFIGURATION_NEEDED:
		return "the platform's configuration (BIOS settings) must change as the advisories say";
	case TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED:
		return "the platform's configuration (BIOS settings) must change and the software in the "
		       "TD be hardened as the advisories say";
	default:
		return NULL;
	}
}

/* The nearest level above that is up to date, or the best one. */
static const struct tcb_level *wanted_level(const struct tcb_info *info,
					    const struct tcb_level *have)
{
	const struct tcb_level *level = have ? have : info->levels + info->n_levels;

	while (level > info->levels)
		if ((--level)->verdict.status == TCB_UP_TO_DATE)
			return level;
	return info->levels;
}

/* Which components of which level fall short, since when, and what raises them. */
static void explain_platform(struct verify *s, const struct tcb_match *m)
{
	const struct tcb_info *info = &s->tcb->info;
	enum tcb_status status = m->platform ? m->platform->verdict.status : TCB_NOT_SUPPORTED;
	const struct tcb_level *want = wanted_level(info, m->platform);
	char where[200], date[TIME_TEXT_SIZE];

	if (status == TCB_UP_TO_DATE)
		return;
	if (remedy(status))
		add_explanation(s->v, "platform: %s since %.10s: %s", tcb_status_name(status),
				time_text(m->platform->verdict.date, date), remedy(status));
	else if (want == m->platform)
		add_explanation(s->v, "platform: the best level that is known, of %.10s, is %s",
				time_text(want->verdict.date, date), tcb_status_name(status));
	for (int i = 0; i < TCB_LACKS; i++)
		if (tcb_level_lacks(want, &s->pck, svn_of(s), i, where, sizeof(where)))
			add_explanation(s->v, "platform: %s (level %s of %.10s)", where,
					tcb_status_name(want->verdict.status),
					time_text(want->verdict.date, date));
}

static void explain_svn(struct tdl_verdict *v, const char *what, const char *raised_by,
			const struct svn_levels *levels, unsigned svn)
{
	char date[TIME_TEXT_SIZE];

	if (levels->count && svn < levels->level[0].isvsvn)
		add_explanation(v, "%s SVN is %u, the level of %.10s needs %u; %s raises it", what,
				svn, time_text(levels->level[0].verdict.date, date),
				levels->level[0].isvsvn, raised_by);
}

static void explain(struct verify *s, const struct tcb_match *m)
{
	const uint8_t *svn = svn_of(s);
	enum tcb_status status = s->v->converged;

	explain_platform(s, m);
	if (m->needs_module && m->identity)
		explain_svn(s->v, m->identity->id, "a TDX module update", &m->identity->levels,
			    svn[0]);
	if (s->qe)
		explain_svn(s->v, "QE", "an update of the TD quoting enclave",
			    &s->qe->identity.levels, qe_isvsvn(s));
	if (status == TCB_RELAUNCH_ADVISED || status == TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED)
		add_explanation(s->v, "the platform was updated after this TD was launched: launching "
				"it again raises it");
}

static void keep_match(struct verify *s, const struct tcb_match *m)
{
	struct tdl_verdict *v = s->v;

	v->has_status = true;
	v->converged = m->status;
	v->platform = m->platform ? m->platform->verdict.status : TCB_NOT_SUPPORTED;
	v->has_module = m->needs_module;
	v->module = m->module ? m->module->verdict.status : TCB_NOT_SUPPORTED;
	v->has_qe = s->qe != NULL;
	v->qe = m->qe ? m->qe->verdict.status : TCB_NOT_SUPPORTED;
	v->advisories = malloc(VERDICT_ADVISORIES_LIMIT * sizeof(*v->advisories));
	if (!v->advisories) {
		v->lost = true;
		return;
	}
	if (!m->platform) /* without a level there is nothing to take a date from */
		return;
	merge(v, &m->platform->verdict);
	if (m->module)
		merge(v, &m->module->verdict);
	if (m->qe)
		merge(v, &m->qe->verdict);
}

static void check_advisories(struct verify *s)
{
	const struct tdl_policy *p = s->policy;

	for (unsigned i = 0; i < s->v->n_advisories && p->limit_advisories; i++) {
		bool tolerated = false;

		for (unsigned k = 0; k < p->n_advisories; k++)
			tolerated |= strcmp(s->v->advisories[i], p->advisories[k]) == 0;
		if (!tolerated) {
			verdict_add(s->v, "advisories", TDL_STATE_FAILED, "policy",
				    "%s applies and is not tolerated", s->v->advisories[i]);
			return;
		}
	}
	if (p->limit_advisories)
		verdict_add(s->v, "advisories", TDL_STATE_PASSED, "policy", "%s", "");
}

static void check_status(struct verify *s)
{
	enum tcb_status status = s->v->converged;
	bool accepted = status < TCB_NOT_SUPPORTED && s->policy->status[status];

	verdict_add(s->v, "tcb-status", accepted ? TDL_STATE_PASSED : TDL_STATE_FAILED,
		    s->tcb->text.file, "%s%s", tcb_status_name(status),
		    accepted			   ? ""
		    : status == TCB_NOT_SUPPORTED ? ": no TCB level fits this platform"
						   : ": not accepted by the policy");
}

static void check_numbers(struct verify *s)
{
	uint32_t least = s->policy->min_evaluation > s->opt->min_evaluation
				 ? s->policy->min_evaluation
				 : s->opt->min_evaluation;
	char text[TIME_TEXT_SIZE];

	s->v->has_evaluation = true;
	s->v->evaluation = s->tcb->info.evaluation;
	if (s->qe && s->qe->identity.evaluation != s->tcb->info.evaluation)
		verdict_note(s->v, "TCB info is of evaluation %u, QE identity of %u",
			     s->tcb->info.evaluation, s->qe->identity.evaluation);
	if (least) {
		uint32_t have = s->tcb->info.evaluation;

		if (s->qe && s->qe->identity.evaluation < have)
			have = s->qe->identity.evaluation;
		verdict_add(s->v, "tcb-evaluation",
			    have >= least ? TDL_STATE_PASSED : TDL_STATE_FAILED, "policy",
			    "evaluation data number %u, at least %u is required", have, least);
	}
	if (s->policy->min_tcb_date)
		verdict_add(s->v, "tcb-date",
			    s->v->has_date && s->v->tcb_date >= s->policy->min_tcb_date
				    ? TDL_STATE_PASSED
				    : TDL_STATE_FAILED,
			    "policy", "the least TCB date is %s",
			    time_text(s->policy->min_tcb_date, text));
}

void verify_svns(struct verify *s)
{
	const uint8_t *svn = svn_of(s);

	if (s->policy->has_min_svn) {
		int low = -1;

		for (int i = 0; i < 16 && low < 0; i++)
			low = svn[i] < s->policy->min_svn[i] ? i : -1;
		if (low < 0)
			verdict_add(s->v, "min-tee-tcb-svn", TDL_STATE_PASSED, "policy", "%s", "");
		else
			verdict_add(s->v, "min-tee-tcb-svn", TDL_STATE_FAILED, "policy",
				    "byte %d of TEE TCB SVN is too low", low);
	}
	if (s->policy->min_pcesvn)
		verdict_add(s->v, "min-pcesvn",
			    !s->has_pck			       ? TDL_STATE_NOT_DONE
			    : s->pck.pcesvn >= s->policy->min_pcesvn ? TDL_STATE_PASSED
								     : TDL_STATE_FAILED,
			    "policy", "PCE SVN %u, at least %u is required", s->pck.pcesvn,
			    s->policy->min_pcesvn);
	if (s->policy->min_qe_isvsvn && !s->quote->qe_report)
		verdict_add(s->v, "min-qe-isvsvn", TDL_STATE_NOT_DONE, "policy", "no QE report");
	else if (s->policy->min_qe_isvsvn)
		verdict_add(s->v, "min-qe-isvsvn",
			    qe_isvsvn(s) >= s->policy->min_qe_isvsvn ? TDL_STATE_PASSED
								     : TDL_STATE_FAILED,
			    "policy", "QE ISVSVN %u, at least %u is required", qe_isvsvn(s),
			    s->policy->min_qe_isvsvn);
}

void verify_tcb(struct verify *s)
{
	const uint8_t *svn2 = quote_bytes(s->quote, "tee_tcb_svn2");
	struct tcb_match current;

	verify_svns(s);
	if (s->qe)
		check_qe(s);
	else
		verdict_add(s->v, "qe-identity-match", TDL_STATE_NOT_DONE, "collateral",
			    "there is no QE identity that can be read");
	if (!s->tcb || !s->has_pck) {
		verdict_add(s->v, "tcb-status", TDL_STATE_NOT_DONE, "collateral",
			    "the status is unknown: %s", s->has_pck ? "no TCB info that can be read"
								    : "no PCK certificate");
		return;
	}
	check_fmspc(s);
	check_module(s, "tdx-module", svn_of(s));
	tcb_match(&s->tcb->info, s->qe ? &s->qe->identity : NULL, &s->pck, svn_of(s), qe_isvsvn(s),
		  &s->match);
	keep_match(s, &s->match);
	if (svn2) {
		if (svn2[1] != svn_of(s)[1])
			check_module(s, "tdx-module-current", svn2);
		tcb_match(&s->tcb->info, s->qe ? &s->qe->identity : NULL, &s->pck, svn2,
			  qe_isvsvn(s), &current);
		s->v->has_current = true;
		s->v->current = current.status;
		s->v->converged = tcb_relaunch(s->match.status, current.status);
	}
	explain(s, &s->match);
	check_status(s);
	check_advisories(s);
	check_numbers(s);
}
