/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a thread begins is the kernel's choice, and there are kernels, of virtual machines above
 * all, that would rather leave CPUs idle: a new thread then shares this one's CPU until the next
 * tick finds both, up to 4 ms later, which is a good part of a launch. So it is begun elsewhere,
 * and free to go where the kernel likes from its first instruction on. */
#include "base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

struct beginning {
	void *(*run)(void *ctx);
	void *ctx;
	cpu_set_t allowed;
};

static void *begin(void *ctx)
{
	struct beginning b = *(struct beginning *)ctx;

	free(ctx);
	sched_setaffinity(0, sizeof(b.allowed), &b.allowed);
	return b.run(b.ctx);
}

/* Every CPU but this one. */
static bool find_others(const cpu_set_t *allowed, cpu_set_t *ret)
{
	int here = sched_getcpu();

	*ret = *allowed;
	if (here < 0 || here >= CPU_SETSIZE)
		return false;
	CPU_CLR((size_t)here, ret);
	return CPU_COUNT(ret) > 0;
}

static int start_elsewhere(pthread_t *ret_thread, void *(*run)(void *ctx), void *ctx)
{
	struct beginning *b = malloc(sizeof(*b));
	pthread_attr_t attr;
	cpu_set_t others;
	int rc = ENOMEM;

	if (b && sched_getaffinity(0, sizeof(b->allowed), &b->allowed) == 0 &&
	    find_others(&b->allowed, &others) && pthread_attr_init(&attr) == 0) {
		b->run = run;
		b->ctx = ctx;
		rc = pthread_attr_setaffinity_np(&attr, sizeof(others), &others);
		if (rc == 0)
			rc = pthread_create(ret_thread, &attr, begin, b);
		pthread_attr_destroy(&attr);
	}
	if (rc)
		free(b);
	return rc;
}

int thread_start(pthread_t *ret_thread, void *(*run)(void *ctx), void *ctx)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = start_elsewhere(ret_thread, run, ctx);
	if (rc)
		rc = pthread_create(ret_thread, NULL, run, ctx);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}
