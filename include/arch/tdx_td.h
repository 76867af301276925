/* SPDX-License-Identifier: BSD-2-Clause */
/* A TD as the TDX module keeps it: states, sizes, page types and the TD_PARAMS structure that
 * creates it. Source: TDX Module ABI, TD_PARAMS and PAMT; module 1.5 td_control_structures.h. */
#ifndef ARCH_TDX_TD_H
#define ARCH_TDX_TD_H

enum tdx_lifecycle {
	TDX_HKID_ASSIGNED = 0,
	TDX_KEYS_CONFIGURED = 1,
	TDX_BLOCKED = 2,
	TDX_TEARDOWN = 3,
};

enum tdx_op_state {
	TDX_OP_UNINITIALIZED = 0,
	TDX_OP_INITIALIZED = 1,
	TDX_OP_RUNNABLE = 2,
	TDX_OP_LIVE_EXPORT = 3,
	TDX_OP_PAUSED_EXPORT = 4,
	TDX_OP_POST_EXPORT = 5,
	TDX_OP_MEMORY_IMPORT = 6,
	TDX_OP_STATE_IMPORT = 7,
	TDX_OP_POST_IMPORT = 8,
	TDX_OP_LIVE_IMPORT = 9,
	TDX_OP_FAILED_IMPORT = 10,
};

enum tdx_vcpu_state {
	TDX_VCPU_UNINITIALIZED = 0,
	TDX_VCPU_READY = 2,
	TDX_VCPU_ACTIVE = 4,
	TDX_VCPU_DISABLED = 8,
};

enum tdx_kot_state {
	TDX_HKID_FREE = 0,
	TDX_HKID_IN_USE = 1,
	TDX_HKID_FLUSHED = 2,
	TDX_HKID_RESERVED = 3,
};

/* Page types of the PAMT */
enum tdx_page_type {
	TDX_PT_NDA = 0, /* free */
	TDX_PT_RSVD = 1,
	TDX_PT_REG = 3,
	TDX_PT_TDR = 4,
	TDX_PT_TDCX = 5,
	TDX_PT_TDVPR = 6,
	TDX_PT_EPT = 8,
};

/* Control structures, in pages of 4 KiB (module 1.5) */
#define TDX_TDCS_PAGES_MIN 6u
#define TDX_TDCS_PAGES_MAX 9u
#define TDX_TDVPS_PAGES_MIN 6u /* TDVPR included */
#define TDX_TDVPS_PAGES_MAX 15u

/* ATTRIBUTES */
#define TDX_ATTR_DEBUG (1ull << 0)
#define TDX_ATTR_ICSSD (1ull << 16)
#define TDX_ATTR_LASS (1ull << 27)
#define TDX_ATTR_SEPT_VE_DISABLE (1ull << 28)
#define TDX_ATTR_MIGRATABLE (1ull << 29)
#define TDX_ATTR_PKS (1ull << 30)
#define TDX_ATTR_PERFMON (1ull << 63)

/* What a TD may have (FIXED0) and must have (FIXED1): a bit 0 in FIXED0 must be 0, a bit 1 in
 * FIXED1 must be 1. By module version 1.5.N. */
#define TDX_ATTR_FIXED0_1_5_01 0x8000000070000001ull
#define TDX_ATTR_FIXED0_1_5_05 0x8000000078000001ull
#define TDX_ATTR_FIXED0_1_5_06 0x8000000078010001ull
#define TDX_ATTR_FIXED1 0ull
#define TDX_XFAM_FIXED0 0x000000000006DBE7ull
#define TDX_XFAM_FIXED1 0x3ull

/* XFAM groups that go together */
#define TDX_XFAM_AVX (1ull << 2)
#define TDX_XFAM_AVX512 (7ull << 5)
#define TDX_XFAM_CET (3ull << 11)
#define TDX_XFAM_AMX (3ull << 17)

/* CONFIG_FLAGS */
#define TDX_CONFIG_GPAW (1ull << 0)
#define TDX_CONFIG_FLEXIBLE_PENDING_VE (1ull << 1)
#define TDX_CONFIG_NO_RBP_MOD (1ull << 2)
#define TDX_CONFIG_MAXPA_VIRT (1ull << 3)
#define TDX_CONFIG_MAXGPA_VIRT (1ull << 4)
#define TDX_CONFIG_FIXED0_1_5_01 0x7ull
#define TDX_CONFIG_FIXED0_1_5_06 0xFull
#define TDX_CONFIG_FIXED0_1_5_08 0x1Full

/* EPTP_CONTROLS: memory type write back, four or five levels */
#define TDX_EPTP_4_LEVEL 0x1Eull
#define TDX_EPTP_5_LEVEL 0x26ull

/* TD_PARAMS: byte offsets */
enum tdx_params {
	TDX_PARAMS_ATTRIBUTES = 0,
	TDX_PARAMS_XFAM = 8,
	TDX_PARAMS_MAX_VCPUS = 16,	 /* u16 */
	TDX_PARAMS_NUM_L2_VMS = 18,	 /* u8 */
	TDX_PARAMS_MSR_CONFIG_CTLS = 19, /* u8 */
	TDX_PARAMS_RESERVED_20 = 20,	 /* 4 bytes */
	TDX_PARAMS_EPTP_CONTROLS = 24,
	TDX_PARAMS_CONFIG_FLAGS = 32,
	TDX_PARAMS_TSC_FREQUENCY = 40, /* u16, units of 25 MHz */
	TDX_PARAMS_RESERVED_42 = 42,   /* 38 bytes */
	TDX_PARAMS_MRCONFIGID = 80,    /* 48 bytes, as the next two */
	TDX_PARAMS_MROWNER = 128,
	TDX_PARAMS_MROWNERCONFIG = 176,
	TDX_PARAMS_ARCH_CAPABILITIES = 224,
	TDX_PARAMS_RESERVED_232 = 232, /* 24 bytes */
	TDX_PARAMS_CPUID_CONFIG = 256, /* EAX, EBX, ECX, EDX an entry */
	TDX_PARAMS_SIZE = 1024,
};

#define TDX_PARAMS_ALIGN 1024u
#define TDX_MAX_VCPUS_1_5_01 65535u
#define TDX_MAX_VCPUS_1_5_05 576u
#define TDX_TSC_FREQUENCY_MIN 4u
#define TDX_TSC_FREQUENCY_MAX 400u
#define TDX_NUM_L2_VMS_MAX 3u
#define TDX_ARCH_CAPABILITIES_ALLOW 0x0000000001180010ull /* SSB_NO, RRSBA, BHI_NO, PBRSB_NO */
#define TDX_MSR_TSC_ADJUST 0x3Bu
#define TDX_MSR_TSX_CTRL 0x10Au

/* A leaf without sub-leafs says so with this sub-leaf number. */
#define TDX_CPUID_NO_SUBLEAF 0xFFFFFFFFu

/* What the host may set of a TD's CPUID, module 1.5.01: leaf, sub-leaf, then for EAX, EBX, ECX and
 * EDX the bits taken as given ("direct") and the bits that may only be cleared ("allow"). */
#define TDX_CPUID_CONFIG_LIST(ROW)                                                                 \
	ROW(0x1, TDX_CPUID_NO_SUBLEAF, 0x0FFF3FFF, 0, 0x00FF0000, 0, 0, 0x31044D88, 0, 0xB8440000) \
	ROW(0x4, 0, 0xFFFFC3FF, 0, 0xFFFFF000, 0, 0xFFFFFFFF, 0, 0xFFFFFFFB, 0)                    \
	ROW(0x4, 1, 0xFFFFC3FF, 0, 0xFFFFF000, 0, 0xFFFFFFFF, 0, 0xFFFFFFFB, 0)                    \
	ROW(0x4, 2, 0xFFFFC3FF, 0, 0xFFFFF000, 0, 0xFFFFFFFF, 0, 0xFFFFFFFB, 0)                    \
	ROW(0x4, 3, 0xFFFFC3FF, 0, 0xFFFFF000, 0, 0xFFFFFFFF, 0, 0x7, 0)                           \
	ROW(0x7, 0, 0, 0, 0, 0xDC2B9B18, 0, 0x02417F65, 0, 0x0005411C)                             \
	ROW(0x7, 1, 0, 0x1D30, 0, 0, 0, 0, 0, 0)                                                   \
	ROW(0xA, TDX_CPUID_NO_SUBLEAF, 0, 0, 0, 0, 0, 0, 0, 0)                                     \
	ROW(0x1C, TDX_CPUID_NO_SUBLEAF, 0, 0xFF, 0, 0, 0, 0, 0, 0)                                 \
	ROW(0x80000008, TDX_CPUID_NO_SUBLEAF, 0, 0, 0, 0x200, 0, 0, 0, 0)                          \
	ROW(0x7, 2, 0, 0, 0, 0, 0, 0, 0, 0x28)                                                     \
	ROW(0x23, 0, 0, 0xF, 0, 0, 0, 0, 0, 0)
#define TDX_CPUID_CONFIG_COUNT 12u

#endif
