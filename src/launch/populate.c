/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_TDX_INIT_MEM_REGION: the plan's pages go in, in the plan's order. A call that stops part of
 * the way hands back what is left, and only that is given to the next call: a page that is in is
 * never added again. */
#include <errno.h>

#include "arch/tdx_report.h"
#include "base/range.h"
#include "launch/call.h"
#include "launch/walk.h"

static int tell_pages(struct tdl_td *td, const struct walk_run *run, uint64_t from, uint64_t count,
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

static int add_run(struct tdl_td *td, const struct walk_run *run, struct tdl_error *err)
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

int stage_populate(struct tdl_td *td, struct tdl_error *err)
{
	int rc = walk_plan(td, add_run, err);

	if (rc < 0)
		return rc;
	td_detail(td, "%zu regions, %llu pages added, %llu of them measured", td->result.regions,
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
