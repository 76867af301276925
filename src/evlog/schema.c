/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables. Key 0 of a content of type "tdx-launch" is the event's number and stands in no row. */
#include "evlog/schema.h"

#include "base/attr.h"
#include "base/hash.h"
#include "base/range.h"

const char *const detail_names[3] = { "page", "region", "call" };
static const char *const pattern_names[] = { "add", "add+extend", NULL, "extend" };
static const char *const origin_names[] = { "zero", "file", "hob" };

#define END { .name = NULL }
#define ROW(k, text, type, member) .key = (k), .name = (text), .offset = offsetof(type, member)
#define NUMBER(k, text, type, member) { ROW(k, text, type, member), .kind = FIELD_NUMBER }
#define ADDRESS(k, text, type, member) { ROW(k, text, type, member), .kind = FIELD_ADDRESS }
#define TEXT(k, text, type, member) { ROW(k, text, type, member), .kind = FIELD_TEXT }
#define BYTES(k, text, type, member)                                                               \
	{ ROW(k, text, type, member), .kind = FIELD_BYTES, .size = sizeof(((type *)0)->member) }
#define MAYBE_BYTES(k, text, type, member)                                                         \
	{ ROW(k, text, type, member), .kind = FIELD_BYTES, .optional = true,                       \
	  .size = sizeof(((type *)0)->member) }
#define MAYBE_PAGE(k, text, type, member)                                                          \
	{ ROW(k, text, type, member), .kind = FIELD_BLOB, .optional = true, .size = PAGE_SIZE_4K }
#define NAMED(k, text, type, member, list)                                                         \
	{ ROW(k, text, type, member), .kind = FIELD_NAMED, .names = (list),                        \
	  .size = ARRAY_SIZE(list) }

static const struct field version_rows[] = {
	NUMBER(0, "major", struct tdl_log_cel_version, major),
	NUMBER(1, "minor", struct tdl_log_cel_version, minor),
	END,
};

static const struct field cel_rows[] = {
	{ .key = 1, .kind = FIELD_MAP, .name = "cel_version", .rows = version_rows },
	END,
};

static const struct field init_rows[] = {
	ADDRESS(1, "attributes", struct tdl_log_init_event, attributes),
	ADDRESS(2, "xfam", struct tdl_log_init_event, xfam),
	BYTES(3, "mrconfigid", struct tdl_log_init_event, mrconfigid),
	BYTES(4, "mrowner", struct tdl_log_init_event, mrowner),
	BYTES(5, "mrownerconfig", struct tdl_log_init_event, mrownerconfig),
	MAYBE_BYTES(6, "config_digest", struct tdl_log_init_event, config_digest),
	TEXT(7, "tool", struct tdl_log_init_event, tool),
	TEXT(8, "measured", struct tdl_log_init_event, measured),
	TEXT(9, "flow", struct tdl_log_init_event, flow),
	TEXT(10, "host", struct tdl_log_init_event, host),
	NUMBER(11, "memory", struct tdl_log_init_event, memory),
	NUMBER(12, "cpus", struct tdl_log_init_event, cpus),
	NAMED(13, "detail", struct tdl_log_init_event, detail, detail_names),
	NUMBER(14, "embed", struct tdl_log_init_event, embed),
	MAYBE_BYTES(15, "anchor_value", struct tdl_log_init_event, anchor_value),
	TEXT(16, "page_hash", struct tdl_log_init_event, page_hash),
	END,
};

static const struct field source_rows[] = {
	BYTES(0, "digest", struct tdl_log_source, digest),
	NUMBER(1, "offset", struct tdl_log_source, offset),
	NUMBER(2, "length", struct tdl_log_source, length),
	TEXT(3, "name", struct tdl_log_source, name),
	END,
};

static const struct field region_rows[] = {
	ADDRESS(1, "gpa", struct tdl_log_region_event, gpa),
	NUMBER(2, "pages", struct tdl_log_region_event, pages),
	NAMED(3, "pattern", struct tdl_log_region_event, pattern, pattern_names),
	{ ROW(4, "source", struct tdl_log_region_event, source), .kind = FIELD_MAP,
	  .optional = true, .rows = source_rows },
	MAYBE_BYTES(5, "pages_digest", struct tdl_log_region_event, pages_digest),
	NUMBER(6, "stream_length", struct tdl_log_region_event, stream_length),
	BYTES(7, "stream_state", struct tdl_log_region_event, stream_state),
	NUMBER(8, "section", struct tdl_log_region_event, section),
	TEXT(9, "name", struct tdl_log_region_event, name),
	NUMBER(10, "first_page", struct tdl_log_region_event, first_page),
	NAMED(11, "origin", struct tdl_log_region_event, origin, origin_names),
	END,
};

static const struct field add_rows[] = {
	ADDRESS(1, "gpa", struct tdl_log_add_event, gpa),
	BYTES(5, "digest", struct tdl_log_add_event, digest),
	NUMBER(6, "stream_length", struct tdl_log_add_event, stream_length),
	MAYBE_PAGE(7, "bytes", struct tdl_log_add_event, bytes),
	END,
};

static const struct field extend_rows[] = {
	ADDRESS(1, "gpa", struct tdl_log_extend_event, gpa),
	BYTES(5, "digest", struct tdl_log_extend_event, digest),
	END,
};

static const struct field finalize_rows[] = {
	BYTES(1, "mrtd", struct tdl_log_finalize_event, mrtd),
	NUMBER(6, "stream_length", struct tdl_log_finalize_event, stream_length),
	NUMBER(8, "calls", struct tdl_log_finalize_event, calls),
	END,
};

static const struct field page_rows[] = {
	ADDRESS(1, "gpa", struct tdl_log_page_event, gpa),
	NUMBER(2, "added", struct tdl_log_page_event, added),
	NUMBER(3, "extended", struct tdl_log_page_event, extended),
	BYTES(5, "digest", struct tdl_log_page_event, digest),
	MAYBE_PAGE(6, "bytes", struct tdl_log_page_event, bytes),
	END,
};

static const struct schema schemas[] = {
	{ TDL_LOG_EVENT_INIT, "init", init_rows },
	{ TDL_LOG_EVENT_REGION, "region", region_rows },
	{ TDL_LOG_EVENT_PAGE_ADD, "page.add", add_rows },
	{ TDL_LOG_EVENT_MR_EXTEND, "mr.extend", extend_rows },
	{ TDL_LOG_EVENT_FINALIZE, "finalize", finalize_rows },
	{ TDL_LOG_EVENT_PAGE, "page", page_rows },
	{ TDL_LOG_EVENT_CEL_VERSION, "cel_version", cel_rows },
};

const struct schema *schema_of(uint64_t event)
{
	for (size_t i = 0; i < ARRAY_SIZE(schemas); i++)
		if (schemas[i].event == event)
			return &schemas[i];
	return NULL;
}

const char *tdl_log_event_name(enum tdl_log_event event)
{
	const struct schema *s = schema_of(event);

	return s ? s->name : "unknown";
}
