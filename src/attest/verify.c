/* SPDX-License-Identifier: BSD-2-Clause */
/* tdl_verify(): the steps in order. A step goes on after a failure wherever the next one does not
 * depend on it, so that one run reports everything. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/evidence.h>

#include "attest/text.h"
#include "attest/verdict.h"
#include "base/attr.h"
#include "base/scope.h"

/* A check without a reason yet; NULL when there is no room. */
static struct check *add(struct tdl_verdict *v, const char *name, enum tdl_state state,
			 const char *source)
{
	if (v->n_checks == CHECKS_LIMIT) {
		v->lost = true;
		return NULL;
	}
	struct check *c = &v->checks[v->n_checks++];
	size_t size = strnlen(source, sizeof(c->source) - 1);

	c->name = name;
	c->state = state;
	c->reason[0] = '\0';
	memcpy(c->source, source, size);
	c->source[size] = '\0';
	return c;
}

void verdict_add(struct tdl_verdict *v, const char *name, enum tdl_state state, const char *source,
		 const char *fmt, ...)
{
	struct check *c = add(v, name, state, source);
	va_list ap;

	if (!c)
		return;
	va_start(ap, fmt);
	vsnprintf(c->reason, sizeof(c->reason), fmt, ap);
	va_end(ap);
}

bool verdict_judge(struct tdl_verdict *v, const char *name, int rc, const struct tdl_error *err,
		   const char *source)
{
	struct check *c = add(v, name, rc == 0 ? TDL_STATE_PASSED : TDL_STATE_FAILED, source);

	if (c && rc != 0)
		snprintf(c->reason, sizeof(c->reason), "%s", err->text);
	return rc == 0;
}

void verdict_note(struct tdl_verdict *v, const char *fmt, ...)
{
	va_list ap;

	if (v->n_notes == NOTES_LIMIT)
		return;
	va_start(ap, fmt);
	vsnprintf(v->notes[v->n_notes++], REASON_SIZE, fmt, ap);
	va_end(ap);
}

/* Checks that a quote which cannot be read leaves open. */
static void nothing_more(struct tdl_verdict *v)
{
	static const char *const names[] = { "pck-chain",	 "root",	   "quote-signature",
					     "key-binding",	 "qe-report-signature",
					     "tcb-status" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		verdict_add(v, names[i], TDL_STATE_NOT_DONE, "", "the quote cannot be read");
}

static void keep_fields(struct verify *s)
{
	static const char *const names[] = { "tee_tcb_svn", "tee_tcb_svn2", "mrseam",
					     "td_attributes", "xfam", "mrtd", "mrconfigid",
					     "mrowner", "mrownerconfig", "rtmr0", "rtmr1",
					     "rtmr2", "rtmr3", "mrservicetd", "reportdata" };
	struct tdl_field field;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		unsigned n = s->v->n_fields;

		if (tdl_quote_field(s->quote, names[i], &field) < 0)
			continue;
		s->v->fields[n].name = names[i];
		s->v->fields[n].size = field.size;
		memcpy(s->v->fields[n].bytes, field.bytes, field.size);
		s->v->n_fields++;
	}
}

/* What is no quote is often something else that is known. */
static int name_kind(const void *bytes, size_t size, int rc, struct tdl_error *err)
{
	enum tdl_evidence kind = tdl_evidence_recognise(bytes, size);
	const uint8_t *first = bytes;

	if (kind == TDL_EVIDENCE_UNKNOWN || (kind == TDL_EVIDENCE_QUOTE && first[0] < '0'))
		return rc;
	return tdl_while(err, rc, "this is %s%s",
			 kind == TDL_EVIDENCE_QUOTE ? "hexadecimal or base64 text of a " : "",
			 tdl_evidence_name(kind));
}

static void check_format(struct verify *s, const void *bytes, size_t size)
{
	struct tdl_error err = { 0 };
	int zeros = 0;
	int rc = tdl_quote_open(bytes, size, &s->quote, &err);

	if (rc < 0)
		rc = name_kind(bytes, size, rc, &err);
	if (!verdict_judge(s->v, "quote-format", rc, &err, ""))
		return;
	size_t trailing = tdl_quote_trailing(s->quote, &zeros);
	if (trailing == 0 || zeros)
		return;
	if (s->policy->forbid_trailing)
		verdict_add(s->v, "trailing-bytes", TDL_STATE_FAILED, "policy",
			    "%zu bytes that are not zero follow the quote", trailing);
	else
		verdict_note(s->v, "%zu bytes that are not zero follow the quote", trailing);
}

static void run(struct verify *s, const void *bytes, size_t size)
{
	check_format(s, bytes, size);
	if (!s->quote) {
		nothing_more(s->v);
		return;
	}
	keep_fields(s);
	verify_chain(s);
	verify_crls(s);
	verify_signatures(s);
	verify_collateral(s);
	verify_tcb(s);
	verify_vtpm(s);
	verify_body(s);
}

static int take_root(struct verify *s, struct tdl_error *err)
{
	struct fact_key key = { .kind = FACT_ROOT };

	sha256(s->opt->root, s->opt->root_size, key.digest[0]);
	s->known_root = facts_find(s->opt->cache, &key);
	if (!s->known_root) {
		s->known_root = known_new();
		if (!s->known_root)
			return tdl_fail(err, -ENOMEM, "no memory for the root certificate");
		if (certs_parse_known(s->opt->root, s->opt->root_size, 1, verify_pool(s),
				      &s->known_root->certs, err) < 0)
			return tdl_while(err, -EINVAL, "root certificate");
		facts_keep(s->opt->cache, &key, s->known_root);
	}
	s->pinned = s->known_root->certs;
	return 0;
}

static int check_options(struct verify *s, struct tdl_error *err)
{
	const struct tdl_verify_options *opt = s->opt;

	for (size_t i = 0; i < opt->n_expected; i++)
		if (opt->expected[i].size > 64 || !opt->expected[i].field ||
		    !opt->expected[i].source)
			return tdl_fail(err, -EINVAL, "expected value %zu has no field, source or "
					"too many bytes", i);
	return opt->root ? take_root(s, err) : 0;
}

int tdl_verify(const void *bytes, size_t size, const struct tdl_verify_options *options,
	       struct tdl_verdict **ret_verdict, struct tdl_error *err)
{
	AUTO_POLICY struct tdl_policy *strict = NULL;
	struct verify s = { .opt = options, .policy = options->policy };
	int rc = check_options(&s, err);

	if (rc == 0 && !s.policy)
		rc = tdl_policy_default(&strict, err);
	if (!s.policy)
		s.policy = strict;
	if (rc == 0) {
		s.v = malloc(sizeof(*s.v));
		rc = s.v ? 0 : tdl_fail(err, -ENOMEM, "no memory for a verdict");
	}
	if (rc == 0) {
		memset(s.v, 0, offsetof(struct tdl_verdict, fields));
		s.v->at = options->at;
		run(&s, bytes, size);
		*ret_verdict = s.v;
	}
	tdl_quote_free(s.quote);
	known_unref(&s.known_chain);
	known_unref(&s.known_root);
	return rc;
}

void tdl_verdict_free(struct tdl_verdict *verdict)
{
	if (verdict)
		free(verdict->advisories);
	free(verdict);
}

enum tdl_answer tdl_verdict_answer(const struct tdl_verdict *verdict)
{
	bool open = verdict->lost || verdict->n_checks == 0;

	for (unsigned i = 0; i < verdict->n_checks; i++) {
		if (verdict->checks[i].state == TDL_STATE_FAILED)
			return TDL_ANSWER_NO;
		open |= verdict->checks[i].state == TDL_STATE_NOT_DONE;
	}
	return open ? TDL_ANSWER_UNKNOWN : TDL_ANSWER_YES;
}

int tdl_verdict_check(const struct tdl_verdict *verdict, size_t index, struct tdl_check *ret_check)
{
	if (index >= verdict->n_checks)
		return -ENOENT;
	const struct check *c = &verdict->checks[index];
	*ret_check = (struct tdl_check){ c->name, c->state, c->reason, c->source };
	return 0;
}

const char *tdl_verdict_status(const struct tdl_verdict *v, const char *part)
{
	const struct {
		const char *name;
		bool has;
		enum tcb_status status;
	} parts[] = {
		{ "converged", v->has_status, v->converged },
		{ "platform", v->has_status, v->platform },
		{ "module", v->has_status && v->has_module, v->module },
		{ "qe", v->has_status && v->has_qe, v->qe },
		{ "current", v->has_status && v->has_current, v->current },
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strcmp(part, parts[i].name) == 0 && parts[i].has)
			return tcb_status_name(parts[i].status);
	return NULL;
}

const char *tdl_verdict_advisory(const struct tdl_verdict *verdict, size_t index)
{
	return index < verdict->n_advisories ? verdict->advisories[index] : NULL;
}

int tdl_verdict_tcb_date(const struct tdl_verdict *verdict, int64_t *ret_time)
{
	if (!verdict->has_date)
		return -ENOENT;
	*ret_time = verdict->tcb_date;
	return 0;
}

int tdl_time_parse(const char *text, int64_t *ret_time)
{
	char midnight[32];
	char *end;

	if (time_parse(text, strlen(text), ret_time))
		return 0;
	if (strlen(text) == 10) {
		snprintf(midnight, sizeof(midnight), "%sT00:00:00Z", text);
		if (time_parse(midnight, 20, ret_time))
			return 0;
	}
	if (text[0] != '@' || text[1] < '0' || text[1] > '9')
		return -EINVAL;
	errno = 0;
	long long seconds = strtoll(text + 1, &end, 10);
	if (errno || *end || seconds > 253402300799)
		return -EINVAL;
	*ret_time = seconds;
	return 0;
}
