/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/seam/rig.h"

uint64_t rig_page(struct rig *rig)
{
	uint64_t page = rig->next;

	rig->next += 4096;
	return page;
}

uint64_t rig_call(struct rig *rig, uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8,
		  uint64_t r9)
{
	rig->r = (struct seam_regs){ .rax = leaf, .rcx = rcx, .rdx = rdx, .r8 = r8, .r9 = r9 };
	return seam_call(rig->s, 0, &rig->r);
}

void rig_must(struct rig *rig, uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8, uint64_t r9)
{
	uint64_t st = rig_call(rig, leaf, rcx, rdx, r8, r9);

	ck_assert_msg(st == TDX_SUCCESS, "leaf %lu: status %#lx", leaf & 0xffff, st);
}

void rig_params(struct rig *rig)
{
	memset(rig->params, 0, TDX_PARAMS_SIZE);
	put_le64(rig->params + TDX_PARAMS_ATTRIBUTES, TDX_ATTR_SEPT_VE_DISABLE);
	put_le64(rig->params + TDX_PARAMS_XFAM, TDX_XFAM_FIXED1);
	put_le16(rig->params + TDX_PARAMS_MAX_VCPUS, 4);
	put_le64(rig->params + TDX_PARAMS_EPTP_CONTROLS, TDX_EPTP_4_LEVEL);
	put_le64(rig->params + TDX_PARAMS_CONFIG_FLAGS, TDX_CONFIG_NO_RBP_MOD);
	put_le16(rig->params + TDX_PARAMS_TSC_FREQUENCY, 100);
}

static void build(struct rig *rig)
{
	rig->tdvpr = rig_page(rig);
	rig_must(rig, TDH_VP_CREATE, rig->tdvpr, rig->tdr, 0, 0);
	for (int i = 0; i < 5; i++)
		rig_must(rig, TDH_VP_ADDCX, rig_page(rig), rig->tdvpr, 0, 0);
	rig_must(rig, TDH_VP_INIT | TDX_LEAF_V1, rig->tdvpr, 0, 0, 0);
	for (unsigned level = 3; level >= 1; level--) {
		rig->table[level - 1] = rig_page(rig);
		rig_must(rig, TDH_MEM_SEPT_ADD, level, rig->tdr, rig->table[level - 1], 0);
	}
}

static void step(struct rig *rig, enum stage to)
{
	switch (to) {
	case STAGE_NONE:
		break;
	case STAGE_CREATED:
		rig->tdr = rig_page(rig);
		rig_must(rig, TDH_MNG_CREATE, rig->tdr, RIG_HKID, 0, 0);
		break;
	case STAGE_KEYS:
		rig_must(rig, TDH_MNG_KEY_CONFIG, rig->tdr, 0, 0, 0);
		break;
	case STAGE_TDCS:
		for (int i = 0; i < 6; i++) {
			rig->tdcx[i] = rig_page(rig);
			rig_must(rig, TDH_MNG_ADDCX, rig->tdcx[i], rig->tdr, 0, 0);
		}
		break;
	case STAGE_INITIALIZED:
		rig_must(rig, TDH_MNG_INIT, rig->tdr, RIG_PARAMS, 0, 0);
		break;
	case STAGE_BUILDING:
		build(rig);
		break;
	case STAGE_RUNNABLE:
		rig_must(rig, TDH_MR_FINALIZE, rig->tdr, 0, 0, 0);
		break;
	case STAGE_BLOCKED:
		rig_must(rig, TDH_VP_FLUSH, rig->tdvpr, 0, 0, 0);
		rig_must(rig, TDH_MNG_VPFLUSHDONE, rig->tdr, 0, 0, 0);
		break;
	case STAGE_TEARDOWN:
		rig_must(rig, TDH_PHYMEM_CACHE_WB, TDX_WB_START, 0, 0, 0);
		rig_must(rig, TDH_MNG_KEY_FREEID, rig->tdr, 0, 0, 0);
		break;
	}
}

void rig_advance(struct rig *rig, enum stage stage)
{
	for (enum stage at = STAGE_CREATED; at <= stage; at++)
		step(rig, at);
}

void rig_open(struct rig *rig, const struct seam_config *config, enum stage stage)
{
	*rig = (struct rig){ .next = RIG_BASE };
	ck_assert_int_eq(seam_new(config, &rig->s), 0);
	rig->params = seam_phys(rig->s, RIG_PARAMS);
	rig_params(rig);
	rig_advance(rig, stage);
}

void rig_close(struct rig *rig)
{
	seam_free(rig->s);
}

void rig_add(struct rig *rig, uint64_t gpa, const uint8_t *bytes)
{
	uint8_t *source = seam_phys(rig->s, RIG_SOURCE);

	if (bytes)
		memcpy(source, bytes, 4096);
	else
		memset(source, 0, 4096);
	rig_must(rig, TDH_MEM_PAGE_ADD, gpa, rig->tdr, RIG_DATA + gpa, RIG_SOURCE);
}

void rig_extend(struct rig *rig, uint64_t gpa)
{
	rig_must(rig, TDH_MR_EXTEND, gpa, rig->tdr, 0, 0);
}

struct seam_td_view rig_view(struct rig *rig)
{
	struct seam_td_view view = { 0 };

	ck_assert_int_eq(seam_td_peek(rig->s, rig->tdr, &view), 0);
	return view;
}
