/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether events stand where they belong: CEL version, init, then regions with their pages, then
 * finalize, and nothing behind it. Numbers that follow from other numbers are compared; bytes are
 * not looked at. */
#include "evlog/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/range.h"
#include "evlog/stream.h"

struct reading {
	struct layout *l;
	struct tdl_log_record head; /* record 0 */
	bool open;		    /* the last region waits for records of its pages */
	uint64_t page;		    /* that it waits for */
	unsigned chunk;		    /* and of it, 0 the add, else the extend of chunk - 1 */
};

unsigned layout_chunks(uint64_t pattern)
{
	return pattern == TDL_LOG_ADD ? 0 : PAGE_SIZE_4K / CHUNK_SIZE;
}

uint64_t layout_page_stream(uint64_t pattern)
{
	return (layout_is_add(pattern) ? STREAM_ADD_SIZE : 0) +
	       (layout_chunks(pattern) ? STREAM_EXTEND_SIZE : 0);
}

static const char *judge_region(const struct layout *l, const struct tdl_log_record *r)
{
	const struct tdl_log_region_event *e = &r->region;
	bool from_file = e->origin == TDL_LOG_ORIGIN_FILE;
	bool summed = l->init.detail == TDL_LOG_DETAIL_REGION && layout_is_add(e->pattern);

	if (e->pages == 0 || e->pages > TDL_LOG_REGION_PAGES)
		return "a region has 1 to 256 pages";
	if (!is_aligned(e->gpa, PAGE_SIZE_4K) || !range_fits(e->gpa, e->pages * PAGE_SIZE_4K))
		return "the region's address is not one of a page";
	if (record_has(r, 4) != from_file)
		return "a source belongs to a region from a file, and only there";
	if (from_file && (e->source.length > e->pages * PAGE_SIZE_4K ||
			  !range_fits(e->source.offset, e->source.length)))
		return "the source is larger than the region";
	if (record_has(r, 5) != summed)
		return "a digest of page digests belongs to regions of added pages at detail region";
	if (e->stream_length != l->stream_length)
		return "the stream length is not that of the operations before";
	return NULL;
}

static int grow(struct layout *l)
{
	size_t room = l->room ? l->room * 2 : 64;
	struct layout_region *more = realloc(l->regions, room * sizeof(*more));

	if (!more)
		return -ENOMEM;
	l->regions = more;
	l->room = room;
	return 0;
}

static bool has_page_records(const struct layout *l, uint64_t pattern)
{
	return l->init.detail == TDL_LOG_DETAIL_CALL ||
	       (l->init.detail == TDL_LOG_DETAIL_PAGE && layout_is_add(pattern));
}

static int take_region(struct reading *rd, const struct tdl_log_record *r)
{
	struct layout *l = rd->l;
	size_t end = (size_t)(r->offset + r->size);

	l->misplaced = judge_region(l, r);
	if (l->misplaced)
		return 0;
	if (l->count == l->room && grow(l) < 0)
		return -ENOMEM;
	l->regions[l->count] = (struct layout_region){
		.event = r->region,
		.record = r->number,
		.offset = (size_t)r->offset,
		.first = end,
		.end = end,
		.has_digest = record_has(r, 5),
		.adds = l->count,
	};
	l->count++;
	if (layout_is_add(r->region.pattern))
		l->pages += r->region.pages;
	l->stream_length += r->region.pages * layout_page_stream(r->region.pattern);
	l->calls += r->region.pages *
		    (layout_is_add(r->region.pattern) + layout_chunks(r->region.pattern));
	rd->open = has_page_records(l, r->region.pattern);
	rd->page = 0;
	rd->chunk = layout_is_add(r->region.pattern) ? 0 : 1;
	return 0;
}

static bool right_embed(const struct layout *l, const struct layout_region *region, bool there)
{
	return there == (l->init.embed && region->event.origin != TDL_LOG_ORIGIN_ZERO);
}

/* A page, page.add or mr.extend record, against what the open region waits for. */
static const char *judge_page(const struct reading *rd, const struct tdl_log_record *r)
{
	const struct layout_region *region = &rd->l->regions[rd->l->count - 1];
	uint64_t gpa = region->event.gpa + rd->page * PAGE_SIZE_4K;

	if (rd->l->init.detail == TDL_LOG_DETAIL_PAGE) {
		if (r->event != TDL_LOG_EVENT_PAGE || r->page.gpa != gpa)
			return "not the page of the region that comes next";
		if (r->page.added != 1 || r->page.extended != layout_chunks(region->event.pattern))
			return "the page was not treated as the region's pattern says";
		return right_embed(rd->l, region, record_has(r, 6)) ? NULL
								    : "bytes embedded, or missing";
	}
	if (rd->chunk > 0)
		return r->event == TDL_LOG_EVENT_MR_EXTEND &&
				       r->extend.gpa == gpa + (rd->chunk - 1) * CHUNK_SIZE
			       ? NULL
			       : "not the extend of the region that comes next";
	if (r->event != TDL_LOG_EVENT_PAGE_ADD || r->add.gpa != gpa)
		return "not the page of the region that comes next";
	if (r->add.stream_length != region->event.stream_length +
					    rd->page * layout_page_stream(region->event.pattern))
		return "the stream length is not that of the operations before";
	return right_embed(rd->l, region, record_has(r, 7)) ? NULL : "bytes embedded, or missing";
}

static void advance(struct reading *rd)
{
	struct layout *l = rd->l;
	uint64_t pattern = l->regions[l->count - 1].event.pattern;

	if (l->init.detail == TDL_LOG_DETAIL_CALL && rd->chunk < layout_chunks(pattern)) {
		rd->chunk++;
		return;
	}
	rd->chunk = layout_is_add(pattern) ? 0 : 1;
	if (++rd->page == l->regions[l->count - 1].event.pages)
		rd->open = false;
}

static void take_page(struct reading *rd, const struct tdl_log_record *r)
{
	struct layout *l = rd->l;

	if (!rd->open) {
		l->misplaced = "no page is due here";
		return;
	}
	l->misplaced = judge_page(rd, r);
	if (l->misplaced)
		return;
	l->regions[l->count - 1].end = (size_t)(r->offset + r->size);
	advance(rd);
}

static void take_finalize(struct layout *l, const struct tdl_log_record *r)
{
	if (r->finalize.stream_length != l->stream_length)
		l->misplaced = "the stream length is not that of the operations before";
	else if (r->finalize.calls != l->calls)
		l->misplaced = "the number of calls is not that of the operations before";
	l->finalized = true;
	l->finalize = r->finalize;
	l->finalize_offset = (size_t)r->offset;
	l->finalize_record = r->number;
}

static const char *judge_place(const struct reading *rd, const struct tdl_log_record *r)
{
	if (rd->l->finalized)
		return "nothing may follow finalize";
	if ((r->number == 0) != (r->event == TDL_LOG_EVENT_CEL_VERSION))
		return "the CEL version is record 0, and only there";
	if ((r->number == 1) != (r->event == TDL_LOG_EVENT_INIT))
		return "init is record 1, and only there";
	if (r->number && (r->anchor != rd->head.anchor || r->anchor_index != rd->head.anchor_index))
		return "the register is not that of record 0";
	if (rd->open && (r->event == TDL_LOG_EVENT_REGION || r->event == TDL_LOG_EVENT_FINALIZE))
		return "pages of the region before are missing";
	return NULL;
}

static bool is_page_hash(struct tdl_log_text name)
{
	return name.length == sizeof(PAGE_HASH) - 1 && memcmp(name.text, PAGE_HASH, name.length) == 0;
}

static int take(struct reading *rd, const struct tdl_log_record *r)
{
	struct layout *l = rd->l;

	l->misplaced = judge_place(rd, r);
	if (l->misplaced)
		return 0;
	switch (r->event) {
	case TDL_LOG_EVENT_CEL_VERSION:
		rd->head = *r;
		break;
	case TDL_LOG_EVENT_INIT:
		l->init = r->init;
		if (r->init.embed > 1)
			l->misplaced = "embed is 0 or 1";
		if (!is_page_hash(r->init.page_hash))
			l->misplaced = "pages are hashed with something else than SHA-256";
		break;
	case TDL_LOG_EVENT_REGION:
		return take_region(rd, r);
	case TDL_LOG_EVENT_FINALIZE:
		take_finalize(l, r);
		break;
	default:
		take_page(rd, r);
	}
	return 0;
}

static int compare(const void *a, const void *b, void *ctx)
{
	const struct layout_region *regions = ctx;
	const struct layout_region *x = &regions[*(const size_t *)a];
	const struct layout_region *y = &regions[*(const size_t *)b];

	if (x->event.gpa != y->event.gpa)
		return x->event.gpa < y->event.gpa ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static void misplace(struct layout *l, uint64_t record, const char *why)
{
	if (l->misplaced && l->misplaced_record <= record)
		return;
	l->misplaced = why;
	l->misplaced_record = record;
}

/* Walk the regions by address: no page is added twice, and what is extended has been added by one
 * earlier region of just these pages. */
static int match_adds(struct layout *l)
{
	size_t *order = calloc(l->count + 1, sizeof(*order));
	size_t adds = SIZE_MAX;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < l->count; i++)
		order[i] = i;
	qsort_r(order, l->count, sizeof(*order), compare, l->regions);
	for (size_t i = 0; i < l->count; i++) {
		struct layout_region *r = &l->regions[order[i]];
		const struct layout_region *a = adds == SIZE_MAX ? NULL : &l->regions[adds];

		if (layout_is_add(r->event.pattern)) {
			if (a && range_overlap(a->event.gpa, a->event.pages * PAGE_SIZE_4K,
					       r->event.gpa, r->event.pages * PAGE_SIZE_4K))
				misplace(l, a->record > r->record ? a->record : r->record,
					 "a page is added twice");
			adds = order[i];
		} else if (!a || a->event.gpa != r->event.gpa || a->event.pages != r->event.pages) {
			misplace(l, r->record, "the pages extended have not been added before");
		} else {
			r->adds = adds;
		}
	}
	free(order);
	return 0;
}

int layout_read(struct tdl_log *log, struct layout *ret_layout, struct tdl_error *err)
{
	struct layout l = { .misplaced_record = TDL_LOG_NO_RECORD };
	struct reading rd = { .l = &l };
	struct tdl_log_record r = { 0 };
	int rc = 0;

	tdl_log_rewind(log);
	while (rc == 0 && !l.misplaced) {
		l.read_rc = tdl_log_next(log, &r, &l.read_err);
		if (l.read_rc <= 0)
			break;
		l.misplaced_record = r.number;
		l.records++;
		rc = take(&rd, &r);
	}
	if (rd.open) /* its pages are not all there */
		l.count--;
	if (rc == 0)
		rc = match_adds(&l);
	if (rc < 0) {
		layout_free(&l);
		return tdl_fail(err, rc, "no memory for the regions of a log");
	}
	*ret_layout = l;
	return 0;
}

void layout_free(struct layout *l)
{
	free(l->regions);
	l->regions = NULL;
	l->count = 0;
}

struct layout_walk layout_walk(const struct tdl_log *log, const struct layout_region *r)
{
	return (struct layout_walk){
		.log = log,
		.at = r->first,
		.end = r->end,
		.number = r->record + 1,
	};
}

bool layout_next(struct layout_walk *walk, struct tdl_log_record *ret_record)
{
	if (walk->at >= walk->end || record_decode(walk->log->bytes + walk->at,
						   walk->end - walk->at, walk->number, walk->at,
						   ret_record, NULL) < 0)
		return false;
	walk->at += (size_t)ret_record->size;
	walk->number++;
	return true;
}
