/* SPDX-License-Identifier: BSD-2-Clause */
/* Anything: recognised and shown. */
#include <stdint.h>
#include <stdlib.h>

#include "tdlaunch/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = NULL;

	if (tdl_evidence_show(data, size, TDL_RENDER_JSON | TDL_RENDER_OFFSETS, &text, NULL) == 0)
		free(text);
	return 0;
}
