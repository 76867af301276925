/* SPDX-License-Identifier: BSD-2-Clause */
/* Doors for tests only: hold a lock from outside, so that a call finds it taken, and let things
 * that depend on chance or time happen on demand. */
#ifndef KERNEL_SEAM_SEAM_TEST_H
#define KERNEL_SEAM_SEAM_TEST_H

#include <stdbool.h>
#include <stdint.h>

struct seam;

enum seam_lock {
	SEAM_LOCK_PAGE,	 /* PAMT entry: a = physical address, b = level */
	SEAM_LOCK_OP,	 /* a = TDR */
	SEAM_LOCK_TREE,	 /* a = TDR */
	SEAM_LOCK_ENTRY, /* a = TDR, b = GPA | level; always exclusive. The entry must exist */
	SEAM_LOCK_EPOCH, /* a = TDR */
	SEAM_LOCK_RTMR,	 /* a = TDR */
	SEAM_LOCK_KOT,
	SEAM_LOCK_KET,
	SEAM_LOCK_WBCACHE, /* a = package */
	SEAM_LOCK_SYS,
	SEAM_LOCK_TDMR, /* a = base */
};

enum seam_mode { SEAM_SHARED, SEAM_EXCLUSIVE };

/* Take a lock whatever its state; 0, or -ENOSPC when too many are held, -ENOENT for no entry. */
int seam_test_hold(struct seam *seam, enum seam_lock lock, uint64_t a, uint64_t b,
		   enum seam_mode mode);
/* Release it again; -ENOENT when it is not held like that. */
int seam_test_release(struct seam *seam, enum seam_lock lock, uint64_t a, uint64_t b,
		      enum seam_mode mode);

/* From now on VCPUs stay inside after TDH.VP.ENTER, counted in their epoch, with TDR and TDVPR held
 * shared, until seam_test_leave(). */
void seam_test_stay(struct seam *seam, bool stay);
int seam_test_leave(struct seam *seam, uint64_t tdvpr_pa);

void seam_test_no_entropy(struct seam *seam, unsigned calls);	/* next ones: RND_NO_ENTROPY */
void seam_test_no_key(struct seam *seam, unsigned calls);	/* KEY_GENERATION_FAILED */
void seam_test_interrupt_wb(struct seam *seam, unsigned calls); /* INTERRUPTED_RESUMABLE */
void seam_test_fatal(struct seam *seam, uint64_t tdr_pa);	/* TDR.FATAL := 1 */
/* Put a TD into an OP_STATE that only migration reaches, to test leaf by OP_STATE. */
void seam_test_op_state(struct seam *seam, uint64_t tdr_pa, unsigned op_state);

#endif
