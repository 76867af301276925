/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers into bytes, and bytes into hex digits and back. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline void put_le16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)v;
	at[1] = (uint8_t)(v >> 8);
}

static inline void put_le32(uint8_t *at, uint32_t v)
{
	put_le16(at, (uint16_t)v);
	put_le16(at + 2, (uint16_t)(v >> 16));
}

static inline void put_le64(uint8_t *at, uint64_t v)
{
	put_le32(at, (uint32_t)v);
	put_le32(at + 4, (uint32_t)(v >> 32));
}

static inline void put_be16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static inline void put_be32(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 24);
	at[1] = (uint8_t)(v >> 16);
	at[2] = (uint8_t)(v >> 8);
	at[3] = (uint8_t)v;
}

/* Lower-case hex digits of n bytes; text holds 2 n + 1 characters. Returns text. */
char *hex_encode(const void *bytes, size_t n, char *text);

/* Exactly n bytes from exactly 2 n hex digits of either case. False, and bytes untouched, when the
 * text is anything else. */
bool hex_decode(const char *text, void *ret_bytes, size_t n);

bool all_zero(const void *bytes, size_t n);

#endif
