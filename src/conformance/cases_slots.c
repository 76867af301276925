/* SPDX-License-Identifier: BSD-2-Clause */
/* Memslots: what is refused, in which order, and what deletion and moves do. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/conf.h"

/* A DEFAULT VM and the description of a slot that it would take, for a case to spoil. */
static struct kvm_userspace_memory_region2 good_slot(struct conf *c)
{
	conf_plain(c);
	c->memory = conf_memory(c, S0_SIZE, HUGE, PROT_READ | PROT_WRITE, 0);
	return (struct kvm_userspace_memory_region2){ .slot = 3,
						      .guest_phys_addr = S0_GPA,
						      .memory_size = S0_SIZE,
						      .userspace_addr = (uintptr_t)c->memory };
}

static void slot_refused(struct conf *c, const struct kvm_userspace_memory_region2 *r, long want,
			 const char *rule)
{
	conf_expect(c, conf_set_slot(c, c->vm, r), want);
	conf_expect_rule(c, rule);
}

static void slot_create(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
	/* The same again changes nothing. */
	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
}

static void slot_unreadable(struct conf *c)
{
	conf_plain(c);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_SET_USER_MEMORY_REGION2, NULL), -EFAULT);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_SET_USER_MEMORY_REGION, NULL), -EFAULT);
}

static void slot_id(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	r.slot = 32764;
	slot_refused(c, &r, -EINVAL, "memslot.id");
	r.slot = 32763;
	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
}

static void slot_space(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);
	long spaces = conf_cap(c, c->vm, KVM_CAP_MULTI_ADDRESS_SPACE);

	r.slot |= (uint32_t)(spaces > 1 ? spaces : 1) << 16;
	slot_refused(c, &r, -EINVAL, "memslot.space");
}

static void slot_flags(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	r.flags = 1 << 5;
	slot_refused(c, &r, -EINVAL, "memslot.flags");
	r.flags = KVM_MEM_GUEST_MEMFD | KVM_MEM_LOG_DIRTY_PAGES;
	slot_refused(c, &r, -EINVAL, "memslot.flags");
	r.flags = KVM_MEM_GUEST_MEMFD | KVM_MEM_READONLY;
	slot_refused(c, &r, -EINVAL, "memslot.flags");
}

static void slot_v1_flags(struct conf *c)
{
	struct kvm_userspace_memory_region r = { .slot = 40000,
						 .flags = KVM_MEM_GUEST_MEMFD,
						 .guest_phys_addr = S0_GPA,
						 .memory_size = PAGE };

	conf_plain(c);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_SET_USER_MEMORY_REGION, &r), -EINVAL);
	conf_expect_rule(c, "memslot.v1-flags");
}

static void slot_aligned(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	r.memory_size--;
	slot_refused(c, &r, -EINVAL, "memslot.aligned");
	r.memory_size++;
	r.guest_phys_addr++;
	slot_refused(c, &r, -EINVAL, "memslot.aligned");
	r.guest_phys_addr--;
	r.userspace_addr++;
	conf_expect(c, conf_set_slot(c, c->vm, &r), -EINVAL);
}

static void slot_user_address(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	r.userspace_addr = 1ull << 63;
	slot_refused(c, &r, -EINVAL, "memslot.user-address");
}

static void slot_gmem_offset(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	if (conf_cap(c, c->vm, KVM_CAP_GUEST_MEMFD) != 1)
		conf_skip(c, "no guest_memfd (KVM_CAP_GUEST_MEMFD)");
	if (conf_cap(c, c->vm, KVM_CAP_GUEST_MEMFD_FLAGS) <= 0)
		conf_skip(c, "not with this VM type (KVM_CAP_GUEST_MEMFD_FLAGS)");
	r.flags = KVM_MEM_GUEST_MEMFD;
	r.guest_memfd = (uint32_t)conf_gmem(c, c->vm, S0_SIZE);
	r.guest_memfd_offset = 1;
	slot_refused(c, &r, -EINVAL, "memslot.gmem-offset");
	r.guest_memfd_offset = -PAGE;
	slot_refused(c, &r, -EINVAL, "memslot.gmem-offset");
}

static void slot_wrap(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	r.guest_phys_addr = -HUGE;
	slot_refused(c, &r, -EINVAL, "memslot.wrap");
}

static void slot_pages(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	r.guest_phys_addr = 0;
	r.userspace_addr = 0;
	r.memory_size = 1ull << 43;
	slot_refused(c, &r, -EINVAL, "memslot.pages");
}

static void slot_delete_none(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	r.memory_size = 0;
	slot_refused(c, &r, -EINVAL, "memslot.delete-none");
}

static void slot_change(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
	r.memory_size -= PAGE;
	slot_refused(c, &r, -EINVAL, "memslot.change");
	r.memory_size += PAGE;
	r.userspace_addr += PAGE;
	slot_refused(c, &r, -EINVAL, "memslot.change");
	r.userspace_addr -= PAGE;
	r.flags = KVM_MEM_READONLY;
	slot_refused(c, &r, -EINVAL, "memslot.change");
	r.flags = KVM_MEM_LOG_DIRTY_PAGES;
	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
}

static void slot_overlap(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
	r.slot = 4;
	r.guest_phys_addr += S0_SIZE - PAGE;
	slot_refused(c, &r, -EEXIST, "memslot.overlap");
	r.guest_phys_addr += PAGE;
	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
}

static void slot_move(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	conf_need_tdp(c);
	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
	r.guest_phys_addr += S0_SIZE;
	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
	conf_slot_gone(c, S0_GPA);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -ENOENT, PAGE);
	conf_pre_fault_expect(c, S0_GPA + S0_SIZE, PAGE, 0, 0);
}

static void slot_delete(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	conf_need_tdp(c);
	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
	r.memory_size = 0;
	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
	conf_slot_gone(c, S0_GPA);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -ENOENT, PAGE);
}

static void slot_host_limit(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = good_slot(c);

	r.guest_phys_addr = 1ull << 56;
	slot_refused(c, &r, -EINVAL, "memslot.host-limit");
}

static void slot_internal_overlap(struct conf *c)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { 24 } };
	struct kvm_userspace_memory_region2 r = { .slot = 1,
						  .guest_phys_addr = 0xfee00000,
						  .memory_size = PAGE };
	static const long allowed[] = { -EEXIST, 0 };

	/* Only with APIC virtualisation does KVM take that page for itself. */
	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &split), 0);
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
	r.userspace_addr = (uintptr_t)conf_memory(c, PAGE, PAGE, PROT_READ | PROT_WRITE, 0);
	conf_expect_any(c, conf_set_slot(c, c->vm, &r), allowed, 2);
}

static void slot_td_readonly(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = { .flags = KVM_MEM_READONLY,
						  .guest_phys_addr = S0_GPA,
						  .memory_size = PAGE };

	conf_td_init(c);
	conf_expect(c, conf_cap(c, c->vm, KVM_CAP_READONLY_MEM), 0);
	r.userspace_addr = (uintptr_t)conf_memory(c, PAGE, PAGE, PROT_READ | PROT_WRITE, 0);
	slot_refused(c, &r, -EINVAL, "memslot.flags");
}

static void slot_td_shared_bit(struct conf *c)
{
	struct kvm_userspace_memory_region2 r = { .guest_phys_addr = 1ull << 47,
						  .memory_size = PAGE };

	conf_td_init(c);
	r.userspace_addr = (uintptr_t)conf_memory(c, PAGE, PAGE, PROT_READ | PROT_WRITE, 0);
	slot_refused(c, &r, -EINVAL, "memslot.shared-bit");
}

const struct conf_case conf_slot_cases[] = {
	{ "slot_create", "A", NULL, slot_create },
	{ "slot_unreadable", "A", NULL, slot_unreadable },
	{ "slot_id", "A", "memslot.id", slot_id },
	{ "slot_space", "A", "memslot.space", slot_space },
	{ "slot_flags", "A", "memslot.flags", slot_flags },
	{ "slot_v1_flags", "A", "memslot.v1-flags", slot_v1_flags },
	{ "slot_aligned", "A", "memslot.aligned", slot_aligned },
	{ "slot_user_address", "A", "memslot.user-address", slot_user_address },
	{ "slot_gmem_offset", "A", "memslot.gmem-offset", slot_gmem_offset },
	{ "slot_wrap", "A", "memslot.wrap", slot_wrap },
	{ "slot_pages", "A", "memslot.pages", slot_pages },
	{ "slot_delete_none", "A", "memslot.delete-none", slot_delete_none },
	{ "slot_change", "A", "memslot.change", slot_change },
	{ "slot_overlap", "A", "memslot.overlap", slot_overlap },
	{ "slot_move", "A", NULL, slot_move },
	{ "slot_delete", "A", NULL, slot_delete },
	{ "slot_host_limit", "A", "memslot.host-limit", slot_host_limit },
	{ "slot_internal_overlap", "A", "memslot.internal-overlap", slot_internal_overlap },
	{ "slot_td_readonly", "T", "memslot.flags", slot_td_readonly },
	{ "slot_td_shared_bit", "T", "memslot.shared-bit", slot_td_shared_bit },
	{ 0 },
};
