/* SPDX-License-Identifier: BSD-2-Clause */
/* What this room says when it was built without tpm2-tss: everything but verifying is missing. */
#include <tdlaunch/anchor.h>

#include <errno.h>

#include "anchor/vtpm.h"

#ifndef HAVE_TPM

static int refuse(struct tdl_error *err)
{
	return tdl_fail(err, -EOPNOTSUPP, "built without TPM anchoring (--disable-tpm)");
}

int tdl_anchor_open(const struct tdl_anchor_options *opt, struct tdl_anchor **ret_anchor,
		    struct tdl_error *err)
{
	(void)opt;
	(void)ret_anchor;
	return refuse(err);
}

bool tdl_anchor_value(const struct tdl_anchor *anchor, uint8_t *ret_digest)
{
	(void)anchor;
	(void)ret_digest;
	return false;
}

int tdl_anchor_record(void *anchor, const struct tdl_log_record *record, struct tdl_error *err)
{
	(void)anchor;
	(void)record;
	return refuse(err);
}

int tdl_anchor_log(struct tdl_anchor *anchor, struct tdl_log *log, struct tdl_error *err)
{
	(void)anchor;
	(void)log;
	return refuse(err);
}

uint64_t tdl_anchor_progress(const struct tdl_anchor *anchor)
{
	(void)anchor;
	return 0;
}

int tdl_anchor_close(struct tdl_anchor *anchor, struct tdl_error *err)
{
	(void)anchor;
	(void)err;
	return 0;
}

int tdl_anchor_quote(const struct tdl_quote_options *opt, struct tdl_error *err)
{
	(void)opt;
	return refuse(err);
}

int vtpm_nv_read(const struct tdl_tpm *how, uint32_t index, uint8_t ret_bytes[VTPM_NV_MAX],
		 size_t *ret_size, struct tdl_error *err)
{
	(void)how;
	(void)index;
	(void)ret_bytes;
	(void)ret_size;
	return refuse(err);
}

int vtpm_nv_write(const struct tdl_tpm *how, uint32_t index, const void *bytes, size_t size,
		  struct tdl_error *err)
{
	(void)how;
	(void)index;
	(void)bytes;
	(void)size;
	return refuse(err);
}

int vtpm_quote(const struct tdl_tpm *how, uint32_t key, const void *nonce, size_t nonce_size,
	       struct vtpm_quote *ret, struct tdl_error *err)
{
	(void)how;
	(void)key;
	(void)nonce;
	(void)nonce_size;
	(void)ret;
	return refuse(err);
}
#endif
