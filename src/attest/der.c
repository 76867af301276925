/* SPDX-License-Identifier: BSD-2-Clause */
/* Tags and lengths. Source: ITU-T X.690, distinguished encoding rules. */
#include "attest/der.h"

static size_t take_length(struct cursor *c)
{
	uint8_t first = cursor_u8(c);
	size_t length = 0;

	if (first < 0x80)
		return first;
	unsigned n = first & 0x7f;
	if (n == 0 || n > 4) {
		c->bad = true;
		return 0;
	}
	for (unsigned i = 0; i < n; i++)
		length = length << 8 | cursor_u8(c);
	if (length < 0x80 || (n > 1 && length >> (8 * (n - 1)) == 0))
		c->bad = true; /* a shorter form exists */
	return length;
}

struct cursor der_take(struct cursor *c, uint8_t tag)
{
	if (der_peek(c) != tag)
		c->bad = true;
	cursor_skip(c, 1);
	size_t length = take_length(c);
	return cursor_take(c, length);
}

uint64_t der_take_unsigned(struct cursor *c, uint8_t tag)
{
	struct cursor v = der_take(c, tag);
	uint64_t value = 0;
	bool padded = v.left > 1 && v.next[0] == 0 && v.next[1] < 0x80;

	if (v.bad || v.left == 0 || v.left > 8 || v.next[0] >= 0x80 || padded) {
		c->bad = true;
		return 0;
	}
	while (v.left)
		value = value << 8 | cursor_u8(&v);
	return value;
}

size_t der_size(const uint8_t *bytes, size_t size)
{
	struct cursor c = cursor_of(bytes, size);

	cursor_skip(&c, 1);
	size_t length = take_length(&c);
	cursor_skip(&c, length);
	return c.bad ? 0 : size - c.left;
}
