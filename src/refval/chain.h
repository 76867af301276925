/* SPDX-License-Identifier: BSD-2-Clause */
/* From a signer's certificate to one that is trusted. */
#ifndef REFVAL_CHAIN_H
#define REFVAL_CHAIN_H

#include <stdint.h>

#include "refval/pki.h"

/* A store of the certificates of a PEM file, which asks for keys of 112 bits of security. */
int trust_store(const char *trust, X509_STORE **ret_store, struct tdl_error *err);
/* Does the first certificate, by way of the others, lead to one of the PEM file trust, for the
 * purpose of signing, at this time (seconds since 1970 UTC; 0: now)? -EKEYREJECTED when not. */
int chain_verify(STACK_OF(X509) * chain, const char *trust, int64_t at, struct tdl_error *err);
/* The subject in the form of RFC 2253; NULL without memory. Caller frees. */
char *subject_text(X509 *certificate);

#endif
