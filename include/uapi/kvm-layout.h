/* SPDX-License-Identifier: BSD-2-Clause */
/* What the arguments of KVM's ioctls look like in memory, x86-64. Stated from the published ABI in
 * this project's own words; sizes and offsets are held by the assertions below and, where the build
 * host knows the same structure, by tests/unit/tdx. "since" is the first Linux that has it. */
#ifndef UAPI_KVM_LAYOUT_H
#define UAPI_KVM_LAYOUT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/* KVM_PRE_FAULT_MEMORY; since 6.11. @gpa and @size come back as what is left. */
struct kvm_pre_fault_memory {
	uint64_t gpa;			/* bytes, without the shared bit of a TD */
	uint64_t size;			/* bytes */
	uint64_t flags;			/* must be 0 */
	uint64_t padding[5];		/* neither read nor written */
};

/* KVM_SET_USER_MEMORY_REGION */
struct kvm_userspace_memory_region {
	uint32_t slot;			/* 15:0 slot, 31:16 address space */
	uint32_t flags;
	uint64_t guest_phys_addr;
	uint64_t memory_size;		/* bytes, 0 deletes */
	uint64_t userspace_addr;
};

/* KVM_SET_USER_MEMORY_REGION2; since 6.8 */
struct kvm_userspace_memory_region2 {
	uint32_t slot;
	uint32_t flags;
	uint64_t guest_phys_addr;
	uint64_t memory_size;
	uint64_t userspace_addr;
	uint64_t guest_memfd_offset;	/* bytes */
	uint32_t guest_memfd;		/* descriptor, with KVM_MEM_GUEST_MEMFD */
	uint32_t pad1;
	uint64_t pad2[14];
};

/* KVM_SET_MEMORY_ATTRIBUTES; since 6.8 */
struct kvm_memory_attributes {
	uint64_t address;
	uint64_t size;
	uint64_t attributes;
	uint64_t flags;			/* must be 0 */
};

/* KVM_CREATE_GUEST_MEMFD; since 6.8 */
struct kvm_create_guest_memfd {
	uint64_t size;			/* bytes */
	uint64_t flags;
	uint64_t reserved[6];		/* not looked at */
};

struct kvm_cpuid_entry2 {
	uint32_t function;
	uint32_t index;
	uint32_t flags;
	uint32_t eax, ebx, ecx, edx;
	uint32_t padding[3];
};

struct kvm_cpuid2 {
	uint32_t nent;
	uint32_t padding;
	struct kvm_cpuid_entry2 entries[];
};

struct kvm_enable_cap {
	uint32_t cap;
	uint32_t flags;
	uint64_t args[4];
	uint8_t pad[64];
};

struct kvm_dirty_log {
	uint32_t slot;
	uint32_t padding1;
	union {
		void *dirty_bitmap;	/* one bit a page */
		uint64_t padding2;
	};
};

struct kvm_clear_dirty_log {
	uint32_t slot;
	uint32_t num_pages;
	uint64_t first_page;
	union {
		void *dirty_bitmap;
		uint64_t padding2;
	};
};

struct kvm_msr_list {
	uint32_t nmsrs;
	uint32_t indices[];
};

struct kvm_msr_entry {
	uint32_t index;
	uint32_t reserved;
	uint64_t data;
};

struct kvm_msrs {
	uint32_t nmsrs;
	uint32_t pad;
	struct kvm_msr_entry entries[];
};

struct kvm_device_attr {
	uint32_t flags;
	uint32_t group;
	uint64_t attr;
	uint64_t addr;			/* user address of the value */
};

struct kvm_mp_state {
	uint32_t mp_state;
};

struct kvm_signal_mask {
	uint32_t len;			/* 8 on x86-64 */
	uint8_t sigset[];
};

struct kvm_clock_data {
	uint64_t clock;			/* ns */
	uint32_t flags;
	uint32_t pad0;
	uint64_t realtime;
	uint64_t host_tsc;
	uint32_t pad[4];
};

struct kvm_regs {
	uint64_t rax, rbx, rcx, rdx;
	uint64_t rsi, rdi, rsp, rbp;
	uint64_t r8, r9, r10, r11;
	uint64_t r12, r13, r14, r15;
	uint64_t rip, rflags;
};

struct kvm_segment {
	uint64_t base;
	uint32_t limit;
	uint16_t selector;
	uint8_t type;
	uint8_t present, dpl, db, s, l, g, avl;
	uint8_t unusable;
	uint8_t padding;
};

struct kvm_dtable {
	uint64_t base;
	uint16_t limit;
	uint16_t padding[3];
};

struct kvm_sregs {
	struct kvm_segment cs, ds, es, fs, gs, ss, tr, ldt;
	struct kvm_dtable gdt, idt;
	uint64_t cr0, cr2, cr3, cr4, cr8;
	uint64_t efer;
	uint64_t apic_base;
	uint64_t interrupt_bitmap[4];
};

struct kvm_vcpu_events {
	struct {
		uint8_t injected, nr, has_error_code, pending;
		uint32_t error_code;
	} exception;
	struct {
		uint8_t injected, nr, soft, shadow;
	} interrupt;
	struct {
		uint8_t injected, pending, masked, pad;
	} nmi;
	uint32_t sipi_vector;
	uint32_t flags;			/* KVM_VCPUEVENT_VALID_* */
	struct {
		uint8_t smm, pending, smm_inside_nmi, latched_init;
	} smi;
	struct {
		uint8_t pending;
	} triple_fault;
	uint8_t reserved[26];
	uint8_t exception_has_payload;
	uint64_t exception_payload;
};

/* Head of what KVM_SET_NESTED_STATE takes; the hardware's own pages follow. */
struct kvm_nested_state {
	uint16_t flags;			/* KVM_STATE_NESTED_* */
	uint16_t format;		/* KVM_STATE_NESTED_FORMAT_* */
	uint32_t size;			/* bytes, this head included */
	uint8_t hdr[120];
	uint8_t data[];
};

/* KVM_GET_STATS_FD gives a descriptor that reads as this head, then descriptors, then values. */
struct kvm_stats_header {
	uint32_t flags;
	uint32_t name_size;		/* bytes of each name */
	uint32_t num_desc;
	uint32_t id_offset;
	uint32_t desc_offset;
	uint32_t data_offset;
};

struct kvm_stats_desc {
	uint32_t flags;
	int16_t exponent;
	uint16_t size;			/* count of 64-bit values */
	uint32_t offset;		/* in the data block */
	uint32_t bucket_size;
	char name[];
};

/* The first page of the mapping of a vCPU descriptor. */
struct kvm_run {
	uint8_t request_interrupt_window;
	uint8_t immediate_exit;		/* since 4.13 */
	uint8_t padding1[6];
	uint32_t exit_reason;		/* KVM_EXIT_* */
	uint8_t ready_for_interrupt_injection;
	uint8_t if_flag;
	uint16_t flags;
	uint64_t cr8;
	uint64_t apic_base;
	union {
		struct {
			uint64_t hardware_exit_reason;
		} hw;
		struct {
			uint64_t hardware_entry_failure_reason;
			uint32_t cpu;
		} fail_entry;
		struct {
			uint8_t direction;	/* 0 in, 1 out */
			uint8_t size;
			uint16_t port;
			uint32_t count;
			uint64_t data_offset;	/* from the start of kvm_run */
		} io;
		struct {
			uint64_t phys_addr;
			uint8_t data[8];
			uint32_t len;
			uint8_t is_write;
		} mmio;
		struct {
			uint64_t nr;
			uint64_t args[6];
			uint64_t ret;
			uint64_t flags;
		} hypercall;
		struct {
			uint32_t suberror;
			uint32_t ndata;
			uint64_t data[16];
		} internal;
		struct {
			uint32_t type;		/* KVM_SYSTEM_EVENT_* */
			uint32_t ndata;
			uint64_t data[16];
		} system_event;
		struct {
			uint8_t error;
			uint8_t pad[7];
			uint32_t reason;
			uint32_t index;
			uint64_t data;
		} msr;
		struct {			/* since 6.8 */
			uint64_t flags;		/* KVM_MEMORY_EXIT_FLAG_PRIVATE */
			uint64_t gpa;
			uint64_t size;
		} memory_fault;
		struct {			/* since 6.16 */
			uint64_t flags;
			uint64_t nr;		/* TDVMCALL leaf */
			uint64_t ret;		/* the answer the guest sees in R10 */
			uint64_t data[5];	/* by leaf */
		} tdx;
		uint8_t padding[256];
	};
	uint64_t kvm_valid_regs;
	uint64_t kvm_dirty_regs;
	uint8_t s[2048];
};

static_assert(sizeof(struct kvm_pre_fault_memory) == 64, "Linux uAPI");
static_assert(sizeof(struct kvm_userspace_memory_region) == 32, "Linux uAPI");
static_assert(sizeof(struct kvm_userspace_memory_region2) == 160, "Linux uAPI");
static_assert(offsetof(struct kvm_userspace_memory_region2, guest_memfd) == 40, "Linux uAPI");
static_assert(sizeof(struct kvm_memory_attributes) == 32, "Linux uAPI");
static_assert(sizeof(struct kvm_create_guest_memfd) == 64, "Linux uAPI");
static_assert(sizeof(struct kvm_cpuid_entry2) == 40, "Linux uAPI");
static_assert(sizeof(struct kvm_cpuid2) == 8, "Linux uAPI");
static_assert(sizeof(struct kvm_enable_cap) == 104, "Linux uAPI");
static_assert(sizeof(struct kvm_vcpu_events) == 64, "Linux uAPI");
static_assert(sizeof(struct kvm_nested_state) == 128, "Linux uAPI");
static_assert(sizeof(struct kvm_run) == 2352, "Linux uAPI");
static_assert(offsetof(struct kvm_run, exit_reason) == 8, "Linux uAPI");
static_assert(offsetof(struct kvm_run, flags) == 14, "Linux uAPI");
static_assert(offsetof(struct kvm_run, io) == 32, "Linux uAPI");
static_assert(offsetof(struct kvm_run, msr.data) == 48, "Linux uAPI");
static_assert(offsetof(struct kvm_run, tdx.data) == 56, "Linux uAPI");
static_assert(offsetof(struct kvm_run, kvm_valid_regs) == 288, "Linux uAPI");
static_assert(offsetof(struct kvm_run, s) == 304, "Linux uAPI");

#endif
