/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of a TPM. A PCR is extended in every bank that is active, since whoever comes later
 * could extend a bank that was left out as he likes. */
#include "anchor/session.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

static int find_banks(struct tpm *t, struct reg *r, struct tdl_error *err)
{
	TPMS_CAPABILITY_DATA *data = NULL;
	TPMI_YES_NO more;
	int rc = tpm_check(t,
			   t->tss->Esys_GetCapability(t->esys, ESYS_TR_NONE, ESYS_TR_NONE,
						      ESYS_TR_NONE, TPM2_CAP_PCRS, 0, 1, &more,
						      &data),
			   "asking for banks", err);

	if (rc < 0)
		return rc;
	for (UINT32 i = 0; i < data->data.assignedPCR.count && rc == 0; i++) {
		const TPMS_PCR_SELECTION *s = &data->data.assignedPCR.pcrSelections[i];
		const struct bank *bank = bank_of(s->hash);

		if (r->index / 8 >= s->sizeofSelect ||
		    !(s->pcrSelect[r->index / 8] >> (r->index % 8) & 1))
			continue;
		if (!bank || r->values.count == BANKS_MAX)
			rc = tdl_fail(err, -EOPNOTSUPP, "bank 0x%x is active and not known",
				      s->hash);
		else
			r->values.of[r->values.count++].bank = bank;
	}
	t->tss->Esys_Free(data);
	if (rc == 0 && r->values.count == 0)
		rc = tdl_fail(err, -EOPNOTSUPP, "no bank of PCR %u is active", r->index);
	return rc;
}

static int read_pcr(struct tpm *t, struct reg *r, struct bank_value *v, struct tdl_error *err)
{
	TPML_PCR_SELECTION in = { .count = 1 };
	TPML_PCR_SELECTION *out = NULL;
	TPML_DIGEST *digests = NULL;
	UINT32 counter;
	int rc;

	in.pcrSelections[0] = (TPMS_PCR_SELECTION){ .hash = v->bank->algorithm, .sizeofSelect = 3 };
	in.pcrSelections[0].pcrSelect[r->index / 8] = (BYTE)(1u << (r->index % 8));
	rc = tpm_check(t,
		       t->tss->Esys_PCR_Read(t->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &in,
					     &counter, &out, &digests),
		       "reading the PCR", err);
	if (rc < 0)
		return rc;
	if (digests->count == 1 && digests->digests[0].size == v->bank->size)
		memcpy(v->digest, digests->digests[0].buffer, v->bank->size);
	else
		rc = tdl_fail(err, -EIO, "reading the PCR: no value in bank %s", v->bank->name);
	t->tss->Esys_Free(out);
	t->tss->Esys_Free(digests);
	return rc;
}

static int define_index(struct tpm *t, uint32_t index, struct tdl_error *err)
{
	const TPM2B_NV_PUBLIC public = {
		.nvPublic = {
			.nvIndex = index,
			.nameAlg = TPM2_ALG_SHA384,
			.attributes = (TPM2_NT_EXTEND << TPMA_NV_TPM2_NT_SHIFT) |
				      TPMA_NV_AUTHREAD | TPMA_NV_AUTHWRITE | TPMA_NV_OWNERREAD |
				      TPMA_NV_NO_DA,
			.dataSize = 48,
		},
	};
	TPM2B_AUTH auth = { 0 };
	ESYS_TR handle;
	int rc = tpm_authorise(t, ESYS_TR_RH_OWNER, TDL_TPM_AUTH_OWNER, err);

	if (rc == 0)
		rc = tpm_auth(t, TDL_TPM_AUTH_INDEX, &auth, err);
	if (rc < 0)
		return rc;
	rc = tpm_check(t,
		       t->tss->Esys_NV_DefineSpace(
			       t->esys, ESYS_TR_RH_OWNER, tpm_session(t, TPMA_SESSION_DECRYPT),
			       ESYS_TR_NONE, ESYS_TR_NONE, &auth, &public, &handle),
		       "defining the NV index", err);
	explicit_bzero(&auth, sizeof(auth));
	return rc;
}

/* The public area, and from it the bank and whether anything was ever written. */
static int read_public(struct tpm *t, struct reg *r, struct tdl_error *err)
{
	TPM2B_NV_PUBLIC *public = NULL;
	TPM2B_NAME *name = NULL;
	int rc = tpm_check(t,
			   t->tss->Esys_NV_ReadPublic(t->esys, r->handle, ESYS_TR_NONE,
						      ESYS_TR_NONE, ESYS_TR_NONE, &public, &name),
			   "reading the public area of the index", err);

	if (rc < 0)
		return rc;
	r->nv_bytes.size = 0;
	rc = tpm_check(t,
		       t->tss->Tss2_MU_TPMS_NV_PUBLIC_Marshal(&public->nvPublic, r->nv_bytes.bytes,
							      sizeof(r->nv_bytes.bytes),
							      &r->nv_bytes.size),
		       "reading the public area of the index", err);
	if (rc == 0)
		rc = nv_public_parse(r->nv_bytes.bytes, r->nv_bytes.size, &r->nv, err);
	if (rc == 0 && !nv_is_anchor(&r->nv))
		rc = tdl_fail(err, -EINVAL,
			      "NV index 0x%x is not one for extending that outlives a reset",
			      r->index);
	t->tss->Esys_Free(public);
	t->tss->Esys_Free(name);
	return rc;
}

static int read_index(struct tpm *t, struct reg *r, struct tdl_error *err)
{
	TPM2B_MAX_NV_BUFFER *data = NULL;
	int rc = read_public(t, r, err);

	if (rc < 0)
		return rc;
	r->values.count = 1;
	r->values.of[0] = (struct bank_value){ .bank = r->nv.hash };
	if (!(r->nv.attributes & NV_WRITTEN))
		return 0;
	rc = tpm_check(t,
		       t->tss->Esys_NV_Read(t->esys, r->handle, r->handle,
					    tpm_session(t, TPMA_SESSION_ENCRYPT), ESYS_TR_NONE,
					    ESYS_TR_NONE, (UINT16)r->nv.size, 0, &data),
		       "reading the NV index", err);
	if (rc < 0)
		return rc;
	if (data->size == r->nv.size)
		memcpy(r->values.of[0].digest, data->buffer, r->nv.size);
	else
		rc = tdl_fail(err, -EIO, "reading the NV index: %u bytes", data->size);
	t->tss->Esys_Free(data);
	return rc;
}

static int open_index(struct tpm *t, struct reg *r, bool define, struct tdl_error *err)
{
	TSS2_RC code = t->tss->Esys_TR_FromTPMPublic(t->esys, r->index, ESYS_TR_NONE, ESYS_TR_NONE,
						     ESYS_TR_NONE, &r->handle);
	int rc;

	if (code != TSS2_RC_SUCCESS && define) {
		rc = define_index(t, r->index, err);
		if (rc < 0)
			return rc;
		code = t->tss->Esys_TR_FromTPMPublic(t->esys, r->index, ESYS_TR_NONE, ESYS_TR_NONE,
						     ESYS_TR_NONE, &r->handle);
	}
	if ((code & 0xffff) == (TPM2_RC_HANDLE | TPM2_RC_1))
		return tdl_fail(err, -ENOENT,
				"the TPM has no NV index 0x%x: \"anchor extend --define\" "
				"makes it",
				r->index);
	if (code != TSS2_RC_SUCCESS)
		return tpm_check(t, code, "finding the NV index", err);
	return tpm_authorise(t, r->handle, TDL_TPM_AUTH_INDEX, err);
}

int reg_read(struct tpm *t, struct reg *r, struct tdl_error *err)
{
	int rc = 0;

	if (r->kind == TDL_LOG_REGISTER_NV)
		return read_index(t, r, err);
	for (size_t i = 0; i < r->values.count && rc == 0; i++)
		rc = read_pcr(t, r, &r->values.of[i], err);
	return rc;
}

int reg_open(struct tpm *t, enum tdl_log_register kind, uint32_t index, bool define,
	     struct reg *ret, struct tdl_error *err)
{
	struct reg r = { .kind = kind, .index = index };
	int rc;

	if (kind == TDL_LOG_REGISTER_DEFAULT) {
		r.kind = TDL_LOG_REGISTER_PCR;
		r.index = TDL_LOG_DEFAULT_PCR;
	}
	if (r.kind == TDL_LOG_REGISTER_NV) {
		rc = tpm_begin(t, err);
		if (rc == 0)
			rc = open_index(t, &r, define, err);
	} else {
		r.handle = ESYS_TR_PCR0 + r.index;
		rc = find_banks(t, &r, err);
	}
	if (rc == 0)
		rc = reg_read(t, &r, err);
	if (rc < 0)
		return rc;
	*ret = r;
	return 0;
}

static TSS2_SYS_CONTEXT *sys_of(const struct tpm *t)
{
	TSS2_SYS_CONTEXT *sys = NULL;

	t->tss->Esys_GetSysContext(t->esys, &sys);
	return sys;
}

static int extend_index(struct tpm *t, struct reg *r, const struct tdl_log_record *record,
			struct tdl_error *err)
{
	TPM2B_MAX_NV_BUFFER data = { .size = (UINT16)r->nv.size };
	TPM2B_NAME names[2] = { { .size = (UINT16)r->nv.name_size } };
	TPM2B_AUTH auth = { 0 };
	const struct session_command command = {
		.names = names,
		.handles = 2, /* the index authorises what is done to it */
		.auth = &auth,
		.encrypt = true,
		.doing = "extending the NV index",
	};
	int rc = bank_record(r->nv.hash, record, data.buffer, err);

	if (rc == 0)
		rc = tpm_auth(t, TDL_TPM_AUTH_INDEX, &auth, err);
	if (rc < 0)
		return rc;
	memcpy(names[0].name, r->nv.name, r->nv.name_size);
	names[1] = names[0];
	rc = tpm_check(t, t->tss->Tss2_Sys_NV_Extend_Prepare(sys_of(t), r->index, r->index, &data),
		       command.doing, err);
	if (rc == 0)
		rc = session_run(t, t->extends, &command, err);
	explicit_bzero(&auth, sizeof(auth));
	return rc < 0 || r->nv.attributes & NV_WRITTEN ? rc : read_public(t, r, err);
}

static int extend_pcr(struct tpm *t, const struct reg *r, const struct tdl_log_record *record,
		      struct tdl_error *err)
{
	static const TPM2B_AUTH nothing;
	TPML_DIGEST_VALUES digests = { .count = (UINT32)r->values.count };
	TPM2B_NAME name = { .size = 4 }; /* the name of a PCR is its handle, which is its number */
	const struct session_command command = {
		.names = &name,
		.handles = 1,
		.auth = &nothing,
		.doing = "extending the PCR",
	};
	int rc = 0;

	put_be32(name.name, r->index);
	for (size_t i = 0; i < r->values.count && rc == 0; i++) {
		const struct bank *bank = r->values.of[i].bank;

		rc = bank_record(bank, record, (uint8_t *)&digests.digests[i].digest, err);
		digests.digests[i].hashAlg = bank->algorithm;
	}
	if (rc == 0)
		rc = tpm_check(t,
			       t->tss->Tss2_Sys_PCR_Extend_Prepare(sys_of(t), r->index, &digests),
			       command.doing, err);
	return rc < 0 ? rc : session_run(t, t->extends, &command, err);
}

int reg_extend(struct tpm *t, struct reg *r, const struct tdl_log_record *record,
	       struct tdl_error *err)
{
	return r->kind == TDL_LOG_REGISTER_NV ? extend_index(t, r, record, err)
					      : extend_pcr(t, r, record, err);
}
