/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's try-locks, as far as they outlive a call: a list of holders, empty in ordinary use.
 * The lock of a secure EPT entry is a bit of the entry itself. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "kernel/seam/internal.h"

/* Spin a while, then let others run: a leaf takes well under a microsecond unless it hashes. */
void seam_enter_to_aug(struct seam *s)
{
	for (unsigned tries = 0; atomic_exchange(&s->locked, 1);) {
		while (atomic_load_explicit(&s->locked, memory_order_relaxed)) {
			if (++tries % 128 == 0)
				sched_yield();
		}
	}
	lanes_collect(s);
}

void seam_enter(struct seam *s)
{
	seam_enter_to_aug(s);
	s->turn++;
}

bool locks_clash(const struct seam *s, enum seam_lock lock, uint64_t a, uint64_t b,
		 enum seam_mode mode)
{
	for (size_t i = 0; i < s->num_held; i++) {
		const struct held_lock *h = &s->held[i];

		if (h->lock == lock && h->a == a && h->b == b &&
		    (mode == SEAM_EXCLUSIVE || h->mode == SEAM_EXCLUSIVE))
			return true;
	}
	return false;
}

/* Who takes the entry of a page takes those of the larger pages around it shared. */
bool locks_page_clash(const struct seam *s, uint64_t pa, unsigned level, enum seam_mode mode,
		      bool implicit)
{
	for (size_t i = 0; i < s->num_held; i++) {
		const struct held_lock *h = &s->held[i];
		unsigned held_level = (unsigned)h->b;
		unsigned shift = SEPT_LEVEL_SHIFT(level > held_level ? level : held_level);

		if (h->lock != SEAM_LOCK_PAGE || h->a >> shift != pa >> shift)
			continue;
		if (held_level == level && (mode == SEAM_EXCLUSIVE || h->mode == SEAM_EXCLUSIVE))
			return true;
		if (held_level > level && !implicit && h->mode == SEAM_EXCLUSIVE)
			return true;
		if (held_level < level && mode == SEAM_EXCLUSIVE)
			return true;
	}
	return false;
}

int locks_hold(struct seam *s, enum seam_lock lock, uint64_t a, uint64_t b, enum seam_mode mode)
{
	if (s->num_held == s->held_room) {
		size_t room = s->held_room ? s->held_room * 2 : 16;
		struct held_lock *held = realloc(s->held, room * sizeof(*held));

		if (!held)
			return -ENOMEM;
		s->held = held;
		s->held_room = room;
	}
	s->held[s->num_held++] = (struct held_lock){ lock, mode, a, b };
	return 0;
}

static int release(struct seam *s, enum seam_lock lock, uint64_t a, uint64_t b, enum seam_mode mode)
{
	for (size_t i = 0; i < s->num_held; i++) {
		const struct held_lock *h = &s->held[i];

		if (h->lock == lock && h->a == a && h->b == b && h->mode == mode) {
			s->held[i] = s->held[--s->num_held];
			return 0;
		}
	}
	return -ENOENT;
}

static int mark_entry(struct seam *s, uint64_t tdr, uint64_t page_info, bool lock)
{
	struct td *td = page_map_get(&s->tds, tdr);
	struct sept_place at;

	if (!td || !td->root ||
	    !sept_walk(s, td, page_info & TDX_PAGE_INFO_GPA, page_info & TDX_PAGE_INFO_LEVEL, &at))
		return -ENOENT;
	*at.entry = lock ? *at.entry | SEPT_TDEL : *at.entry & ~SEPT_TDEL;
	return 0;
}

int seam_test_hold(struct seam *s, enum seam_lock lock, uint64_t a, uint64_t b, enum seam_mode mode)
{
	int rc;

	seam_enter(s);
	rc = lock == SEAM_LOCK_ENTRY ? mark_entry(s, a, b, true) : locks_hold(s, lock, a, b, mode);
	seam_leave(s);
	return rc;
}

int seam_test_release(struct seam *s, enum seam_lock lock, uint64_t a, uint64_t b,
		      enum seam_mode mode)
{
	int rc;

	seam_enter(s);
	rc = lock == SEAM_LOCK_ENTRY ? mark_entry(s, a, b, false) : release(s, lock, a, b, mode);
	seam_leave(s);
	return rc;
}

void seam_test_stay(struct seam *s, bool stay)
{
	seam_enter(s);
	s->stay = stay;
	seam_leave(s);
}

int seam_test_leave(struct seam *s, uint64_t tdvpr_pa)
{
	struct vcpu *v;
	int rc = -ENOENT;

	seam_enter(s);
	v = page_map_get(&s->vcpus, tdvpr_pa);
	if (v && v->state == TDX_VCPU_ACTIVE) {
		release(s, SEAM_LOCK_PAGE, v->td->tdr, 0, SEAM_SHARED);
		release(s, SEAM_LOCK_PAGE, v->tdvpr, 0, SEAM_SHARED);
		v->td->inside[v->slot]--;
		v->state = TDX_VCPU_READY;
		rc = 0;
	}
	seam_leave(s);
	return rc;
}
