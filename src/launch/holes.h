/* SPDX-License-Identifier: BSD-2-Clause */
/* RAM that the plan leaves empty, cut into pieces of work. */
#ifndef LAUNCH_HOLES_H
#define LAUNCH_HOLES_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/plan.h>

/* Pieces end at multiples of this, so that no 2 MiB mapping is cut and a launch can be stopped. */
#define HOLE_PIECE (UINT64_C(64) << 20)

struct hole {
	uint64_t gpa, size; /* bytes */
};

/* The empty RAM within [start, start + size), lowest first; caller frees. 0 or -ENOMEM. */
int holes_of(const struct tdl_plan *plan, uint64_t start, uint64_t size, struct hole **ret_holes,
	     size_t *ret_count);

#endif
