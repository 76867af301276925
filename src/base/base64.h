/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes into base64 and back. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The alphabet with '+' and '/', padded; or that with '-' and '_', not padded (RFC 4648, 5). */
enum base64_form { BASE64, BASE64URL };

/* Characters of n bytes, without the NUL; of BASE64URL at most. */
static inline size_t base64_size(size_t n)
{
	return (n + 2) / 3 * 4;
}

/* text holds base64_size(n) + 1 characters. Returns text. */
char *base64_encode(enum base64_form form, const void *bytes, size_t n, char *text);

/* Either alphabet, white space skipped, padding optional. *ret_size is at most size / 4 * 3 + 3,
 * which is what ret_bytes must hold. */
bool base64_decode(const char *text, size_t size, uint8_t *ret_bytes, size_t *ret_size);

#endif
