/* SPDX-License-Identifier: BSD-2-Clause */
/* Speed of verifying quotes and of replaying an event log. "bench_attest verify HOW THREADS" prints
 * verifications a second (of CPU time with one thread, of wall time with more) and the peak memory
 * in KiB, and so does "bench_attest batch THREADS" for check --batch; "bench_attest replay LOG" prints
 * MB/s and events/s. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <tdlaunch/ccel.h>
#include <tdlaunch/check.h>
#include <tdlaunch/verdict.h>

#include "base/base64.h"
#include "base/file.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/pki.h"

enum {
	QUOTES = 512, /* of as many quoting enclaves on one platform */
	THREADS = 64,
	LEVELS = 11, REVOKED = 56, /* with those that are there always: as long as Intel's are */
	LOG_COPIES = 64, /* of the events, to get the length of a real log */
};

#define SECONDS 2.0

static struct pki_quote quotes[QUOTES];
static struct pki_world world;

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_attest: %s\n", what);
	exit(1);
}

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* The PKI is that of the tests, which wants to be inside one. */
START_TEST(make_evidence)
{
	pki_make_many(&(struct pki_knobs){ .more_levels = LEVELS, .more_revoked = REVOKED }, &world,
		      quotes, QUOTES);
}
END_TEST

static void prepare(void)
{
	Suite *suite = suite_create("bench");
	TCase *tc = tcase_create("evidence");
	SRunner *runner = srunner_create(suite);

	tcase_add_test(tc, make_evidence);
	suite_add_tcase(suite, tc);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_SILENT);
	if (srunner_ntests_failed(runner))
		die("the evidence cannot be made");
	srunner_free(runner);
}

struct worker {
	struct tdl_attest_cache *cache; /* NULL: everything anew, the bundle too */
	struct tdl_collateral *bundle;
	size_t distinct; /* quotes taken in turn */
	double until;	 /* wall time */
	unsigned long count;
};

static void verify_one(const struct worker *w, size_t i)
{
	struct tdl_collateral *bundle = w->bundle;
	struct tdl_verify_options opt = { .root = world.root,
					  .root_size = world.root_size,
					  .cache = w->cache };
	struct tdl_verdict *v = NULL;

	tdl_time_parse(PKI_TIME, &opt.at);
	if (!w->cache && tdl_collateral_open(world.folder, &bundle, NULL) < 0)
		die("no collateral");
	opt.collateral = bundle;
	if (tdl_verify(quotes[i].bytes, quotes[i].size, &opt, &v, NULL) < 0 ||
	    strcmp(tdl_verdict_status(v, "converged"), "UpToDate") != 0)
		die("a good quote is refused");
	tdl_verdict_free(v);
	if (!w->cache)
		tdl_collateral_free(bundle);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	while (now(CLOCK_MONOTONIC) < w->until) {
		verify_one(w, w->count % w->distinct);
		w->count++;
	}
	return NULL;
}

/* "same": one quote over and over, its own signature is left to verify. "warm": many quoting
 * enclaves, and a cache that holds fewer, so that two signatures are left. "cold": everything. */
static void bench_verify(const char *how, size_t n)
{
	struct worker all[THREADS];
	pthread_t thread[THREADS];
	struct worker first = { .distinct = strcmp(how, "same") == 0 ? 1 : QUOTES };
	unsigned long count = 0;

	if (n < 1 || n > THREADS)
		die("too many threads");
	prepare();
	if (strcmp(how, "cold") != 0 &&
	    (tdl_attest_cache_new(QUOTES / 4, &first.cache, NULL) < 0 ||
	     tdl_collateral_open(world.folder, &first.bundle, NULL) < 0))
		die("no cache or collateral");
	for (size_t i = 0; first.cache && i < first.distinct; i++)
		verify_one(&first, i);
	double cpu = now(CLOCK_PROCESS_CPUTIME_ID), start = now(CLOCK_MONOTONIC);
	first.until = start + SECONDS;
	for (size_t i = 0; i < n; i++) {
		all[i] = first;
		if (pthread_create(&thread[i], NULL, work, &all[i]) != 0)
			die("no thread");
	}
	for (size_t i = 0; i < n; i++) {
		pthread_join(thread[i], NULL);
		count += all[i].count;
	}
	cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	double wall = now(CLOCK_MONOTONIC) - start;
	printf("%.0f %.0f %ld\n", (double)count / cpu, (double)count / wall, peak_kib());
	tdl_collateral_free(first.bundle);
	tdl_attest_cache_free(first.cache);
}

/* The quotes as requests of a batch, in a file without a name. */
static int make_requests(void)
{
	int fd = memfd_create("requests", MFD_CLOEXEC);

	for (int i = 0; i < QUOTES; i++) {
		char *base64 = malloc(base64_size(quotes[i].size) + 1);

		if (!base64 || fd < 0 ||
		    dprintf(fd, "{\"id\": %d, \"evidence\": [{\"name\": \"q\", \"base64\": \"%s\"}]}\n",
			    i, base64_encode(BASE64, quotes[i].bytes, quotes[i].size, base64)) < 0)
			die("no requests");
		free(base64);
	}
	return fd;
}

static struct tdl_rules *make_rules(void)
{
	enum { MRTD_AT = 48 + 136 };
	const struct tdl_expected mrtd = { "mrtd", quotes[0].bytes + MRTD_AT, 48, "the benchmark" };
	struct tdl_rules_options options = { .root = world.root,
					     .root_size = world.root_size,
					     .collateral = world.folder,
					     .expected = &mrtd,
					     .n_expected = 1 };
	struct tdl_rules *rules = NULL;

	tdl_time_parse(PKI_TIME, &options.at);
	if (tdl_rules_new(&options, &rules, NULL) < 0)
		die("no rules");
	return rules;
}

/* Batches of quotes that are all new to each: reading JSON, two signatures a quote, writing JSON. */
static void bench_batch(unsigned n)
{
	const struct tdl_batch_options options = { .threads = n };
	int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	unsigned long count = 0;

	prepare();
	struct tdl_rules *rules = make_rules();
	int in = make_requests();
	double cpu = now(CLOCK_PROCESS_CPUTIME_ID), start = now(CLOCK_MONOTONIC);
	while (now(CLOCK_MONOTONIC) < start + SECONDS) {
		struct tdl_batch_counts counts = { 0 };

		lseek(in, 0, SEEK_SET);
		if (tdl_check_batch(rules, in, out, &options, &counts, NULL) < 0 ||
		    counts.yes != QUOTES)
			die("a good request is not answered yes");
		count += QUOTES;
	}
	cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	double wall = now(CLOCK_MONOTONIC) - start;
	printf("%.0f %.0f %ld\n", (double)count / cpu, (double)count / wall, peak_kib());
	tdl_rules_free(rules);
	close(in);
	close(out);
}

/* Where a log's events end: the area behind them is filled up. */
static size_t used(const uint8_t *log, size_t size)
{
	struct tdl_ccel *ccel = NULL;
	const char *ending;
	int uniform;

	if (tdl_ccel_open(log, size, &ccel, NULL) < 0)
		die("the log cannot be read");
	size_t end = tdl_ccel_used(ccel, &ending, &uniform);
	tdl_ccel_free(ccel);
	return end;
}

/* The events of a log many times over, behind its Spec ID event. */
static uint8_t *long_log(const char *path, size_t *ret_size)
{
	enum { SIZE_AT = 28, EVENT_HEADER = 32 };
	uint8_t *log = NULL;
	size_t size = 0;

	if (file_read(path, 1 << 20, &log, &size, NULL) < 0 || size < EVENT_HEADER)
		die("no log");
	size = used(log, size);
	size_t head = EVENT_HEADER + (size_t)(log[SIZE_AT] | log[SIZE_AT + 1] << 8);
	if (head > size)
		die("the log has no Spec ID event");
	size_t events = size - head;
	uint8_t *all = malloc(head + LOG_COPIES * events);
	if (!all)
		die("no memory");
	memcpy(all, log, head);
	for (size_t i = 0; i < LOG_COPIES; i++)
		memcpy(all + head + i * events, log + head, events);
	free(log);
	*ret_size = head + LOG_COPIES * events;
	return all;
}

static void bench_replay(const char *path)
{
	uint8_t rtmrs[TDL_RTMR_COUNT][TDL_RTMR_SIZE];
	double start = now(CLOCK_PROCESS_CPUTIME_ID), spent;
	unsigned long runs = 0, events = 0;
	size_t size = 0;
	uint8_t *log = long_log(path, &size);

	do {
		struct tdl_ccel *ccel = NULL;

		if (tdl_ccel_open(log, size, &ccel, NULL) < 0 ||
		    tdl_ccel_replay(ccel, rtmrs, NULL) < 0)
			die("the log cannot be replayed");
		events += tdl_ccel_event_count(ccel);
		tdl_ccel_free(ccel);
		runs++;
		spent = now(CLOCK_PROCESS_CPUTIME_ID) - start;
	} while (spent < SECONDS / 2);
	printf("%.0f %.0f %lu %ld\n", (double)size * (double)runs / spent / 1e6,
	       (double)events / spent, events / runs, peak_kib());
	free(log);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "verify") == 0)
		bench_verify(argv[2], strtoul(argv[3], NULL, 10));
	else if (argc == 3 && strcmp(argv[1], "batch") == 0)
		bench_batch((unsigned)strtoul(argv[2], NULL, 10));
	else if (argc == 3 && strcmp(argv[1], "replay") == 0)
		bench_replay(argv[2]);
	else
		die("usage: verify same|warm|cold THREADS, batch THREADS, or replay LOG");
	return 0;
}
