/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.MEM.RANGE.BLOCK, .UNBLOCK and TDH.MEM.TRACK: taking a range away from running VCPUs. */
#include "kernel/seam/internal.h"

#define RANGE_RULE(states)                                                                  \
	{                                                                                   \
		.tdr = SEAM_SHARED, .op_states = (states), .op_lock = true, .min_level = 0, \
		.max_level = ROOT_LEVEL, .tree_lock = true, .tree = SEAM_EXCLUSIVE,         \
		.entry_lock = true,                                                         \
	}

static const struct sept_rule range_rule =
	RANGE_RULE(OP_INIT_RUN | OP_EXPORTS | OP(POST_IMPORT) | OP(LIVE_IMPORT));

static uint64_t find_range(struct call *c, struct sept_place *ret_place)
{
	uint64_t page_info = c->r->rcx, tdr = c->r->rdx;
	struct td *td;
	uint64_t st;

	c->r->rcx = c->r->rdx = 0;
	st = td_get(c->s, tdr, range_rule.tdr, TDX_ID_RDX, &td);
	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, range_rule.op_states, range_rule.op_lock);
	return st == TDX_SUCCESS ? sept_find(c, &range_rule, td, page_info, ret_place) : st;
}

/* The page whose PAMT entry keeps the BEPOCH: the mapped one, or the child table. */
static uint64_t stamped_page(const struct sept_place *at)
{
	uint64_t page = *at->entry & SEPT_HPA_MASK;

	return *at->entry & SEPT_PS ? page & ~((1ull << SEPT_LEVEL_SHIFT(at->level)) - 1) : page;
}

uint64_t leaf_mem_range_block(struct call *c)
{
	struct sept_place at;
	struct pamt_entry meta;
	uint64_t blocked, page;
	unsigned level;
	uint64_t st = find_range(c, &at);

	if (st != TDX_SUCCESS)
		return st;
	switch (sept_state(*at.entry)) {
	case SEPT_NL_MAPPED:
	case SEPT_MAPPED:
	case SEPT_PENDING:
		blocked = (*at.entry & ~SEPT_RWX) | SEPT_TDB;
		break;
	case SEPT_BLOCKEDW:
	case SEPT_PENDING_BLOCKEDW:
		blocked = (*at.entry & ~(SEPT_RWX | SEPT_TDBW)) | SEPT_TDB;
		break;
	case SEPT_NL_BLOCKED:
	case SEPT_BLOCKED:
	case SEPT_PENDING_BLOCKED:
		return sept_refuse(c, &at, TDX_GPA_RANGE_ALREADY_BLOCKED);
	default:
		return sept_refuse(c, &at, TDX_EPT_ENTRY_STATE_INCORRECT);
	}
	page = stamped_page(&at);
	meta = pamt_read(&c->s->pamt, page, &level);
	meta.bepoch = at.td->epoch;
	if (!pamt_write(&c->s->pamt, page, level, meta))
		return SEAM_NO_MEMORY;
	if (*at.entry & SEPT_PS) /* a half-accepted large page starts again */
		blocked = (blocked & ~SEPT_HPA_MASK) | page;
	*at.entry = blocked;
	sept_forget(at.td);
	return TDX_SUCCESS;
}

uint64_t leaf_mem_range_unblock(struct call *c)
{
	struct sept_place at;
	unsigned level;
	uint64_t st = find_range(c, &at);
	uint64_t state;

	if (st != TDX_SUCCESS)
		return st;
	state = sept_state(*at.entry);
	if (state != SEPT_NL_BLOCKED && state != SEPT_BLOCKED && state != SEPT_PENDING_BLOCKED)
		return sept_refuse(c, &at, TDX_EPT_ENTRY_STATE_INCORRECT);
	if (OP_TRACKED >> at.td->op_state & 1 &&
	    !sept_tracked(at.td, pamt_read(&c->s->pamt, stamped_page(&at), &level).bepoch))
		return status(TDX_TLB_TRACKING_NOT_DONE, TDX_ID_SEPT_TREE);
	*at.entry &= ~SEPT_TDB;
	if (state != SEPT_PENDING_BLOCKED)
		*at.entry |= SEPT_RWX;
	return TDX_SUCCESS;
}

uint64_t leaf_mem_track(struct call *c)
{
	struct td *td;
	uint64_t st = td_get(c->s, c->r->rcx, SEAM_SHARED, TDX_ID_RCX, &td);

	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, OP_INIT_RUN | OP_EXPORTS | OP_IMPORTS, true);
	if (st != TDX_SUCCESS)
		return st;
	if (is_busy(c->s, SEAM_LOCK_EPOCH, td->tdr, SEAM_EXCLUSIVE))
		return status(TDX_OPERAND_BUSY, TDX_ID_TD_EPOCH);
	if (td->inside[1 - td->epoch % 2])
		return TDX_PREVIOUS_TLB_EPOCH_BUSY;
	td->epoch++;
	return TDX_SUCCESS;
}
