/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in, files out. A file is mapped, never copied; a file that is written appears under its
 * name whole or not at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>

/* A file's bytes, read-only. */
struct file_map {
	const uint8_t *bytes; /* NULL for an empty file */
	size_t size;	      /* bytes */
};

/* Map a regular file of at most max bytes. An empty one is fine here; a directory is -EISDIR, a
 * larger one -E2BIG, anything that is not a regular file -ESPIPE, else what open() said. */
int file_map(const char *path, size_t max, struct file_map *ret_map, struct tdl_error *err);
void file_unmap(struct file_map *map);
#define AUTO_FILE_MAP __attribute__((cleanup(file_unmap)))

/* All of a file that may be a pipe ("-" is standard input), of at most max bytes. Caller frees. A
 * NUL that *ret_size does not count stands behind the bytes. */
int file_read(const char *path, size_t max, uint8_t **ret_bytes, size_t *ret_size,
	      struct tdl_error *err);

/* The same from where a descriptor stands; name is how errors call it. */
int file_read_fd(int fd, const char *name, size_t max, uint8_t **ret_bytes, size_t *ret_size,
		 struct tdl_error *err);

/* Write size bytes under path: to a temporary name beside it, flushed, then renamed. A path that is
 * not a regular file ("/dev/full") or that is a link ("/dev/stdout") is written directly. */
int file_write(const char *path, const void *bytes, size_t size, struct tdl_error *err);

/* write() until all is out. Returns 0 or a negative errno. */
int write_all(int fd, const void *bytes, size_t size);

#endif
