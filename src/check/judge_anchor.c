/* SPDX-License-Identifier: BSD-2-Clause */
/* Anchors: a TPM's quote, and every launch log with the journal beside it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/anchor.h>

#include "anchor/journal.h"
#include "base/scope.h"
#include "check/outcome.h"

static const struct {
	const char *failed, *not_done;
} advices[TDL_ANCHOR_CHECKS] = {
	[TDL_ANCHOR_CHECK_QUOTE] = { "take the TPM's quote again with tdlaunch anchor quote", "" },
	[TDL_ANCHOR_CHECK_SIGNATURE] = { "do not trust the anchor: its quote was changed", "" },
	[TDL_ANCHOR_CHECK_KEY] = { "do not trust the anchor: another key signed it",
				   "give the TPM's key with --tpm-key, from elsewhere than the quote" },
	[TDL_ANCHOR_CHECK_NONCE] = { "take the TPM's quote again, with the nonce that you chose",
				     "give the nonce that the quote was made for with --tpm-nonce" },
	[TDL_ANCHOR_CHECK_REGISTER] = { "",
					"anchor logs in a PCR below 16, or say that this one will "
					"do with --tpm-resettable" },
	[TDL_ANCHOR_CHECK_START] = { "give the log that was anchored before it",
				     "give the logs that were anchored before, or the register's value "
				     "then with --tpm-start" },
	[TDL_ANCHOR_CHECK_LOGS] = { "do not trust the log: it is not the one that was anchored",
				    "anchor the rest of the log with tdlaunch anchor extend" },
	[TDL_ANCHOR_CHECK_CHAIN] = { "give all logs that were anchored in the register", "" },
	[TDL_ANCHOR_CHECK_VALUE] = { "do not trust the log: it is not the one that was anchored, or "
				     "others are missing",
				     "" },
	[TDL_ANCHOR_CHECK_CLOCK] = { "the TPM was reset since: launch and anchor again", "" },
	[TDL_ANCHOR_CHECK_TPM] = { "", "say who may vouch for the TPM with --tpm-roots, or what is "
				       "enough with --tpm" },
};

static bool is_log_of(const struct item *journal, const struct item *log)
{
	size_t n = strlen(log->name);

	return log->kind && log->kind->judge == judge_log &&
	       strncmp(journal->name, log->name, n) == 0 &&
	       strcmp(journal->name + n, TDL_ANCHOR_JOURNAL) == 0;
}

static const struct item *find(const struct tdl_case *c, const struct item *one, bool log)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct item *other = &c->items[i];

		if (other->kind &&
		    (log ? is_log_of(one, other)
			 : other->kind->judge == judge_journal && is_log_of(other, one)))
			return other;
	}
	return NULL;
}

/* A log with a journal is judged with the quote; one of the three alone shows nothing. */
int judge_journal(struct job *j, const struct item *item, struct tdl_error *err)
{
	struct tdl_claim like = { .kind = TDL_CLAIM_ANCHOR,
				  .name = "anchor",
				  .subject = item->name,
				  .state = TDL_STATE_NOT_DONE,
				  .advice = "add what tdlaunch anchor quote wrote" };

	if (!(j->seen & TDL_REQUIRE_ANCHOR))
		return claim(j, &like, err,
			     "the journal of an anchor, and no quote of the TPM: not used");
	like.advice = "add the launch log, under its journal's name without " TDL_ANCHOR_JOURNAL;
	return find(j->c, item, true) ? 0
				      : claim(j, &like, err, "the log of this journal is missing");
}

struct anchored {
	struct tdl_anchored_log log;
	uint64_t time; /* of the TPM, when the journal was begun */
};

static int by_time(const void *a, const void *b)
{
	const struct anchored *x = a, *y = b;

	return x->time < y->time ? -1 : x->time > y->time;
}

/* The logs that have a journal, in the order of their journals' clocks; that this is the right
 * order is for the verification to find out. */
static int gather(struct job *j, struct anchored *list, size_t *ret_count, struct tdl_error *err)
{
	const struct tdl_claim like = {
		.kind = TDL_CLAIM_ANCHOR,
		.name = "anchor",
		.state = TDL_STATE_NOT_DONE,
		.advice = "add the journal that tdlaunch launch --anchor wrote "
			  "beside it"
	};
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < j->c->count; i++) {
		const struct item *item = &j->c->items[i];
		struct tdl_claim without = like;
		struct journal journal = { 0 };
		const struct item *beside;

		if (!item->kind || item->kind->judge != judge_log)
			continue;
		beside = find(j->c, item, false);
		without.subject = item->name;
		if (!beside) {
			rc = claim(j, &without, err, "no journal says that this log was anchored");
			continue;
		}
		journal_read(beside->bytes, beside->size, &journal, NULL);
		list[n] = (struct anchored){ .log = { .name = item->name,
						      .journal = beside->bytes,
						      .journal_size = beside->size },
					     .time = journal.clock.time };
		rc = tdl_log_open_bytes(item->bytes, item->size, &list[n++].log.log, err);
	}
	*ret_count = n;
	qsort(list, n, sizeof(*list), by_time);
	return rc;
}

/* The case fills in what the rules leave open. */
static struct tdl_anchor_rules anchor_rules(const struct job *j)
{
	const struct tdl_anchor_rules *own = &j->c->anchor;
	struct tdl_anchor_rules rules = j->rules->opt.anchor;

	if (!rules.nonce) {
		rules.nonce = own->nonce;
		rules.nonce_size = own->nonce_size;
	}
	if (!rules.key_pem) {
		rules.key_pem = own->key_pem;
		rules.key_size = own->key_size;
	}
	if (!rules.start)
		rules.start = own->start;
	return rules;
}

static int claim_anchor(struct job *j, const struct item *item, const struct tdl_anchor_verdict *v,
			size_t logs, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_ANCHOR,
					.name = "anchor",
					.subject = item->name,
					.source = anchor_rules(j).key_pem ? "the TPM's key" : "" };
	char name[REGISTER_TEXT], passed[200];
	struct outcome o = { 0 };

	for (size_t i = 0; i < TDL_ANCHOR_CHECK_FIRMWARE; i++) {
		enum tdl_state state = log_state(v->checks[i].status);

		outcome_add(&o, v->checks[i].name, state, v->checks[i].text, "",
			    state == TDL_STATE_FAILED ? advices[i].failed : advices[i].not_done);
	}
	snprintf(passed, sizeof(passed),
		 "%llu records of %zu logs are what %s holds, by the quote of a "
		 "TPM (%s)",
		 (unsigned long long)v->records, logs,
		 register_text(v->register_kind, v->index, name), tdl_tpm_kind_name(v->kind));
	return outcome_claim(&o, j, &like, passed, err);
}

static int verify(struct job *j, const struct item *item, struct anchored *list, size_t count,
		  struct tdl_error *err)
{
	AUTO_FREE struct tdl_anchored_log *logs = calloc(count + 1, sizeof(*logs));
	struct tdl_anchor_evidence evidence = { .quote = item->bytes,
						.quote_size = item->size,
						.logs = logs,
						.count = count,
						.rules = anchor_rules(j) };
	struct tdl_anchor_verdict verdict = { 0 };
	int rc;

	if (!logs)
		return tdl_fail(err, -ENOMEM, "no memory for logs");
	for (size_t i = 0; i < count; i++)
		logs[i] = list[i].log;
	rc = tdl_anchor_verify(&evidence, &verdict, err);
	return rc < 0 ? tdl_while(err, rc, "%s", item->name)
		      : claim_anchor(j, item, &verdict, count, err);
}

int judge_anchor(struct job *j, const struct item *item, struct tdl_error *err)
{
	AUTO_FREE struct anchored *list = calloc(j->c->count + 1, sizeof(*list));
	size_t count = 0;
	int rc;

	if (!list)
		return tdl_fail(err, -ENOMEM, "no memory for logs");
	rc = gather(j, list, &count, err);
	if (rc == 0)
		rc = verify(j, item, list, count, err);
	for (size_t i = 0; i < count; i++)
		tdl_log_free(list[i].log.log);
	return rc;
}
