/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_PRE_FAULT_MEMORY, the part that knows no architecture: checks, steps, and the rule about what
 * is left. Linux: kvm_vcpu_pre_fault_memory() and its place in kvm_vcpu_ioctl(). */
#include <errno.h>

#include "base/range.h"
#include "kernel/core/core.h"

#define STEPS_BETWEEN_PAUSES 64u

#define ULL(x) ((unsigned long long)(x))

static int check(const struct call *call, const struct kvm_pre_fault_memory *range)
{
	if (range->flags)
		return refuse(call_trace(call), -EINVAL, "pre-fault.flags", "flags 0x%llx",
			      ULL(range->flags));
	if (!is_aligned(range->gpa, PAGE_SIZE_4K) || !is_aligned(range->size, PAGE_SIZE_4K))
		return refuse(call_trace(call), -EINVAL, "pre-fault.aligned",
			      "gpa 0x%llx, size 0x%llx", ULL(range->gpa), ULL(range->size));
	if (range->size == 0 || !range_fits(range->gpa, range->size))
		return refuse(call_trace(call), -EINVAL, "pre-fault.range",
			      "gpa 0x%llx, size 0x%llx", ULL(range->gpa), ULL(range->size));
	return 0;
}

/* Step by step until nothing is left, or something is wrong: then success if there was a step. */
static long walk(struct call *call, struct kvm_pre_fault_memory *range)
{
	struct mmu_vcpu *vcpu = &call->vcpu->mmu;
	unsigned long steps = 0;
	int64_t done = 0;

	while (range->size) {
		if (mmu_signal_pending(vcpu)) {
			mmu_signal_seen(vcpu);
			done = refuse(call_trace(call), -EINTR, "pre-fault.signal",
				      "at gpa 0x%llx", ULL(range->gpa));
			break;
		}
		done = mmu_pre_fault_step(vcpu, range->gpa, range->size);
		if (done < 0)
			break;
		range->gpa += (uint64_t)done;
		range->size -= (uint64_t)done;
		if (++steps % STEPS_BETWEEN_PAUSES == 0)
			mmu_pause(vcpu);
	}
	return steps ? 0 : done;
}

long pre_fault_memory(struct call *call)
{
	struct kvm_pre_fault_memory range;
	long rc = call_read(call, &range, sizeof(range));

	if (rc < 0)
		return rc;
	rc = check(call, &range);
	if (rc == 0)
		rc = walk(call, &range);
	user_areas_end(&call->vcpu->mmu.user);
	/* Written back whatever happened, and if that fails nothing else counts. */
	int copied = call_write(call, &range, sizeof(range));

	return copied < 0 ? copied : rc;
}
