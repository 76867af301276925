/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the module share: the machine, a TD, a VCPU, and the checks most leaves begin
 * with. A leaf runs from beginning to end under one internal lock, but for pages augmented in a row
 * (beside.c); the module's own locks, which are try-locks, exist as a list of those that somebody
 * holds across calls. */
#ifndef KERNEL_SEAM_INTERNAL_H
#define KERNEL_SEAM_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/tdx_report.h"
#include "arch/tdx_sept.h"
#include "arch/tdx_status.h"
#include "arch/tdx_sys.h"
#include "arch/tdx_td.h"
#include "base/hash.h"
#include "kernel/seam/pages.h"
#include "kernel/seam/pamt.h"
#include "kernel/seam/seam-test.h"
#include "kernel/seam/seam.h"

/* A set of OP_STATEs. */
#define OP(state) (1u << TDX_OP_##state)
#define OP_INIT_RUN (OP(INITIALIZED) | OP(RUNNABLE))
#define OP_TRACKED (OP(RUNNABLE) | OP(LIVE_EXPORT) | OP(LIVE_IMPORT)) /* TLB tracking matters */
#define OP_EXPORTS (OP(LIVE_EXPORT) | OP(PAUSED_EXPORT) | OP(POST_EXPORT))
#define OP_IMPORTS (OP(MEMORY_IMPORT) | OP(STATE_IMPORT) | OP(POST_IMPORT) | OP(LIVE_IMPORT))
#define OP_ALL_BUT_UNINIT (OP_INIT_RUN | OP_EXPORTS | OP_IMPORTS | OP(FAILED_IMPORT))

#define HOT_TABLES 16u
#define STREAM_ROOM 8192u /* bytes gathered before they are hashed: a multiple of 128 */

/* A trust domain: TDR and TDCS. LIFECYCLE and OP_STATE go as TDX Module ABI, TD life cycle, draws
 * them: HKID_ASSIGNED -> KEYS_CONFIGURED -> BLOCKED -> TEARDOWN, and within KEYS_CONFIGURED
 * UNINITIALIZED -> INITIALIZED -> RUNNABLE. */
struct td {
	uint64_t tdr; /* physical address */
	bool fatal;
	enum tdx_lifecycle lifecycle;
	enum tdx_op_state op_state;
	unsigned num_tdcx, hkid;
	uint64_t chldcnt;   /* pages of 4 KiB owned */
	uint64_t keys_done; /* packages, a bit each */
	uint64_t uuid[4];

	uint64_t attributes, xfam, eptp, config_flags;
	unsigned max_vcpus, tsc_frequency;
	unsigned num_vcpus, num_assoc;
	uint8_t mrtd[TDX_MR_SIZE], rtmr[TDX_RTMRS][TDX_MR_SIZE];
	uint8_t mrconfigid[TDX_MR_SIZE], mrowner[TDX_MR_SIZE], mrownerconfig[TDX_MR_SIZE];
	uint8_t servtd_hash[TDX_MR_SIZE]; /* no service TD is ever bound: zero */
	uint64_t *x2apic; /* by VCPU index; ~0 where TDH.VP.INIT version 0 gave none */

	uint64_t epoch;
	unsigned inside[2]; /* VCPUs that run, by the parity of the epoch they entered in */

	unsigned levels; /* of the secure EPT */
	uint64_t *root;
	struct {
		uint64_t key; /* GPA >> 21, ~0 for none */
		uint64_t *table;
	} hot[HOT_TABLES]; /* level-0 tables found lately */

	struct sha384_stream stream; /* MRTD */
	uint8_t *gathered;	     /* STREAM_ROOM bytes of the stream not yet hashed */
	size_t gathered_size;
};

struct vcpu {
	uint64_t tdvpr;
	struct td *td;
	enum tdx_vcpu_state state;
	unsigned pages; /* TDVPR included */
	unsigned index;
	int lp;	       /* associated with, or -1 */
	unsigned slot; /* of the epoch it entered in, while ACTIVE */
};

struct key_owner {
	enum tdx_kot_state state;
	uint64_t wb_needed;  /* packages */
	uint64_t wb_started; /* packages whose run of CACHE.WB, begun when this was FLUSHED, goes on
			      */
};

struct held_lock {
	enum seam_lock lock;
	enum seam_mode mode;
	uint64_t a, b;
};

struct tdmr {
	uint64_t base, size, next;
	struct {
		uint64_t base, size;
	} pamt[3];
	struct {
		uint64_t offset, size;
	} reserved[TDX_MAX_RESERVED];
	unsigned num_reserved;
};

#define SEAM_LANES 64u

/* What a thread that augments one page after the other knows by the last; padded, so that no two
 * share a cache line. See beside.c. */
struct seam_lane {
	char before[64];
	atomic_uchar inside;
	uint64_t turn; /* of the machine, when the rest was found */
	struct td *td;
	uint64_t tdr, gpa;
	uint64_t *table;	  /* of the entries around gpa */
	struct pamt_block *block; /* a run that ends below page */
	uint64_t page;		  /* the next one */
	uint64_t added;		  /* pages that block and td do not count yet */
};

struct seam {
	atomic_uchar locked;
	uint64_t turn; /* how often it was locked for anything but TDH.MEM.PAGE.AUG */
	atomic_uint_fast64_t lanes_used;
	struct seam_lane lanes[SEAM_LANES];
	struct seam_config config;
	unsigned hkid_shift;
	uint64_t hkid_mask; /* the key id bits of a physical address */
	struct seam_range seamrr;

	enum tdx_sys_state state;
	uint8_t *lp_done;
	uint64_t keys_done; /* packages */
	struct tdmr *tdmrs;
	unsigned num_tdmrs;
	struct key_owner *kot;	 /* private key ids, from config.first_hkid */
	uint64_t wb_interrupted; /* packages */

	struct pamt pamt;
	struct page_map host;	 /* the host's pages */
	struct page_map private; /* pages of TDs, plain text */
	struct page_pool private_pool;
	struct page_map tables;	 /* of secure EPTs, but for the roots */
	struct page_pool table_pool;
	struct page_map tds;   /* struct td by TDR */
	struct page_map vcpus; /* struct vcpu by TDVPR */
	struct td *last_td;    /* the TDR found last, or NULL */

	struct held_lock *held;
	size_t num_held, held_room;
	bool stay;
	unsigned no_entropy, no_key, interrupt_wb;
	uint64_t random;
	uint8_t report_key[32];
};

/* One SEAMCALL under way. Registers are inputs until the leaf overwrites them. */
struct call {
	struct seam *s;
	struct seam_regs *r;
	unsigned lp, version;
};

static inline uint64_t status(uint64_t base, unsigned operand)
{
	return base | operand;
}

void seam_enter(struct seam *s);
/* For TDH.MEM.PAGE.AUG: what lanes know stays true. */
void seam_enter_to_aug(struct seam *s);
static inline void seam_leave(struct seam *s)
{
	atomic_store_explicit(&s->locked, 0, memory_order_release);
}

static inline unsigned package_of(const struct seam *s, unsigned lp)
{
	return lp * s->config.packages / s->config.lps;
}

/* A seeded generator; the model's entropy. */
uint64_t seam_random(struct seam *s);
/* False when a test asked for a shortage. */
bool seam_entropy(struct seam *s);

/* locks.c. Somebody holds a lock that this one would clash with. */
bool locks_clash(const struct seam *s, enum seam_lock lock, uint64_t a, uint64_t b,
		 enum seam_mode mode);
/* The PAMT entry of one page, and unless implicit those above it. */
bool locks_page_clash(const struct seam *s, uint64_t pa, unsigned level, enum seam_mode mode,
		      bool implicit);
int locks_hold(struct seam *s, enum seam_lock lock, uint64_t a, uint64_t b, enum seam_mode mode);

static inline bool is_busy(const struct seam *s, enum seam_lock lock, uint64_t a,
			   enum seam_mode mode)
{
	return s->num_held && locks_clash(s, lock, a, 0, mode);
}

/* operands.c: the checks of operands that leaves share. Each returns a status, operand id added. */
uint64_t page_check(struct seam *s, uint64_t pa, unsigned level, enum tdx_page_type type,
		    enum seam_mode mode, unsigned id);
uint64_t shared_check(const struct seam *s, uint64_t pa, uint64_t align, unsigned id);
/* An explicit TDR operand, locked and found. */
uint64_t td_get(struct seam *s, uint64_t tdr, enum seam_mode mode, unsigned id, struct td **ret_td);
/* An explicit TDVPR operand, then its TDR as the implicit operand 128. */
uint64_t vcpu_get(struct seam *s, uint64_t tdvpr, enum seam_mode mode, unsigned id,
		  enum seam_mode tdr_mode, struct vcpu **ret_vcpu);
/* FATAL, LIFECYCLE, NUM_TDCX, the OP_STATE lock if op_lock, OP_STATE. */
uint64_t build_state(const struct seam *s, const struct td *td, unsigned op_states, bool op_lock);
/* The host's page that holds pa: NULL if never touched; or allocated, NULL when memory has run out.
 */
const uint8_t *page_or_null(const struct seam *s, uint64_t pa);
uint8_t *page_materialise(struct seam *s, uint64_t pa);

/* sept.c */
struct sept_rule {
	enum seam_mode tdr;
	unsigned op_states;
	bool op_lock;
	uint8_t min_level, max_level; /* ROOT_LEVEL: the tree decides */
	bool tree_lock;
	enum seam_mode tree;
	bool entry_lock;
};
#define ROOT_LEVEL 0xff

struct sept_place {
	struct td *td;
	uint64_t gpa;
	unsigned level;
	uint64_t *entry; /* where the walk ended */
};

uint64_t sept_find(struct call *c, const struct sept_rule *rule, struct td *td, uint64_t page_info,
		   struct sept_place *ret_place);
/* Walk to the entry of that level; false when it ends above it. ret_place holds where it ended. */
bool sept_walk(struct seam *s, struct td *td, uint64_t gpa, unsigned level,
	       struct sept_place *ret_place);
/* The same to whatever leaf there is. */
bool sept_walk_leaf(struct seam *s, struct td *td, uint64_t gpa, struct sept_place *ret_place);
/* Fill RCX and RDX with the extended error information, and give base | RCX back. */
uint64_t sept_refuse(struct call *c, const struct sept_place *place, uint64_t base);
uint64_t sept_view(uint64_t entry);
unsigned sept_public_state(uint64_t entry);
void sept_forget(struct td *td); /* what hot[] knows */
uint64_t sept_private_limit(const struct td *td);
bool sept_tracked(const struct td *td, uint64_t bepoch);

static inline uint64_t sept_state(uint64_t entry)
{
	return entry & SEPT_STATE_MASK;
}

/* beside.c. Wait for those inside a lane, and count what they added. */
void lanes_collect(struct seam *s);
/* The leaf without the lock; false, and nothing done, when it must be called. */
bool aug_beside(struct seam *s, struct seam_regs *r);
/* After the leaf has added a page. */
void aug_learn(struct seam *s, const struct sept_place *at, uint64_t page);

/* measure.c */
void td_stream_add(struct td *td, uint64_t gpa);
void td_stream_extend(struct td *td, uint64_t gpa, const uint8_t chunk[TDX_MRTD_CHUNK]);
void stream_flush(struct td *td);
/* NULL when the page was never written: all zero. */
const uint8_t *private_bytes(struct seam *s, uint64_t pa);
void private_drop(struct seam *s, uint64_t pa, unsigned level);

/* report.c */
void report_build(struct seam *s, const struct td *td, const uint8_t report_data[64],
		  uint8_t ret_report[TDX_REPORT_SIZE]);
int report_key(struct seam *s);

/* fields.c */
uint32_t cpuid_mask(unsigned entry, unsigned reg);
uint32_t cpuid_leaf(unsigned entry);
uint32_t cpuid_subleaf(unsigned entry);
uint64_t attributes_fixed0(const struct seam *s);
uint64_t config_flags_fixed0(const struct seam *s);
unsigned max_vcpus_limit(const struct seam *s);

/* mng_leaves.c */
void td_free(struct td *td);

/* sys_config.c. Memory that the module may hand out, from now on or after SYS.TDMR.INIT. -ENOMEM,
 * or 0. */
int tdmr_add(struct seam *s, const struct tdmr *tdmr, enum pamt_cover cover);

/* The leaves, by family. */
typedef uint64_t leaf_fn(struct call *c);
leaf_fn leaf_mem_page_add, leaf_mem_page_aug, leaf_mem_page_remove;
leaf_fn leaf_mem_sept_add, leaf_mem_sept_remove, leaf_mem_sept_rd;
leaf_fn leaf_mem_range_block, leaf_mem_range_unblock, leaf_mem_track;
leaf_fn leaf_mr_extend, leaf_mr_finalize;
leaf_fn leaf_mng_create, leaf_mng_key_config, leaf_mng_addcx, leaf_mng_init, leaf_mng_rd;
leaf_fn leaf_mng_vpflushdone, leaf_mng_key_freeid, leaf_mng_key_reclaimid;
leaf_fn leaf_vp_create, leaf_vp_addcx, leaf_vp_init, leaf_vp_enter, leaf_vp_flush;
leaf_fn leaf_phymem_page_rdmd, leaf_phymem_page_reclaim, leaf_phymem_page_wbinvd;
leaf_fn leaf_phymem_cache_wb;
leaf_fn leaf_sys_info, leaf_sys_rd, leaf_sys_init, leaf_sys_lp_init, leaf_sys_config;
leaf_fn leaf_sys_key_config, leaf_sys_tdmr_init, leaf_sys_lp_shutdown;

#endif
