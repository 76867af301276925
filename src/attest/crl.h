/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate revocation list for a verification: its signature, dates and serial numbers, read
 * in place. Lists are long and only one number is looked for, so that entries are not decoded into
 * objects. */
#ifndef ATTEST_CRL_H
#define ATTEST_CRL_H

#include "attest/cert.h"
#include "base/cursor.h"

struct crl {
	uint8_t *der;	   /* owned */
	X509_NAME *issuer; /* owned */
	int64_t from, to;  /* seconds since 1970 */
	struct cursor tbs; /* what was signed, header included */
	struct cursor revoked;	 /* one sequence an entry */
	struct cursor signature; /* DER of r and s */
};

/**
 * crl_open() - read a list from DER, PEM or hexadecimal text of DER, by content
 *
 * Return: 0; -E2BIG when it is larger than CRL_LIMIT; -EBADMSG when it is not strict DER, has no
 * nextUpdate, another signature algorithm than ECDSA with SHA-256, a serial number that is not in
 * its shortest form or a critical extension: what that means would not be heeded.
 * Source: RFC 5280, section 5.
 */
int crl_open(const uint8_t *bytes, size_t size, struct crl *ret_crl, struct tdl_error *err);
void crl_end(struct crl *crl);

/* Did the owner of this key, which is on P-256, sign the list? */
bool crl_is_signed(const struct crl *crl, EVP_PKEY *key);

/* Is the certificate on the list? Whose list it is is the caller's question. */
bool crl_lists(const struct crl *crl, const X509 *cert);

#endif
