/* SPDX-License-Identifier: BSD-2-Clause */
/* Half-open ranges of addresses, compared without adding first. */
#ifndef BASE_RANGE_H
#define BASE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE_4K 4096u
#define CHUNK_SIZE   256u /* what one TDH.MR.EXTEND covers */

/* start + size does not pass 2^64. A range that ends exactly there wraps. */
static inline bool range_fits(uint64_t start, uint64_t size)
{
	return size <= UINT64_MAX - start;
}

static inline bool range_within(uint64_t start, uint64_t size, uint64_t limit)
{
	return start <= limit && size <= limit - start;
}

/* Both ranges must fit. Empty ranges overlap nothing. */
static inline bool range_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	if (!a_size || !b_size)
		return false;
	return a < b ? b - a < a_size : a - b < b_size;
}

static inline bool is_aligned(uint64_t value, uint64_t power_of_two)
{
	return (value & (power_of_two - 1)) == 0;
}

#endif
