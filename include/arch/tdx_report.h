/* SPDX-License-Identifier: BSD-2-Clause */
/* TDREPORT_STRUCT and its parts, and the blocks that MRTD hashes: byte offsets and sizes. Source:
 * TDX Module ABI, TDREPORT_STRUCT, TDINFO_STRUCT, TDH.MEM.PAGE.ADD and TDH.MR.EXTEND. */
#ifndef ARCH_TDX_REPORT_H
#define ARCH_TDX_REPORT_H

#define TDX_MR_SIZE 48u
#define TDX_RTMRS 4u
#define TDX_REPORTDATA_SIZE 64u

enum tdx_report {
	/* REPORTMACSTRUCT, 256 bytes; the MAC covers all that stands before it */
	TDX_REPORT_TYPE = 0,
	TDX_REPORT_SUBTYPE = 1,
	TDX_REPORT_VERSION = 2,
	TDX_REPORT_CPUSVN = 16,		   /* 16 bytes */
	TDX_REPORT_TEE_TCB_INFO_HASH = 32, /* 48 bytes */
	TDX_REPORT_TEE_INFO_HASH = 80,	   /* 48 bytes */
	TDX_REPORT_REPORTDATA = 128,	   /* 64 bytes */
	TDX_REPORT_MAC = 224,		   /* 32 bytes */
	/* the two structures whose hashes stand above */
	TDX_REPORT_TEE_TCB_INFO = 256,
	TDX_REPORT_TDINFO = 512,
	TDX_REPORT_SIZE = 1024,
};

#define TDX_REPORT_TYPE_TDX 0x81u
#define TDX_TEE_TCB_INFO_SIZE 239u
#define TDX_TEE_TCB_VALID_SVN2 0x301FFull
#define TDX_REPORT_ALIGN 1024u
#define TDX_REPORTDATA_ALIGN 64u

/* TEE_TCB_INFO, from its own start */
enum tdx_tee_tcb_info {
	TDX_TCB_VALID = 0,
	TDX_TCB_SVN = 8,	   /* 16 bytes */
	TDX_TCB_MRSEAM = 24,	   /* 48 bytes */
	TDX_TCB_MRSIGNERSEAM = 72, /* 48 bytes */
	TDX_TCB_ATTRIBUTES = 120,  /* 8 bytes */
	TDX_TCB_SVN2 = 128,	   /* 16 bytes */
};

/* TDINFO_STRUCT, from its own start */
enum tdx_tdinfo {
	TDX_TDINFO_ATTRIBUTES = 0,
	TDX_TDINFO_XFAM = 8,
	TDX_TDINFO_MRTD = 16,
	TDX_TDINFO_MRCONFIGID = 64,
	TDX_TDINFO_MROWNER = 112,
	TDX_TDINFO_MROWNERCONFIG = 160,
	TDX_TDINFO_RTMR = 208, /* four of 48 bytes */
	TDX_TDINFO_SERVTD_HASH = 400,
	TDX_TDINFO_SIZE = 512,
};

/* What MRTD hashes: a 128-byte block for an added page; for an extended chunk a 128-byte block and
 * the 256 bytes of the chunk. The name stands at 0, the GPA at 16, the rest is zero. */
#define TDX_MRTD_BLOCK 128u
#define TDX_MRTD_CHUNK 256u
#define TDX_MRTD_GPA 16u
#define TDX_MRTD_ADD_NAME "MEM.PAGE.ADD"
#define TDX_MRTD_EXT_NAME "MR.EXTEND"

#endif
