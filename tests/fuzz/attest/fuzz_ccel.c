/* SPDX-License-Identifier: BSD-2-Clause */
/* An event log: parsed and replayed against a register of zeros. */
#include <stdint.h>
#include <stdlib.h>

#include "tdlaunch/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t zeros[TDL_RTMR_SIZE];
	struct tdl_replay_options opt = { .rtmr = { zeros }, .source = { "zeros" } };
	enum tdl_answer answer;
	char *text = NULL;

	tdl_replay(data, size, &opt, 0, &text, &answer, NULL);
	free(text);
	return 0;
}
