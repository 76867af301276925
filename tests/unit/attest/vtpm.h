/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest under a paravisor, made by the test: run-time data with an RSA key, an HCL report, a quote
 * of its TPM; and the TD quote of pki.h that vouches for them. */
#ifndef TESTS_ATTEST_VTPM_H
#define TESTS_ATTEST_VTPM_H

#include <openssl/evp.h>

#include <tdlaunch/azure.h>

#include "tests/unit/attest/pki.h"

struct vtpm_world {
	struct pki_world w;
	uint8_t hcl[2600];
	uint8_t message[256];
	size_t message_size;
	uint8_t signature[256];
	uint8_t pcrs[24 * 32];
	struct tdl_vtpm vtpm; /* views of these; the nonce is "nonce of the test" */
};

/* The same for a TPM that somebody else has: no quote of it, whose values stay empty. user_data are the 64
 * bytes that the report was made for. */
void vtpm_make_for(const struct pki_knobs *knobs, EVP_PKEY *ak, const uint8_t user_data[64],
		   struct vtpm_world *ret_world);
void vtpm_make(const struct pki_knobs *knobs, struct vtpm_world *ret_world);

#endif
