/* SPDX-License-Identifier: BSD-2-Clause */
/* Random calls into the embedded kernel: 8 bytes of input are one call. Whatever comes, nothing may
 * crash, and everything must be gone at the end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel/kernel-test.h"
#include "kernel/kernel.h"
#include "uapi/kvm.h"

#define CALLS_MAX 200u
#define USER_SIZE 0x400000u
#define ANSWER_SIZE 0x10000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct kernel *k;
	uint8_t *user;
	int fds[16];
	unsigned fd_count;
};

static void add_fd(struct world *w, long fd)
{
	if (fd >= KERNEL_FD_BASE && w->fd_count < 16)
		w->fds[w->fd_count++] = (int)fd;
}

/* Addresses and sizes that meet each other, and now and then do not. */
static uint64_t pages(uint8_t byte)
{
	return byte == 255 ? UINT64_MAX - 4095 : (uint64_t)(byte & 0x3f) << 12 | (byte >> 7 & byte >> 6);
}

static void memory_call(struct world *w, int fd, const uint8_t *b)
{
	struct kvm_userspace_memory_region2 region = {
		.slot = b[2] & 7,
		.flags = b[3] & 7,
		.guest_phys_addr = pages(b[4]),
		.memory_size = pages(b[5]),
		.userspace_addr = (uint64_t)(uintptr_t)w->user + pages(b[6] & 0x7f),
		.guest_memfd = (uint32_t)w->fds[b[7] % w->fd_count],
	};
	struct kvm_memory_attributes attributes = { pages(b[4]), pages(b[5]), b[3] & 9, 0 };
	struct kvm_create_guest_memfd wish = { .size = pages(b[5]), .flags = b[3] & 3 };

	switch (b[1] % 4) {
	case 0:
		kernel_ioctl(w->k, fd, KVM_SET_USER_MEMORY_REGION2, &region);
		break;
	case 1:
		kernel_ioctl(w->k, fd, KVM_SET_MEMORY_ATTRIBUTES, &attributes);
		break;
	case 2:
		add_fd(w, kernel_ioctl(w->k, fd, KVM_CREATE_GUEST_MEMFD, &wish));
		break;
	default:
		kernel_fallocate(w->k, fd, b[3] & 3, (off_t)pages(b[4]), (off_t)pages(b[5]));
	}
}

static void vcpu_call(struct world *w, int fd, const uint8_t *b)
{
	struct kvm_pre_fault_memory range = { pages(b[4]), pages(b[5]), b[3] == 9, { 0 } };

	if (b[1] & 1)
		kernel_test_guest_touch(w->k, fd, pages(b[4]) & ~4095ull, b[3] & 1, b[3] & 2);
	else
		kernel_ioctl(w->k, fd, KVM_PRE_FAULT_MEMORY, &range);
}

static void other_call(struct world *w, int fd, const uint8_t *b)
{
	static const uint32_t requests[] = { KVM_CREATE_VM,	  KVM_CREATE_VCPU, KVM_CHECK_EXTENSION,
					     KVM_ENABLE_CAP,	  KVM_GET_DIRTY_LOG, KVM_SET_CPUID2,
					     KVM_GET_STATS_FD, KVM_MEMORY_ENCRYPT_OP,
					     KVM_GET_MSRS,	  KVM_SET_VCPU_EVENTS };
	uint32_t request = requests[b[1] % (sizeof(requests) / sizeof(requests[0]))];
	/* In user memory with room behind it: answers may be longer than questions. */
	uint64_t *argument = (uint64_t *)(void *)(w->user + USER_SIZE);
	bool is_number = request == KVM_CREATE_VM || request == KVM_CREATE_VCPU ||
			 request == KVM_CHECK_EXTENSION || request == KVM_GET_STATS_FD;

	memset(argument, 0, 128);
	for (unsigned i = 0; i < 4; i++)
		argument[i] = b[3 + i];
	add_fd(w, kernel_ioctl(w->k, fd, request, is_number ? (void *)(uintptr_t)b[3] : argument));
}

static void one_call(struct world *w, const uint8_t *b)
{
	int fd = w->fds[b[2] % w->fd_count];

	switch (b[0] % 5) {
	case 0:
		memory_call(w, fd, b);
		break;
	case 1:
		vcpu_call(w, fd, b);
		break;
	case 2:
		other_call(w, fd, b);
		break;
	case 3:
		kernel_interrupt(w->k, fd);
		break;
	default:
		if (b[1] == 7)
			kernel_close(w->k, fd);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_config config = { .no_tdx = size % 4 != 0, .thp = size & 1 };
	struct world w = { .k = NULL };

	if (kernel_new(&config, &w.k) < 0)
		abort();
	w.user = mmap(NULL, USER_SIZE + ANSWER_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (w.user == MAP_FAILED)
		abort();
	add_fd(&w, kernel_open(w.k, "/dev/kvm"));
	for (uintptr_t type = 0; type < 2; type++) {
		long vm = kernel_ioctl(w.k, w.fds[0], KVM_CREATE_VM, (void *)type);

		add_fd(&w, vm);
		add_fd(&w, kernel_ioctl(w.k, (int)vm, KVM_CREATE_VCPU, NULL));
	}
	for (size_t i = 0; i + 8 <= size && i < 8 * CALLS_MAX; i += 8)
		one_call(&w, data + i);
	for (int fd = KERNEL_FD_BASE; fd < KERNEL_FD_BASE + 256; fd++)
		kernel_close(w.k, fd);
	if (kernel_test_open_count(w.k) || kernel_test_pages_used(w.k))
		abort();
	kernel_free(w.k);
	munmap(w.user, USER_SIZE + ANSWER_SIZE);
	return 0;
}
