/* SPDX-License-Identifier: BSD-2-Clause */
/* A collection being made: its items, and what sources need to know to fill them. */
#ifndef COLLECT_COLLECT_H
#define COLLECT_COLLECT_H

#include <stdint.h>

#include <tdlaunch/collect.h>

#include "collect/system.h"

enum { REPORT_DATA_SIZE = 64, NOTES_MAX = 16 };

/* An item and what it owns. */
struct entry {
	struct tdl_collect_item item;
	uint8_t *bytes;
	char *why;
	char *remark; /* what is odd about it; NULL for nothing */
};

struct tdl_collection {
	enum tdl_place place;
	uint8_t report_data[REPORT_DATA_SIZE]; /* begins with the nonce */
	size_t nonce_size;
	bool recorded; /* from a copy of a machine's files */
	size_t count, notes;
	char *note[NOTES_MAX];
	struct entry entries[]; /* one a row of collect_sources */
};

/* A row: what it is, where it is looked for, and who takes it into the entry. taker is given the
 * collection so far; it fills the entry by one of the functions below. */
struct collect_source {
	const char *name, *file, *path;
	void (*take)(const struct collect_source *source, const struct collect_system *sys,
		     const struct tdl_collection *collection, struct entry *entry);
};

/* The entry has these bytes, which it then owns. */
void collect_taken(struct entry *entry, uint8_t *bytes, size_t size);
/* The entry is missing. advice is static or NULL. */
void collect_missing(struct entry *entry, enum tdl_collected state, const char *advice,
		     const char *why, ...) __attribute__((format(printf, 4, 5)));
/* Take back that it is missing. */
void collect_forget(struct entry *entry);
/* Say that something about it is odd, though it was taken. */
void collect_remark(struct entry *entry, const char *text, ...)
	__attribute__((format(printf, 2, 3)));
/* What an errno of a file in /sys, /proc or /dev means for the entry. */
void collect_unread(struct entry *entry, const char *path, int code);

/* Say something about the whole. */
void collect_note(struct tdl_collection *collection, const char *text, ...)
	__attribute__((format(printf, 2, 3)));

/* The collection by a system that is given. A nonce has at most REPORT_DATA_SIZE bytes. */
int collect_from(const struct collect_system *sys, const uint8_t *nonce, size_t nonce_size,
		 struct tdl_collection **ret_collection, struct tdl_error *err);

/* The entry of a file's name in the folder, for example "quote.bin"; a source may ask for those of the
 * rows above its own. */
const struct entry *collect_find(const struct tdl_collection *collection, const char *file);

#endif
