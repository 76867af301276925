/* SPDX-License-Identifier: BSD-2-Clause */
#include "anchor/nv.h"

#include <errno.h>
#include <string.h>

enum { PART = 512 /* bytes, the least that TPMs give and take at once */ };

struct nv {
	uint32_t index;
	ESYS_TR handle;
	TPMA_NV attributes;
	size_t size;
};

static int find(struct tpm *t, uint32_t index, struct nv *ret, struct tdl_error *err)
{
	TPM2B_NV_PUBLIC *public = NULL;
	ESYS_TR handle = ESYS_TR_NONE;

	if (t->tss->Esys_TR_FromTPMPublic(t->esys, index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
					  &handle) != TSS2_RC_SUCCESS)
		return tdl_fail(err, -ENOENT, "the TPM has no NV index 0x%08x", index);
	int rc = tpm_check(t,
			   t->tss->Esys_NV_ReadPublic(t->esys, handle, ESYS_TR_NONE, ESYS_TR_NONE,
						      ESYS_TR_NONE, &public, NULL),
			   "reading the attributes of an NV index", err);
	if (rc < 0)
		return rc;
	*ret = (struct nv){ index, handle, public->nvPublic.attributes, public->nvPublic.dataSize };
	t->tss->Esys_Free(public);
	return 0;
}

/* Who may read or write it: the index itself by its empty authorisation, if a wrong one costs
 * nothing, or the owner. */
static int authorise(struct tpm *t, const struct nv *nv, TPMA_NV by_index, TPMA_NV by_owner,
		     ESYS_TR *ret, struct tdl_error *err)
{
	if (nv->attributes & by_index &&
	    (nv->attributes & TPMA_NV_NO_DA || !(nv->attributes & by_owner))) {
		*ret = nv->handle;
		return 0;
	}
	if (!(nv->attributes & by_owner))
		return tdl_fail(err, -EACCES,
				"NV index 0x%08x is open to neither its own nor the "
				"owner's authorisation",
				nv->index);
	*ret = ESYS_TR_RH_OWNER;
	return tpm_authorise(t, ESYS_TR_RH_OWNER, TDL_TPM_AUTH_OWNER, err);
}

static int read_part(struct tpm *t, ESYS_TR by, const struct nv *nv, size_t offset, size_t size,
		     uint8_t *ret, struct tdl_error *err)
{
	TPM2B_MAX_NV_BUFFER *data = NULL;
	int rc = tpm_check(t,
			   t->tss->Esys_NV_Read(t->esys, by, nv->handle,
						tpm_session(t, TPMA_SESSION_ENCRYPT), ESYS_TR_NONE,
						ESYS_TR_NONE, (UINT16)size, (UINT16)offset, &data),
			   "reading an NV index", err);

	if (rc < 0)
		return rc;
	if (data->size == size)
		memcpy(ret, data->buffer, size);
	else
		rc = tdl_fail(err, -EIO, "reading an NV index: %u bytes instead of %zu", data->size,
			      size);
	t->tss->Esys_Free(data);
	return rc;
}

int nv_read(struct tpm *t, uint32_t index, uint8_t *ret_bytes, size_t max, size_t *ret_size,
	    struct tdl_error *err)
{
	struct nv nv = { 0 };
	ESYS_TR by = ESYS_TR_NONE;
	int rc = find(t, index, &nv, err);

	if (rc < 0)
		return rc;
	if (nv.size > max)
		return tdl_fail(err, -E2BIG, "NV index 0x%08x has %zu bytes, %zu are the most",
				index, nv.size, max);
	if (!(nv.attributes & TPMA_NV_WRITTEN))
		return tdl_fail(err, -ENODATA, "nothing was written to NV index 0x%08x yet", index);
	rc = authorise(t, &nv, TPMA_NV_AUTHREAD, TPMA_NV_OWNERREAD, &by, err);
	for (size_t at = 0; rc == 0 && at < nv.size; at += PART)
		rc = read_part(t, by, &nv, at, nv.size - at < PART ? nv.size - at : PART,
			       ret_bytes + at, err);
	if (rc == 0)
		*ret_size = nv.size;
	return rc;
}

static int define(struct tpm *t, uint32_t index, size_t size, struct tdl_error *err)
{
	static const TPM2B_AUTH empty;
	const TPM2B_NV_PUBLIC public = {
		.nvPublic = {
			.nvIndex = index,
			.nameAlg = TPM2_ALG_SHA256,
			.attributes = TPMA_NV_OWNERREAD | TPMA_NV_OWNERWRITE,
			.dataSize = (UINT16)size,
		},
	};
	ESYS_TR handle;
	int rc = tpm_authorise(t, ESYS_TR_RH_OWNER, TDL_TPM_AUTH_OWNER, err);

	if (rc < 0)
		return rc;
	return tpm_check(t,
			 t->tss->Esys_NV_DefineSpace(t->esys, ESYS_TR_RH_OWNER, tpm_session(t, 0),
						     ESYS_TR_NONE, ESYS_TR_NONE, &empty, &public,
						     &handle),
			 "defining an NV index", err);
}

int nv_write(struct tpm *t, uint32_t index, const void *bytes, size_t size, struct tdl_error *err)
{
	TPM2B_MAX_NV_BUFFER data = { .size = (UINT16)size };
	ESYS_TR by = ESYS_TR_NONE;
	struct nv nv = { 0 };
	int rc = 0;

	if (size > PART)
		return tdl_fail(err, -E2BIG, "%zu bytes for an NV index at once", size);
	memcpy(data.buffer, bytes, size);
	if (find(t, index, &nv, NULL) == -ENOENT)
		rc = define(t, index, size, err);
	if (rc == 0)
		rc = find(t, index, &nv, err);
	if (rc == 0 && nv.size != size)
		rc = tdl_fail(err, -EINVAL, "NV index 0x%08x has %zu bytes, not %zu", index,
			      nv.size, size);
	if (rc == 0)
		rc = authorise(t, &nv, TPMA_NV_AUTHWRITE, TPMA_NV_OWNERWRITE, &by, err);
	return rc < 0 ? rc
		      : tpm_check(t,
				  t->tss->Esys_NV_Write(t->esys, by, nv.handle,
							tpm_session(t, TPMA_SESSION_DECRYPT),
							ESYS_TR_NONE, ESYS_TR_NONE, &data, 0),
				  "writing an NV index", err);
}
