/* SPDX-License-Identifier: BSD-2-Clause */
/* A batch: the caller's thread reads lines into a ring, a pool of threads judges them, and whichever
 * has finished the oldest one writes what is ready, in order.
 *
 *	written <= judged <= filled <= written + ring size
 *
 * Lines from written on are in the ring; those from judged on are nobody's yet. A ring that is full,
 * or holds too many bytes, makes the reader wait, and a reader of verdicts who is slow makes all
 * wait: memory is bounded whatever comes in. */
#include "check/batch.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/file.h"
#include "base/scope.h"
#include "base/thread.h"

static struct slot *slot_of(struct batch *b, uint64_t place)
{
	return &b->ring[place % b->ring_size];
}

/* Nothing more can be written, or there is no memory: everybody stops. Called with the lock. */
static void stop(struct batch *b, int rc, const struct tdl_error *err)
{
	static const uint64_t one = 1;

	if (b->broken == 0) {
		b->broken = rc;
		b->why = *err;
	}
	if (write(b->wake, &one, sizeof(one)) < 0)
		b->ended = true; /* an eventfd takes a one; nothing else is left to do */
	pthread_cond_broadcast(&b->work);
	pthread_cond_broadcast(&b->room);
}

static void count(struct tdl_batch_counts *counts, enum tdl_answer answer)
{
	counts->requests++;
	counts->yes += answer == TDL_ANSWER_YES;
	counts->no += answer == TDL_ANSWER_NO;
	counts->unknown += answer == TDL_ANSWER_UNKNOWN;
}

/* The reader is woken when half the ring is free, not for each line: that would cost two switches
 * between threads a request. */
static bool is_low(const struct batch *b)
{
	return b->filled - b->written <= b->ring_size / 2 && b->bytes <= QUEUE_BYTES / 2;
}

/* Write all verdicts that are next; one thread at a time does. Called with the lock. */
static void write_ready(struct batch *b)
{
	if (b->writing)
		return;
	b->writing = true;
	while (!b->broken && b->written < b->judged && slot_of(b, b->written)->ready) {
		struct slot *s = slot_of(b, b->written);
		struct tdl_error err = { 0 };

		pthread_mutex_unlock(&b->lock);
		int rc = write_all(b->out, s->verdict, s->verdict_size);
		pthread_mutex_lock(&b->lock);
		if (rc < 0)
			stop(b, tdl_fail(&err, rc, "cannot write a verdict: %s", strerror(-rc)), &err);
		else
			count(&b->counts, s->answer);
		b->bytes -= s->size;
		free(s->verdict);
		*s = (struct slot){ 0 };
		b->written++;
		if (is_low(b))
			pthread_cond_signal(&b->room);
	}
	b->writing = false;
}

static void *work(void *arg)
{
	struct batch *b = arg;

	pthread_mutex_lock(&b->lock);
	for (;;) {
		struct tdl_error err = { 0 };

		while (!b->broken && !b->ended && b->judged == b->filled)
			pthread_cond_wait(&b->work, &b->lock);
		if (b->broken || b->judged == b->filled)
			break;
		struct slot *s = slot_of(b, b->judged++);
		pthread_mutex_unlock(&b->lock);
		int rc = request_judge(&b->desk, s->text, s->size, s->number, &s->verdict,
				       &s->verdict_size, &s->answer, &err);
		free(steal(s->text));
		pthread_mutex_lock(&b->lock);
		if (rc < 0)
			stop(b, rc, &err);
		else
			s->ready = true;
		write_ready(b);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

/* A line for the pool; takes text. Returns < 0 when the batch is broken. */
static int put_line(struct batch *b, char *text, size_t size, uint64_t number)
{
	pthread_mutex_lock(&b->lock);
	while (!b->broken &&
	       (b->filled - b->written == b->ring_size ||
		(b->filled != b->written && b->bytes + size > QUEUE_BYTES)))
		pthread_cond_wait(&b->room, &b->lock);
	int rc = b->broken;
	if (rc == 0) {
		*slot_of(b, b->filled++) = (struct slot){ .text = text, .size = size,
							  .number = number };
		b->bytes += size;
		pthread_cond_signal(&b->work);
	}
	pthread_mutex_unlock(&b->lock);
	if (rc < 0)
		free(text);
	return rc;
}

/* The line that has been read so far ends here. */
static int end_line(struct batch *b, struct line *l)
{
	char *text = NULL;

	l->number++;
	if (l->size == 0 || (!l->too_long && strspn(l->text, " \t\r") == l->size)) {
		l->size = 0;
		return 0;
	}
	if (!l->too_long) {
		text = malloc(l->size);
		if (!text)
			return -ENOMEM;
		memcpy(text, l->text, l->size);
	}
	int rc = put_line(b, text, l->too_long ? 0 : l->size, l->number);
	l->size = 0;
	l->too_long = false;
	return rc;
}

/* More of a line, as far as it may be kept. */
static int extend_line(struct line *l, const char *bytes, size_t size)
{
	if (size > LINE_MAX_BYTES - l->size) {
		l->too_long = true;
		l->size = 1; /* there is a line, of which nothing is kept */
		return 0;
	}
	if (l->too_long)
		return 0;
	if (l->size + size + 1 > l->room) {
		size_t room = 2 * (l->size + size + 1);
		char *more = realloc(l->text, room);

		if (!more)
			return -ENOMEM;
		l->text = more;
		l->room = room;
	}
	memcpy(l->text + l->size, bytes, size);
	l->size += size;
	l->text[l->size] = '\0';
	return 0;
}

static int split(struct batch *b, struct line *l, const char *bytes, size_t size)
{
	int rc = 0;

	while (rc == 0 && size) {
		const char *end = memchr(bytes, '\n', size);
		size_t n = end ? (size_t)(end - bytes) : size;

		rc = extend_line(l, bytes, n);
		if (rc == 0 && end)
			rc = end_line(b, l);
		n += end != NULL;
		bytes += n;
		size -= n;
	}
	return rc;
}

/* Wait for input, or for the pool to stop. Returns bytes read, 0 at the end, or -errno. */
static ssize_t read_some(struct batch *b, int in, char *bytes, size_t size)
{
	struct pollfd fds[] = { { .fd = in, .events = POLLIN }, { .fd = b->wake, .events = POLLIN } };

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents)
			return -ECANCELED;
		if (!fds[0].revents)
			continue;
		ssize_t n = read(in, bytes, size);
		if (n >= 0)
			return n;
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
	}
}

int batch_read(struct batch *b, int in, struct tdl_error *err)
{
	AUTO_FREE char *bytes = malloc(READ_BYTES);
	struct line l = { 0 };
	ssize_t n = 1;
	int rc = bytes ? 0 : -ENOMEM;

	while (rc == 0 && n > 0) {
		n = read_some(b, in, bytes, READ_BYTES);
		rc = n < 0 ? (int)n : split(b, &l, bytes, (size_t)n);
	}
	if (rc == 0)
		rc = end_line(b, &l);
	free(l.text);
	if (rc == -ENOMEM)
		return tdl_fail(err, rc, "no memory for requests");
	return rc < 0 ? tdl_fail(err, rc, "cannot read requests: %s", strerror(-rc)) : 0;
}

/* How many threads this process may run at once. */
static unsigned cores(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

static int start(struct batch *b, unsigned threads, struct tdl_error *err)
{
	if (threads == 0)
		threads = cores();
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	b->ring_size = RING_PER_THREAD * (uint64_t)threads;
	b->ring = calloc(b->ring_size, sizeof(*b->ring));
	b->wake = eventfd(0, EFD_CLOEXEC);
	if (!b->ring || b->wake < 0)
		return tdl_fail(err, -ENOMEM, "no memory for a batch");
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->work, NULL);
	pthread_cond_init(&b->room, NULL);
	while (b->n_threads < threads &&
	       thread_start(&b->threads[b->n_threads], work, b) == 0)
		b->n_threads++;
	return b->n_threads ? 0 : tdl_fail(err, -EAGAIN, "cannot start a thread");
}

static void finish(struct batch *b)
{
	pthread_mutex_lock(&b->lock);
	b->ended = true;
	pthread_cond_broadcast(&b->work);
	pthread_mutex_unlock(&b->lock);
	for (unsigned i = 0; i < b->n_threads; i++)
		pthread_join(b->threads[i], NULL);
	for (uint64_t i = 0; i < b->ring_size; i++) {
		free(b->ring[i].text);
		free(b->ring[i].verdict);
	}
	pthread_cond_destroy(&b->room);
	pthread_cond_destroy(&b->work);
	pthread_mutex_destroy(&b->lock);
}

static void end(struct batch *b)
{
	free(b->ring);
	scope_close(&b->wake);
	scope_close(&b->desk.root);
	tdl_check_cache_free(b->desk.cache);
}

int tdl_check_batch(const struct tdl_rules *rules, int in, int out,
		    const struct tdl_batch_options *options, struct tdl_batch_counts *ret_counts,
		    struct tdl_error *err)
{
	AUTO_CALL(end) struct batch b = { .desk = { .rules = rules, .root = -1 }, .out = out,
					  .wake = -1 };
	int rc = request_root(options ? options->root : NULL, &b.desk.root, err);

	if (rc == 0)
		rc = tdl_check_cache_new(&b.desk.cache, err);
	if (rc == 0)
		rc = start(&b, options ? options->threads : 0, err);
	if (rc < 0)
		return rc;
	rc = batch_read(&b, in, err);
	finish(&b);
	*ret_counts = b.counts;
	if (b.broken) {
		rc = b.broken;
		if (err)
			*err = b.why;
	}
	return rc;
}
