/* SPDX-License-Identifier: BSD-2-Clause */
/* vCPUs of a TD: made, initialised, allowed to run. */
#include <errno.h>
#include <stdlib.h>

#include "kernel/tdx/internal.h"

#define X2APIC_MODE	 (1ull << 10) /* IA32_APIC_BASE */
#define VP_INIT_VERSION1 (TDH_VP_INIT | 1u << TDX_LEAF_VERSION_SHIFT)

/* Linux: tdx_vcpu_create(). */
int td_vcpu_create(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;

	if (td_of(vm)->state != TD_INITIALIZED)
		return refuse(vm->trace, -EIO, "td-vcpu.state", "vCPU %u of a TD in state %d",
			      vcpu->id, td_of(vm)->state);
	if (vm->irqchip != IRQCHIP_SPLIT)
		return refuse(vm->trace, -EINVAL, "td-vcpu.no-split-irqchip",
			      "vCPU %u of a TD without split irqchip", vcpu->id);
	vcpu->type_data = calloc(1, sizeof(struct td_vcpu));
	return vcpu->type_data ? 0 : -ENOMEM;
}

/* Linux: tdx_vcpu_pre_run(). */
int td_vcpu_pre_run(struct vcpu *vcpu)
{
	const struct td_vcpu *v = vcpu->type_data;
	const struct td *td = td_of(vcpu->vm);

	if (!v->initialized || td->state != TD_RUNNABLE)
		return refuse(vcpu->vm->trace, -EINVAL, "td-run.not-ready",
			      "vCPU %u is %sinitialized, TD is in state %d", vcpu->id,
			      v->initialized ? "" : "not ", td->state);
	return 0;
}

/* TDVPR and its extension pages into the module's hands. Whatever fails, td_vcpu_free() undoes. */
static int create_vp(struct td *td, struct td_vcpu *v)
{
	uint64_t status;

	v->tdvpr = page_take(td->host);
	for (unsigned i = 0; i + 1 < td->host->tdvps_pages; i++)
		v->tdcx[v->tdcx_count++] = page_take(td->host);
	if (!v->tdvpr)
		return -ENOMEM;
	for (unsigned i = 0; i < v->tdcx_count; i++)
		if (!v->tdcx[i])
			return -ENOMEM;
	status = seamcall2(td->host, v->lp, TDH_VP_CREATE, v->tdvpr, td->tdr);
	if (status_failed(status))
		return td_bugged(td, "TDH.VP.CREATE", status);
	v->created = true;
	for (unsigned i = 0; i < v->tdcx_count; i++) {
		status = seamcall2(td->host, v->lp, TDH_VP_ADDCX, v->tdcx[i], v->tdvpr);
		if (status_failed(status))
			return td_bugged(td, "TDH.VP.ADDCX", status);
		v->tdcx_added[i] = true;
	}
	return 0;
}

/* Linux: tdx_td_vcpu_init(). */
static int init_vp(struct vcpu *vcpu, uint64_t rcx)
{
	struct td *td = td_of(vcpu->vm);
	struct td_vcpu *v = vcpu->type_data;
	struct seam_regs regs = { .rdx = rcx, .r8 = vcpu->id };
	uint64_t status;
	int rc;

	v->lp = vcpu->id % td->host->lps;
	rc = create_vp(td, v);
	if (rc == -ENOMEM) {
		td_vcpu_free(vcpu);
		vcpu->type_data = calloc(1, sizeof(struct td_vcpu));
		return vcpu->type_data ? -ENOMEM : vm_bugged(vcpu->vm, "no memory for a vCPU");
	}
	if (rc < 0)
		return rc;
	regs.rcx = v->tdvpr;
	status = seamcall(td->host, v->lp, VP_INIT_VERSION1, &regs);
	if (status_failed(status))
		return td_bugged(td, "TDH.VP.INIT", status);
	return 0;
}

/* Linux: tdx_vcpu_init(). The guest starts with data in RCX and R8; it is no address of ours. */
int td_init_vcpu(struct vcpu *vcpu, const struct kvm_tdx_cmd *cmd)
{
	struct td_vcpu *v = vcpu->type_data;
	struct trace *trace = vcpu->vm->trace;
	int rc;

	if (cmd->flags)
		return refuse(trace, -EINVAL, "init-vcpu.flags", "flags 0x%x", cmd->flags);
	if (v->initialized)
		return refuse(trace, -EINVAL, "init-vcpu.again", "vCPU %u", vcpu->id);
	if (!vcpu_has_x2apic(vcpu))
		return refuse(trace, -EINVAL, "init-vcpu.no-x2apic",
			      "the CPUID of vCPU %u has no x2APIC", vcpu->id);
	vcpu->apic_base |= X2APIC_MODE;
	rc = init_vp(vcpu, cmd->data);
	if (rc < 0)
		return rc;
	v = vcpu->type_data;
	v->initialized = true;
	vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
	return 0;
}
