/* SPDX-License-Identifier: BSD-2-Clause */
/* TCB info: the components, which have a reader of their own, and the levels, one by one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attest/json.h"
#include "attest/tcb.h"
#include "base/attr.h"
#include "tests/lib/test.h"

/* Arrays that are written otherwise than the service does go through the JSON library. */
static const struct {
	const char *component; /* of a kind of which the other fifteen are {"svn":7} */
	bool quick, valid;
	uint8_t svn;
	const char *category;
} components[] = {
	{ "{\"svn\":9}", true, true, 9, "" },
	{ "{\"svn\":255,\"category\":\"BIOS\",\"type\":\"Early Microcode Update\"}", true, true, 255,
	  "BIOS" },
	{ " { \"type\" : \"x\" ,\n\"svn\" : 0 } ", true, true, 0, "" },
	{ "{\"svn\":9,\"category\":\"a category that is longer than its room\"}", true, true, 9,
	  "a category that is long" },
	{ "{\"svn\":9,\"category\":\"OS\\/VMM\"}", false, true, 9, "OS/VMM" },
	{ "{\"svn\":9,\"category\":\"\xc3\xa9\"}", false, true, 9, "\xc3\xa9" },
	{ "{\"svn\":9,\"more\":[1]}", false, true, 9, "" },
	{ "{\"svn\":9,\"category\":1}", false, true, 9, "" },
	{ "{\"svn\":256}", false, false, 0, NULL },
	{ "{\"svn\":-1}", false, false, 0, NULL },
	{ "{\"svn\":07}", false, false, 0, NULL },
	{ "{\"svn\":0007}", false, false, 0, NULL },
	{ "{\"svn\":7.5}", false, false, 0, NULL },
	{ "{\"svn\":\"7\"}", false, false, 0, NULL },
	{ "{\"svn\":7,\"svn\":7}", false, false, 0, NULL },
	{ "{\"svn\":7,\"\\u0073vn\":7}", false, false, 0, NULL },
	{ "{\"svn\":7,}", false, false, 0, NULL },
	{ "{\"category\":\"BIOS\"}", false, false, 0, NULL },
	{ "{}", false, false, 0, NULL },
	{ "7", false, false, 0, NULL },
	{ "{\"svn\":7},{\"svn\":7}", false, false, 0, NULL }, /* seventeen */
};

/* The list with one component exchanged; at most 2 KiB. */
static struct json_span component_list(char *text, const char *one)
{
	size_t at = 0;

	for (int i = 0; i < 16; i++)
		at += (size_t)sprintf(text + at, "%c%s", i ? ',' : '[', i == 3 ? one : "{\"svn\":7}");
	return (struct json_span){ text, at + (size_t)sprintf(text + at, "]") };
}

START_TEST(components_are_read_alike_both_ways)
{
	struct tcb_component ret[TCB_COMPONENTS];
	struct tcb_info info = { 0 };
	struct tdl_error err = { 0 };
	char list[2048], usual[2048], document[4096];
	struct json_span span = component_list(list, components[_i].component), array;

	ck_assert_msg(tcb_components_read(&span, ret, &array) == components[_i].quick,
		      "%s", list);
	if (components[_i].quick)
		ck_assert_uint_eq(array.size, span.size);
	snprintf(document, sizeof(document),
		 "{\"id\":\"TDX\",\"version\":3,\"issueDate\":\"2026-02-20T00:00:00Z\","
		 "\"nextUpdate\":\"2026-03-20T00:00:00Z\",\"fmspc\":\"00806F050000\","
		 "\"pceId\":\"0000\",\"tcbType\":0,\"tcbEvaluationDataNumber\":18,"
		 "\"tdxModule\":{\"mrsigner\":\"%096d\",\"attributes\":\"0000000000000000\","
		 "\"attributesMask\":\"FFFFFFFFFFFFFFFF\"},\"tcbLevels\":[{\"tcb\":{"
		 "\"sgxtcbcomponents\":%s,\"pcesvn\":11,\"tdxtcbcomponents\":%s},"
		 "\"tcbDate\":\"2025-05-14T00:00:00Z\",\"tcbStatus\":\"UpToDate\"}]}",
		 0, list, component_list(usual, "{\"svn\":7}").text);
	test_rc(tcb_info_parse(document, strlen(document), &info, &err),
		components[_i].valid ? 0 : -EBADMSG, &err);
	if (components[_i].valid) {
		ck_assert_uint_eq(info.levels[0].sgx[3].svn, components[_i].svn);
		ck_assert_str_eq(info.levels[0].sgx[3].category, components[_i].category);
		ck_assert_uint_eq(info.levels[0].sgx[15].svn, 7);
	}
	tcb_info_end(&info);
}
END_TEST

static const struct {
	const char *text;
	int rc;
	size_t count;
	const char *last;
} arrays[] = {
	{ "[]", 0, 0, NULL },
	{ " [ ] ", 0, 0, NULL },
	{ "[1]", 0, 1, "1" },
	{ "[ {\"a\":[1,2]} , \"]\" ]", 0, 2, "\"]\"" },
	{ "[1,2,[3,[4]]]", 0, 3, "[3,[4]]" },
	{ "{}", -EBADMSG, 0, NULL },
	{ "", -EBADMSG, 0, NULL },
	{ "[", -EBADMSG, 0, NULL },
	{ "[1", -EBADMSG, 0, NULL },
	{ "[1,]", -EBADMSG, 1, "1" },
	{ "[1 2]", -EBADMSG, 0, NULL },
	{ "[1]]", -EBADMSG, 1, "1" },
	{ "[1]x", -EBADMSG, 1, "1" },
};

struct seen {
	size_t count;
	struct json_span last;
};

static int see(void *ctx, size_t index, const struct json_span *element, struct tdl_error *err)
{
	struct seen *seen = ctx;

	(void)err;
	ck_assert_uint_eq(index, seen->count);
	seen->count++;
	seen->last = *element;
	return 0;
}

START_TEST(an_array_gives_its_elements_as_written)
{
	struct seen seen = { 0 };
	struct tdl_error err = { 0 };
	const char *text = arrays[_i].text, *last = arrays[_i].last;

	test_rc(json_each(text, strlen(text), see, &seen, &err), arrays[_i].rc, &err);
	ck_assert_uint_eq(seen.count, arrays[_i].count);
	if (last)
		ck_assert_msg(seen.last.size == strlen(last) &&
				      memcmp(seen.last.text, last, seen.last.size) == 0,
			      "%.*s", (int)seen.last.size, seen.last.text);
}
END_TEST

START_TEST(a_document_is_parsed_around_its_holes)
{
	static const char text[] = "{\"a\":[1,[2]],\"b\":{\"c\":\"}\"},\"a2\":7}";
	AUTO_JSON struct json_object *root = NULL;
	struct json_span holes[2];
	struct tdl_error err = { 0 };
	uint64_t number = 1;

	test_rc(json_member_span(text, strlen(text), "a", &holes[0], &err), 0, &err);
	test_rc(json_member_span(text, strlen(text), "b", &holes[1], &err), 0, &err);
	test_rc(json_load_around(text, strlen(text), holes, 2, &root, &err), 0, &err);
	ck_assert_str_eq(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN),
			 "{\"a\":0,\"b\":0,\"a2\":7}");
	test_rc(json_get_number(root, "a2", 9, &number, &err), 0, &err);
	ck_assert_uint_eq(number, 7);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest TCB info");
	TCase *tc = tcase_create("in pieces");

	tcase_add_loop_test(tc, components_are_read_alike_both_ways, 0, ARRAY_SIZE(components));
	tcase_add_loop_test(tc, an_array_gives_its_elements_as_written, 0, ARRAY_SIZE(arrays));
	tcase_add_test(tc, a_document_is_parsed_around_its_holes);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
