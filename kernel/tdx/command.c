/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_MEMORY_ENCRYPT_OP on the descriptors of a TD, and what else a TD adds to a VM. Order on a VM
 * descriptor: command, hw_error, CAPABILITIES, locks, id; on a vCPU descriptor: command, hw_error,
 * locks, state of the TD, id. Linux: tdx_vm_ioctl(), tdx_vcpu_unlocked_ioctl(). */
#include <errno.h>
#include <stdlib.h>

#include "kernel/mmu/user.h"
#include "kernel/tdx/internal.h"

static int read_command(struct vm *vm, const void *user, struct kvm_tdx_cmd *ret_cmd)
{
	struct kvm_tdx_cmd cmd;

	if (user_read(&cmd, user, sizeof(cmd)) < 0)
		return refuse(vm->trace, -EFAULT, "td-cmd.unreadable", "command at %p", user);
	if (cmd.hw_error)
		return refuse(vm->trace, -EINVAL, "td-cmd.hw-error", "hw_error is 0x%llx",
			      (unsigned long long)cmd.hw_error);
	*ret_cmd = cmd;
	return 0;
}

static int write_command(struct vm *vm, void *user, const struct kvm_tdx_cmd *cmd, int rc)
{
	if (user_write(user, cmd, sizeof(*cmd)) < 0)
		return refuse(vm->trace, -EFAULT, "td-cmd.unwritable", "command at %p", user);
	return rc;
}

/* Linux: tdx_td_finalize(). Flags and data are not looked at. */
static int finalize_vm(struct vm *vm, struct kvm_tdx_cmd *cmd)
{
	struct td *td = td_of(vm);
	uint64_t status;

	if (td->state != TD_INITIALIZED)
		return refuse(vm->trace, -EINVAL, "finalize.state", "TD is in state %d", td->state);
	if (td->premapped)
		return refuse(vm->trace, -EINVAL, "finalize.premapped",
			      "%u pages mapped and not added", td->premapped);
	status = seamcall2(td->host, 0, TDH_MR_FINALIZE, td->tdr, 0);
	if (status_base(status) == TDX_OPERAND_BUSY) {
		cmd->hw_error = status;
		return refuse(vm->trace, -EBUSY, "finalize.busy", "TDH.MR.FINALIZE: 0x%llx",
			      (unsigned long long)status);
	}
	if (status_failed(status))
		return td_bugged(td, "TDH.MR.FINALIZE", status);
	td->state = TD_RUNNABLE;
	vm->mmu.pre_fault_allowed = true;
	return 0;
}

static long vm_op(struct vm *vm, void *user)
{
	struct kvm_tdx_cmd cmd;
	int rc;

	rc = read_command(vm, user, &cmd);
	if (rc < 0)
		return rc;
	if (cmd.id == KVM_TDX_CAPABILITIES) {
		rc = td_capabilities(vm, &cmd);
		return vm->machine->behaviour->caps_copied_back ? write_command(vm, user, &cmd, rc) :
							      rc;
	}
	vm_wait_vcpus(vm);
	switch (cmd.id) {
	case KVM_TDX_INIT_VM:
		rc = td_init_vm(vm, &cmd);
		break;
	case KVM_TDX_FINALIZE_VM:
		rc = finalize_vm(vm, &cmd);
		break;
	default:
		return refuse(vm->trace, -EINVAL, "td-cmd.vm-id", "command %u on a VM descriptor",
			      cmd.id);
	}
	return write_command(vm, user, &cmd, rc);
}

static long vcpu_op(struct vcpu *vcpu, void *user)
{
	struct vm *vm = vcpu->vm;
	struct kvm_tdx_cmd cmd;
	int rc;

	rc = read_command(vm, user, &cmd);
	if (rc < 0)
		return rc;
	vm_wait_vcpus(vm);
	if (td_of(vm)->state != TD_INITIALIZED)
		return refuse(vm->trace, -EINVAL, "td-cmd.vcpu-state",
			      "command %u while the TD is in state %d", cmd.id, td_of(vm)->state);
	switch (cmd.id) {
	case KVM_TDX_INIT_VCPU:
		return td_init_vcpu(vcpu, &cmd);
	case KVM_TDX_INIT_MEM_REGION:
		return td_init_mem_region(vcpu, &cmd);
	case KVM_TDX_GET_CPUID:
		return td_get_cpuid(vcpu, &cmd);
	default:
		return refuse(vm->trace, -EINVAL, "td-cmd.vcpu-id",
			      "command %u on a vCPU descriptor", cmd.id);
	}
}

/* Linux: tdx_vm_init(). */
static int vm_init(struct vm *vm)
{
	struct td *td = calloc(1, sizeof(*td));

	if (!td)
		return -ENOMEM;
	td->vm = vm;
	td->host = vm->machine->tdx;
	vm->type_data = td;
	vm->mmu.private_ops = &td_private_ops;
	vm->mmu.private_ctx = td;
	if (vm->max_vcpus > td->host->lps)
		vm->max_vcpus = td->host->lps;
	return 0;
}

static void vm_release(struct vm *vm)
{
	if (td_of(vm))
		td_release_key(td_of(vm));
}

static void vm_destroy(struct vm *vm)
{
	struct td *td = td_of(vm);

	if (!td)
		return;
	td_drop_control_pages(td);
	free(td);
	vm->type_data = NULL;
}

/* By the first vCPU that could make the call. */
static int report(struct vm *vm, const uint8_t data[64], uint8_t ret_report[1024])
{
	const struct td *td = td_of(vm);

	for (unsigned id = 0; id < VM_VCPU_IDS; id++) {
		const struct td_vcpu *v = vm->vcpus[id] ? vm->vcpus[id]->type_data : NULL;

		if (v && v->initialized &&
		    seam_report(td->host->seam, v->tdvpr, data, ret_report) == 0)
			return 0;
	}
	return refuse(vm->trace, -EIO, "td-report.not-ready", "TD is in state %d", td->state);
}

const struct vm_ops tdx_vm_ops = {
	.type = KVM_X86_TDX_VM,
	.has_private_mem = true,
	.has_protected_state = true,
	.pre_fault_allowed = false,
	.init = vm_init,
	.release = vm_release,
	.destroy = vm_destroy,
	.vcpu_create = td_vcpu_create,
	.vcpu_free = td_vcpu_free,
	.vm_op = vm_op,
	.vcpu_op = vcpu_op,
	.vcpu_pre_run = td_vcpu_pre_run,
	.report = report,
};
