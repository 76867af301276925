/* SPDX-License-Identifier: BSD-2-Clause */
/* A walk from the root, a step a name, that follows no link. */
#include "check/beneath.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/scope.h"

enum { DEPTH_MAX = 2 /* directories below the one that was named */ };

/* The next name of a path and its length; 0 at the end. */
static size_t next_name(const char **path)
{
	*path += strspn(*path, "/");
	return strcspn(*path, "/");
}

/* Open what a path names. "." and slashes in a row mean nothing, ".." is refused. */
static int open_beneath(int root, const char *path, int *ret_fd)
{
	AUTO_CLOSE int at = openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char name[NAME_MAX + 1];
	size_t n;

	if (at < 0)
		return -errno;
	if (*path == '/')
		return -EXDEV;
	while ((n = next_name(&path))) {
		const char *rest = path + n;
		bool last = next_name(&rest) == 0;

		if (n > NAME_MAX)
			return -ENAMETOOLONG;
		memcpy(name, path, n);
		name[n] = '\0';
		path = rest;
		if (strcmp(name, "..") == 0)
			return -EXDEV;
		int next = openat(at, name, O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
						    (last ? O_RDONLY : O_PATH | O_DIRECTORY));
		if (next < 0)
			return -errno;
		close(at);
		at = next;
	}
	*ret_fd = steal_fd(&at);
	return 0;
}

static const char *why_not(int code)
{
	if (code == -EXDEV)
		return "this leads out of the directory that requests must stay in";
	if (code == -ELOOP || code == -EMLINK)
		return "links are not followed";
	return strerror(-code);
}

static int add_file(struct tdl_case *c, int fd, const char *name, struct tdl_error *err)
{
	struct tdl_error problem = { 0 };
	AUTO_FREE uint8_t *bytes = NULL;
	size_t size = 0;
	int rc = file_read_fd(fd, name, c->limit - c->bytes, &bytes, &size, &problem);

	if (rc < 0)
		return case_add_unread(c, name, rc, "it cannot be read, or is too large", err);
	return tdl_case_add_bytes(c, name, bytes, size, err);
}

static void free_names(struct dirent ***names)
{
	free(*names);
}

static int add_beneath(struct tdl_case *c, int root, const char *name, unsigned depth,
		       struct tdl_error *err);

static int add_folder(struct tdl_case *c, int root, int fd, const char *name, unsigned depth,
		      struct tdl_error *err)
{
	AUTO_CALL(free_names) struct dirent **names = NULL;
	int n = scandirat(fd, ".", &names, NULL, alphasort);
	int rc = n < 0 ? case_add_unread(c, name, -errno, strerror(errno), err) : 0;

	for (int i = 0; i < n; i++) {
		AUTO_FREE struct dirent *entry = names[i];
		AUTO_FREE char *file = NULL;

		if (rc < 0 || entry->d_name[0] == '.')
			continue;
		if (asprintf(&file, "%s/%s", name, entry->d_name) < 0) {
			file = NULL;
			rc = tdl_fail(err, -ENOMEM, "no memory for a file name");
		} else {
			rc = add_beneath(c, root, file, depth + 1, err);
		}
	}
	return rc;
}

static int add_beneath(struct tdl_case *c, int root, const char *name, unsigned depth,
		       struct tdl_error *err)
{
	AUTO_CLOSE int fd = -1;
	struct stat st = { 0 };
	int rc = open_beneath(root, name, &fd);

	if (rc == 0 && fstat(fd, &st) < 0)
		rc = -errno;
	if (rc < 0)
		return case_add_unread(c, name, rc, why_not(rc), err);
	if (S_ISDIR(st.st_mode) && depth > DEPTH_MAX)
		return case_add_unread(c, name, -ELOOP, "directories this deep are not looked into",
				       err);
	if (S_ISDIR(st.st_mode))
		return add_folder(c, root, fd, name, depth, err);
	if (!S_ISREG(st.st_mode))
		return case_add_unread(c, name, -EINVAL, "this is no file", err);
	size_t before = c->count;
	rc = add_file(c, fd, name, err);
	if (rc == 0 && depth > 0 && c->count > before)
		c->items[before].named = false;
	return rc;
}

int beneath_add(struct tdl_case *c, int root, const char *name, struct tdl_error *err)
{
	AUTO_FREE char *path = NULL;
	struct stat st;

	if (root >= 0)
		return add_beneath(c, root, name, 0, err);
	if (stat(name, &st) < 0)
		return case_add_unread(c, name, -errno, strerror(errno), err);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return case_add_unread(c, name, -EINVAL, "this is no file", err);
	/* "-" is a file's name here, never standard input. */
	if (asprintf(&path, "%s%s", *name == '-' ? "./" : "", name) < 0) {
		path = NULL;
		return tdl_fail(err, -ENOMEM, "no memory for a file name");
	}
	return tdl_case_add_path(c, path, err);
}
