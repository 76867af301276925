/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch conformance: whether a KVM keeps the promises of its interface. Results are TAP. */
#include <errno.h>
#include <string.h>

#include <tdlaunch/conformance.h>

#include "cli/commands.h"

enum {
	OPT_KVM = CLI_LONG,
	OPT_LINUX,
	OPT_NO_TDP,
	OPT_LIST,
	OPT_ONLY,
	OPT_REPEAT,
	OPT_SEED,
	OPT_TIME_LIMIT,
	OPT_COMPARE,
};

#define REPEAT_MAX     1000000
#define TIME_LIMIT_MAX 1000000 /* seconds */

static const struct cli_option options[] = {
	{ OPT_KVM, "kvm", "WHICH", "embedded (default), or a device such as /dev/kvm" },
	{ OPT_LINUX, "linux", "VERSION", "whose behaviour the embedded kernel has, 7.2 by default" },
	{ OPT_NO_TDP, "no-tdp", NULL, "embedded kernel without two-dimensional paging" },
	{ OPT_LIST, "list", NULL, "list the cases instead: name, needs, rules covered" },
	{ OPT_ONLY, "only", "PATTERN", "only cases whose name fits this shell pattern" },
	{ OPT_REPEAT, "repeat", "N", "run each case N times; its first failure counts" },
	{ OPT_SEED, "seed", "N", "of whatever a case is free to choose" },
	{ OPT_TIME_LIMIT, "time-limit", "SECONDS", "skip cases that have not begun by then" },
	{ OPT_COMPARE, "compare", NULL, "print how the results in A.tap and B.tap differ" },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "conformance",
	.operands = "[--compare A.tap B.tap]",
	.summary = "Run the conformance suite on a KVM: what its interfaces for populating memory\n"
		   "ahead and for building TDs promise, case by case. Results are TAP.\n"
		   "\n"
		   "Exits with 0 when no case failed (with --compare: nothing differs), 1 when one\n"
		   "did (something differs), 3 when that could not be found out.",
	.options = options,
	.example = "tdlaunch conformance --only 'td_*' >embedded.tap\n"
		   "tdlaunch conformance --compare embedded.tap embedded.tap\n",
};

struct wish {
	const char *kvm, *linux_version;
	bool no_tdp, list, compare;
	struct tdl_conformance_options options;
};

/* A number between 0 and max. 0, or -EINVAL when it has been said what is wrong. */
static int take_number(struct cli_args *args, const char *option, uint64_t max, uint64_t *ret)
{
	struct tdl_error err = { 0 };

	if (cli_parse_number(args->value, 0, max, ret, &err) == 0)
		return 0;
	cli_usage(args, "--%s: %s", option, err.text);
	return -EINVAL;
}

static int take_option(struct wish *w, struct cli_args *args, int opt)
{
	uint64_t number = 0;
	int rc = 0;

	switch (opt) {
	case OPT_KVM:
		w->kvm = args->value;
		break;
	case OPT_LINUX:
		w->linux_version = args->value;
		break;
	case OPT_NO_TDP:
		w->no_tdp = true;
		break;
	case OPT_LIST:
		w->list = true;
		break;
	case OPT_ONLY:
		w->options.only = args->value;
		break;
	case OPT_COMPARE:
		w->compare = true;
		break;
	case OPT_SEED:
		return take_number(args, "seed", UINT64_MAX, &w->options.seed);
	case OPT_REPEAT:
		rc = take_number(args, "repeat", REPEAT_MAX, &number);
		w->options.repeat = (unsigned int)number;
		break;
	case OPT_TIME_LIMIT:
		rc = take_number(args, "time-limit", TIME_LIMIT_MAX, &number);
		w->options.time_limit = (unsigned int)number;
		break;
	}
	return rc;
}

static bool is_embedded(const struct wish *w)
{
	return strcmp(w->kvm, "embedded") == 0;
}

/* What goes with what. False when it has been said what is wrong. */
static bool options_fit(const struct wish *w, struct cli_args *args)
{
	if (w->compare && args->operand_count != 2)
		cli_usage(args, "--compare needs two files, A.tap B.tap");
	else if (!w->compare && args->operand_count)
		cli_usage(args, "'%s' is one argument too many", args->operands[0]);
	else if (!is_embedded(w) && !strchr(w->kvm, '/'))
		cli_usage(args, "--kvm takes embedded or the path of a device, not '%s'", w->kvm);
	else if (!is_embedded(w) && (w->linux_version || w->no_tdp))
		cli_usage(args, "--linux and --no-tdp are about the embedded kernel");
	else
		return true;
	return false;
}

/* Where results go: nowhere when only the exit code is wanted. */
static FILE *open_results(const struct cli_args *args)
{
	return args->quiet ? fopen("/dev/null", "we") : stdout;
}

static int compare(const struct cli_args *args, FILE *out)
{
	struct tdl_error err = { 0 };
	size_t differences = 0;

	if (tdl_conformance_compare(args->operands[0], args->operands[1], out, &differences,
				    &err) < 0)
		return cli_error(&err);
	return differences ? CLI_NO : CLI_YES;
}

static int list(const struct wish *w, FILE *out)
{
	struct tdl_error err = { 0 };
	int rc = tdl_conformance_list(w->options.only, out);

	if (rc == -EIO) /* cli_finish() says it */
		return CLI_UNKNOWN;
	if (rc == 0)
		return CLI_YES;
	tdl_fail(&err, rc, "no case is called %s", w->options.only);
	return cli_error(&err);
}

static int run(const struct wish *w, FILE *out)
{
	struct tdl_conformance_result result = { 0 };
	struct tdl_conformance_host *host = NULL;
	struct tdl_error err = { 0 };
	int rc;

	if (is_embedded(w))
		rc = tdl_conformance_embedded(w->linux_version, w->no_tdp, &host, &err);
	else
		rc = tdl_conformance_dev(w->kvm, &host, &err);
	if (rc < 0)
		return cli_error(&err);
	rc = tdl_conformance_run(host, &w->options, out, &result, &err);
	tdl_conformance_host_free(host);
	if (ferror(out)) /* cli_finish() says it */
		return CLI_UNKNOWN;
	if (rc < 0)
		return cli_error(&err);
	fprintf(out, "# %zu passed, %zu failed, %zu skipped\n", result.passed, result.failed,
		result.skipped);
	return result.failed ? CLI_NO : CLI_YES;
}

int cmd_conformance(int argc, char **argv)
{
	struct wish w = { .kvm = "embedded" };
	struct cli_args args;
	FILE *out;
	int opt, answer;

	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (take_option(&w, &args, opt) < 0)
			return args.exit;
	if (opt < 0 || !options_fit(&w, &args))
		return args.exit;
	out = open_results(&args);
	if (!out) {
		cli_say("cannot open /dev/null: %s (%s)", strerror(errno), strerrorname_np(errno));
		return CLI_UNKNOWN;
	}
	if (w.compare)
		answer = compare(&args, out);
	else
		answer = w.list ? list(&w, out) : run(&w, out);
	if (out != stdout)
		fclose(out);
	return answer;
}
