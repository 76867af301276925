/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as what a TPM signs, its signature, an index, keys, an EK certificate: the first byte
 * says which. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/key.h"
#include "anchor/kind.h"
#include "base/attr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(const uint8_t *at, size_t n, const uint8_t *data, size_t size)
{
	if (n > 0 && (at < data || n > size || (size_t)(at - data) > size - n))
		abort();
}

static void attest(const uint8_t *data, size_t size)
{
	struct attest a = { 0 };

	if (attest_parse(data, size, &a, NULL) < 0)
		return;
	if (a.bank_count > BANKS_MAX || (a.type == ST_ATTEST_QUOTE) != (a.bank_count > 0))
		abort();
	inside(a.extra, a.extra_size, data, size);
	inside(a.digest, a.digest_size, data, size);
	inside(a.name, a.name_size, data, size);
}

static void signature(const uint8_t *data, size_t size)
{
	struct signature s = { 0 };

	if (signature_parse(data, size, &s, NULL) == 0 && !s.hash)
		abort();
}

static void index_public(const uint8_t *data, size_t size)
{
	struct nv_public p = { 0 };

	if (nv_public_parse(data, size, &p, NULL) < 0)
		return;
	if (!p.hash || p.name_size != 2 + p.hash->size)
		abort();
}

/* A key that can be read, and a signature that nobody made. */
static void key(const uint8_t *data, size_t size)
{
	const struct signature s = { .hash = bank_of(0x000b), .r = { 1 }, .s = { 2 } };

	if (key_verify(data, size, &s, "bytes", 5, NULL) == 0)
		abort();
}

static void pem(const uint8_t *data, size_t size)
{
	bool same = false;

	key_is(data, size, data, size, &same, NULL);
	if (same)
		abort();
}

static void certificate(const uint8_t *data, size_t size)
{
	struct quotefile *q = calloc(1, sizeof(*q));
	char text[KIND_TEXT] = "";

	if (!q || size > sizeof(q->ek[0].bytes)) {
		free(q);
		return;
	}
	if (size > 0)
		memcpy(q->ek[0].bytes, data, size);
	q->ek[0].size = size;
	q->ek_count = 1;
	if (kind_of(q, data, size, text) == TDL_TPM_HARDWARE || !text[0])
		abort();
	free(q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const ways[])(const uint8_t *, size_t) = { attest, signature, index_public,
								 key,	 pem,	    certificate };

	if (size > 0)
		ways[data[0] % ARRAY_SIZE(ways)](data + 1, size - 1);
	return 0;
}
