/* SPDX-License-Identifier: BSD-2-Clause */
/* The status words that the TDX module returns in RAX. Source: TDX Module ABI, function completion
 * status codes; values as module 1.5 emits them. The low 32 bits usually hold an operand id (enum
 * tdx_operand), sometimes a level, an MSR index or a state: compare bits 63:32 unless the detail is
 * what is asked about. */
#ifndef ARCH_TDX_STATUS_H
#define ARCH_TDX_STATUS_H

/* name, value with the detail bits zero. In order of value below the error bits. */
#define TDX_STATUS_LIST(ROW)                                        \
	ROW(SUCCESS, 0)                                             \
	ROW(NON_RECOVERABLE_VCPU, 0x4000000100000000)               \
	ROW(NON_RECOVERABLE_TD, 0x6000000200000000)                 \
	ROW(INTERRUPTED_RESUMABLE, 0x8000000300000000)              \
	ROW(INTERRUPTED_RESTARTABLE, 0x8000000400000000)            \
	ROW(NON_RECOVERABLE_TD_NON_ACCESSIBLE, 0x6000000500000000)  \
	ROW(NON_RECOVERABLE_TD_WRONG_APIC_MODE, 0xE000000700000000) \
	ROW(NON_RECOVERABLE_TD_CORRUPTED_MD, 0x6000000A00000000)    \
	ROW(OPERAND_INVALID, 0xC000010000000000)                    \
	ROW(OPERAND_ADDR_RANGE_ERROR, 0xC000010100000000)           \
	ROW(OPERAND_BUSY, 0x8000020000000000)                       \
	ROW(PREVIOUS_TLB_EPOCH_BUSY, 0x8000020100000000)            \
	ROW(SYS_BUSY, 0x8000020200000000)                           \
	ROW(RND_NO_ENTROPY, 0x8000020300000000)                     \
	ROW(OPERAND_BUSY_HOST_PRIORITY, 0x8000020400000000)         \
	ROW(HOST_PRIORITY_BUSY_TIMEOUT, 0x9000020500000000)         \
	ROW(PAGE_METADATA_INCORRECT, 0xC000030000000000)            \
	ROW(PAGE_ALREADY_FREE, 0x0000030100000000)                  \
	ROW(HPA_RANGE_NOT_FREE, 0xC000030400000000)                 \
	ROW(NO_PAMT_PAGE_PAIR, 0xC000030500000000)                  \
	ROW(MISSING_PAMT_PAGE_PAIR, 0x8000030800000000)             \
	ROW(TD_ASSOCIATED_PAGES_EXIST, 0xC000040000000000)          \
	ROW(SYS_INIT_NOT_PENDING, 0xC000050000000000)               \
	ROW(SYS_LP_INIT_NOT_DONE, 0xC000050200000000)               \
	ROW(SYS_LP_INIT_DONE, 0xC000050300000000)                   \
	ROW(SYS_NOT_READY, 0xC000050500000000)                      \
	ROW(SYS_SHUTDOWN, 0xC000050600000000)                       \
	ROW(SYS_KEY_CONFIG_NOT_PENDING, 0xC000050700000000)         \
	ROW(SYS_STATE_INCORRECT, 0xC000050800000000)                \
	ROW(SYS_LP_INIT_NOT_PENDING, 0xC000050B00000000)            \
	ROW(SYS_CONFIG_NOT_PENDING, 0xC000050C00000000)             \
	ROW(TD_FATAL, 0xE000060400000000)                           \
	ROW(TD_NON_DEBUG, 0xC000060500000000)                       \
	ROW(TDCS_NOT_ALLOCATED, 0xC000060600000000)                 \
	ROW(LIFECYCLE_STATE_INCORRECT, 0xC000060700000000)          \
	ROW(OP_STATE_INCORRECT, 0xC000060800000000)                 \
	ROW(NO_VCPUS, 0xC000060900000000)                           \
	ROW(TDCX_NUM_INCORRECT, 0xC000061000000000)                 \
	ROW(X2APIC_ID_NOT_UNIQUE, 0xC000062100000000)               \
	ROW(INCOMPATIBLE_MRTD_CONTEXT, 0xC000062200000000)          \
	ROW(VCPU_STATE_INCORRECT, 0xC000070000000000)               \
	ROW(VCPU_ASSOCIATED, 0x8000070100000000)                    \
	ROW(VCPU_NOT_ASSOCIATED, 0x8000070200000000)                \
	ROW(MAX_VCPUS_EXCEEDED, 0xC000070500000000)                 \
	ROW(TSC_ROLLBACK, 0xC000070600000000)                       \
	ROW(KEY_GENERATION_FAILED, 0x8000080000000000)              \
	ROW(TD_KEYS_NOT_CONFIGURED, 0x8000081000000000)             \
	ROW(KEY_STATE_INCORRECT, 0xC000081100000000)                \
	ROW(KEY_CONFIGURED, 0x0000081500000000)                     \
	ROW(WBCACHE_NOT_COMPLETE, 0x8000081700000000)               \
	ROW(HKID_NOT_FREE, 0xC000082000000000)                      \
	ROW(NO_HKID_READY_TO_WBCACHE, 0x0000082100000000)           \
	ROW(WBCACHE_RESUME_ERROR, 0xC000082300000000)               \
	ROW(FLUSHVP_NOT_DONE, 0x8000082400000000)                   \
	ROW(LIMIT_CPUID_MAXVAL_SET, 0xC000090100000000)             \
	ROW(INCONSISTENT_MSR, 0xC000092000000000)                   \
	ROW(INCORRECT_MSR_VALUE, 0xC000092100000000)                \
	ROW(INVALID_TDMR, 0xC0000A0000000000)                       \
	ROW(NON_ORDERED_TDMR, 0xC0000A0100000000)                   \
	ROW(TDMR_OUTSIDE_CMRS, 0xC0000A0200000000)                  \
	ROW(TDMR_ALREADY_INITIALIZED, 0x00000A0300000000)           \
	ROW(INVALID_PAMT, 0xC0000A1000000000)                       \
	ROW(PAMT_OUTSIDE_CMRS, 0xC0000A1100000000)                  \
	ROW(PAMT_OVERLAP, 0xC0000A1200000000)                       \
	ROW(INVALID_RESERVED_IN_TDMR, 0xC0000A2000000000)           \
	ROW(NON_ORDERED_RESERVED_IN_TDMR, 0xC0000A2100000000)       \
	ROW(EPT_WALK_FAILED, 0xC0000B0000000000)                    \
	ROW(EPT_ENTRY_FREE, 0xC0000B0100000000)                     \
	ROW(EPT_ENTRY_NOT_FREE, 0xC0000B0200000000)                 \
	ROW(EPT_ENTRY_NOT_PRESENT, 0xC0000B0300000000)              \
	ROW(EPT_ENTRY_NOT_LEAF, 0xC0000B0400000000)                 \
	ROW(EPT_ENTRY_LEAF, 0xC0000B0500000000)                     \
	ROW(GPA_RANGE_NOT_BLOCKED, 0xC0000B0600000000)              \
	ROW(GPA_RANGE_ALREADY_BLOCKED, 0x00000B0700000000)          \
	ROW(TLB_TRACKING_NOT_DONE, 0xC0000B0800000000)              \
	ROW(PAGE_ALREADY_ACCEPTED, 0x00000B0A00000000)              \
	ROW(PAGE_SIZE_MISMATCH, 0xC0000B0B00000000)                 \
	ROW(GPA_RANGE_BLOCKED, 0xC0000B0C00000000)                  \
	ROW(EPT_ENTRY_STATE_INCORRECT, 0xC0000B0D00000000)          \
	ROW(EPT_PAGE_NOT_FREE, 0xC0000B0E00000000)                  \
	ROW(L2_SEPT_WALK_FAILED, 0xC0000B0F00000000)                \
	ROW(L2_SEPT_ENTRY_NOT_FREE, 0xC0000B1000000000)             \
	ROW(METADATA_FIELD_ID_INCORRECT, 0xC0000C0000000000)        \
	ROW(METADATA_FIELD_NOT_WRITABLE, 0xC0000C0100000000)        \
	ROW(METADATA_FIELD_NOT_READABLE, 0xC0000C0200000000)        \
	ROW(METADATA_FIRST_FIELD_ID_IN_CONTEXT, 0x00000C0B00000000) \
	ROW(METADATA_FIELD_SKIP, 0x00000C0C00000000)                \
	ROW(ALREADY_WRITE_BLOCKED, 0x00000E0300000000)

/* TDX_SUCCESS, TDX_OPERAND_INVALID, ... */
enum tdx_status {
#define TDX_STATUS_ROW(name, value) TDX_##name = value,
	TDX_STATUS_LIST(TDX_STATUS_ROW)
#undef TDX_STATUS_ROW
};

/* Fields of a status word. Bit 63 clear and the word not zero: for information, not an error. */
#define TDX_STATUS_ERROR 0x8000000000000000u
#define TDX_STATUS_NON_RECOVERABLE 0x4000000000000000u
#define TDX_STATUS_FATAL 0x2000000000000000u
#define TDX_STATUS_HOST_HINT 0x1000000000000000u
#define TDX_STATUS_BASE_MASK 0xFFFFFFFF00000000u /* what names the status */
#define TDX_STATUS_DETAIL_MASK 0x00000000FFFFFFFFu

/* Words of host software, never of the module. Source: Linux v7.2 arch/x86/include/asm/tdx.h. */
#define TDX_SW_ERROR 0x8000FF0000000000u
#define TDX_SW_VMFAILINVALID 0x8000FF00FFFF0000u
#define TDX_SW_GP 0x8000FF000000000Du
#define TDX_SW_UD 0x8000FF0000000006u

/* Whom a status is about; added to the low bits of most words. From 128 on, objects that were not
 * passed in a register. */
#define TDX_OPERAND_LIST(ROW)           \
	ROW(RAX, 0)                     \
	ROW(RCX, 1)                     \
	ROW(RDX, 2)                     \
	ROW(RBX, 3)                     \
	ROW(RBP, 5)                     \
	ROW(RSI, 6)                     \
	ROW(RDI, 7)                     \
	ROW(R8, 8)                      \
	ROW(R9, 9)                      \
	ROW(R10, 10)                    \
	ROW(R11, 11)                    \
	ROW(R12, 12)                    \
	ROW(R13, 13)                    \
	ROW(R14, 14)                    \
	ROW(R15, 15)                    \
	ROW(ATTRIBUTES, 64)             \
	ROW(XFAM, 65)                   \
	ROW(CONFIG_FLAGS, 66)           \
	ROW(EPTP_CONTROLS, 67)          \
	ROW(MAX_VCPUS, 68)              \
	ROW(CPUID_CONFIG, 69)           \
	ROW(TSC_FREQUENCY, 70)          \
	ROW(NUM_L2_VMS, 71)             \
	ROW(IA32_ARCH_CAPABILITIES, 72) \
	ROW(PAGE, 95)                   \
	ROW(TDMR_INFO, 96)              \
	ROW(TDR, 128)                   \
	ROW(TDCX, 129)                  \
	ROW(TDVPR, 130)                 \
	ROW(REG_PAGE, 132)              \
	ROW(TDCS, 144)                  \
	ROW(TDVPS, 145)                 \
	ROW(SEPT_TREE, 146)             \
	ROW(SEPT_ENTRY, 147)            \
	ROW(RTMR, 168)                  \
	ROW(TD_EPOCH, 169)              \
	ROW(OP_STATE, 172)              \
	ROW(SERVTD_BINDINGS, 174)       \
	ROW(METADATA_FIELD, 176)        \
	ROW(SYS, 184)                   \
	ROW(TDMR, 185)                  \
	ROW(KOT, 186)                   \
	ROW(KET, 187)                   \
	ROW(WBCACHE, 188)

/* TDX_ID_RAX, TDX_ID_RCX, ... */
enum tdx_operand {
#define TDX_OPERAND_ROW(name, value) TDX_ID_##name = value,
	TDX_OPERAND_LIST(TDX_OPERAND_ROW)
#undef TDX_OPERAND_ROW
};

#endif
