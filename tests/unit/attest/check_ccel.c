/* SPDX-License-Identifier: BSD-2-Clause */
/* Event logs: read, replayed, and bound to their data or not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/ccel.h"
#include "attest/runtime.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/tsv.h"

/* RTMR with one separator, as the TCG profile and every log with one have it. */
#define ONE_SEPARATOR                                                                              \
	"518923b0f955d08da077c96aaba522b9decede61c599cea6c41889cfbea4ae4d50529d96fe4d1afdafb65e7f95bf23c4"

static size_t put_spec_id(uint8_t *b)
{
	memset(b, 0, 65);
	put_le32(b, 1);
	put_le32(b + 4, 3);
	put_le32(b + 28, 33);
	memcpy(b + 32, "Spec ID Event03", 16);
	b[53] = 2;
	b[55] = 2;
	put_le32(b + 56, 1);
	put_le16(b + 60, 0x0c);
	put_le16(b + 62, 48);
	return 65;
}

static size_t put_event(uint8_t *b, uint32_t mr, uint32_t type, const void *data, size_t size)
{
	struct tdl_error err = { 0 };

	put_le32(b, mr);
	put_le32(b + 4, type);
	put_le32(b + 8, 1);
	put_le16(b + 12, 0x0c);
	test_rc(sha384(data, size, b + 14, &err), 0, &err);
	put_le32(b + 62, (uint32_t)size);
	memcpy(b + 66, data, size);
	return 66 + size;
}

/* Spec ID, a separator for RTMR0, an EV_NO_ACTION, fill of ones. */
static size_t make_log(uint8_t *b, size_t fill)
{
	size_t at = put_spec_id(b);

	at += put_event(b + at, 1, 4, "\0\0\0", 4);
	at += put_event(b + at, 0, 3, "x", 1);
	memset(b + at, 0xff, fill);
	return at + fill;
}

START_TEST(one_separator_replays_to_the_known_register)
{
	uint8_t b[512], rtmrs[TDL_RTMR_COUNT][TDL_RTMR_SIZE];
	size_t size = make_log(b, 100);
	struct tdl_ccel *log = NULL;
	struct tdl_error err = { 0 };
	const char *ending;
	int uniform = 0;

	test_rc(tdl_ccel_open(b, size, &log, &err), 0, &err);
	ck_assert_uint_eq(tdl_ccel_event_count(log), 2);
	ck_assert_int_eq(tdl_ccel_event(log, 0)->binding, TDL_BINDING_BOUND);
	ck_assert_int_eq(tdl_ccel_event(log, 1)->binding, TDL_BINDING_NONE);
	test_rc(tdl_ccel_replay(log, rtmrs, &err), 0, &err);
	test_hex(rtmrs[0], 48, ONE_SEPARATOR);
	ck_assert(all_zero(rtmrs[1], 3 * sizeof(rtmrs[1])));
	ck_assert_uint_eq(tdl_ccel_used(log, &ending, &uniform), size - 100);
	ck_assert_str_eq(ending, "ff");
	ck_assert_int_eq(uniform, 1);
	tdl_ccel_free(log);
}
END_TEST

static const struct {
	const char *what;
	size_t at;
	uint32_t value;
	unsigned size; /* 0: cut */
	int rc;
} spoils[] = {
	{ "MR index 5", 65, 5, 4, -EBADMSG },
	{ "MR index 0 of a separator", 65, 0, 4, -EBADMSG },
	{ "digest count 0", 73, 0, 4, -EBADMSG },
	{ "digest count 2", 73, 2, 4, -EBADMSG },
	{ "digest count at most", 73, UINT32_MAX, 4, -EBADMSG },
	{ "algorithm not announced", 77, 0x0b, 2, -EBADMSG },
	{ "event size at most", 127, UINT32_MAX, 4, -ENODATA },
	{ "first event type", 4, 4, 4, -EBADMSG },
	{ "first event size one more", 28, 34, 4, -EBADMSG },
	{ "first event size one less", 28, 32, 4, -EBADMSG },
	{ "first event size at most", 28, UINT32_MAX, 4, -ENODATA },
	{ "Spec ID signature", 32, 0, 4, -EBADMSG },
	{ "announced size 32", 62, 32, 2, -EBADMSG },
	{ "no algorithms", 56, 0, 4, -EBADMSG },
	{ "algorithms at most", 56, UINT32_MAX, 4, -EBADMSG },
	{ "empty", 0, 0, 0, -ENODATA },
	{ "cut in the first event", 60, 0, 0, -ENODATA },
	{ "cut in a digest", 100, 0, 0, -ENODATA },
	{ "cut in data", 133, 0, 0, -ENODATA },
	{ "cut in an event header", 140, 0, 0, -ENODATA },
};

START_TEST(log_with_one_spoiled_field_is_refused)
{
	uint8_t b[512];
	size_t size = make_log(b, 16);
	struct tdl_ccel *log = NULL;
	struct tdl_error err = { 0 };

	if (spoils[_i].size == 2)
		put_le16(b + spoils[_i].at, (uint16_t)spoils[_i].value);
	else if (spoils[_i].size == 4)
		put_le32(b + spoils[_i].at, spoils[_i].value);
	else
		size = spoils[_i].at;
	uint8_t *exact = malloc(size ? size : 1);
	memcpy(exact, b, size);
	int rc = tdl_ccel_open(exact, size, &log, &err);
	ck_assert_msg(rc == spoils[_i].rc, "%s: got %d, want %d: %s", spoils[_i].what, rc,
		      spoils[_i].rc, err.text);
	free(exact);
}
END_TEST

/* A UEFI_VARIABLE_DATA with name "A" and data "data". */
static size_t make_variable(uint8_t *v)
{
	memset(v, 0x11, 16);
	memset(v + 16, 0, 18);
	v[16] = 1;
	v[24] = 4;
	v[32] = 'A';
	memcpy(v + 34, "data", 4);
	return 38;
}

static const struct {
	uint32_t type;
	size_t skip;	 /* the digest covers the data from here on */
	bool must_match; /* a digest of something else contradicts */
} bindings[] = {
	{ 4, 0, true },		 { 5, 0, true },	  { 6, 0, false },
	{ 6, 8, false },	 { 10, 0, false },	  { 10, 20, false },
	{ 13, 0, false },	 { 0x80000001, 0, true }, { 0x80000002, 34, true },
	{ 0x8000000c, 0, true }, { 0x80000007, 0, true }, { 0x800000e0, 0, true },
	{ 0x12345678, 0, false },
};

START_TEST(a_digest_of_the_data_binds_it_and_another_does_not)
{
	uint8_t data[38], digest[48];
	size_t size = make_variable(data);
	struct tdl_event event = { .mr = 1, .type = bindings[_i].type, .digest = digest,
				   .data = data, .data_size = size };
	struct tdl_error err = { 0 };

	test_rc(sha384(data + bindings[_i].skip, size - bindings[_i].skip, digest, &err), 0, &err);
	ck_assert_int_eq(ccel_binding(&event), TDL_BINDING_BOUND);
	data[37] ^= 1;
	ck_assert_int_eq(ccel_binding(&event), bindings[_i].must_match ? TDL_BINDING_CONTRADICTS
								       : TDL_BINDING_UNBOUND);
}
END_TEST

START_TEST(public_logs_replay_as_the_table_says)
{
	struct tsv *t = tsv_corpus("ccel_cases.tsv");

	for (size_t row = 0; t && row < t->rows; row++) {
		uint8_t rtmrs[TDL_RTMR_COUNT][TDL_RTMR_SIZE];
		char name[256], ending[64], hex[100];
		const char *fill;
		int uniform = 0;
		size_t size = 0;
		struct tdl_ccel *log = NULL;
		struct tdl_error err = { 0 };

		snprintf(name, sizeof(name), "ccel/%s", tsv_cell(t, row, "log"));
		uint8_t *bytes = corpus_read(name, &size);
		test_rc(tdl_ccel_open(bytes, size, &log, &err), 0, &err);
		test_rc(tdl_ccel_replay(log, rtmrs, &err), 0, &err);
		for (int i = 0; i < TDL_RTMR_COUNT; i++)
			ck_assert_str_eq(hex_encode(rtmrs[i], 48, hex),
					 tsv_cell(t, row, (const char *[]){ "rtmr0", "rtmr1",
									    "rtmr2", "rtmr3" }[i]));
		size_t used = tdl_ccel_used(log, &fill, &uniform);
		snprintf(ending, sizeof(ending), "%s@%zu", fill, used);
		ck_assert_str_eq(ending, tsv_cell(t, row, "ending"));
		ck_assert_int_eq((int)tdl_ccel_event_count(log), atoi(tsv_cell(t, row, "events")));
		ck_assert_int_eq((int)log->spec_mr, atoi(tsv_cell(t, row, "spec_mr")));
		tdl_ccel_free(log);
		free(bytes);
	}
	if (t)
		tsv_free(t);
}
END_TEST

/* What one edit must lead to. */
static void check_mutation(const struct tsv *t, size_t row, uint8_t *bytes, size_t size,
			   uint8_t base[TDL_RTMR_COUNT][TDL_RTMR_SIZE])
{
	const char *name = tsv_cell(t, row, "name"), *verdict = tsv_cell(t, row, "verdict");
	uint8_t rtmrs[TDL_RTMR_COUNT][TDL_RTMR_SIZE];
	struct tdl_ccel *log = NULL;
	struct tdl_error err = { 0 };
	char registers[64] = "";
	const char *ending;
	int uniform = 0;
	int rc = tdl_ccel_open(bytes, size, &log, &err);

	ck_assert_msg((rc < 0) == (strncmp(verdict, "refuse", 6) == 0), "%s: %s", name, err.text);
	if (rc < 0)
		return;
	test_rc(tdl_ccel_replay(log, rtmrs, &err), 0, &err);
	for (int i = 0; i < TDL_RTMR_COUNT; i++)
		snprintf(registers + strlen(registers), sizeof(registers) - strlen(registers),
			 "%sRTMR%d:%s", i ? " " : "", i,
			 memcmp(rtmrs[i], base[i], TDL_RTMR_SIZE) == 0 ? "yes" : "no");
	ck_assert_msg(strcmp(registers, tsv_cell(t, row, "registers")) == 0, "%s: %s", name,
		      registers);
	tdl_ccel_used(log, &ending, &uniform);
	ck_assert_msg(!uniform == (strstr(verdict, "not uniform") != NULL), "%s", name);
	const char *at = strstr(verdict, "content check fails at ");
	size_t contradicts = 0;
	for (size_t i = 0; i < log->count; i++)
		if (log->events[i].binding == TDL_BINDING_CONTRADICTS)
			contradicts = log->events[i].offset;
	ck_assert_msg(contradicts == (at ? strtoul(at + 23, NULL, 10) : 0), "%s: %zu", name,
		      contradicts);
	tdl_ccel_free(log);
}

START_TEST(edited_logs_fail_where_the_table_says)
{
	struct tsv *t = tsv_corpus("ccel_mutations.tsv");

	for (size_t row = 0; t && row < t->rows; row++) {
		uint8_t base[TDL_RTMR_COUNT][TDL_RTMR_SIZE];
		size_t size = 0;
		uint8_t *bytes = corpus_read(tsv_cell(t, row, "log"), &size);
		struct tdl_ccel *log = NULL;
		struct tdl_error err = { 0 };

		test_rc(tdl_ccel_open(bytes, size, &log, &err), 0, &err);
		test_rc(tdl_ccel_replay(log, base, &err), 0, &err);
		tdl_ccel_free(log);
		bytes = apply_edit(bytes, &size, tsv_cell(t, row, "edit"));
		check_mutation(t, row, bytes, size, base);
		free(bytes);
	}
	if (t)
		tsv_free(t);
}
END_TEST

START_TEST(a_dstack_event_is_bound_by_type_name_and_payload)
{
	/* SHA-384 of 01 00 00 08 ":" "app" ":" 0xaa, by openssl dgst. */
	static const char text[] =
		"[{\"imr\":3,\"event_type\":134217729,\"digest\":\"%s\",\"event\":\"app\","
		"\"event_payload\":\"%s\"}]";
	static const uint8_t input[] = { 1, 0, 0, 8, ':', 'a', 'p', 'p', ':', 0xaa };
	char json[512], hex[97];
	uint8_t digest[48];
	struct runtime_log log;
	struct tdl_error err = { 0 };

	test_rc(sha384(input, sizeof(input), digest, &err), 0, &err);
	hex_encode(digest, 48, hex);
	for (int i = 0; i < 2; i++) {
		snprintf(json, sizeof(json), text, hex, i ? "ab" : "aa");
		test_rc(runtime_parse_dstack(json, strlen(json), &log, &err), 0, &err);
		ck_assert_uint_eq(log.count, 1);
		ck_assert_uint_eq(log.events[0].mr, 4);
		ck_assert_int_eq(log.events[0].binding,
				 i ? TDL_BINDING_CONTRADICTS : TDL_BINDING_BOUND);
		runtime_end(&log);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest event logs");
	TCase *tc = tcase_create("ccel");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, one_separator_replays_to_the_known_register);
	tcase_add_loop_test(tc, log_with_one_spoiled_field_is_refused, 0, ARRAY_SIZE(spoils));
	tcase_add_loop_test(tc, a_digest_of_the_data_binds_it_and_another_does_not, 0,
			    ARRAY_SIZE(bindings));
	tcase_add_test(tc, public_logs_replay_as_the_table_says);
	tcase_add_test(tc, edited_logs_fail_where_the_table_says);
	tcase_add_test(tc, a_dstack_event_is_bound_by_type_name_and_payload);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
