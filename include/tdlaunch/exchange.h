/* SPDX-License-Identifier: BSD-2-Clause */
/* Reference values in the forms that others use: a manifest out as a CoRIM, an in-toto statement, a
 * message for trustee's reference value provider, a table for people; and such files, and the
 * endorsements that cloud providers sign, in as a manifest. What a form cannot hold is never dropped
 * silently: an export that would not come back as it went is refused, and so is an import that would
 * not go out as it came. */
#ifndef TDLAUNCH_EXCHANGE_H
#define TDLAUNCH_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>
#include <tdlaunch/manifest.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TDL_EXCHANGE_MAX 4194304u /* bytes of a file that is imported */

/**
 * struct tdl_exchange_format - a form of reference values
 * @name:       "corim", "in-toto"
 * @summary:    one line for people
 * @can_export: manifests can be written in it
 * @can_import: it can be read as a manifest
 * @can_sign:   it has a place for a signature
 * @keeps_all:  it holds everything that a manifest holds
 */
struct tdl_exchange_format {
	const char *name;
	const char *summary;
	bool can_export, can_import, can_sign, keeps_all;
};

/**
 * tdl_exchange_format() - a form by position
 * @i: from 0 on
 *
 * Return: the form, static; NULL at the end.
 */
TDL_API const struct tdl_exchange_format *tdl_exchange_format(size_t i);

/**
 * struct tdl_exchange_options - how to export and import
 * @key:            export: key to sign with, a PEM file or a URI that an OpenSSL provider knows;
 *                  NULL: no signature
 * @certificate:    export: PEM file of the signer's certificate, then those between it and the
 *                  trusted one, for forms that carry certificates; NULL: none
 * @trust:          import: PEM file of the certificates that may vouch for a signer
 * @signer:         import: PEM file of the signer's certificate and those between it and @trust,
 *                  for forms that do not carry them
 * @public_key:     import: the signer's key instead of certificates, as
 *                  struct tdl_manifest_options has it
 * @allow_unsigned: import: take what nobody vouches for. With @trust or @public_key, a signature
 *                  that is there must still verify. Endorsements of clouds are never taken so.
 * @at:             import: seconds since 1970 UTC at which certificates and documents must be
 *                  valid; 0: now
 * @lossy:          let what the form, or a manifest, cannot hold be dropped
 * @kernel:         a kernel file, one more subject of an in-toto statement; NULL: none
 * @xfam:           the TD's XFAM, for trustee; 0: none
 * @fill:           import: what the file does not say about its references, taken from here: texts
 *                  that are not NULL, and @firmware with @size unless @size is 0. A firmware that
 *                  the file does name must be the same. NULL: nothing
 */
struct tdl_exchange_options {
	const char *key;
	const char *certificate;
	const char *trust;
	const char *signer;
	const char *public_key;
	bool allow_unsigned;
	int64_t at;
	bool lossy;
	const char *kernel;
	uint64_t xfam;
	const struct tdl_reference *fill;
};

/**
 * tdl_exchange_export() - write a manifest in another form
 * @manifest:  the manifest
 * @format:    name of the form
 * @opt:       how; NULL: as all zero
 * @ret_bytes: the file's bytes, to be freed with free()
 * @ret_size:  number of bytes
 * @err:       why not
 *
 * Return: 0; -EINVAL for a form that is not known, or options that it has no use for; -EOPNOTSUPP
 * when what would be written would not be read as the same manifest, or the form cannot be
 * exported; -EIO when libcrypto refuses; what reading a key or file says; -ENOMEM.
 */
TDL_API int tdl_exchange_export(const struct tdl_manifest *manifest, const char *format,
				const struct tdl_exchange_options *opt, uint8_t **ret_bytes,
				size_t *ret_size, struct tdl_error *err);

/**
 * tdl_exchange_import() - read another form as a manifest
 * @bytes:        the file's bytes, borrowed during the call
 * @size:         number of bytes
 * @format:       name of the form
 * @opt:          how; NULL: as all zero, which refuses everything
 * @ret_manifest: the manifest, to be freed with tdl_manifest_free()
 * @err:          why not
 *
 * tdl_manifest_signer() of the manifest says whose signature was verified.
 *
 * Return: 0; -EKEYREJECTED when a signature, its certificate or a date does not verify; -ENOENT when
 * there is no signature and @opt does not allow that; -EINVAL for a form that is not known, or when
 * there is a signature but nothing to check it with; -EBADMSG when the bytes are not of that form;
 * -ENODATA when a reference lacks what a manifest must say and @opt does not fill in; -EOPNOTSUPP
 * when the file says what a manifest cannot hold; -E2BIG beyond a limit; -ENOMEM.
 */
TDL_API int tdl_exchange_import(const void *bytes, size_t size, const char *format,
				const struct tdl_exchange_options *opt,
				struct tdl_manifest **ret_manifest, struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
