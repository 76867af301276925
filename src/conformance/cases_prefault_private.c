/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_PRE_FAULT_MEMORY on private memory of SW_PROTECTED VMs, and in SMM and under nesting. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/conf.h"

#define PRIVATE KVM_MEMORY_ATTRIBUTE_PRIVATE

static void make_private(struct conf *c, uint64_t gpa, uint64_t size)
{
	conf_expect(c, conf_attributes(c, c->vm, gpa, size, PRIVATE), 0);
}

static void swp_shared(struct conf *c)
{
	conf_protected_s0(c);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
}

static void swp_private(struct conf *c)
{
	conf_protected_s0(c);
	make_private(c, S0_GPA, S0_SIZE);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
	conf_expect_u64(c, "pages_4k", conf_stat(c, c->vm, "pages_4k"), S0_SIZE / PAGE);
	conf_expect_u64(c, "pages_2m", conf_stat(c, c->vm, "pages_2m"), 0);
}

static void swp_mixed(struct conf *c)
{
	conf_protected_s0(c);
	make_private(c, S0_GPA, S0_SIZE / 2);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
}

static void swp_private_no_gmem(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_SW_PROTECTED_VM);
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
	c->memory = conf_memory(c, S0_SIZE, HUGE, PROT_READ | PROT_WRITE, 0);
	conf_slot(c, c->vm, 0, 0, S0_GPA, S0_SIZE, c->memory);
	make_private(c, S0_GPA, S0_SIZE);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -EFAULT, PAGE);
	conf_expect_memory_fault(c, S0_GPA, PRIVATE);
}

static void swp_private_no_slot(struct conf *c)
{
	conf_protected_s0(c);
	make_private(c, S0_GPA + S0_SIZE, HUGE);
	conf_pre_fault_expect(c, S0_GPA + S0_SIZE, PAGE, -EFAULT, PAGE);
	conf_expect_memory_fault(c, S0_GPA + S0_SIZE, PRIVATE);
}

static void swp_gmem_closed(struct conf *c)
{
	int gmem = conf_protected_s0(c);

	make_private(c, S0_GPA, S0_SIZE);
	conf_close(c, gmem);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -EFAULT, PAGE);
	conf_expect_memory_fault(c, S0_GPA, PRIVATE);
}

static void swp_punch(struct conf *c)
{
	int gmem = conf_protected_s0(c);

	make_private(c, S0_GPA, S0_SIZE);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
	conf_expect(c, c->ops->fallocate(c->ctx, gmem, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
					 PAGE),
		    0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
}

static void swp_convert(struct conf *c)
{
	conf_protected_s0(c);
	make_private(c, S0_GPA, S0_SIZE);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, S0_SIZE, 0), 0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
}

static void upstream_private(struct conf *c)
{
	const uint64_t size = HUGE + PAGE;
	int gmem;

	c->vm = conf_make_vm(c, KVM_X86_SW_PROTECTED_VM);
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
	c->memory = conf_memory(c, size, HUGE, PROT_READ | PROT_WRITE, 0);
	gmem = conf_gmem(c, c->vm, size);
	conf_slot_gmem(c, c->vm, 10, S0_GPA, size, c->memory, gmem);
	make_private(c, S0_GPA, size);
	conf_pre_fault_expect(c, S0_GPA, HUGE, 0, 0);
	conf_pre_fault_expect(c, S0_GPA + HUGE, 2 * PAGE, 0, PAGE);
	conf_pre_fault_expect(c, S0_GPA + HUGE + PAGE, PAGE, -ENOENT, PAGE);
}

/* In SMM by the uAPI, where the host has SMM. */
static void set_smm(struct conf *c, uint8_t smm)
{
	struct kvm_vcpu_events events;

	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_GET_VCPU_EVENTS, &events), 0);
	events.flags = KVM_VCPUEVENT_VALID_SMM;
	events.smi.smm = smm;
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_SET_VCPU_EVENTS, &events), 0);
}

static void smm_slot(struct conf *c, unsigned space)
{
	conf_need_tdp(c);
	if (conf_cap(c, c->sys, KVM_CAP_MULTI_ADDRESS_SPACE) != 2)
		conf_skip(c, "no SMM address space (KVM_CAP_MULTI_ADDRESS_SPACE)");
	conf_plain(c);
	c->memory = conf_memory(c, HUGE, HUGE, PROT_READ | PROT_WRITE, 0);
	conf_slot(c, c->vm, space << 16, 0, S0_GPA, HUGE, c->memory);
	set_smm(c, 1);
}

static void smm_as1(struct conf *c)
{
	smm_slot(c, 1);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
	set_smm(c, 0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -ENOENT, PAGE);
}

static void smm_as0(struct conf *c)
{
	smm_slot(c, 0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -ENOENT, PAGE);
}

/* Real hardware gets there by a guest of its own, which this suite does not bring. */
static void nested_ept(struct conf *c)
{
	conf_need_tdp(c);
	conf_need_door(c, c->ops->set_nested, "put a vCPU into a nested guest without running one");
	conf_plain_s0(c);
	conf_expect(c, c->ops->set_nested(c->ctx, c->vcpu, true), 0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -EOPNOTSUPP, PAGE);
}

static void nested_noept(struct conf *c)
{
	conf_need_tdp(c);
	conf_need_door(c, c->ops->set_nested, "put a vCPU into a nested guest without running one");
	conf_plain_s0(c);
	conf_expect(c, c->ops->set_nested(c->ctx, c->vcpu, false), 0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
}

const struct conf_case conf_prefault_private[] = {
	{ "swp_shared", "P", NULL, swp_shared },
	{ "swp_private", "P", NULL, swp_private },
	{ "swp_mixed", "P", NULL, swp_mixed },
	{ "swp_private_no_gmem", "P", "fault.private-no-gmem", swp_private_no_gmem },
	{ "swp_private_no_slot", "P", "fault.private-no-slot", swp_private_no_slot },
	{ "swp_gmem_closed", "P", "fault.gmem-closed", swp_gmem_closed },
	{ "swp_punch", "P", NULL, swp_punch },
	{ "swp_convert", "P", NULL, swp_convert },
	{ "upstream_abc_private", "P", NULL, upstream_private },
	{ "smm_as1", "A", NULL, smm_as1 },
	{ "smm_as0", "A", NULL, smm_as0 },
	{ "nested_ept", "A", "pre-fault.no-tdp", nested_ept },
	{ "nested_noept", "A", NULL, nested_noept },
	{ 0 },
};
