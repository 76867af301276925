/* SPDX-License-Identifier: BSD-2-Clause */
/* Which known word did the user mean? The one edit distance of the project. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* How many single letters must be inserted, removed, replaced or swapped with their neighbour to
 * turn one word into the other, without regard to case. Words beyond 63 letters are infinitely far:
 * UINT_MAX. */
unsigned word_distance(const char *a, const char *b);

/* A running choice of the best candidate. Start it with the misspelt word alone. */
struct nearest {
	const char *word;  /* what was typed, borrowed */
	const char *found; /* best so far, borrowed; NULL when none is close enough to suggest */
	unsigned distance;
};

void nearest_offer(struct nearest *n, const char *candidate);

#endif
