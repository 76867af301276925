/* SPDX-License-Identifier: BSD-2-Clause */
/* The one door into the embedded kernel: a model of KVM and of the TDX module in user space. An
 * instance is a machine of its own, with its own memory, key ids and descriptors; a process may have
 * many, and every function may be called from any thread. Descriptors are numbers of the model, not
 * of the process. "User memory" is the memory of the calling process: an address that it cannot
 * read is EFAULT, never a crash. */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct kernel; /* opaque */

/* Model descriptors start here, so that one is never taken for a descriptor of the process. */
#define KERNEL_FD_BASE 0x100000

/* What happened, for whoever watches. Strings are borrowed for the length of the callback, rule and
 * name for ever. */
struct kernel_event {
	enum kernel_event_kind {
		KERNEL_EVENT_CALL,     /* a call through the door has returned */
		KERNEL_EVENT_REFUSAL,  /* a rule said no; the call may still succeed in part */
		KERNEL_EVENT_FAULT,    /* the page-fault helper has answered */
		KERNEL_EVENT_SEAMCALL, /* the TDX module has answered */
	} kind;
	const char *name; /* of the call, rule, fault result or leaf */
	int fd;		  /* CALL; else -1 */
	uint64_t request; /* CALL: ioctl request; SEAMCALL: leaf number */
	int64_t result;	  /* CALL, REFUSAL: value or negative errno; FAULT: result code */
	uint64_t status;  /* SEAMCALL: completion status */
	uint64_t gpa;	  /* FAULT: address; SEAMCALL: RCX on entry */
	unsigned level;	  /* FAULT: 1 for 4 KiB, 2 for 2 MiB, 3 for 1 GiB */
	bool is_private;  /* FAULT: on the private half */
	const char *text; /* REFUSAL: the numbers, in words; else NULL */
};

/* How the host maps anonymous user memory that is not hugetlb. Linux leaves it open; the model
 * decides, so that a run repeats. */
enum kernel_thp {
	KERNEL_THP_NEVER,  /* 4 KiB */
	KERNEL_THP_ALWAYS, /* 2 MiB wherever an aligned 2 MiB lies in one writable mapping */
};

/* Everything zero is the default machine. */
struct kernel_config {
	uint64_t memory_bytes;	   /* of the modelled machine; 0: 2 TiB */
	unsigned cpus;		   /* host CPUs, 0: 64 */
	unsigned hkids;		   /* private key ids, 0: 63 */
	uint64_t seed;		   /* of everything that is random in hardware */
	uint32_t tsc_khz;	   /* 0: 2 000 000 */
	const char *linux_version; /* NULL: "7.2"; see kernel_linux_version() */
	bool no_tdx;		   /* kvm_intel.tdx=0 */
	bool no_tdp;		   /* kvm_intel.ept=0; implies the others */
	bool no_sw_protected;	   /* built without CONFIG_KVM_SW_PROTECTED_VM */
	enum kernel_thp thp;
	void (*trace)(void *ctx, const struct kernel_event *event); /* NULL: off, and free */
	void *trace_ctx;
};

/**
 * kernel_new() - a machine, switched on, with KVM loaded
 * @config: copied; NULL for the default machine
 *
 * Return: 0; -EINVAL for an unknown version or an impossible machine; -ENOMEM.
 */
int kernel_new(const struct kernel_config *config, struct kernel **ret_kernel);

/* Close whatever is open and free all of it. No call may be in flight. NULL is fine. */
void kernel_free(struct kernel *kernel);

/* The i-th version that config.linux_version accepts, or NULL past the last. */
const char *kernel_linux_version(size_t i);

/* Open "/dev/kvm": a model descriptor. Anything else is -ENOENT. */
int kernel_open(struct kernel *kernel, const char *path);

/**
 * kernel_ioctl() - ioctl() on a model descriptor
 * @arg: what the request takes: a pointer into user memory, or a number
 *
 * Return: what ioctl() returns, with a negative errno in place of -1 and errno. -EBADF for a
 * number that is no descriptor of @kernel.
 */
long kernel_ioctl(struct kernel *kernel, int fd, unsigned long request, void *arg);

/* mmap() of a model descriptor: kvm_run of a vCPU, or a guest_memfd. MAP_FAILED is never returned:
 * 0 and the address, or a negative errno. Undo it with kernel_munmap(). */
int kernel_mmap(struct kernel *kernel, int fd, size_t length, int prot, int flags, off_t offset,
		void **ret_address);
int kernel_munmap(struct kernel *kernel, void *address, size_t length);

/* pread() of a statistics descriptor (KVM_GET_STATS_FD). Bytes read, or a negative errno. */
ssize_t kernel_pread(struct kernel *kernel, int fd, void *buffer, size_t size, off_t offset);

int kernel_fallocate(struct kernel *kernel, int fd, int mode, off_t offset, off_t length);
int kernel_close(struct kernel *kernel, int fd);

/**
 * kernel_interrupt() - let an unblocked signal be pending for the thread that is in, or about to
 * enter, an ioctl on this vCPU
 *
 * May be called from a signal handler. It stays pending until an ioctl has seen it, which shows as
 * EINTR or as partial progress, or until kernel_interrupt_clear(). A number that is no vCPU
 * descriptor is ignored.
 */
void kernel_interrupt(struct kernel *kernel, int vcpu_fd);
void kernel_interrupt_clear(struct kernel *kernel, int vcpu_fd);

/**
 * kernel_td_report() - what the guest of this TD would get from TDG.MR.REPORT
 * @ret_report: TDREPORT_STRUCT, 1024 bytes; its MAC is made with a key of the model's own
 *
 * Return: 0; -EBADF or -EINVAL when it is not a TD's VM descriptor; -EIO when the module refuses,
 * as it does before the TD is finalized.
 */
int kernel_td_report(struct kernel *kernel, int vm_fd, const uint8_t report_data[64],
		     uint8_t ret_report[1024]);

/* Why a call was refused. */
struct kernel_refusal {
	const char *rule; /* stable id, for ever valid; NULL when nothing was refused yet */
	int error;	  /* negative errno */
	char text[160];	  /* the numbers */
};

/* The last refusal of any thread. A call that succeeds in part (pre-fault) leaves here the reason
 * that its return value hides. */
void kernel_last_refusal(struct kernel *kernel, struct kernel_refusal *ret_refusal);

/* The i-th rule id of the model, in alphabetical order, or NULL past the last. */
const char *kernel_rule(size_t i);

#endif
