/* SPDX-License-Identifier: BSD-2-Clause */
/* The ioctls about guest memory: memslots, attributes, guest_memfd, the dirty log. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/range.h"
#include "kernel/core/core.h"

/* kvm_arch_flush_shadow_memslot(): a VM of the default type drops all it has, and finds the rest
 * again by faulting; others drop the slot's range. */
static void drop_slot(void *ctx, const struct slot *slot)
{
	struct vm *vm = ((struct call *)ctx)->vm;

	if (vm->ops->type != KVM_X86_DEFAULT_VM) {
		mmu_zap(&vm->mmu, slot->gfn, slot->gfn + slot->count, MMU_BOTH);
		return;
	}
	mmu_zap_all(&vm->mmu, MMU_BOTH);
	mmu_drop_roots(&vm->mmu);
}

/* kvm_mmu_slot_apply_flags(). What is read-only cannot get dirty: nothing is split or joined. */
static void slot_flags_changed(void *ctx, const struct slot *slot, uint32_t old_flags)
{
	struct vm *vm = ((struct call *)ctx)->vm;

	if (slot->flags & KVM_MEM_READONLY)
		return;
	if (slot->flags & ~old_flags & KVM_MEM_LOG_DIRTY_PAGES) {
		mmu_split(&vm->mmu, slot);
	} else if (~slot->flags & old_flags & KVM_MEM_LOG_DIRTY_PAGES) {
		user_areas_forget(&vm->mmu.user);
		mmu_recover(&vm->mmu, slot);
	}
}

static int find_gmem(void *ctx, int fd, struct gmem **ret_gmem)
{
	struct call *call = ctx;
	struct file *file = file_get(call->kernel, fd);

	if (!file)
		return refuse(call_trace(call), -EBADF, "memslot.gmem-fd", "descriptor %d", fd);
	call->held = file;
	if (file->kind != FILE_GMEM || file->vm != call->vm)
		return refuse(call_trace(call), -EINVAL, "memslot.gmem-other",
			      "descriptor %d is no guest_memfd of this VM", fd);
	*ret_gmem = file->gmem;
	return 0;
}

static long set_region(struct call *call, const struct kvm_userspace_memory_region2 *region,
		       bool v1_only)
{
	struct slots_hooks hooks = { find_gmem, drop_slot, slot_flags_changed, call };

	return slots_set(&call->vm->slots, region, v1_only, &hooks);
}

long set_memory_region(struct call *call)
{
	struct kvm_userspace_memory_region old;
	int rc = call_read(call, &old, sizeof(old));

	if (rc < 0)
		return rc;
	return set_region(call,
			  &(struct kvm_userspace_memory_region2){
				  .slot = old.slot,
				  .flags = old.flags,
				  .guest_phys_addr = old.guest_phys_addr,
				  .memory_size = old.memory_size,
				  .userspace_addr = old.userspace_addr,
			  },
			  true);
}

long set_memory_region2(struct call *call)
{
	struct kvm_userspace_memory_region2 region;
	int rc = call_read(call, &region, sizeof(region));

	return rc < 0 ? rc : set_region(call, &region, false);
}

/* kvm_arch_pre_set_memory_attributes(): the half that becomes stale. */
struct attribute_drop {
	struct vm *vm;
	enum mmu_half stale;
};

static void drop_stale(void *ctx, gfn_t start, gfn_t end)
{
	struct attribute_drop *drop = ctx;

	mmu_zap(&drop->vm->mmu, start, end, drop->stale);
}

long set_memory_attributes(struct call *call)
{
	struct kvm_memory_attributes attributes;
	int rc = call_read(call, &attributes, sizeof(attributes));

	if (rc < 0)
		return rc;
	struct attribute_drop drop = { call->vm, MMU_PRIVATE };

	if (attributes.attributes & KVM_MEMORY_ATTRIBUTE_PRIVATE)
		drop.stale = MMU_SHARED;
	return slots_set_attributes(&call->vm->slots, &attributes, drop_stale, &drop);
}

/* kvm_gmem_invalidate_begin() */
static void unmap_private(void *ctx, uint64_t gfn, uint64_t count)
{
	mmu_zap(&((struct vm *)ctx)->mmu, gfn, gfn + count, MMU_PRIVATE);
}

static void unmap_shared(void *ctx, uint64_t gfn, uint64_t count)
{
	mmu_zap(&((struct vm *)ctx)->mmu, gfn, gfn + count, MMU_SHARED);
}

long create_guest_memfd(struct call *call)
{
	const struct linux_behaviour *behaviour = call->kernel->machine.behaviour;
	struct kvm_create_guest_memfd wish;
	struct gmem *gmem = NULL;
	int rc = call_read(call, &wish, sizeof(wish));

	if (rc < 0)
		return rc;
	struct gmem_options options = {
		.pages = &call->kernel->machine.pages,
		.trace = call_trace(call),
		.unmap = wish.flags & GUEST_MEMFD_FLAG_INIT_SHARED ? unmap_shared : unmap_private,
		.unmap_ctx = call->vm,
		.flags = call->vm->ops->has_private_mem ? behaviour->gmem_flags_private
							: behaviour->gmem_flags_plain,
		.bound_error = behaviour->gmem_bound_eexist ? EEXIST : EINVAL,
	};

	rc = gmem_new(&options, wish.size, wish.flags, &gmem);
	if (rc < 0)
		return rc;
	rc = fd_new_of_vm(call->kernel,
			  &(struct file){ .kind = FILE_GMEM, .vm = call->vm, .gmem = gmem });
	if (rc < 0)
		gmem_free(gmem);
	return rc;
}

/* first_page is CLEAR_DIRTY_LOG's, and judged before the slot is looked up. */
static int find_logged(struct call *call, uint32_t number, uint64_t first_page,
		       struct slot **ret_slot)
{
	unsigned space = number >> 16, id = number & 0xffff;

	if (space >= call->vm->slots.rules.spaces || id >= SLOTS_USER_MAX)
		return refuse(call_trace(call), -EINVAL, "dirty-log.slot", "slot %u of space %u", id,
			      space);
	if (first_page % 64)
		return refuse(call_trace(call), -EINVAL, "dirty-log.range", "from page %llu",
			      (unsigned long long)first_page);
	struct slot *slot = slots_by_id(&call->vm->slots, space, id);

	if (!slot || !slot->dirty)
		return refuse(call_trace(call), -ENOENT, "dirty-log.off", "slot %u is not logged",
			      id);
	*ret_slot = slot;
	return 0;
}

/* kvm_get_dirty_log_protect() */
long get_dirty_log(struct call *call)
{
	struct kvm_dirty_log log;
	struct slot *slot = NULL;
	int rc = call_read(call, &log, sizeof(log));

	if (rc == 0)
		rc = find_logged(call, log.slot, 0, &slot);
	if (rc < 0)
		return rc;
	size_t size = (slot->count + 63) / 64 * sizeof(uint64_t);

	if (user_write(log.dirty_bitmap, slot->dirty, size) < 0)
		return refuse(call_trace(call), -EFAULT, "dirty-log.bitmap", "%zu bytes at %p", size,
			      log.dirty_bitmap);
	if (!call->vm->manual_dirty_log)
		memset(slot->dirty, 0, size);
	return 0;
}

/* kvm_clear_dirty_log_protect() */
long clear_dirty_log(struct call *call)
{
	struct kvm_clear_dirty_log log;
	struct slot *slot = NULL;
	int rc = call_read(call, &log, sizeof(log));

	if (rc == 0)
		rc = find_logged(call, log.slot, log.first_page, &slot);
	if (rc < 0)
		return rc;
	if (log.first_page > slot->count ||
	    log.num_pages > slot->count - log.first_page ||
	    (log.num_pages % 64 && log.num_pages < slot->count - log.first_page))
		return refuse(call_trace(call), -EINVAL, "dirty-log.range", "%u pages from %llu",
			      log.num_pages, (unsigned long long)log.first_page);
	for (uint64_t word = 0; word < (log.num_pages + 63) / 64; word++) {
		uint64_t bits;

		if (user_read(&bits, (uint64_t *)log.dirty_bitmap + word, sizeof(bits)) < 0)
			return refuse(call_trace(call), -EFAULT, "dirty-log.bitmap", "at %p",
				      log.dirty_bitmap);
		slot->dirty[log.first_page / 64 + word] &= ~bits;
	}
	return 0;
}
