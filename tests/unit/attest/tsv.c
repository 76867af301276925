/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/attest/tsv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>

#include "base/bytes.h"
#include "tests/lib/test.h"

struct tsv *tsv_corpus(const char *name)
{
	char relative[256];
	size_t size = 0;

	snprintf(relative, sizeof(relative), "attestation/%s", name);
	const char *path = test_corpus(relative);
	if (!path) {
		fprintf(stderr, "skipped: the test data has no %s\n", relative);
		return NULL;
	}
	struct tsv *t = calloc(1, sizeof(*t));
	uint8_t *bytes = test_read(path, &size);
	t->text = malloc(size + 1);
	memcpy(t->text, bytes, size);
	t->text[size] = '\0';
	free(bytes);
	for (const char *c = t->text; *c && *c != '\n'; c++)
		t->columns += *c == '\t';
	t->columns++;
	size_t lines = 0;
	for (const char *c = t->text; *c; c++)
		lines += *c == '\n';
	t->cells = calloc(lines * t->columns, sizeof(*t->cells));
	size_t n = 0;
	for (char *c = t->text; *c && n < lines * t->columns;) {
		size_t len = strcspn(c, "\t\n");

		t->cells[n++] = c;
		c += len;
		if (*c)
			*c++ = '\0';
	}
	t->rows = lines - 1;
	ck_assert_msg(n == lines * t->columns, "%s is ragged", name);
	return t;
}

void tsv_free(struct tsv *tsv)
{
	free(tsv->cells);
	free(tsv->text);
	free(tsv);
}

const char *tsv_cell(const struct tsv *tsv, size_t row, const char *column)
{
	for (size_t i = 0; i < tsv->columns; i++)
		if (strcmp(tsv->cells[i], column) == 0)
			return tsv->cells[(row + 1) * tsv->columns + i];
	ck_abort_msg("no column %s", column);
	return NULL;
}

uint8_t *corpus_read(const char *name, size_t *ret_size)
{
	char relative[256];

	snprintf(relative, sizeof(relative), "attestation/%s", name);
	const char *path = test_corpus(relative);
	ck_assert_msg(path != NULL, "no %s", relative);
	return test_read(path, ret_size);
}

/* The 32-byte number at at becomes the order of P-256 minus it. */
static void negate(uint8_t *at)
{
	BIGNUM *order = NULL, *s = BN_bin2bn(at, 32, NULL);

	BN_hex2bn(&order, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
	BN_sub(s, order, s);
	BN_bn2binpad(s, at, 32);
	BN_free(s);
	BN_free(order);
}

static void apply_step(uint8_t *bytes, size_t *size, const char *step)
{
	char verb[16] = "", hex[1024] = "";
	uint8_t raw[512];
	size_t offset = 0;

	if (sscanf(step, "append %1023s", hex) == 1) {
		ck_assert(hex_decode(hex, bytes + *size, strlen(hex) / 2));
		*size += strlen(hex) / 2;
		return;
	}
	ck_assert_int_ge(sscanf(step, "%15s %zu %1023s", verb, &offset, hex), 2);
	if (strcmp(verb, "trunc") == 0) {
		*size = offset < *size ? offset : *size;
		return;
	}
	if (strcmp(verb, "negs") == 0) {
		negate(bytes + offset);
		return;
	}
	ck_assert(hex_decode(hex, raw, strlen(hex) / 2));
	for (size_t i = 0; i < strlen(hex) / 2; i++)
		bytes[offset + i] = verb[0] == 'x' ? bytes[offset + i] ^ raw[i] : raw[i];
}

uint8_t *apply_edit(uint8_t *bytes, size_t *size, const char *edit)
{
	uint8_t *work = malloc(*size + 1024);
	const char *step = edit;

	memcpy(work, bytes, *size);
	free(bytes);
	while (step) {
		apply_step(work, size, step);
		step = strstr(step, " ; ");
		step = step ? step + 3 : NULL;
	}
	uint8_t *exact = malloc(*size ? *size : 1);
	memcpy(exact, work, *size);
	free(work);
	return exact;
}
