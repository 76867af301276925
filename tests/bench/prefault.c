/* SPDX-License-Identifier: BSD-2-Clause */
/* Pre-fault on the embedded kernel: nanoseconds of CPU time and bytes of host memory a 4 KiB page,
 * by size. Each row is a process of its own, so that none inherits another's free memory. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "kernel/kernel.h"
#include "uapi/kvm.h"

#define GPA ((uint64_t)1 << 32)

enum kind { ORDINARY, PRIVATE, TD };

static const struct {
	const char *name;
	unsigned long vm_type;
} kinds[] = {
	[ORDINARY] = { "ordinary", KVM_X86_DEFAULT_VM },
	[PRIVATE] = { "private", KVM_X86_SW_PROTECTED_VM },
	[TD] = { "TD", KVM_X86_TDX_VM },
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* one thread; others do not count */
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Resident memory of this process that is no file's, bytes: the program's own text, which comes in
 * page by page when it first runs, is not what a population costs. */
static uint64_t resident(uint64_t *ret_files)
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

static void fail(const char *what, long rc)
{
	fprintf(stderr, "prefault: %s: %s\n", what, strerror((int)-rc));
	exit(1);
}

static void set_private(struct kernel *k, int vm, uint64_t size,
			struct kvm_userspace_memory_region2 *region)
{
	struct kvm_create_guest_memfd wish = { .size = size };
	struct kvm_memory_attributes attributes = { GPA, size, KVM_MEMORY_ATTRIBUTE_PRIVATE, 0 };
	long fd = kernel_ioctl(k, vm, KVM_CREATE_GUEST_MEMFD, &wish);

	if (fd < 0)
		fail("guest_memfd", fd);
	region->flags = KVM_MEM_GUEST_MEMFD;
	region->guest_memfd = (uint32_t)fd;
	long rc = kernel_ioctl(k, vm, KVM_SET_MEMORY_ATTRIBUTES, &attributes);
	if (rc < 0)
		fail("attributes", rc);
}

static void command(struct kernel *k, int fd, unsigned id, void *data)
{
	struct kvm_tdx_cmd cmd = { .id = id, .data = (uintptr_t)data };
	long rc = kernel_ioctl(k, fd, KVM_MEMORY_ENCRYPT_OP, &cmd);

	if (rc < 0)
		fail("TDX command", rc);
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
		fail("irqchip", rc);
	wish.head.attributes = 1 << 28;
	wish.head.cpuid.nent = 1;
	wish.head.cpuid.entries[0].function = 0x80000008;
	wish.head.cpuid.entries[0].eax = 48 << 16;
	command(k, vm, KVM_TDX_INIT_VM, &wish);
}

/* What comes between the vCPU and the pre-fault: a TD with an empty image is final. */
static void finish_td(struct kernel *k, int vm, int vcpu)
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
		fail("CPUID", rc);
	command(k, vcpu, KVM_TDX_INIT_VCPU, NULL);
	command(k, vm, KVM_TDX_FINALIZE_VM, NULL);
}

/* User memory of the slot, which is never touched unless it is what gets mapped. */
static uint64_t reserve(uint64_t size)
{
	uint64_t huge = (uint64_t)2 << 20;
	void *memory = mmap(NULL, size + huge, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		fail("mmap", -12);
	return ((uint64_t)(uintptr_t)memory + huge - 1) & ~(huge - 1);
}

static void pre_fault(struct kernel *k, int vm, int vcpu, uint64_t size)
{
	struct kvm_pre_fault_memory range = { .gpa = GPA, .size = size };
	double pages = (double)(size >> 12);
	uint64_t before = resident(NULL);
	double start = now();
	long rc = kernel_ioctl(k, vcpu, KVM_PRE_FAULT_MEMORY, &range);
	double time = now() - start;

	if (rc < 0 || range.size)
		fail("pre-fault", rc);
	printf("%7.2f ns a page, %6.3f bytes a page, %llu steps", time / pages,
	       (double)(resident(NULL) - before) / pages,
	       (unsigned long long)kernel_test_stat(k, vm, "steps"));
}

/* The peak is that of the whole life of the VM. */
static void tear_down(struct kernel *k, uint64_t size, uint64_t before)
{
	double pages = (double)(size >> 12);
	double start = now();
	struct rusage usage;

	kernel_free(k);
	double time = now() - start;

	getrusage(RUSAGE_SELF, &usage);
	printf("; teardown %.2f ns, peak %.3f bytes a page\n", time / pages,
	       ((double)usage.ru_maxrss * 1024 - (double)before) / pages);
}

static void measure(uint64_t gib, enum kind kind, bool is_huge)
{
	struct kernel_config config = { .thp = is_huge ? KERNEL_THP_ALWAYS : KERNEL_THP_NEVER };
	uint64_t size = gib << 30;
	struct kvm_userspace_memory_region2 region = { .guest_phys_addr = GPA,
						       .memory_size = size,
						       .userspace_addr = reserve(size) };
	struct kernel *k = NULL;
	long rc = kernel_new(&config, &k);

	if (rc < 0)
		fail("kernel", rc);
	int sys = kernel_open(k, "/dev/kvm");
	int vm = (int)kernel_ioctl(k, sys, KVM_CREATE_VM, (void *)kinds[kind].vm_type);
	if (kind == TD)
		start_td(k, vm);
	int vcpu = (int)kernel_ioctl(k, vm, KVM_CREATE_VCPU, NULL);
	if (kind != ORDINARY)
		set_private(k, vm, size, &region);
	rc = kernel_ioctl(k, vm, KVM_SET_USER_MEMORY_REGION2, &region);
	if (rc < 0)
		fail("memslot", rc);
	if (kind == TD)
		finish_td(k, vm, vcpu);
	printf("%4llu GiB %-8s %s: ", (unsigned long long)gib, kinds[kind].name,
	       is_huge ? "2M" : "4K");
	uint64_t files = 0;
	uint64_t before = resident(&files);

	pre_fault(k, vm, vcpu, size);
	tear_down(k, size, before + files);
}

/* 0, or 1 when the row failed. */
static int row(uint64_t gib, enum kind kind, bool is_huge)
{
	pid_t child;
	int status = 1;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		measure(gib, kind, is_huge);
		exit(0);
	}
	return child < 0 || waitpid(child, &status, 0) < 0 || status != 0;
}

int main(int argc, char **argv)
{
	uint64_t most = argc > 1 ? strtoull(argv[1], NULL, 10) : 256;
	int failed = 0;

	for (uint64_t gib = 1; gib <= most; gib *= 4)
		failed |= row(gib, ORDINARY, false);
	for (uint64_t gib = 1; gib <= most; gib *= 4)
		failed |= row(gib, TD, false);
	failed |= row(1, PRIVATE, false);
	failed |= row(1, ORDINARY, true);
	failed |= row(most < 64 ? most : 64, ORDINARY, true);
	return failed;
}
