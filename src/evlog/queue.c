/* SPDX-License-Identifier: BSD-2-Clause */
/* One producer, one consumer, a ring under a mutex. Jobs are taken several at a time. Somebody is
 * woken only when known to wait, and pages wake nobody before there are some to do, or half of the
 * ring is free again: a switch of threads costs more than a page. */
#include "evlog/queue.h"

#include <errno.h>
#include <string.h>

#include "base/thread.h"

#define AT_ONCE 64
#define WORTH_IT 256 /* pages that are worth waking the worker */

static void work_some(struct queue *q)
{
	size_t n = q->count < AT_ONCE ? q->count : AT_ONCE;
	struct tdl_error err = { 0 };
	size_t rooms = 0;
	int rc = q->rc;

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
	if (q->producer_waits && q->count <= q->wake_at)
		pthread_cond_signal(&q->room);
}

static void *work(void *ctx)
{
	struct queue *q = ctx;

	pthread_mutex_lock(&q->lock);
	while (q->count || !q->stop) {
		if (q->count) {
			work_some(q);
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
		void *ctx, struct tdl_error *err)
{
	int rc;

	q->run = run;
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

int queue_drain(struct queue *q, struct tdl_error *err)
{
	int rc;

	pthread_mutex_lock(&q->lock);
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
