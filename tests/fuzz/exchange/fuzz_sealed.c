/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a file that is signed, by somebody who is trusted: the first byte says by chain or
 * by key, and which form. Nobody's signature of it verifies; the certificates that it carries, and
 * the signature itself, are looked at on the way. */
#include <stdio.h>

#include "base/attr.h"
#include "tests/fuzz/exchange/exchange.h"

/* A certificate whose key nobody has any more. */
static const char *somebody(void)
{
	static char path[4096];
	const char *source = getenv("TDL_SRCDIR");

	snprintf(path, sizeof(path), "%s/measurements/ca.pem", source ? source : ".");
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const forms[] = { "corim", "in-toto", "google", "migtd" };
	uint8_t first = size ? data[0] : 0;
	const struct tdl_exchange_options opt = {
		.trust = first & 1 ? somebody() : NULL,
		.public_key = first & 1 ? NULL : somebody(),
		.signer = (first & 3) == 3 ? somebody() : NULL,
		.at = 1780000000,
		.lossy = true,
		.fill = &fuzz_fill,
	};
	struct tdl_manifest *m = NULL;

	if (size && tdl_exchange_import(data + 1, size - 1, forms[first / 4 % ARRAY_SIZE(forms)],
					&opt, &m, NULL) >= 0)
		abort();
	return 0;
}
