/* SPDX-License-Identifier: BSD-2-Clause */
/* The attestation key outside of the TPM, by OpenSSL. */
#ifndef ANCHOR_KEY_H
#define ANCHOR_KEY_H

#include <openssl/pem.h>

#include "anchor/structs.h"

/* SubjectPublicKeyInfo of the point x || y on P-256. */
int key_encode(const uint8_t point[64], uint8_t *ret_der, size_t max, size_t *ret_size,
	       struct tdl_error *err);
/* Agree on a secret with who has the private key of this point: of a key that is made for it, the
 * point that the other side wants. Source: SP 800-56A, one-pass Diffie-Hellman. */
int key_agree(const uint8_t point[64], uint8_t ret_point[64], uint8_t ret_secret[32],
	      struct tdl_error *err);
/* The key as a PEM file. */
int key_write_pem(const char *path, const uint8_t *der, size_t size, struct tdl_error *err);
/* Does the key sign these bytes so? -EKEYREJECTED when not, or when it is no key of P-256. */
int key_verify(const uint8_t *der, size_t der_size, const struct signature *signature,
	       const void *bytes, size_t size, struct tdl_error *err);
/* For PEM that is encrypted: nobody is asked for a password. */
int key_no_password(char *text, int size, int writing, void *ctx);
/* PEM text to read from, or NULL when there is too much of it. */
BIO *key_pem_bio(const void *pem, size_t size);
/* Is the PEM text this key? -EBADMSG when it is not PEM of a public key. */
int key_is(const void *pem, size_t pem_size, const uint8_t *der, size_t size, bool *ret,
	   struct tdl_error *err);

#endif
