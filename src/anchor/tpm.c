/* SPDX-License-Identifier: BSD-2-Clause */
/* Reaching a TPM. The session is HMAC, so that no authorisation value crosses the bus, and salted
 * with a storage key that the TPM makes for it, so that who reads the bus learns nothing either.
 * That key is in the null hierarchy, which everybody may use: no session is ever without a salt. */
#include "anchor/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

ESYS_TR tpm_session(const struct tpm *t, TPMA_SESSION use)
{
	t->tss->Esys_TRSess_SetAttributes(t->esys, t->session, use | TPMA_SESSION_CONTINUESESSION,
					  0xff);
	return t->session;
}

int tpm_auth(const struct tpm *t, enum tdl_tpm_auth which, TPM2B_AUTH *ret, struct tdl_error *err)
{
	size_t size = t->how->auth[which].size;

	if (size > sizeof(ret->buffer))
		return tdl_fail(err, -EINVAL, "an authorisation value has at most %zu bytes",
				sizeof(ret->buffer));
	if (size)
		memcpy(ret->buffer, t->how->auth[which].bytes, size);
	while (size > 0 && ret->buffer[size - 1] == 0)
		size--;
	ret->size = (UINT16)size;
	return 0;
}

int tpm_authorise(const struct tpm *t, ESYS_TR handle, enum tdl_tpm_auth which,
		  struct tdl_error *err)
{
	TPM2B_AUTH auth = { 0 };
	int rc = tpm_auth(t, which, &auth, err);

	if (rc < 0)
		return rc;
	rc = tpm_check(t, t->tss->Esys_TR_SetAuth(t->esys, handle, &auth), "authorising", err);
	explicit_bzero(&auth, sizeof(auth));
	return rc;
}

void tpm_flush(const struct tpm *t, ESYS_TR handle)
{
	if (handle != ESYS_TR_NONE)
		t->tss->Esys_FlushContext(t->esys, handle);
}

/* A storage key on P-256, as the TCG's EK and SRK templates have it, by its password alone. */
static const TPM2B_PUBLIC salt_template = {
	.publicArea = {
		.type = TPM2_ALG_ECC,
		.nameAlg = TPM2_ALG_SHA256,
		.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
				    TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
				    TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT,
		.parameters.eccDetail = {
			.symmetric = { .algorithm = TPM2_ALG_AES,
				       .keyBits = { .aes = 128 },
				       .mode = { .aes = TPM2_ALG_CFB } },
			.scheme = { .scheme = TPM2_ALG_NULL },
			.curveID = TPM2_ECC_NIST_P256,
			.kdf = { .scheme = TPM2_ALG_NULL },
		},
	},
};

int tpm_salt_key(struct tpm *t, ESYS_TR *ret, TPM2B_PUBLIC **ret_public, struct tdl_error *err)
{
	static const TPM2B_SENSITIVE_CREATE sensitive;
	static const TPM2B_DATA nothing;
	static const TPML_PCR_SELECTION no_pcrs;

	return tpm_check(t,
			 t->tss->Esys_CreatePrimary(t->esys, ESYS_TR_RH_NULL, ESYS_TR_PASSWORD,
						    ESYS_TR_NONE, ESYS_TR_NONE, &sensitive,
						    &salt_template, &nothing, &no_pcrs, ret,
						    ret_public, NULL, NULL, NULL),
			 "making a key for sessions", err);
}

static int start_session(struct tpm *t, ESYS_TR *ret, struct tdl_error *err)
{
	static const TPMT_SYM_DEF aes = {
		.algorithm = TPM2_ALG_AES,
		.keyBits = { .aes = 128 },
		.mode = { .aes = TPM2_ALG_CFB },
	};
	ESYS_TR key = ESYS_TR_NONE, session = ESYS_TR_NONE;
	int rc = tpm_salt_key(t, &key, NULL, err);

	if (rc < 0)
		return rc;
	rc = tpm_check(t,
		       t->tss->Esys_StartAuthSession(t->esys, key, ESYS_TR_NONE, ESYS_TR_NONE,
						     ESYS_TR_NONE, ESYS_TR_NONE, NULL, TPM2_SE_HMAC,
						     &aes, TPM2_ALG_SHA256, &session),
		       "starting a session", err);
	tpm_flush(t, key);
	if (rc == 0)
		*ret = session;
	return rc;
}

int tpm_second(struct tpm *t, ESYS_TR *ret, struct tdl_error *err)
{
	int rc = 0;

	if (t->second == ESYS_TR_NONE)
		rc = start_session(t, &t->second, err);
	if (rc < 0)
		return rc;
	t->tss->Esys_TRSess_SetAttributes(t->esys, t->second, TPMA_SESSION_CONTINUESESSION, 0xff);
	*ret = t->second;
	return 0;
}

/* A property made of four characters, those that cannot be shown left out. */
static size_t put_characters(char *text, UINT32 value)
{
	size_t n = 0;

	for (int shift = 24; shift >= 0; shift -= 8) {
		char c = (char)(value >> shift & 0xff);

		if (c > 0x20 && c < 0x7f)
			text[n++] = c;
	}
	return n;
}

/* Maker, model and firmware, as the TPM says them. Source: TPM 2.0 Library, Part 2, TPM_PT. */
static int read_words(struct tpm *t, struct tdl_error *err)
{
	TPMS_CAPABILITY_DATA *data = NULL;
	TPMI_YES_NO more;
	int rc = tpm_check(t,
			   t->tss->Esys_GetCapability(t->esys, ESYS_TR_NONE, ESYS_TR_NONE,
						      ESYS_TR_NONE, TPM2_CAP_TPM_PROPERTIES,
						      TPM2_PT_MANUFACTURER, 8, &more, &data),
			   "asking the TPM what it is", err);
	size_t n = 0;
	UINT32 firmware[2] = { 0 };

	if (rc < 0)
		return rc;
	for (UINT32 i = 0; i < data->data.tpmProperties.count && n < 60; i++) {
		const TPMS_TAGGED_PROPERTY *p = &data->data.tpmProperties.tpmProperty[i];

		if (p->property >= TPM2_PT_MANUFACTURER && p->property <= TPM2_PT_VENDOR_STRING_4)
			n += put_characters(t->words + n, p->value);
		if (p->property == TPM2_PT_MANUFACTURER)
			t->words[n++] = ' ';
		if (p->property >= TPM2_PT_FIRMWARE_VERSION_1 &&
		    p->property <= TPM2_PT_FIRMWARE_VERSION_2)
			firmware[p->property - TPM2_PT_FIRMWARE_VERSION_1] = p->value;
	}
	snprintf(t->words + n, sizeof(t->words) - n, " %08x.%08x", firmware[0], firmware[1]);
	t->tss->Esys_Free(data);
	return 0;
}

static int reach(struct tpm *t, struct tdl_error *err)
{
	const char *tcti = t->how->tcti;
	int rc = tss_load(&t->tss, err);
	TSS2_RC code;

	if (rc < 0)
		return rc;
	code = t->tss->Tss2_TctiLdr_Initialize(tcti, &t->tcti);
	if (code != TSS2_RC_SUCCESS)
		return tpm_absent(t, code, err);
	rc = tpm_check(t, t->tss->Esys_Initialize(&t->esys, t->tcti, NULL), "opening the TPM", err);
	return rc < 0 ? rc : read_words(t, err);
}

int tpm_reach(const struct tdl_tpm *how, struct tpm *ret, struct tdl_error *err)
{
	struct tpm t = { .how = how, .session = ESYS_TR_NONE, .second = ESYS_TR_NONE };
	int rc = reach(&t, err);

	if (rc < 0) {
		tpm_close(&t);
		return rc;
	}
	*ret = t;
	return 0;
}

int tpm_begin(struct tpm *t, struct tdl_error *err)
{
	return t->session == ESYS_TR_NONE ? start_session(t, &t->session, err) : 0;
}

int tpm_open(const struct tdl_tpm *how, struct tpm *ret, struct tdl_error *err)
{
	struct tpm t = { 0 };
	int rc = tpm_reach(how, &t, err);

	if (rc < 0)
		return rc;
	rc = tpm_begin(&t, err);
	if (rc < 0) {
		tpm_close(&t);
		return rc;
	}
	*ret = t;
	return 0;
}

void tpm_close(struct tpm *t)
{
	if (t->esys) {
		session_end(t, t->extends);
		tpm_flush(t, t->session);
		tpm_flush(t, t->second);
		t->tss->Esys_Finalize(&t->esys);
	}
	if (t->tcti)
		t->tss->Tss2_TctiLdr_Finalize(&t->tcti);
}

int tpm_read_clock(const struct tpm *t, struct tpm_clock *ret, struct tdl_error *err)
{
	TPMS_TIME_INFO *time = NULL;
	int rc = tpm_check(
		t, t->tss->Esys_ReadClock(t->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &time),
		"reading the clock", err);

	if (rc < 0)
		return rc;
	*ret = (struct tpm_clock){
		.time = time->clockInfo.clock,
		.resets = time->clockInfo.resetCount,
		.restarts = time->clockInfo.restartCount,
		.safe = time->clockInfo.safe == TPM2_YES,
	};
	t->tss->Esys_Free(time);
	return 0;
}
