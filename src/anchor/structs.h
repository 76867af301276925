/* SPDX-License-Identifier: BSD-2-Clause */
/* What a TPM signs, read through a cursor. Source: TPM 2.0 Library, Part 2: TPMS_ATTEST,
 * TPMT_SIGNATURE, TPMS_NV_PUBLIC; and what it gives out to be loaded again, TPMS_CONTEXT. Numbers are
 * big endian. */
#ifndef ANCHOR_STRUCTS_H
#define ANCHOR_STRUCTS_H

#include "anchor/journal.h"

#define STRUCT_MAX 2048 /* bytes in any of these */

enum {
	ST_ATTEST_NV = 0x8014,
	ST_ATTEST_QUOTE = 0x8018,
	NV_EXTEND = 0x4,	     /* TPM_NT_EXTEND */
	NV_CLEAR_STCLEAR = 1 << 27,  /* TPMA_NV_CLEAR_STCLEAR */
	NV_WRITTEN = 1 << 29,	     /* TPMA_NV_WRITTEN */
	NV_NAME_MAX = 2 + BANK_DIGEST_MAX,
};

struct attest {
	uint16_t type;
	const uint8_t *extra; /* the nonce, borrowed */
	size_t extra_size;
	struct tpm_clock clock;
	uint64_t firmware;
	/* quote: the one PCR, the banks it is selected in, and the digest over them */
	uint32_t pcr;
	const struct bank *banks[BANKS_MAX];
	size_t bank_count;
	const uint8_t *digest; /* or, of an NV index, its contents; borrowed */
	size_t digest_size;
	/* NV index */
	const uint8_t *name; /* borrowed */
	size_t name_size;
};

int attest_parse(const void *bytes, size_t size, struct attest *ret, struct tdl_error *err);

/* Was it these values, in the banks that are quoted, that the TPM signed? hash is that of the key's
 * scheme. */
int attest_gives(const struct attest *a, const struct bank *hash, const struct bank_values *values,
		 bool *ret, struct tdl_error *err);

/* An ECDSA signature: r and s, each of 32 bytes, left-padded, and its hash. */
struct signature {
	const struct bank *hash;
	uint8_t r[32], s[32];
};
int signature_parse(const void *bytes, size_t size, struct signature *ret, struct tdl_error *err);

struct nv_public {
	uint32_t index, attributes;
	const struct bank *hash;
	size_t size; /* of its contents, bytes */
	uint8_t name[NV_NAME_MAX];
	size_t name_size;
};
int nv_public_parse(const void *bytes, size_t size, struct nv_public *ret, struct tdl_error *err);

/* Are these bytes, from end to end, a saved key (TPMS_CONTEXT)? What is in it only its TPM can tell. */
int key_context_check(const void *bytes, size_t size, struct tdl_error *err);

/* Is the index one for extending, which keeps what it holds when the TPM starts? */
static inline bool nv_is_anchor(const struct nv_public *p)
{
	return (p->attributes >> 4 & 0xf) == NV_EXTEND && !(p->attributes & NV_CLEAR_STCLEAR) &&
	       p->size == p->hash->size;
}

#endif
