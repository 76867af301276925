/* SPDX-License-Identifier: BSD-2-Clause */
/* An anchor at work: a register, a journal, and the next record. */
#include <tdlaunch/anchor.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anchor/journal.h"
#include "anchor/session.h"
#include "base/file.h"
#include "base/scope.h"

struct tdl_anchor {
	struct tdl_tpm how;
	struct tpm tpm;
	struct reg reg;
	struct journal journal;
	int fd; /* of the journal */
	const volatile int *cancel;
	bool resuming;
	struct bank_values replayed; /* the register by the records so far */
	uint64_t next;		     /* number of the record that comes next */
};

static int note(struct tdl_anchor *a, struct tdl_error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int note(struct tdl_anchor *a, struct tdl_error *err, const char *fmt, ...)
{
	char line[1100];
	va_list ap;
	int n, rc;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	rc = write_all(a->fd, line, (size_t)n);
	return rc < 0 ? tdl_fail(err, rc, "cannot write the journal: %s", strerror(-rc)) : 0;
}

/* The TPM's words in an error must not break the journal's lines. */
static void note_failure(struct tdl_anchor *a, const struct tdl_error *why)
{
	char text[sizeof(why->text)];

	snprintf(text, sizeof(text), "%s", why->text);
	for (char *c = text; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	note(a, NULL, "failed %s\n", text);
}

static int begin_journal(struct tdl_anchor *a, const char *path, struct tdl_error *err)
{
	AUTO_FREE char *head = NULL;
	size_t size = 0;
	int rc;

	a->journal = (struct journal){
		.kind = a->reg.kind,
		.index = a->reg.index,
		.before = a->reg.values,
	};
	rc = tpm_read_clock(&a->tpm, &a->journal.clock, err);
	if (rc < 0)
		return rc;
	head = journal_head(&a->journal, a->tpm.words, &size);
	if (!head)
		return tdl_fail(err, -ENOMEM, "no memory for a journal");
	rc = file_write(path, head, size, err);
	if (rc < 0)
		return rc;
	a->replayed = a->journal.before;
	a->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	return a->fd < 0 ? tdl_fail(err, -errno, "cannot write %s: %s", path, strerror(errno)) : 0;
}

/* A last line that was never ended is one whose extend may or may not have happened. */
static int cut_open_line(struct tdl_anchor *a, const uint8_t *bytes, size_t size,
			 struct tdl_error *err)
{
	while (size > 0 && bytes[size - 1] != '\n')
		size--;
	if (ftruncate(a->fd, (off_t)size) < 0)
		return tdl_fail(err, -errno, "cannot cut the journal: %s", strerror(errno));
	return 0;
}

static int take_up(struct tdl_anchor *a, const char *path, const uint8_t *bytes, size_t size,
		   struct tdl_error *err)
{
	struct tpm_clock now = { 0 };
	int rc = journal_read(bytes, size, &a->journal, err);

	if (rc == 0)
		rc = tpm_read_clock(&a->tpm, &now, err);
	if (rc < 0)
		return tdl_while(err, rc, "journal %s", path);
	if (a->journal.kind != a->reg.kind || a->journal.index != a->reg.index)
		return tdl_fail(err, -EINVAL, "journal %s is of another register", path);
	if (a->journal.complete)
		return tdl_fail(err, -EALREADY, "journal %s is complete: the log is anchored",
				path);
	if (a->reg.kind == TDL_LOG_REGISTER_PCR && now.resets != a->journal.clock.resets)
		return tdl_fail(err, -ESTALE,
				"the TPM was reset since %s was begun (reset count %llu, now %llu) "
				"and the PCR with it: start again",
				path, (unsigned long long)a->journal.clock.resets,
				(unsigned long long)now.resets);
	a->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (a->fd < 0)
		return tdl_fail(err, -errno, "cannot write %s: %s", path, strerror(errno));
	a->resuming = true;
	a->replayed = a->journal.before;
	return cut_open_line(a, bytes, size, err);
}

static int open_journal(struct tdl_anchor *a, const struct tdl_anchor_options *opt,
			struct tdl_error *err)
{
	AUTO_FREE uint8_t *bytes = NULL;
	size_t size = 0;
	int rc;

	if (opt->again || access(opt->journal, F_OK) < 0)
		return begin_journal(a, opt->journal, err);
	rc = file_read(opt->journal, LINES_MAX, &bytes, &size, err);
	return rc < 0 ? rc : take_up(a, opt->journal, bytes, size, err);
}

int tdl_anchor_open(const struct tdl_anchor_options *opt, struct tdl_anchor **ret_anchor,
		    struct tdl_error *err)
{
	struct tdl_anchor *a = calloc(1, sizeof(*a));
	int rc;

	if (!a)
		return tdl_fail(err, -ENOMEM, "no memory for an anchor");
	a->fd = -1;
	a->how = opt->tpm;
	a->cancel = opt->cancel;
	rc = tpm_reach(&a->how, &a->tpm, err);
	if (rc == 0)
		rc = reg_open(&a->tpm, opt->kind, opt->index, opt->define, &a->reg, err);
	if (rc == 0)
		rc = session_start(&a->tpm, &a->tpm.extends, err);
	if (rc == 0)
		rc = open_journal(a, opt, err);
	if (rc < 0) {
		tdl_anchor_close(a, NULL);
		return rc;
	}
	*ret_anchor = a;
	return 0;
}

bool tdl_anchor_value(const struct tdl_anchor *anchor, uint8_t *ret_digest)
{
	const struct bank_value *v = values_find(&anchor->journal.before, bank_named("sha384", 6));

	if (v)
		memcpy(ret_digest, v->digest, 48);
	return v;
}

uint64_t tdl_anchor_progress(const struct tdl_anchor *anchor)
{
	return anchor->journal.records;
}

static bool is_at(const struct bank_values *a, const struct bank_values *b)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct bank_value *v = values_find(b, a->of[i].bank);

		if (!v || !values_equal(&a->of[i], v))
			return false;
	}
	return a->count == b->count;
}

/* Records that the journal has are done. Of the one behind them the register tells: the TPM may
 * have done it without living to say so. 1 when this record is done. */
static int pass_over(struct tdl_anchor *a, const struct tdl_log_record *record,
		     struct tdl_error *err)
{
	bool known = record->number < a->journal.records;
	int rc;

	if (!known && is_at(&a->replayed, &a->reg.values)) {
		a->resuming = false;
		return 0;
	}
	rc = values_extend(&a->replayed, record, NULL, err);
	if (rc < 0)
		return rc;
	if (known)
		return 1;
	if (!is_at(&a->replayed, &a->reg.values))
		return tdl_fail(err, -ESTALE,
				"the register is not where the journal left it after %llu records: "
				"somebody else extended it",
				(unsigned long long)a->journal.records);
	a->resuming = false;
	rc = note(a, err, "extended %llu\n", (unsigned long long)record->number + 1);
	a->journal.records++;
	return rc < 0 ? rc : 1;
}

/* Between the value before and the last record nobody else may have extended the register: better
 * said now than when a quote of it is refused. */
static int check_alone(struct tdl_anchor *a, struct tdl_error *err)
{
	int rc = reg_read(&a->tpm, &a->reg, err);

	if (rc < 0)
		return rc;
	return is_at(&a->replayed, &a->reg.values)
		       ? 0
		       : tdl_fail(
				 err, -ESTALE,
				 "the register is not where the records lead: somebody "
				 "else extended it meanwhile, and the log cannot be verified with it; "
				 "anchor it again (--again) when nobody does");
}

static int finish(struct tdl_anchor *a, const struct tdl_log_record *record, struct tdl_error *err)
{
	int rc;

	a->next++;
	if (record->event != TDL_LOG_EVENT_FINALIZE)
		return 0;
	rc = check_alone(a, err);
	if (rc < 0) {
		note_failure(a, err);
		return rc;
	}
	a->journal.complete = true;
	return note(a, err, "complete\n");
}

int tdl_anchor_record(void *anchor, const struct tdl_log_record *record, struct tdl_error *err)
{
	struct tdl_anchor *a = anchor;
	struct tdl_error none = { 0 };
	int rc = 0;

	if (!err)
		err = &none;
	if (record->number != a->next)
		return tdl_fail(err, -EINVAL, "record %llu where record %llu is next",
				(unsigned long long)record->number, (unsigned long long)a->next);
	if (record->anchor != a->reg.kind || record->anchor_index != a->reg.index) {
		char theirs[REGISTER_TEXT], ours[REGISTER_TEXT];

		return tdl_fail(err, -EINVAL, "the log names register %s, not %s",
				register_text(record->anchor, record->anchor_index, theirs),
				register_text(a->reg.kind, a->reg.index, ours));
	}
	if (a->resuming)
		rc = pass_over(a, record, err);
	if (rc < 0)
		return rc;
	if (rc == 1)
		return finish(a, record, err);
	rc = reg_extend(&a->tpm, &a->reg, record, err);
	if (rc < 0) {
		rc = tdl_while(err, rc, "record %llu", (unsigned long long)record->number);
		note_failure(a, err);
		return rc;
	}
	a->journal.records++;
	rc = note(a, err, "extended %llu\n", (unsigned long long)a->journal.records);
	if (rc == 0)
		rc = values_extend(&a->replayed, record, NULL, err);
	return rc < 0 ? rc : finish(a, record, err);
}

/* Between two records, so that the journal is exact and the TPM keeps no session. */
static int is_stopped(struct tdl_anchor *a, struct tdl_error *err)
{
	if (!a->cancel || !*a->cancel)
		return 0;
	tdl_fail(err, -ECANCELED, "stopped on request");
	note_failure(a, err);
	return -ECANCELED;
}

int tdl_anchor_log(struct tdl_anchor *anchor, struct tdl_log *log, struct tdl_error *err)
{
	struct tdl_log_record r = { .event = TDL_LOG_EVENT_INIT };
	struct tdl_error none = { 0 };
	int rc;

	if (!err)
		err = &none;
	tdl_log_rewind(log);
	while ((rc = tdl_log_next(log, &r, err)) == 1) {
		rc = is_stopped(anchor, err);
		if (rc == 0)
			rc = tdl_anchor_record(anchor, &r, err);
		if (rc < 0)
			break;
	}
	if (rc == 0 && !anchor->journal.complete)
		rc = tdl_fail(err, -ENODATA,
			      "the log ends early, after %llu records that are anchored: not "
			      "finalized",
			      (unsigned long long)anchor->journal.records);
	return rc;
}

int tdl_anchor_close(struct tdl_anchor *anchor, struct tdl_error *err)
{
	int rc = 0;

	if (!anchor)
		return 0;
	tpm_close(&anchor->tpm);
	if (anchor->fd >= 0 && close(anchor->fd) < 0)
		rc = tdl_fail(err, -errno, "cannot close the journal: %s", strerror(errno));
	free(anchor);
	return rc;
}
