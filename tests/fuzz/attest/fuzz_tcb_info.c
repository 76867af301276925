/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a TCB info. */
#include <stdint.h>
#include <stdlib.h>

#include "attest/tcb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcb_info info;

	if (tcb_info_parse((const char *)data, size, &info, NULL) == 0)
		tcb_info_end(&info);
	return 0;
}
