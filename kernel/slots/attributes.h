/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory attributes: a value for every guest frame, kept as ranges of equal value. What no range
 * covers is 0, shared. */
#ifndef KERNEL_SLOTS_ATTRIBUTES_H
#define KERNEL_SLOTS_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attribute_range {
	uint64_t start, end; /* frames, end exclusive */
	uint64_t value;	     /* never 0 */
};

struct attributes {
	struct attribute_range *ranges; /* sorted, disjoint, neighbours of equal value joined */
	size_t count, room;
};

void attributes_end(struct attributes *a);

/* The value of one frame, and, if ret_end is not NULL, the first frame after it that may differ. */
uint64_t attributes_get(const struct attributes *a, uint64_t gfn, uint64_t *ret_end);

/* Do all frames of [start, end) have the same value; and this one? */
bool attributes_uniform(const struct attributes *a, uint64_t start, uint64_t end);
bool attributes_all(const struct attributes *a, uint64_t start, uint64_t end, uint64_t value);

/* 0 or -ENOMEM, and then nothing has changed. */
int attributes_set(struct attributes *a, uint64_t start, uint64_t end, uint64_t value);

#endif
