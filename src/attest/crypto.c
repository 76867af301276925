/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys, signatures and certificate paths. */
#include "attest/cert.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "attest/der.h"
#include "base/scope.h"

/* Intel SGX Root CA, production: serial 22650cd65a9d3489f383b49552bf501b392706ac, valid from
 * 2018-05-21 to 2049-12-31. Pinned by key, since the pre-production root has the same name.
 * Source: https://certificates.trustedservices.intel.com/IntelSGXRootCA.der */
const uint8_t intel_root_key[65] = {
	0x04, 0x0b, 0xa9, 0xc4, 0xc0, 0xc0, 0xc8, 0x61, 0x93, 0xa3, 0xfe, 0x23, 0xd6,
	0xb0, 0x2c, 0xda, 0x10, 0xa8, 0xbb, 0xd4, 0xe8, 0x8e, 0x48, 0xb4, 0x45, 0x85,
	0x61, 0xa3, 0x6e, 0x70, 0x55, 0x25, 0xf5, 0x67, 0x91, 0x8e, 0x2e, 0xdc, 0x88,
	0xe4, 0x0d, 0x86, 0x0b, 0xd0, 0xcc, 0x4e, 0xe2, 0x6a, 0xac, 0xc9, 0x88, 0xe5,
	0x05, 0xa9, 0x53, 0x55, 0x8c, 0x45, 0x3f, 0x6b, 0x09, 0x04, 0xae, 0x73, 0x94,
};

bool cert_is_intel_root(const X509 *cert)
{
	const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(cert);

	return key && cert_key_is_p256(cert) &&
	       ASN1_STRING_length(key) == (int)sizeof(intel_root_key) &&
	       memcmp(ASN1_STRING_get0_data(key), intel_root_key, sizeof(intel_root_key)) == 0;
}

bool cert_key_is_p256(const X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	char group[32] = "";
	size_t size = 0;

	return key && EVP_PKEY_is_a(key, "EC") == 1 &&
	       EVP_PKEY_get_group_name(key, group, sizeof(group), &size) == 1 &&
	       strcmp(group, SN_X9_62_prime256v1) == 0;
}

bool cert_same_key(const X509 *a, const X509 *b)
{
	EVP_PKEY *ka = X509_get0_pubkey(a);
	EVP_PKEY *kb = X509_get0_pubkey(b);

	return ka && kb && EVP_PKEY_eq(ka, kb) == 1;
}

static void store_free(X509_STORE **store)
{
	X509_STORE_free(*store);
}

static void store_ctx_free(X509_STORE_CTX **ctx)
{
	X509_STORE_CTX_free(*ctx);
}

static void stack_free(STACK_OF(X509) **stack)
{
	sk_X509_free(*stack);
}

static int path_failed(X509_STORE_CTX *ctx, struct tdl_error *err)
{
	X509 *at = X509_STORE_CTX_get_current_cert(ctx);
	char name[CERT_NAME_SIZE] = "";

	if (at)
		cert_common_name(X509_get_subject_name(at), name);
	return tdl_fail(err, -EKEYREJECTED, "certificate \"%s\": %s", name,
			X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
}

int certs_verify_path(const struct certs *chain, X509 *root, struct tdl_error *err)
{
	__attribute__((cleanup(store_free))) X509_STORE *store = X509_STORE_new();
	__attribute__((cleanup(store_ctx_free))) X509_STORE_CTX *ctx =
		X509_STORE_CTX_new_ex(crypto_context(), NULL);
	__attribute__((cleanup(stack_free))) STACK_OF(X509) *others = sk_X509_new_null();

	if (!store || !ctx || !others || X509_STORE_add_cert(store, root) != 1)
		return tdl_fail(err, -ENOMEM, "no memory to verify certificates");
	for (unsigned i = 1; i < chain->count; i++)
		if (sk_X509_push(others, chain->cert[i]) <= 0)
			return tdl_fail(err, -ENOMEM, "no memory to verify certificates");
	if (X509_STORE_CTX_init(ctx, store, chain->cert[0], others) != 1)
		return tdl_fail(err, -ENOMEM, "no memory to verify certificates");
	/* Dates are compared by the caller, with its own clock for every document. */
	X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_NO_CHECK_TIME);
	int good = X509_verify_cert(ctx);
	ERR_clear_error();
	return good == 1 ? 0 : path_failed(ctx, err);
}

/* A key on P-256 whose point changes, and its context. Setting up the curve costs as much as a third
 * of a verification, and copying a key a tenth. */
struct verifier {
	struct verifier *next;
	EVP_PKEY *key;
	EVP_PKEY_CTX *ctx;
};

static struct {
	pthread_mutex_t lock;
	struct verifier *list; /* as many as have worked at once; kept until the process ends */
} idle = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void give_back(struct verifier **verifier)
{
	struct verifier *v = *verifier;

	if (!v)
		return;
	pthread_mutex_lock(&idle.lock);
	v->next = idle.list;
	idle.list = v;
	pthread_mutex_unlock(&idle.lock);
}

static EVP_PKEY *make_key(void)
{
	static char group[] = SN_X9_62_prime256v1;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)intel_root_key,
						  sizeof(intel_root_key)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(crypto_context(), "EC", NULL);
	EVP_PKEY *key = NULL;

	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static struct verifier *make_verifier(void)
{
	struct verifier *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->key = make_key();
	v->ctx = v->key ? EVP_PKEY_CTX_new_from_pkey(crypto_context(), v->key, NULL) : NULL;
	if (!v->ctx) {
		EVP_PKEY_free(v->key);
		free(v);
		return NULL;
	}
	return v;
}

/* One that nobody else has; NULL when there is no memory. */
static struct verifier *take_verifier(void)
{
	pthread_mutex_lock(&idle.lock);
	struct verifier *v = idle.list;
	if (v)
		idle.list = v->next;
	pthread_mutex_unlock(&idle.lock);
	return v ? v : make_verifier();
}

/* An INTEGER in DER of a number of 32 bytes; its size. */
static size_t put_integer(uint8_t der[35], const uint8_t number[32])
{
	size_t skip = 0;

	while (skip < 31 && number[skip] == 0)
		skip++;
	size_t pad = number[skip] >> 7; /* else it would be negative */
	size_t size = pad + 32 - skip;
	der[0] = DER_INTEGER;
	der[1] = (uint8_t)size;
	der[2] = 0;
	memcpy(der + 2 + pad, number + skip, 32 - skip);
	return 2 + size;
}

/* DER of the signature r || s; its size. */
static size_t signature_der(const uint8_t signature[64], uint8_t ret_der[72])
{
	size_t size = put_integer(ret_der + 2, signature);

	size += put_integer(ret_der + 2 + size, signature + 32);
	ret_der[0] = DER_SEQUENCE;
	ret_der[1] = (uint8_t)size;
	return 2 + size;
}

static int verify_with(EVP_PKEY_CTX *ctx, const void *bytes, size_t size, const uint8_t *signature,
		       size_t signature_size, struct tdl_error *err)
{
	uint8_t digest[SHA256_SIZE];
	int good = -1;

	sha256(bytes, size, digest);
	if (ctx && EVP_PKEY_verify_init(ctx) == 1)
		good = EVP_PKEY_verify(ctx, signature, signature_size, digest, sizeof(digest));
	ERR_clear_error();
	return good == 1 ? 0 : tdl_fail(err, -EKEYREJECTED, "the signature does not verify");
}

int p256_verify_der(EVP_PKEY *key, const void *bytes, size_t size, const uint8_t *signature,
		    size_t signature_size, struct tdl_error *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(crypto_context(), key, NULL);
	int rc = verify_with(ctx, bytes, size, signature, signature_size, err);

	EVP_PKEY_CTX_free(ctx);
	return rc;
}

int p256_verify(EVP_PKEY *key, const void *bytes, size_t size, const uint8_t signature[64],
		struct tdl_error *err)
{
	uint8_t der[72];
	size_t der_bytes = signature_der(signature, der);

	return p256_verify_der(key, bytes, size, der, der_bytes, err);
}

int p256_verify_point(const uint8_t point[64], const void *bytes, size_t size,
		      const uint8_t signature[64], struct tdl_error *err)
{
	AUTO_CALL(give_back) struct verifier *v = take_verifier();
	uint8_t raw[65] = { 4 }, der[72];

	if (!v) {
		ERR_clear_error();
		return tdl_fail(err, -ENOMEM, "no memory for a key");
	}
	memcpy(raw + 1, point, 64);
	if (EVP_PKEY_set1_encoded_public_key(v->key, raw, sizeof(raw)) != 1) {
		ERR_clear_error();
		return tdl_fail(err, -EKEYREJECTED, "the key is not a point of P-256");
	}
	size_t der_bytes = signature_der(signature, der);
	return verify_with(v->ctx, bytes, size, der, der_bytes, err);
}
