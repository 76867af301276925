/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapping and writing files. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scope.h"

static int open_regular(const char *path, size_t max, int *ret_fd, size_t *ret_size,
			struct tdl_error *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		int code = -errno;

		return tdl_fail(err, code, "cannot open %s: %s", path, strerror(-code));
	}
	if (S_ISDIR(st.st_mode))
		return tdl_fail(err, -EISDIR, "%s is a directory, not a file", path);
	if (!S_ISREG(st.st_mode))
		return tdl_fail(err, -ESPIPE, "%s is not a regular file", path);
	if ((uint64_t)st.st_size > max)
		return tdl_fail(err, -E2BIG, "%s has %llu bytes; the limit is %zu", path,
				(unsigned long long)st.st_size, max);
	*ret_size = (size_t)st.st_size;
	*ret_fd = steal_fd(&fd);
	return 0;
}

int file_map(const char *path, size_t max, struct file_map *ret_map, struct tdl_error *err)
{
	AUTO_CLOSE int fd = -1;
	size_t size = 0;
	void *at = NULL;
	int rc = open_regular(path, max, &fd, &size, err);

	if (rc < 0)
		return rc;
	if (size) {
		at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (at == MAP_FAILED) {
			rc = -errno;
			return tdl_fail(err, rc, "cannot map %s: %s", path, strerror(-rc));
		}
	}
	*ret_map = (struct file_map){ .bytes = at, .size = size };
	return 0;
}

void file_unmap(struct file_map *map)
{
	if (map->bytes)
		munmap((void *)(uintptr_t)map->bytes, map->size);
	*map = (struct file_map){ 0 };
}

/* The size of a regular file that is not too large; 0 for what has none, as a pipe. */
static size_t known_size(int fd, size_t max)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (uint64_t)st.st_size <= max)
		return (size_t)st.st_size;
	return 0;
}

/* A known size gets one byte more, so that a file that grows is noticed. */
static int grow(uint8_t **bytes, size_t *room, size_t known, size_t max)
{
	size_t want = *room ? *room * 2 : known ? known + 1 : 65536;
	uint8_t *more;

	if (want > max + 1)
		want = max + 1;
	more = realloc(*bytes, want + 1);
	if (!more)
		return -ENOMEM;
	*bytes = more;
	*room = want;
	return 0;
}

int file_read_fd(int fd, const char *name, size_t max, uint8_t **ret_bytes, size_t *ret_size,
		 struct tdl_error *err)
{
	AUTO_FREE uint8_t *bytes = NULL;
	size_t size = 0;
	size_t room = 0;
	size_t known = known_size(fd, max);

	while (!known || size != known) {
		if (size == room && grow(&bytes, &room, known, max) < 0)
			return tdl_fail(err, -ENOMEM, "no memory for %s", name);
		ssize_t n = read(fd, bytes + size, room - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int code = -errno;

			return tdl_fail(err, code, "cannot read %s: %s", name, strerror(-code));
		}
		if (n == 0)
			break;
		size += (size_t)n;
		if (size > max)
			return tdl_fail(err, -E2BIG, "%s has more than %zu bytes", name, max);
	}
	bytes[size] = 0;
	*ret_size = size;
	*ret_bytes = steal(bytes);
	return 0;
}

int file_read(const char *path, size_t max, uint8_t **ret_bytes, size_t *ret_size,
	      struct tdl_error *err)
{
	AUTO_CLOSE int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
						   : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		int code = -errno;

		return tdl_fail(err, code, "cannot open %s: %s", path, strerror(-code));
	}
	return file_read_fd(fd, path, max, ret_bytes, ret_size, err);
}

int write_all(int fd, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (size) {
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

static int write_direct(const char *path, const void *bytes, size_t size, struct tdl_error *err)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC | O_TRUNC);
	int rc = fd < 0 ? -errno : write_all(fd, bytes, size);

	if (rc < 0)
		return tdl_fail(err, rc, "cannot write %s: %s", path, strerror(-rc));
	return 0;
}

static int write_beside(const char *path, const char *temporary, int fd, const void *bytes,
			size_t size, struct tdl_error *err)
{
	mode_t mask = umask(0);
	int rc;

	umask(mask);
	rc = write_all(fd, bytes, size);
	if (rc == 0 && (fchmod(fd, 0666 & ~mask) < 0 || fsync(fd) < 0))
		rc = -errno;
	if (rc == 0 && rename(temporary, path) < 0)
		rc = -errno;
	if (rc < 0) {
		unlink(temporary);
		return tdl_fail(err, rc, "cannot write %s: %s", path, strerror(-rc));
	}
	return 0;
}

int file_write(const char *path, const void *bytes, size_t size, struct tdl_error *err)
{
	AUTO_CLOSE int fd = -1;
	AUTO_FREE char *temporary = NULL;
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return tdl_fail(err, -EISDIR, "%s is a directory, not a file", path);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_direct(path, bytes, size, err);
	/* A link, as /dev/stdout is when output goes to a file, must not be replaced. */
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		return write_direct(path, bytes, size, err);
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return tdl_fail(err, -ENOMEM, "no memory for a file name");
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		int code = -errno;

		return tdl_fail(err, code, "cannot create %s: %s", path, strerror(-code));
	}
	return write_beside(path, temporary, fd, bytes, size, err);
}
