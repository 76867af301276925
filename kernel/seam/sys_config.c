/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.SYS.CONFIG: the host says which memory TDs may use. Each TDMR is judged by itself, then
 * against the ones before it. Source: TDX Module ABI, TDMR_INFO; module 1.5 tdh_sys_config.c. */
#include <stdlib.h>

#include "base/cursor.h"
#include "base/range.h"
#include "kernel/seam/internal.h"

#define PAMT_CODES 3u

int tdmr_add(struct seam *s, const struct tdmr *tdmr, enum pamt_cover cover)
{
	struct pamt_entry reserved = pamt_value(TDX_PT_RSVD, 0, 0);

	for (uint64_t gig = tdmr->base >> 30; gig < (tdmr->base + tdmr->size) >> 30; gig++)
		s->pamt.cover[gig] = (uint8_t)cover;
	for (unsigned i = 0; i < tdmr->num_reserved; i++) {
		uint64_t pa = tdmr->base + tdmr->reserved[i].offset;
		uint64_t end = pa + tdmr->reserved[i].size;

		for (; pa < end; pa += PAGE_SIZE_4K) {
			if (!pamt_write(&s->pamt, pa, 0, reserved))
				return -1;
		}
	}
	s->tdmrs[s->num_tdmrs++] = *tdmr;
	return 0;
}

static struct tdmr read_tdmr(const uint8_t *raw)
{
	struct cursor at = cursor_of(raw, TDX_TDMR_INFO_SIZE);
	struct tdmr t = { 0 };

	t.base = cursor_le64(&at);
	t.size = cursor_le64(&at);
	for (unsigned code = PAMT_CODES; code-- > 0;) { /* 1G, 2M, 4K */
		t.pamt[code].base = cursor_le64(&at);
		t.pamt[code].size = cursor_le64(&at);
	}
	for (unsigned i = 0; i < TDX_MAX_RESERVED; i++) {
		t.reserved[i].offset = cursor_le64(&at);
		t.reserved[i].size = cursor_le64(&at);
	}
	t.next = t.base;
	return t;
}

static uint64_t judge_base(const struct seam *s, const struct tdmr *t, unsigned index)
{
	if (!range_fits(t->base, t->size))
		return TDX_INVALID_TDMR | index;
	if (index > 0) {
		const struct tdmr *before = &s->tdmrs[index - 1];

		if (t->base < before->base + before->size)
			return TDX_NON_ORDERED_TDMR | index;
	}
	if (!is_aligned(t->base, TDX_TDMR_ALIGN) || !is_aligned(t->size, TDX_TDMR_ALIGN) ||
	    t->size == 0 || !range_within(t->base, t->size, 1ull << s->hkid_shift))
		return TDX_INVALID_TDMR | index;
	return TDX_SUCCESS;
}

static uint64_t judge_reserved(struct tdmr *t, unsigned index)
{
	uint64_t end = 0;
	bool ended = false;

	for (unsigned i = 0; i < TDX_MAX_RESERVED; i++) {
		uint64_t offset = t->reserved[i].offset, size = t->reserved[i].size;
		uint64_t where = index | i << 8;

		if (size == 0) {
			ended = true;
			continue;
		}
		if (ended || offset < end)
			return TDX_NON_ORDERED_RESERVED_IN_TDMR | where;
		if (!is_aligned(offset | size, PAGE_SIZE_4K) ||
		    !range_within(offset, size, t->size))
			return TDX_INVALID_RESERVED_IN_TDMR | where;
		end = offset + size;
		t->num_reserved = i + 1;
	}
	return TDX_SUCCESS;
}

/* The range lies in a reserved area of the TDMR or outside the TDMR. */
static bool spared(const struct tdmr *t, uint64_t base, uint64_t size)
{
	if (!range_overlap(base, size, t->base, t->size))
		return true;
	for (unsigned i = 0; i < t->num_reserved; i++) {
		uint64_t start = t->base + t->reserved[i].offset;

		if (base >= start && range_within(base - start, size, t->reserved[i].size))
			return true;
	}
	return false;
}

static bool in_cmrs(const struct seam *s, uint64_t base, uint64_t size)
{
	for (unsigned i = 0; i < sizeof(s->config.memory) / sizeof(s->config.memory[0]); i++) {
		const struct seam_range *cmr = &s->config.memory[i];

		if (base >= cmr->base && range_within(base - cmr->base, size, cmr->size))
			return true;
	}
	return false;
}

static uint64_t judge_pamt_shape(const struct seam *s, const struct tdmr *t, unsigned index)
{
	for (unsigned code = PAMT_CODES; code-- > 0;) {
		uint64_t needed = (t->size >> SEPT_LEVEL_SHIFT(code)) * TDX_PAMT_ENTRY_SIZE;

		if (!is_aligned(t->pamt[code].base | t->pamt[code].size, PAGE_SIZE_4K) ||
		    !range_within(t->pamt[code].base, t->pamt[code].size, 1ull << s->hkid_shift) ||
		    t->pamt[code].size < needed)
			return TDX_INVALID_PAMT | index | code << 8;
	}
	return TDX_SUCCESS;
}

static uint64_t judge_pamt_place(const struct seam *s, const struct tdmr *t, unsigned index,
				 unsigned code)
{
	uint64_t base = t->pamt[code].base, size = t->pamt[code].size;
	uint64_t where = index | code << 8;

	for (unsigned other = 0; other <= index; other++) {
		const struct tdmr *o = other == index ? t : &s->tdmrs[other];

		if (!spared(o, base, size))
			return TDX_PAMT_OVERLAP | where | other << 16;
		for (unsigned k = 0; k < PAMT_CODES; k++) {
			if ((o != t || k != code) &&
			    range_overlap(base, size, o->pamt[k].base, o->pamt[k].size))
				return TDX_PAMT_OVERLAP | where | other << 16;
		}
	}
	return in_cmrs(s, base, size) ? TDX_SUCCESS : TDX_PAMT_OUTSIDE_CMRS | where;
}

/* What lies between the reserved areas must be convertible memory. */
static uint64_t judge_usable(const struct seam *s, const struct tdmr *t, unsigned index)
{
	uint64_t at = t->base;

	for (unsigned i = 0; i <= t->num_reserved; i++) {
		uint64_t end =
			i < t->num_reserved ? t->base + t->reserved[i].offset : t->base + t->size;

		if (at < end && !in_cmrs(s, at, end - at))
			return TDX_TDMR_OUTSIDE_CMRS | index;
		if (i < t->num_reserved)
			at = end + t->reserved[i].size;
	}
	return TDX_SUCCESS;
}

static uint64_t judge_tdmr(const struct seam *s, struct tdmr *t, unsigned index)
{
	uint64_t st = judge_base(s, t, index);

	if (st == TDX_SUCCESS)
		st = judge_reserved(t, index);
	if (st == TDX_SUCCESS)
		st = judge_pamt_shape(s, t, index);
	for (unsigned code = 0; st == TDX_SUCCESS && code < PAMT_CODES; code++)
		st = judge_pamt_place(s, t, index, code);
	return st == TDX_SUCCESS ? judge_usable(s, t, index) : st;
}

static bool all_lps_done(const struct seam *s)
{
	for (unsigned i = 0; i < s->config.lps; i++) {
		if (!s->lp_done[i])
			return false;
	}
	return true;
}

static uint64_t host_le64(struct seam *s, uint64_t pa)
{
	const uint8_t *page = page_or_null(s, pa);
	struct cursor at = cursor_of(page ? page + pa % PAGE_SIZE_4K : NULL, page ? 8 : 0);

	return cursor_le64(&at);
}

static uint64_t take_tdmr(struct seam *s, uint64_t info_pa, unsigned index)
{
	static const uint8_t zeros[TDX_TDMR_INFO_SIZE];
	uint64_t st = shared_check(s, info_pa, TDX_TDMR_INFO_ALIGN, TDX_ID_RCX);
	const uint8_t *page;
	struct tdmr tdmr;

	if (st != TDX_SUCCESS)
		return st;
	page = page_or_null(s, info_pa);
	tdmr = read_tdmr(page ? page + info_pa % PAGE_SIZE_4K : zeros);
	st = judge_tdmr(s, &tdmr, index);
	if (st != TDX_SUCCESS)
		return st;
	return tdmr_add(s, &tdmr, PAMT_PENDING) < 0 ? SEAM_NO_MEMORY : TDX_SUCCESS;
}

/* A configuration that failed half way is forgotten but for the key id. */
static void forget_tdmrs(struct seam *s)
{
	pamt_end(&s->pamt);
	if (!pamt_new(&s->pamt, s->pamt.gigs))
		abort();
	s->num_tdmrs = 0;
}

uint64_t leaf_sys_config(struct call *c)
{
	struct seam *s = c->s;
	uint64_t array = c->r->rcx, count = c->r->rdx, hkid = c->r->r8;
	uint64_t st;

	if (is_busy(s, SEAM_LOCK_SYS, 0, SEAM_EXCLUSIVE))
		return TDX_SYS_BUSY;
	if (s->state != TDX_SYS_INIT_DONE || !all_lps_done(s))
		return TDX_SYS_CONFIG_NOT_PENDING;
	st = shared_check(s, array, TDX_TDMR_INFO_ALIGN, TDX_ID_RCX);
	if (st != TDX_SUCCESS)
		return st;
	if (count < 1 || count > TDX_MAX_TDMRS)
		return status(TDX_OPERAND_INVALID, TDX_ID_RDX);
	if (hkid >> 16 || hkid < s->config.first_hkid ||
	    hkid - s->config.first_hkid >= s->config.hkids)
		return status(TDX_OPERAND_INVALID, TDX_ID_R8);
	s->kot[hkid - s->config.first_hkid].state = TDX_HKID_RESERVED;
	for (unsigned i = 0; i < count && st == TDX_SUCCESS; i++)
		st = take_tdmr(s, host_le64(s, array + 8 * i), i);
	if (st != TDX_SUCCESS) {
		forget_tdmrs(s);
		return st;
	}
	s->state = TDX_SYS_CONFIG_DONE;
	return TDX_SUCCESS;
}
