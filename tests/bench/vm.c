/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/bench/vm.h"

static const struct {
	const char *name;
	unsigned long vm_type;
} kinds[] = {
	[BENCH_ORDINARY] = { "ordinary", KVM_X86_DEFAULT_VM },
	[BENCH_PRIVATE] = { "private", KVM_X86_SW_PROTECTED_VM },
	[BENCH_TD] = { "TD", KVM_X86_TDX_VM },
};

const char *bench_kind_name(enum bench_kind kind)
{
	return kinds[kind].name;
}

void bench_fail(const char *what, long rc)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror((int)-rc));
	exit(1);
}

uint64_t bench_resident(uint64_t *ret_files)
{
	unsigned long long pages = 0, files = 0, total;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f || fscanf(f, "%llu %llu %llu", &total, &pages, &files) != 3)
		pages = files = 0;
	if (f)
		fclose(f);
	if (ret_files)
		*ret_files = files * 4096;
	return (pages - files) * 4096;
}

static void set_private(struct kernel *k, int vm, uint64_t size,
			struct kvm_userspace_memory_region2 *region)
{
	struct kvm_create_guest_memfd wish = { .size = size };
	struct kvm_memory_attributes attributes = { BENCH_GPA, size, KVM_MEMORY_ATTRIBUTE_PRIVATE, 0 };
	long fd = kernel_ioctl(k, vm, KVM_CREATE_GUEST_MEMFD, &wish);

	if (fd < 0)
		bench_fail("guest_memfd", fd);
	region->flags = KVM_MEM_GUEST_MEMFD;
	region->guest_memfd = (uint32_t)fd;
	long rc = kernel_ioctl(k, vm, KVM_SET_MEMORY_ATTRIBUTES, &attributes);
	if (rc < 0)
		bench_fail("attributes", rc);
}

static void command(struct kernel *k, int fd, unsigned id, void *data)
{
	struct kvm_tdx_cmd cmd = { .id = id, .data = (uintptr_t)data };
	long rc = kernel_ioctl(k, fd, KVM_MEMORY_ENCRYPT_OP, &cmd);

	if (rc < 0)
		bench_fail("TDX command", rc);
}

/* What comes before the vCPU. */
static void start_td(struct kernel *k, int vm)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { 24 } };
	union {
		struct kvm_tdx_init_vm head;
		uint8_t room[sizeof(struct kvm_tdx_init_vm) + sizeof(struct kvm_cpuid_entry2)];
	} wish = { .room = { 0 } };
	long rc = kernel_ioctl(k, vm, KVM_ENABLE_CAP, &split);

	if (rc < 0)
		bench_fail("irqchip", rc);
	wish.head.attributes = 1 << 28;
	wish.head.cpuid.nent = 1;
	wish.head.cpuid.entries[0].function = 0x80000008;
	wish.head.cpuid.entries[0].eax = 48 << 16;
	command(k, vm, KVM_TDX_INIT_VM, &wish);
}

/* What a vCPU of a TD needs before the TD is final. */
static void start_td_vcpu(struct kernel *k, int vcpu)
{
	union {
		struct kvm_cpuid2 head;
		uint8_t room[sizeof(struct kvm_cpuid2) + sizeof(struct kvm_cpuid_entry2)];
	} cpuid = { .room = { 0 } };
	long rc;

	cpuid.head.nent = 1;
	cpuid.head.entries[0].function = 1;
	cpuid.head.entries[0].ecx = 1u << 21;
	rc = kernel_ioctl(k, vcpu, KVM_SET_CPUID2, &cpuid);
	if (rc < 0)
		bench_fail("CPUID", rc);
	command(k, vcpu, KVM_TDX_INIT_VCPU, NULL);
}

/* User memory of the slot, which is never touched unless it is what gets mapped. */
static uint64_t reserve(uint64_t size)
{
	uint64_t huge = (uint64_t)2 << 20;
	void *memory = mmap(NULL, size + huge, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		bench_fail("mmap", -12);
	return ((uint64_t)(uintptr_t)memory + huge - 1) & ~(huge - 1);
}

static void make_vcpus(struct bench_vm *vm, enum bench_kind kind, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		long fd = kernel_ioctl(vm->kernel, vm->vm, KVM_CREATE_VCPU, (void *)(uintptr_t)i);

		if (fd < 0)
			bench_fail("vCPU", fd);
		vm->vcpus[i] = (int)fd;
		if (kind == BENCH_TD)
			start_td_vcpu(vm->kernel, (int)fd);
	}
	vm->vcpu_count = count;
}

void bench_vm_open(struct bench_vm *vm, enum bench_kind kind, bool is_huge, uint64_t size,
		   unsigned vcpus)
{
	struct kernel_config config = { .thp = is_huge ? KERNEL_THP_ALWAYS : KERNEL_THP_NEVER,
					.cpus = BENCH_VCPUS_MAX };
	long rc = kernel_new(&config, &vm->kernel);

	if (rc < 0)
		bench_fail("kernel", rc);
	int sys = kernel_open(vm->kernel, "/dev/kvm");

	vm->size = size;
	vm->slot = (struct kvm_userspace_memory_region2){ .guest_phys_addr = BENCH_GPA,
							  .memory_size = size,
							  .userspace_addr = reserve(size) };
	vm->vm = (int)kernel_ioctl(vm->kernel, sys, KVM_CREATE_VM, (void *)kinds[kind].vm_type);
	if (kind == BENCH_TD)
		start_td(vm->kernel, vm->vm);
	make_vcpus(vm, kind, vcpus);
	if (kind != BENCH_ORDINARY)
		set_private(vm->kernel, vm->vm, size, &vm->slot);
	rc = kernel_ioctl(vm->kernel, vm->vm, KVM_SET_USER_MEMORY_REGION2, &vm->slot);
	if (rc < 0)
		bench_fail("memslot", rc);
	/* A TD with an empty image is final. */
	if (kind == BENCH_TD)
		command(vm->kernel, vm->vm, KVM_TDX_FINALIZE_VM, NULL);
}

void bench_pre_fault(const struct bench_vm *vm, unsigned vcpu, uint64_t offset, uint64_t size)
{
	struct kvm_pre_fault_memory range = { .gpa = BENCH_GPA + offset, .size = size };
	long rc = kernel_ioctl(vm->kernel, vm->vcpus[vcpu], KVM_PRE_FAULT_MEMORY, &range);

	if (rc < 0 || range.size)
		bench_fail("pre-fault", rc);
}
