/* SPDX-License-Identifier: BSD-2-Clause */
/* A sequence on a host. After each call: what it returned, a digest of the bytes it may have
 * written back, and how many pages are mapped at each level. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "conformance/conf.h"
#include "conformance/sequence.h"

#define LEVELS	       3u
#define LOG_WORDS      256u
#define RUN_SIZE       12288u
#define STATS_SIZE_MAX 32768u
#define FNV_START      0xcbf29ce484222325ull

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

struct runner {
	const struct conf_ops *ops;
	void *ctx;
	int sys, vm, stats, zero;
	int vcpus[SEQUENCE_VCPUS], files[SEQUENCE_FILES];
	struct kvm_run *runs[SEQUENCE_VCPUS];
	uint32_t stat_at[LEVELS]; /* offsets in the statistics descriptor */
	uint64_t pages[LEVELS];
	uint64_t written; /* digest of what the call wrote back */
	/* How each page of the ordinary memory may be used: PROT_*, or UNMAPPED; and whether it has
	 * been written to. Hosts that do not see the process's page tables are told from these. */
	uint8_t protection[SEQUENCE_MEMORY_SIZE / PAGE];
	uint8_t huge_protection[SEQUENCE_HUGE_SIZE / PAGE];
	bool is_written[SEQUENCE_MEMORY_SIZE / PAGE];
};

#define UNMAPPED 0xff

static uint64_t digest(uint64_t hash, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3;
	return hash;
}

static long call_ioctl(struct runner *r, int fd, unsigned long request, void *arg, size_t size)
{
	long rc = r->ops->ioctl(r->ctx, fd, request, arg);

	r->written = digest(r->written, arg, size);
	return rc;
}

static bool is_huge(uint64_t hva)
{
	return hva >= SEQUENCE_HUGE;
}

static uint8_t *protection_of(struct runner *r, uint64_t hva)
{
	return is_huge(hva) ? &r->huge_protection[(hva - SEQUENCE_HUGE) / PAGE]
			    : &r->protection[(hva - SEQUENCE_MEMORY) / PAGE];
}

/* What the kernel's MMU notifier would tell KVM. */
static void tell_changed(struct runner *r, uint64_t hva, uint64_t size)
{
	if (r->ops->user_changed)
		r->ops->user_changed(r->ctx, r->stats, hva, size);
}

/* A read maps the shared zero page. Where the host sees the page tables itself, they then hold what
 * its MMU notifier speaks of: without a page, the first write to it goes unsaid, and without any table
 * for the GiB around it so does mprotect() (change_pud_range() of Linux 7.3). */
static void touch(const struct runner *r, uint64_t hva)
{
	if (!r->ops->user_changed)
		(void)*(const volatile char *)(uintptr_t)hva;
}

static void forget_written(struct runner *r, uint64_t hva, uint64_t size)
{
	if (!is_huge(hva))
		memset(&r->is_written[(hva - SEQUENCE_MEMORY) / PAGE], 0, size / PAGE);
}

static long do_unmap(struct runner *r, const struct sequence_call *call)
{
	if (munmap((void *)call->hva, call->size) < 0)
		return -errno;
	memset(protection_of(r, call->hva), UNMAPPED, call->size / PAGE);
	forget_written(r, call->hva, call->size);
	tell_changed(r, call->hva, call->size);
	return 0;
}

/* Hosts that are not told of large pages by the process are told by begin(). */
static int map_memory(struct runner *r, uint64_t hva, uint64_t size)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;

	if (is_huge(hva) && !r->ops->host_level)
		flags |= MAP_HUGETLB;
	if (mmap((void *)hva, size, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED)
		return -errno;
	memset(protection_of(r, hva), PROT_READ | PROT_WRITE, size / PAGE);
	forget_written(r, hva, size);
	if (!is_huge(hva))
		touch(r, hva);
	return 0;
}

static long do_map(struct runner *r, const struct sequence_call *call)
{
	int rc = map_memory(r, call->hva, call->size);

	if (rc == 0)
		tell_changed(r, call->hva, call->size);
	return rc;
}

/* mprotect() goes up to the first hole and leaves alone what has the protection already. */
static long do_protect(struct runner *r, const struct sequence_call *call)
{
	int rc = mprotect((void *)call->hva, call->size, (int)call->flags) < 0 ? -errno : 0;
	uint8_t *protection = protection_of(r, call->hva);

	for (uint64_t i = 0; i < call->size / PAGE && protection[i] != UNMAPPED; i++) {
		if (protection[i] == call->flags)
			continue;
		protection[i] = (uint8_t)call->flags;
		tell_changed(r, call->hva + i * PAGE, PAGE);
	}
	return rc;
}

/* madvise() passes over holes. */
static long do_discard(struct runner *r, const struct sequence_call *call)
{
	int rc = madvise((void *)call->hva, call->size, MADV_DONTNEED) < 0 ? -errno : 0;
	const uint8_t *protection = protection_of(r, call->hva);

	for (uint64_t i = 0; i < call->size / PAGE; i++)
		if (protection[i] != UNMAPPED)
			tell_changed(r, call->hva + i * PAGE, PAGE);
	forget_written(r, call->hva, call->size);
	return rc;
}

/* The kernel writes, so that an address that cannot be written is EFAULT. The first write to a page
 * replaces the shared zero page, and KVM is told. */
static long do_write(struct runner *r, const struct sequence_call *call)
{
	const uint8_t *protection = protection_of(r, call->hva);
	uint64_t step = is_huge(call->hva) && !r->ops->host_level ? HUGE / PAGE : 1;
	long pages = 0;

	for (uint64_t i = 0; i < call->size / PAGE; i += step) {
		uint64_t at = call->hva + i * PAGE;

		if (!is_huge(at) && protection[i] != UNMAPPED && protection[i] & PROT_READ)
			touch(r, at);
		if (read(r->zero, (void *)at, 1) < 0)
			continue;
		pages += (long)step;
		if (is_huge(at) || protection[i] == UNMAPPED)
			continue;
		bool *is_written = &r->is_written[(at - SEQUENCE_MEMORY) / PAGE];

		if (!*is_written)
			tell_changed(r, at, PAGE);
		*is_written = true;
	}
	return pages;
}

static long do_pre_fault(struct runner *r, const struct sequence_call *call)
{
	struct kvm_pre_fault_memory range = { .gpa = call->gpa,
					      .size = call->size,
					      .flags = call->value,
					      .padding = { 1, 2, 3, 4, 5 } };
	struct kvm_run *run = r->runs[call->who];

	run->exit_reason = KVM_EXIT_UNKNOWN;
	memset(&run->memory_fault, 0, sizeof(run->memory_fault));
	long rc = call_ioctl(r, r->vcpus[call->who], KVM_PRE_FAULT_MEMORY, &range, sizeof(range));

	r->written = digest(r->written, &run->exit_reason, sizeof(run->exit_reason));
	r->written = digest(r->written, &run->memory_fault, sizeof(run->memory_fault));
	return rc;
}

static int file_of(const struct runner *r, unsigned file)
{
	if (file < SEQUENCE_FILES)
		return r->files[file];
	return file == SEQUENCE_FILES ? -1 : r->stats;
}

static long do_slot(struct runner *r, const struct sequence_call *call)
{
	int file = file_of(r, call->file);
	struct kvm_userspace_memory_region2 region = { .slot = call->slot,
						       .flags = call->flags,
						       .guest_phys_addr = call->gpa,
						       .memory_size = call->size,
						       .userspace_addr = call->hva,
						       .guest_memfd_offset = call->offset,
						       .guest_memfd = (uint32_t)file };
	long rc = r->ops->ioctl(r->ctx, r->vm, KVM_SET_USER_MEMORY_REGION2, &region);

	region.guest_memfd -= (uint32_t)file; /* a number of the host's own */
	r->written = digest(r->written, &region, sizeof(region));
	return rc;
}

static long do_slot1(struct runner *r, const struct sequence_call *call)
{
	struct kvm_userspace_memory_region region = { .slot = call->slot,
						      .flags = call->flags,
						      .guest_phys_addr = call->gpa,
						      .memory_size = call->size,
						      .userspace_addr = call->hva };

	return call_ioctl(r, r->vm, KVM_SET_USER_MEMORY_REGION, &region, sizeof(region));
}

static long close_fd(struct runner *r, int *fd)
{
	int rc = *fd < 0 ? -EBADF : r->ops->close(r->ctx, *fd);

	*fd = -1;
	return rc;
}

/* Numbers of descriptors are the host's own affair: success is 0. */
static long do_create_file(struct runner *r, const struct sequence_call *call)
{
	struct kvm_create_guest_memfd wish = { .size = call->size, .flags = call->value };

	if (r->files[call->file] >= 0)
		close_fd(r, &r->files[call->file]);
	long fd = call_ioctl(r, r->vm, KVM_CREATE_GUEST_MEMFD, &wish, sizeof(wish));

	if (fd < 0)
		return fd;
	r->files[call->file] = (int)fd;
	return 0;
}

static long do_fallocate(struct runner *r, const struct sequence_call *call)
{
	return r->ops->fallocate(r->ctx, r->files[call->file], (int)call->flags,
				 (int64_t)call->offset, (int64_t)call->size);
}

static long do_attributes(struct runner *r, const struct sequence_call *call)
{
	struct kvm_memory_attributes wish = { .address = call->gpa,
					      .size = call->size,
					      .attributes = call->value,
					      .flags = call->flags };

	return call_ioctl(r, r->vm, KVM_SET_MEMORY_ATTRIBUTES, &wish, sizeof(wish));
}

static long do_get_log(struct runner *r, const struct sequence_call *call)
{
	uint64_t bits[LOG_WORDS] = { 0 };
	struct kvm_dirty_log log = { .slot = call->slot, .dirty_bitmap = bits };
	long rc = r->ops->ioctl(r->ctx, r->vm, KVM_GET_DIRTY_LOG, &log);

	r->written = digest(r->written, &log.slot, sizeof(log.slot));
	r->written = digest(r->written, bits, sizeof(bits));
	return rc;
}

static long do_clear_log(struct runner *r, const struct sequence_call *call)
{
	uint64_t bits[LOG_WORDS];
	struct kvm_clear_dirty_log log = { .slot = call->slot,
					   .num_pages = (uint32_t)call->size,
					   .first_page = call->offset,
					   .dirty_bitmap = bits };

	memset(bits, 0xa5, sizeof(bits));
	long rc = r->ops->ioctl(r->ctx, r->vm, KVM_CLEAR_DIRTY_LOG, &log);

	r->written = digest(r->written, &log, offsetof(struct kvm_clear_dirty_log, dirty_bitmap));
	r->written = digest(r->written, bits, sizeof(bits));
	return rc;
}

static long do_capability(struct runner *r, const struct sequence_call *call)
{
	const int fds[] = { r->sys, r->vm, r->vcpus[0] };

	return r->ops->ioctl(r->ctx, fds[call->who], KVM_CHECK_EXTENSION, (void *)(uintptr_t)call->flags);
}

static long do_close(struct runner *r, const struct sequence_call *call)
{
	if (call->who < SEQUENCE_VCPUS)
		return close_fd(r, &r->vcpus[call->who]);
	if (call->who == SEQUENCE_VCPUS)
		return close_fd(r, &r->vm);
	return close_fd(r, &r->files[call->who - SEQUENCE_VCPUS - 1]);
}

static long (*const perform[SEQUENCE_KINDS])(struct runner *r, const struct sequence_call *call) = {
	[SEQUENCE_PRE_FAULT] = do_pre_fault,	 [SEQUENCE_SLOT] = do_slot,
	[SEQUENCE_SLOT1] = do_slot1,		 [SEQUENCE_CREATE_FILE] = do_create_file,
	[SEQUENCE_FALLOCATE] = do_fallocate,	 [SEQUENCE_ATTRIBUTES] = do_attributes,
	[SEQUENCE_UNMAP] = do_unmap,		 [SEQUENCE_MAP] = do_map,
	[SEQUENCE_PROTECT] = do_protect,	 [SEQUENCE_DISCARD] = do_discard,
	[SEQUENCE_WRITE] = do_write,		 [SEQUENCE_GET_LOG] = do_get_log,
	[SEQUENCE_CLEAR_LOG] = do_clear_log,	 [SEQUENCE_CAPABILITY] = do_capability,
	[SEQUENCE_CLOSE] = do_close,
};

/* Where pages_4k, pages_2m and pages_1g stand in the statistics. */
static int find_stats(struct runner *r)
{
	static const char *const names[LEVELS] = { "pages_4k", "pages_2m", "pages_1g" };
	static uint8_t bytes[STATS_SIZE_MAX];
	const struct kvm_stats_header *head = (const struct kvm_stats_header *)bytes;
	ssize_t size = r->ops->pread(r->ctx, r->stats, bytes, sizeof(bytes), 0);

	if (size < (ssize_t)sizeof(*head))
		return size < 0 ? (int)size : -ENODATA;
	for (uint32_t i = 0; i < head->num_desc; i++) {
		size_t at = head->desc_offset + i * (sizeof(struct kvm_stats_desc) + head->name_size);
		const struct kvm_stats_desc *desc = (const struct kvm_stats_desc *)(bytes + at);

		if (at + sizeof(*desc) + head->name_size > (size_t)size)
			return -ENODATA;
		for (unsigned k = 0; k < LEVELS; k++)
			if (strncmp(desc->name, names[k], head->name_size) == 0)
				r->stat_at[k] = head->data_offset + desc->offset;
	}
	return r->stat_at[0] && r->stat_at[1] && r->stat_at[2] ? 0 : -ENODATA;
}

static int open_vcpu(struct runner *r, unsigned i)
{
	void *run = NULL;
	long fd = r->ops->ioctl(r->ctx, r->vm, KVM_CREATE_VCPU, (void *)(uintptr_t)i);

	if (fd < 0)
		return (int)fd;
	r->vcpus[i] = (int)fd;
	int rc = r->ops->mmap(r->ctx, (int)fd, RUN_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, &run);

	if (rc == 0)
		r->runs[i] = run;
	return rc;
}

static int open_all(struct runner *r, unsigned vm_type)
{
	long fd;
	int rc = r->ops->begin(r->ctx);

	if (rc < 0)
		return rc;
	r->zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	r->sys = r->ops->open(r->ctx);
	if (r->zero < 0 || r->sys < 0)
		return r->sys < 0 ? r->sys : -errno;
	fd = r->ops->ioctl(r->ctx, r->sys, KVM_CREATE_VM, (void *)(uintptr_t)vm_type);
	if (fd < 0)
		return (int)fd;
	r->vm = (int)fd;
	fd = r->ops->ioctl(r->ctx, r->vm, KVM_GET_STATS_FD, NULL);
	if (fd < 0)
		return (int)fd;
	r->stats = (int)fd;
	rc = find_stats(r);
	for (unsigned i = 0; rc == 0 && i < SEQUENCE_VCPUS; i++)
		rc = open_vcpu(r, i);
	return rc;
}

/* Pages of 4 KiB in one place and of 2 MiB in the other, and no choice for the kernel. */
static int open_memory(struct runner *r)
{
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) < 0 && errno != EINVAL)
		return -errno;
	if (r->ops->host_level)
		r->ops->host_level(r->ctx, r->vm, SEQUENCE_HUGE, SEQUENCE_HUGE_SIZE, 2);
	int rc = map_memory(r, SEQUENCE_MEMORY, SEQUENCE_MEMORY_SIZE);

	return rc < 0 ? rc : map_memory(r, SEQUENCE_HUGE, SEQUENCE_HUGE_SIZE);
}

static void close_all(struct runner *r)
{
	for (unsigned i = 0; i < SEQUENCE_VCPUS; i++) {
		if (r->runs[i])
			r->ops->munmap(r->ctx, r->runs[i], RUN_SIZE);
		close_fd(r, &r->vcpus[i]);
	}
	for (unsigned i = 0; i < SEQUENCE_FILES; i++)
		close_fd(r, &r->files[i]);
	close_fd(r, &r->stats);
	close_fd(r, &r->vm);
	close_fd(r, &r->sys);
	if (r->zero >= 0)
		close(r->zero);
	munmap((void *)SEQUENCE_MEMORY, SEQUENCE_MEMORY_SIZE);
	munmap((void *)SEQUENCE_HUGE, SEQUENCE_HUGE_SIZE);
}

static void read_pages(struct runner *r)
{
	for (unsigned k = 0; k < LEVELS; k++) {
		r->pages[k] = UINT64_MAX;
		r->ops->pread(r->ctx, r->stats, &r->pages[k], sizeof(r->pages[k]), r->stat_at[k]);
	}
}

/* One line: the call, "= result", what it wrote, the pages that are mapped after it. */
static void run_call(struct runner *r, const struct sequence_call *call, char *line, size_t size)
{
	char text[160];

	r->written = FNV_START;
	long rc = perform[call->kind](r, call);

	read_pages(r);
	sequence_describe(call, text, sizeof(text));
	snprintf(line, size, "%s = %ld%s%s w=%08x p=%" PRIu64 "/%" PRIu64 "/%" PRIu64, text, rc,
		 rc < 0 ? " " : "", rc < 0 ? strerrorname_np((int)-rc) : "",
		 (unsigned)(r->written ^ r->written >> 32), r->pages[0], r->pages[1], r->pages[2]);
}

int sequence_run(struct tdl_conformance_host *host, const struct sequence *sequence, uint64_t mask,
		 FILE *calls, uint64_t *ret_digest)
{
	static struct runner runner;
	uint64_t all = FNV_START;
	char line[320];

	runner = (struct runner){ .ops = host->ops,
				  .ctx = host->ctx,
				  .sys = -1,
				  .vm = -1,
				  .stats = -1,
				  .zero = -1,
				  .vcpus = { -1, -1 },
				  .files = { -1, -1, -1 } };
	int rc = open_all(&runner, sequence->vm_type);

	if (rc == 0)
		rc = open_memory(&runner);
	for (unsigned i = 0; rc == 0 && i < sequence->count; i++) {
		if (!(mask >> i & 1))
			continue;
		run_call(&runner, &sequence->calls[i], line, sizeof(line));
		all = digest(all, line, strlen(line));
		if (calls)
			fprintf(calls, "%2u %s\n", i, line);
	}
	close_all(&runner);
	const char *left = runner.ops->end(runner.ctx);

	if (rc == 0 && left) {
		fprintf(calls ? calls : stderr, "left behind: %s\n", left);
		all++;
	}
	*ret_digest = all;
	return rc;
}
