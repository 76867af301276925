/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of "tdlaunch prefault": what was asked for (cmd_prefault.c), how it is measured
 * (prefault_run.c), what is said about it (prefault_show.c). */
#ifndef CLI_PREFAULT_H
#define CLI_PREFAULT_H

#include <tdlaunch/prefault.h>

#include "cli/cli.h"
#include "cli/kvm.h"

#define MEASURING_THREADS_MAX 1024
#define MEASURING_REPEAT_MAX  1000
#define MEASURING_ROWS_MAX    12 /* 1, 2, 4 ... and the last */

/* Seconds of one thing, measured several times. */
struct spread {
	double least, median, most;
};

/* What was found with so many threads. Counts are those of the last time. */
struct measured {
	unsigned int threads;
	struct tdl_prefault_outcome last;
	struct spread prefault, first_touch, second_touch;
};

struct measuring {
	/* asked for */
	const char *kvm, *linux_version;
	unsigned int threads, repeat;
	bool hugepages, quiet;
	struct tdl_prefault_trial trial;

	/* made */
	struct kvm_choice choice;
	struct cli_progress progress;
	uint64_t before; /* bytes mapped in trials that have ended */

	/* found */
	struct measured rows[MEASURING_ROWS_MAX];
	size_t row_count;
};

/* Do all of it. 0 or a negative errno. */
int measuring_run(struct measuring *m, struct tdl_error *err);
void measuring_end(struct measuring *m);

void measuring_show_text(const struct measuring *m);
void measuring_show_json(const struct measuring *m);

#endif
