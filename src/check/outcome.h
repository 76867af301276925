/* SPDX-License-Identifier: BSD-2-Clause */
/* Many checks of one kind become one claim: its state is the worst, its reason the first of that
 * state, and the names of the others follow. */
#ifndef CHECK_OUTCOME_H
#define CHECK_OUTCOME_H

#include <stddef.h>

#include "check/check.h"

struct outcome {
	size_t checks;
	enum tdl_state state; /* worst so far: failed, not done, passed */
	const char *name, *advice; /* of the check that made it so; static */
	char reason[600], source[200];
	char others[300]; /* further checks of that state */
};

/* One check; reason and source are copied, NULL advice is "". What was not asked for is passed
 * over. */
void outcome_add(struct outcome *o, const char *name, enum tdl_state state, const char *reason,
		 const char *source, const char *advice);

/* The claim; passed is its reason when all is well. The source is like->source when there is one.
 * Nothing at all when no check was added. */
int outcome_claim(const struct outcome *o, struct job *j, const struct tdl_claim *like,
		  const char *passed, struct tdl_error *err);

/* What to do about a check of tdl_verify() that failed or was not done. Static. */
const char *advice_for(const char *check, enum tdl_state state);

#endif
