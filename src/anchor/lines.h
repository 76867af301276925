/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of journals and quotes: lines of a word, a blank and a value, the first of which names
 * the format. Printable ASCII, every line ended. */
#ifndef ANCHOR_LINES_H
#define ANCHOR_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/anchor.h>

#include "anchor/bank.h"

#define WORD_BYTES_MAX 2048 /* bytes in one value of hex */
#define LINES_MAX ((size_t)4 << 20) /* bytes in a file of these */

struct lines {
	const char *at;
	size_t left;	 /* bytes */
	unsigned number; /* of the line below, from 1 */
	/* The line read last. */
	const char *word, *value;
	size_t word_size, value_size;
};

/* Begin, and read the first line, which must be this one: -EBADMSG when not, -E2BIG for too much. */
int lines_begin(struct lines *l, const void *bytes, size_t size, const char *first,
		struct tdl_error *err);
/* 1 with a line, 0 at the end, -EBADMSG when it is not one, -ENODATA when it has no end. */
int lines_next(struct lines *l, struct tdl_error *err);
bool lines_is(const struct lines *l, const char *word);
/* -EBADMSG with the line's number. */
int lines_bad(const struct lines *l, const char *what, struct tdl_error *err);

/* Values. Each moves behind what it took; false when it is not there. */
struct words {
	const char *at;
	size_t left;
};
struct words lines_words(const struct lines *l);
/* A decimal number of at most max, and the blank or the end behind it. */
bool words_number(struct words *w, uint64_t max, uint64_t *ret);
/* n bytes in lower-case hex, likewise. */
bool words_hex(struct words *w, uint8_t *ret_bytes, size_t n);
/* The name of a bank and a digest of its size, and the end. */
bool words_bank_value(struct words *w, struct bank_value *ret);
/* "pcr:14" or "nv:0x1800001", and the end. */
bool words_register(struct words *w, enum tdl_log_register *ret_kind, uint32_t *ret_index);

/* At most max bytes of hex that make up the whole value. */
bool lines_hex(const struct lines *l, uint8_t *ret_bytes, size_t max, size_t *ret_size);

#define REGISTER_TEXT 16
char *register_text(enum tdl_log_register kind, uint32_t index, char text[REGISTER_TEXT]);

#endif
