/* SPDX-License-Identifier: BSD-2-Clause */
/* A line that says how far a long job is, how fast it goes, and how long it will take. */
#include "cli/cli.h"

#include <time.h>
#include <unistd.h>

#define SHOW_EVERY_NS 100000000u /* a tenth of a second */

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void cli_progress_start(struct cli_progress *p, const char *what, uint64_t total, bool quiet)
{
	*p = (struct cli_progress){ .what = what, .total = total };
	p->on = !quiet && total && isatty(STDERR_FILENO);
	p->start_ns = p->on ? now_ns() : 0;
	p->shown_ns = p->start_ns;
}

void cli_progress_step(struct cli_progress *p, uint64_t done)
{
	uint64_t now;
	double seconds, rate, left;

	if (!p->on)
		return;
	now = now_ns();
	if (now - p->shown_ns < SHOW_EVERY_NS)
		return;
	p->shown_ns = now;
	seconds = (double)(now - p->start_ns) / 1e9;
	rate = (double)done / seconds;
	left = done ? (double)(p->total - done) / rate : 0;
	fprintf(stderr, "\r\033[K%s: %.0f%%  %.0f MiB of %.0f MiB  %.0f MiB/s  %.0f s left",
		p->what, 100.0 * (double)done / (double)p->total, (double)done / 1048576,
		(double)p->total / 1048576, rate / 1048576, left);
	fflush(stderr);
}

void cli_progress_end(struct cli_progress *p)
{
	if (p->on && p->shown_ns != p->start_ns)
		fputs("\r\033[K", stderr);
	p->on = false;
}
