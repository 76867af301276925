/* SPDX-License-Identifier: BSD-2-Clause */
/* What the harnesses of all forms do. */
#ifndef TESTS_FUZZ_EXCHANGE_H
#define TESTS_FUZZ_EXCHANGE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/exchange.h>

#include "exchange/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct tdl_reference fuzz_fill = {
	.name = "n", .version = "1", .size = 1, .flow = "f", .computed = { "a", "b", "c", NULL },
};

/* Any bytes are reference values or a refusal. What is taken without loss goes out as it came; what
 * is taken with loss, and complete, goes out as something that is taken again. */
static inline void fuzz_exchange(const char *format, const uint8_t *data, size_t size)
{
	struct tdl_exchange_options opt = { .allow_unsigned = true, .at = 1780000000 };
	uint8_t *again = NULL;
	size_t again_size = 0;

	for (int lossy = 0; lossy < 2; lossy++) {
		struct tdl_manifest *m = NULL, *copy = NULL;

		opt.lossy = lossy;
		opt.fill = lossy ? &fuzz_fill : NULL;
		if (tdl_exchange_import(data, size, format, &opt, &m, NULL) < 0)
			continue;
		/* The order of members, which in-toto keeps and CoRIM does not, may be another. */
		opt.lossy = true;
		opt.fill = NULL;
		if (tdl_manifest_signer(m) || tdl_manifest_count(m) == 0)
			abort();
		if (tdl_exchange_export(m, "corim", &opt, &again, &again_size, NULL) < 0 ||
		    tdl_exchange_import(again, again_size, "corim", &opt, &copy, NULL) < 0)
			abort();
		free(again);
		tdl_manifest_free(copy);
		tdl_manifest_free(m);
	}
}

/* What a signature would let pass: no bytes carry one that verifies, so the payload is read without. */
static inline void fuzz_payload(const struct format *f, const uint8_t *data, size_t size)
{
	static const struct tdl_exchange_options opt = { .at = 1780000000, .fill = &fuzz_fill };
	struct import in = { .opt = &opt, .signer = strdup("CN=somebody") };
	uint8_t *copy = malloc(size + 1);

	if (!in.signer || !copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	copy[size] = 0;
	if (tdl_manifest_new(&in.manifest, NULL) == 0)
		f->read(&in, copy, size, NULL);
	free(copy);
	import_end(&in);
}

/* An endorsement is never taken unsigned. */
static inline void fuzz_endorsement(const struct format *f, const uint8_t *data, size_t size)
{
	static const struct tdl_exchange_options opt = { .allow_unsigned = true, .lossy = true,
							 .at = 1780000000, .fill = &fuzz_fill };
	struct tdl_manifest *m = NULL;

	if (tdl_exchange_import(data, size, f->shown.name, &opt, &m, NULL) >= 0)
		abort();
	fuzz_payload(f, data, size);
}

#endif
