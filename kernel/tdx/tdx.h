/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM's TDX host code: what turns KVM_MEMORY_ENCRYPT_OP into SEAMCALLs. The machine has one struct
 * tdx_host, its TDX module and its key ids; a VM of type KVM_X86_TDX_VM gets tdx_vm_ops. */
#ifndef KERNEL_TDX_TDX_H
#define KERNEL_TDX_TDX_H

struct machine;
struct seam;
struct tdx_host; /* opaque */
struct vm_ops;

/* Switch the TDX module of a machine on. Its convertible memory is the 1 GiB blocks that hold
 * machine->pages, which must be set up. The caller hangs it on machine->tdx.
 * Return: 0; -EIO when the module offers nothing that KVM can use; -EINVAL; -ENOMEM. */
int tdx_host_new(struct machine *machine, struct tdx_host **ret_host);
void tdx_host_free(struct tdx_host *host); /* NULL is fine; no TD may be left */

/* The module itself, for tests and traces. */
struct seam *tdx_host_seam(struct tdx_host *host);

/* Hooks of a TD: kernel/vm/vm.h. */
extern const struct vm_ops tdx_vm_ops;

#endif
