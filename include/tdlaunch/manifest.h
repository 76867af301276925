/* SPDX-License-Identifier: BSD-2-Clause */
/* Reference values: what firmware, loaded in which order, must give which MRTD, and who says so. A
 * manifest is a JSON file of such references; a detached signature beside it says whose it is. The
 * bytes that are parsed are the bytes whose signature was checked: the file is read once. */
#ifndef TDLAUNCH_MANIFEST_H
#define TDLAUNCH_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TDL_MANIFEST_MAX 1048576u     /* bytes of a manifest file */
#define TDL_REFERENCES_MAX 1024u      /* references in one manifest */
#define TDL_MANIFEST_TEXT_MAX 512u    /* bytes of one string in a manifest */
#define TDL_MANIFEST_SIGNATURE ".p7s" /* a manifest's CMS signature is found under this name */
#define TDL_MANIFEST_PLAIN ".sig"     /* or its signature by a plain key under this */

/**
 * struct tdl_origin - who computed a value
 * @by:      person or organisation
 * @tool:    program
 * @version: of the program
 * @note:    how, where it was published, anything else; NULL for none
 */
struct tdl_origin {
	const char *by;
	const char *tool;
	const char *version;
	const char *note;
};

/**
 * struct tdl_reference - what one firmware gives in one flow
 * @name:            firmware, for people
 * @version:         firmware version
 * @source:          where its bytes come from; NULL when not said
 * @firmware:        SHA-384 of the image file
 * @size:            bytes of the image file
 * @flow:            order of loading, see tdl_flow_name()
 * @mrtd:            the expected MRTD
 * @has_rtmr:        bit i set: @rtmr[i] is expected too
 * @rtmr:            the expected RTMRs, zero where not said
 * @computed:        who computed @mrtd
 * @confirmed:       who else computed the same, @confirmed_count of them, NULL when nobody
 * @confirmed_count: number of @confirmed
 *
 * Strings and @confirmed belong to the manifest that the reference was read from.
 */
struct tdl_reference {
	const char *name;
	const char *version;
	const char *source;
	uint8_t firmware[48];
	uint64_t size;
	const char *flow;
	uint8_t mrtd[48];
	unsigned has_rtmr;
	uint8_t rtmr[4][48];
	struct tdl_origin computed;
	const struct tdl_origin *confirmed;
	size_t confirmed_count;
};

/**
 * struct tdl_manifest_options - what makes a manifest acceptable
 * @signature:      signature file; NULL: the manifest's name with ".p7s", else with ".sig"
 * @trust:          PEM file of the certificates that may vouch for a signer; NULL: nobody
 * @signer:         PEM file of the signer's certificate and those between it and @trust; needed
 *                  for an Ed25519 signature, which does not carry one; NULL otherwise
 * @public_key:     the signer's key instead of certificates: a PEM file (public key, certificate)
 *                  or a URI that an OpenSSL provider knows; the signature is then a plain one,
 *                  binary or base64, as "cosign sign-blob --key" makes it. NULL otherwise
 * @allow_unsigned: take a manifest that nobody vouches for. With @trust, a signature that is there
 *                  must still verify.
 */
struct tdl_manifest_options {
	const char *signature;
	const char *trust;
	const char *signer;
	const char *public_key;
	bool allow_unsigned;
};

struct tdl_manifest; /* opaque */

/**
 * tdl_manifest_open() - read a manifest, check its signature
 * @path:         JSON file
 * @opt:          what makes it acceptable; NULL: as all zero, which refuses everything
 * @ret_manifest: the manifest, to be freed with tdl_manifest_free()
 * @err:          why not
 *
 * The chain is checked at the present time, for the purpose of signing (as "openssl cms -verify"
 * does), with keys and digests of at least 112 bits of security. Revocation is not looked at.
 *
 * Return: 0; -EKEYREJECTED when the signature, its certificate or its chain does not verify;
 * -ENOENT when there is no signature and @opt does not allow that; -EINVAL when there is one but no
 * @trust; -EBADMSG when the file is not a manifest, @err then names the place; -E2BIG beyond a
 * limit; what open() says.
 */
TDL_API int tdl_manifest_open(const char *path, const struct tdl_manifest_options *opt,
			      struct tdl_manifest **ret_manifest, struct tdl_error *err);

/**
 * tdl_manifest_parse() - read a manifest from memory, without any signature
 * @bytes:        JSON text, borrowed during the call, no NUL needed
 * @size:         bytes of it
 * @ret_manifest: the manifest; tdl_manifest_signer() is NULL
 * @err:          why not
 *
 * Return: 0; -EBADMSG; -E2BIG; -ENOMEM.
 */
TDL_API int tdl_manifest_parse(const void *bytes, size_t size, struct tdl_manifest **ret_manifest,
			       struct tdl_error *err);

/**
 * tdl_manifest_new() - an empty manifest
 * @ret_manifest: the manifest
 * @err:          why not
 *
 * Return: 0; -ENOMEM.
 */
TDL_API int tdl_manifest_new(struct tdl_manifest **ret_manifest, struct tdl_error *err);

/**
 * tdl_manifest_add() - add a reference
 * @manifest:  the manifest
 * @reference: what to add, copied
 * @err:       why not
 *
 * Pointers that tdl_manifest_reference() gave become invalid.
 *
 * Return: 0; -EBADMSG when the reference would not be read back (a text missing or too long, bytes
 * that are not text); -EEXIST when firmware and flow are there already; -E2BIG; -ENOMEM.
 */
TDL_API int tdl_manifest_add(struct tdl_manifest *manifest, const struct tdl_reference *reference,
			     struct tdl_error *err);

/**
 * tdl_manifest_write() - write the manifest as JSON
 * @manifest: the manifest
 * @path:     where; the file appears whole or not at all
 * @err:      why not
 *
 * Return: 0; -ENOMEM; what open(), write() or rename() says.
 */
TDL_API int tdl_manifest_write(const struct tdl_manifest *manifest, const char *path,
			       struct tdl_error *err);

/**
 * tdl_manifest_free() - free a manifest
 * @manifest: NULL is fine
 */
TDL_API void tdl_manifest_free(struct tdl_manifest *manifest);

/**
 * tdl_manifest_count() - number of references
 * @manifest: the manifest
 *
 * Return: the number.
 */
TDL_API size_t tdl_manifest_count(const struct tdl_manifest *manifest);

/**
 * tdl_manifest_reference() - one reference
 * @manifest: the manifest
 * @i:        index
 *
 * Return: the reference, owned by @manifest; NULL when @i is too large.
 */
TDL_API const struct tdl_reference *tdl_manifest_reference(const struct tdl_manifest *manifest,
							   size_t i);

/**
 * tdl_manifest_signer() - whose signature was verified
 * @manifest: the manifest
 *
 * Return: the subject of the signer's certificate, or "key SHA256:..." for a plain key, owned by
 * @manifest; NULL when no signature was verified.
 */
TDL_API const char *tdl_manifest_signer(const struct tdl_manifest *manifest);

/**
 * tdl_manifest_select() - the reference for a firmware in a flow
 * @manifest: the manifest
 * @firmware: SHA-384 of the image file
 * @flow:     name of the flow
 *
 * Return: the reference, owned by @manifest; NULL when there is none.
 */
TDL_API const struct tdl_reference *tdl_manifest_select(const struct tdl_manifest *manifest,
							const uint8_t firmware[48],
							const char *flow);

/**
 * enum tdl_match - the answer of a comparison
 * @TDL_MATCH:    a reference exists and the value equals it
 * @TDL_MISMATCH: a reference exists and the value differs
 * @TDL_NOTHING:  no reference exists: never to be taken for a yes
 */
enum tdl_match { TDL_MATCH, TDL_MISMATCH, TDL_NOTHING };

/**
 * tdl_manifest_compare() - compare an MRTD with what is expected
 * @manifest:      the manifest
 * @firmware:      SHA-384 of the image file
 * @flow:          name of the flow
 * @mrtd:          the value under test
 * @ret_reference: what it was compared with, owned by @manifest; NULL with TDL_NOTHING. May be
 * NULL.
 *
 * Return: the answer.
 */
TDL_API enum tdl_match tdl_manifest_compare(const struct tdl_manifest *manifest,
					    const uint8_t firmware[48], const char *flow,
					    const uint8_t mrtd[48],
					    const struct tdl_reference **ret_reference);

/**
 * tdl_manifest_sign() - sign a manifest file
 * @path:        the manifest; it must be one
 * @key:         the private key (RSA, ECDSA or Ed25519): a PEM file, or a URI that an OpenSSL
 *               provider knows, as "handle:0x81000001" or "pkcs11:token=..."; its password, if it
 *               has one, is taken from the environment, TDLAUNCH_KEY_PASSWORD
 * @certificate: PEM file: the signer's certificate, then those between it and the trusted one;
 *               NULL: a plain signature
 * @signature:   where the signature goes; NULL: the manifest's name with ".p7s", or with ".sig" for
 *               an Ed25519 key or a plain signature
 * @err:         why not
 *
 * RSA and ECDSA keys make a detached CMS signature (DER, with the digest that goes with the key:
 * SHA-256 for RSA and P-256, SHA-384 for P-384) that "openssl cms -verify -binary -inform DER"
 * checks. OpenSSL 3.0's CMS cannot use Ed25519; such a key makes the 64 bytes of RFC 8032, which
 * "openssl pkeyutl -verify -rawin" checks. A plain signature is base64, which "cosign verify-blob
 * --key" checks when the key is ECDSA.
 *
 * Return: 0; -EBADMSG when a file is not what it should be; -EINVAL when key and certificate do not
 * belong together; -EOPNOTSUPP for another kind of key; -EKEYREJECTED when the certificate has
 * expired; -EIO when libcrypto refuses; what open() or write() says.
 */
TDL_API int tdl_manifest_sign(const char *path, const char *key, const char *certificate,
			      const char *signature, struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
