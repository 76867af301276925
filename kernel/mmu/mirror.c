/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>

#include "kernel/gmem/bitrun.h"
#include "kernel/mmu/mirror.h"

#define ENTRIES 512u

/* A table whose entries point to tables: to mirror_leaves when it is of LEVEL_2M. */
struct mirror_table {
	pfn_t pfn; /* of the table page; 0 for the root, which is the TDX module's own */
	void *children[ENTRIES];
};

/* A table of 4 KiB leaves. Frame of leaf i is base + i, unless spread says otherwise. */
struct mirror_leaves {
	pfn_t pfn;
	pfn_t base;
	struct bitrun have;
	pfn_t *spread; /* owned; NULL while frames follow each other */
};

static unsigned index_of(gfn_t gfn, unsigned level)
{
	return gfn >> 9 * (level - 1) & (ENTRIES - 1);
}

static pfn_t leaf_pfn(const struct mirror_leaves *leaves, unsigned i)
{
	return leaves->spread ? leaves->spread[i] : leaves->base + i;
}

static void *new_child(struct mmu_counts *counts, size_t size)
{
	void *child = calloc(1, size);

	if (child)
		counts->mirror_bytes += size;
	return child;
}

static void free_child(struct mmu_counts *counts, void *child, size_t size)
{
	free(child);
	counts->mirror_bytes -= size;
}

/* What stands where a vCPU is just making a table: as Linux's FROZEN_SPTE. */
static void *const linking = (void *)1;

/* A table under an entry of this level: a page for it, ours first, then the module's. */
static int link_table(struct mmu_vcpu *vcpu, gfn_t gfn, unsigned level, void **ret_child)
{
	const struct mmu *mmu = vcpu->mmu;
	size_t size = level == LEVEL_2M ? sizeof(struct mirror_leaves) : sizeof(struct mirror_table);
	pfn_t pfn;
	int rc;

	void *child = new_child(&vcpu->counts, size);
	if (!child)
		return -ENOMEM;
	rc = pages_get(mmu->options.pages, &pfn);
	if (rc < 0)
		goto out_free;
	rc = mmu->private_ops->link(mmu->private_ctx, gfn & ~(level_pages(level) - 1), level, pfn);
	if (rc < 0)
		goto out_put;
	*(pfn_t *)child = pfn; /* the first member of either */
	*ret_child = child;
	return 0;
out_put:
	pages_put(mmu->options.pages, pfn, 1);
out_free:
	free_child(&vcpu->counts, child, size);
	return rc;
}

/* The table under an entry, made when it is missing. -EBUSY while another vCPU is making it. */
static int next_table(struct mmu_vcpu *vcpu, gfn_t gfn, unsigned level, void **slot,
		      void **ret_child)
{
	void *child = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
	int rc;

	if (!child && __atomic_compare_exchange_n(slot, &child, linking, false, __ATOMIC_ACQUIRE,
						  __ATOMIC_ACQUIRE)) {
		rc = link_table(vcpu, gfn, level, &child);
		__atomic_store_n(slot, child, __ATOMIC_RELEASE);
		if (rc < 0)
			return rc;
	}
	if (child == linking)
		return -EBUSY;
	*ret_child = child;
	return 0;
}

static struct mirror_table *root_table(struct mmu_vcpu *vcpu)
{
	struct mmu *mmu = vcpu->mmu;
	struct mirror_table *root = __atomic_load_n(&mmu->mirror, __ATOMIC_ACQUIRE), *other = NULL;

	if (root)
		return root;
	root = new_child(&vcpu->counts, sizeof(*root));
	if (!root || __atomic_compare_exchange_n(&mmu->mirror, &other, root, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return root;
	free_child(&vcpu->counts, root, sizeof(*root));
	return other;
}

/* Lock the leaves that hold gfn, which are made when they are missing. */
static int hold_leaves(struct mmu_vcpu *vcpu, gfn_t gfn)
{
	void *at = root_table(vcpu);

	if (!at)
		return -ENOMEM;
	for (unsigned level = vcpu->mmu->private_root_level; level > LEVEL_4K; level--) {
		void **slot = &((struct mirror_table *)at)->children[index_of(gfn, level)];
		int rc = next_table(vcpu, gfn, level, slot, &at);

		if (rc < 0)
			return rc;
	}
	if (!bitrun_lock(&((struct mirror_leaves *)at)->have))
		return -EBUSY;
	vcpu->leaves = at;
	vcpu->leaves_key = gfn >> 9;
	return 0;
}

void mirror_let_go(struct mmu_vcpu *vcpu)
{
	if (vcpu->leaves)
		bitrun_unlock(&vcpu->leaves->have);
	vcpu->leaves = NULL;
}

/* Make sure that leaf i can be given this frame. */
static int fit_frame(struct mmu_vcpu *vcpu, struct mirror_leaves *leaves, unsigned i, pfn_t pfn)
{
	if (!leaves->spread && leaves->have.count == 0)
		leaves->base = pfn - i;
	if (!leaves->spread && leaves->base + i != pfn) {
		pfn_t *spread = new_child(&vcpu->counts, ENTRIES * sizeof(*spread));

		if (!spread)
			return -ENOMEM;
		for (unsigned k = 0; k < ENTRIES; k++)
			spread[k] = leaves->base + k;
		leaves->spread = spread;
	}
	if (leaves->spread)
		leaves->spread[i] = pfn;
	return 0;
}

/* A leaf of those that are held. */
static int map_leaf(struct mmu_vcpu *vcpu, gfn_t gfn, pfn_t pfn)
{
	const struct mmu *mmu = vcpu->mmu;
	struct mirror_leaves *leaves = vcpu->leaves;
	unsigned i = gfn & (ENTRIES - 1);
	int rc;

	if (bitrun_has(&leaves->have, i))
		return MMU_SPURIOUS;
	rc = fit_frame(vcpu, leaves, i, pfn);
	if (rc == 0)
		rc = bitrun_set(&leaves->have, i);
	if (rc < 0)
		return rc;
	rc = mmu->private_ops->map(mmu->private_ctx, gfn, LEVEL_4K, pfn);
	if (rc < 0) {
		bitrun_clear(&leaves->have, i);
		return rc;
	}
	vcpu->counts.pages_4k++;
	vcpu->counts.private_pages++;
	return MMU_FIXED;
}

int mirror_map(struct mmu_vcpu *vcpu, gfn_t gfn, pfn_t pfn)
{
	int rc = 0;

	if (!vcpu->leaves || vcpu->leaves_key != gfn >> 9) {
		mirror_let_go(vcpu);
		rc = hold_leaves(vcpu, gfn);
	}
	if (rc == 0)
		rc = map_leaf(vcpu, gfn, pfn);
	return rc == -EBUSY ? MMU_RETRY : rc;
}

bool mirror_peek(const struct mmu *mmu, gfn_t gfn, pfn_t *ret_pfn)
{
	const void *at = mmu->mirror;

	for (unsigned level = mmu->private_root_level; at && level > LEVEL_4K; level--)
		at = ((const struct mirror_table *)at)->children[index_of(gfn, level)];
	if (!at || !bitrun_has(&((const struct mirror_leaves *)at)->have, gfn & (ENTRIES - 1)))
		return false;
	*ret_pfn = leaf_pfn(at, gfn & (ENTRIES - 1));
	return true;
}

static void zap_leaves(struct mmu *mmu, struct mirror_leaves *leaves, gfn_t first, unsigned from,
		       unsigned to)
{
	/* No memory to tell single leaves of a full table apart: then all go, which is allowed at
	 * any time. */
	if (bitrun_spell_out(&leaves->have) < 0) {
		from = 0;
		to = BITRUN_BITS;
	}
	for (unsigned i = bitrun_next(&leaves->have, from); i < to;
	     i = bitrun_next(&leaves->have, i + 1)) {
		mmu->private_ops->unmap(mmu->private_ctx, first + i, LEVEL_4K, leaf_pfn(leaves, i));
		mmu->counts.pages_4k--;
		mmu->counts.private_pages--;
	}
	if (from == 0 && to == BITRUN_BITS)
		bitrun_end(&leaves->have);
	for (unsigned i = from; i < to; i++)
		bitrun_clear(&leaves->have, i);
}

/* With unlink, tables go as well; then [start, end) is everything. */
static void zap_below(struct mmu *mmu, void *at, unsigned level, gfn_t first, gfn_t start,
		      gfn_t end, bool unlink)
{
	struct mirror_table *table = at;
	uint64_t span = level_pages(level);
	unsigned from = start > first ? (unsigned)((start - first) / span) : 0;

	for (unsigned i = from; i < ENTRIES && first + i * span < end; i++) {
		void *child = table->children[i];
		gfn_t gfn = first + i * span;

		if (!child)
			continue;
		if (level == LEVEL_2M)
			zap_leaves(mmu, child, gfn, start > gfn ? (unsigned)(start - gfn) : 0,
				   end - gfn < ENTRIES ? (unsigned)(end - gfn) : ENTRIES);
		else
			zap_below(mmu, child, level - 1, gfn, start, end, unlink);
		if (!unlink)
			continue;
		pfn_t pfn = *(pfn_t *)child;

		if (level == LEVEL_2M && ((struct mirror_leaves *)child)->spread)
			free_child(&mmu->counts, ((struct mirror_leaves *)child)->spread,
				   ENTRIES * sizeof(pfn_t));
		if (mmu->private_ops->unlink(mmu->private_ctx, gfn, level, pfn))
			pages_put(mmu->options.pages, pfn, 1);
		free_child(&mmu->counts, child,
			   level == LEVEL_2M ? sizeof(struct mirror_leaves)
					     : sizeof(struct mirror_table));
	}
}

void mirror_zap(struct mmu *mmu, gfn_t start, gfn_t end)
{
	if (mmu->mirror)
		zap_below(mmu, mmu->mirror, mmu->private_root_level, 0, start, end, false);
}

void mirror_zap_all(struct mmu *mmu)
{
	if (!mmu->mirror)
		return;
	zap_below(mmu, mmu->mirror, mmu->private_root_level, 0, 0, UINT64_MAX, true);
	free_child(&mmu->counts, mmu->mirror, sizeof(*mmu->mirror));
	mmu->mirror = NULL;
}
