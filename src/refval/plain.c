/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain signatures. A row of the table is an algorithm; the first that fits a key is its own. */
#include "refval/plain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

#include "base/attr.h"
#include "base/scope.h"
#include "refval/key.h"
#include "refval/pki.h"

#define RSA_MIN_BITS 2048

static const struct plain_algorithm algorithms[] = {
	{ "ES256", -7, "EC", SN_X9_62_prime256v1, "SHA256", 32 },
	{ "ES384", PLAIN_ES384, "EC", SN_secp384r1, "SHA384", 48 },
	{ "ES512", -36, "EC", SN_secp521r1, "SHA512", 66 },
	{ "EdDSA", -8, "ED25519", NULL, NULL, 0 },
	{ "PS256", PLAIN_PS256, "RSA", NULL, "SHA256", 0 },
	{ "PS384", -38, "RSA", NULL, "SHA384", 0 },
	{ "PS512", -39, "RSA", NULL, "SHA512", 0 },
};

bool plain_fits(const struct plain_algorithm *a, EVP_PKEY *key)
{
	char group[32] = "";

	if (EVP_PKEY_is_a(key, a->key) != 1)
		return false;
	if (a->half)
		return EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
		       strcmp(group, a->group) == 0;
	return true;
}

static bool is_weak(EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) < RSA_MIN_BITS;
}

const struct plain_algorithm *plain_algorithm_of(EVP_PKEY *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (plain_fits(&algorithms[i], key))
			return &algorithms[i];
	return NULL;
}

const struct plain_algorithm *plain_algorithm_by_cose(int64_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (algorithms[i].cose == number)
			return &algorithms[i];
	return NULL;
}

/* RSA is used with PSS, its salt as long as the digest. */
static bool set_padding(const struct plain_algorithm *a, EVP_PKEY_CTX *ctx)
{
	return strcmp(a->key, "RSA") != 0 ||
	       (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1);
}

/* r || s of a DER signature, in place. */
static bool to_raw(uint8_t *signature, size_t *size, size_t half)
{
	const uint8_t *at = signature;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)*size);
	bool good = sig && at == signature + *size &&
		    BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, (int)half) > 0 &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + half, (int)half) > 0;

	ECDSA_SIG_free(sig);
	*size = 2 * half;
	return good;
}

/* DER of r || s; 0 when they are not numbers of that size. Caller frees *ret_der with
 * OPENSSL_free(). */
static size_t to_der(const uint8_t *raw, size_t half, unsigned char **ret_der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, (int)half, NULL);
	BIGNUM *s = BN_bin2bn(raw + half, (int)half, NULL);
	int size = 0;

	if (!sig || !r || !s || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else {
		size = i2d_ECDSA_SIG(sig, ret_der);
	}
	ECDSA_SIG_free(sig);
	return size > 0 ? (size_t)size : 0;
}

int plain_sign(EVP_PKEY *key, enum plain_form form, const void *bytes, size_t size,
	       uint8_t **ret_signature, size_t *ret_size, struct tdl_error *err)
{
	const struct plain_algorithm *a = plain_algorithm_of(key);
	AUTO_CALL(scope_md) EVP_MD_CTX *md = EVP_MD_CTX_new();
	AUTO_FREE uint8_t *signature = malloc(PLAIN_SIGNATURE_MAX);
	size_t n = PLAIN_SIGNATURE_MAX;
	EVP_PKEY_CTX *ctx = NULL;
	char query[KEY_QUERY_SIZE];

	ERR_clear_error();
	if (!md || !signature)
		return tdl_fail(err, -ENOMEM, "no memory to sign");
	if (!a || is_weak(key))
		return tdl_fail(err, -EOPNOTSUPP,
				"the key is neither ECDSA (P-256, P-384, P-521), Ed25519 nor RSA "
				"of at least %d bits",
				RSA_MIN_BITS);
	if (EVP_DigestSignInit_ex(md, &ctx, a->digest, NULL, key_query(key, query), key, NULL) !=
		    1 ||
	    !set_padding(a, ctx) || EVP_DigestSign(md, signature, &n, bytes, size) != 1)
		return tdl_fail(err, -EIO, "libcrypto cannot sign: %s", pki_complaint());
	if (a->half && form == PLAIN_RAW && !to_raw(signature, &n, a->half))
		return tdl_fail(err, -EIO, "libcrypto made a signature that it cannot read");
	*ret_signature = steal(signature);
	*ret_size = n;
	return 0;
}

int plain_verify(EVP_PKEY *key, const struct plain_algorithm *a, enum plain_form form,
		 const void *bytes, size_t size, const void *signature, size_t signature_size,
		 struct tdl_error *err)
{
	AUTO_CALL(scope_md) EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char *der = NULL;
	EVP_PKEY_CTX *ctx = NULL;
	bool good = false;

	ERR_clear_error();
	if (!md)
		return tdl_fail(err, -ENOMEM, "no memory to verify");
	if (!plain_fits(a, key))
		return tdl_fail(err, -EKEYREJECTED, "it is a signature by %s, not by such a key",
				a->jose);
	if (is_weak(key))
		return tdl_fail(err, -EKEYREJECTED, "the RSA key has %d bits; %d are needed",
				EVP_PKEY_get_bits(key), RSA_MIN_BITS);
	if (a->half && form == PLAIN_RAW) {
		if (signature_size != 2 * a->half)
			return tdl_fail(err, -EKEYREJECTED, "it has %zu bytes; %s has %zu",
					signature_size, a->jose, 2 * a->half);
		signature_size = to_der(signature, a->half, &der);
		signature = der;
	}
	good = signature && EVP_DigestVerifyInit_ex(md, &ctx, a->digest, NULL, NULL, key, NULL) == 1 &&
	       set_padding(a, ctx) &&
	       EVP_DigestVerify(md, signature, signature_size, bytes, size) == 1;
	OPENSSL_free(der);
	ERR_clear_error();
	return good ? 0 : tdl_fail(err, -EKEYREJECTED, "it is not the signature of this text");
}
