/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.VP.CREATE, .ADDCX, .INIT, .ENTER and .FLUSH. No guest code runs: a VCPU that enters leaves at
 * once, with an external interrupt, unless a test asked it to stay. */
#include <stdlib.h>

#include "arch/tdx_leaf.h"
#include "kernel/seam/internal.h"

#define EXIT_REASON_EXTERNAL_INTERRUPT 1

uint64_t leaf_vp_create(struct call *c)
{
	struct seam *s = c->s;
	struct vcpu *v;
	struct td *td;
	uint64_t st = td_get(s, c->r->rdx, SEAM_SHARED, TDX_ID_RDX, &td);

	if (st == TDX_SUCCESS)
		st = build_state(s, td, OP(INITIALIZED) | OP(POST_IMPORT), true);
	if (st == TDX_SUCCESS)
		st = page_check(s, c->r->rcx, 0, TDX_PT_NDA, SEAM_EXCLUSIVE, TDX_ID_RCX);
	if (st != TDX_SUCCESS)
		return st;
	v = malloc(sizeof(*v));
	if (!v || !page_map_put(&s->vcpus, c->r->rcx, v)) {
		free(v);
		return SEAM_NO_MEMORY;
	}
	if (!pamt_write(&s->pamt, c->r->rcx, 0, pamt_value(TDX_PT_TDVPR, td->tdr, 0))) {
		free(page_map_take(&s->vcpus, c->r->rcx));
		return SEAM_NO_MEMORY;
	}
	*v = (struct vcpu){ .tdvpr = c->r->rcx, .td = td, .pages = 1, .lp = -1 };
	td->chldcnt++;
	return TDX_SUCCESS;
}

uint64_t leaf_vp_addcx(struct call *c)
{
	struct seam *s = c->s;
	struct vcpu *v;
	uint64_t st = vcpu_get(s, c->r->rdx, SEAM_EXCLUSIVE, TDX_ID_RDX, SEAM_SHARED, &v);

	if (st == TDX_SUCCESS)
		st = build_state(s, v->td, OP(INITIALIZED) | OP(POST_IMPORT), true);
	if (st != TDX_SUCCESS)
		return st;
	if (v->state != TDX_VCPU_UNINITIALIZED)
		return status(TDX_VCPU_STATE_INCORRECT, s->config.update >= 16 ? v->state : 0);
	if (v->pages >= TDX_TDVPS_PAGES_MAX)
		return TDX_TDCX_NUM_INCORRECT;
	st = page_check(s, c->r->rcx, 0, TDX_PT_NDA, SEAM_EXCLUSIVE, TDX_ID_RCX);
	if (st != TDX_SUCCESS)
		return st;
	if (!pamt_write(&s->pamt, c->r->rcx, 0, pamt_value(TDX_PT_TDCX, v->td->tdr, 0)))
		return SEAM_NO_MEMORY;
	v->pages++;
	v->td->chldcnt++;
	return TDX_SUCCESS;
}

static void associate(struct vcpu *v, unsigned lp)
{
	if (v->lp >= 0)
		return;
	v->lp = (int)lp;
	v->td->num_assoc++;
}

static uint64_t judge_x2apic(const struct td *td, uint64_t id)
{
	if (id >> 32)
		return status(TDX_OPERAND_INVALID, TDX_ID_R8);
	for (unsigned i = 0; i < td->num_vcpus; i++) {
		if (td->x2apic[i] == id)
			return TDX_X2APIC_ID_NOT_UNIQUE | id;
	}
	return TDX_SUCCESS;
}

/* Version 1, which also names the x2APIC id, locks the TDR exclusively. */
uint64_t leaf_vp_init(struct call *c)
{
	struct seam *s = c->s;
	enum seam_mode tdr_mode = c->version == 1 ? SEAM_EXCLUSIVE : SEAM_SHARED;
	struct vcpu *v;
	struct td *td;
	uint64_t st;

	if (c->version > 1)
		return status(TDX_OPERAND_INVALID, TDX_ID_RAX);
	st = vcpu_get(s, c->r->rcx, SEAM_EXCLUSIVE, TDX_ID_RCX, tdr_mode, &v);
	if (st == TDX_SUCCESS)
		st = build_state(s, v->td, OP(INITIALIZED), true);
	if (st != TDX_SUCCESS)
		return st;
	td = v->td;
	if (v->pages < TDX_TDVPS_PAGES_MIN)
		return TDX_TDCX_NUM_INCORRECT;
	if (v->state != TDX_VCPU_UNINITIALIZED)
		return status(TDX_VCPU_STATE_INCORRECT, s->config.update >= 16 ? v->state : 0);
	if (td->num_vcpus == td->max_vcpus)
		return TDX_MAX_VCPUS_EXCEEDED;
	if (c->version == 1)
		st = judge_x2apic(td, c->r->r8);
	if (st != TDX_SUCCESS)
		return st;
	td->x2apic[td->num_vcpus] = c->version == 1 ? c->r->r8 : ~0ull;
	v->index = td->num_vcpus++;
	v->state = TDX_VCPU_READY;
	associate(v, c->lp);
	return TDX_SUCCESS;
}

/* Everything that is judged before the VCPU becomes this LP's. */
static uint64_t judge_entry(struct call *c, uint64_t rcx, struct vcpu **ret_vcpu)
{
	const uint64_t flags = TDX_ENTER_HOST_HINT | TDX_ENTER_RESUME_L1;
	struct vcpu *v;
	uint64_t st;

	if (rcx & (0xFFFull | ~0ull << 54))
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	st = vcpu_get(c->s, rcx & ~flags, SEAM_SHARED, TDX_ID_RCX, SEAM_SHARED, &v);
	if (st == TDX_SUCCESS)
		st = build_state(c->s, v->td, OP_TRACKED, true);
	if (st != TDX_SUCCESS)
		return st;
	if (v->pages < TDX_TDVPS_PAGES_MIN)
		return TDX_TDCX_NUM_INCORRECT;
	if (v->state != TDX_VCPU_READY)
		return status(TDX_VCPU_STATE_INCORRECT, c->s->config.update >= 16 ? v->state : 0);
	if (v->lp >= 0 && v->lp != (int)c->lp)
		return TDX_VCPU_ASSOCIATED;
	*ret_vcpu = v;
	return TDX_SUCCESS;
}

static uint64_t stay_inside(struct seam *s, struct vcpu *v)
{
	if (locks_hold(s, SEAM_LOCK_PAGE, v->td->tdr, 0, SEAM_SHARED) < 0)
		return SEAM_NO_MEMORY;
	if (locks_hold(s, SEAM_LOCK_PAGE, v->tdvpr, 0, SEAM_SHARED) < 0) {
		s->num_held--;
		return SEAM_NO_MEMORY;
	}
	v->state = TDX_VCPU_ACTIVE;
	v->slot = v->td->epoch % 2;
	v->td->inside[v->slot]++;
	return TDX_SUCCESS;
}

uint64_t leaf_vp_enter(struct call *c)
{
	uint64_t rcx = c->r->rcx;
	struct vcpu *v;
	uint64_t st = judge_entry(c, rcx, &v);

	if (st != TDX_SUCCESS)
		return st;
	associate(v, c->lp);
	/* There has been no trap exit and there is no L2 to come back from. */
	if (rcx & (TDX_ENTER_HOST_HINT | TDX_ENTER_RESUME_L1))
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	if (is_busy(c->s, SEAM_LOCK_EPOCH, v->td->tdr, SEAM_SHARED))
		return status(TDX_OPERAND_BUSY, TDX_ID_TD_EPOCH);
	if (c->s->stay)
		return stay_inside(c->s, v);
	c->r->rcx = c->r->rdx = c->r->r8 = c->r->r9 = 0;
	return EXIT_REASON_EXTERNAL_INTERRUPT;
}

uint64_t leaf_vp_flush(struct call *c)
{
	struct vcpu *v;
	uint64_t st = vcpu_get(c->s, c->r->rcx, SEAM_EXCLUSIVE, TDX_ID_RCX, SEAM_SHARED, &v);

	if (st != TDX_SUCCESS)
		return st;
	if (v->td->lifecycle != TDX_KEYS_CONFIGURED)
		return TDX_TD_KEYS_NOT_CONFIGURED;
	if (v->pages < TDX_TDVPS_PAGES_MIN)
		return TDX_TDCX_NUM_INCORRECT;
	if (v->lp != (int)c->lp)
		return TDX_VCPU_NOT_ASSOCIATED;
	v->lp = -1;
	v->td->num_assoc--;
	return TDX_SUCCESS;
}
