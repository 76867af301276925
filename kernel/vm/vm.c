/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <sched.h>

#include "kernel/vm/vm.h"

void vm_lock(struct vm *vm)
{
	atomic_fetch_add(&vm->waiting, 1);
	pthread_mutex_lock(&vm->lock);
	atomic_fetch_sub(&vm->waiting, 1);
}

void vm_unlock(struct vm *vm)
{
	pthread_mutex_unlock(&vm->lock);
}

void vm_yield(struct vm *vm)
{
	if (atomic_load(&vm->waiting) == 0)
		return;
	vm_unlock(vm);
	sched_yield();
	vm_lock(vm);
}

static bool any_busy(const struct vm *vm)
{
	for (unsigned id = 0, seen = 0; id < VM_VCPU_IDS && seen < vm->created; id++) {
		if (!vm->vcpus[id])
			continue;
		if (vm->vcpus[id]->busy)
			return true;
		seen++;
	}
	return false;
}

int vm_wait_vcpus(struct vm *vm)
{
	while (any_busy(vm))
		pthread_cond_wait(&vm->idle, &vm->lock);
	return 0;
}

int vm_bugged(struct vm *vm, const char *what)
{
	atomic_store(&vm->dead, true);
	return refuse(vm->trace, -EIO, "vm.bugged", "%s", what);
}
