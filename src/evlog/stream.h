/* SPDX-License-Identifier: BSD-2-Clause */
/* MRTD's stream: what a page adds to it. Every unit is a multiple of the 128-byte block of SHA-384.
 * Source: TDX Module ABI, TDH.MEM.PAGE.ADD and TDH.MR.EXTEND. */
#ifndef EVLOG_STREAM_H
#define EVLOG_STREAM_H

#include "base/hash.h"
#include "base/range.h"

#define STREAM_ADD_SIZE	   128u
#define STREAM_EXTEND_SIZE (16u * (128u + CHUNK_SIZE)) /* a whole page */

void stream_add(struct sha384_stream *s, uint64_t gpa);
/* All 16 chunks of a page. */
void stream_extend(struct sha384_stream *s, uint64_t gpa, const uint8_t page[PAGE_SIZE_4K]);

/* SHA-384 of a page. */
void page_digest(const uint8_t page[PAGE_SIZE_4K], uint8_t ret_digest[SHA384_SIZE]);

#endif
