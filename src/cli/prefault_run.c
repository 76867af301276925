/* SPDX-License-Identifier: BSD-2-Clause */
/* How pre-population is measured: with 1, 2, 4 ... threads, each several times, on a fresh VM. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "cli/prefault.h"
#include "cli/stop.h"

/* The times of all repetitions with one number of threads. */
struct times {
	double *prefault, *first_touch, *second_touch; /* repeat of them each */
};

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct measuring *m = ctx;

	(void)total;
	cli_progress_step(&m->progress, m->before + done);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static struct spread spread_of(double *seconds, unsigned int count)
{
	qsort(seconds, count, sizeof(*seconds), by_size);
	return (struct spread){ seconds[0], seconds[count / 2], seconds[count - 1] };
}

static int measure_row(struct measuring *m, unsigned int threads, const struct times *times,
		       struct tdl_error *err)
{
	struct measured *row = &m->rows[m->row_count];

	row->threads = threads;
	m->trial.threads = threads;
	for (unsigned int i = 0; i < m->repeat; i++) {
		int rc = tdl_prefault_try(m->choice.host, &m->trial, &row->last, err);

		if (rc < 0)
			return tdl_while(err, rc, "with %u vCPU%s", threads, threads == 1 ? "" : "s");
		times->prefault[i] = row->last.prefault.seconds;
		times->first_touch[i] = row->last.first_touch_seconds;
		times->second_touch[i] = row->last.second_touch_seconds;
		m->before += m->trial.size;
	}
	row->prefault = spread_of(times->prefault, m->repeat);
	row->first_touch = spread_of(times->first_touch, m->repeat);
	row->second_touch = spread_of(times->second_touch, m->repeat);
	m->row_count++;
	return 0;
}

/* The number of threads after @threads: twice as many, and the last one in any case. */
static unsigned int next_threads(unsigned int threads, unsigned int last)
{
	return threads < last && threads > last / 2 ? last : 2 * threads;
}

static unsigned int count_rows(unsigned int last)
{
	unsigned int rows = 0;

	for (unsigned int n = 1; n <= last; n = next_threads(n, last))
		rows++;
	return rows;
}

static int measure_rows(struct measuring *m, struct tdl_error *err)
{
	AUTO_FREE double *seconds = calloc(3 * (size_t)m->repeat, sizeof(*seconds));
	struct times times = { seconds, seconds + m->repeat, seconds + 2 * (size_t)m->repeat };

	if (!seconds)
		return tdl_fail(err, -ENOMEM, "no memory for %u times", m->repeat);
	for (unsigned int n = 1; n <= m->threads; n = next_threads(n, m->threads)) {
		int rc = measure_row(m, n, &times, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

int measuring_run(struct measuring *m, struct tdl_error *err)
{
	int rc = kvm_open(m->kvm, m->linux_version,
			  m->hugepages ? KVM_FOR_HUGE_PAGES : KVM_FOR_PREFAULTS, NULL, m->quiet,
			  &m->choice, err);

	if (rc < 0)
		return rc;
	/* the embedded kernel looks at no memory, so that none need be there */
	m->trial.populate = !m->choice.embedded;
	m->trial.hugepages = m->hugepages && !m->choice.embedded;
	m->trial.cancel = stop_on_signals();
	m->trial.progress = on_progress;
	m->trial.progress_ctx = m;
	cli_progress_start(&m->progress, "pre-fault",
			   m->trial.size * m->repeat * count_rows(m->threads), m->quiet);
	rc = measure_rows(m, err);
	cli_progress_end(&m->progress);
	return rc;
}

void measuring_end(struct measuring *m)
{
	kvm_close(&m->choice);
}
