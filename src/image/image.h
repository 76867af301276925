/* SPDX-License-Identifier: BSD-2-Clause */
/* An open firmware image. VARS and CODE of a split image stay two mappings that are read as one row
 * of bytes; offsets always count in the joined image. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <pthread.h>
#include <stdbool.h>

#include <tdlaunch/image.h>

#include "base/file.h"
#include "base/hash.h"

#define IMAGE_WARNINGS_MAX 16

/* Consecutive bytes of the joined image. bytes is NULL for a part that is not there. */
struct image_part {
	const uint8_t *bytes; /* borrowed */
	uint64_t size;	      /* bytes */
};

enum { IMAGE_VARS, IMAGE_CODE, IMAGE_PARTS };

struct tdl_image {
	char *name;
	char *vars_name; /* NULL without one */
	struct file_map maps[IMAGE_PARTS];
	struct image_part parts[IMAGE_PARTS];
	uint64_t descriptor; /* offset of the TDVF signature in the joined image */
	struct tdl_section *sections;
	size_t section_count;
	char *warnings[IMAGE_WARNINGS_MAX + 1]; /* up to the first NULL */
	pthread_mutex_t digest_lock; /* of the two below, which change behind const */
	bool digested;
	uint8_t digest[SHA384_SIZE];
};

/* Read metadata from bytes that are already in memory. The bytes are borrowed and must outlive the
 * image; vars may be NULL with vars_size 0. Errors as tdl_image_open(). */
int image_from_bytes(const char *name, const void *code, size_t code_size, const void *vars,
		     size_t vars_size, bool code_only, struct tdl_image **ret_image,
		     struct tdl_error *err);

/* Bytes of the joined image, the missing part included. */
uint64_t image_span(const struct tdl_image *image);

/* size bytes at offset, in place when they lie in one part, else gathered in scratch, which has
 * room for them. NULL when some of them are past the end or missing. */
const uint8_t *image_bytes(const struct tdl_image *image, uint64_t offset, size_t size,
			   uint8_t *scratch);

/* Some of these bytes are in a part that is not there. */
bool image_lacks(const struct tdl_image *image, uint64_t offset, uint64_t size);

/* Keep a warning; one too many is dropped. Returns 0 or -ENOMEM. */
int image_warn(struct tdl_image *image, struct tdl_error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
