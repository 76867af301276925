/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that this room asks of OpenSSL about keys. */
#include "anchor/key.h"

#include <errno.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/file.h"

static void pkey_scope(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}
#define AUTO_PKEY __attribute__((cleanup(pkey_scope)))

/* NULL when it is not a point of P-256. */
static EVP_PKEY *of_point(const uint8_t point[64])
{
	static char group[] = SN_X9_62_prime256v1;
	EVP_PKEY *key = NULL;
	uint8_t raw[65] = { 4 };
	OSSL_PARAM params[3];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);

	memcpy(raw + 1, point, 64);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, raw, sizeof(raw));
	params[2] = OSSL_PARAM_construct_end();
	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return key;
}

int key_encode(const uint8_t point[64], uint8_t *ret_der, size_t max, size_t *ret_size,
	       struct tdl_error *err)
{
	AUTO_PKEY EVP_PKEY *key = of_point(point);
	int size = key ? i2d_PUBKEY(key, NULL) : -1;

	if (size <= 0 || (size_t)size > max)
		return tdl_fail(err, -EKEYREJECTED, "the key is not a point of P-256");
	i2d_PUBKEY(key, &ret_der);
	*ret_size = (size_t)size;
	return 0;
}

int key_agree(const uint8_t point[64], uint8_t ret_point[64], uint8_t ret_secret[32],
	      struct tdl_error *err)
{
	AUTO_PKEY EVP_PKEY *theirs = of_point(point);
	AUTO_PKEY EVP_PKEY *ours = EVP_EC_gen(SN_X9_62_prime256v1);
	EVP_PKEY_CTX *ctx = ours ? EVP_PKEY_CTX_new(ours, NULL) : NULL;
	uint8_t raw[65];
	size_t size = 32, raw_size = 0;
	bool good = theirs && ctx && EVP_PKEY_derive_init(ctx) == 1 &&
		    EVP_PKEY_derive_set_peer(ctx, theirs) == 1 &&
		    EVP_PKEY_derive(ctx, ret_secret, &size) == 1 && size == 32 &&
		    EVP_PKEY_get_octet_string_param(ours, OSSL_PKEY_PARAM_PUB_KEY, raw, sizeof(raw),
						    &raw_size) == 1 &&
		    raw_size == sizeof(raw) && raw[0] == 4;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	if (!good)
		return tdl_fail(err, -EKEYREJECTED, "cannot agree on a secret on P-256");
	memcpy(ret_point, raw + 1, 64);
	return 0;
}

/* A key of P-256 and nothing behind it, or NULL. */
static EVP_PKEY *decode(const uint8_t *der, size_t size)
{
	const uint8_t *at = der;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)size);
	char group[32] = "";

	ERR_clear_error();
	if (!key)
		return NULL;
	if (at == der + size && EVP_PKEY_is_a(key, "EC") == 1 &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	    strcmp(group, SN_X9_62_prime256v1) == 0)
		return key;
	ERR_clear_error();
	EVP_PKEY_free(key);
	return NULL;
}

int key_write_pem(const char *path, const uint8_t *der, size_t size, struct tdl_error *err)
{
	AUTO_PKEY EVP_PKEY *key = decode(der, size);
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;
	int rc;

	if (!key || !bio || PEM_write_bio_PUBKEY(bio, key) != 1) {
		BIO_free(bio);
		return tdl_fail(err, -EIO, "cannot write the key as PEM");
	}
	n = BIO_get_mem_data(bio, &text);
	rc = file_write(path, text, (size_t)n, err);
	BIO_free(bio);
	return rc;
}

/* The DER that OpenSSL wants; its size, or -1. */
static int signature_der(const struct signature *s, uint8_t der[80])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(s->r, 32, NULL);
	BIGNUM *v = BN_bin2bn(s->s, 32, NULL);
	int size = -1;

	if (sig && r && v && ECDSA_SIG_set0(sig, r, v) == 1) {
		r = v = NULL;
		size = i2d_ECDSA_SIG(sig, &der);
	}
	BN_free(r);
	BN_free(v);
	ECDSA_SIG_free(sig);
	return size;
}

int key_verify(const uint8_t *der, size_t der_size, const struct signature *signature,
	       const void *bytes, size_t size, struct tdl_error *err)
{
	AUTO_PKEY EVP_PKEY *key = decode(der, der_size);
	uint8_t text[80];
	int n = signature_der(signature, text);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	if (!key) {
		EVP_MD_CTX_free(ctx);
		return tdl_fail(err, -EKEYREJECTED, "the key is not one of P-256");
	}
	good = n > 0 && ctx &&
	       EVP_DigestVerifyInit_ex(ctx, NULL, signature->hash->openssl, NULL, NULL, key,
				       NULL) == 1 &&
	       EVP_DigestVerify(ctx, text, (size_t)n, bytes, size) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good ? 0 : tdl_fail(err, -EKEYREJECTED, "the signature is wrong");
}

int key_no_password(char *text, int size, int writing, void *ctx)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

BIO *key_pem_bio(const void *pem, size_t size)
{
	return size <= LINES_MAX ? BIO_new_mem_buf(pem, (int)size) : NULL;
}

/* The same key is mostly the same bytes, which need not be understood to say so. */
static bool is_der_of(const void *pem, size_t pem_size, const uint8_t *der, size_t size)
{
	BIO *bio = key_pem_bio(pem, pem_size);
	unsigned char *theirs = NULL;
	long n = 0;
	bool same = bio &&
		    PEM_bytes_read_bio(&theirs, &n, NULL, PEM_STRING_PUBLIC, bio, key_no_password,
				       NULL) == 1 &&
		    (size_t)n == size && memcmp(theirs, der, size) == 0;

	BIO_free(bio);
	OPENSSL_free(theirs);
	ERR_clear_error();
	return same;
}

int key_is(const void *pem, size_t pem_size, const uint8_t *der, size_t size, bool *ret,
	   struct tdl_error *err)
{
	AUTO_PKEY EVP_PKEY *ours = NULL;
	AUTO_PKEY EVP_PKEY *theirs = NULL;
	BIO *bio;

	if (is_der_of(pem, pem_size, der, size)) {
		*ret = true;
		return 0;
	}
	ours = decode(der, size);
	bio = key_pem_bio(pem, pem_size);
	if (bio)
		theirs = PEM_read_bio_PUBKEY(bio, NULL, key_no_password, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (!theirs)
		return tdl_fail(err, -EBADMSG, "not a public key in PEM");
	*ret = ours && EVP_PKEY_eq(ours, theirs) == 1;
	ERR_clear_error();
	return 0;
}
