/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_memfd: making it, binding it, punching it. On SW_PROTECTED VMs, where every kernel that has
 * it takes it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/conf.h"

static long create(struct conf *c, uint64_t size, uint64_t flags)
{
	struct kvm_create_guest_memfd wish = { .size = size, .flags = flags };
	long fd = conf_ioctl(c, c->vm, KVM_CREATE_GUEST_MEMFD, &wish);

	if (fd >= 0)
		conf_own_fd(c, (int)fd);
	return fd;
}

static void gmem_create(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_SW_PROTECTED_VM);
	conf_expect_true(c, "created", create(c, HUGE, 0) >= 0);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_CREATE_GUEST_MEMFD, NULL), -EFAULT);
}

static void gmem_size(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_SW_PROTECTED_VM);
	conf_expect(c, create(c, 0, 0), -EINVAL);
	conf_expect(c, create(c, PAGE + 1, 0), -EINVAL);
	conf_expect(c, create(c, 1ull << 63, 0), -EINVAL);
	conf_expect_rule(c, "gmem.size");
}

static void gmem_flags(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_SW_PROTECTED_VM);
	conf_expect(c, create(c, PAGE, 1ull << 40), -EINVAL);
	conf_expect(c, create(c, PAGE, GUEST_MEMFD_FLAG_INIT_SHARED), -EINVAL);
	conf_expect_rule(c, "gmem.flags");
}

static long bind(struct conf *c, unsigned slot, uint64_t gpa, uint64_t size, int fd, uint64_t offset)
{
	struct kvm_userspace_memory_region2 r = { .slot = slot,
						  .flags = KVM_MEM_GUEST_MEMFD,
						  .guest_phys_addr = gpa,
						  .memory_size = size,
						  .userspace_addr = (uintptr_t)c->memory,
						  .guest_memfd = (uint32_t)fd,
						  .guest_memfd_offset = offset };

	return conf_set_slot(c, c->vm, &r);
}

static void gmem_bad_fd(struct conf *c)
{
	conf_protected_s0(c);
	conf_expect(c, bind(c, 1, 0, PAGE, -1, 0), -EBADF);
	conf_expect(c, bind(c, 1, 0, PAGE, c->vm, 0), -EINVAL);
}

static void gmem_of_another_vm(struct conf *c)
{
	int other;

	conf_protected_s0(c);
	other = conf_gmem(c, conf_make_vm(c, KVM_X86_SW_PROTECTED_VM), PAGE);
	conf_expect(c, bind(c, 1, 0, PAGE, other, 0), -EINVAL);
}

static void gmem_bind_range(struct conf *c)
{
	static const long allowed[] = { -EEXIST, -EINVAL };
	int gmem = conf_protected_s0(c);

	conf_expect(c, bind(c, 1, 0, 2 * PAGE, gmem, S0_SIZE - PAGE), -EINVAL);
	conf_expect_rule(c, "gmem.bind-range");
	/* Bound already: EINVAL to Linux 6.18. */
	conf_expect_any(c, bind(c, 1, 0, PAGE, gmem, 0), allowed, 2);
}

/* The order of two refusals: bound already, past the last frame. */
static void gmem_bound_past_the_end(struct conf *c)
{
	static const long allowed[] = { -EEXIST, -EINVAL };
	int gmem = conf_protected_s0(c);

	/* To Linux 7.2 the range is bound first, which to 6.18 is EINVAL as well. */
	conf_expect_any(c, bind(c, 1, 1ull << 56, PAGE, gmem, 0), allowed, 2);
}

static void gmem_slot_change(struct conf *c)
{
	int gmem = conf_protected_s0(c);
	struct kvm_userspace_memory_region2 r = { .memory_size = 0 };

	conf_expect(c, bind(c, 0, S0_GPA, S0_SIZE, gmem, 0), -EINVAL);
	conf_expect_rule(c, "memslot.gmem-change");
	conf_expect(c, conf_set_slot(c, c->vm, &r), 0);
	conf_expect(c, bind(c, 0, S0_GPA, S0_SIZE, gmem, 0), 0);
}

static long punch(struct conf *c, int gmem, int mode, int64_t offset, int64_t length)
{
	return c->ops->fallocate(c->ctx, gmem, mode, offset, length);
}

static void gmem_fallocate(struct conf *c)
{
	const int keep = FALLOC_FL_KEEP_SIZE, hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	int gmem = conf_protected_s0(c);

	conf_expect(c, punch(c, gmem, 0, 0, PAGE), -EOPNOTSUPP);
	conf_expect(c, punch(c, gmem, keep | FALLOC_FL_ZERO_RANGE, 0, PAGE), -EOPNOTSUPP);
	conf_expect(c, punch(c, gmem, hole, 1, PAGE), -EINVAL);
	conf_expect(c, punch(c, gmem, hole, 0, PAGE + 1), -EINVAL);
	conf_expect(c, punch(c, gmem, keep, -(int64_t)PAGE, PAGE), -EINVAL);
	conf_expect(c, punch(c, gmem, keep, 0, 0), -EINVAL);
	conf_expect(c, punch(c, gmem, keep, (int64_t)S0_SIZE, PAGE), -EINVAL);
	conf_expect(c, punch(c, gmem, hole, (int64_t)S0_SIZE, PAGE), 0);
	conf_expect(c, punch(c, gmem, keep, 0, (int64_t)HUGE), 0);
	conf_expect(c, punch(c, gmem, hole, 0, (int64_t)HUGE), 0);
}

static void gmem_fallocate_end(struct conf *c)
{
	int gmem = conf_protected_s0(c);

	conf_expect(c, punch(c, gmem, FALLOC_FL_KEEP_SIZE, (int64_t)0x7ffffffffffff000, PAGE),
		    -EFBIG);
}

/* An end past what a file can have is told before guest_memfd sees the mode; a mode that no file
 * knows is told before that. Found by random sequences. */
static void gmem_fallocate_order(struct conf *c)
{
	const int64_t last = 0x7ffffffffffff000;
	int gmem = conf_protected_s0(c);

	conf_expect(c, punch(c, gmem, 0, last, PAGE), -EFBIG);
	conf_expect(c, punch(c, gmem, FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE, last, PAGE),
		    -EFBIG);
	conf_expect(c, punch(c, gmem, FALLOC_FL_PUNCH_HOLE, last, PAGE), -EOPNOTSUPP);
	conf_expect(c, punch(c, gmem, 0, 0, PAGE), -EOPNOTSUPP);
}

static void gmem_mmap(struct conf *c)
{
	int gmem = conf_protected_s0(c);
	void *at = NULL;

	conf_expect(c, c->ops->mmap(c->ctx, gmem, PAGE, PROT_READ, MAP_SHARED, &at), -ENODEV);
}

/* The file keeps the VM; memory goes back when it is closed. */
static void gmem_outlives_vm(struct conf *c)
{
	int gmem = conf_protected_s0(c);

	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, S0_SIZE, KVM_MEMORY_ATTRIBUTE_PRIVATE), 0);
	conf_pre_fault_expect(c, S0_GPA, 4 * PAGE, 0, 0);
	conf_close(c, c->vm);
	conf_expect(c, punch(c, gmem, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE), 0);
}

const struct conf_case conf_gmem_cases[] = {
	{ "gmem_create", "P", NULL, gmem_create },
	{ "gmem_size", "P", "gmem.size", gmem_size },
	{ "gmem_flags", "P", "gmem.flags", gmem_flags },
	{ "gmem_bad_fd", "P", "memslot.gmem-fd memslot.gmem-other", gmem_bad_fd },
	{ "gmem_of_another_vm", "P", "memslot.gmem-other", gmem_of_another_vm },
	{ "gmem_bind_range", "P", "gmem.bind-range gmem.bind-taken", gmem_bind_range },
	{ "gmem_bound_past_the_end", "P", "memslot.host-limit gmem.bind-taken",
	  gmem_bound_past_the_end },
	{ "gmem_slot_change", "P", "memslot.gmem-change", gmem_slot_change },
	{ "gmem_fallocate", "P",
	  "gmem.fallocate-mode gmem.fallocate-aligned gmem.fallocate-sign gmem.allocate-range",
	  gmem_fallocate },
	{ "gmem_fallocate_end", "P", "gmem.fallocate-end", gmem_fallocate_end },
	{ "gmem_fallocate_order", "P", "gmem.fallocate-end gmem.fallocate-mode",
	  gmem_fallocate_order },
	{ "gmem_mmap", "P", "gmem.mmap-flag", gmem_mmap },
	{ "gmem_outlives_vm", "P", NULL, gmem_outlives_vm },
	{ 0 },
};
