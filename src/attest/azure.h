/* SPDX-License-Identifier: BSD-2-Clause */
/* Azure vTPM evidence: a TPM quote by the key that the HCL report's run-time data names. The chain
 * of trust is TD quote - report data - run-time data - HCLAkPub - TPM quote - PCRs. */
#ifndef ATTEST_AZURE_H
#define ATTEST_AZURE_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/azure.h>
#include <tdlaunch/error.h>

#include "attest/hcl.h"

enum { AZURE_PCRS = 24, AZURE_PCR_SIZE = 32 };

/* A TPMS_ATTEST of a quote over one selection. Texts are borrowed from the message. */
struct tpm_quote {
	const uint8_t *nonce; /* extraData */
	size_t nonce_size;
	uint64_t clock;
	uint32_t reset, restart;
	uint16_t hash; /* of the selected bank, 0x000b is SHA-256 */
	uint8_t select[8];
	size_t select_size;
	const uint8_t *digest; /* of the selected PCRs */
	size_t digest_size;
};

/* Source: TCG TPM 2.0 Library, part 2, TPMS_ATTEST and TPMS_QUOTE_INFO. */
int tpm_quote_parse(const uint8_t *message, size_t size, struct tpm_quote *ret_quote,
		    struct tdl_error *err);

/* The bytes of an RSASSA signature with SHA-256: as they are, or inside of a TPMT_SIGNATURE. They
 * are told apart by the size that the latter names. -EOPNOTSUPP for one of another kind. Source: TCG
 * TPM 2.0 Library, part 2, TPMT_SIGNATURE. */
int tpm_signature_parse(const uint8_t *bytes, size_t size, const uint8_t **ret_raw,
			size_t *ret_size, struct tdl_error *err);

/* RSASSA-PKCS1-v1_5 with SHA-256 by the key HCLAkPub of the run-time data. -EKEYREJECTED when it
 * does not verify, -EBADMSG when there is no such key. */
int azure_check_signature(const struct hcl_report *hcl, const uint8_t *message, size_t size,
			  const uint8_t *signature, size_t signature_size, struct tdl_error *err);

/* The quote's digest is SHA-256 over the selected ones of 24 SHA-256 PCRs. */
int azure_check_pcrs(const struct tpm_quote *quote,
		     const uint8_t pcrs[AZURE_PCRS][AZURE_PCR_SIZE], struct tdl_error *err);

void azure_free_p(struct tdl_azure **azure);
#define AUTO_AZURE __attribute__((cleanup(azure_free_p)))

#endif
