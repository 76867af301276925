/* SPDX-License-Identifier: BSD-2-Clause */
/* Secure EPT: the 8-byte entry of an L1 tree, its states, the page-info operand and the extended
 * error information. Source: TDX Module ABI, Secure EPT; module 1.5 sept_manager.h and
 * sept_state_lookup.c. */
#ifndef ARCH_TDX_SEPT_H
#define ARCH_TDX_SEPT_H

/* Entry bits */
#define SEPT_R (1ull << 0)
#define SEPT_W (1ull << 1)
#define SEPT_X (1ull << 2)
#define SEPT_RWX 0x7ull
#define SEPT_MT_WB (6ull << 3)
#define SEPT_IPAT (1ull << 6)
#define SEPT_PS (1ull << 7) /* on every leaf, 4 KiB included */
#define SEPT_A (1ull << 8)
#define SEPT_D (1ull << 9)
#define SEPT_TDEL (1ull << 11) /* entry lock */
#define SEPT_HPA_MASK 0x000FFFFFFFFFF000ull
#define SEPT_HP (1ull << 52)   /* a host locker was refused */
#define SEPT_TDEX (1ull << 53) /* exported */
#define SEPT_TDBW (1ull << 54) /* blocked for writing */
#define SEPT_TDB (1ull << 55)  /* blocked */
#define SEPT_TDP (1ull << 56)  /* pending */
#define SEPT_VPW (1ull << 57)
#define SEPT_SVE (1ull << 63) /* suppress #VE; set in every entry of an L1 tree */

/* The bits that make the state of an entry */
#define SEPT_STATE_MASK (SEPT_PS | SEPT_IPAT | SEPT_TDP | SEPT_TDB | SEPT_TDBW | SEPT_TDEX | SEPT_D)

/* name, bits of SEPT_STATE_MASK, state as TDH.MEM.SEPT.RD shows it */
#define SEPT_STATE_LIST(ROW)                                   \
	ROW(FREE, 0x00E0000000000000, 0)                       \
	ROW(REMOVED, 0x00C0000000000000, 5)                    \
	ROW(NL_MAPPED, 0, 132)                                 \
	ROW(NL_BLOCKED, 0x0080000000000000, 129)               \
	ROW(MAPPED, 0x00000000000000C0, 4)                     \
	ROW(BLOCKED, 0x00800000000000C0, 1)                    \
	ROW(BLOCKEDW, 0x00400000000000C0, 8)                   \
	ROW(EXPORTED_BLOCKEDW, 0x00600000000000C0, 9)          \
	ROW(EXPORTED_DIRTY, 0x00200000000002C0, 11)            \
	ROW(EXPORTED_DIRTY_BLOCKEDW, 0x00600000000002C0, 12)   \
	ROW(PENDING, 0x01000000000000C0, 2)                    \
	ROW(PENDING_BLOCKED, 0x01800000000000C0, 3)            \
	ROW(PENDING_BLOCKEDW, 0x01400000000000C0, 16)          \
	ROW(PENDING_EXPORTED_BLOCKEDW, 0x01600000000000C0, 17) \
	ROW(PENDING_EXPORTED_DIRTY, 0x01200000000002C0, 19)    \
	ROW(PENDING_EXPORTED_DIRTY_BLOCKEDW, 0x01600000000002C0, 20)

/* SEPT_FREE, SEPT_MAPPED, ...: the state bits. SEPT_PUBLIC_FREE, ...: the public number. */
enum sept_state {
#define SEPT_STATE_ROW(name, bits, number) SEPT_##name = bits,
	SEPT_STATE_LIST(SEPT_STATE_ROW)
#undef SEPT_STATE_ROW
};

enum sept_public_state {
#define SEPT_STATE_ROW(name, bits, number) SEPT_PUBLIC_##name = number,
	SEPT_STATE_LIST(SEPT_STATE_ROW)
#undef SEPT_STATE_ROW
};

#define SEPT_ENTRY_FREE (SEPT_SVE | SEPT_FREE) /* a table starts as 512 of these; never raw zero \
						*/
#define SEPT_LEAF_ATTR (SEPT_SVE | SEPT_MT_WB | SEPT_IPAT | SEPT_PS)
#define SEPT_ENTRIES 512u

/* What the host gets to see of an entry */
#define SEPT_VIEW_LEAF 0x800FFFFFFFFFF0FFull
#define SEPT_VIEW_NON_LEAF 0x87ull
#define SEPT_VIEW_FREE 0x8000000000000000ull

/* Levels name the entry, not what hangs below it. */
enum sept_level {
	SEPT_LEVEL_PT = 0,   /* 4 KiB */
	SEPT_LEVEL_PD = 1,   /* 2 MiB */
	SEPT_LEVEL_PDPT = 2, /* 1 GiB */
	SEPT_LEVEL_PML4 = 3, /* 512 GiB */
	SEPT_LEVEL_PML5 = 4, /* 256 TiB */
};
#define SEPT_LEVEL_SHIFT(level) (12 + 9 * (level))

/* The page-info operand: RCX of most leafs that work on the tree */
#define TDX_PAGE_INFO_LEVEL 0x7ull
#define TDX_PAGE_INFO_GPA 0x000FFFFFFFFFF000ull
#define TDX_PAGE_INFO_RESERVED 0xFFF0000000000FF8ull

/* Extended error information in RDX: level in 2:0, public state in 15:8, VM index in 17:16 */
#define TDX_SEPT_INFO_LEVEL 0x7ull
#define TDX_SEPT_INFO_STATE_SHIFT 8

/* A private GPA lies below this bit; the bit itself is the shared bit. */
#define TDX_SHARED_BIT_GPAW0 47
#define TDX_SHARED_BIT_GPAW1 51

#endif
