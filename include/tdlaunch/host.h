/* SPDX-License-Identifier: BSD-2-Clause */
/* A host: where a TD is launched. It is the few system calls a launch needs, answered by the
 * machine's /dev/kvm, by the embedded kernel of <tdlaunch/kernel.h>, by a recorder around either, or
 * by the caller's own functions. */
#ifndef TDLAUNCH_HOST_H
#define TDLAUNCH_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_host; /* opaque */

/**
 * struct tdl_host_ops - the system calls, as functions
 * @open:      open a device node, read-write and close-on-exec; returns a descriptor of the host
 * @close:     close such a descriptor
 * @ioctl:     a KVM ioctl on such a descriptor; an integer argument is passed as a pointer's value
 * @fallocate: fallocate(2) on a guest_memfd; NULL when the host has none
 * @mmap:      a shared read-write mapping of a descriptor, or NULL for failure; may be absent
 * @munmap:    undo @mmap; may be absent
 * @pread:     pread(2) of a KVM_GET_STATS_FD descriptor; may be absent
 * @run:       KVM_RUN of a vCPU; NULL when the host's vCPUs execute no guest code, like those of
 *             the embedded kernel
 * @td_report: what TDG.MR.REPORT would give the guest of a TD, 1024 bytes; NULL when only the guest
 *             itself can ask, as on real hardware
 * @free:      free @ctx; may be NULL
 *
 * Every function returns a negative errno for failure, never -1 with errno. They are called from
 * several threads at once, on different vCPUs.
 */
struct tdl_host_ops {
	int (*open)(void *ctx, const char *path);
	int (*close)(void *ctx, int fd);
	long (*ioctl)(void *ctx, int fd, unsigned long request, void *arg);
	int (*fallocate)(void *ctx, int fd, int mode, uint64_t offset, uint64_t length);
	void *(*mmap)(void *ctx, int fd, size_t length);
	int (*munmap)(void *ctx, void *address, size_t length);
	ssize_t (*pread)(void *ctx, int fd, void *buffer, size_t size, uint64_t offset);
	int (*run)(void *ctx, int vcpu_fd);
	int (*td_report)(void *ctx, int vm_fd, const uint8_t report_data[64],
			 uint8_t ret_report[1024]);
	void (*free)(void *ctx);
};

/**
 * tdl_host_new() - make a host of functions
 * @ops:      the functions, borrowed until the host is freed
 * @ctx:      their first argument; on success the host takes it and frees it by ops->free
 * @name:     what messages call it, copied: "/dev/kvm", "embedded"
 * @ret_host: the host, to be freed with tdl_host_free()
 * @err:      why not; NULL is fine
 *
 * Return: 0; -EINVAL when open, close or ioctl is missing; -ENOMEM.
 */
TDL_API int tdl_host_new(const struct tdl_host_ops *ops, void *ctx, const char *name,
			 struct tdl_host **ret_host, struct tdl_error *err);

/**
 * tdl_host_open_dev() - the machine's own KVM
 * @path:     device node, NULL for "/dev/kvm"
 * @ret_host: the host, to be freed with tdl_host_free()
 * @err:      why not; NULL is fine
 *
 * The node is opened once to see that it is there and answers as KVM does.
 *
 * Return: 0; -ENOENT, -EACCES, ... as open(2); -ENODEV when the node is not KVM; -ENOMEM.
 */
TDL_API int tdl_host_open_dev(const char *path, struct tdl_host **ret_host, struct tdl_error *err);

/**
 * tdl_host_record() - a host that writes down every call made through it
 * @inner:    where the calls go, borrowed: it must outlive the recorder
 * @out:      one line a call, borrowed; arguments are decoded after the call, so that what the
 *            kernel wrote back is what is shown
 * @ret_host: the recorder, to be freed with tdl_host_free()
 * @err:      why not; NULL is fine
 *
 * A line that cannot be written is dropped; ferror(@out) tells.
 *
 * Return: 0 or -ENOMEM.
 */
TDL_API int tdl_host_record(struct tdl_host *inner, FILE *out, struct tdl_host **ret_host,
			    struct tdl_error *err);

/**
 * tdl_host_free() - free a host and what it owns
 * @host: NULL is fine. Descriptors opened through it should be closed before.
 */
TDL_API void tdl_host_free(struct tdl_host *host);

/**
 * tdl_host_name() - what messages call the host
 * @host: the host
 *
 * Return: the name, which lives as long as the host.
 */
TDL_API const char *tdl_host_name(const struct tdl_host *host);

/**
 * tdl_host_reports() - whether the host can read a TD's measurements from outside
 * @host: the host
 *
 * Return: true when TDREPORTs can be fetched; on real hardware only the guest can ask for its own.
 */
TDL_API bool tdl_host_reports(const struct tdl_host *host);

/**
 * tdl_host_runs() - whether the host's vCPUs execute guest code
 * @host: the host
 *
 * Return: true for a real KVM; the embedded kernel models KVM without a processor below it.
 */
TDL_API bool tdl_host_runs(const struct tdl_host *host);

/** enum tdl_fact_state - what a probe found */
enum tdl_fact_state {
	TDL_FACT_ABSENT = 0,  /* not offered */
	TDL_FACT_PRESENT = 1, /* offered */
	TDL_FACT_UNKNOWN = 2, /* could not be asked */
};

/**
 * struct tdl_fact - one thing a host offers or does not
 * @key:     stable name for programs: "tdx", "pre_fault_memory"
 * @name:    its name in the Linux uAPI: "KVM_CAP_PRE_FAULT_MEMORY"
 * @state:   whether the host offers it
 * @value:   the number the host answered; its unit depends on the fact
 * @since:   Linux version it appeared in: "6.11"
 * @meaning: one sentence for a reader
 * @needed:  a launch of a TD cannot do without
 */
struct tdl_fact {
	const char *key;
	const char *name;
	enum tdl_fact_state state;
	uint64_t value;
	const char *since;
	const char *meaning;
	bool needed;
};

#define TDL_PROBE_FACTS_MAX 32

/**
 * struct tdl_probe - what a host offers
 * @api_version:    KVM_GET_API_VERSION, 12 on every Linux since 2.6.22
 * @vm_types:       bitmap of VM types, bit 5 is TDX
 * @tdx:            a TD can be launched: the VM type is offered and TDX capabilities can be read
 * @attributes:     TD attributes KVM supports; 0 without TDX
 * @xfam:           extended features KVM supports in a TD; 0 without TDX
 * @cpuid_leaves:   number of CPUID leaves user space may configure; 0 without TDX
 * @vcpus_max:      highest number of vCPUs of a VM
 * @guest_memfd_flags: flags KVM_CREATE_GUEST_MEMFD accepts
 * @memory_attributes: memory attribute bits, 8 is PRIVATE
 * @facts:          the same and more as a table
 * @fact_count:     rows of @facts in use
 */
struct tdl_probe {
	int api_version;
	uint32_t vm_types;
	bool tdx;
	uint64_t attributes;
	uint64_t xfam;
	uint32_t cpuid_leaves;
	uint32_t vcpus_max;
	uint64_t guest_memfd_flags;
	uint64_t memory_attributes;
	struct tdl_fact facts[TDL_PROBE_FACTS_MAX];
	size_t fact_count;
};

/**
 * tdl_host_probe() - ask a host what it offers
 * @host:      the host
 * @ret_probe: the answers; strings in it are constants
 * @err:       why not; NULL is fine
 *
 * A TD that never runs is created and destroyed again to read the TDX capabilities.
 *
 * Return: 0, also when there is no TDX; a negative errno when the host cannot be opened at all.
 * Source: Linux Documentation/virt/kvm/api.rst and x86/intel-tdx.rst.
 */
TDL_API int tdl_host_probe(struct tdl_host *host, struct tdl_probe *ret_probe,
			   struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
