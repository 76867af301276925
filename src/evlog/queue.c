/* SPDX-License-Identifier: BSD-2-Clause */
/* One producer, one consumer, a ring under a mutex. Jobs are taken several at a time. Somebody is
 * woken only when known to wait, and pages wake nobody before there are some to do, or half of the
 * ring is free again: a switch of threads costs more than a page.
 *
 *	first              taken              preparing
 *	| the worker's     | nobody's         | prepared, or being so by the producer
 */
#include "evlog/queue.h"

#include <errno.h>
#include <string.h>

#include "base/thread.h"

#define AT_ONCE 64
#define WORTH_IT 256 /* pages that are worth waking the worker */

/* Jobs from the first on that the worker may take. */
static size_t count_free(const struct queue *q)
{
	return q->count < q->preparing ? q->count : q->preparing;
}

static void work_some(struct queue *q, size_t n)
{
	struct tdl_error err = { 0 };
	size_t rooms = 0;
	int rc = q->rc;

	q->taken = n;
	pthread_mutex_unlock(&q->lock);
	for (size_t i = 0; i < n; i++) {
		struct job *job = &q->jobs[(q->first + i) % QUEUE_JOBS];

		if (rc == 0)
			rc = q->run(q->ctx, job, &err);
		rooms += job->room != NULL;
		job->room = NULL;
	}
	pthread_mutex_lock(&q->lock);
	q->rooms_used -= rooms;
	if (rc < 0 && q->rc == 0) {
		q->rc = rc;
		q->err = err;
	}
	q->first = (q->first + n) % QUEUE_JOBS;
	q->count -= n;
	q->taken = 0;
	if (q->preparing != SIZE_MAX)
		q->preparing -= n;
	if (q->producer_waits && q->count <= q->wake_at)
		pthread_cond_signal(&q->room);
}

static void *work(void *ctx)
{
	struct queue *q = ctx;

	pthread_mutex_lock(&q->lock);
	while (q->count || !q->stop) {
		size_t n = count_free(q);

		if (n) {
			work_some(q, n < AT_ONCE ? n : AT_ONCE);
			continue;
		}
		q->worker_waits = true;
		pthread_cond_wait(&q->work, &q->lock);
		q->worker_waits = false;
	}
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

int queue_start(struct queue *q, int (*run)(void *ctx, const struct job *, struct tdl_error *),
		void (*prepare)(void *ctx, struct job *), void *ctx, struct tdl_error *err)
{
	int rc;

	q->run = run;
	q->prepare = prepare;
	q->preparing = SIZE_MAX;
	q->ctx = ctx;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->work, NULL);
	pthread_cond_init(&q->room, NULL);
	rc = thread_start(&q->thread, work, q);
	if (rc < 0)
		return tdl_fail(err, rc, "cannot start a thread for the log: %s", strerror(-rc));
	q->started = true;
	return 0;
}

/* Under lock: wait until at most so many jobs are left. Whoever waits for a room waits so as well: a
 * job that is done may have had one. */
static int wait_for(struct queue *q, size_t jobs, struct tdl_error *err)
{
	q->wake_at = jobs < QUEUE_JOBS / 2 ? jobs : QUEUE_JOBS / 2;
	while (q->count > jobs) {
		if (q->worker_waits)
			pthread_cond_signal(&q->work);
		q->producer_waits = true;
		pthread_cond_wait(&q->room, &q->lock);
		q->producer_waits = false;
	}
	if (q->rc < 0 && err)
		*err = q->err;
	return q->rc;
}

int queue_slot(struct queue *q, struct job **ret_job, struct tdl_error *err)
{
	int rc;

	pthread_mutex_lock(&q->lock);
	rc = wait_for(q, QUEUE_JOBS - 1, err);
	if (rc == 0)
		*ret_job = &q->jobs[(q->first + q->count) % QUEUE_JOBS];
	pthread_mutex_unlock(&q->lock);
	return rc;
}

int queue_room(struct queue *q, struct job *job, union room **ret_room, struct tdl_error *err)
{
	int rc = 0;

	pthread_mutex_lock(&q->lock);
	while (rc == 0 && !job->room) {
		if (q->rooms_used == QUEUE_ROOMS) {
			rc = wait_for(q, q->count / 2, err);
			continue;
		}
		q->rooms_used++;
		job->room = &q->rooms[q->next_room++ % QUEUE_ROOMS];
	}
	pthread_mutex_unlock(&q->lock);
	*ret_room = job->room;
	return rc;
}

void queue_push(struct queue *q)
{
	bool is_page;

	pthread_mutex_lock(&q->lock);
	is_page = q->jobs[(q->first + q->count) % QUEUE_JOBS].kind == JOB_PAGE;
	q->count++;
	if (q->worker_waits && (!is_page || q->count >= WORTH_IT))
		pthread_cond_signal(&q->work);
	pthread_mutex_unlock(&q->lock);
}

/* Under lock: from the last job that nobody has, towards the worker. */
static void prepare_all(struct queue *q)
{
	size_t left = q->count;

	while (q->rc == 0 && left > q->taken) {
		size_t from = left - q->taken > AT_ONCE / 4 ? left - AT_ONCE / 4 : q->taken;
		size_t first = q->first;

		q->preparing = from;
		if (q->worker_waits)
			pthread_cond_signal(&q->work);
		pthread_mutex_unlock(&q->lock);
		for (size_t i = from; i < left; i++)
			q->prepare(q->ctx, &q->jobs[(first + i) % QUEUE_JOBS]);
		pthread_mutex_lock(&q->lock);
		left = q->preparing;
	}
	q->preparing = SIZE_MAX;
	if (q->worker_waits)
		pthread_cond_signal(&q->work);
}

int queue_drain(struct queue *q, struct tdl_error *err)
{
	int rc;

	pthread_mutex_lock(&q->lock);
	prepare_all(q);
	rc = wait_for(q, 0, err);
	pthread_mutex_unlock(&q->lock);
	return rc;
}

int queue_stop(struct queue *q, struct tdl_error *err)
{
	int rc;

	if (!q->started)
		return 0;
	rc = queue_drain(q, err);
	pthread_mutex_lock(&q->lock);
	q->stop = true;
	pthread_cond_signal(&q->work);
	pthread_mutex_unlock(&q->lock);
	pthread_join(q->thread, NULL);
	pthread_cond_destroy(&q->room);
	pthread_cond_destroy(&q->work);
	pthread_mutex_destroy(&q->lock);
	q->started = false;
	return rc;
}
