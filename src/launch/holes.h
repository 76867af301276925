/* SPDX-License-Identifier: BSD-2-Clause */
/* RAM that the plan leaves empty. */
#ifndef LAUNCH_HOLES_H
#define LAUNCH_HOLES_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/plan.h>
#include <tdlaunch/prefault.h>

/* The empty RAM within [start, start + size), lowest first; caller frees. 0 or -ENOMEM. */
int holes_of(const struct tdl_plan *plan, uint64_t start, uint64_t size,
	     struct tdl_prefault_range **ret_holes, size_t *ret_count);

#endif
