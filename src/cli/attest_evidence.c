/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading evidence that may be text or stand in JSON. */
#include "cli/attest_evidence.h"

#include <stdlib.h>

#include "base/file.h"

enum { FILE_LIMIT = 4 << 20 }; /* bytes */

int evidence_read(const char *path, enum tdl_evidence kind, uint8_t **ret_bytes, size_t *ret_size,
		  struct tdl_error *err)
{
	uint8_t *bytes = NULL;
	void *inside = NULL;
	size_t size = 0;
	int rc = file_read(path, FILE_LIMIT, &bytes, &size, err);

	if (rc < 0)
		return rc;
	if (tdl_evidence_extract(bytes, size, kind, &inside, &size, NULL) == 0) {
		free(bytes);
		bytes = inside;
	}
	*ret_bytes = bytes;
	*ret_size = size;
	return 0;
}
