/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_MEMORY_ENCRYPT_OP as a TD understands it. All of it since Linux 6.16. */
#ifndef UAPI_TDX_H
#define UAPI_TDX_H

#include "uapi/kvm-layout.h"

/* Sub-commands, with the descriptor each belongs to. */
enum kvm_tdx_cmd_id {
	KVM_TDX_CAPABILITIES	= 0,	/* VM */
	KVM_TDX_INIT_VM		= 1,	/* VM */
	KVM_TDX_INIT_VCPU	= 2,	/* vCPU */
	KVM_TDX_INIT_MEM_REGION	= 3,	/* vCPU */
	KVM_TDX_FINALIZE_VM	= 4,	/* VM */
	KVM_TDX_GET_CPUID	= 5,	/* vCPU */
	KVM_TDX_CMD_NR_MAX	= 6,
};

/* kvm_tdx_cmd.flags of INIT_MEM_REGION */
enum { KVM_TDX_MEASURE_MEMORY_REGION = 1 << 0 };

/* The request number of KVM_MEMORY_ENCRYPT_OP announces 8 bytes; these 24 are what it takes. */
struct kvm_tdx_cmd {
	uint32_t id;
	uint32_t flags;
	uint64_t data;		/* user address; for INIT_VCPU the value itself */
	uint64_t hw_error;	/* 0 on entry; INIT_VM and FINALIZE_VM: SEAMCALL status */
};

struct kvm_tdx_capabilities {
	uint64_t supported_attrs;
	uint64_t supported_xfam;
	uint64_t kernel_tdvmcallinfo_1_r11;	/* TDVMCALLs that KVM answers, */
	uint64_t user_tdvmcallinfo_1_r11;	/* that reach user space */
	uint64_t kernel_tdvmcallinfo_1_r12;
	uint64_t user_tdvmcallinfo_1_r12;
	uint64_t reserved[250];
	struct kvm_cpuid2 cpuid;	/* masks of the bits that INIT_VM may set */
};

struct kvm_tdx_init_vm {
	uint64_t attributes;
	uint64_t xfam;
	uint64_t mrconfigid[6];
	uint64_t mrowner[6];
	uint64_t mrownerconfig[6];
	uint64_t reserved[12];		/* 0 */
	struct kvm_cpuid2 cpuid;
};

/* All three come back as what is left. */
struct kvm_tdx_init_mem_region {
	uint64_t source_addr;		/* user address */
	uint64_t gpa;			/* private, bytes */
	uint64_t nr_pages;		/* 4 KiB pages */
};

static_assert(sizeof(struct kvm_tdx_cmd) == 24, "Linux uAPI");
static_assert(sizeof(struct kvm_tdx_capabilities) == 2056, "Linux uAPI");
static_assert(offsetof(struct kvm_tdx_capabilities, cpuid) == 2048, "Linux uAPI");
static_assert(sizeof(struct kvm_tdx_init_vm) == 264, "Linux uAPI");
static_assert(offsetof(struct kvm_tdx_init_vm, cpuid) == 256, "Linux uAPI");
static_assert(sizeof(struct kvm_tdx_init_mem_region) == 24, "Linux uAPI");

#endif
