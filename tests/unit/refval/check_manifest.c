/* SPDX-License-Identifier: BSD-2-Clause */
/* Manifests: read strictly, written so that they are read again, compared without ever guessing. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/manifest.h>

#include "base/attr.h"

#define DIGEST                                                             \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" \
	"202122232425262728292a2b2c2d2e2f"
#define FIRMWARE "{\"name\":\"f\",\"version\":\"1\",\"sha384\":\"" DIGEST "\",\"size\":4096}"
#define COMPUTED "{\"by\":\"me\",\"tool\":\"t\",\"version\":\"0\"}"
#define REFERENCE(extra)                                                              \
	"{\"firmware\":" FIRMWARE ",\"flow\":\"qemu\",\"mrtd\":\"" DIGEST "\"," extra \
	"\"computed\":" COMPUTED "}"
#define MANIFEST(list) \
	"{\"format\":\"tdlaunch-manifest\",\"version\":1,\"references\":[" list "]}\n"

static int parse(const char *text, struct tdl_manifest **ret, struct tdl_error *err)
{
	*ret = NULL;
	return tdl_manifest_parse(text, strlen(text), ret, err);
}

START_TEST(a_reference_is_read)
{
	struct tdl_error err = { 0 };
	struct tdl_manifest *m;
	const struct tdl_reference *r;

	test_rc(parse(MANIFEST(REFERENCE("\"rtmr2\":\"" DIGEST "\",\"confirmed\":[" COMPUTED "],")),
		      &m, &err),
		0, &err);
	r = tdl_manifest_reference(m, 0);
	ck_assert_str_eq(r->name, "f");
	ck_assert_str_eq(r->flow, "qemu");
	ck_assert_uint_eq(r->size, 4096);
	ck_assert_uint_eq(r->has_rtmr, 4);
	test_hex(r->mrtd, 48, DIGEST);
	test_hex(r->rtmr[2], 48, DIGEST);
	ck_assert_str_eq(r->computed.by, "me");
	ck_assert_ptr_null(r->computed.note);
	ck_assert_uint_eq(r->confirmed_count, 1);
	ck_assert_str_eq(r->confirmed[0].tool, "t");
	ck_assert_ptr_null(tdl_manifest_reference(m, 1));
	ck_assert_ptr_null(tdl_manifest_signer(m));
	tdl_manifest_free(m);
}
END_TEST

/* One thing wrong in an otherwise perfect manifest, the code, and what the message names. */
static const struct {
	const char *text;
	int code;
	const char *says;
} bad[] = {
	{ "", -ENODATA, "empty" },
	{ "rubbish", -EBADMSG, "not JSON: line 1" },
	{ "{", -EBADMSG, "ends too early" },
	{ "[]", -EBADMSG, "a manifest is a JSON object" },
	{ "null", -EBADMSG, "a manifest is a JSON object" },
	{ "\"\"", -EBADMSG, "a manifest is a JSON object" },
	{ "{\"format\":\"tdlaunch-manifest\",\"version\":1}", -EBADMSG, "references is missing" },
	{ "{\"version\":1,\"references\":[]}", -EBADMSG, "format is missing" },
	{ MANIFEST(""), -EBADMSG, "references is empty" },
	{ MANIFEST("1"), -EBADMSG, "references[0] must be an object" },
	{ MANIFEST(REFERENCE("")) "{}", -EBADMSG, "text after the end" },
	{ MANIFEST(REFERENCE("") "," REFERENCE("")), -EEXIST, "references[1]" },
	{ MANIFEST(REFERENCE("\"extra\":1,")), -EBADMSG, "references[0].extra is not known" },
	{ MANIFEST(REFERENCE("\"flow\":\"other\",")), -EBADMSG, "same name" },
	{ MANIFEST(REFERENCE("\"rtmr0\":\"00\",")), -EBADMSG, "references[0].rtmr0 must be 96" },
	{ MANIFEST(REFERENCE("\"rtmr0\":\"" DIGEST "00\",")), -EBADMSG, "rtmr0 must be 96" },
	{ MANIFEST(REFERENCE("\"rtmr0\":\"" DIGEST "\\u0000\",")), -EBADMSG, "rtmr0 must be 96" },
	{ MANIFEST(REFERENCE("\"rtmr0\":5,")), -EBADMSG, "references[0].rtmr0 must be a string" },
	{ MANIFEST(REFERENCE("\"rtmr0\":null,")), -EBADMSG, "rtmr0 must be a string" },
	{ MANIFEST(REFERENCE("\"rtmr4\":\"" DIGEST "\",")), -EBADMSG, "rtmr4 is not known" },
	{ MANIFEST(REFERENCE("\"confirmed\":{},")), -EBADMSG, "confirmed must be an array" },
	{ MANIFEST(REFERENCE("\"confirmed\":[3],")), -EBADMSG, "confirmed[0] must be an object" },
	{ MANIFEST(REFERENCE("\"confirmed\":[{\"by\":\"x\"}],")), -EBADMSG,
	  "references[0].confirmed[0].tool is missing" },
	{ MANIFEST("{\"firmware\":" FIRMWARE ",\"flow\":\"\",\"mrtd\":\"" DIGEST
		   "\",\"computed\":" COMPUTED "}"),
	  -EBADMSG, "references[0].flow is empty" },
	{ MANIFEST("{\"firmware\":" FIRMWARE ",\"flow\":\"a\\u001bb\",\"mrtd\":\"" DIGEST
		   "\",\"computed\":" COMPUTED "}"),
	  -EBADMSG, "references[0].flow has a control character" },
	{ MANIFEST("{\"firmware\":{\"name\":\"f\",\"version\":\"1\",\"sha384\":\"" DIGEST
		   "\",\"size\":-1},\"flow\":\"q\",\"mrtd\":\"" DIGEST "\",\"computed\":" COMPUTED
		   "}"),
	  -EBADMSG, "references[0].firmware.size is negative" },
	{ MANIFEST("{\"firmware\":{\"name\":\"f\",\"version\":\"1\",\"sha384\":\"" DIGEST
		   "\",\"size\":1.0},\"flow\":\"q\",\"mrtd\":\"" DIGEST "\",\"computed\":" COMPUTED
		   "}"),
	  -EBADMSG, "references[0].firmware.size must be a whole number" },
	{ "{\"format\":\"other\",\"version\":1,\"references\":[]}", -EBADMSG, "format is not" },
	{ "{\"format\":\"tdlaunch-manifest\",\"version\":2,\"references\":[]}", -EOPNOTSUPP,
	  "version 2" },
	{ "{\"format\":\"tdlaunch-manifest\",\"version\":\"1\",\"references\":[]}", -EBADMSG,
	  "version must be a whole number" },
	{ "{'format':1}", -EBADMSG, "not JSON" },
	{ "{\"format\":\"\xff\"}", -EBADMSG, "not JSON" },
	{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", -EBADMSG, "not JSON" },
};

START_TEST(a_manifest_that_is_wrong_in_one_way_is_refused_by_its_place)
{
	struct tdl_error err = { 0 };
	struct tdl_manifest *m;

	ck_assert_int_eq(parse(bad[_i].text, &m, &err), bad[_i].code);
	ck_assert_ptr_null(m);
	ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_manifest_larger_than_the_limit_is_refused)
{
	size_t size = TDL_MANIFEST_MAX + 1;
	char *text = malloc(size);
	struct tdl_error err = { 0 };
	struct tdl_manifest *m = NULL;

	memset(text, ' ', size);
	ck_assert_int_eq(tdl_manifest_parse(text, size, &m, &err), -E2BIG);
	free(text);
}
END_TEST

static const struct tdl_origin someone = { .by = "them", .tool = "peer", .version = "2" };

static struct tdl_reference reference(const char *flow)
{
	struct tdl_reference r = {
		.name = "OVMF",
		.version = "1",
		.size = 4096,
		.flow = flow,
		.has_rtmr = 1,
		.computed = { "me", "tdlaunch", "0.1", "note" },
		.confirmed = &someone,
		.confirmed_count = 1,
	};

	memset(r.firmware, 0x11, sizeof(r.firmware));
	memset(r.mrtd, flow[0], sizeof(r.mrtd));
	memset(r.rtmr[0], 0x33, sizeof(r.rtmr[0]));
	return r;
}

START_TEST(what_is_written_is_read_again)
{
	struct tdl_reference a = reference("a"), b = reference("b");
	struct tdl_manifest_options opt = { .allow_unsigned = true };
	struct tdl_manifest *m = NULL, *again = NULL;
	struct tdl_error err = { 0 };
	const struct tdl_reference *r;
	char path[4200];

	snprintf(path, sizeof(path), "%s/m.json", test_folder());
	test_rc(tdl_manifest_new(&m, &err), 0, &err);
	test_rc(tdl_manifest_add(m, &a, &err), 0, &err);
	test_rc(tdl_manifest_add(m, &b, &err), 0, &err);
	ck_assert_int_eq(tdl_manifest_add(m, &b, &err), -EEXIST);
	test_rc(tdl_manifest_write(m, path, &err), 0, &err);
	tdl_manifest_free(m);
	test_rc(tdl_manifest_open(path, &opt, &again, &err), 0, &err);
	ck_assert_uint_eq(tdl_manifest_count(again), 2);
	r = tdl_manifest_reference(again, 1);
	ck_assert_mem_eq(r->mrtd, b.mrtd, 48);
	ck_assert_mem_eq(r->rtmr[0], b.rtmr[0], 48);
	ck_assert_str_eq(r->computed.note, "note");
	ck_assert_str_eq(r->confirmed[0].by, "them");
	tdl_manifest_free(again);
}
END_TEST

START_TEST(a_reference_without_its_texts_is_not_added)
{
	struct tdl_manifest *m = NULL;
	struct tdl_error err = { 0 };
	struct tdl_reference r = reference("a");

	test_rc(tdl_manifest_new(&m, &err), 0, &err);
	r.name = NULL;
	ck_assert_int_eq(tdl_manifest_add(m, &r, &err), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(err.text, "firmware.name is missing"));
	r = reference("a\nb");
	ck_assert_int_eq(tdl_manifest_add(m, &r, &err), -EBADMSG);
	ck_assert_uint_eq(tdl_manifest_count(m), 0);
	tdl_manifest_free(m);
}
END_TEST

START_TEST(nothing_to_compare_with_is_not_a_match)
{
	struct tdl_reference a = reference("a");
	const struct tdl_reference *found = &a;
	struct tdl_manifest *m = NULL;
	uint8_t other[48] = { 0 };

	ck_assert_int_eq(tdl_manifest_new(&m, NULL), 0);
	ck_assert_int_eq(tdl_manifest_compare(m, a.firmware, "a", a.mrtd, &found), TDL_NOTHING);
	ck_assert_ptr_null(found);
	ck_assert_int_eq(tdl_manifest_add(m, &a, NULL), 0);
	ck_assert_int_eq(tdl_manifest_compare(m, a.firmware, "a", a.mrtd, &found), TDL_MATCH);
	ck_assert_ptr_eq(found, tdl_manifest_reference(m, 0));
	ck_assert_int_eq(tdl_manifest_compare(m, a.firmware, "a", other, NULL), TDL_MISMATCH);
	ck_assert_int_eq(tdl_manifest_compare(m, a.firmware, "b", a.mrtd, NULL), TDL_NOTHING);
	ck_assert_int_eq(tdl_manifest_compare(m, other, "a", a.mrtd, NULL), TDL_NOTHING);
	tdl_manifest_free(m);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("manifest");
	TCase *all = tcase_create("manifest");

	tcase_add_test(all, a_reference_is_read);
	tcase_add_loop_test(all, a_manifest_that_is_wrong_in_one_way_is_refused_by_its_place, 0,
			    ARRAY_SIZE(bad));
	tcase_add_test(all, a_manifest_larger_than_the_limit_is_refused);
	tcase_add_test(all, what_is_written_is_read_again);
	tcase_add_test(all, a_reference_without_its_texts_is_not_added);
	tcase_add_test(all, nothing_to_compare_with_is_not_a_match);
	suite_add_tcase(suite, all);
	return test_run(suite);
}
