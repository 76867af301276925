/* SPDX-License-Identifier: BSD-2-Clause */
/* The vTPM that a paravisor gives a guest, as collecting evidence needs it: no type of tpm2-tss here.
 * Each call reaches the TPM anew. Errors as tpm_open() and nv_read() have them. */
#ifndef ANCHOR_VTPM_H
#define ANCHOR_VTPM_H

#include <tdlaunch/anchor.h>

enum {
	VTPM_NV_MAX = 8192, /* bytes of an index's contents */
	VTPM_PCRS = 24,
	VTPM_PCR_SIZE = 32,
};

/* A quote over all PCRs of the SHA-256 bank, and their values. */
struct vtpm_quote {
	uint8_t message[512]; /* TPMS_ATTEST */
	size_t message_size;
	uint8_t signature[1024]; /* TPMT_SIGNATURE */
	size_t signature_size;
	uint8_t pcrs[VTPM_PCRS * VTPM_PCR_SIZE];
};

int vtpm_nv_read(const struct tdl_tpm *how, uint32_t index, uint8_t ret_bytes[VTPM_NV_MAX],
		 size_t *ret_size, struct tdl_error *err);
int vtpm_nv_write(const struct tdl_tpm *how, uint32_t index, const void *bytes, size_t size,
		  struct tdl_error *err);
/* By the key at a persistent handle: -ENOENT when there is none, -ENODATA without the bank. PCRs that
 * change between quote and reading are read again. */
int vtpm_quote(const struct tdl_tpm *how, uint32_t key, const void *nonce, size_t nonce_size,
	       struct vtpm_quote *ret, struct tdl_error *err);

#endif
