/* SPDX-License-Identifier: BSD-2-Clause */
/* vCPUs: made, given the CPUID that the TDX module will show, and initialised with the address of
 * the TD HOB in their first register. */
#include <errno.h>
#include <stdlib.h>

#include "base/scope.h"
#include "host/capabilities.h"
#include "launch/call.h"

#define CPUID_1_ECX_X2APIC (1u << 21)
#define CPUID_1_EBX_APIC   24 /* EBX[31:24]: initial APIC id */

/* What differs from vCPU to vCPU, and the one bit that KVM wants before INIT_VCPU. */
static void personalise(struct kvm_cpuid2 *cpuid, uint32_t id)
{
	for (uint32_t i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		switch (entry->function) {
		case 1:
			entry->ecx |= CPUID_1_ECX_X2APIC;
			entry->ebx &= (1u << CPUID_1_EBX_APIC) - 1;
			entry->ebx |= id << CPUID_1_EBX_APIC;
			break;
		case 0xb:
		case 0x1f:
			entry->edx = id;
			break;
		}
	}
}

/* The TD's own CPUID, with leaf 1 in any case. Caller frees. */
static int vcpu_cpuid(struct tdl_td *td, int fd, struct kvm_cpuid2 **ret_cpuid,
		      struct tdl_error *err)
{
	struct kvm_cpuid2 *cpuid = NULL, *larger;
	int rc = host_tdx_cpuid(td->host, fd, &cpuid, err);

	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == 1) {
			*ret_cpuid = cpuid;
			return 0;
		}
	larger = realloc(cpuid, sizeof(*cpuid) + (cpuid->nent + 1) * sizeof(cpuid->entries[0]));
	if (!larger) {
		free(cpuid);
		return tdl_fail(err, -ENOMEM, "no memory for CPUID");
	}
	larger->entries[larger->nent++] = (struct kvm_cpuid_entry2){ .function = 1 };
	*ret_cpuid = larger;
	return 0;
}

/* Give a vCPU the CPUID of its TD. */
static int set_cpuid(struct tdl_td *td, int fd, uint32_t id, struct tdl_error *err)
{
	AUTO_FREE struct kvm_cpuid2 *cpuid = NULL;
	long rc = vcpu_cpuid(td, fd, &cpuid, err);

	if (rc < 0)
		return (int)rc;
	personalise(cpuid, id);
	rc = call_ioctl(td, fd, KVM_SET_CPUID2, cpuid, "KVM_SET_CPUID2", err);
	return rc < 0 ? (int)rc : 0;
}

static int make_vcpu(struct tdl_td *td, uint32_t id, vcpu_step prepare, struct tdl_error *err)
{
	long fd = call_number(td, td->vm_fd, KVM_CREATE_VCPU, id, "KVM_CREATE_VCPU", err);

	if (fd < 0)
		return (int)fd;
	td->vcpu_fds[td->vcpu_count++] = (int)fd;
	return prepare ? prepare(td, (int)fd, id, err) : 0;
}

int td_make_vcpus(struct tdl_td *td, unsigned int cpus, vcpu_step prepare, struct tdl_error *err)
{
	td->vcpu_fds = calloc(cpus, sizeof(*td->vcpu_fds));
	if (!td->vcpu_fds)
		return tdl_fail(err, -ENOMEM, "no memory for %u vCPUs", cpus);
	for (uint32_t id = 0; id < cpus; id++) {
		int rc = make_vcpu(td, id, prepare, err);

		if (rc < 0)
			return tdl_while(err, rc, "vCPU %u", id);
	}
	return 0;
}

int stage_vcpus(struct tdl_td *td, struct tdl_error *err)
{
	unsigned int cpus = tdl_plan_cpus(td->plan);
	int rc = td_make_vcpus(td, cpus, set_cpuid, err);

	td_detail(td, "%u, with x2APIC", cpus);
	return rc;
}

int stage_init_vcpus(struct tdl_td *td, struct tdl_error *err)
{
	uint64_t hob = tdl_plan_hob_gpa(td->plan);

	for (unsigned int id = 0; id < td->vcpu_count; id++) {
		int rc = call_tdx(td, td->vcpu_fds[id], KVM_TDX_INIT_VCPU, hob, "KVM_TDX_INIT_VCPU",
				  err);

		if (rc < 0)
			return tdl_while(err, rc, "vCPU %u", id);
	}
	td_detail(td, "first register 0x%llx%s", (unsigned long long)hob,
		  hob ? ", the TD HOB" : "");
	return 0;
}
