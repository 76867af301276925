/* SPDX-License-Identifier: BSD-2-Clause */
/* Expected values and policies for "attest verify" and "check": where a value comes from is kept
 * with it. */
#ifndef CLI_ATTEST_EXPECT_H
#define CLI_ATTEST_EXPECT_H

#include <tdlaunch/manifest.h>
#include <tdlaunch/verdict.h>

enum { EXPECTED_LIMIT = 64, VALUE_SIZE = 64 /* bytes */ };

struct expectations {
	struct tdl_expected list[EXPECTED_LIMIT];
	uint8_t values[EXPECTED_LIMIT][VALUE_SIZE];
	char fields[EXPECTED_LIMIT][32], sources[EXPECTED_LIMIT][200];
	size_t count;
};

/* One more; bytes (n of them) are copied and followed by zeros up to size. */
int expect_bytes(struct expectations *e, const char *field, const void *bytes, size_t n,
		 size_t size, const char *source, struct tdl_error *err);
/* The same from hex digits; size 0 means as many as there are. */
int expect_hex(struct expectations *e, const char *field, const char *hex, size_t size,
	       const char *source, struct tdl_error *err);
/* A policy file. */
int expect_policy(const char *path, struct tdl_policy **ret_policy, struct tdl_error *err);
/* "NAME=HEX". */
int expect_pair(struct expectations *e, const char *text, const char *source,
		struct tdl_error *err);
/* The reference of a manifest that the quote is as, MRTD and RTMRs; when it is as none of them, the
 * nearest one, so that the comparison fails. */
int expect_manifest(struct expectations *e, const char *path,
		    const struct tdl_manifest_options *accept, const void *quote, size_t size,
		    struct tdl_error *err);

#endif
