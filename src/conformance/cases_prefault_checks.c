/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_PRE_FAULT_MEMORY: where it may be called, and what of its argument is looked at, in order. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/conf.h"

/* The request number of the series before its fourth version: same number, 32 bytes. */
#define PRE_FAULT_V1 KVM_REQUEST(3, 0xd5, 32)

static void cap_sys(struct conf *c)
{
	long cap = conf_cap(c, c->sys, KVM_CAP_PRE_FAULT_MEMORY);
	long types = conf_cap(c, c->sys, KVM_CAP_VM_TYPES);

	/* Without two-dimensional paging there is neither the call nor a type that needs it. */
	if (cap == 0)
		conf_expect(c, types & (1 << KVM_X86_SW_PROTECTED_VM | 1 << KVM_X86_TDX_VM), 0);
	else
		conf_expect(c, cap, 1);
}

/* One answer whatever the number of types on offer, so that hosts can be compared. */
static void cap_vm(struct conf *c)
{
	long cap = conf_cap(c, c->sys, KVM_CAP_PRE_FAULT_MEMORY);
	long types = conf_cap(c, c->sys, KVM_CAP_VM_TYPES);
	long differing = 0;

	for (unsigned type = 0; type < 32; type++) {
		int vm;

		if (type && !(types >> type & 1))
			continue;
		vm = conf_make_vm(c, type);
		differing += conf_cap(c, vm, KVM_CAP_PRE_FAULT_MEMORY) != cap;
		conf_close(c, vm);
	}
	conf_expect(c, differing, 0);
}

static void no_tdp(struct conf *c)
{
	if (conf_cap(c, c->sys, KVM_CAP_PRE_FAULT_MEMORY) != 0)
		conf_skip(c, "the host has two-dimensional paging");
	conf_plain_s0(c);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -EOPNOTSUPP, PAGE);
}

static void fd_vm(struct conf *c)
{
	struct kvm_pre_fault_memory range = { .gpa = S0_GPA, .size = PAGE };

	conf_plain_s0(c);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_PRE_FAULT_MEMORY, &range), -ENOTTY);
}

static void fd_sys(struct conf *c)
{
	struct kvm_pre_fault_memory range = { .gpa = S0_GPA, .size = PAGE };

	conf_expect(c, conf_ioctl(c, c->sys, KVM_PRE_FAULT_MEMORY, &range), -EINVAL);
}

static void old_number(struct conf *c)
{
	uint64_t v1[4] = { S0_GPA >> 12, 1 };

	conf_plain_s0(c);
	conf_expect(c, conf_ioctl(c, c->vcpu, PRE_FAULT_V1, v1), -EINVAL);
}

static void null_arg(struct conf *c)
{
	conf_plain_s0(c);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_PRE_FAULT_MEMORY, NULL), -EFAULT);
}

static void half_mapped(struct conf *c)
{
	const struct kvm_pre_fault_memory range = { .gpa = S0_GPA, .size = PAGE };
	uint8_t *two;

	conf_plain_s0(c);
	two = conf_memory(c, 2 * PAGE, PAGE, PROT_READ | PROT_WRITE, 0);
	memcpy(two + PAGE - 32, &range, 32);
	mprotect(two + PAGE, PAGE, PROT_NONE);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_PRE_FAULT_MEMORY, two + PAGE - 32), -EFAULT);
}

/* A call whose range is refused as it stands and comes back as it was. */
static void refused(struct conf *c, uint64_t gpa, uint64_t size, uint64_t flags)
{
	struct kvm_pre_fault_memory range = { .gpa = gpa, .size = size, .flags = flags };

	conf_expect(c, conf_pre_fault(c, c->vcpu, &range), -EINVAL);
	if (range.gpa != gpa || range.size != size || range.flags != flags)
		conf_fail(c, "the range was changed");
}

static void flags_low(struct conf *c)
{
	conf_plain_s0(c);
	refused(c, S0_GPA, PAGE, 1);
	conf_expect_rule(c, "pre-fault.flags");
}

static void flags_high(struct conf *c)
{
	conf_plain_s0(c);
	refused(c, S0_GPA, PAGE, 1ull << 63);
}

static void gpa_unaligned(struct conf *c)
{
	conf_plain_s0(c);
	refused(c, S0_GPA + 1, PAGE, 0);
	refused(c, S0_GPA + 0x800, PAGE, 0);
}

static void size_unaligned(struct conf *c)
{
	conf_plain_s0(c);
	refused(c, S0_GPA, 1, 0);
	refused(c, S0_GPA, 4095, 0);
	refused(c, S0_GPA, 4097, 0);
}

static void size_zero(struct conf *c)
{
	conf_plain_s0(c);
	refused(c, S0_GPA, 0, 0);
}

static void wrap(struct conf *c)
{
	conf_plain_s0(c);
	refused(c, -PAGE, 2 * PAGE, 0);
}

static void end_at_2_64(struct conf *c)
{
	conf_plain_s0(c);
	refused(c, -PAGE, PAGE, 0);
}

static void near_top(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	conf_pre_fault_expect(c, -2 * PAGE, PAGE, -ENOENT, PAGE);
}

static void padding_ignored(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	/* conf_pre_fault_expect() fills the padding and looks at it afterwards. */
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
}

static uint8_t *read_only_struct(struct conf *c, uint64_t flags)
{
	struct kvm_pre_fault_memory range = { .gpa = S0_GPA, .size = PAGE, .flags = flags };
	uint8_t *page = conf_memory(c, PAGE, PAGE, PROT_READ | PROT_WRITE, 0);

	memcpy(page, &range, sizeof(range));
	mprotect(page, PAGE, PROT_READ);
	return page;
}

static void ro_struct_ok(struct conf *c)
{
	uint64_t before;
	uint8_t *page;

	conf_need_tdp(c);
	conf_plain_s0(c);
	page = read_only_struct(c, 0);
	before = conf_stat(c, c->vm, "pages_4k") + conf_stat(c, c->vm, "pages_2m");
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_PRE_FAULT_MEMORY, page), -EFAULT);
	/* It was mapped nevertheless. */
	conf_expect_u64(c, "pages",
			conf_stat(c, c->vm, "pages_4k") + conf_stat(c, c->vm, "pages_2m") - before,
			1);
}

static void ro_struct_bad(struct conf *c)
{
	conf_plain_s0(c);
	/* The copy back wins over the refusal of flags. */
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_PRE_FAULT_MEMORY, read_only_struct(c, 1)),
		    -EFAULT);
}

static void order_flags_vs_gate(struct conf *c)
{
	conf_td_ready(c);
	refused(c, S0_GPA, PAGE, 1);
}

static void order_flags_vs_slot(struct conf *c)
{
	conf_plain_s0(c);
	refused(c, S0_GPA - PAGE, PAGE, 1);
}

static void fork_child(struct conf *c)
{
	struct kvm_pre_fault_memory range = { .gpa = S0_GPA, .size = PAGE };
	int status = 0;
	pid_t child;

	conf_plain_s0(c);
	child = fork();
	if (child < 0)
		conf_skip(c, "fork: no memory");
	if (child == 0)
		_exit((int)-conf_pre_fault_once(c, c->vcpu, &range));
	waitpid(child, &status, 0);
	conf_expect(c, WIFEXITED(status) ? -WEXITSTATUS(status) : 0, -EIO);
}

const struct conf_case conf_prefault_checks[] = {
	{ "cap_sys", "A", NULL, cap_sys },
	{ "cap_vm", "A", NULL, cap_vm },
	{ "no_tdp", "A", "pre-fault.no-tdp", no_tdp },
	{ "fd_vm", "A", NULL, fd_vm },
	{ "fd_sys", "A", NULL, fd_sys },
	{ "old_number", "A", NULL, old_number },
	{ "null_arg", "A", "call.read", null_arg },
	{ "half_mapped", "A", NULL, half_mapped },
	{ "flags_low", "A", "pre-fault.flags", flags_low },
	{ "flags_high", "A", "pre-fault.flags", flags_high },
	{ "gpa_unaligned", "A", "pre-fault.aligned", gpa_unaligned },
	{ "size_unaligned", "A", "pre-fault.aligned", size_unaligned },
	{ "size_zero", "A", "pre-fault.range", size_zero },
	{ "wrap", "A", "pre-fault.range", wrap },
	{ "end_at_2_64", "A", NULL, end_at_2_64 },
	{ "near_top", "A", "pre-fault.no-memory-there", near_top },
	{ "padding_ignored", "A", NULL, padding_ignored },
	{ "ro_struct_ok", "A", "call.write", ro_struct_ok },
	{ "ro_struct_bad", "A", NULL, ro_struct_bad },
	{ "order_flags_vs_gate", "T", NULL, order_flags_vs_gate },
	{ "order_flags_vs_slot", "A", NULL, order_flags_vs_slot },
	{ "fork_child", "A", "vm.owner", fork_child },
	{ 0 },
};
