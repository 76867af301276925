/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel/mmu/table.h"

#define CHUNK_TABLES 512u /* the first one of a chunk is its header */

/* The first page of a chunk. */
struct chunk {
	struct chunk *next;
};

static struct table *table_from_chunk(struct table_arena *arena)
{
	if (arena->fresh == 0) {
		size_t size = CHUNK_TABLES * sizeof(struct table);
		struct chunk *chunk = mmap(NULL, size, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (chunk == MAP_FAILED)
			return NULL;
		/* Memory must grow with the tables in use, not by 2 MiB. */
		madvise(chunk, size, MADV_NOHUGEPAGE);
		chunk->next = arena->chunks;
		arena->chunks = chunk;
		arena->fresh = CHUNK_TABLES - 1;
	}
	return (struct table *)arena->chunks + (CHUNK_TABLES - arena->fresh--);
}

struct table *table_new(struct mmu *mmu)
{
	struct table_arena *arena = &mmu->arena;

	pthread_mutex_lock(&arena->lock);
	struct table *used = arena->free, *table = used;

	if (used)
		arena->free = (struct table *)(uintptr_t)used->entries[0];
	else
		table = table_from_chunk(arena);
	if (table)
		arena->used++;
	pthread_mutex_unlock(&arena->lock);
	if (used)
		memset(used, 0, sizeof(*used));
	return table;
}

void table_free(struct mmu *mmu, struct table *table)
{
	struct table_arena *arena = &mmu->arena;

	pthread_mutex_lock(&arena->lock);
	table->entries[0] = (uintptr_t)arena->free;
	arena->free = table;
	arena->used--;
	pthread_mutex_unlock(&arena->lock);
}

void table_arena_end(struct mmu *mmu)
{
	struct table_arena *arena = &mmu->arena;

	for (struct chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		munmap(chunk, CHUNK_TABLES * sizeof(struct table));
	}
	arena->chunks = arena->free = NULL;
	arena->fresh = 0;
	arena->used = 0;
}

static uint64_t load(const uint64_t *entry)
{
	return __atomic_load_n(entry, __ATOMIC_ACQUIRE);
}

static void store(uint64_t *entry, uint64_t value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

/* On failure *old is what stands there. */
static bool replace(uint64_t *entry, uint64_t *old, uint64_t value)
{
	return __atomic_compare_exchange_n(entry, old, value, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

static void count_leaves(struct mmu_counts *counts, unsigned level, int64_t difference)
{
	uint64_t *pages = level == LEVEL_4K ? &counts->pages_4k
			  : level == LEVEL_2M ? &counts->pages_2m : &counts->pages_1g;

	*pages += (uint64_t)difference;
}

/* A table of smaller leaves in place of a large one. */
static struct table *split_leaf(struct mmu *mmu, uint64_t leaf, unsigned level)
{
	struct table *table = table_new(mmu);
	uint64_t step = level_pages(level - 1) << 12;

	for (unsigned i = 0; table && i < TABLE_ENTRIES; i++)
		table->entries[i] = leaf + i * step;
	return table;
}

static void count_split(struct mmu_counts *counts, unsigned level)
{
	count_leaves(counts, level, -1);
	count_leaves(counts, level - 1, TABLE_ENTRIES);
}

/* Drop leaves of [start, end) below a table whose first frame is first. */
static void zap_below(struct mmu *mmu, struct mmu_counts *counts, struct table *table,
		      unsigned level, gfn_t first, gfn_t start, gfn_t end, bool free_tables)
{
	uint64_t span = level_pages(level);
	unsigned from = start > first ? (unsigned)((start - first) / span) : 0;

	for (unsigned i = from; i < TABLE_ENTRIES && first + i * span < end; i++) {
		uint64_t *entry = &table->entries[i];

		if (!*entry)
			continue;
		if (*entry & ENTRY_LEAF) {
			*entry = 0;
			count_leaves(counts, level, -1);
			continue;
		}
		zap_below(mmu, counts, entry_table(*entry), level - 1, first + i * span, start, end,
			  free_tables);
		if (free_tables) {
			table_free(mmu, entry_table(*entry));
			*entry = 0;
		}
	}
}

/* The table under an entry above LEVEL_2M: there, or linked, or split off a large leaf. NULL
 * without memory. */
static struct table *next_table(struct mmu_vcpu *vcpu, uint64_t *entry, unsigned level)
{
	uint64_t old = load(entry);

	while (!old || old & ENTRY_LEAF) {
		struct table *table =
			old ? split_leaf(vcpu->mmu, old, level) : table_new(vcpu->mmu);

		if (!table)
			return NULL;
		bool is_split = old != 0;

		if (replace(entry, &old, (uintptr_t)table | ENTRY_PRESENT)) {
			if (is_split)
				count_split(&vcpu->counts, level);
			return table;
		}
		table_free(vcpu->mmu, table);
	}
	return entry_table(old);
}

static struct table *root_table(struct mmu *mmu, unsigned space)
{
	struct table *table = __atomic_load_n(&mmu->roots[space], __ATOMIC_ACQUIRE), *other = NULL;

	if (table)
		return table;
	table = table_new(mmu);
	if (!table || __atomic_compare_exchange_n(&mmu->roots[space], &other, table, false,
						  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return table;
	table_free(mmu, table);
	return other;
}

/* The entry of this level, LEVEL_2M or above; NULL without memory. */
static uint64_t *walk(struct mmu_vcpu *vcpu, unsigned space, gfn_t gfn, unsigned level)
{
	struct table *table = root_table(vcpu->mmu, space);

	for (unsigned at = LEVEL_ROOT; table && at > level; at--)
		table = next_table(vcpu, &table->entries[table_index(gfn, at)], at);
	return table ? &table->entries[table_index(gfn, level)] : NULL;
}

static void free_below(struct mmu_vcpu *vcpu, uint64_t entry, unsigned level)
{
	zap_below(vcpu->mmu, &vcpu->counts, entry_table(entry), level - 1, 0, 0, UINT64_MAX, true);
	table_free(vcpu->mmu, entry_table(entry));
}

/* tdp_mmu_map_handle_target_level(): what an entry that is no table becomes, and the fault's
 * result. */
static int judge_leaf(uint64_t old, const struct mmu_fault *fault, uint64_t leaf,
		      uint64_t *ret_entry)
{
	*ret_entry = leaf;
	if (!old)
		return MMU_FIXED;
	if (fault->is_prefetch || !fault->is_write || old & ENTRY_WRITE) {
		*ret_entry = old;
		return MMU_SPURIOUS;
	}
	return leaf & ENTRY_WRITE ? MMU_FIXED : MMU_WRITE_PROTECTED;
}

/* A 1 GiB leaf. In place of tables only when nobody can be on the way through them. */
static int map_1g(struct mmu_vcpu *vcpu, uint64_t *entry, const struct mmu_fault *fault,
		  uint64_t leaf)
{
	uint64_t old = load(entry), next;
	int rc;

	if (old && !(old & ENTRY_LEAF)) {
		if (brlock_is_inside(&vcpu->reader)) {
			vcpu->needs_writing = true;
			return MMU_RETRY;
		}
		free_below(vcpu, old, LEVEL_1G);
		store(entry, 0);
		old = 0;
	}
	rc = judge_leaf(old, fault, leaf, &next);
	if (next != old && !replace(entry, &old, next))
		return MMU_RETRY;
	if (!old)
		count_leaves(&vcpu->counts, LEVEL_1G, 1);
	return rc;
}

/* A 2 MiB leaf; a table that is in its place goes. */
static int map_2m(struct mmu_vcpu *vcpu, uint64_t *entry, const struct mmu_fault *fault,
		  uint64_t leaf)
{
	uint64_t old = 0, next;
	int rc;

	if (replace(entry, &old, leaf)) {
		count_leaves(&vcpu->counts, LEVEL_2M, 1);
		return MMU_FIXED;
	}
	if (old & ENTRY_LOCKED || !replace(entry, &old, old | ENTRY_LOCKED))
		return MMU_RETRY;
	if (old && !(old & ENTRY_LEAF)) {
		free_below(vcpu, old, LEVEL_2M);
		old = 0;
	}
	rc = judge_leaf(old, fault, leaf, &next);
	if (!old)
		count_leaves(&vcpu->counts, LEVEL_2M, 1);
	store(entry, next);
	return rc;
}

/* Lock the table under an entry of LEVEL_2M, which is linked or split off first. */
static int hold_small(struct mmu_vcpu *vcpu, uint64_t *entry, uint64_t key)
{
	uint64_t old = load(entry);
	struct table *table = entry_table(old);

	if (old & ENTRY_LOCKED || !replace(entry, &old, old | ENTRY_LOCKED))
		return MMU_RETRY;
	if (!old || old & ENTRY_LEAF) {
		table = old ? split_leaf(vcpu->mmu, old, LEVEL_2M) : table_new(vcpu->mmu);
		if (!table) {
			store(entry, old);
			return -ENOMEM;
		}
		if (old)
			count_split(&vcpu->counts, LEVEL_2M);
		store(entry, (uintptr_t)table | ENTRY_PRESENT | ENTRY_LOCKED);
	}
	vcpu->held_entry = entry;
	vcpu->held_small = table->entries;
	vcpu->held_key = key;
	return MMU_CONTINUE;
}

void table_let_go(struct mmu_vcpu *vcpu)
{
	if (vcpu->held_entry)
		store(vcpu->held_entry, load(vcpu->held_entry) & ~ENTRY_LOCKED);
	vcpu->held_entry = vcpu->held_small = NULL;
}

/* A 4 KiB leaf of the table that is held. */
static int map_4k(struct mmu_vcpu *vcpu, const struct mmu_fault *fault, uint64_t leaf)
{
	uint64_t *entry = &vcpu->held_small[fault->gfn & (TABLE_ENTRIES - 1)], old = *entry;
	int rc = judge_leaf(old, fault, leaf, entry);

	if (!old)
		vcpu->counts.pages_4k++;
	return rc;
}

int table_map(struct mmu_vcpu *vcpu, unsigned space, const struct mmu_fault *fault, uint64_t leaf)
{
	uint64_t key = fault->gfn >> 9 << 1 | space;
	unsigned level = fault->level > LEVEL_2M ? fault->level : LEVEL_2M;

	if (fault->level == LEVEL_4K && vcpu->held_small && vcpu->held_key == key)
		return map_4k(vcpu, fault, leaf);
	table_let_go(vcpu);
	uint64_t *entry = walk(vcpu, space, fault->gfn, level);
	int rc;

	if (!entry)
		return -ENOMEM;
	if (fault->level == LEVEL_1G)
		return map_1g(vcpu, entry, fault, leaf);
	if (fault->level == LEVEL_2M)
		return map_2m(vcpu, entry, fault, leaf);
	rc = hold_small(vcpu, entry, key);
	return rc == MMU_CONTINUE ? map_4k(vcpu, fault, leaf) : rc;
}

uint64_t table_leaf(const struct mmu *mmu, unsigned space, gfn_t gfn, unsigned *ret_level)
{
	const struct table *table = mmu->roots[space];

	for (unsigned level = LEVEL_ROOT; table && level >= LEVEL_4K; level--) {
		uint64_t entry = table->entries[table_index(gfn, level)];

		if (!entry)
			return 0;
		if (entry & ENTRY_LEAF) {
			*ret_level = level;
			return entry;
		}
		table = entry_table(entry);
	}
	return 0;
}

void table_zap(struct mmu *mmu, unsigned space, gfn_t start, gfn_t end)
{
	if (mmu->roots[space])
		zap_below(mmu, &mmu->counts, mmu->roots[space], LEVEL_ROOT, 0, start, end, false);
}

static void split_below(struct mmu *mmu, struct table *table, unsigned level, gfn_t first,
			gfn_t start, gfn_t end)
{
	uint64_t span = level_pages(level);
	unsigned from = start > first ? (unsigned)((start - first) / span) : 0;

	for (unsigned i = from; i < TABLE_ENTRIES && first + i * span < end; i++) {
		uint64_t *entry = &table->entries[i];

		if (!*entry || level == LEVEL_4K)
			continue;
		if (*entry & ENTRY_LEAF) {
			struct table *small = split_leaf(mmu, *entry, level);

			if (!small)
				return; /* as Linux: a later fault splits it */
			*entry = (uintptr_t)small | ENTRY_PRESENT;
			count_split(&mmu->counts, level);
		}
		split_below(mmu, entry_table(*entry), level - 1, first + i * span, start, end);
	}
}

void table_split(struct mmu *mmu, unsigned space, gfn_t start, gfn_t end)
{
	if (mmu->roots[space])
		split_below(mmu, mmu->roots[space], LEVEL_ROOT, 0, start, end);
}

/* The first leaf of a table of 4 KiB leaves, 0 when it is empty. */
static uint64_t first_leaf(const struct table *table, unsigned *ret_index)
{
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		if (table->entries[i]) {
			*ret_index = i;
			return table->entries[i];
		}
	}
	return 0;
}

/* Where a table of 4 KiB leaves may be a 2 MiB leaf again, make it one. */
void table_recover(struct mmu *mmu, const struct slot *slot,
		   unsigned (*allowed)(struct mmu *mmu, const struct slot *slot, gfn_t gfn))
{
	gfn_t step = level_pages(LEVEL_2M);
	gfn_t end = slot->gfn + slot->count;

	for (gfn_t gfn = (slot->gfn + step - 1) & ~(step - 1); gfn + step <= end; gfn += step) {
		struct table *table = mmu->roots[slot->space];
		uint64_t *entry = NULL;

		for (unsigned level = LEVEL_ROOT; table && level >= LEVEL_2M; level--) {
			entry = &table->entries[table_index(gfn, level)];
			table = *entry && !(*entry & ENTRY_LEAF) ? entry_table(*entry) : NULL;
		}
		unsigned i = 0;
		uint64_t leaf = table ? first_leaf(table, &i) : 0;

		if (!leaf || allowed(mmu, slot, gfn) < LEVEL_2M)
			continue;
		zap_below(mmu, &mmu->counts, table, LEVEL_4K, gfn, 0, UINT64_MAX, false);
		table_free(mmu, table);
		*entry = leaf - ((uint64_t)i << 12);
		count_leaves(&mmu->counts, LEVEL_2M, 1);
	}
}
