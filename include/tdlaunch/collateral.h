/* SPDX-License-Identifier: BSD-2-Clause */
/* Collateral: what a verifier needs besides the quote - TCB info, QE identity, their signing chain
 * and two revocation lists. Opening a bundle reads it; nothing in it is believed before
 * tdl_verify() has checked its signatures. */
#ifndef TDLAUNCH_COLLATERAL_H
#define TDLAUNCH_COLLATERAL_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/decode.h>
#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_collateral;

/**
 * tdl_collateral_open() - read a bundle
 * @path:           a directory of PCS responses, chains (PEM, percent-encoded or DER) and CRLs
 *                  (DER, PEM or hex), recognised by content; or one file of them, or a JSON document
 *                  that has several
 * @ret_collateral: the bundle, to be freed
 * @err:            why not; NULL is fine
 *
 * Files that are no collateral are passed over. One that is and does not parse makes the check fail
 * that would have needed it.
 *
 * Return: 0; what opendir() or open() said; -E2BIG; -ENOMEM.
 */
TDL_API int tdl_collateral_open(const char *path, struct tdl_collateral **ret_collateral,
				struct tdl_error *err);

/**
 * tdl_collateral_free() - free a bundle
 * @collateral: NULL is fine
 */
TDL_API void tdl_collateral_free(struct tdl_collateral *collateral);

/**
 * tdl_collateral_show() - when does what expire?
 * @collateral:  the bundle
 * @at:          the time to judge by, seconds since 1970 UTC
 * @warn_days:   treat what ends within so many days as expired
 * @flags:       TDL_RENDER_...
 * @ret_text:    a list of documents and dates, to be freed by the caller
 * @ret_expired: how many are not valid at @at, or not for so long
 * @err:         why not; NULL is fine
 *
 * Signatures are not checked here.
 *
 * Return: 0; -ENOENT when there is nothing in the bundle; -ENOMEM.
 */
TDL_API int tdl_collateral_show(const struct tdl_collateral *collateral, int64_t at,
				unsigned warn_days, unsigned flags, char **ret_text,
				size_t *ret_expired, struct tdl_error *err);

/**
 * tdl_time_parse() - read a date
 * @text:     "2026-03-16T22:06:09Z", "2026-03-16", or seconds since 1970 behind '@'
 * @ret_time: seconds since 1970 UTC
 *
 * Return: 0, or -EINVAL.
 */
TDL_API int tdl_time_parse(const char *text, int64_t *ret_time);

#ifdef __cplusplus
}
#endif

#endif
