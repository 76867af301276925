/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-384, two ways. struct sha384 is OpenSSL's EVP. struct sha384_stream is the same hash with its
 * state in the open, for a stream that is a multiple of 128 bytes whenever somebody looks: the
 * state may then be written down and taken up again elsewhere. The only file that knows libcrypto's
 * digests is hash.c. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>

#define SHA384_SIZE 48
#define SHA384_BLOCK 128

/* Say, before anything is hashed, that this process only hashes: libcrypto then reads no
 * configuration file and cleans nothing up at exit, which is a good part of the time of a short
 * run. */
void hash_only(void);

/* A running digest by EVP. Zero-initialised means not started. */
struct sha384 {
	void *ctx; /* EVP_MD_CTX, owned */
};

/* Each returns 0, or -EIO when libcrypto refuses. */
int sha384_start(struct sha384 *h, struct tdl_error *err);
int sha384_update(struct sha384 *h, const void *bytes, size_t size, struct tdl_error *err);
/* The digest so far, from a copy: the running digest goes on. */
int sha384_peek(const struct sha384 *h, uint8_t ret_digest[SHA384_SIZE], struct tdl_error *err);
/* The digest; h is as after sha384_end(). */
int sha384_final(struct sha384 *h, uint8_t ret_digest[SHA384_SIZE], struct tdl_error *err);
/* Free it, at any time; a zeroed one is fine. */
void sha384_end(struct sha384 *h);
#define AUTO_SHA384 __attribute__((cleanup(sha384_end)))

/* The whole thing at once, without EVP, whose set-up takes longer than hashing a few bytes. */
void sha384_small(const void *bytes, size_t size, uint8_t ret_digest[SHA384_SIZE]);

/* The whole thing at once. */
int sha384(const void *bytes, size_t size, uint8_t ret_digest[SHA384_SIZE], struct tdl_error *err);

#define SHA256_SIZE 32

/* SHA-256 of the whole thing at once. */
void sha256(const void *bytes, size_t size, uint8_t ret_digest[SHA256_SIZE]);

#define SHA384_STATE_SIZE 64

struct sha384_stream {
	uint64_t h[8];
	uint64_t length; /* bytes hashed so far, a multiple of 128 */
};

void sha384_stream_start(struct sha384_stream *s);
/* size must be a multiple of 128. */
void sha384_stream_update(struct sha384_stream *s, const void *bytes, size_t size);
/* The digest of what has been hashed so far; the stream can go on. */
void sha384_stream_digest(const struct sha384_stream *s, uint8_t ret_digest[SHA384_SIZE]);
/* The eight 64-bit words, big endian as FIPS 180-4 writes them. */
void sha384_stream_save(const struct sha384_stream *s, uint8_t ret_state[SHA384_STATE_SIZE]);
void sha384_stream_restore(struct sha384_stream *s, const uint8_t state[SHA384_STATE_SIZE],
			   uint64_t length);

/* Any digest that EVP knows by name ("SHA256"). ret_digest holds at least 64 bytes. Returns 0;
 * -EOPNOTSUPP for an unknown name; -EIO when libcrypto refuses. */
int hash_named(const char *name, const void *bytes, size_t size, uint8_t *ret_digest,
	       size_t *ret_size, struct tdl_error *err);

#endif
