/* SPDX-License-Identifier: BSD-2-Clause */
/* Quotes, TDREPORTs and HCL reports, read. Expected values were computed by an independent parser. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/cert.h"
#include "attest/hcl.h"
#include "attest/json.h"
#include "attest/pck.h"
#include "attest/quote.h"
#include "attest/text.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "tdlaunch/report.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/tsv.h"

/* The least well-formed quote: no authentication data, an inner block of two bytes. */
static size_t make_quote(uint8_t *q, uint16_t version, uint16_t body_type, uint32_t body_size)
{
	static const char vendor[] = "939a7233f79c4ca9940a0db3957f0607";
	size_t at = 48;

	memset(q, 0, 2048);
	put_le16(q, version);
	put_le16(q + 2, 2);
	put_le32(q + 4, 0x81);
	hex_decode(vendor, q + 12, 16);
	if (version == 5) {
		put_le16(q + at, body_type);
		put_le32(q + at + 2, body_size);
		at += 6;
	}
	q[at + 136] = 0x4d; /* MRTD */
	at += body_size;
	put_le32(q + at, 134 + 384 + 64 + 2 + 6 + 2);
	at += 4;
	put_le16(q + at + 128, 6);
	put_le32(q + at + 130, 384 + 64 + 2 + 6 + 2);
	put_le16(q + at + 584, 5);
	put_le32(q + at + 586, 2);
	return at + 592;
}

static const struct body {
	uint16_t version, type;
	uint32_t size;
	const char *last_field;
} bodies[] = {
	{ 4, 2, 584, "reportdata" },
	{ 5, 2, 584, "reportdata" },
	{ 5, 3, 648, "mrservicetd" },
	{ 5, 4, 885, "current_servicetd_attributes" },
};

START_TEST(quote_of_each_body_opens_and_locates_its_fields)
{
	const struct body *b = &bodies[_i];
	uint8_t bytes[2048];
	size_t size = make_quote(bytes, b->version, b->type, b->size);
	struct tdl_quote *quote = NULL;
	struct tdl_error err = { 0 };
	struct tdl_field field;
	size_t body_at = b->version == 5 ? 54 : 48;

	test_rc(tdl_quote_open(bytes, size, &quote, &err), 0, &err);
	ck_assert_uint_eq(tdl_quote_size(quote), size);
	ck_assert_int_eq(tdl_quote_field(quote, "mrtd", &field), 0);
	ck_assert_uint_eq(field.offset, body_at + 136);
	ck_assert_uint_eq(field.bytes[0], 0x4d);
	ck_assert_int_eq(tdl_quote_field(quote, b->last_field, &field), 0);
	ck_assert_uint_eq(field.offset + field.size, body_at + b->size);
	ck_assert_int_eq(tdl_quote_field(quote, "tee_tcb_svn2", &field), b->size > 584 ? 0 : -ENOENT);
	tdl_quote_free(quote);
}
END_TEST

/* One field of an otherwise well-formed v5 quote with a TD report 1.5; 0 as size: cut there. */
static const struct spoil {
	const char *what;
	size_t at;
	uint32_t value;
	unsigned size;
	int rc;
} spoils[] = {
	{ "version 3", 0, 3, 2, -EOPNOTSUPP },
	{ "version 6", 0, 6, 2, -EOPNOTSUPP },
	{ "key type 3", 2, 3, 2, -EOPNOTSUPP },
	{ "SGX", 4, 0, 4, -EOPNOTSUPP },
	{ "vendor", 12, 0, 2, -EOPNOTSUPP },
	{ "body type 1", 48, 1, 2, -EOPNOTSUPP },
	{ "body type 5", 48, 5, 2, -EOPNOTSUPP },
	{ "body type 2 of size 648", 48, 2, 2, -EBADMSG },
	{ "body size 584 of type 3", 50, 584, 4, -EBADMSG },
	{ "body size at most", 50, UINT32_MAX, 4, -EBADMSG },
	{ "signature length 0", 702, 0, 4, -EBADMSG },
	{ "signature length one less", 702, 591, 4, -EBADMSG },
	{ "signature length one more", 702, 593, 4, -ENODATA },
	{ "signature length at most", 702, UINT32_MAX, 4, -ENODATA },
	{ "outer type 5", 706 + 128, 5, 2, -EBADMSG },
	{ "outer size one less", 706 + 130, 457, 4, -EBADMSG },
	{ "outer size one more", 706 + 130, 459, 4, -EBADMSG },
	{ "authentication data of 3", 706 + 582, 3, 2, -ENODATA },
	{ "authentication data at most", 706 + 582, 0xffff, 2, -ENODATA },
	{ "inner type 0", 706 + 584, 0, 2, -EOPNOTSUPP },
	{ "inner type 6", 706 + 584, 6, 2, -EBADMSG },
	{ "inner type 8", 706 + 584, 8, 2, -EOPNOTSUPP },
	{ "inner size one less", 706 + 586, 1, 4, -EBADMSG },
	{ "inner size one more", 706 + 586, 3, 4, -ENODATA },
	{ "inner size at most", 706 + 586, UINT32_MAX, 4, -ENODATA },
	{ "empty", 0, 0, 0, -ENODATA },
	{ "cut in the header", 47, 0, 0, -ENODATA },
	{ "cut in the descriptor", 53, 0, 0, -ENODATA },
	{ "cut in the body", 701, 0, 0, -ENODATA },
	{ "cut in the signature length", 705, 0, 0, -ENODATA },
	{ "cut in the last byte", 1297, 0, 0, -ENODATA },
};

START_TEST(quote_with_one_spoiled_field_is_refused)
{
	const struct spoil *s = &spoils[_i];
	uint8_t bytes[2048];
	size_t size = make_quote(bytes, 5, 3, 648);
	struct tdl_quote *quote = NULL;
	struct tdl_error err = { 0 };

	if (s->size == 2)
		put_le16(bytes + s->at, (uint16_t)s->value);
	else if (s->size == 4)
		put_le32(bytes + s->at, s->value);
	else
		size = s->at;
	uint8_t *exact = malloc(size ? size : 1);
	memcpy(exact, bytes, size);
	int rc = tdl_quote_open(exact, size, &quote, &err);
	ck_assert_msg(rc == s->rc, "%s: got %d, want %d: %s", s->what, rc, s->rc, err.text);
	ck_assert_ptr_null(quote);
	free(exact);
}
END_TEST

START_TEST(bytes_behind_a_quote_are_told_apart)
{
	uint8_t bytes[2048];
	size_t size = make_quote(bytes, 4, 2, 584);
	struct tdl_quote *quote = NULL;
	struct tdl_error err = { 0 };
	int zeros = 0;

	test_rc(tdl_quote_open(bytes, size + 7, &quote, &err), 0, &err);
	ck_assert_uint_eq(tdl_quote_trailing(quote, &zeros), 7);
	ck_assert_int_eq(zeros, 1);
	tdl_quote_free(quote);
	bytes[size + 6] = 'A';
	test_rc(tdl_quote_open(bytes, size + 7, &quote, &err), 0, &err);
	ck_assert_uint_eq(tdl_quote_trailing(quote, &zeros), 7);
	ck_assert_int_eq(zeros, 0);
	tdl_quote_free(quote);
}
END_TEST

/* Column of the table, field of ours. */
static const struct {
	const char *column, *field;
} quote_columns[] = {
	{ "user_data", "user_data" },	  { "tee_tcb_svn", "tee_tcb_svn" },
	{ "mrseam", "mrseam" },		  { "mrsignerseam", "mrsignerseam" },
	{ "seamattr", "seam_attributes" }, { "tdattr", "td_attributes" },
	{ "xfam", "xfam" },		  { "mrtd", "mrtd" },
	{ "mrconfigid", "mrconfigid" },	  { "mrowner", "mrowner" },
	{ "mrownerconfig", "mrownerconfig" }, { "rtmr0", "rtmr0" },
	{ "rtmr1", "rtmr1" },		  { "rtmr2", "rtmr2" },
	{ "rtmr3", "rtmr3" },		  { "reportdata", "reportdata" },
	{ "tee_tcb_svn2", "tee_tcb_svn2" }, { "mrservicetd", "mrservicetd" },
	{ "qe_cpusvn", "qe_cpusvn" },	  { "qe_mrsigner", "qe_mrsigner" },
};

static const struct {
	const char *column, *field;
} quote_numbers[] = {
	{ "version", "version" },
	{ "att_key_type", "attestation_key_type" },
	{ "sig_data_len", "signature_data_size" },
	{ "outer_len", "certification_size" },
	{ "qe_auth_len", "qe_auth_size" },
	{ "inner_type", "certificate_type" },
	{ "inner_len", "certificate_size" },
	{ "qe_isvprodid", "qe_isvprodid" },
	{ "qe_isvsvn", "qe_isvsvn" },
};

static uint64_t number_of(const struct tdl_field *field)
{
	uint64_t v = 0;

	for (size_t i = field->size; i-- > 0;)
		v = v << 8 | field->bytes[i];
	return v;
}

static void compare_pck(const struct tdl_quote *quote, const struct tsv *t, size_t row)
{
	struct certs chain = { 0 };
	struct pck pck;
	struct tdl_error err = { 0 };
	char text[128] = "", hex[64];

	test_rc(certs_parse_pem(quote->inner, quote->inner_size, 3, &chain, &err), 0, &err);
	test_rc(pck_from_cert(chain.cert[0], &pck, &err), 0, &err);
	ck_assert_str_eq(hex_encode(pck.fmspc, 6, hex), tsv_cell(t, row, "fmspc"));
	ck_assert_str_eq(hex_encode(pck.pceid, 2, hex), tsv_cell(t, row, "pceid"));
	ck_assert_int_eq(pck.pcesvn, atoi(tsv_cell(t, row, "pcesvn")));
	ck_assert_int_eq(pck.sgx_type, atoi(tsv_cell(t, row, "sgx_type")));
	for (int i = 0; i < PCK_COMPONENTS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u", i ? "," : "",
			 pck.components[i]);
	ck_assert_str_eq(text, tsv_cell(t, row, "sgx_comps"));
	ck_assert_int_eq(cert_is_intel_root(chain.cert[2]),
			 strcmp(tsv_cell(t, row, "root"), "production") == 0);
	int64_t from = 0;
	ck_assert(cert_time(X509_get0_notBefore(chain.cert[0]), &from));
	ck_assert_str_eq(time_text(from, text), tsv_cell(t, row, "pck_not_before"));
	certs_free(&chain);
}

START_TEST(every_public_quote_reads_as_the_table_says)
{
	struct tsv *t = tsv_corpus("quote_fields.tsv");
	struct tdl_error err = { 0 };

	for (size_t row = 0; t && row < t->rows; row++) {
		const char *name = tsv_cell(t, row, "quote");
		size_t size = 0;
		uint8_t *bytes = corpus_read(name, &size);
		struct tdl_quote *quote = NULL;
		struct tdl_field field;
		char hex[256];

		int rc = tdl_quote_open(bytes, size, &quote, &err);
		ck_assert_msg(rc == 0, "%s: %s", name, err.text);
		ck_assert_int_eq((int)tdl_quote_size(quote), atoi(tsv_cell(t, row, "quote_bytes")));
		for (size_t i = 0; i < ARRAY_SIZE(quote_columns); i++) {
			const char *want = tsv_cell(t, row, quote_columns[i].column);

			rc = tdl_quote_field(quote, quote_columns[i].field, &field);
			ck_assert_int_eq(rc, strcmp(want, "-") == 0 ? -ENOENT : 0);
			if (rc == 0)
				ck_assert_str_eq(hex_encode(field.bytes, field.size, hex), want);
		}
		for (size_t i = 0; i < ARRAY_SIZE(quote_numbers); i++) {
			ck_assert_int_eq(tdl_quote_field(quote, quote_numbers[i].field, &field), 0);
			ck_assert_int_eq((int)number_of(&field),
					 atoi(tsv_cell(t, row, quote_numbers[i].column)));
		}
		if (strcmp(tsv_cell(t, row, "fmspc"), "-") != 0)
			compare_pck(quote, t, row);
		tdl_quote_free(quote);
		free(bytes);
	}
	if (t)
		tsv_free(t);
}
END_TEST

static void make_report(uint8_t *r)
{
	struct tdl_error err = { 0 };

	memset(r, 0, TDL_REPORT_SIZE);
	r[0] = 0x81;
	put_le16(r + 256, 0x1ff);
	test_rc(sha384(r + 256, 239, r + 32, &err), 0, &err);
	test_rc(sha384(r + 512, 512, r + 80, &err), 0, &err);
}

START_TEST(report_of_zeros_has_the_published_tdinfo_hash)
{
	uint8_t r[TDL_REPORT_SIZE];
	struct tdl_report *report = NULL;
	struct tdl_field field;
	struct tdl_error err = { 0 };

	make_report(r);
	test_rc(tdl_report_open(r, sizeof(r), &report, &err), 0, &err);
	test_rc(tdl_report_check(report, &err), 0, &err);
	ck_assert_int_eq(tdl_report_field(report, "tee_info_hash", &field), 0);
	test_hex(field.bytes, 48, "d83d9a38c238ef3b7bc207bbea3287a8b37b37e731480a8d240d2a6953086c5e"
				  "cbdf7ee4c72fec3a3e9d4a87f4f9b4fe");
	tdl_report_free(report);
}
END_TEST

static const struct {
	size_t at;
	int open_rc, check_rc;
} report_spoils[] = {
	{ 0, -EBADMSG, 0 },  { 1, -EBADMSG, 0 },	 { 2, 0, 0 },	      { 4, -EBADMSG, 0 },
	{ 192, -EBADMSG, 0 }, { 495, -EBADMSG, 0 },	 { 511, -EBADMSG, 0 }, { 258, 0, -EBADMSG },
	{ 264, 0, -EKEYREJECTED }, { 494, 0, -EKEYREJECTED }, { 512, 0, -EKEYREJECTED },
	{ 1023, 0, -EKEYREJECTED }, { 32, 0, -EKEYREJECTED }, { 127, 0, -EKEYREJECTED },
};

START_TEST(report_with_one_changed_byte_is_refused_or_inconsistent)
{
	uint8_t r[TDL_REPORT_SIZE];
	struct tdl_report *report = NULL;
	struct tdl_error err = { 0 };

	make_report(r);
	r[report_spoils[_i].at] ^= 1;
	test_rc(tdl_report_open(r, sizeof(r), &report, &err), report_spoils[_i].open_rc, &err);
	if (report_spoils[_i].open_rc == 0)
		test_rc(tdl_report_check(report, &err), report_spoils[_i].check_rc, &err);
	tdl_report_free(report);
}
END_TEST

static const struct {
	const char *column, *field;
} report_columns[] = {
	{ "cpusvn", "cpusvn" },
	{ "tee_tcb_info_hash", "tee_tcb_info_hash" },
	{ "tee_info_hash", "tee_info_hash" },
	{ "reportdata", "reportdata" },
	{ "mac", "mac" },
	{ "valid", "valid" },
	{ "tee_tcb_svn", "tee_tcb_svn" },
	{ "mrseam", "mrseam" },
	{ "mrsignerseam", "mrsignerseam" },
	{ "seamattr", "seam_attributes" },
	{ "tee_tcb_svn2", "tee_tcb_svn2" },
	{ "tdattr", "td_attributes" },
	{ "xfam", "xfam" },
	{ "mrtd", "mrtd" },
	{ "mrconfigid", "mrconfigid" },
	{ "mrowner", "mrowner" },
	{ "mrownerconfig", "mrownerconfig" },
	{ "rtmr0", "rtmr0" },
	{ "rtmr1", "rtmr1" },
	{ "rtmr2", "rtmr2" },
	{ "rtmr3", "rtmr3" },
	{ "servtd_hash", "servtd_hash" },
};

static bool is_true(const struct tsv *t, size_t row, const char *column)
{
	return strcmp(tsv_cell(t, row, column), "True") == 0;
}

/* What tdl_report_check() hashes, asked one by one. */
static bool hash_is(const uint8_t *bytes, size_t from, size_t size, size_t hash_at)
{
	uint8_t digest[48];
	struct tdl_error err = { 0 };

	test_rc(sha384(bytes + from, size, digest, &err), 0, &err);
	return memcmp(digest, bytes + hash_at, sizeof(digest)) == 0;
}

START_TEST(public_reports_read_as_the_table_says)
{
	struct tsv *t = tsv_corpus("tdreport_fields.tsv");

	for (size_t row = 0; t && row < t->rows; row++) {
		bool good = strcmp(tsv_cell(t, row, "verdict"), "consistent") == 0;
		size_t size = 0;
		uint8_t *bytes = corpus_read(tsv_cell(t, row, "file"), &size);
		struct tdl_report *report = NULL;
		struct tdl_error err = { 0 };
		struct tdl_field field;
		char hex[256];

		test_rc(tdl_report_open(bytes, size, &report, &err), good ? 0 : -EBADMSG, &err);
		for (size_t i = 0; good && i < ARRAY_SIZE(report_columns); i++) {
			ck_assert_int_eq(
				tdl_report_field(report, report_columns[i].field, &field), 0);
			ck_assert_str_eq(hex_encode(field.bytes, field.size, hex),
					 tsv_cell(t, row, report_columns[i].column));
		}
		ck_assert_str_eq(hex_encode(bytes, 4, hex), tsv_cell(t, row, "type"));
		ck_assert_int_eq(hash_is(bytes, 256, 239, 32), is_true(t, row, "tcb_hash_ok"));
		ck_assert_int_eq(hash_is(bytes, 512, 512, 80), is_true(t, row, "td_hash_ok"));
		if (good)
			test_rc(tdl_report_check(report, &err), 0, &err);
		tdl_report_free(report);
		free(bytes);
	}
	if (t)
		tsv_free(t);
}
END_TEST

static size_t make_hcl(uint8_t *b)
{
	static const char json[] = "{\"keys\":[]}";
	struct tdl_error err = { 0 };
	size_t n = sizeof(json) - 1, got = 0;

	memset(b, 0, 2600);
	memcpy(b, "HCLA", 4);
	put_le32(b + 4, 2);
	put_le32(b + 8, (uint32_t)(1216 + 20 + n));
	put_le32(b + 12, 2);
	put_le32(b + 1216, (uint32_t)(20 + n));
	put_le32(b + 1220, 1);
	put_le32(b + 1224, 4);
	put_le32(b + 1228, 1);
	put_le32(b + 1232, (uint32_t)n);
	memcpy(b + 1236, json, n);
	test_rc(hash_named("SHA256", json, n, b + 32 + 128, &got, &err), 0, &err);
	return 2600;
}

START_TEST(hcl_report_binds_its_data_with_all_64_bytes)
{
	uint8_t b[2600];
	size_t size = make_hcl(b);
	struct hcl_report hcl;
	struct tdl_error err = { 0 };

	test_rc(hcl_parse(b, size, &hcl, &err), 0, &err);
	ck_assert_uint_eq(hcl.variable_size, 11);
	test_rc(hcl_check_binding(&hcl, b + 32 + 128, &err), 0, &err);
	b[32 + 128 + 63] = 1;
	test_rc(hcl_check_binding(&hcl, b + 32 + 128, &err), -EKEYREJECTED, &err);
}
END_TEST

static const struct {
	size_t at;
	uint32_t value;
	int rc;
} hcl_spoils[] = {
	{ 4, 3, -EBADMSG },	      { 8, 1, -EBADMSG },      { 1224, 2, -EOPNOTSUPP },
	{ 1228, 4, -EBADMSG },	      { 1232, 12, -EBADMSG },  { 1216, UINT32_MAX, -EBADMSG },
	{ 1232, UINT32_MAX, -EBADMSG }, { 1216, 0, -EBADMSG },
};

START_TEST(hcl_report_with_one_spoiled_length_is_refused)
{
	uint8_t b[2600];
	size_t size = make_hcl(b);
	struct hcl_report hcl;
	struct tdl_error err = { 0 };

	put_le32(b + hcl_spoils[_i].at, hcl_spoils[_i].value);
	test_rc(hcl_parse(b, size, &hcl, &err), hcl_spoils[_i].rc, &err);
}
END_TEST

static const struct {
	const char *text;
	int rc;
} json_texts[] = {
	{ "{\"a\":1}", 0 },
	{ " { \"a\" : [ 1 , \"x\" , { } ] } \n", 0 },
	{ "{\"a\":1,\"a\":2}", -EBADMSG },
	{ "{\"a\":1,\"\\u0061\":2}", -EBADMSG },
	{ "{\"b\":{\"a\":1,\"a\":1}}", -EBADMSG },
	{ "{\"a\":1} x", -EBADMSG },
	{ "{\"a\":1", -EBADMSG },
	{ "{\"a\" 1}", -EBADMSG },
	{ "{a:1}", -EBADMSG },
	{ "", -EBADMSG },
	{ "{\"a\":\"\n\"}", -EBADMSG },
	{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", -E2BIG },
};

START_TEST(json_is_refused_unless_it_is_one_value_without_doubles)
{
	struct json_object *root = NULL;
	struct tdl_error err = { 0 };

	test_rc(json_load(json_texts[_i].text, strlen(json_texts[_i].text), &root, &err),
		json_texts[_i].rc, &err);
	json_put(&root);
}
END_TEST

START_TEST(json_span_is_the_text_as_it_was_signed)
{
	static const char text[] = "{ \"x\":\"}\\\"\", \"tcbInfo\" : {\"a\": [1,{}] } ,\"signature\":\"0\"}";
	struct json_span span;
	struct tdl_error err = { 0 };

	test_rc(json_member_span(text, sizeof(text) - 1, "tcbInfo", &span, &err), 0, &err);
	ck_assert_uint_eq(span.size, strlen("{\"a\": [1,{}] }"));
	ck_assert_mem_eq(span.text, "{\"a\": [1,{}] }", span.size);
	test_rc(json_member_span(text, sizeof(text) - 1, "tcb", &span, &err), -ENOENT, &err);
}
END_TEST

static const struct {
	const char *text;
	bool good;
	int64_t time;
} times[] = {
	{ "1970-01-01T00:00:00Z", true, 0 },
	{ "2026-03-16T22:06:09Z", true, 1773698769 },
	{ "2024-02-29T23:59:59Z", true, 1709251199 },
	{ "2049-12-31T23:59:59Z", true, 2524607999 },
	{ "2023-02-29T00:00:00Z", false, 0 },
	{ "2026-03-16T22:06:60Z", false, 0 },
	{ "2026-03-16T22:06:09", false, 0 },
	{ "2026-03-16T22:06:09+00:00", false, 0 },
	{ "2026-3-16T22:06:09Z", false, 0 },
	{ "2026-00-16T22:06:09Z", false, 0 },
};

START_TEST(dates_have_one_form)
{
	int64_t t = -1;
	char text[TIME_TEXT_SIZE];

	ck_assert_int_eq(time_parse(times[_i].text, strlen(times[_i].text), &t), times[_i].good);
	if (times[_i].good) {
		ck_assert_int_eq(t, times[_i].time);
		ck_assert_str_eq(time_text(t, text), times[_i].text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest formats");
	TCase *tc = tcase_create("formats");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, quote_of_each_body_opens_and_locates_its_fields, 0,
			    ARRAY_SIZE(bodies));
	tcase_add_loop_test(tc, quote_with_one_spoiled_field_is_refused, 0, ARRAY_SIZE(spoils));
	tcase_add_test(tc, bytes_behind_a_quote_are_told_apart);
	tcase_add_test(tc, every_public_quote_reads_as_the_table_says);
	tcase_add_test(tc, report_of_zeros_has_the_published_tdinfo_hash);
	tcase_add_loop_test(tc, report_with_one_changed_byte_is_refused_or_inconsistent, 0,
			    ARRAY_SIZE(report_spoils));
	tcase_add_test(tc, public_reports_read_as_the_table_says);
	tcase_add_test(tc, hcl_report_binds_its_data_with_all_64_bytes);
	tcase_add_loop_test(tc, hcl_report_with_one_spoiled_length_is_refused, 0,
			    ARRAY_SIZE(hcl_spoils));
	tcase_add_loop_test(tc, json_is_refused_unless_it_is_one_value_without_doubles, 0,
			    ARRAY_SIZE(json_texts));
	tcase_add_test(tc, json_span_is_the_text_as_it_was_signed);
	tcase_add_loop_test(tc, dates_have_one_form, 0, ARRAY_SIZE(times));
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
