/* SPDX-License-Identifier: BSD-2-Clause */
/* Where kernel versions behave differently, one row a version and one column a difference. The
 * rest of the model follows Linux 7.2. */
#ifndef KERNEL_VM_LINUX_H
#define KERNEL_VM_LINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct linux_behaviour {
	const char *version; /* "7.2" */
	bool tdx;		     /* 6.16: TDs exist */
	bool pre_fault_shared_bit;   /* 6.16 (rc2): gpa with the shared bit is EINVAL */
	bool invalid_slot_eagain;    /* 6.18: EAGAIN; before, retried until a signal */
	bool stale_root_hangs;	     /* to 6.14: a pre-fault retries after a slot went, see mmu.h */
	bool bus_cycles_told;	     /* 7.2: KVM_CHECK_EXTENSION tells the VM's value, not the default */
	bool tsc_late_refused;	     /* 6.17: KVM_SET_TSC_KHZ on a VM with vCPUs is EINVAL */
	bool gmem_any_type;	     /* 6.18: guest_memfd slots on types without private memory */
	uint64_t gmem_flags_plain;   /* guest_memfd flags, VM without private memory */
	uint64_t gmem_flags_private; /* and with */
	bool gmem_flags_cap;	     /* 6.18: KVM_CAP_GUEST_MEMFD_FLAGS */
	bool gmem_bound_eexist;	     /* 7.2: range already bound is EEXIST; before, EINVAL */
	bool gmem_bound_late;	     /* 7.3: a range is bound, or found bound, after the slot is judged */
	bool gmem_cap_by_type;	     /* 6.12: KVM_CAP_GUEST_MEMFD 0 without private memory */
	uint32_t x2apic_api;	     /* KVM_CAP_X2APIC_API on a VM without split irqchip */

	/* TDX sub-commands. */
	bool add_on_map;	     /* 6.19: PAGE.ADD by the page-table walk; before, after it */
	bool add_busy_visible;	     /* to 6.18: EBUSY reaches user space */
	bool add_error_kills;	     /* 6.19: errors of PAGE.ADD, MR.EXTEND kill the VM */
	int page_twice;		     /* errno of adding a page twice */
	int source_zero;	     /* errno of source_addr 0 */
	bool source_zero_early;	     /* 7.3: among the checks, region not written back */
	bool caps_copied_back;	     /* to 6.18: CAPABILITIES copies the command back */
	bool vcpu_id_order_7_3;	     /* 7.3: EEXIST before the MAX_VCPU_ID limit */
};

/* The row of a version, NULL when there is none; and the i-th row. */
const struct linux_behaviour *linux_find(const char *version);
const struct linux_behaviour *linux_row(size_t i);

#endif
