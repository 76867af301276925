/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan, region by region and page by page, in pieces that one call can take. */
#ifndef LAUNCH_WALK_H
#define LAUNCH_WALK_H

#include "launch/td.h"

/* Pages of one region that one call can take. */
struct walk_run {
	size_t region;
	uint64_t first;	      /* index of the first page in its region */
	uint64_t pages;
	const uint8_t *bytes; /* of all of them, page-aligned */
};

/* What is done with each run. 0 or a negative errno, which ends the walk. */
typedef int (*walk_step)(struct tdl_td *td, const struct walk_run *run, struct tdl_error *err);

/* Every run of every region, in the plan's order. The observer hears where regions begin and end. */
int walk_plan(struct tdl_td *td, walk_step step, struct tdl_error *err);

#endif
