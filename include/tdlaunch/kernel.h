/* SPDX-License-Identifier: BSD-2-Clause */
/* The embedded kernel as a host: a user-space model of KVM and of the TDX module, in this process.
 * It is a library of its own, libtdlaunch-kernel, so that a verifier carries no kernel. */
#ifndef TDLAUNCH_KERNEL_H
#define TDLAUNCH_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include <tdlaunch/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct tdl_kernel_options - what machine is modelled; zero in a field takes the default
 * @cpus:   logical CPUs of the modelled machine, which is also the most vCPUs a TD can have;
 *          default 64
 * @seed:   what all randomness of the model is drawn from, for example the key of TDREPORT's MAC
 * @memory: physical memory of the modelled machine, bytes
 * @linux_version: Linux whose KVM is imitated where versions differ, such as "7.2"; default the
 *          newest that the model was written for
 * @no_tdx: the machine has no TDX
 * @no_tdp: KVM does not use two-dimensional paging; there is no private memory then
 * @no_sw_protected: KVM has no KVM_X86_SW_PROTECTED_VM, as in most distributions
 * @thp:    Linux maps ordinary memory by 2 MiB wherever it can, as with transparent huge pages
 *          always on
 * @trace:  called for every uAPI call, SEAMCALL and refusal, with one line of text; or NULL
 * @trace_ctx: its first argument
 */
struct tdl_kernel_options {
	unsigned int cpus;
	uint64_t seed;
	uint64_t memory;
	const char *linux_version;
	bool no_tdx;
	bool no_tdp;
	bool no_sw_protected;
	bool thp;
	void (*trace)(void *ctx, const char *line);
	void *trace_ctx;
};

/**
 * tdl_kernel_host() - a host on a new embedded kernel
 * @options:  what machine, NULL for defaults; copied
 * @ret_host: the host, to be freed with tdl_host_free(), which frees the kernel
 * @err:      why not; NULL is fine
 *
 * Each call makes another kernel; kernels share nothing.
 *
 * Return: 0; -EINVAL for a machine that cannot be or a Linux that is not known; -ENOMEM.
 */
TDL_API int tdl_kernel_host(const struct tdl_kernel_options *options, struct tdl_host **ret_host,
			    struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
