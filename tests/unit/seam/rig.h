/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine with one TD, brought as far as a test wants it. */
#ifndef TESTS_UNIT_SEAM_RIG_H
#define TESTS_UNIT_SEAM_RIG_H

#include "tests/lib/test.h"

#include <string.h>

#include "arch/tdx_leaf.h"
#include "arch/tdx_report.h"
#include "arch/tdx_sept.h"
#include "arch/tdx_status.h"
#include "arch/tdx_sys.h"
#include "arch/tdx_td.h"
#include "base/bytes.h"
#include "kernel/seam/seam-test.h"
#include "kernel/seam/seam.h"

enum stage {
	STAGE_NONE,	   /* no TD */
	STAGE_CREATED,	   /* MNG.CREATE */
	STAGE_KEYS,	   /* KEY.CONFIG */
	STAGE_TDCS,	   /* all TDCX pages */
	STAGE_INITIALIZED, /* MNG.INIT, nothing else */
	STAGE_BUILDING,	   /* a VCPU, and tables down to level 0 for GPA 0 */
	STAGE_RUNNABLE,	   /* MR.FINALIZE */
	STAGE_BLOCKED,	   /* VP.FLUSH, VPFLUSHDONE */
	STAGE_TEARDOWN,	   /* CACHE.WB, KEY.FREEID */
};

#define RIG_BASE (4ull << 30)		    /* where the machine's TDMR starts */
#define RIG_SOURCE 0x100000ull		    /* a host page outside it */
#define RIG_PARAMS 0x200000ull		    /* TD_PARAMS */
#define RIG_DATA (RIG_BASE + (64ull << 20)) /* pages to give to the TD, 2 MiB aligned */
#define RIG_HKID 33

struct rig {
	struct seam *s;
	struct seam_regs r;			/* of the last call */
	uint64_t next;				/* free page for control structures and tables */
	uint64_t tdr, tdcx[6], tdvpr, table[3]; /* table[i]: hangs below the entry of level i + 1 */
	uint8_t *params; /* the host's TD_PARAMS page, good after rig_params() */
};

void rig_open(struct rig *rig, const struct seam_config *config, enum stage stage);
void rig_close(struct rig *rig);
/* Fill in TD_PARAMS as Linux would, for 4 VCPUs. */
void rig_params(struct rig *rig);
/* Walk an already opened rig with no TD to a stage. */
void rig_advance(struct rig *rig, enum stage stage);
uint64_t rig_page(struct rig *rig);

/* A SEAMCALL on LP 0; its registers stay in rig->r. */
uint64_t rig_call(struct rig *rig, uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8,
		  uint64_t r9);
/* The same, which must succeed. */
void rig_must(struct rig *rig, uint64_t leaf, uint64_t rcx, uint64_t rdx, uint64_t r8, uint64_t r9);
/* Add the page with these bytes (NULL: zeros) at gpa, which lies below 2 MiB, in RIG_DATA + gpa. */
void rig_add(struct rig *rig, uint64_t gpa, const uint8_t *bytes);
void rig_extend(struct rig *rig, uint64_t gpa);
struct seam_td_view rig_view(struct rig *rig);

#define ck_status(got, want)                                                         \
	do {                                                                         \
		uint64_t got_ = (got), want_ = (want);                               \
		ck_assert_msg(got_ == want_, "status %#lx, want %#lx", got_, want_); \
	} while (0)

#endif
