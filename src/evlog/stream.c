/* SPDX-License-Identifier: BSD-2-Clause */
/* One block with a name and an address for an added page; one block and 256 bytes for a chunk. */
#include "evlog/stream.h"

#include <string.h>

#include "base/bytes.h"

#define UNIT (128u + CHUNK_SIZE)

static void put_block(uint8_t block[128], const char *name, uint64_t gpa)
{
	memset(block, 0, 128);
	memcpy(block, name, strlen(name));
	put_le64(block + 16, gpa);
}

void stream_add(struct sha384_stream *s, uint64_t gpa)
{
	uint8_t block[STREAM_ADD_SIZE];

	put_block(block, "MEM.PAGE.ADD", gpa);
	sha384_stream_update(s, block, sizeof(block));
}

void stream_extend(struct sha384_stream *s, uint64_t gpa, const uint8_t page[PAGE_SIZE_4K])
{
	uint8_t units[STREAM_EXTEND_SIZE];

	for (unsigned i = 0; i < 16; i++) {
		put_block(units + i * UNIT, "MR.EXTEND", gpa + i * CHUNK_SIZE);
		memcpy(units + i * UNIT + 128, page + i * CHUNK_SIZE, CHUNK_SIZE);
	}
	sha384_stream_update(s, units, sizeof(units));
}

void page_digest(const uint8_t page[PAGE_SIZE_4K], uint8_t ret_digest[PAGE_DIGEST_SIZE])
{
	sha256(page, PAGE_SIZE_4K, ret_digest);
}

const uint8_t *page_memory_digest(struct page_memory *m, const uint8_t page[PAGE_SIZE_4K])
{
	if (memcmp(page, page + 1, PAGE_SIZE_4K - 1) != 0) {
		page_digest(page, m->other);
		return m->other;
	}
	if (!m->known || m->byte != page[0])
		page_digest(page, m->uniform);
	m->known = true;
	m->byte = page[0];
	return m->uniform;
}

void chunk_digest(const uint8_t chunk[CHUNK_SIZE], uint8_t ret_digest[PAGE_DIGEST_SIZE])
{
	sha256(chunk, CHUNK_SIZE, ret_digest);
}
