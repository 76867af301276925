/* SPDX-License-Identifier: BSD-2-Clause */
/* A recorded copy of a machine's files, made by a test. */
#ifndef TESTS_COLLECT_TREE_H
#define TESTS_COLLECT_TREE_H

#include <stddef.h>

/* Write a file, by its absolute path on the machine, below the copy's root; folders are made. */
void tree_put(const char *root, const char *path, const void *bytes, size_t size);

#endif
