/* SPDX-License-Identifier: BSD-2-Clause */
/* One function replays one region and touches nothing but its outcome, so regions go to threads as
 * they come. */
#include "evlog/replay.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <tdlaunch/plan.h>

#include "base/range.h"
#include "base/thread.h"
#include "evlog/stream.h"
#include "image/image.h"

#define THREADS_MAX 16

static const uint8_t zero_page[PAGE_SIZE_4K];

/* The region being replayed. */
struct pass {
	const struct replay *rp;
	const struct layout_region *region;
	struct replay_region *out;
	struct layout_walk own;	 /* records of the region */
	struct layout_walk adds; /* records that list its pages; the same for a region of adds */
	size_t hob_region;	 /* in the plan, or SIZE_MAX */
	uint8_t scratch[PAGE_SIZE_4K];
	struct page_memory last;
};

static void find(struct pass *p, int kind, const char *what, uint64_t record, uint64_t page)
{
	struct replay_finding *f = &p->out->findings[kind];

	if (!f->what)
		*f = (struct replay_finding){ .what = what, .record = record, .page = page };
}

static void check_digest(struct pass *p, const struct tdl_log_record *r, uint64_t page)
{
	uint8_t digest[SHA384_SIZE];

	sha384_small(r->content, r->content_size, digest);
	if (memcmp(digest, r->digest, SHA384_SIZE) != 0)
		find(p, REPLAY_DIGEST, "digest of the record", r->number, page);
}

static size_t find_hob(const struct replay *rp, const struct layout_region *region)
{
	if (!rp->plan || region->event.origin != TDL_LOG_ORIGIN_HOB)
		return SIZE_MAX;
	for (size_t i = 0; i < tdl_plan_region_count(rp->plan); i++) {
		const struct tdl_region *r = tdl_plan_region(rp->plan, i);

		if (r->source == TDL_SOURCE_HOB &&
		    r->gpa == region->event.gpa - region->event.first_page * PAGE_SIZE_4K)
			return i;
	}
	return SIZE_MAX;
}

static const uint8_t *file_page(struct pass *p, uint64_t page)
{
	const struct tdl_log_source *s = &p->region->event.source;
	uint64_t skip = page * PAGE_SIZE_4K;
	uint64_t left = skip < s->length ? s->length - skip : 0;
	size_t size = left < PAGE_SIZE_4K ? (size_t)left : PAGE_SIZE_4K;
	const uint8_t *at = image_bytes(p->rp->image, s->offset + skip, size, p->scratch);

	if (!at || size == PAGE_SIZE_4K)
		return at;
	if (at != p->scratch)
		memcpy(p->scratch, at, size);
	memset(p->scratch + size, 0, PAGE_SIZE_4K - size);
	return p->scratch;
}

/* The bytes of a page by what the caller gave: NULL when that does not tell. */
static const uint8_t *outside_page(struct pass *p, uint64_t page)
{
	if (p->region->event.origin == TDL_LOG_ORIGIN_ZERO)
		return zero_page;
	if (p->region->event.origin == TDL_LOG_ORIGIN_FILE && p->rp->image) {
		uint64_t skip = page * PAGE_SIZE_4K;
		const uint8_t *at = skip < p->region->event.source.length ? file_page(p, page)
									  : zero_page;

		if (!at)
			return NULL;
		p->out->from_file++;
		return at;
	}
	if (p->hob_region != SIZE_MAX)
		return tdl_plan_page(p->rp->plan, p->hob_region,
				     p->region->event.first_page + page, p->scratch);
	return NULL;
}

/* What the records of a page say about it. */
struct listed {
	const uint8_t *digest; /* NULL when it has no record */
	const uint8_t *bytes;  /* NULL when not embedded */
	struct tdl_log_record record;
};

/* The next record of walk that lists a page. Those of extends in between are stepped over: they are
 * looked at by the region they belong to. */
static void next_listed(struct layout_walk *walk, struct listed *ret)
{
	struct tdl_log_record *r = &ret->record;

	ret->digest = NULL;
	ret->bytes = NULL;
	while (layout_next(walk, r)) {
		if (r->event == TDL_LOG_EVENT_PAGE) {
			ret->digest = r->page.digest;
			ret->bytes = record_has(r, 6) ? r->page.bytes : NULL;
			return;
		}
		if (r->event == TDL_LOG_EVENT_PAGE_ADD) {
			ret->digest = r->add.digest;
			ret->bytes = record_has(r, 7) ? r->add.bytes : NULL;
			return;
		}
	}
}

static void check_extends(struct pass *p, uint64_t page, const uint8_t *bytes)
{
	struct tdl_log_record r;

	for (unsigned i = 0; i < layout_chunks(p->region->event.pattern); i++) {
		uint8_t digest[PAGE_DIGEST_SIZE];

		if (!layout_next(&p->own, &r))
			return;
		check_digest(p, &r, page);
		if (!bytes)
			continue;
		chunk_digest(bytes + i * CHUNK_SIZE, digest);
		if (memcmp(digest, r.extend.digest, sizeof(digest)) != 0)
			find(p, REPLAY_PAGE, "digest of a chunk", r.number, page);
	}
}

static void check_page(struct pass *p, uint64_t page, const struct listed *l,
		       const uint8_t *bytes, const uint8_t digest[PAGE_DIGEST_SIZE])
{
	if (!l->digest)
		return;
	check_digest(p, &l->record, page);
	if (bytes && memcmp(digest, l->digest, PAGE_DIGEST_SIZE) != 0)
		find(p, REPLAY_PAGE, "digest of the page", l->record.number, page);
	if (bytes && l->bytes && bytes != l->bytes && memcmp(bytes, l->bytes, PAGE_SIZE_4K) != 0)
		find(p, REPLAY_PAGE, "embedded bytes of the page", l->record.number, page);
}

/* The bytes of the page, in MRTD's stream and as a digest; the digest is needed of added pages. */
static void replay_page(struct pass *p, uint64_t page, struct sha384_stream *s,
			uint8_t ret_digest[PAGE_DIGEST_SIZE])
{
	const struct tdl_log_region_event *e = &p->region->event;
	uint64_t gpa = e->gpa + page * PAGE_SIZE_4K;
	struct listed l;
	const uint8_t *bytes = outside_page(p, page);

	next_listed(layout_is_add(e->pattern) ? &p->own : &p->adds, &l);
	if (!bytes)
		bytes = l.bytes;
	if (!bytes) {
		p->out->unknown++;
		p->out->stream_unknown |= layout_chunks(e->pattern) > 0;
	}
	if (layout_is_add(e->pattern)) {
		if (bytes)
			memcpy(ret_digest, page_memory_digest(&p->last, bytes), PAGE_DIGEST_SIZE);
		check_page(p, page, &l, bytes, ret_digest);
		stream_add(s, gpa);
	}
	if (p->rp->layout->init.detail == TDL_LOG_DETAIL_CALL)
		check_extends(p, page, bytes);
	if (bytes && layout_chunks(e->pattern))
		stream_extend(s, gpa, bytes);
}

static void check_sum(struct pass *p, const uint8_t *digests)
{
	uint8_t sum[SHA384_SIZE];

	if (!p->region->has_digest || p->out->unknown)
		return;
	if (sha384(digests, (size_t)p->region->event.pages * PAGE_DIGEST_SIZE, sum, NULL) < 0 ||
	    memcmp(sum, p->region->event.pages_digest, SHA384_SIZE) != 0)
		find(p, REPLAY_PAGE, "digest of the pages", p->region->record, UINT64_MAX);
}

static struct pass start_pass(const struct replay *rp, size_t i, struct replay_region *out)
{
	const struct layout_region *region = &rp->layout->regions[i];

	return (struct pass){
		.rp = rp,
		.region = region,
		.out = out,
		.own = layout_walk(rp->log, region),
		.adds = layout_walk(rp->log, &rp->layout->regions[region->adds]),
		.hob_region = find_hob(rp, region),
	};
}

static void replay_region(struct replay *rp, size_t i)
{
	uint8_t digests[TDL_LOG_REGION_PAGES * PAGE_DIGEST_SIZE];
	struct pass p = start_pass(rp, i, &rp->regions[i]);
	const struct tdl_log_region_event *e = &p.region->event;
	struct sha384_stream s;
	struct tdl_log_record r;

	if (record_decode(rp->log->bytes + p.region->offset, p.region->first - p.region->offset,
			  p.region->record, p.region->offset, &r, NULL) == 0)
		check_digest(&p, &r, UINT64_MAX);
	sha384_stream_restore(&s, e->stream_state, e->stream_length);
	for (uint64_t page = 0; page < e->pages; page++)
		replay_page(&p, page, &s, digests + page * PAGE_DIGEST_SIZE);
	check_sum(&p, digests);
	p.out->after = s;
	if (!p.out->stream_unknown && !replay_matches(rp, i + 1, &s))
		find(&p, REPLAY_STATE, "hash after the region", p.region->record, UINT64_MAX);
}

bool replay_matches(const struct replay *rp, size_t i, const struct sha384_stream *stream)
{
	const struct layout *l = rp->layout;
	uint8_t ours[SHA384_STATE_SIZE];

	if (i < l->count) {
		sha384_stream_save(stream, ours);
		return memcmp(ours, l->regions[i].event.stream_state, SHA384_STATE_SIZE) == 0;
	}
	if (!l->finalized)
		return true;
	sha384_stream_digest(stream, ours);
	return memcmp(ours, l->finalize.mrtd, SHA384_SIZE) == 0;
}

enum { JOB_FILE, JOB_BESIDE, JOB_REGIONS };

struct crew {
	struct replay *rp;
	atomic_size_t next; /* job: what takes longest comes first */
};

static void do_beside(struct replay_beside *beside)
{
	beside->run(beside->ctx);
	beside->done = true;
}

static void *work(void *ctx)
{
	struct crew *crew = ctx;
	struct replay *rp = crew->rp;
	size_t i;

	while ((i = atomic_fetch_add(&crew->next, 1)) < JOB_REGIONS + rp->layout->count) {
		if (i >= JOB_REGIONS)
			replay_region(rp, i - JOB_REGIONS);
		else if (i == JOB_FILE && rp->image)
			rp->file_rc = tdl_image_digest(rp->image, rp->file_digest, &rp->file_err);
		else if (i == JOB_BESIDE && rp->beside)
			do_beside(rp->beside);
	}
	return NULL;
}

void replay_run(struct replay *rp, unsigned threads)
{
	struct crew crew = { .rp = rp };
	pthread_t others[THREADS_MAX];
	unsigned started = 0;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (threads == 0)
		threads = cores > 0 ? (unsigned)cores : 1;
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	while (started + 1 < threads && started < rp->layout->count &&
	       thread_start(&others[started], work, &crew) == 0)
		started++;
	work(&crew);
	while (started > 0)
		pthread_join(others[--started], NULL);
}

bool replay_mrtd(const struct replay *rp, uint8_t ret_mrtd[SHA384_SIZE])
{
	struct replay_region scratch = { 0 };
	struct sha384_stream s;

	sha384_stream_start(&s);
	for (size_t i = 0; i < rp->layout->count; i++) {
		struct pass p = start_pass(rp, i, &scratch);
		uint8_t digest[PAGE_DIGEST_SIZE];

		for (uint64_t page = 0; page < p.region->event.pages; page++)
			replay_page(&p, page, &s, digest);
	}
	if (scratch.stream_unknown)
		return false;
	sha384_stream_digest(&s, ret_mrtd);
	return true;
}
