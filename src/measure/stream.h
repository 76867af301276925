/* SPDX-License-Identifier: BSD-2-Clause */
/* MRTD as a running hash. Headers and data are gathered in a buffer that is hashed in one go when
 * it is full, since a digest is fastest with long inputs. The hash is EVP's, or one whose state is
 * in the open where somebody wants the states on the way. */
#ifndef MEASURE_STREAM_H
#define MEASURE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"

#define MRTD_HEADER_SIZE 128u
#define MRTD_BUFFER_SIZE 12544u /* two pages added and extended */

struct mrtd_stream {
	bool is_open;		   /* open is used, and not hash */
	struct sha384 hash;
	struct sha384_stream open;
	size_t used;	  /* bytes of buffer */
	uint64_t adds;	  /* pages */
	uint64_t extends; /* chunks of 256 bytes */
	uint8_t buffer[MRTD_BUFFER_SIZE];
};

/* Each returns 0, or -EIO when libcrypto refuses. End with mrtd_stream_end() in any case. */
int mrtd_stream_start(struct mrtd_stream *s, struct tdl_error *err);
/* Start with the state in the open. */
void mrtd_stream_start_open(struct mrtd_stream *s);
int mrtd_stream_add(struct mrtd_stream *s, uint64_t gpa, struct tdl_error *err);
/* chunk: 256 bytes */
int mrtd_stream_extend(struct mrtd_stream *s, uint64_t gpa, const uint8_t *chunk,
		       struct tdl_error *err);
/* The digest so far; the stream goes on. */
int mrtd_stream_peek(struct mrtd_stream *s, uint8_t ret_digest[SHA384_SIZE],
		     struct tdl_error *err);
/* The state so far of a stream that was started in the open. */
const struct sha384_stream *mrtd_stream_state(struct mrtd_stream *s);
void mrtd_stream_end(struct mrtd_stream *s);

#endif
