/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of tdlaunch expect. */
#ifndef CLI_EXPECT_H
#define CLI_EXPECT_H

#include <tdlaunch/manifest.h>

#include "cli/cli.h"

int cmd_expect_export(int argc, char **argv);
int cmd_expect_import(int argc, char **argv);
int cmd_expect_verify(int argc, char **argv);
int cmd_expect_show(int argc, char **argv);

static inline void cli_manifest_scope(struct tdl_manifest **m)
{
	tdl_manifest_free(*m);
}
#define AUTO_MANIFEST __attribute__((cleanup(cli_manifest_scope)))

#endif
