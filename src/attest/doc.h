/* SPDX-License-Identifier: BSD-2-Clause */
/* A document to be shown: a tree of named values that is rendered as indented text for people or as
 * JSON for programs, so that both always say the same. Values are copied in. Running out of memory
 * is remembered and reported once, by the renderer. */
#ifndef ATTEST_DOC_H
#define ATTEST_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>

struct doc;

struct doc *doc_new(void); /* NULL when there is no memory */
void doc_free(struct doc **doc);
#define AUTO_DOC __attribute__((cleanup(doc_free)))

/* Containers. A name is NULL inside a list. NULL documents are ignored everywhere. */
void doc_object(struct doc *doc, const char *name);
void doc_list(struct doc *doc, const char *name);
void doc_end(struct doc *doc);

void doc_text(struct doc *doc, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Bytes of unknown origin as text: whatever is not printable ASCII becomes '.'. */
void doc_chars(struct doc *doc, const char *name, const void *bytes, size_t size);
void doc_hex(struct doc *doc, const char *name, const void *bytes, size_t size);
void doc_number(struct doc *doc, const char *name, uint64_t value);
void doc_bool(struct doc *doc, const char *name, bool value);
void doc_null(struct doc *doc, const char *name);
void doc_time(struct doc *doc, const char *name, int64_t time);

/* The next value lies at [offset, offset + size) of the evidence. */
void doc_at(struct doc *doc, size_t offset, size_t size);

/* The whole, to be freed by the caller. -ENOMEM when anything was lost on the way. */
int doc_render_text(const struct doc *doc, bool offsets, char **ret_text, struct tdl_error *err);
int doc_render_json(const struct doc *doc, bool offsets, char **ret_text, struct tdl_error *err);

#endif
