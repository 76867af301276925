/* SPDX-License-Identifier: BSD-2-Clause */
/* An executable TDX module and the memory it guards. A host drives it as it drives the real one: by
 * SEAMCALL, with physical addresses in registers. Nothing here knows KVM. One struct seam is one
 * machine; its functions may be called from any thread. */
#ifndef KERNEL_SEAM_SEAM_H
#define KERNEL_SEAM_SEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seam;

/* The registers of a SEAMCALL or TDCALL, in and out. */
struct seam_regs {
	uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
};

struct seam_range {
	uint64_t base; /* physical address, a multiple of 1 GiB */
	uint64_t size; /* bytes, a multiple of 1 GiB */
};

/* One call, after it has been made. */
struct seam_event {
	bool guest;		  /* a TDCALL */
	unsigned lp;		  /* the logical processor; 0 for a TDCALL */
	uint64_t tdvpr;		  /* the VCPU of a TDCALL; 0 for a SEAMCALL */
	const char *name;	  /* "TDH.MEM.PAGE.ADD"; NULL for an unknown leaf */
	struct seam_regs in, out; /* out.rax is the status */
};

/* Zero means the default in each field. */
struct seam_config {
	unsigned update; /* N of module version 1.5.N; default 6, the first with all that Linux v7.2
			    asks for */
	bool cold;	 /* start as after power-on, for a host that brings the module up itself */
	struct seam_range memory[8]; /* convertible memory, ascending, up to the first of size 0;
					default 1 TiB from 4 GiB. Not cold: these are the TDMRs */
	unsigned maxpa;		     /* physical address bits with key id bits, default 52 */
	unsigned first_hkid; /* lowest private key id, the module's own when not cold; default 32 */
	unsigned hkids;	     /* private key ids, default 32: one for the module and 31 TDs */
	unsigned lps;	     /* logical processors, default 64 */
	unsigned packages;   /* LPs are split evenly over them, default 1, at most 64 */
	uint64_t seed;	     /* of TD_UUIDs and of the key that signs reports */
	uint64_t xfam;	     /* what the CPU has; default all the module knows */
	uint32_t cpuid1_eax; /* native CPUID(1).EAX, default 0x806F8 */
	bool no_la57;	     /* the CPU has no five-level EPT */
	void (*trace)(void *ctx, const struct seam_event *event); /* NULL: free of cost. Called with
								     no lock held */
	void *trace_ctx;
	/* The host's shared EPT: the byte at a shared GPA of the TD with this TDR, NULL when none.
	 * Called with the module's lock held. NULL: no shared memory. */
	uint8_t *(*shared)(void *ctx, uint64_t tdr_pa, uint64_t gpa);
	void *shared_ctx;
};

/* Returns 0; -EINVAL when the configuration contradicts itself; -ENOMEM. config is copied; NULL is
 * all defaults. */
int seam_new(const struct seam_config *config, struct seam **ret_seam);
void seam_free(struct seam *seam); /* NULL is fine */

/* A leaf could not get memory for the model's own books; nothing has changed. A word of host
 * software. */
#define SEAM_NO_MEMORY 0x8000FF000000000Cu

/* One SEAMCALL on a logical processor. Returns the status, also in regs->rax. An lp that does not
 * exist gets TDX_SW_GP. */
uint64_t seam_call(struct seam *seam, unsigned lp, struct seam_regs *regs);

/* How a TDCALL ended. */
enum seam_guest {
	SEAM_GUEST_DONE,     /* status in regs->rax */
	SEAM_GUEST_NO_VCPU,  /* no such VCPU, or its TD cannot run */
	SEAM_GUEST_VE,	     /* #VE in the guest instead */
	SEAM_GUEST_EPT_EXIT, /* EPT violation, a TD exit; the guest instruction did not happen */
};

struct seam_exit {
	uint64_t gpa;
	uint64_t extended_qualification;
};

/* One TDCALL by the VCPU whose TDVPR stands at tdvpr_pa. Modelled without a running guest: it needs
 * a TD that can run and an initialised VCPU, not an entered one. ret_exit may be NULL. */
enum seam_guest seam_tdcall(struct seam *seam, uint64_t tdvpr_pa, struct seam_regs *regs,
			    struct seam_exit *ret_exit);

/* TDG.MR.REPORT with buffers outside guest memory, for a host that wants to show what the guest
 * would get. Returns 0, or -ENOENT when tdvpr_pa names no VCPU of a TD that can run. */
int seam_report(struct seam *seam, uint64_t tdvpr_pa, const uint8_t report_data[64],
		uint8_t ret_report[1024]);

/* The guest's own loads and stores to MAPPED private memory. Returns how many bytes were moved
 * before a page was not there. */
size_t seam_guest_read(struct seam *seam, uint64_t tdvpr_pa, uint64_t gpa, void *ret_bytes,
		       size_t size);
size_t seam_guest_write(struct seam *seam, uint64_t tdvpr_pa, uint64_t gpa, const void *bytes,
			size_t size);

/* The host's view of the 4 KiB page that holds pa (key id bits ignored): allocated, and zero, on
 * first use; the pointer lives as long as the machine. A TD's private page is never seen here: its
 * plain text is kept apart. NULL when pa does not exist or memory has run out. */
void *seam_phys(struct seam *seam, uint64_t pa);

/* What a test or a trace may look at. */
struct seam_td_view {
	bool fatal;
	unsigned lifecycle, op_state; /* enum tdx_lifecycle, enum tdx_op_state */
	unsigned num_tdcx, num_vcpus, num_assoc_vcpus, hkid;
	uint64_t chldcnt, epoch;
	unsigned levels;     /* of the tree: 4 or 5 */
	uint64_t mrtd_bytes; /* hashed so far */
	uint8_t mrtd[48];    /* zero before TDH.MR.FINALIZE */
	uint8_t rtmr[4][48];
};

struct seam_page_view {
	unsigned type;	/* enum tdx_page_type */
	unsigned level; /* at which the page is tracked */
	uint64_t owner; /* physical address of the TDR */
	uint64_t bepoch;
};

/* Return 0, or -ENOENT when there is no such thing. */
int seam_td_peek(struct seam *seam, uint64_t tdr_pa, struct seam_td_view *ret_view);
int seam_page_peek(struct seam *seam, uint64_t pa, struct seam_page_view *ret_view);
/* The raw entry of that level, or -ENOENT with the entry and level where the walk stopped. */
int seam_sept_peek(struct seam *seam, uint64_t tdr_pa, uint64_t gpa, unsigned level,
		   uint64_t *ret_entry, unsigned *ret_level);
/* enum tdx_kot_state, or -ENOENT. */
int seam_hkid_peek(struct seam *seam, unsigned hkid);
/* Where the MRTD stream stands: the digest of what has been hashed so far. */
int seam_mrtd_peek(struct seam *seam, uint64_t tdr_pa, uint8_t ret_digest[48]);

/* Bytes that this machine's page metadata and secure EPT take, without page contents. */
size_t seam_metadata_bytes(struct seam *seam);

#endif
