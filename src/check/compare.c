/* SPDX-License-Identifier: BSD-2-Clause */
/* One field compared in every piece of evidence that shows it, as one claim. */
#include "check/compare.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

bool value_same(const struct value_bytes *a, const struct value_bytes *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

struct comparison compare_begin(const char *field)
{
	return (struct comparison){ .field = field };
}

static void add_name(struct comparison *c, const char *name)
{
	size_t n = strlen(c->subject);

	if (n + 4 < sizeof(c->subject))
		snprintf(c->subject + n, sizeof(c->subject) - n, "%s%.250s", n ? ", " : "", name);
}

void compare_one(struct comparison *c, const struct witness *w, const struct value_bytes *match)
{
	const struct value_bytes *is = witness_get(w, c->field);

	if (!is)
		return;
	c->shown++;
	if (!match && c->wrong++ == 0) {
		c->found = is;
		c->subject[0] = '\0';
	}
	if (!match || c->wrong == 0)
		add_name(c, w->name);
}

static const char not_shown[] = "give evidence that shows it: a quote or a TDREPORT has the TD's "
				"registers, a launch log its firmware";

int compare_claim(const struct comparison *c, struct job *j, const char *source,
		  const char *passed, const char *advice, struct tdl_error *err)
{
	char have[2 * VALUE_MAX + 1], want[2 * VALUE_MAX + 1];
	struct tdl_claim like = { .kind = TDL_CLAIM_VALUE, .name = c->field, .subject = c->subject,
				  .source = source, .advice = advice };

	if (c->shown == 0) {
		like.state = TDL_STATE_NOT_DONE;
		like.advice = not_shown;
		return claim(j, &like, err, "no evidence shows it");
	}
	if (c->wrong == 0) {
		like.state = TDL_STATE_PASSED;
		return claim(j, &like, err, "%s", passed);
	}
	like.state = TDL_STATE_FAILED;
	hex_encode(c->found->bytes, c->found->size, have);
	if (!c->expected)
		return claim(j, &like, err, "it is %s, which is none of the values expected", have);
	return claim(j, &like, err, "it is %s, expected is %s", have,
		     hex_encode(c->expected->bytes, c->expected->size, want));
}
