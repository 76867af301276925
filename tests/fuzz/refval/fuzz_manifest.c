/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes are a manifest or a refusal; what is a manifest can be written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/manifest.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tdl_manifest *m = NULL;
	struct tdl_manifest *copy = NULL;

	if (tdl_manifest_parse(data, size, &m, NULL) < 0)
		return 0;
	if (tdl_manifest_new(&copy, NULL) < 0)
		abort();
	for (size_t i = 0; i < tdl_manifest_count(m); i++) {
		const struct tdl_reference *r = tdl_manifest_reference(m, i);

		if (tdl_manifest_compare(m, r->firmware, r->flow, r->mrtd, NULL) != TDL_MATCH)
			abort();
		if (tdl_manifest_add(copy, r, NULL) < 0)
			abort();
	}
	tdl_manifest_free(copy);
	tdl_manifest_free(m);
	return 0;
}
