/* SPDX-License-Identifier: BSD-2-Clause */
/* An Azure HCL report, and a TPM quote. */
#include <stdint.h>
#include <stdlib.h>

#include "attest/azure.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t zeros[64];
	struct hcl_report report;
	struct tpm_quote quote;

	tpm_quote_parse(data, size, &quote, NULL);
	if (hcl_parse(data, size, &report, NULL) == 0)
		hcl_check_binding(&report, zeros, NULL);
	return 0;
}
