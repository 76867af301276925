/* SPDX-License-Identifier: BSD-2-Clause */
/* A sequence from its seed. Addresses come from a small stretch of guest and host memory, and most
 * calls are aimed at what earlier ones made, so that they meet. Two vCPUs take turns, as the seed
 * says; calls do not overlap in time, since no kernel promises how such calls meet.
 *
 * Left out, because Linux leaves the answer open or another part of the machine decides it:
 *   transparent huge pages     whether one is free (the runner switches them off)
 *   frames above 64 GiB        the CPU's address width, save for ranges that wrap
 *   the APIC page at 0xfee00000   whether APICv or AVIC is on
 *   mappings cut inside 2 MiB  Linux v7.3 then invalidates the 2 MiB around the cut, large page
 *                              or not (split_huge_pmd_if_needed()): calls that cut are aligned
 *   memory attributes          where the kernel has no SW_PROTECTED VMs: a build option decides
 *                              whether the ioctl exists there
 *   signals                    when they arrive
 *   a read-only struct, foreign processes   cases of the suite
 */
#include <linux/falloc.h>
#include <sys/mman.h>

#include "base/attr.h"
#include "conformance/sequence.h"
#include "uapi/kvm.h"

#define PAGE	  0x1000ull
#define HUGE	  0x200000ull
#define BASE	  0x40000000ull /* of the guest memory that is played with */
#define STRETCH	  0x1400000ull  /* 20 MiB */
#define SLOTS	  5u
#define CALLS_MIN 12u

/* What has been asked for so far, whether or not the host agreed. */
struct plan {
	uint64_t random;
	bool is_private; /* the VM's type has private memory */
	bool has_attributes;
	struct region {
		bool is_used;
		uint64_t gpa, size, hva;
		uint32_t flags;
	} regions[SLOTS];
};

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

uint64_t sequence_seed(uint64_t run_seed, uint64_t i)
{
	return mix(run_seed ^ mix(i));
}

/* xorshift64* */
static uint64_t next(struct plan *p)
{
	p->random ^= p->random >> 12;
	p->random ^= p->random << 25;
	p->random ^= p->random >> 27;
	return p->random * 0x2545f4914f6cdd1d;
}

static uint64_t below(struct plan *p, uint64_t limit)
{
	return (next(p) >> 16) % limit;
}

static bool one_in(struct plan *p, unsigned n)
{
	return below(p, n) == 0;
}

/* A size: a few pages, some, around 2 MiB, or a number of large pages. */
static uint64_t pick_size(struct plan *p)
{
	switch (below(p, 5)) {
	case 0: return PAGE * (1 + below(p, 4));
	case 1: return PAGE * (1 + below(p, 600));
	case 2: return HUGE + PAGE * below(p, 3);
	case 3: return HUGE * (1 + below(p, 3));
	default: return PAGE * (1 + below(p, 64));
	}
}

/* Somewhere in a stretch, aligned to 2 MiB half the time. */
static uint64_t pick_offset(struct plan *p, uint64_t stretch)
{
	uint64_t align = one_in(p, 2) ? HUGE : one_in(p, 2) ? 16 * PAGE : PAGE;

	return below(p, stretch / align) * align;
}

/* Now and then spoil a number that has to be a multiple of a page. */
static uint64_t maybe_spoil(struct plan *p, uint64_t value)
{
	static const uint64_t spoilt[] = { 1, 0x200, 0x800, 0xfff };

	return one_in(p, 40) ? value + spoilt[below(p, ARRAY_SIZE(spoilt))] : value;
}

/* A range of the guest: near a region that was asked for, or anywhere. */
static void aim(struct plan *p, struct sequence_call *call)
{
	const struct region *r = &p->regions[below(p, SLOTS)];

	call->gpa = BASE + pick_offset(p, STRETCH);
	call->size = pick_size(p);
	if (!r->is_used || one_in(p, 5))
		return;
	switch (below(p, 4)) {
	case 0: /* all of it */
		call->gpa = r->gpa;
		call->size = r->size;
		break;
	case 1: /* over its end */
		call->gpa = r->gpa + r->size - PAGE * (1 + below(p, 4));
		break;
	case 2: /* over its beginning */
		call->gpa = r->gpa - PAGE * below(p, 4);
		break;
	default: /* from somewhere inside */
		call->gpa = r->gpa + below(p, (r->size + PAGE - 1) / PAGE) * PAGE;
	}
}

static void aim_at_host(struct plan *p, struct sequence_call *call)
{
	bool is_huge = one_in(p, 4);

	if (is_huge) {
		call->hva = SEQUENCE_HUGE + HUGE * below(p, SEQUENCE_HUGE_SIZE / HUGE);
		call->size = HUGE * (1 + below(p, 2));
		if (call->hva + call->size > SEQUENCE_HUGE + SEQUENCE_HUGE_SIZE)
			call->size = HUGE;
		return;
	}
	call->hva = SEQUENCE_MEMORY + pick_offset(p, SEQUENCE_MEMORY_SIZE);
	call->size = pick_size(p);
	if (call->kind == SEQUENCE_WRITE && call->size > 64 * PAGE)
		call->size = 64 * PAGE;
	if (call->hva + call->size > SEQUENCE_MEMORY + SEQUENCE_MEMORY_SIZE)
		call->size = SEQUENCE_MEMORY + SEQUENCE_MEMORY_SIZE - call->hva;
}

static void aim_at_mapping(struct plan *p, struct sequence_call *call)
{
	aim_at_host(p, call);
	call->hva &= ~(HUGE - 1);
	call->size = (call->size + HUGE - 1) & ~(HUGE - 1);
}

static void make_pre_fault(struct plan *p, struct sequence_call *call)
{
	static const struct {
		uint64_t gpa, size;
	} odd[] = {
		{ BASE, 0 },
		{ BASE, -PAGE },
		{ BASE, -BASE },
		{ -PAGE, PAGE },
		{ -PAGE, 2 * PAGE },
		{ 0, PAGE },
		{ 0, 0 },
	};

	call->who = (unsigned)below(p, SEQUENCE_VCPUS);
	aim(p, call);
	call->gpa = maybe_spoil(p, call->gpa);
	call->size = maybe_spoil(p, call->size);
	if (one_in(p, 25)) {
		size_t i = below(p, ARRAY_SIZE(odd));

		call->gpa = odd[i].gpa;
		call->size = odd[i].size;
	}
	if (one_in(p, 40))
		call->value = 1ull << below(p, 64);
}

static uint32_t pick_slot_flags(struct plan *p)
{
	static const uint32_t flags[] = {
		0, 0, 0, 0,
		KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_LOG_DIRTY_PAGES,
		KVM_MEM_READONLY,
		KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES,
		1u << 4,
	};

	return flags[below(p, ARRAY_SIZE(flags))];
}

/* The host memory of a new region. */
static uint64_t pick_hva(struct plan *p, uint64_t gpa)
{
	if (one_in(p, 3))
		return SEQUENCE_HUGE + (one_in(p, 4) ? PAGE : HUGE) * below(p, 4);
	uint64_t hva = SEQUENCE_MEMORY + pick_offset(p, SEQUENCE_MEMORY_SIZE);

	if (one_in(p, 3))
		hva = (hva & ~(HUGE - 1)) | (gpa & (HUGE - 1));
	if (one_in(p, 60))
		hva = 0xffff800000000000;
	return maybe_spoil(p, hva);
}

/* A few pages of what is mapped by 4 KiB say as much as many, and sooner. */
static uint64_t fewer_pages(struct plan *p, uint64_t size, unsigned seldom)
{
	return size > 48 * PAGE && !one_in(p, seldom) ? PAGE * (1 + below(p, 48)) : size;
}

static void pick_file(struct plan *p, struct sequence_call *call)
{
	call->file = (unsigned)below(p, SEQUENCE_FILES);
	if (one_in(p, 25))
		call->file = SEQUENCE_FILES + (unsigned)below(p, 2);
	call->offset = one_in(p, 3) ? pick_offset(p, 2 * HUGE) : 0;
	if (one_in(p, 60))
		call->offset = -PAGE;
	call->offset = maybe_spoil(p, call->offset);
}

static void make_new_region(struct plan *p, struct sequence_call *call)
{
	call->gpa = maybe_spoil(p, BASE + pick_offset(p, STRETCH));
	call->size = maybe_spoil(p, pick_size(p));
	call->hva = pick_hva(p, call->gpa);
	if (call->hva < SEQUENCE_HUGE)
		call->size = fewer_pages(p, call->size, 12);
	call->flags = pick_slot_flags(p);
	if (one_in(p, 80))
		call->gpa = -call->size + PAGE * below(p, 2);
	if (one_in(p, p->is_private ? 2 : 6)) {
		call->flags |= KVM_MEM_GUEST_MEMFD;
		call->size = fewer_pages(p, call->size, 4);
	}
	pick_file(p, call);
}

/* Create, delete, move, change the flags of, or set again. */
static void make_slot(struct plan *p, struct sequence_call *call)
{
	unsigned id = (unsigned)below(p, SLOTS);
	struct region *r = &p->regions[id];
	unsigned what = (unsigned)below(p, 8);

	call->slot = id;
	if (one_in(p, 30))
		call->slot |= 1u << 16 << below(p, 2);
	if (one_in(p, 60))
		call->slot = 32763 + (unsigned)below(p, 2);
	if (!r->is_used || what < 2) {
		make_new_region(p, call);
	} else {
		call->gpa = r->gpa;
		call->size = r->size;
		call->hva = r->hva;
		call->flags = r->flags;
		if (what < 4)
			call->size = 0;
		else if (what < 6)
			call->gpa = BASE + pick_offset(p, STRETCH);
		else if (what < 7)
			call->flags ^= KVM_MEM_LOG_DIRTY_PAGES;
	}
	if (call->kind == SEQUENCE_SLOT1 && !one_in(p, 10))
		call->flags &= ~(uint32_t)KVM_MEM_GUEST_MEMFD;
	*r = (struct region){ call->size != 0, call->gpa, call->size, call->hva, call->flags };
}

static void make_file(struct plan *p, struct sequence_call *call)
{
	static const uint64_t flags[] = { 0, 0, 0, 0, 1, 3, 2, 4, 1ull << 63 };

	call->file = (unsigned)below(p, SEQUENCE_FILES);
	call->size = maybe_spoil(p, HUGE * (1 + below(p, 4)));
	if (one_in(p, 12))
		call->size = one_in(p, 2) ? 0 : 1ull << 63;
	call->value = flags[below(p, p->is_private ? 6 : ARRAY_SIZE(flags))];
}

static void make_fallocate(struct plan *p, struct sequence_call *call)
{
	static const uint32_t modes[] = {
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_KEEP_SIZE,			    0,
		FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE,
	};

	call->file = (unsigned)below(p, SEQUENCE_FILES);
	call->flags = modes[below(p, ARRAY_SIZE(modes))];
	call->offset = maybe_spoil(p, pick_offset(p, 5 * HUGE));
	call->size = one_in(p, 20) ? 0 : maybe_spoil(p, pick_size(p));
	if (one_in(p, 30))
		call->offset = one_in(p, 2) ? -PAGE : (1ull << 63) - PAGE;
}

static void make_attributes(struct plan *p, struct sequence_call *call)
{
	static const uint64_t odd[] = { 1, 2, 4, 9, 1ull << 63 };

	aim(p, call);
	call->gpa = maybe_spoil(p, call->gpa);
	call->size = maybe_spoil(p, call->size);
	call->value = one_in(p, 3) ? 0 : KVM_MEMORY_ATTRIBUTE_PRIVATE;
	if (one_in(p, 30))
		call->value = odd[below(p, ARRAY_SIZE(odd))];
	if (one_in(p, 30))
		call->flags = 1;
	if (one_in(p, 30))
		call->size = one_in(p, 2) ? 0 : -call->gpa;
}

static void make_protect(struct plan *p, struct sequence_call *call)
{
	static const uint32_t protections[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
						PROT_READ | PROT_WRITE };

	aim_at_mapping(p, call);
	call->flags = protections[below(p, ARRAY_SIZE(protections))];
}

static void make_log(struct plan *p, struct sequence_call *call)
{
	call->slot = (unsigned)below(p, SLOTS);
	if (one_in(p, 20))
		call->slot |= 1u << 16 << below(p, 2);
	call->offset = one_in(p, 3) ? 0 : 64 * below(p, 4);
	call->size = one_in(p, 3) ? 64 : p->regions[call->slot % SLOTS].size / PAGE;
	if (one_in(p, 10))
		call->offset += 1 + below(p, 63);
}

static void make_capability(struct plan *p, struct sequence_call *call)
{
	static const uint32_t caps[] = {
		KVM_CAP_USER_MEMORY, KVM_CAP_NR_MEMSLOTS, KVM_CAP_SYNC_MMU, KVM_CAP_READONLY_MEM,
		KVM_CAP_MULTI_ADDRESS_SPACE, KVM_CAP_USER_MEMORY2, KVM_CAP_MEMORY_FAULT_INFO,
		KVM_CAP_MEMORY_ATTRIBUTES, KVM_CAP_GUEST_MEMFD, KVM_CAP_PRE_FAULT_MEMORY,
		KVM_CAP_GUEST_MEMFD_FLAGS, KVM_CAP_DESTROY_MEMORY_REGION_WORKS,
		KVM_CAP_JOIN_MEMORY_REGIONS_WORKS, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2,
		KVM_CAP_BINARY_STATS_FD, 4000,
	};

	call->who = (unsigned)below(p, 3); /* system, VM, vCPU */
	call->flags = caps[below(p, ARRAY_SIZE(caps))];
	if (call->flags == KVM_CAP_MEMORY_ATTRIBUTES && !p->has_attributes)
		call->flags = KVM_CAP_USER_MEMORY;
}

/* Mostly guest_memfds; the VM and the vCPUs seldom, for little is left to do then. */
static void make_close(struct plan *p, struct sequence_call *call)
{
	call->who = one_in(p, 6) ? (unsigned)below(p, SEQUENCE_VCPUS + 1)
				 : SEQUENCE_VCPUS + 1 + (unsigned)below(p, SEQUENCE_FILES);
}

static const struct {
	void (*make)(struct plan *p, struct sequence_call *call);
	unsigned weight, weight_private; /* how often, without and with private memory */
} kinds[SEQUENCE_KINDS] = {
	[SEQUENCE_PRE_FAULT]   = { make_pre_fault, 30, 30 },
	[SEQUENCE_SLOT]	       = { make_slot, 14, 16 },
	[SEQUENCE_SLOT1]       = { make_slot, 12, 4 },
	[SEQUENCE_CREATE_FILE] = { make_file, 3, 6 },
	[SEQUENCE_FALLOCATE]   = { make_fallocate, 2, 7 },
	[SEQUENCE_ATTRIBUTES]  = { make_attributes, 1, 14 },
	[SEQUENCE_UNMAP]       = { aim_at_mapping, 3, 2 },
	[SEQUENCE_MAP]	       = { aim_at_mapping, 4, 2 },
	[SEQUENCE_PROTECT]     = { make_protect, 4, 2 },
	[SEQUENCE_DISCARD]     = { aim_at_host, 3, 2 },
	[SEQUENCE_WRITE]       = { aim_at_host, 5, 3 },
	[SEQUENCE_GET_LOG]     = { make_log, 6, 2 },
	[SEQUENCE_CLEAR_LOG]   = { make_log, 2, 1 },
	[SEQUENCE_CAPABILITY]  = { make_capability, 2, 2 },
	[SEQUENCE_CLOSE]       = { make_close, 2, 3 },
};

static unsigned weight_of(const struct plan *p, unsigned kind)
{
	if (kind == SEQUENCE_ATTRIBUTES && !p->has_attributes)
		return 0;
	return p->is_private ? kinds[kind].weight_private : kinds[kind].weight;
}

static enum sequence_kind pick_kind(struct plan *p)
{
	unsigned total = 0, at;

	for (unsigned i = 0; i < SEQUENCE_KINDS; i++)
		total += weight_of(p, i);
	at = (unsigned)below(p, total);
	for (unsigned i = 0; i < SEQUENCE_KINDS; i++) {
		unsigned weight = weight_of(p, i);

		if (at < weight)
			return (enum sequence_kind)i;
		at -= weight;
	}
	return SEQUENCE_PRE_FAULT;
}

void sequence_make(uint64_t seed, unsigned vm_types, struct sequence *ret_sequence)
{
	struct plan plan = { .random = seed | 1 };
	struct sequence s = { .seed = seed };

	next(&plan);
	if (vm_types & 1u << KVM_X86_SW_PROTECTED_VM && (vm_types == 2 || one_in(&plan, 2)))
		s.vm_type = KVM_X86_SW_PROTECTED_VM;
	plan.has_attributes = vm_types & 1u << KVM_X86_SW_PROTECTED_VM;
	plan.is_private = s.vm_type == KVM_X86_SW_PROTECTED_VM;
	s.count = CALLS_MIN + (unsigned)below(&plan, SEQUENCE_CALLS_MAX - CALLS_MIN + 1);
	for (unsigned i = 0; i < s.count; i++) {
		struct sequence_call *call = &s.calls[i];

		/* Something to pre-fault must be there first. */
		call->kind = i == 0 && plan.is_private ? SEQUENCE_CREATE_FILE
			     : i < 3		       ? SEQUENCE_SLOT
						       : pick_kind(&plan);
		kinds[call->kind].make(&plan, call);
	}
	*ret_sequence = s;
}
