/* SPDX-License-Identifier: BSD-2-Clause */
/* A case being judged: kind by kind, then how the pieces fit together. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/bundle.h"
#include "base/attr.h"
#include "base/scope.h"
#include "check/check.h"

void witness_set(struct witness *w, const char *field, const void *bytes, size_t size)
{
	int i = field_index(field);

	if (i < 0 || !field_fits(&fields[i], size))
		return;
	memcpy(w->fields[i].bytes, bytes, size);
	w->fields[i].size = size;
}

const struct value_bytes *witness_get(const struct witness *w, const char *field)
{
	int i = field_index(field);

	return i >= 0 && w->fields[i].size ? &w->fields[i] : NULL;
}

int claim(struct job *j, const struct tdl_claim *like, struct tdl_error *err, const char *fmt, ...)
{
	struct tdl_claim c = *like;
	char reason[REASON_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	c.reason = reason;
	if (c.state == TDL_STATE_PASSED)
		c.advice = "";
	return tdl_claims_add(j->claims, &c, err);
}

struct witness *job_witness(struct job *j, const struct item *item, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_INPUT, .name = "file",
					.subject = item->name, .state = TDL_STATE_NOT_DONE,
					.advice = "give the evidence of one TD at a time" };
	struct witness *w;

	if (j->n_witnesses == WITNESSES_MAX) {
		claim(j, &like, err, "it is not compared: more than %d quotes, reports and logs",
		      WITNESSES_MAX);
		return NULL;
	}
	w = &j->witnesses[j->n_witnesses++];
	*w = (struct witness){ .name = item->name, .role = item->kind->role };
	return w;
}

const struct witness *job_chief(const struct job *j)
{
	static const unsigned order[] = { TDL_REQUIRE_QUOTE, TDL_REQUIRE_REPORT, TDL_REQUIRE_LOG };

	for (size_t k = 0; k < ARRAY_SIZE(order); k++)
		for (size_t i = 0; i < j->n_witnesses; i++)
			if (j->witnesses[i].role == order[k])
				return &j->witnesses[i];
	return NULL;
}

struct tdl_verify_options job_options(const struct job *j)
{
	const struct tdl_rules *r = j->rules;

	return (struct tdl_verify_options){
		.collateral = r->collateral ? r->collateral : j->found,
		.policy = r->policy,
		.at = r->opt.at,
		.root = r->opt.root,
		.root_size = r->opt.root_size,
		.min_evaluation = r->opt.min_evaluation,
		.cache = j->cache ? j->cache->attest : NULL,
	};
}

/* Collateral that comes with the evidence is as good as any: it is signed, and judged by its dates.
 * What the caller named comes first, since what a TD chose may be the oldest that is still valid. */
static int find_collateral(struct job *j, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_INPUT, .name = "collateral",
					.state = TDL_STATE_NOT_DONE,
					.advice = "give collateral with --collateral" };
	AUTO_FREE struct bundle_file *files = calloc(j->c->count + 1, sizeof(*files));
	size_t n = 0;

	if (!files)
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	for (size_t i = 0; i < j->c->count; i++) {
		const struct item *item = &j->c->items[i];

		if (!item->kind || item->kind->is != is_collateral)
			continue;
		files[n++] = (struct bundle_file){ item->name, item->bytes, item->size };
	}
	if (n == 0 || j->rules->collateral)
		return 0;
	struct tdl_error why = { 0 };
	int rc = bundle_open(j->cache ? j->cache->attest : NULL, files, n, &j->found, &why);
	if (rc == -ENOMEM)
		return tdl_fail(err, rc, "%s", why.text);
	return rc < 0 ? claim(j, &like, err, "%s", why.text) : 0;
}

static int judge_items(struct job *j, struct tdl_error *err)
{
	const struct tdl_case *c = j->c;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->count; i++)
		if (!c->items[i].kind)
			rc = judge_unread(j, &c->items[i], err);
	for (size_t k = 0; k < kind_count; k++)
		for (size_t i = 0; rc == 0 && i < c->count; i++) {
			if (c->items[i].kind != &kinds[k])
				continue;
			j->seen |= kinds[k].role;
			if (kinds[k].judge)
				rc = kinds[k].judge(j, &c->items[i], err);
		}
	return rc;
}

static int run(struct job *j, struct tdl_error *err)
{
	static int (*const steps[])(struct job *j, struct tdl_error *err) = {
		find_collateral, judge_rules,	   judge_items,	  judge_ties,
		judge_values,	 judge_references, judge_missing,
	};
	int rc = tdl_claims_new(&j->claims, err);

	j->witnesses = malloc(WITNESSES_MAX * sizeof(*j->witnesses));
	j->files = calloc(j->c->count + 1, sizeof(*j->files));
	if (rc == 0 && (!j->witnesses || !j->files))
		rc = tdl_fail(err, -ENOMEM, "no memory to check evidence");
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(steps); i++)
		rc = steps[i](j, err);
	return rc;
}

int tdl_check(const struct tdl_rules *rules, const struct tdl_case *c,
	      struct tdl_check_cache *cache, struct tdl_claims **ret_claims, struct tdl_error *err)
{
	struct job j = { .rules = rules, .c = c, .cache = cache };
	int rc = run(&j, err);

	for (size_t i = 0; i < j.n_files; i++)
		reference_file_end(&j.files[i]);
	free(j.files);
	free(j.witnesses);
	tdl_collateral_free(j.found);
	if (rc < 0)
		tdl_claims_free(j.claims);
	else
		*ret_claims = j.claims;
	return rc;
}
