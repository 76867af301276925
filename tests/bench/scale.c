/* SPDX-License-Identifier: BSD-2-Clause */
/* Pre-fault on the embedded kernel by several vCPUs at once: pages a second by wall clock, their
 * ratio to one thread, and host memory a GiB that was mapped. The threads take pieces of the slot
 * from a common list, as "tdlaunch prefault" does. Each try is a process of its own, so that none
 * inherits another's free memory; rows that are compared take turns, and the best try of each
 * counts. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/vm.h"

#define THREADS_MAX 4u
#define TRIES	    5u
#define ROWS_MAX    5u

struct row {
	enum bench_kind kind;
	bool is_huge;
	unsigned vcpus, threads; /* a vCPU is used by one thread */
	uint64_t gib;
	unsigned pieces; /* that the slot is cut into: as many calls */
};

/* Of the whole slot. */
struct result {
	double seconds, cpu_seconds, bytes;
};

struct work {
	struct bench_vm vm;
	const struct row *row;
	uint64_t piece; /* bytes */
	atomic_uint_fast64_t next;
	pthread_barrier_t start;
};

struct worker {
	struct work *work;
	unsigned index;
	pthread_t thread;
};

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* With more vCPUs than threads a thread goes around those that are its own. */
static void *run_worker(void *arg)
{
	const struct worker *worker = arg;
	struct work *work = worker->work;
	unsigned vcpu = worker->index;

	pthread_barrier_wait(&work->start);
	for (;;) {
		uint64_t at = atomic_fetch_add(&work->next, work->piece);

		if (at >= work->vm.size)
			return NULL;
		bench_pre_fault(&work->vm, vcpu, at, work->piece);
		vcpu += work->row->threads;
		if (vcpu >= work->row->vcpus)
			vcpu = worker->index;
	}
}

static struct result run_row(const struct row *row)
{
	static struct worker workers[BENCH_VCPUS_MAX];
	static struct work work;

	work.row = row;
	work.piece = (row->gib << 30) / row->pieces;
	bench_vm_open(&work.vm, row->kind, row->is_huge, row->gib << 30, row->vcpus);
	pthread_barrier_init(&work.start, NULL, row->threads + 1);
	for (unsigned i = 0; i < row->threads; i++) {
		workers[i] = (struct worker){ .work = &work, .index = i };
		if (pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) != 0)
			bench_fail("thread", 0);
	}
	uint64_t before = bench_resident(NULL);
	double start = now(CLOCK_MONOTONIC), cpu_start = now(CLOCK_PROCESS_CPUTIME_ID);

	pthread_barrier_wait(&work.start);
	for (unsigned i = 0; i < row->threads; i++)
		pthread_join(workers[i].thread, NULL);
	return (struct result){ now(CLOCK_MONOTONIC) - start,
				now(CLOCK_PROCESS_CPUTIME_ID) - cpu_start,
				(double)(bench_resident(NULL) - before) };
}

/* The child tells its result through a pipe; its VM ends with it. */
static struct result run_apart(const struct row *row)
{
	struct result result = { 0 };
	int ends[2], status = 1;

	if (pipe(ends) < 0)
		bench_fail("pipe", 0);
	pid_t child = fork();

	if (child == 0) {
		result = run_row(row);
		_exit(write(ends[1], &result, sizeof(result)) != sizeof(result));
	}
	close(ends[1]);
	if (read(ends[0], &result, sizeof(result)) != sizeof(result) || waitpid(child, &status, 0) < 0 ||
	    status)
		exit(1);
	close(ends[0]);
	return result;
}

static void measure(const struct row *rows, unsigned count, struct result *ret_best)
{
	for (unsigned try = 0; try < TRIES; try++) {
		for (unsigned i = 0; i < count; i++) {
			struct result next = run_apart(&rows[i]);

			if (try == 0 || next.seconds < ret_best[i].seconds)
				ret_best[i] = next;
		}
	}
}

/* Millions, of the size that was asked for. */
static double pages(const struct row *row)
{
	return (double)(row->gib << (row->is_huge ? 9 : 18)) / 1e6;
}

static void print_head(const struct row *row)
{
	printf("%4llu GiB %-8s %s, ", (unsigned long long)row->gib, bench_kind_name(row->kind),
	       row->is_huge ? "2M" : "4K");
}

/* One line: 1 to 4 threads, a vCPU each. */
static void by_threads(enum bench_kind kind, bool is_huge, uint64_t gib)
{
	struct row rows[THREADS_MAX];
	struct result best[THREADS_MAX];

	for (unsigned i = 0; i < THREADS_MAX; i++)
		rows[i] = (struct row){ kind, is_huge, i + 1, i + 1, gib, 2 * THREADS_MAX };
	measure(rows, THREADS_MAX, best);
	print_head(&rows[0]);
	printf("1 to 4 threads: %.2f", pages(&rows[0]) / best[0].seconds);
	for (unsigned i = 1; i < THREADS_MAX; i++)
		printf(", %.2f (x%.2f, CPU time x%.2f)", pages(&rows[i]) / best[i].seconds,
		       best[0].seconds / best[i].seconds, best[i].cpu_seconds / best[0].cpu_seconds);
	printf(" M pages/s; %.1f KiB a GiB\n", best[0].bytes / 1024 / (double)gib);
	fflush(stdout);
}

/* A line for each number of vCPUs that take turns at the same work. */
static void by_vcpus(enum bench_kind kind, uint64_t gib, unsigned threads)
{
	struct row rows[ROWS_MAX] = { 0 };
	struct result best[ROWS_MAX];
	unsigned count = 0;

	for (unsigned vcpus = threads; vcpus <= BENCH_VCPUS_MAX; vcpus *= 4)
		rows[count++] = (struct row){ kind, false, vcpus, threads, gib, BENCH_VCPUS_MAX };
	measure(rows, count, best);
	for (unsigned i = 0; i < count; i++) {
		print_head(&rows[i]);
		printf("%u thread%s, %3u vCPUs: %.2f M pages/s (x%.2f, CPU time x%.2f); %.1f KiB a GiB\n",
		       threads, threads > 1 ? "s" : "", rows[i].vcpus,
		       pages(&rows[i]) / best[i].seconds, best[0].seconds / best[i].seconds,
		       best[i].cpu_seconds / best[0].cpu_seconds, best[i].bytes / 1024 / (double)gib);
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	uint64_t most = argc > 1 ? strtoull(argv[1], NULL, 10) : 1024;
	uint64_t small = argc > 2 ? strtoull(argv[2], NULL, 10) : 4;

	for (uint64_t gib = 1; gib <= most; gib *= 4)
		by_threads(BENCH_ORDINARY, true, gib);
	by_threads(BENCH_ORDINARY, false, small);
	by_threads(BENCH_PRIVATE, false, small);
	by_threads(BENCH_TD, false, small);
	by_vcpus(BENCH_ORDINARY, small, 1);
	by_vcpus(BENCH_TD, small, 1);
	by_vcpus(BENCH_TD, small, THREADS_MAX);
	return 0;
}
