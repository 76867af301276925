/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of test data: tab-separated, the first line names the columns. */
#ifndef TESTS_ATTEST_TSV_H
#define TESTS_ATTEST_TSV_H

#include <stddef.h>
#include <stdint.h>

struct tsv {
	char *text;   /* owned */
	char **cells; /* owned; rows * columns, the heading first */
	size_t rows;  /* without the heading */
	size_t columns;
};

/* Read corpus file attestation/<name>; NULL (and said so) when the corpus is not there. */
struct tsv *tsv_corpus(const char *name);
void tsv_free(struct tsv *tsv);
/* A cell by column name; fails the test when there is no such column. */
const char *tsv_cell(const struct tsv *tsv, size_t row, const char *column);

/* Read corpus file attestation/<name>, which must exist. Caller frees. */
uint8_t *corpus_read(const char *name, size_t *ret_size);

/* Apply "set OFF HEX", "xor OFF HEX", "trunc LEN", "append HEX" and "negs OFF", joined by " ; ".
 * The result is a new exact allocation; bytes is freed. */
uint8_t *apply_edit(uint8_t *bytes, size_t *size, const char *edit);

#endif
