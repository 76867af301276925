/* SPDX-License-Identifier: BSD-2-Clause */
/* How memory that was mapped ahead is told of, by all commands that do it. */
#ifndef CLI_LEVELS_H
#define CLI_LEVELS_H

#include <tdlaunch/prefault.h>

#include "cli/cli.h"

#define LEVELS_TEXT 120

/* "65536 of 4 KiB, 0 of 2 MiB, 0 of 1 GiB", or that the host does not tell. */
char *levels_text(const struct tdl_levels *levels, char text[LEVELS_TEXT]);
/* As member "levels" of an object; absent when not known. */
void levels_json(struct json_object *o, const struct tdl_levels *levels);
/* Nanoseconds a 4 KiB page; 0 for no page. */
double levels_ns_a_page(uint64_t bytes, double seconds);
/* 4 KiB pages a second; 0 for no time. */
double levels_pages_a_second(uint64_t bytes, double seconds);

#endif
