/* SPDX-License-Identifier: BSD-2-Clause */
/* register, tpm, clock, a line "before" for each bank; then "extended N" for each record, "failed
 * WHY" where it broke off, and "complete". */
#include "anchor/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"

static bool read_clock(struct words *w, struct tpm_clock *c)
{
	return words_number(w, UINT64_MAX, &c->time) && words_number(w, UINT32_MAX, &c->resets) &&
	       words_number(w, UINT32_MAX, &c->restarts) && words_number(w, 1, &c->safe) &&
	       w->left == 0;
}

static bool read_before(struct words *w, struct bank_values *before)
{
	struct bank_value v = { 0 };

	if (!words_bank_value(w, &v) || values_find(before, v.bank))
		return false;
	before->of[before->count++] = v;
	return true;
}

/* The four kinds of line that begin it, in this order. */
static int read_head(struct lines *l, struct journal *j, struct tdl_error *err)
{
	static const char *const order[] = { "register", "tpm", "clock" };

	for (size_t i = 0; i < 3; i++) {
		struct words w;
		int rc = lines_next(l, err);

		if (rc <= 0)
			return rc < 0 ? rc : tdl_fail(err, -ENODATA, "ends in its head");
		w = lines_words(l);
		if (!lines_is(l, order[i]) ||
		    (i == 0 && !words_register(&w, &j->kind, &j->index)) ||
		    (i == 2 && !read_clock(&w, &j->clock)))
			return lines_bad(l, "not the line that comes here, or not well-formed",
					 err);
	}
	return 0;
}

static int read_line(struct lines *l, struct journal *j, struct tdl_error *err)
{
	struct words w = lines_words(l);
	uint64_t n = 0;
	bool going = j->before.count > 0 && !j->complete;
	bool good = false;

	if (lines_is(l, "before"))
		good = j->records == 0 && !j->failed && !j->complete && read_before(&w, &j->before);
	else if (lines_is(l, "extended"))
		good = going && words_number(&w, UINT64_MAX, &n) && w.left == 0 &&
		       n == j->records + 1;
	else if (lines_is(l, "failed") || lines_is(l, "complete"))
		good = going;
	if (!good)
		return lines_bad(l, "not a line that can come here, or not well-formed", err);
	if (lines_is(l, "extended"))
		j->records = n;
	j->failed = lines_is(l, "failed");
	j->complete = lines_is(l, "complete");
	return 0;
}

int journal_read(const void *bytes, size_t size, struct journal *ret, struct tdl_error *err)
{
	struct journal j = { 0 };
	struct lines l;
	int rc = lines_begin(&l, bytes, size, JOURNAL_FIRST, err);

	if (rc == 0)
		rc = read_head(&l, &j, err);
	if (rc < 0)
		return rc;
	while ((rc = lines_next(&l, err)) == 1)
		if ((rc = read_line(&l, &j, err)) < 0)
			return rc;
	/* A line without an end is one that was being written when the process ended. */
	if (rc < 0 && (rc != -ENODATA || j.before.count == 0))
		return rc;
	if (j.before.count == 0)
		return tdl_fail(err, -ENODATA, "ends in its head");
	*ret = j;
	return 0;
}

char *journal_head(const struct journal *j, const char *tpm, size_t *ret_size)
{
	char name[REGISTER_TEXT], hex[2 * BANK_DIGEST_MAX + 1];
	char *text = NULL;
	FILE *f = open_memstream(&text, ret_size);

	if (!f)
		return NULL;
	fprintf(f, "%s\nregister %s\ntpm %s\nclock %llu %llu %llu %llu\n", JOURNAL_FIRST,
		register_text(j->kind, j->index, name), tpm, (unsigned long long)j->clock.time,
		(unsigned long long)j->clock.resets, (unsigned long long)j->clock.restarts,
		(unsigned long long)j->clock.safe);
	for (size_t i = 0; i < j->before.count; i++)
		fprintf(f, "before %s %s\n", j->before.of[i].bank->name,
			hex_encode(j->before.of[i].digest, j->before.of[i].bank->size, hex));
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
