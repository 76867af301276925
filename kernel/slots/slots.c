/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/range.h"
#include "kernel/slots/slots.h"
#include "uapi/kvm.h"

#define USER_END	0x7ffffffff000u /* TASK_SIZE_MAX with four-level paging */
#define SLOT_PAGES_MAX	0x7fffffffu	/* KVM_MEM_MAX_NR_PAGES */

void slots_init(struct slots *slots, struct trace *trace, const struct slots_rules *rules)
{
	slots->trace = trace;
	slots->rules = *rules;
}

static void slot_free(struct slot *slot)
{
	if (!slot)
		return;
	gmem_unbind(&slot->gmem);
	free(slot->dirty);
	free(slot);
}

void slots_end(struct slots *slots)
{
	for (unsigned space = 0; space < SLOTS_SPACES_MAX; space++) {
		for (size_t i = 0; i < slots->count[space]; i++)
			slot_free(slots->sorted[space][i]);
		free(slots->sorted[space]);
	}
	attributes_end(&slots->attributes);
}

/* Index of the first slot that ends behind gfn. */
static size_t first_after(const struct slots *slots, unsigned space, gfn_t gfn)
{
	size_t low = 0, high = slots->count[space];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct slot *slot = slots->sorted[space][middle];

		if (slot->gfn + slot->count <= gfn)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct slot *slots_find(const struct slots *slots, unsigned space, gfn_t gfn)
{
	size_t i = first_after(slots, space, gfn);

	if (i == slots->count[space] || slots->sorted[space][i]->gfn > gfn)
		return NULL;
	return slots->sorted[space][i];
}

struct slot *slots_by_id(const struct slots *slots, unsigned space, unsigned id)
{
	return space < SLOTS_SPACES_MAX && id < SLOTS_IDS ? slots->by_id[space][id] : NULL;
}

/* A slot other than this id in the way of [gfn, gfn + count). */
static const struct slot *overlapping(const struct slots *slots, unsigned space, unsigned id,
				      gfn_t gfn, uint64_t count)
{
	for (size_t i = first_after(slots, space, gfn); i < slots->count[space]; i++) {
		const struct slot *slot = slots->sorted[space][i];

		if (slot->gfn >= gfn + count)
			return NULL;
		if (slot->id != id)
			return slot;
	}
	return NULL;
}

static void detach(struct slots *slots, struct slot *slot)
{
	struct slot **sorted = slots->sorted[slot->space];
	size_t i = 0;

	while (sorted[i] != slot)
		i++;
	slots->count[slot->space]--;
	memmove(&sorted[i], &sorted[i + 1], (slots->count[slot->space] - i) * sizeof(*sorted));
	slots->by_id[slot->space][slot->id] = NULL;
}

/* There is room: see make_room(). */
static void attach(struct slots *slots, struct slot *slot)
{
	size_t i = first_after(slots, slot->space, slot->gfn);
	struct slot **sorted = slots->sorted[slot->space];

	memmove(&sorted[i + 1], &sorted[i], (slots->count[slot->space] - i) * sizeof(*sorted));
	sorted[i] = slot;
	slots->count[slot->space]++;
	slots->by_id[slot->space][slot->id] = slot;
}

static int make_room(struct slots *slots, unsigned space)
{
	if (slots->count[space] < slots->room[space])
		return 0;
	size_t room = slots->room[space] ? 2 * slots->room[space] : 8;
	struct slot **grown = realloc(slots->sorted[space], room * sizeof(struct slot *));

	if (!grown)
		return -ENOMEM;
	slots->sorted[space] = grown;
	slots->room[space] = room;
	return 0;
}

#define ULL(x) ((unsigned long long)(x))

/* check_memory_region_flags() */
static int check_flags(struct slots *slots, const struct kvm_userspace_memory_region2 *r)
{
	uint32_t known = KVM_MEM_LOG_DIRTY_PAGES;

	if (!slots->rules.gmem_needs_private || slots->rules.has_private)
		known |= KVM_MEM_GUEST_MEMFD;
	if (r->flags & KVM_MEM_GUEST_MEMFD)
		known &= ~(uint32_t)KVM_MEM_LOG_DIRTY_PAGES;
	else if (!slots->rules.no_readonly)
		known |= KVM_MEM_READONLY;
	if (r->flags & ~known)
		return refuse(slots->trace, -EINVAL, "memslot.flags", "flags 0x%x, allowed 0x%x",
			      r->flags, known);
	return 0;
}

/* The first half of kvm_set_memory_region(): what can be told from the struct alone. */
static int check_region(struct slots *slots, const struct kvm_userspace_memory_region2 *r)
{
	unsigned space = r->slot >> 16;
	int rc = check_flags(slots, r);

	if (rc < 0)
		return rc;
	if (!is_aligned(r->memory_size, PAGE_SIZE_4K) ||
	    !is_aligned(r->guest_phys_addr, PAGE_SIZE_4K))
		return refuse(slots->trace, -EINVAL, "memslot.aligned", "gpa 0x%llx, size 0x%llx",
			      ULL(r->guest_phys_addr), ULL(r->memory_size));
	if (!is_aligned(r->userspace_addr, PAGE_SIZE_4K) ||
	    !range_within(r->userspace_addr, r->memory_size, USER_END))
		return refuse(slots->trace, -EINVAL, "memslot.user-address",
			      "userspace_addr 0x%llx, size 0x%llx", ULL(r->userspace_addr),
			      ULL(r->memory_size));
	if (r->flags & KVM_MEM_GUEST_MEMFD &&
	    (!is_aligned(r->guest_memfd_offset, PAGE_SIZE_4K) ||
	     !range_fits(r->guest_memfd_offset, r->memory_size)))
		return refuse(slots->trace, -EINVAL, "memslot.gmem-offset",
			      "guest_memfd_offset 0x%llx, size 0x%llx", ULL(r->guest_memfd_offset),
			      ULL(r->memory_size));
	if (space >= slots->rules.spaces)
		return refuse(slots->trace, -EINVAL, "memslot.space",
			      "address space %u, there are %u", space, slots->rules.spaces);
	if (!range_fits(r->guest_phys_addr, r->memory_size))
		return refuse(slots->trace, -EINVAL, "memslot.wrap", "gpa 0x%llx, size 0x%llx",
			      ULL(r->guest_phys_addr), ULL(r->memory_size));
	if (r->memory_size >> 12 > SLOT_PAGES_MAX)
		return refuse(slots->trace, -EINVAL, "memslot.pages", "%llu pages",
			      ULL(r->memory_size >> 12));
	return 0;
}

/* kvm_arch_prepare_memory_region() */
static int check_last_gfn(struct slots *slots, gfn_t gfn, uint64_t count)
{
	gfn_t last = gfn + count - 1;

	if (last >= slots->rules.gfn_limit)
		return refuse(slots->trace, -EINVAL, "memslot.host-limit",
			      "last frame 0x%llx, host ends at 0x%llx", ULL(last),
			      ULL(slots->rules.gfn_limit));
	if (last & slots->rules.shared_bit)
		return refuse(slots->trace, -EINVAL, "memslot.shared-bit",
			      "last frame 0x%llx has the shared bit", ULL(last));
	return 0;
}

static int set_dirty(struct slot *slot, uint32_t flags)
{
	if (!(flags & KVM_MEM_LOG_DIRTY_PAGES)) {
		free(slot->dirty);
		slot->dirty = NULL;
		return 0;
	}
	if (!slot->dirty)
		slot->dirty = calloc((slot->count + 63) / 64, sizeof(*slot->dirty));
	return slot->dirty ? 0 : -ENOMEM;
}

/* Its file, when it is to have one. */
static int find_gmem(const struct slot *slot, const struct kvm_userspace_memory_region2 *r,
		     const struct slots_hooks *hooks, struct gmem **ret_gmem)
{
	int rc = 0;

	if (r->flags & KVM_MEM_GUEST_MEMFD)
		rc = hooks->find_gmem(hooks->ctx, (int)r->guest_memfd, ret_gmem);
	if (rc == 0 && *ret_gmem)
		rc = gmem_check_range(*ret_gmem, r->guest_memfd_offset, slot->count);
	return rc;
}

static int bind_gmem(struct slot *slot, struct gmem *gmem,
		     const struct kvm_userspace_memory_region2 *r)
{
	int rc = gmem ? gmem_bind(gmem, r->guest_memfd_offset, slot->count, slot->gfn, &slot->gmem)
		      : 0;

	if (rc == 0)
		slot->gmem_only = gmem && gmem_is_mappable(gmem);
	return rc;
}

static int create(struct slots *slots, const struct kvm_userspace_memory_region2 *r,
		  const struct slots_hooks *hooks)
{
	bool late = slots->rules.bound_late;
	struct gmem *gmem = NULL;
	struct slot *slot = calloc(1, sizeof(*slot));
	int rc = slot ? make_room(slots, r->slot >> 16) : -ENOMEM;

	if (rc < 0)
		goto out_free;
	*slot = (struct slot){ .id = r->slot & 0xffff,
			       .space = r->slot >> 16,
			       .flags = r->flags,
			       .gfn = r->guest_phys_addr >> 12,
			       .count = r->memory_size >> 12,
			       .hva = r->userspace_addr };
	rc = find_gmem(slot, r, hooks, &gmem);
	if (rc == 0 && !late)
		rc = bind_gmem(slot, gmem, r);
	if (rc == 0)
		rc = check_last_gfn(slots, slot->gfn, slot->count);
	if (rc == 0)
		rc = set_dirty(slot, slot->flags);
	if (rc == 0 && late)
		rc = bind_gmem(slot, gmem, r);
	if (rc < 0)
		goto out_free;
	attach(slots, slot);
	return 0;
out_free:
	slot_free(slot);
	return rc;
}

static int delete(struct slots *slots, struct slot *slot, const struct slots_hooks *hooks)
{
	hooks->drop(hooks->ctx, slot);
	detach(slots, slot);
	slot_free(slot);
	return 0;
}

/* The old place is dropped before the new one is judged, as kvm_set_memslot() does. */
static int move(struct slots *slots, struct slot *slot, const struct kvm_userspace_memory_region2 *r,
		const struct slots_hooks *hooks)
{
	gfn_t gfn = r->guest_phys_addr >> 12;
	int rc;

	hooks->drop(hooks->ctx, slot);
	rc = check_last_gfn(slots, gfn, slot->count);
	if (rc == 0)
		rc = set_dirty(slot, r->flags);
	if (rc < 0)
		return rc;
	detach(slots, slot);
	slot->gfn = gfn;
	slot->flags = r->flags;
	attach(slots, slot);
	return 0;
}

static int change_flags(struct slots *slots, struct slot *slot, uint32_t flags,
			const struct slots_hooks *hooks)
{
	uint32_t old = slot->flags;
	int rc = check_last_gfn(slots, slot->gfn, slot->count);

	if (rc == 0)
		rc = set_dirty(slot, flags);
	if (rc < 0)
		return rc;
	slot->flags = flags;
	hooks->flags_changed(hooks->ctx, slot, old);
	return 0;
}

static int check_overlap(struct slots *slots, const struct kvm_userspace_memory_region2 *r)
{
	const struct slot *other = overlapping(slots, r->slot >> 16, r->slot & 0xffff,
					       r->guest_phys_addr >> 12, r->memory_size >> 12);

	if (other)
		return refuse(slots->trace, -EEXIST, "memslot.overlap",
			      "gpa 0x%llx, size 0x%llx meet slot %u", ULL(r->guest_phys_addr),
			      ULL(r->memory_size), other->id);
	return 0;
}

/* An existing slot: what may change, and which change it is. */
static int change(struct slots *slots, struct slot *slot,
		  const struct kvm_userspace_memory_region2 *r, const struct slots_hooks *hooks)
{
	if (r->flags & KVM_MEM_GUEST_MEMFD)
		return refuse(slots->trace, -EINVAL, "memslot.gmem-change",
			      "slot %u exists; with GUEST_MEMFD it can only be deleted", slot->id);
	if (r->userspace_addr != slot->hva || r->memory_size >> 12 != slot->count ||
	    (r->flags ^ slot->flags) & (KVM_MEM_READONLY | KVM_MEM_GUEST_MEMFD))
		return refuse(slots->trace, -EINVAL, "memslot.change",
			      "slot %u: size, user address, READONLY and GUEST_MEMFD stay", slot->id);
	if (r->guest_phys_addr >> 12 != slot->gfn) {
		int rc = check_overlap(slots, r);

		return rc < 0 ? rc : move(slots, slot, r, hooks);
	}
	if (r->flags == slot->flags)
		return 0;
	return change_flags(slots, slot, r->flags, hooks);
}

int slots_set(struct slots *slots, const struct kvm_userspace_memory_region2 *r, bool v1_only,
	      const struct slots_hooks *hooks)
{
	unsigned id = r->slot & 0xffff;
	int rc;

	if (v1_only && r->flags & ~(uint32_t)(KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY))
		return refuse(slots->trace, -EINVAL, "memslot.v1-flags", "flags 0x%x", r->flags);
	if (id >= SLOTS_USER_MAX)
		return refuse(slots->trace, -EINVAL, "memslot.id", "slot %u", id);
	rc = check_region(slots, r);
	if (rc < 0)
		return rc;
	struct slot *old = slots_by_id(slots, r->slot >> 16, id);

	if (r->memory_size == 0)
		return old ? delete(slots, old, hooks)
			   : refuse(slots->trace, -EINVAL, "memslot.delete-none",
				    "there is no slot %u", id);
	if (old)
		return change(slots, old, r, hooks);
	rc = check_overlap(slots, r);
	return rc < 0 ? rc : create(slots, r, hooks);
}

int slots_add_internal(struct slots *slots, unsigned id, gfn_t gfn, uint64_t count, uint64_t hva)
{
	if (overlapping(slots, 0, id, gfn, count))
		return refuse(slots->trace, -EEXIST, "memslot.internal-overlap",
			      "frame 0x%llx is taken", ULL(gfn));
	struct slot *slot = calloc(1, sizeof(*slot));
	int rc = slot ? make_room(slots, 0) : -ENOMEM;

	if (rc < 0) {
		free(slot);
		return rc;
	}
	*slot = (struct slot){ .id = id, .gfn = gfn, .count = count, .hva = hva };
	attach(slots, slot);
	return 0;
}

/* kvm_vm_ioctl_set_mem_attributes() */
int slots_set_attributes(struct slots *slots, const struct kvm_memory_attributes *a,
			 void (*drop)(void *ctx, gfn_t start, gfn_t end), void *ctx)
{
	gfn_t start = a->address >> 12, end = start + (a->size >> 12);

	if (a->flags)
		return refuse(slots->trace, -EINVAL, "attributes.flags", "flags 0x%llx",
			      ULL(a->flags));
	if (a->attributes & ~slots->rules.attributes)
		return refuse(slots->trace, -EINVAL, "attributes.unknown",
			      "attributes 0x%llx, known 0x%llx", ULL(a->attributes),
			      ULL(slots->rules.attributes));
	if (a->size == 0 || !range_fits(a->address, a->size))
		return refuse(slots->trace, -EINVAL, "attributes.range", "address 0x%llx, size 0x%llx",
			      ULL(a->address), ULL(a->size));
	if (!is_aligned(a->address, PAGE_SIZE_4K) || !is_aligned(a->size, PAGE_SIZE_4K))
		return refuse(slots->trace, -EINVAL, "attributes.aligned",
			      "address 0x%llx, size 0x%llx", ULL(a->address), ULL(a->size));
	if (attributes_all(&slots->attributes, start, end, a->attributes))
		return 0;
	drop(ctx, start, end);
	return attributes_set(&slots->attributes, start, end, a->attributes);
}
