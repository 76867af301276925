/* SPDX-License-Identifier: BSD-2-Clause */
/* Linear probing, at most three quarters full: page numbers hashed by a multiplication are spread
 * evenly, and tables of secure EPTs come as a little more than a power of two. Removal moves
 * later entries back, so there are no tombstones. */
#include "kernel/seam/pages.h"

#include <stdlib.h>
#include <sys/mman.h>

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
	if ((map->used + 1) * 4 > map->size * 3 && !grow(map))
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
		if (map->slots[i].key && release)
			release(map->slots[i].value);
	}
	free(map->slots);
	*map = (struct page_map){ 0 };
}

#define POOL_PAGE 4096u
#define CHUNK_MIN (32u << 10)
#define CHUNK_MAX (2u << 20)
#define CHUNK_PART 64

struct chunk {
	struct chunk *older;
	void *pages;
	size_t size;
};

static size_t next_chunk_size(const struct page_pool *pool)
{
	size_t size = pool->bytes / CHUNK_PART & ~(size_t)(POOL_PAGE - 1);

	if (pool->is_coarse && pool->bytes)
		return CHUNK_MAX;
	if (size < CHUNK_MIN)
		return CHUNK_MIN;
	return size < CHUNK_MAX ? size : CHUNK_MAX;
}

/* size bytes at a multiple of align, both multiples of the page size; NULL without memory. */
static void *map_aligned(size_t size, size_t align)
{
	size_t room = size + align - POOL_PAGE;
	uint8_t *start = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before = -(uintptr_t)start & (align - 1);

	if (start == MAP_FAILED)
		return NULL;
	if (before)
		munmap(start, before);
	if (room - before > size)
		munmap(start + before + size, room - before - size);
	return start + before;
}

/* A host that cannot do as asked fills the memory when it is touched. */
static bool add_chunk(struct page_pool *pool)
{
	size_t size = next_chunk_size(pool);
	bool is_large = pool->is_coarse && size == CHUNK_MAX;
	struct chunk *chunk = malloc(sizeof(*chunk));
	void *pages = map_aligned(size, is_large ? CHUNK_MAX : POOL_PAGE);

	if (!chunk || !pages) {
		if (pages)
			munmap(pages, size);
		free(chunk);
		return false;
	}
	if (is_large)
		madvise(pages, size, MADV_HUGEPAGE);
	madvise(pages, size, MADV_POPULATE_WRITE);
	*chunk = (struct chunk){ pool->chunks, pages, size };
	pool->chunks = chunk;
	pool->next = pages;
	pool->left = size;
	pool->bytes += size;
	return true;
}

void *page_pool_get(struct page_pool *pool)
{
	void *page = pool->free;

	if (page) {
		pool->free = *(void **)page;
		return page;
	}
	if (!pool->left && !add_chunk(pool))
		return NULL;
	page = pool->next;
	pool->next += POOL_PAGE;
	pool->left -= POOL_PAGE;
	return page;
}

void page_pool_put(struct page_pool *pool, void *page)
{
	*(void **)page = pool->free;
	pool->free = page;
}

void page_pool_end(struct page_pool *pool)
{
	for (struct chunk *chunk = pool->chunks, *older; chunk; chunk = older) {
		older = chunk->older;
		munmap(chunk->pages, chunk->size);
		free(chunk);
	}
	*pool = (struct page_pool){ 0 };
}
