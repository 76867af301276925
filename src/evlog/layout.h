/* SPDX-License-Identifier: BSD-2-Clause */
/* The layout of a log: its regions, and the first record that is out of place. */
#ifndef EVLOG_LAYOUT_H
#define EVLOG_LAYOUT_H

#include "base/hash.h"
#include "evlog/reader.h"

/* A region record and the records of its pages. */
struct layout_region {
	struct tdl_log_region_event event;
	uint64_t record;	/* number of the region record */
	size_t offset;		/* of the region record in the log, bytes */
	size_t first, end;	/* the records behind it, bytes */
	bool has_digest;	/* event.pages_digest is there */
	size_t adds;		/* region that added the pages of a region of extends; else itself */
};

struct layout {
	struct tdl_log_init_event init; /* valid when there are regions or it is finalized */
	struct layout_region *regions;	/* owned; only complete ones */
	size_t count, room;
	uint64_t records, pages, calls, stream_length;
	bool finalized;
	struct tdl_log_finalize_event finalize;
	size_t finalize_offset;
	uint64_t finalize_record;
	/* The first thing that is wrong, and the record it is wrong with. */
	const char *misplaced; /* NULL when nothing is; static */
	uint64_t misplaced_record;
	/* The first record that cannot be read: its error, 0 when all can. */
	int read_rc;
	struct tdl_error read_err;
};

/* Read the whole log. Fails only for want of memory; what is wrong with the log is in the layout. */
int layout_read(struct tdl_log *log, struct layout *ret_layout, struct tdl_error *err);
void layout_free(struct layout *l);

/* The records behind a region record, one after another. */
struct layout_walk {
	const struct tdl_log *log;
	size_t at, end;
	uint64_t number;
};

struct layout_walk layout_walk(const struct tdl_log *log, const struct layout_region *r);
/* False at the end. */
bool layout_next(struct layout_walk *walk, struct tdl_log_record *ret_record);

/* Chunks of a page that a pattern extends, and bytes of MRTD's stream that a page takes. */
unsigned layout_chunks(uint64_t pattern);
uint64_t layout_page_stream(uint64_t pattern);
static inline bool layout_is_add(uint64_t pattern)
{
	return pattern != TDL_LOG_EXTEND;
}

#endif
