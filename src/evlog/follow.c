/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's next region and its pages, and whether an operation is what they say. */
#include "evlog/follow.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/range.h"

static_assert((int)TDL_PATTERN_EXTEND == (int)TDL_LOG_EXTEND, "one numbering of patterns");
static_assert((int)TDL_PATTERN_ADD_THEN_EXTEND == (int)TDL_LOG_ADD_THEN_EXTEND,
	      "one numbering of patterns");
static_assert((int)TDL_SOURCE_HOB == (int)TDL_LOG_ORIGIN_HOB, "one numbering of origins");

int follow_start(struct follow *f, struct tdl_mrtd_run *run, struct tdl_error *err)
{
	if (run && mrtd_run_state_pages(run) != TDL_LOG_REGION_PAGES)
		return tdl_fail(err, -EINVAL, "the computation of MRTD has no state every %d pages",
				TDL_LOG_REGION_PAGES);
	*f = (struct follow){ .run = run, .plan = run ? mrtd_run_plan(run) : NULL };
	return 0;
}

struct tdl_log_range follow_range(const struct tdl_region *r)
{
	return (struct tdl_log_range){
		.name = r->name,
		.section = r->section,
		.gpa = r->gpa,
		.pages = r->pages,
		.pattern = (enum tdl_log_pattern)r->pattern,
		.origin = (enum tdl_log_origin)r->source,
		.file_offset = r->file_offset,
		.file_length = r->file_length,
	};
}

static bool is_same(const struct tdl_log_range *a, const struct tdl_log_range *b)
{
	return a->section == b->section && a->gpa == b->gpa && a->pages == b->pages &&
	       a->pattern == b->pattern && a->origin == b->origin &&
	       a->file_offset == b->file_offset && a->file_length == b->file_length;
}

int follow_region(struct follow *f, const struct tdl_log_range *range, struct tdl_error *err)
{
	struct tdl_log_range next;

	if (!f->run)
		return 0;
	if (f->regions == tdl_plan_region_count(f->plan))
		return tdl_fail(err, -EINVAL, "a region at 0x%llx after the plan's last",
				(unsigned long long)range->gpa);
	next = follow_range(tdl_plan_region(f->plan, f->regions));
	if (!is_same(range, &next))
		return tdl_fail(err, -EINVAL,
				"%llu pages at 0x%llx are not the plan's region %zu, %llu at 0x%llx",
				(unsigned long long)range->pages, (unsigned long long)range->gpa,
				f->regions, (unsigned long long)next.pages,
				(unsigned long long)next.gpa);
	f->regions++;
	return 0;
}

const uint8_t *follow_page(const struct follow *f, uint64_t page, const uint8_t *bytes,
			   uint8_t room[4096])
{
	const uint8_t *planned = tdl_plan_page(f->plan, f->regions - 1, page, room);

	if (!planned || (planned != bytes && memcmp(planned, bytes, PAGE_SIZE_4K) != 0))
		return NULL;
	return planned;
}

int follow_end(const struct follow *f, struct tdl_error *err)
{
	size_t regions = f->run ? tdl_plan_region_count(f->plan) : 0;

	if (f->run && f->regions < regions)
		return tdl_fail(err, -EINVAL, "final after %zu of the plan's %zu regions", f->regions,
				regions);
	return 0;
}
