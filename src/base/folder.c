/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing a folder beside its name. */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/scope.h"

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; names && *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* 0: the name is free, or that of a folder with nothing in it but such files. */
static int name_free(const char *path, const char *const *names, struct tdl_error *err)
{
	char found[256] = "";
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir) {
		int code = -errno;

		if (code == -ENOENT)
			return 0;
		return tdl_fail(err, code == -ENOTDIR ? -EEXIST : code,
				code == -ENOTDIR ? "%s is there and is not a folder; name another"
						 : "cannot look into %s",
				path);
	}
	do
		entry = readdir(dir);
	while (entry && (is_dots(entry->d_name) || is_one_of(entry->d_name, names)));
	if (entry)
		snprintf(found, sizeof(found), "%s", entry->d_name);
	closedir(dir);
	if (*found && names)
		return tdl_fail(err, -EEXIST, "folder %s has \"%s\", which is not to be replaced; "
				"name another folder", path, found);
	if (*found)
		return tdl_fail(err, -EEXIST, "folder %s is not empty; name another", path);
	return 0;
}

/* mkdtemp() makes a folder for its owner alone; this one is for whom the umask says. */
static int open_to_others(const char *path)
{
	mode_t mask = umask(0);

	umask(mask);
	return chmod(path, 0777 & ~mask) < 0 ? -errno : 0;
}

int folder_begin(const char *path, struct folder *ret_folder, struct tdl_error *err)
{
	return folder_begin_over(path, NULL, ret_folder, err);
}

int folder_begin_over(const char *path, const char *const *names, struct folder *ret_folder,
		      struct tdl_error *err)
{
	AUTO_FOLDER struct folder f = { .path = strdup(path) };
	int rc = name_free(path, names, err);

	if (rc < 0)
		return rc;
	for (size_t n = f.path ? strlen(f.path) : 0; n > 1 && f.path[n - 1] == '/'; n--)
		f.path[n - 1] = '\0';
	if (!f.path || asprintf(&f.beside, "%s.XXXXXX", f.path) < 0) {
		f.beside = NULL;
		return tdl_fail(err, -ENOMEM, "no memory for a folder's name");
	}
	if (!mkdtemp(f.beside)) {
		rc = -errno;
		free(steal(f.beside));
	} else {
		rc = open_to_others(f.beside);
	}
	if (rc < 0)
		return tdl_fail(err, rc, "cannot create folder %s: %s", path, strerror(-rc));
	*ret_folder = (struct folder){ steal(f.path), steal(f.beside), names };
	return 0;
}

int folder_write(const struct folder *folder, const char *name, const void *bytes, size_t size,
		 struct tdl_error *err)
{
	AUTO_FREE char *path = NULL;

	if (asprintf(&path, "%s/%s", folder->beside, name) < 0) {
		path = NULL;
		return tdl_fail(err, -ENOMEM, "no memory for a file's name");
	}
	return file_write(path, bytes, size, err);
}

static void remove_folder(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (!is_dots(entry->d_name))
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(path);
}

/* Change places with the folder that has the name; what has changed there since is lost with it. */
static int exchange(struct folder *folder, struct tdl_error *err)
{
	if (renameat2(AT_FDCWD, folder->beside, AT_FDCWD, folder->path, RENAME_EXCHANGE) < 0) {
		int code = -errno;

		return tdl_fail(err, code, "cannot put another folder in place of %s: %s",
				folder->path, strerror(-code));
	}
	remove_folder(folder->beside);
	free(steal(folder->beside));
	return 0;
}

int folder_commit(struct folder *folder, struct tdl_error *err)
{
	if (rename(folder->beside, folder->path) < 0) {
		int code = -errno;

		if (code == -EEXIST)
			code = -ENOTEMPTY;
		if (code == -ENOTEMPTY && folder->old) {
			int rc = name_free(folder->path, folder->old, err);

			return rc < 0 ? rc : exchange(folder, err);
		}
		return tdl_fail(err, code == -ENOTEMPTY ? -EEXIST : code,
				"cannot give folder %s its name: %s", folder->path,
				strerror(-code));
	}
	free(steal(folder->beside));
	return 0;
}

void folder_end(struct folder *folder)
{
	if (folder->beside)
		remove_folder(folder->beside);
	free(folder->beside);
	free(folder->path);
	*folder = (struct folder){ 0 };
}
