/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch log create: the log of a launch that nobody did, for comparing and for trying things. */
#include "cli/commands.h"

#include <tdlaunch/anchor.h>

#include "cli/log.h"
#include "cli/measurement.h"

enum { OPT_FIRMWARE = CLI_LONG, OPT_DETAIL, OPT_EMBED, OPT_REGISTER };

static const struct cli_option options[] = {
	{ OPT_FIRMWARE, "firmware", "FILE", "the firmware image" },
	{ OPT_FIRMWARE, "ovmf", "FILE", NULL },
	{ OPT_DETAIL, "detail", "DETAIL", "region, page (default) or call" },
	{ OPT_EMBED, "embed", NULL, "put the contents of pages into the log" },
	{ OPT_REGISTER, "register", "REGISTER", "of a TPM, for the records to name; pcr:14 by default" },
	CLI_REQUEST_OPTIONS,
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "log create",
	.operands = "LOG",
	.summary = "Write the measurement log that launching a firmware would give, without a\n"
		   "launch. TD parameters that MRTD does not depend on are zero in it. Exit code 0\n"
		   "means that the log is written and complete.",
	.options = options,
	.common = 0,
	.example = "tdlaunch log create --firmware /usr/share/ovmf/OVMF.fd launch.log\n"
		   "tdlaunch log create --firmware /usr/share/ovmf/OVMF.fd --detail call - |\n"
		   "    tdlaunch log show -\n",
};

struct order {
	const char *firmware;
	struct cli_request request;
	struct tdl_log_options log;
};

static int take_option(struct cli_args *args, int opt, struct order *order)
{
	struct tdl_error err = { 0 };
	static const char *const details[] = { "region", "page", "call", NULL };
	int rc = 0;

	if (cli_request_option(args, opt, &order->request, &rc))
		return rc;
	switch (opt) {
	case OPT_FIRMWARE:
		order->firmware = args->value;
		break;
	case OPT_DETAIL:
		if (tdl_log_detail_parse(args->value, &order->log.detail, &err) < 0)
			return cli_bad_word(args, "--detail", args->value, details);
		break;
	case OPT_EMBED:
		order->log.embed = true;
		break;
	case OPT_REGISTER:
		if (tdl_anchor_register_parse(args->value, &order->log.anchor,
					      &order->log.anchor_index, &err) < 0)
			return cli_usage(args, "--register: %s", err.text);
		break;
	}
	return 0;
}

static void plan_scope(struct tdl_plan **plan)
{
	tdl_plan_free(*plan);
}
#define AUTO_PLAN __attribute__((cleanup(plan_scope)))

static int create(const struct cli_args *args, const struct order *order)
{
	AUTO_IMAGE struct tdl_image *image = NULL;
	AUTO_PLAN struct tdl_plan *plan = NULL;
	const struct tdl_log_td td = { .host = "" };
	struct tdl_error err = { 0 };

	if (tdl_image_open(order->firmware, &order->request.image, &image, &err) < 0 ||
	    tdl_plan_build(image, &order->request.plan, &plan, &err) < 0 ||
	    tdl_log_from_plan(args->operands[0], &order->log, plan, &td, &err) < 0)
		return cli_error(&err);
	return CLI_YES;
}

int cmd_log_create(int argc, char **argv)
{
	struct order order = { .request = CLI_REQUEST_DEFAULT };
	struct cli_args args;
	int opt;

	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (take_option(&args, opt, &order) != 0)
			return (int)args.exit;
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return (int)args.exit;
	if (!order.firmware)
		return cli_usage(&args, "--firmware is missing");
	return create(&args, &order);
}
