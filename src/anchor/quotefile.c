/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines: register, tpm, then in any order attest, signature and key in hex, for an NV index its
 * nv-public, and any number of value and ek-certificate. */
#include "anchor/quotefile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/file.h"
#include "base/scope.h"

/* The lines that come once, in hex. */
static const struct {
	const char *word;
	size_t offset; /* of a struct blob */
} blobs[] = {
	{ "attest", offsetof(struct quotefile, attest) },
	{ "signature", offsetof(struct quotefile, signature) },
	{ "key", offsetof(struct quotefile, key) },
	{ "nv-public", offsetof(struct quotefile, nv_public) },
};

static bool read_blob(const struct lines *l, struct blob *b)
{
	return b->size == 0 && lines_hex(l, b->bytes, sizeof(b->bytes), &b->size) && b->size > 0;
}

static bool read_value(const struct lines *l, struct bank_values *values)
{
	struct bank_value v = { 0 };
	struct words w = lines_words(l);

	if (!words_bank_value(&w, &v) || values_find(values, v.bank))
		return false;
	values->of[values->count++] = v;
	return true;
}

static bool read_line(const struct lines *l, struct quotefile *q)
{
	struct words w = lines_words(l);

	for (size_t i = 0; i < ARRAY_SIZE(blobs); i++)
		if (lines_is(l, blobs[i].word))
			return read_blob(l, (void *)((char *)q + blobs[i].offset));
	if (lines_is(l, "value"))
		return read_value(l, &q->values);
	if (lines_is(l, "ek-certificate"))
		return q->ek_count < EK_CERTS_MAX && read_blob(l, &q->ek[q->ek_count++]);
	if (lines_is(l, "register"))
		return q->kind == TDL_LOG_REGISTER_DEFAULT &&
		       words_register(&w, &q->kind, &q->index);
	if (!lines_is(l, "tpm") || q->tpm[0] || l->value_size == 0 ||
	    l->value_size >= sizeof(q->tpm))
		return false;
	memcpy(q->tpm, l->value, l->value_size);
	return true;
}

int quotefile_read(const void *bytes, size_t size, struct quotefile *ret, struct tdl_error *err)
{
	AUTO_FREE struct quotefile *q = calloc(1, sizeof(*q));
	struct lines l;
	int rc;

	if (!q)
		return tdl_fail(err, -ENOMEM, "no memory for a quote");
	rc = lines_begin(&l, bytes, size, QUOTE_FIRST, err);
	if (rc < 0)
		return rc;
	while ((rc = lines_next(&l, err)) == 1)
		if (!read_line(&l, q))
			return lines_bad(&l, "not a line of a quote, or a second one", err);
	if (rc < 0)
		return rc;
	if (q->kind == TDL_LOG_REGISTER_DEFAULT || !q->attest.size || !q->signature.size ||
	    !q->key.size || !q->tpm[0])
		return tdl_fail(err, -ENODATA,
				"register, tpm, attest, signature or key is missing");
	if ((q->kind == TDL_LOG_REGISTER_NV) != (q->nv_public.size > 0))
		return tdl_fail(err, -EBADMSG, "nv-public belongs to an NV index, and only there");
	*ret = *q;
	return 0;
}

enum tdl_anchor_file tdl_anchor_recognise(const void *bytes, size_t size)
{
	static const struct {
		const char *first;
		enum tdl_anchor_file file;
	} kinds[] = {
		{ JOURNAL_FIRST, TDL_ANCHOR_FILE_JOURNAL },
		{ QUOTE_FIRST, TDL_ANCHOR_FILE_QUOTE },
	};

	/* Up to the number of the version: one that is not known is none the less one of these. */
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t n = (size_t)(strchr(kinds[i].first, ' ') + 1 - kinds[i].first);

		if (size >= n && memcmp(bytes, kinds[i].first, n) == 0)
			return kinds[i].file;
	}
	return TDL_ANCHOR_FILE_OTHER;
}

static void put_blob(FILE *f, const char *word, const struct blob *b)
{
	char hex[2 * STRUCT_MAX + 1];

	if (b->size > 0)
		fprintf(f, "%s %s\n", word, hex_encode(b->bytes, b->size, hex));
}

int quotefile_write(const char *path, const struct quotefile *q, struct tdl_error *err)
{
	AUTO_FREE char *text = NULL;
	char name[REGISTER_TEXT], hex[2 * BANK_DIGEST_MAX + 1];
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return tdl_fail(err, -ENOMEM, "no memory for a quote");
	fprintf(f, "%s\nregister %s\ntpm %s\n", QUOTE_FIRST, register_text(q->kind, q->index, name),
		q->tpm);
	for (size_t i = 0; i < ARRAY_SIZE(blobs); i++)
		put_blob(f, blobs[i].word, (const void *)((const char *)q + blobs[i].offset));
	for (size_t i = 0; i < q->values.count; i++)
		fprintf(f, "value %s %s\n", q->values.of[i].bank->name,
			hex_encode(q->values.of[i].digest, q->values.of[i].bank->size, hex));
	for (size_t i = 0; i < q->ek_count; i++)
		put_blob(f, "ek-certificate", &q->ek[i]);
	if (fclose(f) != 0)
		return tdl_fail(err, -ENOMEM, "no memory for a quote");
	return file_write(path, text, size, err);
}
