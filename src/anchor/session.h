/* SPDX-License-Identifier: BSD-2-Clause */
/* A session for one command many times over. ESYS gives every digest of a session a library context
 * of its own in libcrypto, some two milliseconds of CPU a command (tpm2-tss 3.2); this one works on
 * the system API below it. Source: TPM 2.0 Library, Part 1, Session-based authorizations and
 * Session -based encryption. */
#ifndef ANCHOR_SESSION_H
#define ANCHOR_SESSION_H

#include "anchor/tpm.h"

/* HMAC by SHA-256, salted with a key that the TPM makes for it. */
struct session;

/* What a prepared command (Tss2_Sys_*_Prepare()) says of itself. Names and auth are borrowed. */
struct session_command {
	const TPM2B_NAME *names; /* of its handles, in order */
	size_t handles;
	const TPM2B_AUTH *auth; /* of the first handle */
	bool encrypt;		/* the first parameter, a sized buffer */
	const char *doing;
};

int session_start(struct tpm *t, struct session **ret, struct tdl_error *err);
/* NULL is fine. */
void session_end(const struct tpm *t, struct session *s);

/* Authorise the command that is prepared, have the TPM do it, check that the answer is the TPM's.
 * As tpm_check(); -EIO as well for an answer that somebody else wrote or changed. */
int session_run(const struct tpm *t, struct session *s, const struct session_command *command,
		struct tdl_error *err);

#endif
