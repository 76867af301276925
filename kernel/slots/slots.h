/* SPDX-License-Identifier: BSD-2-Clause */
/* Memslots: which guest frames are backed by which user memory, and by which guest_memfd. The lock
 * of the VM protects them: whoever keeps a pointer to a slot lets it go with the lock. */
#ifndef KERNEL_SLOTS_SLOTS_H
#define KERNEL_SLOTS_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/gmem/gmem.h"
#include "kernel/slots/attributes.h"
#include "kernel/trace/trace.h"

struct kvm_userspace_memory_region2;
struct kvm_memory_attributes;

typedef uint64_t gfn_t; /* guest frame number, 4 KiB pages */

#define SLOTS_USER_MAX	 32764 /* user slots of an address space */
#define SLOTS_APIC	 32765 /* KVM's own slot: the APIC-access page */
#define SLOTS_IDS	 32766
#define SLOTS_SPACES_MAX 2     /* 1 is what a vCPU sees in SMM */

struct slot {
	unsigned id, space;
	uint32_t flags; /* KVM_MEM_* */
	gfn_t gfn;
	uint64_t count; /* pages */
	uint64_t hva;	/* user address of the first page */
	struct gmem_binding gmem; /* gmem.count != 0: made with KVM_MEM_GUEST_MEMFD */
	bool gmem_only; /* every fault is served from guest_memfd */
	uint64_t *dirty; /* one bit a page while KVM_MEM_LOG_DIRTY_PAGES, else NULL */
};

/* What the VM type and the state of the VM allow; the owner may change it at any time. */
struct slots_rules {
	unsigned spaces;	 /* address spaces: 1 or 2 */
	bool no_readonly;	 /* VM with protected state */
	bool gmem_needs_private; /* Linux before 6.18: GUEST_MEMFD only with private memory */
	bool has_private;	 /* the VM type has private memory */
	bool bound_late;	 /* Linux from 7.3: a file's range is bound once the rest is good */
	uint64_t attributes;	 /* attribute bits this VM knows, 0 when it has none */
	gfn_t gfn_limit;	 /* first frame beyond the host's maximum */
	gfn_t shared_bit;	 /* frames with this bit are aliases; 0: none */
};

struct slots {
	struct trace *trace; /* borrowed */
	struct slots_rules rules;
	struct slot *by_id[SLOTS_SPACES_MAX][SLOTS_IDS];
	struct slot **sorted[SLOTS_SPACES_MAX]; /* by gfn; owns the slots */
	size_t count[SLOTS_SPACES_MAX], room[SLOTS_SPACES_MAX];
	struct attributes attributes;
};

/* Of a zeroed struct: it is half a megabyte, mostly never touched. */
void slots_init(struct slots *slots, struct trace *trace, const struct slots_rules *rules);
void slots_end(struct slots *slots);

/* The slot of a frame, or NULL. */
struct slot *slots_find(const struct slots *slots, unsigned space, gfn_t gfn);
struct slot *slots_by_id(const struct slots *slots, unsigned space, unsigned id);

static inline bool slot_has_gmem(const struct slot *slot)
{
	return slot->gmem.count != 0;
}

/* User address, and guest_memfd page, of a frame of the slot. */
static inline uint64_t slot_hva(const struct slot *slot, gfn_t gfn)
{
	return slot->hva + ((gfn - slot->gfn) << 12);
}

static inline uint64_t slot_gmem_index(const struct slot *slot, gfn_t gfn)
{
	return slot->gmem.index + (gfn - slot->gfn);
}

/* What happens around a change. Mappings of a slot that goes or moves are dropped before it does,
 * those of a slot whose flags change are adapted after. */
struct slots_hooks {
	int (*find_gmem)(void *ctx, int fd, struct gmem **ret_gmem); /* or -EBADF, -EINVAL */
	void (*drop)(void *ctx, const struct slot *slot);
	void (*flags_changed)(void *ctx, const struct slot *slot, uint32_t old_flags);
	void *ctx;
};

/* KVM_SET_USER_MEMORY_REGION2 on a copy of the caller's struct; with v1_only, the rules of the
 * older ioctl. */
int slots_set(struct slots *slots, const struct kvm_userspace_memory_region2 *region, bool v1_only,
	      const struct slots_hooks *hooks);

/* A slot of KVM's own, not limited to user ids. -EEXIST when something is there. */
int slots_add_internal(struct slots *slots, unsigned id, gfn_t gfn, uint64_t count, uint64_t hva);

/* KVM_SET_MEMORY_ATTRIBUTES: check, and set. drop is called with the frames that change, before
 * they do; not at all when nothing would. */
int slots_set_attributes(struct slots *slots, const struct kvm_memory_attributes *attributes,
			 void (*drop)(void *ctx, gfn_t start, gfn_t end), void *ctx);

static inline bool slots_is_private(const struct slots *slots, gfn_t gfn)
{
	return slots->rules.has_private && attributes_get(&slots->attributes, gfn, NULL) & 8;
}

#endif
