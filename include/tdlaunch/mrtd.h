/* SPDX-License-Identifier: BSD-2-Clause */
/* MRTD, computed from a launch plan alone, with the digest after each region, so that two
 * computations can be compared place by place. */
#ifndef TDLAUNCH_MRTD_H
#define TDLAUNCH_MRTD_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>
#include <tdlaunch/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_mrtd;
struct tdl_mrtd_run; /* a computation under way; opaque */

/**
 * tdl_mrtd_compute() - hash a plan as the TDX module would
 * @plan:     borrowed during the call
 * @ret_mrtd: caller frees with tdl_mrtd_free()
 * @err:      NULL is fine
 *
 * Return: 0; -EIO if hashing fails; -ENOMEM.
 * Source: TDX Module ABI, TDH.MEM.PAGE.ADD, TDH.MR.EXTEND, TDH.MR.FINALIZE.
 */
TDL_API int tdl_mrtd_compute(const struct tdl_plan *plan, struct tdl_mrtd **ret_mrtd,
			     struct tdl_error *err);

/**
 * tdl_mrtd_start() - the same on a thread of its own
 * @plan:        borrowed until tdl_mrtd_finish()
 * @state_pages: keep the state of the running hash before every so many pages of a region, for a
 *               log (TDL_LOG_REGION_PAGES); 0 for no states
 * @ret_run:     to be ended with tdl_mrtd_finish()
 * @err:         NULL is fine
 *
 * The thread blocks all signals. States come from libcrypto's SHA-384 with its state in the open,
 * which EVP does not show; without them EVP is used.
 *
 * Return: 0; -ENOMEM; -EAGAIN when there can be no thread.
 */
TDL_API int tdl_mrtd_start(const struct tdl_plan *plan, uint64_t state_pages,
			   struct tdl_mrtd_run **ret_run, struct tdl_error *err);

/**
 * tdl_mrtd_finish() - wait for the result
 * @run:      gone afterwards; NULL is fine, and gives nothing
 * @ret_mrtd: caller frees with tdl_mrtd_free(); may be NULL
 * @err:      NULL is fine
 *
 * Return: as tdl_mrtd_compute().
 */
TDL_API int tdl_mrtd_finish(struct tdl_mrtd_run *run, struct tdl_mrtd **ret_mrtd,
			    struct tdl_error *err);

/** tdl_mrtd_free() - NULL is fine */
TDL_API void tdl_mrtd_free(struct tdl_mrtd *mrtd);

/** tdl_mrtd_value() - the 48 bytes of MRTD; borrowed */
TDL_API const uint8_t *tdl_mrtd_value(const struct tdl_mrtd *mrtd);
/** tdl_mrtd_adds() - pages added */
TDL_API uint64_t tdl_mrtd_adds(const struct tdl_mrtd *mrtd);
/** tdl_mrtd_extends() - 256-byte chunks extended */
TDL_API uint64_t tdl_mrtd_extends(const struct tdl_mrtd *mrtd);
/** tdl_mrtd_bytes() - bytes hashed: 128 for each page added, 384 for each chunk extended */
TDL_API uint64_t tdl_mrtd_bytes(const struct tdl_mrtd *mrtd);
/**
 * tdl_mrtd_after() - the digest of everything up to the end of a region
 * @mrtd:   the result
 * @region: index of the region in the plan
 *
 * Return: 48 bytes, borrowed; NULL past the last region.
 */
TDL_API const uint8_t *tdl_mrtd_after(const struct tdl_mrtd *mrtd, size_t region);

#ifdef __cplusplus
}
#endif

#endif
