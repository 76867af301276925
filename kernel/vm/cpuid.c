/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUID of the modelled machine: a server CPU of the kind that has TDX, with what KVM passes on. */
#include "base/attr.h"
#include "kernel/vm/vm.h"
#include "uapi/kvm.h"

#define INDEXED KVM_CPUID_FLAG_SIGNIFCANT_INDEX

static const struct kvm_cpuid_entry2 entries[] = {
	{ .function = 0x0, .eax = 0x20, .ebx = 0x756e6547, .ecx = 0x6c65746e, .edx = 0x49656e69 },
	{ .function = 0x1, .eax = 0x000806f8, .ebx = 0x00400800, .ecx = 0xfffab223, .edx = 0x0f8bfbff },
	{ .function = 0x2, .eax = 0x00feff01, .ebx = 0x000000f0 },
	{ .function = 0x4, .index = 0, .flags = INDEXED, .eax = 0xfc004121, .ebx = 0x02c0003f,
	  .ecx = 0x0000003f },
	{ .function = 0x4, .index = 1, .flags = INDEXED, .eax = 0xfc004122, .ebx = 0x01c0003f,
	  .ecx = 0x0000003f },
	{ .function = 0x4, .index = 2, .flags = INDEXED, .eax = 0xfc01c143, .ebx = 0x03c0003f,
	  .ecx = 0x000007ff },
	{ .function = 0x4, .index = 3, .flags = INDEXED, .eax = 0xfc0fc163, .ebx = 0x0380003f,
	  .ecx = 0x0001bfff, .edx = 0x00000004 },
	{ .function = 0x4, .index = 4, .flags = INDEXED },
	{ .function = 0x5, .eax = 0x40, .ebx = 0x40, .ecx = 0x3 },
	{ .function = 0x6, .eax = 0x00000004 },
	{ .function = 0x7, .index = 0, .flags = INDEXED, .eax = 0x2, .ebx = 0xf1bf2fbb,
	  .ecx = 0x1b415f6e, .edx = 0xffdd4432 },
	{ .function = 0x7, .index = 1, .flags = INDEXED, .eax = 0x00001c30 },
	{ .function = 0x7, .index = 2, .flags = INDEXED, .edx = 0x00000017 },
	{ .function = 0xa, .eax = 0x08300805, .ecx = 0x0000000f, .edx = 0x00008604 },
	{ .function = 0xb, .index = 0, .flags = INDEXED, .eax = 0x1, .ebx = 0x2, .ecx = 0x100 },
	{ .function = 0xb, .index = 1, .flags = INDEXED, .eax = 0x7, .ebx = 0x40, .ecx = 0x201 },
	{ .function = 0xd, .index = 0, .flags = INDEXED, .eax = 0x000602e7, .ebx = 0x00002b00,
	  .ecx = 0x00002b00 },
	{ .function = 0xd, .index = 1, .flags = INDEXED, .eax = 0x0000001f, .ebx = 0x00002b00,
	  .ecx = 0x00001800 },
	{ .function = 0xd, .index = 2, .flags = INDEXED, .eax = 0x100, .ebx = 0x240 },
	{ .function = 0xd, .index = 5, .flags = INDEXED, .eax = 0x40, .ebx = 0x440 },
	{ .function = 0xd, .index = 6, .flags = INDEXED, .eax = 0x200, .ebx = 0x480 },
	{ .function = 0xd, .index = 7, .flags = INDEXED, .eax = 0x400, .ebx = 0x680 },
	{ .function = 0xd, .index = 9, .flags = INDEXED, .eax = 0x8, .ebx = 0xa80 },
	{ .function = 0xd, .index = 11, .flags = INDEXED, .eax = 0x10, .ecx = 0x1 },
	{ .function = 0xd, .index = 12, .flags = INDEXED, .eax = 0x18, .ecx = 0x1 },
	{ .function = 0xd, .index = 17, .flags = INDEXED, .eax = 0x40, .ebx = 0xac0, .ecx = 0x2 },
	{ .function = 0xd, .index = 18, .flags = INDEXED, .eax = 0x2000, .ebx = 0xb00, .ecx = 0x6 },
	{ .function = 0x14, .index = 0, .flags = INDEXED },
	{ .function = 0x1d, .index = 0, .flags = INDEXED, .eax = 0x1 },
	{ .function = 0x1d, .index = 1, .flags = INDEXED, .eax = 0x04002000, .ebx = 0x00080040,
	  .ecx = 0x10 },
	{ .function = 0x1e, .index = 0, .flags = INDEXED, .ebx = 0x4010 },
	{ .function = 0x1f, .index = 0, .flags = INDEXED, .eax = 0x1, .ebx = 0x2, .ecx = 0x100 },
	{ .function = 0x1f, .index = 1, .flags = INDEXED, .eax = 0x7, .ebx = 0x40, .ecx = 0x201 },
	{ .function = 0x40000000, .eax = 0x40000001, .ebx = 0x4b4d564b, .ecx = 0x564b4d56,
	  .edx = 0x4d },
	{ .function = 0x40000001, .eax = 0x01007efb },
	{ .function = 0x80000000, .eax = 0x80000008 },
	{ .function = 0x80000001, .eax = 0x000806f8, .ecx = 0x00000121, .edx = 0x2c100800 },
	{ .function = 0x80000002, .eax = 0x616c6474, .ebx = 0x68636e75, .ecx = 0x626d6520,
	  .edx = 0x65646465 }, /* "tdlaunch embedde" */
	{ .function = 0x80000003, .eax = 0x50432064, .ebx = 0x55 }, /* "d CPU" */
	{ .function = 0x80000004 },
	{ .function = 0x80000006, .ecx = 0x08007040 },
	{ .function = 0x80000007, .edx = 0x00000100 },
	{ .function = 0x80000008, .eax = 0x00343934, .ebx = 0x0100d200 },
};

const struct kvm_cpuid_entry2 *machine_cpuid(unsigned *ret_count)
{
	*ret_count = ARRAY_SIZE(entries);
	return entries;
}

const struct kvm_cpuid_entry2 *vcpu_cpuid(const struct vcpu *vcpu, uint32_t function,
					  uint32_t index)
{
	for (unsigned i = 0; i < vcpu->cpuid_count; i++) {
		const struct kvm_cpuid_entry2 *e = &vcpu->cpuid[i];

		if (e->function == function && (!(e->flags & INDEXED) || e->index == index))
			return e;
	}
	return NULL;
}

bool vcpu_has_x2apic(const struct vcpu *vcpu)
{
	const struct kvm_cpuid_entry2 *e = vcpu_cpuid(vcpu, 1, 0);

	return e && e->ecx >> 21 & 1;
}
