/* SPDX-License-Identifier: BSD-2-Clause */
/* A TDREPORT: parsed and checked. */
#include <stdint.h>
#include <stdlib.h>

#include "tdlaunch/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tdl_report *report = NULL;

	if (tdl_report_open(data, size, &report, NULL) == 0)
		tdl_report_check(report, NULL);
	tdl_report_free(report);
	return 0;
}
