/* SPDX-License-Identifier: BSD-2-Clause */
/* One field compared in every piece of evidence that shows it, as one claim. */
#ifndef CHECK_COMPARE_H
#define CHECK_COMPARE_H

#include "check/check.h"

struct comparison {
	const char *field;
	size_t shown, wrong;
	char subject[600]; /* the pieces that show it; when some are wrong, those */
	const struct value_bytes *expected; /* when there is but one value; borrowed */
	const struct value_bytes *found;    /* the first wrong one; borrowed */
};

bool value_same(const struct value_bytes *a, const struct value_bytes *b);

struct comparison compare_begin(const char *field);
/* One piece; match is the expected value that it equals, NULL for none. Pieces that do not show the
 * field are passed over. */
void compare_one(struct comparison *c, const struct witness *w, const struct value_bytes *match);
/* Passed when it was shown and never wrong; not done when nothing shows the field. */
int compare_claim(const struct comparison *c, struct job *j, const char *source,
		  const char *passed, const char *advice, struct tdl_error *err);

#endif
