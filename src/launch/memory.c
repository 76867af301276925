/* SPDX-License-Identifier: BSD-2-Clause */
/* Guest memory: a memslot with a guest_memfd for each range of RAM, and for what the plan puts
 * outside RAM (the firmware below 4 GiB); all of it private, unless a rehearsal has to do
 * without. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/attr.h"
#include "base/range.h"
#include "launch/call.h"

static bool in_slots(const struct tdl_td *td, uint64_t gpa, uint64_t size)
{
	for (size_t i = 0; i < td->slot_count; i++)
		if (gpa >= td->slots[i].gpa &&
		    range_within(gpa - td->slots[i].gpa, size, td->slots[i].size))
			return true;
	return false;
}

static void add_slot(struct tdl_td *td, uint64_t gpa, uint64_t size)
{
	td->slots[td->slot_count++] = (struct td_slot){ .gpa = gpa, .size = size, .gmem_fd = -1 };
}

/* Regions that touch, like the two halves of a firmware, become one slot. */
static bool grow_slot(struct tdl_td *td, size_t first, uint64_t gpa, uint64_t size)
{
	for (size_t i = first; i < td->slot_count; i++) {
		struct td_slot *slot = &td->slots[i];

		if (slot->gpa + slot->size == gpa) {
			slot->size += size;
			return true;
		}
		if (gpa + size == slot->gpa) {
			slot->gpa = gpa;
			slot->size += size;
			return true;
		}
	}
	return false;
}

static int lay_out(struct tdl_td *td, struct tdl_error *err)
{
	size_t ram = tdl_plan_ram_count(td->plan), regions = tdl_plan_region_count(td->plan);

	td->slots = calloc(ram + regions, sizeof(*td->slots));
	if (!td->slots)
		return tdl_fail(err, -ENOMEM, "no memory for %zu memslots", ram + regions);
	for (size_t i = 0; i < ram; i++)
		add_slot(td, tdl_plan_ram(td->plan, i)->gpa, tdl_plan_ram(td->plan, i)->size);
	for (size_t i = 0; i < regions; i++) {
		const struct tdl_region *region = tdl_plan_region(td->plan, i);
		uint64_t size = region->pages * PAGE_SIZE_4K;

		if (!in_slots(td, region->gpa, size) && !grow_slot(td, ram, region->gpa, size))
			add_slot(td, region->gpa, size);
	}
	for (size_t i = 1; i < td->slot_count; i++)
		for (size_t j = 0; j < i; j++)
			if (range_overlap(td->slots[i].gpa, td->slots[i].size, td->slots[j].gpa,
					  td->slots[j].size))
				return tdl_fail(err, -EINVAL,
						"the plan has memory at 0x%llx that is partly RAM and "
						"partly not",
						(unsigned long long)td->slots[i].gpa);
	return 0;
}

/* Guest memory of its own for the slot. */
static int make_gmem(struct tdl_td *td, struct td_slot *slot, struct tdl_error *err)
{
	struct kvm_create_guest_memfd gmem = { .size = slot->size };
	long fd = call_ioctl(td, td->vm_fd, KVM_CREATE_GUEST_MEMFD, &gmem,
			     "KVM_CREATE_GUEST_MEMFD", err);

	if (fd < 0)
		return (int)fd;
	slot->gmem_fd = (int)fd;
	return 0;
}

static int make_private(struct tdl_td *td, const struct td_slot *slot, struct tdl_error *err)
{
	struct kvm_memory_attributes attributes = {
		.address = slot->gpa,
		.size = slot->size,
		.attributes = KVM_MEMORY_ATTRIBUTE_PRIVATE,
	};
	long rc = call_ioctl(td, td->vm_fd, KVM_SET_MEMORY_ATTRIBUTES, &attributes,
			     "KVM_SET_MEMORY_ATTRIBUTES", err);

	return rc < 0 ? (int)rc : 0;
}

int td_make_slot(struct tdl_td *td, uint32_t number, struct tdl_error *err)
{
	struct td_slot *slot = &td->slots[number];
	struct kvm_userspace_memory_region2 region = {
		.slot = number,
		.guest_phys_addr = slot->gpa,
		.memory_size = slot->size,
	};
	bool is_private = td->is_private && !slot->is_shared;
	long rc;

	if (is_private) {
		rc = make_gmem(td, slot, err);
		if (rc < 0)
			return (int)rc;
		region.flags = KVM_MEM_GUEST_MEMFD;
		region.guest_memfd = (uint32_t)slot->gmem_fd;
	}
	region.userspace_addr = call_pointer(slot->shared);
	rc = call_ioctl(td, td->vm_fd, KVM_SET_USER_MEMORY_REGION2, &region,
			"KVM_SET_USER_MEMORY_REGION2", err);
	if (rc < 0)
		return (int)rc;
	return is_private ? make_private(td, slot, err) : 0;
}

static int reserve(struct td_slot *slot, struct tdl_error *err)
{
	void *shared = mmap(NULL, slot->size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (shared == MAP_FAILED)
		return tdl_fail(err, -errno, "cannot reserve %llu bytes of address space: %s",
				(unsigned long long)slot->size, strerror(errno));
	slot->shared = shared;
	return 0;
}

int stage_memory(struct tdl_td *td, struct tdl_error *err)
{
	uint64_t bytes = 0;
	int rc = lay_out(td, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < td->slot_count; i++) {
		rc = reserve(&td->slots[i], err);
		if (rc == 0)
			rc = td_make_slot(td, (uint32_t)i, err);
		if (rc < 0)
			return tdl_while(err, rc, "memory at 0x%llx, %llu bytes",
					 (unsigned long long)td->slots[i].gpa,
					 (unsigned long long)td->slots[i].size);
		bytes += td->slots[i].size;
	}
	td_detail(td, "%.1f MiB in %zu memslots, %s", (double)bytes / (1 << 20), td->slot_count,
		  td->is_private ? "all private" : "none private");
	return 0;
}
