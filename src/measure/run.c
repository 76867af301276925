/* SPDX-License-Identifier: BSD-2-Clause */
/* MRTD computed by a thread of its own. States of the running hash are published as they come, for
 * a log that is written at the same time. */
#include "measure/run.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "measure/fold.h"

struct tdl_mrtd_run {
	const struct tdl_plan *plan;
	uint64_t state_pages;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news; /* a state more, or the end */
	/* Under lock. */
	bool done;
	int rc;
	struct tdl_error err;
	struct tdl_mrtd *mrtd;
	size_t count;
	struct sha384_stream states[];
};

static void publish(void *ctx, const struct sha384_stream *state)
{
	struct tdl_mrtd_run *run = ctx;

	pthread_mutex_lock(&run->lock);
	run->states[run->count++] = *state;
	pthread_cond_broadcast(&run->news);
	pthread_mutex_unlock(&run->lock);
}

static void *compute(void *ctx)
{
	struct tdl_mrtd_run *run = ctx;
	const struct mrtd_watch watch = { run->state_pages, publish, run };
	struct tdl_mrtd *mrtd = NULL;
	struct tdl_error err = { 0 };
	int rc = mrtd_fold(run->plan, run->state_pages ? &watch : NULL, &mrtd, &err);

	pthread_mutex_lock(&run->lock);
	run->mrtd = mrtd;
	run->rc = rc;
	run->err = err;
	run->done = true;
	pthread_cond_broadcast(&run->news);
	pthread_mutex_unlock(&run->lock);
	return NULL;
}

/* States there will be: every pass over a region has its own. */
static size_t count_states(const struct tdl_plan *plan, uint64_t pages)
{
	size_t n = 0;

	for (size_t i = 0; pages && i < tdl_plan_region_count(plan); i++) {
		const struct tdl_region *r = tdl_plan_region(plan, i);
		size_t passes = r->pattern == TDL_PATTERN_ADD_THEN_EXTEND ? 2 : 1;

		n += passes * (size_t)((r->pages + pages - 1) / pages);
	}
	return n;
}

static void free_run(struct tdl_mrtd_run *run)
{
	pthread_cond_destroy(&run->news);
	pthread_mutex_destroy(&run->lock);
	tdl_mrtd_free(run->mrtd);
	free(run);
}

int tdl_mrtd_start(const struct tdl_plan *plan, uint64_t state_pages, struct tdl_mrtd_run **ret_run,
		   struct tdl_error *err)
{
	size_t states = count_states(plan, state_pages);
	struct tdl_mrtd_run *run = calloc(1, sizeof(*run) + states * sizeof(run->states[0]));
	int rc;

	if (!run)
		return tdl_fail(err, -ENOMEM, "no memory to compute MRTD");
	run->plan = plan;
	run->state_pages = state_pages;
	pthread_mutex_init(&run->lock, NULL);
	pthread_cond_init(&run->news, NULL);
	rc = thread_start(&run->thread, compute, run);
	if (rc < 0) {
		free_run(run);
		return tdl_fail(err, rc, "cannot start a thread: %s", strerror(-rc));
	}
	*ret_run = run;
	return 0;
}

int tdl_mrtd_finish(struct tdl_mrtd_run *run, struct tdl_mrtd **ret_mrtd, struct tdl_error *err)
{
	int rc;

	if (!run)
		return 0;
	pthread_join(run->thread, NULL);
	rc = run->rc;
	if (rc < 0 && err)
		*err = run->err;
	if (rc == 0 && ret_mrtd) {
		*ret_mrtd = run->mrtd;
		run->mrtd = NULL;
	}
	free_run(run);
	return rc;
}

const struct tdl_plan *mrtd_run_plan(const struct tdl_mrtd_run *run)
{
	return run->plan;
}

uint64_t mrtd_run_state_pages(const struct tdl_mrtd_run *run)
{
	return run->state_pages;
}

/* Under lock: until there are so many states, or no more to come. */
static int wait_for(struct tdl_mrtd_run *run, size_t states, struct tdl_error *err)
{
	while (run->count < states && !run->done)
		pthread_cond_wait(&run->news, &run->lock);
	if (run->count < states && run->rc < 0 && err)
		*err = run->err;
	return run->count < states ? run->rc : 0;
}

int mrtd_run_state(struct tdl_mrtd_run *run, size_t i, struct sha384_stream *ret_state,
		   struct tdl_error *err)
{
	int rc;

	pthread_mutex_lock(&run->lock);
	rc = wait_for(run, i + 1, err);
	if (rc == 0 && i < run->count)
		*ret_state = run->states[i];
	else if (rc == 0)
		rc = tdl_fail(err, -ENOENT, "the computation of MRTD has no state %zu", i);
	pthread_mutex_unlock(&run->lock);
	return rc;
}

int mrtd_run_result(struct tdl_mrtd_run *run, const struct tdl_mrtd **ret_mrtd,
		    struct tdl_error *err)
{
	int rc;

	pthread_mutex_lock(&run->lock);
	rc = wait_for(run, SIZE_MAX, err);
	if (rc == 0)
		*ret_mrtd = run->mrtd;
	pthread_mutex_unlock(&run->lock);
	return rc;
}
