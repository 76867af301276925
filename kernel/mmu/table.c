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
	struct table *table = arena->free;

	if (table) {
		arena->free = (struct table *)(uintptr_t)table->entries[0];
		memset(table, 0, sizeof(*table));
	} else {
		table = table_from_chunk(arena);
	}
	if (table)
		arena->used++;
	return table;
}

void table_free(struct mmu *mmu, struct table *table)
{
	table->entries[0] = (uintptr_t)mmu->arena.free;
	mmu->arena.free = table;
	mmu->arena.used--;
	mmu->last_table = NULL;
}

void table_arena_end(struct mmu *mmu)
{
	for (struct chunk *chunk = mmu->arena.chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		munmap(chunk, CHUNK_TABLES * sizeof(struct table));
	}
	mmu->arena = (struct table_arena){ .chunks = NULL };
	mmu->last_table = NULL;
}

void table_count(struct mmu *mmu, unsigned level, int64_t difference)
{
	uint64_t *pages = level == LEVEL_4K ? &mmu->pages_4k
			  : level == LEVEL_2M ? &mmu->pages_2m : &mmu->pages_1g;

	*pages += (uint64_t)difference;
}

/* Replace a large leaf by a table of smaller ones. */
static int split_entry(struct mmu *mmu, uint64_t *entry, unsigned level)
{
	struct table *table = table_new(mmu);
	uint64_t step = level_pages(level - 1) << 12;

	if (!table)
		return -ENOMEM;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		table->entries[i] = *entry + i * step;
	*entry = (uintptr_t)table | ENTRY_PRESENT;
	table_count(mmu, level, -1);
	table_count(mmu, level - 1, TABLE_ENTRIES);
	return 0;
}

/* Drop leaves of [start, end) below a table whose first frame is first. */
static void zap_below(struct mmu *mmu, struct table *table, unsigned level, gfn_t first,
		      gfn_t start, gfn_t end, bool free_tables)
{
	uint64_t span = level_pages(level);
	unsigned from = start > first ? (unsigned)((start - first) / span) : 0;

	for (unsigned i = from; i < TABLE_ENTRIES && first + i * span < end; i++) {
		uint64_t *entry = &table->entries[i];

		if (!*entry)
			continue;
		if (*entry & ENTRY_LEAF) {
			*entry = 0;
			table_count(mmu, level, -1);
			continue;
		}
		zap_below(mmu, entry_table(*entry), level - 1, first + i * span, start, end,
			  free_tables);
		if (free_tables) {
			table_free(mmu, entry_table(*entry));
			*entry = 0;
		}
	}
}

/* Walk to the entry of fault->level, linking tables and splitting leaves on the way. */
static int walk(struct mmu *mmu, unsigned space, const struct mmu_fault *fault,
		struct table **ret_table)
{
	struct table *table = mmu->roots[space];

	if (!table)
		table = mmu->roots[space] = table_new(mmu);
	for (unsigned level = LEVEL_ROOT; table && level > fault->level; level--) {
		uint64_t *entry = &table->entries[table_index(fault->gfn, level)];

		if (!*entry) {
			struct table *next = table_new(mmu);

			if (!next)
				return -ENOMEM;
			*entry = (uintptr_t)next | ENTRY_PRESENT;
		} else if (*entry & ENTRY_LEAF && split_entry(mmu, entry, level) < 0) {
			return -ENOMEM;
		}
		table = entry_table(*entry);
	}
	*ret_table = table;
	return table ? 0 : -ENOMEM;
}

/* tdp_mmu_map_handle_target_level() */
static int set_leaf(struct mmu *mmu, uint64_t *entry, const struct mmu_fault *fault, uint64_t leaf)
{
	uint64_t old = *entry;

	if (old & ENTRY_LEAF) {
		if (fault->is_prefetch || !fault->is_write || old & ENTRY_WRITE)
			return MMU_SPURIOUS;
		*entry = leaf;
		return leaf & ENTRY_WRITE ? MMU_FIXED : MMU_WRITE_PROTECTED;
	}
	if (old) {
		gfn_t first = fault->gfn & ~(level_pages(fault->level) - 1);

		zap_below(mmu, entry_table(old), fault->level - 1, first, 0, UINT64_MAX, true);
		table_free(mmu, entry_table(old));
	}
	*entry = leaf;
	table_count(mmu, fault->level, 1);
	return MMU_FIXED;
}

int table_map(struct mmu *mmu, unsigned space, const struct mmu_fault *fault, uint64_t leaf)
{
	uint64_t key = fault->gfn >> 9 << 1 | space;
	struct table *table = mmu->last_table;

	if (fault->level != LEVEL_4K || !table || mmu->last_key != key) {
		int rc = walk(mmu, space, fault, &table);

		if (rc < 0)
			return rc;
		if (fault->level == LEVEL_4K) {
			mmu->last_table = table;
			mmu->last_key = key;
		}
	}
	return set_leaf(mmu, &table->entries[table_index(fault->gfn, fault->level)], fault, leaf);
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
		zap_below(mmu, mmu->roots[space], LEVEL_ROOT, 0, start, end, false);
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
		if (*entry & ENTRY_LEAF && split_entry(mmu, entry, level) < 0)
			return; /* as Linux: what is not split now is split by a later fault */
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
		zap_below(mmu, table, LEVEL_4K, gfn, 0, UINT64_MAX, false);
		table_free(mmu, table);
		*entry = leaf - ((uint64_t)i << 12);
		table_count(mmu, LEVEL_2M, 1);
	}
}
