/* SPDX-License-Identifier: BSD-2-Clause */
/* Quote v4 and v5, parsed front to back. Each length is compared with what is left before it is
 * used, and the nested sizes must agree exactly. */
#include "attest/quote.h"

#include <errno.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/cursor.h"

static const struct layout_row header_rows[] = {
	{ "version", 0, 2 },
	{ "attestation_key_type", 2, 2 },
	{ "tee_type", 4, 4 },
	{ "qe_svn", 8, 2 },
	{ "pce_svn", 10, 2 },
	{ "qe_vendor_id", 12, 16 },
	{ "user_data", 28, 20 },
};

static const struct layout_row descriptor_rows[] = {
	{ "body_type", 0, 2 },
	{ "body_size", 2, 4 },
};

/* From the start of the signature length. */
static const struct layout_row signature_rows[] = {
	{ "signature_data_size", 0, 4 },
	{ "signature", 4, 64 },
	{ "attestation_key", 68, 64 },
	{ "certification_type", 132, 2 },
	{ "certification_size", 134, 4 },
	{ "qe_cpusvn", 138, 16 },
	{ "qe_miscselect", 154, 4 },
	{ "qe_attributes", 186, 16 },
	{ "qe_mrenclave", 202, 32 },
	{ "qe_mrsigner", 266, 32 },
	{ "qe_isvprodid", 394, 2 },
	{ "qe_isvsvn", 396, 2 },
	{ "qe_reportdata", 458, 64 },
	{ "qe_report_signature", 522, 64 },
	{ "qe_auth_size", 586, 2 },
};

static const uint8_t intel_vendor_id[16] = { 0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
					     0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07 };

static const struct body_kind {
	uint16_t type;
	uint32_t size;
	const char *name;
} body_kinds[] = {
	{ 2, 584, "TD report 1.0" },
	{ 3, 648, "TD report 1.5" },
	{ 4, 885, "TD report 1.5, extended" },
};

enum {
	KEY_P256 = 2,
	TEE_TDX = 0x81,
	/* Behind the attestation key: type and size of the outer certification data. */
	OUTER_HEADER = 134,
	/* The least the outer data can hold: QE report, its signature, two lengths and a type. */
	OUTER_LEAST = QE_REPORT_SIZE + P256_SIZE + 2 + 6,
};

static int parse_header(struct tdl_quote *q, struct cursor *c, struct tdl_error *err)
{
	q->version = cursor_le16(c);
	uint16_t key_type = cursor_le16(c);
	uint32_t tee_type = cursor_le32(c);
	cursor_skip(c, 4);
	const uint8_t *vendor = cursor_bytes(c, 16);
	cursor_skip(c, 20);
	if (c->bad)
		return tdl_fail(err, -ENODATA, "a quote starts with a header of 48 bytes, here are "
				"%zu", q->input_size);
	if (q->version != 4 && q->version != 5)
		return tdl_fail(err, -EOPNOTSUPP, "unknown quote format: version at 0 is %u, known "
				"are 4 and 5", q->version);
	if (key_type != KEY_P256)
		return tdl_fail(err, -EOPNOTSUPP, "attestation key type at 2 is %u, handled is 2 "
				"(ECDSA P-256)", key_type);
	if (tee_type != TEE_TDX)
		return tdl_fail(err, -EOPNOTSUPP, "TEE type at 4 is 0x%x%s, TDX is 0x81", tee_type,
				tee_type == 0 ? " (SGX)" : "");
	if (memcmp(vendor, intel_vendor_id, sizeof(intel_vendor_id)) != 0)
		return tdl_fail(err, -EOPNOTSUPP, "QE vendor id at 12 is not Intel's");
	return 0;
}

static int parse_body(struct tdl_quote *q, struct cursor *c, struct tdl_error *err)
{
	const struct body_kind *kind = NULL;
	uint32_t size = 584;

	q->body_type = 2;
	q->body_at = QUOTE_HEADER_SIZE;
	if (q->version == 5) {
		q->body_type = cursor_le16(c);
		size = cursor_le32(c);
		q->body_at += QUOTE_DESCRIPTOR_SIZE;
	}
	if (c->bad)
		return tdl_fail(err, -ENODATA, "the quote ends in the body descriptor at 48");
	for (size_t i = 0; i < ARRAY_SIZE(body_kinds); i++)
		if (body_kinds[i].type == q->body_type)
			kind = &body_kinds[i];
	if (!kind)
		return tdl_fail(err, -EOPNOTSUPP, "body type at 48 is %u, handled are 2, 3 and 4",
				q->body_type);
	if (size != kind->size)
		return tdl_fail(err, -EBADMSG, "body size at 50 is %u, a %s has %u", size,
				kind->name, kind->size);
	cursor_skip(c, size);
	if (c->bad)
		return tdl_fail(err, -ENODATA, "the %s at %zu has %u bytes, %zu are left",
				kind->name, q->body_at, size, q->input_size - q->body_at);
	q->body_size = size;
	q->signed_size = q->body_at + size;
	return 0;
}

/* The signature length and the window it opens. */
static int take_signature(struct tdl_quote *q, struct cursor *c, struct cursor *ret_data,
			  struct tdl_error *err)
{
	q->signature_size = cursor_le32(c);
	if (c->bad)
		return tdl_fail(err, -ENODATA, "the quote ends before its signature length at %zu",
				q->signed_size);
	q->signature_at = q->signed_size + 4;
	if (q->signature_size > c->left)
		return tdl_fail(err, -ENODATA, "signature length at %zu is %u, %zu bytes are left",
				q->signed_size, q->signature_size, c->left);
	if (q->signature_size < OUTER_HEADER + OUTER_LEAST)
		return tdl_fail(err, -EBADMSG, "signature length at %zu is %u, the least is %u",
				q->signed_size, q->signature_size, OUTER_HEADER + OUTER_LEAST);
	*ret_data = cursor_take(c, q->signature_size);
	return 0;
}

static size_t position(const struct tdl_quote *q, const struct cursor *c)
{
	return (size_t)(c->next - q->bytes);
}

static int parse_outer(struct tdl_quote *q, struct cursor *d, struct tdl_error *err)
{
	q->signature = cursor_bytes(d, P256_SIZE);
	q->key = cursor_bytes(d, P256_SIZE);
	uint16_t type = cursor_le16(d);
	uint32_t size = cursor_le32(d);

	if (type != CERT_QE_REPORT)
		return tdl_fail(err, -EBADMSG, "certification type at %zu is %u, must be 6 (QE "
				"report)", q->signature_at + 128, type);
	if (size != d->left)
		return tdl_fail(err, -EBADMSG, "certification size at %zu is %u, %zu bytes are left "
				"in the signature data", q->signature_at + 130, size, d->left);
	q->qe_report = cursor_bytes(d, QE_REPORT_SIZE);
	q->qe_signature = cursor_bytes(d, P256_SIZE);
	size_t at = position(q, d);
	q->auth_size = cursor_le16(d);
	q->auth = cursor_bytes(d, q->auth_size);
	if (d->bad || d->left < 6)
		return tdl_fail(err, -ENODATA, "QE authentication data length at %zu is %u, which "
				"leaves no room for the certificates", at, q->auth_size);
	return 0;
}

static int parse_inner(struct tdl_quote *q, struct cursor *d, struct tdl_error *err)
{
	size_t at = position(q, d);

	q->inner_type = cursor_le16(d);
	q->inner_size = cursor_le32(d);
	if (q->inner_size != d->left)
		return tdl_fail(err, q->inner_size > d->left ? -ENODATA : -EBADMSG,
				"certificate data size at %zu is %u, %zu bytes are left", at + 2,
				q->inner_size, d->left);
	if (q->inner_type == CERT_QE_REPORT)
		return tdl_fail(err, -EBADMSG, "certificate data at %zu nests a QE report in a QE "
				"report", at);
	if (q->inner_type < 1 || q->inner_type > 7)
		return tdl_fail(err, -EOPNOTSUPP, "certificate data type at %zu is %u, known are 1 "
				"to 5 and 7", at, q->inner_type);
	q->inner = cursor_bytes(d, q->inner_size);
	return 0;
}

static void add_part(struct tdl_quote *q, const struct layout_row *part_rows, size_t count,
		     size_t base)
{
	q->parts[q->n_parts++] = (struct layout_part){ part_rows, count, base };
}

/* The table of fields; the last part is laid out by lengths that the quote gives. The certificate
 * data, of any length, is certificate_data(). */
static void lay_out(struct tdl_quote *q)
{
	uint32_t auth = q->auth_size;

	add_part(q, header_rows, ARRAY_SIZE(header_rows), 0);
	if (q->version == 5)
		add_part(q, descriptor_rows, ARRAY_SIZE(descriptor_rows), QUOTE_HEADER_SIZE);
	add_part(q, td_body_rows, td_body_row_count(q->body_size), q->body_at);
	add_part(q, signature_rows, ARRAY_SIZE(signature_rows), q->signed_size);
	size_t n = 0;
	if (auth)
		q->variable[n++] = (struct layout_row){ "qe_auth_data", 0, auth };
	q->variable[n++] = (struct layout_row){ "certificate_type", auth, 2 };
	q->variable[n++] = (struct layout_row){ "certificate_size", auth + 2u, 4 };
	add_part(q, q->variable, n, q->signature_at + 584);
}

static int parse(struct tdl_quote *q, struct tdl_error *err)
{
	struct cursor c = cursor_of(q->bytes, q->input_size);
	struct cursor data = { 0 };
	int rc = parse_header(q, &c, err);

	if (rc == 0)
		rc = parse_body(q, &c, err);
	if (rc == 0)
		rc = take_signature(q, &c, &data, err);
	if (rc == 0)
		rc = parse_outer(q, &data, err);
	if (rc == 0)
		rc = parse_inner(q, &data, err);
	if (rc < 0)
		return rc;
	q->used = q->input_size - c.left;
	q->trailing_zeros = all_zero(c.next, c.left);
	lay_out(q);
	return 0;
}

int tdl_quote_open(const void *bytes, size_t size, struct tdl_quote **ret_quote,
		   struct tdl_error *err)
{
	struct tdl_quote *q;
	int rc;

	if (size > QUOTE_SIZE_LIMIT)
		return tdl_fail(err, -E2BIG, "a quote of %zu bytes; the limit is %d", size,
				QUOTE_SIZE_LIMIT);
	q = calloc(1, sizeof(*q));
	if (!q)
		return tdl_fail(err, -ENOMEM, "no memory for a quote");
	q->bytes = bytes;
	q->input_size = size;
	rc = parse(q, err);
	if (rc < 0) {
		free(q);
		return rc;
	}
	*ret_quote = q;
	return 0;
}

void tdl_quote_free(struct tdl_quote *quote)
{
	free(quote);
}

void quote_free_p(struct tdl_quote **quote)
{
	tdl_quote_free(*quote);
}

size_t tdl_quote_size(const struct tdl_quote *quote)
{
	return quote->used;
}

size_t tdl_quote_trailing(const struct tdl_quote *quote, int *ret_zeros)
{
	*ret_zeros = quote->trailing_zeros;
	return quote->input_size - quote->used;
}

size_t tdl_quote_field_count(const struct tdl_quote *quote)
{
	return layout_count(quote->parts, quote->n_parts) + 1;
}

static void certificate_data(const struct tdl_quote *q, struct tdl_field *ret_field)
{
	*ret_field = (struct tdl_field){ "certificate_data", (size_t)(q->inner - q->bytes),
					 q->inner_size, q->inner };
}

int tdl_quote_field_at(const struct tdl_quote *quote, size_t index, struct tdl_field *ret_field)
{
	if (index == layout_count(quote->parts, quote->n_parts)) {
		certificate_data(quote, ret_field);
		return 0;
	}
	return layout_field_at(quote->parts, quote->n_parts, quote->bytes, index, ret_field);
}

int tdl_quote_field(const struct tdl_quote *quote, const char *name, struct tdl_field *ret_field)
{
	if (strcmp(name, "certificate_data") == 0) {
		certificate_data(quote, ret_field);
		return 0;
	}
	return layout_field(quote->parts, quote->n_parts, quote->bytes, name, ret_field);
}

const uint8_t *quote_bytes(const struct tdl_quote *quote, const char *name)
{
	struct tdl_field field = { 0 };

	return tdl_quote_field(quote, name, &field) == 0 ? field.bytes : NULL;
}
