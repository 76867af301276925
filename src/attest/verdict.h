/* SPDX-License-Identifier: BSD-2-Clause */
/* A verdict while it is made, and what its steps share. */
#ifndef ATTEST_VERDICT_H
#define ATTEST_VERDICT_H

#include <stdbool.h>

#include <tdlaunch/verdict.h>

#include "attest/bundle.h"
#include "attest/facts.h"
#include "attest/policy.h"
#include "attest/quote.h"
#include "attest/tcb_match.h"

enum {
	CHECKS_LIMIT = 96,
	NOTES_LIMIT = 16,
	REASON_SIZE = 400,
	SOURCE_SIZE = 160,
	VERDICT_ADVISORIES_LIMIT = 3 * ADVISORIES_LIMIT,
};

struct check {
	const char *name; /* static */
	enum tdl_state state;
	char reason[REASON_SIZE], source[SOURCE_SIZE];
};

struct tdl_verdict {
	struct check checks[CHECKS_LIMIT];
	unsigned n_checks;
	bool lost; /* a check did not fit: the answer cannot be yes */
	char notes[NOTES_LIMIT][REASON_SIZE]; /* warnings that do not change the answer */
	unsigned n_notes;
	int64_t at;

	bool has_status; /* the statuses below are meant */
	bool has_module, has_qe, has_current;
	enum tcb_status converged, platform, module, qe, current;
	bool has_date;
	int64_t tcb_date;
	bool has_evaluation;
	uint32_t evaluation;
	char (*advisories)[ADVISORY_SIZE]; /* owned, sorted */
	unsigned n_advisories;
	char explanation[3][REASON_SIZE]; /* why platform, module, QE are not at their best level */

	struct { /* what the quote says, shown for reading */
		const char *name; /* static */
		uint8_t bytes[64];
		size_t size;
	} fields[20];
	unsigned n_fields;
};

/* A verification under way. Everything is borrowed except what is known; chain and pinned are views
 * of that. */
struct verify {
	struct tdl_verdict *v;
	const struct tdl_verify_options *opt;
	const struct tdl_policy *policy;
	struct tdl_quote *quote; /* NULL when it did not parse */
	struct known *known_chain, *known_root, *known_qe; /* references */
	struct certs chain;	 /* leaf, CA, root; empty when it did not parse */
	struct certs pinned;	 /* one certificate when options name a root */
	bool root_good;		 /* the chain's root is the pinned one */
	bool has_pck;
	struct pck pck;
	const struct tcb_document *tcb; /* NULL when there is none for this platform */
	const struct qe_document *qe;
	const struct crl_document *root_crl, *pck_crl;
	struct tcb_match match;
};

/* Record what became of a check. */
void verdict_add(struct tdl_verdict *v, const char *name, enum tdl_state state, const char *source,
		 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Passed when rc is 0, else failed with the error's text. Returns rc == 0. */
bool verdict_judge(struct tdl_verdict *v, const char *name, int rc, const struct tdl_error *err,
		   const char *source);
void verdict_note(struct tdl_verdict *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The steps, in the order of Intel's procedure (verify_chain.c, verify_tcb.c, verify_policy.c). */
void verify_chain(struct verify *s);
void verify_crls(struct verify *s);
void verify_collateral(struct verify *s);
void verify_signatures(struct verify *s);
void verify_tcb(struct verify *s);
void verify_body(struct verify *s);

/* Is this root certificate the one that is trusted? */
bool verify_root_is_pinned(const struct verify *s, const X509 *root);
/* Is the certificate valid at the time of the verification? If not, say so. */
bool verify_dates(const struct verify *s, const X509 *cert, struct tdl_error *err);

#endif
