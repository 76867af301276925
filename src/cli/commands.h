/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands, one file each: cmd_<name>.c. Tables are of commands with commands of their own.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/cli.h"

int cmd_check(int argc, char **argv);
int cmd_conformance(int argc, char **argv);
int cmd_decode(int argc, char **argv);
int cmd_host(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_launch(int argc, char **argv);
int cmd_measure(int argc, char **argv);
int cmd_prefault(int argc, char **argv);

extern const struct cli_command attest_commands[];
extern const struct cli_command cli_expect_commands[];
extern const struct cli_command cmd_anchor[];
extern const struct cli_command cmd_log[];

int cmd_attest_collect(int argc, char **argv);
int cmd_attest_fetch(int argc, char **argv);
int cmd_attest_show(int argc, char **argv);
int cmd_attest_replay(int argc, char **argv);
int cmd_attest_verify(int argc, char **argv);
int cmd_attest_explain(int argc, char **argv);
int cmd_attest_what_if(int argc, char **argv);
int cmd_attest_policy_lint(int argc, char **argv);
int cmd_attest_collateral(int argc, char **argv);

#endif
