/* SPDX-License-Identifier: BSD-2-Clause */
/* The door onto the embedded kernel: a fresh one for each case, which must be left empty. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/conformance.h>

#include "conformance/conf.h"
#include "kernel/kernel-test.h"
#include "kernel/kernel.h"

/* Few, so that a case can use all of them. */
#define CPUS  8
#define HKIDS 15

struct embedded {
	struct kernel *kernel;
	char *version;
	bool no_tdp;
	char left[120];
	unsigned adds_left; /* TDH.MEM.PAGE.ADDs until the signal; 0: none is wanted */
	int add_vcpu;
};

static struct kernel *kernel_of(void *ctx)
{
	return ((struct embedded *)ctx)->kernel;
}

static void count_adds(void *ctx, const struct kernel_event *event)
{
	struct embedded *e = ctx;

	if (event->kind != KERNEL_EVENT_SEAMCALL || !e->adds_left ||
	    strcmp(event->name, "TDH.MEM.PAGE.ADD") != 0)
		return;
	if (--e->adds_left == 0)
		kernel_interrupt(e->kernel, e->add_vcpu);
}

static void interrupt_at_add(void *ctx, int vcpu_fd, unsigned n)
{
	struct embedded *e = ctx;

	e->add_vcpu = vcpu_fd;
	e->adds_left = n;
}

static int begin(void *ctx)
{
	struct embedded *e = ctx;
	struct kernel_config config = { .cpus = CPUS,
					.hkids = HKIDS,
					.linux_version = e->version,
					.no_tdp = e->no_tdp,
					.trace = count_adds,
					.trace_ctx = e };

	e->adds_left = 0;
	return kernel_new(&config, &e->kernel);
}

static const char *end(void *ctx)
{
	struct embedded *e = ctx;
	unsigned open;
	uint64_t pages;

	if (!e->kernel)
		return NULL;
	open = kernel_test_open_count(e->kernel);
	pages = kernel_test_pages_used(e->kernel);
	kernel_free(e->kernel);
	e->kernel = NULL;
	if (!open && !pages)
		return NULL;
	snprintf(e->left, sizeof(e->left), "%u descriptors, %llu pages", open,
		 (unsigned long long)pages);
	return e->left;
}

static int do_open(void *ctx)
{
	return kernel_open(kernel_of(ctx), "/dev/kvm");
}

static int do_close(void *ctx, int fd)
{
	return kernel_close(kernel_of(ctx), fd);
}

static long do_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	return kernel_ioctl(kernel_of(ctx), fd, request, arg);
}

static int do_mmap(void *ctx, int fd, size_t length, int prot, int flags, void **ret_address)
{
	return kernel_mmap(kernel_of(ctx), fd, length, prot, flags, 0, ret_address);
}

static int do_munmap(void *ctx, void *address, size_t length)
{
	return kernel_munmap(kernel_of(ctx), address, length);
}

static int do_fallocate(void *ctx, int fd, int mode, int64_t offset, int64_t length)
{
	return kernel_fallocate(kernel_of(ctx), fd, mode, offset, length);
}

static ssize_t do_pread(void *ctx, int fd, void *buffer, size_t size, int64_t offset)
{
	return kernel_pread(kernel_of(ctx), fd, buffer, size, offset);
}

static void interrupt(void *ctx, int vcpu_fd, pthread_t thread)
{
	(void)thread;
	kernel_interrupt(kernel_of(ctx), vcpu_fd);
}

static void interrupt_clear(void *ctx, int vcpu_fd)
{
	kernel_interrupt_clear(kernel_of(ctx), vcpu_fd);
}

static int touch(void *ctx, int vcpu_fd, uint64_t gpa, bool is_write, bool is_private)
{
	return kernel_test_guest_touch(kernel_of(ctx), vcpu_fd, gpa, is_write, is_private);
}

static unsigned version(void *ctx)
{
	const struct embedded *e = ctx;
	unsigned major = 7, minor = 2;

	if (e->version)
		sscanf(e->version, "%u.%u", &major, &minor);
	return LINUX(major, minor);
}

static int inject(void *ctx, int vm_fd, enum conf_fault kind, uint64_t gpa, uint64_t skip,
		  uint64_t times)
{
	static const enum kernel_fault_kind kinds[] = {
		[CONF_RETRY] = KERNEL_FAULT_RETRY,
		[CONF_EMULATE] = KERNEL_FAULT_EMULATE,
		[CONF_INVALID] = KERNEL_FAULT_INVALID,
		[CONF_EAGAIN] = KERNEL_FAULT_EAGAIN,
		[CONF_ENOMEM] = KERNEL_FAULT_ENOMEM,
		[CONF_EHWPOISON] = KERNEL_FAULT_EHWPOISON,
		[CONF_SIGNAL] = KERNEL_FAULT_SIGNAL,
		[CONF_VM_DEAD] = KERNEL_FAULT_VM_DEAD,
	};
	const struct kernel_fault fault = {
		.kind = kinds[kind], .gpa = gpa, .skip = skip, .times = times
	};

	return kernel_test_inject(kernel_of(ctx), vm_fd, &fault);
}

static int host_level(void *ctx, int vm_fd, uint64_t hva, uint64_t size, unsigned level)
{
	return kernel_test_host_level(kernel_of(ctx), vm_fd, hva, size, level);
}

static int user_changed(void *ctx, int fd, uint64_t hva, uint64_t size)
{
	return kernel_test_user_changed(kernel_of(ctx), fd, hva, size);
}

static int vm_dead(void *ctx, int vm_fd)
{
	return kernel_test_vm_dead(kernel_of(ctx), vm_fd);
}

static int set_nested(void *ctx, int vcpu_fd, bool tdp)
{
	return kernel_test_set_nested(kernel_of(ctx), vcpu_fd,
				      tdp ? KERNEL_NESTED_TDP : KERNEL_NESTED_SHADOW);
}

static uint64_t stat(void *ctx, int fd, const char *name)
{
	return kernel_test_stat(kernel_of(ctx), fd, name);
}

static int td_report(void *ctx, int vm_fd, uint8_t ret_report[1024])
{
	static const uint8_t data[64];

	return kernel_td_report(kernel_of(ctx), vm_fd, data, ret_report);
}

static const char *last_rule(void *ctx)
{
	struct kernel_refusal refusal;

	kernel_last_refusal(kernel_of(ctx), &refusal);
	return refusal.rule ? refusal.rule : "";
}

static void embedded_free(void *ctx)
{
	struct embedded *e = ctx;

	free(e->version);
	free(e);
}

static const struct conf_ops embedded_ops = {
	.begin = begin,
	.end = end,
	.open = do_open,
	.close = do_close,
	.ioctl = do_ioctl,
	.mmap = do_mmap,
	.munmap = do_munmap,
	.fallocate = do_fallocate,
	.pread = do_pread,
	.interrupt = interrupt,
	.interrupt_clear = interrupt_clear,
	.touch = touch,
	.version = version,
	.inject = inject,
	.host_level = host_level,
	.user_changed = user_changed,
	.vm_dead = vm_dead,
	.interrupt_at_add = interrupt_at_add,
	.set_nested = set_nested,
	.stat = stat,
	.td_report = td_report,
	.last_rule = last_rule,
	.free = embedded_free,
};

int tdl_conformance_embedded(const char *linux_version, bool no_tdp,
			     struct tdl_conformance_host **ret_host, struct tdl_error *err)
{
	struct tdl_conformance_host *host = calloc(1, sizeof(*host));
	struct embedded *e = calloc(1, sizeof(*e));
	int rc = -ENOMEM;

	if (!host || !e)
		goto out_free;
	e->no_tdp = no_tdp;
	e->version = linux_version ? strdup(linux_version) : NULL;
	if (linux_version && !e->version)
		goto out_free;
	rc = begin(e);
	if (rc < 0)
		goto out_free;
	kernel_free(e->kernel);
	e->kernel = NULL;
	host->ops = &embedded_ops;
	host->ctx = e;
	host->name = "embedded";
	*ret_host = host;
	return 0;

out_free:
	if (e)
		embedded_free(e);
	free(host);
	return tdl_fail(err, rc, "no embedded kernel like Linux %s",
			linux_version ? linux_version : "7.2");
}
