/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel behind the door: descriptors, what they refer to, and which function answers which
 * ioctl. */
#ifndef KERNEL_CORE_CORE_H
#define KERNEL_CORE_CORE_H

#include "kernel/kernel-test.h"
#include "kernel/kernel.h"
#include "kernel/vm/vm.h"
#include "uapi/kvm.h"

#define FDS_MAX	     8192u
#define MAPPINGS_MAX 1024u

/* What a descriptor refers to. A file of a VM holds a reference on it, so a VM lives as long as its
 * own descriptor, or one of its vCPUs, or one of its guest_memfds. */
struct file {
	enum file_kind { FILE_SYSTEM, FILE_VM, FILE_VCPU, FILE_GMEM, FILE_STATS } kind;
	unsigned refs; /* the descriptor's, and one a call in flight; under kernel->lock */
	struct vm *vm; /* NULL for FILE_SYSTEM */
	struct vcpu *vcpu; /* FILE_VCPU, and FILE_STATS of a vCPU */
	struct gmem *gmem; /* FILE_GMEM */
};

struct fd_slot {
	struct file *file; /* NULL: free */
	atomic_bool is_vcpu;
	struct vcpu_signal signal; /* valid once is_vcpu */
};

/* Of kernel_mmap(). */
struct mapping {
	void *address;
	size_t length;
};

struct kernel {
	struct machine machine;
	pthread_mutex_t lock; /* of the two tables, of file->refs and vm->refs */
	unsigned mappings_end, fds_end; /* nothing at and above these was ever used */
	struct mapping mappings[MAPPINGS_MAX];
	struct fd_slot fds[FDS_MAX];
};

/* A new descriptor; takes file's first reference. -EMFILE, -ENOMEM, and then file is not taken. */
int fd_new(struct kernel *kernel, const struct file *file);
/* The file with one more reference, or NULL; put it with file_put(). */
struct file *file_get(struct kernel *kernel, int fd);
void file_put(struct kernel *kernel, struct file *file);

/* vm.c. The caller owns the one reference of a new VM. */
int vm_new(struct kernel *kernel, unsigned long type, struct vm **ret_vm);
void vm_get(struct kernel *kernel, struct vm *vm);
void vm_put(struct kernel *kernel, struct vm *vm);
void vcpu_free(struct vcpu *vcpu);
/* A descriptor for something that belongs to a VM, with a reference on it. */
int fd_new_of_vm(struct kernel *kernel, const struct file *file);

/* Whether a test wants another result than the call's own: kernel_test_hook(). */
bool call_is_hooked(struct kernel *kernel, const char *name, int fd, int64_t *ret_result);

/* One call: who asked for what. */
struct call {
	struct kernel *kernel;
	struct vm *vm;	   /* NULL on the system descriptor; else locked, to read on a vCPU */
	struct vcpu *vcpu; /* NULL unless on a vCPU */
	unsigned long request;
	void *arg; /* user pointer, or a number */
	struct file *held; /* put once the VM is unlocked, which it may need */
};

static inline struct trace *call_trace(const struct call *call)
{
	return &call->kernel->machine.trace;
}

static inline unsigned long call_number(const struct call *call)
{
	return (unsigned long)(uintptr_t)call->arg;
}

/* Copies between the caller and here, refused by rule when they fault. */
int call_read(const struct call *call, void *ret_bytes, size_t size);
int call_write(const struct call *call, const void *bytes, size_t size);

/* A row of an ioctl table. */
struct ioctl_row {
	uint32_t request;
	const char *name;
	long (*run)(struct call *call);
};

const struct ioctl_row *ioctl_find(const struct ioctl_row *rows, size_t count,
				   unsigned long request);
/* A request that is accepted and changes nothing a model without a guest could show. */
long ioctl_accept(struct call *call);

/* The descriptors' tables, and the order of what is asked before them. */
long system_ioctl(struct call *call);
long vm_ioctl(struct call *call);
long vcpu_ioctl(struct call *call);
/* The request's name for the trace, NULL when no table has it. */
const char *system_ioctl_name(unsigned long request);
const char *vm_ioctl_name(unsigned long request);
const char *vcpu_ioctl_name(unsigned long request);

/* Handlers that have a file of their own. */
long check_extension(struct call *call);
long enable_cap(struct call *call);
long create_vcpu(struct call *call);
long set_memory_region(struct call *call);
long set_memory_region2(struct call *call);
long set_memory_attributes(struct call *call);
long create_guest_memfd(struct call *call);
long get_dirty_log(struct call *call);
long clear_dirty_log(struct call *call);
long pre_fault_memory(struct call *call);
long vcpu_run(struct call *call);
long get_stats_fd(struct call *call);
long get_supported_cpuid(struct call *call);
long set_cpuid2(struct call *call);
long get_cpuid2(struct call *call);
long get_msr_index_list(struct call *call);
long get_msr_feature_index_list(struct call *call);
long get_msrs(struct call *call);
long set_msrs(struct call *call);
long get_registers(struct call *call);
long set_registers(struct call *call);
long get_vcpu_events(struct call *call);
long set_vcpu_events(struct call *call);
long set_nested_state(struct call *call);
long get_mp_state(struct call *call);
long set_mp_state(struct call *call);

ssize_t stats_read(struct file *file, void *buffer, size_t size, off_t offset);

#endif
