/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists that KVM hands out only to a buffer that is large enough. */
#ifndef HOST_CAPABILITIES_H
#define HOST_CAPABILITIES_H

#include "host/host.h"
#include "uapi/kvm.h"

/* KVM_TDX_CAPABILITIES of a TD's VM descriptor; caller frees. KVM does not say how much room it
 * wants, so the buffer grows until it fits. */
int host_tdx_capabilities(struct tdl_host *host, int vm_fd, struct kvm_tdx_capabilities **ret_caps,
			  struct tdl_error *err);

/* KVM_GET_SUPPORTED_CPUID; caller frees. */
int host_supported_cpuid(struct tdl_host *host, int sys_fd, struct kvm_cpuid2 **ret_cpuid,
			 struct tdl_error *err);

/* KVM_TDX_GET_CPUID: what a vCPU of the TD will see; caller frees. */
int host_tdx_cpuid(struct tdl_host *host, int vcpu_fd, struct kvm_cpuid2 **ret_cpuid,
		   struct tdl_error *err);

#endif
