/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch attest fetch: collateral from a service into a folder. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tdlaunch/collateral.h>
#include <tdlaunch/fetch.h>

#include "base/file.h"
#include "base/scope.h"
#include "cli/attest_evidence.h"
#include "cli/commands.h"

enum {
	OPT_QUOTE = CLI_LONG,
	OPT_URL,
	OPT_ROOT_CRL_URL,
	OPT_CACERT,
	OPT_UPDATE,
	OPT_EVALUATION,
	OPT_TIMEOUT,
	OPT_RETRIES,
	OPT_MAX_WAIT,
	OPT_ROOT,
	OPT_AT,
	OPT_REPLACE,
	FILE_LIMIT = 4 << 20, /* bytes */
};

static const struct cli_option options[] = {
	{ OPT_QUOTE, "quote", "FILE", "the TD quote that the collateral is for" },
	{ 'o', "output", "DIR", "write it to this folder, which must be new or empty" },
	{ OPT_REPLACE, "replace", NULL, "DIR may be of an earlier fetch; it is replaced whole" },
	{ OPT_URL, "url", "URL", "the service, https://HOST:PORT; default Intel's" },
	{ OPT_ROOT_CRL_URL, "root-crl-url", "URL",
	  "the root's revocation list; default the service's, or Intel's" },
	{ OPT_CACERT, "cacert", "PEM", "certificates that vouch for the service" },
	{ OPT_UPDATE, "update", "WHICH", "TCB evaluation: standard or early" },
	{ OPT_EVALUATION, "tcb-evaluation", "N", "TCB evaluation data number to ask for" },
	{ OPT_TIMEOUT, "timeout", "SECONDS", "for one answer; default 30" },
	{ OPT_RETRIES, "retries", "N", "ask a busy service so often again; default 3" },
	{ OPT_MAX_WAIT, "max-wait", "SECONDS", "before asking again, at most; default 60" },
	{ OPT_ROOT, "root", "PEM", "trust this root instead of Intel's" },
	{ OPT_AT, "at", "TIME", "judge dates as of this time; default now" },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "attest fetch",
	.operands = "",
	.summary =
		"Get what verifying a quote needs - TCB info, QE identity, both revocation\n"
		"lists and their issuers' chains - from Intel's service or one with its\n"
		"interface, into a folder for \"attest verify --collateral\". It is verified\n"
		"before the folder appears. This alone of all commands uses the network. Exit\n"
		"code 0: the folder is there; 1: what came does not verify; 3: it did not come.",
	.options = options,
	.common = CLI_JSON,
	.example = "tdlaunch attest fetch --quote quote.bin -o collateral\n",
};

struct job {
	struct tdl_fetch_options options;
	const char *quote, *output, *root;
	bool json, quiet;
};

static int take_number(const char *text, uint64_t min, uint64_t max, unsigned *ret,
		       struct tdl_error *err)
{
	uint64_t number = 0;
	int rc = cli_parse_number(text, min, max, &number, err);

	if (rc == 0)
		*ret = (unsigned)number;
	return rc;
}

static int take_option(struct job *job, int opt, const char *value, struct tdl_error *err)
{
	struct tdl_fetch_options *o = &job->options;

	switch (opt) {
	case OPT_QUOTE:
		job->quote = value;
		return 0;
	case 'o':
		job->output = value;
		return 0;
	case OPT_REPLACE:
		o->replace = true;
		return 0;
	case OPT_URL:
		o->url = value;
		return 0;
	case OPT_ROOT_CRL_URL:
		o->root_crl_url = value;
		return 0;
	case OPT_CACERT:
		o->cacert = value;
		return 0;
	case OPT_UPDATE:
		o->update = value;
		return 0;
	case OPT_ROOT:
		job->root = value;
		return 0;
	case OPT_EVALUATION:
		return take_number(value, 1, UINT32_MAX, &o->evaluation, err);
	case OPT_TIMEOUT:
		return take_number(value, 1, 3600, &o->timeout, err);
	case OPT_RETRIES:
		return take_number(value, 0, 100, &o->retries, err);
	case OPT_MAX_WAIT:
		return take_number(value, 0, 3600, &o->max_wait, err);
	default:
		if (tdl_time_parse(value, &o->at) == 0)
			return 0;
		return tdl_fail(err, -EINVAL, "\"%s\" is not a time like 2026-03-16T22:06:09Z",
				value);
	}
}

static void show_progress(void *ctx, const char *file)
{
	const struct job *job = ctx;

	if (!job->quiet && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[Kfetching %s", file);
}

static void end_progress(const struct job *job)
{
	if (!job->quiet && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void show(const struct tdl_fetched *fetched)
{
	static const char *const headings[] = { "file", ">bytes", "from", NULL };
	AUTO_TABLE struct cli_table *table = cli_table_new(headings);
	struct tdl_fetched_file file;

	for (size_t i = 0; tdl_fetched_file(fetched, i, &file) == 0; i++) {
		cli_table_cell(table, "%s", file.name);
		cli_table_cell(table, "%zu", file.size);
		cli_table_cell(table, "%s", file.url);
	}
	cli_table_print(table, stdout);
}

static int run(struct job *job, struct tdl_error *err)
{
	AUTO_FREE uint8_t *quote = NULL, *root = NULL;
	struct tdl_fetched *fetched = NULL;
	size_t size = 0;
	int rc = evidence_read(job->quote, TDL_EVIDENCE_QUOTE, &quote, &size, err);

	if (rc == 0 && job->root)
		rc = file_read(job->root, FILE_LIMIT, &root, &job->options.root_size, err);
	job->options.root = root;
	if (rc == 0)
		rc = tdl_fetch_collateral(quote, size, &job->options, job->output, &fetched, err);
	end_progress(job);
	if (rc < 0)
		return cli_error(err);
	if (!job->quiet && job->json)
		fputs(tdl_fetched_json(fetched), stdout);
	else if (!job->quiet)
		show(fetched);
	tdl_fetched_free(fetched);
	return CLI_YES;
}

int cmd_attest_fetch(int argc, char **argv)
{
	static const char *const updates[] = { "standard", "early", NULL };
	struct job job = { .options = { .retries = 3, .max_wait = 60, .at = time(NULL) } };
	struct tdl_error err = { 0 };
	struct cli_args args;
	int opt;

	job.options.progress = show_progress;
	job.options.progress_ctx = &job;
	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0) {
		if (opt == OPT_UPDATE && strcmp(args.value, updates[0]) != 0 &&
		    strcmp(args.value, updates[1]) != 0)
			return cli_bad_word(&args, "--update", args.value, updates);
		if (take_option(&job, opt, args.value, &err) < 0)
			return cli_usage(&args, "%s", err.text);
	}
	if (opt < 0 || !cli_operands(&args, 0, 0))
		return args.exit;
	if (!job.quote || !job.output)
		return cli_usage(&args, "--quote and -o are needed");
	if (job.options.update && job.options.evaluation)
		return cli_usage(&args, "--update and --tcb-evaluation exclude each other");
	job.json = args.json;
	job.quiet = args.quiet;
	return run(&job, &err);
}
