/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of the terms are the specification's: cpHash and rpHash are what is authorised of a command
 * and of its answer, KDFa derives keys. */
#include "anchor/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "anchor/key.h"
#include "base/bytes.h"
#include "base/hash.h"

enum {
	KEY_SIZE = 32,
	AES_SIZE = 16,	 /* bytes of the key, and of the initial vector behind it */
	SUBMISSIONS = 5, /* of a command that the TPM asks for again */
};

struct session {
	TSS2_SYS_CONTEXT *sys; /* ESYS's */
	TPMI_SH_AUTH_SESSION handle;
	uint8_t key[KEY_SIZE];
	TPM2B_NONCE ours, theirs; /* the newest of each side */
};

/* The longest is a PCR's digests in every bank, TPML_DIGEST_VALUES, behind Names. */
struct message {
	uint8_t bytes[2 * sizeof(TPM2B_NAME) + sizeof(TPML_DIGEST_VALUES) + 256];
	size_t size;
	bool full;
};

static void put(struct message *m, const void *bytes, size_t size)
{
	if (size > sizeof(m->bytes) - m->size)
		m->full = true;
	else if (size) {
		memcpy(m->bytes + m->size, bytes, size);
		m->size += size;
	}
}

static int draw(TPM2B_NONCE *nonce, struct tdl_error *err)
{
	nonce->size = KEY_SIZE;
	return RAND_bytes(nonce->buffer, KEY_SIZE) == 1
		       ? 0
		       : tdl_fail(err, -EIO, "libcrypto has no random numbers");
}

/* With the session's key and the authorisation value behind it as the key. */
static int mac(const struct session *s, const TPM2B_AUTH *auth, const struct message *m,
	       uint8_t ret_mac[SHA256_SIZE], struct tdl_error *err)
{
	uint8_t key[KEY_SIZE + sizeof(auth->buffer)];
	bool good;

	memcpy(key, s->key, KEY_SIZE);
	if (auth->size)
		memcpy(key + KEY_SIZE, auth->buffer, auth->size);
	good = !m->full &&
	       HMAC(EVP_sha256(), key, KEY_SIZE + auth->size, m->bytes, m->size, ret_mac, NULL);
	explicit_bzero(key, sizeof(key));
	return good ? 0 : tdl_fail(err, -EIO, "libcrypto cannot authenticate a command");
}

/* KDFa by SHA-256, for the 256 bits of its first round. */
static void put_kdfa(struct message *m, const char *label, const TPM2B_NONCE *u,
		     const TPM2B_NONCE *v)
{
	put(m, (const uint8_t[]){ 0, 0, 0, 1 }, 4);
	put(m, label, strlen(label) + 1);
	put(m, u->buffer, u->size);
	put(m, v->buffer, v->size);
	put(m, (const uint8_t[]){ 0, 0, 1, 0 }, 4);
}

static int encrypt_parameter(const struct tpm *t, const struct session *s,
			     const struct session_command *command, struct tdl_error *err)
{
	struct message m = { .size = 0 };
	uint8_t key[SHA256_SIZE], secret[TPM2_MAX_NV_BUFFER_SIZE];
	const uint8_t *plain = NULL;
	size_t size = 0;
	EVP_CIPHER_CTX *cipher = NULL;
	int n = 0, rc;
	bool good;

	put_kdfa(&m, "CFB", &s->ours, &s->theirs);
	rc = mac(s, command->auth, &m, key, err);
	if (rc == 0)
		rc = tpm_check(t, t->tss->Tss2_Sys_GetDecryptParam(s->sys, &size, &plain),
			       command->doing, err);
	if (rc < 0)
		return rc;
	cipher = EVP_CIPHER_CTX_new();
	good = cipher && size <= sizeof(secret) &&
	       EVP_EncryptInit_ex(cipher, EVP_aes_128_cfb128(), NULL, key, key + AES_SIZE) == 1 &&
	       EVP_EncryptUpdate(cipher, secret, &n, plain, (int)size) == 1 && (size_t)n == size;
	EVP_CIPHER_CTX_free(cipher);
	explicit_bzero(key, sizeof(key));
	if (!good)
		return tdl_fail(err, -EIO, "libcrypto cannot encrypt a parameter");
	return tpm_check(t, t->tss->Tss2_Sys_SetDecryptParam(s->sys, size, secret), command->doing,
			 err);
}

/* What is signed on either way: a digest, the two nonces, who spoke last first, the attributes. */
static int sign(const struct session *s, const TPM2B_AUTH *auth, const struct message *content,
		const TPM2B_NONCE *newer, const TPM2B_NONCE *older, TPMA_SESSION attributes,
		uint8_t ret_mac[SHA256_SIZE], struct tdl_error *err)
{
	struct message m = { .size = SHA256_SIZE, .full = content->full };

	sha256(content->bytes, content->size, m.bytes);
	put(&m, newer->buffer, newer->size);
	put(&m, older->buffer, older->size);
	put(&m, &attributes, 1);
	return mac(s, auth, &m, ret_mac, err);
}

static int authorise(const struct tpm *t, struct session *s, const struct session_command *command,
		     struct tdl_error *err)
{
	TSS2L_SYS_AUTH_COMMAND auths = { .count = 1 };
	TPMS_AUTH_COMMAND *a = &auths.auths[0];
	struct message cp = { .size = 4 };
	const uint8_t *parameters = NULL;
	size_t size = 0;
	int rc = draw(&s->ours, err);

	if (rc == 0 && command->encrypt)
		rc = encrypt_parameter(t, s, command, err);
	if (rc == 0)
		rc = tpm_check(t, t->tss->Tss2_Sys_GetCommandCode(s->sys, cp.bytes), command->doing,
			       err);
	if (rc == 0)
		rc = tpm_check(t, t->tss->Tss2_Sys_GetCpBuffer(s->sys, &size, &parameters),
			       command->doing, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < command->handles; i++)
		put(&cp, command->names[i].name, command->names[i].size);
	put(&cp, parameters, size);
	a->sessionHandle = s->handle;
	a->sessionAttributes = TPMA_SESSION_CONTINUESESSION;
	if (command->encrypt)
		a->sessionAttributes |= TPMA_SESSION_DECRYPT;
	a->nonce = s->ours;
	a->hmac.size = SHA256_SIZE;
	rc = sign(s, command->auth, &cp, &s->ours, &s->theirs, a->sessionAttributes, a->hmac.buffer,
		  err);
	return rc < 0 ? rc
		      : tpm_check(t, t->tss->Tss2_Sys_SetCmdAuths(s->sys, &auths), command->doing,
				  err);
}

static bool is_asked_again(TSS2_RC code)
{
	return code == TPM2_RC_RETRY || code == TPM2_RC_YIELDED || code == TPM2_RC_TESTING;
}

/* The command stays in the context, authorised, for as long as the TPM has not done it. */
static TSS2_RC execute(const struct tpm *t, const struct session *s)
{
	TSS2_RC code = TSS2_RC_SUCCESS;

	for (int i = 0; i < SUBMISSIONS; i++) {
		code = t->tss->Tss2_Sys_Execute(s->sys);
		if (!is_asked_again(code))
			break;
	}
	return code;
}

static int check_answer(const struct tpm *t, struct session *s,
			const struct session_command *command, struct tdl_error *err)
{
	TSS2L_SYS_AUTH_RESPONSE auths = { .count = 1 };
	const TPMS_AUTH_RESPONSE *a = &auths.auths[0];
	struct message rp = { .size = 8 }; /* a response code of 0 */
	uint8_t expected[SHA256_SIZE];
	const uint8_t *parameters = NULL;
	size_t size = 0;
	int rc = tpm_check(t, t->tss->Tss2_Sys_GetRspAuths(s->sys, &auths), command->doing, err);

	if (rc == 0)
		rc = tpm_check(t, t->tss->Tss2_Sys_GetRpBuffer(s->sys, &size, &parameters),
			       command->doing, err);
	if (rc == 0)
		rc = tpm_check(t, t->tss->Tss2_Sys_GetCommandCode(s->sys, rp.bytes + 4),
			       command->doing, err);
	if (rc < 0)
		return rc;
	put(&rp, parameters, size);
	rc = sign(s, command->auth, &rp, &a->nonce, &s->ours, a->sessionAttributes, expected, err);
	if (rc < 0)
		return rc;
	if (a->hmac.size != sizeof(expected) ||
	    CRYPTO_memcmp(a->hmac.buffer, expected, sizeof(expected)) != 0)
		return tdl_fail(err, -EIO,
				"%s: the answer is not the TPM's, or was changed on the way",
				command->doing);
	s->theirs = a->nonce;
	return 0;
}

int session_run(const struct tpm *t, struct session *s, const struct session_command *command,
		struct tdl_error *err)
{
	int rc = authorise(t, s, command, err);

	if (rc == 0)
		rc = tpm_check(t, execute(t, s), command->doing, err);
	return rc < 0 ? rc : check_answer(t, s, command, err);
}

/* KDFe by SHA-256: one round of hashing. */
static void derive_salt(const uint8_t secret[KEY_SIZE], const uint8_t our_x[KEY_SIZE],
			const uint8_t their_x[KEY_SIZE], uint8_t ret_salt[SHA256_SIZE])
{
	struct message m = { .size = 0 };

	put(&m, (const uint8_t[]){ 0, 0, 0, 1 }, 4);
	put(&m, secret, KEY_SIZE);
	put(&m, "SECRET", sizeof("SECRET"));
	put(&m, our_x, KEY_SIZE);
	put(&m, their_x, KEY_SIZE);
	sha256(m.bytes, m.size, ret_salt);
	explicit_bzero(&m, sizeof(m));
}

/* Coordinates cross without the zeros that they begin with, or with them. */
static int read_coordinate(const TPM2B_ECC_PARAMETER *p, uint8_t ret[KEY_SIZE],
			   struct tdl_error *err)
{
	if (p->size > KEY_SIZE)
		return tdl_fail(err, -EIO, "starting a session: the TPM's key is not on P-256");
	memset(ret, 0, KEY_SIZE);
	memcpy(ret + KEY_SIZE - p->size, p->buffer, p->size);
	return 0;
}

/* A salt that only the TPM can tell from the point that it is sent. */
static int make_salt(const TPM2B_PUBLIC *key, TPM2B_ENCRYPTED_SECRET *ret,
		     uint8_t ret_salt[SHA256_SIZE], struct tdl_error *err)
{
	const TPMS_ECC_POINT *point = &key->publicArea.unique.ecc;
	uint8_t theirs[2 * KEY_SIZE], ours[2 * KEY_SIZE], secret[KEY_SIZE];
	int rc = read_coordinate(&point->x, theirs, err);

	if (rc == 0)
		rc = read_coordinate(&point->y, theirs + KEY_SIZE, err);
	if (rc == 0)
		rc = key_agree(theirs, ours, secret, err);
	if (rc < 0)
		return rc;
	derive_salt(secret, ours, theirs, ret_salt);
	explicit_bzero(secret, sizeof(secret));
	ret->size = 2 * (2 + KEY_SIZE);
	for (size_t i = 0; i < 2; i++) {
		put_be16(ret->secret + i * (2 + KEY_SIZE), KEY_SIZE);
		memcpy(ret->secret + i * (2 + KEY_SIZE) + 2, ours + i * KEY_SIZE, KEY_SIZE);
	}
	return 0;
}

static int begin(struct tpm *t, struct session *s, TPM2_HANDLE key, const TPM2B_PUBLIC *public,
		 struct tdl_error *err)
{
	static const TPMT_SYM_DEF aes = {
		.algorithm = TPM2_ALG_AES,
		.keyBits = { .aes = 128 },
		.mode = { .aes = TPM2_ALG_CFB },
	};
	TPM2B_ENCRYPTED_SECRET sent = { 0 };
	struct message m = { .size = 0 };
	uint8_t salt[SHA256_SIZE];
	int rc = make_salt(public, &sent, salt, err);

	if (rc == 0)
		rc = draw(&s->ours, err);
	if (rc == 0)
		rc = tpm_check(t,
			       t->tss->Tss2_Sys_StartAuthSession(s->sys, key, TPM2_RH_NULL, NULL,
								 &s->ours, &sent, TPM2_SE_HMAC,
								 &aes, TPM2_ALG_SHA256, &s->handle,
								 &s->theirs, NULL),
			       "starting a session", err);
	if (rc < 0)
		return rc;
	put_kdfa(&m, "ATH", &s->theirs, &s->ours);
	if (!HMAC(EVP_sha256(), salt, sizeof(salt), m.bytes, m.size, s->key, NULL))
		rc = tdl_fail(err, -EIO, "libcrypto cannot derive the key of a session");
	explicit_bzero(salt, sizeof(salt));
	return rc;
}

int session_start(struct tpm *t, struct session **ret, struct tdl_error *err)
{
	struct session *s = calloc(1, sizeof(*s));
	TPM2B_PUBLIC *public = NULL;
	TPM2_HANDLE handle = 0;
	ESYS_TR key = ESYS_TR_NONE;
	int rc;

	if (!s)
		return tdl_fail(err, -ENOMEM, "no memory for a session");
	rc = tpm_salt_key(t, &key, &public, err);
	if (rc == 0)
		rc = tpm_check(t, t->tss->Esys_TR_GetTpmHandle(t->esys, key, &handle),
			       "starting a session", err);
	if (rc == 0)
		rc = tpm_check(t, t->tss->Esys_GetSysContext(t->esys, &s->sys),
			       "starting a session", err);
	if (rc == 0)
		rc = begin(t, s, handle, public, err);
	if (public)
		t->tss->Esys_Free(public);
	tpm_flush(t, key);
	if (rc < 0) {
		session_end(t, s);
		return rc;
	}
	*ret = s;
	return 0;
}

void session_end(const struct tpm *t, struct session *s)
{
	if (!s)
		return;
	if (s->handle)
		t->tss->Tss2_Sys_FlushContext(s->sys, s->handle);
	explicit_bzero(s, sizeof(*s));
	free(s);
}
