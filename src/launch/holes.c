/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/holes.h"

#include <errno.h>
#include <stdlib.h>

#include "base/range.h"
#include "base/scope.h"

struct list {
	struct tdl_prefault_range *holes;
	size_t count, room;
};

static int add_hole(struct list *list, uint64_t gpa, uint64_t size)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct tdl_prefault_range *larger = realloc(list->holes, room * sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		list->holes = larger;
		list->room = room;
	}
	list->holes[list->count++] = (struct tdl_prefault_range){ .gpa = gpa, .size = size };
	return 0;
}

/* Where the first region at or behind gpa starts, or end. A region that covers gpa moves it. */
static uint64_t next_region(const struct tdl_plan *plan, uint64_t *gpa, uint64_t end)
{
	size_t regions = tdl_plan_region_count(plan);
	uint64_t next;
	bool moved;

	do {
		moved = false;
		next = end;
		for (size_t i = 0; i < regions; i++) {
			const struct tdl_region *region = tdl_plan_region(plan, i);
			uint64_t region_end = region->gpa + region->pages * PAGE_SIZE_4K;

			if (region->gpa <= *gpa && *gpa < region_end) {
				*gpa = region_end;
				moved = true;
			} else if (region->gpa > *gpa && region->gpa < next) {
				next = region->gpa;
			}
		}
	} while (moved);
	return next;
}

int holes_of(const struct tdl_plan *plan, uint64_t start, uint64_t size,
	     struct tdl_prefault_range **ret_holes, size_t *ret_count)
{
	struct list list = { 0 };
	uint64_t stop = start + size;

	for (size_t i = 0; i < tdl_plan_ram_count(plan); i++) {
		const struct tdl_ram *ram = tdl_plan_ram(plan, i);
		uint64_t gpa = ram->gpa > start ? ram->gpa : start;
		uint64_t end = ram->gpa + ram->size < stop ? ram->gpa + ram->size : stop;

		while (gpa < end) {
			uint64_t next = next_region(plan, &gpa, end);

			if (gpa < end && add_hole(&list, gpa, next - gpa) < 0) {
				free(list.holes);
				return -ENOMEM;
			}
			gpa = next;
		}
	}
	*ret_holes = list.holes;
	*ret_count = list.count;
	return 0;
}
