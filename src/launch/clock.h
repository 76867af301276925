/* SPDX-License-Identifier: BSD-2-Clause */
/* Time that only goes forward. */
#ifndef LAUNCH_CLOCK_H
#define LAUNCH_CLOCK_H

#include <time.h>

/* Seconds since some moment that stays the same. */
static inline double clock_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#endif
