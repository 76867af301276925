/* SPDX-License-Identifier: BSD-2-Clause */
/* Edit distance with swaps (optimal string alignment), on three rows of the table. */
#include "base/nearest.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define WORD_MAX_LETTERS 63

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

unsigned word_distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX_LETTERS + 1] = { { 0 } };
	unsigned *above2 = rows[0], *above = rows[1], *row = rows[2];
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);

	if (a_len > WORD_MAX_LETTERS || b_len > WORD_MAX_LETTERS)
		return UINT_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *spare = above2;

		above2 = above;
		above = row;
		row = spare;
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned replace = above[j - 1] + !same(a[i - 1], b[j - 1]);

			row[j] = least(above[j] + 1, row[j - 1] + 1, replace);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], above2[j - 2] + 1, row[j]);
		}
	}
	return row[b_len];
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	unsigned distance = word_distance(n->word, candidate);
	size_t len = strlen(n->word);

	/* A beginning of the candidate is always close; else a third of the letters may differ. */
	if (len >= 2 && strncasecmp(n->word, candidate, len) == 0)
		distance = 1;
	if (distance > 1 + len / 3)
		return;
	if (!n->found || distance < n->distance) {
		n->found = candidate;
		n->distance = distance;
	}
}
