/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence by names that somebody else chose: only files and directories are opened, and with a
 * root nothing outside of it, whatever links lie beneath it. */
#ifndef CHECK_BENEATH_H
#define CHECK_BENEATH_H

#include "check/check.h"

/* root is a directory's descriptor that name must not leave: no "..", no link is followed; what is
 * there is read as bytes. -1: name is the caller's own word, as for tdl_case_add_path(). What cannot
 * be read becomes a piece that was not. Returns 0, -E2BIG or -ENOMEM. */
int beneath_add(struct tdl_case *c, int root, const char *name, struct tdl_error *err);

#endif
