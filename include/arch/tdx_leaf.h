/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaf numbers of SEAMCALL (host side) and TDCALL (guest side). RAX on entry: bits 15:0 leaf, 23:16
 * version, the rest zero. Source: TDX Module ABI, SEAMCALL and TDCALL leaf tables. */
#ifndef ARCH_TDX_LEAF_H
#define ARCH_TDX_LEAF_H

#define TDX_LEAF_MASK 0xFFFFu
#define TDX_LEAF_VERSION_SHIFT 16
#define TDX_LEAF_RESERVED 0xFFFFFFFFFF000000u

/* C name, number, name in the ABI */
#define TDX_HOST_LEAF_LIST(ROW)                                 \
	ROW(VP_ENTER, 0, "TDH.VP.ENTER")                        \
	ROW(MNG_ADDCX, 1, "TDH.MNG.ADDCX")                      \
	ROW(MEM_PAGE_ADD, 2, "TDH.MEM.PAGE.ADD")                \
	ROW(MEM_SEPT_ADD, 3, "TDH.MEM.SEPT.ADD")                \
	ROW(VP_ADDCX, 4, "TDH.VP.ADDCX")                        \
	ROW(MEM_PAGE_RELOCATE, 5, "TDH.MEM.PAGE.RELOCATE")      \
	ROW(MEM_PAGE_AUG, 6, "TDH.MEM.PAGE.AUG")                \
	ROW(MEM_RANGE_BLOCK, 7, "TDH.MEM.RANGE.BLOCK")          \
	ROW(MNG_KEY_CONFIG, 8, "TDH.MNG.KEY.CONFIG")            \
	ROW(MNG_CREATE, 9, "TDH.MNG.CREATE")                    \
	ROW(VP_CREATE, 10, "TDH.VP.CREATE")                     \
	ROW(MNG_RD, 11, "TDH.MNG.RD")                           \
	ROW(MEM_RD, 12, "TDH.MEM.RD")                           \
	ROW(MNG_WR, 13, "TDH.MNG.WR")                           \
	ROW(MEM_WR, 14, "TDH.MEM.WR")                           \
	ROW(MEM_PAGE_DEMOTE, 15, "TDH.MEM.PAGE.DEMOTE")         \
	ROW(MR_EXTEND, 16, "TDH.MR.EXTEND")                     \
	ROW(MR_FINALIZE, 17, "TDH.MR.FINALIZE")                 \
	ROW(VP_FLUSH, 18, "TDH.VP.FLUSH")                       \
	ROW(MNG_VPFLUSHDONE, 19, "TDH.MNG.VPFLUSHDONE")         \
	ROW(MNG_KEY_FREEID, 20, "TDH.MNG.KEY.FREEID")           \
	ROW(MNG_INIT, 21, "TDH.MNG.INIT")                       \
	ROW(VP_INIT, 22, "TDH.VP.INIT")                         \
	ROW(MEM_PAGE_PROMOTE, 23, "TDH.MEM.PAGE.PROMOTE")       \
	ROW(PHYMEM_PAGE_RDMD, 24, "TDH.PHYMEM.PAGE.RDMD")       \
	ROW(MEM_SEPT_RD, 25, "TDH.MEM.SEPT.RD")                 \
	ROW(VP_RD, 26, "TDH.VP.RD")                             \
	ROW(MNG_KEY_RECLAIMID, 27, "TDH.MNG.KEY.RECLAIMID")     \
	ROW(PHYMEM_PAGE_RECLAIM, 28, "TDH.PHYMEM.PAGE.RECLAIM") \
	ROW(MEM_PAGE_REMOVE, 29, "TDH.MEM.PAGE.REMOVE")         \
	ROW(MEM_SEPT_REMOVE, 30, "TDH.MEM.SEPT.REMOVE")         \
	ROW(SYS_KEY_CONFIG, 31, "TDH.SYS.KEY.CONFIG")           \
	ROW(SYS_INFO, 32, "TDH.SYS.INFO")                       \
	ROW(SYS_INIT, 33, "TDH.SYS.INIT")                       \
	ROW(SYS_RD, 34, "TDH.SYS.RD")                           \
	ROW(SYS_LP_INIT, 35, "TDH.SYS.LP.INIT")                 \
	ROW(SYS_TDMR_INIT, 36, "TDH.SYS.TDMR.INIT")             \
	ROW(SYS_RDALL, 37, "TDH.SYS.RDALL")                     \
	ROW(MEM_TRACK, 38, "TDH.MEM.TRACK")                     \
	ROW(MEM_RANGE_UNBLOCK, 39, "TDH.MEM.RANGE.UNBLOCK")     \
	ROW(PHYMEM_CACHE_WB, 40, "TDH.PHYMEM.CACHE.WB")         \
	ROW(PHYMEM_PAGE_WBINVD, 41, "TDH.PHYMEM.PAGE.WBINVD")   \
	ROW(VP_WR, 43, "TDH.VP.WR")                             \
	ROW(SYS_LP_SHUTDOWN, 44, "TDH.SYS.LP.SHUTDOWN")         \
	ROW(SYS_CONFIG, 45, "TDH.SYS.CONFIG")                   \
	ROW(SERVTD_BIND, 48, "TDH.SERVTD.BIND")                 \
	ROW(SERVTD_PREBIND, 49, "TDH.SERVTD.PREBIND")           \
	ROW(SYS_SHUTDOWN, 52, "TDH.SYS.SHUTDOWN")               \
	ROW(SYS_UPDATE, 53, "TDH.SYS.UPDATE")

#define TDX_GUEST_LEAF_LIST(ROW)                       \
	ROW(VP_VMCALL, 0, "TDG.VP.VMCALL")             \
	ROW(VP_INFO, 1, "TDG.VP.INFO")                 \
	ROW(MR_RTMR_EXTEND, 2, "TDG.MR.RTMR.EXTEND")   \
	ROW(VP_VEINFO_GET, 3, "TDG.VP.VEINFO.GET")     \
	ROW(MR_REPORT, 4, "TDG.MR.REPORT")             \
	ROW(VP_CPUIDVE_SET, 5, "TDG.VP.CPUIDVE.SET")   \
	ROW(MEM_PAGE_ACCEPT, 6, "TDG.MEM.PAGE.ACCEPT") \
	ROW(VM_RD, 7, "TDG.VM.RD")                     \
	ROW(VM_WR, 8, "TDG.VM.WR")                     \
	ROW(MR_VERIFYREPORT, 22, "TDG.MR.VERIFYREPORT")

/* TDH_VP_ENTER, TDH_MNG_ADDCX, ... */
enum tdx_host_leaf {
#define TDX_LEAF_ROW(name, number, text) TDH_##name = number,
	TDX_HOST_LEAF_LIST(TDX_LEAF_ROW)
#undef TDX_LEAF_ROW
};

/* TDG_VP_VMCALL, TDG_VP_INFO, ... */
enum tdx_guest_leaf {
#define TDX_LEAF_ROW(name, number, text) TDG_##name = number,
	TDX_GUEST_LEAF_LIST(TDX_LEAF_ROW)
#undef TDX_LEAF_ROW
};

#define TDX_LEAF_V1 (1u << TDX_LEAF_VERSION_SHIFT)

/* TDH.VP.ENTER, bits of RCX beside the TDVPR address */
#define TDX_ENTER_HOST_HINT (1ull << 52)
#define TDX_ENTER_RESUME_L1 (1ull << 53)
/* TDH.MEM.SEPT.ADD, RDX beside the TDR address: an existing table is fine */
#define TDX_SEPT_ADD_ALLOW_EXISTING 1ull
/* TDH.MEM.SEPT.ADD version 1, R8 to R11: no page given, or page consumed */
#define TDX_NO_PAGE (~0ull)
/* TDH.PHYMEM.CACHE.WB, RCX */
#define TDX_WB_START 0
#define TDX_WB_RESUME 1

#endif
