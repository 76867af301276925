/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "base/range.h"
#include "kernel/mmu/mirror.h"
#include "kernel/mmu/mmu.h"
#include "kernel/mmu/table.h"

#define ULL(x) ((unsigned long long)(x))

void mmu_init(struct mmu *mmu, const struct mmu_options *options)
{
	mmu->options = *options;
	mmu->slots = options->slots;
	mmu->trace = options->trace;
	mmu->pre_fault_allowed = options->pre_fault_allowed;
	mmu->private_root_level = LEVEL_512G;
	pthread_mutex_init(&mmu->arena.lock, NULL);
	pthread_mutex_init(&mmu->inject_lock, NULL);
}

void mmu_end(struct mmu *mmu)
{
	table_arena_end(mmu);
	pthread_mutex_destroy(&mmu->arena.lock);
	pthread_mutex_destroy(&mmu->inject_lock);
	user_areas_end(&mmu->user);
}

void mmu_vcpu_init(struct mmu_vcpu *vcpu, struct mmu *mmu, struct kvm_run *run)
{
	vcpu->mmu = mmu;
	vcpu->run = run;
	vcpu->next = mmu->vcpus;
	mmu->vcpus = vcpu;
	brlock_add(mmu->options.lock, &vcpu->reader);
}

static void add_counts(struct mmu_counts *sum, const struct mmu_counts *counts)
{
	sum->pages_4k += counts->pages_4k;
	sum->pages_2m += counts->pages_2m;
	sum->pages_1g += counts->pages_1g;
	sum->private_pages += counts->private_pages;
	sum->mirror_bytes += counts->mirror_bytes;
	sum->faults += counts->faults;
	sum->steps += counts->steps;
}

void mmu_vcpu_end(struct mmu_vcpu *vcpu)
{
	struct mmu *mmu = vcpu->mmu;
	struct mmu_vcpu **at = &mmu->vcpus;

	add_counts(&mmu->counts, &vcpu->counts);
	while (*at != vcpu)
		at = &(*at)->next;
	*at = vcpu->next;
	brlock_remove(mmu->options.lock, &vcpu->reader);
}

struct mmu_counts mmu_sum(const struct mmu *mmu)
{
	struct mmu_counts sum = mmu->counts;

	for (const struct mmu_vcpu *vcpu = mmu->vcpus; vcpu; vcpu = vcpu->next)
		add_counts(&sum, &vcpu->counts);
	return sum;
}

void mmu_let_go(struct mmu_vcpu *vcpu)
{
	table_let_go(vcpu);
	mirror_let_go(vcpu);
	gmem_let_go(&vcpu->gmem);
	vcpu->slot = NULL;
}

void mmu_pause(struct mmu_vcpu *vcpu)
{
	struct brlock *lock = vcpu->mmu->options.lock;

	if (!lock || !brlock_is_wanted(lock) || !brlock_is_inside(&vcpu->reader))
		return;
	mmu_let_go(vcpu);
	brlock_read_end(&vcpu->reader);
	brlock_read(lock, &vcpu->reader);
}

void mmu_signal_seen(struct mmu_vcpu *vcpu)
{
	atomic_store(vcpu->signal, 0);
}

int mmu_inject(struct mmu *mmu, const struct kernel_fault *fault)
{
	if (mmu->injected_count == MMU_FAULTS_MAX)
		return -ENOSPC;
	mmu->injected[mmu->injected_count++] = *fault;
	return 0;
}

int mmu_set_host_level(struct mmu *mmu, uint64_t hva, uint64_t size, unsigned level)
{
	if (mmu->host_level_count == MMU_FAULTS_MAX)
		return -ENOSPC;
	mmu->host_levels[mmu->host_level_count++] =
		(struct mmu_host_level){ hva, hva + size, level };
	return 0;
}

/* What a fault's result means to the ioctl: 0 when the page is mapped. */
static int classify(struct mmu *mmu, gpa_t gpa, int result)
{
	switch (result) {
	case MMU_FIXED:
	case MMU_SPURIOUS:
	case MMU_WRITE_PROTECTED:
		return 0;
	case MMU_EMULATE:
		return refuse(mmu->trace, -ENOENT, "pre-fault.no-memory-there", "gpa 0x%llx",
			      ULL(gpa));
	default:
		if (result < 0)
			return result;
		return refuse(mmu->trace, -EIO, "pre-fault.odd-result", "gpa 0x%llx: %s",
			      ULL(gpa), mmu_result_name(result));
	}
}

void mmu_drop_roots(struct mmu *mmu)
{
	mmu->root_generation++;
}

void mmu_load_root(struct mmu_vcpu *vcpu)
{
	vcpu->has_root = true;
	vcpu->root_generation = vcpu->mmu->root_generation;
}

int64_t mmu_pre_fault_step(struct mmu_vcpu *vcpu, gpa_t gpa, uint64_t size)
{
	struct mmu *mmu = vcpu->mmu;
	struct mmu_fault fault = { .gfn = gpa >> 12, .is_prefetch = true };

	vcpu->counts.steps++;
	if (!mmu->pre_fault_allowed)
		return refuse(mmu->trace, -EOPNOTSUPP, "pre-fault.not-yet",
			      "this VM cannot be pre-faulted before its image is final");
	if (mmu->options.refuse_shared_bit && fault.gfn & mmu->slots->rules.shared_bit)
		return refuse(mmu->trace, -EINVAL, "pre-fault.shared-bit",
			      "gpa 0x%llx has the shared bit", ULL(gpa));
	fault.gfn &= ~mmu->slots->rules.shared_bit;
	fault.is_private = slots_is_private(mmu->slots, fault.gfn);
	if (!mmu->options.tdp || vcpu->nested_tdp)
		return refuse(mmu->trace, -EOPNOTSUPP, "pre-fault.no-tdp",
			      "the current MMU has no two-dimensional paging of this VM");

	if (!vcpu->has_root || !mmu->options.stale_root_hangs)
		mmu_load_root(vcpu);

	int rc = classify(mmu, gpa, mmu_map(vcpu, &fault));

	if (rc < 0)
		return rc;
	uint64_t page = level_pages(fault.level) << 12;
	uint64_t left = page - (gpa & (page - 1));

	return (int64_t)(left < size ? left : size);
}

unsigned mmu_private_level(const struct mmu *mmu, gfn_t gfn, pfn_t *ret_pfn)
{
	return mirror_peek(mmu, gfn, ret_pfn) ? LEVEL_4K : 0;
}

unsigned mmu_shared_level(const struct mmu *mmu, unsigned space, gfn_t gfn, uint64_t *ret_frame)
{
	unsigned level = 0;
	uint64_t leaf = table_leaf(mmu, space, gfn, &level);

	if (leaf && ret_frame)
		*ret_frame = (leaf & ENTRY_ADDRESS) + ((gfn & (level_pages(level) - 1)) << 12);
	return leaf ? level : 0;
}

void mmu_zap(struct mmu *mmu, gfn_t start, gfn_t end, enum mmu_half half)
{
	/* Without a secure EPT the ordinary tables hold both halves. */
	if (half & MMU_SHARED || !mmu->private_ops)
		for (unsigned space = 0; space < SLOTS_SPACES_MAX; space++)
			table_zap(mmu, space, start, end);
	if (half & MMU_PRIVATE && mmu->private_ops)
		mirror_zap(mmu, start, end);
}

void mmu_user_changed(struct mmu *mmu, uint64_t start, uint64_t end)
{
	for (unsigned space = 0; space < SLOTS_SPACES_MAX; space++) {
		for (size_t i = 0; i < mmu->slots->count[space]; i++) {
			const struct slot *slot = mmu->slots->sorted[space][i];
			uint64_t slot_end = slot->hva + (slot->count << 12);
			uint64_t from = start > slot->hva ? start : slot->hva;
			uint64_t to = end < slot_end ? end : slot_end;

			if (from < to)
				table_zap(mmu, space, slot->gfn + ((from - slot->hva) >> 12),
					  slot->gfn + ((to - slot->hva + 0xfff) >> 12));
		}
	}
}

void mmu_zap_all(struct mmu *mmu, enum mmu_half half)
{
	if (half & MMU_SHARED || !mmu->private_ops) {
		table_arena_end(mmu);
		for (unsigned space = 0; space < SLOTS_SPACES_MAX; space++)
			mmu->roots[space] = NULL;
		struct mmu_counts sum = mmu_sum(mmu);

		/* A TD's private leaves are counted with the ordinary ones. */
		mmu->counts.pages_4k -= sum.pages_4k - (mmu->private_ops ? sum.private_pages : 0);
		mmu->counts.pages_2m -= sum.pages_2m;
		mmu->counts.pages_1g -= sum.pages_1g;
	}
	if (half & MMU_PRIVATE && mmu->private_ops)
		mirror_zap_all(mmu);
}

void mmu_split(struct mmu *mmu, const struct slot *slot)
{
	table_split(mmu, slot->space, slot->gfn, slot->gfn + slot->count);
}

uint64_t mmu_table_bytes(const struct mmu *mmu)
{
	return mmu->arena.used * sizeof(struct table) + mmu_sum(mmu).mirror_bytes;
}
