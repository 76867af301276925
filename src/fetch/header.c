/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of "name: value", and percent-encoding. */
#include "fetch/header.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "attest/cert.h"
#include "base/bytes.h"
#include "base/scope.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Is the line this header? Then its value. */
static bool split(const char *line, size_t size, const char *name, const char **ret_value,
		  size_t *ret_size)
{
	size_t n = strlen(name);

	if (size <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
		return false;
	line += n + 1;
	size -= n + 1;
	while (size && is_blank(line[0])) {
		line++;
		size--;
	}
	while (size && is_blank(line[size - 1]))
		size--;
	*ret_value = line;
	*ret_size = size;
	return true;
}

int header_find(const char *headers, size_t size, const char *name, const char **ret_value,
		size_t *ret_size, struct tdl_error *err)
{
	const char *value = NULL;
	size_t value_size = 0;
	unsigned found = 0;

	while (size) {
		const char *end = memchr(headers, '\n', size);
		size_t line = end ? (size_t)(end - headers) : size;

		found += split(headers, line, name, &value, &value_size);
		line += end != NULL;
		headers += line;
		size -= line;
	}
	if (found != 1)
		return tdl_fail(err, found ? -EBADMSG : -ENOENT, "the answer has %s header %s",
				found ? "more than one" : "no", name);
	*ret_value = value;
	*ret_size = value_size;
	return 0;
}

/* What a PEM text is made of, and nothing that a terminal or a parser would trip over. */
static bool is_plain(uint8_t c)
{
	return (c >= ' ' && c <= '~') || c == '\n' || c == '\r';
}

static int decode(const char *value, size_t size, char *ret_text, size_t *ret_size,
		  struct tdl_error *err)
{
	size_t n = 0;

	for (size_t at = 0; at < size; at++) {
		uint8_t c = (uint8_t)value[at];

		if (c == '%') {
			char digits[3] = "";

			if (size - at > 2)
				memcpy(digits, value + at + 1, 2);
			if (!hex_decode(digits, &c, 1))
				return tdl_fail(err, -EBADMSG, "malformed escape at %zu", at);
			at += 2;
		}
		if (!is_plain(c))
			return tdl_fail(err, -EBADMSG, "byte 0x%02x is no part of PEM text", c);
		ret_text[n++] = (char)c;
	}
	*ret_size = n;
	return 0;
}

int header_chain(const char *value, size_t size, char **ret_pem, size_t *ret_size,
		 struct tdl_error *err)
{
	AUTO_CERTS struct certs certs = { 0 };
	AUTO_FREE char *text = NULL;
	size_t n = 0;

	if (size > 3 * (size_t)CHAIN_LIMIT)
		return tdl_fail(err, -E2BIG, "a chain of %zu bytes, %d are the most", size,
				3 * CHAIN_LIMIT);
	text = malloc(size + 1);
	if (!text)
		return tdl_fail(err, -ENOMEM, "no memory for a chain");
	int rc = decode(value, size, text, &n, err);
	if (rc == 0 && n > CHAIN_LIMIT)
		rc = tdl_fail(err, -E2BIG, "a chain of %zu bytes, %d are the most", n, CHAIN_LIMIT);
	if (rc == 0)
		rc = certs_parse_pem((const uint8_t *)text, n, CERTS_LIMIT, &certs, err);
	if (rc < 0)
		return rc;
	text[n] = '\0';
	*ret_pem = steal(text);
	*ret_size = n;
	return 0;
}
