/* SPDX-License-Identifier: BSD-2-Clause */
/* Logs replayed in the order in which they were anchored, each from where its journal says that the
 * register stood. */
#include "anchor/verdict.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"

static const char *register_of(const struct verifying *x, char text[REGISTER_TEXT])
{
	return register_text(x->q->kind, x->q->index, text);
}

/* A failure stays; what was not done gives way to a failure alone. */
static bool is_open(const struct verifying *x, enum tdl_anchor_check_id id)
{
	return x->v->checks[id].text[0] == '\0';
}

/* The values of a journal in the banks that were quoted. */
static bool pick_banks(const struct verifying *x, const struct journal *j, struct bank_values *ret)
{
	for (size_t i = 0; i < x->running.count; i++) {
		const struct bank_value *v = values_find(&j->before, x->running.of[i].bank);

		if (!v)
			return false;
		ret->of[i] = *v;
	}
	ret->count = x->running.count;
	return true;
}

static void judge_start(struct verifying *x, const char *name, const struct bank_values *before)
{
	const struct bank_value *sha384 = values_find(before, bank_named("sha384", 6));
	bool zero = true;

	for (size_t i = 0; i < before->count; i++)
		zero &= all_zero(before->of[i].digest, before->of[i].bank->size);
	if (!x->e->rules.start && zero)
		verdict_say(x, TDL_ANCHOR_CHECK_START, TDL_LOG_PASSED,
			    "the register was all zero before %s", name);
	else if (!x->e->rules.start)
		verdict_say(x, TDL_ANCHOR_CHECK_START, TDL_LOG_NOT_DONE,
			    "the register held something before %s, and nobody says what it should "
			    "have been",
			    name);
	else if (!sha384)
		verdict_say(x, TDL_ANCHOR_CHECK_START, TDL_LOG_NOT_DONE,
			    "the SHA-384 bank, of which a value was given, was not quoted");
	else if (memcmp(sha384->digest, x->e->rules.start, SHA384_SIZE) != 0)
		verdict_say(x, TDL_ANCHOR_CHECK_START, TDL_LOG_FAILED,
			    "the register did not hold the value given before %s", name);
	else
		verdict_say(x, TDL_ANCHOR_CHECK_START, TDL_LOG_PASSED,
			    "the register held the value given before %s", name);
}

static void judge_link(struct verifying *x, const char *name, const struct bank_values *before)
{
	char text[REGISTER_TEXT];

	for (size_t i = 0; i < before->count; i++) {
		if (values_equal(&before->of[i], &x->running.of[i]))
			continue;
		verdict_fail(x, TDL_ANCHOR_CHECK_CHAIN, name,
			     "it does not start where the log before it ends: a log is missing, the "
			     "order is another, or somebody else extended the register in between");
		return;
	}
	if (is_open(x, TDL_ANCHOR_CHECK_CHAIN))
		verdict_say(x, TDL_ANCHOR_CHECK_CHAIN, TDL_LOG_PASSED,
			    "each log starts in %s where the one before it ends",
			    register_of(x, text));
}

static bool went_back(const struct tpm_clock *from, const struct tpm_clock *to)
{
	return to->resets < from->resets ||
	       (to->resets == from->resets && to->restarts < from->restarts) ||
	       (to->safe && from->safe && to->time < from->time);
}

static void judge_clock(struct verifying *x, const char *name, const struct journal *j)
{
	const struct tpm_clock *quoted = &x->attest.clock;

	if (x->q->kind == TDL_LOG_REGISTER_PCR && quoted->resets != j->clock.resets)
		verdict_fail(
			x, TDL_ANCHOR_CHECK_CLOCK, name,
			"the TPM was reset between anchoring and quoting, which empties a PCR, or "
			"the key is not of the endorsement hierarchy");
	else if (went_back(&j->clock, quoted) || went_back(&x->latest, &j->clock))
		verdict_fail(x, TDL_ANCHOR_CHECK_CLOCK, name,
			     "the TPM's clock or its reset counters went back");
	x->latest = j->clock;
}

/* One record: its digest, its register, and what it makes of the register. */
static int take_record(struct verifying *x, const char *name, const struct tdl_log_record *r,
		       struct bank_values *values, struct tdl_error *err)
{
	uint8_t digest[SHA384_SIZE];

	sha384_small(r->content, r->content_size, digest);
	if (memcmp(digest, r->digest, SHA384_SIZE) != 0)
		verdict_fail(x, TDL_ANCHOR_CHECK_LOGS, name,
			     "a record's digest is not that of its content");
	if (r->anchor != x->q->kind || r->anchor_index != x->q->index)
		verdict_fail(x, TDL_ANCHOR_CHECK_LOGS, name, "it names another register");
	return values_extend(values, r, digest, err);
}

/* A log written while it was anchored has the value before it in its head. */
static void judge_head(struct verifying *x, const char *name, const struct journal *j,
		       const struct tdl_log_record *r)
{
	const struct bank_value *v = values_find(&j->before, bank_named("sha384", 6));

	if (r->event != TDL_LOG_EVENT_INIT || !(r->present >> 15 & 1))
		return;
	if (!v || memcmp(v->digest, r->init.anchor_value, SHA384_SIZE) != 0)
		verdict_fail(x, TDL_ANCHOR_CHECK_LOGS, name,
			     "its head and its journal differ in what the register held before it");
}

struct replayed {
	uint64_t records; /* in the log */
	bool finalized;
};

static int replay_log(struct verifying *x, const struct tdl_anchored_log *l,
		      const struct journal *j, struct replayed *ret, struct tdl_error *err)
{
	struct tdl_log_record r = { .event = TDL_LOG_EVENT_INIT };
	struct tdl_error why = { 0 };
	int rc, next;

	tdl_log_rewind(l->log);
	x->has_one_more = false;
	while ((next = tdl_log_next(l->log, &r, &why)) == 1) {
		struct bank_values more = x->running;
		bool confirmed = ret->records < j->records;

		judge_head(x, l->name, j, &r);
		rc = take_record(x, l->name, &r, confirmed ? &x->running : &more, err);
		if (rc < 0)
			return rc;
		if (!confirmed && !x->has_one_more) {
			x->one_more = more;
			x->has_one_more = true;
		}
		ret->records++;
	}
	ret->finalized = next == 0 && ret->records > 0 && r.event == TDL_LOG_EVENT_FINALIZE;
	x->v->records += ret->records;
	if (next < 0)
		verdict_fail(x, TDL_ANCHOR_CHECK_LOGS, l->name, why.text);
	return 0;
}

static void judge_extent(struct verifying *x, const struct tdl_anchored_log *l,
			 const struct journal *j, const struct replayed *done)
{
	bool failed = x->v->checks[TDL_ANCHOR_CHECK_LOGS].status == TDL_LOG_FAILED;

	if (done->records < j->records || (j->complete && done->records > j->records))
		verdict_fail(x, TDL_ANCHOR_CHECK_LOGS, l->name,
			     "it has other records than its journal says were anchored");
	else if (!failed && (!j->complete || !done->finalized))
		verdict_say(x, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_NOT_DONE,
			    "%s: anchored up to record %llu of %llu, and not finalized in the TPM",
			    l->name, (unsigned long long)j->records,
			    (unsigned long long)done->records);
}

static int take_log(struct verifying *x, size_t i, struct tdl_error *err)
{
	const struct tdl_anchored_log *l = &x->e->logs[i];
	struct replayed done = { 0 };
	struct journal j = { 0 };
	struct bank_values before = { 0 };
	struct tdl_error why = { 0 };
	int rc;

	if (journal_read(l->journal, l->journal_size, &j, &why) < 0) {
		verdict_fail(x, TDL_ANCHOR_CHECK_LOGS, l->name, why.text);
		x->replayed = false;
		return 0;
	}
	if (j.kind != x->q->kind || j.index != x->q->index || !pick_banks(x, &j, &before)) {
		verdict_fail(x, TDL_ANCHOR_CHECK_LOGS, l->name,
			     "its journal is of another register, or of other banks");
		x->replayed = false;
		return 0;
	}
	if (i == 0)
		judge_start(x, l->name, &before);
	else
		judge_link(x, l->name, &before);
	judge_clock(x, l->name, &j);
	x->running = before;
	rc = replay_log(x, l, &j, &done, err);
	if (rc < 0)
		return rc;
	judge_extent(x, l, &j, &done);
	return 0;
}

/* What nothing was found against. */
static void say_passed(struct verifying *x)
{
	if (x->e->count == 0)
		verdict_say(x, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_NOT_DONE, "no logs given");
	else if (is_open(x, TDL_ANCHOR_CHECK_LOGS))
		verdict_say(x, TDL_ANCHOR_CHECK_LOGS, TDL_LOG_PASSED,
			    "%llu records of %zu logs have the digests they claim, and all of them "
			    "were anchored",
			    (unsigned long long)x->v->records, x->e->count);
	if (is_open(x, TDL_ANCHOR_CHECK_CHAIN))
		verdict_say(x, TDL_ANCHOR_CHECK_CHAIN,
			    x->replayed && x->e->count > 0 ? TDL_LOG_PASSED : TDL_LOG_NOT_DONE,
			    "%s",
			    x->replayed && x->e->count > 0 ? "there is one log"
							   : "not all logs could be replayed");
	if (is_open(x, TDL_ANCHOR_CHECK_CLOCK))
		verdict_say(x, TDL_ANCHOR_CHECK_CLOCK, TDL_LOG_PASSED,
			    "reset count %llu; the clock went forward from the first log to the "
			    "quote",
			    (unsigned long long)x->attest.clock.resets);
	if (is_open(x, TDL_ANCHOR_CHECK_START))
		verdict_say(x, TDL_ANCHOR_CHECK_START, TDL_LOG_NOT_DONE,
			    "the journal of the first log cannot be used");
}

int verdict_logs(struct verifying *x, struct tdl_error *err)
{
	x->replayed = true;
	for (size_t i = 0; i < x->e->count; i++) {
		int rc = take_log(x, i, err);

		if (rc < 0)
			return rc;
	}
	say_passed(x);
	return 0;
}
