/* SPDX-License-Identifier: BSD-2-Clause */
/* CPU time of writing the log of a launch, nothing else: milliseconds, the median of some runs. The
 * log comes from the plan, so no TD is built and nothing is read back. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <tdlaunch/image.h>
#include <tdlaunch/log.h>
#include <tdlaunch/plan.h>

#define RUNS 21

/* Of all threads, milliseconds. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* An image is opened for each run: it remembers its digest, which is part of writing. */
static int write_log(const char *firmware, const char *path, double *ret_time)
{
	const struct tdl_plan_options how = { .flow = "qemu", .memory = TDL_PLAN_MEMORY_DEFAULT,
					      .cpus = 1 };
	const struct tdl_log_options options = { .detail = TDL_LOG_DETAIL_PAGE };
	const struct tdl_log_td td = { .host = "" };
	struct tdl_image *image = NULL;
	struct tdl_plan *plan = NULL;
	int rc = tdl_image_open(firmware, NULL, &image, NULL);

	if (rc == 0)
		rc = tdl_plan_build(image, &how, &plan, NULL);
	double start = now();
	if (rc == 0)
		rc = tdl_log_from_plan(path, &options, plan, &td, NULL);
	*ret_time = now() - start;
	tdl_plan_free(plan);
	tdl_image_free(image);
	return rc;
}

int main(int argc, char **argv)
{
	double times[RUNS] = { 0 };

	for (int i = 0; i < RUNS; i++)
		if (argc != 3 || write_log(argv[1], argv[2], &times[i]) < 0) {
			fprintf(stderr, "usage: bench_log FIRMWARE LOG\n");
			return 1;
		}
	qsort(times, RUNS, sizeof(times[0]), ascending);
	printf("%.2f\n", times[RUNS / 2]);
	return 0;
}
