/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates that are right, and wrong in one way each, made while the test runs. */
#ifndef TESTS_UNIT_REFVAL_PKI_MAKE_H
#define TESTS_UNIT_REFVAL_PKI_MAKE_H

#include <openssl/x509.h>

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
};

/* What to make; zero is a good certificate. */
struct wish {
	const char *name;
	const char *algorithm; /* "RSA", "EC", "ED25519"; NULL: EC */
	unsigned rsa_bits;     /* 0: 2048 */
	const char *usage;     /* keyUsage; NULL: digitalSignature, or keyCertSign for a CA */
	const char *extended;  /* extendedKeyUsage; NULL: none */
	long from, until;      /* seconds from now; both 0: an hour ago until a day from now */
	const struct identity *issuer; /* NULL: self-signed */
	int ca;
};

struct identity identity_make(struct wish wish);
void identity_free(struct identity *identity);
/* Write both as PEM files PATH.pem and PATH.key. */
void identity_save(const struct identity *identity, const char *path);

#endif
