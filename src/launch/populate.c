/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_TDX_INIT_MEM_REGION: the plan's pages go in, in the plan's order. A call that stops part of
 * the way hands back what is left, and only that is given to the next call: a page that is in is
 * never added again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arch/tdx_report.h"
#include "base/range.h"
#include "base/scope.h"
#include "launch/call.h"

#define STAGED_PAGES 64	 /* copied together when a region's bytes lie scattered */
#define DIRECT_PAGES 256 /* given to one call when they lie in one piece, so that it can be stopped */
#define DIRECT_MIN   8	 /* pages in one piece that are worth a call of their own */

/* Pages of one region that one call can take. */
struct run {
	size_t region;
	uint64_t first;	      /* index of the first page in its region */
	uint64_t pages;
	const uint8_t *bytes; /* of all of them, page-aligned */
};

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
static struct run next_run(const struct tdl_plan *plan, size_t region, uint64_t first,
			   uint8_t *stage)
{
	uint64_t left = tdl_plan_region(plan, region)->pages - first;
	uint64_t in_place = pages_in_place(plan, region, first,
					   left < DIRECT_PAGES ? left : DIRECT_PAGES, stage);
	struct run run = { .region = region, .first = first, .bytes = stage };

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

static int tell_pages(struct tdl_td *td, const struct run *run, uint64_t from, uint64_t count,
		      struct tdl_error *err)
{
	const struct tdl_region *region = tdl_plan_region(td->plan, run->region);
	const struct tdl_launch_observer *observer = td->opt->observer;
	struct tdl_launch_page page = {
		.region = run->region,
		.extended = region->pattern == TDL_PATTERN_ADD_EXTEND,
	};

	td->result.pages_added += count;
	if (page.extended)
		td->result.pages_extended += count;
	if (!observer || !observer->page)
		return 0;
	for (uint64_t i = from; i < from + count; i++) {
		int rc;

		page.page = run->first + i;
		page.gpa = region->gpa + page.page * PAGE_SIZE_4K;
		page.bytes = run->bytes + i * PAGE_SIZE_4K;
		rc = observer->page(td->opt->observer_ctx, &page, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* How many pages a call did, from what it left; -EIO when what it left cannot be. */
static int pages_done(const struct kvm_tdx_init_mem_region *before,
		      const struct kvm_tdx_init_mem_region *after, uint64_t *ret_done,
		      struct tdl_error *err)
{
	uint64_t done = before->nr_pages - after->nr_pages;

	if (after->nr_pages > before->nr_pages || after->gpa - before->gpa != done * PAGE_SIZE_4K ||
	    after->source_addr - before->source_addr != done * PAGE_SIZE_4K)
		return tdl_fail(err, -EIO,
				"KVM_TDX_INIT_MEM_REGION left %llu of %llu pages at 0x%llx, which "
				"cannot be after starting at 0x%llx",
				(unsigned long long)after->nr_pages,
				(unsigned long long)before->nr_pages, (unsigned long long)after->gpa,
				(unsigned long long)before->gpa);
	*ret_done = done;
	return 0;
}

static int add_run(struct tdl_td *td, const struct run *run, struct tdl_error *err)
{
	const struct tdl_region *region = tdl_plan_region(td->plan, run->region);
	struct kvm_tdx_init_mem_region left = {
		.source_addr = call_pointer(run->bytes),
		.gpa = region->gpa + run->first * PAGE_SIZE_4K,
		.nr_pages = run->pages,
	};
	struct call_tries tries = { 0 };

	while (left.nr_pages) {
		const struct kvm_tdx_init_mem_region before = left;
		struct kvm_tdx_cmd cmd = {
			.id = KVM_TDX_INIT_MEM_REGION,
			.flags = region->pattern == TDL_PATTERN_ADD_EXTEND
					 ? KVM_TDX_MEASURE_MEMORY_REGION
					 : 0,
			.data = call_pointer(&left),
		};
		long answer = host_ioctl(td->host, td->vcpu_fds[0], KVM_MEMORY_ENCRYPT_OP, &cmd);
		uint64_t done = 0;
		int rc = pages_done(&before, &left, &done, err);

		if (rc < 0)
			return rc;
		rc = tell_pages(td, run, run->pages - before.nr_pages, done, err);
		if (rc < 0)
			return rc;
		if (answer >= 0 && !left.nr_pages)
			return 0;
		if (done)
			tries.fruitless = 0;
		rc = call_again(td, &tries, answer < 0 ? (int)answer : -EAGAIN, 0,
				"KVM_TDX_INIT_MEM_REGION", err);
		if (rc < 0)
			return tdl_while(err, rc, "page at 0x%llx", (unsigned long long)left.gpa);
		td->result.calls_resumed++;
	}
	return 0;
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

static int add_region(struct tdl_td *td, size_t index, uint8_t *stage, struct tdl_error *err)
{
	const struct tdl_region *region = tdl_plan_region(td->plan, index);
	int rc = tell_region(td, index, true, err);
	struct run run;

	for (uint64_t at = 0; rc == 0 && at < region->pages; at += run.pages) {
		rc = call_cancelled(td, err);
		if (rc < 0)
			break;
		run = next_run(td->plan, index, at, stage);
		rc = add_run(td, &run, err);
	}
	return rc < 0 ? rc : tell_region(td, index, false, err);
}

int stage_populate(struct tdl_td *td, struct tdl_error *err)
{
	AUTO_FREE uint8_t *stage = aligned_alloc(PAGE_SIZE_4K, STAGED_PAGES * PAGE_SIZE_4K);
	size_t regions = tdl_plan_region_count(td->plan);

	if (!stage)
		return tdl_fail(err, -ENOMEM, "no memory to stage pages in");
	for (size_t i = 0; i < regions; i++) {
		int rc = add_region(td, i, stage, err);

		if (rc < 0)
			return tdl_while(err, rc, "region %zu (%s)", i,
					 tdl_plan_region(td->plan, i)->name);
		td->result.regions++;
	}
	td_detail(td, "%zu regions, %llu pages added, %llu of them measured", regions,
		  (unsigned long long)td->result.pages_added,
		  (unsigned long long)td->result.pages_extended);
	return 0;
}

int stage_finalize(struct tdl_td *td, struct tdl_error *err)
{
	const struct tdl_launch_observer *observer = td->opt->observer;
	bool reports = tdl_host_reports(td->host);
	uint8_t mrtd[TDX_MR_SIZE];
	int rc = call_tdx(td, td->vm_fd, KVM_TDX_FINALIZE_VM, 0, "KVM_TDX_FINALIZE_VM", err);

	if (rc < 0)
		return rc;
	if (reports && (rc = tdl_td_mrtd(td, mrtd, err)) < 0)
		return rc;
	td_detail(td, "MRTD is fixed");
	if (!observer || !observer->finalize)
		return 0;
	return observer->finalize(td->opt->observer_ctx, reports ? mrtd : NULL, err);
}
