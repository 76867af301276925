/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes are refused as a file of the form google, which nobody signed, and read as its payload. */
#include "tests/fuzz/exchange/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_endorsement(&google_format, data, size);
	return 0;
}
