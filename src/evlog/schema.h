/* SPDX-License-Identifier: BSD-2-Clause */
/* What each event of a log holds, as tables: one row a key. Encoder, decoder and both renderings
 * read the same rows. */
#ifndef EVLOG_SCHEMA_H
#define EVLOG_SCHEMA_H

#include <tdlaunch/log.h>

enum field_kind {
	FIELD_NUMBER,  /* uint64_t, rendered in decimal */
	FIELD_ADDRESS, /* uint64_t, rendered in hex */
	FIELD_NAMED,   /* uint64_t below the number of names */
	FIELD_BYTES,   /* an array of size bytes in the struct */
	FIELD_BLOB,    /* a pointer to size bytes */
	FIELD_TEXT,    /* struct tdl_log_text */
	FIELD_MAP,     /* a struct with rows of its own */
};

struct field {
	uint8_t key;
	enum field_kind kind;
	bool optional;
	const char *name;
	size_t offset; /* in the struct that the table describes */
	size_t size;   /* bytes, for FIELD_BYTES and FIELD_BLOB; names, for FIELD_NAMED */
	const char *const *names; /* a NULL is a number that is not used */
	const struct field *rows; /* FIELD_MAP: ends with a row without a name */
};

/* An event's content. Rows are sorted by key and end with a row without a name; offsets count from
 * the first member of the union in struct tdl_log_record. */
struct schema {
	enum tdl_log_event event;
	const char *name;
	const struct field *rows;
};

/* NULL for an event that does not exist. */
const struct schema *schema_of(uint64_t event);

#define CEL_TYPE_MANAGEMENT 4  /* content type of CEL's own records */
#define CEL_ALG_SHA384	    12 /* TPM_ALG_SHA384 */

extern const char *const detail_names[3];

#endif
