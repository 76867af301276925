/* SPDX-License-Identifier: BSD-2-Clause */
/* From an image to MRTD, for the subcommands that need one: the options they share, and the steps.
 */
#ifndef CLI_MEASUREMENT_H
#define CLI_MEASUREMENT_H

#include <tdlaunch/image.h>
#include <tdlaunch/mrtd.h>
#include <tdlaunch/plan.h>

#include "cli/cli.h"

/* What was asked for on the command line. */
struct cli_request {
	struct tdl_image_options image;
	struct tdl_plan_options plan; /* flow NULL: not given */
	bool memory_given;
};

#define CLI_REQUEST_DEFAULT                                             \
	{                                                               \
		.plan = {.memory = TDL_PLAN_MEMORY_DEFAULT, .cpus = 1 } \
	}

enum { OPT_VARS = CLI_LONG + 200, OPT_CODE_ONLY, OPT_FLOW, OPT_GPAW };

/* Rows of a struct cli_option list. */
#define CLI_REQUEST_OPTIONS                                                                      \
	{ OPT_FLOW, "flow", "FLOW", "in which VMM's order pages are added (default qemu)" },     \
		{ 'm', "memory", "SIZE", "RAM of the TD, as QEMU takes it (default 2G)" },       \
		{ OPT_GPAW, "gpaw", "BITS", "width of guest addresses, 48 or 52 (default 48)" }, \
		{ OPT_VARS, "vars", "FILE", "the VARS part of a split image" },                  \
	{                                                                                        \
		OPT_CODE_ONLY, "code-only", NULL, "take a CODE part without its VARS part"       \
	}

/* Take one of these options. False when opt is none of them; *ret_rc is then untouched, else it is
 * 0 or, after saying so, CLI_USAGE. */
bool cli_request_option(struct cli_args *args, int opt, struct cli_request *request, int *ret_rc);

/* A plan and what it measures to. */
struct cli_measurement {
	struct tdl_plan *plan;
	struct tdl_mrtd *mrtd;
};

int cli_measure(const struct tdl_image *image, const struct tdl_plan_options *opt,
		struct cli_measurement *ret, struct tdl_error *err);
void cli_measurement_end(struct cli_measurement *m);

static inline void cli_image_scope(struct tdl_image **image)
{
	tdl_image_free(*image);
}
#define AUTO_IMAGE __attribute__((cleanup(cli_image_scope)))
#define AUTO_MEASUREMENT __attribute__((cleanup(cli_measurement_end)))

/* { "name", "size", "sha384" } */
int cli_json_image(const struct tdl_image *image, bool base64, struct json_object **ret,
		   struct tdl_error *err);
/* The warnings of the image, one line each, on standard error. */
void cli_say_warnings(const struct tdl_image *image);

#endif
