/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes as a sequence of SEAMCALLs and TDCALLs; the walker aborts when an invariant breaks. */
#include "tests/unit/seam/walker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct walk_tally tally = { 0 };

	walk_calls(data, size < 8192 ? size : 8192, &tally);
	return 0;
}
