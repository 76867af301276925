/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields that can be compared, and lists of values for them. */
#ifndef CHECK_VALUES_H
#define CHECK_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/verdict.h>

enum {
	FIELDS_MAX = 48,
	VALUE_MAX = 64, /* bytes of a value */
};

/* A field of a TD, as a quote, a TDREPORT, a launch log or an event log can show it. */
struct field {
	const char *name;      /* in a quote, and in what is expected */
	const char *in_report; /* the name that a TDREPORT has for it */
	size_t size;	       /* bytes; 0 for any number up to VALUE_MAX */
};

/* By position; at most FIELDS_MAX. */
extern const struct field fields[];
extern const size_t field_count;
/* Position in fields, or -1. */
int field_index(const char *name);

bool field_fits(const struct field *field, size_t size);

struct value_bytes {
	size_t size; /* 0: none */
	uint8_t bytes[VALUE_MAX];
};

/* A value that a field must have. */
struct value {
	char *field, *source; /* owned */
	char *note;	      /* owned: what tells it from others of its source; NULL for nothing */
	struct value_bytes is;
};

struct values {
	struct value *list; /* owned */
	size_t count;
};

/* One more, copied. note may be NULL. */
int values_add(struct values *v, const struct tdl_expected *e, const char *note,
	       struct tdl_error *err);
void values_end(struct values *v);

#endif
