/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordinary NV indexes: their contents. */
#ifndef ANCHOR_NV_H
#define ANCHOR_NV_H

#include "anchor/tpm.h"

/* All of an index's contents, by its own empty authorisation or the owner's, as its attributes allow.
 * -ENOENT when there is none, -ENODATA when it was never written, -E2BIG when it is larger than max. */
int nv_read(struct tpm *t, uint32_t index, uint8_t *ret_bytes, size_t max, size_t *ret_size,
	    struct tdl_error *err);

/* Write all of it; it is defined, for the owner, when there is none. -EINVAL when it has another
 * size. */
int nv_write(struct tpm *t, uint32_t index, const void *bytes, size_t size, struct tdl_error *err);

#endif
