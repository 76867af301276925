/* SPDX-License-Identifier: BSD-2-Clause */
/* The physical address metadata table: type, owner and BEPOCH of each page. A block of 2 MiB in
 * which one run of pages has the same value and the rest is untouched is one descriptor; only a
 * mixed block has an entry a page. Memory that was never used costs nothing. */
#ifndef KERNEL_SEAM_PAMT_H
#define KERNEL_SEAM_PAMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/tdx_td.h"

struct pamt_entry {
	uint64_t word; /* type in 7:0, owner's page number from 8 */
	uint64_t bepoch;
};

struct pamt_block {
	struct pamt_entry same;	 /* of pages start to start + count; of all when large */
	struct pamt_entry *each; /* 512, or NULL */
	uint16_t start, count;	 /* with each: count is how many are not free */
	bool large;		 /* owned as one page of 2 MiB */
};

enum pamt_cover { PAMT_NONE, PAMT_PENDING, PAMT_READY };

struct pamt {
	uint8_t *cover;		    /* enum pamt_cover, a GiB each */
	struct pamt_block **blocks; /* 512 a GiB, or NULL */
	struct pamt_entry *spare;   /* arrays of 512 that no block needs now, linked by word */
	size_t gigs;
	size_t gigs_end; /* no block at and above it */
	size_t bytes; /* taken by blocks and entries, spare ones included */
};

static inline struct pamt_entry pamt_value(enum tdx_page_type type, uint64_t owner_pa,
					   uint64_t bepoch)
{
	return (struct pamt_entry){ owner_pa >> 12 << 8 | (uint64_t)type, bepoch };
}

static inline enum tdx_page_type pamt_type(struct pamt_entry e)
{
	return (enum tdx_page_type)(e.word & 0xff);
}

static inline uint64_t pamt_owner(struct pamt_entry e)
{
	return e.word >> 8 << 12;
}

bool pamt_new(struct pamt *pamt, size_t gigs);
void pamt_end(struct pamt *pamt);

static inline struct pamt_block *pamt_block(const struct pamt *pamt, uint64_t pa)
{
	struct pamt_block *blocks = pamt->blocks[pa >> 30];

	return blocks ? &blocks[pa >> 21 & 511] : NULL;
}

/* The entry that tracks pa, and at which level it does. */
struct pamt_entry pamt_read(const struct pamt *pamt, uint64_t pa, unsigned *ret_level);
/* Every page of the 2 MiB block is free. */
bool pamt_block_free(const struct pamt *pamt, uint64_t pa);
/* Write the entry of a page of that level. False, and nothing changed, when memory has run out. */
bool pamt_write(struct pamt *pamt, uint64_t pa, unsigned level, struct pamt_entry entry);

#endif
