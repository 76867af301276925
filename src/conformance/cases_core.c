/* SPDX-License-Identifier: BSD-2-Clause */
/* Capabilities that can be enabled, dirty logs, registers: what a VMM meets on its way to a launch. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/conf.h"

static long enable(struct conf *c, int fd, unsigned cap, uint64_t arg)
{
	struct kvm_enable_cap wish = { .cap = cap, .args = { arg } };

	return conf_ioctl(c, fd, KVM_ENABLE_CAP, &wish);
}

static void enable_unknown(struct conf *c)
{
	struct kvm_enable_cap wish = { .cap = KVM_CAP_EXIT_HYPERCALL, .flags = 1 };

	conf_plain(c);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &wish), -EINVAL);
	conf_expect_rule(c, "cap.flags");
	conf_expect(c, enable(c, c->vm, 0xffff, 0), -EINVAL);
	conf_expect_rule(c, "cap.unknown");
	conf_expect(c, enable(c, c->vcpu, 0xffff, 0), -EINVAL);
	conf_expect_rule(c, "vcpu.cap");
}

static void enable_x2apic(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	conf_expect(c, enable(c, c->vm, KVM_CAP_X2APIC_API, 1 << 10), -EINVAL);
	conf_expect_rule(c, "cap.x2apic-flags");
	conf_expect(c, enable(c, c->vm, KVM_CAP_X2APIC_API, 3), 0);
}

static void enable_hypercalls(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	conf_expect(c, conf_cap(c, c->vm, KVM_CAP_EXIT_HYPERCALL), 1 << 12);
	conf_expect(c, enable(c, c->vm, KVM_CAP_EXIT_HYPERCALL, 1), -EINVAL);
	conf_expect_rule(c, "cap.hypercalls");
	conf_expect(c, enable(c, c->vm, KVM_CAP_EXIT_HYPERCALL, 1 << 12), 0);
}

static void enable_pmu(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	if (conf_cap(c, c->vm, KVM_CAP_PMU_CAPABILITY) != 1)
		conf_skip(c, "no virtual PMU (KVM_CAP_PMU_CAPABILITY)");
	conf_expect(c, enable(c, c->vm, KVM_CAP_PMU_CAPABILITY, 2), -EINVAL);
	conf_expect_rule(c, "cap.pmu");
	conf_expect(c, enable(c, c->vm, KVM_CAP_PMU_CAPABILITY, 1), 0);
}

static void enable_dirty_log(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	conf_expect(c, conf_cap(c, c->vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2), 3);
	conf_expect(c, enable(c, c->vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 2), -EINVAL);
	conf_expect_rule(c, "cap.dirty-log");
	conf_expect(c, enable(c, c->vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 3), 0);
}

static void max_vcpu_id_range(struct conf *c)
{
	long ids;

	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	ids = conf_cap(c, c->vm, KVM_CAP_MAX_VCPU_ID);
	conf_expect_true(c, "KVM_CAP_MAX_VCPU_ID", ids > 0);
	conf_expect(c, enable(c, c->vm, KVM_CAP_MAX_VCPU_ID, (uint64_t)ids + 1), -EINVAL);
	conf_expect_rule(c, "cap.max-vcpu-id");
}

static void vcpu_count(struct conf *c)
{
	long max;

	conf_need_door(c, c->ops->inject, "have few CPUs at hand");
	conf_td_init(c);
	max = conf_cap(c, c->vm, KVM_CAP_MAX_VCPUS);
	if (max <= 0 || max > CONF_FDS - 8)
		conf_skip(c, "too many vCPUs to make (KVM_CAP_MAX_VCPUS)");
	for (long id = 0; id < max; id++)
		conf_make_vcpu(c, c->vm, (unsigned)id);
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_VCPU, (unsigned long)max), -EINVAL);
	conf_expect_rule(c, "create-vcpu.count");
}

static void irqchip(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_IRQCHIP, 0), 0);
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_IRQCHIP, 0), -EEXIST);
	conf_expect_rule(c, "irqchip.exists");
	conf_plain(c);
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_IRQCHIP, 0), -EINVAL);
	conf_expect_rule(c, "irqchip.late");
}

static void irqchip_td(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_TDX_VM);
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_IRQCHIP, 0), -ENOTTY);
	conf_expect_rule(c, "irqchip.protected");
}

static void tsc_khz(struct conf *c)
{
	conf_plain(c);
	/* Older kernels let the VM's value change when it has no effect any more. */
	if (c->ops->version(c->ctx) < LINUX(6, 17)) {
		conf_expect(c, conf_ioctl_n(c, c->vm, KVM_SET_TSC_KHZ, 0), 0);
		return;
	}
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_SET_TSC_KHZ, 0), -EINVAL);
	conf_expect_rule(c, "vm.tsc-late");
}

static void tsc_khz_td(struct conf *c)
{
	conf_td_ready(c);
	conf_expect(c, conf_ioctl_n(c, c->vcpu, KVM_SET_TSC_KHZ, 1000000), -EINVAL);
	conf_expect_rule(c, "vcpu.tsc-protected");
}

static void dirty_log(struct conf *c)
{
	struct kvm_dirty_log log = { .slot = 32764 };
	struct kvm_clear_dirty_log clear = { .num_pages = 64 };
	uint64_t bits[8] = { 0 };

	conf_plain(c);
	c->memory = conf_memory(c, HUGE, HUGE, PROT_READ | PROT_WRITE, 0);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_GET_DIRTY_LOG, &log), -EINVAL);
	conf_expect_rule(c, "dirty-log.slot");
	log.slot = 0;
	conf_expect(c, conf_ioctl(c, c->vm, KVM_GET_DIRTY_LOG, &log), -ENOENT);
	conf_expect_rule(c, "dirty-log.off");
	conf_slot(c, c->vm, 0, KVM_MEM_LOG_DIRTY_PAGES, S0_GPA, HUGE, c->memory);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_GET_DIRTY_LOG, &log), -EFAULT);
	conf_expect_rule(c, "dirty-log.bitmap");
	log.dirty_bitmap = bits;
	conf_expect(c, conf_ioctl(c, c->vm, KVM_GET_DIRTY_LOG, &log), 0);
	if (conf_cap(c, c->vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2) <= 0)
		return;
	clear.dirty_bitmap = bits;
	clear.first_page = 1;
	conf_expect(c, conf_ioctl(c, c->vm, KVM_CLEAR_DIRTY_LOG, &clear), -EINVAL);
	conf_expect_rule(c, "dirty-log.range");
}

/* The first page is judged before the slot is looked up. Found by random sequences. */
static void clear_log_order(struct conf *c)
{
	struct kvm_clear_dirty_log clear = { .slot = 3, .num_pages = 64, .first_page = 1 };

	conf_plain(c);
	if (conf_cap(c, c->vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2) <= 0)
		conf_skip(c, "no KVM_CLEAR_DIRTY_LOG (KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2)");
	conf_expect(c, conf_ioctl(c, c->vm, KVM_CLEAR_DIRTY_LOG, &clear), -EINVAL);
	conf_expect_rule(c, "dirty-log.range");
	clear.first_page = 64;
	conf_expect(c, conf_ioctl(c, c->vm, KVM_CLEAR_DIRTY_LOG, &clear), -ENOENT);
	conf_expect_rule(c, "dirty-log.off");
}

static void msr_lists(struct conf *c)
{
	union {
		struct kvm_msr_list list;
		uint8_t room[4 + 4 * 1024];
	} list = { .list = { .nmsrs = 0 } };
	struct kvm_msrs many = { .nmsrs = 256 };

	/* Too small a list comes back with the count. */
	conf_expect(c, conf_ioctl(c, c->sys, KVM_GET_MSR_INDEX_LIST, &list), -E2BIG);
	conf_expect_rule(c, "msr.room");
	conf_expect_true(c, "count handed back", list.list.nmsrs > 0 && list.list.nmsrs <= 1024);
	conf_expect(c, conf_ioctl(c, c->sys, KVM_GET_MSR_INDEX_LIST, &list), 0);
	conf_plain(c);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_GET_MSRS, &many), -E2BIG);
	conf_expect_rule(c, "msr.count");
}

static void cpuid_lists(struct conf *c)
{
	struct kvm_cpuid2 none = { .nent = 0 }, many = { .nent = 257 };

	conf_expect(c, conf_ioctl(c, c->sys, KVM_GET_SUPPORTED_CPUID, &none), -E2BIG);
	conf_expect_rule(c, "cpuid.room");
	conf_plain(c);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_SET_CPUID2, &many), -E2BIG);
	conf_expect_rule(c, "cpuid.count");
}

static void system_attribute(struct conf *c)
{
	struct kvm_device_attr attr = { .group = 77 };

	conf_expect(c, conf_ioctl(c, c->sys, KVM_HAS_DEVICE_ATTR, &attr), -ENXIO);
	conf_expect_rule(c, "system.attribute");
}

static void device(struct conf *c)
{
	uint32_t wish[3] = { 0xffff };

	conf_plain(c);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_CREATE_DEVICE, wish), -ENODEV);
	conf_expect_rule(c, "vm.device");
}

static void vcpu_state(struct conf *c)
{
	struct kvm_vcpu_events events = { .flags = 1u << 31 };
	struct kvm_mp_state state = { .mp_state = 77 };

	conf_plain(c);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_SET_VCPU_EVENTS, &events), -EINVAL);
	conf_expect_rule(c, "vcpu.event-flags");
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_SET_MP_STATE, &state), -EINVAL);
	conf_expect_rule(c, "vcpu.mp-state");
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_KVMCLOCK_CTRL, NULL), -EINVAL);
	conf_expect_rule(c, "vcpu.kvmclock");
}

static void lapic_without_irqchip(struct conf *c)
{
	uint8_t lapic[1024];

	conf_plain(c);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_GET_LAPIC, lapic), -EINVAL);
	conf_expect_rule(c, "vcpu.no-lapic");
}

static void nested_state(struct conf *c)
{
	struct kvm_nested_state state = { .size = 128, .flags = 1 << 9 };

	conf_plain(c);
	if (conf_cap(c, c->sys, KVM_CAP_NESTED_STATE) <= 0)
		conf_skip(c, "no nesting (KVM_CAP_NESTED_STATE)");
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_SET_NESTED_STATE, &state), -EINVAL);
	conf_expect_rule(c, "nested.flags");
	/* In guest mode, and none of the pages that go with it. */
	state.flags = KVM_STATE_NESTED_GUEST_MODE;
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_SET_NESTED_STATE, &state), -EINVAL);
	conf_expect_rule(c, "nested.guest-mode");
}

static void smi_td(struct conf *c)
{
	conf_td_ready(c);
	conf_expect(c, conf_ioctl_n(c, c->vcpu, KVM_SMI, 0), -ENOTTY);
	conf_expect_rule(c, "vcpu.smi");
}

static void run_arguments(struct conf *c)
{
	conf_plain(c);
	conf_expect(c, conf_ioctl_n(c, c->vcpu, KVM_RUN, 1), -EINVAL);
	conf_expect_rule(c, "run.argument");
	c->run->immediate_exit = 1;
	conf_expect(c, conf_ioctl_n(c, c->vcpu, KVM_RUN, 0), -EINTR);
	conf_expect_rule(c, "run.immediate-exit");
}

static void run_td_registers(struct conf *c)
{
	conf_td_ready(c);
	c->run->kvm_valid_regs = 1;
	conf_expect(c, conf_ioctl_n(c, c->vcpu, KVM_RUN, 0), -EINVAL);
	conf_expect_rule(c, "run.sync-regs");
}

static void encrypt_op_elsewhere(struct conf *c)
{
	static const long allowed[] = { -EINVAL, -ENOTTY };

	/* EINVAL where KVM was built with TDX, whatever its parameter; ENOTTY elsewhere. */
	conf_plain(c);
	conf_expect_any(c, conf_td_command(c, c->vcpu, KVM_TDX_GET_CPUID, 0, NULL), allowed, 2);
}

static void guest_attribute(struct conf *c)
{
	conf_need_door(c, c->ops->inject, "make a private access without a TD");
	conf_protected_s0(c);
	conf_expect(c, c->ops->touch(c->ctx, c->vcpu, S0_GPA, false, true), -EFAULT);
	conf_expect_rule(c, "fault.attribute");
	conf_expect_memory_fault(c, S0_GPA, KVM_MEMORY_EXIT_FLAG_PRIVATE);
}

static void gmem_poisoned(struct conf *c)
{
	conf_need_door(c, c->ops->inject, "poison a page");
	conf_protected_s0(c);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, S0_SIZE, KVM_MEMORY_ATTRIBUTE_PRIVATE), 0);
	conf_expect(c, c->ops->inject(c->ctx, c->vm, CONF_EHWPOISON, S0_GPA, 0, 1), 0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -EHWPOISON, PAGE);
	conf_expect_memory_fault(c, S0_GPA, KVM_MEMORY_EXIT_FLAG_PRIVATE);
}

static void gmem_mapping(struct conf *c)
{
	struct kvm_create_guest_memfd wish = { .size = PAGE, .flags = GUEST_MEMFD_FLAG_MMAP };
	void *at = NULL;
	long fd;

	conf_plain(c);
	if ((conf_cap(c, c->vm, KVM_CAP_GUEST_MEMFD_FLAGS) & GUEST_MEMFD_FLAG_MMAP) == 0)
		conf_skip(c, "guest_memfd cannot be mapped (KVM_CAP_GUEST_MEMFD_FLAGS bit 0)");
	fd = conf_ioctl(c, c->vm, KVM_CREATE_GUEST_MEMFD, &wish);
	conf_expect_true(c, "created", fd >= 0);
	conf_own_fd(c, (int)fd);
	conf_expect(c, c->ops->mmap(c->ctx, (int)fd, PAGE, PROT_READ, MAP_PRIVATE, &at), -EINVAL);
	conf_expect_rule(c, "gmem.mmap-private");
}

const struct conf_case conf_core_cases[] = {
	{ "enable_unknown", "A", "cap.flags cap.unknown vcpu.cap", enable_unknown },
	{ "enable_x2apic", "A", "cap.x2apic-flags", enable_x2apic },
	{ "enable_hypercalls", "A", "cap.hypercalls", enable_hypercalls },
	{ "enable_pmu", "A", "cap.pmu", enable_pmu },
	{ "enable_dirty_log", "A", "cap.dirty-log", enable_dirty_log },
	{ "max_vcpu_id_range", "A", "cap.max-vcpu-id", max_vcpu_id_range },
	{ "vcpu_count", "TM", "create-vcpu.count", vcpu_count },
	{ "irqchip", "A", "irqchip.exists irqchip.late", irqchip },
	{ "irqchip_td", "T", "irqchip.protected", irqchip_td },
	{ "tsc_khz", "A", "vm.tsc-late", tsc_khz },
	{ "tsc_khz_td", "T", "vcpu.tsc-protected", tsc_khz_td },
	{ "dirty_log", "A", "dirty-log.slot dirty-log.off dirty-log.bitmap dirty-log.range",
	  dirty_log },
	{ "clear_log_order", "A", "dirty-log.range dirty-log.off", clear_log_order },
	{ "msr_lists", "A", "msr.room msr.count", msr_lists },
	{ "cpuid_lists", "A", "cpuid.room cpuid.count", cpuid_lists },
	{ "system_attribute", "A", "system.attribute", system_attribute },
	{ "device", "A", "vm.device", device },
	{ "vcpu_state", "A", "vcpu.event-flags vcpu.mp-state vcpu.kvmclock", vcpu_state },
	{ "lapic_without_irqchip", "A", "vcpu.no-lapic", lapic_without_irqchip },
	{ "nested_state", "A", "nested.flags nested.guest-mode", nested_state },
	{ "smi_td", "T", "vcpu.smi", smi_td },
	{ "run_arguments", "A", "run.argument run.immediate-exit", run_arguments },
	{ "run_td_registers", "T", "run.sync-regs", run_td_registers },
	{ "encrypt_op_elsewhere", "A", "vcpu.encrypt-op", encrypt_op_elsewhere },
	{ "guest_attribute", "PM", "fault.attribute", guest_attribute },
	{ "gmem_poisoned", "PM", "fault.gmem-poison", gmem_poisoned },
	{ "gmem_mapping", "A", "gmem.mmap-private", gmem_mapping },
	{ 0 },
};
