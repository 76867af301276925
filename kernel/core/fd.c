/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors: numbers to files, files to what they keep alive. */
#include <errno.h>
#include <stdlib.h>

#include "kernel/core/core.h"

int fd_new(struct kernel *kernel, const struct file *file)
{
	struct file *copy = malloc(sizeof(*copy));
	int rc = -EMFILE;

	if (!copy)
		return -ENOMEM;
	*copy = *file;
	copy->refs = 1;
	pthread_mutex_lock(&kernel->lock);
	for (unsigned i = 0; rc < 0 && i < FDS_MAX; i++) {
		struct fd_slot *slot = &kernel->fds[i];

		if (slot->file)
			continue;
		slot->file = copy;
		if (i >= kernel->fds_end)
			kernel->fds_end = i + 1;
		if (copy->kind == FILE_VCPU) {
			atomic_store(&slot->signal.pending, 0);
			sem_init(&slot->signal.wake, 0, 0);
			copy->vcpu->signal = &slot->signal;
			copy->vcpu->mmu.signal = &slot->signal.pending;
			atomic_store(&slot->is_vcpu, true);
		}
		rc = KERNEL_FD_BASE + (int)i;
	}
	pthread_mutex_unlock(&kernel->lock);
	if (rc < 0)
		free(copy);
	return rc;
}

static struct fd_slot *slot_of(struct kernel *kernel, int fd)
{
	if (fd < KERNEL_FD_BASE || fd - KERNEL_FD_BASE >= (int)FDS_MAX)
		return NULL;
	return &kernel->fds[fd - KERNEL_FD_BASE];
}

struct file *file_get(struct kernel *kernel, int fd)
{
	struct fd_slot *slot = slot_of(kernel, fd);
	struct file *file = NULL;

	if (!slot)
		return NULL;
	pthread_mutex_lock(&kernel->lock);
	file = slot->file;
	if (file)
		file->refs++;
	pthread_mutex_unlock(&kernel->lock);
	return file;
}

void file_put(struct kernel *kernel, struct file *file)
{
	pthread_mutex_lock(&kernel->lock);
	unsigned left = --file->refs;

	pthread_mutex_unlock(&kernel->lock);
	if (left)
		return;
	if (file->kind == FILE_GMEM) {
		vm_lock(file->vm);
		gmem_free(file->gmem);
		vm_unlock(file->vm);
	}
	if (file->vm)
		vm_put(kernel, file->vm);
	free(file);
}

int kernel_close(struct kernel *kernel, int fd)
{
	struct fd_slot *slot = slot_of(kernel, fd);
	struct file *file = NULL;
	int64_t instead = 0;

	if (slot) {
		pthread_mutex_lock(&kernel->lock);
		file = slot->file;
		slot->file = NULL;
		atomic_store(&slot->is_vcpu, false);
		pthread_mutex_unlock(&kernel->lock);
	}
	if (!file)
		return -EBADF;
	file_put(kernel, file);
	return call_is_hooked(kernel, "close", fd, &instead) ? (int)instead : 0;
}

/* Called from signal handlers: nothing but atomics and sem_post(). */
void kernel_interrupt(struct kernel *kernel, int vcpu_fd)
{
	struct fd_slot *slot = slot_of(kernel, vcpu_fd);

	if (!slot || !atomic_load(&slot->is_vcpu))
		return;
	atomic_store(&slot->signal.pending, 1);
	sem_post(&slot->signal.wake);
}

void kernel_interrupt_clear(struct kernel *kernel, int vcpu_fd)
{
	struct fd_slot *slot = slot_of(kernel, vcpu_fd);

	if (slot && atomic_load(&slot->is_vcpu))
		atomic_store(&slot->signal.pending, 0);
}
