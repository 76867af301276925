/* SPDX-License-Identifier: BSD-2-Clause */
/* The embedded kernel through its door: KVM_PRE_FAULT_MEMORY, memslots, descriptors. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "kernel/kernel.h"
#include "tests/lib/test.h"
#include "uapi/kvm.h"

#define S0	0x10000000u
#define S0_SIZE 0x1000000u

static struct kernel *k;
static int sys, vm, vcpu;
static uint8_t *memory;
static struct kvm_run *run;

static long set_slot(int on, unsigned slot, uint32_t flags, uint64_t gpa, uint64_t size,
		     const void *user)
{
	struct kvm_userspace_memory_region2 r = { .slot = slot,
						  .flags = flags,
						  .guest_phys_addr = gpa,
						  .memory_size = size,
						  .userspace_addr = (uint64_t)(uintptr_t)user };

	return kernel_ioctl(k, on, KVM_SET_USER_MEMORY_REGION2, &r);
}

static void start(const struct kernel_config *config, unsigned long type)
{
	void *address = NULL;

	ck_assert_int_eq(kernel_new(config, &k), 0);
	sys = kernel_open(k, "/dev/kvm");
	ck_assert_int_ge(sys, KERNEL_FD_BASE);
	vm = (int)kernel_ioctl(k, sys, KVM_CREATE_VM, (void *)type);
	ck_assert_int_ge(vm, KERNEL_FD_BASE);
	vcpu = (int)kernel_ioctl(k, vm, KVM_CREATE_VCPU, (void *)0);
	ck_assert_int_ge(vcpu, KERNEL_FD_BASE);
	ck_assert_int_eq(kernel_mmap(k, vcpu, 12288, PROT_READ | PROT_WRITE, MAP_SHARED, 0,
				     &address), 0);
	run = address;
	/* Aligned to 2 MiB, as S0 is. */
	uint8_t *raw = mmap(NULL, S0_SIZE + 0x200000, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ck_assert_ptr_ne(raw, MAP_FAILED);
	memory = (uint8_t *)(((uintptr_t)raw + 0x1fffff) & ~(uintptr_t)0x1fffff);
	ck_assert_int_eq(set_slot(vm, 0, 0, S0, S0_SIZE, memory), 0);
}

static void plain_vm(void)
{
	start(NULL, KVM_X86_DEFAULT_VM);
}

static void protected_vm(void)
{
	start(NULL, KVM_X86_SW_PROTECTED_VM);
}

/* Whatever a test did, nothing may be left of the machine's memory. */
static void stop(void)
{
	for (int fd = KERNEL_FD_BASE; fd < KERNEL_FD_BASE + 64; fd++)
		kernel_close(k, fd);
	ck_assert_uint_eq(kernel_test_open_count(k), 0);
	ck_assert_uint_eq(kernel_test_pages_used(k), 0);
	kernel_free(k);
}

static const char *last_rule(void)
{
	struct kernel_refusal refusal;

	kernel_last_refusal(k, &refusal);
	return refusal.rule ? refusal.rule : "";
}

static long pre_fault(struct kvm_pre_fault_memory *range)
{
	return kernel_ioctl(k, vcpu, KVM_PRE_FAULT_MEMORY, range);
}

/* gpa and size in, what must be returned, and what must be left. */
static const struct range_case {
	uint64_t gpa, size, flags;
	long rc;
	uint64_t left;
	const char *rule;
} ranges[] = {
	{ S0, 4096, 0, 0, 0, NULL },
	{ S0, S0_SIZE, 0, 0, 0, NULL },
	{ S0 + S0_SIZE - 4096, 4096, 0, 0, 0, NULL },
	{ S0 + S0_SIZE - 4096, 3 * 4096, 0, 0, 2 * 4096, "pre-fault.no-memory-there" },
	{ S0 + S0_SIZE, 4096, 0, -ENOENT, 4096, "pre-fault.no-memory-there" },
	{ S0 - 4096, 2 * 4096, 0, -ENOENT, 2 * 4096, "pre-fault.no-memory-there" },
	{ S0, 4096, 1, -EINVAL, 4096, "pre-fault.flags" },
	{ S0, 4096, 1ull << 63, -EINVAL, 4096, "pre-fault.flags" },
	{ 0, 4096, 1, -EINVAL, 4096, "pre-fault.flags" },
	{ S0 + 1, 4096, 0, -EINVAL, 4096, "pre-fault.aligned" },
	{ S0 + 0x800, 4096, 0, -EINVAL, 4096, "pre-fault.aligned" },
	{ S0, 1, 0, -EINVAL, 1, "pre-fault.aligned" },
	{ S0, 4097, 0, -EINVAL, 4097, "pre-fault.aligned" },
	{ S0, 0, 0, -EINVAL, 0, "pre-fault.range" },
	{ -4096ull, 8192, 0, -EINVAL, 8192, "pre-fault.range" },
	{ -4096ull, 4096, 0, -EINVAL, 4096, "pre-fault.range" },
	{ -8192ull, 4096, 0, -ENOENT, 4096, "pre-fault.no-memory-there" },
};

START_TEST(a_range_leaves_what_it_must)
{
	const struct range_case *c = &ranges[_i];
	struct kvm_pre_fault_memory r = { c->gpa, c->size, c->flags, { 5, 4, 3, 2, 1 } };

	ck_assert_int_eq(pre_fault(&r), c->rc);
	ck_assert_uint_eq(r.size, c->left);
	ck_assert_uint_eq(r.gpa, c->gpa + c->size - c->left);
	ck_assert_uint_eq(r.flags, c->flags);
	ck_assert_uint_eq(r.padding[0], 5);
	ck_assert_uint_eq(r.padding[4], 1);
	if (c->rule)
		ck_assert_str_eq(last_rule(), c->rule);
}
END_TEST

START_TEST(the_request_belongs_to_vcpus)
{
	struct kvm_pre_fault_memory r = { S0, 4096, 0, { 0 } };

	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_PRE_FAULT_MEMORY, &r), -ENOTTY);
	ck_assert_str_eq(last_rule(), "vm.request");
	ck_assert_int_eq(kernel_ioctl(k, sys, KVM_PRE_FAULT_MEMORY, &r), -EINVAL);
	ck_assert_str_eq(last_rule(), "system.request");
	ck_assert_int_eq(kernel_ioctl(k, vcpu, 0xc020aed5, &r), -EINVAL);
	ck_assert_str_eq(last_rule(), "vcpu.request");
	ck_assert_int_eq(kernel_ioctl(k, vcpu, KVM_PRE_FAULT_MEMORY, NULL), -EFAULT);
	ck_assert_str_eq(last_rule(), "call.read");
	ck_assert_int_eq(kernel_ioctl(k, 3, KVM_PRE_FAULT_MEMORY, &r), -EBADF);
}
END_TEST

START_TEST(a_struct_that_cannot_be_written_wins_over_all)
{
	struct kvm_pre_fault_memory *r =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*r = (struct kvm_pre_fault_memory){ S0, 4096, 0, { 0 } };
	mprotect(r, 4096, PROT_READ);
	ck_assert_int_eq(pre_fault(r), -EFAULT);
	ck_assert_str_eq(last_rule(), "call.write");
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), 1);
	mprotect(r, 4096, PROT_READ | PROT_WRITE);
	r->flags = 1;
	mprotect(r, 4096, PROT_READ);
	ck_assert_int_eq(pre_fault(r), -EFAULT);
	munmap(r, 4096);
}
END_TEST

START_TEST(user_memory_that_is_missing_stops_the_walk)
{
	struct kvm_pre_fault_memory r = { S0, 8 * 4096, 0, { 0 } };

	munmap(memory + 3 * 4096, 4096);
	run->exit_reason = 77;
	ck_assert_int_eq(pre_fault(&r), 0);
	ck_assert_uint_eq(r.size, 5 * 4096);
	ck_assert_int_eq(pre_fault(&r), -EFAULT);
	ck_assert_str_eq(last_rule(), "fault.user-memory");
	ck_assert_uint_eq(run->exit_reason, 77);
	ck_assert_ptr_eq(mmap(memory + 3 * 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			      -1, 0), memory + 3 * 4096);
	ck_assert_int_eq(pre_fault(&r), 0);
	ck_assert_uint_eq(r.size, 0);
	mprotect(memory, 4096, PROT_NONE);
	r = (struct kvm_pre_fault_memory){ S0, 4096, 0, { 0 } };
	ck_assert_int_eq(pre_fault(&r), -EFAULT);
	ck_assert_uint_eq(r.size, 4096);
}
END_TEST

START_TEST(a_huge_page_is_one_step)
{
	struct kvm_pre_fault_memory r = { S0 + 0x5000, 0x3000, 0, { 0 } };

	ck_assert_int_eq(kernel_test_host_level(k, vm, (uintptr_t)memory, S0_SIZE, 2), 0);
	ck_assert_int_eq(pre_fault(&r), 0);
	ck_assert_uint_eq(r.size, 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_2m"), 1);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "steps"), 1);
	r = (struct kvm_pre_fault_memory){ S0 + 0x1ff000, 0x4000, 0, { 0 } };
	ck_assert_int_eq(pre_fault(&r), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "steps"), 3);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_2m"), 2);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), 0);
	/* Dirty logging splits them, and lets no new one come. */
	ck_assert_int_eq(set_slot(vm, 0, KVM_MEM_LOG_DIRTY_PAGES, S0, S0_SIZE, memory), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_2m"), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), 1024);
	r = (struct kvm_pre_fault_memory){ S0 + 0x400000, 0x200000, 0, { 0 } };
	ck_assert_int_eq(pre_fault(&r), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), 1536);
	ck_assert_int_eq(set_slot(vm, 0, 0, S0, S0_SIZE, memory), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_2m"), 3);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), 0);
}
END_TEST

/* An armed fault on the page at skip, and what four pages come to. */
static const struct {
	enum kernel_fault_kind kind;
	uint64_t page, times;
	long rc;
	uint64_t left_pages;
	const char *rule;
} faults[] = {
	{ KERNEL_FAULT_RETRY, 2, 100, 0, 0, NULL },
	{ KERNEL_FAULT_EMULATE, 1, KERNEL_FOREVER, 0, 3, "pre-fault.no-memory-there" },
	{ KERNEL_FAULT_EMULATE, 0, KERNEL_FOREVER, -ENOENT, 4, "pre-fault.no-memory-there" },
	{ KERNEL_FAULT_EAGAIN, 0, 1, -EAGAIN, 4, "fault.slot-going" },
	{ KERNEL_FAULT_EAGAIN, 2, 1, 0, 2, "fault.slot-going" },
	{ KERNEL_FAULT_ENOMEM, 0, 1, -ENOMEM, 4, "fault.no-memory" },
	{ KERNEL_FAULT_EHWPOISON, 0, 1, -EHWPOISON, 4, "fault.gmem-poison" },
	{ KERNEL_FAULT_INVALID, 0, 1, -EIO, 4, "pre-fault.odd-result" },
	{ KERNEL_FAULT_SIGNAL, 1, 1, 0, 2, "pre-fault.signal" },
	{ KERNEL_FAULT_VM_DEAD, 1, 1, 0, 2, "fault.vm-dead" },
};

START_TEST(an_injected_fault_ends_the_call_as_linux_would)
{
	struct kvm_pre_fault_memory r = { S0, 4 * 4096, 0, { 0 } };
	struct kernel_fault f = { faults[_i].kind, S0 + faults[_i].page * 4096, 0,
				  faults[_i].times };

	ck_assert_int_eq(kernel_test_inject(k, vm, &f), 0);
	ck_assert_int_eq(pre_fault(&r), faults[_i].rc);
	ck_assert_uint_eq(r.size, faults[_i].left_pages * 4096);
	if (faults[_i].rule)
		ck_assert_str_eq(last_rule(), faults[_i].rule);
	kernel_test_inject_clear(k, vm);
}
END_TEST

static void *interrupt_soon(void *unused)
{
	(void)unused;
	usleep(20000);
	kernel_interrupt(k, vcpu);
	return NULL;
}

START_TEST(an_endless_retry_ends_with_a_signal)
{
	struct kvm_pre_fault_memory r = { S0, 4096, 0, { 0 } };
	struct kernel_fault f = { KERNEL_FAULT_RETRY, KERNEL_ANY_GPA, 0, KERNEL_FOREVER };
	pthread_t thread;

	ck_assert_int_eq(kernel_test_inject(k, vm, &f), 0);
	pthread_create(&thread, NULL, interrupt_soon, NULL);
	ck_assert_int_eq(pre_fault(&r), -EINTR);
	ck_assert_str_eq(last_rule(), "fault.signal");
	ck_assert_uint_eq(r.size, 4096);
	pthread_join(thread, NULL);
	kernel_test_inject_clear(k, vm);
	kernel_interrupt(k, vcpu);
	ck_assert_int_eq(pre_fault(&r), -EINTR);
	ck_assert_str_eq(last_rule(), "pre-fault.signal");
	kernel_interrupt(k, vcpu);
	kernel_interrupt_clear(k, vcpu);
	ck_assert_int_eq(pre_fault(&r), 0);
}
END_TEST

START_TEST(a_dead_vm_and_a_child_get_eio)
{
	struct kvm_pre_fault_memory r = { S0, 4096, 0, { 0 } };
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(pre_fault(&r) == -EIO ? 0 : 1);
	waitpid(child, &status, 0);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(kernel_test_vm_dead(k, vm), 0);
	ck_assert_str_eq(last_rule(), "vm.bugged");
	ck_assert_int_eq(pre_fault(&r), -EIO);
	ck_assert_str_eq(last_rule(), "vm.dead");
}
END_TEST

START_TEST(smm_and_nesting_choose_the_tables)
{
	struct kvm_pre_fault_memory r = { 0x20000000, 4096, 0, { 0 } };
	struct kvm_vcpu_events events = { .flags = KVM_VCPUEVENT_VALID_SMM, .smi.smm = 1 };

	ck_assert_int_eq(set_slot(vm, 1 << 16, 0, 0x20000000, 0x1000, memory), 0);
	ck_assert_int_eq(pre_fault(&r), -ENOENT);
	ck_assert_int_eq(kernel_ioctl(k, vcpu, KVM_SET_VCPU_EVENTS, &events), 0);
	ck_assert_int_eq(pre_fault(&r), 0);
	r = (struct kvm_pre_fault_memory){ S0, 4096, 0, { 0 } };
	ck_assert_int_eq(pre_fault(&r), -ENOENT);
	ck_assert_int_eq(kernel_test_set_smm(k, vcpu, false), 0);
	ck_assert_int_eq(kernel_test_set_nested(k, vcpu, KERNEL_NESTED_TDP), 0);
	ck_assert_int_eq(pre_fault(&r), -EOPNOTSUPP);
	ck_assert_str_eq(last_rule(), "pre-fault.no-tdp");
	ck_assert_int_eq(kernel_test_set_nested(k, vcpu, KERNEL_NESTED_SHADOW), 0);
	ck_assert_int_eq(pre_fault(&r), 0);
}
END_TEST

START_TEST(deleting_a_slot_drops_all_of_a_default_vm)
{
	struct kvm_pre_fault_memory r = { S0, S0_SIZE, 0, { 0 } };

	ck_assert_int_eq(set_slot(vm, 1, 0, 0x40000000, 0x1000, memory), 0);
	ck_assert_int_eq(pre_fault(&r), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), S0_SIZE / 4096);
	ck_assert_int_eq(set_slot(vm, 1, 0, 0x40000000, 0, memory), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), 0);
	r = (struct kvm_pre_fault_memory){ S0, 4096, 0, { 0 } };
	ck_assert_int_eq(pre_fault(&r), 0);
}
END_TEST

static const struct {
	unsigned slot;
	uint32_t flags;
	uint64_t gpa, size, offset;
	long rc;
	const char *rule;
} regions[] = {
	{ 32764, 0, 0, 4096, 0, -EINVAL, "memslot.id" },
	{ 1, 8, 0, 4096, 0, -EINVAL, "memslot.flags" },
	{ 1, 5, 0, 4096, 0, -EINVAL, "memslot.flags" },
	{ 1, 0, 1, 4096, 0, -EINVAL, "memslot.aligned" },
	{ 1, 0, 0, 4095, 0, -EINVAL, "memslot.aligned" },
	{ 1, 0, 0, 4096, 1, -EINVAL, "memslot.user-address" },
	{ 2 << 16 | 1, 0, 0, 4096, 0, -EINVAL, "memslot.space" },
	{ 1, 0, -4096ull, 8192, 0, -EINVAL, "memslot.wrap" },
	{ 1, 0, 0, 0, 0, -EINVAL, "memslot.delete-none" },
	{ 0, 4, S0, S0_SIZE, 0, -EINVAL, "memslot.gmem-change" },
	{ 0, 2, S0, S0_SIZE, 0, -EINVAL, "memslot.change" },
	{ 0, 0, S0, 4096, 0, -EINVAL, "memslot.change" },
	{ 1, 0, S0 + 4096, 4096, 0, -EEXIST, "memslot.overlap" },
	{ 1, 4, 0, 4096, 0, -EBADF, "memslot.gmem-fd" },
	{ 1, 0, 1ull << 52, 4096, 0, -EINVAL, "memslot.host-limit" },
	{ 0, 0, S0, S0_SIZE, 0, 0, NULL },
};

START_TEST(a_spoilt_region_is_refused_by_its_rule)
{
	ck_assert_int_eq(set_slot(vm, regions[_i].slot, regions[_i].flags, regions[_i].gpa,
				  regions[_i].size, memory + regions[_i].offset),
			 regions[_i].rc);
	if (regions[_i].rule)
		ck_assert_str_eq(last_rule(), regions[_i].rule);
}
END_TEST

START_TEST(running_has_an_order)
{
	ck_assert_int_eq(kernel_ioctl(k, vcpu, KVM_RUN, (void *)1), -EINVAL);
	ck_assert_str_eq(last_rule(), "run.argument");
	run->immediate_exit = 1;
	ck_assert_int_eq(kernel_ioctl(k, vcpu, KVM_RUN, NULL), -EINTR);
	ck_assert_str_eq(last_rule(), "run.immediate-exit");
	run->immediate_exit = 0;
	pthread_t thread;

	pthread_create(&thread, NULL, interrupt_soon, NULL);
	ck_assert_int_eq(kernel_ioctl(k, vcpu, KVM_RUN, NULL), -EINTR);
	ck_assert_str_eq(last_rule(), "run.signal");
	ck_assert_uint_eq(run->exit_reason, KVM_EXIT_INTR);
	pthread_join(thread, NULL);
}
END_TEST

static void *pre_fault_all(void *arg)
{
	struct kvm_pre_fault_memory r = { S0, S0_SIZE, 0, { 0 } };

	for (int i = 0; i < 20; i++) {
		r = (struct kvm_pre_fault_memory){ S0, S0_SIZE, 0, { 0 } };
		if (kernel_ioctl(k, *(int *)arg, KVM_PRE_FAULT_MEMORY, &r) != 0 || r.size)
			return arg;
	}
	return NULL;
}

START_TEST(four_vcpus_share_the_work)
{
	pthread_t threads[4];
	int fds[4] = { vcpu, 0, 0, 0 };

	for (long i = 1; i < 4; i++)
		fds[i] = (int)kernel_ioctl(k, vm, KVM_CREATE_VCPU, (void *)i);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, pre_fault_all, &fds[i]);
	for (int i = 0; i < 4; i++) {
		void *failed = NULL;

		pthread_join(threads[i], &failed);
		ck_assert_ptr_null(failed);
	}
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), S0_SIZE / 4096);
}
END_TEST

START_TEST(private_memory_comes_from_guest_memfd)
{
	struct kvm_create_guest_memfd wish = { .size = 0x200000 };
	struct kvm_memory_attributes a = { 0x80000000, 0x400000, 8, 0 };
	struct kvm_pre_fault_memory r = { 0x80000000, 0x200000, 0, { 0 } };
	int fd = (int)kernel_ioctl(k, vm, KVM_CREATE_GUEST_MEMFD, &wish);
	struct kvm_userspace_memory_region2 region = { .slot = 3,
						       .flags = KVM_MEM_GUEST_MEMFD,
						       .guest_phys_addr = 0x80000000,
						       .memory_size = 0x200000,
						       .userspace_addr = (uintptr_t)memory,
						       .guest_memfd = (uint32_t)fd };

	ck_assert_int_ge(fd, KERNEL_FD_BASE);
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_SET_USER_MEMORY_REGION2, &region), 0);
	region.slot = 4;
	region.guest_phys_addr = 0x90000000;
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_SET_USER_MEMORY_REGION2, &region), -EEXIST);
	ck_assert_str_eq(last_rule(), "gmem.bind-taken");
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_SET_MEMORY_ATTRIBUTES, &a), 0);
	ck_assert_int_eq(pre_fault(&r), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), 512);
	/* Punched, a page goes and comes back. */
	ck_assert_int_eq(kernel_fallocate(k, fd, 3, 0x1000, 0x1000), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), 511);
	r = (struct kvm_pre_fault_memory){ 0x80000000, 0x200000, 0, { 0 } };
	ck_assert_int_eq(pre_fault(&r), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), 512);
	/* Private, but nothing there. */
	r = (struct kvm_pre_fault_memory){ 0x80200000, 4096, 0, { 0 } };
	ck_assert_int_eq(pre_fault(&r), -EFAULT);
	ck_assert_str_eq(last_rule(), "fault.private-no-slot");
	ck_assert_uint_eq(run->exit_reason, KVM_EXIT_MEMORY_FAULT);
	ck_assert_uint_eq(run->memory_fault.flags, 8);
	ck_assert_uint_eq(run->memory_fault.gpa, 0x80200000);
	ck_assert_uint_eq(run->memory_fault.size, 4096);
	/* A plain slot that is said to be private. */
	a = (struct kvm_memory_attributes){ S0, 4096, 8, 0 };
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_SET_MEMORY_ATTRIBUTES, &a), 0);
	r = (struct kvm_pre_fault_memory){ S0, 4096, 0, { 0 } };
	ck_assert_int_eq(pre_fault(&r), -EFAULT);
	ck_assert_str_eq(last_rule(), "fault.private-no-gmem");
	/* The file closed. */
	ck_assert_int_eq(kernel_close(k, fd), 0);
	ck_assert_uint_eq(kernel_test_stat(k, vm, "pages_4k"), 0);
	r = (struct kvm_pre_fault_memory){ 0x80000000, 4096, 0, { 0 } };
	ck_assert_int_eq(pre_fault(&r), -EFAULT);
	ck_assert_str_eq(last_rule(), "fault.gmem-closed");
	ck_assert_int_eq(kernel_test_guest_touch(k, vcpu, 0x80000000, true, false), -EFAULT);
	ck_assert_str_eq(last_rule(), "fault.attribute");
}
END_TEST

START_TEST(attributes_are_checked_in_order)
{
	struct kvm_memory_attributes a = { 1, 0, 16, 1 };

	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_SET_MEMORY_ATTRIBUTES, &a), -EINVAL);
	ck_assert_str_eq(last_rule(), "attributes.flags");
	a.flags = 0;
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_SET_MEMORY_ATTRIBUTES, &a), -EINVAL);
	ck_assert_str_eq(last_rule(), "attributes.unknown");
	a.attributes = 8;
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_SET_MEMORY_ATTRIBUTES, &a), -EINVAL);
	ck_assert_str_eq(last_rule(), "attributes.range");
	a.size = 4096;
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_SET_MEMORY_ATTRIBUTES, &a), -EINVAL);
	ck_assert_str_eq(last_rule(), "attributes.aligned");
}
END_TEST

START_TEST(guest_memfd_refuses_what_linux_refuses)
{
	struct kvm_create_guest_memfd wish = { .size = 4096, .flags = 2 };
	int fd;

	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_CREATE_GUEST_MEMFD, &wish), -EINVAL);
	ck_assert_str_eq(last_rule(), "gmem.flags");
	wish = (struct kvm_create_guest_memfd){ .size = 4095 };
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_CREATE_GUEST_MEMFD, &wish), -EINVAL);
	ck_assert_str_eq(last_rule(), "gmem.size");
	wish.size = 8192;
	fd = (int)kernel_ioctl(k, vm, KVM_CREATE_GUEST_MEMFD, &wish);
	ck_assert_int_eq(kernel_fallocate(k, fd, 0, 0, 4096), -EOPNOTSUPP);
	ck_assert_str_eq(last_rule(), "gmem.fallocate-mode");
	ck_assert_int_eq(kernel_fallocate(k, fd, 1, 0, 0), -EINVAL);
	ck_assert_str_eq(last_rule(), "gmem.fallocate-sign");
	ck_assert_int_eq(kernel_fallocate(k, fd, 1, 0, 100), -EINVAL);
	ck_assert_str_eq(last_rule(), "gmem.fallocate-aligned");
	ck_assert_int_eq(kernel_fallocate(k, fd, 1, 0, 12288), -EINVAL);
	ck_assert_str_eq(last_rule(), "gmem.allocate-range");
	ck_assert_int_eq(kernel_fallocate(k, fd, 1, 0x7ffffffffffff000, 4096), -EFBIG);
	ck_assert_str_eq(last_rule(), "gmem.fallocate-end");
	ck_assert_int_eq(kernel_fallocate(k, fd, 3, 8192, 4096), 0);
	ck_assert_int_eq(kernel_fallocate(k, fd, 1, 0, 8192), 0);
	ck_assert_int_eq(kernel_close(k, fd), 0);
}
END_TEST

START_TEST(without_two_dimensional_paging_there_is_none)
{
	struct kernel_config config = { .no_tdp = true };
	struct kvm_pre_fault_memory r = { S0, 4096, 0, { 0 } };

	start(&config, KVM_X86_DEFAULT_VM);
	ck_assert_int_eq(kernel_ioctl(k, sys, KVM_CHECK_EXTENSION, (void *)KVM_CAP_PRE_FAULT_MEMORY), 0);
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_CHECK_EXTENSION, (void *)KVM_CAP_PRE_FAULT_MEMORY), 0);
	ck_assert_int_eq(kernel_ioctl(k, sys, KVM_CHECK_EXTENSION, (void *)KVM_CAP_VM_TYPES), 1);
	ck_assert_int_eq(kernel_ioctl(k, sys, KVM_CREATE_VM, (void *)KVM_X86_TDX_VM), -EINVAL);
	ck_assert_str_eq(last_rule(), "create-vm.type");
	ck_assert_int_eq(pre_fault(&r), -EOPNOTSUPP);
	ck_assert_uint_eq(r.size, 4096);
	stop();
}
END_TEST

START_TEST(capabilities_answer_by_descriptor)
{
	static const struct {
		unsigned long cap;
		long on_system, on_vm;
	} caps[] = {
		{ KVM_CAP_PRE_FAULT_MEMORY, 1, 1 },    { KVM_CAP_VM_TYPES, 0x23, 0x23 },
		{ KVM_CAP_MEMORY_ATTRIBUTES, 8, 0 },   { KVM_CAP_GUEST_MEMFD_FLAGS, 3, 3 },
		{ KVM_CAP_X2APIC_API, 15, 11 },	       { KVM_CAP_MULTI_ADDRESS_SPACE, 2, 2 },
		{ KVM_CAP_NR_MEMSLOTS, 32764, 32764 }, { 9999, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		ck_assert_int_eq(kernel_ioctl(k, sys, KVM_CHECK_EXTENSION, (void *)caps[i].cap),
				 caps[i].on_system);
		ck_assert_int_eq(kernel_ioctl(k, vm, KVM_CHECK_EXTENSION, (void *)caps[i].cap),
				 caps[i].on_vm);
	}
}
END_TEST

START_TEST(a_version_that_nobody_knows_makes_no_kernel)
{
	struct kernel_config config = { .linux_version = "5.0" };
	struct kernel *none = NULL;

	ck_assert_int_eq(kernel_new(&config, &none), -EINVAL);
	ck_assert_ptr_null(none);
	for (size_t i = 0; kernel_linux_version(i); i++) {
		config.linux_version = kernel_linux_version(i);
		ck_assert_int_eq(kernel_new(&config, &none), 0);
		ck_assert_int_eq(kernel_open(none, "/dev/null"), -ENOENT);
		kernel_free(none);
	}
}
END_TEST

START_TEST(rules_are_listed_once_and_in_order)
{
	ck_assert_ptr_nonnull(kernel_rule(0));
	for (size_t i = 1; kernel_rule(i); i++)
		ck_assert_int_lt(strcmp(kernel_rule(i - 1), kernel_rule(i)), 0);
	ck_assert_ptr_null(kernel_rule(100000));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("core");
	TCase *plain = tcase_create("plain"), *private = tcase_create("private");
	TCase *alone = tcase_create("alone");

	tcase_add_checked_fixture(plain, plain_vm, stop);
	tcase_set_timeout(plain, 120);
	tcase_add_loop_test(plain, a_range_leaves_what_it_must, 0, sizeof(ranges) / sizeof(ranges[0]));
	tcase_add_test(plain, the_request_belongs_to_vcpus);
	tcase_add_test(plain, a_struct_that_cannot_be_written_wins_over_all);
	tcase_add_test(plain, user_memory_that_is_missing_stops_the_walk);
	tcase_add_test(plain, a_huge_page_is_one_step);
	tcase_add_loop_test(plain, an_injected_fault_ends_the_call_as_linux_would, 0,
			    sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(plain, an_endless_retry_ends_with_a_signal);
	tcase_add_test(plain, a_dead_vm_and_a_child_get_eio);
	tcase_add_test(plain, smm_and_nesting_choose_the_tables);
	tcase_add_test(plain, deleting_a_slot_drops_all_of_a_default_vm);
	tcase_add_loop_test(plain, a_spoilt_region_is_refused_by_its_rule, 0,
			    sizeof(regions) / sizeof(regions[0]));
	tcase_add_test(plain, running_has_an_order);
	tcase_add_test(plain, four_vcpus_share_the_work);
	tcase_add_test(plain, capabilities_answer_by_descriptor);
	suite_add_tcase(suite, plain);
	tcase_add_checked_fixture(private, protected_vm, stop);
	tcase_add_test(private, private_memory_comes_from_guest_memfd);
	tcase_add_test(private, attributes_are_checked_in_order);
	tcase_add_test(private, guest_memfd_refuses_what_linux_refuses);
	suite_add_tcase(suite, private);
	tcase_add_test(alone, without_two_dimensional_paging_there_is_none);
	tcase_add_test(alone, a_version_that_nobody_knows_makes_no_kernel);
	tcase_add_test(alone, rules_are_listed_once_and_in_order);
	suite_add_tcase(suite, alone);
	return test_run(suite);
}
