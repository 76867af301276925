/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates, CRLs and P-256 signatures: everything this room asks of OpenSSL. */
#ifndef ATTEST_CERT_H
#define ATTEST_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <tdlaunch/error.h>

#include "base/hash.h"

enum {
	CERTS_LIMIT = 8,	/* in one chain */
	PEM_LIMIT = 64 << 10,	/* bytes of PEM text */
	CRL_LIMIT = 1 << 20,	/* bytes of one CRL */
	CERT_NAME_SIZE = 128,	/* of a common name, NUL included */
};

/* A chain as it was found: leaf first. */
struct certs {
	X509 *cert[CERTS_LIMIT]; /* references */
	uint8_t digest[CERTS_LIMIT][SHA256_SIZE]; /* of the DER */
	unsigned count;
};

/* Certificates that were parsed already: one that is in several places is parsed once. */
struct cert_pool {
	struct pooled {
		uint8_t digest[SHA256_SIZE]; /* of the DER */
		X509 *cert; /* a reference */
	} *list; /* owned */
	unsigned count;
};

/* Put a chain's certificates among them. No memory means they are parsed again. */
void cert_pool_add(struct cert_pool *pool, const struct certs *certs);
void cert_pool_end(struct cert_pool *pool);

/* Where the certificates of a verification live: a libcrypto context that has SHA and keys on
 * elliptic curves, and is quick. NULL, which is OpenSSL's own, when there is none. */
OSSL_LIB_CTX *crypto_context(void);

void certs_free(struct certs *certs);
#define AUTO_CERTS __attribute__((cleanup(certs_free)))

/* PEM certificates with nothing but white space between them and at most one NUL behind; DER ones
 * one behind the other. max is the greatest number accepted. */
int certs_parse_pem(const uint8_t *text, size_t size, unsigned max, struct certs *ret_certs,
		    struct tdl_error *err);
int certs_parse_der(const uint8_t *bytes, size_t size, unsigned max, struct certs *ret_certs,
		    struct tdl_error *err);
/* Either, by content. */
int certs_parse(const uint8_t *bytes, size_t size, unsigned max, struct certs *ret_certs,
		struct tdl_error *err);
/* Either, for a verification: in crypto_context(), and what is in the pool taken from there. */
int certs_parse_known(const uint8_t *bytes, size_t size, unsigned max,
		      const struct cert_pool *pool, struct certs *ret_certs,
		      struct tdl_error *err);

/* DER of a CRL that is DER, PEM or hexadecimal text of DER, by content. Caller frees. */
int crl_bytes(const uint8_t *bytes, size_t size, uint8_t **ret_der, size_t *ret_size,
	      struct tdl_error *err);
/* A CRL of either form as an object of OpenSSL's, to be shown. Caller frees. */
int crl_parse(const uint8_t *bytes, size_t size, X509_CRL **ret_crl, struct tdl_error *err);

/* Common name of the subject or issuer; "" when there is none or it is not plain ASCII. */
const char *cert_common_name(const X509_NAME *name, char text[CERT_NAME_SIZE]);
/* Upper-case hex of a serial number. */
const char *cert_serial(const ASN1_INTEGER *serial, char text[CERT_NAME_SIZE]);
bool cert_time(const ASN1_TIME *time, int64_t *ret_time);
/* The public key is an EC key on P-256. */
bool cert_key_is_p256(const X509 *cert);
bool cert_same_key(const X509 *a, const X509 *b);

/* Is the chain leaf..root rightly signed and formed, dates left aside? The root is trusted here;
 * its identity is judged elsewhere. -EKEYREJECTED with the certificate's name and OpenSSL's reason
 * when not. */
int certs_verify_path(const struct certs *chain, X509 *root, struct tdl_error *err);

/* ECDSA P-256 with SHA-256 over size bytes; the signature is r || s. -EKEYREJECTED when wrong. */
int p256_verify(EVP_PKEY *key, const void *bytes, size_t size, const uint8_t signature[64],
		struct tdl_error *err);
/* The same by the key x || y, which is refused in the same way when it is no point of the curve. */
int p256_verify_point(const uint8_t point[64], const void *bytes, size_t size,
		      const uint8_t signature[64], struct tdl_error *err);
/* The same with a signature in DER. */
int p256_verify_der(EVP_PKEY *key, const void *bytes, size_t size, const uint8_t *signature,
		    size_t signature_size, struct tdl_error *err);

/* The production root of Intel's SGX and TDX certificates. */
extern const uint8_t intel_root_key[65]; /* uncompressed point */
/* Is this certificate's key that of the production root? */
bool cert_is_intel_root(const X509 *cert);

#endif
