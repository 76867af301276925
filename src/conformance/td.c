/* SPDX-License-Identifier: BSD-2-Clause */
/* Launching TDs, step by step. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/conf.h"

#define MRTD_AT 528 /* in TDREPORT_STRUCT: TDINFO at 512, MRTD at 16 in it */

long conf_td_command(struct conf *c, int fd, unsigned id, unsigned flags, void *data)
{
	struct kvm_tdx_cmd cmd = { .id = id, .flags = flags, .data = (uintptr_t)data };

	return conf_ioctl(c, fd, KVM_MEMORY_ENCRYPT_OP, &cmd);
}

void conf_td_vm(struct conf *c)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { 24 } };

	c->vm = conf_make_vm(c, KVM_X86_TDX_VM);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &split), 0);
}

/* With CPUID entry 0x80000008 alone, unless td->nent says none. */
long conf_td_init_vm(struct conf *c, const struct conf_td *td)
{
	union {
		struct kvm_tdx_init_vm head;
		uint8_t room[sizeof(struct kvm_tdx_init_vm) + sizeof(struct kvm_cpuid_entry2)];
	} wish = { .room = { 0 } };

	wish.head.attributes = td->attributes;
	wish.head.xfam = td->xfam;
	wish.head.cpuid.nent = td->nent;
	wish.head.cpuid.entries[0].function = 0x80000008;
	wish.head.cpuid.entries[0].eax = td->width << 16;
	return conf_td_command(c, c->vm, KVM_TDX_INIT_VM, 0, &wish);
}

void conf_td_init(struct conf *c)
{
	const struct conf_td td = { .attributes = 1 << 28, .nent = 1, .width = 48 };

	conf_td_vm(c);
	conf_expect(c, conf_td_init_vm(c, &td), 0);
}

long conf_td_cpuid(struct conf *c, int vcpu, bool x2apic)
{
	union {
		struct kvm_cpuid2 head;
		uint8_t room[sizeof(struct kvm_cpuid2) + 2 * sizeof(struct kvm_cpuid_entry2)];
	} cpuid = { .room = { 0 } };

	cpuid.head.nent = 2;
	cpuid.head.entries[0].eax = 1; /* highest leaf */
	cpuid.head.entries[1].function = 1;
	cpuid.head.entries[1].ecx = x2apic ? 1u << 21 : 0;
	return conf_ioctl(c, vcpu, KVM_SET_CPUID2, &cpuid);
}

void conf_td_vcpu(struct conf *c)
{
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
	conf_expect(c, conf_td_cpuid(c, c->vcpu, true), 0);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_VCPU, 0, NULL), 0);
}

void conf_td_s0(struct conf *c)
{
	int gmem = conf_gmem(c, c->vm, S0_SIZE);

	c->memory = conf_memory(c, S0_SIZE, HUGE, PROT_READ | PROT_WRITE, 0);
	conf_slot_gmem(c, c->vm, 0, S0_GPA, S0_SIZE, c->memory, gmem);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, S0_SIZE, KVM_MEMORY_ATTRIBUTE_PRIVATE), 0);
}

long conf_td_region(struct conf *c, uint64_t source, uint64_t gpa, uint64_t pages, bool measure)
{
	struct kvm_tdx_init_mem_region region = { source, gpa, pages };
	long rc;

	do
		rc = conf_td_command(c, c->vcpu, KVM_TDX_INIT_MEM_REGION,
				     measure ? KVM_TDX_MEASURE_MEMORY_REGION : 0, &region);
	while (rc == -EINTR || rc == -EAGAIN);
	return rc;
}

void conf_td_ready(struct conf *c)
{
	conf_td_init(c);
	conf_td_vcpu(c);
	conf_td_s0(c);
}

void conf_td_finalize(struct conf *c)
{
	conf_expect(c, conf_td_command(c, c->vm, KVM_TDX_FINALIZE_VM, 0, NULL), 0);
}

void conf_td_mrtd(struct conf *c, char text[97])
{
	uint8_t report[1024];

	*text = '\0';
	if (!c->ops->td_report)
		return;
	conf_expect(c, c->ops->td_report(c->ctx, c->vm, report), 0);
	for (unsigned i = 0; i < 48; i++)
		sprintf(text + 2 * i, "%02x", report[MRTD_AT + i]);
}
