/* SPDX-License-Identifier: BSD-2-Clause */
/* Making VMs, vCPUs, memory and slots, and the call that most cases are about. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "conformance/conf.h"

#define SPARE_VCPU 7

/* Interrupts a call of c->vcpu until it has come back. */
struct interrupter {
	struct conf *c;
	pthread_t thread, victim;
	atomic_bool stop;
};

long conf_ioctl(struct conf *c, int fd, unsigned long request, void *arg)
{
	long rc = c->ops->ioctl(c->ctx, fd, request, arg);

	if (atomic_load(&c->overdue))
		conf_fail(c, "took too long, and was interrupted");
	return rc;
}

long conf_ioctl_n(struct conf *c, int fd, unsigned long request, unsigned long arg)
{
	return c->ops->ioctl(c->ctx, fd, request, (void *)arg);
}

long conf_cap(struct conf *c, int fd, unsigned cap)
{
	return conf_ioctl_n(c, fd, KVM_CHECK_EXTENSION, cap);
}

int conf_own_fd(struct conf *c, int fd)
{
	if (c->fd_count == CONF_FDS)
		conf_fail(c, "the case opens too many descriptors");
	c->fds[c->fd_count++] = fd;
	return fd;
}

void conf_close(struct conf *c, int fd)
{
	for (unsigned i = 0; i < c->fd_count; i++) {
		if (c->fds[i] != fd)
			continue;
		c->fds[i] = c->fds[--c->fd_count];
		c->ops->close(c->ctx, fd);
		return;
	}
}

static const char *type_name(unsigned type)
{
	static const char *const names[] = {
		[KVM_X86_DEFAULT_VM] = "DEFAULT",
		[KVM_X86_SW_PROTECTED_VM] = "SW_PROTECTED",
		[KVM_X86_TDX_VM] = "TDX",
	};

	return type < sizeof(names) / sizeof(names[0]) && names[type] ? names[type] : "?";
}

int conf_make_vm(struct conf *c, unsigned type)
{
	long types = conf_cap(c, c->sys, KVM_CAP_VM_TYPES);
	long fd;

	if (type && !(types > 0 && types >> type & 1))
		conf_skip(c, "no %s VMs (KVM_CAP_VM_TYPES bit %u)", type_name(type), type);
	fd = conf_ioctl_n(c, c->sys, KVM_CREATE_VM, type);
	if (fd < 0)
		conf_fail(c, "KVM_CREATE_VM of type %u: %s", type, strerror((int)-fd));
	return conf_own_fd(c, (int)fd);
}

static void keep_map(struct conf *c, void *address, size_t length, bool is_host)
{
	if (c->map_count == CONF_MAPS)
		conf_fail(c, "the case maps too much");
	c->maps[c->map_count++] = (struct conf_map){ address, length, is_host };
}

struct kvm_run *conf_map_run(struct conf *c, int vcpu)
{
	long size = conf_ioctl_n(c, c->sys, KVM_GET_VCPU_MMAP_SIZE, 0);
	void *at = NULL;
	int rc;

	if (size < 12288)
		conf_fail(c, "KVM_GET_VCPU_MMAP_SIZE is %ld", size);
	rc = c->ops->mmap(c->ctx, vcpu, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, &at);
	if (rc < 0)
		conf_fail(c, "mmap of a vCPU: %s", strerror(-rc));
	keep_map(c, at, (size_t)size, true);
	return at;
}

int conf_make_vcpu(struct conf *c, int vm, unsigned id)
{
	long fd = conf_ioctl_n(c, vm, KVM_CREATE_VCPU, id);

	if (fd < 0)
		conf_fail(c, "KVM_CREATE_VCPU of %u: %s", id, strerror((int)-fd));
	conf_own_fd(c, (int)fd);
	if (!c->run)
		c->run = conf_map_run(c, (int)fd);
	return (int)fd;
}

/* The address is a multiple of align, which is a power of two of at least a page. */
uint8_t *conf_memory(struct conf *c, size_t size, size_t align, int prot, int extra_flags)
{
	size_t room = size + (extra_flags & MAP_HUGETLB ? 0 : align);
	uint8_t *at = mmap(NULL, room, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | extra_flags,
			   -1, 0);

	if (at == MAP_FAILED && extra_flags & MAP_HUGETLB)
		conf_skip(c, "no hugetlb pages (vm.nr_hugepages)");
	if (at == MAP_FAILED)
		conf_fail(c, "mmap of %zu bytes", room);
	keep_map(c, at, room, false);
	return at + (-(uintptr_t)at & (align - 1));
}

long conf_set_slot(struct conf *c, int vm, const struct kvm_userspace_memory_region2 *region)
{
	struct kvm_userspace_memory_region2 copy = *region;

	return conf_ioctl(c, vm, KVM_SET_USER_MEMORY_REGION2, &copy);
}

void conf_slot(struct conf *c, int vm, unsigned id, unsigned flags, uint64_t gpa, uint64_t size,
	       const void *hva)
{
	struct kvm_userspace_memory_region region = { .slot = id,
						      .flags = flags,
						      .guest_phys_addr = gpa,
						      .memory_size = size,
						      .userspace_addr = (uintptr_t)hva };
	long rc = conf_ioctl(c, vm, KVM_SET_USER_MEMORY_REGION, &region);

	if (rc < 0)
		conf_fail(c, "slot %u: %s", id, strerror((int)-rc));
}

void conf_slot_gmem(struct conf *c, int vm, unsigned id, uint64_t gpa, uint64_t size,
		    const void *hva, int gmem)
{
	struct kvm_userspace_memory_region2 region = { .slot = id,
						       .flags = KVM_MEM_GUEST_MEMFD,
						       .guest_phys_addr = gpa,
						       .memory_size = size,
						       .userspace_addr = (uintptr_t)hva,
						       .guest_memfd = (uint32_t)gmem };
	long rc = conf_set_slot(c, vm, &region);

	if (rc < 0)
		conf_fail(c, "slot %u with guest_memfd: %s", id, strerror((int)-rc));
}

int conf_gmem(struct conf *c, int vm, uint64_t size)
{
	struct kvm_create_guest_memfd wish = { .size = size };
	long fd = conf_ioctl(c, vm, KVM_CREATE_GUEST_MEMFD, &wish);

	if (fd < 0)
		conf_skip(c, "no guest_memfd (KVM_CAP_GUEST_MEMFD): %s",
			  strerrorname_np((int)-fd));
	return conf_own_fd(c, (int)fd);
}

long conf_attributes(struct conf *c, int vm, uint64_t gpa, uint64_t size, uint64_t attributes)
{
	struct kvm_memory_attributes wish = { .address = gpa,
					      .size = size,
					      .attributes = attributes };

	return conf_ioctl(c, vm, KVM_SET_MEMORY_ATTRIBUTES, &wish);
}

static void *interrupt_until_told(void *arg)
{
	struct interrupter *i = arg;

	while (!atomic_load(&i->stop)) {
		nanosleep(&(struct timespec){ .tv_nsec = 50 * 1000000 }, NULL);
		i->c->ops->interrupt(i->c->ctx, i->c->vcpu, i->victim);
	}
	return NULL;
}

void conf_slot_gone(struct conf *c, uint64_t gpa)
{
	struct interrupter i = { .c = c, .victim = pthread_self() };
	struct kvm_pre_fault_memory range = { .gpa = gpa, .size = PAGE };
	long rc;

	if (c->ops->version(c->ctx) >= LINUX(6, 15))
		return;
	if (pthread_create(&i.thread, NULL, interrupt_until_told, &i) != 0)
		conf_fail(c, "no thread");
	rc = c->ops->ioctl(c->ctx, c->vcpu, KVM_PRE_FAULT_MEMORY, &range);
	atomic_store(&i.stop, true);
	pthread_join(i.thread, NULL);
	c->ops->interrupt_clear(c->ctx, c->vcpu);
	conf_expect(c, rc, -EINTR);
	c->vcpu = conf_make_vcpu(c, c->vm, SPARE_VCPU);
}

void conf_plain(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
}

void conf_plain_s0(struct conf *c)
{
	conf_plain(c);
	c->memory = conf_memory(c, S0_SIZE, HUGE, PROT_READ | PROT_WRITE, 0);
	conf_slot(c, c->vm, 0, 0, S0_GPA, S0_SIZE, c->memory);
}

int conf_protected_s0(struct conf *c)
{
	int gmem;

	c->vm = conf_make_vm(c, KVM_X86_SW_PROTECTED_VM);
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
	c->memory = conf_memory(c, S0_SIZE, HUGE, PROT_READ | PROT_WRITE, 0);
	gmem = conf_gmem(c, c->vm, S0_SIZE);
	conf_slot_gmem(c, c->vm, 0, S0_GPA, S0_SIZE, c->memory, gmem);
	return gmem;
}

void conf_need_tdp(struct conf *c)
{
	if (conf_cap(c, c->sys, KVM_CAP_PRE_FAULT_MEMORY) != 1)
		conf_skip(c, "no two-dimensional paging (KVM_CAP_PRE_FAULT_MEMORY is 0)");
}

void conf_need_door(struct conf *c, bool has, const char *what)
{
	if (!has)
		conf_skip(c, "only the embedded kernel can %s", what);
}

static uint64_t stat_in(struct conf *c, int fd, const struct kvm_stats_header *head,
			const char *name)
{
	size_t row = sizeof(struct kvm_stats_desc) + head->name_size;
	char desc[sizeof(struct kvm_stats_desc) + 256] = "";
	struct kvm_stats_desc d;
	uint64_t value = 0;

	for (uint32_t i = 0; i < head->num_desc && row < sizeof(desc); i++) {
		if (c->ops->pread(c->ctx, fd, desc, row, head->desc_offset + (int64_t)(i * row)) !=
		    (ssize_t)row)
			break;
		if (strcmp(desc + sizeof(d), name) != 0)
			continue;
		memcpy(&d, desc, sizeof(d));
		if (c->ops->pread(c->ctx, fd, &value, sizeof(value),
				  (int64_t)head->data_offset + d.offset) == sizeof(value))
			return value;
	}
	conf_skip(c, "no statistic %s (KVM_CAP_BINARY_STATS_FD)", name);
}

uint64_t conf_stat(struct conf *c, int fd, const char *name)
{
	struct kvm_stats_header head;
	long stats = conf_ioctl_n(c, fd, KVM_GET_STATS_FD, 0);
	uint64_t value;

	if (stats < 0)
		conf_skip(c, "no statistics (KVM_CAP_BINARY_STATS_FD)");
	conf_own_fd(c, (int)stats);
	if (c->ops->pread(c->ctx, (int)stats, &head, sizeof(head), 0) != sizeof(head))
		conf_skip(c, "statistics cannot be read (KVM_CAP_BINARY_STATS_FD)");
	value = stat_in(c, (int)stats, &head, name);
	conf_close(c, (int)stats);
	return value;
}

long conf_pre_fault_once(struct conf *c, int vcpu, struct kvm_pre_fault_memory *range)
{
	return conf_ioctl(c, vcpu, KVM_PRE_FAULT_MEMORY, range);
}

/* On every call either the range shrinks or the call fails, never both, never neither. */
long conf_pre_fault(struct conf *c, int vcpu, struct kvm_pre_fault_memory *range)
{
	long rc;

	do {
		uint64_t before = range->size;

		rc = conf_pre_fault_once(c, vcpu, range);
		if ((range->size < before) == (rc < 0))
			conf_fail(c, "result %ld with %llu bytes of %llu left", rc,
				  (unsigned long long)range->size, (unsigned long long)before);
	} while (rc == -EINTR);
	return rc;
}

void conf_pre_fault_expect(struct conf *c, uint64_t gpa, uint64_t size, long want, uint64_t left)
{
	struct kvm_pre_fault_memory range = { .gpa = gpa, .size = size };
	long rc;

	memset(range.padding, 0xa5, sizeof(range.padding));
	rc = conf_pre_fault(c, c->vcpu, &range);
	conf_expect(c, rc, want);
	conf_expect_u64(c, "left", range.size, left);
	if (range.gpa != gpa + size - left)
		conf_fail(c, "gpa came back as 0x%llx", (unsigned long long)range.gpa);
	for (unsigned i = 0; i < 5; i++)
		if (range.padding[i] != 0xa5a5a5a5a5a5a5a5)
			conf_fail(c, "padding was changed");
	if (range.flags)
		conf_fail(c, "flags were changed");
}

void conf_expect_memory_fault(struct conf *c, uint64_t gpa, uint64_t flags)
{
	conf_expect_u64(c, "exit", c->run->exit_reason, KVM_EXIT_MEMORY_FAULT);
	conf_expect_u64(c, "fault.flags", c->run->memory_fault.flags, flags);
	conf_expect_u64(c, "fault.gpa", c->run->memory_fault.gpa, gpa);
	conf_expect_u64(c, "fault.size", c->run->memory_fault.size, PAGE);
}
