/* SPDX-License-Identifier: BSD-2-Clause */
/* The headers of a service's answer, and the certificate chain in one of them. */
#include <stdint.h>
#include <stdlib.h>

#include "fetch/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *value = (const char *)data;
	size_t value_size = size, n = 0;
	char *pem = NULL;

	header_find(value, value_size, "TCB-Info-Issuer-Chain", &value, &value_size, NULL);
	if (header_chain(value, value_size, &pem, &n, NULL) == 0)
		free(pem);
	return 0;
}
