/* SPDX-License-Identifier: BSD-2-Clause */
/* TD states, TD_PARAMS, tracking, accepting, teardown. */
#include "tests/unit/seam/rig.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Leaf by OP_STATE: a bit for each of the states 0 to 10 in which the leaf gets past the state
 * check. Its other operands are wrong, so that getting past shows as another status. */
static const struct {
	uint64_t leaf;
	unsigned allowed;
	bool by_tdvpr, tdr_in_rcx;
} matrix[] = {
	{ TDH_MNG_INIT, 0x001, false, true },
	{ TDH_MEM_SEPT_ADD, 0x3CE, false, false },
	{ TDH_MEM_SEPT_RD, 0x7FE, false, false },
	{ TDH_MNG_RD, 0x7FE, false, true },
	{ TDH_MEM_SEPT_REMOVE, 0x7FE, false, false },
	{ TDH_MEM_PAGE_ADD, 0x002, false, false },
	{ TDH_MEM_PAGE_AUG, 0x20E, false, false },
	{ TDH_MEM_PAGE_REMOVE, 0x73E, false, false },
	{ TDH_MEM_RANGE_BLOCK, 0x33E, false, false },
	{ TDH_MEM_RANGE_UNBLOCK, 0x33E, false, false },
	{ TDH_MEM_TRACK, 0x3FE, false, true },
	{ TDH_MR_EXTEND, 0x002, false, false },
	{ TDH_VP_CREATE, 0x102, false, false },
	{ TDH_VP_ADDCX, 0x102, true, false },
	{ TDH_VP_INIT, 0x002, true, true },
	{ TDH_VP_ENTER, 0x20C, true, true },
};

START_TEST(each_leaf_works_in_its_op_states_alone)
{
	const uint64_t leaf = matrix[_i].leaf;

	for (unsigned state = 0; state <= 10; state++) {
		struct rig rig;
		uint64_t own, st;

		rig_open(&rig, NULL, STAGE_BUILDING);
		seam_test_op_state(rig.s, rig.tdr, state);
		own = matrix[_i].by_tdvpr ? rig.tdvpr : rig.tdr;
		st = matrix[_i].tdr_in_rcx ? rig_call(&rig, leaf, own, 0x123, 0x123, 0x123)
					   : rig_call(&rig, leaf, 0x123, own, 0x123, 0x123);
		ck_assert_msg((st >> 32 == TDX_OP_STATE_INCORRECT >> 32) ==
				      !(matrix[_i].allowed >> state & 1),
			      "leaf %lu in OP_STATE %u: %#lx", leaf, state, st);
		rig_close(&rig);
	}
}
END_TEST

START_TEST(later_modules_say_which_op_state_it_is)
{
	const struct seam_config config = { .update = 20 };
	struct rig rig;

	rig_open(&rig, &config, STAGE_RUNNABLE);
	ck_status(rig_call(&rig, TDH_MEM_PAGE_ADD, 0, rig.tdr, 0, 0), TDX_OP_STATE_INCORRECT | 2);
	rig_close(&rig);
}
END_TEST

static const struct {
	unsigned offset, size;
	uint64_t value, want, want_rcx;
} params[] = {
	{ TDX_PARAMS_ATTRIBUTES, 8, 1ull << 31, 64, 0 },
	{ TDX_PARAMS_ATTRIBUTES, 8, TDX_ATTR_MIGRATABLE | TDX_ATTR_DEBUG, 64, 0 },
	{ TDX_PARAMS_ATTRIBUTES, 8, TDX_ATTR_MIGRATABLE | TDX_ATTR_PERFMON, 64, 0 },
	{ TDX_PARAMS_ATTRIBUTES, 8, TDX_ATTR_MIGRATABLE, 0, 0 },
	{ TDX_PARAMS_XFAM, 8, 1, 65, 0 },
	{ TDX_PARAMS_XFAM, 8, 0xB, 65, 0 },
	{ TDX_PARAMS_XFAM, 8, 0xE3, 65, 0 },	/* AVX-512 without AVX */
	{ TDX_PARAMS_XFAM, 8, 0x67, 65, 0 },	/* a part of AVX-512 */
	{ TDX_PARAMS_XFAM, 8, 0x803, 65, 0 },	/* a part of CET */
	{ TDX_PARAMS_XFAM, 8, 0x20003, 65, 0 }, /* a part of AMX */
	{ TDX_PARAMS_XFAM, 8, 0x6DBE7, 0, 0 },
	{ TDX_PARAMS_MAX_VCPUS, 2, 0, 68, 0 },
	{ TDX_PARAMS_MAX_VCPUS, 2, 577, 68, 0 },
	{ TDX_PARAMS_MAX_VCPUS, 2, 576, 0, 0 },
	{ TDX_PARAMS_NUM_L2_VMS, 1, 4, 71, 0 },
	{ TDX_PARAMS_RESERVED_20 + 3, 1, 1, 2, 0 },
	{ TDX_PARAMS_CONFIG_FLAGS, 8, 0x10, 66, 0 },
	{ TDX_PARAMS_CONFIG_FLAGS, 8, 0xE, 0, 0 },
	{ TDX_PARAMS_CONFIG_FLAGS, 8, 1, 67, 0 }, /* GPAW with four levels */
	{ TDX_PARAMS_EPTP_CONTROLS, 8, 0x1F, 67, 0 },
	{ TDX_PARAMS_EPTP_CONTROLS, 8, 0x26, 0, 0 },
	{ TDX_PARAMS_TSC_FREQUENCY, 2, 3, 70, 0 },
	{ TDX_PARAMS_TSC_FREQUENCY, 2, 401, 70, 0 },
	{ TDX_PARAMS_RESERVED_42 + 37, 1, 1, 2, 0 },
	{ TDX_PARAMS_MSR_CONFIG_CTLS, 1, 2, 2, 0 },
	{ TDX_PARAMS_RESERVED_232, 1, 1, 2, 0 },
	{ TDX_PARAMS_CPUID_CONFIG, 4, 0x4000, 69, 0xFFFFFFFF00000001 },
	{ TDX_PARAMS_CPUID_CONFIG, 4, 1, 69, 0xFFFFFFFF00000001 }, /* not this CPU's model */
	{ TDX_PARAMS_CPUID_CONFIG, 4, 0x806F8, 0, 0 },
	{ TDX_PARAMS_CPUID_CONFIG + 5 * 16 + 4, 4, 0x10, 69, 7 }, /* HLE without RTM */
	{ TDX_PARAMS_CPUID_CONFIG + 5 * 16 + 4, 4, 0x810, 0, 0 },
	{ TDX_PARAMS_CPUID_CONFIG + 7 * 16, 4, 1, 69, 0xFFFFFFFF0000000A },
	{ TDX_PARAMS_CPUID_CONFIG + 11 * 16, 4, 0x10, 69, 0x23 },
	{ TDX_PARAMS_CPUID_CONFIG + 12 * 16, 1, 1, 2, 0 },
	{ TDX_PARAMS_SIZE - 1, 1, 1, 2, 0 },
	{ TDX_PARAMS_ARCH_CAPABILITIES, 8, 1 << 4, 72, 0 },
};

START_TEST(each_field_of_td_params_is_judged)
{
	uint64_t want = params[_i].want ? TDX_OPERAND_INVALID | params[_i].want : 0;
	struct rig rig;

	rig_open(&rig, NULL, STAGE_TDCS);
	for (unsigned i = 0; i < params[_i].size; i++)
		rig.params[params[_i].offset + i] = (uint8_t)(params[_i].value >> 8 * i);
	ck_status(rig_call(&rig, TDH_MNG_INIT, rig.tdr, RIG_PARAMS, 0, 0), want);
	ck_assert_uint_eq(rig.r.rcx, params[_i].want_rcx);
	ck_assert_uint_eq(rig_view(&rig).op_state, want ? 0 : 1);
	if (want) { /* and may be tried again */
		rig_params(&rig);
		rig_must(&rig, TDH_MNG_INIT, rig.tdr, RIG_PARAMS, 0, 0);
	}
	rig_close(&rig);
}
END_TEST

START_TEST(an_early_module_knows_less)
{
	const struct seam_config config = { .update = 1 };
	struct rig rig;

	rig_open(&rig, &config, STAGE_TDCS);
	put_le64(rig.params, TDX_ATTR_LASS);
	ck_status(rig_call(&rig, TDH_MNG_INIT, rig.tdr, RIG_PARAMS, 0, 0),
		  TDX_OPERAND_INVALID | 64);
	rig_params(&rig);
	put_le64(rig.params + TDX_PARAMS_CONFIG_FLAGS, 8);
	ck_status(rig_call(&rig, TDH_MNG_INIT, rig.tdr, RIG_PARAMS, 0, 0),
		  TDX_OPERAND_INVALID | 66);
	rig_params(&rig);
	put_le32(rig.params + TDX_PARAMS_CPUID_CONFIG + 84, 0x10);
	ck_status(rig_call(&rig, TDH_MNG_INIT, rig.tdr, RIG_PARAMS, 0, 0),
		  TDX_OPERAND_INVALID | 69);
	ck_assert_uint_eq(rig.r.rcx, 0);
	rig_params(&rig);
	put_le16(rig.params + TDX_PARAMS_MAX_VCPUS, 65535);
	rig_must(&rig, TDH_MNG_INIT, rig.tdr, RIG_PARAMS, 0, 0);
	ck_status(rig_call(&rig, TDH_VP_INIT | TDX_LEAF_V1, RIG_BASE, 0, 0, 0),
		  TDX_OPERAND_INVALID);
	rig_close(&rig);
}
END_TEST

/* A second VCPU, with n TDCX pages. */
static uint64_t add_vcpu(struct rig *rig, int pages)
{
	uint64_t tdvpr = rig_page(rig);

	rig_must(rig, TDH_VP_CREATE, tdvpr, rig->tdr, 0, 0);
	for (int i = 0; i < pages; i++)
		rig_must(rig, TDH_VP_ADDCX, rig_page(rig), tdvpr, 0, 0);
	return tdvpr;
}

START_TEST(vcpus_are_counted_and_named_once)
{
	struct rig rig;
	uint64_t vp;

	rig_open(&rig, NULL, STAGE_BUILDING);
	vp = add_vcpu(&rig, 4);
	ck_status(rig_call(&rig, TDH_VP_INIT, vp, 0, 0, 0), TDX_TDCX_NUM_INCORRECT);
	rig_must(&rig, TDH_VP_ADDCX, rig_page(&rig), vp, 0, 0);
	ck_status(rig_call(&rig, TDH_VP_INIT | TDX_LEAF_V1, vp, 0, 1ull << 32, 0),
		  TDX_OPERAND_INVALID | 8);
	ck_status(rig_call(&rig, TDH_VP_INIT | TDX_LEAF_V1, vp, 0, 0, 0), TDX_X2APIC_ID_NOT_UNIQUE);
	ck_assert_uint_eq(rig_view(&rig).num_vcpus, 1);
	rig_must(&rig, TDH_VP_INIT | TDX_LEAF_V1, vp, 0, 7, 0);
	ck_status(rig_call(&rig, TDH_VP_INIT | TDX_LEAF_V1, add_vcpu(&rig, 5), 0, 7, 0),
		  TDX_X2APIC_ID_NOT_UNIQUE | 7);
	for (unsigned i = 2; i < 4; i++)
		rig_must(&rig, TDH_VP_INIT, add_vcpu(&rig, 5), 0, 0, 0);
	ck_status(rig_call(&rig, TDH_VP_INIT, add_vcpu(&rig, 5), 0, 0, 0), TDX_MAX_VCPUS_EXCEEDED);
	vp = add_vcpu(&rig, 14);
	ck_status(rig_call(&rig, TDH_VP_ADDCX, rig_page(&rig), vp, 0, 0), TDX_TDCX_NUM_INCORRECT);
	ck_assert_uint_eq(rig_view(&rig).num_assoc_vcpus, 4);
	rig_close(&rig);
}
END_TEST

static uint64_t on_lp(struct rig *rig, unsigned lp, uint64_t leaf, uint64_t rcx)
{
	rig->r = (struct seam_regs){ .rax = leaf, .rcx = rcx };
	return seam_call(rig->s, lp, &rig->r);
}

START_TEST(a_vcpu_belongs_to_one_lp)
{
	struct rig rig;

	rig_open(&rig, NULL, STAGE_RUNNABLE);
	ck_status(on_lp(&rig, 1, TDH_VP_ENTER, rig.tdvpr), TDX_VCPU_ASSOCIATED);
	ck_status(on_lp(&rig, 1, TDH_VP_FLUSH, rig.tdvpr), TDX_VCPU_NOT_ASSOCIATED);
	ck_status(on_lp(&rig, 0, TDH_VP_FLUSH, rig.tdvpr), TDX_SUCCESS);
	ck_status(on_lp(&rig, 0, TDH_VP_FLUSH, rig.tdvpr), TDX_VCPU_NOT_ASSOCIATED);
	/* A late failure still takes the VCPU. */
	ck_status(on_lp(&rig, 1, TDH_VP_ENTER, rig.tdvpr | TDX_ENTER_HOST_HINT),
		  TDX_OPERAND_INVALID | 1);
	ck_assert_uint_eq(rig_view(&rig).num_assoc_vcpus, 1);
	ck_status(on_lp(&rig, 64, TDH_VP_ENTER, rig.tdvpr), TDX_SW_GP);
	rig_close(&rig);
}
END_TEST

START_TEST(keys_are_made_and_flushed_package_by_package)
{
	const struct seam_config config = { .packages = 2, .lps = 4 };
	struct rig rig;

	rig_open(&rig, &config, STAGE_CREATED);
	ck_status(on_lp(&rig, 1, TDH_MNG_KEY_CONFIG, rig.tdr), TDX_SUCCESS);
	ck_status(on_lp(&rig, 0, TDH_MNG_KEY_CONFIG, rig.tdr), TDX_KEY_CONFIGURED);
	ck_assert_uint_eq(rig_view(&rig).lifecycle, TDX_HKID_ASSIGNED);
	seam_test_hold(rig.s, SEAM_LOCK_KET, 0, 0, SEAM_EXCLUSIVE);
	ck_status(on_lp(&rig, 2, TDH_MNG_KEY_CONFIG, rig.tdr), TDX_OPERAND_BUSY | 187);
	seam_test_release(rig.s, SEAM_LOCK_KET, 0, 0, SEAM_EXCLUSIVE);
	ck_status(on_lp(&rig, 2, TDH_MNG_KEY_CONFIG, rig.tdr), TDX_SUCCESS);
	ck_assert_uint_eq(rig_view(&rig).lifecycle, TDX_KEYS_CONFIGURED);
	rig_must(&rig, TDH_MNG_VPFLUSHDONE, rig.tdr, 0, 0, 0);
	ck_assert_int_eq(seam_hkid_peek(rig.s, RIG_HKID), TDX_HKID_FLUSHED);
	seam_test_interrupt_wb(rig.s, 1);
	ck_status(on_lp(&rig, 0, TDH_PHYMEM_CACHE_WB, 0), TDX_INTERRUPTED_RESUMABLE);
	ck_status(on_lp(&rig, 0, TDH_PHYMEM_CACHE_WB, 1), TDX_SUCCESS);
	ck_status(on_lp(&rig, 0, TDH_MNG_KEY_FREEID, rig.tdr), TDX_WBCACHE_NOT_COMPLETE);
	seam_test_hold(rig.s, SEAM_LOCK_WBCACHE, 1, 0, SEAM_EXCLUSIVE);
	ck_status(on_lp(&rig, 3, TDH_PHYMEM_CACHE_WB, 0), TDX_OPERAND_BUSY | 188);
	seam_test_release(rig.s, SEAM_LOCK_WBCACHE, 1, 0, SEAM_EXCLUSIVE);
	ck_status(on_lp(&rig, 3, TDH_PHYMEM_CACHE_WB, 0), TDX_SUCCESS);
	ck_status(on_lp(&rig, 0, TDH_MNG_KEY_FREEID, rig.tdr), TDX_SUCCESS);
	ck_assert_int_eq(seam_hkid_peek(rig.s, RIG_HKID), TDX_HKID_FREE);
	rig_close(&rig);
}
END_TEST

static uint64_t raw_entry(struct rig *rig, uint64_t gpa, unsigned level)
{
	uint64_t entry = 0;
	unsigned at;

	ck_assert_int_eq(seam_sept_peek(rig->s, rig->tdr, gpa, level, &entry, &at), 0);
	return entry;
}

START_TEST(a_running_td_loses_a_page_by_block_track_remove)
{
	const uint64_t page = RIG_DATA + 0x1000;
	struct rig rig;

	rig_open(&rig, NULL, STAGE_BUILDING);
	rig_add(&rig, 0x1000, NULL);
	rig_must(&rig, TDH_MR_FINALIZE, rig.tdr, 0, 0, 0);
	seam_test_stay(rig.s, true);
	rig_must(&rig, TDH_VP_ENTER, rig.tdvpr, 0, 0, 0);
	ck_status(rig_call(&rig, TDH_VP_ENTER, rig.tdvpr, 0, 0, 0), TDX_VCPU_STATE_INCORRECT);
	rig_must(&rig, TDH_MEM_RANGE_BLOCK, 0x1000, rig.tdr, 0, 0);
	ck_assert_uint_eq(raw_entry(&rig, 0x1000, 0), 0x80800000000000F0ull | page);
	ck_status(rig_call(&rig, TDH_MEM_PAGE_REMOVE, 0x1000, rig.tdr, 0, 0),
		  TDX_TLB_TRACKING_NOT_DONE | 1);
	ck_assert(rig.r.rcx == 0 && rig.r.rdx == 0);
	rig_must(&rig, TDH_MEM_TRACK, rig.tdr, 0, 0, 0);
	/* The VCPU still runs in the epoch before. */
	ck_status(rig_call(&rig, TDH_MEM_TRACK, rig.tdr, 0, 0, 0), TDX_PREVIOUS_TLB_EPOCH_BUSY);
	ck_status(rig_call(&rig, TDH_MEM_RANGE_UNBLOCK, 0x1000, rig.tdr, 0, 0),
		  TDX_TLB_TRACKING_NOT_DONE | 146);
	ck_assert_int_eq(seam_test_leave(rig.s, rig.tdvpr), 0);
	rig_must(&rig, TDH_MEM_RANGE_UNBLOCK, 0x1000, rig.tdr, 0, 0);
	ck_assert_uint_eq(raw_entry(&rig, 0x1000, 0), 0x80000000000000F7ull | page);
	rig_must(&rig, TDH_MEM_RANGE_BLOCK, 0x1000, rig.tdr, 0, 0);
	rig_must(&rig, TDH_MEM_TRACK, rig.tdr, 0, 0, 0);
	rig_must(&rig, TDH_MEM_PAGE_REMOVE, 0x1000, rig.tdr, 0, 0);
	ck_assert_uint_eq(rig.r.rcx, page);
	ck_assert_uint_eq(raw_entry(&rig, 0x1000, 0), SEPT_ENTRY_FREE);
	ck_assert_uint_eq(rig_view(&rig).epoch, 3);
	rig_must(&rig, TDH_PHYMEM_PAGE_RDMD, page, 0, 0, 0);
	ck_assert(rig.r.rcx == TDX_PT_NDA && rig.r.rdx == rig.tdr && rig.r.r9 == 0);
	rig_close(&rig);
}
END_TEST

START_TEST(a_blocked_table_hides_what_hangs_below)
{
	struct rig rig;

	rig_open(&rig, NULL, STAGE_RUNNABLE);
	rig_must(&rig, TDH_MEM_PAGE_AUG, 0x1000, rig.tdr, RIG_DATA, 0);
	rig_must(&rig, TDH_MEM_RANGE_BLOCK, 1, rig.tdr, 0, 0);
	ck_status(rig_call(&rig, TDH_MEM_PAGE_AUG, 0x2000, rig.tdr, RIG_DATA + 0x1000, 0),
		  TDX_EPT_WALK_FAILED | 1);
	ck_assert(rig.r.rcx == 0 && rig.r.rdx == 0x8101);
	rig_must(&rig, TDH_MEM_TRACK, rig.tdr, 0, 0, 0);
	ck_status(rig_call(&rig, TDH_MEM_SEPT_REMOVE, 1, rig.tdr, 0, 0), TDX_EPT_PAGE_NOT_FREE | 1);
	rig_must(&rig, TDH_MEM_RANGE_UNBLOCK, 1, rig.tdr, 0, 0);
	ck_assert_uint_eq(raw_entry(&rig, 0, 1), 0x8000000000000007ull | rig.table[0]);
	rig_must(&rig, TDH_MEM_RANGE_BLOCK, 0x1000, rig.tdr, 0, 0);
	rig_must(&rig, TDH_MEM_RANGE_BLOCK, 1, rig.tdr, 0, 0);
	rig_must(&rig, TDH_MEM_TRACK, rig.tdr, 0, 0, 0);
	rig_must(&rig, TDH_MEM_RANGE_UNBLOCK, 1, rig.tdr, 0, 0);
	rig_must(&rig, TDH_MEM_PAGE_REMOVE, 0x1000, rig.tdr, 0, 0);
	rig_must(&rig, TDH_MEM_RANGE_BLOCK, 1, rig.tdr, 0, 0);
	rig_must(&rig, TDH_MEM_TRACK, rig.tdr, 0, 0, 0);
	rig_must(&rig, TDH_MEM_SEPT_REMOVE, 1, rig.tdr, 0, 0);
	ck_assert_uint_eq(rig.r.rcx, rig.table[0]);
	ck_status(rig_call(&rig, TDH_MEM_PAGE_AUG, 0x1000, rig.tdr, RIG_DATA, 0),
		  TDX_EPT_WALK_FAILED | 1);
	rig_close(&rig);
}
END_TEST

static enum seam_guest accept(struct rig *rig, uint64_t page_info, struct seam_exit *exit)
{
	rig->r = (struct seam_regs){ .rax = TDG_MEM_PAGE_ACCEPT, .rcx = page_info };
	return seam_tdcall(rig->s, rig->tdvpr, &rig->r, exit);
}

START_TEST(the_guest_accepts_what_is_pending)
{
	struct seam_exit end = { 0 };
	struct rig rig;
	uint8_t byte = 7;

	rig_open(&rig, NULL, STAGE_RUNNABLE);
	rig_must(&rig, TDH_MEM_PAGE_AUG, 0x1000, rig.tdr, RIG_DATA + 0x200000, 0);
	rig_must(&rig, TDH_MEM_PAGE_AUG, 0x200001, rig.tdr, RIG_DATA, 0);
	ck_assert_uint_eq(seam_guest_write(rig.s, rig.tdvpr, 0x1000, &byte, 1), 0);
	ck_assert_int_eq(accept(&rig, 0x2000, &end), SEAM_GUEST_EPT_EXIT);
	ck_assert_uint_eq(end.extended_qualification, 1);
	ck_assert_int_eq(accept(&rig, 0x201000, &end), SEAM_GUEST_EPT_EXIT);
	ck_assert_uint_eq(end.extended_qualification, 1 | 1ull << 35 | 2ull << 38 | 1ull << 46);
	ck_assert_int_eq(accept(&rig, 1, &end), SEAM_GUEST_DONE);
	ck_status(rig.r.rax, TDX_PAGE_SIZE_MISMATCH | 1);
	accept(&rig, 0x1000 | SEPT_LEVEL_PDPT, &end);
	ck_status(rig.r.rax, TDX_OPERAND_INVALID | 1);
	accept(&rig, 0x1000, &end);
	ck_status(rig.r.rax, TDX_SUCCESS);
	ck_assert_uint_eq(raw_entry(&rig, 0x1000, 0),
			  0x80000000000000F7ull | (RIG_DATA + 0x200000));
	accept(&rig, 0x1000, &end);
	ck_status(rig.r.rax, TDX_PAGE_ALREADY_ACCEPTED);
	accept(&rig, 0x200001, &end);
	ck_status(rig.r.rax, TDX_SUCCESS);
	accept(&rig, 0x201000, &end);
	ck_status(rig.r.rax, TDX_PAGE_ALREADY_ACCEPTED | 1);
	ck_assert_uint_eq(seam_guest_write(rig.s, rig.tdvpr, 0x3FFFFF, &byte, 1), 1);
	rig_close(&rig);
}
END_TEST

/* The host that was refused leaves its mark; the guest then yields to it. */
START_TEST(a_refused_host_gets_its_turn)
{
	struct rig rig;

	rig_open(&rig, NULL, STAGE_RUNNABLE);
	rig_must(&rig, TDH_MEM_PAGE_AUG, 0x1000, rig.tdr, RIG_DATA, 0);
	seam_test_hold(rig.s, SEAM_LOCK_ENTRY, rig.tdr, 0x1000, SEAM_EXCLUSIVE);
	ck_status(rig_call(&rig, TDH_MEM_SEPT_RD, 0x1000, rig.tdr, 0, 0), TDX_OPERAND_BUSY | 1);
	seam_test_release(rig.s, SEAM_LOCK_ENTRY, rig.tdr, 0x1000, SEAM_EXCLUSIVE);
	ck_assert(raw_entry(&rig, 0x1000, 0) & SEPT_HP);
	accept(&rig, 0x1000, NULL);
	ck_status(rig.r.rax, TDX_OPERAND_BUSY | 1);
	rig_must(&rig, TDH_MEM_SEPT_RD, 0x1000, rig.tdr, 0, 0);
	ck_assert(!(raw_entry(&rig, 0x1000, 0) & SEPT_HP));
	accept(&rig, 0x1000, NULL);
	ck_status(rig.r.rax, TDX_SUCCESS);
	rig_close(&rig);
}
END_TEST

START_TEST(fields_read_as_they_are)
{
	struct rig rig;

	rig_open(&rig, NULL, STAGE_RUNNABLE);
	rig_must(&rig, TDH_MNG_RD, rig.tdr, TDX_TD_FIELD_MAX_VCPUS, 1, 0);
	ck_assert_uint_eq(rig.r.r8, 4);
	rig_must(&rig, TDH_MNG_RD | TDX_LEAF_V1, rig.tdr, TDX_TD_FIELD_MRTD + 5, 1, 0);
	ck_assert_uint_eq(rig.r.r8, 0x5bb99848f1d21ad5u); /* the last 8 bytes of V0 */
	ck_assert_uint_eq(rig.r.rdx, TDX_TD_FIELD_MRCONFIGID);
	ck_status(rig_call(&rig, TDH_MNG_RD, rig.tdr, TDX_TD_FIELD_RTMR, 1, 0),
		  TDX_METADATA_FIELD_NOT_READABLE);
	ck_assert_uint_eq(rig.r.r8, 0);
	ck_status(rig_call(&rig, TDH_MNG_RD, rig.tdr, ~0ull, 1, 0),
		  TDX_METADATA_FIELD_ID_INCORRECT);
	ck_status(rig_call(&rig, TDH_MNG_RD | TDX_LEAF_V1, rig.tdr, ~0ull, 1, 0),
		  TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT);
	ck_status(rig_call(&rig, TDH_MNG_RD, rig.tdr, TDX_TD_FIELD_XFAM | 1ull << 24, 1, 0),
		  TDX_METADATA_FIELD_ID_INCORRECT);
	rig_close(&rig);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("states");
	TCase *tc = tcase_create("states");

	tcase_add_loop_test(tc, each_leaf_works_in_its_op_states_alone, 0, COUNT(matrix));
	tcase_add_test(tc, later_modules_say_which_op_state_it_is);
	tcase_add_loop_test(tc, each_field_of_td_params_is_judged, 0, COUNT(params));
	tcase_add_test(tc, an_early_module_knows_less);
	tcase_add_test(tc, vcpus_are_counted_and_named_once);
	tcase_add_test(tc, a_vcpu_belongs_to_one_lp);
	tcase_add_test(tc, keys_are_made_and_flushed_package_by_package);
	tcase_add_test(tc, a_running_td_loses_a_page_by_block_track_remove);
	tcase_add_test(tc, a_blocked_table_hides_what_hangs_below);
	tcase_add_test(tc, the_guest_accepts_what_is_pending);
	tcase_add_test(tc, a_refused_host_gets_its_turn);
	tcase_add_test(tc, fields_read_as_they_are);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
