/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of banks. Source: TPM 2.0 Library, Part 2, TPM_ALG_ID. */
#include "anchor/bank.h"

#include <string.h>

#include <tdlaunch/log.h>

#include "base/attr.h"
#include "base/hash.h"

#define SHA384_BANK 0x000c

static const struct bank banks[BANKS_MAX] = {
	{ 0x0004, "sha1", "SHA1", 20 },		 { 0x000b, "sha256", "SHA256", 32 },
	{ SHA384_BANK, "sha384", "SHA384", 48 }, { 0x000d, "sha512", "SHA512", 64 },
	{ 0x0012, "sm3_256", "SM3", 32 },	 { 0x0027, "sha3_256", "SHA3-256", 32 },
	{ 0x0028, "sha3_384", "SHA3-384", 48 },	 { 0x0029, "sha3_512", "SHA3-512", 64 },
};

const struct bank *bank_of(uint16_t algorithm)
{
	for (size_t i = 0; i < ARRAY_SIZE(banks); i++)
		if (banks[i].algorithm == algorithm)
			return &banks[i];
	return NULL;
}

const struct bank *bank_named(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(banks); i++)
		if (strlen(banks[i].name) == length && memcmp(banks[i].name, name, length) == 0)
			return &banks[i];
	return NULL;
}

struct bank_value *values_find(const struct bank_values *values, const struct bank *bank)
{
	for (size_t i = 0; i < values->count; i++)
		if (values->of[i].bank == bank)
			return (struct bank_value *)&values->of[i];
	return NULL;
}

bool values_equal(const struct bank_value *a, const struct bank_value *b)
{
	return a->bank == b->bank && memcmp(a->digest, b->digest, a->bank->size) == 0;
}

int bank_record(const struct bank *bank, const struct tdl_log_record *record,
		uint8_t ret_digest[BANK_DIGEST_MAX], struct tdl_error *err)
{
	size_t size = 0;

	return hash_named(bank->openssl, record->content, record->content_size, ret_digest, &size,
			  err);
}

static int bank_extend(struct bank_value *value, const uint8_t *digest, struct tdl_error *err)
{
	uint8_t both[2 * BANK_DIGEST_MAX];
	size_t n = value->bank->size;
	size_t size = 0;

	memcpy(both, value->digest, n);
	memcpy(both + n, digest, n);
	return hash_named(value->bank->openssl, both, 2 * n, value->digest, &size, err);
}

int values_extend(struct bank_values *values, const struct tdl_log_record *record,
		  const uint8_t *sha384, struct tdl_error *err)
{
	uint8_t digest[BANK_DIGEST_MAX];
	int rc = 0;

	for (size_t i = 0; i < values->count && rc == 0; i++) {
		struct bank_value *v = &values->of[i];

		if (sha384 && v->bank->algorithm == SHA384_BANK) {
			rc = bank_extend(v, sha384, err);
			continue;
		}
		rc = bank_record(v->bank, record, digest, err);
		if (rc == 0)
			rc = bank_extend(v, digest, err);
	}
	return rc;
}
