/* SPDX-License-Identifier: BSD-2-Clause */
/* The runner: one case after the other, a TAP line each. */
#include <errno.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <tdlaunch/conformance.h>

#include "conformance/conf.h"

#define CASE_SECONDS 60

const struct conf_case *const conf_tables[] = {
	conf_system_cases,     conf_core_cases, conf_slot_cases,	      conf_gmem_cases,	     conf_attribute_cases,
	conf_prefault_checks,  conf_prefault_walks,   conf_prefault_races,   conf_prefault_private,
	conf_prefault_tdx,     conf_prefault_faults,  conf_td_cases,	     conf_td_image_cases,
	NULL,
};

/* The next case of all tables that fits the pattern, from *table and *row on; NULL at the end. */
static const struct conf_case *next_case(size_t *table, size_t *row, const char *only)
{
	for (; conf_tables[*table]; (*table)++, *row = 0) {
		while (conf_tables[*table][*row].name) {
			const struct conf_case *one = &conf_tables[*table][(*row)++];

			if (!only || fnmatch(only, one->name, 0) == 0)
				return one;
		}
	}
	return NULL;
}

static size_t count_cases(const char *only)
{
	size_t table = 0, row = 0, n = 0;

	while (next_case(&table, &row, only))
		n++;
	return n;
}

static void set_up(struct conf *c)
{
	int rc = c->ops->begin(c->ctx);

	if (rc < 0)
		conf_fail(c, "host: %s", strerror(-rc));
	c->sys = c->ops->open(c->ctx);
	if (c->sys < 0)
		conf_skip(c, "KVM cannot be opened: %s", strerror(-c->sys));
	conf_own_fd(c, c->sys);
}

static void tear_down(struct conf *c)
{
	const char *left;

	for (unsigned i = 0; i < c->map_count; i++) {
		if (c->maps[i].is_host)
			c->ops->munmap(c->ctx, c->maps[i].address, c->maps[i].length);
		else
			munmap(c->maps[i].address, c->maps[i].length);
	}
	while (c->fd_count)
		c->ops->close(c->ctx, c->fds[--c->fd_count]);
	left = c->ops->end(c->ctx);
	if (left && c->outcome == CONF_PASS) {
		c->outcome = CONF_FAIL;
		snprintf(c->reason, sizeof(c->reason), "left behind: %s", left);
	}
}

/* Interrupts what a case waits for once its time has passed, until it ends. */
struct guard {
	struct conf *c;
	pthread_t thread, victim;
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done;
	unsigned limit;
};

static void *watch(void *arg)
{
	struct guard *g = arg;
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += g->limit;
	pthread_mutex_lock(&g->lock);
	while (!g->is_done) {
		if (pthread_cond_timedwait(&g->done, &g->lock, &until) != ETIMEDOUT)
			continue;
		atomic_store(&g->c->overdue, true);
		g->c->ops->interrupt(g->c->ctx, g->c->vcpu, g->victim);
		until.tv_sec++;
	}
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

static bool guard_start(struct guard *g)
{
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->done, NULL);
	return pthread_create(&g->thread, NULL, watch, g) == 0;
}

static void guard_stop(struct guard *g)
{
	pthread_mutex_lock(&g->lock);
	g->is_done = true;
	pthread_cond_signal(&g->done);
	pthread_mutex_unlock(&g->lock);
	pthread_join(g->thread, NULL);
	pthread_cond_destroy(&g->done);
	pthread_mutex_destroy(&g->lock);
}

static void run_guarded(struct guard *g, const struct conf_case *one)
{
	struct conf *c = g->c;

	if (!guard_start(g)) {
		c->outcome = CONF_FAIL;
		snprintf(c->reason, sizeof(c->reason), "no thread for the guard");
		return;
	}
	if (setjmp(c->stop) == 0)
		one->run(c);
	guard_stop(g);
}

static void run_once(struct conf *c, const struct tdl_conformance_host *host,
		     const struct conf_case *one, uint64_t seed, unsigned limit)
{
	struct guard guard = { .c = c, .victim = pthread_self(), .limit = limit };

	memset(c, 0, sizeof(*c));
	c->ops = host->ops;
	c->ctx = host->ctx;
	c->about = one;
	c->seed = seed;
	c->sys = c->vm = c->vcpu = -1;
	if (setjmp(c->stop) == 0)
		set_up(c);
	if (c->outcome == CONF_PASS)
		run_guarded(&guard, one);
	tear_down(c);
}

static void print_verdict(FILE *out, size_t number, const struct conf *c, const char *name)
{
	const char *word = c->outcome == CONF_FAIL ? "not ok" : "ok";

	fprintf(out, "%s %zu - %s", word, number, name);
	if (c->outcome == CONF_SKIP)
		fprintf(out, " # SKIP %s\n", c->reason);
	else if (c->outcome == CONF_FAIL)
		fprintf(out, ": want %s: got %s: %s\n", c->want, c->got, c->reason);
	else
		fprintf(out, ": want %s: got %s\n", c->want, c->got);
}

static void run_case(FILE *out, size_t number, struct conf *c,
		     const struct tdl_conformance_host *host, const struct conf_case *one,
		     const struct tdl_conformance_options *options)
{
	unsigned times = options->repeat ? options->repeat : 1;

	for (unsigned i = 0; i < times; i++) {
		run_once(c, host, one, options->seed + i,
			 options->case_limit ? options->case_limit : CASE_SECONDS);
		if (c->outcome != CONF_PASS)
			break;
	}
	print_verdict(out, number, c, one->name);
}

int tdl_conformance_run(struct tdl_conformance_host *host,
			const struct tdl_conformance_options *options, FILE *out,
			struct tdl_conformance_result *ret_result, struct tdl_error *err)
{
	static const struct tdl_conformance_options defaults = { .repeat = 1 };
	struct tdl_conformance_result result = { 0 };
	const struct conf_case *one;
	size_t table = 0, row = 0, number = 0;
	time_t start = time(NULL);
	struct conf *c;

	if (!options)
		options = &defaults;
	if (!count_cases(options->only))
		return tdl_fail(err, -ENOENT, "no case is called \"%s\"", options->only);
	c = malloc(sizeof(*c));
	if (!c)
		return tdl_fail(err, -ENOMEM, "no memory for a case");
	fprintf(out, "TAP version 13\n1..%zu\n# host %s\n", count_cases(options->only), host->name);
	while ((one = next_case(&table, &row, options->only))) {
		number++;
		if (options->time_limit && time(NULL) - start >= (time_t)options->time_limit) {
			fprintf(out, "ok %zu - %s # SKIP time limit of %u s\n", number, one->name,
				options->time_limit);
			result.skipped++;
			continue;
		}
		run_case(out, number, c, host, one, options);
		result.passed += c->outcome == CONF_PASS;
		result.failed += c->outcome == CONF_FAIL;
		result.skipped += c->outcome == CONF_SKIP;
		fflush(out);
	}
	free(c);
	if (fflush(out) != 0 || ferror(out))
		return tdl_fail(err, -EIO, "the results cannot be written");
	*ret_result = result;
	return 0;
}

int tdl_conformance_list(const char *only, FILE *out)
{
	const struct conf_case *one;
	size_t table = 0, row = 0;

	if (!count_cases(only))
		return -ENOENT;
	while ((one = next_case(&table, &row, only)))
		fprintf(out, "%-28s %-3s %s\n", one->name, one->tags, one->rules ? one->rules : "");
	return fflush(out) != 0 || ferror(out) ? -EIO : 0;
}

void tdl_conformance_host_free(struct tdl_conformance_host *host)
{
	if (!host)
		return;
	if (host->ops->free)
		host->ops->free(host->ctx);
	free(host);
}
