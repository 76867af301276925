/* SPDX-License-Identifier: BSD-2-Clause */
/* The outcome of a check as an EAT Attestation Result: the profile of draft-fv-rats-ear that
 * Veraison's libraries read, claims folded into the trustworthiness vector of draft-ietf-rats-ar4si,
 * as JSON or as a signed JWT. The mapping is in docs/design/ear.md. */
#ifndef TDLAUNCH_EAR_H
#define TDLAUNCH_EAR_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/check.h>
#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TDL_EAR_NONCE_MIN 8u  /* bytes, of an eat_nonce in JSON */
#define TDL_EAR_NONCE_MAX 64u

/**
 * struct tdl_ear_options - what a result says besides the claims
 * @issued:     when it is made, seconds since 1970 UTC
 * @at:         the time as of which was judged, the same way
 * @policy:     name or URI of the policy that was applied; NULL for none
 * @nonce:      the asker's nonce, to show that the result is fresh; NULL for none
 * @nonce_size: bytes there
 * @key:        key to sign with, a PEM file or a URI that an OpenSSL provider knows; NULL for JSON
 *              without a signature
 */
struct tdl_ear_options {
	int64_t issued, at;
	const char *policy;
	const void *nonce;
	size_t nonce_size;
	const char *key;
};

/**
 * tdl_ear_write() - write an attestation result
 * @claims:   the outcome
 * @options:  what else it says
 * @ret_text: JSON, or a JWT in compact form, and a newline; to be freed by the caller
 * @err:      why not; NULL is fine
 *
 * The status is affirming, contraindicated or none, as the answer is yes, no or unknown: who takes
 * "warning" for good never takes what was answered no. Without a quote that was verified it is not
 * affirming.
 *
 * Return: 0; -EINVAL for a nonce of another size; what reading the key says; -EOPNOTSUPP for a key
 * that JWT has no algorithm for; -EIO when libcrypto refuses; -ENOMEM.
 * Source: draft-fv-rats-ear, draft-ietf-rats-ar4si, RFC 7515, RFC 7519, RFC 9711.
 */
TDL_API int tdl_ear_write(const struct tdl_claims *claims, const struct tdl_ear_options *options,
			  char **ret_text, struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
