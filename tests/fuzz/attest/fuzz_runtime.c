/* SPDX-License-Identifier: BSD-2-Clause */
/* Run-time logs. */
#include <stdint.h>
#include <stdlib.h>

#include "attest/runtime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct runtime_log log;

	if (runtime_parse_dstack((const char *)data, size, &log, NULL) == 0)
		runtime_end(&log);
	if (runtime_parse_ima((const char *)data, size, &log, NULL) == 0)
		runtime_end(&log);
	if (runtime_parse_cel(data, size, &log, NULL) == 0)
		runtime_end(&log);
	if (runtime_parse_cel_json((const char *)data, size, &log, NULL) == 0)
		runtime_end(&log);
	return 0;
}
