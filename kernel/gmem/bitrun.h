/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of 512 neighbours exist. None and all, the common cases, take no memory. A lock for whoever
 * keeps one comes with it, since there is room. */
#ifndef KERNEL_GMEM_BITRUN_H
#define KERNEL_GMEM_BITRUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define BITRUN_BITS 512u

struct bitrun {
	uint64_t *bits; /* owned; NULL when count is 0 or 512 */
	uint32_t count;
	atomic_bool locked;
};

/* False: somebody else has it. */
static inline bool bitrun_lock(struct bitrun *run)
{
	return !atomic_exchange_explicit(&run->locked, true, memory_order_acquire);
}

static inline void bitrun_unlock(struct bitrun *run)
{
	atomic_store_explicit(&run->locked, false, memory_order_release);
}

static inline bool bitrun_has(const struct bitrun *run, unsigned i)
{
	if (!run->bits)
		return run->count != 0;
	return run->bits[i / 64] >> (i % 64) & 1;
}

/* 0 or -ENOMEM. */
int bitrun_set(struct bitrun *run, unsigned i);
int bitrun_clear(struct bitrun *run, unsigned i);

/* Take the memory for single bits now, so that the next bitrun_clear() cannot fail. 0 or -ENOMEM. */
int bitrun_spell_out(struct bitrun *run);

/* The first index from i on that exists; BITRUN_BITS when none does. */
unsigned bitrun_next(const struct bitrun *run, unsigned i);

/* Forget everything, free the bits. Nobody may have it locked. */
void bitrun_end(struct bitrun *run);

#endif
