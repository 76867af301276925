/* SPDX-License-Identifier: BSD-2-Clause */
/* Values on the command line, and how they are printed again. */
#include "cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/base64.h"
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

/* Exactly n bytes from base64 text with its padding: as they would be written. */
static bool exact_base64(const char *text, uint8_t *ret_bytes, size_t n)
{
	uint8_t bytes[CLI_BYTES_TEXT];
	char again[CLI_BYTES_TEXT];
	size_t size = 0;

	if (n > 64 || strlen(text) != base64_size(n) ||
	    !base64_decode(text, strlen(text), bytes, &size) || size != n ||
	    strcmp(base64_encode(BASE64, bytes, n, again), text) != 0)
		return false;
	memcpy(ret_bytes, bytes, n);
	return true;
}

int cli_parse_bytes(const char *text, void *ret_bytes, size_t n, struct tdl_error *err)
{
	if (hex_decode(text, ret_bytes, n) || exact_base64(text, ret_bytes, n))
		return 0;
	return tdl_fail(err, -EINVAL,
			"'%.140s' is not %zu bytes: %zu hex digits or %zu characters of base64",
			text, n, 2 * n, (n + 2) / 3 * 4);
}

char *cli_bytes(const void *bytes, size_t n, bool base64, char *text)
{
	return base64 ? base64_encode(BASE64, bytes, n, text) : hex_encode(bytes, n, text);
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
