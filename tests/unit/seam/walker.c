/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/seam/walker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/tdx_leaf.h"
#include "arch/tdx_sept.h"
#include "arch/tdx_status.h"
#include "arch/tdx_td.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "kernel/seam/seam-test.h"
#include "kernel/seam/seam.h"

#define BASE (4ull << 30)
#define PAGES 72u /* small ones from BASE, then two of 2 MiB */
#define LARGE (BASE + (64ull << 20))
#define PARAMS 0x1000ull
#define SOURCE 0x2000ull
#define TDS 2u

#define need(what)                                                                               \
	do {                                                                                     \
		if (!(what)) {                                                                   \
			fprintf(stderr, "broken: %s (leaf %#lx, status %#lx)\n", #what, w->leaf, \
				w->status);                                                      \
			abort();                                                                 \
		}                                                                                \
	} while (0)

static const uint64_t gpas[] = { 0, 0x1000, 0x2000, 0x200000, 0x201000, 0x400000, 1ull << 30 };

struct snapshot {
	struct seam_td_view td[TDS];
	bool has_td[TDS];
	struct seam_page_view page[PAGES + 2];
	uint64_t entry[TDS][ARRAY_SIZE(gpas)][4]; /* 0: not reached */
};

struct walker {
	struct seam *s;
	struct cursor in;
	struct seam_regs r;
	uint64_t leaf, status;
	uint64_t tdr[TDS], tdvpr[TDS];
	struct sha384 log[TDS]; /* what MRTD should be the hash of */
	struct snapshot before, after;
	struct walk_tally *tally;
};

static uint64_t page_at(unsigned i)
{
	return i < PAGES ? BASE + 4096ull * i : LARGE + ((uint64_t)(i - PAGES) << 21);
}

static void take_snapshot(struct walker *w, struct snapshot *snap)
{
	memset(snap, 0, sizeof(*snap));
	for (unsigned i = 0; i < PAGES + 2; i++)
		seam_page_peek(w->s, page_at(i), &snap->page[i]);
	for (unsigned t = 0; t < TDS; t++) {
		snap->has_td[t] = seam_td_peek(w->s, w->tdr[t], &snap->td[t]) == 0;
		for (unsigned g = 0; g < ARRAY_SIZE(gpas); g++) {
			for (unsigned level = 0; level < 4; level++) {
				uint64_t entry = 0;
				unsigned at;

				if (seam_sept_peek(w->s, w->tdr[t], gpas[g], level, &entry, &at) ==
				    0)
					snap->entry[t][g][level] = entry;
			}
		}
	}
}

/* From state, by leaf, to state: every change there may be of an entry that stays where it is. */
static const struct {
	uint64_t leaf, from, to;
} transitions[] = {
	{ TDH_MEM_PAGE_ADD, SEPT_FREE, SEPT_MAPPED },
	{ TDH_MEM_PAGE_AUG, SEPT_FREE, SEPT_PENDING },
	{ TDH_MEM_SEPT_ADD, SEPT_FREE, SEPT_NL_MAPPED },
	{ TDH_MEM_RANGE_BLOCK, SEPT_NL_MAPPED, SEPT_NL_BLOCKED },
	{ TDH_MEM_RANGE_BLOCK, SEPT_MAPPED, SEPT_BLOCKED },
	{ TDH_MEM_RANGE_BLOCK, SEPT_PENDING, SEPT_PENDING_BLOCKED },
	{ TDH_MEM_RANGE_UNBLOCK, SEPT_NL_BLOCKED, SEPT_NL_MAPPED },
	{ TDH_MEM_RANGE_UNBLOCK, SEPT_BLOCKED, SEPT_MAPPED },
	{ TDH_MEM_RANGE_UNBLOCK, SEPT_PENDING_BLOCKED, SEPT_PENDING },
	{ TDH_MEM_PAGE_REMOVE, SEPT_MAPPED, SEPT_FREE },
	{ TDH_MEM_PAGE_REMOVE, SEPT_BLOCKED, SEPT_FREE },
	{ TDH_MEM_PAGE_REMOVE, SEPT_PENDING, SEPT_FREE },
	{ TDH_MEM_PAGE_REMOVE, SEPT_PENDING_BLOCKED, SEPT_FREE },
	{ TDH_MEM_SEPT_REMOVE, SEPT_NL_MAPPED, SEPT_FREE },
	{ TDH_MEM_SEPT_REMOVE, SEPT_NL_BLOCKED, SEPT_FREE },
	{ ~0ull, SEPT_PENDING, SEPT_MAPPED }, /* TDG.MEM.PAGE.ACCEPT */
};

static void check_entry(struct walker *w, uint64_t from, uint64_t to)
{
	bool known = from == to || !from || !to; /* came into or went out of reach */

	for (unsigned i = 0; i < ARRAY_SIZE(transitions); i++) {
		known |= transitions[i].leaf == w->leaf &&
			 transitions[i].from == (from & SEPT_STATE_MASK) &&
			 transitions[i].to == (to & SEPT_STATE_MASK);
	}
	need(!to || to >> 63);
	need(!(to & SEPT_TDEL));
	need(known);
}

static void check_td(struct walker *w, unsigned t)
{
	const struct seam_td_view *a = &w->before.td[t], *b = &w->after.td[t];
	uint64_t owned = 0, grown = b->mrtd_bytes - a->mrtd_bytes;

	for (unsigned i = 0; i < PAGES + 2; i++) {
		const struct seam_page_view *p = &w->after.page[i];

		if (p->type != TDX_PT_NDA && p->type != TDX_PT_TDR && p->owner == w->tdr[t])
			owned += 1ull << 9 * p->level;
	}
	need(b->chldcnt == owned);
	if (!w->before.has_td[t])
		return;
	need(b->lifecycle >= a->lifecycle && b->op_state >= a->op_state);
	need(grown == 0 || (w->status == 0 && w->leaf == TDH_MEM_PAGE_ADD && grown == 128) ||
	     (w->status == 0 && w->leaf == TDH_MR_EXTEND && grown == 384));
	need(b->op_state >= TDX_OP_RUNNABLE || all_zero(b->mrtd, 48));
	need(a->op_state < TDX_OP_RUNNABLE || memcmp(a->mrtd, b->mrtd, 48) == 0);
	need(b->epoch == a->epoch || b->epoch == a->epoch + (w->leaf == TDH_MEM_TRACK) ||
	     (w->leaf == TDH_MNG_INIT && b->epoch == 1));
}

static void check_pages(struct walker *w)
{
	for (unsigned i = 0; i < PAGES + 2; i++) {
		unsigned from = w->before.page[i].type, to = w->after.page[i].type;

		need(from == to || from == TDX_PT_NDA || to == TDX_PT_NDA);
	}
}

static bool info_is_allowed(uint64_t st)
{
	switch (st) {
	case TDX_EPT_WALK_FAILED | 1ull:
	case TDX_EPT_ENTRY_NOT_PRESENT | 1ull:
	case TDX_EPT_ENTRY_STATE_INCORRECT | 1ull:
	case TDX_OPERAND_BUSY | 1ull:
	case TDX_GPA_RANGE_NOT_BLOCKED | 1ull:
	case TDX_EPT_PAGE_NOT_FREE | 1ull:
		return true;
	default:
		return false;
	}
}

static bool is_sept_leaf(uint64_t leaf)
{
	return leaf == TDH_MEM_PAGE_ADD || leaf == TDH_MEM_SEPT_ADD || leaf == TDH_MEM_PAGE_AUG ||
	       leaf == TDH_MEM_PAGE_REMOVE || leaf == TDH_MEM_SEPT_REMOVE ||
	       leaf == TDH_MR_EXTEND || leaf == TDH_MEM_RANGE_BLOCK ||
	       leaf == TDH_MEM_RANGE_UNBLOCK || leaf == TDH_MEM_SEPT_RD;
}

static void check_all(struct walker *w)
{
	take_snapshot(w, &w->after);
	if (w->status >> 63 && w->leaf != TDH_VP_ENTER)
		need(memcmp(&w->before, &w->after, sizeof(w->before)) == 0);
	if (w->status >> 63 && is_sept_leaf(w->leaf) && !info_is_allowed(w->status))
		need(w->r.rcx == 0 && w->r.rdx == 0);
	check_pages(w);
	for (unsigned t = 0; t < TDS; t++) {
		if (!w->after.has_td[t])
			continue;
		check_td(w, t);
		if (w->after.td[t].lifecycle == TDX_TEARDOWN)
			continue; /* tables go in any order */
		for (unsigned i = 0; i < ARRAY_SIZE(gpas) * 4; i++)
			check_entry(w, w->before.entry[t][i / 4][i % 4],
				    w->after.entry[t][i / 4][i % 4]);
	}
	w->before = w->after;
}

static void call(struct walker *w, uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8)
{
	w->r = (struct seam_regs){ .rax = leaf, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = SOURCE };
	w->leaf = leaf & TDX_LEAF_MASK;
	w->status = seam_call(w->s, 0, &w->r);
	w->tally->calls++;
	w->tally->successes += w->status == TDX_SUCCESS;
}

/* Keep our own MRTD beside the module's. */
static void log_block(struct walker *w, unsigned t, const char *name, uint64_t gpa)
{
	uint8_t block[128] = { 0 };

	memcpy(block, name, strlen(name));
	put_le64(block + 16, gpa);
	sha384_update(&w->log[t], block, sizeof(block), NULL);
}

static void follow(struct walker *w, unsigned t, uint64_t gpa)
{
	uint8_t digest[48];

	if (w->status != TDX_SUCCESS)
		return;
	if (w->leaf == TDH_MNG_INIT) {
		sha384_end(&w->log[t]);
		sha384_start(&w->log[t], NULL);
	} else if (w->leaf == TDH_MEM_PAGE_ADD) {
		w->tally->adds++;
		log_block(w, t, "MEM.PAGE.ADD", gpa);
	} else if (w->leaf == TDH_MR_EXTEND) {
		w->tally->extends++;
		log_block(w, t, "MR.EXTEND", gpa);
		sha384_update(&w->log[t], (uint8_t *)seam_phys(w->s, SOURCE) + gpa % 4096, 256,
			      NULL);
	} else if (w->leaf == TDH_MR_FINALIZE) {
		w->tally->finalized++;
		sha384_peek(&w->log[t], digest, NULL);
		need(memcmp(digest, w->after.td[t].mrtd, 48) == 0);
	}
	w->tally->removed += w->leaf == TDH_MEM_PAGE_REMOVE;
	w->tally->reclaimed += w->leaf == TDH_PHYMEM_PAGE_RECLAIM;
}

/* Small pages of TD 0 come from the lower half, those of TD 1 from the upper, but not always. */
static uint64_t some_page(struct walker *w, unsigned level)
{
	unsigned i = cursor_u8(&w->in);

	return level == 1 ? page_at(PAGES + i % 2) : page_at(2 * TDS + i % (PAGES - 2 * TDS));
}

static void accept(struct walker *w, unsigned t, uint64_t page_info)
{
	w->r = (struct seam_regs){ .rax = TDG_MEM_PAGE_ACCEPT, .rcx = page_info };
	w->leaf = ~0ull;
	w->status = TDX_SUCCESS;
	if (seam_tdcall(w->s, w->tdvpr[t], &w->r, NULL) == SEAM_GUEST_DONE && w->r.rax == 0)
		w->tally->accepts++;
}

enum act {
	ACT_TD_BY_RCX, /* leaf(TDR, params) */
	ACT_ADDCX,     /* leaf(page, TDR) */
	ACT_VP_ADDCX,  /* leaf(page, TDVPR) */
	ACT_VP,	       /* leaf(TDVPR) */
	ACT_VP_CREATE, /* leaf(TDVPR, TDR) */
	ACT_CREATE,    /* leaf(TDR, HKID) */
	ACT_TREE,      /* leaf(page-info, TDR, page) */
	ACT_EXTEND,    /* leaf(GPA, TDR) */
	ACT_WB,	       /* leaf(0 or 1) */
	ACT_PAGE,      /* leaf(page) */
	ACT_ACCEPT,
};

/* Rows are as likely as each other; what a launch needs often stands more than once. */
static const struct {
	uint16_t leaf;
	uint8_t act;
} acts[] = {
	{ TDH_MNG_CREATE, ACT_CREATE },
	{ TDH_MNG_KEY_CONFIG, ACT_TD_BY_RCX },
	{ TDH_MNG_ADDCX, ACT_ADDCX },
	{ TDH_MNG_ADDCX, ACT_ADDCX },
	{ TDH_MNG_ADDCX, ACT_ADDCX },
	{ TDH_MNG_INIT, ACT_TD_BY_RCX },
	{ TDH_VP_CREATE, ACT_VP_CREATE },
	{ TDH_VP_ADDCX, ACT_VP_ADDCX },
	{ TDH_VP_ADDCX, ACT_VP_ADDCX },
	{ TDH_VP_INIT, ACT_VP },
	{ TDH_MEM_SEPT_ADD, ACT_TREE },
	{ TDH_MEM_SEPT_ADD, ACT_TREE },
	{ TDH_MEM_SEPT_ADD, ACT_TREE },
	{ TDH_MEM_PAGE_ADD, ACT_TREE },
	{ TDH_MEM_PAGE_ADD, ACT_TREE },
	{ TDH_MEM_PAGE_ADD, ACT_TREE },
	{ TDH_MR_EXTEND, ACT_EXTEND },
	{ TDH_MR_EXTEND, ACT_EXTEND },
	{ TDH_MR_FINALIZE, ACT_TD_BY_RCX },
	{ TDH_MEM_PAGE_AUG, ACT_TREE },
	{ TDH_MEM_PAGE_AUG, ACT_TREE },
	{ TDH_MEM_RANGE_BLOCK, ACT_TREE },
	{ TDH_MEM_RANGE_UNBLOCK, ACT_TREE },
	{ TDH_MEM_TRACK, ACT_TD_BY_RCX },
	{ TDH_MEM_PAGE_REMOVE, ACT_TREE },
	{ TDH_MEM_SEPT_REMOVE, ACT_TREE },
	{ TDH_MEM_SEPT_RD, ACT_TREE },
	{ TDH_VP_ENTER, ACT_VP },
	{ TDH_VP_FLUSH, ACT_VP },
	{ TDH_MNG_VPFLUSHDONE, ACT_TD_BY_RCX },
	{ TDH_PHYMEM_CACHE_WB, ACT_WB },
	{ TDH_MNG_KEY_FREEID, ACT_TD_BY_RCX },
	{ TDH_PHYMEM_PAGE_RECLAIM, ACT_PAGE },
	{ TDH_PHYMEM_PAGE_RDMD, ACT_PAGE },
	{ TDH_PHYMEM_PAGE_WBINVD, ACT_PAGE },
	{ 0, ACT_ACCEPT },
};

static void step(struct walker *w)
{
	uint8_t choice = cursor_u8(&w->in);
	uint8_t where = cursor_u8(&w->in);
	/* half of the time, level 0 */
	unsigned t = where & 1, level = where >> 1 & where >> 2 & 1 ? choice >> 6 : 0;
	unsigned g = (where >> 3) % ARRAY_SIZE(gpas);
	uint64_t leaf = acts[choice % ARRAY_SIZE(acts)].leaf;
	uint64_t info = (gpas[g] & ~((1ull << SEPT_LEVEL_SHIFT(level)) - 1)) | level;

	/* The end of a TD is rare, or nothing else would happen. */
	if ((leaf == TDH_MNG_VPFLUSHDONE || leaf == TDH_MR_FINALIZE) && cursor_u8(&w->in) < 200)
		return;
	switch ((enum act)acts[choice % ARRAY_SIZE(acts)].act) {
	case ACT_TD_BY_RCX:
		call(w, leaf, w->tdr[t], PARAMS, 0);
		break;
	case ACT_ADDCX:
		call(w, leaf, some_page(w, 0), w->tdr[t], 0);
		break;
	case ACT_VP_ADDCX:
		call(w, leaf, some_page(w, 0), w->tdvpr[t], 0);
		break;
	case ACT_VP:
		call(w, leaf, w->tdvpr[t], 0, 0);
		break;
	case ACT_VP_CREATE:
		call(w, leaf, w->tdvpr[t], w->tdr[t], 0);
		break;
	case ACT_CREATE:
		call(w, leaf, w->tdr[t], 33 + t, 0);
		break;
	case ACT_TREE:
		call(w, leaf, info, w->tdr[t], some_page(w, leaf == TDH_MEM_PAGE_AUG ? level : 0));
		break;
	case ACT_EXTEND:
		call(w, leaf, gpas[g] + 256 * (choice >> 6), w->tdr[t], 0);
		break;
	case ACT_WB:
		call(w, leaf, level & 1, 0, 0);
		break;
	case ACT_PAGE:
		call(w, leaf, some_page(w, level & 1), 0, 0);
		break;
	case ACT_ACCEPT:
		accept(w, t, info);
		break;
	}
	check_all(w);
	follow(w, t, w->leaf == TDH_MR_EXTEND ? gpas[g] + 256 * (choice >> 6) : info & ~7ull);
}

/* Most sequences start with TD 0 built as far as a VCPU and its lowest table; the pages come from
 * the end of the small ones. */
static void build_first(struct walker *w)
{
	unsigned next = PAGES;

	call(w, TDH_MNG_CREATE, w->tdr[0], 33, 0);
	call(w, TDH_MNG_KEY_CONFIG, w->tdr[0], 0, 0);
	for (unsigned i = 0; i < 6; i++)
		call(w, TDH_MNG_ADDCX, page_at(--next), w->tdr[0], 0);
	call(w, TDH_MNG_INIT, w->tdr[0], PARAMS, 0);
	follow(w, 0, 0);
	call(w, TDH_VP_CREATE, w->tdvpr[0], w->tdr[0], 0);
	for (unsigned i = 0; i < 5; i++)
		call(w, TDH_VP_ADDCX, page_at(--next), w->tdvpr[0], 0);
	call(w, TDH_VP_INIT, w->tdvpr[0], 0, 0);
	for (unsigned level = 3; level > 0; level--)
		call(w, TDH_MEM_SEPT_ADD, level, w->tdr[0], page_at(--next));
	need(w->status == TDX_SUCCESS);
}

/* From whatever state, to a machine without TDs: what must work did, and nothing is left over. */
static void tear_down(struct walker *w)
{
	for (unsigned t = 0; t < TDS; t++) {
		if (!w->before.has_td[t])
			continue;
		call(w, TDH_VP_FLUSH, w->tdvpr[t], 0, 0);
		call(w, TDH_MNG_VPFLUSHDONE, w->tdr[t], 0, 0);
		call(w, TDH_PHYMEM_CACHE_WB, TDX_WB_START, 0, 0);
		call(w, TDH_MNG_KEY_FREEID, w->tdr[t], 0, 0);
	}
	for (unsigned i = PAGES + 2; i-- > 0;)
		call(w, TDH_PHYMEM_PAGE_RECLAIM, page_at(i), 0, 0);
	take_snapshot(w, &w->after);
	for (unsigned i = 0; i < PAGES + 2; i++)
		need(w->after.page[i].type == TDX_PT_NDA);
	for (unsigned t = 0; t < TDS; t++) {
		need(!w->after.has_td[t]);
		need(seam_hkid_peek(w->s, 33 + t) == TDX_HKID_FREE);
	}
}

void walk_calls(const uint8_t *bytes, size_t size, struct walk_tally *tally)
{
	struct walker *w = calloc(1, sizeof(*w));
	uint8_t *params, *source;

	if (!w || seam_new(NULL, &w->s) < 0)
		abort();
	w->in = cursor_of(bytes, size);
	w->tally = tally;
	params = seam_phys(w->s, PARAMS);
	put_le64(params + TDX_PARAMS_XFAM, 3);
	put_le16(params + TDX_PARAMS_MAX_VCPUS, 2);
	put_le64(params + TDX_PARAMS_EPTP_CONTROLS, TDX_EPTP_4_LEVEL);
	put_le16(params + TDX_PARAMS_TSC_FREQUENCY, 100);
	source = seam_phys(w->s, SOURCE);
	for (unsigned i = 0; i < 4096; i++)
		source[i] = (uint8_t)(i * 7 + (i >> 8));
	for (unsigned t = 0; t < TDS; t++) {
		w->tdr[t] = page_at(t); /* lowest, so that teardown comes to them last */
		w->tdvpr[t] = page_at(TDS + t);
	}
	if (cursor_u8(&w->in) % 4 != 0)
		build_first(w);
	take_snapshot(w, &w->before);
	while (w->in.left >= 4)
		step(w);
	tear_down(w);
	for (unsigned t = 0; t < TDS; t++)
		sha384_end(&w->log[t]);
	seam_free(w->s);
	free(w);
}
