/* SPDX-License-Identifier: BSD-2-Clause */
/* A vTPM's evidence for "attest verify": files named one by one, or one document with the quote. */
#ifndef CLI_ATTEST_VTPM_H
#define CLI_ATTEST_VTPM_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/azure.h>

struct vtpm_files {
	const char *hcl_report, *message, *signature, *pcrs; /* names; NULL for none */
	uint8_t nonce[64];
	size_t nonce_size; /* 0 for none */
	struct tdl_vtpm vtpm;
	uint8_t *bytes[4];	 /* owned */
	struct tdl_azure *azure; /* owned */
};

/* 1 to 64 bytes in hex digits. */
int vtpm_nonce(struct vtpm_files *files, const char *hex, struct tdl_error *err);
/* Read the files. A quote that is a document with everything in it is taken apart, and *quote, which
 * stays the caller's, replaced by the TD quote in it. *ret_vtpm is borrowed from files, and NULL when
 * there is no such evidence. */
int vtpm_load(struct vtpm_files *files, uint8_t **quote, size_t *quote_size,
	      const struct tdl_vtpm **ret_vtpm, struct tdl_error *err);
void vtpm_end(struct vtpm_files *files);

#endif
