/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.MEM.SEPT.ADD, .REMOVE and .RD: the tables of the secure EPT. */
#include "arch/tdx_leaf.h"
#include "kernel/seam/internal.h"

#define PAGE_JUDGED_EXISTING (1ull << 63)

static const struct sept_rule add_rule = {
	.tdr = SEAM_SHARED,
	.op_states = OP_INIT_RUN | OP(LIVE_EXPORT) | OP_IMPORTS,
	.op_lock = true,
	.min_level = 1,
	.max_level = ROOT_LEVEL,
	.tree_lock = true,
	.tree = SEAM_SHARED,
	.entry_lock = true,
};

static uint64_t consume_table(struct call *c, const struct sept_place *at, uint64_t pa)
{
	uint64_t *table = page_pool_get(&c->s->table_pool);

	if (!table)
		return SEAM_NO_MEMORY;
	if (!page_map_put(&c->s->tables, pa, table)) {
		page_pool_put(&c->s->table_pool, table);
		return SEAM_NO_MEMORY;
	}
	if (!pamt_write(&c->s->pamt, pa, 0, pamt_value(TDX_PT_EPT, at->td->tdr, 0))) {
		page_pool_put(&c->s->table_pool, page_map_take(&c->s->tables, pa));
		return SEAM_NO_MEMORY;
	}
	for (unsigned i = 0; i < SEPT_ENTRIES; i++)
		table[i] = SEPT_ENTRY_FREE;
	*at->entry = SEPT_SVE | SEPT_NL_MAPPED | SEPT_RWX | pa;
	at->td->chldcnt++;
	return TDX_SUCCESS;
}

/* R8, and where it is consumed. *ret_consume: the entry is free and the page good. */
static uint64_t judge_l1(struct call *c, const struct sept_place *at, uint64_t page, bool allow,
			 bool *ret_consume)
{
	bool is_free = sept_state(*at->entry) == SEPT_FREE;

	if (!is_free && sept_state(*at->entry) != SEPT_NL_MAPPED)
		return sept_refuse(c, at, TDX_EPT_ENTRY_STATE_INCORRECT);
	if (page == TDX_NO_PAGE && c->version == 0)
		return status(TDX_OPERAND_INVALID, TDX_ID_R8);
	if (page == TDX_NO_PAGE)
		return is_free ? sept_refuse(c, at, TDX_EPT_ENTRY_STATE_INCORRECT) : TDX_SUCCESS;
	if (is_free) {
		*ret_consume = true;
		return page_check(c->s, page, 0, TDX_PT_NDA, SEAM_EXCLUSIVE, TDX_ID_R8);
	}
	if (!allow)
		return sept_refuse(c, at, TDX_EPT_ENTRY_STATE_INCORRECT);
	if (c->version == 1)
		c->r->r8 = page | PAGE_JUDGED_EXISTING;
	return TDX_SUCCESS;
}

/* The model has no L2 VMs, so every page given for one is too many. */
static uint64_t judge_l2(const uint64_t pages[3])
{
	for (unsigned i = 0; i < 3; i++) {
		if (pages[i] != TDX_NO_PAGE)
			return status(TDX_OPERAND_INVALID, TDX_ID_R9 + i);
	}
	return TDX_SUCCESS;
}

static uint64_t without_mark(uint64_t page)
{
	return page == TDX_NO_PAGE ? page : page & ~PAGE_JUDGED_EXISTING;
}

uint64_t leaf_mem_sept_add(struct call *c)
{
	struct seam_regs *r = c->r;
	uint64_t page_info = r->rcx, rdx = r->rdx, page = without_mark(r->r8);
	const uint64_t l2[3] = { without_mark(r->r9), without_mark(r->r10), without_mark(r->r11) };
	struct sept_place at;
	bool consume = false;
	struct td *td;
	uint64_t st;

	r->rcx = r->rdx = 0;
	if (c->version > 1)
		return status(TDX_OPERAND_INVALID, TDX_ID_RAX);
	if (c->version == 1) {
		r->r8 = page;
		r->r9 = l2[0];
		r->r10 = l2[1];
		r->r11 = l2[2];
	}
	if (rdx & 0xFFF0000000000FFEull)
		return status(TDX_OPERAND_INVALID, TDX_ID_RDX);
	st = td_get(c->s, rdx & ~TDX_SEPT_ADD_ALLOW_EXISTING, add_rule.tdr, TDX_ID_RDX, &td);
	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, add_rule.op_states, add_rule.op_lock);
	if (st == TDX_SUCCESS)
		st = sept_find(c, &add_rule, td, page_info, &at);
	if (st == TDX_SUCCESS)
		st = judge_l1(c, &at, page, rdx & TDX_SEPT_ADD_ALLOW_EXISTING, &consume);
	if (st == TDX_SUCCESS && c->version == 1)
		st = judge_l2(l2);
	if (st != TDX_SUCCESS || !consume)
		return st;
	st = consume_table(c, &at, page);
	if (st == TDX_SUCCESS && c->version == 1)
		r->r8 = TDX_NO_PAGE;
	return st;
}

static const struct sept_rule remove_rule = {
	.tdr = SEAM_SHARED,
	.op_states = OP_ALL_BUT_UNINIT,
	.op_lock = true,
	.min_level = 1,
	.max_level = ROOT_LEVEL,
	.tree_lock = true,
	.tree = SEAM_EXCLUSIVE,
	.entry_lock = true,
};

static bool table_is_empty(const uint64_t *table)
{
	for (unsigned i = 0; i < SEPT_ENTRIES; i++) {
		if (sept_state(table[i]) != SEPT_FREE)
			return false;
	}
	return true;
}

/* The entry is found and locked: may its table go? */
static uint64_t judge_removal(struct call *c, const struct sept_place *at)
{
	uint64_t state = sept_state(*at->entry), child = *at->entry & SEPT_HPA_MASK;
	struct pamt_entry meta;
	unsigned level;

	if (state != SEPT_NL_MAPPED && state != SEPT_NL_BLOCKED)
		return sept_refuse(c, at, TDX_EPT_ENTRY_STATE_INCORRECT);
	if (c->s->num_held && locks_page_clash(c->s, child, 0, SEAM_EXCLUSIVE, true))
		return status(TDX_OPERAND_BUSY, TDX_ID_RCX);
	meta = pamt_read(&c->s->pamt, child, &level);
	if (OP_TRACKED >> at->td->op_state & 1) {
		if (state != SEPT_NL_BLOCKED)
			return sept_refuse(c, at, TDX_GPA_RANGE_NOT_BLOCKED);
		if (!sept_tracked(at->td, meta.bepoch))
			return status(TDX_TLB_TRACKING_NOT_DONE, TDX_ID_RCX);
	}
	if (!table_is_empty(page_map_get(&c->s->tables, child)))
		return sept_refuse(c, at, TDX_EPT_PAGE_NOT_FREE);
	meta.word &= ~0xffull;
	return pamt_write(&c->s->pamt, child, 0, meta) ? TDX_SUCCESS : SEAM_NO_MEMORY;
}

uint64_t leaf_mem_sept_remove(struct call *c)
{
	struct seam_regs *r = c->r;
	uint64_t page_info = r->rcx, tdr = r->rdx, child;
	struct sept_place at;
	struct td *td;
	uint64_t st;

	r->rcx = r->rdx = 0;
	if (c->version > 1)
		return status(TDX_OPERAND_INVALID, TDX_ID_RAX);
	st = td_get(c->s, tdr, remove_rule.tdr, TDX_ID_RDX, &td);
	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, remove_rule.op_states, remove_rule.op_lock);
	if (st == TDX_SUCCESS)
		st = sept_find(c, &remove_rule, td, page_info, &at);
	if (st == TDX_SUCCESS)
		st = judge_removal(c, &at);
	if (st != TDX_SUCCESS)
		return st;
	child = *at.entry & SEPT_HPA_MASK;
	page_pool_put(&c->s->table_pool, page_map_take(&c->s->tables, child));
	sept_forget(td);
	*at.entry = SEPT_ENTRY_FREE;
	td->chldcnt--;
	r->rcx = child;
	if (c->version == 1)
		r->r9 = r->r10 = r->r11 = TDX_NO_PAGE;
	return TDX_SUCCESS;
}

static const struct sept_rule rd_rule = {
	.tdr = SEAM_SHARED,
	.op_states = OP_ALL_BUT_UNINIT,
	.op_lock = true,
	.min_level = 0,
	.max_level = ROOT_LEVEL,
	.tree_lock = true,
	.tree = SEAM_SHARED,
	.entry_lock = true,
};

uint64_t leaf_mem_sept_rd(struct call *c)
{
	struct seam_regs *r = c->r;
	uint64_t page_info = r->rcx, rdx = r->rdx;
	struct sept_place at;
	struct td *td;
	uint64_t st;

	r->rcx = r->rdx = 0;
	st = td_get(c->s, rdx & ~1ull, rd_rule.tdr, TDX_ID_RDX, &td);
	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, rd_rule.op_states, rd_rule.op_lock);
	if (st != TDX_SUCCESS)
		return st;
	if ((rdx & 1) && !(td->attributes & TDX_ATTR_DEBUG))
		return status(TDX_OPERAND_INVALID, TDX_ID_RDX);
	st = sept_find(c, &rd_rule, td, page_info, &at);
	if (st != TDX_SUCCESS)
		return st;
	sept_refuse(c, &at, TDX_SUCCESS);
	if (rdx & 1)
		r->r8 = 0; /* no L2 VMs, no attributes */
	return TDX_SUCCESS;
}
