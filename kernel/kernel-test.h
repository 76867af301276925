/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault injection and a look behind the door, for tests alone. A launcher has no use for it, and on
 * a real kernel a test that needs it is skipped. */
#ifndef KERNEL_KERNEL_TEST_H
#define KERNEL_KERNEL_TEST_H

#include <stdbool.h>
#include <stdint.h>

struct kernel;

enum kernel_fault_kind {
	KERNEL_FAULT_RETRY,	/* the page-fault helper answers "retry" */
	KERNEL_FAULT_EMULATE,	/* it answers "emulate" */
	KERNEL_FAULT_INVALID,	/* it answers nothing it should */
	KERNEL_FAULT_EAGAIN,	/* the memslot is just being deleted or moved */
	KERNEL_FAULT_ENOMEM,	/* no memory for page tables */
	KERNEL_FAULT_EHWPOISON, /* guest_memfd's page is poisoned */
	KERNEL_FAULT_SIGNAL,	/* a signal arrives while the fault is handled, which goes on */
	KERNEL_FAULT_VM_DEAD,	/* the VM is marked bugged, and the fault goes on */
};

#define KERNEL_ANY_GPA UINT64_MAX
#define KERNEL_FOREVER UINT64_MAX

struct kernel_fault {
	enum kernel_fault_kind kind;
	uint64_t gpa;	/* the page it happens on, or KERNEL_ANY_GPA */
	uint64_t skip;	/* so many such faults pass first */
	uint64_t times; /* then it happens so often; KERNEL_FOREVER */
};

/* Arm a fault in a VM; up to eight at a time, then -ENOSPC. -EBADF when it is not a VM. */
int kernel_test_inject(struct kernel *kernel, int vm_fd, const struct kernel_fault *fault);
void kernel_test_inject_clear(struct kernel *kernel, int vm_fd);

/* Points where a test may say what happens instead. */
enum kernel_point_kind {
	KERNEL_POINT_CALL,     /* a call has come through the door and was not looked at yet */
	KERNEL_POINT_SEAMCALL, /* the TDX module is about to be called */
	KERNEL_POINT_PAGES,    /* memory of the machine is about to be taken */
};

struct kernel_point {
	enum kernel_point_kind kind;
	const char *name; /* CALL: of the ioctl or system call; SEAMCALL: of the leaf; valid for ever */
	int fd;		  /* CALL; else -1 */
	uint64_t gpa;	  /* SEAMCALL: RCX on entry */
};

/* True: it does not happen, and ret_result comes of it instead: a negative errno, or for SEAMCALL a
 * completion status. A close() happens all the same, as on Linux. May call kernel_interrupt(). */
typedef bool kernel_hook_fn(void *ctx, const struct kernel_point *point, int64_t *ret_result);

/* Have every point asked from now on, in the thread that came to it; NULL for none again. No call
 * may be in flight. */
void kernel_test_hook(struct kernel *kernel, kernel_hook_fn *ask, void *ctx);

/* From now on the host maps [hva, hva + size) at this level (1, 2, 3), whatever it really does. */
int kernel_test_host_level(struct kernel *kernel, int vm_fd, uint64_t hva, uint64_t size,
			   unsigned level);

/**
 * kernel_test_user_changed() - what an MMU notifier would tell: the process has unmapped, protected
 * or replaced its memory at [hva, hva + size)
 * @fd: any descriptor of the VM
 *
 * Linux learns of it as it happens. The model looks at the process's memory only when it maps a
 * page, and keeps old mappings until it is told.
 * Return: 0, or -EBADF.
 */
int kernel_test_user_changed(struct kernel *kernel, int fd, uint64_t hva, uint64_t size);

/* Mark a VM bugged: EIO from here on. */
int kernel_test_vm_dead(struct kernel *kernel, int vm_fd);

/* vCPU state that real hardware reaches by running a guest. */
int kernel_test_set_smm(struct kernel *kernel, int vcpu_fd, bool smm);
enum kernel_nested { KERNEL_NESTED_NONE, KERNEL_NESTED_SHADOW, KERNEL_NESTED_TDP };
int kernel_test_set_nested(struct kernel *kernel, int vcpu_fd, enum kernel_nested nested);

/**
 * kernel_test_guest_touch() - one memory access of the guest, without a guest
 * @gpa:       without the shared bit
 * @is_write:  write or read
 * @is_private: a TD's access to its private half; elsewhere what the guest believes
 *
 * Handled by the fault helper as an EPT violation in KVM_RUN would be.
 * Return: 0 when the access goes through; -EFAULT with kvm_run's exit 39 filled; -EINTR; -EIO; 1
 * when the CPU would have to emulate (MMIO).
 */
int kernel_test_guest_touch(struct kernel *kernel, int vcpu_fd, uint64_t gpa, bool is_write,
			    bool is_private);

/* A statistic of a VM or vCPU by its name in KVM_GET_STATS_FD ("pages_2m", "pf_taken"), or one of
 * the model's own: "faults" (calls of the page-fault helper), "steps" (steps of
 * KVM_PRE_FAULT_MEMORY), "table_bytes" (memory of page tables and mirror), "gmem_bytes". UINT64_MAX
 * for an unknown name or descriptor. */
uint64_t kernel_test_stat(struct kernel *kernel, int fd, const char *name);

/* Model descriptors that are open, and modelled memory in use, in 4 KiB pages: both are zero once
 * everything is closed. */
unsigned kernel_test_open_count(struct kernel *kernel);
uint64_t kernel_test_pages_used(struct kernel *kernel);

#endif
