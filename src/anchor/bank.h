/* SPDX-License-Identifier: BSD-2-Clause */
/* Banks: the hash algorithms that a register of a TPM can have. */
#ifndef ANCHOR_BANK_H
#define ANCHOR_BANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>

struct tdl_log_record;

#define BANKS_MAX	8  /* rows of the table below: a TPM has no bank twice */
#define BANK_DIGEST_MAX 64 /* bytes */
#define BANK_STRONG	32 /* bytes of a digest that nobody finds two contents for */

struct bank {
	uint16_t algorithm; /* TPM_ALG_ID */
	const char *name;
	const char *openssl; /* what libcrypto calls it */
	size_t size;	     /* of a digest, bytes */
};

/* By number or name; NULL when it is not known. */
const struct bank *bank_of(uint16_t algorithm);
const struct bank *bank_named(const char *name, size_t length);

/* The value of a register in some banks. */
struct bank_value {
	const struct bank *bank;
	uint8_t digest[BANK_DIGEST_MAX];
};
struct bank_values {
	struct bank_value of[BANKS_MAX];
	size_t count;
};

/* The value in a bank, or NULL. */
struct bank_value *values_find(const struct bank_values *values, const struct bank *bank);
bool values_equal(const struct bank_value *a, const struct bank_value *b);

/* Digest of a record's content in a bank: what the bank is extended by. */
int bank_record(const struct bank *bank, const struct tdl_log_record *record,
		uint8_t ret_digest[BANK_DIGEST_MAX], struct tdl_error *err);
/* In each bank, value := hash(value, digest of the record). sha384 is the SHA-384 of its content,
 * or NULL when nobody computed it yet. Source: TPM 2.0 Library, Part 1, Extend of a PCR. */
int values_extend(struct bank_values *values, const struct tdl_log_record *record,
		  const uint8_t *sha384, struct tdl_error *err);

#endif
