/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain signatures by plain keys, as COSE, JOSE, DSSE and "openssl dgst" make them. The algorithm
 * follows from the key; who names one that is not the key's is refused. */
#ifndef REFVAL_PLAIN_H
#define REFVAL_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#include <tdlaunch/error.h>

#define PLAIN_SIGNATURE_MAX 2048 /* bytes of one signature */

/* Numbers of COSE that are asked for by name. */
enum { PLAIN_ES384 = -35, PLAIN_PS256 = -37 };

struct plain_algorithm {
	const char *jose; /* RFC 7518, "ES256" */
	int64_t cose;	  /* RFC 9053 */
	const char *key;  /* "EC", "RSA", "ED25519" */
	const char *group;
	const char *digest; /* NULL: the algorithm has its own */
	size_t half;	    /* bytes of r and of s; 0: the signature is not a pair of numbers */
};

/* How an ECDSA signature is written: r || s, or as DER. Of no meaning for other keys. */
enum plain_form { PLAIN_RAW, PLAIN_DER };

/* The algorithm for this key; NULL when there is none. */
const struct plain_algorithm *plain_algorithm_of(EVP_PKEY *key);
/* NULL when it is not known. */
const struct plain_algorithm *plain_algorithm_by_cose(int64_t number);
/* Can this key be used with it? */
bool plain_fits(const struct plain_algorithm *algorithm, EVP_PKEY *key);

/* Sign; caller frees. -EOPNOTSUPP for a key without algorithm, -EIO when libcrypto refuses. */
int plain_sign(EVP_PKEY *key, enum plain_form form, const void *bytes, size_t size,
	       uint8_t **ret_signature, size_t *ret_size, struct tdl_error *err);
/* -EKEYREJECTED when it does not verify. */
int plain_verify(EVP_PKEY *key, const struct plain_algorithm *algorithm, enum plain_form form,
		 const void *bytes, size_t size, const void *signature, size_t signature_size,
		 struct tdl_error *err);

/* "key SHA256:" and the digest of the public key as X.509 writes it. Caller frees. */
int key_name(EVP_PKEY *key, char **ret_name, struct tdl_error *err);

#endif
