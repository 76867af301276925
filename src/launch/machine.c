/* SPDX-License-Identifier: BSD-2-Clause */
/* Look whether the host has what a launch needs, make the VM and switch on what a TD depends on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "host/facts.h"
#include "launch/call.h"

#define IOAPIC_ROUTES	   24
#define X2APIC_API_FLAGS   3			 /* 32-bit ids, no broadcast quirk */
#define HYPERCALL_MAP_GPA  (UINT64_C(1) << 12) /* KVM_HC_MAP_GPA_RANGE */
#define APIC_BUS_CYCLES_NS 40			 /* 25 MHz, the clock the TDX module virtualises */

/* One sentence that names everything that is missing. */
static int missing_fact(struct tdl_error *err, const char *host, const char *list)
{
	return tdl_fail(err, -EOPNOTSUPP, "%s cannot launch a TD: it lacks %s", host, list);
}

int stage_machine(struct tdl_td *td, struct tdl_error *err)
{
	bool prefault = td->opt->prefault != TDL_PREFAULT_NONE;
	char list[500] = "";
	size_t used = 0, count = 0;

	td->sys_fd = host_open(td->host, KVM_NODE);
	if (td->sys_fd < 0)
		return tdl_while(err, host_failed(td->host, td->sys_fd, 0, "open " KVM_NODE, err),
				 "%s", tdl_host_name(td->host));
	for (size_t i = 0; i < host_fact_count; i++) {
		const struct host_fact *row = &host_facts[i];
		struct tdl_fact fact;

		if (!row->needed && !(prefault && row->capability == KVM_CAP_PRE_FAULT_MEMORY))
			continue;
		count++;
		int rc = host_fact_ask(td->host, td->sys_fd, row, &fact);

		if (rc < 0)
			return tdl_while(err,
					 host_failed(td->host, rc, 0, "KVM_CHECK_EXTENSION", err),
					 "%s", row->name);
		if (fact.state == TDL_FACT_PRESENT || used >= sizeof(list))
			continue;
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s%s (%s, since Linux %s)", used ? ", " : "",
					 row->short_name, row->name, row->since);
	}
	if (used)
		return missing_fact(err, tdl_host_name(td->host), list);
	td_detail(td, "%s offers all %zu", tdl_host_name(td->host), count);
	return 0;
}

int td_create_vm(struct tdl_td *td, unsigned int type, struct tdl_error *err)
{
	long fd = call_number(td, td->sys_fd, KVM_CREATE_VM, type, "KVM_CREATE_VM", err);

	if (fd < 0)
		return (int)fd;
	td->vm_fd = (int)fd;
	return 0;
}

int td_check_cpus(struct tdl_td *td, unsigned int cpus, struct tdl_error *err)
{
	long max = call_number(td, td->vm_fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS,
			       "KVM_CHECK_EXTENSION", err);

	if (max < 0)
		return (int)max;
	if (max > 0 && cpus > (unsigned long)max)
		return tdl_fail(err, -EINVAL, "%u vCPUs are asked for, %s allows at most %ld", cpus,
				tdl_host_name(td->host), max);
	return 0;
}

int stage_create_vm(struct tdl_td *td, struct tdl_error *err)
{
	int rc = td_create_vm(td, KVM_X86_TDX_VM, err);

	if (rc < 0)
		return rc;
	td_detail(td, "type %d (TDX)", KVM_X86_TDX_VM);
	return td_check_cpus(td, tdl_plan_cpus(td->plan), err);
}

/* Linux wants the split irqchip before the APIC bus clock. */
static const struct capability {
	unsigned int number;
	const char *what;
	uint64_t arg;
	bool optional; /* skipped on a host that does not offer it */
} capabilities[] = {
	{ KVM_CAP_SPLIT_IRQCHIP, "KVM_ENABLE_CAP, the split irqchip", IOAPIC_ROUTES, false },
	{ KVM_CAP_X2APIC_API, "KVM_ENABLE_CAP, 32-bit APIC ids", X2APIC_API_FLAGS, true },
	{ KVM_CAP_EXIT_HYPERCALL, "KVM_ENABLE_CAP, MapGPA exits", HYPERCALL_MAP_GPA, true },
	{ KVM_CAP_X86_APIC_BUS_CYCLES_NS, "KVM_ENABLE_CAP, the APIC bus clock", APIC_BUS_CYCLES_NS, false },
};

int stage_enable(struct tdl_td *td, struct tdl_error *err)
{
	unsigned int enabled = 0;

	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++) {
		const struct capability *row = &capabilities[i];
		struct kvm_enable_cap cap = { .cap = row->number, .args = { row->arg } };
		long rc = 1;

		if (row->optional)
			rc = call_number(td, td->vm_fd, KVM_CHECK_EXTENSION, row->number,
					 "KVM_CHECK_EXTENSION", err);
		if (rc < 0)
			return (int)rc;
		if (rc == 0)
			continue;
		rc = call_ioctl(td, td->vm_fd, KVM_ENABLE_CAP, &cap, row->what, err);
		if (rc < 0)
			return (int)rc;
		enabled++;
	}
	td_detail(td, "%u, split irqchip and %d ns APIC bus cycle among them", enabled,
		  APIC_BUS_CYCLES_NS);
	return 0;
}
