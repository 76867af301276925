/* SPDX-License-Identifier: BSD-2-Clause */
/* Heads and strings. A head is the major type in three bits and a number in the shortest of five
 * forms: in the same byte below 24, else in 1, 2, 4 or 8 bytes behind it, which 24 ... 27 announce
 * (RFC 8949, Specification of the CBOR Encoding, and Core Deterministic Encoding). */
#include "evlog/cbor.h"

static void put(struct cbor_out *out, const void *bytes, size_t n)
{
	if (out->full || n > out->left) {
		out->full = true;
		return;
	}
	memcpy(out->at, bytes, n);
	out->at += n;
	out->left -= n;
}

void cbor_put_head(struct cbor_out *out, enum cbor_major major, uint64_t value)
{
	uint8_t head[9] = { (uint8_t)(major << 5) };
	size_t n = value <= 23		? 0
		   : value <= UINT8_MAX	 ? 1
		   : value <= UINT16_MAX ? 2
		   : value <= UINT32_MAX ? 4
					 : 8;

	if (n == 0)
		head[0] |= (uint8_t)value;
	else
		head[0] |= (uint8_t)(24 + __builtin_ctz((unsigned)n));
	for (size_t i = 0; i < n; i++)
		head[1 + i] = (uint8_t)(value >> (8 * (n - 1 - i)));
	put(out, head, 1 + n);
}

void cbor_put_string(struct cbor_out *out, enum cbor_major major, const void *bytes, size_t n)
{
	cbor_put_head(out, major, n);
	if (n)
		put(out, bytes, n);
}

void cbor_refuse(struct cbor_in *in, const char *why)
{
	if (!cbor_failed(in))
		in->why = why;
}

static const char *wrong_type(enum cbor_major major)
{
	switch (major) {
	case CBOR_UINT:
		return "not an unsigned integer";
	case CBOR_BYTES:
		return "not a byte string";
	case CBOR_TEXT:
		return "not a text";
	case CBOR_ARRAY:
		return "not an array";
	case CBOR_MAP:
		return "not a map";
	}
	return "wrong type";
}

static uint64_t get_number(struct cbor_in *in, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | cursor_u8(&in->bytes);
	if (in->bytes.bad)
		return 0;
	if (bytes == 1 ? value < 24 : value >> (4 * bytes) == 0)
		cbor_refuse(in, "number not in its shortest form");
	return value;
}

uint64_t cbor_get_head(struct cbor_in *in, enum cbor_major major, uint64_t max)
{
	uint64_t value;
	uint8_t head;

	if (cbor_failed(in))
		return 0;
	head = cursor_u8(&in->bytes);
	if (in->bytes.bad)
		return 0;
	value = head & 31;
	if (head >> 5 != major)
		cbor_refuse(in, wrong_type(major));
	else if (value == 31)
		cbor_refuse(in, "indefinite length");
	else if (value > 27)
		cbor_refuse(in, "reserved form of a number");
	else if (value > 23)
		value = get_number(in, 1u << (value - 24));
	if (!cbor_failed(in) && value > max)
		cbor_refuse(in, major == CBOR_UINT ? "number too large" : "too many bytes or items");
	return cbor_failed(in) ? 0 : value;
}

const uint8_t *cbor_get_bytes(struct cbor_in *in, size_t n)
{
	uint64_t size = cbor_get_head(in, CBOR_BYTES, n);

	if (cbor_failed(in))
		return NULL;
	if (size != n) {
		cbor_refuse(in, "too few bytes in a byte string");
		return NULL;
	}
	return cursor_bytes(&in->bytes, n);
}

const char *cbor_get_text(struct cbor_in *in, size_t max, size_t *ret_length)
{
	size_t size = (size_t)cbor_get_head(in, CBOR_TEXT, max);
	const uint8_t *text;

	*ret_length = 0;
	if (cbor_failed(in))
		return NULL;
	text = cursor_bytes(&in->bytes, size);
	for (size_t i = 0; text && i < size; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			cbor_refuse(in, "text with a character that is not printable ASCII");
	if (cbor_failed(in))
		return NULL;
	*ret_length = size;
	return (const char *)text;
}
