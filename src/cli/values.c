/* SPDX-License-Identifier: BSD-2-Clause */
/* Values on the command line, and how they are printed again. */
#include "cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

/* Digits of a whole number; *ret_end is what follows them. */
static int parse_digits(const char *text, int base, uint64_t *ret, const char **ret_end)
{
	char *end;

	if (!isxdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*ret = strtoull(text, &end, base);
	if (errno || end == text)
		return -EINVAL;
	*ret_end = end;
	return 0;
}

/* How far a suffix shifts; -1 when it is none. QEMU counts in MiB when there is no suffix. */
static int suffix_shift(const char *suffix)
{
	static const char letters[] = "BKMGTPE";
	const char *at;

	if (!*suffix)
		return 20;
	at = strchr(letters, toupper((unsigned char)*suffix));
	if (!at || suffix[1])
		return -1;
	return 10 * (int)(at - letters);
}

int cli_parse_memory(const char *text, uint64_t *ret_bytes, struct tdl_error *err)
{
	const char *digits = strncmp(text, "size=", 5) == 0 ? text + 5 : text;
	const char *end = digits;
	uint64_t n = 0;
	int shift;

	if (parse_digits(digits, 10, &n, &end) < 0 || (shift = suffix_shift(end)) < 0)
		return tdl_fail(err, -EINVAL,
				"'%s' is not a size; sizes look like 512M, 2G or 1048576B", text);
	if (n > UINT64_MAX >> shift)
		return tdl_fail(err, -EINVAL, "the size %s does not fit 64 bits", text);
	*ret_bytes = n << shift;
	return 0;
}

int cli_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret,
		     struct tdl_error *err)
{
	bool hex = strncasecmp(text, "0x", 2) == 0;
	const char *digits = hex ? text + 2 : text;
	const char *end = digits;
	uint64_t n = 0;

	if (parse_digits(digits, hex ? 16 : 10, &n, &end) < 0 || *end)
		return tdl_fail(err, -EINVAL, "'%s' is not a whole number", text);
	if (n < min || n > max)
		return tdl_fail(err, -EINVAL, "%s is not between %llu and %llu", text,
				(unsigned long long)min, (unsigned long long)max);
	*ret = n;
	return 0;
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Exactly n bytes from base64 text with its padding. */
static bool base64_decode(const char *text, uint8_t *ret_bytes, size_t n)
{
	uint8_t out[66];
	size_t filled = 0;

	if (strlen(text) != (n + 2) / 3 * 4 || n > 64)
		return false;
	for (size_t i = 0; text[i]; i += 4) {
		uint32_t group = 0;

		for (size_t j = 0; j < 4; j++) {
			const char *at = strchr(base64_digits, text[i + j]);
			bool padding = filled + j > n;

			if (padding ? text[i + j] != '=' : !at)
				return false;
			group = group << 6 | (padding ? 0 : (uint32_t)(at - base64_digits));
		}
		for (int shift = 16; shift >= 0; shift -= 8)
			out[filled++] = (uint8_t)(group >> shift);
	}
	if (!all_zero(out + n, filled - n))
		return false;
	memcpy(ret_bytes, out, n);
	return true;
}

int cli_parse_bytes(const char *text, void *ret_bytes, size_t n, struct tdl_error *err)
{
	if (hex_decode(text, ret_bytes, n) || base64_decode(text, ret_bytes, n))
		return 0;
	return tdl_fail(err, -EINVAL,
			"'%.140s' is not %zu bytes: %zu hex digits or %zu characters of base64",
			text, n, 2 * n, (n + 2) / 3 * 4);
}

static char *base64_encode(const uint8_t *b, size_t n, char *text)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t group = (uint32_t)b[i] << 16;

		if (i + 1 < n)
			group |= (uint32_t)b[i + 1] << 8;
		if (i + 2 < n)
			group |= b[i + 2];
		text[at++] = base64_digits[group >> 18];
		text[at++] = base64_digits[group >> 12 & 63];
		text[at++] = i + 1 < n ? base64_digits[group >> 6 & 63] : '=';
		text[at++] = i + 2 < n ? base64_digits[group & 63] : '=';
	}
	text[at] = '\0';
	return text;
}

char *cli_bytes(const void *bytes, size_t n, bool base64, char *text)
{
	return base64 ? base64_encode(bytes, n, text) : hex_encode(bytes, n, text);
}

char *cli_size(uint64_t bytes, char text[CLI_SIZE_TEXT])
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB" };
	size_t unit = 0;

	while (unit + 1 < ARRAY_SIZE(units) && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text, CLI_SIZE_TEXT, "%llu %s", (unsigned long long)bytes, units[unit]);
	return text;
}
