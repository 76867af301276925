/* SPDX-License-Identifier: BSD-2-Clause */
/* mmap() and munmap() of model descriptors. A vCPU's pages exist as long as the vCPU does, and every
 * mapping of them is the same memory at the same address. */
#include <errno.h>
#include <sys/mman.h>

#include "base/range.h"
#include "kernel/core/core.h"

/* kvm_vcpu_mmap(), kvm_vcpu_fault() */
static int map_vcpu(struct vcpu *vcpu, size_t length, off_t offset, void **ret_address)
{
	if (offset < 0 || !range_within((uint64_t)offset, length, VCPU_RUN_BYTES))
		return -EINVAL;
	*ret_address = (uint8_t *)vcpu->run + offset;
	return 0;
}

/* kvm_gmem_mmap() */
static int map_gmem(struct kernel *kernel, const struct gmem *gmem, size_t length, int prot,
		    int flags, off_t offset, void **ret_address)
{
	if (!gmem_is_mappable(gmem))
		return refuse(&kernel->machine.trace, -ENODEV, "gmem.mmap-flag",
			      "the file was made without GUEST_MEMFD_FLAG_MMAP");
	if ((flags & MAP_TYPE) == MAP_PRIVATE)
		return refuse(&kernel->machine.trace, -EINVAL, "gmem.mmap-private",
			      "only shared mappings");
	void *address = mmap(NULL, length, prot, flags & ~MAP_FIXED, gmem_host_fd(gmem), offset);

	if (address == MAP_FAILED)
		return -errno;
	*ret_address = address;
	return 0;
}

/* Remember a mapping; -ENOMEM when there are too many. */
static int remember(struct kernel *kernel, void *address, size_t length)
{
	int rc = -ENOMEM;

	pthread_mutex_lock(&kernel->lock);
	for (unsigned i = 0; rc < 0 && i < MAPPINGS_MAX; i++) {
		if (kernel->mappings[i].address)
			continue;
		kernel->mappings[i] = (struct mapping){ address, length };
		if (i >= kernel->mappings_end)
			kernel->mappings_end = i + 1;
		rc = 0;
	}
	pthread_mutex_unlock(&kernel->lock);
	return rc;
}

int kernel_mmap(struct kernel *kernel, int fd, size_t length, int prot, int flags, off_t offset,
		void **ret_address)
{
	struct file *file = file_get(kernel, fd);
	int64_t instead;
	int rc = -ENODEV;

	if (!file)
		return -EBADF;
	if (call_is_hooked(kernel, "mmap", fd, &instead)) {
		rc = (int)instead;
	} else if (length == 0 || !is_aligned((uint64_t)offset, PAGE_SIZE_4K)) {
		rc = -EINVAL;
	} else if (file->kind == FILE_VCPU) {
		rc = map_vcpu(file->vcpu, length, offset, ret_address);
	} else if (file->kind == FILE_GMEM) {
		rc = map_gmem(kernel, file->gmem, length, prot, flags, offset, ret_address);
		if (rc == 0) {
			rc = remember(kernel, *ret_address, length);
			if (rc < 0)
				munmap(*ret_address, length);
		}
	}
	file_put(kernel, file);
	return rc;
}

int kernel_munmap(struct kernel *kernel, void *address, size_t length)
{
	int rc = 0;

	if (!is_aligned((uint64_t)(uintptr_t)address, PAGE_SIZE_4K) || length == 0)
		return -EINVAL;
	pthread_mutex_lock(&kernel->lock);
	for (unsigned i = 0; i < kernel->mappings_end; i++) {
		struct mapping *m = &kernel->mappings[i];

		if (m->address != address || m->length != length)
			continue;
		rc = munmap(address, length) < 0 ? -errno : 0;
		m->address = NULL;
		break;
	}
	pthread_mutex_unlock(&kernel->lock);
	return rc;
}
