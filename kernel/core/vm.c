/* SPDX-License-Identifier: BSD-2-Clause */
/* Making and unmaking VMs and vCPUs. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/attr.h"
#include "kernel/core/core.h"
#include "kernel/tdx/tdx.h"

#define GFN_LIMIT ((gfn_t)1 << (MACHINE_GPA_BITS - 12))

static const struct vm_ops plain_vm_ops = {
	.type = KVM_X86_DEFAULT_VM,
	.pre_fault_allowed = true,
};

static const struct vm_ops sw_protected_vm_ops = {
	.type = KVM_X86_SW_PROTECTED_VM,
	.has_private_mem = true,
	.pre_fault_allowed = true,
};

/* A type that this machine has; NULL for others. */
static const struct vm_ops *find_type(const struct machine *machine, unsigned long type)
{
	switch (type) {
	case KVM_X86_DEFAULT_VM:
		return &plain_vm_ops;
	case KVM_X86_SW_PROTECTED_VM:
		return machine->config.no_sw_protected ? NULL : &sw_protected_vm_ops;
	case KVM_X86_TDX_VM:
		return machine->tdx ? &tdx_vm_ops : NULL;
	default:
		return NULL;
	}
}

static void set_up_memory(struct vm *vm)
{
	const struct machine *machine = vm->machine;
	const struct linux_behaviour *behaviour = machine->behaviour;
	struct slots_rules rules = {
		.spaces = vm->ops->has_private_mem ? 1 : SLOTS_SPACES_MAX,
		.no_readonly = vm->ops->has_protected_state,
		.gmem_needs_private = !behaviour->gmem_any_type,
		.bound_late = behaviour->gmem_bound_late,
		.has_private = vm->ops->has_private_mem,
		.attributes = vm->ops->has_private_mem ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0,
		.gfn_limit = GFN_LIMIT,
	};
	struct mmu_options options = {
		.trace = vm->trace,
		.pages = &vm->machine->pages,
		.slots = &vm->slots,
		.dead = &vm->dead,
		.lock = &vm->lock,
		.thp = machine->config.thp,
		.tdp = !machine->config.no_tdp,
		.pre_fault_allowed = vm->ops->pre_fault_allowed,
		.eagain_on_invalid_slot = behaviour->invalid_slot_eagain,
		.stale_root_hangs = behaviour->stale_root_hangs,
		.refuse_shared_bit = behaviour->pre_fault_shared_bit,
	};

	slots_init(&vm->slots, vm->trace, &rules);
	mmu_init(&vm->mmu, &options);
}

int vm_new(struct kernel *kernel, unsigned long type, struct vm **ret_vm)
{
	struct machine *machine = &kernel->machine;
	const struct vm_ops *ops = find_type(machine, type);

	if (!ops)
		return refuse(&machine->trace, -EINVAL, "create-vm.type", "type %lu", type);
	struct vm *vm = calloc(1, sizeof(*vm));
	if (!vm)
		return -ENOMEM;
	vm->refs = 1;
	vm->owner = getpid();
	vm->machine = machine;
	vm->trace = &machine->trace;
	vm->ops = ops;
	vm->max_vcpus = VM_VCPUS_MAX;
	vm->tsc_khz = machine->config.tsc_khz;
	vm->apic_bus_ns = 1;
	brlock_init(&vm->lock);
	set_up_memory(vm);
	int rc = ops->init ? ops->init(vm) : 0;
	if (rc < 0) {
		vm_put(kernel, vm);
		return rc;
	}
	*ret_vm = vm;
	return 0;
}

void vm_get(struct kernel *kernel, struct vm *vm)
{
	pthread_mutex_lock(&kernel->lock);
	vm->refs++;
	pthread_mutex_unlock(&kernel->lock);
}

/* kvm_destroy_vm(): nobody else knows the VM any more. */
static void vm_free(struct vm *vm)
{
	vm_lock(vm);
	if (vm->ops->release)
		vm->ops->release(vm);
	mmu_zap_all(&vm->mmu, MMU_BOTH);
	for (unsigned id = 0; id < VM_VCPU_IDS; id++)
		if (vm->vcpus[id])
			vcpu_free(vm->vcpus[id]);
	if (vm->ops->destroy)
		vm->ops->destroy(vm);
	slots_end(&vm->slots);
	mmu_end(&vm->mmu);
	vm_unlock(vm);
	brlock_end(&vm->lock);
	if (vm->apic_page)
		munmap(vm->apic_page, 4096);
	free(vm);
}

void vm_put(struct kernel *kernel, struct vm *vm)
{
	pthread_mutex_lock(&kernel->lock);
	unsigned left = --vm->refs;

	pthread_mutex_unlock(&kernel->lock);
	if (left == 0)
		vm_free(vm);
}

int fd_new_of_vm(struct kernel *kernel, const struct file *file)
{
	vm_get(kernel, file->vm);
	int fd = fd_new(kernel, file);

	if (fd < 0)
		vm_put(kernel, file->vm);
	return fd;
}

void vcpu_free(struct vcpu *vcpu)
{
	if (vcpu->vm->ops->vcpu_free)
		vcpu->vm->ops->vcpu_free(vcpu);
	mmu_vcpu_end(&vcpu->mmu);
	pthread_mutex_destroy(&vcpu->mutex);
	if (vcpu->run)
		munmap(vcpu->run, VCPU_RUN_BYTES);
	free(vcpu->cpuid);
	free(vcpu->registers);
	free(vcpu);
}

static struct vcpu *vcpu_new(struct vm *vm, unsigned id)
{
	struct vcpu *vcpu = calloc(1, sizeof(*vcpu));

	if (!vcpu)
		return NULL;
	void *run = mmap(NULL, VCPU_RUN_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	if (run == MAP_FAILED) {
		free(vcpu);
		return NULL;
	}
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->run = run;
	vcpu->tsc_khz = vm->tsc_khz;
	vcpu->apic_base = 0xfee00800u | (id == vm->bsp_id ? 0x100u : 0);
	vcpu->mp_state = vm->irqchip == IRQCHIP_NONE || id == vm->bsp_id ? KVM_MP_STATE_RUNNABLE
									 : KVM_MP_STATE_UNINITIALIZED;
	pthread_mutex_init(&vcpu->mutex, NULL);
	mmu_vcpu_init(&vcpu->mmu, &vm->mmu, run);
	return vcpu;
}

/* KVM's own slot for the APIC-access page: with the first vCPU whose APIC is in the kernel.
 * Linux: kvm_alloc_apic_access_page(). */
static int add_apic_page(struct vm *vm)
{
	if (vm->irqchip == IRQCHIP_NONE || vm->ops->has_protected_state || vm->apic_page)
		return 0;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -ENOMEM;
	int rc = slots_add_internal(&vm->slots, SLOTS_APIC, 0xfee00, 1, (uint64_t)(uintptr_t)page);
	if (rc < 0) {
		munmap(page, 4096);
		return rc;
	}
	vm->apic_page = page;
	return 0;
}

/* The checks before a vCPU exists, in the order of kvm_vm_ioctl_create_vcpu(). */
static int may_create(struct vm *vm, unsigned long id)
{
	bool exists = id < VM_VCPU_IDS && vm->vcpus[id];

	if (id >= VM_VCPU_IDS)
		return refuse(vm->trace, -EINVAL, "create-vcpu.id", "id %lu", id);
	if (vm->created >= vm->max_vcpus)
		return refuse(vm->trace, -EINVAL, "create-vcpu.count", "there are %u of %u",
			      vm->created, vm->max_vcpus);
	if (exists && vm->machine->behaviour->vcpu_id_order_7_3)
		return refuse(vm->trace, -EEXIST, "create-vcpu.exists", "id %lu", id);
	if (vm->max_vcpu_id && id >= vm->max_vcpu_id)
		return refuse(vm->trace, -EINVAL, "create-vcpu.max-id", "id %lu, below %u", id,
			      vm->max_vcpu_id);
	/* The first vCPU fixes the limit. */
	if (!vm->max_vcpu_id)
		vm->max_vcpu_id = VM_VCPU_IDS;
	return 0;
}

/* kvm_arch_vcpu_create(), then the descriptor. */
static long create(struct call *call, unsigned id)
{
	struct vm *vm = call->vm;
	struct vcpu *vcpu = vcpu_new(vm, id);
	int rc;

	if (!vcpu)
		return -ENOMEM;
	rc = vm->ops->vcpu_create ? vm->ops->vcpu_create(vcpu) : 0;
	if (rc == 0)
		rc = add_apic_page(vm);
	if (rc == 0 && vm->vcpus[id])
		rc = refuse(vm->trace, -EEXIST, "create-vcpu.exists", "id %u", id);
	if (rc == 0)
		rc = fd_new_of_vm(call->kernel,
				  &(struct file){ .kind = FILE_VCPU, .vm = vm, .vcpu = vcpu });
	if (rc < 0) {
		vcpu_free(vcpu);
		return rc;
	}
	vm->vcpus[id] = vcpu;
	vm->created++;
	return rc;
}

long create_vcpu(struct call *call)
{
	int rc = may_create(call->vm, call_number(call));

	return rc < 0 ? rc : create(call, (unsigned)call_number(call));
}
