/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands at a physical page: an open hash from page address to pointer. It costs nothing where
 * nothing stands. */
#ifndef KERNEL_SEAM_PAGES_H
#define KERNEL_SEAM_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page_slot {
	uint64_t key; /* page address | 1; 0 is an empty slot */
	void *value;
};

struct page_map {
	struct page_slot *slots;
	size_t size, used; /* size: a power of two, or 0 */
};

static inline size_t page_slot_of(const struct page_map *map, uint64_t pa)
{
	return (size_t)((pa >> 12) * 0x9E3779B97F4A7C15u >> 20) & (map->size - 1);
}

static inline void *page_map_get(const struct page_map *map, uint64_t pa)
{
	if (!map->used)
		return NULL;
	for (size_t i = page_slot_of(map, pa); map->slots[i].key; i = (i + 1) & (map->size - 1)) {
		if (map->slots[i].key == (pa | 1))
			return map->slots[i].value;
	}
	return NULL;
}

/* Put a value where none is. False when memory has run out. */
bool page_map_put(struct page_map *map, uint64_t pa, void *value);
/* Remove and return what stands there, or NULL. */
void *page_map_take(struct page_map *map, uint64_t pa);
/* Give every value to release, unless that is NULL, then free the map. */
void page_map_end(struct page_map *map, void (*release)(void *value));

/* Pages of 4 KiB, not zeroed, from chunks that the host fills in one go: a fault a page would cost
 * more than everything else. A chunk is at most a 64th of what there is, or 32 KiB; with is_coarse
 * every chunk but the first is 2 MiB, which the host can map as one large page. */
struct chunk;
struct page_pool {
	bool is_coarse;
	void *free; /* linked through their first bytes */
	struct chunk *chunks;
	uint8_t *next; /* of the newest chunk */
	size_t left;   /* bytes of it */
	size_t bytes;  /* mapped */
};

void *page_pool_get(struct page_pool *pool); /* NULL when memory has run out */
void page_pool_put(struct page_pool *pool, void *page);
void page_pool_end(struct page_pool *pool);

#endif
