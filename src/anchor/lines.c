/* SPDX-License-Identifier: BSD-2-Clause */
/* One line at a time, nothing copied. */
#include "anchor/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

int lines_bad(const struct lines *l, const char *what, struct tdl_error *err)
{
	return tdl_fail(err, -EBADMSG, "line %u: %s", l->number, what);
}

int lines_begin(struct lines *l, const void *bytes, size_t size, const char *first,
		struct tdl_error *err)
{
	size_t n = strlen(first);

	*l = (struct lines){ .at = bytes, .left = size, .number = 1 };
	if (size > LINES_MAX)
		return tdl_fail(err, -E2BIG, "%zu bytes; the limit is %zu", size, LINES_MAX);
	if (size <= n || memcmp(bytes, first, n) != 0 || l->at[n] != '\n')
		return tdl_fail(err, -EBADMSG, "does not start with \"%s\"", first);
	l->at += n + 1;
	l->left -= n + 1;
	return 0;
}

int lines_next(struct lines *l, struct tdl_error *err)
{
	const char *end, *blank;
	size_t size;

	if (l->left == 0)
		return 0;
	l->number++;
	end = memchr(l->at, '\n', l->left);
	if (!end)
		return tdl_fail(err, -ENODATA, "line %u has no end", l->number);
	size = (size_t)(end - l->at);
	for (size_t i = 0; i < size; i++)
		if (l->at[i] < 0x20 || l->at[i] > 0x7e)
			return lines_bad(l, "not printable ASCII", err);
	blank = memchr(l->at, ' ', size);
	l->word = l->at;
	l->word_size = blank ? (size_t)(blank - l->at) : size;
	l->value = blank ? blank + 1 : end;
	l->value_size = (size_t)(end - l->value);
	l->at += size + 1;
	l->left -= size + 1;
	return 1;
}

bool lines_is(const struct lines *l, const char *word)
{
	return strlen(word) == l->word_size && memcmp(word, l->word, l->word_size) == 0;
}

struct words lines_words(const struct lines *l)
{
	return (struct words){ .at = l->value, .left = l->value_size };
}

/* Behind a word comes a blank and another, or the end. */
static bool pass(struct words *w, size_t n)
{
	if (n == 0 || (n < w->left && (w->at[n] != ' ' || n + 1 == w->left)))
		return false;
	n += n < w->left;
	w->at += n;
	w->left -= n;
	return true;
}

bool words_number(struct words *w, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	size_t n = 0;

	for (; n < w->left && w->at[n] >= '0' && w->at[n] <= '9'; n++) {
		uint64_t digit = (uint64_t)(w->at[n] - '0');

		if (value > (max - digit) / 10 || digit > max)
			return false;
		value = value * 10 + digit;
	}
	if (n > 1 && w->at[0] == '0')
		return false;
	*ret = value;
	return pass(w, n);
}

bool words_hex(struct words *w, uint8_t *ret_bytes, size_t n)
{
	char text[2 * WORD_BYTES_MAX + 1];

	if (n > WORD_BYTES_MAX || w->left < 2 * n)
		return false;
	memcpy(text, w->at, 2 * n);
	text[2 * n] = '\0';
	if (strpbrk(text, "ABCDEF") || !hex_decode(text, ret_bytes, n))
		return false;
	return pass(w, 2 * n);
}

bool words_bank_value(struct words *w, struct bank_value *ret)
{
	const char *blank = memchr(w->at, ' ', w->left);
	size_t n = blank ? (size_t)(blank - w->at) : 0;
	const struct bank *bank = bank_named(w->at, n);

	if (!bank || !pass(w, n))
		return false;
	ret->bank = bank;
	return words_hex(w, ret->digest, bank->size) && w->left == 0;
}

bool words_register(struct words *w, enum tdl_log_register *ret_kind, uint32_t *ret_index)
{
	char text[REGISTER_TEXT], again[REGISTER_TEXT];

	if (w->left >= sizeof(text))
		return false;
	memcpy(text, w->at, w->left);
	text[w->left] = '\0';
	return tdl_anchor_register_parse(text, ret_kind, ret_index, NULL) == 0 &&
	       strcmp(register_text(*ret_kind, *ret_index, again), text) == 0;
}

bool lines_hex(const struct lines *l, uint8_t *ret_bytes, size_t max, size_t *ret_size)
{
	struct words w = lines_words(l);
	size_t n = l->value_size / 2;

	if (n > max || l->value_size % 2 || !words_hex(&w, ret_bytes, n) || w.left)
		return false;
	*ret_size = n;
	return true;
}

char *register_text(enum tdl_log_register kind, uint32_t index, char text[REGISTER_TEXT])
{
	snprintf(text, REGISTER_TEXT, kind == TDL_LOG_REGISTER_NV ? "nv:0x%x" : "pcr:%u", index);
	return text;
}

int tdl_anchor_register_parse(const char *name, enum tdl_log_register *ret_kind,
			      uint32_t *ret_index, struct tdl_error *err)
{
	bool nv = strncmp(name, "nv:", 3) == 0;
	const char *digits = name + (nv ? 3 : 4);
	char *end = NULL;
	unsigned long index;

	if (!nv && strncmp(name, "pcr:", 4) != 0)
		return tdl_fail(err, -EINVAL, "'%s' is no register: pcr:14 and nv:0x1800001 are",
				name);
	errno = 0;
	index = strtoul(digits, &end, 0);
	if (*digits < '0' || *digits > '9' || *end || errno || index > UINT32_MAX)
		return tdl_fail(err, -EINVAL, "'%s' has no number", name);
	if (!nv && index > 23)
		return tdl_fail(err, -EINVAL, "no PCR %lu; a TPM has 0 to 23", index);
	if (nv && index >> 24 != 1)
		return tdl_fail(err, -EINVAL,
				"0x%lx is not an NV index; 0x1000000 to 0x1ffffff are", index);
	*ret_kind = nv ? TDL_LOG_REGISTER_NV : TDL_LOG_REGISTER_PCR;
	*ret_index = (uint32_t)index;
	return 0;
}
