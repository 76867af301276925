/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch expect verify and show: is a manifest to be believed, and does an image obey it? */
#include "cli/expect.h"

#include <string.h>

#include <tdlaunch/manifest.h>

#include "cli/measurement.h"

enum { OPT_TRUST = CLI_LONG, OPT_SIGNATURE, OPT_SIGNER, OPT_PUBLIC_KEY, OPT_UNSIGNED, OPT_FIRMWARE };

#define TRUST_OPTIONS                                                                      \
	{ OPT_TRUST, "trust", "FILE", "certificates that may vouch for the signer, PEM" }, \
		{ OPT_SIGNATURE, "signature", "FILE",                                      \
		  "the signature (default: MANIFEST.p7s, or MANIFEST.sig)" },              \
		{ OPT_SIGNER, "signer", "FILE",                                            \
		  "the signer's certificate, for MANIFEST.sig" },                          \
	{                                                                                  \
		OPT_PUBLIC_KEY, "public-key", "KEY",                                       \
			"the signer's key instead: PEM file or provider URI"               \
	}

static const struct cli_option verify_options[] = {
	TRUST_OPTIONS,
	{ OPT_UNSIGNED, "allow-unsigned", NULL, "take a manifest that nobody vouches for" },
	{ OPT_FIRMWARE, "firmware", "IMAGE", "compute this image's MRTD and compare it" },
	CLI_REQUEST_OPTIONS,
	{ 0 },
};

static const struct cli_spec verify_spec = {
	.command = "expect verify",
	.operands = "MANIFEST",
	.summary =
		"Check a manifest's signature and, with --firmware, that the image measures to what\n"
		"the manifest expects. Exit code 0: verified and, if asked for, equal; 1: it does not\n"
		"verify or differs; 3: nothing to compare with, or could not tell.",
	.options = verify_options,
	.common = CLI_JSON | CLI_ENCODING,
	.example = "tdlaunch expect verify --trust measurements/ca.pem \\\n"
		   "    --firmware /usr/share/ovmf/OVMF.fd measurements/debian-12-ovmf.json\n",
};

static const struct cli_option show_options[] = {
	TRUST_OPTIONS,
	{ 0 },
};

static const struct cli_spec show_spec = {
	.command = "expect show",
	.operands = "MANIFEST",
	.summary = "Show what a manifest expects and who says so. Without --trust or --public-key\n"
		   "no signature is checked, and that is said. Exit code 0 means that it could be read.",
	.options = show_options,
	.common = CLI_JSON | CLI_ENCODING,
	.example = "tdlaunch expect show measurements/debian-12-ovmf.json\n",
};

/* What expect verify and expect show were asked. */
struct question {
	struct tdl_manifest_options accept;
	struct cli_request request;
	const char *firmware;
};

static int take_question(struct cli_args *args, int opt, struct question *q)
{
	int rc;

	if (cli_request_option(args, opt, &q->request, &rc))
		return rc;
	switch (opt) {
	case OPT_TRUST:
		q->accept.trust = args->value;
		break;
	case OPT_SIGNATURE:
		q->accept.signature = args->value;
		break;
	case OPT_SIGNER:
		q->accept.signer = args->value;
		break;
	case OPT_PUBLIC_KEY:
		q->accept.public_key = args->value;
		break;
	case OPT_UNSIGNED:
		q->accept.allow_unsigned = true;
		break;
	case OPT_FIRMWARE:
		q->firmware = args->value;
		break;
	}
	return 0;
}

/* How the comparison went; filled only with --firmware. */
struct comparison {
	bool done, flow_given;
	enum tdl_match match;
	uint8_t firmware[48], mrtd[48], expected[48];
	const char *flow;
};

static const char *const match_names[] = {
	[TDL_MATCH] = "match",
	[TDL_MISMATCH] = "mismatch",
	[TDL_NOTHING] = "nothing-to-compare",
};

static int compare(const struct question *q, const struct tdl_manifest *m, struct comparison *c,
		   struct tdl_error *err)
{
	AUTO_IMAGE struct tdl_image *image = NULL;
	AUTO_MEASUREMENT struct cli_measurement measured = { 0 };
	const struct tdl_reference *r = NULL;
	int rc = tdl_image_open(q->firmware, &q->request.image, &image, err);

	if (rc == 0)
		rc = cli_measure(image, &q->request.plan, &measured, err);
	if (rc == 0)
		rc = tdl_image_digest(image, c->firmware, err);
	if (rc < 0)
		return rc;
	c->flow = tdl_plan_flow(measured.plan);
	c->flow_given = q->request.plan.flow;
	memcpy(c->mrtd, tdl_mrtd_value(measured.mrtd), sizeof(c->mrtd));
	c->match = tdl_manifest_compare(m, c->firmware, c->flow, c->mrtd, &r);
	if (r)
		memcpy(c->expected, r->mrtd, sizeof(c->expected));
	c->done = true;
	return 0;
}

static void print_verdict_json(const struct tdl_manifest *m, const struct comparison *c, int code,
			       bool base64)
{
	struct json_object *root = json_object_new_object();
	struct json_object *not_checked = json_object_new_array();

	cli_json_bool(root, "verified", tdl_manifest_signer(m) != NULL);
	cli_json_string(root, "signer", tdl_manifest_signer(m));
	cli_json_number(root, "references", tdl_manifest_count(m));
	if (c->done) {
		cli_json_string(root, "comparison", match_names[c->match]);
		cli_json_string(root, "flow", c->flow);
		cli_json_bytes(root, "firmware_sha384", c->firmware, 48, base64);
		cli_json_bytes(root, "mrtd", c->mrtd, 48, base64);
		cli_json_string(root, "mrtd_from", "computed from the image");
		if (c->match != TDL_NOTHING) {
			cli_json_bytes(root, "expected", c->expected, 48, base64);
			cli_json_string(root, "expected_from",
					tdl_manifest_signer(m) ? "signed manifest"
							       : "unsigned manifest");
		}
	}
	json_object_array_add(not_checked,
			      json_object_new_string("revocation of the signer's certificate"));
	json_object_object_add(root, "not_checked", not_checked);
	cli_json_bool(root, "ok", code == CLI_YES);
	cli_json_print(root);
}

static void print_comparison(const struct comparison *c, bool base64)
{
	char text[CLI_BYTES_TEXT];

	printf("flow         %s%s\n", c->flow, c->flow_given ? "" : " (default)");
	printf("mrtd         %s (computed from the image)\n", cli_bytes(c->mrtd, 48, base64, text));
	if (c->match == TDL_NOTHING)
		printf("expected     nothing: the manifest has no reference for this image and flow\n");
	else
		printf("expected     %s (manifest)\n", cli_bytes(c->expected, 48, base64, text));
	printf("comparison   %s\n", match_names[c->match]);
}

static void print_verdict(const struct tdl_manifest *m, const struct comparison *c, int code,
			  bool base64)
{
	const char *signer = tdl_manifest_signer(m);

	printf("signature    %s%s\n", signer ? "verified, signer " : "none checked",
	       signer ? signer : "");
	if (c->done)
		print_comparison(c, base64);
	printf("not checked  revocation of the signer's certificate\n");
	printf("verdict      %s\n", code == CLI_YES  ? "yes"
				    : code == CLI_NO ? "no"
						     : "cannot tell");
}

static int verdict_of(const struct tdl_manifest *m, const struct comparison *c)
{
	if (c->done && c->match == TDL_MISMATCH)
		return CLI_NO;
	if (c->done)
		return c->match == TDL_MATCH ? CLI_YES : CLI_UNKNOWN;
	return tdl_manifest_signer(m) ? CLI_YES : CLI_UNKNOWN;
}

static int verify(const struct cli_args *args, const struct question *q)
{
	AUTO_MANIFEST struct tdl_manifest *m = NULL;
	struct comparison c = { 0 };
	struct tdl_error err = { 0 };
	int rc = tdl_manifest_open(args->operands[0], &q->accept, &m, &err);
	int code;

	if (rc == 0 && q->firmware)
		rc = compare(q, m, &c, &err);
	if (rc < 0)
		return cli_error(&err);
	code = verdict_of(m, &c);
	if (args->json && !args->quiet)
		print_verdict_json(m, &c, code, args->base64);
	else if (!args->quiet)
		print_verdict(m, &c, code, args->base64);
	return code;
}

int cmd_expect_verify(int argc, char **argv)
{
	struct question q = { .request = CLI_REQUEST_DEFAULT };
	struct cli_args args;
	int opt = 0;
	int rc = 0;

	cli_begin(&args, &verify_spec, argc, argv);
	while (rc == 0 && (opt = cli_next(&args)) > 0)
		rc = take_question(&args, opt, &q);
	if (rc != 0 || opt < 0 || !cli_operands(&args, 1, 1))
		return args.exit;
	return verify(&args, &q);
}

static struct json_object *origin_json(const struct tdl_origin *origin)
{
	struct json_object *o = json_object_new_object();

	cli_json_string(o, "by", origin->by);
	cli_json_string(o, "tool", origin->tool);
	cli_json_string(o, "version", origin->version);
	cli_json_string(o, "note", origin->note);
	return o;
}

static struct json_object *reference_json(const struct tdl_reference *r, bool base64)
{
	struct json_object *o = json_object_new_object();
	struct json_object *confirmed = json_object_new_array();
	char name[8];

	cli_json_string(o, "name", r->name);
	cli_json_string(o, "version", r->version);
	cli_json_string(o, "source", r->source);
	cli_json_bytes(o, "firmware_sha384", r->firmware, 48, base64);
	cli_json_number(o, "size", r->size);
	cli_json_string(o, "flow", r->flow);
	cli_json_bytes(o, "mrtd", r->mrtd, 48, base64);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "rtmr%u", i);
		if (r->has_rtmr & 1u << i)
			cli_json_bytes(o, name, r->rtmr[i], 48, base64);
	}
	json_object_object_add(o, "computed", origin_json(&r->computed));
	for (size_t i = 0; i < r->confirmed_count; i++)
		json_object_array_add(confirmed, origin_json(&r->confirmed[i]));
	json_object_object_add(o, "confirmed", confirmed);
	return o;
}

static void show_json(const struct tdl_manifest *m, bool base64)
{
	struct json_object *root = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < tdl_manifest_count(m); i++)
		json_object_array_add(list, reference_json(tdl_manifest_reference(m, i), base64));
	cli_json_bool(root, "verified", tdl_manifest_signer(m) != NULL);
	cli_json_string(root, "signer", tdl_manifest_signer(m));
	json_object_object_add(root, "references", list);
	cli_json_print(root);
}

static void print_origin(const char *word, const struct tdl_origin *origin)
{
	printf("  %s %s, %s %s", word, origin->by, origin->tool, origin->version);
	printf(origin->note ? " (%s)\n" : "\n", origin->note);
}

static void show_text(const struct tdl_manifest *m, bool base64)
{
	const char *signer = tdl_manifest_signer(m);
	char text[CLI_BYTES_TEXT];

	printf("signature  %s%s\n", signer ? "verified, signer " : "not checked",
	       signer ? signer : "");
	for (size_t i = 0; i < tdl_manifest_count(m); i++) {
		const struct tdl_reference *r = tdl_manifest_reference(m, i);

		printf("\n%s %s, flow %s, %llu bytes\n", r->name, r->version, r->flow,
		       (unsigned long long)r->size);
		printf("  sha384    %s\n", cli_bytes(r->firmware, 48, base64, text));
		printf("  mrtd      %s\n", cli_bytes(r->mrtd, 48, base64, text));
		for (unsigned j = 0; j < 4; j++)
			if (r->has_rtmr & 1u << j)
				printf("  rtmr%u     %s\n", j,
				       cli_bytes(r->rtmr[j], 48, base64, text));
		if (r->source)
			printf("  source    %s\n", r->source);
		print_origin("computed ", &r->computed);
		for (size_t j = 0; j < r->confirmed_count; j++)
			print_origin("confirmed", &r->confirmed[j]);
	}
}

int cmd_expect_show(int argc, char **argv)
{
	struct question q = { .request = CLI_REQUEST_DEFAULT };
	AUTO_MANIFEST struct tdl_manifest *m = NULL;
	struct tdl_error err = { 0 };
	struct cli_args args;
	int opt;

	cli_begin(&args, &show_spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		take_question(&args, opt, &q);
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return args.exit;
	q.accept.allow_unsigned = !q.accept.trust && !q.accept.public_key;
	if (tdl_manifest_open(args.operands[0], &q.accept, &m, &err) < 0)
		return cli_error(&err);
	if (args.json && !args.quiet)
		show_json(m, args.base64);
	else if (!args.quiet)
		show_text(m, args.base64);
	return CLI_YES;
}
