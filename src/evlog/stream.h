/* SPDX-License-Identifier: BSD-2-Clause */
/* MRTD's stream: what a page adds to it. Every unit is a multiple of the 128-byte block of SHA-384.
 * Source: TDX Module ABI, TDH.MEM.PAGE.ADD and TDH.MR.EXTEND. */
#ifndef EVLOG_STREAM_H
#define EVLOG_STREAM_H

#include <stdbool.h>

#include "base/hash.h"
#include "base/range.h"

#define STREAM_ADD_SIZE	   128u
#define STREAM_EXTEND_SIZE (16u * (128u + CHUNK_SIZE)) /* a whole page */

void stream_add(struct sha384_stream *s, uint64_t gpa);
/* All 16 chunks of a page. */
void stream_extend(struct sha384_stream *s, uint64_t gpa, const uint8_t page[PAGE_SIZE_4K]);

/* The digest of a page or chunk in its record: SHA-256, which says as well which one differs and takes
 * half the time of SHA-384 or less. Records, files and MRTD have SHA-384. */
#define PAGE_DIGEST_SIZE SHA256_SIZE
#define PAGE_HASH	 "sha256" /* name of it in the init record */
void page_digest(const uint8_t page[PAGE_SIZE_4K], uint8_t ret_digest[PAGE_DIGEST_SIZE]);
/* Firmware is full of pages that are one byte over and over, 0 or 0xff: the last such digest, and
 * room for that of another page. */
struct page_memory {
	bool known;
	uint8_t byte, uniform[PAGE_DIGEST_SIZE], other[PAGE_DIGEST_SIZE];
};

/* The page's digest; borrowed until the next call. */
const uint8_t *page_memory_digest(struct page_memory *m, const uint8_t page[PAGE_SIZE_4K]);
void chunk_digest(const uint8_t chunk[CHUNK_SIZE], uint8_t ret_digest[PAGE_DIGEST_SIZE]);

#endif
