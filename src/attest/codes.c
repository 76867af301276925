/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables, and looking things up in them. */
#include "attest/codes.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"

#include "attest/code-tables.inc"

#define TABLE(hint, rows) { hint, rows, ARRAY_SIZE(rows) }

const struct code_table code_status = TABLE("status", status_rows);
const struct code_table code_classes = TABLE("class", classes_rows);
const struct code_table code_operands = TABLE("operand", operands_rows);
const struct code_table code_leaves = TABLE("leaf", leaves_rows);
const struct code_table code_vmcall = TABLE("vmcall", vmcall_rows);
const struct code_table code_kvm = TABLE("kvm", kvm_rows);
const struct code_table code_exits = TABLE("exit", exits_rows);
const struct code_table code_bits = TABLE("bit", bits_rows);
const struct code_table code_dcap = TABLE("dcap", dcap_rows);

const struct code_row *code_find(const struct code_table *table, uint64_t value, size_t *at)
{
	while (*at < table->count) {
		const struct code_row *row = &table->rows[(*at)++];

		if (row->value == value)
			return row;
	}
	return NULL;
}

static const struct code_row *find_bit(const char *scope, unsigned bit)
{
	const struct code_row *row;
	size_t at = 0;

	while ((row = code_find(&code_bits, bit, &at)))
		if (strcmp(row->scope, scope) == 0)
			return row;
	return NULL;
}

static char *bit_names(const char *scope, uint64_t value, char text[BIT_NAMES_SIZE])
{
	size_t used = 0;

	strcpy(text, "none");
	for (unsigned bit = 0; bit < 64 && used < BIT_NAMES_SIZE - 32; bit++) {
		if (!(value >> bit & 1))
			continue;
		const struct code_row *row = find_bit(scope, bit);
		const char *space = used ? " " : "";

		if (row)
			used += (size_t)snprintf(text + used, 32, "%s%.30s", space, row->name);
		else
			used += (size_t)snprintf(text + used, 32, "%sbit-%u", space, bit);
	}
	return text;
}

char *code_attribute_names(uint64_t attributes, char text[BIT_NAMES_SIZE])
{
	return bit_names("TD ATTRIBUTES bit", attributes, text);
}

char *code_xfam_names(uint64_t xfam, char text[BIT_NAMES_SIZE])
{
	return bit_names("XFAM bit", xfam, text);
}
