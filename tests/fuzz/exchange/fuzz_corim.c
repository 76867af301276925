/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes are a file of the form corim, or a refusal. */
#include "tests/fuzz/exchange/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_exchange("corim", data, size);
	return 0;
}
