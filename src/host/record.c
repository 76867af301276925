/* SPDX-License-Identifier: BSD-2-Clause */
/* A recorder: passes every call on and writes a line about it, with its arguments as they were
 * before the call and what came back. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "host/decode.h"
#include "host/host.h"

struct recorder {
	struct tdl_host_ops ops; /* of these functions, what the inner host has */
	struct tdl_host *inner; /* borrowed */
	FILE *out;		/* borrowed */
	pthread_mutex_t lock;	/* one line at a time */
	unsigned long lines;
};

static void write_line(struct recorder *r, const char *call, long rc, const char *after)
{
	pthread_mutex_lock(&r->lock);
	fprintf(r->out, "%06lu %s = %ld%s%s%s\n", ++r->lines, call, rc, rc < 0 ? " " : "",
		rc < 0 ? strerrorname_np((int)-rc) : "", after);
	pthread_mutex_unlock(&r->lock);
}

static int record_open(void *ctx, const char *path)
{
	struct recorder *r = ctx;
	int fd = host_open(r->inner, path);
	struct text call = { 0 };

	text_add(&call, "open(\"%s\")", path);
	write_line(r, call.chars, fd, "");
	return fd;
}

static int record_close(void *ctx, int fd)
{
	struct recorder *r = ctx;
	int rc = host_close(r->inner, fd);
	struct text call = { 0 };

	text_add(&call, "close(%d)", fd);
	write_line(r, call.chars, rc, "");
	return rc;
}

static long record_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	struct recorder *r = ctx;
	struct text before = { 0 }, after = { 0 };
	long rc;

	text_add(&before, "ioctl(%d, ", fd);
	decode_before(&before, request, arg);
	text_add(&before, ")");
	rc = host_ioctl(r->inner, fd, request, arg);
	decode_after(&after, request, arg);
	write_line(r, before.chars, rc, after.chars);
	return rc;
}

static int record_fallocate(void *ctx, int fd, int mode, uint64_t offset, uint64_t length)
{
	struct recorder *r = ctx;
	int rc = r->inner->ops->fallocate(r->inner->ctx, fd, mode, offset, length);
	struct text call = { 0 };

	text_add(&call, "fallocate(%d, 0x%x, 0x%llx, 0x%llx)", fd, mode,
		 (unsigned long long)offset, (unsigned long long)length);
	write_line(r, call.chars, rc, "");
	return rc;
}

static void *record_mmap(void *ctx, int fd, size_t length)
{
	struct recorder *r = ctx;
	void *at = r->inner->ops->mmap(r->inner->ctx, fd, length);
	struct text call = { 0 };

	text_add(&call, "mmap(%d, %zu)", fd, length);
	write_line(r, call.chars, at ? 0 : -ENODEV, "");
	return at;
}

static int record_munmap(void *ctx, void *address, size_t length)
{
	struct recorder *r = ctx;

	return r->inner->ops->munmap(r->inner->ctx, address, length);
}

static ssize_t record_pread(void *ctx, int fd, void *buffer, size_t size, uint64_t offset)
{
	struct recorder *r = ctx;
	ssize_t rc = host_pread(r->inner, fd, buffer, size, offset);
	struct text call = { 0 };

	text_add(&call, "pread(%d, %zu, 0x%llx)", fd, size, (unsigned long long)offset);
	write_line(r, call.chars, rc, "");
	return rc;
}

static int record_run(void *ctx, int vcpu_fd)
{
	struct recorder *r = ctx;
	int rc = host_run(r->inner, vcpu_fd);
	struct text call = { 0 };

	text_add(&call, "ioctl(%d, KVM_RUN, 0)", vcpu_fd);
	write_line(r, call.chars, rc, "");
	return rc;
}

static int record_report(void *ctx, int vm_fd, const uint8_t report_data[64],
			 uint8_t ret_report[1024])
{
	struct recorder *r = ctx;
	int rc = host_td_report(r->inner, vm_fd, report_data, ret_report);
	struct text call = { 0 };

	text_add(&call, "td_report(%d)", vm_fd);
	write_line(r, call.chars, rc, "");
	return rc;
}

static void record_free(void *ctx)
{
	struct recorder *r = ctx;

	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* What the inner host cannot do the recorder cannot either. */
static void choose_ops(struct recorder *r)
{
	const struct tdl_host_ops *inner = r->inner->ops;

	r->ops = (struct tdl_host_ops){
		.open = record_open,
		.close = record_close,
		.ioctl = record_ioctl,
		.fallocate = inner->fallocate ? record_fallocate : NULL,
		.mmap = inner->mmap ? record_mmap : NULL,
		.munmap = inner->munmap ? record_munmap : NULL,
		.pread = inner->pread ? record_pread : NULL,
		.run = inner->run ? record_run : NULL,
		.td_report = inner->td_report ? record_report : NULL,
		.free = record_free,
	};
}

int tdl_host_record(struct tdl_host *inner, FILE *out, struct tdl_host **ret_host,
		    struct tdl_error *err)
{
	struct recorder *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return tdl_fail(err, -ENOMEM, "no memory for a recorder");
	r->inner = inner;
	r->out = out;
	pthread_mutex_init(&r->lock, NULL);
	choose_ops(r);
	rc = tdl_host_new(&r->ops, r, tdl_host_name(inner), ret_host, err);
	if (rc < 0)
		record_free(r);
	return rc;
}
