/* SPDX-License-Identifier: BSD-2-Clause */
/* What TDH.MEM.PAGE.ADD and TDH.MR.EXTEND feed to MRTD. Source: TDX Module ABI. */
#include "measure/stream.h"

#include <string.h>

#include "base/bytes.h"
#include "base/range.h"

#define GPA_OFFSET 16

static const uint8_t add_header[GPA_OFFSET] = "MEM.PAGE.ADD";
static const uint8_t extend_header[GPA_OFFSET] = "MR.EXTEND";

static void begin(struct mrtd_stream *s, bool is_open)
{
	s->is_open = is_open;
	s->hash = (struct sha384){ 0 };
	s->used = 0;
	s->adds = 0;
	s->extends = 0;
}

int mrtd_stream_start(struct mrtd_stream *s, struct tdl_error *err)
{
	begin(s, false);
	return sha384_start(&s->hash, err);
}

void mrtd_stream_start_open(struct mrtd_stream *s)
{
	begin(s, true);
	sha384_stream_start(&s->open);
}

static int flush(struct mrtd_stream *s, struct tdl_error *err)
{
	int rc = 0;

	if (s->is_open)
		sha384_stream_update(&s->open, s->buffer, s->used);
	else
		rc = sha384_update(&s->hash, s->buffer, s->used, err);
	s->used = 0;
	return rc;
}

/* Room for size bytes; they become used. NULL when hashing fails. */
static uint8_t *claim(struct mrtd_stream *s, size_t size, int *ret_rc, struct tdl_error *err)
{
	uint8_t *at;

	*ret_rc = size > sizeof(s->buffer) - s->used ? flush(s, err) : 0;
	if (*ret_rc < 0)
		return NULL;
	at = s->buffer + s->used;
	s->used += size;
	return at;
}

static void put_header(uint8_t *at, const uint8_t header[GPA_OFFSET], uint64_t gpa)
{
	memcpy(at, header, GPA_OFFSET);
	put_le64(at + GPA_OFFSET, gpa);
	memset(at + GPA_OFFSET + 8, 0, MRTD_HEADER_SIZE - GPA_OFFSET - 8);
}

int mrtd_stream_add(struct mrtd_stream *s, uint64_t gpa, struct tdl_error *err)
{
	int rc;
	uint8_t *at = claim(s, MRTD_HEADER_SIZE, &rc, err);

	if (!at)
		return rc;
	put_header(at, add_header, gpa);
	s->adds++;
	return 0;
}

int mrtd_stream_extend(struct mrtd_stream *s, uint64_t gpa, const uint8_t *chunk,
		       struct tdl_error *err)
{
	int rc;
	uint8_t *at = claim(s, MRTD_HEADER_SIZE + CHUNK_SIZE, &rc, err);

	if (!at)
		return rc;
	put_header(at, extend_header, gpa);
	memcpy(at + MRTD_HEADER_SIZE, chunk, CHUNK_SIZE);
	s->extends++;
	return 0;
}

int mrtd_stream_peek(struct mrtd_stream *s, uint8_t ret_digest[SHA384_SIZE], struct tdl_error *err)
{
	int rc = flush(s, err);

	if (rc < 0)
		return rc;
	if (!s->is_open)
		return sha384_peek(&s->hash, ret_digest, err);
	sha384_stream_digest(&s->open, ret_digest);
	return 0;
}

const struct sha384_stream *mrtd_stream_state(struct mrtd_stream *s)
{
	flush(s, NULL);
	return &s->open;
}

void mrtd_stream_end(struct mrtd_stream *s)
{
	sha384_end(&s->hash);
}
