/* SPDX-License-Identifier: BSD-2-Clause */
/* Statistics of a VM or a vCPU: the binary format of KVM_GET_STATS_FD, and by name for tests. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "kernel/core/core.h"
#include "kernel/mmu/user.h"

#define NAME_SIZE    48u
#define ID_SIZE	     48u
#define DESC_SIZE    (sizeof(struct kvm_stats_desc) + NAME_SIZE)
#define STATS_MAX    8u
#define FLAG_CUMULATIVE_COUNT 0x0000u
#define FLAG_INSTANT_COUNT    0x0001u

struct stat_row {
	const char *name;
	uint64_t (*value)(const struct file *file);
	uint32_t flags;
	bool is_own; /* of the model, not in Linux's descriptor */
};

#define MMU_STAT(field)                                                                            \
	static uint64_t vm_##field(const struct file *file)                                        \
	{                                                                                          \
		return mmu_sum(&file->vm->mmu).field;                                              \
	}
#define VCPU_STAT(field)                                                                           \
	static uint64_t vcpu_##field(const struct file *file)                                      \
	{                                                                                          \
		return file->vcpu->mmu.field;                                                      \
	}

MMU_STAT(pages_4k)
MMU_STAT(pages_2m)
MMU_STAT(pages_1g)
MMU_STAT(faults)
MMU_STAT(steps)
VCPU_STAT(pf_taken)
VCPU_STAT(pf_fixed)
VCPU_STAT(pf_emulate)
VCPU_STAT(pf_spurious)
VCPU_STAT(pf_mmio_spte_created)

static uint64_t vm_table_bytes(const struct file *file)
{
	return mmu_table_bytes(&file->vm->mmu);
}

static const struct stat_row vm_stats[] = {
	{ "pages_4k", vm_pages_4k, FLAG_INSTANT_COUNT, false },
	{ "pages_2m", vm_pages_2m, FLAG_INSTANT_COUNT, false },
	{ "pages_1g", vm_pages_1g, FLAG_INSTANT_COUNT, false },
	{ "faults", vm_faults, FLAG_CUMULATIVE_COUNT, true },
	{ "steps", vm_steps, FLAG_CUMULATIVE_COUNT, true },
	{ "table_bytes", vm_table_bytes, FLAG_INSTANT_COUNT, true },
};

static const struct stat_row vcpu_stats[] = {
	{ "pf_taken", vcpu_pf_taken, FLAG_CUMULATIVE_COUNT, false },
	{ "pf_fixed", vcpu_pf_fixed, FLAG_CUMULATIVE_COUNT, false },
	{ "pf_emulate", vcpu_pf_emulate, FLAG_CUMULATIVE_COUNT, false },
	{ "pf_spurious", vcpu_pf_spurious, FLAG_CUMULATIVE_COUNT, false },
	{ "pf_mmio_spte_created", vcpu_pf_mmio_spte_created, FLAG_CUMULATIVE_COUNT, false },
};

static const struct stat_row *rows_of(const struct file *file, size_t *ret_count)
{
	*ret_count = file->vcpu ? ARRAY_SIZE(vcpu_stats) : ARRAY_SIZE(vm_stats);
	return file->vcpu ? vcpu_stats : vm_stats;
}

long get_stats_fd(struct call *call)
{
	return fd_new_of_vm(call->kernel, &(struct file){ .kind = FILE_STATS,
							  .vm = call->vm,
							  .vcpu = call->vcpu });
}

/* The whole descriptor: head, name of the object, descriptors, values. */
static size_t render(const struct file *file, uint8_t image[24 + ID_SIZE + STATS_MAX * (DESC_SIZE + 8)])
{
	size_t count;
	const struct stat_row *rows = rows_of(file, &count);
	uint32_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += !rows[i].is_own;
	uint32_t data = 24 + ID_SIZE + n * (uint32_t)DESC_SIZE;

	memset(image, 0, data + 8 * n);
	put_le32(image + 4, NAME_SIZE);
	put_le32(image + 8, n);
	put_le32(image + 12, 24);
	put_le32(image + 16, 24 + ID_SIZE);
	put_le32(image + 20, data);
	if (file->vcpu)
		snprintf((char *)image + 24, ID_SIZE, "kvm-embedded/vcpu-%u", file->vcpu->id);
	else
		snprintf((char *)image + 24, ID_SIZE, "kvm-embedded");
	uint32_t k = 0;
	for (size_t i = 0; i < count; i++) {
		uint8_t *desc = image + 24 + ID_SIZE + k * DESC_SIZE;

		if (rows[i].is_own)
			continue;
		put_le32(desc, rows[i].flags);
		put_le16(desc + 6, 1);
		put_le32(desc + 8, 8 * k);
		snprintf((char *)desc + 16, NAME_SIZE, "%s", rows[i].name);
		put_le64(image + data + 8 * k, rows[i].value(file));
		k++;
	}
	return data + 8 * n;
}

ssize_t stats_read(struct file *file, void *buffer, size_t size, off_t offset)
{
	uint8_t image[24 + ID_SIZE + STATS_MAX * (DESC_SIZE + 8)];

	vm_lock(file->vm);
	size_t total = render(file, image);

	vm_unlock(file->vm);
	if (offset < 0)
		return -EINVAL;
	if ((size_t)offset >= total)
		return 0;
	if (size > total - (size_t)offset)
		size = total - (size_t)offset;
	return user_write(buffer, image + offset, size) < 0 ? -EFAULT : (ssize_t)size;
}

/* Memory that the indexes of this VM's guest_memfds take. */
static uint64_t gmem_bytes(struct kernel *kernel, const struct vm *vm)
{
	uint64_t bytes = 0;

	pthread_mutex_lock(&kernel->lock);
	for (unsigned i = 0; i < FDS_MAX; i++) {
		const struct file *file = kernel->fds[i].file;

		if (file && file->kind == FILE_GMEM && file->vm == vm)
			bytes += gmem_index_bytes(file->gmem);
	}
	pthread_mutex_unlock(&kernel->lock);
	return bytes;
}

uint64_t kernel_test_stat(struct kernel *kernel, int fd, const char *name)
{
	struct file *file = file_get(kernel, fd);
	uint64_t value = UINT64_MAX;
	size_t count;

	if (!file)
		return value;
	if (file->kind == FILE_VM || file->kind == FILE_VCPU) {
		const struct stat_row *rows = rows_of(file, &count);

		vm_lock(file->vm);
		for (size_t i = 0; i < count; i++)
			if (strcmp(rows[i].name, name) == 0)
				value = rows[i].value(file);
		if (file->kind == FILE_VM && strcmp(name, "gmem_bytes") == 0)
			value = gmem_bytes(kernel, file->vm);
		vm_unlock(file->vm);
	}
	file_put(kernel, file);
	return value;
}
