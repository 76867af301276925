/* SPDX-License-Identifier: BSD-2-Clause */
/* A verdict while it is made, and what its steps share. */
#ifndef ATTEST_VERDICT_H
#define ATTEST_VERDICT_H

#include <stdbool.h>

#include <tdlaunch/verdict.h>

#include "attest/azure.h"
#include "attest/bundle.h"
#include "attest/facts.h"
#include "attest/policy.h"
#include "attest/quote.h"
#include "attest/tcb_match.h"

enum {
	CHECKS_LIMIT = 128,
	NOTES_LIMIT = 16,
	REASON_SIZE = 400,
	SOURCE_SIZE = 160,
	EXPLANATIONS_LIMIT = TCB_LACKS + 5,
	EXPLANATION_SIZE = 300,
	VERDICT_ADVISORIES_LIMIT = 3 * ADVISORIES_LIMIT,
};

struct check {
	const char *name; /* static */
	enum tdl_state state;
	char reason[REASON_SIZE], source[SOURCE_SIZE];
};

/* What has a count beside it is not cleared when a verdict is made, and stands at the end: clearing
 * all of it would take as long as the rest of a cached verification. */
struct tdl_verdict {
	unsigned n_checks, n_notes, n_fields, n_explanations;
	bool lost; /* a check did not fit: the answer cannot be yes */
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

	struct { /* what the quote says, shown for reading */
		const char *name; /* static */
		uint8_t bytes[64];
		size_t size;
	} fields[20];
	char notes[NOTES_LIMIT][REASON_SIZE]; /* warnings that do not change the answer */
	/* Why platform, module and QE are not at their best level. */
	char explanation[EXPLANATIONS_LIMIT][EXPLANATION_SIZE];
	struct check checks[CHECKS_LIMIT];
};

/* A verification under way. Everything is borrowed except what is known; chain and pinned are views
 * of that. */
struct verify {
	struct tdl_verdict *v;
	const struct tdl_verify_options *opt;
	const struct tdl_policy *policy;
	struct tdl_quote *quote; /* NULL when it did not parse */
	struct known *known_chain, *known_root; /* references */
	struct certs chain;	 /* leaf, CA, root; empty when it did not parse */
	struct certs pinned;	 /* one certificate when options name a root */
	bool root_good;		 /* the chain's root is the pinned one */
	bool has_pck;
	struct pck pck;
	const struct tcb_document *tcb; /* NULL when there is none for this platform */
	const struct qe_document *qe;
	const struct crl_document *root_crl, *pck_crl;
	X509 *signer, *signer_root; /* of the last TCB signer with a valid path; borrowed */
	struct tcb_match match;
	uint8_t pcrs[AZURE_PCRS][AZURE_PCR_SIZE]; /* of the guest's vTPM */
	uint32_t pcrs_known; /* a bit each: those that its quote covers */
};

/* What the guest's part is worth while MRTD is open. */
#define NOTE_MRTD_OPEN                                                                             \
	"MRTD is not compared with anything: a TD with firmware of an attacker's choice can play " \
	"the paravisor and its vTPM"

/* Record what became of a check. */
void verdict_add(struct tdl_verdict *v, const char *name, enum tdl_state state, const char *source,
		 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Passed when rc is 0, else failed with the error's text. Returns rc == 0. */
bool verdict_judge(struct tdl_verdict *v, const char *name, int rc, const struct tdl_error *err,
		   const char *source);
void verdict_note(struct tdl_verdict *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The steps, in the order of Intel's procedure (verify_chain.c, verify_collateral.c,
 * verify_tcb.c, verify_body.c). */
void verify_chain(struct verify *s);
void verify_crls(struct verify *s);
void verify_collateral(struct verify *s);
void verify_signatures(struct verify *s);
void verify_tcb(struct verify *s);
void verify_vtpm(struct verify *s);
void verify_body(struct verify *s);

/* "pcr0" to "pcr23", and the value of one that a TPM quote covers. */
const char *const *verify_pcr_names(void);
bool verify_find_pcr(const struct verify *s, const char *name, const uint8_t **ret_bytes);
/* The part of verify_tcb() that needs no collateral: the policy's least SVNs. */
void verify_svns(struct verify *s);

/* A TDREPORT judged as the body of a quote: attributes, XFAM, least SVNs, values. Returns as
 * tdl_report_open(), or -ENOMEM. */
int verify_report(const void *bytes, size_t size, const struct tdl_verify_options *options,
		  struct tdl_verdict **ret_verdict, struct tdl_error *err);

/* The certificates that the collateral has already; empty without collateral. */
const struct cert_pool *verify_pool(const struct verify *s);
/* Is this root certificate the one that is trusted? */
bool verify_root_is_pinned(const struct verify *s, const X509 *root);
/* Is the certificate valid at the time of the verification? If not, say so. */
bool verify_dates(const struct verify *s, const X509 *cert, struct tdl_error *err);

#endif
