/* SPDX-License-Identifier: BSD-2-Clause */
/* A field of a binary format: a name, where it lies, and its bytes. Names are the ones that JSON
 * output uses: "mrtd", "rtmr0", "xfam", "reportdata". */
#ifndef TDLAUNCH_FIELD_H
#define TDLAUNCH_FIELD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct tdl_field - one field of a report or quote
 * @name:   lower-case name, static
 * @offset: where it starts, bytes from the start of the document
 * @size:   bytes
 * @bytes:  the field itself, inside the bytes that the document was opened on; numbers are little
 *          endian
 */
struct tdl_field {
	const char *name;
	size_t offset, size;
	const uint8_t *bytes;
};

#ifdef __cplusplus
}
#endif

#endif
