/* SPDX-License-Identifier: BSD-2-Clause */
/* A TPM that answers, with an authenticated session that all commands use, and its registers. */
#ifndef ANCHOR_TPM_H
#define ANCHOR_TPM_H

#include "anchor/structs.h"
#include "anchor/tss.h"

struct session;

struct tpm {
	const struct tss *tss;
	const struct tdl_tpm *how; /* borrowed */
	TSS2_TCTI_CONTEXT *tcti;
	ESYS_CONTEXT *esys;
	ESYS_TR session, second; /* of ESYS; ESYS_TR_NONE for none */
	struct session *extends; /* of all extends; NULL for none */
	char words[100];	 /* what the TPM says it is: maker, model, firmware */
};

/* Without a session yet. -ENODEV when none answers. */
int tpm_reach(const struct tdl_tpm *how, struct tpm *ret, struct tdl_error *err);
/* With the session. */
int tpm_open(const struct tdl_tpm *how, struct tpm *ret, struct tdl_error *err);
/* Begin the session if it is not there. */
int tpm_begin(struct tpm *t, struct tdl_error *err);
/* A storage key on P-256 for salts of sessions, to be flushed, and if asked for its public part, to
 * be freed by Esys_Free(). */
int tpm_salt_key(struct tpm *t, ESYS_TR *ret, TPM2B_PUBLIC **ret_public, struct tdl_error *err);
void tpm_close(struct tpm *t); /* a zeroed one is fine */

/* What a response code means, said: 0 for success, -EACCES for a wrong authorisation, -ENODEV when
 * the TPM is gone, -EBUSY when others have left no room or have locked it, else -EIO. */
int tpm_check(const struct tpm *t, TSS2_RC code, const char *doing, struct tdl_error *err);

/* Why there is no TPM, by what the loader said: -ENODEV. */
int tpm_absent(const struct tpm *t, TSS2_RC code, struct tdl_error *err);

/* Say how the next command uses the session: TPMA_SESSION_DECRYPT for a first parameter that is a
 * sized buffer, TPMA_SESSION_ENCRYPT for a response like that. Returns the session. */
ESYS_TR tpm_session(const struct tpm *t, TPMA_SESSION use);
/* A second session, for commands that want two authorisations. */
int tpm_second(struct tpm *t, ESYS_TR *ret, struct tdl_error *err);
/* The authorisation value of a handle. */
int tpm_authorise(const struct tpm *t, ESYS_TR handle, enum tdl_tpm_auth which,
		  struct tdl_error *err);
/* An authorisation value as the TPM takes it, without zeros at its end: -EINVAL when it is too
 * long. */
int tpm_auth(const struct tpm *t, enum tdl_tpm_auth which, TPM2B_AUTH *ret, struct tdl_error *err);
void tpm_flush(const struct tpm *t, ESYS_TR handle);

int tpm_read_clock(const struct tpm *t, struct tpm_clock *ret, struct tdl_error *err);

/* A register: a PCR in all its banks, or an NV index in the one of its Name. */
struct reg {
	enum tdl_log_register kind;
	uint32_t index;
	ESYS_TR handle;
	struct bank_values values; /* as it was read last */
	struct nv_public nv;
	struct blob_nv {
		uint8_t bytes[256];
		size_t size;
	} nv_bytes; /* TPMS_NV_PUBLIC */
};

/* Find it; define the index when there is none and define is set. Reads the values. */
int reg_open(struct tpm *t, enum tdl_log_register kind, uint32_t index, bool define,
	     struct reg *ret, struct tdl_error *err);
int reg_read(struct tpm *t, struct reg *r, struct tdl_error *err);
/* In the session of extends, which must have begun. */
int reg_extend(struct tpm *t, struct reg *r, const struct tdl_log_record *record,
	       struct tdl_error *err);

#endif
