/* SPDX-License-Identifier: BSD-2-Clause */
/* Code tables: what one number means in one place. The rows come from codes/. */
#ifndef ATTEST_CODES_H
#define ATTEST_CODES_H

#include <stddef.h>
#include <stdint.h>

struct code_row {
	uint64_t value;
	const char *name, *scope, *cause, *advice; /* the last two may be "" */
};

struct code_table {
	const char *hint; /* the word before '=' that asks for this table alone */
	const struct code_row *rows;
	size_t count;
};

extern const struct code_table code_status, code_classes, code_operands, code_leaves, code_vmcall,
	code_kvm, code_exits, code_bits, code_dcap;

/* The next row with this value from *at on, which moves behind it; NULL when there is none. */
const struct code_row *code_find(const struct code_table *table, uint64_t value, size_t *at);

/* The names of the set bits of TD ATTRIBUTES or XFAM, "DEBUG SEPT_VE_DISABLE", unknown ones as
 * "bit-40"; "none" for zero. Returns text. */
enum { BIT_NAMES_SIZE = 640 };
char *code_attribute_names(uint64_t attributes, char text[BIT_NAMES_SIZE]);
char *code_xfam_names(uint64_t xfam, char text[BIT_NAMES_SIZE]);

#endif
