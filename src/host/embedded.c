/* SPDX-License-Identifier: BSD-2-Clause */
/* The embedded kernel as a host. This file is part of libtdlaunch-kernel, not of libtdlaunch. */
#include <tdlaunch/kernel.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host/embedded.h"
#include "host/host.h"

struct embedded {
	struct kernel *kernel; /* owned */
	void (*trace)(void *ctx, const char *line);
	void *trace_ctx;
};

static int embedded_open(void *ctx, const char *path)
{
	return kernel_open(((struct embedded *)ctx)->kernel, path);
}

static int embedded_close(void *ctx, int fd)
{
	return kernel_close(((struct embedded *)ctx)->kernel, fd);
}

static long embedded_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	return kernel_ioctl(((struct embedded *)ctx)->kernel, fd, request, arg);
}

static int embedded_fallocate(void *ctx, int fd, int mode, uint64_t offset, uint64_t length)
{
	return kernel_fallocate(((struct embedded *)ctx)->kernel, fd, mode, (off_t)offset,
				(off_t)length);
}

static void *embedded_mmap(void *ctx, int fd, size_t length)
{
	void *at = NULL;
	int rc = kernel_mmap(((struct embedded *)ctx)->kernel, fd, length, PROT_READ | PROT_WRITE,
			     MAP_SHARED, 0, &at);

	return rc < 0 ? NULL : at;
}

static int embedded_munmap(void *ctx, void *address, size_t length)
{
	return kernel_munmap(((struct embedded *)ctx)->kernel, address, length);
}

static ssize_t embedded_pread(void *ctx, int fd, void *buffer, size_t size, uint64_t offset)
{
	return kernel_pread(((struct embedded *)ctx)->kernel, fd, buffer, size, (off_t)offset);
}

static int embedded_report(void *ctx, int vm_fd, const uint8_t report_data[64],
			   uint8_t ret_report[1024])
{
	return kernel_td_report(((struct embedded *)ctx)->kernel, vm_fd, report_data, ret_report);
}

static void embedded_free(void *ctx)
{
	struct embedded *e = ctx;

	kernel_free(e->kernel);
	free(e);
}

static const struct tdl_host_ops embedded_ops = {
	.open = embedded_open,
	.close = embedded_close,
	.ioctl = embedded_ioctl,
	.fallocate = embedded_fallocate,
	.mmap = embedded_mmap,
	.munmap = embedded_munmap,
	.pread = embedded_pread,
	.td_report = embedded_report,
	.free = embedded_free,
};

struct kernel *embedded_kernel(const struct tdl_host *host)
{
	return host->ops == &embedded_ops ? ((struct embedded *)host->ctx)->kernel : NULL;
}

/* One event as one line. */
static void trace_event(void *ctx, const struct kernel_event *event)
{
	const struct embedded *e = ctx;
	char line[400];

	switch (event->kind) {
	case KERNEL_EVENT_CALL:
		snprintf(line, sizeof(line), "call %s fd %d = %lld", event->name, event->fd,
			 (long long)event->result);
		break;
	case KERNEL_EVENT_REFUSAL:
		snprintf(line, sizeof(line), "refused %s (%lld): %s", event->name,
			 (long long)event->result, event->text ? event->text : "");
		break;
	case KERNEL_EVENT_FAULT:
		snprintf(line, sizeof(line), "fault 0x%llx %s level %u: %s",
			 (unsigned long long)event->gpa, event->is_private ? "private" : "shared",
			 event->level, event->name);
		break;
	case KERNEL_EVENT_SEAMCALL:
		snprintf(line, sizeof(line), "seamcall %s rcx 0x%llx = 0x%016llx", event->name,
			 (unsigned long long)event->gpa, (unsigned long long)event->status);
		break;
	default:
		return;
	}
	e->trace(e->trace_ctx, line);
}

/* 0, or what is wrong with a Linux version and which would be right. */
static int check_version(const char *version, struct tdl_error *err)
{
	char known[120] = "";
	size_t used = 0;

	for (size_t i = 0; kernel_linux_version(i); i++) {
		if (!version || strcmp(version, kernel_linux_version(i)) == 0)
			return 0;
		if (used < sizeof(known))
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
						 i ? ", " : "", kernel_linux_version(i));
	}
	return tdl_fail(err, -EINVAL, "the embedded kernel imitates Linux %s, not '%s'", known,
			version);
}

int tdl_kernel_host(const struct tdl_kernel_options *options, struct tdl_host **ret_host,
		    struct tdl_error *err)
{
	static const struct tdl_kernel_options defaults;
	const struct tdl_kernel_options *opt = options ? options : &defaults;
	struct embedded *e = NULL;
	struct kernel_config config = {
		.memory_bytes = opt->memory,
		.cpus = opt->cpus,
		.seed = opt->seed,
		.linux_version = opt->linux_version,
		.no_tdx = opt->no_tdx,
		.no_tdp = opt->no_tdp,
		.no_sw_protected = opt->no_sw_protected,
		.thp = opt->thp ? KERNEL_THP_ALWAYS : KERNEL_THP_NEVER,
		.trace = opt->trace ? trace_event : NULL,
	};
	int rc = check_version(opt->linux_version, err);

	if (rc < 0)
		return rc;
	e = calloc(1, sizeof(*e));
	if (!e)
		return tdl_fail(err, -ENOMEM, "no memory for a host");
	config.trace_ctx = e;
	e->trace = opt->trace;
	e->trace_ctx = opt->trace_ctx;
	rc = kernel_new(&config, &e->kernel);
	if (rc < 0) {
		free(e);
		return tdl_fail(err, rc, "cannot make the embedded kernel: %s", strerror(-rc));
	}
	rc = tdl_host_new(&embedded_ops, e, "the embedded kernel", ret_host, err);
	if (rc < 0)
		embedded_free(e);
	return rc;
}
