/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch log show, log diff: what is in a measurement log, and where two of them part. */
#include "cli/commands.h"

#include <stdio.h>

#include <tdlaunch/log.h>

#include "base/scope.h"
#include "cli/log.h"

const struct cli_command cmd_log[] = {
	{ "show", cmd_log_show, "show the records of a measurement log", NULL },
	{ "verify", cmd_log_verify, "replay a log and say whether it is right", NULL },
	{ "diff", cmd_log_diff, "say where two logs part", NULL },
	{ "create", cmd_log_create, "write the log that a launch would give", NULL },
	{ 0 },
};

static const struct cli_option no_options[] = { { 0 } };

static const struct cli_spec show_spec = {
	.command = "log show",
	.operands = "LOG",
	.summary = "Show the records of a measurement log, one a line; --json prints them in CEL's\n"
		   "JSON encoding. Digests are shown as the log has them: 'log verify' checks them.\n"
		   "Exit code 0 means that the whole log was shown and is finalized; 3 that it ends\n"
		   "early or stops being a log.",
	.options = no_options,
	.common = CLI_JSON,
	.example = "tdlaunch log create --firmware /usr/share/ovmf/OVMF.fd launch.log\n"
		   "tdlaunch log show launch.log\n",
};

static void show_text(const struct tdl_log_record *r)
{
	char text[800];

	printf("%6llu  %-11s  %02x%02x%02x%02x%02x%02x%02x%02x...  %s\n",
	       (unsigned long long)r->number, tdl_log_event_name(r->event), r->digest[0],
	       r->digest[1], r->digest[2], r->digest[3], r->digest[4], r->digest[5], r->digest[6],
	       r->digest[7], tdl_log_record_text(r, text, sizeof(text)));
}

static void show_json(const struct tdl_log_record *r)
{
	AUTO_FREE char *json = tdl_log_record_json(r);

	printf("%s%s", r->number ? ",\n" : "[", json ? json : "null");
}

static void show_record(const struct cli_args *args, const struct tdl_log_record *r)
{
	if (args->quiet)
		return;
	if (args->json)
		show_json(r);
	else
		show_text(r);
}

static int show(const struct cli_args *args, struct tdl_log *log)
{
	struct tdl_log_record r = { .event = TDL_LOG_EVENT_INIT };
	struct tdl_error err = { 0 };
	uint64_t shown = 0;
	int rc;

	if (!args->json && !args->quiet)
		printf("%6s  %-11s  %-19s  %s\n", "record", "event", "digest", "content");
	while ((rc = tdl_log_next(log, &r, &err)) == 1) {
		show_record(args, &r);
		shown++;
	}
	if (args->json && !args->quiet)
		puts(shown ? "]" : "[]");
	if (rc < 0)
		return cli_error(&err);
	if (shown && r.event == TDL_LOG_EVENT_FINALIZE)
		return CLI_YES;
	cli_say("the log ends early: not finalized");
	return CLI_UNKNOWN;
}

int cmd_log_show(int argc, char **argv)
{
	AUTO_LOG struct tdl_log *log = NULL;
	struct tdl_error err = { 0 };
	struct cli_args args;
	int opt;

	cli_begin(&args, &show_spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		;
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return (int)args.exit;
	if (tdl_log_open(args.operands[0], &log, &err) < 0)
		return cli_error(&err);
	return show(&args, log);
}

static const struct cli_spec diff_spec = {
	.command = "log diff",
	.operands = "A B",
	.summary = "Say in words where two measurement logs part: which page, which operation, which\n"
		   "section; or that they have the same pages in another order. Logs of different\n"
		   "detail are compared at the coarser one. Exit code 0: the same operations in the\n"
		   "same order; 1: not; 3: one of them cannot be read or is not finalized.",
	.options = no_options,
	.common = CLI_JSON,
	.example = "tdlaunch log create --firmware /usr/share/ovmf/OVMF.fd a.log\n"
		   "tdlaunch log create --firmware /usr/share/ovmf/OVMF.fd "
		   "--flow qemu-8.2-canonical b.log\n"
		   "tdlaunch log diff a.log b.log\n",
};

static const struct {
	const char *name;
	enum cli_exit exit;
} relations[] = {
	[TDL_LOG_SAME] = { "same", CLI_YES },
	[TDL_LOG_REORDERED] = { "reordered", CLI_NO },
	[TDL_LOG_DIFFERENT] = { "different", CLI_NO },
	[TDL_LOG_UNDECIDED] = { "undecided", CLI_UNKNOWN },
};

static void print_difference(const struct cli_args *args, const struct tdl_log_difference *d)
{
	struct json_object *o;

	if (args->quiet)
		return;
	if (!args->json) {
		puts(d->text);
		return;
	}
	o = json_object_new_object();
	cli_json_string(o, "relation", relations[d->relation].name);
	cli_json_string(o, "compared", d->by_page ? "pages" : "regions");
	if (d->record_a != TDL_LOG_NO_RECORD)
		cli_json_number(o, "record_a", d->record_a);
	if (d->record_b != TDL_LOG_NO_RECORD)
		cli_json_number(o, "record_b", d->record_b);
	cli_json_string(o, "text", d->text);
	cli_json_print(o);
}

int cmd_log_diff(int argc, char **argv)
{
	AUTO_LOG struct tdl_log *a = NULL;
	AUTO_LOG struct tdl_log *b = NULL;
	struct tdl_log_difference d = { 0 };
	struct tdl_error err = { 0 };
	struct cli_args args;
	int opt;

	cli_begin(&args, &diff_spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		;
	if (opt < 0 || !cli_operands(&args, 2, 2))
		return (int)args.exit;
	if (tdl_log_open(args.operands[0], &a, &err) < 0 ||
	    tdl_log_open(args.operands[1], &b, &err) < 0 || tdl_log_diff(a, b, &d, &err) < 0)
		return cli_error(&err);
	print_difference(&args, &d);
	return (int)relations[d.relation].exit;
}
