/* SPDX-License-Identifier: BSD-2-Clause */
/* The ordinary tables: pages of 512 entries of 8 bytes, five levels. An entry is 0; or a leaf, the
 * address of the page with flags; or the address of the next table, in this process, with
 * ENTRY_PRESENT alone. An entry of LEVEL_2M may have ENTRY_LOCKED besides, 0 as well: a vCPU has it
 * and all that is below it for itself. No table is freed but by a holder of that lock or by who has
 * the lock of the VM to write, so that a walk needs none. */
#ifndef KERNEL_MMU_TABLE_H
#define KERNEL_MMU_TABLE_H

#include "kernel/mmu/mmu.h"

#define TABLE_ENTRIES 512u

#define ENTRY_PRESENT (1ull << 0)
#define ENTRY_WRITE   (1ull << 1)
#define ENTRY_LEAF    (1ull << 7)
#define ENTRY_GMEM    (1ull << 9) /* address of the machine, not of user memory */
#define ENTRY_LOCKED  (1ull << 10)
#define ENTRY_ADDRESS 0x000ffffffffff000ull

struct table {
	uint64_t entries[TABLE_ENTRIES];
};

static inline unsigned table_index(gfn_t gfn, unsigned level)
{
	return gfn >> 9 * (level - 1) & (TABLE_ENTRIES - 1);
}

static inline struct table *entry_table(uint64_t entry)
{
	return (struct table *)(uintptr_t)(entry & ENTRY_ADDRESS);
}

/* A zeroed table, or NULL. */
struct table *table_new(struct mmu *mmu);
void table_free(struct mmu *mmu, struct table *table);
void table_arena_end(struct mmu *mmu);

/* Map a leaf of fault->level with this entry. An enum mmu_result, or -ENOMEM. */
int table_map(struct mmu_vcpu *vcpu, unsigned space, const struct mmu_fault *fault, uint64_t entry);
void table_let_go(struct mmu_vcpu *vcpu);

/* The leaf that holds gfn and its level; 0 when there is none. */
uint64_t table_leaf(const struct mmu *mmu, unsigned space, gfn_t gfn, unsigned *ret_level);

/* Drop leaves of [start, end); tables stay. */
void table_zap(struct mmu *mmu, unsigned space, gfn_t start, gfn_t end);

/* Turn large leaves of [start, end) into small ones; and tables of small ones of a slot into large
 * leaves where allowed() says that level. */
void table_split(struct mmu *mmu, unsigned space, gfn_t start, gfn_t end);
void table_recover(struct mmu *mmu, const struct slot *slot,
		   unsigned (*allowed)(struct mmu *mmu, const struct slot *slot, gfn_t gfn));

#endif
