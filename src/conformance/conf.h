/* SPDX-License-Identifier: BSD-2-Clause */
/* What a case sees: a host behind a small door, helpers that set things up, and expectations. A
 * helper that cannot go on does not return: the case ends as failed or skipped, and the runner frees
 * whatever was made. So a case reads straight down. Only the thread that runs the case may use
 * helpers; other threads use the door. */
#ifndef CONFORMANCE_CONF_H
#define CONFORMANCE_CONF_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "uapi/kvm.h"

/* Fault injection, which only the embedded kernel has. The numbers are kernel/kernel-test.h's. */
enum conf_fault {
	CONF_RETRY,
	CONF_EMULATE,
	CONF_INVALID,
	CONF_EAGAIN,
	CONF_ENOMEM,
	CONF_EHWPOISON,
	CONF_SIGNAL,
	CONF_VM_DEAD,
};

#define CONF_ANY_GPA UINT64_MAX
#define CONF_FOREVER UINT64_MAX

#define LINUX(major, minor) ((unsigned)((major) << 16 | (minor)))

/* The door. Return values are 0 or positive, or a negative errno. */
struct conf_ops {
	/* Before and after each case. end() says in words what has been left behind, or NULL. */
	int (*begin)(void *ctx);
	const char *(*end)(void *ctx);
	int (*open)(void *ctx);
	int (*close)(void *ctx, int fd);
	long (*ioctl)(void *ctx, int fd, unsigned long request, void *arg);
	int (*mmap)(void *ctx, int fd, size_t length, int prot, int flags, void **ret_address);
	int (*munmap)(void *ctx, void *address, size_t length);
	int (*fallocate)(void *ctx, int fd, int mode, int64_t offset, int64_t length);
	ssize_t (*pread)(void *ctx, int fd, void *buffer, size_t size, int64_t offset);
	/* Let a signal interrupt the thread that is in an ioctl of this vCPU. */
	void (*interrupt)(void *ctx, int vcpu_fd, pthread_t thread);
	void (*interrupt_clear)(void *ctx, int vcpu_fd);
	/* The guest's access to a page: 0, 1 for emulation, or what KVM_RUN would say. */
	int (*touch)(void *ctx, int vcpu_fd, uint64_t gpa, bool is_write, bool is_private);
	/* Which Linux this is or imitates: LINUX(6, 12). */
	unsigned (*version)(void *ctx);

	/* From here on NULL on a real kernel. */
	int (*inject)(void *ctx, int vm_fd, enum conf_fault kind, uint64_t gpa, uint64_t skip,
		      uint64_t times);
	int (*host_level)(void *ctx, int vm_fd, uint64_t hva, uint64_t size, unsigned level);
	/* What the process's MMU notifier would tell: these addresses map something else now. Any
	 * descriptor of the VM will do. */
	int (*user_changed)(void *ctx, int fd, uint64_t hva, uint64_t size);
	int (*vm_dead)(void *ctx, int vm_fd);
	/* Let a signal arrive while the n-th page from now is added to a TD. */
	void (*interrupt_at_add)(void *ctx, int vcpu_fd, unsigned n);
	int (*set_nested)(void *ctx, int vcpu_fd, bool tdp);
	uint64_t (*stat)(void *ctx, int fd, const char *name);
	int (*td_report)(void *ctx, int vm_fd, uint8_t ret_report[1024]);
	/* Why the last call was refused: the rule, or "". */
	const char *(*last_rule)(void *ctx);
	void (*free)(void *ctx);
};

struct tdl_conformance_host {
	const struct conf_ops *ops;
	void *ctx;
	const char *name;
};

#define CONF_FDS     64
#define CONF_MAPS    64
#define CONF_VERDICT 1024

struct conf {
	const struct conf_ops *ops;
	void *ctx;
	const struct conf_case *about;
	uint64_t seed;

	int fds[CONF_FDS];
	unsigned fd_count;
	struct conf_map {
		void *address;
		size_t length;
		bool is_host; /* through the door */
	} maps[CONF_MAPS];
	unsigned map_count;

	int sys, vm, vcpu; /* the ones most cases need; -1 */
	struct kvm_run *run;
	uint8_t *memory; /* host side of S0 */

	jmp_buf stop;
	atomic_bool overdue; /* the guard's: the case has had its time */
	enum conf_outcome { CONF_PASS, CONF_FAIL, CONF_SKIP } outcome;
	char reason[256];
	char want[CONF_VERDICT], got[CONF_VERDICT];
};

struct conf_case {
	const char *name;
	const char *tags;  /* of A, P, T, M, G */
	const char *rules; /* ids of the embedded kernel's rules that it meets, by spaces; or NULL */
	void (*run)(struct conf *c);
};

/* Tables of cases, each ended by an empty row; conf_tables by NULL. */
extern const struct conf_case *const conf_tables[];
extern const struct conf_case conf_prefault_checks[], conf_prefault_walks[], conf_prefault_races[],
	conf_prefault_private[], conf_prefault_tdx[], conf_prefault_faults[], conf_slot_cases[],
	conf_gmem_cases[], conf_attribute_cases[], conf_td_cases[], conf_td_image_cases[],
	conf_system_cases[], conf_core_cases[];

/* expect.c: verdicts */
_Noreturn void conf_skip(struct conf *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void conf_fail(struct conf *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* got must be want. A negative number is told as an errno. */
void conf_expect(struct conf *c, long got, long want);
/* got must be one of want[0..n). */
void conf_expect_any(struct conf *c, long got, const long *want, size_t n);
/* The same for addresses, sizes and counters. */
void conf_expect_u64(struct conf *c, const char *what, uint64_t got, uint64_t want);
void conf_expect_true(struct conf *c, const char *what, bool got);
/* The last refusal was by this rule; a real kernel does not say. */
void conf_expect_rule(struct conf *c, const char *rule);

/* setup.c: making things */
#define S0_GPA	0x10000000ull
#define S0_SIZE 0x1000000ull /* 16 MiB */
#define PAGE	4096ull
#define HUGE	0x200000ull

long conf_ioctl(struct conf *c, int fd, unsigned long request, void *arg);
long conf_ioctl_n(struct conf *c, int fd, unsigned long request, unsigned long arg);
long conf_cap(struct conf *c, int fd, unsigned cap);
int conf_own_fd(struct conf *c, int fd);
void conf_close(struct conf *c, int fd);
int conf_make_vm(struct conf *c, unsigned type);	  /* skips when not offered */
int conf_make_vcpu(struct conf *c, int vm, unsigned id); /* its kvm_run in c->run if first */
struct kvm_run *conf_map_run(struct conf *c, int vcpu);
/* Host memory of the test, freed at the end. */
uint8_t *conf_memory(struct conf *c, size_t size, size_t align, int prot, int extra_flags);
long conf_set_slot(struct conf *c, int vm, const struct kvm_userspace_memory_region2 *region);
void conf_slot(struct conf *c, int vm, unsigned id, unsigned flags, uint64_t gpa, uint64_t size,
	       const void *hva);
void conf_slot_gmem(struct conf *c, int vm, unsigned id, uint64_t gpa, uint64_t size,
		    const void *hva, int gmem);
int conf_gmem(struct conf *c, int vm, uint64_t size);
long conf_attributes(struct conf *c, int vm, uint64_t gpa, uint64_t size, uint64_t attributes);
/* To be called when a slot of a DEFAULT VM was deleted or moved after c->vcpu pre-faulted: before
 * Linux 6.15 that vCPU's next pre-fault waits for a signal, for ever. Where it does, that is
 * expected, and the case goes on with another vCPU. */
void conf_slot_gone(struct conf *c, uint64_t gpa);
/* A DEFAULT VM with one vCPU; and with S0. */
void conf_plain(struct conf *c);
void conf_plain_s0(struct conf *c);
/* A SW_PROTECTED VM, a vCPU, S0 with guest_memfd; returns the guest_memfd. */
int conf_protected_s0(struct conf *c);
/* Skip unless the host has two-dimensional paging. */
void conf_need_tdp(struct conf *c);
/* Skip unless the door has this function. */
void conf_need_door(struct conf *c, bool has, const char *what);
/* A counter of a VM's or vCPU's statistics. */
uint64_t conf_stat(struct conf *c, int fd, const char *name);

/* setup.c: the call this is about. EINTR is retried, except by conf_pre_fault_once(). */
long conf_pre_fault_once(struct conf *c, int vcpu, struct kvm_pre_fault_memory *range);
long conf_pre_fault(struct conf *c, int vcpu, struct kvm_pre_fault_memory *range);
/* Pre-fault [gpa, gpa + size) on c->vcpu: want this result and this much left. */
void conf_pre_fault_expect(struct conf *c, uint64_t gpa, uint64_t size, long want, uint64_t left);
/* kvm_run tells of a memory fault there. */
void conf_expect_memory_fault(struct conf *c, uint64_t gpa, uint64_t flags);

/* td.c: launching TDs */
struct conf_td {
	uint64_t attributes, xfam;
	uint32_t nent;
	unsigned width; /* of guest-physical addresses: 48 or 52 */
};
long conf_td_command(struct conf *c, int fd, unsigned id, unsigned flags, void *data);
void conf_td_vm(struct conf *c);   /* a TD VM with split irqchip; nothing initialised */
void conf_td_init(struct conf *c); /* INIT_VM */
long conf_td_init_vm(struct conf *c, const struct conf_td *td);
void conf_td_vcpu(struct conf *c); /* a vCPU with CPUID, INIT_VCPU done */
long conf_td_cpuid(struct conf *c, int vcpu, bool x2apic);
void conf_td_s0(struct conf *c); /* S0 with guest_memfd, all private; c->memory its source */
long conf_td_region(struct conf *c, uint64_t source, uint64_t gpa, uint64_t pages, bool measure);
void conf_td_ready(struct conf *c); /* all of it: ready for memory regions */
void conf_td_finalize(struct conf *c);
/* MRTD as 96 hex digits, on hosts that show it; "" elsewhere. */
void conf_td_mrtd(struct conf *c, char text[97]);

#endif
