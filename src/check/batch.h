/* SPDX-License-Identifier: BSD-2-Clause */
/* A batch under way. */
#ifndef CHECK_BATCH_H
#define CHECK_BATCH_H

#include <pthread.h>

#include "check/request.h"

enum {
	THREADS_MAX = 64,
	READ_BYTES = 65536,
	RING_PER_THREAD = 32, /* lines */
	QUEUE_BYTES = 32 << 20, /* of lines that wait, beyond the first */
};

/* A line from when it has been read until its verdict has been written. */
struct slot {
	char *text; /* owned; NULL for a line that was too long, and once it has been judged */
	size_t size;
	uint64_t number;
	bool ready; /* what follows is meant */
	char *verdict; /* owned */
	size_t verdict_size;
	enum tdl_answer answer;
};

struct batch {
	struct desk desk;
	int out, wake; /* descriptors; wake is readable when the pool has stopped */
	pthread_t threads[THREADS_MAX];
	unsigned n_threads;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t work;  /* there is a line, or there will be none */
	pthread_cond_t room;  /* a line has left */
	struct slot *ring;    /* owned; what is in use is judged's until ready, then written's */
	uint64_t ring_size, written, judged, filled;
	size_t bytes; /* of lines in the ring */
	bool writing, ended;
	int broken; /* why the pool has stopped */
	struct tdl_error why;
	struct tdl_batch_counts counts;
};

/* The line that is being read. */
struct line {
	char *text; /* owned */
	size_t size, room;
	bool too_long;
	uint64_t number;
};

int batch_read(struct batch *b, int in, struct tdl_error *err);

#endif
