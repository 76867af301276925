/* SPDX-License-Identifier: BSD-2-Clause */
/* The evidence about one TD: files and bytes, read once and recognised by what is in them. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "attest/show.h"
#include "base/attr.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/scope.h"
#include "check/check.h"

enum { DEPTH_MAX = 2 /* directories below the one that was named */ };

int tdl_case_new(struct tdl_case **ret_case, struct tdl_error *err)
{
	struct tdl_case *c = calloc(1, sizeof(*c));

	if (!c)
		return tdl_fail(err, -ENOMEM, "no memory for a case");
	c->limit = CASE_BYTES_MAX;
	*ret_case = c;
	return 0;
}

void tdl_case_free(struct tdl_case *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++) {
		free(c->items[i].name);
		free(c->items[i].bytes);
	}
	free(c->items);
	free((void *)(uintptr_t)c->anchor.nonce);
	free((void *)(uintptr_t)c->anchor.key_pem);
	free((void *)(uintptr_t)c->anchor.start);
	values_end(&c->expected);
	free(c);
}

int tdl_case_expect(struct tdl_case *c, const struct tdl_expected *expected, struct tdl_error *err)
{
	return values_add(&c->expected, expected, NULL, err);
}

/* Replace bytes that a case owns. */
static int keep(const void **kept, const void *bytes, size_t size, struct tdl_error *err)
{
	void *copy = malloc(size + 1);

	if (!copy)
		return tdl_fail(err, -ENOMEM, "no memory for what an anchor is compared with");
	memcpy(copy, bytes, size);
	free((void *)(uintptr_t)*kept);
	*kept = copy;
	return 0;
}

int tdl_case_anchor(struct tdl_case *c, const struct tdl_anchor_rules *own, struct tdl_error *err)
{
	struct tdl_anchor_rules *a = &c->anchor;
	int rc = 0;

	if (own->nonce &&
	    (own->nonce_size < TDL_ANCHOR_NONCE_MIN || own->nonce_size > TDL_ANCHOR_NONCE_MAX))
		return tdl_fail(err, -EINVAL, "a nonce has %d to %d bytes", TDL_ANCHOR_NONCE_MIN,
				TDL_ANCHOR_NONCE_MAX);
	if (own->nonce) {
		rc = keep((const void **)&a->nonce, own->nonce, own->nonce_size, err);
		a->nonce_size = rc < 0 ? a->nonce_size : own->nonce_size;
	}
	if (rc == 0 && own->key_pem) {
		rc = keep(&a->key_pem, own->key_pem, own->key_size, err);
		a->key_size = rc < 0 ? a->key_size : own->key_size;
	}
	if (rc == 0 && own->start)
		rc = keep((const void **)&a->start, own->start, SHA384_SIZE, err);
	return rc;
}

static int add_item(struct tdl_case *c, const char *name, struct item **ret_item,
		    struct tdl_error *err)
{
	struct item *items;

	if (c->count == TDL_CASE_FILES_MAX)
		return tdl_fail(err, -E2BIG, "more than %u pieces of evidence for one TD: give the "
				"directory of one", TDL_CASE_FILES_MAX);
	items = reallocarray(c->items, c->count + 1, sizeof(*items));
	if (!items)
		return tdl_fail(err, -ENOMEM, "no memory for evidence");
	c->items = items;
	items[c->count] = (struct item){ .name = strdup(name) };
	if (!items[c->count].name)
		return tdl_fail(err, -ENOMEM, "no memory for evidence");
	*ret_item = &items[c->count++];
	return 0;
}

/* A further piece that stood in the document of another. Takes bytes. */
static int add_carried(struct tdl_case *c, const struct item *from, const char *what, void *bytes,
		       size_t size, struct tdl_error *err)
{
	AUTO_FREE uint8_t *own = bytes;
	AUTO_FREE char *name = NULL;
	bool named = from->named;
	struct item *item = NULL;

	if (asprintf(&name, "%s (%s)", from->name, what) < 0) {
		name = NULL;
		return tdl_fail(err, -ENOMEM, "no memory for evidence");
	}
	int rc = add_item(c, name, &item, err);
	if (rc < 0)
		return rc;
	item->named = named;
	item->bytes = steal(own);
	item->size = size;
	item->kind = item_kind(item);
	c->bytes += size;
	return 0;
}

/* What an attester's JSON carries: a quote, an event log. JSON that is nothing itself becomes the
 * first of them. */
static int take_carried(struct tdl_case *c, size_t index, struct tdl_error *err)
{
	static const enum tdl_evidence wanted[] = { TDL_EVIDENCE_QUOTE, TDL_EVIDENCE_CCEL };
	enum tdl_evidence is = tdl_evidence_recognise(c->items[index].bytes, c->items[index].size);
	void *carried[ARRAY_SIZE(wanted)] = { NULL };
	size_t size[ARRAY_SIZE(wanted)] = { 0 };
	bool replace = is == TDL_EVIDENCE_JSON;
	int rc = 0;

	if (is != TDL_EVIDENCE_JSON && is != TDL_EVIDENCE_DSTACK_LOG)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		tdl_evidence_extract(c->items[index].bytes, c->items[index].size, wanted[i],
				     &carried[i], &size[i], NULL);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct item *item = &c->items[index];

		if (!carried[i])
			continue;
		if (rc == 0 && !replace)
			rc = add_carried(c, item, tdl_evidence_name(wanted[i]), steal(carried[i]),
					 size[i], err);
		if (rc == 0 && replace) {
			replace = false;
			free(item->bytes);
			item->bytes = steal(carried[i]);
			item->size = size[i];
		}
		free(carried[i]);
	}
	return rc;
}

/* What it is; text that encodes a quote or report becomes what it encodes. */
static int recognise(struct tdl_case *c, struct item *item, struct tdl_error *err)
{
	size_t size = 0, index = (size_t)(item - c->items);
	uint8_t *inner = evidence_unwrap(item->bytes, item->size, &size);

	if (inner) {
		free(item->bytes);
		item->bytes = inner;
		item->size = size;
	}
	int rc = take_carried(c, index, err);
	item = &c->items[index];
	item->kind = item_kind(item);
	c->bytes += item->size;
	return rc;
}

/* Room for so many bytes more? If not, the item says so. */
static bool has_room(const struct tdl_case *c, size_t size, struct tdl_error *problem)
{
	if (size <= c->limit - c->bytes)
		return true;
	tdl_fail(problem, -E2BIG, "more than %zu MiB of evidence for one TD", c->limit >> 20);
	return false;
}

static size_t file_limit(const struct tdl_case *c)
{
	size_t left = c->limit - c->bytes;

	return left < CASE_FILE_MAX ? left : CASE_FILE_MAX;
}

int tdl_case_add_bytes(struct tdl_case *c, const char *name, const void *bytes, size_t size,
		       struct tdl_error *err)
{
	struct item *item = NULL;
	int rc = add_item(c, name, &item, err);

	if (rc < 0)
		return rc;
	item->named = true;
	if (!has_room(c, size, &item->problem))
		return 0;
	item->bytes = malloc(size + 1);
	if (!item->bytes)
		return tdl_fail(err, -ENOMEM, "no memory for evidence");
	if (size)
		memcpy(item->bytes, bytes, size);
	item->bytes[size] = '\0';
	item->size = size;
	return recognise(c, item, err);
}

static int add_file(struct tdl_case *c, const char *path, bool named, struct tdl_error *err)
{
	struct item *item = NULL;
	int rc = add_item(c, path, &item, err);

	if (rc < 0)
		return rc;
	item->from_file = true;
	item->named = named;
	return file_read(path, file_limit(c), &item->bytes, &item->size, &item->problem) == 0 &&
			       has_room(c, item->size, &item->problem)
		       ? recognise(c, item, err)
		       : 0;
}

int case_add_unread(struct tdl_case *c, const char *path, int code, const char *why,
		    struct tdl_error *err)
{
	struct item *item = NULL;
	int rc = add_item(c, path, &item, err);

	if (rc == 0)
		tdl_fail(&item->problem, code, "%s: %s", path, why);
	return rc;
}

static void free_names(struct dirent ***names)
{
	free(*names);
}

static int add_found(struct tdl_case *c, const char *path, unsigned depth, struct tdl_error *err);

static int add_folder(struct tdl_case *c, const char *path, unsigned depth, struct tdl_error *err)
{
	AUTO_CALL(free_names) struct dirent **names = NULL;
	int n = scandir(path, &names, NULL, alphasort);
	int rc = n < 0 ? case_add_unread(c, path, -errno, strerror(errno), err) : 0;

	for (int i = 0; i < n; i++) {
		AUTO_FREE struct dirent *entry = names[i];
		AUTO_FREE char *file = NULL;

		if (rc < 0 || entry->d_name[0] == '.')
			continue;
		if (asprintf(&file, "%s/%s", path, entry->d_name) < 0) {
			file = NULL;
			rc = tdl_fail(err, -ENOMEM, "no memory for a file name");
		} else {
			rc = add_found(c, file, depth + 1, err);
		}
	}
	return rc;
}

/* What lies in a directory: files and directories are taken, and links to files. A link to a
 * directory may lead anywhere, back here as well; a pipe might never end. */
static int add_found(struct tdl_case *c, const char *path, unsigned depth, struct tdl_error *err)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return depth <= DEPTH_MAX
			       ? add_folder(c, path, depth, err)
			       : case_add_unread(c, path, -ELOOP, "directories this deep are not "
					    "looked into", err);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return case_add_unread(c, path, -ELOOP, "links to directories are not followed", err);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return case_add_unread(c, path, -EINVAL, "this is no file", err);
	return add_file(c, path, false, err);
}

int tdl_case_add_path(struct tdl_case *c, const char *path, struct tdl_error *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_folder(c, path, 0, err);
	return add_file(c, path, true, err);
}
