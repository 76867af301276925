/* SPDX-License-Identifier: BSD-2-Clause */
/* Guest address to page. Two sets of tables for each VM: the ordinary two-dimensional page table,
 * whose entries the model keeps as hardware would, and for a TD the mirror of its secure EPT, whose
 * every change goes to the TDX module through hooks. One helper, mmu_fault(), fills both: it serves
 * guest accesses, KVM_PRE_FAULT_MEMORY and, in older kernels' wiring, KVM_TDX_INIT_MEM_REGION.
 *
 * Threads: a vCPU maps with the lock of the VM held to read, so that others map beside it;
 * everything else here has it held to write. What two vCPUs could change at once has a lock of its
 * own that is only ever tried: who finds it taken answers MMU_RETRY. Those of one 2 MiB are kept
 * from step to step, until mmu_let_go(). See docs/design/locking.md. */
#ifndef KERNEL_MMU_MMU_H
#define KERNEL_MMU_MMU_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/brlock.h"
#include "kernel/gmem/gmem.h"
#include "kernel/kernel-test.h"
#include "kernel/mmu/user.h"
#include "kernel/slots/slots.h"
#include "kernel/trace/trace.h"

typedef uint64_t gpa_t; /* guest physical address, bytes */

/* Levels of a mapping, as KVM counts them. The TDX module counts from 0. */
enum { LEVEL_4K = 1, LEVEL_2M, LEVEL_1G, LEVEL_512G, LEVEL_256T, LEVEL_ROOT = LEVEL_256T };

static inline uint64_t level_pages(unsigned level)
{
	return (uint64_t)1 << 9 * (level - 1);
}

/* What the fault helper answers when it is not a negative errno. The numbers are Linux's RET_PF_*. */
enum mmu_result {
	MMU_CONTINUE,
	MMU_RETRY,
	MMU_EMULATE,
	MMU_WRITE_PROTECTED,
	MMU_INVALID,
	MMU_FIXED,
	MMU_SPURIOUS,
};

const char *mmu_result_name(int result);

/* How a TD's secure EPT is built and taken down; set by the VM type. Return 0; -EBUSY to have the
 * fault tried again; anything else ends it. level is KVM's: link() puts the empty table at frame
 * table_pfn under the entry of this level (so 2 for the table that holds 4 KiB leaves, which is the
 * TDX module's level 1); map() makes a leaf; unmap() and unlink() undo them, and frames
 * are the caller's again, save where unlink() says otherwise. */
struct mmu_private_ops {
	int (*link)(void *ctx, gfn_t gfn, unsigned level, pfn_t table_pfn);
	int (*map)(void *ctx, gfn_t gfn, unsigned level, pfn_t pfn);
	void (*unmap)(void *ctx, gfn_t gfn, unsigned level, pfn_t pfn);
	/* False: the module keeps the table's page, which is lost. Linux leaks it as well. */
	bool (*unlink)(void *ctx, gfn_t gfn, unsigned level, pfn_t table_pfn);
};

struct mmu_options {
	struct trace *trace; /* borrowed, as all of these */
	struct pages *pages;
	struct slots *slots;
	atomic_bool *dead;   /* the VM is bugged */
	struct brlock *lock; /* of the VM; NULL in a test with one thread */
	enum kernel_thp thp;
	bool tdp;	    /* two-dimensional paging is on */
	bool pre_fault_allowed;
	bool eagain_on_invalid_slot; /* Linux 6.18 and later; before, retry */
	bool refuse_shared_bit;	     /* Linux 6.16 and later */
	bool stale_root_hangs;	     /* before Linux 6.15: see mmu_drop_roots() */
};

struct table; /* a page of 512 entries of the ordinary tables */
struct mirror_table;
struct mirror_leaves;

/* Memory of ordinary tables. */
struct table_arena {
	pthread_mutex_t lock; /* of all of it */
	void *chunks;	/* list of mappings */
	unsigned fresh; /* tables of the first chunk never handed out */
	struct table *free;
	uint64_t used; /* tables */
};

/* What is counted. Each vCPU counts for itself what it adds, the MMU what is taken away; the sums
 * mean something, not the parts, which may be below zero. */
struct mmu_counts {
	uint64_t pages_4k, pages_2m, pages_1g; /* leaves, KVM's statistics */
	uint64_t private_pages;		       /* those of the mirror */
	uint64_t mirror_bytes;
	uint64_t faults, steps; /* calls of the helper; steps of the pre-fault */
};

#define MMU_FAULTS_MAX 8

struct mmu {
	struct mmu_options options;
	struct slots *slots;
	struct trace *trace;
	bool pre_fault_allowed; /* flipped by the VM type when the image is final */

	const struct mmu_private_ops *private_ops; /* NULL: no secure EPT */
	void *private_ctx;
	unsigned private_root_level; /* of the table that private_ops keeps: LEVEL_512G or _256T */

	uint64_t root_generation;	       /* mmu_drop_roots() was called so often */
	struct table *roots[SLOTS_SPACES_MAX]; /* ordinary tables; NULL while empty */
	struct mirror_table *mirror;	       /* root of the mirror; NULL while empty */
	struct table_arena arena;
	struct user_areas user; /* for what no vCPU asks */
	struct mmu_counts counts;
	struct mmu_vcpu *vcpus;

	pthread_mutex_t inject_lock; /* of what follows */
	struct kernel_fault injected[MMU_FAULTS_MAX];
	unsigned injected_count;
	struct mmu_host_level {
		uint64_t start, end; /* user addresses */
		unsigned level;
	} host_levels[MMU_FAULTS_MAX]; /* of kernel_test_host_level() */
	unsigned host_level_count;
};

/* Of a zeroed struct. */
void mmu_init(struct mmu *mmu, const struct mmu_options *options);
/* Frees what is left, without a word to the hooks: mmu_zap_all() comes first. */
void mmu_end(struct mmu *mmu);

/* What of a vCPU the MMU looks at. */
struct mmu_vcpu {
	struct mmu *mmu;
	struct mmu_vcpu *next;
	struct brlock_reader reader; /* of the VM's lock */
	struct mmu_counts counts;

	/* What is held from step to step, NULL: nothing; see mmu_let_go(). */
	uint64_t *held_entry;	      /* above the 4 KiB leaves mapped last, locked */
	uint64_t *held_small;	      /* those leaves */
	uint64_t held_key;	      /* which ones they are */
	struct mirror_leaves *leaves; /* of the mirror, locked */
	uint64_t leaves_key;
	struct gmem_hold gmem;
	struct slot *slot;  /* where the last frame was found */
	bool needs_writing; /* the next try must have the VM's lock held to write */
	struct user_areas user; /* for the length of a call, which ends it */

	atomic_int *signal;	 /* not 0: an unblocked signal is pending */
	bool smm;		 /* in SMM: address space 1 */
	bool nested_tdp;	 /* in L2, and L1 uses nested paging: the current MMU is not the TDP one */
	bool has_root;		 /* a root is loaded, that of root_generation */
	uint64_t root_generation;
	struct kvm_run *run;	 /* exit 39 is filled here */
	uint64_t pf_taken, pf_fixed, pf_spurious, pf_emulate; /* guest faults only */
	uint64_t pf_mmio_spte_created;
};

/* Of a zeroed struct, with the lock of the VM held to write; the end has it as well. */
void mmu_vcpu_init(struct mmu_vcpu *vcpu, struct mmu *mmu, struct kvm_run *run);
void mmu_vcpu_end(struct mmu_vcpu *vcpu);

/* Give up what is held: with it goes all that was remembered of tables and slots. Before the lock
 * of the VM is dropped. */
void mmu_let_go(struct mmu_vcpu *vcpu);
/* Let writers in between, when there are some. What was found before must be found again. */
void mmu_pause(struct mmu_vcpu *vcpu);

/* A signal is pending. mmu_signal_seen() takes it, as delivery on the way out would. */
static inline bool mmu_signal_pending(const struct mmu_vcpu *vcpu)
{
	return atomic_load_explicit(vcpu->signal, memory_order_relaxed) != 0;
}

void mmu_signal_seen(struct mmu_vcpu *vcpu);

/* One access that found no mapping. */
struct mmu_fault {
	gfn_t gfn;	 /* without the shared bit */
	bool is_write, is_prefetch, is_private;
	/* Filled by the helper. */
	struct slot *slot; /* NULL: none */
	uint64_t frame;	   /* user address, or frame number in the machine for guest_memfd, <<12 */
	bool can_write;
	unsigned level; /* of the mapping that now holds the page; LEVEL_4K until known */
};

/**
 * mmu_fault() - the page-fault helper: make the frame's mapping exist
 *
 * One try. Traced with its result and level.
 * Return: an enum mmu_result; or a negative errno, with exit 39 filled where Linux fills it.
 * Linux: kvm_tdp_page_fault().
 */
int mmu_fault(struct mmu_vcpu *vcpu, struct mmu_fault *fault);

/**
 * mmu_map() - mmu_fault() until it no longer says "retry"
 *
 * Return: as mmu_fault(), never MMU_RETRY; -EINTR when a signal is pending before a try; -EIO when
 * the VM is dead. Linux: the loop of kvm_tdp_map_page(), kvm_tdp_page_prefault().
 */
int mmu_map(struct mmu_vcpu *vcpu, struct mmu_fault *fault);

/**
 * mmu_pre_fault_step() - one step of KVM_PRE_FAULT_MEMORY
 * @size: bytes left, at least a page
 *
 * Return: bytes that are mapped from gpa on, at most size; or a negative errno.
 * Linux: kvm_arch_vcpu_pre_fault_memory().
 */
int64_t mmu_pre_fault_step(struct mmu_vcpu *vcpu, gpa_t gpa, uint64_t size);

/**
 * mmu_map_private_pfn() - put a page of the initial image under a private frame
 *
 * For KVM_TDX_INIT_MEM_REGION of 6.19 and later: levels that are missing are linked, then
 * private_ops->map() is called; busy answers are retried.
 * Return: 0; -EIO when the frame is mapped already or the VM is dead; -EINTR; -ENOMEM; or what a
 * hook said. Linux: kvm_tdp_mmu_map_private_pfn().
 */
int mmu_map_private_pfn(struct mmu_vcpu *vcpu, gfn_t gfn, pfn_t pfn);

/* The level of the private leaf that holds gfn and its frame; 0 when there is none. */
unsigned mmu_private_level(const struct mmu *mmu, gfn_t gfn, pfn_t *ret_pfn);
/* The level of the ordinary leaf; 0 when there is none. ret_frame (may be NULL) gets the address of
 * the page in user memory, or the machine's address of a guest_memfd page. */
unsigned mmu_shared_level(const struct mmu *mmu, unsigned space, gfn_t gfn, uint64_t *ret_frame);

/* Arm an injected fault; say at which level the host maps. 0 or -ENOSPC. */
int mmu_inject(struct mmu *mmu, const struct kernel_fault *fault);
int mmu_set_host_level(struct mmu *mmu, uint64_t hva, uint64_t size, unsigned level);

/* Every vCPU's root is obsolete. It gets a new one when it enters the guest; before Linux 6.15 the
 * pre-fault did not see to that, and found its root stale on every try. kvm_mmu_zap_all_fast(). */
void mmu_drop_roots(struct mmu *mmu);
/* Load the root that is current now. kvm_mmu_reload() after kvm_mmu_free_obsolete_roots(). */
void mmu_load_root(struct mmu_vcpu *vcpu);

/* Drop leaves of [start, end), in every address space; which says of which half. Tables stay. */
enum mmu_half { MMU_SHARED = 1, MMU_PRIVATE = 2, MMU_BOTH = 3 };
void mmu_zap(struct mmu *mmu, gfn_t start, gfn_t end, enum mmu_half half);

/* The process changed what it maps at user addresses [start, end): drop what was mapped from there.
 * Linux: kvm_mmu_notifier_invalidate_range_start(). */
void mmu_user_changed(struct mmu *mmu, uint64_t start, uint64_t end);

/* Drop everything, tables included. A TD's private half is dropped when the VM goes only. */
void mmu_zap_all(struct mmu *mmu, enum mmu_half half);

/* Dirty logging was switched on: split what is large. Off: join again where the host allows. */
void mmu_split(struct mmu *mmu, const struct slot *slot);
void mmu_recover(struct mmu *mmu, const struct slot *slot);

/* Fill exit 39 of kvm_run: KVM_EXIT_MEMORY_FAULT for one page. */
void mmu_memory_fault_exit(struct mmu_vcpu *vcpu, gfn_t gfn, bool is_private);

/* All counts together; with the lock held to write. */
struct mmu_counts mmu_sum(const struct mmu *mmu);

/* Bytes that tables, mirror and their bookkeeping take on this host. */
uint64_t mmu_table_bytes(const struct mmu *mmu);

#endif
