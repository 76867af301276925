/* SPDX-License-Identifier: BSD-2-Clause */
/* Our statement of the Linux uAPI against the build host's. Ours is included first and its values
 * are put away under other names; then come the host's headers, whose macros hide our enumerators
 * wherever the host knows the name. A name that the host does not know compares with itself. */
#include "uapi/kvm.h"

/* Names of numbers, one a line. */
#define NUMBERS(X) \
	X(KVM_GET_API_VERSION) \
	X(KVM_CREATE_VM) \
	X(KVM_GET_MSR_INDEX_LIST) \
	X(KVM_CHECK_EXTENSION) \
	X(KVM_GET_VCPU_MMAP_SIZE) \
	X(KVM_GET_SUPPORTED_CPUID) \
	X(KVM_GET_EMULATED_CPUID) \
	X(KVM_GET_MSR_FEATURE_INDEX_LIST) \
	X(KVM_X86_GET_MCE_CAP_SUPPORTED) \
	X(KVM_CREATE_VCPU) \
	X(KVM_GET_DIRTY_LOG) \
	X(KVM_SET_USER_MEMORY_REGION) \
	X(KVM_SET_TSS_ADDR) \
	X(KVM_SET_IDENTITY_MAP_ADDR) \
	X(KVM_SET_USER_MEMORY_REGION2) \
	X(KVM_CREATE_IRQCHIP) \
	X(KVM_IRQ_LINE) \
	X(KVM_IRQ_LINE_STATUS) \
	X(KVM_REGISTER_COALESCED_MMIO) \
	X(KVM_UNREGISTER_COALESCED_MMIO) \
	X(KVM_SET_GSI_ROUTING) \
	X(KVM_IRQFD) \
	X(KVM_IOEVENTFD) \
	X(KVM_SET_CLOCK) \
	X(KVM_GET_CLOCK) \
	X(KVM_SIGNAL_MSI) \
	X(KVM_MEMORY_ENCRYPT_OP) \
	X(KVM_MEMORY_ENCRYPT_REG_REGION) \
	X(KVM_MEMORY_ENCRYPT_UNREG_REGION) \
	X(KVM_CLEAR_DIRTY_LOG) \
	X(KVM_X86_SET_MSR_FILTER) \
	X(KVM_SET_MEMORY_ATTRIBUTES) \
	X(KVM_CREATE_GUEST_MEMFD) \
	X(KVM_CREATE_DEVICE) \
	X(KVM_SET_TSC_KHZ) \
	X(KVM_GET_TSC_KHZ) \
	X(KVM_ENABLE_CAP) \
	X(KVM_GET_STATS_FD) \
	X(KVM_SET_DEVICE_ATTR) \
	X(KVM_GET_DEVICE_ATTR) \
	X(KVM_HAS_DEVICE_ATTR) \
	X(KVM_RUN) \
	X(KVM_GET_REGS) \
	X(KVM_SET_REGS) \
	X(KVM_GET_SREGS) \
	X(KVM_SET_SREGS) \
	X(KVM_TRANSLATE) \
	X(KVM_INTERRUPT) \
	X(KVM_GET_MSRS) \
	X(KVM_SET_MSRS) \
	X(KVM_SET_SIGNAL_MASK) \
	X(KVM_GET_FPU) \
	X(KVM_SET_FPU) \
	X(KVM_GET_LAPIC) \
	X(KVM_SET_LAPIC) \
	X(KVM_SET_CPUID2) \
	X(KVM_GET_CPUID2) \
	X(KVM_TPR_ACCESS_REPORTING) \
	X(KVM_SET_VAPIC_ADDR) \
	X(KVM_GET_MP_STATE) \
	X(KVM_SET_MP_STATE) \
	X(KVM_SET_GUEST_DEBUG) \
	X(KVM_X86_SETUP_MCE) \
	X(KVM_GET_VCPU_EVENTS) \
	X(KVM_SET_VCPU_EVENTS) \
	X(KVM_GET_DEBUGREGS) \
	X(KVM_SET_DEBUGREGS) \
	X(KVM_GET_XSAVE) \
	X(KVM_SET_XSAVE) \
	X(KVM_GET_XCRS) \
	X(KVM_SET_XCRS) \
	X(KVM_KVMCLOCK_CTRL) \
	X(KVM_SMI) \
	X(KVM_GET_NESTED_STATE) \
	X(KVM_SET_NESTED_STATE) \
	X(KVM_GET_SREGS2) \
	X(KVM_SET_SREGS2) \
	X(KVM_GET_XSAVE2) \
	X(KVM_PRE_FAULT_MEMORY) \
	X(KVM_CAP_IRQCHIP) \
	X(KVM_CAP_USER_MEMORY) \
	X(KVM_CAP_SET_TSS_ADDR) \
	X(KVM_CAP_EXT_CPUID) \
	X(KVM_CAP_NR_VCPUS) \
	X(KVM_CAP_NR_MEMSLOTS) \
	X(KVM_CAP_MP_STATE) \
	X(KVM_CAP_COALESCED_MMIO) \
	X(KVM_CAP_SYNC_MMU) \
	X(KVM_CAP_DESTROY_MEMORY_REGION_WORKS) \
	X(KVM_CAP_SET_GUEST_DEBUG) \
	X(KVM_CAP_IRQ_ROUTING) \
	X(KVM_CAP_IRQ_INJECT_STATUS) \
	X(KVM_CAP_JOIN_MEMORY_REGIONS_WORKS) \
	X(KVM_CAP_MCE) \
	X(KVM_CAP_IRQFD) \
	X(KVM_CAP_IOEVENTFD) \
	X(KVM_CAP_SET_IDENTITY_MAP_ADDR) \
	X(KVM_CAP_ADJUST_CLOCK) \
	X(KVM_CAP_INTERNAL_ERROR_DATA) \
	X(KVM_CAP_VCPU_EVENTS) \
	X(KVM_CAP_HYPERV) \
	X(KVM_CAP_DEBUGREGS) \
	X(KVM_CAP_X86_ROBUST_SINGLESTEP) \
	X(KVM_CAP_XSAVE) \
	X(KVM_CAP_XCRS) \
	X(KVM_CAP_GET_TSC_KHZ) \
	X(KVM_CAP_MAX_VCPUS) \
	X(KVM_CAP_TSC_DEADLINE_TIMER) \
	X(KVM_CAP_SYNC_REGS) \
	X(KVM_CAP_KVMCLOCK_CTRL) \
	X(KVM_CAP_SIGNAL_MSI) \
	X(KVM_CAP_READONLY_MEM) \
	X(KVM_CAP_IRQFD_RESAMPLE) \
	X(KVM_CAP_VM_ATTRIBUTES) \
	X(KVM_CAP_CHECK_EXTENSION_VM) \
	X(KVM_CAP_X86_SMM) \
	X(KVM_CAP_MULTI_ADDRESS_SPACE) \
	X(KVM_CAP_SPLIT_IRQCHIP) \
	X(KVM_CAP_IOEVENTFD_ANY_LENGTH) \
	X(KVM_CAP_VCPU_ATTRIBUTES) \
	X(KVM_CAP_MAX_VCPU_ID) \
	X(KVM_CAP_X2APIC_API) \
	X(KVM_CAP_IMMEDIATE_EXIT) \
	X(KVM_CAP_HYPERV_VP_INDEX) \
	X(KVM_CAP_GET_MSR_FEATURES) \
	X(KVM_CAP_NESTED_STATE) \
	X(KVM_CAP_COALESCED_PIO) \
	X(KVM_CAP_EXCEPTION_PAYLOAD) \
	X(KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2) \
	X(KVM_CAP_X86_USER_SPACE_MSR) \
	X(KVM_CAP_DIRTY_LOG_RING) \
	X(KVM_CAP_X86_BUS_LOCK_EXIT) \
	X(KVM_CAP_SET_GUEST_DEBUG2) \
	X(KVM_CAP_SREGS2) \
	X(KVM_CAP_EXIT_HYPERCALL) \
	X(KVM_CAP_BINARY_STATS_FD) \
	X(KVM_CAP_XSAVE2) \
	X(KVM_CAP_SYS_ATTRIBUTES) \
	X(KVM_CAP_PMU_CAPABILITY) \
	X(KVM_CAP_X86_TRIPLE_FAULT_EVENT) \
	X(KVM_CAP_X86_NOTIFY_VMEXIT) \
	X(KVM_CAP_USER_MEMORY2) \
	X(KVM_CAP_MEMORY_FAULT_INFO) \
	X(KVM_CAP_MEMORY_ATTRIBUTES) \
	X(KVM_CAP_GUEST_MEMFD) \
	X(KVM_CAP_VM_TYPES) \
	X(KVM_CAP_PRE_FAULT_MEMORY) \
	X(KVM_CAP_X86_APIC_BUS_CYCLES_NS) \
	X(KVM_CAP_GUEST_MEMFD_FLAGS) \
	X(KVM_X86_DEFAULT_VM) \
	X(KVM_X86_SW_PROTECTED_VM) \
	X(KVM_X86_SEV_VM) \
	X(KVM_X86_SEV_ES_VM) \
	X(KVM_X86_SNP_VM) \
	X(KVM_X86_TDX_VM) \
	X(KVM_MEM_LOG_DIRTY_PAGES) \
	X(KVM_MEM_READONLY) \
	X(KVM_MEM_GUEST_MEMFD) \
	X(KVM_MEMORY_ATTRIBUTE_PRIVATE) \
	X(KVM_MEMORY_EXIT_FLAG_PRIVATE) \
	X(GUEST_MEMFD_FLAG_MMAP) \
	X(GUEST_MEMFD_FLAG_INIT_SHARED) \
	X(KVM_CPUID_FLAG_SIGNIFCANT_INDEX) \
	X(KVM_VCPUEVENT_VALID_NMI_PENDING) \
	X(KVM_VCPUEVENT_VALID_SIPI_VECTOR) \
	X(KVM_VCPUEVENT_VALID_SHADOW) \
	X(KVM_VCPUEVENT_VALID_SMM) \
	X(KVM_STATE_NESTED_GUEST_MODE) \
	X(KVM_STATE_NESTED_RUN_PENDING) \
	X(KVM_STATE_NESTED_FORMAT_VMX) \
	X(KVM_STATE_NESTED_FORMAT_SVM) \
	X(KVM_MP_STATE_RUNNABLE) \
	X(KVM_MP_STATE_UNINITIALIZED) \
	X(KVM_EXIT_UNKNOWN) \
	X(KVM_EXIT_IO) \
	X(KVM_EXIT_HYPERCALL) \
	X(KVM_EXIT_DEBUG) \
	X(KVM_EXIT_HLT) \
	X(KVM_EXIT_MMIO) \
	X(KVM_EXIT_SHUTDOWN) \
	X(KVM_EXIT_FAIL_ENTRY) \
	X(KVM_EXIT_INTR) \
	X(KVM_EXIT_INTERNAL_ERROR) \
	X(KVM_EXIT_SYSTEM_EVENT) \
	X(KVM_EXIT_IOAPIC_EOI) \
	X(KVM_EXIT_X86_RDMSR) \
	X(KVM_EXIT_X86_WRMSR) \
	X(KVM_EXIT_DIRTY_RING_FULL) \
	X(KVM_EXIT_X86_BUS_LOCK) \
	X(KVM_EXIT_NOTIFY) \
	X(KVM_EXIT_MEMORY_FAULT) \
	X(KVM_EXIT_TDX) \
	X(KVM_SYSTEM_EVENT_SHUTDOWN) \
	X(KVM_SYSTEM_EVENT_RESET) \
	X(KVM_SYSTEM_EVENT_CRASH) \
	X(KVM_SYSTEM_EVENT_WAKEUP) \
	X(KVM_SYSTEM_EVENT_SUSPEND) \
	X(KVM_SYSTEM_EVENT_SEV_TERM) \
	X(KVM_SYSTEM_EVENT_TDX_FATAL) \
	X(KVM_TDX_CAPABILITIES) \
	X(KVM_TDX_INIT_VM) \
	X(KVM_TDX_INIT_VCPU) \
	X(KVM_TDX_INIT_MEM_REGION) \
	X(KVM_TDX_FINALIZE_VM) \
	X(KVM_TDX_GET_CPUID) \
	X(KVM_API_VERSION) \
	X(KVM_TDX_MEASURE_MEMORY_REGION)

/* Structures that every host this builds on has. */
#define STRUCTS(X) \
	X(kvm_userspace_memory_region) \
	X(kvm_cpuid_entry2) \
	X(kvm_cpuid2) \
	X(kvm_enable_cap) \
	X(kvm_dirty_log) \
	X(kvm_clear_dirty_log) \
	X(kvm_msr_list) \
	X(kvm_msr_entry) \
	X(kvm_msrs) \
	X(kvm_device_attr) \
	X(kvm_mp_state) \
	X(kvm_signal_mask) \
	X(kvm_clock_data) \
	X(kvm_regs) \
	X(kvm_segment) \
	X(kvm_dtable) \
	X(kvm_sregs) \
	X(kvm_vcpu_events) \
	X(kvm_nested_state) \
	X(kvm_stats_header) \
	X(kvm_stats_desc) \
	X(kvm_run)

#define PUT_AWAY(name) enum { OUR_##name = name };
#define PUT_AWAY_SIZE(name) enum { OUR_SIZE_##name = sizeof(struct name) };
NUMBERS(PUT_AWAY)
STRUCTS(PUT_AWAY_SIZE)
enum {
	OUR_RUN_EXIT = offsetof(struct kvm_run, exit_reason),
	OUR_RUN_UNION = offsetof(struct kvm_run, io),
	OUR_RUN_VALID = offsetof(struct kvm_run, kvm_valid_regs),
	OUR_EVENTS_SMM = offsetof(struct kvm_vcpu_events, smi),
	OUR_SREGS_CR0 = offsetof(struct kvm_sregs, cr0),
	OUR_SREGS_APIC = offsetof(struct kvm_sregs, apic_base),
};

/* From here on these structures are the host's. */
#define kvm_userspace_memory_region host_kvm_userspace_memory_region
#define kvm_cpuid_entry2 host_kvm_cpuid_entry2
#define kvm_cpuid2 host_kvm_cpuid2
#define kvm_enable_cap host_kvm_enable_cap
#define kvm_dirty_log host_kvm_dirty_log
#define kvm_clear_dirty_log host_kvm_clear_dirty_log
#define kvm_msr_list host_kvm_msr_list
#define kvm_msr_entry host_kvm_msr_entry
#define kvm_msrs host_kvm_msrs
#define kvm_device_attr host_kvm_device_attr
#define kvm_mp_state host_kvm_mp_state
#define kvm_signal_mask host_kvm_signal_mask
#define kvm_clock_data host_kvm_clock_data
#define kvm_regs host_kvm_regs
#define kvm_segment host_kvm_segment
#define kvm_dtable host_kvm_dtable
#define kvm_sregs host_kvm_sregs
#define kvm_vcpu_events host_kvm_vcpu_events
#define kvm_nested_state host_kvm_nested_state
#define kvm_stats_header host_kvm_stats_header
#define kvm_stats_desc host_kvm_stats_desc
#define kvm_run host_kvm_run
#define kvm_pre_fault_memory host_kvm_pre_fault_memory
#define kvm_userspace_memory_region2 host_kvm_userspace_memory_region2
#define kvm_memory_attributes host_kvm_memory_attributes
#define kvm_create_guest_memfd host_kvm_create_guest_memfd
#define kvm_tdx_cmd host_kvm_tdx_cmd
#define kvm_tdx_capabilities host_kvm_tdx_capabilities
#define kvm_tdx_init_vm host_kvm_tdx_init_vm
#define kvm_tdx_init_mem_region host_kvm_tdx_init_mem_region
/* The host's enumerators of TDX sub-commands would clash with ours; as macros they would not. */
#define kvm_tdx_cmd_id host_kvm_tdx_cmd_id
#define KVM_TDX_CAPABILITIES HOST_KVM_TDX_CAPABILITIES
#define KVM_TDX_INIT_VM HOST_KVM_TDX_INIT_VM
#define KVM_TDX_INIT_VCPU HOST_KVM_TDX_INIT_VCPU
#define KVM_TDX_INIT_MEM_REGION HOST_KVM_TDX_INIT_MEM_REGION
#define KVM_TDX_FINALIZE_VM HOST_KVM_TDX_FINALIZE_VM
#define KVM_TDX_GET_CPUID HOST_KVM_TDX_GET_CPUID
#define KVM_TDX_CMD_NR_MAX HOST_KVM_TDX_CMD_NR_MAX
#include <linux/kvm.h>
#undef KVM_TDX_CAPABILITIES
#undef KVM_TDX_INIT_VM
#undef KVM_TDX_INIT_VCPU
#undef KVM_TDX_INIT_MEM_REGION
#undef KVM_TDX_FINALIZE_VM
#undef KVM_TDX_GET_CPUID
#undef KVM_TDX_CMD_NR_MAX

#define SAME(name) static_assert((unsigned long)OUR_##name == (unsigned long)(name), #name);
#define SAME_SIZE(name) static_assert(OUR_SIZE_##name == sizeof(struct name), #name);
NUMBERS(SAME)
STRUCTS(SAME_SIZE)
static_assert(OUR_RUN_EXIT == offsetof(struct kvm_run, exit_reason), "kvm_run");
static_assert(OUR_RUN_UNION == offsetof(struct kvm_run, io), "kvm_run");
static_assert(OUR_RUN_VALID == offsetof(struct kvm_run, kvm_valid_regs), "kvm_run");
static_assert(OUR_EVENTS_SMM == offsetof(struct kvm_vcpu_events, smi), "kvm_vcpu_events");
static_assert(OUR_SREGS_CR0 == offsetof(struct kvm_sregs, cr0), "kvm_sregs");
static_assert(OUR_SREGS_APIC == offsetof(struct kvm_sregs, apic_base), "kvm_sregs");

#include "tests/lib/test.h"

START_TEST(request_numbers_are_those_of_the_published_abi)
{
	static const struct {
		unsigned ours, number;
	} rows[] = {
		{ OUR_KVM_PRE_FAULT_MEMORY, 0xc040aed5 },
		{ OUR_KVM_MEMORY_ENCRYPT_OP, 0xc008aeba },
		{ OUR_KVM_SET_USER_MEMORY_REGION2, 0x40a0ae49 },
		{ OUR_KVM_SET_MEMORY_ATTRIBUTES, 0x4020aed2 },
		{ OUR_KVM_CREATE_GUEST_MEMFD, 0xc040aed4 },
		{ OUR_KVM_ENABLE_CAP, 0x4068aea3 },
		{ OUR_KVM_CREATE_VM, 0x0000ae01 },
		{ OUR_KVM_RUN, 0x0000ae80 },
		{ OUR_KVM_X86_SET_MSR_FILTER, 0x4188aec6 },
		{ OUR_KVM_MEMORY_ENCRYPT_REG_REGION, 0x8010aebb },
		{ OUR_KVM_CREATE_DEVICE, 0xc00caee0 },
		{ OUR_KVM_SET_NESTED_STATE, 0x4080aebf },
	};

	ck_assert_uint_eq(rows[_i].ours, rows[_i].number);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("uapi");
	TCase *tc = tcase_create("numbers");

	tcase_add_loop_test(tc, request_numbers_are_those_of_the_published_abi, 0, 12);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
