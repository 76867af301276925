/* SPDX-License-Identifier: BSD-2-Clause */
/* The tool: a table of subcommands. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"

static const struct cli_command commands[] = {
	{ "inspect", cmd_inspect, "show what a firmware image asks to be loaded", NULL },
	{ "measure", cmd_measure, "compute the MRTD that an image gives", NULL },
	{ "launch", cmd_launch, "launch a firmware as a TD and check its MRTD", NULL },
	{ "log", NULL, "show, verify and compare measurement logs", cmd_log },
	{ "anchor", NULL, "anchor measurement logs in a TPM, and verify that", cmd_anchor },
	{ "expect", NULL, "make, sign and check manifests of expected values",
	  cli_expect_commands },
	{ "attest", .help = "show and verify quotes, reports, event logs and collateral",
	  .sub = attest_commands },
	{ "check", cmd_check, "check all evidence about a TD at once, for CI", NULL },
	{ "decode", cmd_decode, "say what TDX numbers mean", NULL },
	{ "host", cmd_host, "say what a KVM offers to somebody who launches TDs", NULL },
	{ "prefault", cmd_prefault, "measure what mapping guest memory ahead costs and saves", NULL },
	{ "conformance", cmd_conformance, "check that a KVM keeps its interface's promises", NULL },
	{ 0 },
};

static const char about[] = "Usage: tdlaunch COMMAND [OPTION]... [ARGUMENT]...\n"
			    "\n"
			    "Launch, measure and attest Intel TDX guests.\n"
			    "\n"
			    "Commands:\n";

static const char footer[] =
	"\n"
	"Exit codes: 0 yes, 1 checked and the answer is no, 2 usage, 3 could not tell.\n"
	"'tdlaunch COMMAND --help' says more about a command.\n"
	"\n"
	"Example:\n"
	"  tdlaunch measure /usr/share/ovmf/OVMF.fd\n";

static int show_help(FILE *out)
{
	fputs(about, out);
	cli_list(out, commands, "");
	fputs(footer, out);
	return out == stdout ? CLI_YES : CLI_USAGE;
}

/* A descriptor that is closed must not become a file that the program opens. Whoever then writes to
 * it gets the error that a closed descriptor gives. */
static void hold_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int run(int argc, char **argv)
{
	if (argc < 2)
		return show_help(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return show_help(stdout);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("tdlaunch %s\n", PACKAGE_VERSION);
		return CLI_YES;
	}
	return cli_run(commands, "", argc, argv);
}

int main(int argc, char **argv)
{
	hold_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	setenv("TSS2_LOG", "all+NONE", 0); /* a TPM's trouble is reported once, by the one error line */
	return cli_finish(run(argc, argv));
}
