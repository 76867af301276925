/* SPDX-License-Identifier: BSD-2-Clause */
/* What a host offers. TDX is believed only when a TD's VM can be made and its capabilities read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "host/capabilities.h"
#include "host/facts.h"
#include "uapi/kvm.h"

static void add_fact(struct tdl_probe *probe, const char *key, const char *name, uint64_t value,
		     bool known, const char *meaning)
{
	probe->facts[probe->fact_count++] = (struct tdl_fact){
		.key = key,
		.name = name,
		.state = !known ? TDL_FACT_ABSENT : value ? TDL_FACT_PRESENT : TDL_FACT_ABSENT,
		.value = value,
		.since = "6.16",
		.meaning = meaning,
		.needed = true,
	};
}

/* KVM_TDX_CAPABILITIES needs a VM, which lives only as long as the question. */
static void ask_tdx(struct tdl_host *host, int sys_fd, struct tdl_probe *probe)
{
	AUTO_FREE struct kvm_tdx_capabilities *caps = NULL;
	long vm_fd = host_ioctl_number(host, sys_fd, KVM_CREATE_VM, KVM_X86_TDX_VM);

	if (vm_fd >= 0) {
		probe->tdx = host_tdx_capabilities(host, (int)vm_fd, &caps, NULL) == 0;
		if (probe->tdx) {
			probe->attributes = caps->supported_attrs;
			probe->xfam = caps->supported_xfam;
			probe->cpuid_leaves = caps->cpuid.nent;
		}
		host_close(host, (int)vm_fd);
	}
	add_fact(probe, "tdx_attributes", "kvm_tdx_capabilities.supported_attrs",
		 probe->attributes, probe->tdx,
		 "TD attributes that can be set; bit 28 is SEPT_VE_DISABLE");
	add_fact(probe, "tdx_xfam", "kvm_tdx_capabilities.supported_xfam", probe->xfam, probe->tdx,
		 "extended features (XSAVE) that a TD can use");
	add_fact(probe, "tdx_cpuid", "kvm_tdx_capabilities.cpuid", probe->cpuid_leaves, probe->tdx,
		 "CPUID leaves of a TD that user space can configure");
}

static uint64_t fact_value(const struct tdl_probe *probe, const char *key)
{
	for (size_t i = 0; i < probe->fact_count; i++)
		if (!strcmp(probe->facts[i].key, key))
			return probe->facts[i].value;
	return 0;
}

int tdl_host_probe(struct tdl_host *host, struct tdl_probe *ret_probe, struct tdl_error *err)
{
	struct tdl_probe probe = { 0 };
	int sys_fd = host_open(host, KVM_NODE);
	long version;

	if (sys_fd < 0)
		return tdl_fail(err, sys_fd, "cannot open %s: %s", tdl_host_name(host),
				strerror(-sys_fd));
	version = host_ioctl_number(host, sys_fd, KVM_GET_API_VERSION, 0);
	if (version != KVM_API_VERSION) {
		host_close(host, sys_fd);
		return tdl_fail(err, -ENODEV, "%s is not KVM: its API version is %ld, not %d",
				tdl_host_name(host), version, KVM_API_VERSION);
	}
	probe.api_version = (int)version;
	for (size_t i = 0; i < host_fact_count; i++)
		host_fact_ask(host, sys_fd, &host_facts[i], &probe.facts[probe.fact_count++]);
	probe.vm_types = (uint32_t)fact_value(&probe, "vm_type_tdx");
	probe.vcpus_max = (uint32_t)fact_value(&probe, "max_vcpus");
	probe.guest_memfd_flags = fact_value(&probe, "guest_memfd_flags");
	probe.memory_attributes = fact_value(&probe, "memory_attributes");
	ask_tdx(host, sys_fd, &probe);
	host_close(host, sys_fd);
	*ret_probe = probe;
	return 0;
}
