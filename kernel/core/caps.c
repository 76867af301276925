/* SPDX-License-Identifier: BSD-2-Clause */
/* Capabilities: what KVM_CHECK_EXTENSION answers, and what KVM_ENABLE_CAP takes. */
#include <errno.h>

#include "base/attr.h"
#include "kernel/core/core.h"

#define NR_IRQ_ROUTES	 4096
#define X2APIC_API_PLAIN 3u /* USE_32BIT_IDS, DISABLE_BROADCAST_QUIRK */

/* The answers that are the same on every descriptor. */
static const struct {
	uint32_t cap;
	int answer;
} fixed[] = {
	{ KVM_CAP_IRQCHIP, 1 },
	{ KVM_CAP_USER_MEMORY, 1 },
	{ KVM_CAP_SET_TSS_ADDR, 1 },
	{ KVM_CAP_EXT_CPUID, 1 },
	{ KVM_CAP_NR_MEMSLOTS, SLOTS_USER_MAX },
	{ KVM_CAP_MP_STATE, 1 },
	{ KVM_CAP_COALESCED_MMIO, 2 },
	{ KVM_CAP_SYNC_MMU, 1 },
	{ KVM_CAP_DESTROY_MEMORY_REGION_WORKS, 1 },
	{ KVM_CAP_SET_GUEST_DEBUG, 1 },
	{ KVM_CAP_IRQ_ROUTING, NR_IRQ_ROUTES },
	{ KVM_CAP_IRQ_INJECT_STATUS, 1 },
	{ KVM_CAP_JOIN_MEMORY_REGIONS_WORKS, 1 },
	{ KVM_CAP_MCE, 32 },
	{ KVM_CAP_IRQFD, 1 },
	{ KVM_CAP_IOEVENTFD, 1 },
	{ KVM_CAP_SET_IDENTITY_MAP_ADDR, 1 },
	{ KVM_CAP_ADJUST_CLOCK, 0xe },
	{ KVM_CAP_INTERNAL_ERROR_DATA, 1 },
	{ KVM_CAP_VCPU_EVENTS, 1 },
	{ KVM_CAP_HYPERV, 1 },
	{ KVM_CAP_DEBUGREGS, 1 },
	{ KVM_CAP_X86_ROBUST_SINGLESTEP, 1 },
	{ KVM_CAP_XSAVE, 1 },
	{ KVM_CAP_XCRS, 1 },
	{ KVM_CAP_GET_TSC_KHZ, 1 },
	{ KVM_CAP_TSC_DEADLINE_TIMER, 1 },
	{ KVM_CAP_KVMCLOCK_CTRL, 1 },
	{ KVM_CAP_SIGNAL_MSI, 1 },
	{ KVM_CAP_IRQFD_RESAMPLE, 1 },
	{ KVM_CAP_CHECK_EXTENSION_VM, 1 },
	{ KVM_CAP_SPLIT_IRQCHIP, 1 },
	{ KVM_CAP_IOEVENTFD_ANY_LENGTH, 1 },
	{ KVM_CAP_MAX_VCPU_ID, VM_VCPU_IDS },
	{ KVM_CAP_IMMEDIATE_EXIT, 1 },
	{ KVM_CAP_HYPERV_VP_INDEX, 1 },
	{ KVM_CAP_GET_MSR_FEATURES, 1 },
	{ KVM_CAP_NESTED_STATE, 8320 },
	{ KVM_CAP_COALESCED_PIO, 1 },
	{ KVM_CAP_EXCEPTION_PAYLOAD, 1 },
	{ KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 3 },
	{ KVM_CAP_X86_USER_SPACE_MSR, 7 },
	{ KVM_CAP_X86_BUS_LOCK_EXIT, 3 },
	{ KVM_CAP_SREGS2, 1 },
	{ KVM_CAP_EXIT_HYPERCALL, 1 << 12 },
	{ KVM_CAP_BINARY_STATS_FD, 1 },
	{ KVM_CAP_XSAVE2, 12288 },
	{ KVM_CAP_SYS_ATTRIBUTES, 1 },
	{ KVM_CAP_PMU_CAPABILITY, 1 },
	{ KVM_CAP_X86_TRIPLE_FAULT_EVENT, 1 },
	{ KVM_CAP_X86_NOTIFY_VMEXIT, 1 },
	{ KVM_CAP_USER_MEMORY2, 1 },
	{ KVM_CAP_MEMORY_FAULT_INFO, 1 },
};

static long vm_types(const struct machine *machine)
{
	long types = 1L << KVM_X86_DEFAULT_VM;

	if (!machine->config.no_sw_protected)
		types |= 1L << KVM_X86_SW_PROTECTED_VM;
	if (machine->tdx)
		types |= 1L << KVM_X86_TDX_VM;
	return types;
}

static long gmem_flags(const struct linux_behaviour *behaviour, const struct vm *vm)
{
	if (!behaviour->gmem_flags_cap)
		return 0;
	return (long)(vm && vm->ops->has_private_mem ? behaviour->gmem_flags_private
						     : behaviour->gmem_flags_plain);
}

static long x2apic_api(const struct linux_behaviour *behaviour, const struct vm *vm)
{
	/* Bit 2 came with the answer that depends on the interrupt controller. */
	if (behaviour->x2apic_api == X2APIC_API_PLAIN)
		return X2APIC_API_PLAIN;
	return !vm || vm->irqchip == IRQCHIP_SPLIT ? 15 : (long)behaviour->x2apic_api;
}

/* The answers that depend on the VM, if there is one, or on the machine. Linux:
 * kvm_vm_ioctl_check_extension() and its generic twin. */
static long varying(const struct machine *machine, const struct vm *vm, unsigned long cap)
{
	const struct linux_behaviour *behaviour = machine->behaviour;
	bool has_private = vm && vm->ops->has_private_mem;
	bool is_protected = vm && vm->ops->has_protected_state;

	switch (cap) {
	case KVM_CAP_PRE_FAULT_MEMORY:
		return !machine->config.no_tdp;
	case KVM_CAP_VM_TYPES:
		return vm_types(machine);
	case KVM_CAP_GUEST_MEMFD:
		return !(vm && behaviour->gmem_cap_by_type && !has_private);
	case KVM_CAP_GUEST_MEMFD_FLAGS:
		return gmem_flags(behaviour, vm);
	case KVM_CAP_MEMORY_ATTRIBUTES:
		return !vm || has_private ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0;
	case KVM_CAP_X86_APIC_BUS_CYCLES_NS:
		return vm && behaviour->bus_cycles_told ? (long)vm->apic_bus_ns : 1;
	case KVM_CAP_X2APIC_API:
		return x2apic_api(behaviour, vm);
	case KVM_CAP_MAX_VCPUS:
		return vm ? vm->max_vcpus : VM_VCPUS_MAX;
	case KVM_CAP_NR_VCPUS:
		return machine->config.cpus;
	case KVM_CAP_MULTI_ADDRESS_SPACE:
		return vm ? vm->slots.rules.spaces : SLOTS_SPACES_MAX;
	case KVM_CAP_X86_SMM:
		return !is_protected;
	case KVM_CAP_READONLY_MEM:
		return !is_protected;
	case KVM_CAP_SYNC_REGS:
		return is_protected ? 0 : 7;
	case KVM_CAP_SET_GUEST_DEBUG2:
		return 0xf0003;
	default:
		return 0;
	}
}

long check_extension(struct call *call)
{
	unsigned long cap = call_number(call);

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		if (fixed[i].cap == cap)
			return fixed[i].answer;
	return varying(&call->kernel->machine, call->vm, cap);
}

static long enable_split_irqchip(struct vm *vm, const struct kvm_enable_cap *cap)
{
	if (cap->args[0] > NR_IRQ_ROUTES)
		return refuse(vm->trace, -EINVAL, "cap.split-routes", "%llu routes",
			      (unsigned long long)cap->args[0]);
	if (vm->irqchip != IRQCHIP_NONE || vm->created)
		return refuse(vm->trace, -EEXIST, "cap.split-late",
			      "there is an interrupt controller, or a vCPU");
	vm->irqchip = IRQCHIP_SPLIT;
	return 0;
}

static long enable_x2apic_api(struct vm *vm, const struct kvm_enable_cap *cap)
{
	uint64_t known = vm->machine->behaviour->x2apic_api == X2APIC_API_PLAIN ? 3 : 15;
	uint64_t flags = cap->args[0];

	/* Bits 2 and 3 switch one thing on and off; on needs a split irqchip. */
	if (flags & ~known || (flags & 0xc) == 0xc ||
	    (flags & 0x4 && vm->irqchip != IRQCHIP_SPLIT))
		return refuse(vm->trace, -EINVAL, "cap.x2apic-flags", "flags 0x%llx",
			      (unsigned long long)flags);
	return 0;
}

static long enable_exit_hypercall(struct vm *vm, const struct kvm_enable_cap *cap)
{
	if (cap->args[0] & ~(1ull << 12))
		return refuse(vm->trace, -EINVAL, "cap.hypercalls", "mask 0x%llx",
			      (unsigned long long)cap->args[0]);
	vm->hypercall_exits = cap->args[0];
	return 0;
}

static long enable_max_vcpu_id(struct vm *vm, const struct kvm_enable_cap *cap)
{
	uint64_t id = cap->args[0];

	if (id == 0 || id > VM_VCPU_IDS || id <= vm->bsp_id)
		return refuse(vm->trace, -EINVAL, "cap.max-vcpu-id", "%llu",
			      (unsigned long long)id);
	if (vm->max_vcpu_id && vm->max_vcpu_id != id)
		return refuse(vm->trace, -EINVAL, "cap.max-vcpu-id-set", "it is %u already",
			      vm->max_vcpu_id);
	vm->max_vcpu_id = (unsigned)id;
	return 0;
}

static long enable_bus_cycles(struct vm *vm, const struct kvm_enable_cap *cap)
{
	uint64_t ns = cap->args[0];

	/* The timer counts in ns: 2^32 ticks at divisor 128 must fit 64 bits. */
	if (ns == 0 || ns > UINT64_MAX / 128 / UINT32_MAX)
		return refuse(vm->trace, -EINVAL, "cap.bus-cycles", "%llu ns",
			      (unsigned long long)ns);
	if (vm->irqchip == IRQCHIP_NONE)
		return refuse(vm->trace, -ENXIO, "cap.bus-cycles-irqchip",
			      "no interrupt controller yet");
	if (vm->created)
		return refuse(vm->trace, -EINVAL, "cap.bus-cycles-late", "%u vCPUs exist",
			      vm->created);
	vm->apic_bus_ns = ns;
	return 0;
}

static long enable_pmu(struct vm *vm, const struct kvm_enable_cap *cap)
{
	bool is_off = cap->args[0] & 1;

	if (cap->args[0] & ~1ull || vm->created || (vm->ops->has_protected_state && !is_off))
		return refuse(vm->trace, -EINVAL, "cap.pmu", "0x%llx with %u vCPUs",
			      (unsigned long long)cap->args[0], vm->created);
	vm->pmu_off = is_off;
	return 0;
}

static long enable_manual_dirty_log(struct vm *vm, const struct kvm_enable_cap *cap)
{
	if (cap->args[0] & ~3ull || cap->args[0] == 2)
		return refuse(vm->trace, -EINVAL, "cap.dirty-log", "0x%llx",
			      (unsigned long long)cap->args[0]);
	vm->manual_dirty_log = cap->args[0] & 1;
	return 0;
}

static long enable_nothing(struct vm *vm, const struct kvm_enable_cap *cap)
{
	(void)vm;
	(void)cap;
	return 0;
}

static const struct {
	uint32_t cap;
	long (*enable)(struct vm *vm, const struct kvm_enable_cap *cap);
} enablers[] = {
	{ KVM_CAP_SPLIT_IRQCHIP, enable_split_irqchip },
	{ KVM_CAP_X2APIC_API, enable_x2apic_api },
	{ KVM_CAP_EXIT_HYPERCALL, enable_exit_hypercall },
	{ KVM_CAP_MAX_VCPU_ID, enable_max_vcpu_id },
	{ KVM_CAP_X86_APIC_BUS_CYCLES_NS, enable_bus_cycles },
	{ KVM_CAP_PMU_CAPABILITY, enable_pmu },
	{ KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, enable_manual_dirty_log },
	{ KVM_CAP_EXCEPTION_PAYLOAD, enable_nothing },
	{ KVM_CAP_X86_TRIPLE_FAULT_EVENT, enable_nothing },
	{ KVM_CAP_X86_USER_SPACE_MSR, enable_nothing },
	{ KVM_CAP_X86_NOTIFY_VMEXIT, enable_nothing },
	{ KVM_CAP_X86_BUS_LOCK_EXIT, enable_nothing },
};

/* kvm_vm_ioctl_enable_cap() */
long enable_cap(struct call *call)
{
	struct kvm_enable_cap cap;
	int rc = call_read(call, &cap, sizeof(cap));

	if (rc < 0)
		return rc;
	if (cap.flags)
		return refuse(call_trace(call), -EINVAL, "cap.flags", "flags 0x%x", cap.flags);
	for (size_t i = 0; i < ARRAY_SIZE(enablers); i++)
		if (enablers[i].cap == cap.cap)
			return enablers[i].enable(call->vm, &cap);
	return refuse(call_trace(call), -EINVAL, "cap.unknown", "capability %u", cap.cap);
}
