/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/attest/vtpm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "tests/lib/test.h"

enum { TDREPORT_AT = 32, RUNTIME_AT = 1216, JSON_AT = 1236 };
static const char nonce[] = "nonce of the test";

/* The run-time data, as the paravisor writes them. */
static size_t make_json(EVP_PKEY *key, const uint8_t user_data[64], char *text, size_t size)
{
	uint8_t raw[256];
	char n_text[400], user_text[129];
	BIGNUM *n = NULL;

	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n), 1);
	ck_assert_int_eq(BN_bn2binpad(n, raw, sizeof(raw)), sizeof(raw));
	BN_free(n);
	int got = snprintf(text, size,
			   "{\"keys\":[{\"kid\":\"HCLEkPub\",\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":"
			   "\"AQ\"},{\"kid\":\"HCLAkPub\",\"key_ops\":[\"sign\"],\"kty\":\"RSA\","
			   "\"e\":\"AQAB\",\"n\":\"%s\"}],\"vm-configuration\":{\"secure-boot\":true},"
			   "\"user-data\":\"%s\"}",
			   base64_encode(BASE64URL, raw, sizeof(raw), n_text),
			   hex_encode(user_data, 64, user_text));
	ck_assert(got > 0 && (size_t)got < size);
	return (size_t)got;
}

/* From the body of the TD quote: its TDREPORT, with the hashes that hold it together. Offsets are
 * those of the TDX Module ABI. */
static void make_tdreport(const uint8_t *body, uint8_t *r)
{
	struct tdl_error err = { 0 };

	r[0] = 0x81;
	memcpy(r + 128, body + 520, 64);
	put_le16(r + 256, 0x1ff);
	memcpy(r + 264, body, 16 + 48 + 48 + 8);
	memcpy(r + 512, body + 120, 8 + 8 + 48 * 8);
	test_rc(sha384(r + 256, 239, r + 32, &err), 0, &err);
	test_rc(sha384(r + 512, 512, r + 80, &err), 0, &err);
}

static void append_be16(uint8_t **at, unsigned value)
{
	*(*at)++ = (uint8_t)(value >> 8);
	*(*at)++ = (uint8_t)value;
}

/* A TPMS_ATTEST of a quote over all 24 PCRs of the SHA-256 bank. */
static void make_message(struct vtpm_world *v)
{
	uint8_t *at = v->message;
	struct tdl_error err = { 0 };
	size_t size = 0;

	memcpy(at, "\xffTCG", 4);
	at += 4;
	append_be16(&at, 0x8018);
	append_be16(&at, 34);
	at += 34; /* name of the key that signs */
	append_be16(&at, sizeof(nonce) - 1);
	memcpy(at, nonce, sizeof(nonce) - 1);
	at += sizeof(nonce) - 1;
	at += 8 + 4 + 4 + 1 + 8; /* clock, resets, restarts, safe, firmware */
	append_be16(&at, 0);
	append_be16(&at, 1); /* one bank */
	append_be16(&at, 0x000b);
	*at++ = 3;
	memset(at, 0xff, 3);
	at += 3;
	append_be16(&at, 32);
	test_rc(hash_named("SHA256", v->pcrs, sizeof(v->pcrs), at, &size, &err), 0, &err);
	v->message_size = (size_t)(at + size - v->message);
}

void vtpm_make_for(const struct pki_knobs *knobs, EVP_PKEY *ak, const uint8_t user_data[64],
		   struct vtpm_world *v)
{
	struct pki_knobs k = *knobs;
	struct tdl_error err = { 0 };
	uint8_t report_data[64] = { 0 };
	size_t size = 0;

	memset(v, 0, sizeof(*v));
	uint8_t *h = v->hcl;
	size_t json = make_json(ak, user_data, (char *)h + JSON_AT, sizeof(v->hcl) - JSON_AT);
	test_rc(hash_named("SHA256", h + JSON_AT, json, report_data, &size, &err), 0, &err);
	k.zero_rtmrs = true;
	k.report_data = report_data;
	pki_make(&k, &v->w);
	memcpy(h, "HCLA", 4);
	put_le32(h + 4, 2);
	put_le32(h + 8, (uint32_t)(JSON_AT + json));
	put_le32(h + 12, 2);
	make_tdreport(v->w.quote + 48, h + TDREPORT_AT);
	put_le32(h + RUNTIME_AT, (uint32_t)(20 + json));
	put_le32(h + RUNTIME_AT + 4, 1);
	put_le32(h + RUNTIME_AT + 8, 4);
	put_le32(h + RUNTIME_AT + 12, 1);
	put_le32(h + RUNTIME_AT + 16, (uint32_t)json);
}

void vtpm_make(const struct pki_knobs *knobs, struct vtpm_world *v)
{
	static const uint8_t user_data[64];
	EVP_PKEY *key = EVP_RSA_gen(2048);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = sizeof(v->signature);

	vtpm_make_for(knobs, key, user_data, v);
	for (size_t i = 0; i < sizeof(v->pcrs); i++)
		v->pcrs[i] = (uint8_t)(i / 32);
	make_message(v);
	ck_assert_int_eq(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	ck_assert_int_eq(EVP_DigestSign(ctx, v->signature, &n, v->message, v->message_size), 1);
	v->vtpm = (struct tdl_vtpm){ v->hcl, sizeof(v->hcl), v->message, v->message_size,
				     v->signature, n, v->pcrs, sizeof(v->pcrs), nonce,
				     sizeof(nonce) - 1 };
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}
