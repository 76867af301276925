/* SPDX-License-Identifier: BSD-2-Clause */
/* The page-fault helper: who backs the frame, at which level, and into which tables it goes. */
#include <errno.h>
#include <sched.h>

#include "base/attr.h"
#include "kernel/mmu/mirror.h"
#include "kernel/mmu/mmu.h"
#include "kernel/mmu/table.h"
#include "uapi/kvm.h"

#define ULL(x) ((unsigned long long)(x))

const char *mmu_result_name(int result)
{
	static const char *const names[] = {
		[MMU_CONTINUE] = "CONTINUE",	       [MMU_RETRY] = "RETRY",
		[MMU_EMULATE] = "EMULATE",	       [MMU_WRITE_PROTECTED] = "WRITE_PROTECTED",
		[MMU_INVALID] = "INVALID",	       [MMU_FIXED] = "FIXED",
		[MMU_SPURIOUS] = "SPURIOUS",
	};

	return result >= 0 && (size_t)result < ARRAY_SIZE(names) ? names[result] : "error";
}

void mmu_memory_fault_exit(struct mmu_vcpu *vcpu, gfn_t gfn, bool is_private)
{
	vcpu->run->exit_reason = KVM_EXIT_MEMORY_FAULT;
	vcpu->run->memory_fault.flags = is_private ? KVM_MEMORY_EXIT_FLAG_PRIVATE : 0;
	vcpu->run->memory_fault.gpa = gfn << 12;
	vcpu->run->memory_fault.size = 4096;
}

/* An error that user space is told about in kvm_run. */
#define refuse_with_exit(vcpu, fault, error, rule)                                                 \
	__extension__({                                                                            \
		mmu_memory_fault_exit(vcpu, (fault)->gfn, (fault)->is_private);                    \
		refuse((vcpu)->mmu->trace, error, rule, "gpa 0x%llx", ULL((fault)->gfn) << 12);    \
	})

/* Do what is armed for this frame: an errno or a result that ends the fault, or MMU_CONTINUE. */
static int injected(struct mmu_vcpu *vcpu, struct mmu_fault *fault)
{
	struct mmu *mmu = vcpu->mmu;

	for (unsigned i = 0; i < mmu->injected_count; i++) {
		struct kernel_fault *f = &mmu->injected[i];

		if (f->gpa != KERNEL_ANY_GPA && f->gpa >> 12 != fault->gfn)
			continue;
		if (f->skip) {
			f->skip--;
			continue;
		}
		if (f->times == 0)
			continue;
		if (f->times != KERNEL_FOREVER)
			f->times--;
		switch (f->kind) {
		case KERNEL_FAULT_RETRY:
			return MMU_RETRY;
		case KERNEL_FAULT_EMULATE:
			return MMU_EMULATE;
		case KERNEL_FAULT_INVALID:
			return MMU_INVALID;
		case KERNEL_FAULT_ENOMEM:
			return refuse(mmu->trace, -ENOMEM, "fault.no-memory", "gpa 0x%llx",
				      ULL(fault->gfn) << 12);
		case KERNEL_FAULT_EAGAIN:
			if (!fault->is_prefetch || !mmu->options.eagain_on_invalid_slot)
				return MMU_RETRY;
			return refuse(mmu->trace, -EAGAIN, "fault.slot-going", "gpa 0x%llx",
				      ULL(fault->gfn) << 12);
		case KERNEL_FAULT_EHWPOISON:
			return refuse_with_exit(vcpu, fault, -EHWPOISON, "fault.gmem-poison");
		case KERNEL_FAULT_SIGNAL:
			atomic_store(vcpu->signal, 1);
			break;
		case KERNEL_FAULT_VM_DEAD:
			atomic_store(mmu->options.dead, true);
			break;
		}
	}
	return MMU_CONTINUE;
}

static int injected_locked(struct mmu_vcpu *vcpu, struct mmu_fault *fault)
{
	int rc;

	pthread_mutex_lock(&vcpu->mmu->inject_lock);
	rc = injected(vcpu, fault);
	pthread_mutex_unlock(&vcpu->mmu->inject_lock);
	return rc;
}

static struct slot *find_slot(struct mmu_vcpu *vcpu, unsigned space, gfn_t gfn)
{
	struct slot *last = vcpu->slot;

	if (!last || last->space != space || gfn - last->gfn >= last->count)
		vcpu->slot = slots_find(vcpu->mmu->slots, space, gfn);
	return vcpu->slot;
}

/* kvm_mmu_faultin_pfn_gmem() */
static int fault_in_gmem(struct mmu_vcpu *vcpu, struct mmu_fault *fault)
{
	const struct slot *slot = fault->slot;
	pfn_t pfn = 0;
	int rc;

	if (!slot_has_gmem(slot))
		return refuse_with_exit(vcpu, fault, -EFAULT, "fault.private-no-gmem");
	if (!slot->gmem.gmem)
		return refuse_with_exit(vcpu, fault, -EFAULT, "fault.gmem-closed");
	rc = gmem_get(slot->gmem.gmem, slot_gmem_index(slot, fault->gfn), &vcpu->gmem, &pfn);
	if (rc == -EBUSY)
		return MMU_RETRY; /* Linux waits for the folio */
	if (rc < 0)
		return refuse_with_exit(vcpu, fault, rc, "fault.gmem-page");
	fault->frame = pfn << 12;
	fault->can_write = !(slot->flags & KVM_MEM_READONLY);
	return MMU_CONTINUE;
}

/* Level at which the host maps user memory; a test may have said. */
static unsigned host_level(struct mmu *mmu, const struct user_area *area, uint64_t hva)
{
	for (unsigned i = 0; i < mmu->host_level_count; i++)
		if (hva >= mmu->host_levels[i].start && hva < mmu->host_levels[i].end)
			return mmu->host_levels[i].level;
	return user_level(area, hva, mmu->options.thp);
}

/* Does the slot allow a page of this level here? kvm_alloc_memslot_metadata() and
 * kvm_arch_post_set_memory_attributes() keep that as lpage_info. */
static bool slot_allows(const struct slots *slots, const struct slot *slot, gfn_t gfn,
			unsigned level)
{
	uint64_t pages = level_pages(level);
	gfn_t first = gfn & ~(pages - 1);

	if ((slot->gfn ^ slot->hva >> 12) & (pages - 1))
		return false;
	if (first < slot->gfn || first + pages > slot->gfn + slot->count)
		return false;
	return slots->attributes.count == 0 ||
	       attributes_uniform(&slots->attributes, first, first + pages);
}

/* kvm_mmu_hugepage_adjust() */
static unsigned mapping_level(struct mmu *mmu, const struct slot *slot, gfn_t gfn, unsigned host)
{
	unsigned level = host > LEVEL_1G ? LEVEL_1G : host;

	if (slot->dirty)
		return LEVEL_4K;
	while (level > LEVEL_4K && !slot_allows(mmu->slots, slot, gfn, level))
		level--;
	return level;
}

/* get_user_pages(), which the model asks of the list of mappings. */
static int fault_in_user(struct mmu_vcpu *vcpu, struct mmu_fault *fault)
{
	struct mmu *mmu = vcpu->mmu;
	const struct slot *slot = fault->slot;
	uint64_t hva = slot_hva(slot, fault->gfn);
	const struct user_area *area = user_area_at(&vcpu->user, hva);

	if (fault->is_write && slot->flags & KVM_MEM_READONLY)
		return MMU_EMULATE;
	if (!area || (fault->is_write && !area->can_write))
		return refuse(mmu->trace, -EFAULT, "fault.user-memory",
			      "gpa 0x%llx, user address 0x%llx cannot be %s",
			      ULL(fault->gfn) << 12, ULL(hva), fault->is_write ? "written" : "read");
	fault->frame = hva;
	fault->can_write = !(slot->flags & KVM_MEM_READONLY) &&
			   (fault->is_write ||
			    (slot->dirty ? user_is_writable_now(area, hva) : area->can_write));
	fault->level = mapping_level(mmu, slot, fault->gfn, host_level(mmu, area, hva));
	return MMU_CONTINUE;
}

/* kvm_mmu_faultin_pfn() */
static int fault_in(struct mmu_vcpu *vcpu, struct mmu_fault *fault, unsigned space)
{
	if (fault->is_private != slots_is_private(vcpu->mmu->slots, fault->gfn))
		return refuse_with_exit(vcpu, fault, -EFAULT, "fault.attribute");
	fault->slot = find_slot(vcpu, space, fault->gfn);
	if (!fault->slot) {
		if (fault->is_private)
			return refuse_with_exit(vcpu, fault, -EFAULT, "fault.private-no-slot");
		vcpu->pf_mmio_spte_created++;
		return MMU_EMULATE;
	}
	if (fault->is_private || fault->slot->gmem_only)
		return fault_in_gmem(vcpu, fault);
	return fault_in_user(vcpu, fault);
}

static void mark_dirty(const struct mmu_fault *fault)
{
	gfn_t i = fault->gfn - fault->slot->gfn;

	__atomic_fetch_or(&fault->slot->dirty[i / 64], 1ull << (i % 64), __ATOMIC_RELAXED);
}

/* kvm_tdp_mmu_map() */
static int map(struct mmu_vcpu *vcpu, struct mmu_fault *fault, unsigned space)
{
	uint64_t step = level_pages(fault->level) << 12;
	bool is_gmem = fault->is_private || fault->slot->gmem_only;
	uint64_t entry = (fault->frame & ~(step - 1)) | ENTRY_PRESENT | ENTRY_LEAF;

	if (fault->is_private && vcpu->mmu->private_ops)
		return mirror_map(vcpu, fault->gfn, fault->frame >> 12);
	if (fault->can_write)
		entry |= ENTRY_WRITE;
	if (is_gmem)
		entry |= ENTRY_GMEM;
	int rc = table_map(vcpu, space, fault, entry);

	if (rc == MMU_FIXED && fault->can_write && fault->slot->dirty)
		mark_dirty(fault);
	return rc;
}

static int handle(struct mmu_vcpu *vcpu, struct mmu_fault *fault)
{
	struct mmu *mmu = vcpu->mmu;
	unsigned space = vcpu->smm && mmu->slots->rules.spaces > 1 ? 1 : 0;
	int rc = mmu->injected_count ? injected_locked(vcpu, fault) : MMU_CONTINUE;

	fault->level = LEVEL_4K;
	if (rc == MMU_CONTINUE)
		rc = fault_in(vcpu, fault, space);
	if (rc != MMU_CONTINUE)
		return rc;
	rc = map(vcpu, fault, space);
	if (rc == -ENOMEM)
		return refuse(mmu->trace, -ENOMEM, "fault.no-memory", "gpa 0x%llx",
			      ULL(fault->gfn) << 12);
	return rc;
}

int mmu_fault(struct mmu_vcpu *vcpu, struct mmu_fault *fault)
{
	int rc = handle(vcpu, fault);

	vcpu->counts.faults++;
	if (trace_is_on(vcpu->mmu->trace))
		trace_emit(vcpu->mmu->trace,
			   &(struct kernel_event){ .kind = KERNEL_EVENT_FAULT,
						   .name = mmu_result_name(rc),
						   .fd = -1,
						   .result = rc,
						   .gpa = fault->gfn << 12,
						   .level = fault->level,
						   .is_private = fault->is_private });
	return rc;
}

/* What both retry loops ask before each try. */
static int may_try(struct mmu_vcpu *vcpu, gfn_t gfn)
{
	if (mmu_signal_pending(vcpu)) {
		mmu_signal_seen(vcpu);
		return refuse(vcpu->mmu->trace, -EINTR, "fault.signal", "at gpa 0x%llx",
			      ULL(gfn) << 12);
	}
	if (atomic_load_explicit(vcpu->mmu->options.dead, memory_order_relaxed))
		return refuse(vcpu->mmu->trace, -EIO, "fault.vm-dead", "at gpa 0x%llx",
			      ULL(gfn) << 12);
	return 0;
}

/* is_page_fault_stale(), the half about roots. */
static bool root_is_stale(const struct mmu_vcpu *vcpu)
{
	return vcpu->has_root && vcpu->root_generation != vcpu->mmu->root_generation;
}

/* One try that changes what no other vCPU may be looking at. */
static int fault_writing(struct mmu_vcpu *vcpu, struct mmu_fault *fault)
{
	struct brlock *lock = vcpu->mmu->options.lock;
	int rc;

	vcpu->needs_writing = false;
	mmu_let_go(vcpu);
	brlock_read_end(&vcpu->reader);
	brlock_write(lock);
	rc = mmu_fault(vcpu, fault);
	mmu_let_go(vcpu);
	brlock_write_end(lock);
	brlock_read(lock, &vcpu->reader);
	return rc;
}

/* Between two tries: whoever was in the way, a vCPU or a writer, goes first. */
static void wait_a_little(struct mmu_vcpu *vcpu)
{
	mmu_let_go(vcpu);
	sched_yield();
	mmu_pause(vcpu);
}

/* A root that turns stale between two tries hangs nobody: in Linux whoever drops the roots waits
 * for the pre-fault to end. */
int mmu_map(struct mmu_vcpu *vcpu, struct mmu_fault *fault)
{
	bool was_stale = root_is_stale(vcpu);

	for (;;) {
		int rc = may_try(vcpu, fault->gfn);

		if (rc == 0)
			rc = was_stale ? MMU_RETRY : mmu_fault(vcpu, fault);
		if (rc == MMU_RETRY && vcpu->needs_writing)
			rc = fault_writing(vcpu, fault);
		if (rc != MMU_RETRY)
			return rc;
		wait_a_little(vcpu);
	}
}

int mmu_map_private_pfn(struct mmu_vcpu *vcpu, gfn_t gfn, pfn_t pfn)
{
	for (;;) {
		int rc = may_try(vcpu, gfn);

		if (rc == 0)
			rc = mirror_map(vcpu, gfn, pfn);
		if (rc == MMU_FIXED)
			return 0;
		if (rc == MMU_SPURIOUS)
			return refuse(vcpu->mmu->trace, -EIO, "map-private.present",
				      "gpa 0x%llx is mapped already", ULL(gfn) << 12);
		if (rc != MMU_RETRY)
			return rc;
		wait_a_little(vcpu);
	}
}

/* For table_recover(). */
static unsigned recoverable_level(struct mmu *mmu, const struct slot *slot, gfn_t gfn)
{
	uint64_t hva = slot_hva(slot, gfn);
	const struct user_area *area = user_area_at(&mmu->user, hva);

	return area ? mapping_level(mmu, slot, gfn, host_level(mmu, area, hva)) : LEVEL_4K;
}

void mmu_recover(struct mmu *mmu, const struct slot *slot)
{
	table_recover(mmu, slot, recoverable_level);
}
