/* SPDX-License-Identifier: BSD-2-Clause */
/* The system descriptor and what all VMs share. */
#include <errno.h>

#include "conformance/conf.h"

static void api_version(struct conf *c)
{
	conf_expect(c, conf_ioctl_n(c, c->sys, KVM_GET_API_VERSION, 0), KVM_API_VERSION);
	conf_expect(c, conf_ioctl_n(c, c->sys, KVM_GET_API_VERSION, 1), -EINVAL);
}

static void vcpu_mmap_size(struct conf *c)
{
	conf_expect(c, conf_ioctl_n(c, c->sys, KVM_GET_VCPU_MMAP_SIZE, 0), KVM_VCPU_MMAP_SIZE_X86);
}

static void vm_type(struct conf *c)
{
	conf_expect(c, conf_ioctl_n(c, c->sys, KVM_CREATE_VM, 31), -EINVAL);
	conf_expect(c, conf_ioctl_n(c, c->sys, KVM_CREATE_VM, 32), -EINVAL);
	conf_expect(c, conf_ioctl_n(c, c->sys, KVM_CREATE_VM, 1ul << 32), -EINVAL);
}

static void unknown_request(struct conf *c)
{
	conf_plain(c);
	conf_expect(c, conf_ioctl(c, c->sys, KVM_REQUEST(0, 0xfe, 0), NULL), -EINVAL);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_REQUEST(0, 0xfe, 0), NULL), -ENOTTY);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_REQUEST(0, 0xfe, 0), NULL), -EINVAL);
}

static void create_vcpu(struct conf *c)
{
	long ids;

	conf_plain(c);
	ids = conf_cap(c, c->vm, KVM_CAP_MAX_VCPU_ID);
	conf_expect_true(c, "KVM_CAP_MAX_VCPU_ID", ids > 0);
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_VCPU, 0), -EEXIST);
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_VCPU, (unsigned long)ids), -EINVAL);
}

static void max_vcpu_id(struct conf *c)
{
	struct kvm_enable_cap limit = { .cap = KVM_CAP_MAX_VCPU_ID, .args = { 2 } };

	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &limit), 0);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &limit), 0);
	limit.args[0] = 3;
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &limit), -EINVAL);
	conf_make_vcpu(c, c->vm, 1);
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_VCPU, 2), -EINVAL);
}

static void split_irqchip(struct conf *c)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { 4097 } };

	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &split), -EINVAL);
	split.args[0] = 24;
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &split), 0);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &split), -EEXIST);
}

static void apic_bus(struct conf *c)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { 24 } };
	struct kvm_enable_cap bus = { .cap = KVM_CAP_X86_APIC_BUS_CYCLES_NS, .args = { 0 } };
	long told;

	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	if (conf_cap(c, c->vm, KVM_CAP_X86_APIC_BUS_CYCLES_NS) != 1)
		conf_skip(c, "KVM_CAP_X86_APIC_BUS_CYCLES_NS");
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &bus), -EINVAL);
	bus.args[0] = 40;
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &bus), -ENXIO);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &split), 0);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &bus), 0);
	/* Before 7.2 the capability told the default alone, save in later stable releases. */
	told = conf_cap(c, c->vm, KVM_CAP_X86_APIC_BUS_CYCLES_NS);
	conf_expect(c, told, c->ops->version(c->ctx) < LINUX(7, 2) && told != 40 ? 1 : 40);
	conf_make_vcpu(c, c->vm, 0);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &bus), -EINVAL);
}

const struct conf_case conf_system_cases[] = {
	{ "api_version", "A", "system.argument", api_version },
	{ "vcpu_mmap_size", "A", NULL, vcpu_mmap_size },
	{ "vm_type", "A", "create-vm.type", vm_type },
	{ "unknown_request", "A", "system.request vm.request vcpu.request", unknown_request },
	{ "create_vcpu", "A", "create-vcpu.exists create-vcpu.id", create_vcpu },
	{ "max_vcpu_id", "A", "cap.max-vcpu-id-set create-vcpu.max-id", max_vcpu_id },
	{ "split_irqchip", "A", "cap.split-routes cap.split-late", split_irqchip },
	{ "apic_bus_cycles", "A", "cap.bus-cycles cap.bus-cycles-irqchip cap.bus-cycles-late", apic_bus },
	{ 0 },
};
