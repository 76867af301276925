/* SPDX-License-Identifier: BSD-2-Clause */
/* The mirror's changes, told to the module: tables linked, pages added or augmented, and all of it
 * taken out again. Linux: tdx_sept_*() of arch/x86/kvm/vmx/tdx.c. */
#include <errno.h>

#include "kernel/tdx/internal.h"

/* RCX of the leaves that work on an entry. The module counts levels from 0. */
static uint64_t page_info(gfn_t gfn, unsigned level)
{
	return ((gfn & ~(level_pages(level) - 1)) << 12) | (level - 1);
}

/* Linux: tdx_sept_link_private_spt(). */
static int sept_link(void *ctx, gfn_t gfn, unsigned level, pfn_t table_pfn)
{
	struct td *td = ctx;
	struct seam_regs regs = { .rcx = page_info(gfn, level),
				  .rdx = td->tdr,
				  .r8 = table_pfn << 12 };
	uint64_t status = seamcall(td->host, 0, TDH_MEM_SEPT_ADD, &regs);

	if (status_base(status) == TDX_OPERAND_BUSY)
		return -EBUSY;
	return status_failed(status) ? td_bugged(td, "TDH.MEM.SEPT.ADD", status) : 0;
}

/* Linux: tdx_mem_page_add(). */
int td_page_add(struct td *td, gfn_t gfn, pfn_t pfn)
{
	struct seam_regs regs = { .rcx = gfn << 12,
				  .rdx = td->tdr,
				  .r8 = pfn << 12,
				  .r9 = td->source_page };
	uint64_t status;

	if (!td->source_page)
		return vm_bugged(td->vm, "a page of the image without a source");
	status = seamcall(td->host, 0, TDH_MEM_PAGE_ADD, &regs);
	if (status_base(status) == TDX_OPERAND_BUSY)
		return -EBUSY;
	if (!status_failed(status))
		return 0;
	if (td->vm->machine->behaviour->add_error_kills)
		return td_bugged(td, "TDH.MEM.PAGE.ADD", status);
	return refuse(td->vm->trace, -EIO, "init-mem.add-failed", "TDH.MEM.PAGE.ADD: 0x%llx",
		      (unsigned long long)status);
}

/* Linux: tdx_mem_page_aug(). */
static int page_aug(struct td *td, gfn_t gfn, unsigned level, pfn_t pfn)
{
	struct seam_regs regs = { .rcx = page_info(gfn, level), .rdx = td->tdr, .r8 = pfn << 12 };
	uint64_t status = seamcall(td->host, 0, TDH_MEM_PAGE_AUG, &regs);

	if (status_base(status) == TDX_OPERAND_BUSY)
		return -EBUSY;
	return status_failed(status) ? td_bugged(td, "TDH.MEM.PAGE.AUG", status) : 0;
}

/* Linux: tdx_sept_map_leaf_spte(); before 6.19 a page of the image is only noted here. */
static int sept_map(void *ctx, gfn_t gfn, unsigned level, pfn_t pfn)
{
	struct td *td = ctx;

	if (td->state == TD_RUNNABLE)
		return page_aug(td, gfn, level, pfn);
	if (td->vm->machine->behaviour->add_on_map)
		return td_page_add(td, gfn, pfn);
	td->premapped++;
	return 0;
}

/* Before FINALIZE no vCPU has run, and the module wants no tracking. */
static uint64_t remove_page(struct td *td, gfn_t gfn, unsigned level)
{
	uint64_t info = page_info(gfn, level);
	uint64_t status = seamcall_retried(td->host, TDH_MEM_RANGE_BLOCK, info, td->tdr);

	if (status_failed(status))
		return status;
	if (td->state == TD_RUNNABLE) {
		status = seamcall_retried(td->host, TDH_MEM_TRACK, td->tdr, 0);
		if (status_failed(status))
			return status;
	}
	return seamcall_retried(td->host, TDH_MEM_PAGE_REMOVE, info, td->tdr);
}

/* Linux: tdx_sept_remove_private_spte(). */
static void sept_unmap(void *ctx, gfn_t gfn, unsigned level, pfn_t pfn)
{
	struct td *td = ctx;
	uint64_t pa = pfn << 12;
	uint64_t status;

	if (!td->has_key) {
		status = seamcall_retried(td->host, TDH_PHYMEM_PAGE_RECLAIM, pa, 0);
		if (status_failed(status))
			td_bugged(td, "TDH.PHYMEM.PAGE.RECLAIM", status);
		return;
	}
	status = remove_page(td, gfn, level);
	if (status_failed(status) && td->premapped) {
		td->premapped--;
		return;
	}
	if (status_failed(status)) {
		td_bugged(td, "TDH.MEM.PAGE.REMOVE", status);
		return;
	}
	for (uint64_t i = 0; i < level_pages(level); i++)
		seamcall_retried(td->host, TDH_PHYMEM_PAGE_WBINVD,
				 (pa + (i << 12)) | (uint64_t)td->hkid << td->host->hkid_shift, 0);
}

/* Tables go when the TD does: its key is free by then. Linux: tdx_sept_free_private_spt(). */
static bool sept_unlink(void *ctx, gfn_t gfn, unsigned level, pfn_t table_pfn)
{
	struct td *td = ctx;
	uint64_t status;

	(void)gfn;
	(void)level;
	status = seamcall_retried(td->host, TDH_PHYMEM_PAGE_RECLAIM, table_pfn << 12, 0);
	if (!status_failed(status))
		return true;
	td_bugged(td, "TDH.PHYMEM.PAGE.RECLAIM", status);
	return false;
}

const struct mmu_private_ops td_private_ops = {
	.link = sept_link,
	.map = sept_map,
	.unmap = sept_unmap,
	.unlink = sept_unlink,
};
