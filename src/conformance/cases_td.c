/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_MEMORY_ENCRYPT_OP on TDs: who may call what when, and what of each struct is looked at. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/conf.h"

#define ENTRIES 256

/* Structures that end in entries, with room for them. */
union caps {
	struct kvm_tdx_capabilities head;
	uint8_t room[sizeof(struct kvm_tdx_capabilities) +
		     ENTRIES * sizeof(struct kvm_cpuid_entry2)];
};

union wish {
	struct kvm_tdx_init_vm head;
	uint8_t room[sizeof(struct kvm_tdx_init_vm) +
		     (ENTRIES + 1) * sizeof(struct kvm_cpuid_entry2)];
};

union cpuid {
	struct kvm_cpuid2 head;
	uint8_t room[sizeof(struct kvm_cpuid2) + ENTRIES * sizeof(struct kvm_cpuid_entry2)];
};

/* What KVM says it supports; on the case's memory. */
static union caps *get_caps(struct conf *c)
{
	union caps *caps = (void *)conf_memory(c, sizeof(*caps), PAGE, PROT_READ | PROT_WRITE, 0);

	caps->head.cpuid.nent = ENTRIES;
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_CAPABILITIES, 0, caps), 0);
	return caps;
}

/* A request that INIT_VM takes, for a case to spoil in one place. */
static union wish *good_wish(struct conf *c)
{
	union wish *w = (void *)conf_memory(c, sizeof(*w), PAGE, PROT_READ | PROT_WRITE, 0);

	conf_td_vm(c);
	w->head.attributes = 1 << 28;
	w->head.cpuid.nent = 1;
	w->head.cpuid.entries[0] = (struct kvm_cpuid_entry2){ .function = 0x80000008, .eax = 48 << 16 };
	return w;
}

static void init_refused(struct conf *c, union wish *w, long want, const char *rule)
{
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_INIT_VM, 0, w), want);
	conf_expect_rule(c, rule);
}

static void cmd_unreadable(struct conf *c)
{
	conf_td_init(c);
	conf_td_vcpu(c);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_MEMORY_ENCRYPT_OP, NULL), -EFAULT);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_MEMORY_ENCRYPT_OP, NULL), -EFAULT);
}

static void cmd_hw_error(struct conf *c)
{
	struct kvm_tdx_cmd cmd = { .id = 99, .hw_error = 1 };

	conf_td_init(c);
	conf_td_vcpu(c);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_MEMORY_ENCRYPT_OP, &cmd), -EINVAL);
	conf_expect_rule(c, "td-cmd.hw-error");
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_MEMORY_ENCRYPT_OP, &cmd), -EINVAL);
	conf_expect_rule(c, "td-cmd.hw-error");
}

/* Success writes the command back on a VM descriptor: read-only memory shows it. */
static void cmd_copied_back(struct conf *c)
{
	struct kvm_tdx_cmd cmd = { .id = KVM_TDX_FINALIZE_VM };
	uint8_t *page;

	conf_td_ready(c);
	page = conf_memory(c, PAGE, PAGE, PROT_READ | PROT_WRITE, 0);
	memcpy(page, &cmd, sizeof(cmd));
	mprotect(page, PAGE, PROT_READ);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_MEMORY_ENCRYPT_OP, page), -EFAULT);
	/* It was done nevertheless. */
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_FINALIZE_VM, 0, NULL), -EINVAL);
}

static void wrong_id_vm(struct conf *c)
{
	static const unsigned ids[] = { KVM_TDX_INIT_VCPU, KVM_TDX_INIT_MEM_REGION,
					KVM_TDX_GET_CPUID, KVM_TDX_CMD_NR_MAX, 99 };

	conf_td_init(c);
	for (unsigned i = 0; i < 5; i++) {
		conf_expect(c, conf_td_command(c, c->vm, ids[i], 0, NULL), -EINVAL);
		conf_expect_rule(c, "td-cmd.vm-id");
	}
}

static void wrong_id_vcpu(struct conf *c)
{
	static const unsigned ids[] = { KVM_TDX_CAPABILITIES, KVM_TDX_INIT_VM, KVM_TDX_FINALIZE_VM,
					KVM_TDX_CMD_NR_MAX, 99 };

	conf_td_init(c);
	conf_td_vcpu(c);
	for (unsigned i = 0; i < 5; i++) {
		conf_expect(c, conf_td_command(c, c->vcpu, ids[i], 0, NULL), -EINVAL);
		conf_expect_rule(c, "td-cmd.vcpu-id");
	}
}

static void not_a_td(struct conf *c)
{
	conf_plain(c);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_CAPABILITIES, 0, NULL), -ENOTTY);
}

static void caps_flags(struct conf *c)
{
	conf_td_vm(c);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_CAPABILITIES, 1, NULL), -EINVAL);
	conf_expect_rule(c, "caps.flags");
}

static void caps_null(struct conf *c)
{
	conf_td_vm(c);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_CAPABILITIES, 0, NULL), -EFAULT);
	conf_expect_rule(c, "caps.nent-unreadable");
}

/* Too small a buffer: nothing is handed back, not even the right size. */
static void caps_small(struct conf *c)
{
	union caps *caps;
	uint32_t needed;

	conf_td_vm(c);
	caps = get_caps(c);
	needed = caps->head.cpuid.nent;
	memset(caps, 0x77, sizeof(*caps));
	caps->head.cpuid.nent = needed - 1;
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_CAPABILITIES, 0, caps), -E2BIG);
	conf_expect_true(c, "nent kept", caps->head.cpuid.nent == needed - 1);
	conf_expect_true(c, "nothing written",
			 caps->head.supported_attrs == 0x7777777777777777ull &&
				 caps->head.cpuid.entries[0].function == 0x77777777);
	caps->head.cpuid.nent = needed;
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_CAPABILITIES, 0, caps), 0);
	conf_expect_true(c, "entry after the last untouched",
			 caps->head.cpuid.entries[needed].function == 0x77777777);
}

static void caps_unwritable(struct conf *c)
{
	union caps *caps;

	conf_td_vm(c);
	caps = get_caps(c);
	mprotect(caps, sizeof(*caps), PROT_READ);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_CAPABILITIES, 0, caps), -EFAULT);
	conf_expect_rule(c, "caps.unwritable");
}

static void caps_content(struct conf *c)
{
	union caps *caps;
	bool has_width = false, has_flags = false;

	conf_td_vm(c);
	caps = get_caps(c);
	conf_expect_true(c, "SEPT_VE_DISABLE", caps->head.supported_attrs >> 28 & 1);
	conf_expect_u64(c, "x87 and SSE", caps->head.supported_xfam & 3, 3);
	for (unsigned i = 0; i < 250; i++)
		if (caps->head.reserved[i])
			conf_fail(c, "reserved words are not 0");
	for (uint32_t i = 0; i < caps->head.cpuid.nent; i++) {
		const struct kvm_cpuid_entry2 *e = &caps->head.cpuid.entries[i];

		has_flags = has_flags || e->flags;
		has_width = has_width ||
			    (e->function == 0x80000008 && (e->eax >> 16 & 0xff) == 0xff);
	}
	conf_expect_true(c, "width can be chosen", has_width);
	conf_expect_true(c, "no flags", !has_flags);
}

static void init_vm_again(struct conf *c)
{
	union wish *w = good_wish(c);

	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_INIT_VM, 0, w), 0);
	init_refused(c, w, -EINVAL, "init-vm.again");
}

static void init_vm_flags(struct conf *c)
{
	union wish *w = good_wish(c);

	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_INIT_VM, 1, w), -EINVAL);
	conf_expect_rule(c, "init-vm.flags");
}

static void init_vm_unreadable(struct conf *c)
{
	union wish *w = good_wish(c);
	uint8_t *page = conf_memory(c, 2 * PAGE, PAGE, PROT_READ | PROT_WRITE, 0);

	init_refused(c, NULL, -EFAULT, "init-vm.nent-unreadable");
	/* nent can be read; the entries behind it cannot. */
	memcpy(page + PAGE - sizeof(w->head), &w->head, sizeof(w->head));
	mprotect(page + PAGE, PAGE, PROT_NONE);
	init_refused(c, (union wish *)(page + PAGE - sizeof(w->head)), -EFAULT,
		     "init-vm.unreadable");
}

static void init_vm_nent_big(struct conf *c)
{
	union wish *w = good_wish(c);

	w->head.cpuid.nent = 257;
	init_refused(c, w, -E2BIG, "init-vm.nent-big");
}

static void init_vm_reserved(struct conf *c)
{
	union wish *w = good_wish(c);

	w->head.reserved[11] = 1;
	init_refused(c, w, -EINVAL, "init-vm.reserved");
	w->head.reserved[11] = 0;
	w->head.cpuid.padding = 1;
	init_refused(c, w, -EINVAL, "init-vm.cpuid-padding");
}

static void init_vm_attributes(struct conf *c)
{
	union wish *w = good_wish(c);
	union caps *caps = get_caps(c);

	w->head.attributes = caps->head.supported_attrs | 1;
	init_refused(c, w, -EINVAL, "init-vm.attributes");
	w->head.attributes = caps->head.supported_attrs;
	w->head.xfam = caps->head.supported_xfam | 1ull << 63;
	init_refused(c, w, -EINVAL, "init-vm.xfam");
}

static void init_vm_width(struct conf *c)
{
	union wish *w = good_wish(c);

	w->head.cpuid.nent = 0;
	init_refused(c, w, -EINVAL, "init-vm.no-width");
	w->head.cpuid.nent = 1;
	w->head.cpuid.entries[0].eax = 47 << 16;
	init_refused(c, w, -EINVAL, "init-vm.width");
	w->head.cpuid.entries[0].eax = 52 << 16;
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_INIT_VM, 0, w), 0);
}

static void init_vm_tsx(struct conf *c)
{
	union wish *w = good_wish(c);

	w->head.cpuid.nent = 2;
	w->head.cpuid.entries[1] = (struct kvm_cpuid_entry2){ .function = 7,
						   .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
						   .ebx = 1 << 4 };
	init_refused(c, w, -EINVAL, "init-vm.tsx-waitpkg");
	w->head.cpuid.entries[1].ebx = 0;
	w->head.cpuid.entries[1].ecx = 1 << 5;
	init_refused(c, w, -EINVAL, "init-vm.tsx-waitpkg");
}

/* Entries that are no configurable leaf, or twice the same, are too many. */
static void init_vm_count(struct conf *c)
{
	union wish *w = good_wish(c);

	w->head.cpuid.nent = 2;
	w->head.cpuid.entries[1] = (struct kvm_cpuid_entry2){ .function = 0x12345678 };
	init_refused(c, w, -EINVAL, "init-vm.cpuid-count");
	w->head.cpuid.entries[1] = w->head.cpuid.entries[0];
	init_refused(c, w, -EINVAL, "init-vm.cpuid-count");
}

/* Without the flag an entry stands for every sub-leaf of its leaf, and the count is off. */
static void init_vm_subleaf_flag(struct conf *c)
{
	union wish *w = good_wish(c);

	w->head.cpuid.nent = 2;
	w->head.cpuid.entries[1] = (struct kvm_cpuid_entry2){ .function = 4, .index = 1 };
	init_refused(c, w, -EINVAL, "init-vm.cpuid-count");
	w->head.cpuid.entries[1].flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_INIT_VM, 0, w), 0);
}

/* Bits that the module does not let the host choose: its word comes back, and the TD is as it was. */
static void init_vm_module_refuses(struct conf *c)
{
	union wish *w = good_wish(c);
	struct kvm_tdx_cmd cmd = { .id = KVM_TDX_INIT_VM, .data = (uintptr_t)w };

	w->head.cpuid.entries[0].ebx = 1u << 31;
	conf_expect(c, conf_ioctl(c, c->vm, KVM_MEMORY_ENCRYPT_OP, &cmd), -EINVAL);
	conf_expect_rule(c, "init-vm.module-refused");
	conf_expect_u64(c, "hw_error", cmd.hw_error >> 32, 0xc0000100);
	/* The command is used again as it is: hw_error is in the way. */
	conf_expect(c, conf_ioctl(c, c->vm, KVM_MEMORY_ENCRYPT_OP, &cmd), -EINVAL);
	conf_expect_rule(c, "td-cmd.hw-error");
	cmd.hw_error = 0;
	w->head.cpuid.entries[0].ebx = 0;
	conf_expect(c, conf_ioctl(c, c->vm, KVM_MEMORY_ENCRYPT_OP, &cmd), 0);
}

static void init_vm_no_key(struct conf *c)
{
	union wish *w = good_wish(c);
	long rc = 0;

	conf_need_door(c, c->ops->inject, "have few key ids at hand");
	for (unsigned i = 0; i < 32 && rc == 0; i++) {
		rc = conf_td_command(c, c->vm, KVM_TDX_INIT_VM, 0, w);
		if (rc == 0)
			c->vm = conf_make_vm(c, KVM_X86_TDX_VM);
	}
	conf_expect(c, rc, -ENOSPC);
	conf_expect_rule(c, "init-vm.no-key");
}

static void create_vcpu_early(struct conf *c)
{
	conf_td_vm(c);
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_VCPU, 0), -EIO);
	conf_expect_rule(c, "td-vcpu.state");
}

static void create_vcpu_no_irqchip(struct conf *c)
{
	const struct conf_td td = { .attributes = 1 << 28, .nent = 1, .width = 48 };

	c->vm = conf_make_vm(c, KVM_X86_TDX_VM);
	conf_expect(c, conf_td_init_vm(c, &td), 0);
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_VCPU, 0), -EINVAL);
	conf_expect_rule(c, "td-vcpu.no-split-irqchip");
}

static void init_vcpu_checks(struct conf *c)
{
	conf_td_init(c);
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_VCPU, 1, NULL), -EINVAL);
	conf_expect_rule(c, "init-vcpu.flags");
	conf_expect(c, conf_td_cpuid(c, c->vcpu, false), 0);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_VCPU, 0, NULL), -EINVAL);
	conf_expect_rule(c, "init-vcpu.no-x2apic");
	conf_expect(c, conf_td_cpuid(c, c->vcpu, true), 0);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_VCPU, 0, NULL), 0);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_VCPU, 0, NULL), -EINVAL);
	conf_expect_rule(c, "init-vcpu.again");
}

static void get_cpuid(struct conf *c)
{
	union cpuid cpuid = { .room = { 0 } };
	bool has_width = false;

	conf_td_init(c);
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_GET_CPUID, 0, NULL), -EFAULT);
	conf_expect_rule(c, "get-cpuid.unreadable");
	/* Unlike CAPABILITIES, this one says how many there are. */
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_GET_CPUID, 0, &cpuid), -E2BIG);
	conf_expect_rule(c, "get-cpuid.small");
	conf_expect_true(c, "count handed back", cpuid.head.nent > 0 && cpuid.head.nent <= ENTRIES);
	conf_expect_true(c, "no entry written", !cpuid.head.entries[0].function && !cpuid.head.entries[0].eax);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_GET_CPUID, 0, &cpuid), 0);
	for (uint32_t i = 0; i < cpuid.head.nent; i++)
		has_width = has_width || (cpuid.head.entries[i].function == 0x80000008 &&
					  (cpuid.head.entries[i].eax >> 16 & 0xff) == 48);
	conf_expect_true(c, "width 48", has_width);
}

static void get_cpuid_read_only(struct conf *c)
{
	struct kvm_cpuid2 head = { .nent = ENTRIES };
	uint8_t *page;

	conf_td_init(c);
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
	page = conf_memory(c, 4 * PAGE, PAGE, PROT_READ | PROT_WRITE, 0);
	memcpy(page, &head, sizeof(head));
	mprotect(page, 4 * PAGE, PROT_READ);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_GET_CPUID, 0, page), -EFAULT);
	conf_expect_rule(c, "get-cpuid.unwritable");
}

static void finalize_state(struct conf *c)
{
	conf_td_vm(c);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_FINALIZE_VM, 0, NULL), -EINVAL);
	conf_expect_rule(c, "finalize.state");
}

/* Flags are not looked at; after it, everything that builds is refused. */
static void finalize_closes(struct conf *c)
{
	conf_td_ready(c);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_FINALIZE_VM, 0xffff, NULL), 0);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_FINALIZE_VM, 0, NULL), -EINVAL);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_INIT_VM, 0, NULL), -EINVAL);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_VCPU, 0, NULL), -EINVAL);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_GET_CPUID, 0, NULL), -EINVAL);
	conf_expect_rule(c, "td-cmd.vcpu-state");
	conf_expect(c, conf_ioctl_n(c, c->vm, KVM_CREATE_VCPU, 1), -EIO);
}

/* The module wants a vCPU; KVM does not look, and its TD is dead then. */
static void finalize_no_vcpu(struct conf *c)
{
	conf_td_init(c);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_FINALIZE_VM, 0, NULL), -EIO);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_FINALIZE_VM, 0, NULL), -EIO);
}

static void run_early(struct conf *c)
{
	conf_td_ready(c);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_RUN, NULL), -EINVAL);
	conf_expect_rule(c, "td-run.not-ready");
	c->run->immediate_exit = 1;
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_RUN, NULL), -EINTR);
}

static void protected_state(struct conf *c)
{
	struct kvm_regs regs = { 0 };
	struct kvm_sregs sregs = { 0 };

	conf_td_ready(c);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_GET_REGS, &regs), -EINVAL);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_SET_REGS, &regs), -EINVAL);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_GET_SREGS, &sregs), -EINVAL);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_SET_SREGS, &sregs), -EINVAL);
}

/* Whatever has been begun, closing gives everything back; the runner looks. */
static void half_built(struct conf *c)
{
	conf_td_init(c);
	conf_td_vcpu(c);
	c->vm = conf_make_vm(c, KVM_X86_TDX_VM);
	conf_td_init(c);
	conf_make_vcpu(c, c->vm, 3);
	conf_td_ready(c);
	conf_expect(c, conf_td_region(c, (uintptr_t)c->memory, S0_GPA, 3, true), 0);
}

static void dead_td(struct conf *c)
{
	conf_need_door(c, c->ops->vm_dead, "kill a VM");
	conf_td_ready(c);
	conf_expect(c, conf_td_region(c, (uintptr_t)c->memory, S0_GPA, 3, true), 0);
	conf_expect(c, c->ops->vm_dead(c->ctx, c->vm), 0);
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_FINALIZE_VM, 0, NULL), -EIO);
	conf_expect(c, conf_td_region(c, (uintptr_t)c->memory, S0_GPA + 8 * PAGE, 1, true), -EIO);
}

const struct conf_case conf_td_cases[] = {
	{ "td_cmd_unreadable", "T", "td-cmd.unreadable", cmd_unreadable },
	{ "td_cmd_hw_error", "T", "td-cmd.hw-error", cmd_hw_error },
	{ "td_cmd_copied_back", "T", "td-cmd.unwritable", cmd_copied_back },
	{ "td_wrong_id_vm", "T", "td-cmd.vm-id", wrong_id_vm },
	{ "td_wrong_id_vcpu", "T", "td-cmd.vcpu-id", wrong_id_vcpu },
	{ "td_not_a_td", "A", "vm.encrypt-op", not_a_td },
	{ "td_caps_flags", "T", "caps.flags", caps_flags },
	{ "td_caps_null", "T", "caps.nent-unreadable", caps_null },
	{ "td_caps_small", "T", "caps.nent-small", caps_small },
	{ "td_caps_unwritable", "T", "caps.unwritable", caps_unwritable },
	{ "td_caps_content", "T", NULL, caps_content },
	{ "td_init_vm_again", "T", "init-vm.again", init_vm_again },
	{ "td_init_vm_flags", "T", "init-vm.flags", init_vm_flags },
	{ "td_init_vm_unreadable", "T", "init-vm.nent-unreadable init-vm.unreadable",
	  init_vm_unreadable },
	{ "td_init_vm_nent_big", "T", "init-vm.nent-big", init_vm_nent_big },
	{ "td_init_vm_reserved", "T", "init-vm.reserved init-vm.cpuid-padding", init_vm_reserved },
	{ "td_init_vm_attributes", "T", "init-vm.attributes init-vm.xfam", init_vm_attributes },
	{ "td_init_vm_width", "T", "init-vm.no-width init-vm.width", init_vm_width },
	{ "td_init_vm_tsx", "T", "init-vm.tsx-waitpkg", init_vm_tsx },
	{ "td_init_vm_count", "T", "init-vm.cpuid-count", init_vm_count },
	{ "td_init_vm_subleaf_flag", "T", "init-vm.cpuid-count", init_vm_subleaf_flag },
	{ "td_init_vm_module_refuses", "T", "init-vm.module-refused", init_vm_module_refuses },
	{ "td_init_vm_no_key", "TM", "init-vm.no-key", init_vm_no_key },
	{ "td_create_vcpu_early", "T", "td-vcpu.state", create_vcpu_early },
	{ "td_create_vcpu_no_irqchip", "T", "td-vcpu.no-split-irqchip", create_vcpu_no_irqchip },
	{ "td_init_vcpu", "T", "init-vcpu.flags init-vcpu.no-x2apic init-vcpu.again",
	  init_vcpu_checks },
	{ "td_get_cpuid", "T", "get-cpuid.unreadable get-cpuid.small", get_cpuid },
	{ "td_get_cpuid_read_only", "T", "get-cpuid.unwritable", get_cpuid_read_only },
	{ "td_finalize_state", "T", "finalize.state", finalize_state },
	{ "td_finalize_closes", "T", "td-cmd.vcpu-state", finalize_closes },
	{ "td_finalize_no_vcpu", "T", "vm.bugged", finalize_no_vcpu },
	{ "td_run_early", "T", "td-run.not-ready", run_early },
	{ "td_protected_state", "T", "vcpu.protected-state", protected_state },
	{ "td_half_built", "T", NULL, half_built },
	{ "td_dead", "TM", NULL, dead_td },
	{ 0 },
};
