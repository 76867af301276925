/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder of results that appears under its name whole or not at all: its files are written to a
 * folder beside it, which takes the name when all are there. */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stddef.h>

#include <tdlaunch/error.h>

/* A folder being written. Zero-initialised means none. */
struct folder {
	char *path;   /* the name it will have, owned */
	char *beside; /* where it is until then, owned; NULL once it has its name */
	const char *const *old; /* files that may be under the name now, borrowed; NULL for none */
};

/* Begin. The name must be free or that of an empty folder: -EEXIST says that it is neither. */
int folder_begin(const char *path, struct folder *ret_folder, struct tdl_error *err);
/* The same, but the name may also be that of a folder with files of these names (a list that ends
 * with NULL) and nothing else: it stays whole until the new one takes its place. */
int folder_begin_over(const char *path, const char *const *names, struct folder *ret_folder,
		      struct tdl_error *err);
/* One file in it. name has no slash. */
int folder_write(const struct folder *folder, const char *name, const void *bytes, size_t size,
		 struct tdl_error *err);
/* Give it its name; what was under the name is then gone. */
int folder_commit(struct folder *folder, struct tdl_error *err);
/* Free it; what was not committed is removed from the disk. */
void folder_end(struct folder *folder);
#define AUTO_FOLDER __attribute__((cleanup(folder_end)))

#endif
