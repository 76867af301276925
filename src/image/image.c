/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening an image, joining its parts, and handing out what is in it. */
#include "image/image.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/hash.h"
#include "base/range.h"
#include "base/scope.h"
#include "image/rules.h"
#include "image/tdvf.h"

static void scope_image_free(struct tdl_image **image)
{
	tdl_image_free(*image);
}

#define AUTO_IMAGE AUTO_CALL(scope_image_free)

static struct tdl_image *image_new(const char *name, const char *vars_name)
{
	struct tdl_image *image = calloc(1, sizeof(*image));

	if (!image)
		return NULL;
	pthread_mutex_init(&image->digest_lock, NULL);
	image->name = strdup(name);
	image->vars_name = vars_name ? strdup(vars_name) : NULL;
	if (!image->name || (vars_name && !image->vars_name)) {
		tdl_image_free(image);
		return NULL;
	}
	return image;
}

/* Metadata found, read and judged; the parts are in place. */
static int image_read(struct tdl_image *image, bool code_only, struct tdl_error *err)
{
	struct tdvf_place place = { 0 };
	int rc = tdvf_find(image, &place, err);

	if (rc == 0)
		rc = tdvf_read(image, &place, err);
	if (rc == 0)
		rc = rules_check_sections(image, err);
	if (rc == 0)
		rc = rules_check_parts(image, code_only, err);
	if (rc < 0)
		return tdl_while(err, rc, "%s", image->name);
	image->descriptor = place.offset + tdl_image_missing(image);
	return 0;
}

static int check_size(const struct tdl_image *image, struct tdl_error *err)
{
	if (image->parts[IMAGE_CODE].size == 0)
		return tdl_fail(err, -ENODATA, "%s is empty: not a firmware image", image->name);
	if (image->vars_name && image->parts[IMAGE_VARS].size == 0)
		return tdl_fail(err, -ENODATA, "%s is empty: not a variable store",
				image->vars_name);
	if (image_span(image) > TDL_IMAGE_SIZE_MAX)
		return tdl_fail(err, -E2BIG, "%s has %llu bytes; the limit is %u", image->name,
				(unsigned long long)image_span(image), TDL_IMAGE_SIZE_MAX);
	return 0;
}

int tdl_image_open(const char *path, const struct tdl_image_options *opt,
		   struct tdl_image **ret_image, struct tdl_error *err)
{
	const char *vars_path = opt ? opt->vars_path : NULL;
	bool code_only = opt && opt->code_only;
	AUTO_IMAGE struct tdl_image *image = NULL;
	int rc;

	if (vars_path && code_only)
		return tdl_fail(err, -EINVAL,
				"the VARS part %s is given, so the image is not CODE alone",
				vars_path);
	image = image_new(path, vars_path);
	if (!image)
		return tdl_fail(err, -ENOMEM, "no memory for %s", path);
	rc = file_map(path, TDL_IMAGE_SIZE_MAX, &image->maps[IMAGE_CODE], err);
	if (rc == 0 && vars_path)
		rc = file_map(vars_path, TDL_IMAGE_SIZE_MAX, &image->maps[IMAGE_VARS], err);
	if (rc < 0)
		return rc;
	for (int i = 0; i < IMAGE_PARTS; i++)
		image->parts[i] = (struct image_part){ image->maps[i].bytes, image->maps[i].size };
	rc = check_size(image, err);
	if (rc == 0)
		rc = image_read(image, code_only, err);
	if (rc < 0)
		return rc;
	*ret_image = steal(image);
	return 0;
}

int image_from_bytes(const char *name, const void *code, size_t code_size, const void *vars,
		     size_t vars_size, bool code_only, struct tdl_image **ret_image,
		     struct tdl_error *err)
{
	AUTO_IMAGE struct tdl_image *image = image_new(name, vars ? "VARS" : NULL);
	int rc;

	if (!image)
		return tdl_fail(err, -ENOMEM, "no memory for %s", name);
	image->parts[IMAGE_VARS] = (struct image_part){ vars, vars_size };
	image->parts[IMAGE_CODE] = (struct image_part){ code, code_size };
	rc = check_size(image, err);
	if (rc == 0)
		rc = image_read(image, code_only, err);
	if (rc < 0)
		return rc;
	*ret_image = steal(image);
	return 0;
}

void tdl_image_free(struct tdl_image *image)
{
	if (!image)
		return;
	pthread_mutex_destroy(&image->digest_lock);
	for (int i = 0; i < IMAGE_PARTS; i++)
		file_unmap(&image->maps[i]);
	for (size_t i = 0; i < ARRAY_SIZE(image->warnings); i++)
		free(image->warnings[i]);
	free(image->sections);
	free(image->vars_name);
	free(image->name);
	free(image);
}

uint64_t image_span(const struct tdl_image *image)
{
	return image->parts[IMAGE_VARS].size + image->parts[IMAGE_CODE].size;
}

bool image_lacks(const struct tdl_image *image, uint64_t offset, uint64_t size)
{
	return size && offset < tdl_image_missing(image);
}

const uint8_t *image_bytes(const struct tdl_image *image, uint64_t offset, size_t size,
			   uint8_t *scratch)
{
	const struct image_part *vars = &image->parts[IMAGE_VARS];
	const struct image_part *code = &image->parts[IMAGE_CODE];
	size_t head;

	if (!range_within(offset, size, image_span(image)) || image_lacks(image, offset, size))
		return NULL;
	if (offset >= vars->size)
		return code->bytes + (offset - vars->size);
	if (size <= vars->size - offset)
		return vars->bytes + offset;
	head = (size_t)(vars->size - offset);
	memcpy(scratch, vars->bytes + offset, head);
	memcpy(scratch + head, code->bytes, size - head);
	return scratch;
}

int image_warn(struct tdl_image *image, struct tdl_error *err, const char *fmt, ...)
{
	va_list ap;
	int n;

	for (size_t i = 0; i < IMAGE_WARNINGS_MAX; i++) {
		if (image->warnings[i])
			continue;
		va_start(ap, fmt);
		n = vasprintf(&image->warnings[i], fmt, ap);
		va_end(ap);
		if (n >= 0)
			return 0;
		image->warnings[i] = NULL;
		return tdl_fail(err, -ENOMEM, "no memory for a warning");
	}
	return 0;
}

const char *tdl_image_name(const struct tdl_image *image)
{
	return image->name;
}

uint64_t tdl_image_size(const struct tdl_image *image)
{
	return image_span(image) - tdl_image_missing(image);
}

uint64_t tdl_image_missing(const struct tdl_image *image)
{
	return image->parts[IMAGE_VARS].bytes ? 0 : image->parts[IMAGE_VARS].size;
}

uint64_t tdl_image_descriptor(const struct tdl_image *image)
{
	return image->descriptor;
}

static int compute_digest(const struct tdl_image *image, uint8_t ret_sha384[SHA384_SIZE],
			  struct tdl_error *err)
{
	AUTO_SHA384 struct sha384 h = { 0 };
	int rc = sha384_start(&h, err);

	for (int i = 0; rc == 0 && i < IMAGE_PARTS; i++)
		if (image->parts[i].bytes)
			rc = sha384_update(&h, image->parts[i].bytes, image->parts[i].size, err);
	return rc < 0 ? rc : sha384_final(&h, ret_sha384, err);
}

/* Every image is allocated by image_new(), so that const may be cast away for what is remembered. */
int tdl_image_digest(const struct tdl_image *image, uint8_t ret_sha384[48], struct tdl_error *err)
{
	struct tdl_image *memory = (struct tdl_image *)(uintptr_t)image;
	int rc = 0;

	pthread_mutex_lock(&memory->digest_lock);
	if (!memory->digested)
		rc = compute_digest(image, memory->digest, err);
	memory->digested = rc == 0;
	if (rc == 0)
		memcpy(ret_sha384, memory->digest, SHA384_SIZE);
	pthread_mutex_unlock(&memory->digest_lock);
	return rc;
}

size_t tdl_image_section_count(const struct tdl_image *image)
{
	return image->section_count;
}

const struct tdl_section *tdl_image_section(const struct tdl_image *image, size_t i)
{
	return i < image->section_count ? &image->sections[i] : NULL;
}

const char *tdl_image_warning(const struct tdl_image *image, size_t i)
{
	return i < IMAGE_WARNINGS_MAX ? image->warnings[i] : NULL;
}
