/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys by name: a PEM file, or a URI that a provider of OpenSSL knows, such as "handle:0x81000001" for
 * a key in a TPM or "pkcs11:..." for one in a token. */
#ifndef TDLAUNCH_KEY_H
#define TDLAUNCH_KEY_H

#include <stddef.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * tdl_key_public_pem() - the public half of a key, as PEM
 * @name:     a file with a public key, a certificate or a key pair, or a URI
 * @ret_pem:  its SubjectPublicKeyInfo as text; caller frees
 * @ret_size: bytes of it, without the NUL behind them
 * @err:      why not
 *
 * Return: 0; -ENOENT when a provider finds no such key, or there is no such provider; -EBADMSG when a
 * file has none; -ENOMEM; what open() says.
 */
TDL_API int tdl_key_public_pem(const char *name, char **ret_pem, size_t *ret_size,
			       struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
