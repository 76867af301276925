/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch attest collect: evidence of the machine this runs on, into a folder. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>

#include <tdlaunch/collect.h>

#include "base/bytes.h"
#include "base/scope.h"
#include "cli/anchor.h"
#include "cli/commands.h"
#include "cli/stop.h"

enum { OPT_SYSROOT = CLI_LONG, OPT_NONCE, OPT_SERVICE, NONCE_MAX = 64 };

static const struct cli_option options[] = {
	{ 'o', "output", "DIR", "write what is found to this folder, which must be new or empty" },
	{ OPT_NONCE, "nonce", "HEX",
	  "a verifier's fresh bytes, 1 to 64, into report data (default: zeros)" },
	CLI_TPM_OPTIONS,
	{ OPT_SERVICE, "quote-service", "URL",
	  "who makes TD quotes under a paravisor (default: Azure's host)" },
	{ OPT_SYSROOT, "sysroot", "DIR", "collect from this recorded copy of a machine's files" },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "attest collect",
	.operands = "",
	.summary =
		"Collect the evidence of the guest this runs in: TDREPORT, quote, measurement\n"
		"registers, event logs and command line; and say, for what is missing, why and\n"
		"what to do. The folder is what \"tdlaunch check\" takes. Under a paravisor the\n"
		"HCL report, a TD quote for it and the vTPM's quote are taken too. Exit code 0\n"
		"when there are the quotes, 3 when there is none (the rest is written all the same).",
	.options = options,
	.common = CLI_JSON,
	.example = "tdlaunch attest collect -o evidence --nonce 5f2c11d07a09e4b38d64c0a1f7e95b22\n",
};

struct job {
	struct tdl_collect_options options;
	struct cli_tpm tpm;
	uint8_t nonce[NONCE_MAX];
	const char *output;
	bool json, quiet;
};

static int read_nonce(struct job *job, const char *text, struct tdl_error *err)
{
	size_t digits = strlen(text);

	if (!digits || digits % 2 || digits / 2 > NONCE_MAX ||
	    !hex_decode(text, job->nonce, digits / 2))
		return tdl_fail(err, -EINVAL,
				"--nonce takes 1 to 64 bytes as hex digits, not "
				"\"%s\"",
				text);
	job->options.nonce = job->nonce;
	job->options.nonce_size = digits / 2;
	return 0;
}

static void show_missing(const struct tdl_collection *c)
{
	bool first = true;

	for (size_t i = 0; i < tdl_collection_count(c); i++) {
		const struct tdl_collect_item *item = tdl_collection_item(c, i);

		if (item->state == TDL_COLLECTED)
			continue;
		printf("%s%s: %s\n", first ? "\n" : "", item->name, item->why);
		if (item->advice)
			printf("    %s\n", item->advice);
		first = false;
	}
	for (size_t i = 0; tdl_collection_note(c, i); i++)
		printf("\nnote: %s\n", tdl_collection_note(c, i));
}

static void show(const struct tdl_collection *c)
{
	static const char *const headings[] = { "what", "file", "bytes", NULL };
	static const char *const states[] = {
		[TDL_NOT_THERE] = "not there",
		[TDL_NOT_READ] = "not read",
	};
	AUTO_CALL(cli_table_scope) struct cli_table *table = cli_table_new(headings);

	for (size_t i = 0; i < tdl_collection_count(c); i++) {
		const struct tdl_collect_item *item = tdl_collection_item(c, i);

		cli_table_cell(table, "%s", item->name);
		cli_table_cell(table, "%s", item->state == TDL_COLLECTED ? item->file : "-");
		if (item->state == TDL_COLLECTED)
			cli_table_cell(table, "%zu", item->size);
		else
			cli_table_cell(table, "%s", states[item->state]);
	}
	cli_table_print(table, stdout);
	show_missing(c);
}

static bool has(const struct tdl_collection *c, const char *file)
{
	for (size_t i = 0; i < tdl_collection_count(c); i++)
		if (strcmp(tdl_collection_item(c, i)->file, file) == 0)
			return tdl_collection_item(c, i)->state == TDL_COLLECTED;
	return false;
}

/* A quote, and where that says nothing of the guest, what does. */
static bool is_enough(const struct tdl_collection *c)
{
	bool paravisor = tdl_collection_place(c) == TDL_PLACE_PARAVISOR || has(c, "hcl.bin");

	return has(c, "quote.bin") && (!paravisor || has(c, "vtpm.json"));
}

static int run(const struct job *job, struct tdl_error *err)
{
	AUTO_FREE char *text = NULL;
	struct tdl_collection *c = NULL;
	bool enough = false;
	int rc = tdl_collect(&job->options, &c, err);

	if (rc == 0 && *job->options.cancel)
		rc = tdl_fail(err, -ECANCELED, "stopped on request; nothing is written");
	if (rc == 0)
		rc = tdl_collection_write(c, job->output, err);
	if (rc == 0 && job->json)
		rc = tdl_collection_json(c, &text, err);
	if (rc == 0 && !job->quiet && job->json)
		fputs(text, stdout);
	else if (rc == 0 && !job->quiet)
		show(c);
	if (rc == 0)
		enough = is_enough(c);
	tdl_collection_free(c);
	if (rc < 0)
		return cli_error(err);
	return enough ? CLI_YES : CLI_UNKNOWN;
}

static int take_option(struct cli_args *args, int opt, struct job *job)
{
	struct tdl_error err = { 0 };
	int rc = 0;

	if (opt == 'o')
		job->output = args->value;
	else if (opt == OPT_SYSROOT)
		job->options.sysroot = args->value;
	else if (opt == OPT_SERVICE)
		job->options.quote_service = args->value;
	else if (opt == OPT_NONCE && read_nonce(job, args->value, &err) < 0)
		rc = cli_usage(args, "%s", err.text);
	else
		cli_tpm_option(args, opt, &job->tpm, &rc);
	return rc;
}

static void end_job(struct job *job)
{
	cli_tpm_end(&job->tpm);
}

int cmd_attest_collect(int argc, char **argv)
{
	AUTO_CALL(end_job) struct job job = { 0 };
	struct tdl_error err = { 0 };
	struct cli_args args;
	int opt;

	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0) {
		int rc = take_option(&args, opt, &job);

		if (rc != 0)
			return rc;
	}
	if (opt < 0 || !cli_operands(&args, 0, 0))
		return args.exit;
	if (!job.output)
		return cli_usage(&args, "-o names the folder to write");
	if (job.options.sysroot && !job.options.sysroot[0])
		return cli_usage(&args, "--sysroot is empty");
	cli_tpm_environment(&job.tpm);
	job.options.tpm = &job.tpm.tpm;
	/* An entry in configfs and a session in a TPM are to go before this does. */
	job.options.cancel = stop_on_signals();
	job.json = args.json;
	job.quiet = args.quiet;
	return run(&job, &err);
}
