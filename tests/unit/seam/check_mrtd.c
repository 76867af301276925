/* SPDX-License-Identifier: BSD-2-Clause */
/* MRTD, RTMRs and reports against digests that Python's hashlib computed from the published
 * layouts. */
#include "tests/unit/seam/rig.h"

#include <stdio.h>

#include "base/hash.h"

#define V2_MRTD                                                            \
	"15a8464628b6214951c4a1b57775507dd950263654e8790e257995b45013c84a" \
	"ba1d87a3bcbc1929b5f7db6d3e92cad6"

static uint8_t page_p[4096], page_q[4096];

static void make_pages(void)
{
	for (unsigned i = 0; i < 4096; i++) {
		page_p[i] = (uint8_t)i;
		page_q[i] = (uint8_t)(7 * i + (i >> 8));
	}
}

/* One letter an operation on the page whose number follows: A add P, B add Q, Z add zeros, E all
 * sixteen extends, D the same descending, X the second chunk alone, R remove. */
static const struct vector {
	const char *name, *ops, *mrtd;
} vectors[] = {
	{ "V0", "",
	  "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
	  "274edebfe76f65fbd51ad2f14898b95b" },
	{ "V1", "A1",
	  "fcdabf6fdf38b87d2e3a89b1ab68c242abb261dffa70ef6f1dc2220c2752d272"
	  "9cdf1be92afc2e0e4297f04e2b629552" },
	{ "V1 whatever it holds", "B1",
	  "fcdabf6fdf38b87d2e3a89b1ab68c242abb261dffa70ef6f1dc2220c2752d272"
	  "9cdf1be92afc2e0e4297f04e2b629552" },
	{ "V2", "A1E1", V2_MRTD },
	{ "V3", "A1X1",
	  "5a4bbf45df3ea772ac2cb6162c5fba4a9c324c78cf404c6969da8d55b0dcafdb"
	  "50d1443509e5604a2f3dda14d947a78a" },
	{ "V5a", "A1E1B2E2",
	  "3192c826eb2a7978002c92992825fed2b0ace1f6edc6db31cc0699c05a1b93f4"
	  "044eb0e55bbc1dd61fcd22414d47bd19" },
	{ "V5b", "A1B2E1E2",
	  "cf26a83826e01a03fac49e913c186de4efce25f378685acf2991f947f3c2185c"
	  "97185d3abbd9606f720d0dd564fa8b8c" },
	{ "V5c", "B2E2A1E1",
	  "3609388e53bccac75de0b8fd05d3cedce4faa62b16d094029f84f23742878f98"
	  "861d535827c75042ff54d1aae82aecb6" },
	{ "V6", "A1R1A1",
	  "6adfb2d150d7e0c0f2e869c5d96ac711553170fdf5fde77f40eba2238baa760d"
	  "72a9e2f999c88f5b39fc73dadfbab630" },
	{ "V7", "A1A2",
	  "cf6362b908e60df775a3ebf863eabf6f67fdcb37361b91b3978aeb572741c593"
	  "b6909169fbabb8acac5f0e205026d619" },
	{ "V8", "A1D1",
	  "d6f3be21f071e8af3407ffb58e32713284c5e25627cd909a480e643b8ed0445c"
	  "b8c399ec797479e3964ef67f369e1ae8" },
};

static void perform(struct rig *rig, const char *op)
{
	uint64_t gpa = (uint64_t)(op[1] - '0') << 12;

	switch (op[0]) {
	case 'A':
	case 'B':
		rig_add(rig, gpa, op[0] == 'A' ? page_p : page_q);
		break;
	case 'E':
		for (unsigned i = 0; i < 16; i++)
			rig_extend(rig, gpa + 256 * i);
		break;
	case 'D':
		for (unsigned i = 16; i-- > 0;)
			rig_extend(rig, gpa + 256 * i);
		break;
	case 'X':
		rig_extend(rig, gpa + 256);
		break;
	default:
		rig_must(rig, TDH_MEM_PAGE_REMOVE, gpa, rig->tdr, 0, 0);
	}
}

START_TEST(mrtd_is_the_hash_of_what_was_added_and_extended)
{
	const struct vector *v = &vectors[_i];
	struct seam_td_view view;
	uint8_t running[48];
	struct rig rig;

	make_pages();
	rig_open(&rig, NULL, STAGE_BUILDING);
	for (const char *op = v->ops; *op; op += 2)
		perform(&rig, op);
	view = rig_view(&rig);
	ck_assert(all_zero(view.mrtd, 48));
	ck_assert_int_eq(seam_mrtd_peek(rig.s, rig.tdr, running), 0);
	test_hex(running, 48, v->mrtd);
	rig_must(&rig, TDH_MR_FINALIZE, rig.tdr, 0, 0, 0);
	view = rig_view(&rig);
	test_hex(view.mrtd, 48, v->mrtd);
	rig_close(&rig);
}
END_TEST

/* V4 lies just below 4 GiB, away from the rig's tables. */
START_TEST(a_page_of_zeros_high_up_is_measured_like_any_other)
{
	struct seam_td_view view;
	struct rig rig;

	rig_open(&rig, NULL, STAGE_BUILDING);
	rig_must(&rig, TDH_MEM_SEPT_ADD, 0xC0000000 | 2, rig.tdr, rig_page(&rig), 0);
	rig_must(&rig, TDH_MEM_SEPT_ADD, 0xFFE00000 | 1, rig.tdr, rig_page(&rig), 0);
	rig_must(&rig, TDH_MEM_PAGE_ADD, 0xFFFFF000, rig.tdr, RIG_DATA, RIG_SOURCE);
	for (unsigned i = 0; i < 16; i++)
		rig_extend(&rig, 0xFFFFF000 + 256 * i);
	rig_must(&rig, TDH_MR_FINALIZE, rig.tdr, 0, 0, 0);
	view = rig_view(&rig);
	ck_assert_uint_eq(view.mrtd_bytes, 6272);
	test_hex(view.mrtd, 48,
		 "07f08f558c5e2593b33452cf00c12a165c07b027a36424ecfa15ebf39b5415e0"
		 "ed62418458e4bfd77f16fec0f1568dc9");
	rig_close(&rig);
}
END_TEST

/* More than one buffer full, and a page changed by its host after it was added. */
START_TEST(long_streams_hash_as_short_ones_do)
{
	uint8_t block[128], digest[48], want[48];
	struct sha384 h = { 0 };
	struct rig rig;

	make_pages();
	rig_open(&rig, NULL, STAGE_BUILDING);
	sha384_start(&h, NULL);
	for (uint64_t gpa = 0; gpa < 64 * 4096; gpa += 4096) {
		rig_add(&rig, gpa, page_q);
		memset(seam_phys(rig.s, RIG_SOURCE), 0xEE, 4096);
		memset(block, 0, sizeof(block));
		memcpy(block, "MEM.PAGE.ADD", 12);
		put_le64(block + 16, gpa);
		sha384_update(&h, block, 128, NULL);
		for (unsigned i = 0; i < 16; i++) {
			rig_extend(&rig, gpa + 256 * i);
			memset(block, 0, sizeof(block));
			memcpy(block, "MR.EXTEND", 9);
			put_le64(block + 16, gpa + 256 * i);
			sha384_update(&h, block, 128, NULL);
			sha384_update(&h, page_q + 256 * i, 256, NULL);
		}
	}
	sha384_final(&h, want, NULL);
	ck_assert_int_eq(seam_mrtd_peek(rig.s, rig.tdr, digest), 0);
	ck_assert_mem_eq(digest, want, 48);
	rig_close(&rig);
}
END_TEST

/* A private page at GPA 0x1000 and a writable one at 0x2000, which the guest may use. */
static void open_guest(struct rig *rig)
{
	make_pages();
	rig_open(rig, NULL, STAGE_BUILDING);
	rig_add(rig, 0x1000, NULL);
	rig_add(rig, 0x2000, NULL);
	rig_must(rig, TDH_MR_FINALIZE, rig->tdr, 0, 0, 0);
}

static uint64_t guest(struct rig *rig, uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8)
{
	rig->r = (struct seam_regs){ .rax = leaf, .rcx = rcx, .rdx = rdx, .r8 = r8 };
	ck_assert_int_eq(seam_tdcall(rig->s, rig->tdvpr, &rig->r, NULL), SEAM_GUEST_DONE);
	return rig->r.rax;
}

START_TEST(an_rtmr_is_a_chain_of_sha384)
{
	uint8_t data[48] = { 0 };
	struct rig rig;

	open_guest(&rig);
	ck_status(guest(&rig, TDG_MR_RTMR_EXTEND, 0x1000, 1, 0), TDX_SUCCESS);
	test_hex(rig_view(&rig).rtmr[1], 48,
		 "f57bb7ed82c6ae4a29e6c9879338c592c7d42a39135583e8ccbe3940f2344b0e"
		 "b6eb8503db0ffd6a39ddd00cd07d8317");
	for (unsigned i = 0; i < 48; i++)
		data[i] = (uint8_t)i;
	ck_assert_uint_eq(seam_guest_write(rig.s, rig.tdvpr, 0x1040, data, 48), 48);
	ck_status(guest(&rig, TDG_MR_RTMR_EXTEND, 0x1040, 0, 0), TDX_SUCCESS);
	test_hex(rig_view(&rig).rtmr[0], 48,
		 "fe83f742d1cab5c709a0c424729831fbff9b5bb9748a618f0b6ea04fe1fde4d5"
		 "46f4040e7fc9587b2e6badada6c941b0");
	memset(data, 0xff, 48);
	ck_assert_uint_eq(seam_guest_write(rig.s, rig.tdvpr, 0x1040, data, 48), 48);
	ck_status(guest(&rig, TDG_MR_RTMR_EXTEND, 0x1040, 0, 0), TDX_SUCCESS);
	test_hex(rig_view(&rig).rtmr[0], 48,
		 "053d72fb2418f68cc76f9237ca665b6e77b53330520566e4440d8a24c65acc5a"
		 "af887889796098681760baea9b3d06b4");
	ck_assert(all_zero(rig_view(&rig).rtmr[2], 96));
	rig_close(&rig);
}
END_TEST

START_TEST(rtmr_extend_refuses_in_its_order)
{
	struct rig rig;

	open_guest(&rig);
	ck_status(guest(&rig, TDG_MR_RTMR_EXTEND, 0x1020, 9, 0), TDX_OPERAND_INVALID | 1);
	ck_status(guest(&rig, TDG_MR_RTMR_EXTEND, 1ull << 47, 9, 0), TDX_OPERAND_INVALID | 1);
	ck_status(guest(&rig, TDG_MR_RTMR_EXTEND, 0x1000, 4, 0), TDX_OPERAND_INVALID | 2);
	ck_status(guest(&rig, TDG_MR_RTMR_EXTEND, 0x1000, 1ull << 32, 0), TDX_OPERAND_INVALID | 2);
	seam_test_hold(rig.s, SEAM_LOCK_RTMR, rig.tdr, 0, SEAM_SHARED);
	ck_status(guest(&rig, TDG_MR_RTMR_EXTEND, 0x1000, 3, 0), TDX_OPERAND_BUSY | 168);
	ck_status(guest(&rig, TDG_MR_REPORT, 0x2000, 0x1000, 0), TDX_SUCCESS);
	ck_assert(all_zero(rig_view(&rig).rtmr, 4 * 48));
	rig_close(&rig);
}
END_TEST

START_TEST(a_report_vouches_for_its_own_parts)
{
	uint8_t report[1024], digest[48];
	struct rig rig;

	open_guest(&rig);
	ck_assert_uint_eq(seam_guest_write(rig.s, rig.tdvpr, 0x1000, page_q, 64), 64);
	ck_status(guest(&rig, TDG_MR_REPORT, 0x2400, 0x1000, 0), TDX_SUCCESS);
	ck_assert_uint_eq(seam_guest_read(rig.s, rig.tdvpr, 0x2400, report, 1024), 1024);
	ck_assert_uint_eq(report[0], 0x81);
	ck_assert(all_zero(report + 1, 15));
	ck_assert(all_zero(report + 192, 32));
	ck_assert(all_zero(report + 495, 17));
	ck_assert_mem_eq(report + 128, page_q, 64);
	sha384(report + 256, 239, digest, NULL);
	ck_assert_mem_eq(report + 32, digest, 48);
	sha384(report + 512, 512, digest, NULL);
	ck_assert_mem_eq(report + 80, digest, 48);
	ck_assert_mem_eq(report + 512 + 16, rig_view(&rig).mrtd, 48);
	ck_assert(all_zero(report + 512 + 400, 112));
	ck_assert(!all_zero(report + 224, 32));
	rig_close(&rig);
}
END_TEST

/* TDINFO of the published example: XFAM 3, MRs of one byte, V2, and RTMR0 extended with 00..2f. */
START_TEST(tee_info_hash_is_that_of_the_example)
{
	uint8_t report[1024], data[64] = { 0 }, count[48];
	struct rig rig;

	make_pages();
	rig_open(&rig, NULL, STAGE_NONE);
	memset(rig.params + TDX_PARAMS_MRCONFIGID, 0x11, 48);
	memset(rig.params + TDX_PARAMS_MROWNER, 0x22, 48);
	memset(rig.params + TDX_PARAMS_MROWNERCONFIG, 0x33, 48);
	rig_advance(&rig, STAGE_BUILDING);
	perform(&rig, "A1");
	perform(&rig, "E1");
	rig_must(&rig, TDH_MR_FINALIZE, rig.tdr, 0, 0, 0);
	for (unsigned i = 0; i < 48; i++)
		count[i] = (uint8_t)i;
	ck_assert_uint_eq(seam_guest_write(rig.s, rig.tdvpr, 0x1000, count, 48), 48);
	ck_status(guest(&rig, TDG_MR_RTMR_EXTEND, 0x1000, 0, 0), TDX_SUCCESS);
	ck_assert_int_eq(seam_report(rig.s, rig.tdvpr, data, report), 0);
	test_hex(report + 80, 48,
		 "75c843e45126cc476e085953d2ae3050ef4fa02e7f448fac39829d7244fdff95"
		 "4655fc59bec39938a1adea71a545a0f8");
	rig_close(&rig);
}
END_TEST

START_TEST(reports_depend_on_the_seed_alone)
{
	const struct seam_config other = { .seed = 1 };
	uint8_t report[3][1024], data[64] = { 0 };

	for (int i = 0; i < 3; i++) {
		struct rig rig;

		rig_open(&rig, i == 2 ? &other : NULL, STAGE_RUNNABLE);
		ck_assert_int_eq(seam_report(rig.s, rig.tdvpr, data, report[i]), 0);
		rig_close(&rig);
	}
	ck_assert_mem_eq(report[0], report[1], 1024);
	ck_assert_mem_eq(report[0], report[2], 224);
	ck_assert_mem_ne(report[0] + 224, report[2] + 224, 32);
}
END_TEST

/* RFC 2104 by hand would prove itself: these are Python's hmac over report[:224] and the derived
 * key. */
START_TEST(the_mac_is_hmac_of_the_first_224_bytes)
{
	uint8_t report[1024], data[64] = { 0 };
	struct rig rig;

	rig_open(&rig, NULL, STAGE_RUNNABLE);
	ck_assert_int_eq(seam_report(rig.s, rig.tdvpr, data, report), 0);
	test_hex(report + 224, 32,
		 "27b312186be4a8290b014fce32dab7f636ebc171f614c867a77e29264227a22a");
	rig_close(&rig);
}
END_TEST

START_TEST(report_refuses_in_its_order)
{
	struct seam_exit end;
	struct rig rig;

	open_guest(&rig);
	ck_status(guest(&rig, TDG_MR_REPORT, 0x2200, 0x1020, 1), TDX_OPERAND_INVALID | 1);
	ck_status(guest(&rig, TDG_MR_REPORT, 0x2000, 0x1020, 1), TDX_OPERAND_INVALID | 2);
	ck_status(guest(&rig, TDG_MR_REPORT, 0x2000, 1ull << 48, 1), TDX_OPERAND_INVALID | 2);
	ck_status(guest(&rig, TDG_MR_REPORT, 1ull << 48, 0x1000, 1), TDX_OPERAND_INVALID | 8);
	seam_test_hold(rig.s, SEAM_LOCK_RTMR, rig.tdr, 0, SEAM_EXCLUSIVE);
	ck_status(guest(&rig, TDG_MR_REPORT, 1ull << 48, 0x1000, 0), TDX_OPERAND_BUSY | 168);
	seam_test_release(rig.s, SEAM_LOCK_RTMR, rig.tdr, 0, SEAM_EXCLUSIVE);
	ck_status(guest(&rig, TDG_MR_REPORT, 1ull << 48, 0x1000, 0), TDX_OPERAND_INVALID | 1);
	rig.r = (struct seam_regs){ .rax = TDG_MR_REPORT, .rcx = 0x5000, .rdx = 0x1000 };
	ck_assert_int_eq(seam_tdcall(rig.s, rig.tdvpr, &rig.r, &end), SEAM_GUEST_EPT_EXIT);
	ck_assert_uint_eq(end.gpa, 0x5000);
	ck_assert_uint_eq(end.extended_qualification, 0);
	rig_close(&rig);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mrtd");
	TCase *tc = tcase_create("measurement");

	tcase_add_loop_test(tc, mrtd_is_the_hash_of_what_was_added_and_extended, 0,
			    sizeof(vectors) / sizeof(vectors[0]));
	tcase_add_test(tc, a_page_of_zeros_high_up_is_measured_like_any_other);
	tcase_add_test(tc, long_streams_hash_as_short_ones_do);
	tcase_add_test(tc, an_rtmr_is_a_chain_of_sha384);
	tcase_add_test(tc, rtmr_extend_refuses_in_its_order);
	tcase_add_test(tc, a_report_vouches_for_its_own_parts);
	tcase_add_test(tc, tee_info_hash_is_that_of_the_example);
	tcase_add_test(tc, reports_depend_on_the_seed_alone);
	tcase_add_test(tc, the_mac_is_hmac_of_the_first_224_bytes);
	tcase_add_test(tc, report_refuses_in_its_order);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
