/* SPDX-License-Identifier: BSD-2-Clause */
/* Any sequence of calls, made from a stream of bytes, with the module's invariants checked after
 * each one. A broken invariant aborts. Shared by the property test and the fuzz harness. */
#ifndef TESTS_UNIT_SEAM_WALKER_H
#define TESTS_UNIT_SEAM_WALKER_H

#include <stddef.h>
#include <stdint.h>

/* How far the sequence came, so that a test can see that it is not all refusals. */
struct walk_tally {
	unsigned calls, successes, adds, extends, finalized, accepts, removed, reclaimed;
};

void walk_calls(const uint8_t *bytes, size_t size, struct walk_tally *tally);

#endif
