/* SPDX-License-Identifier: BSD-2-Clause */
/* Bringing the module up, and what it says about itself. */
#include "tests/unit/seam/rig.h"

#define GIB (1ull << 30)
#define TDMRS 0x300000ull /* TDMR_INFO, 512 bytes apart; behind it the array of their addresses */
#define ARRAY 0x301000ull
#define PAMT_AT (5ull << 30) /* in convertible memory, in no TDMR */

/* Two LPs, 2 GiB of memory: one for a TDMR, one with its PAMT. */
static const struct seam_config cold = {
	.cold = true,
	.memory = { { 4ull << 30, 2ull << 30 } },
	.lps = 2,
};

static void write_tdmr(struct seam *s, unsigned index, uint64_t base, uint64_t size, uint64_t pamt)
{
	uint8_t *at = (uint8_t *)seam_phys(s, TDMRS) + 512 * index;

	memset(at, 0, 512);
	put_le64(at, base);
	put_le64(at + 8, size);
	put_le64(at + 16, pamt);
	put_le64(at + 24, 4096);
	put_le64(at + 32, pamt + 4096);
	put_le64(at + 40, 8192);
	put_le64(at + 48, pamt + 3 * 4096);
	put_le64(at + 56, 4 << 20);
	put_le64((uint8_t *)seam_phys(s, ARRAY) + 8 * index, TDMRS + 512 * index);
}

static void reserve(struct seam *s, unsigned area, uint64_t offset, uint64_t size)
{
	uint8_t *at = (uint8_t *)seam_phys(s, TDMRS) + 64 + 16 * area;

	put_le64(at, offset);
	put_le64(at + 8, size);
}

static uint64_t call(struct seam *s, unsigned lp, uint64_t leaf, uint64_t rcx, uint64_t rdx,
		     uint64_t r8)
{
	struct seam_regs r = { .rax = leaf, .rcx = rcx, .rdx = rdx, .r8 = r8 };

	return seam_call(s, lp, &r);
}

static struct seam *open_inited(void)
{
	struct seam *s = NULL;

	ck_assert_int_eq(seam_new(&cold, &s), 0);
	ck_status(call(s, 0, TDH_SYS_INIT, 0, 0, 0), TDX_SUCCESS);
	ck_status(call(s, 0, TDH_SYS_LP_INIT, 0, 0, 0), TDX_SUCCESS);
	ck_status(call(s, 1, TDH_SYS_LP_INIT, 0, 0, 0), TDX_SUCCESS);
	write_tdmr(s, 0, RIG_BASE, GIB, PAMT_AT);
	return s;
}

START_TEST(bring_up_goes_step_by_step)
{
	struct seam *s = NULL;
	struct seam_regs r;

	ck_assert_int_eq(seam_new(&cold, &s), 0);
	ck_status(call(s, 0, TDH_MNG_CREATE, RIG_BASE, 33, 0), TDX_SYS_NOT_READY);
	ck_status(call(s, 0, TDH_SYS_LP_INIT, 0, 0, 0), TDX_SYS_LP_INIT_NOT_PENDING);
	ck_status(call(s, 0, TDH_SYS_INIT, 1, 0, 0), TDX_OPERAND_INVALID | 1);
	seam_test_no_entropy(s, 1);
	ck_status(call(s, 0, TDH_SYS_INIT, 0, 0, 0), TDX_RND_NO_ENTROPY);
	ck_status(call(s, 0, TDH_SYS_INIT, 0, 0, 0), TDX_SUCCESS);
	ck_status(call(s, 0, TDH_SYS_INIT, 0, 0, 0), TDX_SYS_INIT_NOT_PENDING);
	ck_status(call(s, 0, TDH_SYS_INFO, 0x1000, 1024, 0x2000), TDX_SYS_LP_INIT_NOT_DONE);
	ck_status(call(s, 0, TDH_SYS_LP_INIT, 0, 0, 0), TDX_SUCCESS);
	ck_status(call(s, 0, TDH_SYS_LP_INIT, 0, 0, 0), TDX_SYS_LP_INIT_DONE);
	write_tdmr(s, 0, RIG_BASE, GIB, PAMT_AT);
	ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY, 1, 32), TDX_SYS_CONFIG_NOT_PENDING);
	ck_status(call(s, 1, TDH_SYS_LP_INIT, 0, 0, 0), TDX_SUCCESS);
	ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY + 8, 1, 32), TDX_OPERAND_INVALID | 1);
	ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY, 0, 32), TDX_OPERAND_INVALID | 2);
	ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY, 65, 32), TDX_OPERAND_INVALID | 2);
	ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY, 1, 31), TDX_OPERAND_INVALID | 8);
	seam_test_hold(s, SEAM_LOCK_SYS, 0, 0, SEAM_SHARED);
	ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY, 1, 32), TDX_SYS_BUSY);
	seam_test_release(s, SEAM_LOCK_SYS, 0, 0, SEAM_SHARED);
	ck_status(call(s, 0, TDH_SYS_KEY_CONFIG, 0, 0, 0), TDX_SYS_KEY_CONFIG_NOT_PENDING);
	ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY, 1, 35), TDX_SUCCESS);
	ck_assert_int_eq(seam_hkid_peek(s, 35), TDX_HKID_RESERVED);
	ck_status(call(s, 0, TDH_SYS_TDMR_INIT, RIG_BASE, 0, 0), TDX_SYS_NOT_READY);
	ck_status(call(s, 0, TDH_SYS_KEY_CONFIG, 0, 0, 0), TDX_SUCCESS);
	ck_status(call(s, 0, TDH_MNG_CREATE, RIG_BASE, 33, 0), TDX_OPERAND_ADDR_RANGE_ERROR | 1);
	ck_status(call(s, 0, TDH_SYS_TDMR_INIT, RIG_BASE + 4096, 0, 0), TDX_OPERAND_INVALID | 1);
	for (int i = 0; i < 255; i++) {
		r = (struct seam_regs){ .rax = TDH_SYS_TDMR_INIT, .rcx = RIG_BASE };
		ck_status(seam_call(s, 0, &r), TDX_SUCCESS);
		ck_assert_uint_eq(r.rdx, RIG_BASE);
	}
	ck_status(call(s, 0, TDH_MNG_CREATE, RIG_BASE, 33, 0), TDX_OPERAND_ADDR_RANGE_ERROR | 1);
	ck_status(call(s, 0, TDH_SYS_TDMR_INIT, RIG_BASE, 0, 0), TDX_SUCCESS);
	ck_status(call(s, 0, TDH_SYS_TDMR_INIT, RIG_BASE, 0, 0), TDX_TDMR_ALREADY_INITIALIZED);
	ck_status(call(s, 0, TDH_MNG_CREATE, RIG_BASE, 33, 0), TDX_SUCCESS);
	seam_free(s);
}
END_TEST

static const struct {
	uint64_t base, size, pamt, offset[2], area[2], want;
} tdmrs[] = {
	{ RIG_BASE, GIB, PAMT_AT, { 0 }, { 0 }, 0 },
	{ 1ull << 63, 1ull << 63, PAMT_AT, { 0 }, { 0 }, TDX_INVALID_TDMR },
	{ RIG_BASE + 4096, GIB, PAMT_AT, { 0 }, { 0 }, TDX_INVALID_TDMR },
	{ RIG_BASE, 0, PAMT_AT, { 0 }, { 0 }, TDX_INVALID_TDMR },
	{ RIG_BASE, GIB, PAMT_AT + 8, { 0 }, { 0 }, TDX_INVALID_PAMT | 2 << 8 },
	{ RIG_BASE, GIB, RIG_BASE, { 0 }, { 0 }, TDX_PAMT_OVERLAP },
	{ RIG_BASE, GIB, RIG_BASE, { 0 }, { 16 << 20 }, 0 },
	{ RIG_BASE, GIB, 16ull << 30, { 0 }, { 0 }, TDX_PAMT_OUTSIDE_CMRS },
	{ RIG_BASE, 2 * (GIB), RIG_BASE, { 0 }, { 16 << 20 }, TDX_INVALID_PAMT | 1 << 8 },
	{ 1ull << 30, GIB, PAMT_AT, { 0 }, { 0 }, TDX_TDMR_OUTSIDE_CMRS },
	{ 1ull << 30, GIB, PAMT_AT, { 0 }, { GIB }, 0 },
	{ RIG_BASE,
	  GIB,
	  PAMT_AT,
	  { 0x1000, 0x1000 },
	  { 0x1000, 0x1000 },
	  TDX_NON_ORDERED_RESERVED_IN_TDMR | 1 << 8 },
	{ RIG_BASE,
	  GIB,
	  PAMT_AT,
	  { 0, 0x1000 },
	  { 0, 0x1000 },
	  TDX_NON_ORDERED_RESERVED_IN_TDMR | 1 << 8 },
	{ RIG_BASE, GIB, PAMT_AT, { 0x800, 0 }, { 0x1000, 0 }, TDX_INVALID_RESERVED_IN_TDMR },
	{ RIG_BASE, GIB, PAMT_AT, { GIB, 0 }, { 0x1000, 0 }, TDX_INVALID_RESERVED_IN_TDMR },
};

START_TEST(a_tdmr_is_judged_by_its_shape_and_place)
{
	struct seam *s = open_inited();

	write_tdmr(s, 0, tdmrs[_i].base, tdmrs[_i].size, tdmrs[_i].pamt);
	for (unsigned i = 0; i < 2; i++)
		reserve(s, i, tdmrs[_i].offset[i], tdmrs[_i].area[i]);
	ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY, 1, 32), tdmrs[_i].want);
	ck_assert_int_eq(seam_hkid_peek(s, 32), TDX_HKID_RESERVED); /* either way */
	if (tdmrs[_i].want) {
		write_tdmr(s, 0, RIG_BASE, GIB, PAMT_AT);
		ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY, 1, 33), TDX_SUCCESS);
	}
	seam_free(s);
}
END_TEST

START_TEST(tdmrs_ascend)
{
	struct seam *s = open_inited();

	write_tdmr(s, 1, RIG_BASE, GIB, PAMT_AT + (16 << 20));
	ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY, 2, 32), TDX_NON_ORDERED_TDMR | 1);
	seam_free(s);
}
END_TEST

START_TEST(a_reserved_area_is_no_page)
{
	struct seam *s = open_inited();
	struct seam_page_view view;

	reserve(s, 0, 0x200000, 0x200000);
	ck_status(call(s, 0, TDH_SYS_CONFIG, ARRAY, 1, 32), TDX_SUCCESS);
	ck_status(call(s, 0, TDH_SYS_KEY_CONFIG, 0, 0, 0), TDX_SUCCESS);
	while (call(s, 0, TDH_SYS_TDMR_INIT, RIG_BASE, 0, 0) == TDX_SUCCESS)
		;
	ck_status(call(s, 0, TDH_MNG_CREATE, RIG_BASE + 0x200000, 33, 0),
		  TDX_PAGE_METADATA_INCORRECT | 1);
	ck_assert_int_eq(seam_page_peek(s, RIG_BASE + 0x3FF000, &view), 0);
	ck_assert_uint_eq(view.type, TDX_PT_RSVD);
	ck_status(call(s, 0, TDH_MNG_CREATE, RIG_BASE + 0x400000, 33, 0), TDX_SUCCESS);
	seam_free(s);
}
END_TEST

START_TEST(sys_info_fills_its_buffer)
{
	struct rig rig;
	uint8_t *info, *cmrs;
	struct seam_regs r = {
		.rax = TDH_SYS_INFO, .rcx = 0x1400, .rdx = 1024, .r8 = 0x2200, .r9 = 31
	};

	rig_open(&rig, NULL, STAGE_NONE);
	info = (uint8_t *)seam_phys(rig.s, 0x1000) + 0x400;
	cmrs = (uint8_t *)seam_phys(rig.s, 0x2000) + 0x200;
	memset(info, 0xEE, 1024);
	ck_status(seam_call(rig.s, 0, &r), TDX_OPERAND_INVALID | 9);
	ck_assert(all_zero(info, 1024) && r.rdx == 0 && r.r9 == 0);
	r = (struct seam_regs){ .rax = TDH_SYS_INFO, .rcx = 0x1200, .rdx = 0, .r8 = 1, .r9 = 0 };
	ck_status(seam_call(rig.s, 0, &r), TDX_OPERAND_INVALID | 1);
	r = (struct seam_regs){ .rax = TDH_SYS_INFO, .rcx = 0x1400, .rdx = 1023, .r8 = 1, .r9 = 0 };
	ck_status(seam_call(rig.s, 0, &r), TDX_OPERAND_INVALID | 2);
	r = (struct seam_regs){
		.rax = TDH_SYS_INFO, .rcx = 0x1400, .rdx = 1024, .r8 = 1, .r9 = 32
	};
	ck_status(seam_call(rig.s, 0, &r), TDX_OPERAND_INVALID | 8);
	r = (struct seam_regs){
		.rax = TDH_SYS_INFO, .rcx = 0x1400, .rdx = 1024, .r8 = 0x2200, .r9 = 32
	};
	ck_status(seam_call(rig.s, 0, &r), TDX_SUCCESS);
	ck_assert(r.rdx == 1024 && r.r9 == 32);
	test_hex(info + 4, 4, "86800000");
	test_hex(info + 14, 5, "0500010001");
	test_hex(info + 32, 6, "400010001000");
	test_hex(info + 48, 8, "0060000000600000");
	test_hex(info + 64, 8, "0100017800000080");
	test_hex(info + 80, 16, "e7db0600000000000300000000000000");
	test_hex(info + 128, 28, "0c00000001000000ffffffffff3fff0f0000ff00884d0431000044b8");
	ck_assert(all_zero(info + 132 + 24 * 12, 1024 - 132 - 24 * 12));
	test_hex(cmrs, 16, "00000000010000000000000000010000");
	rig_close(&rig);
}
END_TEST

/* From the first field to the last, by the ids the module hands out. */
START_TEST(sys_rd_walks_its_fields)
{
	struct rig rig;
	unsigned n = 0;

	rig_open(&rig, NULL, STAGE_NONE);
	ck_status(rig_call(&rig, TDH_SYS_RD, 0, ~0ull, 1, 0),
		  TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT);
	for (uint64_t id = rig.r.rdx; id != TDX_FIELD_NULL; id = rig.r.rdx, n++)
		rig_must(&rig, TDH_SYS_RD, 0, id, 0, 0);
	ck_assert_uint_eq(n, 15 + 12 + 24);
	rig_must(&rig, TDH_SYS_RD, 0, TDX_SYS_FIELD_TDCS_BASE_SIZE, 0, 0);
	ck_assert_uint_eq(rig.r.r8, 24576);
	rig_must(&rig, TDH_SYS_RD, 0, TDX_SYS_FIELD_CPUID_CONFIG_VALUES + 1, 0, 0);
	ck_assert_uint_eq(rig.r.r8, 0xB844000031044D88u);
	ck_status(rig_call(&rig, TDH_SYS_RD, 0, 0x1234, 1, 0), TDX_METADATA_FIELD_ID_INCORRECT);
	ck_assert(rig.r.rdx == TDX_FIELD_NULL && rig.r.r8 == 0);
	rig_close(&rig);
}
END_TEST

static void count_event(void *ctx, const struct seam_event *event)
{
	struct seam_event *last = ctx;

	*last = *event;
}

START_TEST(the_trace_sees_registers_before_and_after)
{
	struct seam_event last = { 0 };
	const struct seam_config config = { .trace = count_event, .trace_ctx = &last };
	struct rig rig;

	rig_open(&rig, &config, STAGE_RUNNABLE);
	rig_call(&rig, TDH_MEM_PAGE_ADD, 0x1000, rig.tdr, 3, 4);
	ck_assert_str_eq(last.name, "TDH.MEM.PAGE.ADD");
	ck_assert(last.in.rcx == 0x1000 && last.in.r9 == 4 && last.out.rcx == 0);
	ck_status(last.out.rax, TDX_OP_STATE_INCORRECT);
	rig_close(&rig);
}
END_TEST

START_TEST(a_configuration_may_not_contradict_itself)
{
	const struct seam_config bad[] = {
		{ .memory = { { 4096, GIB } } },
		{ .memory = { { 8ull << 30, GIB }, { 4ull << 30, GIB } } },
		{ .maxpa = 53 },
		{ .packages = 2, .lps = 1 },
		{ .hkids = 70000 },
	};
	struct seam *s;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(seam_new(&bad[i], &s), -22);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sys");
	TCase *tc = tcase_create("module");

	tcase_add_test(tc, bring_up_goes_step_by_step);
	tcase_add_loop_test(tc, a_tdmr_is_judged_by_its_shape_and_place, 0,
			    sizeof(tdmrs) / sizeof(tdmrs[0]));
	tcase_add_test(tc, tdmrs_ascend);
	tcase_add_test(tc, a_reserved_area_is_no_page);
	tcase_add_test(tc, sys_info_fills_its_buffer);
	tcase_add_test(tc, sys_rd_walks_its_fields);
	tcase_add_test(tc, the_trace_sees_registers_before_and_after);
	tcase_add_test(tc, a_configuration_may_not_contradict_itself);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
