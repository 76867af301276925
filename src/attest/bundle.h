/* SPDX-License-Identifier: BSD-2-Clause */
/* A collateral bundle, taken apart. Documents keep the text that was signed. */
#ifndef ATTEST_BUNDLE_H
#define ATTEST_BUNDLE_H

#include <tdlaunch/collateral.h>

#include "attest/cert.h"
#include "attest/json.h"
#include "attest/tcb.h"

enum { BUNDLE_ITEMS_LIMIT = 256 /* of each kind */ };

/* A signed JSON response. */
struct signed_text {
	char *file;	       /* owned: where it came from */
	char *text;	       /* owned: the whole response */
	struct json_span span; /* what was signed */
	uint8_t signature[64];
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
	X509_CRL *crl;
};

struct chain_document {
	char *file; /* owned */
	struct certs certs;
};

struct tdl_collateral {
	struct tcb_document *tcb;
	struct qe_document *qe;
	struct crl_document *crls;
	struct chain_document *chains;
	unsigned n_tcb, n_qe, n_crls, n_chains;
};

#endif
