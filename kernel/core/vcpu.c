/* SPDX-License-Identifier: BSD-2-Clause */
/* vCPU state: running without a guest, events, MP state, registers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "kernel/core/core.h"

#define NESTED_FLAGS 0x10fu /* GUEST_MODE, RUN_PENDING, EVMCS, MTF_PENDING, GIF_SET */
#define MP_STATE_MAX 4u	    /* SIPI_RECEIVED */

/* Sleep until a signal is pending: of the model, or of the thread itself. */
static long sleep_until_signal(struct call *call)
{
	struct vcpu *vcpu = call->vcpu;
	bool is_interrupted = false;

	while (!mmu_signal_pending(&vcpu->mmu) && !is_interrupted) {
		vcpu_step_out(vcpu);
		is_interrupted = sem_wait(&vcpu->signal->wake) < 0;
		vcpu_step_in(vcpu);
	}
	mmu_signal_seen(&vcpu->mmu);
	vcpu->run->exit_reason = KVM_EXIT_INTR;
	return refuse(call_trace(call), -EINTR, "run.signal", "vCPU %u", vcpu->id);
}

/* kvm_arch_vcpu_ioctl_run(). There is no guest: a vCPU that may enter spins until a signal. */
long vcpu_run(struct call *call)
{
	struct vcpu *vcpu = call->vcpu;
	struct kvm_run *run = vcpu->run;

	if (call_number(call))
		return refuse(call_trace(call), -EINVAL, "run.argument", "argument is not 0");
	if (vcpu->mp_state == KVM_MP_STATE_UNINITIALIZED && !run->immediate_exit)
		return sleep_until_signal(call);
	if (vcpu->mp_state != KVM_MP_STATE_UNINITIALIZED &&
	    call->vm->ops->has_protected_state && (run->kvm_valid_regs || run->kvm_dirty_regs))
		return refuse(call_trace(call), -EINVAL, "run.sync-regs",
			      "register blocks of a protected VM");
	if (run->immediate_exit)
		return refuse(call_trace(call), -EINTR, "run.immediate-exit", "vCPU %u", vcpu->id);
	int rc = call->vm->ops->vcpu_pre_run ? call->vm->ops->vcpu_pre_run(vcpu) : 0;

	return rc < 0 ? rc : sleep_until_signal(call);
}

long get_mp_state(struct call *call)
{
	return call_write(call, &call->vcpu->mp_state, sizeof(call->vcpu->mp_state));
}

long set_mp_state(struct call *call)
{
	uint32_t state;
	int rc = call_read(call, &state, sizeof(state));

	if (rc < 0)
		return rc;
	if (state > MP_STATE_MAX ||
	    (call->vm->irqchip == IRQCHIP_NONE && state != KVM_MP_STATE_RUNNABLE))
		return refuse(call_trace(call), -EINVAL, "vcpu.mp-state", "state %u", state);
	call->vcpu->mp_state = state;
	return 0;
}

long get_vcpu_events(struct call *call)
{
	struct kvm_vcpu_events events = { .smi.smm = call->vcpu->mmu.smm,
					  .flags = KVM_VCPUEVENT_VALID_NMI_PENDING |
						   KVM_VCPUEVENT_VALID_SHADOW };

	if (call->vm->slots.rules.spaces == SLOTS_SPACES_MAX)
		events.flags |= KVM_VCPUEVENT_VALID_SMM;
	return call_write(call, &events, sizeof(events));
}

long set_vcpu_events(struct call *call)
{
	struct kvm_vcpu_events events;
	int rc = call_read(call, &events, sizeof(events));

	if (rc < 0)
		return rc;
	/* NMI, SIPI vector, shadow, SMM, payload, triple fault. */
	if (events.flags & ~0x3fu)
		return refuse(call_trace(call), -EINVAL, "vcpu.event-flags", "flags 0x%x",
			      events.flags);
	if (events.flags & KVM_VCPUEVENT_VALID_SMM &&
	    call->vm->slots.rules.spaces == SLOTS_SPACES_MAX)
		call->vcpu->mmu.smm = events.smi.smm;
	return 0;
}

/* Only leaving is modelled: a vCPU enters L2 through kernel_test_set_nested(). */
long set_nested_state(struct call *call)
{
	struct kvm_nested_state state;
	int rc = call_read(call, &state, sizeof(state));

	if (rc < 0)
		return rc;
	if (state.size < sizeof(state) || state.flags & ~NESTED_FLAGS ||
	    (state.flags & KVM_STATE_NESTED_RUN_PENDING &&
	     !(state.flags & KVM_STATE_NESTED_GUEST_MODE)))
		return refuse(call_trace(call), -EINVAL, "nested.flags", "flags 0x%x, size %u",
			      state.flags, state.size);
	if (state.format != KVM_STATE_NESTED_FORMAT_VMX ||
	    state.flags & KVM_STATE_NESTED_GUEST_MODE)
		return refuse(call_trace(call), -EINVAL, "nested.guest-mode",
			      "the machine runs no nested guest");
	call->vcpu->mmu.nested_tdp = false;
	return 0;
}

/* Blocks of registers that a VMM may set and read back; no guest uses them. Places in
 * vcpu->registers. */
static const struct {
	uint32_t get, set;
	uint16_t offset, size;
} blocks[] = {
	{ KVM_GET_REGS, KVM_SET_REGS, 0, 144 },
	{ KVM_GET_SREGS, KVM_SET_SREGS, 144, 312 },
	{ KVM_GET_SREGS2, KVM_SET_SREGS2, 144, 320 },
	{ KVM_GET_FPU, KVM_SET_FPU, 464, 416 },
	{ KVM_GET_LAPIC, KVM_SET_LAPIC, 880, 1024 },
	{ KVM_GET_DEBUGREGS, KVM_SET_DEBUGREGS, 1904, 128 },
	{ KVM_GET_XCRS, KVM_SET_XCRS, 2032, 392 },
	{ 0, KVM_SET_GUEST_DEBUG, 2424, 72 },
	{ KVM_GET_XSAVE, KVM_SET_XSAVE, 2496, 4096 },
	{ KVM_GET_XSAVE2, KVM_SET_XSAVE, 2496, 4096 },
};

#define REGISTERS_SIZE (2496 + 4096)

/* Where a request's block is; refused for protected VMs, and a LAPIC without one. */
static int find_block(struct call *call, uint8_t **ret_at, size_t *ret_size)
{
	bool is_lapic = call->request == KVM_GET_LAPIC || call->request == KVM_SET_LAPIC;
	size_t i = 0;

	if (call->vm->ops->has_protected_state)
		return refuse(call_trace(call), -EINVAL, "vcpu.protected-state",
			      "registers of a TD are not KVM's");
	if (is_lapic && call->vm->irqchip == IRQCHIP_NONE)
		return refuse(call_trace(call), -EINVAL, "vcpu.no-lapic",
			      "no interrupt controller in the kernel");
	if (!call->vcpu->registers)
		call->vcpu->registers = calloc(1, REGISTERS_SIZE);
	if (!call->vcpu->registers)
		return -ENOMEM;
	while (i < ARRAY_SIZE(blocks) - 1 && blocks[i].get != call->request &&
	       blocks[i].set != call->request)
		i++;
	*ret_at = call->vcpu->registers + blocks[i].offset;
	*ret_size = blocks[i].size;
	return 0;
}

long get_registers(struct call *call)
{
	uint8_t *at = NULL;
	size_t size = 0;
	int rc = find_block(call, &at, &size);

	return rc < 0 ? rc : call_write(call, at, size);
}

long set_registers(struct call *call)
{
	uint8_t copy[4096], *at = NULL;
	size_t size = 0;
	int rc = find_block(call, &at, &size);

	if (rc == 0)
		rc = call_read(call, copy, size);
	if (rc < 0)
		return rc;
	memcpy(at, copy, size);
	return 0;
}
