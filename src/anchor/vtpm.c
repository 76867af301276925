/* SPDX-License-Identifier: BSD-2-Clause */
#include "anchor/vtpm.h"

#include <errno.h>
#include <string.h>

#include "anchor/bank.h"
#include "anchor/nv.h"
#include "base/hash.h"

enum { ATTEMPTS = 5 };

int vtpm_nv_read(const struct tdl_tpm *how, uint32_t index, uint8_t ret_bytes[VTPM_NV_MAX],
		 size_t *ret_size, struct tdl_error *err)
{
	struct tpm t = { 0 };
	int rc = tpm_open(how, &t, err);

	if (rc < 0)
		return rc;
	rc = nv_read(&t, index, ret_bytes, VTPM_NV_MAX, ret_size, err);
	tpm_close(&t);
	return rc;
}

int vtpm_nv_write(const struct tdl_tpm *how, uint32_t index, const void *bytes, size_t size,
		  struct tdl_error *err)
{
	struct tpm t = { 0 };
	int rc = tpm_open(how, &t, err);

	if (rc < 0)
		return rc;
	rc = nv_write(&t, index, bytes, size, err);
	tpm_close(&t);
	return rc;
}

/* The values of one answer: how many. What they are for is taken out of *left. */
static UINT32 take_pcrs(const TPML_PCR_SELECTION *which, const TPML_DIGEST *values, uint32_t *left,
			uint8_t *ret)
{
	UINT32 n = 0;

	for (unsigned i = 0; i < VTPM_PCRS && which->count == 1 && n < values->count; i++) {
		if (!(which->pcrSelections[0].pcrSelect[i / 8] >> (i % 8) & 1) ||
		    values->digests[n].size != VTPM_PCR_SIZE)
			continue;
		memcpy(ret + i * VTPM_PCR_SIZE, values->digests[n].buffer, VTPM_PCR_SIZE);
		*left &= ~(1u << i);
		n++;
	}
	return n;
}

/* A TPM gives some of the PCRs asked for at a time, and says which. */
static int read_pcrs(struct tpm *t, uint8_t *ret, struct tdl_error *err)
{
	uint32_t left = (1u << VTPM_PCRS) - 1;

	while (left) {
		const TPML_PCR_SELECTION in = {
			.count = 1,
			.pcrSelections = { { TPM2_ALG_SHA256,
					     3,
					     { (BYTE)left, (BYTE)(left >> 8),
					       (BYTE)(left >> 16) } } },
		};
		TPML_PCR_SELECTION *out = NULL;
		TPML_DIGEST *digests = NULL;
		UINT32 counter;
		int rc = tpm_check(t,
				   t->tss->Esys_PCR_Read(t->esys, ESYS_TR_NONE, ESYS_TR_NONE,
							 ESYS_TR_NONE, &in, &counter, &out,
							 &digests),
				   "reading PCRs", err);
		if (rc < 0)
			return rc;
		if (take_pcrs(out, digests, &left, ret) == 0)
			rc = tdl_fail(err, -ENODATA, "the TPM has no SHA-256 bank");
		t->tss->Esys_Free(out);
		t->tss->Esys_Free(digests);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int sign(struct tpm *t, ESYS_TR key, const void *nonce, size_t nonce_size,
		struct vtpm_quote *q, const struct bank **ret_hash, struct tdl_error *err)
{
	static const TPMT_SIG_SCHEME by_key = { .scheme = TPM2_ALG_NULL };
	static const TPML_PCR_SELECTION all = {
		.count = 1,
		.pcrSelections = { { TPM2_ALG_SHA256, 3, { 0xff, 0xff, 0xff } } },
	};
	TPM2B_DATA extra = { .size = (UINT16)nonce_size };
	TPM2B_ATTEST *attest = NULL;
	TPMT_SIGNATURE *signature = NULL;

	if (nonce_size)
		memcpy(extra.buffer, nonce, nonce_size);
	int rc = tpm_check(
		t,
		t->tss->Esys_Quote(
			t->esys, key, tpm_session(t, TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT),
			ESYS_TR_NONE, ESYS_TR_NONE, &extra, &by_key, &all, &attest, &signature),
		"quoting", err);
	if (rc < 0)
		return rc;
	*ret_hash = bank_of(signature->signature.any.hashAlg);
	if (attest->size > sizeof(q->message) || !*ret_hash) {
		rc = tdl_fail(err, -EIO, "the TPM's quote is %u bytes, its hash 0x%x", attest->size,
			      signature->signature.any.hashAlg);
	} else {
		memcpy(q->message, attest->attestationData, attest->size);
		q->message_size = attest->size;
		q->signature_size = 0;
		rc = tpm_check(t,
			       t->tss->Tss2_MU_TPMT_SIGNATURE_Marshal(signature, q->signature,
								      sizeof(q->signature),
								      &q->signature_size),
			       "reading the signature", err);
	}
	t->tss->Esys_Free(attest);
	t->tss->Esys_Free(signature);
	return rc;
}

/* Is the digest that was signed, which ends the message, that of the values? It is in the hash of
 * the key's scheme. Source: TPM 2.0 Library, Part 2, TPMS_QUOTE_INFO. */
static int is_signed(const struct vtpm_quote *q, const struct bank *hash, bool *ret,
		     struct tdl_error *err)
{
	uint8_t digest[BANK_DIGEST_MAX];
	size_t size = 0;
	int rc = hash_named(hash->openssl, q->pcrs, sizeof(q->pcrs), digest, &size, err);

	if (rc == 0)
		*ret = q->message_size >= size &&
		       memcmp(q->message + q->message_size - size, digest, size) == 0;
	return rc;
}

/* Read, then quote: again, when somebody extends a PCR in between. The counter of updates that a
 * TPM gives with PCRs does not tell: some PCRs are left out of it. */
static int quote_all(struct tpm *t, ESYS_TR key, const void *nonce, size_t nonce_size,
		     struct vtpm_quote *q, struct tdl_error *err)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		const struct bank *hash = NULL;
		bool same = false;
		int rc = read_pcrs(t, q->pcrs, err);

		if (rc == 0)
			rc = sign(t, key, nonce, nonce_size, q, &hash, err);
		if (rc == 0)
			rc = is_signed(q, hash, &same, err);
		if (rc < 0 || same)
			return rc;
	}
	return tdl_fail(err, -EBUSY, "somebody extends PCRs all the time");
}

int vtpm_quote(const struct tdl_tpm *how, uint32_t handle, const void *nonce, size_t nonce_size,
	       struct vtpm_quote *ret, struct tdl_error *err)
{
	struct vtpm_quote q = { 0 };
	ESYS_TR key = ESYS_TR_NONE;
	struct tpm t = { 0 };
	int rc;

	if (nonce_size > TDL_ANCHOR_NONCE_MAX)
		return tdl_fail(err, -EINVAL, "a nonce has at most %d bytes", TDL_ANCHOR_NONCE_MAX);
	rc = tpm_open(how, &t, err);
	if (rc < 0)
		return rc;
	if (t.tss->Esys_TR_FromTPMPublic(t.esys, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
					 &key) != TSS2_RC_SUCCESS)
		rc = tdl_fail(err, -ENOENT, "the TPM has no key at 0x%08x", handle);
	else
		rc = tpm_authorise(&t, key, TDL_TPM_AUTH_KEY, err);
	if (rc == 0)
		rc = quote_all(&t, key, nonce, nonce_size, &q, err);
	tpm_close(&t);
	if (rc == 0)
		*ret = q;
	return rc;
}
