/* SPDX-License-Identifier: BSD-2-Clause */
/* Pre-fault on the embedded kernel: nanoseconds of CPU time and bytes of host memory a 4 KiB page, by size. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "kernel/kernel-test.h"
#include "kernel/kernel.h"
#include "uapi/kvm.h"

#define GPA ((uint64_t)1 << 32)

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* one thread; others do not count */
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Resident memory of this process, bytes. */
static uint64_t resident(void)
{
	unsigned long long pages = 0, total;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f || fscanf(f, "%llu %llu", &total, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages * 4096;
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

static void measure(uint64_t gib, bool is_private, bool is_huge)
{
	struct kernel_config config = { .thp = is_huge ? KERNEL_THP_ALWAYS : KERNEL_THP_NEVER };
	uint64_t size = gib << 30;
	struct kernel *k = NULL;
	long rc = kernel_new(&config, &k);

	if (rc < 0)
		fail("kernel", rc);
	uint8_t *memory = mmap(NULL, size + (2 << 20), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		fail("mmap", -12);
	uint64_t user = ((uint64_t)(uintptr_t)memory + (2 << 20) - 1) & ~(((uint64_t)2 << 20) - 1);
	int sys = kernel_open(k, "/dev/kvm");
	unsigned long type = is_private ? KVM_X86_SW_PROTECTED_VM : KVM_X86_DEFAULT_VM;
	int vm = (int)kernel_ioctl(k, sys, KVM_CREATE_VM, (void *)type);
	int vcpu = (int)kernel_ioctl(k, vm, KVM_CREATE_VCPU, NULL);
	struct kvm_userspace_memory_region2 region = { .guest_phys_addr = GPA,
						       .memory_size = size,
						       .userspace_addr = user };
	if (is_private)
		set_private(k, vm, size, &region);
	rc = kernel_ioctl(k, vm, KVM_SET_USER_MEMORY_REGION2, &region);
	if (rc < 0)
		fail("memslot", rc);
	struct kvm_pre_fault_memory range = { .gpa = GPA, .size = size };
	uint64_t before = resident();
	double start = now();

	rc = kernel_ioctl(k, vcpu, KVM_PRE_FAULT_MEMORY, &range);
	double time = now() - start;
	double pages = (double)(size >> 12);

	if (rc < 0 || range.size)
		fail("pre-fault", rc);
	printf("%4llu GiB %-8s %s: %7.2f ns a page, %6.3f bytes a page, %llu steps\n",
	       (unsigned long long)gib, is_private ? "private" : "ordinary", is_huge ? "2M" : "4K",
	       time / pages, (double)(resident() - before) / pages,
	       (unsigned long long)kernel_test_stat(k, vm, "steps"));
	kernel_free(k);
	munmap(memory, size + (2 << 20));
}

int main(int argc, char **argv)
{
	uint64_t most = argc > 1 ? strtoull(argv[1], NULL, 10) : 256;

	for (uint64_t gib = 1; gib <= most; gib *= 4)
		measure(gib, false, false);
	measure(1, false, true);
	measure(most < 64 ? most : 64, false, true);
	measure(1, true, false);
	return 0;
}
