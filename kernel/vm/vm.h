/* SPDX-License-Identifier: BSD-2-Clause */
/* What a VM and a vCPU are, and what a VM type adds to them. kernel/core makes and drives them;
 * kernel/tdx fills a struct vm_ops for type 5. A VM's fields change under vm->lock held to write, a
 * vCPU's under that or under its mutex and vm->lock held to read; the door takes them before it
 * calls anything here. Which call takes which: docs/design/locking.md. */
#ifndef KERNEL_VM_VM_H
#define KERNEL_VM_VM_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/brlock.h"
#include "kernel/mmu/mmu.h"
#include "kernel/slots/slots.h"
#include "kernel/trace/hook.h"
#include "kernel/trace/trace.h"
#include "kernel/vm/linux.h"

struct vm;
struct vcpu;
struct tdx_host; /* of kernel/tdx: the TDX module of this machine, one for each kernel */
struct kvm_cpuid_entry2;

/* The modelled machine, one for each kernel; never changes after kernel_new(). */
struct machine {
	struct kernel_config config; /* with defaults filled in */
	const struct linux_behaviour *behaviour;
	struct trace trace;
	struct hook hook;
	struct pages pages;
	struct tdx_host *tdx; /* NULL without TDX */
};

/* What a VM type adds. A hook that is NULL does nothing and returns 0, except that without vm_op
 * and vcpu_op the requests are refused by the door. */
struct vm_ops {
	unsigned type;		  /* KVM_X86_*_VM */
	bool has_private_mem;	  /* memory attributes, guest_memfd without INIT_SHARED */
	bool has_protected_state; /* registers and read-only slots are refused */
	bool pre_fault_allowed;	  /* from the start */

	/* KVM_CREATE_VM, with everything else of vm in place; may change limits, fill the hooks of
	 * vm->mmu, hang its state on vm->type_data. */
	int (*init)(struct vm *vm);
	/* The last reference is gone: first release(), with every mapping still there; then the MMU
	 * drops them (unmap, unlink hooks); then each vcpu_free(); then destroy(). */
	void (*release)(struct vm *vm);
	void (*destroy)(struct vm *vm);

	/* KVM_CREATE_VCPU after the generic checks, with vcpu->id and defaults set. */
	int (*vcpu_create)(struct vcpu *vcpu);
	void (*vcpu_free)(struct vcpu *vcpu);

	/* KVM_MEMORY_ENCRYPT_OP, with vm->lock held to write. user is what the caller gave. The
	 * vCPU's own mutex is not taken: use vm_wait_vcpus(). */
	long (*vm_op)(struct vm *vm, void *user);
	long (*vcpu_op)(struct vcpu *vcpu, void *user);

	/* KVM_RUN: may this vCPU enter? After immediate_exit; 0 or a negative errno. */
	int (*vcpu_pre_run)(struct vcpu *vcpu);

	/* TDG.MR.REPORT as the guest would see it: 0 or -EIO. */
	int (*report)(struct vm *vm, const uint8_t data[64], uint8_t ret_report[1024]);
};

#define VM_VCPUS_MAX 1024 /* KVM_MAX_VCPUS */
#define VM_VCPU_IDS  4096 /* KVM_MAX_VCPU_IDS: four times that */

struct vm {
	struct brlock lock; /* its readers are the vCPUs */
	unsigned refs;	    /* descriptors: the VM's own, its vCPUs', its guest_memfds' */
	pid_t owner;	    /* process that created it */
	atomic_bool dead;   /* bugged: EIO for every call */

	struct machine *machine; /* borrowed */
	struct trace *trace;	 /* of the machine */
	const struct vm_ops *ops;
	void *type_data; /* of the VM type: struct td */

	struct slots slots;
	struct mmu mmu;

	struct vcpu *vcpus[VM_VCPU_IDS]; /* by id; NULL */
	unsigned created;
	unsigned max_vcpus;	/* a TD: min(this, host CPUs) */
	unsigned max_vcpu_id;	/* 0 until fixed: highest id + 1 */
	unsigned bsp_id;
	uint32_t tsc_khz;	/* default of vCPUs */
	uint64_t apic_bus_ns;	/* KVM_CAP_X86_APIC_BUS_CYCLES_NS */
	uint64_t hypercall_exits; /* KVM_CAP_EXIT_HYPERCALL */
	enum vm_irqchip { IRQCHIP_NONE, IRQCHIP_KERNEL, IRQCHIP_SPLIT } irqchip;
	uint64_t quirks_off;
	bool pmu_off, manual_dirty_log;
	void *apic_page; /* KVM's own slot at 0xfee00000 */
};

/* What a signal needs to find: it belongs to the descriptor, so that it outlives the vCPU. */
struct vcpu_signal {
	atomic_int pending; /* an unblocked signal */
	sem_t wake;	    /* posted with it */
};

struct vcpu {
	struct vm *vm;
	unsigned id;
	pthread_mutex_t mutex;	    /* of the thread inside an ioctl of this vCPU */
	bool busy;		    /* there is one; changes under vm->lock as well */
	struct vcpu_signal *signal; /* borrowed from the descriptor */
	struct kvm_run *run;	    /* three pages that user space maps */
	struct mmu_vcpu mmu;
	void *type_data; /* of the VM type: struct td_vcpu */

	struct kvm_cpuid_entry2 *cpuid; /* owned; as KVM_SET_CPUID2 gave it */
	unsigned cpuid_count;
	uint32_t mp_state; /* KVM_MP_STATE_* */
	uint32_t tsc_khz;
	uint64_t apic_base; /* MSR 0x1b */
	uint8_t *registers; /* owned; what KVM_SET_REGS and its like gave, for their KVM_GET_ */
};

#define VCPU_RUN_BYTES 12288

/* The lock of the VM, to write: nobody else is in this VM. */
static inline void vm_lock(struct vm *vm)
{
	brlock_write(&vm->lock);
}

static inline void vm_unlock(struct vm *vm)
{
	brlock_write_end(&vm->lock);
}

/* The vCPU's mutex, and the lock of the VM to read. */
void vcpu_enter(struct vcpu *vcpu);
void vcpu_leave(struct vcpu *vcpu);
/* The same for the lock of the VM alone, in between, for who sleeps or waits inside. */
void vcpu_step_out(struct vcpu *vcpu);
void vcpu_step_in(struct vcpu *vcpu);

/* Wait until no thread is inside an ioctl of any vCPU: what Linux does by taking every vCPU mutex.
 * The lock is dropped meanwhile; state must be looked at after it, not before. 0. */
int vm_wait_vcpus(struct vm *vm);

/* Something happened that never should (KVM_BUG_ON): mark it dead. Returns -EIO. */
int vm_bugged(struct vm *vm, const char *what);

static inline bool vm_is_dead(const struct vm *vm)
{
	return atomic_load(&vm->dead);
}

/* The first CPUID entry of this function and index, NULL when the vCPU has none. */
const struct kvm_cpuid_entry2 *vcpu_cpuid(const struct vcpu *vcpu, uint32_t function,
					  uint32_t index);
/* CPUID.1:ECX[21], which the x2APIC mode needs. */
bool vcpu_has_x2apic(const struct vcpu *vcpu);

/* The CPUID of the modelled machine, as KVM_GET_SUPPORTED_CPUID gives it. */
const struct kvm_cpuid_entry2 *machine_cpuid(unsigned *ret_count);

/* Host XCR0 | XSS that KVM allows to a guest, and guest-physical address width of the machine. */
#define MACHINE_XFAM	   0x61ae7u
#define MACHINE_GPA_BITS   52u
#define MACHINE_EPT_LEVELS 5u

#endif
