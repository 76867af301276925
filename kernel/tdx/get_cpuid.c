/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_TDX_GET_CPUID: the CPUID that the guest will see. The machine's own, with the leaves that the
 * TD's owner chose put in place. Linux: tdx_vcpu_get_cpuid(). */
#include <errno.h>
#include <stdlib.h>

#include "kernel/mmu/user.h"
#include "kernel/tdx/internal.h"

static const struct cpuid_config *find_config(const struct tdx_host *host, uint32_t leaf,
					      uint32_t index, unsigned *ret_row)
{
	for (unsigned i = 0; i < host->config_count; i++) {
		const struct cpuid_config *config = &host->configs[i];

		if (config->leaf == leaf &&
		    (config->subleaf == TDX_CPUID_NO_SUBLEAF || config->subleaf == index)) {
			*ret_row = i;
			return config;
		}
	}
	return NULL;
}

/* A configured bit is the owner's, any other the machine's. */
static void virtualise(const struct td *td, struct kvm_cpuid_entry2 *e)
{
	uint32_t *regs[4] = { &e->eax, &e->ebx, &e->ecx, &e->edx };
	unsigned row = 0;
	const struct cpuid_config *config = find_config(td->host, e->function, e->index, &row);

	for (unsigned reg = 0; config && reg < 4; reg++)
		*regs[reg] = (*regs[reg] & ~config->mask[reg]) |
			     (td->cpuid[row][reg] & config->mask[reg]);
	if (e->function == 0x80000008)
		e->eax = (e->eax & ~0x00ff0000u) | td->width << 16;
}

int td_get_cpuid(struct vcpu *vcpu, const struct kvm_tdx_cmd *cmd)
{
	struct trace *trace = vcpu->vm->trace;
	uint8_t *user = (uint8_t *)(uintptr_t)cmd->data;
	const struct kvm_cpuid_entry2 *machine;
	struct kvm_cpuid2 head;
	unsigned count = 0;
	uint32_t room;
	int rc = 0;

	if (user_read(&head, user, sizeof(head)) < 0)
		return refuse(trace, -EFAULT, "get-cpuid.unreadable", "struct at 0x%llx",
			      (unsigned long long)cmd->data);
	machine = machine_cpuid(&count);
	room = head.nent;
	head.nent = count;
	if (user_write(user, &head, sizeof(head)) < 0)
		return refuse(trace, -EFAULT, "get-cpuid.unwritable", "struct at 0x%llx",
			      (unsigned long long)cmd->data);
	if (room < count)
		return refuse(trace, -E2BIG, "get-cpuid.small", "room for %u entries of %u", room,
			      count);
	for (unsigned i = 0; i < count && rc == 0; i++) {
		struct kvm_cpuid_entry2 e = machine[i];

		virtualise(td_of(vcpu->vm), &e);
		rc = user_write(user + sizeof(head) + i * sizeof(e), &e, sizeof(e));
	}
	if (rc < 0)
		return refuse(trace, -EFAULT, "get-cpuid.unwritable", "entries at 0x%llx",
			      (unsigned long long)cmd->data);
	return 0;
}
