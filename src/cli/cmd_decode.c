/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch decode: what a number in a log means. */
#include "cli/cli.h"

#include <errno.h>

#include <tdlaunch/decode.h>

#include "base/scope.h"
#include "cli/commands.h"

static const struct cli_spec spec = {
	.command = "decode",
	.operands = "CODE...",
	.summary = "Say what TDX numbers mean: status words of the TDX module, leaves, TDVMCALLs,\n"
		   "KVM sub-commands, exit reasons, ATTRIBUTES, XFAM, TEE TCB SVNs and DCAP codes.\n"
		   "A number that can be read in several ways is; \"status=...\", \"leaf=...\" and so\n"
		   "on ask for one. Exit code 3 when a code has no reading.",
	.common = CLI_JSON,
	.example = "tdlaunch decode 0x8000020000000092 0xe0000091 OP_STATE_INCORRECT\n",
};

int cmd_decode(int argc, char **argv)
{
	AUTO_FREE char *text = NULL;
	struct cli_args args;
	struct tdl_error err = { 0 };
	size_t unknown = 0;
	int opt;

	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		;
	if (opt < 0 || !cli_operands(&args, 1, 1000))
		return args.exit;
	if (tdl_decode((const char *const *)args.operands, (size_t)args.operand_count,
		       args.json ? TDL_RENDER_JSON : 0, &text, &unknown, &err) < 0)
		return cli_error(&err);
	if (!args.quiet)
		fputs(text, stdout);
	return unknown ? CLI_UNKNOWN : CLI_YES;
}
