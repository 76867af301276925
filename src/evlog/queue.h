/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread with a bounded queue of jobs in front of it. The thread blocks all signals: writing to a
 * closed pipe there is an error, not the end of the process. After the first job that fails the
 * rest are dropped, and the error is what every later call returns. */
#ifndef EVLOG_QUEUE_H
#define EVLOG_QUEUE_H

#include <pthread.h>

#include "evlog/scribe.h"

#define QUEUE_JOBS 2048 /* 8 MiB of firmware: the launch of a common one never waits */

enum job_kind { JOB_INIT, JOB_REGION, JOB_PAGE, JOB_FINALIZE };

struct job {
	enum job_kind kind;
	union {
		struct {
			struct tdl_log_init_event event;
			uint32_t present;
		} init; /* texts are in the slot's room */
		struct {
			struct tdl_log_region_event event;
		} region; /* so is the name */
		struct {
			enum scribe_op op;
			uint64_t gpa;
			const uint8_t *bytes; /* 4096, in the slot's room or with who lives longer */
		} page;
		struct {
			bool known;
			uint8_t mrtd[SHA384_SIZE];
		} finalize;
	};
};

struct queue {
	int (*run)(void *ctx, const struct job *job, struct tdl_error *err);
	void *ctx;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work, room; /* a job came; a job is done */
	bool started, stop, worker_waits, producer_waits;
	size_t first, count; /* of jobs, under lock */
	size_t wake_at;	     /* jobs that may be left when a waiting producer is woken */
	int rc;		     /* first failure, under lock */
	struct tdl_error err;
	struct job jobs[QUEUE_JOBS];
	uint8_t rooms[QUEUE_JOBS][4096]; /* by slot */
};

/* q is zeroed. */
int queue_start(struct queue *q, int (*run)(void *ctx, const struct job *, struct tdl_error *),
		void *ctx, struct tdl_error *err);
/* The slot to fill in for the next job, once there is room; it is handed over by queue_push(). The
 * same slot comes back until then. */
int queue_slot(struct queue *q, struct job **ret_job, struct tdl_error *err);
void queue_push(struct queue *q);
/* Room for bytes that go with a slot, 4096. */
uint8_t *queue_room(struct queue *q, const struct job *job);
/* Wait until all is done. */
int queue_drain(struct queue *q, struct tdl_error *err);
/* Drain, and end the thread. */
int queue_stop(struct queue *q, struct tdl_error *err);

#endif
