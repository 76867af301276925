/* SPDX-License-Identifier: BSD-2-Clause */
/* A plan folded into MRTD while somebody watches the running hash. */
#ifndef MEASURE_FOLD_H
#define MEASURE_FOLD_H

#include <tdlaunch/mrtd.h>

#include "base/hash.h"

/* Told of the running hash before the first operation of each pass over a region, and then before
 * every so many pages of that pass. */
struct mrtd_watch {
	uint64_t pages;
	void (*at)(void *ctx, const struct sha384_stream *state);
	void *ctx;
};

/* As tdl_mrtd_compute(). Without a watch (NULL) the hash is EVP's. */
int mrtd_fold(const struct tdl_plan *plan, const struct mrtd_watch *watch,
	      struct tdl_mrtd **ret_mrtd, struct tdl_error *err);

#endif
