/* SPDX-License-Identifier: BSD-2-Clause */
/* A record between its struct and its bytes. */
#ifndef EVLOG_RECORD_H
#define EVLOG_RECORD_H

#include "evlog/schema.h"

#include "base/cursor.h"

#define RECORD_MAX 8192 /* bytes in a record; the largest one holds an embedded page */

/* Encode r into room for RECORD_MAX bytes. number, anchor, anchor_index, event, present and the
 * event's members are inputs; digest, content, content_size and size are set. -E2BIG when a text
 * is too long. */
int record_encode(struct tdl_log_record *r, uint8_t out[RECORD_MAX], struct tdl_error *err);

/* Decode the record at bytes, which must have this number. Errors as tdl_log_next() says. */
int record_decode(const uint8_t *bytes, size_t size, uint64_t number, uint64_t offset,
		  struct tdl_log_record *ret_record, struct tdl_error *err);

static inline bool record_has(const struct tdl_log_record *r, unsigned key)
{
	return r->present >> key & 1;
}

/* The member of the union, for tables. */
static inline const void *record_event(const struct tdl_log_record *r)
{
	return &r->cel;
}

#endif
