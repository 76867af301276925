/* SPDX-License-Identifier: BSD-2-Clause */
/* The encoding, against the examples of RFC 8949 and against records written down by hand. */
#include "evlog/cbor.h"

#include <errno.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "evlog/record.h"
#include "tests/lib/test.h"

static struct tdl_error err;

/* RFC 8949, Examples of Encoded CBOR Data Items. */
static const struct {
	uint64_t value;
	const char *hex;
} numbers[] = {
	{ 0, "00" },
	{ 1, "01" },
	{ 10, "0a" },
	{ 23, "17" },
	{ 24, "1818" },
	{ 25, "1819" },
	{ 100, "1864" },
	{ 1000, "1903e8" },
	{ 1000000, "1a000f4240" },
	{ 1000000000000, "1b000000e8d4a51000" },
	{ UINT64_MAX, "1bffffffffffffffff" },
};

START_TEST(numbers_are_encoded_as_the_rfc_shows)
{
	uint8_t buf[16];
	struct cbor_out out = { .at = buf, .left = sizeof(buf) };
	struct cbor_in in;

	cbor_put_head(&out, CBOR_UINT, numbers[_i].value);
	ck_assert(!out.full);
	test_hex(buf, (size_t)(out.at - buf), numbers[_i].hex);
	in = (struct cbor_in){ .bytes = cursor_of(buf, (size_t)(out.at - buf)) };
	ck_assert_uint_eq(cbor_get_head(&in, CBOR_UINT, UINT64_MAX), numbers[_i].value);
	ck_assert(!cbor_failed(&in));
	ck_assert_uint_eq(in.bytes.left, 0);
}
END_TEST

START_TEST(strings_are_encoded_as_the_rfc_shows)
{
	uint8_t buf[16];
	struct cbor_out out = { .at = buf, .left = sizeof(buf) };

	cbor_put_string(&out, CBOR_BYTES, "\x01\x02\x03\x04", 4);
	cbor_put_string(&out, CBOR_TEXT, "IETF", 4);
	cbor_put_head(&out, CBOR_ARRAY, 0);
	cbor_put_head(&out, CBOR_MAP, 0);
	test_hex(buf, (size_t)(out.at - buf), "4401020304" "6449455446" "80" "a0");
}
END_TEST

START_TEST(what_does_not_fit_is_noticed)
{
	uint8_t buf[4];
	struct cbor_out out = { .at = buf, .left = sizeof(buf) };

	cbor_put_string(&out, CBOR_BYTES, "abcd", 4);
	ck_assert(out.full);
}
END_TEST

/* Each is refused for its own reason; NULL means that it merely ends early. */
static const struct {
	const char *hex;
	enum cbor_major major;
	const char *why;
} refused[] = {
	{ "", CBOR_UINT, NULL },
	{ "18", CBOR_UINT, NULL },
	{ "1b00000000", CBOR_UINT, NULL },
	{ "1817", CBOR_UINT, "number not in its shortest form" },
	{ "1900ff", CBOR_UINT, "number not in its shortest form" },
	{ "1a0000ffff", CBOR_UINT, "number not in its shortest form" },
	{ "1b00000000ffffffff", CBOR_UINT, "number not in its shortest form" },
	{ "1c", CBOR_UINT, "reserved form of a number" },
	{ "1e", CBOR_UINT, "reserved form of a number" },
	{ "20", CBOR_UINT, "not an unsigned integer" },
	{ "f5", CBOR_UINT, "not an unsigned integer" },
	{ "c1", CBOR_UINT, "not an unsigned integer" },
	{ "bf", CBOR_MAP, "indefinite length" },
	{ "9f", CBOR_ARRAY, "indefinite length" },
	{ "5f", CBOR_BYTES, "indefinite length" },
	{ "1903e9", CBOR_UINT, "number too large" },
	{ "9b7fffffffffffffff", CBOR_ARRAY, "too many bytes or items" },
	{ "bbffffffffffffffff", CBOR_MAP, "too many bytes or items" },
};

START_TEST(other_encodings_are_refused)
{
	size_t n = strlen(refused[_i].hex) / 2;
	uint8_t *bytes = malloc(n + 1);
	struct cbor_in in;

	ck_assert(hex_decode(refused[_i].hex, bytes, n));
	in = (struct cbor_in){ .bytes = cursor_of(bytes, n) };
	ck_assert_uint_eq(cbor_get_head(&in, refused[_i].major, 1000), 0);
	ck_assert(cbor_failed(&in));
	if (refused[_i].why)
		ck_assert_str_eq(in.why, refused[_i].why);
	else
		ck_assert_ptr_null(in.why);
	free(bytes);
}
END_TEST

/* Records spelt out by hand from RFC 8949 and docs/design/log.md: a5 is a map of five, keys 00, 01,
 * 03, 09 and 0a; 01 0e is PCR 14; 03 81 a2 00 0c 01 58 30 an array of one map {0: 12, 1: 48 bytes}.
 * The digests are sha384sum's of the bytes behind 0a:
 *	printf '\241\001\242\000\001\001\000' | sha384sum */
#define FRONT(number, digest, type) "a5" "00" number "010e" "0381a2000c015830" digest "09" type "0a"

static const char version_hex[] =
	FRONT("00",
	      "cfe9067161aa56af6ebf09cc481db92d011469877f0c9c79"
	      "f6a7e6d4cfb81c1b5b33343a40bd73221756177e4fdc0e2a",
	      "04")
	/* {1: {0: 1, 1: 0}} */
	"a101a200010100";

static const char extend_hex[] =
	FRONT("1903e8",
	      "e4b89c0c026f2397622507467eb87d77fc6c94c356556abe"
	      "2e286c1839df3bdb08421f0c27c5963243e9117bf81e0343",
	      "18c9")
	/* {0: 3, 1: 0xfffff100, 5: 32 bytes of 0x11} */
	"a30003011afffff100055820"
	"1111111111111111111111111111111111111111111111111111111111111111";

static void check_record(struct tdl_log_record *r, const char *hex)
{
	struct tdl_log_record back = { 0 };
	uint8_t buf[RECORD_MAX];

	test_rc(record_encode(r, buf, &err), 0, &err);
	test_hex(buf, (size_t)r->size, hex);
	test_rc(record_decode(buf, (size_t)r->size, r->number, 77, &back, &err), 0, &err);
	ck_assert_uint_eq(back.offset, 77);
	ck_assert_uint_eq(back.size, r->size);
	ck_assert_int_eq(back.event, r->event);
	ck_assert_uint_eq(back.content_size, r->content_size);
}

START_TEST(the_first_record_is_the_one_written_by_hand)
{
	struct tdl_log_record r = {
		.anchor = TDL_LOG_REGISTER_PCR,
		.anchor_index = 14,
		.event = TDL_LOG_EVENT_CEL_VERSION,
		.cel = { 1, 0 },
	};

	check_record(&r, version_hex);
}
END_TEST

START_TEST(an_extend_record_is_the_one_written_by_hand)
{
	struct tdl_log_record r = {
		.number = 1000,
		.anchor = TDL_LOG_REGISTER_PCR,
		.anchor_index = 14,
		.event = TDL_LOG_EVENT_MR_EXTEND,
		.extend = { .gpa = 0xfffff100 },
	};

	memset(r.extend.digest, 0x11, sizeof(r.extend.digest));
	check_record(&r, extend_hex);
}
END_TEST

/* One thing spoilt in the first record, which is otherwise good. */
static const struct {
	const char *hex;
	int rc;
	const char *text;
} spoilt[] = {
#define ZEROS "000000000000000000000000000000000000000000000000"
#define GOOD  FRONT("00", ZEROS ZEROS, "04")
	{ GOOD "a101a200010101", -EOPNOTSUPP, "CEL version 1.1" },
	{ GOOD "a101a2000101", -ENODATA, "not finished at byte" },
	{ GOOD "a102a200010100", -EBADMSG, "a required key is missing" },
	{ GOOD "a101a201010100", -EBADMSG, "a required key is missing" },
	{ GOOD "a101a200010000", -EBADMSG, "unknown, repeated or out of order" },
	{ GOOD "a101a10001", -EBADMSG, "a required key is missing" },
	{ GOOD "a101a3000101000200", -EBADMSG, "unknown, repeated or out of order" },
	{ GOOD "a0", -EBADMSG, "a required key is missing" },
	{ GOOD "bf01a200010100ff", -EBADMSG, "indefinite length" },
	{ GOOD "bb0000000000000001", -EBADMSG, "number not in its shortest form" },
	{ FRONT("00", ZEROS ZEROS, "05") "a0", -EBADMSG, "content type is neither" },
	{ FRONT("00", ZEROS ZEROS, "18c9") "a10006", -EBADMSG, "number too large" },
	{ FRONT("00", ZEROS ZEROS, "18c9") "a0", -EBADMSG, "a content without its event" },
	{ FRONT("01", ZEROS ZEROS, "04") "a101a200010100", -EBADMSG, "has number 1, not 0" },
	{ "a4", -EBADMSG, "too few items" },
	{ "a6", -EBADMSG, "too many bytes or items" },
	{ "85", -EBADMSG, "not a map" },
	{ "a501", -EBADMSG, "unknown, repeated, missing or out of order" },
	{ "a500000300", -EBADMSG, "neither a PCR nor an NV index" },
	{ "a50000010e0382", -EBADMSG, "too many bytes or items" },
	{ "a50000010e0381a2000b", -EBADMSG, "digest is not SHA-384" },
	{ "a50000010e0381a2000c015820", -EBADMSG, "too few bytes" },
	{ "a50000010e0381a2000c015831", -EBADMSG, "too many bytes" },
	{ "a50000011b0000000100000000", -EBADMSG, "number too large" },
	{ "a50000010e0381a2000c015b7fffffffffffffff", -EBADMSG, "too many bytes" },
};

START_TEST(a_spoilt_record_is_refused_with_its_reason)
{
	size_t n = strlen(spoilt[_i].hex) / 2;
	uint8_t *bytes = malloc(n);
	struct tdl_log_record r = { 0 };

	ck_assert(hex_decode(spoilt[_i].hex, bytes, n));
	test_rc(record_decode(bytes, n, 0, 0, &r, &err), spoilt[_i].rc, &err);
	ck_assert_msg(strstr(err.text, spoilt[_i].text), "%s", err.text);
	ck_assert_msg(strstr(err.text, "record"), "%s", err.text);
	ck_assert_msg(strstr(err.text, spoilt[_i].rc == -EOPNOTSUPP ? "0" : "byte"), "%s",
		      err.text);
	free(bytes);
}
END_TEST

START_TEST(a_thousand_levels_are_refused_at_the_first)
{
	uint8_t deep[1000];
	struct tdl_log_record r = { 0 };

	memset(deep, 0xa1, sizeof(deep));
	test_rc(record_decode(deep, sizeof(deep), 0, 0, &r, &err), -EBADMSG, &err);
	memset(deep, 0x81, sizeof(deep));
	test_rc(record_decode(deep, sizeof(deep), 0, 0, &r, &err), -EBADMSG, &err);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cbor");
	TCase *t = tcase_create("cbor");

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, numbers_are_encoded_as_the_rfc_shows, 0, ARRAY_SIZE(numbers));
	tcase_add_test(t, strings_are_encoded_as_the_rfc_shows);
	tcase_add_test(t, what_does_not_fit_is_noticed);
	tcase_add_loop_test(t, other_encodings_are_refused, 0, ARRAY_SIZE(refused));
	tcase_add_test(t, the_first_record_is_the_one_written_by_hand);
	tcase_add_test(t, an_extend_record_is_the_one_written_by_hand);
	tcase_add_loop_test(t, a_spoilt_record_is_refused_with_its_reason, 0, ARRAY_SIZE(spoilt));
	tcase_add_test(t, a_thousand_levels_are_refused_at_the_first);
	return test_run(s);
}
