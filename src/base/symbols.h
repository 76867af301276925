/* SPDX-License-Identifier: BSD-2-Clause */
/* A shared library that is loaded only when its functions are asked for: commands that want none pay
 * nothing for it, and the tool runs where it is not installed. */
#ifndef BASE_SYMBOLS_H
#define BASE_SYMBOLS_H

#include <stddef.h>

#include <tdlaunch/error.h>

/* A function, and where its pointer goes in the caller's struct of pointers. */
struct symbol {
	const char *name;
	size_t offset; /* bytes */
};

/* Load a library for the rest of the process, and find all of its functions. -EOPNOTSUPP when the
 * library or one of them is not there; ret_table is then of no use. */
int symbols_load(const char *library, const struct symbol *symbols, size_t count, void *ret_table,
		 struct tdl_error *err);

#endif
