/* SPDX-License-Identifier: BSD-2-Clause */
/* SEAMCALL comes in here: RAX is judged, then the leaf's function runs under the machine's lock. */
#include "arch/tdx_leaf.h"
#include "base/attr.h"
#include "base/status.h"
#include "kernel/seam/internal.h"

#define NEVER 0xff

/* early: legal before the module is ready. v1_from: N of the first module 1.5.N that lets a version
 * above 0 through to the leaf; 0 for all. */
static const struct leaf {
	leaf_fn *run;
	bool early;
	uint8_t v1_from;
} leaves[] = {
	[TDH_VP_ENTER] = { leaf_vp_enter, false, NEVER },
	[TDH_MNG_ADDCX] = { leaf_mng_addcx, false, NEVER },
	[TDH_MEM_PAGE_ADD] = { leaf_mem_page_add, false, NEVER },
	[TDH_MEM_SEPT_ADD] = { leaf_mem_sept_add, false, 0 },
	[TDH_VP_ADDCX] = { leaf_vp_addcx, false, NEVER },
	[TDH_MEM_PAGE_AUG] = { leaf_mem_page_aug, false, NEVER },
	[TDH_MEM_RANGE_BLOCK] = { leaf_mem_range_block, false, NEVER },
	[TDH_MNG_KEY_CONFIG] = { leaf_mng_key_config, false, NEVER },
	[TDH_MNG_CREATE] = { leaf_mng_create, false, NEVER },
	[TDH_VP_CREATE] = { leaf_vp_create, false, NEVER },
	[TDH_MNG_RD] = { leaf_mng_rd, false, 0 },
	[TDH_MR_EXTEND] = { leaf_mr_extend, false, NEVER },
	[TDH_MR_FINALIZE] = { leaf_mr_finalize, false, NEVER },
	[TDH_VP_FLUSH] = { leaf_vp_flush, false, NEVER },
	[TDH_MNG_VPFLUSHDONE] = { leaf_mng_vpflushdone, false, NEVER },
	[TDH_MNG_KEY_FREEID] = { leaf_mng_key_freeid, false, NEVER },
	[TDH_MNG_INIT] = { leaf_mng_init, false, NEVER },
	[TDH_VP_INIT] = { leaf_vp_init, false, 5 },
	[TDH_PHYMEM_PAGE_RDMD] = { leaf_phymem_page_rdmd, false, NEVER },
	[TDH_MEM_SEPT_RD] = { leaf_mem_sept_rd, false, NEVER },
	[TDH_MNG_KEY_RECLAIMID] = { leaf_mng_key_reclaimid, false, NEVER },
	[TDH_PHYMEM_PAGE_RECLAIM] = { leaf_phymem_page_reclaim, false, NEVER },
	[TDH_MEM_PAGE_REMOVE] = { leaf_mem_page_remove, false, NEVER },
	[TDH_MEM_SEPT_REMOVE] = { leaf_mem_sept_remove, false, 0 },
	[TDH_SYS_KEY_CONFIG] = { leaf_sys_key_config, true, NEVER },
	[TDH_SYS_INFO] = { leaf_sys_info, true, NEVER },
	[TDH_SYS_INIT] = { leaf_sys_init, true, NEVER },
	[TDH_SYS_RD] = { leaf_sys_rd, true, NEVER },
	[TDH_SYS_LP_INIT] = { leaf_sys_lp_init, true, NEVER },
	[TDH_SYS_TDMR_INIT] = { leaf_sys_tdmr_init, false, NEVER },
	[TDH_MEM_TRACK] = { leaf_mem_track, false, NEVER },
	[TDH_MEM_RANGE_UNBLOCK] = { leaf_mem_range_unblock, false, NEVER },
	[TDH_PHYMEM_CACHE_WB] = { leaf_phymem_cache_wb, false, NEVER },
	[TDH_PHYMEM_PAGE_WBINVD] = { leaf_phymem_page_wbinvd, false, NEVER },
	[TDH_SYS_LP_SHUTDOWN] = { leaf_sys_lp_shutdown, true, NEVER },
	[TDH_SYS_CONFIG] = { leaf_sys_config, true, NEVER },
};

/* A leaf that is legal before the module is ready although this model lacks it. */
static bool is_early(uint64_t leaf, const struct leaf *row)
{
	return row ? row->early : leaf == TDH_SYS_RDALL || leaf == TDH_SYS_UPDATE;
}

static uint64_t dispatch(struct call *c)
{
	uint64_t rax = c->r->rax, leaf = rax & TDX_LEAF_MASK;
	const struct leaf *row =
		leaf < ARRAY_SIZE(leaves) && leaves[leaf].run ? &leaves[leaf] : NULL;

	c->version = rax >> TDX_LEAF_VERSION_SHIFT & 0xff;
	if (rax & TDX_LEAF_RESERVED)
		return status(TDX_OPERAND_INVALID, TDX_ID_RAX);
	if (c->version > 0 && (!row || row->v1_from > c->s->config.update))
		return status(TDX_OPERAND_INVALID, TDX_ID_RAX);
	if (c->s->state != TDX_SYS_READY && !is_early(leaf, row))
		return TDX_SYS_NOT_READY;
	if (!row)
		return status(TDX_OPERAND_INVALID, TDX_ID_RAX);
	return row->run(c);
}

static uint64_t run(struct seam *s, unsigned lp, struct seam_regs *regs)
{
	struct call c = { .s = s, .r = regs, .lp = lp };
	bool is_aug = regs->rax == TDH_MEM_PAGE_AUG;

	if (is_aug && aug_beside(s, regs))
		return regs->rax = TDX_SUCCESS;
	if (is_aug)
		seam_enter_to_aug(s);
	else
		seam_enter(s);
	regs->rax = dispatch(&c);
	seam_leave(s);
	return regs->rax;
}

static uint64_t run_traced(struct seam *s, unsigned lp, struct seam_regs *regs)
{
	struct seam_event event = { .lp = lp, .in = *regs };

	run(s, lp, regs);
	event.name = tdl_seamcall_name(event.in.rax);
	event.out = *regs;
	s->config.trace(s->config.trace_ctx, &event);
	return regs->rax;
}

uint64_t seam_call(struct seam *s, unsigned lp, struct seam_regs *regs)
{
	if (lp >= s->config.lps)
		return regs->rax = TDX_SW_GP;
	return s->config.trace ? run_traced(s, lp, regs) : run(s, lp, regs);
}
