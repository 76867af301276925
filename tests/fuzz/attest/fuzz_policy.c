/* SPDX-License-Identifier: BSD-2-Clause */
/* A policy. */
#include <stdint.h>
#include <stdlib.h>

#include "tdlaunch/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tdl_policy *policy = NULL;

	if (tdl_policy_parse((const char *)data, size, &policy, NULL) == 0)
		for (size_t i = 0; tdl_policy_warning(policy, i); i++)
			;
	tdl_policy_free(policy);
	return 0;
}
