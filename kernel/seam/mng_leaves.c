/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.MNG.CREATE, .KEY.CONFIG, .ADDCX, .VPFLUSHDONE, .KEY.FREEID: a TD's life but for MNG.INIT. */
#include <stdlib.h>

#include "kernel/seam/internal.h"

void td_free(struct td *td)
{
	free(td->root);
	free(td->x2apic);
	free(td->gathered);
	free(td);
}

static struct key_owner *kot_entry(struct seam *s, unsigned hkid)
{
	return &s->kot[hkid - s->config.first_hkid];
}

static uint64_t take_tdr(struct call *c, unsigned hkid)
{
	struct seam *s = c->s;
	struct td *td = calloc(1, sizeof(*td));

	if (!td || !page_map_put(&s->tds, c->r->rcx, td)) {
		free(td);
		return SEAM_NO_MEMORY;
	}
	if (!pamt_write(&s->pamt, c->r->rcx, 0, pamt_value(TDX_PT_TDR, 0, 0))) {
		free(page_map_take(&s->tds, c->r->rcx));
		return SEAM_NO_MEMORY;
	}
	td->tdr = c->r->rcx;
	td->hkid = hkid;
	for (unsigned i = 0; i < 4; i++)
		td->uuid[i] = seam_random(s);
	kot_entry(s, hkid)->state = TDX_HKID_IN_USE;
	return TDX_SUCCESS;
}

uint64_t leaf_mng_create(struct call *c)
{
	struct seam *s = c->s;
	uint64_t hkid = c->r->rdx;
	uint64_t st;

	if (hkid >> 16 || hkid < s->config.first_hkid ||
	    hkid - s->config.first_hkid >= s->config.hkids)
		return status(TDX_OPERAND_INVALID, TDX_ID_RDX);
	st = page_check(s, c->r->rcx, 0, TDX_PT_NDA, SEAM_EXCLUSIVE, TDX_ID_RCX);
	if (st != TDX_SUCCESS)
		return st;
	if (is_busy(s, SEAM_LOCK_KOT, 0, SEAM_EXCLUSIVE))
		return status(TDX_OPERAND_BUSY, TDX_ID_KOT);
	if (kot_entry(s, (unsigned)hkid)->state != TDX_HKID_FREE)
		return TDX_HKID_NOT_FREE;
	if (!seam_entropy(s))
		return TDX_RND_NO_ENTROPY;
	return take_tdr(c, (unsigned)hkid);
}

/* One call on each package makes the key there; the last one moves the TD on. */
uint64_t leaf_mng_key_config(struct call *c)
{
	struct seam *s = c->s;
	uint64_t package = 1ull << package_of(s, c->lp);
	struct td *td;
	uint64_t st = td_get(s, c->r->rcx, SEAM_EXCLUSIVE, TDX_ID_RCX, &td);

	if (st != TDX_SUCCESS)
		return st;
	if (td->fatal)
		return TDX_TD_FATAL;
	if (td->lifecycle != TDX_HKID_ASSIGNED)
		return TDX_LIFECYCLE_STATE_INCORRECT;
	if (td->keys_done & package)
		return TDX_KEY_CONFIGURED;
	if (is_busy(s, SEAM_LOCK_KET, 0, SEAM_EXCLUSIVE))
		return status(TDX_OPERAND_BUSY, TDX_ID_KET);
	if (s->no_key) {
		s->no_key--;
		return TDX_KEY_GENERATION_FAILED;
	}
	td->keys_done |= package;
	if (td->keys_done == ~0ull >> (64 - s->config.packages))
		td->lifecycle = TDX_KEYS_CONFIGURED;
	return TDX_SUCCESS;
}

uint64_t leaf_mng_addcx(struct call *c)
{
	struct seam *s = c->s;
	struct td *td;
	uint64_t st = td_get(s, c->r->rdx, SEAM_EXCLUSIVE, TDX_ID_RDX, &td);

	if (st != TDX_SUCCESS)
		return st;
	if (td->fatal)
		return TDX_TD_FATAL;
	if (td->lifecycle != TDX_KEYS_CONFIGURED)
		return TDX_TD_KEYS_NOT_CONFIGURED;
	if (td->num_tdcx >= TDX_TDCS_PAGES_MAX)
		return TDX_TDCX_NUM_INCORRECT;
	st = page_check(s, c->r->rcx, 0, TDX_PT_NDA, SEAM_EXCLUSIVE, TDX_ID_RCX);
	if (st != TDX_SUCCESS)
		return st;
	if (td->num_tdcx == TDX_TDCS_PAGES_MIN - 1 && !seam_entropy(s))
		return TDX_RND_NO_ENTROPY;
	if (td->num_tdcx >= TDX_TDCS_PAGES_MIN && td->op_state != TDX_OP_UNINITIALIZED)
		return status(TDX_OP_STATE_INCORRECT, s->config.update >= 20 ? td->op_state : 0);
	if (!pamt_write(&s->pamt, c->r->rcx, 0, pamt_value(TDX_PT_TDCX, td->tdr, 0)))
		return SEAM_NO_MEMORY;
	td->num_tdcx++;
	td->chldcnt++;
	return TDX_SUCCESS;
}

uint64_t leaf_mng_vpflushdone(struct call *c)
{
	struct seam *s = c->s;
	struct td *td;
	uint64_t st = td_get(s, c->r->rcx, SEAM_EXCLUSIVE, TDX_ID_RCX, &td);

	if (st != TDX_SUCCESS)
		return st;
	if (is_busy(s, SEAM_LOCK_KOT, 0, SEAM_EXCLUSIVE))
		return status(TDX_OPERAND_BUSY, TDX_ID_KOT);
	if (td->lifecycle != TDX_HKID_ASSIGNED && td->lifecycle != TDX_KEYS_CONFIGURED)
		return TDX_LIFECYCLE_STATE_INCORRECT;
	if (td->num_assoc) /* only a TD with TDCS and OP_STATE >= 1 has any */
		return TDX_FLUSHVP_NOT_DONE;
	td->lifecycle = TDX_BLOCKED;
	kot_entry(s, td->hkid)->state = TDX_HKID_FLUSHED;
	kot_entry(s, td->hkid)->wb_needed = ~0ull >> (64 - s->config.packages);
	return TDX_SUCCESS;
}

uint64_t leaf_mng_key_freeid(struct call *c)
{
	struct seam *s = c->s;
	struct td *td;
	uint64_t st = td_get(s, c->r->rcx, SEAM_EXCLUSIVE, TDX_ID_RCX, &td);

	if (st != TDX_SUCCESS)
		return st;
	if (td->lifecycle != TDX_BLOCKED)
		return TDX_LIFECYCLE_STATE_INCORRECT;
	if (is_busy(s, SEAM_LOCK_KOT, 0, SEAM_EXCLUSIVE))
		return status(TDX_OPERAND_BUSY, TDX_ID_KOT);
	if (kot_entry(s, td->hkid)->wb_needed)
		return TDX_WBCACHE_NOT_COMPLETE;
	*kot_entry(s, td->hkid) = (struct key_owner){ .state = TDX_HKID_FREE };
	td->lifecycle = TDX_TEARDOWN;
	return TDX_SUCCESS;
}

/* Kept for old hosts: does nothing. */
uint64_t leaf_mng_key_reclaimid(struct call *c)
{
	(void)c;
	return TDX_SUCCESS;
}
