/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch log verify: a log replayed, against the firmware, a manifest or a value. */
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tdlaunch/manifest.h>

#include "cli/log.h"
#include "cli/measurement.h"

enum {
	OPT_FIRMWARE = CLI_LONG,
	OPT_LOG_VARS,
	OPT_EXPECT,
	OPT_SIGNATURE,
	OPT_TRUST,
	OPT_SIGNER,
	OPT_UNSIGNED,
	OPT_MRTD,
};

static const struct cli_option options[] = {
	{ OPT_FIRMWARE, "firmware", "FILE", "the firmware that was launched" },
	{ OPT_FIRMWARE, "ovmf", "FILE", NULL },
	{ OPT_LOG_VARS, "vars", "FILE", "the VARS part of a split firmware" },
	{ OPT_MRTD, "mrtd", "HEX", "the MRTD that is expected" },
	{ OPT_EXPECT, "expect", "MANIFEST", "a manifest of expected MRTDs" },
	{ OPT_SIGNATURE, "signature", "FILE", "its signature (default MANIFEST.p7s or .sig)" },
	{ OPT_TRUST, "trust", "CA.pem", "who may vouch for the manifest's signer" },
	{ OPT_SIGNER, "signer", "CERT.pem", "the signer's certificate, for an Ed25519 signature" },
	{ OPT_UNSIGNED, "allow-unsigned", NULL, "take a manifest that nobody vouches for" },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "log verify",
	.operands = "LOG",
	.summary = "Replay a measurement log: check its records, their order and digests, the pages\n"
		   "against the firmware or the bytes embedded in the log, the hash from region to\n"
		   "region, and the MRTD it ends with. Exit code 0: everything was checked and is\n"
		   "right; 1: something is wrong, and the first such record is named; 3: something\n"
		   "could not be checked.",
	.options = options,
	.common = CLI_JSON,
	.example = "tdlaunch log create --firmware /usr/share/ovmf/OVMF.fd launch.log\n"
		   "tdlaunch log verify launch.log --firmware /usr/share/ovmf/OVMF.fd\n",
};

struct request {
	const char *firmware, *expect;
	struct tdl_image_options image;
	struct tdl_manifest_options manifest;
	bool has_mrtd;
	uint8_t mrtd[48];
};

static int take_option(struct cli_args *args, int opt, struct request *r)
{
	struct tdl_error err = { 0 };

	switch (opt) {
	case OPT_FIRMWARE:
		r->firmware = args->value;
		break;
	case OPT_LOG_VARS:
		r->image.vars_path = args->value;
		break;
	case OPT_EXPECT:
		r->expect = args->value;
		break;
	case OPT_SIGNATURE:
		r->manifest.signature = args->value;
		break;
	case OPT_TRUST:
		r->manifest.trust = args->value;
		break;
	case OPT_SIGNER:
		r->manifest.signer = args->value;
		break;
	case OPT_UNSIGNED:
		r->manifest.allow_unsigned = true;
		break;
	case OPT_MRTD:
		r->has_mrtd = true;
		if (cli_parse_bytes(args->value, r->mrtd, sizeof(r->mrtd), &err) < 0)
			return cli_usage(args, "--mrtd: %s", err.text);
		break;
	}
	return 0;
}

/* 0, or the exit code, said. */
static int check_request(struct cli_args *args, const struct request *r)
{
	if (r->has_mrtd && r->expect)
		return cli_usage(args, "--mrtd and --expect: give one of them");
	if (r->image.vars_path && !r->firmware)
		return cli_usage(args, "--vars needs --firmware");
	if (!r->expect && (r->manifest.trust || r->manifest.allow_unsigned))
		return cli_usage(args, "--trust and --allow-unsigned need --expect");
	return 0;
}

static void manifest_scope(struct tdl_manifest **m)
{
	tdl_manifest_free(*m);
}
#define AUTO_MANIFEST __attribute__((cleanup(manifest_scope)))

/* The flow that the log names and, when no firmware is given, the digest of its file. They choose
 * a row of the manifest; the value to compare with is the manifest's. */
static int read_claims(struct tdl_log *log, char flow[TDL_LOG_TEXT_MAX + 1], uint8_t digest[48],
		       struct tdl_error *err)
{
	struct tdl_log_record r = { 0 };
	int rc;

	flow[0] = '\0';
	while ((rc = tdl_log_next(log, &r, err)) == 1) {
		if (r.event == TDL_LOG_EVENT_INIT)
			snprintf(flow, TDL_LOG_TEXT_MAX + 1, "%.*s", (int)r.init.flow.length,
				 r.init.flow.text);
		if (r.event == TDL_LOG_EVENT_REGION && r.region.origin == TDL_LOG_ORIGIN_FILE) {
			memcpy(digest, r.region.source.digest, 48);
			break;
		}
	}
	tdl_log_rewind(log);
	return rc < 0 ? rc : 0;
}

/* What the manifest expects of this log. */
static int find_expected(struct tdl_log *log, struct request *r, const struct tdl_image *image,
			 char from[400], struct tdl_error *err)
{
	AUTO_MANIFEST struct tdl_manifest *manifest = NULL;
	const struct tdl_reference *reference;
	char flow[TDL_LOG_TEXT_MAX + 1];
	uint8_t digest[48] = { 0 };
	int rc = tdl_manifest_open(r->expect, &r->manifest, &manifest, err);

	if (rc == 0)
		rc = read_claims(log, flow, digest, err);
	if (rc == 0 && image)
		rc = tdl_image_digest(image, digest, err);
	if (rc < 0)
		return rc;
	reference = tdl_manifest_select(manifest, digest, flow);
	if (!reference)
		return tdl_fail(err, -ENOENT, "%s expects nothing of this firmware in flow %s",
				r->expect, flow);
	memcpy(r->mrtd, reference->mrtd, sizeof(r->mrtd));
	r->has_mrtd = true;
	snprintf(from, 400, "%s (%s)", r->expect,
		 tdl_manifest_signer(manifest) ? tdl_manifest_signer(manifest) : "not signed");
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
	[TDL_LOG_YES] = { "yes", CLI_YES, "yes: the log is right" },
	[TDL_LOG_NO] = { "no", CLI_NO, "no: the log is wrong" },
	[TDL_LOG_CANNOT_TELL] = { "cannot tell", CLI_UNKNOWN,
				  "cannot tell: something could not be checked" },
};

static void print_text(const struct tdl_log_verdict *v)
{
	for (size_t i = 0; i < TDL_LOG_CHECKS; i++)
		printf("%-8s  %-8s  %s\n", v->checks[i].name, statuses[v->checks[i].status],
		       v->checks[i].text);
	puts(answers[v->answer].text);
}

static void print_json(const struct tdl_log_verdict *v)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	cli_json_string(o, "answer", answers[v->answer].name);
	cli_json_number(o, "records", v->records);
	cli_json_number(o, "pages", v->pages);
	cli_json_bool(o, "finalized", v->finalized);
	if (v->finalized)
		cli_json_bytes(o, "mrtd_logged", v->logged, 48, false);
	if (v->rebuilt)
		cli_json_bytes(o, "mrtd_rebuilt", v->mrtd, 48, false);
	for (size_t i = 0; i < TDL_LOG_CHECKS; i++) {
		struct json_object *c = json_object_new_object();

		cli_json_string(c, "name", v->checks[i].name);
		cli_json_string(c, "status", statuses[v->checks[i].status]);
		if (v->checks[i].record != TDL_LOG_NO_RECORD)
			cli_json_number(c, "record", v->checks[i].record);
		cli_json_string(c, "text", v->checks[i].text);
		json_object_array_add(list, c);
	}
	json_object_object_add(o, "checks", list);
	cli_json_print(o);
}

static int verify(const struct cli_args *args, struct request *r)
{
	AUTO_IMAGE struct tdl_image *image = NULL;
	AUTO_LOG struct tdl_log *log = NULL;
	struct tdl_log_evidence evidence = { .mrtd_from = "the command line" };
	struct tdl_log_verdict verdict = { 0 };
	struct tdl_error err = { 0 };
	char from[400];

	if (tdl_log_open(args->operands[0], &log, &err) < 0)
		return cli_error(&err);
	if (r->firmware && tdl_image_open(r->firmware, &r->image, &image, &err) < 0)
		return cli_error(&err);
	if (r->expect) {
		if (find_expected(log, r, image, from, &err) < 0)
			return cli_error(&err);
		evidence.mrtd_from = from;
	}
	evidence.image = image;
	evidence.mrtd = r->has_mrtd ? r->mrtd : NULL;
	if (tdl_log_verify(log, &evidence, &verdict, &err) < 0)
		return cli_error(&err);
	if (args->json && !args->quiet)
		print_json(&verdict);
	else if (!args->quiet)
		print_text(&verdict);
	return (int)answers[verdict.answer].exit;
}

int cmd_log_verify(int argc, char **argv)
{
	struct request request = { 0 };
	struct cli_args args;
	int opt;

	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (take_option(&args, opt, &request) != 0)
			return (int)args.exit;
	if (opt < 0 || !cli_operands(&args, 1, 1) || check_request(&args, &request) != 0)
		return (int)args.exit;
	return verify(&args, &request);
}
