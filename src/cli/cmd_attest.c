/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch attest: the group, and showing evidence. */
#include "cli/cli.h"

#include <tdlaunch/evidence.h>

#include "base/file.h"
#include "base/scope.h"
#include "cli/commands.h"

enum { OPT_OFFSETS = CLI_LONG, EVIDENCE_LIMIT = 32 << 20 /* bytes of one file */ };

static const struct cli_option show_options[] = {
	{ OPT_OFFSETS, "offsets", NULL, "where each field lies, and its size, in bytes" },
	{ 0 },
};

static const struct cli_spec show_spec = {
	.command = "attest show",
	.operands = "FILE",
	.summary = "Show a TDREPORT, quote, event log, TCB info, QE identity, certificates, CRL or\n"
		   "Azure HCL report, recognised by what is in it. Showing is never judging: data\n"
		   "that is expired or forged is shown too. \"-\" is standard input.",
	.options = show_options,
	.common = CLI_JSON,
	.example = "tdlaunch attest show --offsets quote.bin\n",
};

int cmd_attest_show(int argc, char **argv)
{
	AUTO_FREE uint8_t *bytes = NULL;
	AUTO_FREE char *text = NULL;
	struct cli_args args;
	struct tdl_error err = { 0 };
	unsigned flags = 0;
	size_t size = 0;
	int opt;

	cli_begin(&args, &show_spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (opt == OPT_OFFSETS)
			flags |= TDL_RENDER_OFFSETS;
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return args.exit;
	if (args.json)
		flags |= TDL_RENDER_JSON;
	int rc = file_read(args.operands[0], EVIDENCE_LIMIT, &bytes, &size, &err);
	if (rc == 0)
		rc = tdl_evidence_show(bytes, size, flags, &text, &err);
	if (rc < 0) {
		tdl_while(&err, rc, "%s", args.operands[0]);
		cli_error(&err);
		return CLI_UNKNOWN;
	}
	if (!args.quiet)
		fputs(text, stdout);
	return CLI_YES;
}

static const struct cli_command policy_commands[] = {
	{ "lint", cmd_attest_policy_lint, "say which other software a policy lets through", NULL },
	{ 0 },
};

const struct cli_command attest_commands[] = {
	{ "collect", cmd_attest_collect, "take the evidence of this guest", NULL },
	{ "show", cmd_attest_show, "show evidence of any kind", NULL },
	{ "verify", cmd_attest_verify, "verify a TD quote", NULL },
	{ "explain", cmd_attest_explain, "say what a platform's TCB status lacks", NULL },
	{ "what-if", cmd_attest_what_if, "judge many quotes by another bundle", NULL },
	{ "fetch", cmd_attest_fetch, "get collateral for a quote from a service", NULL },
	{ "replay", cmd_attest_replay, "replay an event log and compare registers", NULL },
	{ "collateral", cmd_attest_collateral, "say when collateral expires", NULL },
	{ "policy", NULL, "check a policy", policy_commands },
	{ 0 },
};
