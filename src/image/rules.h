/* SPDX-License-Identifier: BSD-2-Clause */
/* What sections must be like, whatever VMM launches them. */
#ifndef IMAGE_RULES_H
#define IMAGE_RULES_H

#include "image/image.h"

/* Each section for itself, then all of them together. */
int rules_check_sections(struct tdl_image *image, struct tdl_error *err);

/* The sections against the bytes there are. A CODE part alone is refused, or, with code_only, gets
 * a part in front that is not there. */
int rules_check_parts(struct tdl_image *image, bool code_only, struct tdl_error *err);

#endif
