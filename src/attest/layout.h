/* SPDX-License-Identifier: BSD-2-Clause */
/* Layouts as tables: a row per field, and the lookup that reports and quotes share. */
#ifndef ATTEST_LAYOUT_H
#define ATTEST_LAYOUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <tdlaunch/field.h>

struct layout_row {
	const char *name;
	uint32_t offset, size; /* bytes */
};

/* A run of rows at a place in the document. */
struct layout_part {
	const struct layout_row *rows;
	size_t count;
	size_t base; /* bytes from the start of the document */
};

enum { LAYOUT_MEASUREMENT = 48 }; /* bytes of a SHA-384 measurement */

/* The rows of a TD report as a quote carries it: 584 bytes, 648 with the first two rows of 1.5,
 * 885 with the extension. td_body_row_count() says how many rows a size has. */
extern const struct layout_row td_body_rows[];
size_t td_body_row_count(size_t body_size);

int layout_field_at(const struct layout_part *parts, size_t n_parts, const uint8_t *bytes,
		    size_t index, struct tdl_field *ret_field);
int layout_field(const struct layout_part *parts, size_t n_parts, const uint8_t *bytes,
		 const char *name, struct tdl_field *ret_field);
size_t layout_count(const struct layout_part *parts, size_t n_parts);

#endif
