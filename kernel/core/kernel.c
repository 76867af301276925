/* SPDX-License-Identifier: BSD-2-Clause */
/* The door: a machine, and the calls into it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/range.h"
#include "kernel/core/core.h"
#include "kernel/tdx/tdx.h"

#define FIRST_FRAME  0x100000u /* 4 GiB: what lies below is the host's own */
#define MEMORY_BYTES ((uint64_t)2 << 40)
#define MEMORY_MAX   ((uint64_t)1 << 50)
#define CPUS	     64u
#define CPUS_MAX     1024u
#define HKIDS	     63u
#define HKIDS_MAX    2048u
#define TSC_KHZ	     2000000u

static int fill_in(struct kernel_config *config)
{
	if (!config->memory_bytes)
		config->memory_bytes = MEMORY_BYTES;
	if (!config->cpus)
		config->cpus = CPUS;
	if (!config->hkids)
		config->hkids = HKIDS;
	if (!config->tsc_khz)
		config->tsc_khz = TSC_KHZ;
	if (!config->linux_version)
		config->linux_version = "7.2";
	if (config->no_tdp) {
		config->no_tdx = true;
		config->no_sw_protected = true;
	}
	if (!is_aligned(config->memory_bytes, PAGE_SIZE_4K) || config->memory_bytes > MEMORY_MAX ||
	    config->cpus > CPUS_MAX || config->hkids > HKIDS_MAX ||
	    config->thp > KERNEL_THP_ALWAYS || !linux_find(config->linux_version))
		return -EINVAL;
	return 0;
}

int kernel_new(const struct kernel_config *config, struct kernel **ret_kernel)
{
	struct kernel_config wanted = config ? *config : (struct kernel_config){ .seed = 0 };
	int rc = fill_in(&wanted);

	if (rc < 0)
		return rc;
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return -ENOMEM;
	struct machine *machine = &kernel->machine;

	machine->config = wanted;
	machine->behaviour = linux_find(wanted.linux_version);
	machine->config.linux_version = machine->behaviour->version;
	pthread_mutex_init(&kernel->lock, NULL);
	trace_init(&machine->trace, wanted.trace, wanted.trace_ctx);
	pages_init(&machine->pages, FIRST_FRAME, wanted.memory_bytes >> 12);
	machine->pages.hook = &machine->hook;
	if (!wanted.no_tdx && machine->behaviour->tdx)
		rc = tdx_host_new(machine, &machine->tdx);
	if (rc < 0) {
		kernel_free(kernel);
		return rc;
	}
	*ret_kernel = kernel;
	return 0;
}

void kernel_free(struct kernel *kernel)
{
	if (!kernel)
		return;
	for (unsigned i = 0; i < kernel->fds_end; i++)
		if (kernel->fds[i].file)
			kernel_close(kernel, KERNEL_FD_BASE + (int)i);
	for (unsigned i = 0; i < kernel->mappings_end; i++)
		if (kernel->mappings[i].address)
			munmap(kernel->mappings[i].address, kernel->mappings[i].length);
	tdx_host_free(kernel->machine.tdx);
	pages_end(&kernel->machine.pages);
	trace_end(&kernel->machine.trace);
	pthread_mutex_destroy(&kernel->lock);
	free(kernel);
}

const char *kernel_linux_version(size_t i)
{
	const struct linux_behaviour *row = linux_row(i);

	return row ? row->version : NULL;
}

const char *kernel_rule(size_t i)
{
	return trace_rule(i);
}

void kernel_last_refusal(struct kernel *kernel, struct kernel_refusal *ret_refusal)
{
	struct trace *trace = &kernel->machine.trace;

	pthread_mutex_lock(&trace->lock);
	*ret_refusal = trace->last;
	pthread_mutex_unlock(&trace->lock);
}

static void tell(struct kernel *kernel, const char *name, int fd, unsigned long request, long rc)
{
	struct trace *trace = &kernel->machine.trace;

	if (trace_is_on(trace))
		trace_emit(trace, &(struct kernel_event){ .kind = KERNEL_EVENT_CALL,
							  .name = name ? name : "ioctl",
							  .fd = fd,
							  .request = request,
							  .result = rc });
}

int kernel_open(struct kernel *kernel, const char *path)
{
	int64_t instead;
	int rc = -ENOENT;

	if (call_is_hooked(kernel, "open", -1, &instead))
		rc = (int)instead;
	else if (strcmp(path, "/dev/kvm") == 0)
		rc = fd_new(kernel, &(struct file){ .kind = FILE_SYSTEM });
	tell(kernel, "open", rc < 0 ? -1 : rc, 0, rc);
	return rc;
}

static const char *ioctl_name(enum file_kind kind, unsigned long request)
{
	switch (kind) {
	case FILE_SYSTEM:
		return system_ioctl_name(request);
	case FILE_VM:
		return vm_ioctl_name(request);
	case FILE_VCPU:
		return vcpu_ioctl_name(request);
	case FILE_GMEM:
	case FILE_STATS:
		break;
	}
	return NULL;
}

static long run_ioctl(struct call *call, const struct file *file)
{
	switch (file->kind) {
	case FILE_SYSTEM:
		return system_ioctl(call);
	case FILE_VM:
		return vm_ioctl(call);
	case FILE_VCPU:
		call->vcpu = file->vcpu;
		return vcpu_ioctl(call);
	case FILE_GMEM:
	case FILE_STATS:
		break;
	}
	return -ENOTTY;
}

long kernel_ioctl(struct kernel *kernel, int fd, unsigned long request, void *arg)
{
	struct file *file = file_get(kernel, fd);
	int64_t instead;
	long rc;

	if (!file)
		return -EBADF;
	/* An ioctl's number is 32 bits wide. */
	struct call call = { .kernel = kernel, .vm = file->vm, .request = request & 0xffffffff,
			     .arg = arg };
	const char *name = ioctl_name(file->kind, call.request);

	if (call_is_hooked(kernel, name, fd, &instead))
		rc = (long)instead;
	else
		rc = run_ioctl(&call, file);
	tell(kernel, name, fd, request, rc);
	file_put(kernel, file);
	return rc;
}

int kernel_fallocate(struct kernel *kernel, int fd, int mode, off_t offset, off_t length)
{
	struct file *file = file_get(kernel, fd);
	int64_t instead;
	int rc = -ENODEV;

	if (!file)
		return -EBADF;
	if (call_is_hooked(kernel, "fallocate", fd, &instead)) {
		rc = (int)instead;
	} else if (file->kind == FILE_GMEM) {
		vm_lock(file->vm);
		rc = gmem_fallocate(file->gmem, mode, offset, length);
		vm_unlock(file->vm);
	}
	tell(kernel, "fallocate", fd, (unsigned long)mode, rc);
	file_put(kernel, file);
	return rc;
}

ssize_t kernel_pread(struct kernel *kernel, int fd, void *buffer, size_t size, off_t offset)
{
	struct file *file = file_get(kernel, fd);
	int64_t instead;
	ssize_t rc = -EINVAL;

	if (!file)
		return -EBADF;
	if (call_is_hooked(kernel, "pread", fd, &instead))
		rc = (ssize_t)instead;
	else if (file->kind == FILE_STATS)
		rc = stats_read(file, buffer, size, offset);
	file_put(kernel, file);
	return rc;
}

int kernel_td_report(struct kernel *kernel, int vm_fd, const uint8_t report_data[64],
		     uint8_t ret_report[1024])
{
	struct file *file = file_get(kernel, vm_fd);
	int64_t instead;
	int rc = -EINVAL;

	if (!file)
		return -EBADF;
	if (call_is_hooked(kernel, "td_report", vm_fd, &instead)) {
		rc = (int)instead;
	} else if (file->kind == FILE_VM && file->vm->ops->report) {
		vm_lock(file->vm);
		rc = file->vm->ops->report(file->vm, report_data, ret_report);
		vm_unlock(file->vm);
	}
	file_put(kernel, file);
	return rc;
}
