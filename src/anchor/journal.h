/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal of an anchor: where the register stood before the first record of a log, and which of
 * its records the TPM has confirmed. Lines are only ever added, so that whatever ends the process
 * leaves one that says how far it came. */
#ifndef ANCHOR_JOURNAL_H
#define ANCHOR_JOURNAL_H

#include "anchor/lines.h"

#define JOURNAL_FIRST "tdlaunch-anchor 1"

/* A TPM's clock. Source: TPM 2.0 Library, Part 2, TPMS_CLOCK_INFO. */
struct tpm_clock {
	uint64_t time; /* milliseconds that it has been running, ever */
	uint64_t resets, restarts;
	uint64_t safe; /* 1: time has not gone back */
};

struct journal {
	enum tdl_log_register kind;
	uint32_t index;
	struct tpm_clock clock; /* when it was begun */
	struct bank_values before;
	uint64_t records; /* confirmed */
	bool complete;	  /* the log is finalized, and all of it was extended */
	bool failed;	  /* what came last was a failure */
};

int journal_read(const void *bytes, size_t size, struct journal *ret, struct tdl_error *err);

/* The lines that begin a journal; tpm is what the TPM says it is. Caller frees. */
char *journal_head(const struct journal *j, const char *tpm, size_t *ret_size);

#endif
