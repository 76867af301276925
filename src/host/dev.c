/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's own KVM: plain system calls, errno turned into a return value where it happens. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/scope.h"
#include "host/host.h"
#include "uapi/kvm.h"

static int dev_open(void *ctx, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	(void)ctx;
	return fd < 0 ? -errno : fd;
}

static int dev_close(void *ctx, int fd)
{
	(void)ctx;
	return close(fd) < 0 ? -errno : 0;
}

static long dev_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	int rc = ioctl(fd, request, arg);

	(void)ctx;
	return rc < 0 ? -errno : rc;
}

static int dev_fallocate(void *ctx, int fd, int mode, uint64_t offset, uint64_t length)
{
	(void)ctx;
	return fallocate(fd, mode, (off_t)offset, (off_t)length) < 0 ? -errno : 0;
}

static void *dev_mmap(void *ctx, int fd, size_t length)
{
	void *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	(void)ctx;
	return at == MAP_FAILED ? NULL : at;
}

static int dev_munmap(void *ctx, void *address, size_t length)
{
	(void)ctx;
	return munmap(address, length) < 0 ? -errno : 0;
}

static ssize_t dev_pread(void *ctx, int fd, void *buffer, size_t size, uint64_t offset)
{
	ssize_t n = pread(fd, buffer, size, (off_t)offset);

	(void)ctx;
	return n < 0 ? -errno : n;
}

static int dev_run(void *ctx, int vcpu_fd)
{
	(void)ctx;
	return ioctl(vcpu_fd, KVM_RUN, 0) < 0 ? -errno : 0;
}

static const struct tdl_host_ops dev_ops = {
	.open = dev_open,
	.close = dev_close,
	.ioctl = dev_ioctl,
	.fallocate = dev_fallocate,
	.mmap = dev_mmap,
	.munmap = dev_munmap,
	.pread = dev_pread,
	.run = dev_run,
};

int tdl_host_open_dev(const char *path, struct tdl_host **ret_host, struct tdl_error *err)
{
	const char *node = path ? path : "/dev/kvm";
	AUTO_CLOSE int fd = open(node, O_RDWR | O_CLOEXEC);
	int version;

	if (fd < 0)
		return tdl_fail(err, -errno, "cannot open %s: %s", node, strerror(errno));
	version = ioctl(fd, KVM_GET_API_VERSION, 0);
	if (version != KVM_API_VERSION)
		return tdl_fail(err, -ENODEV, "%s is not KVM", node);
	return tdl_host_new(&dev_ops, NULL, node, ret_host, err);
}
