/* SPDX-License-Identifier: BSD-2-Clause */
/* The checks of operands that leaves share, each in the module's order. Source: TDX Module ABI,
 * common checks; module 1.5 helpers.c. */
#include <stdlib.h>

#include "base/range.h"
#include "kernel/seam/internal.h"

uint64_t page_check(struct seam *s, uint64_t pa, unsigned level, enum tdx_page_type type,
		    enum seam_mode mode, unsigned id)
{
	unsigned tracked;
	struct pamt_entry entry;

	if (!is_aligned(pa, 1ull << SEPT_LEVEL_SHIFT(level)) || pa >> 52 || (pa & s->hkid_mask))
		return status(TDX_OPERAND_INVALID, id);
	if (pa >> s->hkid_shift || s->pamt.cover[pa >> 30] != PAMT_READY)
		return status(TDX_OPERAND_ADDR_RANGE_ERROR, id);
	if (s->num_held && locks_page_clash(s, pa, level, mode, false))
		return status(TDX_OPERAND_BUSY, id);
	if (level == 1 && type == TDX_PT_NDA)
		return pamt_block_free(&s->pamt, pa) ? TDX_SUCCESS
						     : status(TDX_PAGE_METADATA_INCORRECT, id);
	entry = pamt_read(&s->pamt, pa, &tracked);
	if (tracked != level || pamt_type(entry) != type)
		return status(TDX_PAGE_METADATA_INCORRECT, id);
	return TDX_SUCCESS;
}

/* A page of the host's: no TDMR, no PAMT, no lock. */
uint64_t shared_check(const struct seam *s, uint64_t pa, uint64_t align, unsigned id)
{
	uint64_t plain = pa & ~s->hkid_mask;

	if (!is_aligned(pa, align) || pa >> s->config.maxpa ||
	    range_overlap(plain, align, s->seamrr.base, s->seamrr.size) ||
	    (pa & s->hkid_mask) >> s->hkid_shift >= s->config.first_hkid)
		return status(TDX_OPERAND_INVALID, id);
	return TDX_SUCCESS;
}

uint64_t td_get(struct seam *s, uint64_t tdr, enum seam_mode mode, unsigned id, struct td **ret_td)
{
	uint64_t st = page_check(s, tdr, 0, TDX_PT_TDR, mode, id);

	if (st != TDX_SUCCESS)
		return st;
	if (!s->last_td || s->last_td->tdr != tdr)
		s->last_td = page_map_get(&s->tds, tdr);
	*ret_td = s->last_td;
	return TDX_SUCCESS;
}

uint64_t vcpu_get(struct seam *s, uint64_t tdvpr, enum seam_mode mode, unsigned id,
		  enum seam_mode tdr_mode, struct vcpu **ret_vcpu)
{
	uint64_t st = page_check(s, tdvpr, 0, TDX_PT_TDVPR, mode, id);
	struct vcpu *v;

	if (st != TDX_SUCCESS)
		return st;
	v = page_map_get(&s->vcpus, tdvpr);
	if (s->num_held && locks_page_clash(s, v->td->tdr, 0, tdr_mode, true))
		return status(TDX_OPERAND_BUSY, TDX_ID_TDR);
	*ret_vcpu = v;
	return TDX_SUCCESS;
}

uint64_t build_state(const struct seam *s, const struct td *td, unsigned op_states, bool op_lock)
{
	if (td->fatal)
		return TDX_TD_FATAL;
	if (td->lifecycle != TDX_KEYS_CONFIGURED)
		return TDX_TD_KEYS_NOT_CONFIGURED;
	if (td->num_tdcx < TDX_TDCS_PAGES_MIN)
		return TDX_TDCS_NOT_ALLOCATED;
	if (op_lock && is_busy(s, SEAM_LOCK_OP, td->tdr, SEAM_SHARED))
		return status(TDX_OPERAND_BUSY, TDX_ID_OP_STATE);
	if (!(op_states >> td->op_state & 1))
		return status(TDX_OP_STATE_INCORRECT, s->config.update >= 20 ? td->op_state : 0);
	return TDX_SUCCESS;
}

static uint64_t host_page(const struct seam *s, uint64_t pa)
{
	return pa & ~s->hkid_mask & ~(uint64_t)(PAGE_SIZE_4K - 1);
}

const uint8_t *page_or_null(const struct seam *s, uint64_t pa)
{
	return page_map_get(&s->host, host_page(s, pa));
}

uint8_t *page_materialise(struct seam *s, uint64_t pa)
{
	uint8_t *page = page_map_get(&s->host, host_page(s, pa));

	if (page)
		return page;
	page = calloc(1, PAGE_SIZE_4K);
	if (!page || !page_map_put(&s->host, host_page(s, pa), page)) {
		free(page);
		return NULL;
	}
	return page;
}
