/* SPDX-License-Identifier: BSD-2-Clause */
/* The one engine that maps memory ahead. One thread a vCPU takes pieces of work from a common list;
 * the calling thread tells how far they are. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/prefault.h>

#include "base/range.h"
#include "base/scope.h"
#include "base/thread.h"
#include "launch/call.h"
#include "launch/clock.h"

#define PROGRESS_NS	  100000000 /* how often progress is told */
#define PIECE_MIN	  (UINT64_C(2) << 20)
#define PIECE_MAX	  (UINT64_C(64) << 20)
#define PIECES_PER_THREAD 8 /* so that a slow one does not keep the others waiting */

struct prefault {
	struct call_rules rules;
	const struct tdl_prefault_job *job;
	struct tdl_prefault_range *pieces;
	size_t count;
	uint64_t total;		 /* bytes */
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
	int vcpu_fd;
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

static int fault_piece(struct prefault *work, int vcpu_fd, const struct tdl_prefault_range *piece,
		       struct tdl_error *err)
{
	struct kvm_pre_fault_memory left = { .gpa = piece->gpa, .size = piece->size };
	struct call_tries tries = { 0 };

	while (left.size && !atomic_load(&work->failed)) {
		const struct kvm_pre_fault_memory before = left;
		long answer = host_ioctl(work->rules.host, vcpu_fd, KVM_PRE_FAULT_MEMORY, &left);
		uint64_t done = 0;
		int rc = bytes_done(&before, &left, &done, err);

		if (rc < 0)
			return rc;
		atomic_fetch_add(&work->done, done);
		atomic_fetch_add(&work->calls, 1);
		if (!left.size)
			return rules_cancelled(&work->rules, err);
		if (done)
			tries.fruitless = 0;
		/* a short success hides its reason; the next call tells it */
		rc = rules_again(&work->rules, &tries, answer < 0 ? (int)answer : -EAGAIN, 0,
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
	struct tdl_error error = { 0 };
	int rc = 0;

	while (rc == 0 && !atomic_load(&work->failed)) {
		size_t i = atomic_fetch_add(&work->next, 1);

		if (i >= work->count)
			break;
		rc = fault_piece(work, worker->vcpu_fd, &work->pieces[i], &error);
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

static void wait_for_workers(struct prefault *work)
{
	const struct tdl_prefault_job *job = work->job;

	pthread_mutex_lock(&work->lock);
	while (work->running) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&work->ended, &work->lock, &until);
		pthread_mutex_unlock(&work->lock);
		if (job->progress)
			job->progress(job->progress_ctx, atomic_load(&work->done), work->total);
		pthread_mutex_lock(&work->lock);
	}
	pthread_mutex_unlock(&work->lock);
}

/* Start up to count workers; how many there are. The lock is held meanwhile, so that running is
 * right. */
static unsigned int start_workers(struct prefault *work, struct worker *workers, unsigned int count)
{
	unsigned int started = 0;
	int rc = 0;

	pthread_mutex_lock(&work->lock);
	while (started < count && rc == 0) {
		workers[started] = (struct worker){ work, work->job->vcpu_fds[started], 0 };
		rc = thread_start(&workers[started].thread, run_worker, &workers[started]);
		if (rc == 0)
			started++;
	}
	work->running = started;
	if (rc < 0 && !started)
		work->code = tdl_fail(&work->error, rc, "cannot start a thread: %s", strerror(-rc));
	pthread_mutex_unlock(&work->lock);
	return started;
}

static unsigned int run_threads(struct prefault *work, struct worker *workers, unsigned int count)
{
	unsigned int started = start_workers(work, workers, count);

	wait_for_workers(work);
	for (unsigned int i = 0; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	return started;
}

/* One worker whom nobody watches needs no thread. */
static unsigned int run_here(struct prefault *work, struct worker *worker)
{
	*worker = (struct worker){ work, work->job->vcpu_fds[0], 0 };
	work->running = 1;
	run_worker(worker);
	return 1;
}

/* Run the workers to their end. */
static int run_workers(struct prefault *work, unsigned int *ret_threads, struct tdl_error *err)
{
	unsigned int most = work->job->vcpu_count;
	unsigned int count = work->count < most ? (unsigned int)work->count : most;
	AUTO_FREE struct worker *workers = calloc(count, sizeof(*workers));

	if (!workers)
		return tdl_fail(err, -ENOMEM, "no memory for %u threads", count);
	pthread_mutex_init(&work->lock, NULL);
	pthread_cond_init(&work->ended, NULL);
	if (count == 1 && !work->job->progress)
		*ret_threads = run_here(work, workers);
	else
		*ret_threads = run_threads(work, workers, count);
	pthread_cond_destroy(&work->ended);
	pthread_mutex_destroy(&work->lock);
	if (work->code < 0 && err)
		*err = work->error;
	return work->code;
}

static int check_job(const struct tdl_prefault_job *job, uint64_t *ret_total, struct tdl_error *err)
{
	uint64_t total = 0;

	if (!job->vcpu_count || !job->range_count || !is_aligned(job->piece, PAGE_SIZE_4K))
		return tdl_fail(err, -EINVAL,
				"a pre-fault needs a vCPU, a range and pieces of whole pages");
	for (size_t i = 0; i < job->range_count; i++) {
		const struct tdl_prefault_range *range = &job->ranges[i];

		if (!range->size || !is_aligned(range->gpa, PAGE_SIZE_4K) ||
		    !is_aligned(range->size, PAGE_SIZE_4K) || !range_fits(range->gpa, range->size) ||
		    !range_fits(total, range->size))
			return tdl_fail(err, -EINVAL, "0x%llx bytes at 0x%llx are not whole pages",
					(unsigned long long)range->size,
					(unsigned long long)range->gpa);
		total += range->size;
	}
	*ret_total = total;
	return 0;
}

/* A whole number of 2 MiB that gives each thread several pieces. */
static uint64_t piece_size(const struct tdl_prefault_job *job, uint64_t total)
{
	uint64_t size = total / job->vcpu_count / PIECES_PER_THREAD / PIECE_MIN * PIECE_MIN;

	if (job->piece)
		return job->piece;
	return size < PIECE_MIN ? PIECE_MIN : size > PIECE_MAX ? PIECE_MAX : size;
}

/* Pieces end at multiples of their size, so that no 2 MiB mapping is cut. Fills in @pieces unless
 * it is NULL; how many there are. */
static size_t cut(const struct tdl_prefault_job *job, uint64_t piece,
		  struct tdl_prefault_range *pieces)
{
	size_t count = 0;

	for (size_t i = 0; i < job->range_count; i++) {
		uint64_t gpa = job->ranges[i].gpa, left = job->ranges[i].size;

		while (left) {
			uint64_t size = piece - gpa % piece;

			if (size > left)
				size = left;
			if (pieces)
				pieces[count] = (struct tdl_prefault_range){ gpa, size };
			count++;
			gpa += size;
			left -= size;
		}
	}
	return count;
}

int tdl_prefault_run(const struct tdl_prefault_job *job, struct tdl_prefault_result *ret_result,
		     struct tdl_error *err)
{
	struct prefault work = {
		.rules = { job->host, job->busy_retries, job->cancel },
		.job = job,
	};
	unsigned int threads = 0;
	double start;
	int rc = check_job(job, &work.total, err);

	if (rc < 0)
		return rc;
	work.count = cut(job, piece_size(job, work.total), NULL);
	AUTO_FREE struct tdl_prefault_range *pieces = calloc(work.count, sizeof(*pieces));
	if (!pieces)
		return tdl_fail(err, -ENOMEM, "no memory for %zu pieces of work", work.count);
	cut(job, piece_size(job, work.total), pieces);
	work.pieces = pieces;
	start = clock_seconds();
	rc = run_workers(&work, &threads, err);
	if (rc < 0)
		return rc;
	*ret_result = (struct tdl_prefault_result){
		.bytes = work.done,
		.calls = work.calls,
		.resumed = work.resumed,
		.threads = threads,
		.seconds = clock_seconds() - start,
	};
	return 0;
}
