/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled machine's free memory, as page frame numbers only: what a page holds is somebody
 * else's business. Runs are handed out in ascending order, so that who asks for much gets it in one
 * piece. One per kernel, shared by its VMs; thread-safe. */
#ifndef KERNEL_GMEM_PAGES_H
#define KERNEL_GMEM_PAGES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/trace/hook.h"

typedef uint64_t pfn_t; /* page frame number of the modelled machine, 4 KiB pages */

#define PAGES_RUN 512 /* frames of a 2 MiB run, and its alignment */

struct pages_range {
	pfn_t start;
	uint64_t count;
};

struct pages {
	pthread_mutex_t lock;
	pfn_t next, end;	  /* never handed out so far */
	struct pages_range *free; /* handed back; sorted, not adjacent */
	size_t free_count, free_room;
	const struct hook *hook; /* borrowed, asked before frames are taken; NULL: nobody */
	uint64_t used; /* frames handed out and not back yet */
};

/* Frames [start, start + count). */
void pages_init(struct pages *pages, pfn_t start, uint64_t count);
void pages_end(struct pages *pages);

/* One frame, or one aligned run of PAGES_RUN. Return 0 or -ENOMEM. */
int pages_get(struct pages *pages, pfn_t *ret_pfn);
int pages_get_run(struct pages *pages, pfn_t *ret_pfn);

/* Give frames back. They must be handed out. */
void pages_put(struct pages *pages, pfn_t start, uint64_t count);

uint64_t pages_used(struct pages *pages);

#endif
