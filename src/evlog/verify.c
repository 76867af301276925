/* SPDX-License-Identifier: BSD-2-Clause */
/* A verdict from a layout and a replay: one function a check, each says passed, failed or not done,
 * and in words what it saw. */
#include <tdlaunch/log.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/image.h>
#include <tdlaunch/plan.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "evlog/verify.h"

struct judging {
	const struct tdl_log_evidence *evidence;
	const struct layout *layout;
	const struct replay *replay;
	struct tdl_log_record head[2]; /* records 0 and 1 */
	struct tdl_log_verdict *verdict;
};

static void say(struct judging *j, enum tdl_log_check_id id, enum tdl_log_status status,
		uint64_t record, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void say(struct judging *j, enum tdl_log_check_id id, enum tdl_log_status status,
		uint64_t record, const char *fmt, ...)
{
	struct tdl_log_check *c = &j->verdict->checks[id];
	va_list ap;

	c->status = status;
	c->record = record;
	va_start(ap, fmt);
	vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
}

/* "page 3 of section 0 (BFV) at 0xffc87000" */
static const char *place(const struct layout_region *r, uint64_t page, char buf[400])
{
	const struct tdl_log_region_event *e = &r->event;
	unsigned long long first = e->first_page;

	if (page == UINT64_MAX)
		snprintf(buf, 400, "pages %llu to %llu of section %llu (%.*s) at 0x%llx", first,
			 first + (unsigned long long)e->pages - 1, (unsigned long long)e->section,
			 (int)e->name.length, e->name.text, (unsigned long long)e->gpa);
	else
		snprintf(buf, 400, "page %llu of section %llu (%.*s) at 0x%llx",
			 first + (unsigned long long)page, (unsigned long long)e->section,
			 (int)e->name.length, e->name.text,
			 (unsigned long long)(e->gpa + page * 4096));
	return buf;
}

/* The first finding of a kind over all regions, said; false when there is none. */
static bool say_finding(struct judging *j, enum tdl_log_check_id id, int kind, const char *fmt)
{
	char where[400];
	char text[600];

	for (size_t i = 0; i < j->layout->count; i++) {
		const struct replay_finding *f = &j->replay->regions[i].findings[kind];

		if (!f->what)
			continue;
		snprintf(text, sizeof(text), "record %llu: the %s %s: %s",
			 (unsigned long long)f->record, f->what, fmt,
			 place(&j->layout->regions[i], f->page, where));
		say(j, id, TDL_LOG_FAILED, f->record, "%s", text);
		return true;
	}
	return false;
}

static void judge_records(struct judging *j)
{
	const struct layout *l = j->layout;

	if (l->read_rc == -ENODATA)
		say(j, TDL_LOG_CHECK_RECORDS, TDL_LOG_NOT_DONE, l->records,
		    "the log ends early: %s", l->read_err.text);
	else if (l->read_rc < 0)
		say(j, TDL_LOG_CHECK_RECORDS, TDL_LOG_FAILED, l->records, "%s", l->read_err.text);
	else if (l->misplaced)
		say(j, TDL_LOG_CHECK_RECORDS, TDL_LOG_NOT_DONE, TDL_LOG_NO_RECORD,
		    "not read beyond record %llu, which is out of place",
		    (unsigned long long)l->records - 1);
	else
		say(j, TDL_LOG_CHECK_RECORDS, TDL_LOG_PASSED, TDL_LOG_NO_RECORD,
		    "%llu records are well-formed", (unsigned long long)l->records);
}

static void judge_order(struct judging *j)
{
	const struct layout *l = j->layout;

	if (l->misplaced)
		say(j, TDL_LOG_CHECK_ORDER, TDL_LOG_FAILED, l->misplaced_record, "record %llu: %s",
		    (unsigned long long)l->misplaced_record, l->misplaced);
	else if (!l->finalized)
		say(j, TDL_LOG_CHECK_ORDER, TDL_LOG_NOT_DONE, l->records,
		    "the log ends early: not finalized");
	else
		say(j, TDL_LOG_CHECK_ORDER, TDL_LOG_PASSED, TDL_LOG_NO_RECORD,
		    "%zu regions with %llu pages, then finalize", l->count,
		    (unsigned long long)l->pages);
}

static bool right_digest(const struct tdl_log_record *r)
{
	uint8_t digest[SHA384_SIZE];

	sha384_small(r->content, r->content_size, digest);
	return memcmp(digest, r->digest, SHA384_SIZE) == 0;
}

/* Records 0 and 1 and the last one belong to no region. */
static void judge_digests(struct judging *j, const struct tdl_log_record *last)
{
	const struct layout *l = j->layout;

	for (uint64_t i = 0; i < 2 && i < l->records; i++) {
		if (!right_digest(&j->head[i])) {
			say(j, TDL_LOG_CHECK_DIGESTS, TDL_LOG_FAILED, i,
			    "record %llu (%s): its digest is not that of its content",
			    (unsigned long long)i, tdl_log_event_name(j->head[i].event));
			return;
		}
	}
	if (say_finding(j, TDL_LOG_CHECK_DIGESTS, REPLAY_DIGEST, "is not that of its content"))
		return;
	if (l->finalized && last->event == TDL_LOG_EVENT_FINALIZE && !right_digest(last))
		say(j, TDL_LOG_CHECK_DIGESTS, TDL_LOG_FAILED, last->number,
		    "record %llu (finalize): its digest is not that of its content",
		    (unsigned long long)last->number);
	else
		say(j, TDL_LOG_CHECK_DIGESTS, TDL_LOG_PASSED, TDL_LOG_NO_RECORD,
		    "the digest of every record is that of its content");
}

static const struct layout_region *first_from_file(const struct layout *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->regions[i].event.origin == TDL_LOG_ORIGIN_FILE)
			return &l->regions[i];
	return NULL;
}

static void judge_sources(struct judging *j)
{
	const struct layout_region *first = first_from_file(j->layout);
	const uint8_t *digest = j->replay->file_digest;
	char hex[2 * SHA384_SIZE + 1];

	if (!first) {
		say(j, TDL_LOG_CHECK_SOURCES, TDL_LOG_PASSED, TDL_LOG_NO_RECORD,
		    "the log names no file");
		return;
	}
	if (!j->evidence->image) {
		say(j, TDL_LOG_CHECK_SOURCES, TDL_LOG_NOT_DONE, TDL_LOG_NO_RECORD,
		    "no firmware given; the log names %.*s with SHA-384 %s",
		    (int)first->event.source.name.length, first->event.source.name.text,
		    hex_encode(first->event.source.digest, SHA384_SIZE, hex));
		return;
	}
	for (size_t i = 0; i < j->layout->count; i++) {
		const struct layout_region *r = &j->layout->regions[i];

		if (r->event.origin != TDL_LOG_ORIGIN_FILE ||
		    memcmp(r->event.source.digest, digest, SHA384_SIZE) == 0)
			continue;
		say(j, TDL_LOG_CHECK_SOURCES, TDL_LOG_FAILED, r->record,
		    "record %llu: the firmware given is not the file that the log names, SHA-384 "
		    "%s",
		    (unsigned long long)r->record,
		    hex_encode(r->event.source.digest, SHA384_SIZE, hex));
		return;
	}
	say(j, TDL_LOG_CHECK_SOURCES, TDL_LOG_PASSED, TDL_LOG_NO_RECORD,
	    "the firmware given is the file that the log names, SHA-384 %s",
	    hex_encode(digest, SHA384_SIZE, hex));
}

static void judge_pages(struct judging *j)
{
	const char *from = j->evidence->image ? "the firmware given" : "the bytes in the log";
	uint64_t unknown = 0;

	if (say_finding(j, TDL_LOG_CHECK_PAGES, REPLAY_PAGE, "is wrong"))
		return;
	for (size_t i = 0; i < j->layout->count; i++)
		unknown += j->replay->regions[i].unknown;
	if (unknown)
		say(j, TDL_LOG_CHECK_PAGES, TDL_LOG_NOT_DONE, TDL_LOG_NO_RECORD,
		    "the bytes of %llu pages are not known: %s", (unsigned long long)unknown,
		    j->evidence->image ? "the firmware given does not have them"
				       : "no firmware given, and nothing embedded");
	else
		say(j, TDL_LOG_CHECK_PAGES, TDL_LOG_PASSED, TDL_LOG_NO_RECORD,
		    "page digests are those of %s", from);
}

static bool stream_known(const struct judging *j)
{
	for (size_t i = 0; i < j->layout->count; i++)
		if (j->replay->regions[i].stream_unknown)
			return false;
	return true;
}

static void judge_states(struct judging *j)
{
	struct sha384_stream start;

	sha384_stream_start(&start);
	if (j->layout->count > 0 && !replay_matches(j->replay, 0, &start))
		say(j, TDL_LOG_CHECK_STATES, TDL_LOG_FAILED, j->layout->regions[0].record,
		    "record %llu: the hash does not start as SHA-384 does",
		    (unsigned long long)j->layout->regions[0].record);
	else if (say_finding(j, TDL_LOG_CHECK_STATES, REPLAY_STATE,
			     "is not what the log has next"))
		return;
	else if (!stream_known(j))
		say(j, TDL_LOG_CHECK_STATES, TDL_LOG_NOT_DONE, TDL_LOG_NO_RECORD,
		    "bytes of measured pages are not known");
	else
		say(j, TDL_LOG_CHECK_STATES, TDL_LOG_PASSED, TDL_LOG_NO_RECORD,
		    "the hash of each of %zu regions leads to the next", j->layout->count);
}

/* Where the states chain, the last region has it; else only a second, sequential replay tells. */
static bool rebuild_mrtd(struct judging *j)
{
	size_t count = j->layout->count;

	if (!stream_known(j))
		return false;
	if (count == 0 || j->verdict->checks[TDL_LOG_CHECK_STATES].status != TDL_LOG_PASSED)
		return replay_mrtd(j->replay, j->verdict->mrtd);
	sha384_stream_digest(&j->replay->regions[count - 1].after, j->verdict->mrtd);
	return true;
}

static void judge_mrtd(struct judging *j)
{
	struct tdl_log_verdict *v = j->verdict;
	char logged[2 * SHA384_SIZE + 1], rebuilt[2 * SHA384_SIZE + 1];

	v->rebuilt = j->layout->finalized && rebuild_mrtd(j);
	if (!j->layout->finalized)
		say(j, TDL_LOG_CHECK_MRTD, TDL_LOG_NOT_DONE, TDL_LOG_NO_RECORD,
		    "the log has no MRTD: not finalized");
	else if (!v->rebuilt)
		say(j, TDL_LOG_CHECK_MRTD, TDL_LOG_NOT_DONE, TDL_LOG_NO_RECORD,
		    "bytes of measured pages are not known; the log claims %s",
		    hex_encode(v->logged, SHA384_SIZE, logged));
	else if (memcmp(v->mrtd, v->logged, SHA384_SIZE) != 0)
		say(j, TDL_LOG_CHECK_MRTD, TDL_LOG_FAILED, j->layout->records - 1,
		    "the operations give %s, the log claims %s",
		    hex_encode(v->mrtd, SHA384_SIZE, rebuilt),
		    hex_encode(v->logged, SHA384_SIZE, logged));
	else
		say(j, TDL_LOG_CHECK_MRTD, TDL_LOG_PASSED, TDL_LOG_NO_RECORD,
		    "the operations give %s, as the log says",
		    hex_encode(v->mrtd, SHA384_SIZE, rebuilt));
}

static void judge_expected(struct judging *j)
{
	const struct tdl_log_evidence *e = j->evidence;
	const char *from = e->mrtd_from ? e->mrtd_from : "the caller";
	char logged[2 * SHA384_SIZE + 1], expected[2 * SHA384_SIZE + 1];

	if (!e->mrtd)
		say(j, TDL_LOG_CHECK_EXPECTED, TDL_LOG_NOT_DONE, TDL_LOG_NO_RECORD,
		    "no expected MRTD given: this log was compared with %s",
		    e->image ? "the firmware only" : "itself only");
	else if (!j->layout->finalized)
		say(j, TDL_LOG_CHECK_EXPECTED, TDL_LOG_NOT_DONE, TDL_LOG_NO_RECORD,
		    "the log has no MRTD: not finalized");
	else if (memcmp(e->mrtd, j->verdict->logged, SHA384_SIZE) != 0)
		say(j, TDL_LOG_CHECK_EXPECTED, TDL_LOG_FAILED, j->layout->records - 1,
		    "%s expects %s, the log has %s", from,
		    hex_encode(e->mrtd, SHA384_SIZE, expected),
		    hex_encode(j->verdict->logged, SHA384_SIZE, logged));
	else
		say(j, TDL_LOG_CHECK_EXPECTED, TDL_LOG_PASSED, TDL_LOG_NO_RECORD,
		    "the log has the MRTD that %s expects", from);
}

/* Yes needs every check but one of two that come from elsewhere: the firmware, or an expected MRTD.
 * With neither, a log that holds its pages was compared with itself alone, which is never a yes. */
static enum tdl_log_answer answer(const struct tdl_log_verdict *v)
{
	static const bool from_elsewhere[TDL_LOG_CHECKS] = {
		[TDL_LOG_CHECK_SOURCES] = true,
		[TDL_LOG_CHECK_EXPECTED] = true,
	};
	bool missing = false;
	bool compared = false;

	for (size_t i = 0; i < TDL_LOG_CHECKS; i++) {
		if (v->checks[i].status == TDL_LOG_FAILED)
			return TDL_LOG_NO;
		if (from_elsewhere[i])
			compared |= v->checks[i].status == TDL_LOG_PASSED;
		else
			missing |= v->checks[i].status == TDL_LOG_NOT_DONE;
	}
	return missing || !compared ? TDL_LOG_CANNOT_TELL : TDL_LOG_YES;
}

static int judge(struct judging *j, struct tdl_log *log, struct tdl_error *err)
{
	static const char *const names[TDL_LOG_CHECKS] = { "records", "order",	"digests", "sources",
							   "pages",   "states", "mrtd",	   "expected" };
	struct tdl_log_record last = { 0 };

	for (size_t i = 0; i < TDL_LOG_CHECKS; i++)
		j->verdict->checks[i].name = names[i];
	if (j->replay->file_rc < 0) {
		*err = j->replay->file_err;
		return j->replay->file_rc;
	}
	tdl_log_rewind(log);
	for (size_t i = 0; i < 2; i++)
		tdl_log_next(log, &j->head[i], NULL);
	if (j->layout->finalized) {
		log->at = j->layout->finalize_offset;
		log->number = j->layout->finalize_record;
		tdl_log_next(log, &last, NULL);
	}
	tdl_log_rewind(log);
	j->verdict->records = j->layout->records;
	j->verdict->pages = j->layout->pages;
	j->verdict->finalized = j->layout->finalized;
	memcpy(j->verdict->logged, j->layout->finalize.mrtd, SHA384_SIZE);
	judge_records(j);
	judge_order(j);
	judge_digests(j, &last);
	judge_sources(j);
	judge_pages(j);
	judge_states(j);
	judge_mrtd(j);
	judge_expected(j);
	j->verdict->answer = answer(j->verdict);
	return 0;
}

/* The plan that the log's head describes, for the bytes of the TD HOB; NULL without. */
static struct tdl_plan *rebuild_plan(const struct layout *l, const struct tdl_image *image)
{
	char flow[TDL_LOG_TEXT_MAX + 1];
	struct tdl_plan *plan = NULL;
	struct tdl_plan_options opt = { .flow = flow, .memory = l->init.memory };

	if (!image || l->count == 0 || l->init.cpus > TDL_PLAN_CPUS_MAX)
		return NULL;
	memcpy(flow, l->init.flow.text, l->init.flow.length);
	flow[l->init.flow.length] = '\0';
	opt.cpus = (unsigned)l->init.cpus;
	return tdl_plan_build(image, &opt, &plan, NULL) < 0 ? NULL : plan;
}

static int replay_and_judge(struct tdl_log *log, const struct tdl_log_evidence *evidence,
			    struct replay_beside *beside, struct layout *l,
			    struct tdl_log_verdict *verdict, struct tdl_error *err)
{
	struct replay rp = { .log = log, .layout = l, .image = evidence->image, .beside = beside };
	struct tdl_plan *plan = rebuild_plan(l, evidence->image);
	struct judging j = { evidence, l, &rp, .verdict = verdict };
	struct tdl_error none;
	int rc;

	rp.plan = plan;
	rp.regions = calloc(l->count + 1, sizeof(*rp.regions));
	if (!rp.regions) {
		rc = tdl_fail(err, -ENOMEM, "no memory to replay a log");
	} else {
		replay_run(&rp, evidence->threads);
		rc = judge(&j, log, err ? err : &none);
	}
	free(rp.regions);
	tdl_plan_free(plan);
	return rc;
}

int log_verify_beside(struct tdl_log *log, const struct tdl_log_evidence *evidence,
		      struct replay_beside *beside, struct tdl_log_verdict *ret_verdict,
		      struct tdl_error *err)
{
	struct tdl_log_verdict verdict = { 0 };
	struct layout l = { 0 };
	int rc = layout_read(log, &l, err);

	if (rc < 0)
		return rc;
	if (l.records == 0) {
		rc = l.read_rc < 0 ? tdl_fail(err, l.read_rc, "not a log: %s", l.read_err.text)
				   : tdl_fail(err, -ENODATA, "not a log: it is empty");
	} else {
		rc = replay_and_judge(log, evidence, beside, &l, &verdict, err);
	}
	layout_free(&l);
	if (rc == 0)
		*ret_verdict = verdict;
	return rc;
}

int tdl_log_verify(struct tdl_log *log, const struct tdl_log_evidence *evidence,
		   struct tdl_log_verdict *ret_verdict, struct tdl_error *err)
{
	return log_verify_beside(log, evidence, NULL, ret_verdict, err);
}
