/* SPDX-License-Identifier: BSD-2-Clause */
/* The evidence against manifests: it must be as one of their references says, all of it. Values of
 * two references are never mixed. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "check/compare.h"

/* What a reference says about fields, and how the evidence compares. */
struct candidate {
	const struct reference_file *file;
	const struct tdl_reference *reference; /* NULL: none yet */
	struct value_bytes says[FIELDS_MAX];
	size_t differ, unseen, equal; /* fields */
	bool mrtd_differs;
};

static void put(struct candidate *c, const char *field, const uint8_t value[48])
{
	struct value_bytes *to = &c->says[field_index(field)];

	to->size = 48;
	memcpy(to->bytes, value, 48);
}

/* Count fields. The firmware that the caller named must be the reference's as well. */
static void weigh(const struct job *j, struct candidate *c)
{
	const struct tdl_rules *r = j->rules;

	for (size_t i = 0; i < field_count; i++) {
		size_t shown = 0, wrong = 0;

		for (size_t k = 0; c->says[i].size && k < j->n_witnesses; k++) {
			const struct value_bytes *is = &j->witnesses[k].fields[i];

			shown += is->size != 0;
			wrong += is->size && !value_same(is, &c->says[i]);
		}
		c->differ += wrong > 0;
		c->equal += shown && !wrong;
		c->unseen += c->says[i].size && !shown;
		c->mrtd_differs |= wrong > 0 && strcmp(fields[i].name, "mrtd") == 0;
	}
	if (r->opt.image && memcmp(r->firmware, c->reference->firmware, 48) != 0)
		c->differ++;
}

static struct candidate make(const struct job *j, const struct reference_file *file,
			     const struct tdl_reference *reference)
{
	static const char *const rtmrs[] = { "rtmr0", "rtmr1", "rtmr2", "rtmr3" };
	struct candidate c = { .file = file, .reference = reference };

	put(&c, "mrtd", reference->mrtd);
	for (unsigned i = 0; i < 4; i++)
		if (reference->has_rtmr >> i & 1)
			put(&c, rtmrs[i], reference->rtmr[i]);
	/* Only a launch log shows it; without one MRTD stands for it. */
	for (size_t i = 0; i < j->n_witnesses; i++)
		if (witness_get(&j->witnesses[i], "firmware"))
			put(&c, "firmware", reference->firmware);
	weigh(j, &c);
	return c;
}

/* Is a nearer to the evidence than b? */
static bool nearer(const struct candidate *a, const struct candidate *b)
{
	if (!b->reference)
		return true;
	if (a->mrtd_differs != b->mrtd_differs)
		return b->mrtd_differs;
	if (a->differ != b->differ)
		return a->differ < b->differ;
	if (a->unseen != b->unseen)
		return a->unseen < b->unseen;
	return a->equal > b->equal;
}

/* Returns how many references there are. */
static size_t choose(const struct job *j, const struct reference_file *files, size_t n,
		     struct candidate *best)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++) {
		const struct tdl_manifest *m = files[i].manifest;

		for (size_t k = 0; m && k < tdl_manifest_count(m); k++) {
			struct candidate c = make(j, &files[i], tdl_manifest_reference(m, k));

			total++;
			if (nearer(&c, best))
				*best = c;
		}
	}
	return total;
}

static int judge_field(struct job *j, const struct candidate *best, size_t i, size_t total,
		       const char *source, struct tdl_error *err)
{
	struct comparison c = compare_begin(fields[i].name);
	char advice[200];

	for (size_t k = 0; k < j->n_witnesses; k++) {
		const struct value_bytes *is = &j->witnesses[k].fields[i];
		bool same = is->size && value_same(is, &best->says[i]);

		compare_one(&c, &j->witnesses[k], same ? &best->says[i] : NULL);
	}
	c.expected = &best->says[i];
	j->pinned[i] |= c.shown > 0;
	snprintf(advice, sizeof(advice), "%s; if it is meant, add a reference for it",
		 total == 1 ? "find out what was launched"
			    : "none of the references fits, this is the nearest: find out what was "
			      "launched");
	return compare_claim(&c, j, source, "", advice, err);
}

/* The firmware that the caller named against the reference's. */
static int judge_image(struct job *j, const struct candidate *best, const char *source,
		       struct tdl_error *err)
{
	const struct tdl_rules *r = j->rules;
	const struct tdl_claim like = { .kind = TDL_CLAIM_VALUE, .name = "firmware",
					.subject = r->opt.image ? tdl_image_name(r->opt.image) : "",
					.state = TDL_STATE_FAILED, .source = source,
					.advice = "name the firmware that the manifest is about" };

	if (!r->opt.image || memcmp(r->firmware, best->reference->firmware, 48) == 0)
		return 0;
	return claim(j, &like, err, "this is not the firmware of the reference");
}

static int judge_best(struct job *j, const struct candidate *best, size_t total,
		      struct tdl_error *err)
{
	const char *signer = tdl_manifest_signer(best->file->manifest);
	char source[400];
	int rc = 0;

	snprintf(source, sizeof(source), "%s manifest %.150s: %.80s %.60s, flow %.40s",
		 signer ? "signed" : "unsigned", best->file->path, best->reference->name,
		 best->reference->version, best->reference->flow);
	for (size_t i = 0; rc == 0 && i < field_count; i++)
		if (best->says[i].size)
			rc = judge_field(j, best, i, total, source, err);
	return rc == 0 ? judge_image(j, best, source, err) : rc;
}

/* What a manifest among the evidence expects counts only when the caller named none: who signs
 * manifests may have signed one for what ran before, too. */
int judge_references(struct job *j, struct tdl_error *err)
{
	const struct tdl_rules *r = j->rules;
	bool named = r->n_files > 0;
	const struct reference_file *files = named ? r->files : j->files;
	size_t n = named ? r->n_files : j->n_files;
	struct candidate best = { .reference = NULL };
	size_t total = choose(j, files, n, &best);

	return best.reference ? judge_best(j, &best, total, err) : 0;
}
