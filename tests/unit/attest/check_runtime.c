/* SPDX-License-Identifier: BSD-2-Clause */
/* Run-time logs: canonical event logs of either encoding, and IMA's violations. Registers and
 * records were computed by Python's hashlib from the formats' descriptions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/replay.h>

#include "attest/runtime.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/scope.h"
#include "tests/lib/test.h"

enum { LOG_MAX = 4096 };

/* The log: hexadecimal, or text that begins with another character. */
static const struct log_case {
	const char *what, *log;
	int rtmr; /* which one it extends; the others stay zero */
	const char *value;
} logs[] = {
	{ "two records of a CC register",
	  "000000000800000000000000006c000000010403000000350c000000309c707e70a01526614edbe1684b"
	  "44d2a1d0f7068e91d455560f7285151c84a9216990b0879e70e73de023eb91ef16639c50000000100100"
	  "00000b7368613235363a303132330000000001016c0000000104030000005a0b00000020111111111111"
	  "11111111111111111111111111111111111111111111111111110c000000302222222222222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222222222220400000000",
	  3,
	  "a43593ab5e5141f39d9a47e308b119398b9c576a9cb7e6159ba26031fc4bab7635b2d89bfe5872a3d29b"
	  "ad45e06ef988" },
	{ "PCR 1, its number of four bytes",
	  "0000000008000000000000000001000000040000000103000000350c0000003022222222222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222222222222205000000"
	  "0178",
	  0,
	  "1e22f51c704895e9cb551bb1961bac0e4cff3c0545b30525327f44c53117261c97b3a2bd3fa43c8afaaa"
	  "cd1311781dd5" },
	{ "PCR 5",
	  "0000000008000000000000000701000000010503000000350c0000003022222222222222222222222222"
	  "2222222222222222222222222222222222222222222222222222222222222222222222050000000178",
	  1,
	  "1e22f51c704895e9cb551bb1961bac0e4cff3c0545b30525327f44c53117261c97b3a2bd3fa43c8afaaa"
	  "cd1311781dd5" },
	{ "PCR 15",
	  "0000000008000000000000000001000000040000000f03000000350c000000309c707e70a01526614edb"
	  "e1684b44d2a1d0f7068e91d455560f7285151c84a9216990b0879e70e73de023eb91ef16639c05000000"
	  "0178",
	  2,
	  "f09e78637a1f165b737944995ab2a0e2137a0f6627afac6e6e3c7457198bf37708c275ff9f3b5657a22e"
	  "879e1e543558" },
	{ "a violation of IMA's",
	  "10 "
	  "000000000000000000000000000000000000000000000000"
	  "000000000000000000000000000000000000000000000000"
	  " ima-ng /bin/sh\n",
	  2,
	  "7d4fd80ec2887e82b1a453745c5cbd24e2be56273d311fd7ab567c50c7a3a37065b7328375dc9045fb0f"
	  "e02e12d34d75" },
};

static const char json[] =
	"[{\"recnum\":0,\"pcr\":7,\"digests\":[{\"hashAlg\":\"sha256\",\"digest\":\"11111111"
	"11111111111111111111111111111111111111111111111111111111\"},{\"hashAlg\":"
	"\"sha384\",\"digest\":\"222222222222222222222222222222222222222222222222222"
	"222222222222222222222222222222222222222222222\"}],\"content_type\":\"pccli"
	"ent_std\",\"content\":{}},{\"recnum\":0,\"pcr\":12,\"digests\":[{\"hashAlg\":\"sha"
	"384\",\"digest\":\"9c707e70a01526614edbe1684b44d2a1d0f7068e91d455560f72851"
	"51c84a9216990b0879e70e73de023eb91ef16639c\"}]}]";
static const char json_rtmr0[] =
	"1e22f51c704895e9cb551bb1961bac0e4cff3c0545b30525327f44c53117261c97b3a2bd3fa43c8afaaa"
	"cd1311781dd5";
static const char json_rtmr2[] =
	"f09e78637a1f165b737944995ab2a0e2137a0f6627afac6e6e3c7457198bf37708c275ff9f3b5657a22e"
	"879e1e543558";

static const struct {
	const char *what, *log;
	int rc;
	const char *why;
} refused[] = {
	{ "cut inside the content",
	  "000000000800000000000000006c000000010403000000350c000000309c707e70a01526614edbe1684b"
	  "44d2a1d0f7068e91d455560f7285151c84a9216990b0879e70e73de023eb91ef16639c50000000100100"
	  "00000b7368613235363a303132330000000001016c0000000104030000005a0b00000020111111111111"
	  "11111111111111111111111111111111111111111111111111110c000000302222222222222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222222222220400",
	  -ENODATA, "record 1: the log ends inside it" },
	{ "no SHA-384",
	  "000000000800000000000000006c000000010403000000250b0000002011111111111111111111111111"
	  "111111111111111111111111111111111111115000000010010000000b7368613235363a30313233",
	  -EOPNOTSUPP, "record 0: no digest is SHA-384, as RTMRs have them" },
	{ "two SHA-384",
	  "000000000800000000000000006c0000000104030000006a0c0000003022222222222222222222222222"
	  "22222222222222222222222222222222222222222222222222222222222222222222220c000000302222"
	  "222222222222222222222222222222222222222222222222222222222222222222222222222222222222"
	  "222222225000000010010000000b7368613235363a30313233",
	  -EBADMSG, "record 0: not one SHA-384 digest of 48 bytes" },
	{ "a short digest",
	  "000000000800000000000000006c000000010403000000250c0000002022222222222222222222222222"
	  "222222222222222222222222222222222222225000000010010000000b7368613235363a30313233",
	  -EBADMSG, "record 0: not one SHA-384 digest of 48 bytes" },
	{ "digests that end inside one",
	  "000000000800000000000000006c000000010403000000340c0000003022222222222222222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222225000000010010000"
	  "000b7368613235363a30313233",
	  -ENODATA, "record 0: the digests end inside one" },
	{ "MRTD",
	  "0000000008000000000000000001000000040000000003000000350c0000003022222222222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222222222222250000000"
	  "10010000000b7368613235363a30313233",
	  -EOPNOTSUPP, "record 0: PCR 0 stands for no RTMR" },
	{ "PCR 16",
	  "0000000008000000000000000001000000040000001003000000350c0000003022222222222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222222222222250000000"
	  "10010000000b7368613235363a30313233",
	  -EOPNOTSUPP, "record 0: PCR 16 stands for no RTMR" },
	{ "CC register 0",
	  "000000000800000000000000006c000000010003000000350c0000003022222222222222222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222222250000000100100"
	  "00000b7368613235363a30313233",
	  -EBADMSG, "record 0: CC register 0 is no RTMR" },
	{ "CC register 5",
	  "000000000800000000000000006c000000010503000000350c0000003022222222222222222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222222250000000100100"
	  "00000b7368613235363a30313233",
	  -EBADMSG, "record 0: CC register 5 is no RTMR" },
	{ "an NV index",
	  "0000000008000000000000000002000000040100000003000000350c0000003022222222222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222222222222250000000"
	  "10010000000b7368613235363a30313233",
	  -EOPNOTSUPP, "record 0: TLV type 2 names no PCR or CC register" },
	{ "no digests",
	  "0000000001006c00000001045000000010010000000b7368613235363a30313233500000001001000000"
	  "0b7368613235363a30313233",
	  -EBADMSG, "record 0: TLV type 80 stands where the digests belong" },
	{ "something else behind the first",
	  "000000000800000000000000006c000000010403000000350c0000003022222222222222222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222222250000000100100"
	  "00000b7368613235363a303132330900000001006c000000010403000000350c00000030222222222222"
	  "222222222222222222222222222222222222222222222222222222222222222222222222222222222222"
	  "5000000010010000000b7368613235363a30313233",
	  -EBADMSG, "record 1: it does not begin with a record number" },
};

/* The log's bytes, to be freed. */
static void *bytes_of(const char *log, size_t *ret_size)
{
	uint8_t *bytes = malloc(LOG_MAX);

	ck_assert_ptr_nonnull(bytes);
	*ret_size = strlen(log);
	if (memchr(log, ' ', *ret_size)) {
		memcpy(bytes, log, *ret_size);
		return bytes;
	}
	*ret_size /= 2;
	ck_assert(hex_decode(log, bytes, *ret_size));
	return bytes;
}

static void extends(const char *what, const void *log, size_t size, int rtmr, const char *value)
{
	struct tdl_replay_options opt = { 0 };
	enum tdl_answer answer = TDL_ANSWER_NO;
	uint8_t wanted[TDL_RTMR_COUNT][TDL_RTMR_SIZE] = { 0 };
	struct tdl_error err = { 0 };
	char *text = NULL;

	ck_assert(hex_decode(value, wanted[rtmr], TDL_RTMR_SIZE));
	for (int i = 0; i < TDL_RTMR_COUNT; i++) {
		opt.rtmr[i] = wanted[i];
		opt.source[i] = "test";
	}
	test_rc(tdl_replay(log, size, &opt, 0, &text, &answer, &err), 0, &err);
	ck_assert_msg(answer == TDL_ANSWER_YES, "%s:\n%s", what, text);
	free(text);
}

START_TEST(a_log_extends_its_register_alone)
{
	const struct log_case *k = &logs[_i];
	size_t size = 0;
	AUTO_FREE void *log = bytes_of(k->log, &size);

	extends(k->what, log, size, k->rtmr, k->value);
}
END_TEST

START_TEST(records_in_json_go_to_the_rtmrs_of_their_pcrs)
{
	AUTO_RUNTIME struct runtime_log log = { 0 };
	struct tdl_error err = { 0 };

	test_rc(runtime_parse(json, strlen(json), &log, &err), 0, &err);
	ck_assert_uint_eq(log.count, 2);
	ck_assert_uint_eq(log.events[0].mr, 1);
	ck_assert_str_eq(log.events[0].name, "pcclient_std");
	ck_assert_uint_eq(log.events[1].mr, 3);
	ck_assert_str_eq(log.kind, "canonical event log");
}
END_TEST

/* The first record's digest is of its content; the second's content is not what was hashed. */
START_TEST(contents_are_bound_where_their_rule_is_known)
{
	AUTO_RUNTIME struct runtime_log log = { 0 };
	struct tdl_error err = { 0 };
	size_t size = 0;
	AUTO_FREE uint8_t *bytes = bytes_of(logs[0].log, &size);

	test_rc(runtime_parse(bytes, size, &log, &err), 0, &err);
	ck_assert_uint_eq(log.count, 2);
	ck_assert_int_eq(log.events[0].binding, TDL_BINDING_BOUND);
	ck_assert_int_eq(log.events[1].binding, TDL_BINDING_UNBOUND);
	ck_assert_str_eq(log.events[0].name, "content type 80");
	runtime_end(&log);
	*(uint8_t *)memmem(bytes, size, "sha256:", 7) ^= 1;
	test_rc(runtime_parse(bytes, size, &log, &err), 0, &err);
	ck_assert_int_eq(log.events[0].binding, TDL_BINDING_CONTRADICTS);
}
END_TEST

START_TEST(what_is_wrong_with_a_record_is_said)
{
	AUTO_RUNTIME struct runtime_log log = { 0 };
	struct tdl_error err = { 0 };
	size_t size = 0;
	AUTO_FREE void *bytes = bytes_of(refused[_i].log, &size);

	test_rc(runtime_parse(bytes, size, &log, &err), refused[_i].rc, &err);
	ck_assert_str_eq(err.text, refused[_i].why);
}
END_TEST

START_TEST(json_registers_are_replayed)
{
	struct tdl_replay_options opt = { 0 };
	enum tdl_answer answer = TDL_ANSWER_NO;
	uint8_t wanted[2][TDL_RTMR_SIZE];
	struct tdl_error err = { 0 };
	char *text = NULL;

	ck_assert(hex_decode(json_rtmr0, wanted[0], TDL_RTMR_SIZE));
	ck_assert(hex_decode(json_rtmr2, wanted[1], TDL_RTMR_SIZE));
	opt.rtmr[0] = wanted[0];
	opt.rtmr[2] = wanted[1];
	opt.source[0] = opt.source[2] = "test";
	test_rc(tdl_replay(json, strlen(json), &opt, 0, &text, &answer, &err), 0, &err);
	ck_assert_msg(answer == TDL_ANSWER_YES, "%s", text);
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest runtime logs");
	TCase *tc = tcase_create("runtime");

	tcase_add_loop_test(tc, a_log_extends_its_register_alone, 0, ARRAY_SIZE(logs));
	tcase_add_test(tc, records_in_json_go_to_the_rtmrs_of_their_pcrs);
	tcase_add_test(tc, contents_are_bound_where_their_rule_is_known);
	tcase_add_loop_test(tc, what_is_wrong_with_a_record_is_said, 0, ARRAY_SIZE(refused));
	tcase_add_test(tc, json_registers_are_replayed);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
