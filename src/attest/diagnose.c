/* SPDX-License-Identifier: BSD-2-Clause */
/* Why does a register differ? Each hypothesis is one change of the log that would give the
 * register; the first that does is reported. A register that a hypothesis explains is still a
 * mismatch. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/replay.h"

enum { MOVES_LIMIT = 64 }; /* entries; of more, only neighbours change places */

/* The entries of one register and the values between them. */
struct history {
	const struct step **own; /* owned array */
	size_t n;
	uint8_t (*before)[TDL_RTMR_SIZE]; /* owned; before[i] is the register before own[i] */
	const uint8_t *want;
};

static bool extends(const struct step *s)
{
	return s->type != EV_NO_ACTION;
}

static bool same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, TDL_RTMR_SIZE) == 0;
}

/* Go on from value with own[from..n). */
static int run_on(const struct history *h, uint8_t value[TDL_RTMR_SIZE], size_t from,
		  struct tdl_error *err)
{
	int rc = 0;

	for (size_t i = from; rc == 0 && i < h->n; i++)
		rc = rtmr_extend(value, h->own[i]->digest, err);
	return rc;
}

static int build(struct history *h, const struct step *steps, size_t n, uint32_t mr,
		 struct tdl_error *err)
{
	int rc = 0;

	h->own = calloc(n + 1, sizeof(*h->own));
	h->before = calloc(n + 1, sizeof(*h->before));
	if (!h->own || !h->before)
		return tdl_fail(err, -ENOMEM, "no memory to compare registers");
	for (size_t i = 0; i < n; i++)
		if (steps[i].mr == mr && extends(&steps[i]))
			h->own[h->n++] = &steps[i];
	for (size_t i = 0; rc == 0 && i < h->n; i++) {
		memcpy(h->before[i + 1], h->before[i], TDL_RTMR_SIZE);
		rc = rtmr_extend(h->before[i + 1], h->own[i]->digest, err);
	}
	return rc;
}

static void end(struct history *h)
{
	free(h->own);
	free(h->before);
}

static bool try_intermediate(const struct history *h, char *finding)
{
	if (h->n && same(h->before[0], h->want)) {
		snprintf(finding, FINDING_SIZE, "is zero: never extended where the evidence was "
			 "made, as under a paravisor; the log is of another machine or firmware");
		return true;
	}
	for (size_t i = 1; i < h->n; i++)
		if (same(h->before[i], h->want)) {
			snprintf(finding, FINDING_SIZE,
				 "equals the register before event %zu: %zu event%s came after the "
				 "evidence was made", h->own[i]->index, h->n - i,
				 h->n - i == 1 ? "" : "s");
			return true;
		}
	return false;
}

/* Each event left out, and each taken twice. */
static int try_drop_and_double(const struct history *h, char *finding, struct tdl_error *err)
{
	uint8_t value[TDL_RTMR_SIZE];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < h->n && !*finding; i++) {
		memcpy(value, h->before[i], TDL_RTMR_SIZE);
		rc = run_on(h, value, i + 1, err);
		if (rc == 0 && same(value, h->want))
			snprintf(finding, FINDING_SIZE, "matches without event %zu: it was logged "
				 "but not extended here", h->own[i]->index);
		memcpy(value, h->before[i + 1], TDL_RTMR_SIZE);
		if (rc == 0)
			rc = run_on(h, value, i, err);
		if (rc == 0 && !*finding && same(value, h->want))
			snprintf(finding, FINDING_SIZE, "matches with event %zu extended twice: an "
				 "agent that started again does that", h->own[i]->index);
	}
	return rc;
}

/* An event logged for another register, or EV_NO_ACTION, extended here at its place in the log. */
static int try_foreign(const struct history *h, const struct step *steps, size_t n, uint32_t mr,
		       char *finding, struct tdl_error *err)
{
	uint8_t value[TDL_RTMR_SIZE];
	size_t before = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n && !*finding; i++) {
		if (steps[i].mr == mr && extends(&steps[i])) {
			before++;
			continue;
		}
		memcpy(value, h->before[before], TDL_RTMR_SIZE);
		rc = rtmr_extend(value, steps[i].digest, err);
		if (rc == 0)
			rc = run_on(h, value, before, err);
		if (rc < 0 || !same(value, h->want))
			continue;
		if (extends(&steps[i]))
			snprintf(finding, FINDING_SIZE, "matches with event %zu, logged for %s, "
				 "extended here", steps[i].index, ccel_register_name(steps[i].mr));
		else
			snprintf(finding, FINDING_SIZE, "matches with event %zu extended, which is "
				 "EV_NO_ACTION and must not be", steps[i].index);
	}
	return rc;
}

/* One event at another place among those of the register; place is where it goes, counted without
 * it. Two neighbours the other way round are found first. */
static int try_place(const struct history *h, size_t event, size_t place, char *finding,
		     struct tdl_error *err)
{
	uint8_t value[TDL_RTMR_SIZE];
	int rc = 0;

	memcpy(value, h->before[event < place ? event : place], TDL_RTMR_SIZE);
	for (size_t i = event + 1; rc == 0 && i <= place; i++)
		rc = rtmr_extend(value, h->own[i]->digest, err);
	if (rc == 0)
		rc = rtmr_extend(value, h->own[event]->digest, err);
	for (size_t i = place; rc == 0 && i < event; i++)
		rc = rtmr_extend(value, h->own[i]->digest, err);
	if (rc == 0)
		rc = run_on(h, value, (event > place ? event : place) + 1, err);
	if (rc < 0 || !same(value, h->want))
		return rc;
	if (place == event + 1)
		snprintf(finding, FINDING_SIZE, "matches with events %zu and %zu in the other order",
			 h->own[event]->index, h->own[place]->index);
	else
		snprintf(finding, FINDING_SIZE, "matches with event %zu moved %s event %zu",
			 h->own[event]->index, event < place ? "behind" : "before",
			 h->own[place]->index);
	return 0;
}

static int try_move(const struct history *h, char *finding, struct tdl_error *err)
{
	size_t farthest = h->n <= MOVES_LIMIT ? h->n : 2;
	int rc = 0;

	for (size_t by = 1; rc == 0 && by < farthest && !*finding; by++)
		for (size_t i = 0; rc == 0 && i + by < h->n && !*finding; i++) {
			rc = try_place(h, i, i + by, finding, err);
			if (rc == 0 && !*finding && by > 1)
				rc = try_place(h, i + by, i, finding, err);
		}
	return rc;
}

static void last_resort(const struct history *h, uint32_t mr, bool log_full, char *finding)
{
	if (h->n == 0)
		snprintf(finding, FINDING_SIZE, "the log has no entry for this register: %s",
			 mr == 4 ? "user space extends it without one, or its log was not given"
				 : "its log was not given, or it is of another boot");
	else if (log_full)
		snprintf(finding, FINDING_SIZE, "no single change explains it; the log fills its "
			 "area to the end and may have been cut off there");
	else
		snprintf(finding, FINDING_SIZE, "no single change explains it: a log of another "
			 "boot or firmware, or events that were extended without being logged");
}

int replay_diagnose(const struct step *steps, size_t n, uint32_t mr,
		    const uint8_t want[TDL_RTMR_SIZE], bool log_full, char finding[FINDING_SIZE],
		    struct tdl_error *err)
{
	struct history h = { .want = want };
	int rc = build(&h, steps, n, mr, err);

	*finding = '\0';
	if (rc == 0 && !try_intermediate(&h, finding) && n <= DIAGNOSIS_LIMIT) {
		rc = try_drop_and_double(&h, finding, err);
		if (rc == 0 && !*finding)
			rc = try_move(&h, finding, err);
		if (rc == 0 && !*finding)
			rc = try_foreign(&h, steps, n, mr, finding, err);
	}
	if (rc == 0 && !*finding)
		last_resort(&h, mr, log_full, finding);
	end(&h);
	return rc;
}
