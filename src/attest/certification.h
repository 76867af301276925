/* SPDX-License-Identifier: BSD-2-Clause */
/* Certification data: what a quote says about the certificate of its platform. Type 5 is the chain
 * itself; the others name it, and the chain has to come from elsewhere. */
#ifndef ATTEST_CERTIFICATION_H
#define ATTEST_CERTIFICATION_H

#include "attest/cert.h"
#include "attest/pck.h"
#include "attest/quote.h"

enum {
	CERT_PPID = 1,	   /* in clear */
	CERT_PPID_2048,	   /* encrypted */
	CERT_PPID_3072,	   /* encrypted */
	CERT_PCK_LEAF,	   /* without its chain */
	CERT_MANIFEST = 7, /* of a platform, for its registration */
};

/* What the type is called; static. */
const char *certification_name(uint16_t type);

/* What types 1 to 4 have. */
struct certification {
	const uint8_t *ppid; /* borrowed; padded with zeros when in clear */
	size_t ppid_size;
	const uint8_t *cpusvn; /* 16 bytes, borrowed */
	uint16_t pcesvn, pceid;
	struct certs leaf; /* owned */
};

/* Read them: a PPID and three numbers, or one certificate. -EBADMSG or -ENODATA when it is neither;
 * -EOPNOTSUPP for another type. Source: Intel, ECDSA Quote Library, certification data. */
int certification_parse(const struct tdl_quote *quote, struct certification *ret,
			struct tdl_error *err);
void certification_end(struct certification *c);
#define AUTO_CERTIFICATION __attribute__((cleanup(certification_end)))

/* Is this leaf the certificate that the data name? -EKEYREJECTED when not. An encrypted PPID can be
 * compared with nothing: then the QE report's signature alone says that it is. CPUSVN and PCESVN may
 * be above the certificate's. */
int certification_names(const struct certification *c, uint16_t type, const X509 *leaf,
			const struct pck *pck, struct tdl_error *err);

#endif
