/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread with a bounded queue of jobs in front of it. The thread blocks all signals: writing to a
 * closed pipe there is an error, not the end of the process. After the first job that fails the
 * rest are dropped, and the error is what every later call returns. */
#ifndef EVLOG_QUEUE_H
#define EVLOG_QUEUE_H

#include <pthread.h>

#include "evlog/scribe.h"

#define QUEUE_JOBS  2048 /* 8 MiB of firmware: the launch of a common one never waits */
#define QUEUE_ROOMS 256

enum job_kind { JOB_INIT, JOB_REGION, JOB_PAGE, JOB_FINALIZE };

struct job_init {
	struct tdl_log_init_event event;
	uint32_t present;
	char flow[TDL_LOG_TEXT_MAX], host[TDL_LOG_TEXT_MAX];
};

struct job_region {
	struct tdl_log_region_event event;
	char name[TDL_LOG_TEXT_MAX];
};

/* 4096 bytes that go with a job. */
union room {
	struct job_init init;
	struct job_region region;
	uint8_t page[4096];
};

struct job {
	enum job_kind kind;
	union room *room; /* NULL without; of the queue */
	union {
		struct {
			enum scribe_op op;
			uint64_t gpa;
			const uint8_t *bytes; /* 4096, in the room or with who lives longer */
			bool digested;
			uint8_t digest[PAGE_DIGEST_SIZE]; /* of bytes */
		} page;
		struct {
			bool known;
			uint8_t mrtd[SHA384_SIZE];
		} finalize;
	};
};

struct queue {
	int (*run)(void *ctx, const struct job *job, struct tdl_error *err);
	void (*prepare)(void *ctx, struct job *job);
	void *ctx;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work, room; /* a job came; a job is done */
	bool started, stop, worker_waits, producer_waits;
	size_t first, count; /* of jobs, under lock */
	size_t taken;	     /* of those, by the worker, under lock */
	size_t preparing;    /* the first of those, by the producer, under lock; SIZE_MAX for none */
	size_t rooms_used;   /* under lock: by jobs that are not done, and one that is filled in */
	size_t next_room;    /* the producer's */
	size_t wake_at;	     /* jobs that may be left when a waiting producer is woken */
	int rc;		     /* first failure, under lock */
	struct tdl_error err;
	struct job jobs[QUEUE_JOBS];
	union room rooms[QUEUE_ROOMS];
};

/* run() is called on the thread, job by job. prepare() may be called before that, for any of them, by
 * who drains the queue and has nothing else to do. q is zeroed. */
int queue_start(struct queue *q, int (*run)(void *ctx, const struct job *, struct tdl_error *),
		void (*prepare)(void *ctx, struct job *), void *ctx, struct tdl_error *err);
/* The slot to fill in for the next job, once there is room; it is handed over by queue_push(). The
 * same slot comes back until then. */
int queue_slot(struct queue *q, struct job **ret_job, struct tdl_error *err);
void queue_push(struct queue *q);
/* The room of a job that is being filled in, once there is one. */
int queue_room(struct queue *q, struct job *job, union room **ret_room, struct tdl_error *err);
/* Wait until all is done. */
int queue_drain(struct queue *q, struct tdl_error *err);
/* Drain, and end the thread. */
int queue_stop(struct queue *q, struct tdl_error *err);

#endif
