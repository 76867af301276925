/* SPDX-License-Identifier: BSD-2-Clause */
/* Every value that is expected, against every piece of evidence that shows the field. Values of one
 * source for one field are alternatives; each source must be met. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "check/compare.h"

/* Values of one field and one source. */
struct group {
	const struct value *of[64];
	size_t count;
};

static bool belongs(const struct value *a, const struct value *b)
{
	return strcmp(a->field, b->field) == 0 && strcmp(a->source, b->source) == 0;
}

static void collect(const struct values *v, const struct value *like, struct group *g)
{
	for (size_t i = 0; i < v->count; i++)
		if (belongs(&v->list[i], like) && g->count < 64)
			g->of[g->count++] = &v->list[i];
}

static bool seen_before(const struct job *j, const struct values *v, size_t index)
{
	const struct values *rules = &j->rules->expected;

	for (size_t i = 0; v != rules && i < rules->count; i++)
		if (belongs(&rules->list[i], &v->list[index]))
			return true;
	for (size_t i = 0; i < index; i++)
		if (belongs(&v->list[i], &v->list[index]))
			return true;
	return false;
}

static const struct value *find(const struct group *g, const struct value_bytes *is)
{
	for (size_t i = 0; i < g->count; i++)
		if (value_same(&g->of[i]->is, is))
			return g->of[i];
	return NULL;
}

static const char *advice_of(const char *field)
{
	if (strcmp(field, "reportdata") == 0)
		return "get evidence for your own nonce: this may be an old one, or another's";
	if (strcmp(field, "mrtd") == 0)
		return "find out which firmware was launched; if it is meant, expect its value";
	return "find out what the TD runs; if it is meant, expect its value";
}

static int judge_group(struct job *j, const struct group *g, struct tdl_error *err)
{
	const struct value *first = g->of[0], *matched = NULL;
	struct comparison c = compare_begin(first->field);

	for (size_t i = 0; i < j->n_witnesses; i++) {
		const struct value_bytes *is = witness_get(&j->witnesses[i], first->field);
		const struct value *v = is ? find(g, is) : NULL;

		if (v)
			matched = v;
		compare_one(&c, &j->witnesses[i], v ? &v->is : NULL);
	}
	if (g->count == 1)
		c.expected = &first->is;
	j->pinned[field_index(first->field)] |= c.shown > 0;
	return compare_claim(&c, j, first->source, matched && matched->note ? matched->note : "",
			     advice_of(first->field), err);
}

int judge_values(struct job *j, struct tdl_error *err)
{
	const struct values *lists[] = { &j->rules->expected, &j->c->expected };
	int rc = 0;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; rc == 0 && i < lists[k]->count; i++) {
			struct group g = { .count = 0 };

			if (seen_before(j, lists[k], i))
				continue;
			collect(lists[0], &lists[k]->list[i], &g);
			collect(lists[1], &lists[k]->list[i], &g);
			rc = judge_group(j, &g, err);
		}
	return rc;
}
