/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.MR.EXTEND, TDH.MR.FINALIZE and the stream that MRTD is the SHA-384 of. Bytes gather in a
 * buffer and are hashed in long runs; a chunk is copied when it is extended, so that is what
 * counts. Source: TDX Module ABI, TDH.MEM.PAGE.ADD and TDH.MR.EXTEND. */
#include <string.h>

#include "base/bytes.h"
#include "base/range.h"
#include "kernel/seam/internal.h"

void stream_flush(struct td *td)
{
	sha384_stream_update(&td->stream, td->gathered, td->gathered_size);
	td->gathered_size = 0;
}

/* size bytes of room, zeroed as far as the block goes, with the block's name and address. */
static uint8_t *stream_block(struct td *td, const char *name, uint64_t gpa, size_t size)
{
	uint8_t *at;

	if (size > STREAM_ROOM - td->gathered_size)
		stream_flush(td);
	at = td->gathered + td->gathered_size;
	memset(at, 0, TDX_MRTD_BLOCK);
	memcpy(at, name, strlen(name));
	put_le64(at + TDX_MRTD_GPA, gpa);
	td->gathered_size += size;
	return at;
}

void td_stream_add(struct td *td, uint64_t gpa)
{
	stream_block(td, TDX_MRTD_ADD_NAME, gpa, TDX_MRTD_BLOCK);
}

void td_stream_extend(struct td *td, uint64_t gpa, const uint8_t chunk[TDX_MRTD_CHUNK])
{
	uint8_t *at = stream_block(td, TDX_MRTD_EXT_NAME, gpa, TDX_MRTD_BLOCK + TDX_MRTD_CHUNK);

	memcpy(at + TDX_MRTD_BLOCK, chunk, TDX_MRTD_CHUNK);
}

const uint8_t *private_bytes(struct seam *s, uint64_t pa)
{
	static const uint8_t zeros[PAGE_SIZE_4K];
	const uint8_t *page = page_map_get(&s->private, pa & ~(uint64_t)(PAGE_SIZE_4K - 1));

	return page ? page : zeros;
}

void private_drop(struct seam *s, uint64_t pa, unsigned level)
{
	if (s->private.used == 0)
		return;
	for (uint64_t i = 0; i < 1ull << 9 * level; i++) {
		void *page = page_map_take(&s->private, pa + i * PAGE_SIZE_4K);

		if (page)
			page_pool_put(&s->private_pool, page);
	}
}

uint64_t leaf_mr_extend(struct call *c)
{
	struct seam_regs *r = c->r;
	uint64_t gpa = r->rcx, tdr = r->rdx, pa;
	struct sept_place at;
	struct td *td;
	uint64_t st;

	r->rcx = r->rdx = 0;
	st = td_get(c->s, tdr, SEAM_EXCLUSIVE, TDX_ID_RDX, &td);
	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, OP(INITIALIZED), false);
	if (st != TDX_SUCCESS)
		return st;
	if (!is_aligned(gpa, CHUNK_SIZE) || gpa >= sept_private_limit(td))
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	if (!sept_walk_leaf(c->s, td, gpa, &at))
		return sept_refuse(c, &at, TDX_EPT_ENTRY_NOT_PRESENT);
	if (sept_state(*at.entry) != SEPT_MAPPED)
		return TDX_EPT_ENTRY_NOT_PRESENT;
	pa = (*at.entry & SEPT_HPA_MASK) | (gpa & ((1ull << SEPT_LEVEL_SHIFT(at.level)) - 1));
	td_stream_extend(td, gpa, private_bytes(c->s, pa) + gpa % PAGE_SIZE_4K);
	return TDX_SUCCESS;
}

uint64_t leaf_mr_finalize(struct call *c)
{
	struct td *td;
	uint64_t st = td_get(c->s, c->r->rcx, SEAM_EXCLUSIVE, TDX_ID_RCX, &td);

	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, OP(INITIALIZED), false);
	if (st != TDX_SUCCESS)
		return st;
	if (td->num_vcpus == 0)
		return TDX_NO_VCPUS;
	stream_flush(td);
	sha384_stream_digest(&td->stream, td->mrtd);
	td->op_state = TDX_OP_RUNNABLE; /* SERVTD_HASH stays zero: no service TD is bound */
	return TDX_SUCCESS;
}
