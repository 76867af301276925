/* SPDX-License-Identifier: BSD-2-Clause */
/* The writer's front: checks that operations come in the order that their region promised, cuts
 * regions into what one record may hold, and queues the work.
 *
 * NEW --init--> READY --region_begin--> ADDING -> (EXTENDING) -> READY ... --finalize--> DONE */
#include <tdlaunch/log.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/range.h"
#include "base/scope.h"
#include "evlog/follow.h"
#include "evlog/queue.h"
#include "evlog/scribe.h"

struct tdl_log_writer {
	bool has_image, has_head, done;
	/* The region that is open: operations still to come, and where the next one goes. */
	struct tdl_log_range range;
	char name[TDL_LOG_TEXT_MAX];
	struct tdl_log_text name_text;
	bool extending;	 /* the pass of extends, or of extends alone */
	bool half;	 /* the page at 'page' is added and not extended yet; its slot is filled */
	uint64_t page;	 /* next page of the region in this pass */
	uint8_t mrtd[SHA384_SIZE];
	struct page_memory last; /* of prepare_job() */
	struct follow follow;
	struct scribe scribe;
	struct queue queue;
};

static int run_job(void *ctx, const struct job *job, struct tdl_error *err)
{
	struct tdl_log_writer *w = ctx;

	switch (job->kind) {
	case JOB_INIT:
		return scribe_init(&w->scribe, &job->room->init.event, job->room->init.present,
				   err);
	case JOB_REGION:
		return scribe_region(&w->scribe, &job->room->region.event, err);
	case JOB_PAGE:
		return scribe_page(&w->scribe, job->page.op, job->page.gpa, job->page.bytes,
				   job->page.digested ? job->page.digest : NULL, err);
	case JOB_FINALIZE:
		return scribe_finalize(&w->scribe,
				       job->finalize.known ? job->finalize.mrtd : NULL, w->mrtd,
				       err);
	}
	return -EINVAL;
}

static void prepare_job(void *ctx, struct job *job)
{
	struct tdl_log_writer *w = ctx;

	if (job->kind != JOB_PAGE || job->page.op == SCRIBE_EXTEND)
		return;
	memcpy(job->page.digest, page_memory_digest(&w->last, job->page.bytes), PAGE_DIGEST_SIZE);
	job->page.digested = true;
}

static int check_options(struct tdl_log_options *opt, struct tdl_error *err)
{
	if (opt->detail > TDL_LOG_DETAIL_CALL)
		return tdl_fail(err, -EINVAL, "no such detail of a log: %d", (int)opt->detail);
	if (opt->embed && opt->detail == TDL_LOG_DETAIL_REGION)
		return tdl_fail(err, -EINVAL, "a log of detail region has no records to embed "
					      "pages in; choose page or call");
	if (opt->anchor == TDL_LOG_REGISTER_DEFAULT) {
		opt->anchor = TDL_LOG_REGISTER_PCR;
		opt->anchor_index = TDL_LOG_DEFAULT_PCR;
	}
	if (opt->anchor == TDL_LOG_REGISTER_PCR && opt->anchor_index > 23)
		return tdl_fail(err, -EINVAL, "no PCR %u; a TPM has 0 to 23", opt->anchor_index);
	if (opt->anchor == TDL_LOG_REGISTER_NV && opt->anchor_index >> 24 != 1)
		return tdl_fail(err, -EINVAL, "0x%x is not an NV index", opt->anchor_index);
	return opt->anchor > TDL_LOG_REGISTER_NV
		       ? tdl_fail(err, -EINVAL, "no such register: %d", (int)opt->anchor)
		       : 0;
}

static void free_writer(struct tdl_log_writer **w)
{
	if (!*w)
		return;
	queue_stop(&(*w)->queue, NULL);
	scribe_end(&(*w)->scribe, NULL);
	free(*w);
}

int tdl_log_create(const char *path, const struct tdl_log_options *options,
		   struct tdl_log_writer **ret_writer, struct tdl_error *err)
{
	struct tdl_log_options opt = *options;
	AUTO_CLOSE int fd = -1;
	AUTO_CALL(free_writer) struct tdl_log_writer *w = NULL;
	int rc = check_options(&opt, err);

	if (rc < 0)
		return rc;
	fd = strcmp(path, "-") == 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
				    : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0) {
		rc = -errno;
		return tdl_fail(err, rc, "cannot write %s: %s", path, strerror(-rc));
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		return tdl_fail(err, -ENOMEM, "no memory for a log");
	w->has_image = opt.image;
	scribe_start(&w->scribe, steal_fd(&fd), &opt);
	rc = follow_start(&w->follow, opt.computation, err);
	if (rc == 0)
		rc = queue_start(&w->queue, run_job, prepare_job, w, err);
	if (rc < 0)
		return rc;
	*ret_writer = steal(w);
	return 0;
}

static void fill_init(struct job_init *init, const struct tdl_log_td *td,
		      const struct tdl_log_options *opt)
{
	static const char tool[] = "tdlaunch " PACKAGE_VERSION;
	struct tdl_log_init_event *e = &init->event;

	init->present = 0;
	*e = (struct tdl_log_init_event){
		.attributes = td->attributes,
		.xfam = td->xfam,
		.tool = { tool, sizeof(tool) - 1 },
		.measured = { "mrtd", 4 },
		.page_hash = { PAGE_HASH, sizeof(PAGE_HASH) - 1 },
		.flow = scribe_text(td->flow ? td->flow : "", init->flow),
		.host = scribe_text(td->host ? td->host : "", init->host),
		.memory = td->memory,
		.cpus = td->cpus,
		.detail = opt->detail,
		.embed = opt->embed,
	};
	memcpy(e->mrconfigid, td->mrconfigid, SHA384_SIZE);
	memcpy(e->mrowner, td->mrowner, SHA384_SIZE);
	memcpy(e->mrownerconfig, td->mrownerconfig, SHA384_SIZE);
	if (td->config_digest) {
		memcpy(e->config_digest, td->config_digest, SHA384_SIZE);
		init->present |= 1u << 6;
	}
	if (td->anchor_value) {
		memcpy(e->anchor_value, td->anchor_value, SHA384_SIZE);
		init->present |= 1u << 15;
	}
}

int tdl_log_init(struct tdl_log_writer *w, const struct tdl_log_td *td, struct tdl_error *err)
{
	union room *room = NULL;
	struct job *job = NULL;
	int rc;

	if (w->has_head)
		return tdl_fail(err, -EALREADY, "the log has its head already");
	rc = queue_slot(&w->queue, &job, err);
	if (rc == 0)
		rc = queue_room(&w->queue, job, &room, err);
	if (rc < 0)
		return rc;
	job->kind = JOB_INIT;
	fill_init(&room->init, td, &w->scribe.opt);
	queue_push(&w->queue);
	w->has_head = true;
	return 0;
}

static int check_range(const struct tdl_log_writer *w, const struct tdl_log_range *range,
		       struct tdl_error *err)
{
	uint64_t size = range->pages * PAGE_SIZE_4K;

	if (!range->pages || range->pages > UINT64_MAX / PAGE_SIZE_4K ||
	    !range_fits(range->gpa, size) || !is_aligned(range->gpa, PAGE_SIZE_4K))
		return tdl_fail(err, -EINVAL, "%llu pages at 0x%llx are not a region",
				(unsigned long long)range->pages, (unsigned long long)range->gpa);
	if (range->pattern > TDL_LOG_EXTEND || range->origin > TDL_LOG_ORIGIN_HOB)
		return tdl_fail(err, -EINVAL, "no such pattern or origin of a region");
	if (range->origin != TDL_LOG_ORIGIN_FILE)
		return 0;
	if (!w->has_image)
		return tdl_fail(err, -EINVAL, "a region from a file, and no firmware for the log");
	if (range->file_length > size || !range_fits(range->file_offset, range->file_length))
		return tdl_fail(err, -EINVAL, "more bytes from the file than the region has");
	return 0;
}

static bool is_open(const struct tdl_log_writer *w)
{
	return w->range.pages > 0;
}

static int refuse_early(const struct tdl_log_writer *w, struct tdl_error *err)
{
	if (!w->has_head)
		return tdl_fail(err, -EINVAL, "the log has no head yet");
	if (w->done)
		return tdl_fail(err, -EINVAL, "the log is final");
	if (is_open(w))
		return tdl_fail(err, -EINVAL, "region %.*s at 0x%llx is not complete",
				(int)w->name_text.length, w->name_text.text,
				(unsigned long long)w->range.gpa);
	return 0;
}

int tdl_log_region_begin(struct tdl_log_writer *w, const struct tdl_log_range *range,
			 struct tdl_error *err)
{
	int rc = refuse_early(w, err);

	if (rc == 0)
		rc = check_range(w, range, err);
	if (rc == 0)
		rc = follow_region(&w->follow, range, err);
	if (rc < 0)
		return rc;
	w->range = *range;
	w->name_text = scribe_text(range->name ? range->name : "", w->name);
	w->range.name = NULL;
	w->page = 0;
	w->extending = range->pattern == TDL_LOG_EXTEND;
	w->half = false;
	return 0;
}

static enum tdl_log_pattern pass_pattern(const struct tdl_log_writer *w)
{
	if (w->range.pattern != TDL_LOG_ADD_THEN_EXTEND)
		return w->range.pattern;
	return w->extending ? TDL_LOG_EXTEND : TDL_LOG_ADD;
}

/* The record for the next pages of the open region. */
static int push_region(struct tdl_log_writer *w, struct tdl_error *err)
{
	union room *room = NULL;
	struct job *job = NULL;
	struct tdl_log_region_event *e;
	uint64_t left = w->range.pages - w->page;
	uint64_t skip = w->page * PAGE_SIZE_4K;
	int rc = queue_slot(&w->queue, &job, err);

	if (rc == 0)
		rc = queue_room(&w->queue, job, &room, err);
	if (rc < 0)
		return rc;
	job->kind = JOB_REGION;
	e = &room->region.event;
	*e = (struct tdl_log_region_event){
		.gpa = w->range.gpa + skip,
		.pages = left < TDL_LOG_REGION_PAGES ? left : TDL_LOG_REGION_PAGES,
		.pattern = pass_pattern(w),
		.section = w->range.section,
		.name = { room->region.name, w->name_text.length },
		.first_page = w->page,
		.origin = w->range.origin,
	};
	memcpy(room->region.name, w->name, w->name_text.length);
	if (e->origin == TDL_LOG_ORIGIN_FILE && skip < w->range.file_length) {
		uint64_t rest = w->range.file_length - skip;
		uint64_t size = e->pages * PAGE_SIZE_4K;

		e->source.offset = w->range.file_offset + skip;
		e->source.length = rest < size ? rest : size;
	}
	queue_push(&w->queue);
	return 0;
}

static void next_page(struct tdl_log_writer *w)
{
	w->half = false;
	if (++w->page < w->range.pages)
		return;
	w->page = 0;
	if (w->range.pattern == TDL_LOG_ADD_THEN_EXTEND && !w->extending)
		w->extending = true;
	else
		w->range.pages = 0;
}

static int check_next(struct tdl_log_writer *w, bool extend, uint64_t gpa, struct tdl_error *err)
{
	bool wants_extend = w->extending || w->half;
	uint64_t wants = w->range.gpa + w->page * PAGE_SIZE_4K;

	if (!is_open(w))
		return tdl_fail(err, -EINVAL, "page 0x%llx belongs to no region",
				(unsigned long long)gpa);
	if (extend != wants_extend || gpa != wants)
		return tdl_fail(err, -EINVAL, "%s of page 0x%llx where %s of page 0x%llx is next",
				extend ? "extend" : "add", (unsigned long long)gpa,
				wants_extend ? "extend" : "add", (unsigned long long)wants);
	if (w->page % TDL_LOG_REGION_PAGES == 0 && !w->half)
		return push_region(w, err);
	return 0;
}

static int fill_page(struct tdl_log_writer *w, enum scribe_op op, uint64_t gpa,
		     const uint8_t *bytes, struct tdl_error *err)
{
	uint8_t scratch[PAGE_SIZE_4K];
	const uint8_t *lasting = NULL;
	union room *room = NULL;
	struct job *job = NULL;
	int rc = queue_slot(&w->queue, &job, err);

	if (rc == 0 && w->follow.run) {
		lasting = follow_page(&w->follow, w->page, bytes, scratch);
		if (!lasting)
			rc = tdl_fail(err, -EINVAL, "page 0x%llx does not have the plan's bytes",
				      (unsigned long long)gpa);
		if (lasting == scratch)
			lasting = NULL;
	}
	if (rc == 0 && !lasting) {
		rc = queue_room(&w->queue, job, &room, err);
		if (rc == 0)
			lasting = memcpy(room->page, bytes, PAGE_SIZE_4K);
	}
	if (rc < 0)
		return rc;
	job->kind = JOB_PAGE;
	job->page.op = op;
	job->page.gpa = gpa;
	job->page.bytes = lasting;
	job->page.digested = false;
	return 0;
}

/* A page that is extended right after it was added is one job, handed over when both are done. */
int tdl_log_add(struct tdl_log_writer *w, uint64_t gpa, const uint8_t *bytes,
		struct tdl_error *err)
{
	bool pair = w->range.pattern == TDL_LOG_ADD_EXTEND;
	int rc = check_next(w, false, gpa, err);

	if (rc == 0)
		rc = fill_page(w, pair ? SCRIBE_ADD_EXTEND : SCRIBE_ADD, gpa, bytes, err);
	if (rc < 0)
		return rc;
	if (pair) {
		w->half = true;
		return 0;
	}
	queue_push(&w->queue);
	next_page(w);
	return 0;
}

int tdl_log_extend(struct tdl_log_writer *w, uint64_t gpa, const uint8_t *bytes,
		   struct tdl_error *err)
{
	int rc = check_next(w, true, gpa, err);

	if (rc == 0 && !w->half)
		rc = fill_page(w, SCRIBE_EXTEND, gpa, bytes, err);
	if (rc < 0)
		return rc;
	queue_push(&w->queue);
	next_page(w);
	return 0;
}

int tdl_log_finalize(struct tdl_log_writer *w, const uint8_t *mrtd, uint8_t *ret_mrtd,
		     struct tdl_error *err)
{
	struct job *job = NULL;
	int rc = refuse_early(w, err);

	if (rc == 0)
		rc = follow_end(&w->follow, err);
	if (rc == 0)
		rc = queue_slot(&w->queue, &job, err);
	if (rc < 0)
		return rc;
	job->kind = JOB_FINALIZE;
	job->finalize.known = mrtd;
	if (mrtd)
		memcpy(job->finalize.mrtd, mrtd, SHA384_SIZE);
	queue_push(&w->queue);
	rc = queue_drain(&w->queue, err);
	if (rc < 0)
		return rc;
	w->done = true;
	if (ret_mrtd)
		memcpy(ret_mrtd, w->mrtd, SHA384_SIZE);
	return 0;
}

int tdl_log_close(struct tdl_log_writer *w, struct tdl_error *err)
{
	int rc, close_rc;

	if (!w)
		return 0;
	rc = queue_stop(&w->queue, err);
	if (rc == 0)
		rc = scribe_flush(&w->scribe, err);
	close_rc = scribe_end(&w->scribe, rc < 0 ? NULL : err);
	free(w);
	return rc < 0 ? rc : close_rc;
}
