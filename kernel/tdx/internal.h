/* SPDX-License-Identifier: BSD-2-Clause */
/* A TD and its vCPUs as KVM sees them. Everything of a TD changes under its VM's lock held to write;
 * what the hooks of the MMU change may be changed by several vCPUs at once. */
#ifndef KERNEL_TDX_INTERNAL_H
#define KERNEL_TDX_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch/tdx_leaf.h"
#include "arch/tdx_status.h"
#include "arch/tdx_td.h"
#include "kernel/mmu/user.h"
#include "kernel/seam/seam.h"
#include "kernel/tdx/tdx.h"
#include "kernel/vm/vm.h"
#include "uapi/kvm.h"

#define TDX_ENTROPY_TRIES 10   /* Linux: RDRAND_RETRY_LOOPS, in the SEAMCALL wrapper */
#define TDX_WB_RESUMES	  10000 /* Linux: tdx_mmu_release_hkid() */
#define TDX_ZAP_TRIES	  64	/* of a zap or reclaim that finds a lock of the module taken */
#define TDX_CONFIGS_MAX	  37	/* entries that TDSYSINFO has room for */

/* One row of CPUID bits that a TD's owner may choose, as TDH.SYS.INFO tells it. */
struct cpuid_config {
	uint32_t leaf, subleaf; /* TDX_CPUID_NO_SUBLEAF: none */
	uint32_t mask[4];	/* EAX, EBX, ECX, EDX */
};

struct tdx_host {
	struct machine *machine;
	struct seam *seam;
	/* Keys and cache write-back are one TD's business at a time. Linux: tdx_lock. */
	pthread_mutex_t lock;
	unsigned first_hkid; /* of those that TDs may have; the one before is the module's */
	unsigned hkids;
	bool *hkid_used;
	unsigned hkid_shift; /* of a key id in a physical address */
	unsigned lps, packages;

	/* From TDSYSINFO. */
	unsigned tdcs_pages, tdvps_pages;
	uint64_t attributes, attributes_fixed1;
	uint64_t xfam, xfam_fixed1;
	struct cpuid_config configs[TDX_CONFIGS_MAX];
	unsigned config_count;
};

/*                  INIT_VM                   FINALIZE_VM
 * TD_UNINITIALIZED -------> TD_INITIALIZED -------------> TD_RUNNABLE
 * A failing INIT_VM leaves nothing behind. */
enum td_state { TD_UNINITIALIZED, TD_INITIALIZED, TD_RUNNABLE };

struct td {
	struct vm *vm;
	struct tdx_host *host;
	enum td_state state;

	bool has_key;
	unsigned hkid;
	uint64_t tdr; /* physical address, 0: none; pages below likewise */
	uint64_t tdcs[TDX_TDCS_PAGES_MAX];
	unsigned tdcs_count;
	bool created, tdcs_added[TDX_TDCS_PAGES_MAX]; /* are they the module's? */

	uint64_t attributes, xfam;
	unsigned width; /* guest physical address bits, 48 or 52; 0 before INIT_VM */
	uint32_t cpuid[TDX_CONFIGS_MAX][4];

	/* The machine's pages that initial contents pass through, and what they hold now. */
	uint64_t source_pages[USER_PAGES];
	uint64_t source_start; /* user address of the first */
	unsigned source_count; /* pages */
	uint64_t source_page;  /* the one that TDH.MEM.PAGE.ADD shall copy, 0: none */
	atomic_uint premapped; /* Linux before 6.19: leaves that the module has not heard of */
};

struct td_vcpu {
	bool initialized;
	unsigned lp; /* the logical processor it is associated with */
	uint64_t tdvpr;
	uint64_t tdcx[TDX_TDVPS_PAGES_MAX];
	bool created, tdcx_added[TDX_TDVPS_PAGES_MAX];
	unsigned tdcx_count;
};

static inline struct td *td_of(const struct vm *vm)
{
	return vm->type_data;
}

static inline uint64_t td_shared_bit(const struct td *td)
{
	return (uint64_t)1 << (td->width - 1);
}

static inline uint64_t status_base(uint64_t status)
{
	return status & TDX_STATUS_BASE_MASK;
}

static inline bool status_failed(uint64_t status)
{
	return status & TDX_STATUS_ERROR;
}

/* seamcall.c */
uint64_t seamcall(struct tdx_host *host, unsigned lp, uint64_t leaf, struct seam_regs *regs);
uint64_t seamcall2(struct tdx_host *host, unsigned lp, uint64_t leaf, uint64_t rcx, uint64_t rdx);
uint64_t seamcall_retried(struct tdx_host *host, uint64_t leaf, uint64_t rcx, uint64_t rdx);
/* The TD cannot go on: mark the VM dead and say which call it was. Returns -EIO. */
int td_bugged(struct td *td, const char *leaf, uint64_t status);
/* The first logical processor of a package. */
unsigned package_lp(const struct tdx_host *host, unsigned package);
/* A page for the module, as a physical address, or 0. */
uint64_t page_take(struct tdx_host *host);
/* Give it back; reclaim: the module owns it until TDH.PHYMEM.PAGE.RECLAIM. */
void page_drop(struct tdx_host *host, uint64_t pa, bool reclaim);

/* capabilities.c */
int host_read_sysinfo(struct tdx_host *host);
uint32_t config_mask(const struct cpuid_config *config, unsigned reg);
int td_capabilities(struct vm *vm, const struct kvm_tdx_cmd *cmd);

/* get_cpuid.c */
int td_get_cpuid(struct vcpu *vcpu, const struct kvm_tdx_cmd *cmd);

/* init_vm.c, and what undoes it whatever it had done: teardown.c */
int td_init_vm(struct vm *vm, struct kvm_tdx_cmd *cmd);
void td_release_key(struct td *td);
void td_drop_control_pages(struct td *td);
void td_vcpu_free(struct vcpu *vcpu);

/* vcpu.c */
int td_vcpu_create(struct vcpu *vcpu);
int td_vcpu_pre_run(struct vcpu *vcpu);
int td_init_vcpu(struct vcpu *vcpu, const struct kvm_tdx_cmd *cmd);

/* sept.c */
extern const struct mmu_private_ops td_private_ops;
int td_page_add(struct td *td, gfn_t gfn, pfn_t pfn);

/* region.c */
int td_init_mem_region(struct vcpu *vcpu, const struct kvm_tdx_cmd *cmd);

#endif
