/* SPDX-License-Identifier: BSD-2-Clause */
/* The TPM's part of Azure evidence. */
#include "attest/azure.h"

#include <errno.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "attest/json.h"
#include "attest/text.h"
#include "base/cursor.h"
#include "base/hash.h"

enum {
	TPM_ST_ATTEST_QUOTE = 0x8018,
	TPM_ALG_SHA256 = 0x000b,
	TPM_ALG_RSASSA = 0x0014,
	KEY_LIMIT = 1024, /* bytes of a modulus */
};
#define TPM_GENERATED 0xff544347u

/* A TPM2B: a size and so many bytes. */
static const uint8_t *take_sized(struct cursor *c, size_t *ret_size)
{
	*ret_size = cursor_be16(c);
	return cursor_bytes(c, *ret_size);
}

int tpm_quote_parse(const uint8_t *message, size_t size, struct tpm_quote *ret_quote,
		    struct tdl_error *err)
{
	struct cursor c = cursor_of(message, size);
	struct tpm_quote q = { 0 };
	size_t signer_size;

	uint32_t magic = cursor_be32(&c);
	uint16_t type = cursor_be16(&c);
	take_sized(&c, &signer_size);
	q.nonce = take_sized(&c, &q.nonce_size);
	q.clock = cursor_be64(&c);
	q.reset = cursor_be32(&c);
	q.restart = cursor_be32(&c);
	cursor_skip(&c, 1 + 8); /* safe, firmware version */
	uint32_t selections = cursor_be32(&c);
	q.hash = cursor_be16(&c);
	q.select_size = cursor_u8(&c);
	if (!c.bad && (magic != TPM_GENERATED || type != TPM_ST_ATTEST_QUOTE))
		return tdl_fail(err, -EBADMSG, "not a quote made by a TPM: magic 0x%08x, type "
				"0x%04x", magic, type);
	if (!c.bad && (selections != 1 || q.select_size > sizeof(q.select)))
		return tdl_fail(err, -EOPNOTSUPP, "a TPM quote over %u banks", selections);
	cursor_copy(&c, q.select, q.select_size);
	q.digest = take_sized(&c, &q.digest_size);
	if (c.bad || c.left)
		return tdl_fail(err, c.bad ? -ENODATA : -EBADMSG, "the TPM quote %s",
				c.bad ? "ends early" : "has bytes behind its end");
	*ret_quote = q;
	return 0;
}

int tpm_signature_parse(const uint8_t *bytes, size_t size, const uint8_t **ret_raw,
			size_t *ret_size, struct tdl_error *err)
{
	struct cursor c = cursor_of(bytes, size);
	uint16_t scheme = cursor_be16(&c);
	uint16_t hash = cursor_be16(&c);
	size_t inside;
	const uint8_t *raw = take_sized(&c, &inside);

	if (c.bad || c.left) {
		*ret_raw = bytes;
		*ret_size = size;
		return 0;
	}
	if (scheme != TPM_ALG_RSASSA || hash != TPM_ALG_SHA256)
		return tdl_fail(err, -EOPNOTSUPP, "a TPM signature by scheme 0x%04x with hash "
				"0x%04x; RSASSA with SHA-256 is expected", scheme, hash);
	*ret_raw = raw;
	*ret_size = inside;
	return 0;
}

/* The JWK called HCLAkPub; both numbers big endian. */
static int find_key(const struct hcl_report *hcl, uint8_t *n, size_t *n_size, uint8_t *e,
		    size_t *e_size, struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	struct json_object *keys = NULL;
	int rc = json_load((const char *)hcl->variable, hcl->variable_size, &root, err);

	if (rc == 0)
		rc = json_get_array(root, "keys", &keys, err);
	for (size_t i = 0; rc == 0 && i < json_object_array_length(keys); i++) {
		struct json_object *key = json_object_array_get_idx(keys, i);
		const char *id = "", *n_text = "", *e_text = "";

		if (json_get_text(key, "kid", &id, NULL) < 0 || strcmp(id, "HCLAkPub") != 0)
			continue;
		rc = json_get_text(key, "n", &n_text, err);
		if (rc == 0)
			rc = json_get_text(key, "e", &e_text, err);
		if (rc == 0 && (strlen(n_text) > KEY_LIMIT || strlen(e_text) > 12 ||
				!base64_decode(n_text, strlen(n_text), n, n_size) ||
				!base64_decode(e_text, strlen(e_text), e, e_size)))
			rc = tdl_fail(err, -EBADMSG, "HCLAkPub is malformed");
		return rc;
	}
	return rc < 0 ? rc : tdl_fail(err, -EBADMSG, "the run-time data has no HCLAkPub");
}

static EVP_PKEY *rsa_key(const uint8_t *n, size_t n_size, const uint8_t *e, size_t e_size)
{
	BIGNUM *modulus = BN_bin2bn(n, (int)n_size, NULL);
	BIGNUM *exponent = BN_bin2bn(e, (int)e_size, NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (modulus && exponent && build && ctx &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		params = OSSL_PARAM_BLD_to_param(build);
	if (params && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_free(modulus);
	BN_free(exponent);
	return key;
}

int azure_check_signature(const struct hcl_report *hcl, const uint8_t *message, size_t size,
			  const uint8_t *signature, size_t signature_size, struct tdl_error *err)
{
	uint8_t n[KEY_LIMIT + 4], e[16];
	size_t n_size = 0, e_size = 0;
	int rc = find_key(hcl, n, &n_size, e, &e_size, err);

	if (rc < 0)
		return rc;
	EVP_PKEY *key = rsa_key(n, n_size, e, e_size);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int good = -1;
	if (key && ctx && EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) == 1)
		good = EVP_DigestVerify(ctx, signature, signature_size, message, size);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return good == 1 ? 0
			 : tdl_fail(err, -EKEYREJECTED, "HCLAkPub did not sign this TPM quote");
}

int azure_check_pcrs(const struct tpm_quote *quote,
		     const uint8_t pcrs[AZURE_PCRS][AZURE_PCR_SIZE], struct tdl_error *err)
{
	uint8_t joined[AZURE_PCRS * AZURE_PCR_SIZE], digest[64];
	size_t n = 0, size = 0;

	if (quote->hash != TPM_ALG_SHA256 || quote->select_size * 8 > AZURE_PCRS)
		return tdl_fail(err, -EOPNOTSUPP, "the TPM quote is over bank 0x%04x", quote->hash);
	for (size_t i = 0; i < quote->select_size * 8; i++)
		if (quote->select[i / 8] >> (i % 8) & 1)
			memcpy(joined + AZURE_PCR_SIZE * n++, pcrs[i], AZURE_PCR_SIZE);
	int rc = hash_named("SHA256", joined, n * AZURE_PCR_SIZE, digest, &size, err);
	if (rc < 0)
		return rc;
	if (quote->digest_size != size || memcmp(quote->digest, digest, size) != 0)
		return tdl_fail(err, -EKEYREJECTED, "the PCRs are not those of the TPM quote");
	return 0;
}
