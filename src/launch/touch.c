/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/touch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/range.h"
#include "base/scope.h"
#include "host/flat.h"
#include "launch/call.h"
#include "launch/clock.h"

/* ESI: address of the first page, ECX: how many. */
static const uint8_t code[] = {
	0x88, 0x06,			    /* again: mov [esi], al */
	0x81, 0xc6, 0x00, 0x10, 0x00, 0x00, /* add esi, 4096 */
	0x49,				    /* dec ecx */
	0x75, 0xf5,			    /* jnz again */
	0xf4,				    /* hlt */
};

struct toucher {
	struct tdl_td *td;
	int vcpu_fd;
	struct kvm_run *run; /* mapping of the vCPU */
	pthread_t thread;
	bool started;
	int code;
	struct tdl_error error;
};

void touch_load(uint8_t *page)
{
	memcpy(page, code, sizeof(code));
}

/* A signal sends a vCPU out of its guest; it goes on unless it is to stop. */
static int run_guest(struct toucher *t)
{
	int rc;

	do {
		rc = call_cancelled(t->td, &t->error);
		if (rc == 0)
			rc = host_run(t->td->host, t->vcpu_fd);
	} while (rc == -EINTR || rc == -EAGAIN);
	if (rc == -ECANCELED)
		return rc;
	if (rc < 0)
		return tdl_fail(&t->error, rc, "KVM_RUN: %s", strerror(-rc));
	if (t->run->exit_reason != KVM_EXIT_HLT)
		return tdl_fail(&t->error, -EIO,
				"the guest left with exit %u, not by its HLT (KVM_EXIT_HLT, %d)",
				t->run->exit_reason, KVM_EXIT_HLT);
	return 0;
}

static void *touch(void *arg)
{
	struct toucher *t = arg;

	t->code = run_guest(t);
	return NULL;
}

static int set_registers(struct tdl_td *td, int fd, uint64_t gpa, uint64_t pages,
			 struct tdl_error *err)
{
	struct kvm_regs regs = { .rip = TOUCH_CODE_GPA, .rflags = 2, .rsi = gpa, .rcx = pages };
	struct kvm_sregs sregs;
	long rc = call_ioctl(td, fd, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS", err);

	if (rc < 0)
		return (int)rc;
	flat_mode(&sregs);
	rc = call_ioctl(td, fd, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS", err);
	if (rc == 0)
		rc = call_ioctl(td, fd, KVM_SET_REGS, &regs, "KVM_SET_REGS", err);
	return (int)rc;
}

/* Give each vCPU its share of the pages; there are at least as many of them as vCPUs. */
static int prepare(struct tdl_td *td, uint64_t gpa, uint64_t size, size_t run_size,
		   struct toucher *touchers, struct tdl_error *err)
{
	uint64_t pages = size / PAGE_SIZE_4K;

	for (unsigned int i = 0; i < td->vcpu_count; i++) {
		uint64_t first = pages * i / td->vcpu_count;
		uint64_t end = pages * (i + 1) / td->vcpu_count;
		struct toucher *t = &touchers[i];
		int rc = set_registers(td, td->vcpu_fds[i], gpa + first * PAGE_SIZE_4K, end - first,
				       err);

		if (rc < 0)
			return rc;
		t->td = td;
		t->vcpu_fd = td->vcpu_fds[i];
		t->run = host_mmap(td->host, t->vcpu_fd, run_size);
		if (!t->run)
			return tdl_fail(err, -ENOMEM, "cannot map vCPU %u", i);
	}
	return 0;
}

static int run_all(struct toucher *touchers, unsigned int count, struct tdl_error *err)
{
	int rc = 0;

	for (unsigned int i = 0; i < count && rc == 0; i++) {
		rc = pthread_create(&touchers[i].thread, NULL, touch, &touchers[i]);
		touchers[i].started = rc == 0;
	}
	if (rc)
		rc = tdl_fail(err, -rc, "cannot start a thread: %s", strerror(rc));
	for (unsigned int i = 0; i < count; i++) {
		struct toucher *t = &touchers[i];

		if (!t->started)
			continue;
		pthread_join(t->thread, NULL);
		if (t->code < 0 && rc == 0) {
			rc = t->code;
			if (err)
				*err = t->error;
		}
	}
	return rc;
}

int touch_run(struct tdl_td *td, uint64_t gpa, uint64_t size, double *ret_seconds,
	      struct tdl_error *err)
{
	AUTO_FREE struct toucher *touchers = calloc(td->vcpu_count, sizeof(*touchers));
	long run_size = call_number(td, td->sys_fd, KVM_GET_VCPU_MMAP_SIZE, 0,
				    "KVM_GET_VCPU_MMAP_SIZE", err);
	double start;
	int rc;

	if (run_size < 0)
		return (int)run_size;
	if (!touchers || run_size < (long)sizeof(struct kvm_run))
		return tdl_fail(err, -ENOMEM, "no memory for %u vCPUs of %ld bytes", td->vcpu_count,
				run_size);
	rc = prepare(td, gpa, size, (size_t)run_size, touchers, err);
	if (rc == 0) {
		start = clock_seconds();
		rc = run_all(touchers, td->vcpu_count, err);
		*ret_seconds = clock_seconds() - start;
	}
	for (unsigned int i = 0; i < td->vcpu_count; i++)
		host_munmap(td->host, touchers[i].run, (size_t)run_size);
	return rc;
}
