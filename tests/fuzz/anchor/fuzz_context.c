/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the file of a kept key: what is taken is what tpm2-tss would write. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/ak.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TPMS_CONTEXT context = { 0 };
	uint8_t again[sizeof(context)];
	const struct tss *tss = NULL;
	size_t n = 0;

	if (tss_load(&tss, NULL) < 0)
		abort();
	if (ak_context_parse(tss, data, size, &context, NULL) < 0)
		return 0;
	if (tss->Tss2_MU_TPMS_CONTEXT_Marshal(&context, again, sizeof(again), &n) !=
		    TSS2_RC_SUCCESS ||
	    n != size || memcmp(again, data, size) != 0)
		abort();
	return 0;
}
