/* SPDX-License-Identifier: BSD-2-Clause */
/* A policy: which of the quotes that verify are acceptable. It is JSON with a member for each rule
 * that differs from the strict default; a member that is not known is an error. */
#ifndef TDLAUNCH_POLICY_H
#define TDLAUNCH_POLICY_H

#include <stddef.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_policy;

/**
 * tdl_policy_default() - the strict policy
 * @ret_policy: the policy, to be freed
 * @err:        why not; NULL is fine
 *
 * UpToDate, no DEBUG, SEPT_VE_DISABLE on, no unknown attributes, no service TD, nothing expired or
 * missing. It pins no measurement.
 *
 * Return: 0, or -ENOMEM.
 */
TDL_API int tdl_policy_default(struct tdl_policy **ret_policy, struct tdl_error *err);

/**
 * tdl_policy_parse() - read a policy
 * @text:       JSON, borrowed for the call
 * @size:       bytes there
 * @ret_policy: the policy, to be freed
 * @err:        which member is wrong; NULL is fine
 *
 * Return: 0; -EBADMSG when malformed, or a member is unknown, or Revoked is to be allowed; -ENOMEM.
 */
TDL_API int tdl_policy_parse(const char *text, size_t size, struct tdl_policy **ret_policy,
			     struct tdl_error *err);

/**
 * tdl_policy_free() - free a policy
 * @policy: NULL is fine
 */
TDL_API void tdl_policy_free(struct tdl_policy *policy);

/**
 * tdl_policy_warning() - what else would pass
 * @policy: the policy
 * @index:  from 0 on
 *
 * Return: a sentence about software that this policy lets through although nobody may want it,
 * static; NULL at the end.
 */
TDL_API const char *tdl_policy_warning(const struct tdl_policy *policy, size_t index);

#ifdef __cplusplus
}
#endif

#endif
