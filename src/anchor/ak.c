/* SPDX-License-Identifier: BSD-2-Clause */
#include "anchor/ak.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "anchor/key.h"
#include "base/file.h"
#include "base/scope.h"

#define SIGNING (TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_FIXEDTPM)

/* Restricted: it signs nothing but what the TPM made. In the endorsement hierarchy, so that the TPM
 * does not blur the reset counters in what it signs. Outside of the dictionary attack protection,
 * since power cuts count as attacks. */
static const TPM2B_PUBLIC key_template = {
	.publicArea = {
		.type = TPM2_ALG_ECC,
		.nameAlg = TPM2_ALG_SHA256,
		.objectAttributes = SIGNING | TPMA_OBJECT_FIXEDPARENT |
				    TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
				    TPMA_OBJECT_NODA,
		.parameters.eccDetail = {
			.symmetric = { .algorithm = TPM2_ALG_NULL },
			.scheme = { .scheme = TPM2_ALG_ECDSA,
				    .details.ecdsa.hashAlg = TPM2_ALG_SHA256 },
			.curveID = TPM2_ECC_NIST_P256,
			.kdf = { .scheme = TPM2_ALG_NULL },
		},
	},
};

static int make_key(struct tpm *t, ESYS_TR *ret, struct tdl_error *err)
{
	static const TPM2B_DATA nothing;
	static const TPML_PCR_SELECTION no_pcrs;
	TPM2B_SENSITIVE_CREATE sensitive = { 0 };
	int rc = tpm_authorise(t, ESYS_TR_RH_ENDORSEMENT, TDL_TPM_AUTH_ENDORSEMENT, err);

	if (rc == 0)
		rc = tpm_auth(t, TDL_TPM_AUTH_KEY, &sensitive.sensitive.userAuth, err);
	if (rc < 0)
		return rc;
	rc = tpm_check(t,
		       t->tss->Esys_CreatePrimary(
			       t->esys, ESYS_TR_RH_ENDORSEMENT,
			       tpm_session(t, TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT),
			       ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, &key_template, &nothing,
			       &no_pcrs, ret, NULL, NULL, NULL, NULL),
		       "making the attestation key", err);
	explicit_bzero(&sensitive, sizeof(sensitive));
	return rc;
}

static int keep_key(struct tpm *t, uint32_t handle, ESYS_TR *key, struct tdl_error *err)
{
	ESYS_TR kept = ESYS_TR_NONE;
	int rc = tpm_authorise(t, ESYS_TR_RH_OWNER, TDL_TPM_AUTH_OWNER, err);

	if (rc == 0)
		rc = tpm_check(t,
			       t->tss->Esys_EvictControl(t->esys, ESYS_TR_RH_OWNER, *key,
							 tpm_session(t, 0), ESYS_TR_NONE,
							 ESYS_TR_NONE, handle, &kept),
			       "keeping the key", err);
	tpm_flush(t, *key);
	*key = kept;
	return rc;
}

static int save_key(struct tpm *t, const char *path, ESYS_TR key, struct tdl_error *err)
{
	TPMS_CONTEXT *context = NULL;
	uint8_t bytes[sizeof(*context)];
	size_t size = 0;
	int rc = tpm_check(t, t->tss->Esys_ContextSave(t->esys, key, &context),
			   "saving the key's context", err);

	if (rc < 0)
		return rc;
	rc = tpm_check(t,
		       t->tss->Tss2_MU_TPMS_CONTEXT_Marshal(context, bytes, sizeof(bytes), &size),
		       "saving the key's context", err);
	t->tss->Esys_Free(context);
	return rc < 0 ? rc : file_write(path, bytes, size, err);
}

int ak_context_parse(const struct tss *tss, const uint8_t *bytes, size_t size, TPMS_CONTEXT *ret,
		     struct tdl_error *err)
{
	TPMS_CONTEXT context = { 0 };
	size_t offset = 0;
	int rc = key_context_check(bytes, size, err);

	if (rc == 0 && (tss->Tss2_MU_TPMS_CONTEXT_Unmarshal(bytes, size, &offset, &context) !=
				TSS2_RC_SUCCESS ||
			offset != size))
		rc = tdl_fail(err, -EBADMSG, "tpm2-tss does not know it as a key's context");
	if (rc < 0)
		return rc;
	*ret = context;
	return 0;
}

/* A context does not survive a reset of the TPM; the key does, since it is derived. What is no
 * context at all is somebody's file, and stays as it is. */
static int load_key(struct tpm *t, const char *path, ESYS_TR *ret, struct tdl_error *err)
{
	AUTO_FREE uint8_t *bytes = NULL;
	TPMS_CONTEXT context = { 0 };
	size_t size = 0;
	int rc = file_read(path, sizeof(context), &bytes, &size, err);

	if (rc < 0)
		return rc;
	rc = ak_context_parse(t->tss, bytes, size, &context, err);
	if (rc < 0)
		return tdl_while(err, rc,
				 "%s is no key that this command kept, and is left as it is", path);
	if (t->tss->Esys_ContextLoad(t->esys, &context, ret) == TSS2_RC_SUCCESS)
		return 0;
	rc = make_key(t, ret, err);
	return rc < 0 ? rc : save_key(t, path, *ret, err);
}

int ak_find(struct tpm *t, const struct tdl_quote_options *opt, ESYS_TR *ret, struct tdl_error *err)
{
	int rc;

	if (opt->key_handle &&
	    t->tss->Esys_TR_FromTPMPublic(t->esys, opt->key_handle, ESYS_TR_NONE, ESYS_TR_NONE,
					  ESYS_TR_NONE, ret) == TSS2_RC_SUCCESS)
		return 0;
	if (opt->key_file && access(opt->key_file, F_OK) == 0)
		return load_key(t, opt->key_file, ret, err);
	rc = make_key(t, ret, err);
	if (rc == 0 && opt->key_handle)
		rc = keep_key(t, opt->key_handle, ret, err);
	if (rc == 0 && opt->key_file)
		rc = save_key(t, opt->key_file, *ret, err);
	return rc;
}

int ak_public(struct tpm *t, ESYS_TR key, struct blob *ret, struct tdl_error *err)
{
	TPM2B_PUBLIC *public = NULL;
	const TPMT_PUBLIC *p;
	uint8_t point[64] = { 0 };
	int rc = tpm_check(t,
			   t->tss->Esys_ReadPublic(t->esys, key, ESYS_TR_NONE, ESYS_TR_NONE,
						   ESYS_TR_NONE, &public, NULL, NULL),
			   "reading the attestation key", err);

	if (rc < 0)
		return rc;
	p = &public->publicArea;
	if (p->type != TPM2_ALG_ECC || p->parameters.eccDetail.curveID != TPM2_ECC_NIST_P256 ||
	    (p->objectAttributes & SIGNING) != SIGNING || p->unique.ecc.x.size > 32 ||
	    p->unique.ecc.y.size > 32) {
		rc = tdl_fail(err, -EINVAL, "the key is not a restricted signing key on P-256");
	} else {
		memcpy(point + 32 - p->unique.ecc.x.size, p->unique.ecc.x.buffer,
		       p->unique.ecc.x.size);
		memcpy(point + 64 - p->unique.ecc.y.size, p->unique.ecc.y.buffer,
		       p->unique.ecc.y.size);
		rc = key_encode(point, ret->bytes, sizeof(ret->bytes), &ret->size, err);
	}
	t->tss->Esys_Free(public);
	return rc;
}
