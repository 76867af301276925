/* SPDX-License-Identifier: BSD-2-Clause */
/* Random sequences of calls, run on a host; see sequence.h. A run tells one line for each sequence,
 * "SEED MASK DIGEST COUNT", where MASK says which of its calls were made; with --calls also a line
 * for each call. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tdlaunch/conformance.h>

#include "conformance/sequence.h"

enum { EXIT_YES, EXIT_NO, EXIT_USAGE, EXIT_UNKNOWN };

#define MASK_ALL UINT64_MAX

static const char usage[] =
	"usage: sequences [--kvm embedded|DEVICE] [--linux VERSION] [--types BITS] [--calls]\n"
	"                 [--jobs N] --seed SEED --count N [--first N]\n"
	"       sequences ... --from FILE   run the lines \"SEED MASK\" of a file\n"
	"       sequences --diff A B        \"SEED MASK\" of what differs, shortest first\n"
	"       sequences [--types BITS] --shrink SEED MASK   shorter candidates, for --from\n";

struct wish {
	const char *kvm, *linux_version, *from;
	uint64_t seed, first, count, types, jobs;
	bool calls, diff, shrink;
};

static bool parse_number(const char *text, int base, uint64_t *ret_number)
{
	char *end;

	errno = 0;
	*ret_number = strtoull(text, &end, base);
	return errno == 0 && end != text && !*end;
}

static bool parse(int argc, char **argv, struct wish *w)
{
	enum { KVM = 1, LINUX, TYPES, CALLS, JOBS, SEED, FIRST, COUNT, FROM, DIFF, SHRINK };
	static const struct option options[] = {
		{ "kvm", required_argument, NULL, KVM },
		{ "linux", required_argument, NULL, LINUX },
		{ "types", required_argument, NULL, TYPES },
		{ "calls", no_argument, NULL, CALLS },
		{ "jobs", required_argument, NULL, JOBS },
		{ "seed", required_argument, NULL, SEED },
		{ "first", required_argument, NULL, FIRST },
		{ "count", required_argument, NULL, COUNT },
		{ "from", required_argument, NULL, FROM },
		{ "diff", no_argument, NULL, DIFF },
		{ "shrink", no_argument, NULL, SHRINK },
		{ 0 },
	};
	bool good = true;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case KVM: w->kvm = optarg; break;
		case LINUX: w->linux_version = optarg; break;
		case FROM: w->from = optarg; break;
		case CALLS: w->calls = true; break;
		case DIFF: w->diff = true; break;
		case SHRINK: w->shrink = true; break;
		case TYPES: good = good && parse_number(optarg, 0, &w->types); break;
		case JOBS: good = good && parse_number(optarg, 0, &w->jobs); break;
		case SEED: good = good && parse_number(optarg, 0, &w->seed); break;
		case FIRST: good = good && parse_number(optarg, 0, &w->first); break;
		case COUNT: good = good && parse_number(optarg, 0, &w->count); break;
		default: good = false;
		}
	}
	good = good && !(w->calls && w->jobs > 1); /* their lines would mix */
	good = good && w->jobs >= 1 && w->jobs <= 8 && w->types >= 1 && w->types <= 3;
	if (w->diff || w->shrink)
		return good && argc - optind == 2;
	return good && argc == optind && (w->from || w->count);
}

static int complain(const struct tdl_error *err)
{
	fprintf(stderr, "sequences: %s\n", err->text);
	return EXIT_UNKNOWN;
}

static int open_host(const struct wish *w, struct tdl_conformance_host **ret_host,
		     struct tdl_error *err)
{
#ifdef CONFORMANCE_EMBEDDED
	if (!w->kvm || strcmp(w->kvm, "embedded") == 0)
		return tdl_conformance_embedded(w->linux_version, false, ret_host, err);
#endif
	return tdl_conformance_dev(w->kvm, ret_host, err);
}

static uint64_t calls_of(const struct sequence *s, uint64_t mask)
{
	return mask & (((uint64_t)1 << s->count) - 1);
}

static int run_one(const struct wish *w, struct tdl_conformance_host *host, uint64_t seed,
		   uint64_t mask)
{
	struct sequence s;
	uint64_t digest = 0;

	sequence_make(seed, (unsigned)w->types, &s);
	mask = calls_of(&s, mask);
	if (w->calls)
		printf("sequence %016" PRIx64 " %012" PRIx64 ": VM type %u\n", seed, mask, s.vm_type);
	int rc = sequence_run(host, &s, mask, w->calls ? stdout : NULL, &digest);

	if (rc < 0) {
		fprintf(stderr, "sequences: %016" PRIx64 " cannot begin: %s\n", seed, strerror(-rc));
		return EXIT_UNKNOWN;
	}
	printf("%016" PRIx64 " %012" PRIx64 " %016" PRIx64 " %d\n", seed, mask, digest,
	       __builtin_popcountll(mask));
	return EXIT_YES;
}

static int run_file(const struct wish *w, struct tdl_conformance_host *host)
{
	FILE *f = fopen(w->from, "r");
	uint64_t seed, mask;
	char line[200];
	int status = f ? EXIT_YES : EXIT_UNKNOWN;

	while (status == EXIT_YES && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 " %" SCNx64, &seed, &mask) == 2)
			status = run_one(w, host, seed, mask);
	}
	if (f)
		fclose(f);
	else
		fprintf(stderr, "sequences: %s: %s\n", w->from, strerror(errno));
	return status;
}

/* The part of one of several processes: every jobs-th sequence. */
static int run_share(const struct wish *w, uint64_t share)
{
	struct tdl_conformance_host *host = NULL;
	struct tdl_error err = { 0 };
	int status = EXIT_YES;

	if (open_host(w, &host, &err) < 0)
		return complain(&err);
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	if (w->from)
		status = run_file(w, host);
	for (uint64_t i = share; !w->from && status == EXIT_YES && i < w->count; i += w->jobs)
		status = run_one(w, host, sequence_seed(w->seed, w->first + i), MASK_ALL);
	tdl_conformance_host_free(host);
	return status;
}

static int run(const struct wish *w)
{
	int worst = EXIT_YES, status;

	if (w->from || w->jobs == 1)
		return run_share(w, 0);
	for (uint64_t i = 0; i < w->jobs; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(run_share(w, i));
		if (child < 0)
			worst = EXIT_UNKNOWN;
	}
	while (wait(&status) > 0)
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			worst = EXIT_UNKNOWN;
	return worst;
}

/* A line of a transcript. */
struct entry {
	uint64_t seed, mask, digest;
	int count;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->seed != y->seed)
		return x->seed < y->seed ? -1 : 1;
	return (x->mask > y->mask) - (x->mask < y->mask);
}

static int compare_counts(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->count != y->count ? x->count - y->count : compare_entries(a, b);
}

/* Sorted; lines of calls are passed over. */
static struct entry *load(const char *path, size_t *ret_count)
{
	FILE *f = fopen(path, "r");
	struct entry *entries = NULL;
	size_t n = 0, room = 0;
	char line[400];

	while (f && fgets(line, sizeof(line), f)) {
		struct entry e;

		if (sscanf(line, "%16" SCNx64 " %12" SCNx64 " %16" SCNx64 " %d", &e.seed, &e.mask,
			   &e.digest, &e.count) != 4)
			continue;
		if (n == room) {
			room = room ? 2 * room : 1024;
			struct entry *grown = realloc(entries, room * sizeof(*entries));

			if (!grown)
				break;
			entries = grown;
		}
		entries[n++] = e;
	}
	if (f)
		fclose(f);
	if (n)
		qsort(entries, n, sizeof(*entries), compare_entries);
	*ret_count = n;
	return entries;
}

static int diff(const char *path_a, const char *path_b)
{
	size_t na, nb, different = 0;
	struct entry *a = load(path_a, &na), *b = load(path_b, &nb);
	bool same_runs = na == nb && na > 0;

	for (size_t i = 0; same_runs && i < na; i++) {
		same_runs = a[i].seed == b[i].seed && a[i].mask == b[i].mask;
		if (a[i].digest != b[i].digest)
			a[different++] = a[i];
	}
	if (different && same_runs)
		qsort(a, different, sizeof(*a), compare_counts);
	for (size_t i = 0; same_runs && i < different; i++)
		printf("%016" PRIx64 " %012" PRIx64 " %d\n", a[i].seed, a[i].mask, a[i].count);
	free(a);
	free(b);
	if (!same_runs) {
		fprintf(stderr, "sequences: %s has %zu sequences, %s %zu, not the same ones\n",
			path_a, na, path_b, nb);
		return EXIT_UNKNOWN;
	}
	fprintf(stderr, "%zu sequences, %zu different\n", na, different);
	return different ? EXIT_NO : EXIT_YES;
}

/* Leave out each stretch of n, n / 2, ... 1 of the calls. */
static int shrink(const struct wish *w, const char *seed_text, const char *mask_text)
{
	unsigned at[SEQUENCE_CALLS_MAX], n = 0;
	uint64_t seed, mask;
	struct sequence s;

	if (!parse_number(seed_text, 16, &seed) || !parse_number(mask_text, 16, &mask)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	sequence_make(seed, (unsigned)w->types, &s);
	mask = calls_of(&s, mask);
	for (unsigned i = 0; i < s.count; i++)
		if (mask >> i & 1)
			at[n++] = i;
	for (unsigned length = n / 2; length > 0; length /= 2) {
		for (unsigned from = 0; from + length <= n; from += length > 4 ? length / 2 : 1) {
			uint64_t left = mask;

			for (unsigned i = from; i < from + length; i++)
				left &= ~((uint64_t)1 << at[i]);
			printf("%016" PRIx64 " %012" PRIx64 "\n", seed, left);
		}
	}
	return EXIT_YES;
}

int main(int argc, char **argv)
{
	struct wish w = { .types = 1, .jobs = 1 };

	if (!parse(argc, argv, &w)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (w.diff)
		return diff(argv[optind], argv[optind + 1]);
	if (w.shrink)
		return shrink(&w, argv[optind], argv[optind + 1]);
	return run(&w);
}
