/* SPDX-License-Identifier: BSD-2-Clause */
/* A quote taken: the register signed, what else there is collected. */
#include <tdlaunch/anchor.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "anchor/ak.h"
#include "anchor/ek.h"
#include "anchor/key.h"
#include "anchor/quotefile.h"
#include "anchor/tpm.h"
#include "base/scope.h"

enum { ATTEMPTS = 5 };

static int keep_words(struct tpm *t, const TPM2B_ATTEST *attest, const TPMT_SIGNATURE *signature,
		      struct quotefile *q, struct tdl_error *err)
{
	if (attest->size > sizeof(q->attest.bytes))
		return tdl_fail(err, -EIO, "the TPM's words are %u bytes", attest->size);
	memcpy(q->attest.bytes, attest->attestationData, attest->size);
	q->attest.size = attest->size;
	q->signature.size = 0;
	return tpm_check(t,
			 t->tss->Tss2_MU_TPMT_SIGNATURE_Marshal(signature, q->signature.bytes,
								sizeof(q->signature.bytes),
								&q->signature.size),
			 "reading the signature", err);
}

static TPML_PCR_SELECTION select_all(const struct reg *r)
{
	TPML_PCR_SELECTION all = { .count = (UINT32)r->values.count };

	for (size_t i = 0; i < r->values.count; i++) {
		all.pcrSelections[i].hash = r->values.of[i].bank->algorithm;
		all.pcrSelections[i].sizeofSelect = 3;
		all.pcrSelections[i].pcrSelect[r->index / 8] = (BYTE)(1u << (r->index % 8));
	}
	return all;
}

static int sign(struct tpm *t, const struct reg *r, ESYS_TR key,
		const struct tdl_quote_options *opt, struct quotefile *q, struct tdl_error *err)
{
	static const TPMT_SIG_SCHEME by_key = { .scheme = TPM2_ALG_NULL };
	TPM2B_DATA nonce = { .size = (UINT16)opt->nonce_size };
	TPM2B_ATTEST *attest = NULL;
	TPMT_SIGNATURE *signature = NULL;
	TPML_PCR_SELECTION pcrs;
	ESYS_TR second = ESYS_TR_NONE;
	ESYS_TR session = tpm_session(t, TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT);
	TSS2_RC code;
	int rc;

	memcpy(nonce.buffer, opt->nonce, opt->nonce_size);
	if (r->kind == TDL_LOG_REGISTER_NV) {
		rc = tpm_second(t, &second, err);
		if (rc < 0)
			return rc;
		code = t->tss->Esys_NV_Certify(t->esys, key, r->handle, r->handle, session, second,
					       ESYS_TR_NONE, &nonce, &by_key, (UINT16)r->nv.size, 0,
					       &attest, &signature);
	} else {
		pcrs = select_all(r);
		code = t->tss->Esys_Quote(t->esys, key, session, ESYS_TR_NONE, ESYS_TR_NONE, &nonce,
					  &by_key, &pcrs, &attest, &signature);
	}
	rc = tpm_check(t, code, "quoting", err);
	if (rc < 0)
		return rc;
	rc = keep_words(t, attest, signature, q, err);
	t->tss->Esys_Free(attest);
	t->tss->Esys_Free(signature);
	return rc;
}

static int is_signed(const struct reg *r, const struct quotefile *q, bool *ret,
		     struct tdl_error *err)
{
	struct signature s = { 0 };
	struct attest a = { 0 };
	int rc = attest_parse(q->attest.bytes, q->attest.size, &a, err);

	if (rc == 0)
		rc = signature_parse(q->signature.bytes, q->signature.size, &s, err);
	return rc < 0 ? rc : attest_gives(&a, s.hash, &r->values, ret, err);
}

/* The values are read before the TPM signs: again, when somebody extends the register in between.
 */
static int sign_values(struct tpm *t, struct reg *r, ESYS_TR key,
		       const struct tdl_quote_options *opt, struct quotefile *q,
		       struct tdl_error *err)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		bool same = false;
		int rc = i ? reg_read(t, r, err) : 0;

		if (rc == 0)
			rc = sign(t, r, key, opt, q, err);
		if (rc == 0)
			rc = is_signed(r, q, &same, err);
		if (rc < 0 || same)
			return rc;
	}
	return tdl_fail(err, -EBUSY, "somebody extends the register all the time: quote again");
}

static int collect(struct tpm *t, const struct tdl_quote_options *opt, struct quotefile *q,
		   struct tdl_error *err)
{
	struct reg r = { 0 };
	ESYS_TR key = ESYS_TR_NONE;
	int rc = reg_open(t, opt->kind, opt->index, false, &r, err);

	if (rc == 0)
		rc = ak_find(t, opt, &key, err);
	if (rc == 0)
		rc = ak_public(t, key, &q->key, err);
	if (rc == 0)
		rc = tpm_authorise(t, key, TDL_TPM_AUTH_KEY, err);
	if (rc == 0)
		rc = sign_values(t, &r, key, opt, q, err);
	if (!opt->key_handle)
		tpm_flush(t, key);
	if (rc < 0)
		return rc;
	q->kind = r.kind;
	q->index = r.index;
	q->values = r.values;
	if (r.kind == TDL_LOG_REGISTER_NV) {
		memcpy(q->nv_public.bytes, r.nv_bytes.bytes, r.nv_bytes.size);
		q->nv_public.size = r.nv_bytes.size;
	}
	snprintf(q->tpm, sizeof(q->tpm), "%s", t->words);
	ek_read(t, q);
	return 0;
}

int tdl_anchor_quote(const struct tdl_quote_options *opt, struct tdl_error *err)
{
	AUTO_FREE struct quotefile *q = calloc(1, sizeof(*q));
	struct tpm t = { 0 };
	int rc;

	if (!q)
		return tdl_fail(err, -ENOMEM, "no memory for a quote");
	if (opt->nonce_size < TDL_ANCHOR_NONCE_MIN || opt->nonce_size > TDL_ANCHOR_NONCE_MAX)
		return tdl_fail(err, -EINVAL, "a nonce has %d to %d bytes", TDL_ANCHOR_NONCE_MIN,
				TDL_ANCHOR_NONCE_MAX);
	if (opt->key_handle && opt->key_file)
		return tdl_fail(err, -EINVAL, "a key has a handle or a file, not both");
	rc = tpm_open(&opt->tpm, &t, err);
	if (rc < 0)
		return rc;
	rc = collect(&t, opt, q, err);
	tpm_close(&t);
	if (rc == 0)
		rc = quotefile_write(opt->file, q, err);
	if (rc == 0 && opt->key_pem)
		rc = key_write_pem(opt->key_pem, q->key.bytes, q->key.size, err);
	return rc;
}
