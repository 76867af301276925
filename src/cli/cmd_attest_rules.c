/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch attest policy lint and collateral: what quotes are verified by, looked at alone. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <tdlaunch/verdict.h>

#include "base/scope.h"
#include "cli/attest_expect.h"
#include "cli/commands.h"

enum {
	OPT_AT = CLI_LONG,
	OPT_WARN_DAYS,
};

static void free_collateral(struct tdl_collateral **c)
{
	tdl_collateral_free(*c);
}

static void free_policy(struct tdl_policy **p)
{
	tdl_policy_free(*p);
}

static const struct cli_spec lint_spec = {
	.command = "attest policy lint",
	.operands = "POLICY",
	.summary = "Read a policy and say which other software could pass it. Exit code 0: nothing\n"
		   "to say, 1: there are warnings, or the policy is malformed.",
	.example = "tdlaunch attest policy lint policy.json\n",
};

int cmd_attest_policy_lint(int argc, char **argv)
{
	AUTO_CALL(free_policy) struct tdl_policy *policy = NULL;
	struct cli_args args;
	struct tdl_error err = { 0 };
	const char *warning;
	size_t n = 0;
	int opt;

	cli_begin(&args, &lint_spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		;
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return args.exit;
	int rc = expect_policy(args.operands[0], &policy, &err);
	if (rc < 0) {
		int code = cli_error(&err);
		return rc == -EBADMSG ? CLI_NO : code;
	}
	for (; (warning = tdl_policy_warning(policy, n)); n++)
		if (!args.quiet)
			printf("warning: %s\n", warning);
	return n ? CLI_NO : CLI_YES;
}

static const struct cli_option collateral_options[] = {
	{ OPT_AT, "at", "TIME", "judge as of this time; default now" },
	{ OPT_WARN_DAYS, "warn-days", "N", "count what ends within N days as expired" },
	{ 0 },
};

static const struct cli_spec collateral_spec = {
	.command = "attest collateral",
	.operands = "DIR",
	.summary = "Say when which document of a collateral bundle expires. Exit code 1 when one\n"
		   "is not valid, or will not be within the days given. Signatures are not\n"
		   "checked here; \"attest verify\" does that.",
	.options = collateral_options,
	.common = CLI_JSON,
	.example = "tdlaunch attest collateral --warn-days 7 collateral/\n",
};

int cmd_attest_collateral(int argc, char **argv)
{
	AUTO_CALL(free_collateral) struct tdl_collateral *collateral = NULL;
	AUTO_FREE char *text = NULL;
	struct cli_args args;
	struct tdl_error err = { 0 };
	int64_t at = time(NULL);
	uint64_t days = 0;
	size_t expired = 0;
	int opt;

	cli_begin(&args, &collateral_spec, argc, argv);
	while ((opt = cli_next(&args)) > 0) {
		if (opt == OPT_AT && tdl_time_parse(args.value, &at) < 0)
			return cli_usage(&args, "\"%s\" is not a time", args.value);
		if (opt == OPT_WARN_DAYS && cli_parse_number(args.value, 0, 36500, &days, &err) < 0)
			return cli_usage(&args, "%s", err.text);
	}
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return args.exit;
	int rc = tdl_collateral_open(args.operands[0], &collateral, &err);
	if (rc == 0)
		rc = tdl_collateral_show(collateral, at, (unsigned)days,
					 args.json ? TDL_RENDER_JSON : 0, &text, &expired, &err);
	if (rc < 0) {
		cli_error(&err);
		return CLI_UNKNOWN;
	}
	if (!args.quiet)
		fputs(text, stdout);
	return expired ? CLI_NO : CLI_YES;
}
