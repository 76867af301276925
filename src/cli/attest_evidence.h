/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of evidence, whatever form it is in. */
#ifndef CLI_ATTEST_EVIDENCE_H
#define CLI_ATTEST_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/evidence.h>

/* The evidence of this kind in a file: what its text or document carries, else the file as it is, to be
 * judged by who wants it. Caller frees. */
int evidence_read(const char *path, enum tdl_evidence kind, uint8_t **ret_bytes, size_t *ret_size,
		  struct tdl_error *err);

#endif
