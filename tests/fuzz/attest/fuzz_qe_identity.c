/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a QE identity. */
#include <stdint.h>
#include <stdlib.h>

#include "attest/tcb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qe_identity identity;

	if (qe_identity_parse((const char *)data, size, &identity, NULL) == 0)
		qe_identity_end(&identity);
	return 0;
}
