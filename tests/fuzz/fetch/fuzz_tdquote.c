/* SPDX-License-Identifier: BSD-2-Clause */
/* The answer of a service that makes TD quotes. */
#include <stdint.h>
#include <stdlib.h>

#include "fetch/tdquote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *quote = NULL;
	size_t n = 0;

	if (tdquote_read(data, size, &quote, &n, NULL) == 0)
		free(quote);
	return 0;
}
