/* SPDX-License-Identifier: BSD-2-Clause */
/* A collateral bundle, taken apart. Documents keep the text that was signed. */
#ifndef ATTEST_BUNDLE_H
#define ATTEST_BUNDLE_H

#include <stdatomic.h>

#include <tdlaunch/attest_cache.h>
#include <tdlaunch/collateral.h>

#include "attest/cert.h"
#include "attest/crl.h"
#include "attest/json.h"
#include "attest/tcb.h"
#include "base/hash.h"

enum {
	BUNDLE_ITEMS_LIMIT = 256, /* of each kind */
	BUNDLE_DEPTH_LIMIT = 4,	  /* documents as texts of documents */
};

/* A signed JSON response. */
struct signed_text {
	char *file;	       /* owned: where it came from */
	char *text;	       /* owned: the whole response */
	struct json_span span; /* what was signed */
	uint8_t signature[64];
	uint8_t digest[SHA256_SIZE]; /* of what was signed */
	struct tdl_error problem; /* code 0 when it parsed */
};

struct tcb_document {
	struct signed_text text;
	struct tcb_info info; /* when text.problem.code is 0 */
};

struct qe_document {
	struct signed_text text;
	struct qe_identity identity; /* when text.problem.code is 0 */
};

struct crl_document {
	char *file; /* owned */
	struct crl crl;
	uint8_t digest[SHA256_SIZE]; /* of the file's text */
};

struct chain_document {
	char *file; /* owned */
	struct certs certs;
	char name[CERT_NAME_SIZE]; /* the first certificate's common name */
	uint8_t digest[SHA256_SIZE]; /* of the file's text */
};

struct tdl_collateral {
	atomic_uint refs; /* a cache and its users share one */
	struct tcb_document *tcb;
	struct qe_document *qe;
	struct crl_document *crls;
	struct chain_document *chains;
	unsigned n_tcb, n_qe, n_crls, n_chains;
	struct cert_pool pool; /* the certificates of all chains */
};

/* A file of a bundle, as it was read. */
struct bundle_file {
	char *name;	/* owned: the last part of its path */
	uint8_t *bytes; /* owned */
	size_t size;
};

/* Add what is in a file. What is wrong with a document is kept with it; a file that is no
 * collateral is passed over. */
int bundle_add(struct tdl_collateral *c, const struct bundle_file *file, struct tdl_error *err);

/* The same for what such a file carries, so many documents deep; deeper ones are passed over. */
int bundle_add_part(struct tdl_collateral *c, const struct bundle_file *file, unsigned depth,
		    struct tdl_error *err);
/* A document that carries several pieces. */
int bundle_add_document(struct tdl_collateral *c, const struct bundle_file *file, unsigned depth,
			struct tdl_error *err);

/* A bundle of files that are in memory already; as tdl_attest_cache_collateral(). */
int bundle_open(struct tdl_attest_cache *cache, const struct bundle_file *files, size_t count,
		struct tdl_collateral **ret_collateral, struct tdl_error *err);

#endif
