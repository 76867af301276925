/* SPDX-License-Identifier: BSD-2-Clause */
/* Claims as the room sees them. */
#ifndef CHECK_CLAIMS_H
#define CHECK_CLAIMS_H

#include <stdbool.h>

#include <tdlaunch/check.h>

struct tdl_claims {
	struct tdl_claim *list; /* owned */
	char **texts;		/* owned: one block for the texts of each */
	size_t count, room;
	bool lost; /* a claim did not fit: the answer cannot be yes */
};

/* Bytes of the character that starts at s, or 0 when it is not one that may stand in a line: a
 * control character, one that hides, or not the shortest UTF-8 of a scalar value. */
size_t line_character(const unsigned char *s);

/* How many are in this state. */
size_t claims_with(const struct tdl_claims *claims, enum tdl_state state);

#endif
