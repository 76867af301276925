/* SPDX-License-Identifier: BSD-2-Clause */
/* A window onto bytes that are not trusted. Reading past its end yields zero and marks it bad, so a
 * record reads like the table in its specification and is judged once. */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
	const uint8_t *next; /* borrowed */
	size_t left;	     /* bytes */
	bool bad;	     /* has run dry at least once; stays set */
};

static inline struct cursor cursor_of(const void *bytes, size_t size)
{
	return (struct cursor){ .next = bytes, .left = size };
}

/* The next n bytes, borrowed, or NULL when the window is shorter than that. */
static inline const uint8_t *cursor_bytes(struct cursor *c, size_t n)
{
	const uint8_t *at = c->next;

	if (c->bad || n > c->left) {
		c->bad = true;
		return NULL;
	}
	c->next += n;
	c->left -= n;
	return at;
}

static inline void cursor_skip(struct cursor *c, size_t n)
{
	cursor_bytes(c, n);
}

/* Copy n bytes out; zeros when the window is shorter than that. */
static inline void cursor_copy(struct cursor *c, void *ret_bytes, size_t n)
{
	const uint8_t *at = cursor_bytes(c, n);

	if (at)
		memcpy(ret_bytes, at, n);
	else
		memset(ret_bytes, 0, n);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	const uint8_t *b = cursor_bytes(c, 1);

	return b ? b[0] : 0;
}

static inline uint16_t cursor_le16(struct cursor *c)
{
	const uint8_t *b = cursor_bytes(c, 2);

	return b ? (uint16_t)(b[0] | b[1] << 8) : 0;
}

static inline uint32_t cursor_le32(struct cursor *c)
{
	const uint8_t *b = cursor_bytes(c, 4);

	return b ? (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
			   (uint32_t)b[3] << 24
		 : 0;
}

static inline uint64_t cursor_le64(struct cursor *c)
{
	uint64_t low = cursor_le32(c);
	uint64_t high = cursor_le32(c);

	return c->bad ? 0 : low | high << 32;
}

static inline uint16_t cursor_be16(struct cursor *c)
{
	const uint8_t *b = cursor_bytes(c, 2);

	return b ? (uint16_t)(b[0] << 8 | b[1]) : 0;
}

static inline uint32_t cursor_be32(struct cursor *c)
{
	uint32_t high = cursor_be16(c);
	uint32_t low = cursor_be16(c);

	return c->bad ? 0 : high << 16 | low;
}

static inline uint64_t cursor_be64(struct cursor *c)
{
	uint64_t high = cursor_be32(c);
	uint64_t low = cursor_be32(c);

	return c->bad ? 0 : high << 32 | low;
}

/* A child window of len bytes from offset, both counted from here. The parent does not move and
 * does not turn bad; the child is bad when it would not fit. */
static inline struct cursor cursor_slice(const struct cursor *c, size_t offset, size_t len)
{
	if (c->bad || offset > c->left || len > c->left - offset)
		return (struct cursor){ .bad = true };
	return (struct cursor){ .next = c->next + offset, .left = len };
}

/* The next len bytes as a window of their own; the parent moves behind them. */
static inline struct cursor cursor_take(struct cursor *c, size_t len)
{
	const uint8_t *at = cursor_bytes(c, len);

	return at ? cursor_of(at, len) : (struct cursor){ .bad = true };
}

#endif
