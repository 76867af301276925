/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of a vCPU that runs a few instructions of ours: 32-bit protected mode, every segment the
 * whole 4 GiB, no paging. */
#ifndef HOST_FLAT_H
#define HOST_FLAT_H

#include "uapi/kvm.h"

#define FLAT_CODE 11 /* execute, read, accessed */
#define FLAT_DATA 3  /* read, write, accessed */
#define CR0_PE	  1u

static inline struct kvm_segment flat_segment(uint8_t type, uint16_t selector)
{
	return (struct kvm_segment){ .limit = 0xffffffff,
				     .selector = selector,
				     .type = type,
				     .present = 1,
				     .db = 1,
				     .s = 1,
				     .g = 1 };
}

/* Change what KVM_GET_SREGS gave. */
static inline void flat_mode(struct kvm_sregs *sregs)
{
	sregs->cr0 |= CR0_PE;
	sregs->cs = flat_segment(FLAT_CODE, 8);
	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = flat_segment(FLAT_DATA, 16);
}

#endif
