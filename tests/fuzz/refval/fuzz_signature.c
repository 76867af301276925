/* SPDX-License-Identifier: BSD-2-Clause */
/* No bytes are the signature of a text that nobody signed, neither with a certificate nor by a
 * plain key: the seeds signed another one. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "refval/refval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *trust(void)
{
	static char path[4096];
	const char *source = getenv("TDL_SRCDIR");

	snprintf(path, sizeof(path), "%s/measurements/ca.pem", source ? source : ".");
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tdl_manifest_options opt = { .trust = trust(), .signer = trust() };
	char *signer = NULL;

	if (signature_verify("nobody signed this", 18, data, size, &opt, &signer, NULL) == 0)
		abort();
	/* Those are small, and reading their key is slow. */
	if (size < 512 && plain_signature_verify("nobody signed this", 18, data, size, trust(),
						 &signer, NULL) == 0)
		abort();
	return 0;
}
