/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_PRE_FAULT_MEMORY over the RAM that the plan left empty: the pages are added to the TD without
 * being measured and wait for the guest to accept them. One thread a vCPU takes pieces of work from
 * a common list; the launching thread tells how far they are. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/range.h"
#include "base/scope.h"
#include "launch/call.h"
#include "launch/holes.h"

#define PROGRESS_NS 100000000 /* how often progress is told */

struct prefault {
	struct tdl_td *td;
	const struct hole *pieces;
	size_t count;
	_Atomic size_t next;	 /* piece that nobody has taken yet */
	_Atomic uint64_t done;	 /* bytes */
	_Atomic uint64_t calls;	 /* made */
	_Atomic uint64_t resumed;
	_Atomic bool failed;	 /* everybody stops */
	pthread_mutex_t lock;	 /* of what follows */
	pthread_cond_t ended;	 /* a worker ended */
	unsigned int running;
	int code;
	struct tdl_error error; /* of the first that failed */
};

struct worker {
	struct prefault *work;
	unsigned int vcpu;
	pthread_t thread;
};

/* How far a call came, in bytes; -EIO when what it left cannot be. */
static int bytes_done(const struct kvm_pre_fault_memory *before,
		      const struct kvm_pre_fault_memory *after, uint64_t *ret_done,
		      struct tdl_error *err)
{
	uint64_t done = before->size - after->size;

	if (after->size > before->size || after->gpa - before->gpa != done ||
	    !is_aligned(done, PAGE_SIZE_4K))
		return tdl_fail(err, -EIO,
				"KVM_PRE_FAULT_MEMORY left 0x%llx bytes at 0x%llx, which cannot be",
				(unsigned long long)after->size, (unsigned long long)after->gpa);
	*ret_done = done;
	return 0;
}

static int fault_piece(struct prefault *work, int vcpu_fd, const struct hole *piece,
		       struct tdl_error *err)
{
	struct kvm_pre_fault_memory left = { .gpa = piece->gpa, .size = piece->size };
	struct call_tries tries = { 0 };

	while (left.size && !atomic_load(&work->failed)) {
		const struct kvm_pre_fault_memory before = left;
		long answer = host_ioctl(work->td->host, vcpu_fd, KVM_PRE_FAULT_MEMORY, &left);
		uint64_t done = 0;
		int rc = bytes_done(&before, &left, &done, err);

		if (rc < 0)
			return rc;
		atomic_fetch_add(&work->done, done);
		atomic_fetch_add(&work->calls, 1);
		if (!left.size)
			return call_cancelled(work->td, err);
		if (done)
			tries.fruitless = 0;
		/* a short success hides its reason; the next call tells it */
		rc = call_again(work->td, &tries, answer < 0 ? (int)answer : -EAGAIN, 0,
				"KVM_PRE_FAULT_MEMORY", err);
		if (rc < 0)
			return tdl_while(err, rc, "page at 0x%llx", (unsigned long long)left.gpa);
		atomic_fetch_add(&work->resumed, 1);
	}
	return 0;
}

static void *run_worker(void *arg)
{
	struct worker *worker = arg;
	struct prefault *work = worker->work;
	int fd = work->td->vcpu_fds[worker->vcpu];
	struct tdl_error error = { 0 };
	int rc = 0;

	while (rc == 0 && !atomic_load(&work->failed)) {
		size_t i = atomic_fetch_add(&work->next, 1);

		if (i >= work->count)
			break;
		rc = fault_piece(work, fd, &work->pieces[i], &error);
	}
	pthread_mutex_lock(&work->lock);
	if (rc < 0 && work->code == 0) {
		work->code = rc;
		work->error = error;
		atomic_store(&work->failed, true);
	}
	work->running--;
	pthread_cond_signal(&work->ended);
	pthread_mutex_unlock(&work->lock);
	return NULL;
}

static void tell_progress(const struct prefault *work, uint64_t total)
{
	const struct tdl_launch_observer *observer = work->td->opt->observer;

	if (observer && observer->progress)
		observer->progress(work->td->opt->observer_ctx, atomic_load(&work->done), total);
}

static void wait_for_workers(struct prefault *work, uint64_t total)
{
	pthread_mutex_lock(&work->lock);
	while (work->running) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&work->ended, &work->lock, &until);
		pthread_mutex_unlock(&work->lock);
		tell_progress(work, total);
		pthread_mutex_lock(&work->lock);
	}
	pthread_mutex_unlock(&work->lock);
}

/* Run the workers to their end. The lock is held while they start, so that running is right. */
static int run_workers(struct prefault *work, struct worker *workers, unsigned int count,
		       uint64_t total, struct tdl_error *err)
{
	unsigned int started = 0;
	int rc = 0;

	pthread_mutex_lock(&work->lock);
	while (started < count && rc == 0) {
		workers[started] = (struct worker){ .work = work, .vcpu = started };
		rc = pthread_create(&workers[started].thread, NULL, run_worker, &workers[started]);
		if (rc == 0)
			started++;
	}
	work->running = started;
	if (rc && !started)
		work->code = tdl_fail(&work->error, -rc, "cannot start a thread: %s", strerror(rc));
	pthread_mutex_unlock(&work->lock);
	wait_for_workers(work, total);
	for (unsigned int i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	work->td->result.prefault_threads = started;
	if (work->code < 0 && err)
		*err = work->error;
	return work->code;
}

static int prefault_pieces(struct tdl_td *td, const struct hole *pieces, size_t count,
			   struct tdl_error *err)
{
	struct prefault work = { .td = td, .pieces = pieces, .count = count };
	unsigned int threads = count < td->vcpu_count ? (unsigned int)count : td->vcpu_count;
	AUTO_FREE struct worker *workers = calloc(threads, sizeof(*workers));
	uint64_t total = 0;
	int rc;

	if (!workers)
		return tdl_fail(err, -ENOMEM, "no memory for %u threads", threads);
	for (size_t i = 0; i < count; i++)
		total += pieces[i].size;
	pthread_mutex_init(&work.lock, NULL);
	pthread_cond_init(&work.ended, NULL);
	rc = run_workers(&work, workers, threads, total, err);
	pthread_cond_destroy(&work.ended);
	pthread_mutex_destroy(&work.lock);
	td->result.prefaulted = work.done;
	td->result.prefault_steps = work.calls;
	td->result.calls_resumed += work.resumed;
	return rc;
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

int stage_prefault(struct tdl_td *td, struct tdl_error *err)
{
	bool range = td->opt->prefault == TDL_PREFAULT_RANGE;
	AUTO_FREE struct hole *pieces = NULL;
	struct timespec start;
	size_t count = 0;
	int rc = holes_of(td->plan, range ? td->opt->prefault_start : 0,
			  range ? td->opt->prefault_size : UINT64_MAX, &pieces, &count);

	if (rc < 0)
		return tdl_fail(err, rc, "no memory for the list of empty RAM");
	if (!count) {
		td_detail(td, "no empty RAM there");
		return 0;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	rc = prefault_pieces(td, pieces, count, err);
	td->result.prefault_seconds = seconds_since(&start);
	td_detail(td, "%llu MiB by %u threads in %llu calls",
		  (unsigned long long)(td->result.prefaulted >> 20), td->result.prefault_threads,
		  (unsigned long long)td->result.prefault_steps);
	return rc;
}
