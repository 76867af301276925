/* SPDX-License-Identifier: BSD-2-Clause */
/* A code as people paste it. */
#include <stdint.h>
#include <stdlib.h>

#include <string.h>

#include "tdlaunch/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *code = strndup((const char *)data, size);
	const char *codes = code;
	char *text = NULL;
	size_t unknown;

	if (code && tdl_decode(&codes, 1, TDL_RENDER_JSON, &text, &unknown, NULL) == 0)
		free(text);
	free(code);
	return 0;
}
