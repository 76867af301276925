/* SPDX-License-Identifier: BSD-2-Clause */
/* dlopen() and dlsym(), by a table. */
#include "base/symbols.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int symbols_load(const char *library, const struct symbol *symbols, size_t count, void *ret_table,
		 struct tdl_error *err)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return tdl_fail(err, -EOPNOTSUPP, "%s", dlerror());
	for (size_t i = 0; i < count; i++) {
		void *at = dlsym(handle, symbols[i].name);

		if (!at)
			return tdl_fail(err, -EOPNOTSUPP, "%s has no %s", library, symbols[i].name);
		memcpy((char *)ret_table + symbols[i].offset, &at, sizeof(at));
	}
	return 0;
}
