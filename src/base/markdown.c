/* SPDX-License-Identifier: BSD-2-Clause */
/* A backslash in front of whatever could mean something. */
#include "base/markdown.h"

#include <string.h>

/* "http://x" and "www.x" become links by themselves. */
static int starts_link(const char *start, const char *at)
{
	if (*at == ':')
		return at[1] == '/';
	return *at == '.' && at > start && (at[-1] | 32) == 'w';
}

void markdown_put(FILE *out, const char *text)
{
	for (const char *at = text; *at; at++) {
		if (strchr("|\\`*_<>[]&~#!@$", *at) || starts_link(text, at))
			fputc('\\', out);
		fputc(*at, out);
	}
}
