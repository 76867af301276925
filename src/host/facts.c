/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of facts. Source: Linux Documentation/virt/kvm/api.rst and include/uapi/linux/kvm.h. */
#include "host/facts.h"

#include "base/attr.h"
#include "uapi/kvm.h"

#define TYPE(type) (UINT64_C(1) << (type))

const struct host_fact host_facts[] = {
	{ "vm_type_tdx", "KVM_X86_TDX_VM", "TDX guests", KVM_CAP_VM_TYPES, TYPE(KVM_X86_TDX_VM),
	  "6.16", true, "TDs can be created: kvm_intel runs with tdx=1 on a CPU whose module is up" },
	{ "vm_type_sw_protected", "KVM_X86_SW_PROTECTED_VM", "software-protected VMs",
	  KVM_CAP_VM_TYPES, TYPE(KVM_X86_SW_PROTECTED_VM), "6.8", false,
	  "private memory without hardware, for testing" },
	{ "vm_type_snp", "KVM_X86_SNP_VM", "SEV-SNP guests", KVM_CAP_VM_TYPES,
	  TYPE(KVM_X86_SNP_VM), "6.11", false, "AMD's counterpart of a TD can be created" },
	{ "user_memory2", "KVM_CAP_USER_MEMORY2", "memslots with guest_memfd", KVM_CAP_USER_MEMORY2,
	  0, "6.8", true, "a memslot can have private memory beside its shared memory" },
	{ "guest_memfd", "KVM_CAP_GUEST_MEMFD", "guest_memfd", KVM_CAP_GUEST_MEMFD, 0, "6.8", true,
	  "memory that only the guest can reach can be allocated" },
	{ "guest_memfd_flags", "KVM_CAP_GUEST_MEMFD_FLAGS", "guest_memfd flags",
	  KVM_CAP_GUEST_MEMFD_FLAGS, 0, "6.18", false,
	  "guest_memfd flags: 1 can be mapped, 2 starts out shared" },
	{ "memory_attributes", "KVM_CAP_MEMORY_ATTRIBUTES", "memory attributes",
	  KVM_CAP_MEMORY_ATTRIBUTES, KVM_MEMORY_ATTRIBUTE_PRIVATE, "6.8", true,
	  "guest addresses can be declared private (bit 3)" },
	{ "memory_fault_info", "KVM_CAP_MEMORY_FAULT_INFO", "memory fault exits",
	  KVM_CAP_MEMORY_FAULT_INFO, 0, "6.8", false,
	  "a VMM is told which access needs a conversion" },
	{ "pre_fault_memory", "KVM_CAP_PRE_FAULT_MEMORY", "pre-fault", KVM_CAP_PRE_FAULT_MEMORY, 0,
	  "6.11", false, "guest memory can be mapped before the guest touches it; needs EPT or NPT" },
	{ "apic_bus_cycles_ns", "KVM_CAP_X86_APIC_BUS_CYCLES_NS", "the APIC bus clock",
	  KVM_CAP_X86_APIC_BUS_CYCLES_NS, 0, "6.11", true,
	  "the APIC timer can run at the 25 MHz a TD is told" },
	{ "split_irqchip", "KVM_CAP_SPLIT_IRQCHIP", "the split irqchip", KVM_CAP_SPLIT_IRQCHIP, 0,
	  "4.4", true, "the I/O APIC is emulated by the VMM, as a TD requires" },
	{ "x2apic_api", "KVM_CAP_X2APIC_API", "32-bit APIC ids", KVM_CAP_X2APIC_API, 0, "4.8", false,
	  "more than 255 vCPUs can receive interrupts" },
	{ "exit_hypercall", "KVM_CAP_EXIT_HYPERCALL", "hypercall exits", KVM_CAP_EXIT_HYPERCALL,
	  UINT64_C(1) << 12, "5.14", false, "a guest can ask for pages to become shared (MapGPA)" },
	{ "max_vcpus", "KVM_CAP_MAX_VCPUS", "vCPU limit", KVM_CAP_MAX_VCPUS, 0, "3.1", false,
	  "most vCPUs a VM can have; a TD may have fewer" },
	{ "nr_memslots", "KVM_CAP_NR_MEMSLOTS", "memslot limit", KVM_CAP_NR_MEMSLOTS, 0, "2.6.24",
	  false, "most memslots a VM can have" },
};

const size_t host_fact_count = ARRAY_SIZE(host_facts);

int host_fact_ask(struct tdl_host *host, int sys_fd, const struct host_fact *row,
		  struct tdl_fact *ret_fact)
{
	long rc = host_check(host, sys_fd, row->capability);
	uint64_t value = rc > 0 ? (uint64_t)rc : 0;
	bool yes = row->mask ? (value & row->mask) != 0 : value != 0;

	*ret_fact = (struct tdl_fact){
		.key = row->key,
		.name = row->name,
		.state = rc < 0 ? TDL_FACT_UNKNOWN : yes ? TDL_FACT_PRESENT : TDL_FACT_ABSENT,
		.value = value,
		.since = row->since,
		.meaning = row->meaning,
		.needed = row->needed,
	};
	return rc < 0 ? (int)rc : 0;
}
