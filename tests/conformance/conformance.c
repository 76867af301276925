/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite's command line. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/conformance.h>

enum { EXIT_YES, EXIT_NO, EXIT_USAGE, EXIT_UNKNOWN };

static const char usage[] =
	"usage: conformance [--kvm embedded|DEVICE] [--linux VERSION] [--no-tdp] [--list]\n"
	"                   [--only PATTERN] [--repeat N] [--seed N] [--time-limit SECONDS]\n"
	"                   [--case-limit SECONDS]\n"
	"       conformance --compare A.tap B.tap\n";

struct wish {
	const char *kvm, *linux_version;
	bool no_tdp, list, compare;
	struct tdl_conformance_options options;
};

static bool parse_number(const char *text, unsigned long max, unsigned long *ret_number)
{
	char *end;

	errno = 0;
	*ret_number = strtoul(text, &end, 0);
	return errno == 0 && end != text && !*end && *ret_number <= max;
}

static bool parse(int argc, char **argv, struct wish *w)
{
	enum { KVM = 1, LINUX, NO_TDP, LIST, ONLY, REPEAT, SEED, TIME_LIMIT, CASE_LIMIT, COMPARE };
	static const struct option options[] = {
		{ "kvm", required_argument, NULL, KVM },
		{ "linux", required_argument, NULL, LINUX },
		{ "no-tdp", no_argument, NULL, NO_TDP },
		{ "list", no_argument, NULL, LIST },
		{ "only", required_argument, NULL, ONLY },
		{ "repeat", required_argument, NULL, REPEAT },
		{ "seed", required_argument, NULL, SEED },
		{ "time-limit", required_argument, NULL, TIME_LIMIT },
		{ "case-limit", required_argument, NULL, CASE_LIMIT },
		{ "compare", no_argument, NULL, COMPARE },
		{ 0 },
	};
	unsigned long number = 0;
	bool good = true;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case KVM: w->kvm = optarg; break;
		case LINUX: w->linux_version = optarg; break;
		case NO_TDP: w->no_tdp = true; break;
		case LIST: w->list = true; break;
		case ONLY: w->options.only = optarg; break;
		case COMPARE: w->compare = true; break;
		case REPEAT:
			good = good && parse_number(optarg, 1000000, &number);
			w->options.repeat = (unsigned)number;
			break;
		case SEED:
			good = good && parse_number(optarg, (unsigned long)-1, &number);
			w->options.seed = number;
			break;
		case TIME_LIMIT:
			good = good && parse_number(optarg, 1000000, &number);
			w->options.time_limit = (unsigned)number;
			break;
		case CASE_LIMIT:
			good = good && parse_number(optarg, 1000000, &number);
			w->options.case_limit = (unsigned)number;
			break;
		default: good = false;
		}
	}
	return good && argc - optind == (w->compare ? 2 : 0);
}

static int complain(const struct tdl_error *err)
{
	fprintf(stderr, "conformance: %s\n", err->text);
	return EXIT_UNKNOWN;
}

static int open_host(const struct wish *w, struct tdl_conformance_host **ret_host,
		     struct tdl_error *err)
{
#ifdef CONFORMANCE_EMBEDDED
	if (!w->kvm || strcmp(w->kvm, "embedded") == 0)
		return tdl_conformance_embedded(w->linux_version, w->no_tdp, ret_host, err);
#endif
	return tdl_conformance_dev(w->kvm, ret_host, err);
}

static int run(const struct wish *w)
{
	struct tdl_conformance_result result = { 0 };
	struct tdl_conformance_host *host = NULL;
	struct tdl_error err = { 0 };
	int rc;

	rc = open_host(w, &host, &err);
	if (rc < 0)
		return complain(&err);
	rc = tdl_conformance_run(host, &w->options, stdout, &result, &err);
	tdl_conformance_host_free(host);
	if (rc < 0)
		return complain(&err);
	fprintf(stderr, "%zu passed, %zu failed, %zu skipped\n", result.passed, result.failed,
		result.skipped);
	return result.failed ? EXIT_NO : EXIT_YES;
}

int main(int argc, char **argv)
{
	struct tdl_error err = { 0 };
	struct wish w = { 0 };
	size_t differences = 0;

	if (!parse(argc, argv, &w)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (w.compare) {
		if (tdl_conformance_compare(argv[optind], argv[optind + 1], stdout, &differences,
					    &err) < 0)
			return complain(&err);
		return differences ? EXIT_NO : EXIT_YES;
	}
	if (w.list)
		return tdl_conformance_list(w.options.only, stdout) < 0 ? EXIT_UNKNOWN : EXIT_YES;
	return run(&w);
}
