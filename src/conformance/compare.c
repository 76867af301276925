/* SPDX-License-Identifier: BSD-2-Clause */
/* Two results side by side: only what differs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/conformance.h>


#define LINE_BYTES 4096
#define CASES_MAX  4096

/* One line of TAP, cut up; name and answer point into line. */
struct answer {
	char *line;
	const char *name;
	const char *text; /* what came: "got ..." or "skipped: ..." */
	bool failed, skipped, seen;
};

struct answers {
	struct answer *rows;
	size_t count;
};

static void answers_end(struct answers *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->rows[i].line);
	free(a->rows);
}

/* "ok 3 - name: want X: got Y" or "ok 3 - name # SKIP reason". False for any other line. */
static bool parse_line(struct answer *a, char *line)
{
	char *at = strstr(line, " - ");
	char *skip, *got;

	*a = (struct answer){ .failed = strncmp(line, "not ok ", 7) == 0 };
	if ((!a->failed && strncmp(line, "ok ", 3) != 0) || !at)
		return false;
	line[strcspn(line, "\n")] = '\0';
	a->name = at + 3;
	a->text = "";
	skip = strstr(at, " # SKIP ");
	got = strstr(at, ": got ");
	at += 3 + strcspn(at + 3, ": ");
	if (skip) {
		a->skipped = true;
		a->text = skip + 8;
	} else if (got) {
		a->text = got + 6;
	}
	*at = '\0';
	return true;
}

static int read_answers(const char *path, struct answers *a, struct tdl_error *err)
{
	FILE *in = fopen(path, "re");
	char line[LINE_BYTES];
	int rc = 0;

	if (!in) {
		rc = -errno;
		return tdl_fail(err, rc, "%s cannot be opened", path);
	}
	a->rows = calloc(CASES_MAX, sizeof(*a->rows));
	if (!a->rows)
		rc = tdl_fail(err, -ENOMEM, "no memory for %s", path);
	while (rc == 0 && a->count < CASES_MAX && fgets(line, sizeof(line), in)) {
		struct answer one;
		char *copy = strdup(line);

		if (!copy) {
			rc = tdl_fail(err, -ENOMEM, "no memory for %s", path);
		} else if (parse_line(&one, copy)) {
			one.line = copy;
			a->rows[a->count++] = one;
		} else {
			free(copy);
		}
	}
	fclose(in);
	if (rc == 0 && !a->count)
		rc = tdl_fail(err, -EBADMSG, "%s holds no results", path);
	return rc;
}

static struct answer *find(struct answers *a, const char *name)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->rows[i].name, name) == 0)
			return &a->rows[i];
	return NULL;
}

static void print_side(FILE *out, const struct answer *a)
{
	char cell[80];

	if (!a)
		snprintf(cell, sizeof(cell), "not run");
	else if (a->skipped)
		snprintf(cell, sizeof(cell), "skipped: %.60s", a->text);
	else
		snprintf(cell, sizeof(cell), "%s%.60s", a->failed ? "FAIL " : "", a->text);
	fprintf(out, " | %-40s", cell);
}

static void print_row(FILE *out, const char *name, const struct answer *a, const struct answer *b)
{
	fprintf(out, "%-28s", name);
	print_side(out, a);
	print_side(out, b);
	fputc('\n', out);
}

static size_t print_differences(FILE *out, struct answers *a, struct answers *b)
{
	size_t n = 0;

	for (size_t i = 0; i < a->count; i++) {
		struct answer *one = &a->rows[i];
		struct answer *other = find(b, one->name);

		if (other)
			other->seen = true;
		if (other && one->failed == other->failed && one->skipped == other->skipped &&
		    (one->skipped || strcmp(one->text, other->text) == 0))
			continue;
		print_row(out, one->name, one, other);
		n++;
	}
	for (size_t i = 0; i < b->count; i++) {
		if (b->rows[i].seen)
			continue;
		print_row(out, b->rows[i].name, NULL, &b->rows[i]);
		n++;
	}
	return n;
}

int tdl_conformance_compare(const char *a_path, const char *b_path, FILE *out,
			    size_t *ret_differences, struct tdl_error *err)
{
	struct answers a = { 0 }, b = { 0 };
	int rc;

	rc = read_answers(a_path, &a, err);
	if (rc < 0)
		goto out;
	rc = read_answers(b_path, &b, err);
	if (rc < 0)
		goto out;
	*ret_differences = print_differences(out, &a, &b);

out:
	answers_end(&a);
	answers_end(&b);
	return rc;
}
