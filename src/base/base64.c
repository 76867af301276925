/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64, RFC 4648. */
#include "base/base64.h"

static const char digits[2][65] = {
	[BASE64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	[BASE64URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

char *base64_encode(enum base64_form form, const void *bytes, size_t n, char *text)
{
	const uint8_t *b = bytes;
	const char *digit = digits[form];
	size_t at = 0;

	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		uint32_t group = (uint32_t)b[i] << 16;

		if (have > 1)
			group |= (uint32_t)b[i + 1] << 8;
		if (have > 2)
			group |= b[i + 2];
		for (size_t j = 0; j <= have; j++, group <<= 6)
			text[at++] = digit[group >> 18 & 63];
		for (size_t j = have; form == BASE64 && j < 3; j++)
			text[at++] = '=';
	}
	text[at] = '\0';
	return text;
}

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool base64_decode(const char *text, size_t size, uint8_t *ret_bytes, size_t *ret_size)
{
	uint32_t word = 0;
	size_t out = 0, n = 0, padding = 0;

	for (size_t i = 0; i < size; i++) {
		int value = value_of(text[i]);

		if (value < 0 && is_blank(text[i]))
			continue;
		if (value < 0 && text[i] == '=' && ++padding <= 2)
			continue;
		if (value < 0 || padding)
			return false;
		word = word << 6 | (uint32_t)value;
		if (++n % 4 == 0) {
			ret_bytes[out++] = (uint8_t)(word >> 16);
			ret_bytes[out++] = (uint8_t)(word >> 8);
			ret_bytes[out++] = (uint8_t)word;
		}
	}
	if (n % 4 == 1 || (padding && (n + padding) % 4 != 0))
		return false;
	if (n % 4 >= 2)
		ret_bytes[out++] = (uint8_t)(n % 4 == 2 ? word >> 4 : word >> 10);
	if (n % 4 == 3)
		ret_bytes[out++] = (uint8_t)(word >> 2);
	*ret_size = out;
	return true;
}
