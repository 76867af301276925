/* SPDX-License-Identifier: BSD-2-Clause */
/* A host inside the library: the table of system calls and short words for the common ones. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/host.h>

struct tdl_host {
	const struct tdl_host_ops *ops; /* borrowed */
	void *ctx;			/* owned through ops->free */
	char *name;			/* owned */
};

/* Each returns what the host returned: a value, or a negative errno. */
int host_open(struct tdl_host *host, const char *path);
int host_close(struct tdl_host *host, int fd);
long host_ioctl(struct tdl_host *host, int fd, unsigned long request, void *arg);
/* An ioctl whose argument is a number. */
long host_ioctl_number(struct tdl_host *host, int fd, unsigned long request, uint64_t number);
/* A shared mapping of a descriptor, or NULL. */
void *host_mmap(struct tdl_host *host, int fd, size_t length);
void host_munmap(struct tdl_host *host, void *address, size_t length);
/* -EOPNOTSUPP where the host has no such call. */
ssize_t host_pread(struct tdl_host *host, int fd, void *buffer, size_t size, uint64_t offset);
int host_run(struct tdl_host *host, int vcpu_fd);
int host_td_report(struct tdl_host *host, int vm_fd, const uint8_t report_data[64],
		   uint8_t ret_report[1024]);

/* Record that a call failed for good: -EIO for EINVAL, which is the host's word and no mistake of the
 * caller of the library. hw: the TDX module's status or 0. Returns the code recorded. */
int host_failed(const struct tdl_host *host, int rc, uint64_t hw, const char *what,
		struct tdl_error *err);

/* KVM_CHECK_EXTENSION: what it answered, or a negative errno. */
long host_check(struct tdl_host *host, int fd, unsigned int capability);

#endif
