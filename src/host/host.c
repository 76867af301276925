/* SPDX-License-Identifier: BSD-2-Clause */
/* A host is a table of functions and a name. */
#include "host/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/kvm.h"

#define CHECK_TRIES 100 /* of a question that a signal keeps away */

int tdl_host_new(const struct tdl_host_ops *ops, void *ctx, const char *name,
		 struct tdl_host **ret_host, struct tdl_error *err)
{
	struct tdl_host *host;

	if (!ops || !ops->open || !ops->close || !ops->ioctl)
		return tdl_fail(err, -EINVAL, "a host needs open, close and ioctl");
	host = calloc(1, sizeof(*host));
	if (host)
		host->name = strdup(name);
	if (!host || !host->name) {
		free(host);
		return tdl_fail(err, -ENOMEM, "no memory for a host");
	}
	host->ops = ops;
	host->ctx = ctx;
	*ret_host = host;
	return 0;
}

void tdl_host_free(struct tdl_host *host)
{
	if (!host)
		return;
	if (host->ops->free)
		host->ops->free(host->ctx);
	free(host->name);
	free(host);
}

const char *tdl_host_name(const struct tdl_host *host)
{
	return host->name;
}

bool tdl_host_reports(const struct tdl_host *host)
{
	return host->ops->td_report;
}

bool tdl_host_runs(const struct tdl_host *host)
{
	return host->ops->run;
}

int host_open(struct tdl_host *host, const char *path)
{
	int fd;

	do
		fd = host->ops->open(host->ctx, path);
	while (fd == -EINTR);
	return fd;
}

int host_close(struct tdl_host *host, int fd)
{
	return host->ops->close(host->ctx, fd);
}

long host_ioctl(struct tdl_host *host, int fd, unsigned long request, void *arg)
{
	return host->ops->ioctl(host->ctx, fd, request, arg);
}

long host_ioctl_number(struct tdl_host *host, int fd, unsigned long request, uint64_t number)
{
	return host_ioctl(host, fd, request, (void *)(uintptr_t)number);
}

void *host_mmap(struct tdl_host *host, int fd, size_t length)
{
	return host->ops->mmap ? host->ops->mmap(host->ctx, fd, length) : NULL;
}

void host_munmap(struct tdl_host *host, void *address, size_t length)
{
	if (address && host->ops->munmap)
		host->ops->munmap(host->ctx, address, length);
}

ssize_t host_pread(struct tdl_host *host, int fd, void *buffer, size_t size, uint64_t offset)
{
	if (!host->ops->pread)
		return -EOPNOTSUPP;
	return host->ops->pread(host->ctx, fd, buffer, size, offset);
}

int host_run(struct tdl_host *host, int vcpu_fd)
{
	return host->ops->run ? host->ops->run(host->ctx, vcpu_fd) : -EOPNOTSUPP;
}

int host_td_report(struct tdl_host *host, int vm_fd, const uint8_t report_data[64],
		   uint8_t ret_report[1024])
{
	if (!host->ops->td_report)
		return -EOPNOTSUPP;
	return host->ops->td_report(host->ctx, vm_fd, report_data, ret_report);
}

int host_failed(const struct tdl_host *host, int rc, uint64_t hw, const char *what,
		struct tdl_error *err)
{
	if (rc == -EINVAL)
		return tdl_fail_hw(err, -EIO, hw, "%s: %s answers \"%s\"", what, host->name,
				   strerror(EINVAL));
	return tdl_fail_hw(err, rc, hw, "%s: %s", what, strerror(-rc));
}

long host_check(struct tdl_host *host, int fd, unsigned int capability)
{
	long rc = -EINTR;

	for (int i = 0; i < CHECK_TRIES && (rc == -EINTR || rc == -EAGAIN || rc == -EBUSY); i++)
		rc = host_ioctl_number(host, fd, KVM_CHECK_EXTENSION, capability);
	return rc;
}
