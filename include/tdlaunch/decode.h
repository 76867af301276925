/* SPDX-License-Identifier: BSD-2-Clause */
/* The numbers that TDX users meet in logs and paste into bug reports, in words. */
#ifndef TDLAUNCH_DECODE_H
#define TDLAUNCH_DECODE_H

#include <stddef.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How results are rendered, here and in the other functions that return text. */
#define TDL_RENDER_JSON	   1u /* JSON instead of text for people */
#define TDL_RENDER_OFFSETS 2u /* with byte offsets and sizes */

/**
 * tdl_decode() - say what numbers or names mean
 * @codes:       texts: "0x8000020000000092", decimal, bare hex digits, a name such as
 *               "OPERAND_BUSY", 32 hex digits of a TEE TCB SVN, or any of them behind "status=",
 *               "leaf=", "vmcall=", "kvm=", "exit=", "attributes=", "xfam=", "svn=" or "dcap="
 *               to ask for one reading
 * @count:       texts there
 * @flags:       TDL_RENDER_...
 * @ret_text:    every reading of every code, to be freed by the caller
 * @ret_unknown: how many codes have no reading
 * @err:         why not; NULL is fine
 *
 * Return: 0; -EINVAL for a text that is neither a number nor a name, -ENOMEM.
 */
TDL_API int tdl_decode(const char *const *codes, size_t count, unsigned flags, char **ret_text,
		       size_t *ret_unknown, struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
