/* SPDX-License-Identifier: BSD-2-Clause */
/* Source: TPM 2.0 Library, Part 2, TPMS_ATTEST, TPMT_SIGNATURE, TPMS_NV_PUBLIC;
 * docs/design/anchor.md for the text. */
#include "tests/unit/anchor/paper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <tdlaunch/log.h>

#include "tests/lib/test.h"

static const struct {
	const char *name;
	uint16_t algorithm;
	size_t size;
} banks[PAPER_BANKS] = {
	[IN_SHA1] = { "sha1", 0x0004, 20 },
	[IN_SHA256] = { "sha256", 0x000b, 32 },
	[IN_SHA384] = { "sha384", 0x000c, 48 },
	[IN_SHA512] = { "sha512", 0x000d, 64 },
};

struct paper paper_pcr(void)
{
	return (struct paper){
		.index = 14,
		.active = { true, true, true, true },
		.time = 5000,
		.resets = 7,
		.restarts = 2,
		.key = paper_key("P-256"),
	};
}

struct paper paper_nv(void)
{
	struct paper p = paper_pcr();

	p.nv = true;
	p.index = 0x1800001;
	p.attributes = 0x20000040; /* WRITTEN, EXTEND */
	p.active[IN_SHA1] = p.active[IN_SHA256] = p.active[IN_SHA512] = false;
	return p;
}

void paper_free(struct paper *p)
{
	EVP_PKEY_free(p->key);
}

EVP_PKEY *paper_key(const char *curve)
{
	EVP_PKEY *key = EVP_EC_gen(curve);

	ck_assert_ptr_nonnull(key);
	return key;
}

char *paper_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *at, *text;
	long n;

	ck_assert_int_eq(PEM_write_bio_PUBKEY(bio, key), 1);
	n = BIO_get_mem_data(bio, &at);
	text = strndup(at, (size_t)n);
	BIO_free(bio);
	return text;
}

static void digest(int bank, const void *bytes, size_t size, uint8_t *ret)
{
	ck_assert_int_eq(
		EVP_Digest(bytes, size, ret, NULL, EVP_get_digestbyname(banks[bank].name), NULL),
		1);
}

void paper_extend(struct paper *p, const void *bytes, size_t size)
{
	for (int i = 0; i < PAPER_BANKS; i++) {
		uint8_t both[128];

		if (!p->active[i])
			continue;
		memcpy(both, p->value[i], banks[i].size);
		digest(i, bytes, size, both + banks[i].size);
		digest(i, both, 2 * banks[i].size, p->value[i]);
	}
}

static void put_hex(FILE *f, const char *word, const void *bytes, size_t size)
{
	fprintf(f, "%s ", word);
	for (size_t i = 0; i < size; i++)
		fprintf(f, "%02x", ((const uint8_t *)bytes)[i]);
	fprintf(f, "\n");
}

static void put_values(FILE *f, const struct paper *p, const char *word)
{
	for (int i = 0; i < PAPER_BANKS; i++) {
		char both[20];

		snprintf(both, sizeof(both), "%s %s", word, banks[i].name);
		if (p->active[i])
			put_hex(f, both, p->value[i], banks[i].size);
	}
}

static void put_register(FILE *f, const struct paper *p)
{
	fprintf(f, p->nv ? "register nv:0x%x\n" : "register pcr:%u\n", p->index);
	fprintf(f, "tpm PAPER a TPM 00000001.00000002\n");
}

static uint64_t count(struct tdl_log *log)
{
	struct tdl_log_record r;
	uint64_t n = 0;

	while (tdl_log_next(log, &r, NULL) == 1)
		n++;
	tdl_log_rewind(log);
	return n;
}

char *paper_anchor(struct paper *p, const uint8_t *bytes, size_t size, uint64_t but)
{
	struct tdl_log_record r;
	struct tdl_log *log = NULL;
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	uint64_t records;

	ck_assert_int_eq(tdl_log_open_bytes(bytes, size, &log, NULL), 0);
	fprintf(f, "tdlaunch-anchor 1\n");
	put_register(f, p);
	fprintf(f, "clock %llu %u %u 1\n", (unsigned long long)p->time, p->resets, p->restarts);
	put_values(f, p, "before");
	records = count(log) - but;
	for (uint64_t i = 0; i < records; i++) {
		ck_assert_int_eq(tdl_log_next(log, &r, NULL), 1);
		paper_extend(p, r.content, r.content_size);
		fprintf(f, "extended %llu\n", (unsigned long long)i + 1);
	}
	fprintf(f, but ? "failed the pen broke\n" : "complete\n");
	fclose(f);
	tdl_log_free(log);
	p->time += 1000;
	return text;
}

static void put(struct paper_bytes *b, uint64_t value, size_t size)
{
	for (size_t i = size; i-- > 0;)
		b->at[b->size++] = (uint8_t)(value >> (8 * i));
}

static void put_sized(struct paper_bytes *b, const void *bytes, size_t size)
{
	put(b, size, 2);
	if (size)
		memcpy(b->at + b->size, bytes, size);
	b->size += size;
}

static void put_selection(struct paper_bytes *b, const struct paper *p, enum spoil spoil)
{
	size_t count_at = b->size;
	uint32_t n = 0;

	put(b, 0, 4);
	for (int i = 0; i < PAPER_BANKS; i++) {
		uint32_t bits = 1u << (p->index + (spoil == SPOIL_OTHER_PCR) +
				       (spoil == SPOIL_MIXED_PCRS && i == IN_SHA256));

		if (!p->active[i] || (spoil == SPOIL_SHA1_ALONE && i != IN_SHA1))
			continue;
		if (spoil == SPOIL_TWO_PCRS && i == IN_SHA256)
			bits |= 1;
		if (spoil == SPOIL_NO_PCR)
			bits = 0;
		put(b,
		    spoil == SPOIL_BANK_UNKNOWN && i == IN_SHA512 ? 0x7777
		    : spoil == SPOIL_BANK_TWICE && i == IN_SHA512 ? banks[IN_SHA384].algorithm
								  : banks[i].algorithm,
		    2);
		put(b, 3, 1);
		b->at[b->size++] = (uint8_t)bits; /* bit 0 of byte 0 is PCR 0 */
		b->at[b->size++] = (uint8_t)(bits >> 8);
		b->at[b->size++] = (uint8_t)(bits >> 16);
		n++;
	}
	b->at[count_at + 3] = (uint8_t)n;
}

static void put_quote(struct paper_bytes *b, const struct paper *p, enum spoil spoil)
{
	uint8_t all[PAPER_BANKS * 64], over[32];
	size_t n = 0;

	put_selection(b, p, spoil);
	for (int i = 0; i < PAPER_BANKS; i++)
		if (p->active[i] && (spoil != SPOIL_SHA1_ALONE || i == IN_SHA1)) {
			memcpy(all + n, p->value[i], banks[i].size);
			n += banks[i].size;
		}
	digest(IN_SHA256, all, n, over);
	over[5] ^= spoil == SPOIL_DIGEST;
	put_sized(b, over, sizeof(over));
}

struct paper_bytes paper_nv_public(const struct paper *p)
{
	struct paper_bytes b = { .size = 0 };

	put(&b, p->index, 4);
	put(&b, banks[IN_SHA384].algorithm, 2);
	put(&b, p->attributes, 4);
	put_sized(&b, NULL, 0);
	put(&b, 48, 2);
	return b;
}

static void put_certified(struct paper_bytes *b, const struct paper *p, enum spoil spoil)
{
	struct paper_bytes public = paper_nv_public(p);
	uint8_t name[50] = { 0x00, 0x0c }, value[48];

	digest(IN_SHA384, public.at, public.size, name + 2);
	name[9] ^= spoil == SPOIL_NAME;
	put_sized(b, name, sizeof(name));
	put(b, spoil == SPOIL_OFFSET, 2);
	memcpy(value, p->value[IN_SHA384], 48);
	value[0] ^= spoil == SPOIL_DIGEST;
	put_sized(b, value, sizeof(value));
}

struct paper_bytes paper_attest(const struct paper *p, const void *nonce, size_t nonce_size,
				enum spoil spoil)
{
	struct paper_bytes b = { .size = 0 };

	put(&b, spoil == SPOIL_MAGIC ? 0xff544348 : 0xff544347, 4);
	put(&b, spoil == SPOIL_TYPE ? 0x8017 : p->nv ? 0x8014 : 0x8018, 2);
	put_sized(&b, "\0\x0bsigner", 8);
	put_sized(&b, nonce, spoil == SPOIL_NONCE_EMPTY ? 0 : nonce_size);
	b.at[b.size - 1] ^= spoil == SPOIL_NONCE;
	put(&b, spoil == SPOIL_TIME ? 1 : p->time, 8);
	put(&b, p->resets + (spoil == SPOIL_RESET), 4);
	put(&b, p->restarts - (spoil == SPOIL_RESTART), 4);
	put(&b, spoil == SPOIL_SAFE ? 2 : 1, 1);
	put(&b, 0x2024000100020003, 8);
	if (p->nv)
		put_certified(&b, p, spoil);
	else
		put_quote(&b, p, spoil);
	if (spoil == SPOIL_LONG)
		put(&b, 0, 1);
	b.size -= spoil == SPOIL_SHORT;
	return b;
}

struct paper_bytes paper_sign(EVP_PKEY *key, const struct paper_bytes *what, enum spoil spoil)
{
	const EVP_MD *md = spoil == SPOIL_WEAK ? EVP_sha1() : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct paper_bytes b = { .size = 0 };
	uint8_t der[256], r[80], s[80];
	const uint8_t *at = der;
	size_t n = sizeof(der);
	ECDSA_SIG *sig;

	ck_assert_int_eq(EVP_DigestSignInit(ctx, NULL, md, NULL, key), 1);
	ck_assert_int_eq(EVP_DigestSign(ctx, der, &n, what->at, what->size), 1);
	sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
	put(&b, spoil == SPOIL_RSA ? 0x0014 : 0x0018, 2);
	put(&b, banks[spoil == SPOIL_WEAK ? IN_SHA1 : IN_SHA256].algorithm, 2);
	/* As a TPM may: without leading zeros. */
	put_sized(&b, r, (size_t)BN_bn2bin(ECDSA_SIG_get0_r(sig), r));
	put_sized(&b, s, (size_t)BN_bn2bin(ECDSA_SIG_get0_s(sig), s));
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
	return b;
}

char *paper_quote(const struct paper *p, const void *nonce, size_t nonce_size, enum spoil spoil,
		  const struct paper_bytes *ek)
{
	struct paper_bytes attest = paper_attest(p, nonce, nonce_size, spoil);
	struct paper_bytes public = paper_nv_public(p);
	EVP_PKEY *other = paper_key(spoil == SPOIL_CURVE ? "secp256k1" : "P-256");
	bool by_other = spoil == SPOIL_SIGNER || spoil == SPOIL_KEY || spoil == SPOIL_CURVE;
	struct paper_bytes signature = paper_sign(by_other ? other : p->key, &attest, spoil);
	uint8_t *der = NULL;
	int der_size = i2d_PUBKEY(by_other && spoil != SPOIL_SIGNER ? other : p->key, &der);
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	attest.at[attest.size - 1] ^= spoil == SPOIL_SIGNED;
	fprintf(f, "tdlaunch-quote 1\n");
	put_register(f, p);
	put_hex(f, "attest", attest.at, attest.size);
	put_hex(f, "signature", signature.at, signature.size);
	put_hex(f, "key", der, (size_t)der_size);
	if (p->nv)
		put_hex(f, "nv-public", public.at, public.size);
	put_values(f, p, "value");
	if (ek)
		put_hex(f, "ek-certificate", ek->at, ek->size);
	fclose(f);
	OPENSSL_free(der);
	EVP_PKEY_free(other);
	return text;
}
