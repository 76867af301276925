/* SPDX-License-Identifier: BSD-2-Clause */
/* A world of our own: root, PCK CA, PCK, TCB signer, quoting enclave, collateral and a quote, all
 * right unless a knob says otherwise. It serves the statuses and failures that no public quote has. */
#ifndef TESTS_ATTEST_PKI_H
#define TESTS_ATTEST_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PKI_TIME "2026-03-01T00:00:00Z" /* everything is valid around it */

/* NULL and zero mean "as it should be". */
struct pki_knobs {
	const char *leaf_name, *ca_name, *signer_name; /* other common names */
	const char *leaf_curve, *root_curve, *signer_curve; /* "P-384" */
	bool ca_is_no_ca;	/* basic constraints of the PCK CA say so */
	bool broken_names;	/* the leaf's issuer is not the CA's subject */
	bool extra_ca;		/* a chain of four */
	bool revoke_leaf, revoke_ca, revoke_signer;
	bool drop_root_crl, drop_pck_crl, drop_tcb_info, drop_qe_identity, drop_signer;
	bool swap_crls;		/* each names the other's issuer */
	bool leaf_signs_tcb;	/* a PCK is given as TCB signer */
	bool indent_tcb;	/* white space inside the signed text, added after signing */
	bool twice;		/* a member twice in the TCB info, signed so */
	bool foreign_enclave;	/* another MRSIGNER, signed by the genuine PCK */
	bool other_fmspc;	/* TCB info of another platform */
	bool other_module_signer; /* MRSIGNERSEAM is not zero */
	bool other_key;		/* the attestation key is not the one the QE report names */
	const char *platform_status, *module_status, *qe_status; /* of the levels that match */
	unsigned more_levels;	/* of the platform, none of which is chosen; at most 25 */
	unsigned more_revoked;	/* strangers in the PCK CRL */
	bool nothing_matches;	/* the least platform level is above the PCK */
	uint8_t version;	/* 4 (default) or 5 with TD report 1.5 */
	uint8_t svn, svn2;	/* module SVN at launch and now; 0 means 5, the newest level */
	uint8_t module;		/* TDX_xx of both; 0 means 1; 0xff means version 0 */
	uint64_t attributes;	/* 0 means SEPT_VE_DISABLE */
	bool service_td;	/* MRSERVICETD is not zero */
	const uint8_t *report;	/* a TDREPORT whose TD the quote is of, report data included */
	bool zero_rtmrs;	/* as under a paravisor */
	const uint8_t *report_data; /* 64 bytes */
	uint16_t certification; /* type of the data that stand for the chain; 0 means 5, the chain */
	bool chain_beside;	/* the PCK chain is in the collateral */
	bool big_svn;		/* a component of the TCB info needs 256 */
	bool other_platform;	/* the data name another platform, or have another's certificate */
};

struct pki_world {
	const char *folder;  /* collateral */
	uint8_t root[2048];  /* DER */
	size_t root_size;
	uint8_t quote[16384];
	size_t quote_size;
};

/* Fails the test when OpenSSL refuses. */
void pki_make(const struct pki_knobs *knobs, struct pki_world *ret_world);

struct pki_quote {
	uint8_t bytes[16384];
	size_t size;
};

/* The same with n more quotes of the platform, each of another quoting enclave. */
void pki_make_many(const struct pki_knobs *knobs, struct pki_world *ret_world,
		   struct pki_quote *ret_quotes, size_t n);

#endif
