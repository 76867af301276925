/* SPDX-License-Identifier: BSD-2-Clause */
/* The door onto the machine's own KVM: plain system calls. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <tdlaunch/conformance.h>

#include "conformance/conf.h"
#include "conformance/guest.h"

struct dev {
	char *path;
};

static void on_signal(int number)
{
	(void)number;
}

static int dev_begin(void *ctx)
{
	struct sigaction action = { .sa_handler = on_signal }; /* no SA_RESTART */

	(void)ctx;
	return sigaction(SIGUSR1, &action, NULL) < 0 ? -errno : 0;
}

static const char *dev_end(void *ctx)
{
	(void)ctx;
	return NULL;
}

static int dev_open(void *ctx)
{
	const struct dev *dev = ctx;
	int fd = open(dev->path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int dev_close(void *ctx, int fd)
{
	(void)ctx;
	return close(fd) < 0 ? -errno : 0;
}

static long dev_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	long rc = ioctl(fd, request, arg);

	(void)ctx;
	return rc < 0 ? -errno : rc;
}

static int dev_mmap(void *ctx, int fd, size_t length, int prot, int flags, void **ret_address)
{
	void *at = mmap(NULL, length, prot, flags, fd, 0);

	(void)ctx;
	if (at == MAP_FAILED)
		return -errno;
	*ret_address = at;
	return 0;
}

static int dev_munmap(void *ctx, void *address, size_t length)
{
	(void)ctx;
	return munmap(address, length) < 0 ? -errno : 0;
}

static int dev_fallocate(void *ctx, int fd, int mode, int64_t offset, int64_t length)
{
	(void)ctx;
	return fallocate(fd, mode, offset, length) < 0 ? -errno : 0;
}

static ssize_t dev_pread(void *ctx, int fd, void *buffer, size_t size, int64_t offset)
{
	ssize_t n = pread(fd, buffer, size, offset);

	(void)ctx;
	return n < 0 ? -errno : n;
}

static void dev_interrupt(void *ctx, int vcpu_fd, pthread_t thread)
{
	(void)ctx;
	(void)vcpu_fd;
	pthread_kill(thread, SIGUSR1);
}

static void dev_interrupt_clear(void *ctx, int vcpu_fd)
{
	(void)ctx;
	(void)vcpu_fd;
}

static unsigned dev_version(void *ctx)
{
	unsigned major = 0, minor = 0;
	struct utsname name;

	(void)ctx;
	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return 0;
	return LINUX(major, minor);
}

static void dev_free(void *ctx)
{
	struct dev *dev = ctx;

	free(dev->path);
	free(dev);
}

static const struct conf_ops dev_ops = {
	.begin = dev_begin,
	.end = dev_end,
	.open = dev_open,
	.close = dev_close,
	.ioctl = dev_ioctl,
	.mmap = dev_mmap,
	.munmap = dev_munmap,
	.fallocate = dev_fallocate,
	.pread = dev_pread,
	.interrupt = dev_interrupt,
	.interrupt_clear = dev_interrupt_clear,
	.touch = guest_touch,
	.version = dev_version,
	.free = dev_free,
};

int tdl_conformance_dev(const char *path, struct tdl_conformance_host **ret_host,
			struct tdl_error *err)
{
	struct tdl_conformance_host *host = calloc(1, sizeof(*host));
	struct dev *dev = calloc(1, sizeof(*dev));
	int rc = -ENOMEM, fd;

	if (dev)
		dev->path = strdup(path ? path : "/dev/kvm");
	if (!host || !dev || !dev->path)
		goto out_free;
	fd = dev_open(dev);
	rc = fd;
	if (fd < 0)
		goto out_free;
	close(fd);
	host->ops = &dev_ops;
	host->ctx = dev;
	host->name = dev->path;
	*ret_host = host;
	return 0;

out_free:
	rc = tdl_fail(err, rc, "%s cannot be opened", path ? path : "/dev/kvm");
	if (dev)
		dev_free(dev);
	free(host);
	return rc;
}
