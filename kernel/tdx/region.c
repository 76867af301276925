/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_TDX_INIT_MEM_REGION: the initial image, page by page, in order. A page is added and, if asked
 * for, its sixteen chunks are extended before the next one is looked at.
 * Linux: tdx_vcpu_init_mem_region(), kvm_gmem_populate(), tdx_gmem_post_populate(). */
#include <errno.h>

#include "kernel/mmu/user.h"
#include "kernel/tdx/internal.h"

#define CHUNK 256

static int check_region(struct vcpu *vcpu, const struct kvm_tdx_init_mem_region *r)
{
	struct trace *trace = vcpu->vm->trace;
	uint64_t shared = td_shared_bit(td_of(vcpu->vm));
	uint64_t size = r->nr_pages << 12; /* loses what does not fit, as in Linux */

	if ((r->source_addr | r->gpa) & 4095)
		return refuse(trace, -EINVAL, "init-mem.unaligned", "source 0x%llx, gpa 0x%llx",
			      (unsigned long long)r->source_addr, (unsigned long long)r->gpa);
	if (vcpu->vm->machine->behaviour->source_zero_early && !r->source_addr)
		return refuse(trace, -EINVAL, "init-mem.no-source", "source address 0");
	if (!r->nr_pages || r->gpa + size <= r->gpa)
		return refuse(trace, -EINVAL, "init-mem.range", "%llu pages from 0x%llx",
			      (unsigned long long)r->nr_pages, (unsigned long long)r->gpa);
	if ((r->gpa | (r->gpa + size - 1)) & shared)
		return refuse(trace, -EINVAL, "init-mem.shared-bit", "%llu pages from 0x%llx",
			      (unsigned long long)r->nr_pages, (unsigned long long)r->gpa);
	return 0;
}

/* What the source holds. The pages behind it are read in the same go, since a call into the host a
 * page would be most of the work; that one of them cannot be read matters when its turn comes. */
static bool take_source(struct td *td, const struct kvm_tdx_init_mem_region *r)
{
	uint64_t at = (r->source_addr - td->source_start) >> 12;
	unsigned count = r->nr_pages < USER_PAGES ? (unsigned)r->nr_pages : USER_PAGES;
	void *pages[USER_PAGES];

	if (at >= td->source_count) {
		for (unsigned i = 0; i < count; i++) {
			pages[i] = seam_phys(td->host->seam, td->source_pages[i]);
			if (!pages[i])
				count = i;
		}
		td->source_count = user_read_pages(pages, count, (void *)(uintptr_t)r->source_addr);
		td->source_start = r->source_addr;
		at = 0;
	}
	td->source_page = td->source_count ? td->source_pages[at] : 0;
	return td->source_page;
}

/* The slot's guest_memfd page for the region's first frame, and what the source holds. */
static int get_page(struct vm *vm, const struct kvm_tdx_init_mem_region *r, pfn_t *ret_pfn)
{
	gfn_t gfn = r->gpa >> 12;
	const struct slot *slot = slots_find(&vm->slots, 0, gfn);
	struct td *td = td_of(vm);
	int rc;

	if (!slot || !slot_has_gmem(slot))
		return refuse(vm->trace, -EINVAL, "init-mem.no-gmem",
			      "no guest_memfd behind gfn 0x%llx", (unsigned long long)gfn);
	if (!slot->gmem.gmem)
		return refuse(vm->trace, -EFAULT, "init-mem.gmem-closed",
			      "guest_memfd behind gfn 0x%llx is closed", (unsigned long long)gfn);
	td->source_page = 0;
	if (r->source_addr && !take_source(td, r))
		return refuse(vm->trace, -EFAULT, "init-mem.source-unreadable",
			      "source page 0x%llx", (unsigned long long)r->source_addr);
	rc = gmem_get(slot->gmem.gmem, slot_gmem_index(slot, gfn), NULL, ret_pfn);
	if (rc < 0)
		return rc;
	if (!slots_is_private(&vm->slots, gfn))
		return refuse(vm->trace, -EINVAL, "init-mem.not-private",
			      "gfn 0x%llx has no PRIVATE attribute", (unsigned long long)gfn);
	if (!r->source_addr)
		return refuse(vm->trace, vm->machine->behaviour->source_zero, "init-mem.no-source",
			      "source address 0");
	return 0;
}

/* Linux before 6.19: the pre-fault's helper notes the page, then it is added. */
static int map_then_add(struct vcpu *vcpu, gfn_t gfn, pfn_t pfn)
{
	struct td *td = td_of(vcpu->vm);
	struct mmu_fault fault = { .gfn = gfn, .is_prefetch = true, .is_private = true };
	pfn_t mapped = 0;
	int rc;

	if (mmu_private_level(&vcpu->vm->mmu, gfn, &mapped))
		return refuse(vcpu->vm->trace, -EEXIST, "init-mem.twice",
			      "gfn 0x%llx has been added", (unsigned long long)gfn);
	rc = mmu_map(&vcpu->mmu, &fault);
	if (rc < 0)
		return rc;
	rc = td_page_add(td, gfn, pfn);
	if (rc == -EBUSY)
		return refuse(vcpu->vm->trace, -EBUSY, "init-mem.add-busy",
			      "TDH.MEM.PAGE.ADD of gfn 0x%llx", (unsigned long long)gfn);
	if (rc == 0)
		td->premapped--;
	return rc;
}

static int extend_page(struct td *td, gfn_t gfn)
{
	for (uint64_t at = 0; at < 4096; at += CHUNK) {
		uint64_t status = seamcall2(td->host, 0, TDH_MR_EXTEND, (gfn << 12) + at, td->tdr);

		if (!status_failed(status))
			continue;
		if (td->vm->machine->behaviour->add_error_kills)
			return td_bugged(td, "TDH.MR.EXTEND", status);
		return refuse(td->vm->trace, -EIO, "init-mem.extend-failed", "TDH.MR.EXTEND: 0x%llx",
			      (unsigned long long)status);
	}
	return 0;
}

/* The region's first page. */
static int add_page(struct vcpu *vcpu, const struct kvm_tdx_init_mem_region *r, bool measure)
{
	struct td *td = td_of(vcpu->vm);
	gfn_t gfn = r->gpa >> 12;
	pfn_t pfn = 0;
	int rc;

	rc = get_page(vcpu->vm, r, &pfn);
	if (rc < 0)
		return rc;
	rc = vcpu->vm->machine->behaviour->add_on_map ? mmu_map_private_pfn(&vcpu->mmu, gfn, pfn) :
						    map_then_add(vcpu, gfn, pfn);
	td->source_page = 0;
	if (rc < 0)
		return rc;
	return measure ? extend_page(td, gfn) : 0;
}

static int add_pages(struct vcpu *vcpu, struct kvm_tdx_init_mem_region *r, bool measure)
{
	int rc = 0;

	td_of(vcpu->vm)->source_count = 0;
	while (r->nr_pages && rc == 0) {
		if (mmu_signal_pending(&vcpu->mmu)) {
			mmu_signal_seen(&vcpu->mmu);
			return refuse(vcpu->vm->trace, -EINTR, "init-mem.signal",
				      "%llu pages left", (unsigned long long)r->nr_pages);
		}
		rc = add_page(vcpu, r, measure);
		if (rc < 0)
			return rc;
		r->source_addr += 4096;
		r->gpa += 4096;
		r->nr_pages--;
	}
	return rc;
}

int td_init_mem_region(struct vcpu *vcpu, const struct kvm_tdx_cmd *cmd)
{
	const struct td_vcpu *v = vcpu->type_data;
	struct trace *trace = vcpu->vm->trace;
	void *user = (void *)(uintptr_t)cmd->data;
	struct kvm_tdx_init_mem_region region;
	int rc;

	if (!v->initialized)
		return refuse(trace, -EINVAL, "init-mem.vcpu-state", "vCPU %u is not initialized",
			      vcpu->id);
	if (cmd->flags & ~(uint32_t)KVM_TDX_MEASURE_MEMORY_REGION)
		return refuse(trace, -EINVAL, "init-mem.flags", "flags 0x%x", cmd->flags);
	if (user_read(&region, user, sizeof(region)) < 0)
		return refuse(trace, -EFAULT, "init-mem.unreadable", "region at 0x%llx",
			      (unsigned long long)cmd->data);
	rc = check_region(vcpu, &region);
	if (rc < 0)
		return rc;
	rc = add_pages(vcpu, &region, cmd->flags & KVM_TDX_MEASURE_MEMORY_REGION);
	if (user_write(user, &region, sizeof(region)) < 0)
		return refuse(trace, -EFAULT, "init-mem.unwritable", "region at 0x%llx",
			      (unsigned long long)cmd->data);
	return rc;
}
