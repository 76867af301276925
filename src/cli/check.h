/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of tdlaunch check share: where results go, and batches. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include <tdlaunch/check.h>
#include <tdlaunch/ear.h>

#include "cli/cli.h"

enum { OUTPUTS_MAX = 16 };

/* Where the result goes, besides standard output. */
struct check_outputs {
	const char *format; /* of standard output; NULL until somebody says */
	struct {
		const char *format; /* NULL: that of standard output */
		const char *path;
	} list[OUTPUTS_MAX];
	size_t count;
	struct tdl_ear_options ear; /* for the format "ear" */
};

/* Options. 0, or CLI_USAGE, said. */
int outputs_format(struct cli_args *args, struct check_outputs *o);
int outputs_add(struct cli_args *args, struct check_outputs *o);
bool outputs_want(const struct check_outputs *o, const char *format);
/* Write all of them. */
int outputs_show(const struct tdl_claims *claims, const struct check_outputs *o, bool quiet,
		 struct tdl_error *err);

/* A batch from a file, "-" is standard input. Returns an enum cli_exit. */
int check_batch(const struct tdl_rules *rules, const char *path,
		const struct tdl_batch_options *options, bool quiet);

#endif
