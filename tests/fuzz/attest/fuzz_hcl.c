/* SPDX-License-Identifier: BSD-2-Clause */
/* An Azure HCL report. */
#include <stdint.h>
#include <stdlib.h>

#include "attest/hcl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t zeros[64];
	struct hcl_report report;

	if (hcl_parse(data, size, &report, NULL) == 0)
		hcl_check_binding(&report, zeros, NULL);
	return 0;
}
