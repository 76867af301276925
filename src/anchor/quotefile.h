/* SPDX-License-Identifier: BSD-2-Clause */
/* A quote as it is kept: the TPM's words, its signature, the key, and what else the TPM offered. */
#ifndef ANCHOR_QUOTEFILE_H
#define ANCHOR_QUOTEFILE_H

#include "anchor/structs.h"

#define QUOTE_FIRST "tdlaunch-quote 1"
#define EK_CERTS_MAX 3

struct blob {
	uint8_t bytes[STRUCT_MAX];
	size_t size;
};

struct quotefile {
	enum tdl_log_register kind;
	uint32_t index;
	struct blob attest, signature;
	struct blob key;       /* SubjectPublicKeyInfo, DER */
	struct blob nv_public; /* TPMS_NV_PUBLIC; empty for a PCR */
	struct bank_values values;  /* what the TPM said besides; not signed, for the report alone */
	struct blob ek[EK_CERTS_MAX]; /* DER */
	size_t ek_count;
	char tpm[128]; /* what the TPM says it is; not signed */
};

int quotefile_read(const void *bytes, size_t size, struct quotefile *ret, struct tdl_error *err);
int quotefile_write(const char *path, const struct quotefile *q, struct tdl_error *err);

#endif
