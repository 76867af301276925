/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/collect/tree.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/lib/test.h"

void tree_put(const char *root, const char *path, const void *bytes, size_t size)
{
	char at[4096];

	snprintf(at, sizeof(at), "%s%s", root, path);
	for (char *slash = at + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(at, 0700);
		*slash = '/';
	}
	test_write(at, bytes, size);
}
