/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/capabilities.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_FIRST 64   /* fits every KVM known so far */
#define ENTRIES_MAX   4096 /* a host that wants more is not KVM */
#define TRIES_MAX     1000 /* of one call that a signal or another vCPU keeps away */

/* One question, asked with room for so many entries. Returns what the ioctl returned. */
struct question {
	const char *what;
	size_t header; /* bytes before the entries */
	long (*ask)(struct tdl_host *host, int fd, void *buffer, uint32_t entries);
};

static long ask_capabilities(struct tdl_host *host, int fd, void *buffer, uint32_t entries)
{
	struct kvm_tdx_capabilities *caps = buffer;
	struct kvm_tdx_cmd cmd = {
		.id = KVM_TDX_CAPABILITIES,
		.data = (uint64_t)(uintptr_t)caps,
	};

	caps->cpuid.nent = entries;
	return host_ioctl(host, fd, KVM_MEMORY_ENCRYPT_OP, &cmd);
}

static long ask_supported(struct tdl_host *host, int fd, void *buffer, uint32_t entries)
{
	struct kvm_cpuid2 *cpuid = buffer;

	cpuid->nent = entries;
	return host_ioctl(host, fd, KVM_GET_SUPPORTED_CPUID, cpuid);
}

static long ask_td_cpuid(struct tdl_host *host, int fd, void *buffer, uint32_t entries)
{
	struct kvm_cpuid2 *cpuid = buffer;
	struct kvm_tdx_cmd cmd = { .id = KVM_TDX_GET_CPUID, .data = (uint64_t)(uintptr_t)cpuid };

	cpuid->nent = entries;
	return host_ioctl(host, fd, KVM_MEMORY_ENCRYPT_OP, &cmd);
}

static long ask_patiently(struct tdl_host *host, int fd, const struct question *q, void *buffer,
			  uint32_t entries)
{
	long rc = -EAGAIN;

	for (int i = 0; i < TRIES_MAX; i++) {
		rc = q->ask(host, fd, buffer, entries);
		if (rc != -EINTR && rc != -EAGAIN && rc != -EBUSY)
			break;
		sched_yield();
	}
	return rc;
}

/* The answer, with the entry count where each structure has it; caller frees. */
static int ask_growing(struct tdl_host *host, int fd, const struct question *q, void **ret_buffer,
		       struct tdl_error *err)
{
	for (uint32_t entries = ENTRIES_FIRST; entries <= ENTRIES_MAX; entries *= 2) {
		void *buffer = calloc(1, q->header + entries * sizeof(struct kvm_cpuid_entry2));
		struct kvm_cpuid2 *cpuid;
		long rc;

		if (!buffer)
			return tdl_fail(err, -ENOMEM, "%s: no memory", q->what);
		cpuid = (void *)((uint8_t *)buffer + q->header - sizeof(struct kvm_cpuid2));
		rc = ask_patiently(host, fd, q, buffer, entries);
		if (rc >= 0 && cpuid->nent <= entries) {
			*ret_buffer = buffer;
			return 0;
		}
		free(buffer);
		if (rc >= 0)
			return tdl_fail(err, -EIO, "%s: more entries than there was room for",
					q->what);
		if (rc != -E2BIG)
			return host_failed(host, (int)rc, 0, q->what, err);
	}
	return tdl_fail(err, -E2BIG, "%s: %s wants room for more than %d entries", q->what,
			tdl_host_name(host), ENTRIES_MAX);
}

int host_tdx_capabilities(struct tdl_host *host, int vm_fd, struct kvm_tdx_capabilities **ret_caps,
			  struct tdl_error *err)
{
	static const struct question question = {
		"KVM_TDX_CAPABILITIES",
		sizeof(struct kvm_tdx_capabilities),
		ask_capabilities,
	};
	void *buffer = NULL;
	int rc = ask_growing(host, vm_fd, &question, &buffer, err);

	if (rc == 0)
		*ret_caps = buffer;
	return rc;
}

int host_supported_cpuid(struct tdl_host *host, int sys_fd, struct kvm_cpuid2 **ret_cpuid,
			 struct tdl_error *err)
{
	static const struct question question = {
		"KVM_GET_SUPPORTED_CPUID",
		sizeof(struct kvm_cpuid2),
		ask_supported,
	};
	void *buffer = NULL;
	int rc = ask_growing(host, sys_fd, &question, &buffer, err);

	if (rc == 0)
		*ret_cpuid = buffer;
	return rc;
}

int host_tdx_cpuid(struct tdl_host *host, int vcpu_fd, struct kvm_cpuid2 **ret_cpuid,
		   struct tdl_error *err)
{
	static const struct question question = {
		"KVM_TDX_GET_CPUID",
		sizeof(struct kvm_cpuid2),
		ask_td_cpuid,
	};
	void *buffer = NULL;
	int rc = ask_growing(host, vcpu_fd, &question, &buffer, err);

	if (rc == 0)
		*ret_cpuid = buffer;
	return rc;
}
