/* SPDX-License-Identifier: BSD-2-Clause */
/* Records by the tables of schema.c:
 * {0: number, 1: PCR | 2: NV index, 3: [{0: 12, 1: digest}], 9: content type, 10: content}. */
#include "evlog/record.h"

#include <errno.h>

#include "base/hash.h"
#include "evlog/cbor.h"

static bool has_row(const struct field *f, uint32_t present)
{
	return !f->optional || (present >> f->key & 1);
}

static size_t count_rows(const struct field *rows, uint32_t present)
{
	size_t n = 0;

	for (const struct field *f = rows; f->name; f++)
		n += has_row(f, present);
	return n;
}

static void put_rows(struct cbor_out *out, const struct field *rows, const uint8_t *at,
		     uint32_t present);

static void put_field(struct cbor_out *out, const struct field *f, const uint8_t *at)
{
	const struct tdl_log_text *text = (const void *)at;

	switch (f->kind) {
	case FIELD_NUMBER:
	case FIELD_ADDRESS:
	case FIELD_NAMED:
		cbor_put_head(out, CBOR_UINT, *(const uint64_t *)(const void *)at);
		break;
	case FIELD_BYTES:
		cbor_put_string(out, CBOR_BYTES, at, f->size);
		break;
	case FIELD_BLOB:
		cbor_put_string(out, CBOR_BYTES, *(const uint8_t *const *)(const void *)at, f->size);
		break;
	case FIELD_TEXT:
		cbor_put_string(out, CBOR_TEXT, text->text, text->length);
		break;
	case FIELD_MAP:
		cbor_put_head(out, CBOR_MAP, count_rows(f->rows, 0));
		put_rows(out, f->rows, at, 0);
		break;
	}
}

static void put_rows(struct cbor_out *out, const struct field *rows, const uint8_t *at,
		     uint32_t present)
{
	for (const struct field *f = rows; f->name; f++) {
		if (!has_row(f, present))
			continue;
		cbor_put_head(out, CBOR_UINT, f->key);
		put_field(out, f, at + f->offset);
	}
}

static void put_content(struct cbor_out *out, const struct tdl_log_record *r)
{
	const struct schema *s = schema_of(r->event);
	bool own = r->event != TDL_LOG_EVENT_CEL_VERSION;

	cbor_put_head(out, CBOR_MAP, count_rows(s->rows, r->present) + own);
	if (own) {
		cbor_put_head(out, CBOR_UINT, 0);
		cbor_put_head(out, CBOR_UINT, r->event);
	}
	put_rows(out, s->rows, record_event(r), r->present);
}

static void put_front(struct cbor_out *out, const struct tdl_log_record *r)
{
	cbor_put_head(out, CBOR_MAP, 5);
	cbor_put_head(out, CBOR_UINT, 0);
	cbor_put_head(out, CBOR_UINT, r->number);
	cbor_put_head(out, CBOR_UINT, r->anchor);
	cbor_put_head(out, CBOR_UINT, r->anchor_index);
	cbor_put_head(out, CBOR_UINT, 3);
	cbor_put_head(out, CBOR_ARRAY, 1);
	cbor_put_head(out, CBOR_MAP, 2);
	cbor_put_head(out, CBOR_UINT, 0);
	cbor_put_head(out, CBOR_UINT, CEL_ALG_SHA384);
	cbor_put_head(out, CBOR_UINT, 1);
	cbor_put_string(out, CBOR_BYTES, r->digest, SHA384_SIZE);
	cbor_put_head(out, CBOR_UINT, 9);
	cbor_put_head(out, CBOR_UINT,
		      r->event == TDL_LOG_EVENT_CEL_VERSION ? CEL_TYPE_MANAGEMENT
							    : TDL_LOG_CONTENT_TYPE);
	cbor_put_head(out, CBOR_UINT, 10);
}

/* The digest stands before the content it covers: the front is written twice. */
int record_encode(struct tdl_log_record *r, uint8_t out[RECORD_MAX], struct tdl_error *err)
{
	struct cbor_out o = { .at = out, .left = RECORD_MAX };
	uint8_t *content;

	put_front(&o, r);
	content = o.at;
	put_content(&o, r);
	if (o.full)
		return tdl_fail(err, -E2BIG, "record %llu has more than %d bytes",
				(unsigned long long)r->number, RECORD_MAX);
	r->content = content;
	r->content_size = (size_t)(o.at - content);
	r->size = (size_t)(o.at - out);
	sha384_small(content, r->content_size, r->digest);
	o = (struct cbor_out){ .at = out, .left = RECORD_MAX };
	put_front(&o, r);
	return 0;
}

static uint32_t get_rows(struct cbor_in *in, const struct field *rows, uint64_t count,
			 uint8_t *at);

static void get_named(struct cbor_in *in, const struct field *f, uint64_t *ret_value)
{
	*ret_value = cbor_get_head(in, CBOR_UINT, f->size - 1);
	if (!cbor_failed(in) && !f->names[*ret_value])
		cbor_refuse(in, "number that means nothing");
}

static void get_bytes(struct cbor_in *in, size_t size, uint8_t *ret_bytes)
{
	const uint8_t *bytes = cbor_get_bytes(in, size);

	if (bytes)
		memcpy(ret_bytes, bytes, size);
}

static void get_field(struct cbor_in *in, const struct field *f, uint8_t *at)
{
	struct tdl_log_text *text = (void *)at;

	switch (f->kind) {
	case FIELD_NUMBER:
	case FIELD_ADDRESS:
		*(uint64_t *)(void *)at = cbor_get_head(in, CBOR_UINT, UINT64_MAX);
		break;
	case FIELD_NAMED:
		get_named(in, f, (void *)at);
		break;
	case FIELD_BYTES:
		get_bytes(in, f->size, at);
		break;
	case FIELD_BLOB:
		*(const uint8_t **)(void *)at = cbor_get_bytes(in, f->size);
		break;
	case FIELD_TEXT:
		text->text = cbor_get_text(in, TDL_LOG_TEXT_MAX, &text->length);
		break;
	case FIELD_MAP:
		get_rows(in, f->rows, cbor_get_head(in, CBOR_MAP, 31), at);
		break;
	}
}

/* count keys, ascending, each of them in the table, and all of the table that is not optional.
 * Returns which of them were there. */
static uint32_t get_rows(struct cbor_in *in, const struct field *rows, uint64_t count, uint8_t *at)
{
	const struct field *f = rows;
	uint32_t present = 0;

	for (uint64_t i = 0; i < count && !cbor_failed(in); i++) {
		uint64_t key = cbor_get_head(in, CBOR_UINT, UINT64_MAX);

		if (cbor_failed(in))
			return 0;
		for (; f->name && f->key < key; f++)
			if (!f->optional)
				cbor_refuse(in, "a required key is missing");
		if (!f->name || f->key != key)
			cbor_refuse(in, "a key that is unknown, repeated or out of order");
		if (cbor_failed(in))
			return 0;
		get_field(in, f, at + f->offset);
		present |= 1u << key;
		f++;
	}
	for (; f->name; f++)
		if (!f->optional)
			cbor_refuse(in, "a required key is missing");
	return present;
}

static void get_key(struct cbor_in *in, uint64_t key)
{
	uint64_t got = cbor_get_head(in, CBOR_UINT, UINT64_MAX);

	if (!cbor_failed(in) && got != key)
		cbor_refuse(in, "a key that is unknown, repeated, missing or out of order");
}

static void get_count(struct cbor_in *in, enum cbor_major major, uint64_t count)
{
	uint64_t got = cbor_get_head(in, major, count);

	if (!cbor_failed(in) && got != count)
		cbor_refuse(in, "too few items");
}

static void get_register(struct cbor_in *in, struct tdl_log_record *r)
{
	uint64_t key = cbor_get_head(in, CBOR_UINT, UINT64_MAX);

	if (!cbor_failed(in) && key != TDL_LOG_REGISTER_PCR && key != TDL_LOG_REGISTER_NV)
		cbor_refuse(in, "neither a PCR nor an NV index");
	r->anchor = key == TDL_LOG_REGISTER_NV ? TDL_LOG_REGISTER_NV : TDL_LOG_REGISTER_PCR;
	r->anchor_index = (uint32_t)cbor_get_head(in, CBOR_UINT, UINT32_MAX);
}

static uint64_t get_front(struct cbor_in *in, struct tdl_log_record *r)
{
	get_count(in, CBOR_MAP, 5);
	get_key(in, 0);
	r->number = cbor_get_head(in, CBOR_UINT, UINT64_MAX);
	get_register(in, r);
	get_key(in, 3);
	get_count(in, CBOR_ARRAY, 1);
	get_count(in, CBOR_MAP, 2);
	get_key(in, 0);
	if (cbor_get_head(in, CBOR_UINT, UINT64_MAX) != CEL_ALG_SHA384)
		cbor_refuse(in, "digest is not SHA-384");
	get_key(in, 1);
	get_bytes(in, SHA384_SIZE, r->digest);
	get_key(in, 9);
	return cbor_get_head(in, CBOR_UINT, UINT64_MAX);
}

static void get_content(struct cbor_in *in, uint64_t type, struct tdl_log_record *r)
{
	const struct schema *s;
	uint64_t count;
	uint64_t event = TDL_LOG_EVENT_CEL_VERSION;

	if (type != CEL_TYPE_MANAGEMENT && type != TDL_LOG_CONTENT_TYPE)
		cbor_refuse(in, "content type is neither CEL management nor tdx-launch");
	count = cbor_get_head(in, CBOR_MAP, 31);
	if (type == TDL_LOG_CONTENT_TYPE) {
		if (count == 0)
			cbor_refuse(in, "a content without its event");
		get_key(in, 0);
		event = cbor_get_head(in, CBOR_UINT, TDL_LOG_EVENT_PAGE);
		count--;
	}
	if (cbor_failed(in))
		return;
	s = schema_of(event);
	r->event = s->event;
	r->present = get_rows(in, s->rows, count, (uint8_t *)&r->cel);
}

static int judge(const struct cbor_in *in, size_t size, uint64_t number, uint64_t offset,
		 struct tdl_error *err)
{
	unsigned long long n = number;

	if (in->why)
		return tdl_fail(err, -EBADMSG, "record %llu, byte %llu: %s", n,
				(unsigned long long)(offset + (size - in->bytes.left)), in->why);
	if (in->bytes.bad)
		return tdl_fail(err, -ENODATA,
				"record %llu starts at byte %llu and is not finished at byte %llu, "
				"where the log ends",
				n, (unsigned long long)offset, (unsigned long long)(offset + size));
	return 0;
}

int record_decode(const uint8_t *bytes, size_t size, uint64_t number, uint64_t offset,
		  struct tdl_log_record *ret_record, struct tdl_error *err)
{
	struct cbor_in in = { .bytes = cursor_of(bytes, size) };
	struct tdl_log_record r = { .offset = offset };
	uint64_t type = get_front(&in, &r);
	int rc;

	if (!cbor_failed(&in) && r.number != number)
		return tdl_fail(err, -EBADMSG, "record at byte %llu has number %llu, not %llu",
				(unsigned long long)offset, (unsigned long long)r.number,
				(unsigned long long)number);
	get_key(&in, 10);
	r.content = in.bytes.next;
	get_content(&in, type, &r);
	rc = judge(&in, size, number, offset, err);
	if (rc < 0)
		return rc;
	r.content_size = (size_t)(in.bytes.next - r.content);
	r.size = (size_t)(in.bytes.next - bytes);
	if (r.event == TDL_LOG_EVENT_CEL_VERSION && (r.cel.major != 1 || r.cel.minor != 0))
		return tdl_fail(err, -EOPNOTSUPP, "record %llu: CEL version %llu.%llu; 1.0 is known",
				(unsigned long long)number, (unsigned long long)r.cel.major,
				(unsigned long long)r.cel.minor);
	*ret_record = r;
	return 0;
}
