/* SPDX-License-Identifier: BSD-2-Clause */
/* A launch plan that operations are held against, one by one, while a log is written: what follows
 * the plan to the letter has the plan's hash states. */
#ifndef EVLOG_FOLLOW_H
#define EVLOG_FOLLOW_H

#include <stdbool.h>

#include <tdlaunch/log.h>
#include <tdlaunch/plan.h>

#include "measure/run.h"

struct follow {
	struct tdl_mrtd_run *run;    /* NULL: nothing is followed */
	const struct tdl_plan *plan; /* that of the run */
	size_t regions;		     /* that have begun */
};

/* -EINVAL when the run keeps no states where a log needs them. run may be NULL. */
int follow_start(struct follow *f, struct tdl_mrtd_run *run, struct tdl_error *err);
/* 0 when this is the next region of the plan, or nothing is followed; -EINVAL. */
int follow_region(struct follow *f, const struct tdl_log_range *range, struct tdl_error *err);
/* The plan's bytes for a page of the region that began last; they are in room or live as long as the
 * plan. NULL when they are not those given. */
const uint8_t *follow_page(const struct follow *f, uint64_t page, const uint8_t *bytes,
			   uint8_t room[4096]);
/* 0 when the whole plan has been seen; -EINVAL. */
int follow_end(const struct follow *f, struct tdl_error *err);

/* A region of a plan as a range of a log. */
struct tdl_log_range follow_range(const struct tdl_region *region);

#endif
