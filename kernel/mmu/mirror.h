/* SPDX-License-Identifier: BSD-2-Clause */
/* The mirror of a TD's secure EPT: what KVM remembers of tables that only the TDX module can read.
 * It keeps the frame of every table and leaf, but compactly: 512 leaves whose frames follow each
 * other, the common case, take a few words. */
#ifndef KERNEL_MMU_MIRROR_H
#define KERNEL_MMU_MIRROR_H

#include "kernel/mmu/mmu.h"

/* Map a 4 KiB leaf, linking missing tables first. An enum mmu_result (RETRY when the module was
 * busy, or another vCPU with the same 2 MiB or the same table), or a negative errno. */
int mirror_map(struct mmu_vcpu *vcpu, gfn_t gfn, pfn_t pfn);
void mirror_let_go(struct mmu_vcpu *vcpu);

bool mirror_peek(const struct mmu *mmu, gfn_t gfn, pfn_t *ret_pfn);

/* Unmap leaves of [start, end); tables stay. */
void mirror_zap(struct mmu *mmu, gfn_t start, gfn_t end);

/* Unmap and unlink everything, from the leaves up. */
void mirror_zap_all(struct mmu *mmu);

#endif
