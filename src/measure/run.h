/* SPDX-License-Identifier: BSD-2-Clause */
/* A computation of MRTD under way, as those see it who follow it. Any thread may ask. */
#ifndef MEASURE_RUN_H
#define MEASURE_RUN_H

#include <tdlaunch/mrtd.h>

#include "base/hash.h"

const struct tdl_plan *mrtd_run_plan(const struct tdl_mrtd_run *run);
/* How far apart states are, pages; 0 when none are kept. */
uint64_t mrtd_run_state_pages(const struct tdl_mrtd_run *run);
/* State i, once the computation has come that far. -ENOENT when it has fewer. */
int mrtd_run_state(struct tdl_mrtd_run *run, size_t i, struct sha384_stream *ret_state,
		   struct tdl_error *err);
/* The result, once it is there; borrowed. */
int mrtd_run_result(struct tdl_mrtd_run *run, const struct tdl_mrtd **ret_mrtd,
		    struct tdl_error *err);

#endif
