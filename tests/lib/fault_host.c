/* SPDX-License-Identifier: BSD-2-Clause */
/* A host in front of another, whose calls fail by the rules of fault.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/decode.h"
#include "host/host.h"
#include "tests/lib/fault_point.h"
#include "uapi/kvm.h"

#define PAGE 4096u

struct faulty {
	struct tdl_host *inner; /* borrowed */
	struct tdl_host_ops ops;
};

static void enter(const char *name, int fd)
{
	fault_call.depth++;
	fault_call.fd = fd;
	snprintf(fault_call.name, sizeof(fault_call.name), "%s", name);
}

static void leave(void)
{
	fault_call.depth--;
}

/* Fails a call that returns 0 or a negative errno. */
static bool fails(long *ret_rc)
{
	struct fault_rule rule;

	if (!fault_at(FAULT_HOST, fault_call.name, &rule))
		return false;
	*ret_rc = (long)rule.result;
	return true;
}

static int faulty_open(void *ctx, const char *path)
{
	struct faulty *f = ctx;
	long rc;

	enter("open", -1);
	if (!fails(&rc))
		rc = host_open(f->inner, path);
	leave();
	return (int)rc;
}

/* Linux closes a descriptor whatever close() returns. */
static int faulty_close(void *ctx, int fd)
{
	struct faulty *f = ctx;
	long instead;
	int rc;

	enter("close", -1);
	rc = host_close(f->inner, fd);
	if (fails(&instead))
		rc = (int)instead;
	leave();
	return rc;
}

/* "KVM_CREATE_VM" of "KVM_CREATE_VM, 5"; a sub-command has its own name. */
static void name_request(unsigned long request, const void *arg, char *name, size_t size)
{
	struct text text = { 0 };
	const char *from = text.chars;
	size_t length;

	decode_before(&text, request, arg);
	if (request == KVM_MEMORY_ENCRYPT_OP)
		from = strchr(text.chars, ' ') + 1;
	length = strcspn(from, ", ");
	if (length >= size)
		length = size - 1;
	memcpy(name, from, length);
	name[length] = '\0';
}

/* The first pages of a range, then the end that the rule says; the struct shows what is left. */
static long pre_fault_some(struct faulty *f, int fd, struct kvm_pre_fault_memory *range,
			   const struct fault_rule *rule)
{
	uint64_t held = range->size - rule->pages * PAGE;
	long rc;

	range->size -= held;
	rc = host_ioctl(f->inner, fd, KVM_PRE_FAULT_MEMORY, range);
	range->size += held;
	return rc;
}

static long add_some(struct faulty *f, int fd, struct kvm_tdx_cmd *cmd,
		     const struct fault_rule *rule)
{
	struct kvm_tdx_init_mem_region *region = (void *)(uintptr_t)cmd->data;
	uint64_t held = region->nr_pages - rule->pages;
	long rc;

	region->nr_pages -= held;
	rc = host_ioctl(f->inner, fd, KVM_MEMORY_ENCRYPT_OP, cmd);
	region->nr_pages += held;
	return rc < 0 ? rc : (long)rule->result;
}

static long call_ioctl(struct faulty *f, int fd, unsigned long request, void *arg)
{
	struct kvm_pre_fault_memory *range = request == KVM_PRE_FAULT_MEMORY ? arg : NULL;
	struct kvm_tdx_cmd *cmd = request == KVM_MEMORY_ENCRYPT_OP ? arg : NULL;
	struct fault_rule rule;
	uint64_t pages = 0;
	long rc;

	if (range)
		pages = range->size / PAGE;
	else if (cmd && cmd->id == KVM_TDX_INIT_MEM_REGION)
		pages = ((struct kvm_tdx_init_mem_region *)(uintptr_t)cmd->data)->nr_pages;
	if (pages && fault_at(FAULT_PARTIAL, fault_call.name, &rule) && rule.pages < pages) {
		if (!rule.pages)
			return (long)rule.result;
		return range ? pre_fault_some(f, fd, range, &rule) : add_some(f, fd, cmd, &rule);
	}
	rc = host_ioctl(f->inner, fd, request, arg);
	if (cmd)
		fault_note_hw_error(cmd->hw_error);
	return rc;
}

static long faulty_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	char name[sizeof(fault_call.name)];
	long rc;

	name_request(request, arg, name, sizeof(name));
	enter(name, fd);
	if (!fails(&rc))
		rc = call_ioctl(ctx, fd, request, arg);
	leave();
	return rc;
}

static int faulty_fallocate(void *ctx, int fd, int mode, uint64_t offset, uint64_t length)
{
	struct faulty *f = ctx;
	long rc;

	enter("fallocate", -1);
	if (!fails(&rc))
		rc = f->inner->ops->fallocate(f->inner->ctx, fd, mode, offset, length);
	leave();
	return (int)rc;
}

static void *faulty_mmap(void *ctx, int fd, size_t length)
{
	struct faulty *f = ctx;
	void *at = NULL;
	long rc;

	enter("mmap", -1);
	if (!fails(&rc))
		at = f->inner->ops->mmap(f->inner->ctx, fd, length);
	leave();
	return at;
}

static int faulty_munmap(void *ctx, void *address, size_t length)
{
	struct faulty *f = ctx;

	return f->inner->ops->munmap(f->inner->ctx, address, length);
}

static ssize_t faulty_pread(void *ctx, int fd, void *buffer, size_t size, uint64_t offset)
{
	struct faulty *f = ctx;
	long rc;

	enter("pread", -1);
	if (!fails(&rc))
		rc = host_pread(f->inner, fd, buffer, size, offset);
	leave();
	return rc;
}

static int faulty_report(void *ctx, int vm_fd, const uint8_t report_data[64],
			 uint8_t ret_report[1024])
{
	struct faulty *f = ctx;
	long rc;

	enter("td_report", -1);
	if (!fails(&rc))
		rc = host_td_report(f->inner, vm_fd, report_data, ret_report);
	leave();
	return (int)rc;
}

int faults_host(struct tdl_host *inner, struct tdl_host **ret_host, struct tdl_error *err)
{
	struct faulty *f = calloc(1, sizeof(*f));
	int rc;

	if (!f)
		return tdl_fail(err, -ENOMEM, "no memory for a host");
	f->inner = inner;
	f->ops = (struct tdl_host_ops){
		.open = faulty_open,
		.close = faulty_close,
		.ioctl = faulty_ioctl,
		.fallocate = inner->ops->fallocate ? faulty_fallocate : NULL,
		.mmap = inner->ops->mmap ? faulty_mmap : NULL,
		.munmap = inner->ops->munmap ? faulty_munmap : NULL,
		.pread = inner->ops->pread ? faulty_pread : NULL,
		.td_report = inner->ops->td_report ? faulty_report : NULL,
		.free = free,
	};
	rc = tdl_host_new(&f->ops, f, tdl_host_name(inner), ret_host, err);
	if (rc < 0)
		free(f);
	return rc;
}
