/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch attest verify, explain and what-if. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <tdlaunch/verdict.h>

#include "base/attr.h"
#include "base/file.h"
#include "base/scope.h"
#include "cli/attest_evidence.h"
#include "cli/attest_expect.h"
#include "cli/attest_vtpm.h"
#include "cli/commands.h"

enum {
	OPT_QUOTE = CLI_LONG,
	OPT_COLLATERAL,
	OPT_AT,
	OPT_ROOT,
	OPT_POLICY,
	OPT_REPORT_DATA,
	OPT_NONCE,
	OPT_MIN_EVALUATION,
	OPT_EXPECT_FIELD,
	OPT_EXPECT,
	OPT_TRUST,
	OPT_UNSIGNED,
	OPT_HCL_REPORT,
	OPT_TPM_QUOTE,
	OPT_TPM_SIGNATURE,
	OPT_PCRS,
	OPT_TPM_NONCE,
	FILE_LIMIT = 4 << 20, /* bytes */
};

/* Everything a verification needs, owned here. */
struct request {
	const char *quote, *collateral, *root, *policy, *manifest;
	int64_t at;
	uint32_t min_evaluation;
	struct tdl_manifest_options accept; /* which manifests */
	struct expectations expected;
	struct vtpm_files vtpm;
	struct tdl_attest_cache *cache; /* for more than one quote */
};

static const struct cli_option verify_options[] = {
	{ OPT_QUOTE, "quote", "FILE", "the TD quote, or Azure vTPM evidence as JSON" },
	{ OPT_COLLATERAL, "collateral", "DIR", "TCB info, QE identity, chains and CRLs" },
	{ OPT_AT, "at", "TIME", "judge as of this time (2026-03-16T22:06:09Z); default now" },
	{ OPT_ROOT, "root", "PEM", "trust this root instead of Intel's" },
	{ OPT_POLICY, "policy", "FILE", "rules that differ from the strict default" },
	{ OPT_REPORT_DATA, "report-data", "HEX", "the 64 bytes of report data, all of them" },
	{ OPT_NONCE, "nonce", "HEX", "report data is these 1 to 64 bytes, then zeros" },
	{ OPT_EXPECT_FIELD, "expect-field", "NAME=HEX", "a value you know, for example mrtd=..." },
	{ OPT_EXPECT, "expect", "MANIFEST", "MRTD and RTMRs must be those of a reference in it" },
	{ OPT_TRUST, "trust", "FILE", "certificates that may vouch for the manifest, PEM" },
	{ OPT_UNSIGNED, "allow-unsigned", NULL, "take a manifest that nobody vouches for" },
	{ OPT_HCL_REPORT, "hcl-report", "FILE", "Azure HCL report that the quote vouches for" },
	{ OPT_TPM_QUOTE, "tpm-quote", "FILE", "quote of the guest's vTPM (TPMS_ATTEST)" },
	{ OPT_TPM_SIGNATURE, "tpm-signature", "FILE", "its signature, plain or TPMT_SIGNATURE" },
	{ OPT_PCRS, "pcrs", "FILE", "its 24 SHA-256 PCRs, 768 bytes" },
	{ OPT_TPM_NONCE, "tpm-nonce", "HEX", "the TPM quote is over these 1 to 64 bytes" },
	{ OPT_MIN_EVALUATION, "min-tcb-evaluation", "N", "least TCB evaluation data number" },
	{ 0 },
};

static const struct cli_spec verify_spec = {
	.command = "attest verify",
	.operands = "",
	.summary = "Verify a TD quote: its signatures up to Intel's root, revocation, collateral,\n"
		   "TCB status, and what the policy and the other options ask for. Exit code 0:\n"
		   "everything required was checked and is so; 1: something is not so; 3: a\n"
		   "required check could not be done. The default policy says nothing about which\n"
		   "software runs in the TD: pin measurements, or read the warnings.",
	.options = verify_options,
	.common = CLI_JSON,
	.example = "tdlaunch attest verify --quote quote.bin --collateral collateral/\n",
};

/* Options whose value is kept as it is. */
static const struct {
	int opt;
	size_t at; /* of a const char * in a request */
} names[] = {
	{ OPT_QUOTE, offsetof(struct request, quote) },
	{ OPT_COLLATERAL, offsetof(struct request, collateral) },
	{ OPT_ROOT, offsetof(struct request, root) },
	{ OPT_POLICY, offsetof(struct request, policy) },
	{ OPT_EXPECT, offsetof(struct request, manifest) },
	{ OPT_TRUST, offsetof(struct request, accept.trust) },
	{ OPT_HCL_REPORT, offsetof(struct request, vtpm.hcl_report) },
	{ OPT_TPM_QUOTE, offsetof(struct request, vtpm.message) },
	{ OPT_TPM_SIGNATURE, offsetof(struct request, vtpm.signature) },
	{ OPT_PCRS, offsetof(struct request, vtpm.pcrs) },
};

static int take_option(struct request *r, int opt, const char *value, struct tdl_error *err)
{
	uint64_t number = 0;
	int rc;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].opt == opt) {
			*(const char **)((char *)r + names[i].at) = value;
			return 0;
		}
	switch (opt) {
	case OPT_AT:
		rc = tdl_time_parse(value, &r->at);
		return rc < 0 ? tdl_fail(err, rc, "\"%s\" is not a time like 2026-03-16T22:06:09Z",
					 value)
			      : 0;
	case OPT_REPORT_DATA:
		if (strlen(value) != 2 * VALUE_SIZE)
			return tdl_fail(err, -EINVAL, "report data has 128 hex digits; --nonce "
					"takes fewer");
		return expect_hex(&r->expected, "reportdata", value, 0, "command line", err);
	case OPT_NONCE:
		return expect_hex(&r->expected, "reportdata", value, VALUE_SIZE,
				  "nonce of the command line", err);
	case OPT_TPM_NONCE:
		return vtpm_nonce(&r->vtpm, value, err);
	case OPT_EXPECT_FIELD:
		return expect_pair(&r->expected, value, "command line", err);
	case OPT_UNSIGNED:
		r->accept.allow_unsigned = true;
		return 0;
	default:
		rc = cli_parse_number(value, 1, UINT32_MAX, &number, err);
		r->min_evaluation = (uint32_t)number;
		return rc;
	}
}

static void free_collateral(struct tdl_collateral **c)
{
	tdl_collateral_free(*c);
}

static void free_policy(struct tdl_policy **p)
{
	tdl_policy_free(*p);
}

static void end_vtpm(struct vtpm_files **files)
{
	vtpm_end(*files);
}

static void free_verdict(struct tdl_verdict **v)
{
	tdl_verdict_free(*v);
}

static int run_request(struct request *r, struct tdl_verdict **ret_verdict,
		       struct tdl_error *err)
{
	AUTO_CALL(free_collateral) struct tdl_collateral *collateral = NULL;
	AUTO_CALL(free_policy) struct tdl_policy *policy = NULL;
	AUTO_CALL(end_vtpm) struct vtpm_files *vtpm = &r->vtpm;
	AUTO_FREE uint8_t *quote = NULL, *root = NULL;
	struct tdl_verify_options opt = { .at = r->at, .min_evaluation = r->min_evaluation };
	size_t size = 0;
	int rc = evidence_read(r->quote, TDL_EVIDENCE_QUOTE, &quote, &size, err);

	if (rc == 0)
		rc = vtpm_load(vtpm, &quote, &size, &opt.vtpm, err);
	if (rc == 0 && r->collateral)
		rc = tdl_attest_cache_collateral(r->cache, r->collateral, &collateral, err);
	if (rc == 0 && r->policy)
		rc = expect_policy(r->policy, &policy, err);
	if (rc == 0 && r->manifest)
		rc = expect_manifest(&r->expected, r->manifest, &r->accept, quote, size, err);
	if (rc == 0 && r->root)
		rc = file_read(r->root, FILE_LIMIT, &root, &opt.root_size, err);
	if (rc < 0)
		return rc;
	opt.collateral = collateral;
	opt.policy = policy;
	opt.root = root;
	opt.expected = r->expected.list;
	opt.n_expected = r->expected.count;
	opt.cache = r->cache;
	return tdl_verify(quote, size, &opt, ret_verdict, err);
}

static int exit_of(enum tdl_answer answer)
{
	static const int codes[] = { [TDL_ANSWER_YES] = CLI_YES,
				     [TDL_ANSWER_NO] = CLI_NO,
				     [TDL_ANSWER_UNKNOWN] = CLI_UNKNOWN };

	return codes[answer];
}

typedef int (*show_function)(const struct tdl_verdict *verdict, unsigned flags, char **ret_text,
			     struct tdl_error *err);

/* Verify one quote, and show of the verdict what the command is for. */
static int verify(const struct cli_spec *spec, show_function show, int argc, char **argv)
{
	AUTO_CALL(free_verdict) struct tdl_verdict *verdict = NULL;
	AUTO_FREE char *text = NULL;
	static struct request r; /* large: it holds every expected value */
	struct cli_args args;
	struct tdl_error err = { 0 };
	int opt;

	r.at = time(NULL);
	cli_begin(&args, spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (take_option(&r, opt, args.value, &err) < 0)
			return cli_usage(&args, "%s", err.text);
	if (opt < 0 || !cli_operands(&args, 0, 0))
		return args.exit;
	if (!r.quote)
		return cli_usage(&args, "--quote is missing");
	int rc = run_request(&r, &verdict, &err);
	if (rc == 0)
		rc = show(verdict, args.json ? TDL_RENDER_JSON : 0, &text, &err);
	if (rc < 0)
		return cli_error(&err);
	if (!args.quiet)
		fputs(text, stdout);
	return exit_of(tdl_verdict_answer(verdict));
}

int cmd_attest_verify(int argc, char **argv)
{
	return verify(&verify_spec, tdl_verdict_show, argc, argv);
}

static const struct cli_option explain_options[] = {
	{ OPT_QUOTE, "quote", "FILE", "the TD quote" },
	{ OPT_COLLATERAL, "collateral", "DIR", "TCB info, QE identity, chains and CRLs" },
	{ OPT_AT, "at", "TIME", "judge as of this time (2026-03-16T22:06:09Z); default now" },
	{ OPT_ROOT, "root", "PEM", "trust this root instead of Intel's" },
	{ OPT_POLICY, "policy", "FILE", "rules that differ from the strict default" },
	{ OPT_MIN_EVALUATION, "min-tcb-evaluation", "N", "least TCB evaluation data number" },
	{ 0 },
};

static const struct cli_spec explain_spec = {
	.command = "attest explain",
	.operands = "",
	.summary = "Why is the TCB status of a quote's platform not better? Names each component\n"
		   "that falls short of the nearest level that is up to date, since when, and the\n"
		   "update that raises it: TDX module, microcode, BIOS, quoting enclave. Everything\n"
		   "is verified as by \"attest verify\", whose exit code it has.",
	.options = explain_options,
	.common = CLI_JSON,
	.example = "tdlaunch attest explain --quote quote.bin --collateral collateral/\n",
};

int cmd_attest_explain(int argc, char **argv)
{
	return verify(&explain_spec, tdl_verdict_explain, argc, argv);
}

static const struct cli_option what_if_options[] = {
	{ OPT_COLLATERAL, "collateral", "DIR", "the bundle to judge by, for example a newer one" },
	{ OPT_AT, "at", "TIME", "judge as of this time; default now" },
	{ OPT_ROOT, "root", "PEM", "trust this root instead of Intel's" },
	{ OPT_POLICY, "policy", "FILE", "rules that differ from the strict default" },
	{ OPT_MIN_EVALUATION, "min-tcb-evaluation", "N", "least TCB evaluation data number" },
	{ 0 },
};

static const struct cli_spec what_if_spec = {
	.command = "attest what-if",
	.operands = "QUOTE...",
	.summary = "Would these quotes pass with another collateral bundle? One line each: answer,\n"
		   "converged TCB status, file, and the first check that is in the way. A quote\n"
		   "that cannot be read does not stop the others. Exit code 0: all pass; 1: one\n"
		   "does not; 3: one could not be judged.",
	.options = what_if_options,
	.common = CLI_JSON,
	.example = "tdlaunch attest what-if --collateral new/ --at 2026-08-14 quotes/*.bin\n",
};

enum { WHY_SIZE = 512 };

/* The first check that failed, or that was not done when none failed; "" when nothing is wrong. */
static void first_obstacle(const struct tdl_verdict *verdict, char why[WHY_SIZE])
{
	const enum tdl_state bad = tdl_verdict_answer(verdict) == TDL_ANSWER_NO
					   ? TDL_STATE_FAILED
					   : TDL_STATE_NOT_DONE;
	struct tdl_check check;

	why[0] = '\0';
	for (size_t i = 0; !*why && tdl_verdict_check(verdict, i, &check) == 0; i++)
		if (check.state == bad)
			snprintf(why, WHY_SIZE, "%s: %s", check.name, check.reason);
}

static void print_line(const char *file, const char *answer, const char *status, const char *why)
{
	printf("%-11s  %-17s  %s%s%s\n", answer, status ? status : "-", file, *why ? "  " : "",
	       why);
}

static void add_row(struct json_object *list, const char *file, const char *answer,
		    const char *status, const char *why)
{
	struct json_object *row = json_object_new_object();

	cli_json_string(row, "quote", file);
	cli_json_string(row, "answer", answer);
	cli_json_string(row, "status", status);
	if (*why)
		cli_json_string(row, "why", why);
	json_object_array_add(list, row);
}

/* One line, or one more row of the list; the worse of the exit codes so far and this one's. */
static int what_if_one(struct request *r, const struct cli_args *args, struct json_object *list,
		       int code)
{
	AUTO_CALL(free_verdict) struct tdl_verdict *verdict = NULL;
	struct tdl_error err = { 0 };
	enum tdl_answer answer = TDL_ANSWER_UNKNOWN;
	const char *status = NULL;
	char why[WHY_SIZE] = "";

	if (run_request(r, &verdict, &err) == 0) {
		answer = tdl_verdict_answer(verdict);
		first_obstacle(verdict, why);
		status = tdl_verdict_status(verdict, "converged");
	} else {
		cli_error(&err);
	}
	if (args->json)
		add_row(list, r->quote, tdl_answer_name(answer), status, why);
	else if (!args->quiet)
		print_line(r->quote, tdl_answer_name(answer), status, why);
	if (code == CLI_NO || answer == TDL_ANSWER_NO)
		return CLI_NO;
	return answer == TDL_ANSWER_YES ? code : CLI_UNKNOWN;
}

int cmd_attest_what_if(int argc, char **argv)
{
	static struct request r;
	struct cli_args args;
	struct tdl_error err = { 0 };
	int opt, code = CLI_YES;

	r.at = time(NULL);
	cli_begin(&args, &what_if_spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (take_option(&r, opt, args.value, &err) < 0)
			return cli_usage(&args, "%s", err.text);
	if (opt < 0 || !cli_operands(&args, 1, 1000000))
		return args.exit;
	if (!r.collateral)
		return cli_usage(&args, "--collateral is missing");
	if (tdl_attest_cache_new(0, &r.cache, &err) < 0)
		return cli_error(&err);
	struct json_object *all = json_object_new_object(), *list = json_object_new_array();
	json_object_object_add(all, "quotes", list);
	for (int i = 0; i < args.operand_count; i++) {
		r.quote = args.operands[i];
		code = what_if_one(&r, &args, list, code);
	}
	if (args.json && !args.quiet)
		cli_json_print(all);
	else
		json_object_put(all);
	tdl_attest_cache_free(r.cache);
	return code;
}
