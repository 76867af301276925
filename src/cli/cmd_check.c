/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch check: all evidence about a TD, one answer. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <tdlaunch/check.h>
#include <tdlaunch/image.h>

#include "base/file.h"
#include "base/nearest.h"
#include "base/scope.h"
#include "cli/anchor.h"
#include "cli/attest_expect.h"
#include "cli/check.h"
#include "cli/commands.h"
#include "cli/measurement.h"

enum {
	OPT_POLICY = CLI_LONG,
	OPT_EXPECT,
	OPT_EXPECT_FIELD,
	OPT_TRUST,
	OPT_SIGNER,
	OPT_PUBLIC_KEY,
	OPT_UNSIGNED,
	OPT_COLLATERAL,
	OPT_FIRMWARE,
	OPT_CHECK_VARS,
	OPT_AT,
	OPT_ROOT,
	OPT_REPORT_DATA,
	OPT_NONCE,
	OPT_MIN_EVALUATION,
	OPT_REQUIRE,
	OPT_FORMAT,
	OPT_TPM_KEY,
	OPT_TPM_NONCE,
	OPT_TPM_KIND,
	OPT_TPM_ROOTS,
	OPT_TPM_START,
	OPT_TPM_RESETTABLE,
	OPT_EAR_KEY,
	OPT_BATCH,
	OPT_BATCH_ROOT,
	OPT_THREADS,
	MANIFESTS_MAX = 64,
	ROOT_MAX = 1 << 20, /* bytes */
};

static const struct cli_option options[] = {
	{ OPT_POLICY, "policy", "FILE", "rules that differ from the strict default" },
	{ OPT_EXPECT, "expect", "MANIFEST", "the TD must be as a reference in it says; repeatable" },
	{ OPT_EXPECT_FIELD, "expect-field", "NAME=HEX", "a value you know, for example mrtd=..." },
	{ OPT_TRUST, "trust", "FILE", "certificates that may vouch for a manifest, PEM" },
	{ OPT_SIGNER, "signer", "FILE", "the signer's certificate, for MANIFEST.sig" },
	{ OPT_PUBLIC_KEY, "public-key", "KEY", "the signer's key instead: PEM file or provider URI" },
	{ OPT_UNSIGNED, "allow-unsigned", NULL, "take manifests that nobody vouches for" },
	{ OPT_COLLATERAL, "collateral", "DIR", "TCB info, QE identity, chains and CRLs" },
	{ OPT_FIRMWARE, "firmware", "FILE", "the firmware that should run" },
	{ OPT_FIRMWARE, "ovmf", "FILE", NULL },
	{ OPT_CHECK_VARS, "vars", "FILE", "the VARS part of a split firmware" },
	{ OPT_AT, "at", "TIME", "judge as of this time (2026-03-16T22:06:09Z); default now" },
	{ OPT_ROOT, "root", "PEM", "trust this root instead of Intel's" },
	{ OPT_REPORT_DATA, "report-data", "HEX", "the 64 bytes of report data, all of them" },
	{ OPT_NONCE, "nonce", "HEX", "report data is these 1 to 64 bytes, then zeros" },
	{ OPT_MIN_EVALUATION, "min-tcb-evaluation", "N", "least TCB evaluation data number" },
	{ OPT_REQUIRE, "require", "KINDS",
	  "what must be there: quote (default), report, log, event-log, anchor" },
	{ OPT_TPM_KEY, "tpm-key", "KEY", "the TPM's attestation key, for the anchor of launch logs" },
	{ OPT_TPM_NONCE, "tpm-nonce", "HEX", "the nonce of the TPM's quote; that of --nonce otherwise" },
	{ OPT_TPM_KIND, "tpm", "KIND", "hardware (default), software or any: what is enough" },
	{ OPT_TPM_ROOTS, "tpm-roots", "PEM", "who may vouch for the TPM's EK certificate" },
	{ OPT_TPM_START, "tpm-start", "VALUE", "the register before the first log, SHA-384; else zero" },
	{ OPT_TPM_RESETTABLE, "tpm-resettable", NULL, "be content with a PCR that can be reset" },
	{ OPT_FORMAT, "format", "FORMAT", "text (default), json, junit, tap, markdown, ear" },
	{ 'o', "output", "[FORMAT=]FILE", "write the result there, too; repeatable" },
	{ OPT_EAR_KEY, "ear-key", "KEY", "sign the format ear: PEM file or provider URI" },
	{ OPT_BATCH, "batch", NULL, "the operand, or standard input, is requests, one a line" },
	{ OPT_BATCH_ROOT, "batch-root", "DIR", "files of requests are in it, and nowhere else" },
	{ OPT_THREADS, "threads", "N", "how many requests are judged at once; default: the cores" },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "check",
	.operands = "EVIDENCE...",
	.summary = "Check all evidence about one TD - files, or a directory of them: quote, TDREPORT,\n"
		   "launch log, event log, collateral, signed manifests - each by itself, against\n"
		   "each other, and against what is expected. One line a claim: what was found,\n"
		   "where the value that was compared with came from, what to do. An expected value\n"
		   "never comes from the evidence. Exit code 0: everything required was checked and\n"
		   "is so; 1: something is not so; 3: something could not be checked or is missing.\n"
		   "With --batch, requests of many TDs come as lines of JSON and each is answered by\n"
		   "a line; exit code 0: all yes; 1: a no; 3: no no, but one that is unknown.",
	.options = options,
	.common = CLI_JSON,
	.example = "tdlaunch launch --firmware /usr/share/ovmf/OVMF.fd --kvm embedded \\\n"
		   "    --log launch.log --report tdreport.bin\n"
		   "tdlaunch check launch.log tdreport.bin --require log,report \\\n"
		   "    --firmware /usr/share/ovmf/OVMF.fd --trust measurements/ca.pem \\\n"
		   "    --expect measurements/debian-12-ovmf.json\n"
		   "echo '{\"id\": 1, \"evidence\": [\"launch.log\", \"tdreport.bin\"]}' |\n"
		   "    tdlaunch check --batch --require log,report \\\n"
		   "    --firmware /usr/share/ovmf/OVMF.fd\n",
};

/* The command line. */
struct question {
	struct tdl_rules_options rules;
	const char *policy, *root, *firmware, *nonce;
	struct tdl_image_options image;
	struct cli_anchor anchor;
	const char *manifests[MANIFESTS_MAX];
	struct expectations expected;
	struct check_outputs outputs;
	bool is_batch;
	struct tdl_batch_options batch;
};

/* What rules borrow while they live. */
struct lent {
	struct tdl_policy *policy;
	struct tdl_image *image;
	uint8_t *root;
	struct cli_anchor *anchor; /* files of it */
};

static int take_require(struct cli_args *args, struct question *q)
{
	static const char *const words[] = { "quote", "report", "log",
					     "event-log", "anchor", NULL };
	const char *at = args->value;

	for (;;) {
		size_t n = strcspn(at, ",");
		char word[32];
		int i = 0;

		snprintf(word, sizeof(word), "%.*s", (int)(n < 31 ? n : 31), at);
		while (words[i] && strcmp(words[i], word) != 0)
			i++;
		if (!words[i])
			return cli_bad_word(args, "--require", word, words);
		q->rules.require |= 1u << i;
		if (at[n] == '\0')
			return 0;
		at += n + 1;
	}
}

static int take_manifest(struct cli_args *args, struct question *q)
{
	if (q->rules.n_manifests == MANIFESTS_MAX)
		return cli_usage(args, "more than %d manifests", MANIFESTS_MAX);
	q->manifests[q->rules.n_manifests++] = args->value;
	return 0;
}

/* Options that are values. 0, or CLI_USAGE, said. */
static int take_value(struct cli_args *args, int opt, struct question *q)
{
	struct tdl_error err = { 0 };
	uint64_t number = 0;
	int rc = 0;

	switch (opt) {
	case OPT_THREADS:
		rc = cli_parse_number(args->value, 1, 64, &number, &err);
		q->batch.threads = (unsigned)number;
		break;
	case OPT_AT:
		if (tdl_time_parse(args->value, &q->rules.at) < 0)
			return cli_usage(args, "\"%s\" is not a time like 2026-03-16T22:06:09Z",
					 args->value);
		return 0;
	case OPT_REPORT_DATA:
		if (strlen(args->value) != 2 * VALUE_SIZE)
			return cli_usage(args, "report data has 128 hex digits; --nonce takes fewer");
		rc = expect_hex(&q->expected, "reportdata", args->value, 0, "--report-data", &err);
		break;
	case OPT_NONCE:
		q->nonce = args->value;
		rc = expect_hex(&q->expected, "reportdata", args->value, VALUE_SIZE, "--nonce", &err);
		if (rc == 0) {
			q->outputs.ear.nonce = q->expected.values[q->expected.count - 1];
			q->outputs.ear.nonce_size = strlen(args->value) / 2;
		}
		break;
	case OPT_EXPECT_FIELD:
		rc = expect_pair(&q->expected, args->value, "--expect-field", &err);
		break;
	default:
		rc = cli_parse_number(args->value, 1, UINT32_MAX, &number, &err);
		q->rules.min_evaluation = (uint32_t)number;
	}
	return rc < 0 ? cli_usage(args, "%s", err.text) : 0;
}

static const struct {
	int opt;
	enum cli_anchor_rule rule;
	const char *name;
} anchor_rules[] = {
	{ OPT_TPM_KEY, CLI_ANCHOR_KEY, "--tpm-key" },
	{ OPT_TPM_NONCE, CLI_ANCHOR_NONCE, "--tpm-nonce" },
	{ OPT_TPM_KIND, CLI_ANCHOR_KIND, "--tpm" },
	{ OPT_TPM_ROOTS, CLI_ANCHOR_ROOTS, "--tpm-roots" },
	{ OPT_TPM_START, CLI_ANCHOR_START, "--tpm-start" },
	{ OPT_TPM_RESETTABLE, CLI_ANCHOR_RESETTABLE, "--tpm-resettable" },
};

static int take_option(struct cli_args *args, int opt, struct question *q)
{
	const struct {
		int opt;
		const char **to;
	} texts[] = {
		{ OPT_POLICY, &q->policy },
		{ OPT_TRUST, &q->rules.accept.trust },
		{ OPT_SIGNER, &q->rules.accept.signer },
		{ OPT_PUBLIC_KEY, &q->rules.accept.public_key },
		{ OPT_COLLATERAL, &q->rules.collateral },
		{ OPT_FIRMWARE, &q->firmware },
		{ OPT_CHECK_VARS, &q->image.vars_path },
		{ OPT_ROOT, &q->root },
		{ OPT_EAR_KEY, &q->outputs.ear.key },
		{ OPT_BATCH_ROOT, &q->batch.root },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].opt == opt) {
			*texts[i].to = args->value;
			return 0;
		}
	for (size_t i = 0; i < sizeof(anchor_rules) / sizeof(anchor_rules[0]); i++)
		if (anchor_rules[i].opt == opt)
			return cli_anchor_take(args, anchor_rules[i].rule, anchor_rules[i].name,
					       &q->anchor);
	switch (opt) {
	case OPT_BATCH:
		q->is_batch = true;
		return 0;
	case OPT_UNSIGNED:
		q->rules.accept.allow_unsigned = true;
		return 0;
	case OPT_EXPECT:
		return take_manifest(args, q);
	case OPT_REQUIRE:
		return take_require(args, q);
	case OPT_FORMAT:
		return outputs_format(args, &q->outputs);
	case 'o':
		return outputs_add(args, &q->outputs);
	default:
		return take_value(args, opt, q);
	}
}

static void end_lent(struct lent *lent)
{
	tdl_policy_free(lent->policy);
	tdl_image_free(lent->image);
	free(lent->root);
	cli_anchor_end(lent->anchor);
}

static void free_rules(struct tdl_rules **rules)
{
	tdl_rules_free(*rules);
}

static void free_case(struct tdl_case **c)
{
	tdl_case_free(*c);
}

static void free_claims(struct tdl_claims **claims)
{
	tdl_claims_free(*claims);
}

static int make_rules(struct question *q, struct lent *lent, struct tdl_rules **ret_rules,
		      struct tdl_error *err)
{
	char name[300];
	int rc = q->policy ? expect_policy(q->policy, &lent->policy, err) : 0;

	if (rc == 0 && q->firmware)
		rc = tdl_image_open(q->firmware, &q->image, &lent->image, err);
	if (rc == 0 && q->root)
		rc = file_read(q->root, ROOT_MAX, &lent->root, &q->rules.root_size, err);
	if (rc == 0)
		rc = cli_anchor_load(&q->anchor, err);
	if (rc < 0)
		return rc;
	snprintf(name, sizeof(name), "policy %.250s", q->policy ? q->policy : "");
	q->rules.policy = lent->policy;
	q->rules.policy_name = q->policy ? name : NULL;
	q->rules.image = lent->image;
	q->rules.root = lent->root;
	/* One nonce does for TD and TPM, if it is long enough for one of a TPM. */
	if (!q->anchor.rules.nonce && q->nonce &&
	    cli_nonce(q->nonce, q->anchor.nonce, &q->anchor.rules.nonce_size, NULL) == 0)
		q->anchor.rules.nonce = q->anchor.nonce;
	q->rules.anchor = q->anchor.rules;
	q->rules.manifests = q->manifests;
	q->rules.expected = q->expected.list;
	q->rules.n_expected = q->expected.count;
	return tdl_rules_new(&q->rules, ret_rules, err);
}

static int judge(const struct tdl_rules *rules, const struct cli_args *args,
		 struct tdl_claims **ret_claims, struct tdl_error *err)
{
	AUTO_CALL(free_case) struct tdl_case *c = NULL;
	int rc = tdl_case_new(&c, err);

	for (int i = 0; rc == 0 && i < args->operand_count; i++)
		rc = tdl_case_add_path(c, args->operands[i], err);
	return rc == 0 ? tdl_check(rules, c, NULL, ret_claims, err) : rc;
}

static int check_one(const struct cli_args *args, struct question *q, const struct tdl_rules *rules,
		     struct tdl_error *err)
{
	static const enum cli_exit exits[] = { [TDL_ANSWER_YES] = CLI_YES,
					       [TDL_ANSWER_NO] = CLI_NO,
					       [TDL_ANSWER_UNKNOWN] = CLI_UNKNOWN };
	AUTO_CALL(free_claims) struct tdl_claims *claims = NULL;
	int rc = judge(rules, args, &claims, err);

	q->outputs.ear.issued = time(NULL);
	q->outputs.ear.at = q->rules.at;
	q->outputs.ear.policy = q->policy ? q->policy : "tdlaunch-strict";
	if (rc == 0)
		rc = outputs_show(claims, &q->outputs, args->quiet, err);
	if (rc < 0) {
		cli_error(err);
		return CLI_UNKNOWN;
	}
	return (int)exits[tdl_claims_answer(claims)];
}

static int check(const struct cli_args *args, struct question *q)
{
	AUTO_CALL(end_lent) struct lent lent = { .anchor = &q->anchor };
	AUTO_CALL(free_rules) struct tdl_rules *rules = NULL;
	struct tdl_error err = { 0 };
	int rc = make_rules(q, &lent, &rules, &err);

	if (rc < 0) {
		int code = cli_error(&err);

		return rc == -EINVAL ? code : CLI_UNKNOWN;
	}
	if (q->is_batch)
		return check_batch(rules, args->operand_count ? args->operands[0] : "-", &q->batch,
				   args->quiet);
	return check_one(args, q, rules, &err);
}

/* Options that make no sense together. 0, or CLI_USAGE, said. */
static int judge_options(struct cli_args *args, const struct question *q)
{
	const struct check_outputs *o = &q->outputs;

	if (q->image.vars_path && !q->firmware)
		return cli_usage(args, "--vars needs --firmware");
	if (q->is_batch && (o->format || o->count || o->ear.key))
		return cli_usage(args, "--batch writes a line of JSON a request; --format, --output "
				 "and --ear-key are for one TD");
	if (!q->is_batch && (q->batch.root || q->batch.threads))
		return cli_usage(args, "--batch-root and --threads need --batch");
	if (o->ear.key && !outputs_want(o, "ear"))
		return cli_usage(args, "--ear-key signs what --format ear or --output ear=FILE "
				 "writes; neither is there");
	if (outputs_want(o, "ear") && o->ear.nonce && o->ear.nonce_size < TDL_EAR_NONCE_MIN)
		return cli_usage(args, "--format ear: it holds a nonce of at least %u bytes",
				 TDL_EAR_NONCE_MIN);
	return 0;
}

int cmd_check(int argc, char **argv)
{
	static struct question q; /* large: it holds every expected value */
	struct cli_args args;
	int opt;

	q.rules.at = time(NULL);
	q.anchor.rules.lowest = TDL_TPM_HARDWARE;
	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (take_option(&args, opt, &q) != 0)
			return (int)args.exit;
	if (opt < 0 || !cli_operands(&args, q.is_batch ? 0 : 1, q.is_batch ? 1 : 1000000) ||
	    judge_options(&args, &q) != 0)
		return (int)args.exit;
	if (args.json || !q.outputs.format)
		q.outputs.format = args.json ? "json" : "text";
	return check(&args, &q);
}
