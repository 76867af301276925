/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel/core/core.h"
#include "kernel/kernel-test.h"
#include "kernel/tdx/tdx.h"
#include "tests/lib/test.h"
#include "tests/unit/tdx/td_fixture.h"

static void watch(void *ctx, const struct kernel_event *event)
{
	struct td_fixture *f = ctx;

	if (event->kind != KERNEL_EVENT_SEAMCALL)
		return;
	if (strcmp(event->name, "TDH.MNG.CREATE") == 0)
		f->tdr = event->gpa;
	if (f->on_seamcall)
		f->on_seamcall(f, event->name);
}

void tf_kernel(struct td_fixture *f, const char *linux_version, unsigned hkids)
{
	struct kernel_config config = { .linux_version = linux_version,
					.cpus = 4,
					.hkids = hkids,
					.trace = watch,
					.trace_ctx = f };

	*f = (struct td_fixture){ .vm = -1, .vcpu = -1, .gmem = { -1, -1 } };
	ck_assert_int_eq(kernel_new(&config, &f->kernel), 0);
	f->seam = tdx_host_seam(f->kernel->machine.tdx);
	f->sys = kernel_open(f->kernel, "/dev/kvm");
	ck_assert_int_ge(f->sys, 0);
	f->memory = mmap(NULL, TD_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(f->memory, MAP_FAILED);
}

void tf_vm(struct td_fixture *f)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { 24 } };

	f->vm = (int)kernel_ioctl(f->kernel, f->sys, KVM_CREATE_VM, (void *)KVM_X86_TDX_VM);
	ck_assert_int_ge(f->vm, 0);
	ck_assert_int_eq(kernel_ioctl(f->kernel, f->vm, KVM_ENABLE_CAP, &split), 0);
}

static long command(struct td_fixture *f, int fd, unsigned id, unsigned flags, uint64_t data)
{
	struct kvm_tdx_cmd cmd = { .id = id, .flags = flags, .data = data };

	return kernel_ioctl(f->kernel, fd, KVM_MEMORY_ENCRYPT_OP, &cmd);
}

long tf_init_vm(struct td_fixture *f)
{
	union {
		struct kvm_tdx_init_vm head;
		uint8_t room[sizeof(struct kvm_tdx_init_vm) + sizeof(struct kvm_cpuid_entry2)];
	} wish = { .room = { 0 } };

	wish.head.attributes = 1 << 28;
	wish.head.cpuid.nent = 1;
	wish.head.cpuid.entries[0].function = 0x80000008;
	wish.head.cpuid.entries[0].eax = 48 << 16;
	return command(f, f->vm, KVM_TDX_INIT_VM, 0, (uintptr_t)&wish);
}

void tf_vcpu(struct td_fixture *f)
{
	union {
		struct kvm_cpuid2 head;
		uint8_t room[sizeof(struct kvm_cpuid2) + sizeof(struct kvm_cpuid_entry2)];
	} cpuid = { .room = { 0 } };

	f->vcpu = (int)kernel_ioctl(f->kernel, f->vm, KVM_CREATE_VCPU, NULL);
	ck_assert_int_ge(f->vcpu, 0);
	cpuid.head.nent = 1;
	cpuid.head.entries[0].function = 1;
	cpuid.head.entries[0].ecx = 1u << 21;
	ck_assert_int_eq(kernel_ioctl(f->kernel, f->vcpu, KVM_SET_CPUID2, &cpuid), 0);
	ck_assert_int_eq(command(f, f->vcpu, KVM_TDX_INIT_VCPU, 0, 0x809000), 0);
}

void tf_private(struct td_fixture *f, uint64_t gpa, uint64_t size, bool is_private)
{
	struct kvm_memory_attributes wish = {
		.address = gpa,
		.size = size,
		.attributes = is_private ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0,
	};

	ck_assert_int_eq(kernel_ioctl(f->kernel, f->vm, KVM_SET_MEMORY_ATTRIBUTES, &wish), 0);
}

void tf_slots(struct td_fixture *f)
{
	static const uint64_t at[2] = { 0, TD_TOP };

	for (unsigned i = 0; i < 2; i++) {
		struct kvm_create_guest_memfd wish = { .size = TD_SIZE };
		struct kvm_userspace_memory_region2 slot = {
			.slot = i,
			.flags = KVM_MEM_GUEST_MEMFD,
			.guest_phys_addr = at[i],
			.memory_size = TD_SIZE,
			.userspace_addr = (uintptr_t)f->memory,
		};

		f->gmem[i] = (int)kernel_ioctl(f->kernel, f->vm, KVM_CREATE_GUEST_MEMFD, &wish);
		ck_assert_int_ge(f->gmem[i], 0);
		slot.guest_memfd = (uint32_t)f->gmem[i];
		ck_assert_int_eq(
			kernel_ioctl(f->kernel, f->vm, KVM_SET_USER_MEMORY_REGION2, &slot), 0);
		tf_private(f, at[i], TD_SIZE, true);
	}
}

void tf_ready(struct td_fixture *f)
{
	tf_vm(f);
	ck_assert_int_eq(tf_init_vm(f), 0);
	tf_vcpu(f);
	tf_slots(f);
}

long tf_add(struct td_fixture *f, const void *source, uint64_t gpa, uint64_t pages, bool measure)
{
	struct kvm_tdx_init_mem_region region = { (uintptr_t)source, gpa, pages };

	return command(f, f->vcpu, KVM_TDX_INIT_MEM_REGION,
		       measure ? KVM_TDX_MEASURE_MEMORY_REGION : 0, (uintptr_t)&region);
}

long tf_finalize(struct td_fixture *f, uint64_t *ret_hw_error)
{
	struct kvm_tdx_cmd cmd = { .id = KVM_TDX_FINALIZE_VM };
	long rc = kernel_ioctl(f->kernel, f->vm, KVM_MEMORY_ENCRYPT_OP, &cmd);

	*ret_hw_error = cmd.hw_error;
	return rc;
}

const char *tf_rule(struct td_fixture *f)
{
	static struct kernel_refusal refusal;

	kernel_last_refusal(f->kernel, &refusal);
	return refusal.rule ? refusal.rule : "";
}

static void close_one(struct td_fixture *f, int *fd)
{
	if (*fd >= 0)
		ck_assert_int_eq(kernel_close(f->kernel, *fd), 0);
	*fd = -1;
}

void tf_close(struct td_fixture *f)
{
	close_one(f, &f->gmem[0]);
	close_one(f, &f->gmem[1]);
	close_one(f, &f->vcpu);
	close_one(f, &f->vm);
}

void tf_is_empty(struct td_fixture *f)
{
	ck_assert_uint_eq(kernel_test_open_count(f->kernel), 1);
	ck_assert_uint_eq(kernel_test_pages_used(f->kernel), 0);
}

void tf_end(struct td_fixture *f)
{
	tf_close(f);
	kernel_free(f->kernel);
	munmap(f->memory, TD_SIZE);
}
