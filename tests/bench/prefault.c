/* SPDX-License-Identifier: BSD-2-Clause */
/* Pre-fault on the embedded kernel. Prints a line a case: GiB, kind, size of mappings, then CPU
 * nanoseconds and bytes of host memory a 4 KiB page, steps, CPU nanoseconds a page of the teardown
 * and the peak of memory over the whole life, bytes a page. Each case is a process of its own, so that
 * none inherits another's free memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/vm.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* one thread; others do not count */
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void pre_fault(const struct bench_vm *vm)
{
	double pages = (double)(vm->size >> 12);
	uint64_t before = bench_resident(NULL);
	double start = now();

	bench_pre_fault(vm, 0, 0, vm->size);
	double time = now() - start;

	printf("%.2f %.3f %llu", time / pages,
	       (double)(bench_resident(NULL) - before) / pages,
	       (unsigned long long)kernel_test_stat(vm->kernel, vm->vm, "steps"));
}

/* The peak is that of the whole life of the VM. */
static void tear_down(struct kernel *k, uint64_t size, uint64_t before)
{
	double pages = (double)(size >> 12);
	double start = now();
	struct rusage usage;

	kernel_free(k);
	double time = now() - start;

	getrusage(RUSAGE_SELF, &usage);
	printf(" %.2f %.3f\n", time / pages,
	       ((double)usage.ru_maxrss * 1024 - (double)before) / pages);
}

static void measure(uint64_t gib, enum bench_kind kind, bool is_huge)
{
	struct bench_vm vm;
	uint64_t files = 0, before;

	bench_vm_open(&vm, kind, is_huge, gib << 30, 1);
	printf("%llu %s %s ", (unsigned long long)gib, bench_kind_name(kind),
	       is_huge ? "2M" : "4K");
	before = bench_resident(&files);
	pre_fault(&vm);
	tear_down(vm.kernel, vm.size, before + files);
}

/* 0, or 1 when the row failed. */
static int row(uint64_t gib, enum bench_kind kind, bool is_huge)
{
	pid_t child;
	int status = 1;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		measure(gib, kind, is_huge);
		exit(0);
	}
	return child < 0 || waitpid(child, &status, 0) < 0 || status != 0;
}

int main(int argc, char **argv)
{
	uint64_t most = argc > 1 ? strtoull(argv[1], NULL, 10) : 256;
	int failed = 0;

	for (uint64_t gib = 1; gib <= most; gib *= 4)
		failed |= row(gib, BENCH_ORDINARY, false);
	for (uint64_t gib = 1; gib <= most; gib *= 4)
		failed |= row(gib, BENCH_TD, false);
	failed |= row(1, BENCH_PRIVATE, false);
	failed |= row(1, BENCH_ORDINARY, true);
	failed |= row(most < 64 ? most : 64, BENCH_ORDINARY, true);
	return failed;
}
