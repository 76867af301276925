/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.SYS.INFO and the bring-up of the module but for SYS.CONFIG: INIT, LP.INIT, KEY.CONFIG,
 * TDMR.INIT. SYS_STATE goes INIT_PENDING -> INIT_DONE -> CONFIG_DONE -> READY. */
#include <string.h>

#include "base/bytes.h"
#include "base/range.h"
#include "kernel/seam/internal.h"

static void write_sysinfo(const struct seam *s, uint8_t *at)
{
	at[TDX_SYSINFO_SYS_RD] = 1;
	put_le32(at + TDX_SYSINFO_VENDOR, TDX_VENDOR_INTEL);
	put_le16(at + TDX_SYSINFO_MINOR, 5);
	put_le16(at + TDX_SYSINFO_MAJOR, 1);
	put_le16(at + TDX_SYSINFO_MAX_TDMRS, TDX_MAX_TDMRS);
	put_le16(at + TDX_SYSINFO_MAX_RESERVED, TDX_MAX_RESERVED);
	put_le16(at + TDX_SYSINFO_PAMT_ENTRY_SIZE, TDX_PAMT_ENTRY_SIZE);
	put_le16(at + TDX_SYSINFO_TDCS_SIZE, TDX_TDCS_PAGES_MIN * PAGE_SIZE_4K);
	put_le16(at + TDX_SYSINFO_TDVPS_SIZE, TDX_TDVPS_PAGES_MIN * PAGE_SIZE_4K);
	put_le64(at + TDX_SYSINFO_ATTRIBUTES_FIXED0, attributes_fixed0(s));
	put_le64(at + TDX_SYSINFO_ATTRIBUTES_FIXED1, TDX_ATTR_FIXED1);
	put_le64(at + TDX_SYSINFO_XFAM_FIXED0, TDX_XFAM_FIXED0 & s->config.xfam);
	put_le64(at + TDX_SYSINFO_XFAM_FIXED1, TDX_XFAM_FIXED1);
	put_le32(at + TDX_SYSINFO_NUM_CPUID_CONFIG, TDX_CPUID_CONFIG_COUNT);
	for (unsigned i = 0; i < TDX_CPUID_CONFIG_COUNT; i++) {
		uint8_t *entry = at + TDX_SYSINFO_CPUID_CONFIG + TDX_CPUID_CONFIG_SIZE * i;

		put_le32(entry, cpuid_leaf(i));
		put_le32(entry + 4, cpuid_subleaf(i));
		for (unsigned reg = 0; reg < 4; reg++)
			put_le32(entry + 8 + 4 * reg, cpuid_mask(i, reg));
	}
}

static void write_cmrs(const struct seam *s, uint8_t *at)
{
	const unsigned n = sizeof(s->config.memory) / sizeof(s->config.memory[0]);

	memset(at, 0, 16 * TDX_MAX_CMRS);
	for (unsigned i = 0; i < n; i++) {
		put_le64(at + 16 * i, s->config.memory[i].base);
		put_le64(at + 16 * i + 8, s->config.memory[i].size);
	}
}

uint64_t leaf_sys_info(struct call *c)
{
	struct seam *s = c->s;
	struct seam_regs *r = c->r;
	uint64_t size = r->rdx, entries = r->r9, st;
	uint8_t *info, *cmrs;

	r->rdx = r->r9 = 0;
	if (!s->lp_done[c->lp])
		return TDX_SYS_LP_INIT_NOT_DONE;
	st = shared_check(s, r->rcx, TDX_SYSINFO_ALIGN, TDX_ID_RCX);
	if (st != TDX_SUCCESS)
		return st;
	if (size < TDX_SYSINFO_SIZE)
		return status(TDX_OPERAND_INVALID, TDX_ID_RDX);
	info = page_materialise(s, r->rcx);
	if (!info)
		return SEAM_NO_MEMORY;
	info += r->rcx % PAGE_SIZE_4K;
	memset(info, 0, TDX_SYSINFO_SIZE);
	st = shared_check(s, r->r8, TDX_CMR_ALIGN, TDX_ID_R8);
	if (st != TDX_SUCCESS)
		return st;
	if (entries < TDX_MAX_CMRS)
		return status(TDX_OPERAND_INVALID, TDX_ID_R9);
	cmrs = page_materialise(s, r->r8);
	if (!cmrs)
		return SEAM_NO_MEMORY;
	write_sysinfo(s, info);
	write_cmrs(s, cmrs + r->r8 % PAGE_SIZE_4K);
	r->rdx = TDX_SYSINFO_SIZE;
	r->r9 = TDX_MAX_CMRS;
	return TDX_SUCCESS;
}

uint64_t leaf_sys_init(struct call *c)
{
	struct seam_regs *r = c->r;
	uint64_t attributes = r->rcx;

	r->rcx = r->rdx = r->r8 = r->r9 = r->r10 = 0;
	if (is_busy(c->s, SEAM_LOCK_SYS, 0, SEAM_EXCLUSIVE))
		return TDX_SYS_BUSY;
	if (attributes != 0)
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	if (c->s->state != TDX_SYS_INIT_PENDING)
		return TDX_SYS_INIT_NOT_PENDING;
	if (!seam_entropy(c->s))
		return TDX_RND_NO_ENTROPY;
	c->s->state = TDX_SYS_INIT_DONE;
	return TDX_SUCCESS;
}

uint64_t leaf_sys_lp_init(struct call *c)
{
	c->r->rcx = c->r->rdx = c->r->r8 = 0;
	if (is_busy(c->s, SEAM_LOCK_SYS, 0, SEAM_SHARED))
		return TDX_SYS_BUSY;
	if (c->s->state != TDX_SYS_INIT_DONE)
		return TDX_SYS_LP_INIT_NOT_PENDING;
	if (c->s->lp_done[c->lp])
		return TDX_SYS_LP_INIT_DONE;
	c->s->lp_done[c->lp] = 1;
	return TDX_SUCCESS;
}

uint64_t leaf_sys_key_config(struct call *c)
{
	struct seam *s = c->s;
	uint64_t package = 1ull << package_of(s, c->lp);

	if (is_busy(s, SEAM_LOCK_SYS, 0, SEAM_EXCLUSIVE))
		return TDX_SYS_BUSY;
	if (s->state != TDX_SYS_CONFIG_DONE)
		return TDX_SYS_KEY_CONFIG_NOT_PENDING;
	if (s->keys_done & package)
		return TDX_KEY_CONFIGURED;
	if (is_busy(s, SEAM_LOCK_KET, 0, SEAM_EXCLUSIVE))
		return status(TDX_OPERAND_BUSY, TDX_ID_KET);
	if (s->no_key) {
		s->no_key--;
		return TDX_KEY_GENERATION_FAILED;
	}
	s->keys_done |= package;
	if (s->keys_done == ~0ull >> (64 - s->config.packages))
		s->state = TDX_SYS_READY;
	return TDX_SUCCESS;
}

static struct tdmr *find_tdmr(struct seam *s, uint64_t base)
{
	for (unsigned i = 0; i < s->num_tdmrs; i++) {
		if (s->tdmrs[i].base == base)
			return &s->tdmrs[i];
	}
	return NULL;
}

/* A call sets up a run of pages; a GiB may be used when its last page is done. */
uint64_t leaf_sys_tdmr_init(struct call *c)
{
	struct seam *s = c->s;
	uint64_t base = c->r->rcx;
	struct tdmr *tdmr;

	c->r->rdx = 0;
	tdmr = is_aligned(base, TDX_TDMR_ALIGN) ? find_tdmr(s, base) : NULL;
	if (!tdmr)
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	if (is_busy(s, SEAM_LOCK_TDMR, base, SEAM_EXCLUSIVE))
		return status(TDX_OPERAND_BUSY, TDX_ID_RCX);
	if (tdmr->next == tdmr->base + tdmr->size)
		return TDX_TDMR_ALREADY_INITIALIZED;
	tdmr->next += TDX_TDMR_INIT_PAGES * PAGE_SIZE_4K;
	if (is_aligned(tdmr->next, TDX_TDMR_ALIGN))
		s->pamt.cover[(tdmr->next >> 30) - 1] = PAMT_READY;
	c->r->rdx = tdmr->next & ~(TDX_TDMR_ALIGN - 1);
	return TDX_SUCCESS;
}

/* Kept for old hosts: does nothing. */
uint64_t leaf_sys_lp_shutdown(struct call *c)
{
	(void)c;
	return TDX_SUCCESS;
}
