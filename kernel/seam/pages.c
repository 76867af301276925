/* SPDX-License-Identifier: BSD-2-Clause */
/* Linear probing, at most half full; removal moves later entries back, so there are no tombstones.
 */
#include "kernel/seam/pages.h"

#include <stdlib.h>

static void place(struct page_map *map, uint64_t key, void *value)
{
	size_t i = page_slot_of(map, key);

	while (map->slots[i].key)
		i = (i + 1) & (map->size - 1);
	map->slots[i] = (struct page_slot){ key, value };
}

static bool grow(struct page_map *map)
{
	struct page_map bigger = { .size = map->size ? map->size * 2 : 64, .used = map->used };

	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < map->size; i++) {
		if (map->slots[i].key)
			place(&bigger, map->slots[i].key, map->slots[i].value);
	}
	free(map->slots);
	*map = bigger;
	return true;
}

bool page_map_put(struct page_map *map, uint64_t pa, void *value)
{
	if ((map->used + 1) * 2 > map->size && !grow(map))
		return false;
	place(map, pa | 1, value);
	map->used++;
	return true;
}

void *page_map_take(struct page_map *map, uint64_t pa)
{
	size_t i, hole;
	void *value;

	if (!map->used)
		return NULL;
	for (i = page_slot_of(map, pa); map->slots[i].key != (pa | 1);
	     i = (i + 1) & (map->size - 1)) {
		if (!map->slots[i].key)
			return NULL;
	}
	value = map->slots[i].value;
	hole = i;
	for (i = (i + 1) & (map->size - 1); map->slots[i].key; i = (i + 1) & (map->size - 1)) {
		size_t home = page_slot_of(map, map->slots[i].key);

		/* An entry may move into the hole unless its home lies behind the hole. */
		if (((i - home) & (map->size - 1)) >= ((i - hole) & (map->size - 1))) {
			map->slots[hole] = map->slots[i];
			hole = i;
		}
	}
	map->slots[hole] = (struct page_slot){ 0, NULL };
	map->used--;
	return value;
}

void page_map_end(struct page_map *map, void (*release)(void *value))
{
	for (size_t i = 0; i < map->size; i++) {
		if (map->slots[i].key)
			release(map->slots[i].value);
	}
	free(map->slots);
	*map = (struct page_map){ 0 };
}
