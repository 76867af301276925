/* SPDX-License-Identifier: BSD-2-Clause */
/* SEAMCALLs with what Linux wraps around them, and the pages that are handed to the module. */
#include <errno.h>
#include <stdio.h>

#include "base/status.h"
#include "kernel/tdx/internal.h"

/* The module's answer, or that of a test. */
static uint64_t answer(struct tdx_host *host, unsigned lp, struct seam_regs *regs)
{
	const struct hook *hook = &host->machine->hook;
	int64_t instead;

	if (hook->ask) {
		const struct kernel_point point = { .kind = KERNEL_POINT_SEAMCALL,
						    .name = tdl_seamcall_name(regs->rax),
						    .fd = -1,
						    .gpa = regs->rcx };

		if (hook_ask(hook, &point, &instead))
			return regs->rax = (uint64_t)instead;
	}
	return seam_call(host->seam, lp, regs);
}

uint64_t seamcall(struct tdx_host *host, unsigned lp, uint64_t leaf, struct seam_regs *regs)
{
	struct seam_regs in = *regs;
	uint64_t status = TDX_SUCCESS;

	in.rax = leaf;
	for (unsigned i = 0; i < TDX_ENTROPY_TRIES; i++) {
		*regs = in;
		status = answer(host, lp, regs);
		if (status != TDX_RND_NO_ENTROPY)
			break;
	}
	return status;
}

uint64_t seamcall2(struct tdx_host *host, unsigned lp, uint64_t leaf, uint64_t rcx, uint64_t rdx)
{
	struct seam_regs regs = { .rcx = rcx, .rdx = rdx };

	return seamcall(host, lp, leaf, &regs);
}

/* On the way down nothing may be left behind: another TD's hold on a lock is waited out. */
uint64_t seamcall_retried(struct tdx_host *host, uint64_t leaf, uint64_t rcx, uint64_t rdx)
{
	uint64_t status = TDX_SUCCESS;

	for (unsigned i = 0; i < TDX_ZAP_TRIES; i++) {
		status = seamcall2(host, 0, leaf, rcx, rdx);
		if (status_base(status) != TDX_OPERAND_BUSY)
			break;
	}
	return status;
}

int td_bugged(struct td *td, const char *leaf, uint64_t status)
{
	char text[80];

	snprintf(text, sizeof(text), "%s: 0x%016llx", leaf, (unsigned long long)status);
	return vm_bugged(td->vm, text);
}

unsigned package_lp(const struct tdx_host *host, unsigned package)
{
	return package * (host->lps / host->packages);
}

uint64_t page_take(struct tdx_host *host)
{
	pfn_t pfn;

	return pages_get(&host->machine->pages, &pfn) < 0 ? 0 : pfn << 12;
}

void page_drop(struct tdx_host *host, uint64_t pa, bool reclaim)
{
	if (!pa)
		return;
	if (reclaim &&
	    status_failed(seamcall_retried(host, TDH_PHYMEM_PAGE_RECLAIM, pa, 0)))
		return; /* still the module's: leak it, as Linux does */
	pages_put(&host->machine->pages, pa >> 12, 1);
}
