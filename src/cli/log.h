/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands below "log" share. */
#ifndef CLI_LOG_H
#define CLI_LOG_H

#include <tdlaunch/log.h>

static inline void cli_log_scope(struct tdl_log **log)
{
	tdl_log_free(*log);
}
#define AUTO_LOG __attribute__((cleanup(cli_log_scope)))

int cmd_log_show(int argc, char **argv);
int cmd_log_verify(int argc, char **argv);
int cmd_log_diff(int argc, char **argv);
int cmd_log_create(int argc, char **argv);

#endif
