/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening a bundle: its files are read first and all of them, so that what is looked up in a cache
 * and what is parsed are the same bytes. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "attest/bundle.h"
#include "attest/facts.h"
#include "base/file.h"
#include "base/scope.h"

enum {
	BUNDLE_FILE_LIMIT = 4 << 20, /* bytes of one file; larger ones are no collateral */
	BUNDLE_LIMIT = 64 << 20,     /* bytes of all */
};

struct files {
	struct bundle_file *list; /* owned */
	size_t count, bytes;
};

static void files_end(struct files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->list[i].name);
		free(files->list[i].bytes);
	}
	free(files->list);
}

static int add_file(struct files *files, const char *path, struct tdl_error *err)
{
	const char *slash = strrchr(path, '/');
	struct bundle_file *list = reallocarray(files->list, files->count + 1, sizeof(*list));
	struct bundle_file file = { 0 };

	if (!list)
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	files->list = list;
	int rc = file_read(path, BUNDLE_FILE_LIMIT, &file.bytes, &file.size, err);
	if (rc < 0)
		return rc;
	file.name = strdup(slash ? slash + 1 : path);
	files->list[files->count++] = file;
	files->bytes += file.size;
	if (!file.name)
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	if (files->bytes > BUNDLE_LIMIT)
		return tdl_fail(err, -E2BIG, "more than %d bytes of collateral", BUNDLE_LIMIT);
	return 0;
}

static void free_names(struct dirent ***names)
{
	free(*names);
}

static int add_folder(struct files *files, const char *path, struct tdl_error *err)
{
	AUTO_CALL(free_names) struct dirent **names = NULL;
	int n = scandir(path, &names, NULL, alphasort);
	int rc = n < 0 ? tdl_fail(err, -errno, "%s: %s", path, strerror(errno)) : 0;

	for (int i = 0; i < n; i++) {
		AUTO_FREE char *file = NULL;
		AUTO_FREE struct dirent *entry = names[i];
		struct stat st;

		if (rc < 0 || entry->d_name[0] == '.')
			continue;
		if (asprintf(&file, "%s/%s", path, entry->d_name) < 0) {
			file = NULL;
			rc = tdl_fail(err, -ENOMEM, "no memory for collateral");
		} else if (stat(file, &st) == 0 && S_ISREG(st.st_mode) &&
			   st.st_size <= BUNDLE_FILE_LIMIT) {
			rc = add_file(files, file, err);
		}
	}
	return rc;
}

/* Names and bytes of all files, in order. */
static int digest(const struct files *files, uint8_t ret_digest[SHA256_SIZE], struct tdl_error *err)
{
	AUTO_FREE uint8_t *each = calloc(files->count + 1, 2 * SHA256_SIZE);

	if (!each)
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	for (size_t i = 0; i < files->count; i++) {
		const struct bundle_file *f = &files->list[i];

		sha256(f->name, strlen(f->name), each + 2 * i * SHA256_SIZE);
		sha256(f->bytes, f->size, each + (2 * i + 1) * SHA256_SIZE);
	}
	sha256(each, 2 * files->count * SHA256_SIZE, ret_digest);
	return 0;
}

static int parse(const struct files *files, struct tdl_collateral **ret_collateral,
		 struct tdl_error *err)
{
	struct tdl_collateral *c = calloc(1, sizeof(*c));
	int rc = c ? 0 : tdl_fail(err, -ENOMEM, "no memory for collateral");

	if (c)
		atomic_init(&c->refs, 1);
	for (size_t i = 0; rc == 0 && i < files->count; i++)
		rc = bundle_add(c, &files->list[i], err);
	if (rc < 0)
		tdl_collateral_free(c);
	else
		*ret_collateral = c;
	return rc;
}

static int find_or_parse(struct tdl_attest_cache *cache, const struct files *files,
			 struct tdl_collateral **ret_collateral, struct tdl_error *err)
{
	AUTO_KNOWN struct known *known = NULL;
	struct fact_key key = { .kind = FACT_BUNDLE };
	struct tdl_collateral *c = NULL;
	int rc = digest(files, key.digest[0], err);

	if (rc < 0)
		return rc;
	known = facts_find(cache, &key);
	if (!known) {
		rc = parse(files, &c, err);
		known = rc == 0 ? known_new() : NULL;
		if (!known) {
			tdl_collateral_free(c);
			return rc < 0 ? rc : tdl_fail(err, -ENOMEM, "no memory for collateral");
		}
		known->collateral = c;
		facts_keep(cache, &key, known);
	}
	atomic_fetch_add(&known->collateral->refs, 1);
	*ret_collateral = known->collateral;
	return 0;
}

int tdl_attest_cache_collateral(struct tdl_attest_cache *cache, const char *path,
				struct tdl_collateral **ret_collateral, struct tdl_error *err)
{
	AUTO_CALL(files_end) struct files files = { 0 };
	struct stat st;

	if (stat(path, &st) < 0)
		return tdl_fail(err, -errno, "%s: %s", path, strerror(errno));
	int rc = S_ISDIR(st.st_mode) ? add_folder(&files, path, err) : add_file(&files, path, err);
	return rc < 0 ? rc : find_or_parse(cache, &files, ret_collateral, err);
}

int tdl_collateral_open(const char *path, struct tdl_collateral **ret_collateral,
			struct tdl_error *err)
{
	return tdl_attest_cache_collateral(NULL, path, ret_collateral, err);
}
