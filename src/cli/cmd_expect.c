/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch expect: manifests of expected values, made and signed. Checking and showing
 * them is cmd_expect_check.c, other forms of them cmd_expect_exchange.c. */
#include "cli/commands.h"

#include <errno.h>
#include <string.h>

#include <tdlaunch/manifest.h>

#include "cli/expect.h"
#include "cli/measurement.h"

enum {
	OPT_NAME = CLI_LONG,
	OPT_FIRMWARE_VERSION,
	OPT_SOURCE,
	OPT_BY,
	OPT_TOOL,
	OPT_TOOL_VERSION,
	OPT_NOTE,
	OPT_MRTD,
	OPT_KEY,
	OPT_CERT,
};

/* expect create */

static const struct cli_option create_options[] = {
	{ 'o', "output", "FILE", "where the manifest goes" },
	{ OPT_BY, "by", "WHO", "person or organisation that vouches for the value" },
	{ OPT_NAME, "name", "NAME", "name of the firmware (default: the file's)" },
	{ OPT_FIRMWARE_VERSION, "firmware-version", "VERSION", "version of the firmware" },
	{ OPT_SOURCE, "source", "TEXT", "where the firmware's bytes come from" },
	{ OPT_NOTE, "note", "TEXT", "anything else about how the value was found" },
	{ OPT_MRTD, "mrtd", "VALUE", "a value that another tool computed; with --tool" },
	{ OPT_TOOL, "tool", "NAME", "that tool" },
	{ OPT_TOOL_VERSION, "tool-version", "VERSION", "and its version" },
	CLI_REQUEST_OPTIONS,
	{ 0 },
};

static const struct cli_spec create_spec = {
	.command = "expect create",
	.operands = "IMAGE",
	.summary =
		"Write a manifest that says which MRTD an image gives: computed here, in one flow or\n"
		"in all, or taken from another tool. Sign it with 'tdlaunch expect sign'.",
	.options = create_options,
	.example = "tdlaunch expect create --by me --firmware-version 2022.11-6+deb12u2 \\\n"
		   "    -o ovmf.json /usr/share/ovmf/OVMF.fd\n",
};

/* What expect create was asked to write. */
struct creation {
	struct cli_request request;
	struct tdl_reference reference; /* the texts that were given */
	const char *output, *mrtd;
};

static int take_create_option(struct cli_args *args, int opt, struct creation *c)
{
	int rc;

	if (cli_request_option(args, opt, &c->request, &rc))
		return rc;
	switch (opt) {
	case 'o':
		c->output = args->value;
		break;
	case OPT_BY:
		c->reference.computed.by = args->value;
		break;
	case OPT_NAME:
		c->reference.name = args->value;
		break;
	case OPT_FIRMWARE_VERSION:
		c->reference.version = args->value;
		break;
	case OPT_SOURCE:
		c->reference.source = args->value;
		break;
	case OPT_NOTE:
		c->reference.computed.note = args->value;
		break;
	case OPT_MRTD:
		c->mrtd = args->value;
		break;
	case OPT_TOOL:
		c->reference.computed.tool = args->value;
		break;
	case OPT_TOOL_VERSION:
		c->reference.computed.version = args->value;
		break;
	}
	return 0;
}

static bool wants_all(const struct creation *c)
{
	return c->request.plan.flow && strcmp(c->request.plan.flow, "all") == 0;
}

static int check_creation(struct cli_args *args, struct creation *c)
{
	struct tdl_origin *by = &c->reference.computed;
	struct tdl_error err = { 0 };

	if (!c->output || !by->by || !c->reference.version)
		return cli_usage(args, "it needs --output, --by and --firmware-version");
	if (!c->mrtd && (by->tool || by->version))
		return cli_usage(args, "--tool and --tool-version go with --mrtd");
	if (!c->mrtd) {
		by->tool = "tdlaunch expect create";
		by->version = PACKAGE_VERSION;
		return 0;
	}
	if (!by->tool || !by->version || !c->request.plan.flow || wants_all(c))
		return cli_usage(args, "--mrtd needs --tool, --tool-version and one --flow");
	if (cli_parse_bytes(c->mrtd, c->reference.mrtd, 48, &err) < 0)
		return cli_usage(args, "--mrtd: %s", err.text);
	return 0;
}

/* Add the reference for one flow. The value of another tool is taken as it is. */
static int add_flow(struct tdl_manifest *m, const struct tdl_image *image, const struct creation *c,
		    const char *flow, struct tdl_error *err)
{
	AUTO_MEASUREMENT struct cli_measurement measured = { 0 };
	struct tdl_plan_options opt = c->request.plan;
	struct tdl_reference r = c->reference;
	int rc;

	opt.flow = flow;
	rc = cli_measure(image, &opt, &measured, err);
	if (rc < 0)
		return rc;
	r.flow = tdl_plan_flow(measured.plan);
	r.size = tdl_image_size(image);
	if (!c->mrtd)
		memcpy(r.mrtd, tdl_mrtd_value(measured.mrtd), sizeof(r.mrtd));
	rc = tdl_image_digest(image, r.firmware, err);
	return rc < 0 ? rc : tdl_manifest_add(m, &r, err);
}

static int add_all(struct tdl_manifest *m, const struct tdl_image *image, const struct creation *c,
		   struct tdl_error *err)
{
	for (size_t i = 0; i < tdl_flow_count(); i++) {
		int rc = add_flow(m, image, c, tdl_flow_name(i), err);

		if (rc < 0 && rc != -EOPNOTSUPP && rc != -EBADMSG)
			return rc;
		if (rc < 0)
			cli_say("flow %s does not load this image: %s", tdl_flow_name(i),
				err->text);
	}
	if (tdl_manifest_count(m) == 0)
		return tdl_fail(err, -EOPNOTSUPP, "no flow loads %s", tdl_image_name(image));
	return 0;
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static int create(const struct cli_args *args, struct creation *c)
{
	AUTO_IMAGE struct tdl_image *image = NULL;
	AUTO_MANIFEST struct tdl_manifest *m = NULL;
	const char *path = args->operands[0];
	struct tdl_error err = { 0 };
	int rc = tdl_image_open(path, &c->request.image, &image, &err);

	if (!c->reference.name)
		c->reference.name = file_name(path);
	if (rc == 0)
		rc = tdl_manifest_new(&m, &err);
	if (rc == 0)
		rc = wants_all(c) ? add_all(m, image, c, &err)
				  : add_flow(m, image, c, c->request.plan.flow, &err);
	if (rc == 0)
		rc = tdl_manifest_write(m, c->output, &err);
	if (rc < 0)
		return cli_error(&err);
	if (!args->quiet)
		printf("%s: %zu reference%s, not signed yet\n", c->output, tdl_manifest_count(m),
		       tdl_manifest_count(m) == 1 ? "" : "s");
	return CLI_YES;
}

static int cmd_create(int argc, char **argv)
{
	struct creation c = { .request = CLI_REQUEST_DEFAULT };
	struct cli_args args;
	int opt = 0;
	int rc = 0;

	cli_begin(&args, &create_spec, argc, argv);
	while (rc == 0 && (opt = cli_next(&args)) > 0)
		rc = take_create_option(&args, opt, &c);
	if (rc != 0 || opt < 0 || !cli_operands(&args, 1, 1))
		return args.exit;
	if (check_creation(&args, &c) != 0)
		return args.exit;
	return create(&args, &c);
}

/* expect sign */

static const struct cli_option sign_options[] = {
	{ OPT_KEY, "key", "KEY", "private key: RSA, ECDSA or Ed25519; PEM file or provider URI" },
	{ OPT_CERT, "cert", "FILE",
	  "its certificate and those between it and the trusted one, PEM" },
	{ 'o', "output", "FILE", "where the signature goes (default: MANIFEST.p7s or .sig)" },
	{ 0 },
};

static const struct cli_spec sign_spec = {
	.command = "expect sign",
	.operands = "MANIFEST",
	.summary =
		"Sign a manifest. RSA and ECDSA keys make a detached CMS signature, MANIFEST.p7s,\n"
		"that 'openssl cms -verify -binary -inform DER' checks too. OpenSSL 3.0 has no\n"
		"Ed25519 in CMS: such a key makes 64 bytes, MANIFEST.sig, for 'openssl pkeyutl'.\n"
		"Without --cert the signature is a plain one in base64, MANIFEST.sig, as 'cosign\n"
		"sign-blob' makes it. A key may be in a TPM or a token: handle:0x81000001,\n"
		"pkcs11:...",
	.options = sign_options,
	.example = "tdlaunch expect sign --key signer.key --cert signer.pem ovmf.json\n",
};

static int cmd_sign(int argc, char **argv)
{
	const char *key = NULL, *cert = NULL, *output = NULL;
	struct tdl_error err = { 0 };
	struct cli_args args;
	int opt;

	cli_begin(&args, &sign_spec, argc, argv);
	while ((opt = cli_next(&args)) > 0) {
		if (opt == OPT_KEY)
			key = args.value;
		else if (opt == OPT_CERT)
			cert = args.value;
		else
			output = args.value;
	}
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return args.exit;
	if (!key)
		return cli_usage(&args, "it needs --key, and --cert for all but a plain signature");
	if (tdl_manifest_sign(args.operands[0], key, cert, output, &err) < 0)
		return cli_error(&err);
	return CLI_YES;
}

const struct cli_command cli_expect_commands[] = {
	{ "create", cmd_create, "write a manifest for an image", NULL },
	{ "sign", cmd_sign, "sign a manifest", NULL },
	{ "verify", cmd_expect_verify, "check a manifest's signature and compare an image with it",
	  NULL },
	{ "show", cmd_expect_show, "show what a manifest expects and who says so", NULL },
	{ "export", cmd_expect_export, "write a manifest in a form that others read", NULL },
	{ "import", cmd_expect_import, "read what others wrote as a manifest", NULL },
	{ 0 },
};
