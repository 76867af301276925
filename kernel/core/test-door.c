/* SPDX-License-Identifier: BSD-2-Clause */
/* The fault-injection door, kernel-test.h. */
#include <errno.h>

#include "kernel/core/core.h"

/* The file of a descriptor of this kind with its VM locked, or NULL. */
static struct file *enter(struct kernel *kernel, int fd, enum file_kind kind)
{
	struct file *file = file_get(kernel, fd);

	if (file && file->kind != kind) {
		file_put(kernel, file);
		return NULL;
	}
	if (file)
		vm_lock(file->vm);
	return file;
}

static int leave(struct kernel *kernel, struct file *file, int rc)
{
	vm_unlock(file->vm);
	file_put(kernel, file);
	return rc;
}

int kernel_test_inject(struct kernel *kernel, int vm_fd, const struct kernel_fault *fault)
{
	struct file *file = enter(kernel, vm_fd, FILE_VM);

	return file ? leave(kernel, file, mmu_inject(&file->vm->mmu, fault)) : -EBADF;
}

void kernel_test_inject_clear(struct kernel *kernel, int vm_fd)
{
	struct file *file = enter(kernel, vm_fd, FILE_VM);

	if (!file)
		return;
	file->vm->mmu.injected_count = 0;
	leave(kernel, file, 0);
}

void kernel_test_hook(struct kernel *kernel, kernel_hook_fn *ask, void *ctx)
{
	kernel->machine.hook = (struct hook){ .ask = ask, .ctx = ctx };
}

bool call_is_hooked(struct kernel *kernel, const char *name, int fd, int64_t *ret_result)
{
	const struct kernel_point point = { .kind = KERNEL_POINT_CALL,
					    .name = name ? name : "ioctl",
					    .fd = fd };

	return hook_ask(&kernel->machine.hook, &point, ret_result);
}

int kernel_test_host_level(struct kernel *kernel, int vm_fd, uint64_t hva, uint64_t size,
			   unsigned level)
{
	struct file *file = enter(kernel, vm_fd, FILE_VM);

	return file ? leave(kernel, file, mmu_set_host_level(&file->vm->mmu, hva, size, level))
		    : -EBADF;
}

int kernel_test_user_changed(struct kernel *kernel, int fd, uint64_t hva, uint64_t size)
{
	struct file *file = file_get(kernel, fd);

	if (!file || !file->vm) {
		if (file)
			file_put(kernel, file);
		return -EBADF;
	}
	vm_lock(file->vm);
	mmu_user_changed(&file->vm->mmu, hva, hva + size);
	return leave(kernel, file, 0);
}

int kernel_test_vm_dead(struct kernel *kernel, int vm_fd)
{
	struct file *file = enter(kernel, vm_fd, FILE_VM);

	if (!file)
		return -EBADF;
	vm_bugged(file->vm, "a test said so");
	return leave(kernel, file, 0);
}

int kernel_test_set_smm(struct kernel *kernel, int vcpu_fd, bool smm)
{
	struct file *file = enter(kernel, vcpu_fd, FILE_VCPU);

	if (!file)
		return -EBADF;
	file->vcpu->mmu.smm = smm;
	return leave(kernel, file, 0);
}

int kernel_test_set_nested(struct kernel *kernel, int vcpu_fd, enum kernel_nested nested)
{
	struct file *file = enter(kernel, vcpu_fd, FILE_VCPU);

	if (!file)
		return -EBADF;
	file->vcpu->mmu.nested_tdp = nested == KERNEL_NESTED_TDP;
	return leave(kernel, file, 0);
}

/* kvm_mmu_page_fault() and what KVM_RUN makes of its result. */
static int touch(struct vcpu *vcpu, struct mmu_fault *fault)
{
	int rc;

	vcpu->mmu.pf_taken++;
	mmu_load_root(&vcpu->mmu);
	rc = mmu_map(&vcpu->mmu, fault);
	user_areas_end(&vcpu->mmu.user);
	switch (rc) {
	case MMU_FIXED:
		vcpu->mmu.pf_fixed++;
		return 0;
	case MMU_SPURIOUS:
		vcpu->mmu.pf_spurious++;
		return 0;
	case MMU_EMULATE:
	case MMU_WRITE_PROTECTED:
		vcpu->mmu.pf_emulate++;
		return 1;
	default:
		return rc < 0 ? rc : -EIO;
	}
}

int kernel_test_guest_touch(struct kernel *kernel, int vcpu_fd, uint64_t gpa, bool is_write,
			    bool is_private)
{
	struct mmu_fault fault = { .gfn = gpa >> 12,
				   .is_write = is_write,
				   .is_private = is_private };
	struct file *file = file_get(kernel, vcpu_fd);
	int rc = -EBADF;

	if (!file)
		return rc;
	if (file->kind == FILE_VCPU) {
		vcpu_enter(file->vcpu);
		rc = touch(file->vcpu, &fault);
		vcpu_leave(file->vcpu);
	}
	file_put(kernel, file);
	return rc;
}

unsigned kernel_test_open_count(struct kernel *kernel)
{
	unsigned count = 0;

	pthread_mutex_lock(&kernel->lock);
	for (unsigned i = 0; i < FDS_MAX; i++)
		count += kernel->fds[i].file != NULL;
	pthread_mutex_unlock(&kernel->lock);
	return count;
}

uint64_t kernel_test_pages_used(struct kernel *kernel)
{
	return pages_used(&kernel->machine.pages);
}
