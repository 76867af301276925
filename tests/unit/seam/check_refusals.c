/* SPDX-License-Identifier: BSD-2-Clause */
/* One row a check: a perfect call, one thing spoiled, and the status that must come of it. Where
 * two things are spoiled, the row shows which is judged first. */
#include "tests/unit/seam/rig.h"

#define BAD_ALIGN 0x123ull
#define OUTSIDE 0x1000ull /* in no TDMR */
#define WITH_HKID (1ull << 46)
#define FREE_PAGE (RIG_DATA + 0x100000)
#define SHARED_BIT (1ull << 47)
#define ST(name) TDX_##name
#define FREE_VIEW SEPT_VIEW_FREE

/* What else to do before the call. */
enum spoil {
	NOTHING,
	FATAL,	    /* TDR.FATAL */
	HOLD_TDR,   /* somebody holds the TDR shared */
	HOLD_TDR_X, /* ... exclusively */
	HOLD_OP,
	HOLD_TREE,
	HOLD_ENTRY,  /* the level-0 entry of GPA 0x1000 */
	HOLD_ENTRY1, /* the level-1 entry of GPA 0x200000 */
	HOLD_PAGE,   /* the page in R8 (FREE_PAGE) */
	HOLD_KOT,
	HOLD_TDVPR,
	HOLD_EPOCH,
	MAP_1000,    /* GPA 0x1000 added */
	AUG_1000,    /* GPA 0x1000 pending */
	AUG_2M,	     /* GPA 0x200000 pending, 2 MiB */
	MAP_BLOCKED, /* GPA 0x1000 added, blocked */
	DATA_USED,   /* FREE_PAGE is already the TD's, at GPA 0x5000 */
	DRY,	     /* no entropy */
	NO_KEY,
};

/* The rig takes its pages in order, so the addresses are known: the TDR first, six TDCX, the TDVPR.
 */
#define TDR RIG_BASE
#define TDVPR (RIG_BASE + 7 * 4096)

static const struct row {
	const char *what;
	enum stage stage;
	enum spoil spoil;
	uint64_t leaf, rcx, rdx, r8, r9;
	uint64_t want, want_rcx, want_rdx;
} rows[] = {
#define ADD STAGE_BUILDING, NOTHING, TDH_MEM_PAGE_ADD
#define ADD_WITH(spoil) STAGE_BUILDING, spoil, TDH_MEM_PAGE_ADD
	{ "add", ADD, 0x1000, TDR, FREE_PAGE, RIG_SOURCE, 0, 0, 0 },
	{ "add: RAX reserved", STAGE_BUILDING, NOTHING, TDH_MEM_PAGE_ADD | 1ull << 24, 0x1000, TDR,
	  FREE_PAGE, RIG_SOURCE, ST(OPERAND_INVALID), 0x1000, TDR },
	{ "add: version 1", STAGE_BUILDING, NOTHING, TDH_MEM_PAGE_ADD | TDX_LEAF_V1, 0x1000, TDR,
	  FREE_PAGE, RIG_SOURCE, ST(OPERAND_INVALID), 0x1000, TDR },
	{ "add: TDR unaligned", ADD, 0x1000, RIG_BASE + 8, FREE_PAGE, RIG_SOURCE,
	  ST(OPERAND_INVALID) | 2, 0, 0 },
	{ "add: TDR with a key id", ADD, 0x1000, RIG_BASE | WITH_HKID, FREE_PAGE, RIG_SOURCE,
	  ST(OPERAND_INVALID) | 2, 0, 0 },
	{ "add: TDR past 2^52", ADD, 0x1000, 1ull << 52, FREE_PAGE, RIG_SOURCE,
	  ST(OPERAND_INVALID) | 2, 0, 0 },
	{ "add: TDR outside", ADD, 0x1000, OUTSIDE, FREE_PAGE, RIG_SOURCE,
	  ST(OPERAND_ADDR_RANGE_ERROR) | 2, 0, 0 },
	{ "add: TDR held", ADD_WITH(HOLD_TDR), 0x1000, TDR, FREE_PAGE, RIG_SOURCE,
	  ST(OPERAND_BUSY) | 2, 0, 0 },
	{ "add: not a TDR", ADD, 0x1000, FREE_PAGE, FREE_PAGE, RIG_SOURCE,
	  ST(PAGE_METADATA_INCORRECT) | 2, 0, 0 },
	{ "add: fatal first", STAGE_CREATED, FATAL, TDH_MEM_PAGE_ADD, 0x1000, TDR, FREE_PAGE,
	  RIG_SOURCE, ST(TD_FATAL), 0, 0 },
	{ "add: no keys", STAGE_CREATED, NOTHING, TDH_MEM_PAGE_ADD, 0x1000, TDR, FREE_PAGE,
	  RIG_SOURCE, ST(TD_KEYS_NOT_CONFIGURED), 0, 0 },
	{ "add: no TDCS", STAGE_KEYS, NOTHING, TDH_MEM_PAGE_ADD, 0x1000, TDR, FREE_PAGE, RIG_SOURCE,
	  ST(TDCS_NOT_ALLOCATED), 0, 0 },
	{ "add: op lock is not looked at", ADD_WITH(HOLD_OP), 0x1000, TDR, FREE_PAGE, RIG_SOURCE, 0,
	  0, 0 },
	{ "add: finalised", STAGE_RUNNABLE, NOTHING, TDH_MEM_PAGE_ADD, 7, TDR, FREE_PAGE,
	  RIG_SOURCE, ST(OP_STATE_INCORRECT), 0, 0 },
	{ "add: torn down", STAGE_TEARDOWN, NOTHING, TDH_MEM_PAGE_ADD, 0x1000, TDR, FREE_PAGE,
	  RIG_SOURCE, ST(TD_KEYS_NOT_CONFIGURED), 0, 0 },
	{ "add: level 1", ADD, 0x200001, TDR, FREE_PAGE, RIG_SOURCE, ST(OPERAND_INVALID) | 1, 0,
	  0 },
	{ "add: reserved bit", ADD, 0x1008, TDR, FREE_PAGE, RIG_SOURCE, ST(OPERAND_INVALID) | 1, 0,
	  0 },
	{ "add: reserved high bit", ADD, 0x1000 | 1ull << 52, TDR, FREE_PAGE, RIG_SOURCE,
	  ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "add: shared GPA", ADD, 0x1000 | SHARED_BIT, TDR, FREE_PAGE, RIG_SOURCE,
	  ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "add: GPA before walk and pages", ADD, 0x1001, TDR, BAD_ALIGN, BAD_ALIGN,
	  ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "add: empty tree", STAGE_INITIALIZED, NOTHING, TDH_MEM_PAGE_ADD, 0x1000, TDR, BAD_ALIGN,
	  BAD_ALIGN, ST(EPT_WALK_FAILED) | 1, FREE_VIEW, 0x3 },
	{ "add: only level 3 present", ADD, 1ull << 30, TDR, BAD_ALIGN, BAD_ALIGN,
	  ST(EPT_WALK_FAILED) | 1, FREE_VIEW, 0x2 },
	{ "add: level 1 entry free", ADD, 0x200000, TDR, BAD_ALIGN, BAD_ALIGN,
	  ST(EPT_WALK_FAILED) | 1, FREE_VIEW, 0x1 },
	{ "add: under a large pending leaf", ADD_WITH(AUG_2M), 0x201000, TDR, FREE_PAGE, RIG_SOURCE,
	  ST(EPT_WALK_FAILED) | 1, 0x80000000000000F0ull | RIG_DATA, 0x201 },
	{ "add: mapped", ADD_WITH(MAP_1000), 0x1000, TDR, BAD_ALIGN, BAD_ALIGN,
	  ST(EPT_ENTRY_STATE_INCORRECT) | 1, 0x80000000000000F7ull | (RIG_DATA + 0x1000), 0x400 },
	{ "add: pending", ADD_WITH(AUG_1000), 0x1000, TDR, FREE_PAGE, RIG_SOURCE,
	  ST(EPT_ENTRY_STATE_INCORRECT) | 1, 0x80000000000000F0ull | (RIG_DATA + 0x1000), 0x200 },
	{ "add: source before target", ADD, 0x1000, TDR, BAD_ALIGN, BAD_ALIGN,
	  ST(OPERAND_INVALID) | 9, 0, 0 },
	{ "add: source with a private key id", ADD, 0x1000, TDR, FREE_PAGE,
	  RIG_SOURCE | 32ull << 46, ST(OPERAND_INVALID) | 9, 0, 0 },
	{ "add: source with a shared key id", ADD, 0x1000, TDR, FREE_PAGE, RIG_SOURCE | 31ull << 46,
	  0, 0, 0 },
	{ "add: source in the SEAM range", ADD, 0x1000, TDR, FREE_PAGE, (1ull << 46) - 4096,
	  ST(OPERAND_INVALID) | 9, 0, 0 },
	{ "add: in place", ADD, 0x1000, TDR, FREE_PAGE, FREE_PAGE, 0, 0, 0 },
	{ "add: target unaligned", ADD, 0x1000, TDR, BAD_ALIGN, RIG_SOURCE, ST(OPERAND_INVALID) | 8,
	  0, 0 },
	{ "add: target outside", ADD, 0x1000, TDR, OUTSIDE, RIG_SOURCE,
	  ST(OPERAND_ADDR_RANGE_ERROR) | 8, 0, 0 },
	{ "add: target held", ADD_WITH(HOLD_PAGE), 0x1000, TDR, FREE_PAGE, RIG_SOURCE,
	  ST(OPERAND_BUSY) | 8, 0, 0 },
	{ "add: target in use", ADD, 0x1000, TDR, RIG_BASE, RIG_SOURCE,
	  ST(PAGE_METADATA_INCORRECT) | 8, 0, 0 },
	{ "add: target in a large page", ADD_WITH(AUG_2M), 0x1000, TDR, RIG_DATA + 0x3000,
	  RIG_SOURCE, ST(PAGE_METADATA_INCORRECT) | 8, 0, 0 },

#define TABLE STAGE_BUILDING, NOTHING, TDH_MEM_SEPT_ADD
#define TABLE_WITH(spoil) STAGE_BUILDING, spoil, TDH_MEM_SEPT_ADD
	{ "table", TABLE, 0x200001, TDR, FREE_PAGE, 0, 0, 0, 0 },
	{ "table: version 2", STAGE_BUILDING, NOTHING, TDH_MEM_SEPT_ADD | 2 << 16, 0x200001, TDR,
	  FREE_PAGE, 0, ST(OPERAND_INVALID), 0, 0 },
	{ "table: RDX reserved", TABLE, 0x200001, TDR + 0x800, FREE_PAGE, 0,
	  ST(OPERAND_INVALID) | 2, 0, 0 },
	{ "table: TDR held shared is fine", TABLE_WITH(HOLD_TDR), 0x200001, TDR, FREE_PAGE, 0, 0, 0,
	  0 },
	{ "table: TDR held", TABLE_WITH(HOLD_TDR_X), 0x200001, TDR, FREE_PAGE, 0,
	  ST(OPERAND_BUSY) | 2, 0, 0 },
	{ "table: op lock", TABLE_WITH(HOLD_OP), 0x200001, TDR, FREE_PAGE, 0,
	  ST(OPERAND_BUSY) | 172, 0, 0 },
	{ "table: level 0", TABLE, 0x200000, TDR, FREE_PAGE, 0, ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "table: level 4 of 4", TABLE, 4, TDR, FREE_PAGE, 0, ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "table: unaligned for its level", TABLE, 0x1001, TDR, FREE_PAGE, 0,
	  ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "table: tree lock", TABLE_WITH(HOLD_TREE), 0x200001, TDR, FREE_PAGE, 0,
	  ST(OPERAND_BUSY) | 146, 0, 0 },
	{ "table: no parent", TABLE, (1ull << 30) | 1, TDR, FREE_PAGE, 0, ST(EPT_WALK_FAILED) | 1,
	  FREE_VIEW, 2 },
	{ "table: entry lock", TABLE_WITH(HOLD_ENTRY1), 0x200001, TDR, FREE_PAGE, 0,
	  ST(OPERAND_BUSY) | 1, FREE_VIEW, 1 },
	{ "table: a leaf is there", TABLE_WITH(AUG_2M), 0x200001, TDR, FREE_PAGE, 0,
	  ST(EPT_ENTRY_STATE_INCORRECT) | 1, 0x80000000000000F0ull | RIG_DATA, 0x201 },
	{ "table: no page", TABLE, 0x200001, TDR, TDX_NO_PAGE, 0, ST(OPERAND_INVALID) | 8, 0, 0 },
	{ "table: page in use", TABLE, 0x200001, TDR, RIG_BASE, 0, ST(PAGE_METADATA_INCORRECT) | 8,
	  0, 0 },
	{ "table: page held", TABLE_WITH(HOLD_PAGE), 0x200001, TDR, FREE_PAGE, 0,
	  ST(OPERAND_BUSY) | 8, 0, 0 },
	{ "table: exists", TABLE, 1, TDR, FREE_PAGE, 0, ST(EPT_ENTRY_STATE_INCORRECT) | 1, 0x7,
	  0x8401 },
	{ "table: exists at level 3", TABLE, 3, TDR, FREE_PAGE, 0,
	  ST(EPT_ENTRY_STATE_INCORRECT) | 1, 0x7, 0x8403 },
	{ "table: may exist, page unseen", TABLE, 1, TDR + 1, BAD_ALIGN, 0, 0, 0, 0 },

#define EXT STAGE_BUILDING, MAP_1000, TDH_MR_EXTEND
	{ "extend", EXT, 0x1100, TDR, 0, 0, 0, 0, 0 },
	{ "extend: TDR held", STAGE_BUILDING, HOLD_TDR, TDH_MR_EXTEND, 0x1000, TDR, 0, 0,
	  ST(OPERAND_BUSY) | 2, 0, 0 },
	{ "extend: finalised", STAGE_RUNNABLE, NOTHING, TDH_MR_EXTEND, 0x1001, TDR, 0, 0,
	  ST(OP_STATE_INCORRECT), 0, 0 },
	{ "extend: unaligned", EXT, 0x1080, TDR, 0, 0, ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "extend: shared", EXT, SHARED_BIT | 0x1000, TDR, 0, 0, ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "extend: free entry", EXT, 0x2000, TDR, 0, 0, ST(EPT_ENTRY_NOT_PRESENT) | 1, FREE_VIEW,
	  0 },
	{ "extend: missing level", EXT, 0x200000, TDR, 0, 0, ST(EPT_ENTRY_NOT_PRESENT) | 1,
	  FREE_VIEW, 1 },
	{ "extend: pending", STAGE_BUILDING, AUG_1000, TDH_MR_EXTEND, 0x1000, TDR, 0, 0,
	  ST(EPT_ENTRY_NOT_PRESENT) | 1, 0x80000000000000F0ull | (RIG_DATA + 0x1000), 0x200 },
	{ "extend: blocked", STAGE_BUILDING, MAP_BLOCKED, TDH_MR_EXTEND, 0x1000, TDR, 0, 0,
	  ST(EPT_ENTRY_NOT_PRESENT) | 1, 0x80000000000000F0ull | (RIG_DATA + 0x1000), 0x100 },

	{ "finalise: no VCPU", STAGE_INITIALIZED, NOTHING, TDH_MR_FINALIZE, TDR, 0, 0, 0,
	  ST(NO_VCPUS), TDR, 0 },
	{ "finalise: TDR held", STAGE_BUILDING, HOLD_TDR, TDH_MR_FINALIZE, TDR, 0, 0, 0,
	  ST(OPERAND_BUSY) | 1, TDR, 0 },
	{ "finalise: twice", STAGE_RUNNABLE, NOTHING, TDH_MR_FINALIZE, TDR, 0, 0, 0,
	  ST(OP_STATE_INCORRECT), TDR, 0 },

#define CREATE STAGE_NONE, NOTHING, TDH_MNG_CREATE
	{ "create", CREATE, FREE_PAGE, 40, 0, 0, 0, FREE_PAGE, 40 },
	{ "create: key id too wide", CREATE, BAD_ALIGN, 1ull << 16, 0, 0, ST(OPERAND_INVALID) | 2,
	  BAD_ALIGN, 1ull << 16 },
	{ "create: shared key id", CREATE, FREE_PAGE, 31, 0, 0, ST(OPERAND_INVALID) | 2, FREE_PAGE,
	  31 },
	{ "create: key id past the last", CREATE, FREE_PAGE, 64, 0, 0, ST(OPERAND_INVALID) | 2,
	  FREE_PAGE, 64 },
	{ "create: page", CREATE, BAD_ALIGN, 32, 0, 0, ST(OPERAND_INVALID) | 1, BAD_ALIGN, 32 },
	{ "create: KOT", STAGE_NONE, HOLD_KOT, TDH_MNG_CREATE, FREE_PAGE, 32, 0, 0,
	  ST(OPERAND_BUSY) | 186, FREE_PAGE, 32 },
	{ "create: the module's key id", CREATE, FREE_PAGE, 32, 0, 0, ST(HKID_NOT_FREE), FREE_PAGE,
	  32 },
	{ "create: key id in use", STAGE_CREATED, NOTHING, TDH_MNG_CREATE, FREE_PAGE, RIG_HKID, 0,
	  0, ST(HKID_NOT_FREE), FREE_PAGE, RIG_HKID },
	{ "create: no entropy", STAGE_NONE, DRY, TDH_MNG_CREATE, FREE_PAGE, 40, 0, 0,
	  ST(RND_NO_ENTROPY), FREE_PAGE, 40 },
	{ "key config: fatal", STAGE_KEYS, FATAL, TDH_MNG_KEY_CONFIG, TDR, 0, 0, 0, ST(TD_FATAL),
	  TDR, 0 },
	{ "key config: done", STAGE_KEYS, NOTHING, TDH_MNG_KEY_CONFIG, TDR, 0, 0, 0,
	  ST(LIFECYCLE_STATE_INCORRECT), TDR, 0 },
	{ "key config: no key", STAGE_CREATED, NO_KEY, TDH_MNG_KEY_CONFIG, TDR, 0, 0, 0,
	  ST(KEY_GENERATION_FAILED), TDR, 0 },
	{ "addcx: no keys", STAGE_CREATED, NOTHING, TDH_MNG_ADDCX, BAD_ALIGN, TDR, 0, 0,
	  ST(TD_KEYS_NOT_CONFIGURED), BAD_ALIGN, TDR },
	{ "addcx: page", STAGE_KEYS, NOTHING, TDH_MNG_ADDCX, BAD_ALIGN, TDR, 0, 0,
	  ST(OPERAND_INVALID) | 1, BAD_ALIGN, TDR },
	{ "addcx: a seventh", STAGE_TDCS, NOTHING, TDH_MNG_ADDCX, FREE_PAGE, TDR, 0, 0, 0,
	  FREE_PAGE, TDR },
	{ "addcx: a seventh too late", STAGE_INITIALIZED, NOTHING, TDH_MNG_ADDCX, FREE_PAGE, TDR, 0,
	  0, ST(OP_STATE_INCORRECT), FREE_PAGE, TDR },
	{ "init: again", STAGE_INITIALIZED, NOTHING, TDH_MNG_INIT, TDR, RIG_PARAMS, 0, 0,
	  ST(OP_STATE_INCORRECT), 0, RIG_PARAMS },
	{ "init: no TDCS", STAGE_KEYS, NOTHING, TDH_MNG_INIT, TDR, RIG_PARAMS, 0, 0,
	  ST(TDCS_NOT_ALLOCATED), 0, RIG_PARAMS },
	{ "init: params unaligned", STAGE_TDCS, NOTHING, TDH_MNG_INIT, TDR, RIG_PARAMS + 512, 0, 0,
	  ST(OPERAND_INVALID) | 2, 0, RIG_PARAMS + 512 },

	{ "vp create: op lock", STAGE_BUILDING, HOLD_OP, TDH_VP_CREATE, FREE_PAGE, TDR, 0, 0,
	  ST(OPERAND_BUSY) | 172, FREE_PAGE, TDR },
	{ "vp create: page", STAGE_BUILDING, NOTHING, TDH_VP_CREATE, RIG_BASE, TDR, 0, 0,
	  ST(PAGE_METADATA_INCORRECT) | 1, RIG_BASE, TDR },
	{ "vp create: finalised", STAGE_RUNNABLE, NOTHING, TDH_VP_CREATE, RIG_BASE, TDR, 0, 0,
	  ST(OP_STATE_INCORRECT), RIG_BASE, TDR },
	{ "vp addcx: TDVPR held", STAGE_BUILDING, HOLD_TDVPR, TDH_VP_ADDCX, FREE_PAGE, TDVPR, 0, 0,
	  ST(OPERAND_BUSY) | 2, FREE_PAGE, TDVPR },
	{ "vp addcx: TDR held", STAGE_BUILDING, HOLD_TDR_X, TDH_VP_ADDCX, FREE_PAGE, TDVPR, 0, 0,
	  ST(OPERAND_BUSY) | 128, FREE_PAGE, TDVPR },
	{ "vp addcx: initialised", STAGE_BUILDING, NOTHING, TDH_VP_ADDCX, FREE_PAGE, TDVPR, 0, 0,
	  ST(VCPU_STATE_INCORRECT), FREE_PAGE, TDVPR },
	{ "vp init: version 2", STAGE_BUILDING, NOTHING, TDH_VP_INIT | 2 << 16, BAD_ALIGN, 0, 0, 0,
	  ST(OPERAND_INVALID), BAD_ALIGN, 0 },
	{ "vp init: not a TDVPR", STAGE_BUILDING, NOTHING, TDH_VP_INIT, TDR, 0, 0, 0,
	  ST(PAGE_METADATA_INCORRECT) | 1, TDR, 0 },
	{ "vp init: twice", STAGE_BUILDING, NOTHING, TDH_VP_INIT, TDVPR, 0, 0, 0,
	  ST(VCPU_STATE_INCORRECT), TDVPR, 0 },
	{ "vp init: version 0 shares the TDR", STAGE_BUILDING, HOLD_TDR, TDH_VP_INIT, TDVPR, 0, 0,
	  0, ST(VCPU_STATE_INCORRECT), TDVPR, 0 },
	{ "vp init: version 1 does not", STAGE_BUILDING, HOLD_TDR, TDH_VP_INIT | TDX_LEAF_V1, TDVPR,
	  0, 0, 0, ST(OPERAND_BUSY) | 128, TDVPR, 0 },
	{ "enter: not yet", STAGE_BUILDING, NOTHING, TDH_VP_ENTER, TDVPR, 0, 0, 0,
	  ST(OP_STATE_INCORRECT), TDVPR, 0 },
	{ "enter: reserved", STAGE_RUNNABLE, NOTHING, TDH_VP_ENTER, TDVPR + 1, 0, 0, 0,
	  ST(OPERAND_INVALID) | 1, TDVPR + 1, 0 },
	{ "enter: nothing to resume", STAGE_RUNNABLE, NOTHING, TDH_VP_ENTER,
	  TDVPR + TDX_ENTER_RESUME_L1, 0, 0, 0, ST(OPERAND_INVALID) | 1,
	  TDVPR + TDX_ENTER_RESUME_L1, 0 },
	{ "enter: epoch", STAGE_RUNNABLE, HOLD_EPOCH, TDH_VP_ENTER, TDVPR, 0, 0, 0,
	  ST(OPERAND_BUSY) | 169, TDVPR, 0 },
	{ "enter", STAGE_RUNNABLE, NOTHING, TDH_VP_ENTER, TDVPR, 0, 0, 0, 1, 0, 0 },
	{ "flush: torn down", STAGE_TEARDOWN, NOTHING, TDH_VP_FLUSH, TDVPR, 0, 0, 0,
	  ST(TD_KEYS_NOT_CONFIGURED), TDVPR, 0 },
	{ "flush: TDVPR held", STAGE_BUILDING, HOLD_TDVPR, TDH_VP_FLUSH, TDVPR, 0, 0, 0,
	  ST(OPERAND_BUSY) | 1, TDVPR, 0 },

#define AUG STAGE_RUNNABLE, NOTHING, TDH_MEM_PAGE_AUG
#define AUG_WITH(spoil) STAGE_RUNNABLE, spoil, TDH_MEM_PAGE_AUG
	{ "aug", AUG, 0x1000, TDR, FREE_PAGE, 0, 0, 0, 0 },
	{ "aug: 2 MiB", AUG, 0x200001, TDR, RIG_DATA, 0, 0, 0, 0 },
	{ "aug: before finalising", STAGE_BUILDING, NOTHING, TDH_MEM_PAGE_AUG, 0x1000, TDR,
	  FREE_PAGE, 0, 0, 0, 0 },
	{ "aug: op lock", AUG_WITH(HOLD_OP), 0x1000, TDR, FREE_PAGE, 0, ST(OPERAND_BUSY) | 172, 0,
	  0 },
	{ "aug: 1 GiB", AUG, 2, TDR, RIG_DATA, 0, ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "aug: tree lock", AUG_WITH(HOLD_TREE), 0x1000, TDR, FREE_PAGE, 0, ST(OPERAND_BUSY) | 146,
	  0, 0 },
	{ "aug: entry lock", AUG_WITH(HOLD_ENTRY), 0x1000, TDR, FREE_PAGE, 0, ST(OPERAND_BUSY) | 1,
	  FREE_VIEW, 0 },
	{ "aug: no table", AUG, 0x200000, TDR, FREE_PAGE, 0, ST(EPT_WALK_FAILED) | 1, FREE_VIEW,
	  1 },
	{ "aug: twice", AUG_WITH(AUG_1000), 0x1000, TDR, FREE_PAGE, 0,
	  ST(EPT_ENTRY_STATE_INCORRECT) | 1, 0x80000000000000F0ull | (RIG_DATA + 0x1000), 0x200 },
	{ "aug: over a table", AUG, 1, TDR, RIG_DATA, 0, ST(EPT_ENTRY_STATE_INCORRECT) | 1, 7,
	  0x8401 },
	{ "aug: page unaligned to its size", AUG, 0x200001, TDR, FREE_PAGE, 0,
	  ST(OPERAND_INVALID) | 8, 0, 0 },
	{ "aug: part of the large page in use", AUG_WITH(DATA_USED), 0x200001, TDR, RIG_DATA, 0,
	  ST(PAGE_METADATA_INCORRECT) | 8, 0, 0 },
	{ "aug: part of the large page held", AUG_WITH(HOLD_PAGE), 0x200001, TDR, RIG_DATA, 0,
	  ST(OPERAND_BUSY) | 8, 0, 0 },

	{ "remove: nothing there", STAGE_RUNNABLE, NOTHING, TDH_MEM_PAGE_REMOVE, 0x1000, TDR, 0, 0,
	  ST(EPT_ENTRY_STATE_INCORRECT) | 1, FREE_VIEW, 0 },
	{ "remove: a table is no page", STAGE_RUNNABLE, NOTHING, TDH_MEM_PAGE_REMOVE, 1, TDR, 0, 0,
	  ST(EPT_ENTRY_STATE_INCORRECT) | 1, 7, 0x8401 },
	{ "remove: level 3", STAGE_RUNNABLE, NOTHING, TDH_MEM_PAGE_REMOVE, 3, TDR, 0, 0,
	  ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "remove: not blocked", STAGE_RUNNABLE, AUG_1000, TDH_MEM_PAGE_REMOVE, 0x1000, TDR, 0, 0,
	  ST(GPA_RANGE_NOT_BLOCKED) | 1, 0x80000000000000F0ull | (RIG_DATA + 0x1000), 0x200 },
	{ "remove: while building, at once", STAGE_BUILDING, MAP_1000, TDH_MEM_PAGE_REMOVE, 0x1000,
	  TDR, 0, 0, 0, RIG_DATA + 0x1000, 0 },
	{ "remove: while building, blocked", STAGE_BUILDING, MAP_BLOCKED, TDH_MEM_PAGE_REMOVE,
	  0x1000, TDR, 0, 0, 0, RIG_DATA + 0x1000, 0 },
	{ "block: nothing there", STAGE_RUNNABLE, NOTHING, TDH_MEM_RANGE_BLOCK, 0x1000, TDR, 0, 0,
	  ST(EPT_ENTRY_STATE_INCORRECT) | 1, FREE_VIEW, 0 },
	{ "block: twice", STAGE_BUILDING, MAP_BLOCKED, TDH_MEM_RANGE_BLOCK, 0x1000, TDR, 0, 0,
	  ST(GPA_RANGE_ALREADY_BLOCKED) | 1, 0x80000000000000F0ull | (RIG_DATA + 0x1000), 0x100 },
	{ "block: tree lock", STAGE_RUNNABLE, HOLD_TREE, TDH_MEM_RANGE_BLOCK, 0x1000, TDR, 0, 0,
	  ST(OPERAND_BUSY) | 146, 0, 0 },
	{ "unblock: not blocked", STAGE_BUILDING, MAP_1000, TDH_MEM_RANGE_UNBLOCK, 0x1000, TDR, 0,
	  0, ST(EPT_ENTRY_STATE_INCORRECT) | 1, 0x80000000000000F7ull | (RIG_DATA + 0x1000),
	  0x400 },
	{ "unblock: while building, untracked", STAGE_BUILDING, MAP_BLOCKED, TDH_MEM_RANGE_UNBLOCK,
	  0x1000, TDR, 0, 0, 0, 0, 0 },
	{ "track: epoch", STAGE_RUNNABLE, HOLD_EPOCH, TDH_MEM_TRACK, TDR, 0, 0, 0,
	  ST(OPERAND_BUSY) | 169, TDR, 0 },
	{ "table remove: a leaf's level", STAGE_RUNNABLE, NOTHING, TDH_MEM_SEPT_REMOVE, 0, TDR, 0,
	  0, ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "table remove: none", STAGE_RUNNABLE, NOTHING, TDH_MEM_SEPT_REMOVE, 0x200001, TDR, 0, 0,
	  ST(EPT_ENTRY_STATE_INCORRECT) | 1, FREE_VIEW, 1 },
	{ "table remove: not blocked", STAGE_RUNNABLE, NOTHING, TDH_MEM_SEPT_REMOVE, 1, TDR, 0, 0,
	  ST(GPA_RANGE_NOT_BLOCKED) | 1, 7, 0x8401 },
	{ "table remove: not empty", STAGE_BUILDING, MAP_1000, TDH_MEM_SEPT_REMOVE, 1, TDR, 0, 0,
	  ST(EPT_PAGE_NOT_FREE) | 1, 7, 0x8401 },
	{ "read: entry", STAGE_BUILDING, MAP_1000, TDH_MEM_SEPT_RD, 0x1000, TDR, 0, 0, 0,
	  0x80000000000000F7ull | (RIG_DATA + 0x1000), 0x400 },
	{ "read: L2 attributes of a production TD", STAGE_BUILDING, NOTHING, TDH_MEM_SEPT_RD, 8,
	  TDR + 1, 0, 0, ST(OPERAND_INVALID) | 2, 0, 0 },

	{ "flush done: VCPU associated", STAGE_RUNNABLE, NOTHING, TDH_MNG_VPFLUSHDONE, TDR, 0, 0, 0,
	  ST(FLUSHVP_NOT_DONE), TDR, 0 },
	{ "flush done: from the first state", STAGE_CREATED, NOTHING, TDH_MNG_VPFLUSHDONE, TDR, 0,
	  0, 0, 0, TDR, 0 },
	{ "flush done: fatal TDs too", STAGE_CREATED, FATAL, TDH_MNG_VPFLUSHDONE, TDR, 0, 0, 0, 0,
	  TDR, 0 },
	{ "flush done: KOT before state", STAGE_BLOCKED, HOLD_KOT, TDH_MNG_VPFLUSHDONE, TDR, 0, 0,
	  0, ST(OPERAND_BUSY) | 186, TDR, 0 },
	{ "flush done: twice", STAGE_BLOCKED, NOTHING, TDH_MNG_VPFLUSHDONE, TDR, 0, 0, 0,
	  ST(LIFECYCLE_STATE_INCORRECT), TDR, 0 },
	{ "write back: operand", STAGE_BLOCKED, NOTHING, TDH_PHYMEM_CACHE_WB, 2, 0, 0, 0,
	  ST(OPERAND_INVALID) | 1, 2, 0 },
	{ "write back: nothing to do", STAGE_RUNNABLE, NOTHING, TDH_PHYMEM_CACHE_WB, 0, 0, 0, 0,
	  ST(NO_HKID_READY_TO_WBCACHE), 0, 0 },
	{ "write back: nothing to resume", STAGE_BLOCKED, NOTHING, TDH_PHYMEM_CACHE_WB, 1, 0, 0, 0,
	  ST(WBCACHE_RESUME_ERROR), 1, 0 },
	{ "free id: too early", STAGE_RUNNABLE, NOTHING, TDH_MNG_KEY_FREEID, TDR, 0, 0, 0,
	  ST(LIFECYCLE_STATE_INCORRECT), TDR, 0 },
	{ "free id: caches", STAGE_BLOCKED, NOTHING, TDH_MNG_KEY_FREEID, TDR, 0, 0, 0,
	  ST(WBCACHE_NOT_COMPLETE), TDR, 0 },
	{ "reclaim: unaligned", STAGE_TEARDOWN, NOTHING, TDH_PHYMEM_PAGE_RECLAIM, BAD_ALIGN, TDR, 0,
	  0, ST(OPERAND_INVALID) | 1, 0, 0 },
	{ "reclaim: outside", STAGE_TEARDOWN, NOTHING, TDH_PHYMEM_PAGE_RECLAIM, OUTSIDE, TDR, 0, 0,
	  ST(OPERAND_ADDR_RANGE_ERROR) | 1, 0, 0 },
	{ "reclaim: free", STAGE_TEARDOWN, NOTHING, TDH_PHYMEM_PAGE_RECLAIM, FREE_PAGE, TDR, 0, 0,
	  ST(PAGE_METADATA_INCORRECT) | 1, 0, 0 },
	{ "reclaim: too early, says whose", STAGE_RUNNABLE, NOTHING, TDH_PHYMEM_PAGE_RECLAIM, TDVPR,
	  0, 0, 0, ST(LIFECYCLE_STATE_INCORRECT), TDX_PT_TDVPR, TDR },
	{ "reclaim: owner held", STAGE_TEARDOWN, HOLD_TDR_X, TDH_PHYMEM_PAGE_RECLAIM, TDVPR, 0, 0,
	  0, ST(OPERAND_BUSY) | 128, TDX_PT_TDVPR, TDR },
	{ "reclaim: TDR before its pages", STAGE_TEARDOWN, NOTHING, TDH_PHYMEM_PAGE_RECLAIM, TDR, 0,
	  0, 0, ST(TD_ASSOCIATED_PAGES_EXIST), TDX_PT_TDR, 0 },
	{ "wbinvd: in use", STAGE_RUNNABLE, NOTHING, TDH_PHYMEM_PAGE_WBINVD, TDR, 0, 0, 0,
	  ST(PAGE_METADATA_INCORRECT) | 1, TDR, 0 },
	{ "wbinvd: key id", STAGE_RUNNABLE, NOTHING, TDH_PHYMEM_PAGE_WBINVD,
	  FREE_PAGE | 33ull << 46, 0, 0, 0, 0, FREE_PAGE | 33ull << 46, 0 },
	{ "rdmd: whose", STAGE_BUILDING, NOTHING, TDH_PHYMEM_PAGE_RDMD, TDVPR, 0, 0, 0, 0,
	  TDX_PT_TDVPR, TDR },
	{ "rdmd: free", STAGE_BUILDING, NOTHING, TDH_PHYMEM_PAGE_RDMD, FREE_PAGE, 0, 0, 0, 0, 0,
	  0 },
	{ "unknown leaf", STAGE_NONE, NOTHING, 42, 0, 0, 0, 0, ST(OPERAND_INVALID), 0, 0 },
};

static void spoil(struct rig *rig, enum spoil what)
{
	switch (what) {
	case NOTHING:
		break;
	case FATAL:
		seam_test_fatal(rig->s, rig->tdr);
		break;
	case HOLD_TDR:
		seam_test_hold(rig->s, SEAM_LOCK_PAGE, rig->tdr, 0, SEAM_SHARED);
		break;
	case HOLD_TDR_X:
		seam_test_hold(rig->s, SEAM_LOCK_PAGE, rig->tdr, 0, SEAM_EXCLUSIVE);
		break;
	case HOLD_OP:
		seam_test_hold(rig->s, SEAM_LOCK_OP, rig->tdr, 0, SEAM_EXCLUSIVE);
		break;
	case HOLD_TREE:
		seam_test_hold(rig->s, SEAM_LOCK_TREE, rig->tdr, 0, SEAM_EXCLUSIVE);
		break;
	case HOLD_ENTRY:
		seam_test_hold(rig->s, SEAM_LOCK_ENTRY, rig->tdr, 0x1000, SEAM_EXCLUSIVE);
		break;
	case HOLD_ENTRY1:
		seam_test_hold(rig->s, SEAM_LOCK_ENTRY, rig->tdr, 0x200001, SEAM_EXCLUSIVE);
		break;
	case HOLD_PAGE:
		seam_test_hold(rig->s, SEAM_LOCK_PAGE, FREE_PAGE, 0, SEAM_SHARED);
		break;
	case HOLD_KOT:
		seam_test_hold(rig->s, SEAM_LOCK_KOT, 0, 0, SEAM_SHARED);
		break;
	case HOLD_TDVPR:
		seam_test_hold(rig->s, SEAM_LOCK_PAGE, rig->tdvpr, 0, SEAM_SHARED);
		break;
	case HOLD_EPOCH:
		seam_test_hold(rig->s, SEAM_LOCK_EPOCH, rig->tdr, 0, SEAM_EXCLUSIVE);
		break;
	case MAP_1000:
		rig_add(rig, 0x1000, NULL);
		break;
	case AUG_1000:
		rig_must(rig, TDH_MEM_PAGE_AUG, 0x1000, rig->tdr, RIG_DATA + 0x1000, 0);
		break;
	case AUG_2M:
		rig_must(rig, TDH_MEM_PAGE_AUG, 0x200001, rig->tdr, RIG_DATA, 0);
		break;
	case MAP_BLOCKED:
		rig_add(rig, 0x1000, NULL);
		rig_must(rig, TDH_MEM_RANGE_BLOCK, 0x1000, rig->tdr, 0, 0);
		break;
	case DATA_USED:
		rig_must(rig, TDH_MEM_PAGE_AUG, 0x5000, rig->tdr, FREE_PAGE, 0);
		break;
	case DRY:
		seam_test_no_entropy(rig->s, 1);
		break;
	case NO_KEY:
		seam_test_no_key(rig->s, 1);
		break;
	}
}

START_TEST(each_check_answers_with_its_own_status)
{
	const struct row *row = &rows[_i];
	struct seam_td_view before = { 0 }, after = { 0 };
	struct rig rig;
	uint64_t got;

	rig_open(&rig, NULL, row->stage);
	spoil(&rig, row->spoil);
	if (rig.tdr)
		before = rig_view(&rig);
	got = rig_call(&rig, row->leaf, row->rcx, row->rdx, row->r8, row->r9);
	ck_assert_msg(got == row->want, "%s: status %#lx, want %#lx", row->what, got, row->want);
	ck_assert_msg(rig.r.rcx == row->want_rcx, "%s: RCX %#lx", row->what, rig.r.rcx);
	ck_assert_msg(rig.r.rdx == row->want_rdx, "%s: RDX %#lx", row->what, rig.r.rdx);
	if (rig.tdr && got >> 63 && row->leaf != TDH_VP_ENTER) {
		after = rig_view(&rig);
		ck_assert_msg(memcmp(&before, &after, sizeof(before)) == 0, "%s: state changed",
			      row->what);
	}
	rig_close(&rig);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("refusals");
	TCase *tc = tcase_create("checks");

	tcase_add_loop_test(tc, each_check_answers_with_its_own_status, 0,
			    sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
