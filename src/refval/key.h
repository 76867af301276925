/* SPDX-License-Identifier: BSD-2-Clause */
/* The one place where keys come from: a PEM file, or whatever a URI names that an OpenSSL provider
 * understands - a key in a TPM ("handle:0x81000001"), in a PKCS#11 token ("pkcs11:..."). A key in
 * hardware is used there and never seen. */
#ifndef REFVAL_KEY_H
#define REFVAL_KEY_H

#include <openssl/evp.h>

#include <tdlaunch/error.h>

/* Where the password of a key is looked for, when it has one; nobody is asked on a terminal. */
#define KEY_PASSWORD_VARIABLE "TDLAUNCH_KEY_PASSWORD"

/* A key to sign with. -EBADMSG when a file has none; -ENOENT when a provider finds none under that
 * name, or there is no such provider. Caller frees. */
int key_private(const char *name, EVP_PKEY **ret_key, struct tdl_error *err);
/* A key to verify with: a public key, the key of a certificate, or of a key pair. */
int key_public(const char *name, EVP_PKEY **ret_key, struct tdl_error *err);

#define KEY_QUERY_SIZE 80
/* The property query with which this key is used where it is, "?provider=tpm2"; NULL for a key that
 * OpenSSL itself holds. Without it OpenSSL 3.0 may take the public half of a key to another provider
 * and find there that it cannot sign. */
const char *key_query(const EVP_PKEY *key, char text[KEY_QUERY_SIZE]);

#endif
