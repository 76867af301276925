/* SPDX-License-Identifier: BSD-2-Clause */
/* The three ioctl tables, and what is asked before them. */
#include <errno.h>
#include <unistd.h>

#include "base/attr.h"
#include "kernel/core/core.h"
#include "kernel/mmu/user.h"

const struct ioctl_row *ioctl_find(const struct ioctl_row *rows, size_t count,
				   unsigned long request)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].request == request)
			return &rows[i];
	return NULL;
}

long ioctl_accept(struct call *call)
{
	(void)call;
	return 0;
}

int call_read(const struct call *call, void *ret_bytes, size_t size)
{
	if (user_read(ret_bytes, call->arg, size) < 0)
		return refuse(call_trace(call), -EFAULT, "call.read", "%zu bytes at %p", size,
			      call->arg);
	return 0;
}

int call_write(const struct call *call, const void *bytes, size_t size)
{
	if (user_write(call->arg, bytes, size) < 0)
		return refuse(call_trace(call), -EFAULT, "call.write", "%zu bytes at %p", size,
			      call->arg);
	return 0;
}

static long get_api_version(struct call *call)
{
	if (call_number(call))
		return refuse(call_trace(call), -EINVAL, "system.argument", "argument is not 0");
	return KVM_API_VERSION;
}

static long get_vcpu_mmap_size(struct call *call)
{
	if (call_number(call))
		return refuse(call_trace(call), -EINVAL, "system.argument", "argument is not 0");
	return VCPU_RUN_BYTES;
}

static long create_vm(struct call *call)
{
	struct vm *vm = NULL;
	int rc = vm_new(call->kernel, call_number(call), &vm);

	if (rc < 0)
		return rc;
	rc = fd_new(call->kernel, &(struct file){ .kind = FILE_VM, .vm = vm });
	if (rc < 0)
		vm_put(call->kernel, vm);
	return rc;
}

static long get_mce_cap(struct call *call)
{
	uint64_t caps = 0x1000120; /* 32 banks, MCG_SER_P, MCG_CTL_P */

	return call_write(call, &caps, sizeof(caps));
}

/* KVM_X86_XCOMP_GUEST_SUPP is the one attribute of the system descriptor. */
static long get_system_attr(struct call *call)
{
	struct kvm_device_attr attr;
	uint64_t xcr0 = 0x602e7;
	int rc = call_read(call, &attr, sizeof(attr));

	if (rc < 0)
		return rc;
	if (attr.group != 0 || attr.attr != 0)
		return refuse(call_trace(call), -ENXIO, "system.attribute", "group %u, attribute %llu",
			      attr.group, (unsigned long long)attr.attr);
	return user_write((void *)(uintptr_t)attr.addr, &xcr0, sizeof(xcr0));
}

static long has_system_attr(struct call *call)
{
	struct kvm_device_attr attr;
	int rc = call_read(call, &attr, sizeof(attr));

	if (rc < 0)
		return rc;
	return attr.group == 0 && attr.attr == 0
		       ? 0
		       : refuse(call_trace(call), -ENXIO, "system.attribute", "group %u", attr.group);
}

static const struct ioctl_row system_rows[] = {
	{ KVM_GET_API_VERSION, "KVM_GET_API_VERSION", get_api_version },
	{ KVM_CREATE_VM, "KVM_CREATE_VM", create_vm },
	{ KVM_CHECK_EXTENSION, "KVM_CHECK_EXTENSION", check_extension },
	{ KVM_GET_VCPU_MMAP_SIZE, "KVM_GET_VCPU_MMAP_SIZE", get_vcpu_mmap_size },
	{ KVM_GET_SUPPORTED_CPUID, "KVM_GET_SUPPORTED_CPUID", get_supported_cpuid },
	{ KVM_GET_MSR_INDEX_LIST, "KVM_GET_MSR_INDEX_LIST", get_msr_index_list },
	{ KVM_GET_MSR_FEATURE_INDEX_LIST, "KVM_GET_MSR_FEATURE_INDEX_LIST",
	  get_msr_feature_index_list },
	{ KVM_GET_MSRS, "KVM_GET_MSRS", get_msrs },
	{ KVM_X86_GET_MCE_CAP_SUPPORTED, "KVM_X86_GET_MCE_CAP_SUPPORTED", get_mce_cap },
	{ KVM_GET_DEVICE_ATTR, "KVM_GET_DEVICE_ATTR", get_system_attr },
	{ KVM_HAS_DEVICE_ATTR, "KVM_HAS_DEVICE_ATTR", has_system_attr },
};

const char *system_ioctl_name(unsigned long request)
{
	const struct ioctl_row *row = ioctl_find(system_rows, ARRAY_SIZE(system_rows), request);

	return row ? row->name : NULL;
}

/* kvm_dev_ioctl(), kvm_arch_dev_ioctl() */
long system_ioctl(struct call *call)
{
	const struct ioctl_row *row =
		ioctl_find(system_rows, ARRAY_SIZE(system_rows), call->request);

	if (!row)
		return refuse(call_trace(call), -EINVAL, "system.request", "request 0x%lx",
			      call->request);
	return row->run(call);
}

static long set_tsc_khz(struct call *call)
{
	uint32_t khz = (uint32_t)call_number(call);

	if (call->vcpu && call->vm->ops->has_protected_state)
		return refuse(call_trace(call), -EINVAL, "vcpu.tsc-protected",
			      "the TSC of a TD is set on the VM");
	if (!call->vcpu && call->vm->created && call->kernel->machine.behaviour->tsc_late_refused)
		return refuse(call_trace(call), -EINVAL, "vm.tsc-late", "%u vCPUs exist",
			      call->vm->created);
	if (khz == 0)
		khz = call->kernel->machine.config.tsc_khz;
	*(call->vcpu ? &call->vcpu->tsc_khz : &call->vm->tsc_khz) = khz;
	return 0;
}

static long get_tsc_khz(struct call *call)
{
	return call->vcpu ? call->vcpu->tsc_khz : call->vm->tsc_khz;
}

static long create_irqchip(struct call *call)
{
	struct vm *vm = call->vm;

	if (vm->irqchip != IRQCHIP_NONE)
		return refuse(vm->trace, -EEXIST, "irqchip.exists", "there is one");
	if (vm->ops->has_protected_state)
		return refuse(vm->trace, -ENOTTY, "irqchip.protected",
			      "a TD has a split one only");
	if (vm->created)
		return refuse(vm->trace, -EINVAL, "irqchip.late", "%u vCPUs exist", vm->created);
	vm->irqchip = IRQCHIP_KERNEL;
	return 0;
}

static long get_clock(struct call *call)
{
	struct kvm_clock_data clock = { .clock = 0 }; /* the machine has no wall clock */

	return call_write(call, &clock, sizeof(clock));
}

static long create_device(struct call *call)
{
	return refuse(call_trace(call), -ENODEV, "vm.device", "the machine emulates no device");
}

static long vm_memory_encrypt_op(struct call *call)
{
	if (!call->vm->ops->vm_op)
		return refuse(call_trace(call), -ENOTTY, "vm.encrypt-op",
			      "a VM of type %u has no encrypt op", call->vm->ops->type);
	return call->vm->ops->vm_op(call->vm, call->arg);
}

static const struct ioctl_row vm_rows[] = {
	{ KVM_CREATE_VCPU, "KVM_CREATE_VCPU", create_vcpu },
	{ KVM_SET_USER_MEMORY_REGION, "KVM_SET_USER_MEMORY_REGION", set_memory_region },
	{ KVM_SET_USER_MEMORY_REGION2, "KVM_SET_USER_MEMORY_REGION2", set_memory_region2 },
	{ KVM_SET_MEMORY_ATTRIBUTES, "KVM_SET_MEMORY_ATTRIBUTES", set_memory_attributes },
	{ KVM_CREATE_GUEST_MEMFD, "KVM_CREATE_GUEST_MEMFD", create_guest_memfd },
	{ KVM_MEMORY_ENCRYPT_OP, "KVM_MEMORY_ENCRYPT_OP", vm_memory_encrypt_op },
	{ KVM_ENABLE_CAP, "KVM_ENABLE_CAP", enable_cap },
	{ KVM_CHECK_EXTENSION, "KVM_CHECK_EXTENSION", check_extension },
	{ KVM_SET_TSC_KHZ, "KVM_SET_TSC_KHZ", set_tsc_khz },
	{ KVM_GET_TSC_KHZ, "KVM_GET_TSC_KHZ", get_tsc_khz },
	{ KVM_CREATE_IRQCHIP, "KVM_CREATE_IRQCHIP", create_irqchip },
	{ KVM_GET_DIRTY_LOG, "KVM_GET_DIRTY_LOG", get_dirty_log },
	{ KVM_CLEAR_DIRTY_LOG, "KVM_CLEAR_DIRTY_LOG", clear_dirty_log },
	{ KVM_GET_STATS_FD, "KVM_GET_STATS_FD", get_stats_fd },
	{ KVM_CREATE_DEVICE, "KVM_CREATE_DEVICE", create_device },
	{ KVM_GET_CLOCK, "KVM_GET_CLOCK", get_clock },
	{ KVM_SET_CLOCK, "KVM_SET_CLOCK", ioctl_accept },
	{ KVM_SET_TSS_ADDR, "KVM_SET_TSS_ADDR", ioctl_accept },
	{ KVM_SET_IDENTITY_MAP_ADDR, "KVM_SET_IDENTITY_MAP_ADDR", ioctl_accept },
	{ KVM_SET_GSI_ROUTING, "KVM_SET_GSI_ROUTING", ioctl_accept },
	{ KVM_IRQ_LINE, "KVM_IRQ_LINE", ioctl_accept },
	{ KVM_IRQ_LINE_STATUS, "KVM_IRQ_LINE_STATUS", ioctl_accept },
	{ KVM_REGISTER_COALESCED_MMIO, "KVM_REGISTER_COALESCED_MMIO", ioctl_accept },
	{ KVM_UNREGISTER_COALESCED_MMIO, "KVM_UNREGISTER_COALESCED_MMIO", ioctl_accept },
	{ KVM_IRQFD, "KVM_IRQFD", ioctl_accept },
	{ KVM_IOEVENTFD, "KVM_IOEVENTFD", ioctl_accept },
	{ KVM_SIGNAL_MSI, "KVM_SIGNAL_MSI", ioctl_accept },
	{ KVM_X86_SET_MSR_FILTER, "KVM_X86_SET_MSR_FILTER", ioctl_accept },
};

const char *vm_ioctl_name(unsigned long request)
{
	const struct ioctl_row *row = ioctl_find(vm_rows, ARRAY_SIZE(vm_rows), request);

	return row ? row->name : NULL;
}

/* What every VM and vCPU ioctl asks first: is it the process that made the VM, and does it live? */
static int may_enter(struct call *call)
{
	if (call->vm->owner != getpid())
		return refuse(call_trace(call), -EIO, "vm.owner",
			      "the VM belongs to another process");
	if (vm_is_dead(call->vm))
		return refuse(call_trace(call), -EIO, "vm.dead", "the VM was bugged before");
	return 0;
}

/* kvm_vm_ioctl(), kvm_arch_vm_ioctl() */
long vm_ioctl(struct call *call)
{
	const struct ioctl_row *row = ioctl_find(vm_rows, ARRAY_SIZE(vm_rows), call->request);
	long rc = may_enter(call);

	if (rc < 0)
		return rc;
	if (!row)
		return refuse(call_trace(call), -ENOTTY, "vm.request", "request 0x%lx",
			      call->request);
	vm_lock(call->vm);
	rc = row->run(call);
	vm_unlock(call->vm);
	if (call->held)
		file_put(call->kernel, call->held);
	return rc;
}

static long vcpu_enable_cap(struct call *call)
{
	struct kvm_enable_cap cap;
	int rc = call_read(call, &cap, sizeof(cap));

	if (rc < 0)
		return rc;
	return refuse(call_trace(call), -EINVAL, "vcpu.cap", "capability %u cannot be enabled here",
		      cap.cap);
}

static long kvmclock_ctrl(struct call *call)
{
	return refuse(call_trace(call), -EINVAL, "vcpu.kvmclock", "no guest has a clock page");
}

static long smi(struct call *call)
{
	if (call->vm->slots.rules.spaces < SLOTS_SPACES_MAX)
		return refuse(call_trace(call), -ENOTTY, "vcpu.smi", "this VM type has no SMM");
	return 0;
}

static const struct ioctl_row vcpu_rows[] = {
	{ KVM_RUN, "KVM_RUN", vcpu_run },
	{ KVM_PRE_FAULT_MEMORY, "KVM_PRE_FAULT_MEMORY", pre_fault_memory },
	{ KVM_MEMORY_ENCRYPT_OP, "KVM_MEMORY_ENCRYPT_OP", NULL }, /* claimed before the table */
	{ KVM_SET_CPUID2, "KVM_SET_CPUID2", set_cpuid2 },
	{ KVM_GET_CPUID2, "KVM_GET_CPUID2", get_cpuid2 },
	{ KVM_GET_MSRS, "KVM_GET_MSRS", get_msrs },
	{ KVM_SET_MSRS, "KVM_SET_MSRS", set_msrs },
	{ KVM_GET_MP_STATE, "KVM_GET_MP_STATE", get_mp_state },
	{ KVM_SET_MP_STATE, "KVM_SET_MP_STATE", set_mp_state },
	{ KVM_GET_VCPU_EVENTS, "KVM_GET_VCPU_EVENTS", get_vcpu_events },
	{ KVM_SET_VCPU_EVENTS, "KVM_SET_VCPU_EVENTS", set_vcpu_events },
	{ KVM_SET_NESTED_STATE, "KVM_SET_NESTED_STATE", set_nested_state },
	{ KVM_SET_TSC_KHZ, "KVM_SET_TSC_KHZ", set_tsc_khz },
	{ KVM_GET_TSC_KHZ, "KVM_GET_TSC_KHZ", get_tsc_khz },
	{ KVM_ENABLE_CAP, "KVM_ENABLE_CAP", vcpu_enable_cap },
	{ KVM_GET_STATS_FD, "KVM_GET_STATS_FD", get_stats_fd },
	{ KVM_SMI, "KVM_SMI", smi },
	{ KVM_KVMCLOCK_CTRL, "KVM_KVMCLOCK_CTRL", kvmclock_ctrl },
	{ KVM_SET_SIGNAL_MASK, "KVM_SET_SIGNAL_MASK", ioctl_accept },
	{ KVM_SET_VAPIC_ADDR, "KVM_SET_VAPIC_ADDR", ioctl_accept },
	{ KVM_X86_SETUP_MCE, "KVM_X86_SETUP_MCE", ioctl_accept },
	{ KVM_TPR_ACCESS_REPORTING, "KVM_TPR_ACCESS_REPORTING", ioctl_accept },
	{ KVM_GET_REGS, "KVM_GET_REGS", get_registers },
	{ KVM_SET_REGS, "KVM_SET_REGS", set_registers },
	{ KVM_GET_SREGS, "KVM_GET_SREGS", get_registers },
	{ KVM_SET_SREGS, "KVM_SET_SREGS", set_registers },
	{ KVM_GET_SREGS2, "KVM_GET_SREGS2", get_registers },
	{ KVM_SET_SREGS2, "KVM_SET_SREGS2", set_registers },
	{ KVM_GET_FPU, "KVM_GET_FPU", get_registers },
	{ KVM_SET_FPU, "KVM_SET_FPU", set_registers },
	{ KVM_GET_LAPIC, "KVM_GET_LAPIC", get_registers },
	{ KVM_SET_LAPIC, "KVM_SET_LAPIC", set_registers },
	{ KVM_GET_DEBUGREGS, "KVM_GET_DEBUGREGS", get_registers },
	{ KVM_SET_DEBUGREGS, "KVM_SET_DEBUGREGS", set_registers },
	{ KVM_GET_XSAVE, "KVM_GET_XSAVE", get_registers },
	{ KVM_SET_XSAVE, "KVM_SET_XSAVE", set_registers },
	{ KVM_GET_XSAVE2, "KVM_GET_XSAVE2", get_registers },
	{ KVM_GET_XCRS, "KVM_GET_XCRS", get_registers },
	{ KVM_SET_XCRS, "KVM_SET_XCRS", set_registers },
	{ KVM_SET_GUEST_DEBUG, "KVM_SET_GUEST_DEBUG", set_registers },
};

const char *vcpu_ioctl_name(unsigned long request)
{
	const struct ioctl_row *row = ioctl_find(vcpu_rows, ARRAY_SIZE(vcpu_rows), request);

	return row ? row->name : NULL;
}

/* The encrypt op comes before the vCPU's mutex: it waits for all of them itself. */
static long vcpu_memory_encrypt_op(struct call *call)
{
	const struct linux_behaviour *behaviour = call->kernel->machine.behaviour;
	long rc;

	if (!call->vm->ops->vcpu_op)
		return refuse(call_trace(call), behaviour->tdx ? -EINVAL : -ENOTTY, "vcpu.encrypt-op",
			      "a VM of type %u has no encrypt op", call->vm->ops->type);
	vm_lock(call->vm);
	rc = call->vm->ops->vcpu_op(call->vcpu, call->arg);
	mmu_let_go(&call->vcpu->mmu);
	vm_unlock(call->vm);
	return rc;
}

/* One thread at a time inside a vCPU, beside those inside others. */
static long run_entered(struct call *call, const struct ioctl_row *row)
{
	long rc;

	vcpu_enter(call->vcpu);
	rc = row->run(call);
	vcpu_leave(call->vcpu);
	return rc;
}

/* kvm_vcpu_ioctl() */
long vcpu_ioctl(struct call *call)
{
	const struct ioctl_row *row = ioctl_find(vcpu_rows, ARRAY_SIZE(vcpu_rows), call->request);
	long rc = may_enter(call);

	if (rc < 0)
		return rc;
	if (call->request == KVM_MEMORY_ENCRYPT_OP)
		return vcpu_memory_encrypt_op(call);
	if (row)
		return run_entered(call, row);
	return refuse(call_trace(call), -EINVAL, "vcpu.request", "request 0x%lx", call->request);
}
