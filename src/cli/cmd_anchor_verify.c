/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch anchor verify: logs against a TPM's quote, without a TPM. */
#include "cli/commands.h"

#include <errno.h>
#include <string.h>

#include "base/attr.h"
#include "base/file.h"
#include "base/scope.h"
#include "cli/anchor.h"
#include "cli/log.h"
#include "cli/measurement.h"

enum {
	OPT_QUOTE = CLI_LONG,
	OPT_NONCE,
	OPT_KEY,
	OPT_TPM,
	OPT_TPM_ROOTS,
	OPT_START,
	OPT_RESETTABLE,
	OPT_FIRMWARE,
	OPT_LOG_VARS,
};

#define FILE_MAX ((size_t)4 << 20) /* bytes in a quote or a journal */
#define LOGS_MAX 256

static const struct cli_option options[] = {
	{ OPT_QUOTE, "quote", "FILE", "what 'anchor quote' wrote" },
	{ OPT_NONCE, "nonce", "HEX", "the nonce that was given out for it" },
	{ OPT_KEY, "key", "KEY", "the attestation key that is trusted: PEM file or provider URI" },
	{ OPT_TPM, "tpm", "KIND", "hardware (default), software or any: what is enough" },
	{ OPT_TPM_ROOTS, "tpm-roots", "PEM", "who may vouch for a TPM's EK certificate" },
	{ OPT_START, "start", "VALUE", "the register before the first log, SHA-384; else zero" },
	{ OPT_RESETTABLE, "allow-resettable", NULL, "be content with a PCR that can be reset, 16 to 23" },
	{ OPT_FIRMWARE, "firmware", "FILE", "verify the logs against this firmware, too" },
	{ OPT_FIRMWARE, "ovmf", "FILE", NULL },
	{ OPT_LOG_VARS, "vars", "FILE", "the VARS part of a split firmware" },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "anchor verify",
	.operands = "LOG...",
	.summary = "Say whether measurement logs are the ones that were anchored in a TPM register, in\n"
		   "this order, by the TPM's quote and the journal beside each (LOG.anchor). Needs no\n"
		   "TPM. Exit code 0: everything was checked and holds; 1: something does not; 3:\n"
		   "something could not be checked, such as a key that nobody vouches for.",
	.options = options,
	.common = CLI_JSON,
	.example = "tdlaunch anchor verify --quote quote --key key.pem --tpm any \\\n"
		   "    --nonce 00112233445566778899aabbccddeeff launch.log\n",
};

struct order {
	const char *quote, *firmware;
	struct tdl_image_options image;
	struct cli_anchor anchor;
};

static void end_order(struct order *o)
{
	cli_anchor_end(&o->anchor);
}

static const struct {
	int opt;
	enum cli_anchor_rule rule;
	const char *name;
} rules[] = {
	{ OPT_NONCE, CLI_ANCHOR_NONCE, "--nonce" },
	{ OPT_KEY, CLI_ANCHOR_KEY, "--key" },
	{ OPT_TPM, CLI_ANCHOR_KIND, "--tpm" },
	{ OPT_TPM_ROOTS, CLI_ANCHOR_ROOTS, "--tpm-roots" },
	{ OPT_START, CLI_ANCHOR_START, "--start" },
	{ OPT_RESETTABLE, CLI_ANCHOR_RESETTABLE, "--allow-resettable" },
};

static int take_option(struct cli_args *args, int opt, struct order *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].opt == opt)
			return cli_anchor_take(args, rules[i].rule, rules[i].name, &o->anchor);
	if (opt == OPT_QUOTE)
		o->quote = args->value;
	else if (opt == OPT_FIRMWARE)
		o->firmware = args->value;
	else
		o->image.vars_path = args->value;
	return 0;
}

static const char *const statuses[] = {
	[TDL_LOG_PASSED] = "passed",
	[TDL_LOG_FAILED] = "failed",
	[TDL_LOG_NOT_DONE] = "not done",
};

static const struct {
	const char *name;
	enum cli_exit exit;
	const char *text;
} answers[] = {
	[TDL_LOG_YES] = { "yes", CLI_YES, "yes: these are the logs that were anchored" },
	[TDL_LOG_NO] = { "no", CLI_NO, "no: these are not the logs that were anchored" },
	[TDL_LOG_CANNOT_TELL] = { "cannot tell", CLI_UNKNOWN,
				  "cannot tell: something could not be checked" },
};

static void print_text(const struct tdl_anchor_verdict *v)
{
	for (size_t i = 0; i < TDL_ANCHOR_CHECKS; i++)
		printf("%-9s  %-8s  %s\n", v->checks[i].name, statuses[v->checks[i].status],
		       v->checks[i].text);
	printf("%s (%s TPM)\n", answers[v->answer].text, tdl_tpm_kind_name(v->kind));
}

static void print_json(const struct tdl_anchor_verdict *v)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	cli_json_string(o, "answer", answers[v->answer].name);
	cli_json_string(o, "tpm", tdl_tpm_kind_name(v->kind));
	cli_json_string(o, "register",
			v->register_kind == TDL_LOG_REGISTER_NV ? "nv_index" : "pcr");
	cli_json_number(o, "index", v->index);
	cli_json_number(o, "records", v->records);
	if (v->has_value)
		cli_json_bytes(o, "value", v->value, sizeof(v->value), false);
	for (size_t i = 0; i < TDL_ANCHOR_CHECKS; i++) {
		struct json_object *c = json_object_new_object();

		cli_json_string(c, "name", v->checks[i].name);
		cli_json_string(c, "status", statuses[v->checks[i].status]);
		cli_json_string(c, "text", v->checks[i].text);
		json_object_array_add(list, c);
	}
	json_object_object_add(o, "checks", list);
	cli_json_print(o);
}

/* The logs and their journals, opened. */
struct opened {
	struct tdl_anchored_log list[LOGS_MAX];
	size_t count;
};

static void opened_scope(struct opened *all)
{
	for (size_t i = 0; i < all->count; i++) {
		tdl_log_free(all->list[i].log);
		free((void *)all->list[i].journal);
	}
}
#define AUTO_OPENED __attribute__((cleanup(opened_scope)))

static int open_log(struct opened *all, const char *path, struct tdl_error *err)
{
	AUTO_FREE char *journal = cli_journal_path(path);
	struct tdl_anchored_log *l = &all->list[all->count];
	uint8_t *bytes = NULL;
	int rc = tdl_log_open(path, &l->log, err);

	if (rc < 0)
		return rc;
	all->count++;
	l->name = path;
	if (!journal)
		return tdl_fail(err, -ENOMEM, "no memory for a name");
	rc = file_read(journal, FILE_MAX, &bytes, &l->journal_size, err);
	l->journal = bytes;
	return rc < 0 ? tdl_while(err, rc, "journal of %s", path) : 0;
}

static int verify(const struct cli_args *args, struct order *o)
{
	AUTO_OPENED struct opened all = { .count = 0 };
	AUTO_IMAGE struct tdl_image *image = NULL;
	AUTO_FREE uint8_t *quote = NULL;
	struct tdl_anchor_evidence e = { .logs = all.list };
	struct tdl_anchor_verdict verdict = { 0 };
	struct tdl_error err = { 0 };

	if (file_read(o->quote, FILE_MAX, &quote, &e.quote_size, &err) < 0 ||
	    cli_anchor_load(&o->anchor, &err) < 0 ||
	    (o->firmware && tdl_image_open(o->firmware, &o->image, &image, &err) < 0))
		return cli_error(&err);
	for (int i = 0; i < args->operand_count; i++)
		if (open_log(&all, args->operands[i], &err) < 0)
			return cli_error(&err);
	e.quote = quote;
	e.rules = o->anchor.rules;
	e.image = image;
	e.count = all.count;
	if (tdl_anchor_verify(&e, &verdict, &err) < 0)
		return cli_error(&err);
	if (args->json && !args->quiet)
		print_json(&verdict);
	else if (!args->quiet)
		print_text(&verdict);
	return (int)answers[verdict.answer].exit;
}

int cmd_anchor_verify(int argc, char **argv)
{
	AUTO_CALL(end_order) struct order order = {
		.anchor.rules.lowest = TDL_TPM_HARDWARE,
	};
	struct cli_args args;
	int opt;

	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (take_option(&args, opt, &order) != 0)
			return (int)args.exit;
	if (opt < 0 || !cli_operands(&args, 1, LOGS_MAX))
		return (int)args.exit;
	if (!order.quote)
		return cli_usage(&args, "--quote is missing: FILE that 'anchor quote' wrote");
	return verify(&args, &order);
}
