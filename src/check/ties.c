/* SPDX-License-Identifier: BSD-2-Clause */
/* Do the pieces say the same about the TD? */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "check/check.h"

/* How a piece is tied to the chief one, by what it is and what the chief one is. */
static const struct tie {
	unsigned role, chief;
	const char *name, *passed, *advice;
	bool any_data; /* report data may differ */
} rows[] = {
	{ TDL_REQUIRE_REPORT, TDL_REQUIRE_QUOTE, "report-in-quote", "the quote has this report's TD",
	  "collect report and quote at once, with one nonce", false },
	{ TDL_REQUIRE_LOG, TDL_REQUIRE_QUOTE, "log-of-td", "the quote is of the TD that was logged",
	  "give the log of this TD's launch", true },
	{ TDL_REQUIRE_LOG, TDL_REQUIRE_REPORT, "log-of-td",
	  "the report is of the TD that was logged", "give the log of this TD's launch", true },
	{ TDL_REQUIRE_QUOTE, TDL_REQUIRE_QUOTE, "second-quote", "both quotes are of one TD",
	  "check the evidence of one TD at a time", true },
	{ TDL_REQUIRE_REPORT, TDL_REQUIRE_REPORT, "second-report", "both reports are of one TD",
	  "check the evidence of one TD at a time", true },
	{ TDL_REQUIRE_LOG, TDL_REQUIRE_LOG, "second-log", "both logs are of one TD",
	  "check the evidence of one TD at a time", true },
};

static const struct tie *tie_of(const struct witness *w, const struct witness *chief)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].role == w->role && rows[i].chief == chief->role)
			return &rows[i];
	return NULL;
}

static bool same(const struct value_bytes *a, const struct value_bytes *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* Fields that both have and that differ, by name; how many both have. */
static size_t compare(const struct witness *w, const struct witness *chief, const struct tie *tie,
		      char differ[200])
{
	size_t common = 0, n = 0;

	differ[0] = '\0';
	for (size_t i = 0; i < field_count; i++) {
		if (!w->fields[i].size || !chief->fields[i].size ||
		    (tie->any_data && strcmp(fields[i].name, "reportdata") == 0))
			continue;
		common++;
		if (!same(&w->fields[i], &chief->fields[i]) && n < 180)
			n += (size_t)snprintf(differ + n, 200 - n, "%s%s", n ? ", " : "",
					      fields[i].name);
	}
	return common;
}

static int tie(struct job *j, const struct witness *w, const struct witness *chief,
	       const struct tie *how, struct tdl_error *err)
{
	char subject[600], differ[200];
	struct tdl_claim like = { .kind = TDL_CLAIM_TIE, .name = how->name, .subject = subject,
				  .source = "evidence", .advice = how->advice };
	size_t common = compare(w, chief, how, differ);
	bool has_mrtd = witness_get(w, "mrtd") && witness_get(chief, "mrtd");

	snprintf(subject, sizeof(subject), "%.280s, %.280s", w->name, chief->name);
	if (differ[0]) {
		like.state = TDL_STATE_FAILED;
		return claim(j, &like, err, "they differ in %s", differ);
	}
	if (!has_mrtd) {
		like.state = TDL_STATE_NOT_DONE;
		return claim(j, &like, err, "one of them says nothing about MRTD");
	}
	like.state = TDL_STATE_PASSED;
	return claim(j, &like, err, "%s: %zu fields are the same", how->passed, common);
}

int judge_ties(struct job *j, struct tdl_error *err)
{
	const struct witness *chief = job_chief(j);
	int rc = 0;

	for (size_t i = 0; chief && rc == 0 && i < j->n_witnesses; i++) {
		const struct witness *w = &j->witnesses[i];
		const struct tie *how = w == chief ? NULL : tie_of(w, chief);

		if (how)
			rc = tie(j, w, chief, how, err);
	}
	return rc == 0 ? judge_unlogged(j, err) : rc;
}
