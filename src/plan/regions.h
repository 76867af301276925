/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections turned into the regions of a plan. */
#ifndef PLAN_REGIONS_H
#define PLAN_REGIONS_H

#include "plan/plan.h"

/* Fill plan->regions, plan->pages and plan->notes. Errors as tdl_plan_build(). */
int regions_make(struct tdl_plan *plan, struct tdl_error *err);

#endif
