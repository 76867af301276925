/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-384 by libcrypto. EVP does not show its state, so the stream uses the low-level interface,
 * which OpenSSL 3 keeps but marks as deprecated; nothing outside this file notices. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/attr.h"

void hash_only(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
}

int sha384_start(struct sha384 *h, struct tdl_error *err)
{
	h->ctx = EVP_MD_CTX_new();
	if (!h->ctx || EVP_DigestInit_ex(h->ctx, EVP_sha384(), NULL) != 1) {
		sha384_end(h);
		return tdl_fail(err, -EIO, "libcrypto cannot start SHA-384");
	}
	return 0;
}

int sha384_update(struct sha384 *h, const void *bytes, size_t size, struct tdl_error *err)
{
	if (EVP_DigestUpdate(h->ctx, bytes, size) != 1)
		return tdl_fail(err, -EIO, "libcrypto cannot hash %zu bytes", size);
	return 0;
}

int sha384_peek(const struct sha384 *h, uint8_t ret_digest[SHA384_SIZE], struct tdl_error *err)
{
	struct sha384 copy = { .ctx = EVP_MD_CTX_new() };

	if (!copy.ctx || EVP_MD_CTX_copy_ex(copy.ctx, h->ctx) != 1) {
		sha384_end(&copy);
		return tdl_fail(err, -EIO, "libcrypto cannot copy a running SHA-384");
	}
	return sha384_final(&copy, ret_digest, err);
}

int sha384_final(struct sha384 *h, uint8_t ret_digest[SHA384_SIZE], struct tdl_error *err)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	int ok = EVP_DigestFinal_ex(h->ctx, digest, NULL);

	sha384_end(h);
	if (ok != 1)
		return tdl_fail(err, -EIO, "libcrypto cannot finish SHA-384");
	memcpy(ret_digest, digest, SHA384_SIZE);
	return 0;
}

void sha384_end(struct sha384 *h)
{
	EVP_MD_CTX_free(h->ctx);
	h->ctx = NULL;
}

int sha384(const void *bytes, size_t size, uint8_t ret_digest[SHA384_SIZE], struct tdl_error *err)
{
	if (EVP_Digest(bytes, size, ret_digest, NULL, EVP_sha384(), NULL) != 1)
		return tdl_fail(err, -EIO, "libcrypto cannot compute SHA-384");
	return 0;
}

void sha384_small(const void *bytes, size_t size, uint8_t ret_digest[SHA384_SIZE])
{
	SHA512_CTX ctx;

	SHA384_Init(&ctx);
	SHA384_Update(&ctx, bytes, size);
	SHA384_Final(ret_digest, &ctx);
}

void sha256(const void *bytes, size_t size, uint8_t ret_digest[SHA256_SIZE])
{
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, bytes, size);
	SHA256_Final(ret_digest, &ctx);
}

void sha384_stream_start(struct sha384_stream *s)
{
	SHA512_CTX ctx;

	SHA384_Init(&ctx);
	for (int i = 0; i < 8; i++)
		s->h[i] = ctx.h[i];
	s->length = 0;
}

static void resume(const struct sha384_stream *s, SHA512_CTX *ret_ctx)
{
	SHA384_Init(ret_ctx);
	for (int i = 0; i < 8; i++)
		ret_ctx->h[i] = s->h[i];
	ret_ctx->Nl = s->length << 3;
	ret_ctx->Nh = s->length >> 61;
}

void sha384_stream_update(struct sha384_stream *s, const void *bytes, size_t size)
{
	SHA512_CTX ctx;

	resume(s, &ctx);
	SHA384_Update(&ctx, bytes, size);
	for (int i = 0; i < 8; i++)
		s->h[i] = ctx.h[i];
	s->length += size;
}

void sha384_stream_digest(const struct sha384_stream *s, uint8_t ret_digest[SHA384_SIZE])
{
	SHA512_CTX ctx;

	resume(s, &ctx);
	SHA384_Final(ret_digest, &ctx);
}

void sha384_stream_save(const struct sha384_stream *s, uint8_t ret_state[SHA384_STATE_SIZE])
{
	for (int i = 0; i < SHA384_STATE_SIZE; i++)
		ret_state[i] = (uint8_t)(s->h[i / 8] >> (56 - 8 * (i % 8)));
}

void sha384_stream_restore(struct sha384_stream *s, const uint8_t state[SHA384_STATE_SIZE],
			   uint64_t length)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < SHA384_STATE_SIZE; i++)
		s->h[i / 8] = s->h[i / 8] << 8 | state[i];
	s->length = length;
}

static void sha1(const void *bytes, size_t size, uint8_t *ret_digest)
{
	SHA_CTX ctx;

	SHA1_Init(&ctx);
	SHA1_Update(&ctx, bytes, size);
	SHA1_Final(ret_digest, &ctx);
}

static void sha512(const void *bytes, size_t size, uint8_t *ret_digest)
{
	SHA512_CTX ctx;

	SHA512_Init(&ctx);
	SHA512_Update(&ctx, bytes, size);
	SHA512_Final(ret_digest, &ctx);
}

/* Those that are asked for by the thousand: EVP looks a digest up each time, which takes longer than
 * to hash a record. */
static const struct {
	const char *name;
	void (*hash)(const void *bytes, size_t size, uint8_t *ret_digest);
	size_t size; /* of a digest, bytes */
} known[] = {
	{ "SHA1", sha1, SHA_DIGEST_LENGTH },
	{ "SHA256", sha256, SHA256_SIZE },
	{ "SHA384", sha384_small, SHA384_SIZE },
	{ "SHA512", sha512, SHA512_DIGEST_LENGTH },
};

int hash_named(const char *name, const void *bytes, size_t size, uint8_t *ret_digest,
	       size_t *ret_size, struct tdl_error *err)
{
	const EVP_MD *md;
	unsigned int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(known[i].name, name) == 0) {
			known[i].hash(bytes, size, ret_digest);
			*ret_size = known[i].size;
			return 0;
		}
	md = EVP_get_digestbyname(name);
	if (!md)
		return tdl_fail(err, -EOPNOTSUPP, "libcrypto has no digest '%s'", name);
	if (EVP_Digest(bytes, size, ret_digest, &n, md, NULL) != 1)
		return tdl_fail(err, -EIO, "libcrypto cannot compute %s", name);
	*ret_size = n;
	return 0;
}
