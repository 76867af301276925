/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.PHYMEM.PAGE.RDMD, .RECLAIM, .WBINVD and TDH.PHYMEM.CACHE.WB: pages and caches by physical
 * address, mostly at the end of a TD. */
#include <stdlib.h>

#include "arch/tdx_leaf.h"
#include "kernel/seam/internal.h"

static void zero_outputs(struct seam_regs *r)
{
	r->rcx = r->rdx = r->r8 = r->r9 = r->r10 = r->r11 = 0;
}

/* A page in a TDMR, at whatever size it is tracked, with that entry locked. */
static uint64_t find_page(struct seam *s, uint64_t pa, enum seam_mode mode,
			  struct pamt_entry *ret_entry, unsigned *ret_level)
{
	if ((pa & 0xFFF) || pa >> 52 || (pa & s->hkid_mask))
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	if (pa >> s->hkid_shift || s->pamt.cover[pa >> 30] != PAMT_READY)
		return status(TDX_OPERAND_ADDR_RANGE_ERROR, TDX_ID_RCX);
	*ret_entry = pamt_read(&s->pamt, pa, ret_level);
	if (s->num_held && locks_page_clash(s, pa, *ret_level, mode, false))
		return status(TDX_OPERAND_BUSY, TDX_ID_RCX);
	return TDX_SUCCESS;
}

uint64_t leaf_phymem_page_rdmd(struct call *c)
{
	struct seam_regs *r = c->r;
	uint64_t pa = r->rcx, st;
	struct pamt_entry entry;
	enum tdx_page_type type;
	unsigned level;

	zero_outputs(r);
	st = find_page(c->s, pa, SEAM_SHARED, &entry, &level);
	if (st != TDX_SUCCESS)
		return st;
	type = pamt_type(entry);
	r->rcx = type;
	r->rdx = pamt_owner(entry);
	r->r8 = level;
	r->r9 = type == TDX_PT_REG || type == TDX_PT_EPT ? entry.bepoch : 0;
	return TDX_SUCCESS;
}

/* What stood in the page goes with it. */
static void forget_page(struct seam *s, struct td *owner, enum tdx_page_type type, uint64_t pa,
			unsigned level)
{
	switch (type) {
	case TDX_PT_TDR:
		s->last_td = NULL;
		td_free(page_map_take(&s->tds, pa));
		return;
	case TDX_PT_TDVPR:
		free(page_map_take(&s->vcpus, pa));
		break;
	case TDX_PT_EPT:
		sept_forget(owner);
		page_pool_put(&s->table_pool, page_map_take(&s->tables, pa));
		break;
	default:
		private_drop(s, pa, level);
		break;
	}
	owner->chldcnt -= 1ull << 9 * level;
}

static uint64_t judge_reclaim(struct seam *s, const struct td *td, bool is_tdr)
{
	if (!is_tdr && s->num_held && locks_page_clash(s, td->tdr, 0, SEAM_SHARED, true))
		return status(TDX_OPERAND_BUSY, TDX_ID_TDR);
	if (td->lifecycle != TDX_TEARDOWN)
		return TDX_LIFECYCLE_STATE_INCORRECT;
	return is_tdr && td->chldcnt ? TDX_TD_ASSOCIATED_PAGES_EXIST : TDX_SUCCESS;
}

uint64_t leaf_phymem_page_reclaim(struct call *c)
{
	struct seam *s = c->s;
	struct seam_regs *r = c->r;
	uint64_t pa = r->rcx, st;
	struct pamt_entry entry;
	enum tdx_page_type type;
	struct td *td;
	unsigned level;

	zero_outputs(r);
	st = find_page(s, pa, SEAM_EXCLUSIVE, &entry, &level);
	if (st != TDX_SUCCESS)
		return st;
	type = pamt_type(entry);
	if (type == TDX_PT_NDA || type == TDX_PT_RSVD)
		return status(TDX_PAGE_METADATA_INCORRECT, TDX_ID_RCX);
	r->rcx = type;
	r->rdx = pamt_owner(entry);
	r->r8 = level;
	if (pa & ((1ull << SEPT_LEVEL_SHIFT(level)) - 1))
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	td = page_map_get(&s->tds, type == TDX_PT_TDR ? pa : pamt_owner(entry));
	st = judge_reclaim(s, td, type == TDX_PT_TDR);
	if (st != TDX_SUCCESS)
		return st;
	entry.word &= ~0xffull;
	if (!pamt_write(&s->pamt, pa, level, entry))
		return SEAM_NO_MEMORY;
	forget_page(s, td, type, pa, level);
	return TDX_SUCCESS;
}

uint64_t leaf_phymem_page_wbinvd(struct call *c)
{
	return page_check(c->s, c->r->rcx & ~c->s->hkid_mask, 0, TDX_PT_NDA, SEAM_SHARED,
			  TDX_ID_RCX);
}

/* A run on this package is for the key ids that were FLUSHED when it began. */
static uint64_t wb_start(struct seam *s, uint64_t package)
{
	bool any = false;

	s->wb_interrupted &= ~package;
	for (unsigned i = 0; i < s->config.hkids; i++)
		any |= s->kot[i].state == TDX_HKID_FLUSHED;
	if (!any)
		return TDX_NO_HKID_READY_TO_WBCACHE;
	for (unsigned i = 0; i < s->config.hkids; i++) {
		s->kot[i].wb_started &= ~package;
		if (s->kot[i].state == TDX_HKID_FLUSHED)
			s->kot[i].wb_started |= package;
	}
	return TDX_SUCCESS;
}

uint64_t leaf_phymem_cache_wb(struct call *c)
{
	struct seam *s = c->s;
	uint64_t package = 1ull << package_of(s, c->lp), st = TDX_SUCCESS;

	if (c->r->rcx > TDX_WB_RESUME)
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	if (is_busy(s, SEAM_LOCK_WBCACHE, package_of(s, c->lp), SEAM_EXCLUSIVE))
		return status(TDX_OPERAND_BUSY, TDX_ID_WBCACHE);
	if (is_busy(s, SEAM_LOCK_KOT, 0, SEAM_SHARED))
		return status(TDX_OPERAND_BUSY, TDX_ID_KOT);
	if (c->r->rcx == TDX_WB_START)
		st = wb_start(s, package);
	else if (!(s->wb_interrupted & package))
		st = TDX_WBCACHE_RESUME_ERROR;
	if (st != TDX_SUCCESS)
		return st;
	if (s->interrupt_wb) {
		s->interrupt_wb--;
		s->wb_interrupted |= package;
		return TDX_INTERRUPTED_RESUMABLE;
	}
	s->wb_interrupted &= ~package;
	for (unsigned i = 0; i < s->config.hkids; i++) {
		if (s->kot[i].wb_started & package)
			s->kot[i].wb_needed &= ~package;
		s->kot[i].wb_started &= ~package;
	}
	return TDX_SUCCESS;
}
