/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this the plain signature of a key that the user names? No certificate is looked at: who gives
 * the key vouches for it. Such signatures come from "cosign sign-blob --key" (base64 of DER), from
 * "openssl dgst -sign" (DER) and from "openssl pkeyutl -sign -rawin" (Ed25519). */
#include "refval/refval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/scope.h"
#include "refval/key.h"
#include "refval/pki.h"
#include "refval/plain.h"

int key_name(EVP_PKEY *key, char **ret_name, struct tdl_error *err)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	uint8_t digest[64];
	size_t size = 0;
	char hex[65];
	int rc;

	if (n <= 0)
		return tdl_fail(err, -EIO, "libcrypto cannot write the key: %s", pki_complaint());
	rc = hash_named("SHA256", der, (size_t)n, digest, &size, err);
	OPENSSL_free(der);
	if (rc < 0)
		return rc;
	if (asprintf(ret_name, "key SHA256:%s", hex_encode(digest, 32, hex)) < 0)
		return tdl_fail(err, -ENOMEM, "no memory for the name of a key");
	return 0;
}

int plain_signature_verify(const void *bytes, size_t size, const void *signature,
			   size_t signature_size, const char *public_key, char **ret_signer,
			   struct tdl_error *err)
{
	AUTO_CALL(scope_key) EVP_PKEY *key = NULL;
	AUTO_FREE uint8_t *decoded = malloc(signature_size + 3);
	const struct plain_algorithm *algorithm;
	size_t n = 0;
	int rc = key_public(public_key, &key, err);

	if (rc < 0)
		return rc;
	if (!decoded)
		return tdl_fail(err, -ENOMEM, "no memory for a signature");
	algorithm = plain_algorithm_of(key);
	if (!algorithm)
		return tdl_fail(err, -EOPNOTSUPP, "%s is no key that verifies signatures here",
				public_key);
	if (base64_decode(signature, signature_size, decoded, &n)) {
		signature = decoded;
		signature_size = n;
	}
	rc = plain_verify(key, algorithm, PLAIN_DER, bytes, size, signature, signature_size, err);
	return rc < 0 ? rc : key_name(key, ret_signer, err);
}
