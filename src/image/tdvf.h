/* SPDX-License-Identifier: BSD-2-Clause */
/* TDVF metadata: where it is, and what it says. */
#ifndef IMAGE_TDVF_H
#define IMAGE_TDVF_H

#include "image/image.h"

/* Where a descriptor is. */
struct tdvf_place {
	uint64_t offset; /* of the "TDVF" signature, in the joined image */
	bool legacy;	 /* found through the pointer at the end, not the GUIDed table */
};

/* Find the descriptor. Returns 0; -EOPNOTSUPP when there is none; -ENODATA when the image is too
 * short or the pointer leaves it; -EBADMSG for a broken table or two descriptors. */
int tdvf_find(const struct tdl_image *image, struct tdvf_place *ret_place, struct tdl_error *err);

/* Read it into image->sections, without judging the sections. */
int tdvf_read(struct tdl_image *image, const struct tdvf_place *place, struct tdl_error *err);

#endif
