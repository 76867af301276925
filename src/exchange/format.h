/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the room: what a form is, and what reading one needs. */
#ifndef EXCHANGE_FORMAT_H
#define EXCHANGE_FORMAT_H

#include <tdlaunch/exchange.h>

#include "refval/refval.h"

/* Bytes that somebody owns. */
struct blob {
	uint8_t *bytes;
	size_t size;
};

static inline void blob_end(struct blob *b)
{
	free(b->bytes);
}
#define AUTO_BLOB __attribute__((cleanup(blob_end)))

/* An import under way. */
struct import {
	const struct tdl_exchange_options *opt;
	struct tdl_manifest *manifest; /* references are added to it */
	char *signer;		       /* whose signature was verified; NULL: nobody's */
	char **texts;		       /* strings that live until the end of the import */
	size_t text_count;
};

void import_end(struct import *in);

/* One form. What is signed is the payload: write and read deal with it, seal and open with what is
 * around it. */
struct format {
	struct tdl_exchange_format shown;
	int (*write)(const struct tdl_manifest *m, const struct tdl_exchange_options *opt,
		     struct blob *ret_payload, struct tdl_error *err);
	int (*read)(struct import *in, const uint8_t *payload, size_t size, struct tdl_error *err);
	/* A signature around the payload; NULL: the form has none. */
	int (*seal)(const struct blob *payload, const struct tdl_exchange_options *opt,
		    struct blob *ret_file, struct tdl_error *err);
	/* The payload of a file, and in->signer once its signature has been verified. NULL: the file
	 * is the payload, and nobody has signed it. */
	int (*open)(struct import *in, const uint8_t *file, size_t size, struct blob *ret_payload,
		    struct tdl_error *err);
};

extern const struct format corim_format, intoto_format, trustee_format, markdown_format,
	google_format, migtd_format;

/* Note that the file says something that a manifest cannot hold: 0 when the user lets it go, else
 * -EOPNOTSUPP with what it is, "its validity (key 4)". */
int import_lose(const struct import *in, struct tdl_error *err, const char *what, ...)
	__attribute__((format(printf, 3, 4)));
/* A NUL-terminated copy that lives until the end of the import. -EBADMSG for a text with a NUL. */
int import_text(struct import *in, const void *text, size_t size, const char **ret_text,
		struct tdl_error *err);
/* Add a reference after filling in what it lacks. place is how errors call it. has_firmware: its
 * firmware is the file's word, its size too unless 0. */
int import_reference(struct import *in, struct tdl_reference *r, bool has_firmware,
		     const char *place, struct tdl_error *err);
/* The time at which things must be valid. */
int64_t import_time(const struct import *in);

/* A copy of a text as a blob. */
int blob_text(const char *text, struct blob *ret, struct tdl_error *err);

#endif
