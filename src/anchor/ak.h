/* SPDX-License-Identifier: BSD-2-Clause */
/* The attestation key: made, found again, kept. */
#ifndef ANCHOR_AK_H
#define ANCHOR_AK_H

#include <tdlaunch/anchor.h>

#include "anchor/quotefile.h"
#include "anchor/tpm.h"

/* The key that the options name, made when it is not there; loaded. */
int ak_find(struct tpm *t, const struct tdl_quote_options *opt, ESYS_TR *ret,
	    struct tdl_error *err);

/* Its public half, once it is sure that it is a key for this. */
int ak_public(struct tpm *t, ESYS_TR key, struct blob *ret, struct tdl_error *err);

/* A file that ak_find() wrote, as tpm2-tss has it. -ENODATA, -EBADMSG: the bytes are none. */
int ak_context_parse(const struct tss *tss, const uint8_t *bytes, size_t size, TPMS_CONTEXT *ret,
		     struct tdl_error *err);

#endif
