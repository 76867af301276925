/* SPDX-License-Identifier: BSD-2-Clause */
/* A list of claims: its texts are clean, and its answer is the worst of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "check/claims.h"

int tdl_claims_new(struct tdl_claims **ret_claims, struct tdl_error *err)
{
	struct tdl_claims *c = calloc(1, sizeof(*c));

	if (!c)
		return tdl_fail(err, -ENOMEM, "no memory for claims");
	*ret_claims = c;
	return 0;
}

void tdl_claims_free(struct tdl_claims *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		free(c->texts[i]);
	free(c->texts);
	free(c->list);
	free(c);
}

/* Characters that are not seen but change how what is around them is read: direction marks, ends of
 * lines, no-break marks of byte order, tags. */
static bool hides(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0x61c || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

size_t line_character(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
	uint32_t c = n == 1 ? s[0] : s[0] & (0x7fu >> n);

	for (size_t i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (n == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0) || c < least[n] || c > 0x10ffff)
		return 0;
	return (c >= 0xd800 && c < 0xe000) || (c & 0xfffe) == 0xfffe || hides(c) ? 0 : n;
}

/* A copy of text at *at, which moves behind it. */
static const char *put_clean(char **at, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	char *start = *at;

	while (*s) {
		size_t n = line_character(s);

		if (n) {
			memcpy(*at, s, n);
			*at += n;
			s += n;
		} else {
			*(*at)++ = '?';
			s++;
		}
	}
	*(*at)++ = '\0';
	return start;
}

static int make_room(struct tdl_claims *c)
{
	if (c->count < c->room)
		return 0;
	size_t room = c->room ? 2 * c->room : 16;
	void *list = reallocarray(c->list, room, sizeof(*c->list));

	if (list)
		c->list = list;
	void *texts = reallocarray(c->texts, room, sizeof(*c->texts));
	if (texts)
		c->texts = texts;
	if (!list || !texts)
		return -ENOMEM;
	c->room = room;
	return 0;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

int tdl_claims_add(struct tdl_claims *c, const struct tdl_claim *claim, struct tdl_error *err)
{
	const char *in[] = { or_empty(claim->name), or_empty(claim->subject),
			     or_empty(claim->source), or_empty(claim->reason),
			     or_empty(claim->advice) };
	size_t size = 5;
	struct tdl_claim *to;
	char *at;

	for (int i = 0; i < 5; i++)
		size += strlen(in[i]);
	at = make_room(c) == 0 ? malloc(size) : NULL;
	if (!at) {
		c->lost = true;
		return tdl_fail(err, -ENOMEM, "no memory for a claim");
	}
	c->texts[c->count] = at;
	to = &c->list[c->count++];
	to->kind = claim->kind;
	to->state = claim->state;
	to->name = put_clean(&at, in[0]);
	to->subject = put_clean(&at, in[1]);
	to->source = put_clean(&at, in[2]);
	to->reason = put_clean(&at, in[3]);
	to->advice = put_clean(&at, in[4]);
	return 0;
}

size_t tdl_claims_count(const struct tdl_claims *c)
{
	return c->count;
}

const struct tdl_claim *tdl_claims_at(const struct tdl_claims *c, size_t index)
{
	return index < c->count ? &c->list[index] : NULL;
}

size_t claims_with(const struct tdl_claims *c, enum tdl_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		n += c->list[i].state == state;
	return n;
}

enum tdl_answer tdl_claims_answer(const struct tdl_claims *c)
{
	if (claims_with(c, TDL_STATE_FAILED))
		return TDL_ANSWER_NO;
	if (c->lost || claims_with(c, TDL_STATE_NOT_DONE) || !claims_with(c, TDL_STATE_PASSED))
		return TDL_ANSWER_UNKNOWN;
	return TDL_ANSWER_YES;
}
