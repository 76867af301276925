/* SPDX-License-Identifier: BSD-2-Clause */
/* The names, straight from the tables in include/arch. */
#include "base/status.h"

#include <stddef.h>

#include "arch/tdx_leaf.h"
#include "arch/tdx_status.h"
#include "base/attr.h"

struct named {
	uint64_t value;
	const char *name;
};

static const char *find(const struct named *rows, size_t n, uint64_t value)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].value == value)
			return rows[i].name;
	}
	return NULL;
}

const char *tdl_status_name(uint64_t status)
{
	static const struct named rows[] = {
#define ROW(name, value) { value, #name },
		TDX_STATUS_LIST(ROW)
#undef ROW
	};

	return find(rows, ARRAY_SIZE(rows), status & TDX_STATUS_BASE_MASK);
}

const char *tdl_operand_name(uint32_t id)
{
	static const struct named rows[] = {
#define ROW(name, value) { value, #name },
		TDX_OPERAND_LIST(ROW)
#undef ROW
	};

	return find(rows, ARRAY_SIZE(rows), id);
}

const char *tdl_seamcall_name(uint64_t leaf)
{
	static const struct named rows[] = {
#define ROW(name, number, text) { number, text },
		TDX_HOST_LEAF_LIST(ROW)
#undef ROW
	};

	return find(rows, ARRAY_SIZE(rows), leaf & TDX_LEAF_MASK);
}

const char *tdl_tdcall_name(uint64_t leaf)
{
	static const struct named rows[] = {
#define ROW(name, number, text) { number, text },
		TDX_GUEST_LEAF_LIST(ROW)
#undef ROW
	};

	return find(rows, ARRAY_SIZE(rows), leaf & TDX_LEAF_MASK);
}
