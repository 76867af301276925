/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/gmem/pages.h"

void pages_init(struct pages *pages, pfn_t start, uint64_t count)
{
	*pages = (struct pages){ .next = start, .end = start + count };
	pthread_mutex_init(&pages->lock, NULL);
}

void pages_end(struct pages *pages)
{
	free(pages->free);
	pthread_mutex_destroy(&pages->lock);
}

static void remove_range(struct pages *pages, size_t i)
{
	pages->free_count--;
	memmove(&pages->free[i], &pages->free[i + 1],
		(pages->free_count - i) * sizeof(pages->free[0]));
}

static bool insert_range(struct pages *pages, size_t i, pfn_t start, uint64_t count)
{
	if (pages->free_count == pages->free_room) {
		size_t room = pages->free_room ? 2 * pages->free_room : 16;
		struct pages_range *grown = realloc(pages->free, room * sizeof(*grown));

		if (!grown)
			return false;
		pages->free = grown;
		pages->free_room = room;
	}
	memmove(&pages->free[i + 1], &pages->free[i],
		(pages->free_count - i) * sizeof(pages->free[0]));
	pages->free[i] = (struct pages_range){ start, count };
	pages->free_count++;
	return true;
}

/* Join [start, start + count) to the free ranges. Without memory for that the frames are lost to
 * this machine, which is no worse than their being used. */
static void add_free(struct pages *pages, pfn_t start, uint64_t count)
{
	size_t low = 0, high = pages->free_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pages->free[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0 && pages->free[low - 1].start + pages->free[low - 1].count == start) {
		pages->free[--low].count += count;
	} else if (!insert_range(pages, low, start, count)) {
		return;
	}
	struct pages_range *range = &pages->free[low];
	if (low + 1 < pages->free_count && range->start + range->count == range[1].start) {
		range->count += range[1].count;
		remove_range(pages, low + 1);
	}
}

/* Cut count frames that start at a multiple of align from a free range that has them. */
static bool take_free(struct pages *pages, uint64_t count, uint64_t align, pfn_t *ret_pfn)
{
	for (size_t i = 0; i < pages->free_count; i++) {
		struct pages_range range = pages->free[i];
		pfn_t start = (range.start + align - 1) & ~(align - 1);
		uint64_t before = start - range.start;

		if (before > range.count || range.count - before < count)
			continue;
		remove_range(pages, i);
		if (before)
			add_free(pages, range.start, before);
		if (range.count - before > count)
			add_free(pages, start + count, range.count - before - count);
		*ret_pfn = start;
		return true;
	}
	return false;
}

static int take(struct pages *pages, uint64_t count, uint64_t align, pfn_t *ret_pfn)
{
	const struct kernel_point point = { .kind = KERNEL_POINT_PAGES, .name = "pages", .fd = -1 };
	int64_t instead;
	int rc = 0;

	if (pages->hook && hook_ask(pages->hook, &point, &instead))
		return (int)instead;
	pthread_mutex_lock(&pages->lock);
	if (!take_free(pages, count, align, ret_pfn)) {
		pfn_t start = (pages->next + align - 1) & ~(align - 1);

		if (start >= pages->end || pages->end - start < count) {
			rc = -ENOMEM;
		} else {
			if (start > pages->next)
				add_free(pages, pages->next, start - pages->next);
			pages->next = start + count;
			*ret_pfn = start;
		}
	}
	if (rc == 0)
		pages->used += count;
	pthread_mutex_unlock(&pages->lock);
	return rc;
}

int pages_get(struct pages *pages, pfn_t *ret_pfn)
{
	return take(pages, 1, 1, ret_pfn);
}

int pages_get_run(struct pages *pages, pfn_t *ret_pfn)
{
	return take(pages, PAGES_RUN, PAGES_RUN, ret_pfn);
}

void pages_put(struct pages *pages, pfn_t start, uint64_t count)
{
	pthread_mutex_lock(&pages->lock);
	add_free(pages, start, count);
	pages->used -= count;
	pthread_mutex_unlock(&pages->lock);
}

uint64_t pages_used(struct pages *pages)
{
	pthread_mutex_lock(&pages->lock);
	uint64_t used = pages->used;

	pthread_mutex_unlock(&pages->lock);
	return used;
}
