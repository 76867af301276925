/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts that were established once and hold for the same bytes for ever. The cache is a table from
 * what a fact depends on to what came out of it; a NULL cache knows nothing and keeps nothing. */
#ifndef ATTEST_FACTS_H
#define ATTEST_FACTS_H

#include <stdatomic.h>
#include <stdbool.h>

#include <tdlaunch/attest_cache.h>

#include "attest/cert.h"
#include "attest/pck.h"
#include "base/hash.h"

enum fact_kind {
	FACT_ROOT = 1, /* a root certificate named by the user parses */
	FACT_CHAIN,    /* a PCK chain parses, has its roles and a valid path */
	FACT_QE,       /* a PCK signed a QE report that vouches for an attestation key */
	FACT_CRL,      /* a certificate signed a CRL */
	FACT_SIGNED,   /* a chain of the TCB signer signed a document, and its path is valid */
	FACT_BUNDLE,   /* files are this bundle */
};

/* Unused digests are zero. */
struct fact_key {
	uint32_t kind;
	uint8_t digest[3][SHA256_SIZE];
};

/* What came out; shared, never changed once it is in the cache. */
struct known {
	atomic_uint refs;
	struct certs certs; /* owned: FACT_ROOT, FACT_CHAIN */
	struct pck pck;			     /* FACT_CHAIN */
	struct tdl_collateral *collateral;   /* owned: FACT_BUNDLE */
};

/* With one reference; NULL when there is no memory. */
struct known *known_new(void);
void known_unref(struct known **known);
#define AUTO_KNOWN __attribute__((cleanup(known_unref)))

/* A new reference, or NULL when it is not known. */
struct known *facts_find(struct tdl_attest_cache *cache, const struct fact_key *key);
/* Remember, with a reference of its own. No memory means it is not remembered. */
void facts_keep(struct tdl_attest_cache *cache, const struct fact_key *key, struct known *known);
/* The same for facts of which nothing but their truth is wanted. */
bool facts_has(struct tdl_attest_cache *cache, const struct fact_key *key);
void facts_mark(struct tdl_attest_cache *cache, const struct fact_key *key);

#endif
