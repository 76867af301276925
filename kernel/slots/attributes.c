/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/slots/attributes.h"

void attributes_end(struct attributes *a)
{
	free(a->ranges);
	*a = (struct attributes){ .ranges = NULL };
}

/* Index of the first range that ends behind gfn. */
static size_t first_after(const struct attributes *a, uint64_t gfn)
{
	size_t low = 0, high = a->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->ranges[middle].end <= gfn)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint64_t attributes_get(const struct attributes *a, uint64_t gfn, uint64_t *ret_end)
{
	size_t i = first_after(a, gfn);
	bool is_inside = i < a->count && a->ranges[i].start <= gfn;

	if (ret_end && is_inside)
		*ret_end = a->ranges[i].end;
	else if (ret_end)
		*ret_end = i < a->count ? a->ranges[i].start : UINT64_MAX;
	return is_inside ? a->ranges[i].value : 0;
}

bool attributes_uniform(const struct attributes *a, uint64_t start, uint64_t end)
{
	return attributes_all(a, start, end, attributes_get(a, start, NULL));
}

bool attributes_all(const struct attributes *a, uint64_t start, uint64_t end, uint64_t value)
{
	while (start < end) {
		uint64_t next = end;

		if (attributes_get(a, start, &next) != value)
			return false;
		start = next;
	}
	return true;
}

/* Put a range behind the others, joining it to the last one where that is the same. */
static void append(struct attributes *a, uint64_t start, uint64_t end, uint64_t value)
{
	struct attribute_range *last = a->count ? &a->ranges[a->count - 1] : NULL;

	if (start >= end || value == 0)
		return;
	if (last && last->end == start && last->value == value)
		last->end = end;
	else
		a->ranges[a->count++] = (struct attribute_range){ start, end, value };
}

int attributes_set(struct attributes *a, uint64_t start, uint64_t end, uint64_t value)
{
	size_t first = first_after(a, start);
	struct attributes next = { .room = a->count + 2 };

	next.ranges = malloc(next.room * sizeof(*next.ranges));
	if (!next.ranges)
		return -ENOMEM;
	if (first)
		memcpy(next.ranges, a->ranges, first * sizeof(*next.ranges));
	next.count = first;
	size_t i = first;
	if (i < a->count && a->ranges[i].start < start)
		append(&next, a->ranges[i].start, start, a->ranges[i].value);
	append(&next, start, end, value);
	for (; i < a->count; i++) {
		const struct attribute_range *r = &a->ranges[i];

		append(&next, r->start > end ? r->start : end, r->end, r->value);
	}
	free(a->ranges);
	*a = next;
	return 0;
}
