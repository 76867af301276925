/* SPDX-License-Identifier: BSD-2-Clause */
/* A quote as the rest of the room sees it: every part located, nothing copied. */
#ifndef ATTEST_QUOTE_H
#define ATTEST_QUOTE_H

#include <stdbool.h>
#include <stdint.h>

#include <tdlaunch/quote.h>

#include "attest/layout.h"

enum {
	QUOTE_HEADER_SIZE = 48,
	QUOTE_DESCRIPTOR_SIZE = 6,
	QUOTE_SIZE_LIMIT = 1 << 20,
	QE_REPORT_SIZE = 384,
	P256_SIZE = 64, /* r || s, and x || y */

	CERT_PCK_CHAIN = 5,
	CERT_QE_REPORT = 6,
};

struct tdl_quote {
	const uint8_t *bytes; /* borrowed */
	size_t input_size;    /* bytes given */
	size_t used;	      /* bytes of the quote */
	bool trailing_zeros;  /* everything behind it is zero */

	uint16_t version, body_type;
	size_t body_at, body_size;
	size_t signed_size; /* from the start: header, descriptor, body */
	size_t signature_at;
	uint32_t signature_size;
	uint16_t auth_size;
	uint16_t inner_type;
	uint32_t inner_size;
	const uint8_t *signature, *key, *qe_report, *qe_signature, *auth, *inner;

	struct layout_row variable[8]; /* rows whose place depends on lengths in the quote */
	struct layout_part parts[5];
	size_t n_parts;
};

void quote_free_p(struct tdl_quote **quote);
#define AUTO_QUOTE __attribute__((cleanup(quote_free_p)))

/* A field that every quote has. */
const uint8_t *quote_bytes(const struct tdl_quote *quote, const char *name);

#endif
