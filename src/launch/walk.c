/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/range.h"
#include "base/scope.h"
#include "launch/call.h"

#define STAGED_PAGES 64	 /* copied together when a region's bytes lie scattered */
#define DIRECT_PAGES 256 /* given to one call when they lie in one piece, so that it can be stopped */
#define DIRECT_MIN   8	 /* pages in one piece that are worth a call of their own */

/* Pages from @first on that lie one behind the other where the plan has them. */
static uint64_t pages_in_place(const struct tdl_plan *plan, size_t region, uint64_t first,
			       uint64_t max, uint8_t *scratch)
{
	const uint8_t *start = tdl_plan_page(plan, region, first, scratch);
	uint64_t n = 1;

	if (start == scratch || !is_aligned(call_pointer(start), PAGE_SIZE_4K))
		return 0;
	while (n < max &&
	       tdl_plan_page(plan, region, first + n, scratch) == start + n * PAGE_SIZE_4K)
		n++;
	return n;
}

/* The next run from page @first: in place when that is worth it, else copied to @stage. */
static struct walk_run next_run(const struct tdl_plan *plan, size_t region, uint64_t first,
			   uint8_t *stage)
{
	uint64_t left = tdl_plan_region(plan, region)->pages - first;
	uint64_t in_place = pages_in_place(plan, region, first,
					   left < DIRECT_PAGES ? left : DIRECT_PAGES, stage);
	struct walk_run run = { .region = region, .first = first, .bytes = stage };

	if (in_place >= DIRECT_MIN || in_place == left) {
		run.bytes = tdl_plan_page(plan, region, first, stage);
		run.pages = in_place;
		return run;
	}
	run.pages = left < STAGED_PAGES ? left : STAGED_PAGES;
	for (uint64_t i = 0; i < run.pages; i++) {
		uint8_t *to = stage + i * PAGE_SIZE_4K;
		const uint8_t *from = tdl_plan_page(plan, region, first + i, to);

		if (from != to)
			memcpy(to, from, PAGE_SIZE_4K);
	}
	return run;
}

static int tell_region(struct tdl_td *td, size_t index, bool begin, struct tdl_error *err)
{
	const struct tdl_launch_observer *observer = td->opt->observer;
	const struct tdl_region *region = tdl_plan_region(td->plan, index);

	if (!observer)
		return 0;
	if (begin)
		return !observer->region_begin
			       ? 0
			       : observer->region_begin(td->opt->observer_ctx, index, region, err);
	return !observer->region_end
		       ? 0
		       : observer->region_end(td->opt->observer_ctx, index, region, err);
}

static int walk_region(struct tdl_td *td, size_t index, walk_step step, uint8_t *stage,
		       struct tdl_error *err)
{
	const struct tdl_region *region = tdl_plan_region(td->plan, index);
	int rc = tell_region(td, index, true, err);
	struct walk_run run;

	for (uint64_t at = 0; rc == 0 && at < region->pages; at += run.pages) {
		rc = call_cancelled(td, err);
		if (rc < 0)
			break;
		run = next_run(td->plan, index, at, stage);
		rc = step(td, &run, err);
	}
	return rc < 0 ? rc : tell_region(td, index, false, err);
}

int walk_plan(struct tdl_td *td, walk_step step, struct tdl_error *err)
{
	AUTO_FREE uint8_t *stage = aligned_alloc(PAGE_SIZE_4K, STAGED_PAGES * PAGE_SIZE_4K);
	size_t regions = tdl_plan_region_count(td->plan);

	if (!stage)
		return tdl_fail(err, -ENOMEM, "no memory to stage pages in");
	for (size_t i = 0; i < regions; i++) {
		int rc = walk_region(td, i, step, stage, err);

		if (rc < 0)
			return tdl_while(err, rc, "region %zu (%s)", i,
					 tdl_plan_region(td->plan, i)->name);
		td->result.regions++;
	}
	return 0;
}
