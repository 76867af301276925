/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "kernel/vm/vm.h"

void vcpu_step_in(struct vcpu *vcpu)
{
	brlock_read(&vcpu->vm->lock, &vcpu->mmu.reader);
}

void vcpu_step_out(struct vcpu *vcpu)
{
	mmu_let_go(&vcpu->mmu);
	brlock_read_end(&vcpu->mmu.reader);
}

void vcpu_enter(struct vcpu *vcpu)
{
	pthread_mutex_lock(&vcpu->mutex);
	vcpu_step_in(vcpu);
	vcpu->busy = true;
}

void vcpu_leave(struct vcpu *vcpu)
{
	vcpu->busy = false;
	vcpu_step_out(vcpu);
	pthread_mutex_unlock(&vcpu->mutex);
}

static struct vcpu *find_busy(const struct vm *vm)
{
	for (unsigned id = 0, seen = 0; id < VM_VCPU_IDS && seen < vm->created; id++) {
		if (!vm->vcpus[id])
			continue;
		if (vm->vcpus[id]->busy)
			return vm->vcpus[id];
		seen++;
	}
	return NULL;
}

/* Nobody becomes busy while the lock is held to write. vCPUs live as long as their VM. */
int vm_wait_vcpus(struct vm *vm)
{
	struct vcpu *vcpu;

	while ((vcpu = find_busy(vm))) {
		vm_unlock(vm);
		pthread_mutex_lock(&vcpu->mutex);
		pthread_mutex_unlock(&vcpu->mutex);
		vm_lock(vm);
	}
	return 0;
}

int vm_bugged(struct vm *vm, const char *what)
{
	atomic_store(&vm->dead, true);
	return refuse(vm->trace, -EIO, "vm.bugged", "%s", what);
}
