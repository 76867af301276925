/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUID and MSRs: lists that user space sizes by trial. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/scope.h"
#include "kernel/core/core.h"
#include "kernel/mmu/user.h"

#define MSRS_MAX 256u

static const uint32_t msrs[] = { 0x10, 0x1b, 0x3a, 0x174, 0x175, 0x176, 0x1a0, 0x277, 0xc0000080,
				 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0000102 };

/* Feature MSRs and what they hold. */
static const struct {
	uint32_t index;
	uint64_t value;
} feature_msrs[] = {
	{ 0x8b, 0x2b000603ull << 32 }, /* microcode revision */
	{ 0xcf, 0 },		       /* CORE_CAPABILITIES */
	{ 0x10a, 0x0d89fd6b },	       /* ARCH_CAPABILITIES */
};

/* Entries behind the head at user; too small a capacity is E2BIG, with the count told or not. */
static int write_cpuid(const struct call *call, const struct kvm_cpuid_entry2 *entries,
		       unsigned count, uint32_t capacity)
{
	struct kvm_cpuid2 head = { .nent = count };

	if (capacity < count)
		return refuse(call_trace(call), -E2BIG, "cpuid.room", "room for %u of %u", capacity,
			      count);
	if (user_write((uint8_t *)call->arg + sizeof(head), entries, count * sizeof(*entries)) < 0)
		return refuse(call_trace(call), -EFAULT, "call.write", "%u entries at %p", count,
			      call->arg);
	return call_write(call, &head, sizeof(head));
}

/* kvm_dev_ioctl_get_cpuid(): the count is not told when it does not fit. */
long get_supported_cpuid(struct call *call)
{
	struct kvm_cpuid2 head;
	unsigned count = 0;
	const struct kvm_cpuid_entry2 *entries = machine_cpuid(&count);
	int rc = call_read(call, &head, sizeof(head));

	return rc < 0 ? rc : write_cpuid(call, entries, count, head.nent);
}

/* kvm_vcpu_ioctl_get_cpuid2(): the count is told. */
long get_cpuid2(struct call *call)
{
	struct vcpu *vcpu = call->vcpu;
	struct kvm_cpuid2 head;
	int rc = call_read(call, &head, sizeof(head));

	if (rc < 0)
		return rc;
	rc = write_cpuid(call, vcpu->cpuid, vcpu->cpuid_count, head.nent);
	if (rc == -E2BIG) {
		head.nent = vcpu->cpuid_count;
		if (call_write(call, &head, sizeof(head)) < 0)
			return -EFAULT;
	}
	return rc;
}

/* kvm_vcpu_ioctl_set_cpuid2() */
long set_cpuid2(struct call *call)
{
	struct kvm_cpuid2 head;
	int rc = call_read(call, &head, sizeof(head));

	if (rc < 0)
		return rc;
	if (head.nent > KVM_MAX_CPUID_ENTRIES)
		return refuse(call_trace(call), -E2BIG, "cpuid.count", "%u entries", head.nent);
	AUTO_FREE struct kvm_cpuid_entry2 *entries = calloc(head.nent + 1, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	if (user_read(entries, (const uint8_t *)call->arg + sizeof(head),
		      head.nent * sizeof(*entries)) < 0)
		return refuse(call_trace(call), -EFAULT, "call.read", "%u entries at %p", head.nent,
			      call->arg);
	free(call->vcpu->cpuid);
	call->vcpu->cpuid = steal(entries);
	call->vcpu->cpuid_count = head.nent;
	return 0;
}

/* Write the count back, then the list if it fits. */
static long write_list(struct call *call, const uint32_t *indices, uint32_t count)
{
	uint32_t capacity;
	int rc = call_read(call, &capacity, sizeof(capacity));

	if (rc == 0)
		rc = call_write(call, &count, sizeof(count));
	if (rc < 0)
		return rc;
	if (capacity < count)
		return refuse(call_trace(call), -E2BIG, "msr.room", "room for %u of %u", capacity,
			      count);
	if (user_write((uint8_t *)call->arg + sizeof(count), indices, count * sizeof(*indices)) < 0)
		return refuse(call_trace(call), -EFAULT, "call.write", "%u MSRs at %p", count,
			      call->arg);
	return 0;
}

long get_msr_index_list(struct call *call)
{
	return write_list(call, msrs, ARRAY_SIZE(msrs));
}

long get_msr_feature_index_list(struct call *call)
{
	uint32_t indices[ARRAY_SIZE(feature_msrs)];

	for (size_t i = 0; i < ARRAY_SIZE(feature_msrs); i++)
		indices[i] = feature_msrs[i].index;
	return write_list(call, indices, ARRAY_SIZE(indices));
}

static uint64_t msr_value(uint32_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(feature_msrs); i++)
		if (feature_msrs[i].index == index)
			return feature_msrs[i].value;
	return 0;
}

/* Read the head and the entries; *ret_entries is the caller's to free. */
static int read_msrs(struct call *call, struct kvm_msrs *ret_head,
		     struct kvm_msr_entry **ret_entries)
{
	int rc = call_read(call, ret_head, sizeof(*ret_head));

	if (rc < 0)
		return rc;
	if (ret_head->nmsrs >= MSRS_MAX)
		return refuse(call_trace(call), -E2BIG, "msr.count", "%u MSRs", ret_head->nmsrs);
	AUTO_FREE struct kvm_msr_entry *entries = calloc(ret_head->nmsrs + 1, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	if (user_read(entries, (const uint8_t *)call->arg + sizeof(*ret_head),
		      ret_head->nmsrs * sizeof(*entries)) < 0)
		return refuse(call_trace(call), -EFAULT, "call.read", "%u MSRs at %p",
			      ret_head->nmsrs, call->arg);
	*ret_entries = steal(entries);
	return 0;
}

/* What no guest has written reads as its feature value, or 0. */
long get_msrs(struct call *call)
{
	struct kvm_msrs head = { .nmsrs = 0 };
	AUTO_FREE struct kvm_msr_entry *entries = NULL;
	int rc = read_msrs(call, &head, &entries);

	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < head.nmsrs; i++)
		entries[i].data = msr_value(entries[i].index);
	if (user_write((uint8_t *)call->arg + sizeof(head), entries,
		       head.nmsrs * sizeof(*entries)) < 0)
		return refuse(call_trace(call), -EFAULT, "call.write", "%u MSRs at %p", head.nmsrs,
			      call->arg);
	return head.nmsrs;
}

long set_msrs(struct call *call)
{
	struct kvm_msrs head = { .nmsrs = 0 };
	AUTO_FREE struct kvm_msr_entry *entries = NULL;
	int rc = read_msrs(call, &head, &entries);

	return rc < 0 ? rc : (long)head.nmsrs;
}
