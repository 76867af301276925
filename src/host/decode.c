/* SPDX-License-Identifier: BSD-2-Clause */
/* Only this library's own calls are decoded, so arguments may be read as the structures they are. */
#include "host/decode.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "uapi/kvm.h"

typedef unsigned long long llu;

void text_add(struct text *t, const char *fmt, ...)
{
	size_t room = sizeof(t->chars) - t->used;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->chars + t->used, room, fmt, args);
	va_end(args);
	if (n > 0)
		t->used += (size_t)n < room ? (size_t)n : room - 1;
}

static const void *pointed(uint64_t address)
{
	return (const void *)(uintptr_t)address;
}

static void enable_cap(struct text *t, const void *arg)
{
	const struct kvm_enable_cap *cap = arg;

	text_add(t, "{cap=%u, args[0]=0x%llx}", cap->cap, (llu)cap->args[0]);
}

static void memslot(struct text *t, const void *arg)
{
	const struct kvm_userspace_memory_region2 *slot = arg;

	text_add(t, "{slot=%u, flags=0x%x, gpa=0x%llx, size=0x%llx, guest_memfd=%u, offset=0x%llx}",
		 slot->slot, slot->flags, (llu)slot->guest_phys_addr, (llu)slot->memory_size,
		 slot->guest_memfd, (llu)slot->guest_memfd_offset);
}

static void attributes(struct text *t, const void *arg)
{
	const struct kvm_memory_attributes *a = arg;

	text_add(t, "{address=0x%llx, size=0x%llx, attributes=0x%llx}", (llu)a->address,
		 (llu)a->size, (llu)a->attributes);
}

static void guest_memfd(struct text *t, const void *arg)
{
	const struct kvm_create_guest_memfd *gmem = arg;

	text_add(t, "{size=0x%llx, flags=0x%llx}", (llu)gmem->size, (llu)gmem->flags);
}

static void cpuid(struct text *t, const void *arg)
{
	text_add(t, "{nent=%u}", ((const struct kvm_cpuid2 *)arg)->nent);
}

static void prefault(struct text *t, const void *arg)
{
	const struct kvm_pre_fault_memory *range = arg;

	text_add(t, "{gpa=0x%llx, size=0x%llx}", (llu)range->gpa, (llu)range->size);
}

static void prefault_after(struct text *t, const void *arg)
{
	text_add(t, " left ");
	prefault(t, arg);
}

static void cpuid_after(struct text *t, const void *arg)
{
	text_add(t, " ");
	cpuid(t, arg);
}

static void tdx_capabilities(struct text *t, const struct kvm_tdx_capabilities *caps)
{
	text_add(t, "{nent=%u}", caps->cpuid.nent);
}

static void tdx_init_vm(struct text *t, const struct kvm_tdx_init_vm *vm)
{
	char hex[2 * 48 + 1];

	text_add(t, "{attributes=0x%llx, xfam=0x%llx", (llu)vm->attributes, (llu)vm->xfam);
	text_add(t, ", mrconfigid=%s", hex_encode(vm->mrconfigid, 48, hex));
	text_add(t, ", mrowner=%s", hex_encode(vm->mrowner, 48, hex));
	text_add(t, ", mrownerconfig=%s", hex_encode(vm->mrownerconfig, 48, hex));
	text_add(t, ", nent=%u}", vm->cpuid.nent);
}

static void tdx_region(struct text *t, const struct kvm_tdx_init_mem_region *region)
{
	text_add(t, "{gpa=0x%llx, nr_pages=%llu}", (llu)region->gpa, (llu)region->nr_pages);
}

static void tdx_command(struct text *t, const void *arg)
{
	static const char *const names[] = {
		[KVM_TDX_CAPABILITIES] = "KVM_TDX_CAPABILITIES",
		[KVM_TDX_INIT_VM] = "KVM_TDX_INIT_VM",
		[KVM_TDX_INIT_VCPU] = "KVM_TDX_INIT_VCPU",
		[KVM_TDX_INIT_MEM_REGION] = "KVM_TDX_INIT_MEM_REGION",
		[KVM_TDX_FINALIZE_VM] = "KVM_TDX_FINALIZE_VM",
		[KVM_TDX_GET_CPUID] = "KVM_TDX_GET_CPUID",
	};
	const struct kvm_tdx_cmd *cmd = arg;

	if (cmd->id < ARRAY_SIZE(names))
		text_add(t, "%s", names[cmd->id]);
	else
		text_add(t, "%u", cmd->id);
	if (cmd->flags)
		text_add(t, " flags=0x%x", cmd->flags);
	text_add(t, " ");
	switch (cmd->id) {
	case KVM_TDX_CAPABILITIES:
		tdx_capabilities(t, pointed(cmd->data));
		break;
	case KVM_TDX_INIT_VM:
		tdx_init_vm(t, pointed(cmd->data));
		break;
	case KVM_TDX_INIT_MEM_REGION:
		tdx_region(t, pointed(cmd->data));
		break;
	case KVM_TDX_GET_CPUID:
		cpuid(t, pointed(cmd->data));
		break;
	default:
		text_add(t, "0x%llx", (llu)cmd->data);
	}
}

static void tdx_command_after(struct text *t, const void *arg)
{
	const struct kvm_tdx_cmd *cmd = arg;
	const struct kvm_tdx_capabilities *caps;

	switch (cmd->id) {
	case KVM_TDX_CAPABILITIES:
		caps = pointed(cmd->data);
		text_add(t, " {attributes=0x%llx, xfam=0x%llx, nent=%u}",
			 (llu)caps->supported_attrs, (llu)caps->supported_xfam, caps->cpuid.nent);
		break;
	case KVM_TDX_INIT_MEM_REGION:
		text_add(t, " left ");
		tdx_region(t, pointed(cmd->data));
		break;
	case KVM_TDX_GET_CPUID:
		cpuid_after(t, pointed(cmd->data));
		break;
	}
	if (cmd->hw_error)
		text_add(t, " hw_error=0x%llx", (llu)cmd->hw_error);
}

/* What a request's argument is; a row without before takes a number. */
static const struct row {
	unsigned int request;
	const char *name;
	void (*before)(struct text *t, const void *arg);
	void (*after)(struct text *t, const void *arg);
} rows[] = {
	{ KVM_GET_API_VERSION, "KVM_GET_API_VERSION", NULL, NULL },
	{ KVM_CREATE_VM, "KVM_CREATE_VM", NULL, NULL },
	{ KVM_CHECK_EXTENSION, "KVM_CHECK_EXTENSION", NULL, NULL },
	{ KVM_GET_VCPU_MMAP_SIZE, "KVM_GET_VCPU_MMAP_SIZE", NULL, NULL },
	{ KVM_GET_SUPPORTED_CPUID, "KVM_GET_SUPPORTED_CPUID", cpuid, cpuid_after },
	{ KVM_CREATE_VCPU, "KVM_CREATE_VCPU", NULL, NULL },
	{ KVM_ENABLE_CAP, "KVM_ENABLE_CAP", enable_cap, NULL },
	{ KVM_SET_TSC_KHZ, "KVM_SET_TSC_KHZ", NULL, NULL },
	{ KVM_GET_TSC_KHZ, "KVM_GET_TSC_KHZ", NULL, NULL },
	{ KVM_SET_CPUID2, "KVM_SET_CPUID2", cpuid, NULL },
	{ KVM_CREATE_GUEST_MEMFD, "KVM_CREATE_GUEST_MEMFD", guest_memfd, NULL },
	{ KVM_SET_USER_MEMORY_REGION2, "KVM_SET_USER_MEMORY_REGION2", memslot, NULL },
	{ KVM_SET_MEMORY_ATTRIBUTES, "KVM_SET_MEMORY_ATTRIBUTES", attributes, NULL },
	{ KVM_GET_STATS_FD, "KVM_GET_STATS_FD", NULL, NULL },
	{ KVM_PRE_FAULT_MEMORY, "KVM_PRE_FAULT_MEMORY", prefault, prefault_after },
	{ KVM_MEMORY_ENCRYPT_OP, "KVM_MEMORY_ENCRYPT_OP", tdx_command, tdx_command_after },
};

static const struct row *find_row(unsigned long request)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].request == (uint32_t)request)
			return &rows[i];
	return NULL;
}

void decode_before(struct text *t, unsigned long request, const void *arg)
{
	const struct row *row = find_row(request);

	if (!row) {
		text_add(t, "0x%lx, %p", request, arg);
		return;
	}
	text_add(t, "%s, ", row->name);
	if (row->before)
		row->before(t, arg);
	else
		text_add(t, "%llu", (llu)(uintptr_t)arg);
}

void decode_after(struct text *t, unsigned long request, const void *arg)
{
	const struct row *row = find_row(request);

	if (row && row->after)
		row->after(t, arg);
}
