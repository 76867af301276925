/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.MEM.PAGE.ADD, .AUG and .REMOVE: private pages of a TD. */
#include <string.h>

#include "base/range.h"
#include "kernel/seam/internal.h"

static const struct sept_rule add_rule = {
	.tdr = SEAM_EXCLUSIVE,
	.op_states = OP(INITIALIZED),
};

/* The plain text that the target page will hold. A page of zeros needs none. */
static uint64_t copy_page(struct seam *s, uint64_t source, uint64_t target)
{
	static const uint8_t zeros[PAGE_SIZE_4K];
	const void *bytes = page_or_null(s, source);
	uint8_t *copy;

	if (!bytes || memcmp(bytes, zeros, sizeof(zeros)) == 0)
		return TDX_SUCCESS;
	copy = page_pool_get(&s->private_pool);
	if (!copy)
		return SEAM_NO_MEMORY;
	if (!page_map_put(&s->private, target, copy)) {
		page_pool_put(&s->private_pool, copy);
		return SEAM_NO_MEMORY;
	}
	memcpy(copy, bytes, PAGE_SIZE_4K);
	return TDX_SUCCESS;
}

uint64_t leaf_mem_page_add(struct call *c)
{
	struct seam_regs *r = c->r;
	uint64_t page_info = r->rcx, tdr = r->rdx;
	struct sept_place at;
	struct td *td;
	uint64_t st;

	r->rcx = r->rdx = 0;
	st = td_get(c->s, tdr, add_rule.tdr, TDX_ID_RDX, &td);
	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, add_rule.op_states, add_rule.op_lock);
	if (st == TDX_SUCCESS)
		st = sept_find(c, &add_rule, td, page_info, &at);
	if (st != TDX_SUCCESS)
		return st;
	if (sept_state(*at.entry) != SEPT_FREE)
		return sept_refuse(c, &at, TDX_EPT_ENTRY_STATE_INCORRECT);
	st = shared_check(c->s, r->r9, PAGE_SIZE_4K, TDX_ID_R9);
	if (st == TDX_SUCCESS)
		st = page_check(c->s, r->r8, 0, TDX_PT_NDA, SEAM_EXCLUSIVE, TDX_ID_R8);
	if (st == TDX_SUCCESS)
		st = copy_page(c->s, r->r9, r->r8);
	if (st != TDX_SUCCESS)
		return st;
	if (!pamt_write(&c->s->pamt, r->r8, 0, pamt_value(TDX_PT_REG, tdr, 0))) {
		private_drop(c->s, r->r8, 0);
		return SEAM_NO_MEMORY;
	}
	*at.entry = SEPT_LEAF_ATTR | SEPT_RWX | r->r8;
	td_stream_add(td, at.gpa);
	td->chldcnt++;
	return TDX_SUCCESS;
}

static const struct sept_rule aug_rule = {
	.tdr = SEAM_SHARED,
	.op_states = OP_INIT_RUN | OP(LIVE_EXPORT) | OP(LIVE_IMPORT),
	.op_lock = true,
	.min_level = 0,
	.max_level = 1,
	.tree_lock = true,
	.tree = SEAM_SHARED,
	.entry_lock = true,
};

uint64_t leaf_mem_page_aug(struct call *c)
{
	struct seam_regs *r = c->r;
	uint64_t page_info = r->rcx, tdr = r->rdx, state;
	struct sept_place at;
	struct td *td;
	uint64_t st;

	r->rcx = r->rdx = 0;
	st = td_get(c->s, tdr, aug_rule.tdr, TDX_ID_RDX, &td);
	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, aug_rule.op_states, aug_rule.op_lock);
	if (st == TDX_SUCCESS)
		st = sept_find(c, &aug_rule, td, page_info, &at);
	if (st != TDX_SUCCESS)
		return st;
	state = sept_state(*at.entry);
	if (state != SEPT_FREE && state != SEPT_REMOVED)
		return sept_refuse(c, &at, TDX_EPT_ENTRY_STATE_INCORRECT);
	st = page_check(c->s, r->r8, at.level, TDX_PT_NDA, SEAM_EXCLUSIVE, TDX_ID_R8);
	if (st != TDX_SUCCESS)
		return st;
	if (!pamt_write(&c->s->pamt, r->r8, at.level, pamt_value(TDX_PT_REG, tdr, 0)))
		return SEAM_NO_MEMORY;
	*at.entry = SEPT_LEAF_ATTR | SEPT_TDP | r->r8;
	td->chldcnt += 1ull << 9 * at.level;
	aug_learn(c->s, &at, r->r8);
	return TDX_SUCCESS;
}

static const struct sept_rule remove_rule = {
	.tdr = SEAM_SHARED,
	.op_states =
		OP_INIT_RUN | OP_EXPORTS | OP(POST_IMPORT) | OP(LIVE_IMPORT) | OP(FAILED_IMPORT),
	.op_lock = true,
	.min_level = 0,
	.max_level = 2,
	.tree_lock = true,
	.tree = SEAM_SHARED,
	.entry_lock = true,
};

/* The entry is found and locked: may its page go? */
static uint64_t judge_removal(struct call *c, const struct sept_place *at)
{
	uint64_t state = sept_state(*at->entry), page = *at->entry & SEPT_HPA_MASK;
	bool blocked = state == SEPT_BLOCKED || state == SEPT_PENDING_BLOCKED;
	struct pamt_entry meta;
	unsigned level;

	if (!blocked && state != SEPT_MAPPED && state != SEPT_BLOCKEDW && state != SEPT_PENDING &&
	    state != SEPT_PENDING_BLOCKEDW)
		return sept_refuse(c, at, TDX_EPT_ENTRY_STATE_INCORRECT);
	page &= ~((1ull << SEPT_LEVEL_SHIFT(at->level)) - 1); /* less the accept counter */
	if (c->s->num_held && locks_page_clash(c->s, page, at->level, SEAM_EXCLUSIVE, true))
		return status(TDX_OPERAND_BUSY, TDX_ID_RCX);
	meta = pamt_read(&c->s->pamt, page, &level);
	if (OP_TRACKED >> at->td->op_state & 1) {
		if (!blocked)
			return sept_refuse(c, at, TDX_GPA_RANGE_NOT_BLOCKED);
		if (!sept_tracked(at->td, meta.bepoch))
			return status(TDX_TLB_TRACKING_NOT_DONE, TDX_ID_RCX);
	}
	meta.word &= ~0xffull;
	return pamt_write(&c->s->pamt, page, at->level, meta) ? TDX_SUCCESS : SEAM_NO_MEMORY;
}

uint64_t leaf_mem_page_remove(struct call *c)
{
	struct seam_regs *r = c->r;
	uint64_t page_info = r->rcx, tdr = r->rdx, page;
	struct sept_place at;
	struct td *td;
	uint64_t st;

	r->rcx = r->rdx = 0;
	st = td_get(c->s, tdr, remove_rule.tdr, TDX_ID_RDX, &td);
	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, remove_rule.op_states, remove_rule.op_lock);
	if (st == TDX_SUCCESS)
		st = sept_find(c, &remove_rule, td, page_info, &at);
	if (st == TDX_SUCCESS)
		st = judge_removal(c, &at);
	if (st != TDX_SUCCESS)
		return st;
	page = *at.entry & SEPT_HPA_MASK & ~((1ull << SEPT_LEVEL_SHIFT(at.level)) - 1);
	private_drop(c->s, page, at.level);
	*at.entry = OP_IMPORTS >> td->op_state & 1 ? SEPT_SVE | SEPT_REMOVED : SEPT_ENTRY_FREE;
	td->chldcnt -= 1ull << 9 * at.level;
	r->rcx = page;
	return TDX_SUCCESS;
}
