/* SPDX-License-Identifier: BSD-2-Clause */
/* The secure EPT: walking it, and telling the host where a walk ended. Tables hold the module's
 * real 8-byte entries. Source: TDX Module ABI, Secure EPT; module 1.5 sept_manager.c. */
#include "base/attr.h"
#include "base/range.h"
#include "kernel/seam/internal.h"

uint64_t sept_private_limit(const struct td *td)
{
	return 1ull << (td->config_flags & TDX_CONFIG_GPAW ? TDX_SHARED_BIT_GPAW1
							   : TDX_SHARED_BIT_GPAW0);
}

void sept_forget(struct td *td)
{
	for (unsigned i = 0; i < HOT_TABLES; i++)
		td->hot[i].key = ~0ull;
}

static inline bool leads_on(uint64_t entry)
{
	return (entry & SEPT_RWX) && !(entry & SEPT_PS);
}

static bool walk_from_root(struct seam *s, struct td *td, uint64_t gpa, unsigned level,
			   struct sept_place *ret_place)
{
	uint64_t *table = td->root;
	unsigned at = td->levels - 1;

	for (;; at--) {
		ret_place->entry = &table[gpa >> SEPT_LEVEL_SHIFT(at) & (SEPT_ENTRIES - 1)];
		ret_place->level = at;
		if (at == level)
			return true;
		if (!leads_on(*ret_place->entry))
			return false;
		table = page_map_get(&s->tables, *ret_place->entry & SEPT_HPA_MASK);
		if (!table) /* reclaimed, in a TD that is being torn down */
			return false;
	}
}

bool sept_walk(struct seam *s, struct td *td, uint64_t gpa, unsigned level,
	       struct sept_place *ret_place)
{
	uint64_t key = gpa >> SEPT_LEVEL_SHIFT(1);
	unsigned hot = (unsigned)(key ^ key >> 9) % HOT_TABLES;

	ret_place->td = td;
	ret_place->gpa = gpa;
	if (level == 0 && td->hot[hot].key == key) {
		ret_place->entry = &td->hot[hot].table[gpa >> 12 & (SEPT_ENTRIES - 1)];
		ret_place->level = 0;
		return true;
	}
	if (!walk_from_root(s, td, gpa, level, ret_place))
		return false;
	if (level == 0) {
		td->hot[hot].key = key;
		td->hot[hot].table = ret_place->entry - (gpa >> 12 & (SEPT_ENTRIES - 1));
	}
	return true;
}

/* A walk to level 0 ends early at a larger leaf. */
bool sept_walk_leaf(struct seam *s, struct td *td, uint64_t gpa, struct sept_place *ret_place)
{
	sept_walk(s, td, gpa, 0, ret_place);
	return *ret_place->entry & SEPT_PS && *ret_place->entry & SEPT_RWX;
}

uint64_t sept_view(uint64_t entry)
{
	if (sept_state(entry) == SEPT_FREE)
		return SEPT_VIEW_FREE;
	return entry & (entry & SEPT_PS ? SEPT_VIEW_LEAF : SEPT_VIEW_NON_LEAF);
}

unsigned sept_public_state(uint64_t entry)
{
	static const struct {
		uint64_t bits;
		unsigned number;
	} states[] = {
#define ROW(name, bits, number) { bits, number },
		SEPT_STATE_LIST(ROW)
#undef ROW
	};

	for (unsigned i = 0; i < ARRAY_SIZE(states); i++) {
		if (states[i].bits == sept_state(entry))
			return states[i].number;
	}
	return 0;
}

uint64_t sept_refuse(struct call *c, const struct sept_place *place, uint64_t base)
{
	c->r->rcx = sept_view(*place->entry);
	c->r->rdx = place->level | sept_public_state(*place->entry) << TDX_SEPT_INFO_STATE_SHIFT;
	return status(base, TDX_ID_RCX);
}

/* From the page-info operand to a locked entry. A refused host leaves its mark in the entry; one
 * that gets the lock wipes it. */
uint64_t sept_find(struct call *c, const struct sept_rule *rule, struct td *td, uint64_t page_info,
		   struct sept_place *ret_place)
{
	uint64_t gpa = page_info & TDX_PAGE_INFO_GPA;
	unsigned level = page_info & TDX_PAGE_INFO_LEVEL;
	unsigned max = rule->max_level == ROOT_LEVEL ? td->levels - 1 : rule->max_level;

	if ((page_info & TDX_PAGE_INFO_RESERVED) || level < rule->min_level || level > max ||
	    !is_aligned(gpa, 1ull << SEPT_LEVEL_SHIFT(level)) || gpa >= sept_private_limit(td))
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	if (rule->tree_lock && is_busy(c->s, SEAM_LOCK_TREE, td->tdr, rule->tree))
		return status(TDX_OPERAND_BUSY, TDX_ID_SEPT_TREE);
	if (!sept_walk(c->s, td, gpa, level, ret_place))
		return sept_refuse(c, ret_place, TDX_EPT_WALK_FAILED);
	if (!rule->entry_lock)
		return TDX_SUCCESS;
	if (*ret_place->entry & SEPT_TDEL) {
		*ret_place->entry |= SEPT_HP;
		return sept_refuse(c, ret_place, TDX_OPERAND_BUSY);
	}
	*ret_place->entry &= ~SEPT_HP;
	return TDX_SUCCESS;
}

/* No VCPU can still use a translation cached before the range was blocked. */
bool sept_tracked(const struct td *td, uint64_t bepoch)
{
	if (bepoch >> 63)
		return false;
	if (bepoch < td->epoch - 1)
		return true;
	return bepoch == td->epoch - 1 && td->inside[bepoch % 2] == 0;
}
