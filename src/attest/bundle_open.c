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

/* Among others, a file that is too large for collateral is passed over. */
static int add_file(struct files *files, const char *path, bool others, struct tdl_error *err)
{
	const char *slash = strrchr(path, '/');
	struct bundle_file *list = reallocarray(files->list, files->count + 1, sizeof(*list));
	struct bundle_file file = { 0 };

	if (!list)
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	files->list = list;
	struct tdl_error problem = { 0 };
	int rc = file_read(path, BUNDLE_FILE_LIMIT, &file.bytes, &file.size, &problem);
	if (rc == -E2BIG && others)
		return 0;
	if (rc < 0 && err)
		*err = problem;
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

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int add_folder(struct files *files, const char *path, struct tdl_error *err)
{
	AUTO_CALL(free_names) struct dirent **names = NULL;
	int n = scandir(path, &names, NULL, alphasort);
	int rc = n < 0 ? tdl_fail(err, -errno, "%s: %s", path, strerror(errno)) : 0;

	for (int i = 0; i < n; i++) {
		AUTO_FREE char *file = NULL;
		AUTO_FREE struct dirent *entry = names[i];

		if (rc < 0 || entry->d_name[0] == '.' || entry->d_type == DT_DIR)
			continue;
		if (asprintf(&file, "%s/%s", path, entry->d_name) < 0) {
			file = NULL;
			rc = tdl_fail(err, -ENOMEM, "no memory for collateral");
		} else if (entry->d_type == DT_REG || is_file(file)) {
			rc = add_file(files, file, true, err);
		}
	}
	return rc;
}

/* Names and bytes of all files, in order. */
static int digest(const struct bundle_file *files, size_t count, uint8_t ret_digest[SHA256_SIZE],
		  struct tdl_error *err)
{
	AUTO_FREE uint8_t *each = calloc(count + 1, 2 * SHA256_SIZE);

	if (!each)
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	for (size_t i = 0; i < count; i++) {
		const struct bundle_file *f = &files[i];

		sha256(f->name, strlen(f->name), each + 2 * i * SHA256_SIZE);
		sha256(f->bytes, f->size, each + (2 * i + 1) * SHA256_SIZE);
	}
	sha256(each, 2 * count * SHA256_SIZE, ret_digest);
	return 0;
}

static int parse(const struct bundle_file *files, size_t count,
		 struct tdl_collateral **ret_collateral, struct tdl_error *err)
{
	struct tdl_collateral *c = calloc(1, sizeof(*c));
	int rc = c ? 0 : tdl_fail(err, -ENOMEM, "no memory for collateral");

	if (c)
		atomic_init(&c->refs, 1);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = bundle_add(c, &files[i], err);
	if (rc < 0)
		tdl_collateral_free(c);
	else
		*ret_collateral = c;
	return rc;
}

int bundle_open(struct tdl_attest_cache *cache, const struct bundle_file *files, size_t count,
		struct tdl_collateral **ret_collateral, struct tdl_error *err)
{
	AUTO_KNOWN struct known *known = NULL;
	struct fact_key key = { .kind = FACT_BUNDLE };
	struct tdl_collateral *c = NULL;
	int rc = cache ? digest(files, count, key.digest[0], err) : 0;

	if (rc < 0)
		return rc;
	known = facts_find(cache, &key);
	if (!known) {
		rc = parse(files, count, &c, err);
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
	int rc = S_ISDIR(st.st_mode) ? add_folder(&files, path, err) : add_file(&files, path, false, err);
	return rc < 0 ? rc
		      : bundle_open(cache, files.list, files.count, ret_collateral, err);
}

int tdl_collateral_open(const char *path, struct tdl_collateral **ret_collateral,
			struct tdl_error *err)
{
	return tdl_attest_cache_collateral(NULL, path, ret_collateral, err);
}
