/* SPDX-License-Identifier: BSD-2-Clause */
/* A TPM on paper: what a TPM would sign and what would stand in files, written with OpenSSL and
 * stdio alone, right or spoiled in one way each. */
#ifndef TESTS_ANCHOR_PAPER_H
#define TESTS_ANCHOR_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

enum { IN_SHA1, IN_SHA256, IN_SHA384, IN_SHA512, PAPER_BANKS };

struct paper {
	bool nv;	     /* an NV index with a SHA-384 name, not a PCR */
	unsigned index;	     /* PCR number or NV index */
	uint32_t attributes; /* of the NV index */
	bool active[PAPER_BANKS];
	uint8_t value[PAPER_BANKS][64];
	uint64_t time;
	uint32_t resets, restarts;
	EVP_PKEY *key;
};

/* PCR 14, all zero, or NV index 0x1800001; all banks, or that of the index; a key of its own. */
struct paper paper_pcr(void);
struct paper paper_nv(void);
void paper_free(struct paper *p);

/* A key on a curve, "P-256". */
EVP_PKEY *paper_key(const char *curve);
/* PEM of the public half; caller frees. */
char *paper_pem(EVP_PKEY *key);

/* Extend all active banks by a digest of each bank's own. */
void paper_extend(struct paper *p, const void *bytes, size_t size);
/* Extend the register by all records of a log but the last ones, and give the journal of that,
 * "complete" when none was left out; caller frees. */
char *paper_anchor(struct paper *p, const uint8_t *log, size_t size, uint64_t but);

/* What is wrong with a quote; nothing but this one thing. */
enum spoil {
	SPOIL_NOTHING,
	SPOIL_MAGIC,
	SPOIL_TYPE,
	SPOIL_SHORT,	  /* the last byte missing */
	SPOIL_LONG,	  /* one byte too many */
	SPOIL_SAFE,	  /* a flag that is 2 */
	SPOIL_OTHER_PCR,  /* quoted, not the one in the file */
	SPOIL_TWO_PCRS,	  /* in one bank */
	SPOIL_MIXED_PCRS, /* another in the second bank */
	SPOIL_BANK_TWICE,
	SPOIL_BANK_UNKNOWN,
	SPOIL_NO_PCR,
	SPOIL_SHA1_ALONE,
	SPOIL_NAME,   /* of the NV index */
	SPOIL_OFFSET, /* part of the NV index */
	SPOIL_DIGEST, /* over the values, or the contents */
	SPOIL_NONCE,
	SPOIL_NONCE_EMPTY,
	SPOIL_SIGNER,  /* another key than the one in the file */
	SPOIL_SIGNED,  /* a bit of what was signed */
	SPOIL_WEAK,    /* signed over SHA-1 */
	SPOIL_RSA,     /* said to be an RSA signature */
	SPOIL_CURVE,   /* a key on secp256k1 */
	SPOIL_KEY,     /* another key signed, and is in the file */
	SPOIL_RESET,   /* one reset more than in the journals */
	SPOIL_RESTART, /* one restart less */
	SPOIL_TIME,    /* the clock went back */
};

struct paper_bytes {
	uint8_t at[1024];
	size_t size;
};
/* TPMS_ATTEST, and TPMT_SIGNATURE over it. */
struct paper_bytes paper_attest(const struct paper *p, const void *nonce, size_t nonce_size,
				enum spoil spoil);
struct paper_bytes paper_sign(EVP_PKEY *key, const struct paper_bytes *what, enum spoil spoil);
struct paper_bytes paper_nv_public(const struct paper *p);

/* A whole quote file; ek, when not NULL, is DER of a certificate. Caller frees. */
char *paper_quote(const struct paper *p, const void *nonce, size_t nonce_size, enum spoil spoil,
		  const struct paper_bytes *ek);

#endif
