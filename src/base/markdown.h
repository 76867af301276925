/* SPDX-License-Identifier: BSD-2-Clause */
/* Text of unknown origin inside Markdown. */
#ifndef BASE_MARKDOWN_H
#define BASE_MARKDOWN_H

#include <stdio.h>

/* Write one line of text so that it reads as it is, in a table's cell or elsewhere: no markup, no
 * HTML, no link, no end of a cell. It must have no control characters. */
void markdown_put(FILE *out, const char *text);

#endif
