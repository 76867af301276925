/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers in words: each row is a number from a bug report and a piece of what must be said. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tdlaunch/decode.h"
#include "tests/lib/test.h"

static const struct {
	const char *code, *wants[3];
	size_t unknown;
} cases[] = {
	{ "0x8000020000000092", { "name: OPERAND_BUSY", "operand: SEPT_TREE (146)", "2 resource" }, 0 },
	{ "8000020000000092", { "OPERAND_BUSY" }, 0 },
	{ "9223374235878031506", { "OPERAND_BUSY" }, 0 },
	{ "0xc000010000000001", { "OPERAND_INVALID", "operand: RCX (1)" }, 0 },
	{ "0x00000b0a00000001", { "PAGE_ALREADY_ACCEPTED", "detail: level 0x1", "error: false" }, 0 },
	{ "0xc0000921000001a0", { "INCORRECT_MSR_VALUE", "detail: MSR 0x1a0" }, 0 },
	{ "0xc000ff0000000000", { NULL }, 1 },
	{ "0xc0000bff00000000", { "unknown code", "11 guest memory" }, 0 },
	{ "0x8000ff00ffff0000", { "TDX_SEAMCALL_VMFAILINVALID", "Linux" }, 0 },
	{ "0xc0000b0b", { "upper half", "PAGE_SIZE_MISMATCH" }, 0 },
	{ "0", { "SUCCESS", "TDH.VP.ENTER", "TDG.VP.VMCALL" }, 0 },
	{ "leaf=16", { "TDH.MR.EXTEND" }, 0 },
	{ "0x10001", { "MapGPA", "TDH.MNG.ADDCX", "version: 1" }, 0 },
	{ "vmcall=0x8000000000000003", { "SUBFUNC_UNSUPPORTED" }, 0 },
	{ "0xe0000091", { "not a VMX exit reason", "TDVPS (145)" }, 0 },
	{ "exit=0x80000022", { "MSR loading", "entry_failed: true" }, 0 },
	{ "attributes=0x10000001", { "DEBUG SEPT_VE_DISABLE" }, 0 },
	{ "0000001000000000", { "SEPT_VE_DISABLE" }, 0 },
	{ "xfam=0x600e7", { "x87 SSE AVX", "AMX_TILEDATA" }, 0 },
	{ "0b010400000000000000000000000000", { "TDX_01", "module_svn: 11" }, 0 },
	{ "0xb006", { "SGX_QCNL_NETWORK_COULDNT_CONNECT" }, 0 },
	{ "0xe011", { "quote library" }, 0 },
	{ "0x11001", { "TEE_ATT_ERROR_UNEXPECTED" }, 0 },
	{ "kvm=4", { "KVM_TDX_FINALIZE_VM" }, 0 },
	{ "TDX_OPERAND_BUSY", { "0x8000020000000000" }, 0 },
	{ "tdh.mem.page.add", { "value: 0x2" }, 0 },
	{ "0xdeadbeefdeadbeef", { NULL }, 1 },
};

START_TEST(a_code_is_decoded)
{
	const char *code = cases[_i].code;
	char *text = NULL;
	size_t unknown = 9;
	struct tdl_error err = { 0 };

	test_rc(tdl_decode(&code, 1, 0, &text, &unknown, &err), 0, &err);
	ck_assert_uint_eq(unknown, cases[_i].unknown);
	for (size_t i = 0; i < ARRAY_SIZE(cases[_i].wants) && cases[_i].wants[i]; i++)
		ck_assert_msg(strstr(text, cases[_i].wants[i]) != NULL, "%s lacks \"%s\":\n%s",
			      code, cases[_i].wants[i], text);
	free(text);
}
END_TEST

START_TEST(a_hint_that_is_none_is_the_callers_mistake)
{
	const char *code = "colour=3";
	char *text = NULL;
	size_t unknown;
	struct tdl_error err = { 0 };

	test_rc(tdl_decode(&code, 1, 0, &text, &unknown, &err), -EINVAL, &err);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest decode");
	TCase *tc = tcase_create("decode");

	tcase_add_loop_test(tc, a_code_is_decoded, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, a_hint_that_is_none_is_the_callers_mistake);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
