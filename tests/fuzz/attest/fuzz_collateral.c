/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of a collateral bundle, of any kind. A quote is verified with it whose PCK is revoked by the
 * seeds: whatever becomes of them, nobody can make a list that says otherwise. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/bundle.h"
#include "base/file.h"
#include "tdlaunch/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The quote of the seeds; its chain ends with the root that signed everything. */
static const uint8_t *quote(size_t *ret_size, const char **ret_root)
{
	static uint8_t *bytes;
	static size_t bytes_size;
	static const char begin[] = "-----BEGIN";
	const char *source = getenv("TDL_SRCDIR");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/fuzz_quote/revoked",
		 source ? source : ".");
	if (!bytes && file_read(path, 1 << 20, &bytes, &bytes_size, NULL) < 0)
		abort();
	const char *at = (const char *)bytes, *end = at + bytes_size;
	while ((at = memmem(at, (size_t)(end - at), begin, sizeof(begin) - 1)))
		*ret_root = at++;
	*ret_size = bytes_size;
	return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[] = "input";
	struct bundle_file file = { .name = name, .bytes = (uint8_t *)(uintptr_t)data, .size = size };
	struct tdl_verify_options opt = { .at = 1772323200 };
	struct tdl_collateral *c = NULL;
	struct tdl_verdict *verdict = NULL;
	size_t quote_size = 0, expired;
	const char *root = NULL;
	char *text = NULL;

	if (bundle_open(NULL, &file, 1, &c, NULL) < 0)
		return 0;
	if (tdl_collateral_show(c, opt.at, 30, TDL_RENDER_JSON, &text, &expired, NULL) == 0)
		free(text);
	const uint8_t *bytes = quote(&quote_size, &root);
	opt.root = (const uint8_t *)root;
	opt.root_size = quote_size - (size_t)((const uint8_t *)root - bytes);
	opt.collateral = c;
	if (tdl_verify(bytes, quote_size, &opt, &verdict, NULL) < 0 ||
	    tdl_verdict_answer(verdict) == TDL_ANSWER_YES)
		abort();
	tdl_verdict_free(verdict);
	tdl_collateral_free(c);
	return 0;
}
