/* SPDX-License-Identifier: BSD-2-Clause */
/* An Azure HCL report, a TPM quote, its signature, and a certificate with padding behind it. */
#include <stdint.h>
#include <stdlib.h>

#include "attest/azure.h"
#include "attest/der.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t zeros[64];
	struct hcl_report report;
	struct tpm_quote quote;
	const uint8_t *raw = NULL;
	size_t n = 0;

	if (der_size(data, size) > size)
		abort();
	if (tpm_signature_parse(data, size, &raw, &n, NULL) == 0 &&
	    (n > size || (size_t)(raw - data) > size - n))
		abort();
	tpm_quote_parse(data, size, &quote, NULL);
	if (hcl_parse(data, size, &report, NULL) == 0)
		hcl_check_binding(&report, zeros, NULL);
	return 0;
}
