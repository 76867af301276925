/* SPDX-License-Identifier: BSD-2-Clause */
/* The CBOR that a log takes (RFC 8949): unsigned integers, byte strings, texts, arrays and maps, in
 * deterministic encoding only. The encoder writes into a buffer of fixed size, the decoder reads
 * through a cursor; neither allocates nor recurses. */
#ifndef EVLOG_CBOR_H
#define EVLOG_CBOR_H

#include "base/cursor.h"

enum cbor_major {
	CBOR_UINT = 0,
	CBOR_BYTES = 2,
	CBOR_TEXT = 3,
	CBOR_ARRAY = 4,
	CBOR_MAP = 5,
};

struct cbor_out {
	uint8_t *at;
	size_t left; /* bytes */
	bool full;   /* something did not fit */
};

void cbor_put_head(struct cbor_out *out, enum cbor_major major, uint64_t value);
/* CBOR_BYTES or CBOR_TEXT. */
void cbor_put_string(struct cbor_out *out, enum cbor_major major, const void *bytes, size_t n);

/* Reading stops being meaningful at the first problem; it is judged once, at the end of a record.
 * Bytes that run out before anything is wrong leave why NULL and bytes.bad set. */
struct cbor_in {
	struct cursor bytes;
	const char *why; /* what is malformed */
};

static inline bool cbor_failed(const struct cbor_in *in)
{
	return in->why || in->bytes.bad;
}

/* Note the first reason. */
void cbor_refuse(struct cbor_in *in, const char *why);
/* The number in a head of this major type, at most max; 0 once failed. */
uint64_t cbor_get_head(struct cbor_in *in, enum cbor_major major, uint64_t max);
/* A CBOR_BYTES of exactly n bytes, borrowed; NULL once failed. */
const uint8_t *cbor_get_bytes(struct cbor_in *in, size_t n);
/* A text of at most max printable ASCII characters, borrowed; NULL once failed. */
const char *cbor_get_text(struct cbor_in *in, size_t max, size_t *ret_length);

#endif
