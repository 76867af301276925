/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.MEM.PAGE.AUG beside others. Threads that fill a TD each go through a 2 MiB of guest memory and
 * one of frames, page after page; all that the leaf asks was answered by the page before. So each
 * has a lane of its own that keeps the answers, and a page that is the next one takes no lock: the
 * entry is set by compare and swap, and what the page adds to the PAMT and to the TD is counted in
 * the lane. Whoever enters the machine for anything else waits for those inside a lane, collects
 * what was counted, and starts a new turn, in which no answer of an old one is believed. */
#include <sched.h>
#include <unistd.h>

#include "arch/tdx_leaf.h"
#include "base/range.h"
#include "kernel/seam/internal.h"

#define SPINS 128u

/* Threads that were made one after the other have different ones. */
static unsigned lane_number(void)
{
	static _Thread_local unsigned number;

	if (!number)
		number = 1 + (unsigned)gettid() % SEAM_LANES;
	return number - 1;
}

static void wait_while(const atomic_uchar *flag)
{
	for (unsigned tries = 1; atomic_load(flag); tries++)
		if (tries % SPINS == 0)
			sched_yield();
}

/* Each side says what it is up to before it looks at the other, sequentially consistent. */
static void lane_enter(const struct seam *s, struct seam_lane *lane)
{
	for (;;) {
		while (atomic_exchange(&lane->inside, 1))
			wait_while(&lane->inside); /* threads more than lanes */
		if (!atomic_load(&s->locked))
			return;
		atomic_store(&lane->inside, 0);
		wait_while(&s->locked);
	}
}

static void lane_leave(struct seam_lane *lane)
{
	atomic_store_explicit(&lane->inside, 0, memory_order_release);
}

void lanes_collect(struct seam *s)
{
	for (uint64_t left = atomic_load(&s->lanes_used); left; left &= left - 1) {
		struct seam_lane *lane = &s->lanes[__builtin_ctzll(left)];

		wait_while(&lane->inside);
		if (!lane->added)
			continue;
		lane->td->chldcnt += lane->added;
		lane->block->count = (uint16_t)(lane->block->count + lane->added);
		lane->added = 0;
	}
}

/* A page at the begin of a block is never the next one. */
static bool is_next(const struct seam *s, const struct seam_lane *lane, const struct seam_regs *r)
{
	return lane->turn == s->turn && s->num_held == 0 && r->rdx == lane->tdr &&
	       r->rcx >> SEPT_LEVEL_SHIFT(1) == lane->gpa >> SEPT_LEVEL_SHIFT(1) &&
	       is_aligned(r->rcx, PAGE_SIZE_4K) && r->r8 == lane->page &&
	       !is_aligned(r->r8, 1ull << SEPT_LEVEL_SHIFT(1));
}

/* Not when the entry is in use, or somebody else's: the leaf itself has the words for that. */
static bool set_entry(uint64_t *entry, uint64_t page)
{
	uint64_t old = __atomic_load_n(entry, __ATOMIC_RELAXED);

	if ((sept_state(old) != SEPT_FREE && sept_state(old) != SEPT_REMOVED) || old & SEPT_TDEL)
		return false;
	return __atomic_compare_exchange_n(entry, &old, SEPT_LEAF_ATTR | SEPT_TDP | page, false,
					   __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

bool aug_beside(struct seam *s, struct seam_regs *r)
{
	unsigned number = lane_number();
	struct seam_lane *lane = &s->lanes[number];
	bool is_done;

	if (!(atomic_load_explicit(&s->lanes_used, memory_order_acquire) >> number & 1))
		return false;
	lane_enter(s, lane);
	is_done = is_next(s, lane, r) &&
		  set_entry(&lane->table[r->rcx >> 12 & (SEPT_ENTRIES - 1)], r->r8);
	if (is_done) {
		lane->page += PAGE_SIZE_4K;
		lane->added++;
		r->rcx = r->rdx = 0;
	}
	lane_leave(lane);
	return is_done;
}

/* A block grows in one lane only. */
static void forget_block(struct seam *s, uint64_t page)
{
	for (uint64_t left = atomic_load(&s->lanes_used); left; left &= left - 1) {
		struct seam_lane *lane = &s->lanes[__builtin_ctzll(left)];

		if (lane->page >> SEPT_LEVEL_SHIFT(1) == page >> SEPT_LEVEL_SHIFT(1))
			lane->page = 0;
	}
}

void aug_learn(struct seam *s, const struct sept_place *at, uint64_t page)
{
	unsigned number = lane_number(), i = page >> 12 & (SEPT_ENTRIES - 1);
	struct seam_lane *lane = &s->lanes[number];
	struct pamt_block *block = pamt_block(&s->pamt, page);

	forget_block(s, page);
	if (at->level != 0 || block->each || block->start + block->count != i + 1u)
		return;
	lane->turn = s->turn;
	lane->td = at->td;
	lane->tdr = at->td->tdr;
	lane->gpa = at->gpa;
	lane->table = at->entry - (at->gpa >> 12 & (SEPT_ENTRIES - 1));
	lane->block = block;
	lane->page = page + PAGE_SIZE_4K;
	atomic_fetch_or(&s->lanes_used, 1ull << number);
}
