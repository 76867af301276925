/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch expect export and import: manifests in the forms that others use. */
#include "cli/expect.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <tdlaunch/exchange.h>
#include <tdlaunch/collateral.h>
#include <tdlaunch/image.h>

#include "base/attr.h"
#include "base/file.h"
#include "base/scope.h"
#include "cli/measurement.h"

enum {
	OPT_FORMAT = CLI_LONG,
	OPT_KEY,
	OPT_CERT,
	OPT_TRUST,
	OPT_SIGNATURE,
	OPT_SIGNER,
	OPT_PUBLIC_KEY,
	OPT_UNSIGNED,
	OPT_AT,
	OPT_LOSSY,
	OPT_KERNEL,
	OPT_XFAM,
	OPT_FIRMWARE,
	OPT_NAME,
	OPT_FIRMWARE_VERSION,
	OPT_SOURCE,
	OPT_BY,
	OPT_TOOL,
	OPT_TOOL_VERSION,
	OPT_NOTE,
	OPT_FILL_FLOW,
};

#define SHARED_OPTIONS                                                                             \
	{ OPT_FORMAT, "format", "FORMAT",                                                          \
	  "corim, in-toto, trustee, markdown; import: google, migtd" },                            \
		{ 'o', "output", "FILE", "where it goes (default: standard output)" },             \
		{ OPT_TRUST, "trust", "FILE", "certificates that may vouch for the signer, PEM" }, \
		{ OPT_SIGNER, "signer", "FILE",                                                    \
		  "the signer's certificate, when it is not carried" },                            \
		{ OPT_PUBLIC_KEY, "public-key", "KEY",                                             \
		  "the signer's key instead: PEM file or provider URI" },                          \
		{ OPT_KERNEL, "kernel", "FILE", "in-toto: a kernel, one more subject" },           \
		{ OPT_XFAM, "xfam", "NUMBER", "trustee: XFAM of the TD, as 0x602e7" },             \
	{                                                                                          \
		OPT_LOSSY, "lossy", NULL, "let go what the form, or a manifest, cannot hold"       \
	}

static const struct cli_option export_options[] = {
	SHARED_OPTIONS,
	{ OPT_SIGNATURE, "signature", "FILE", "the manifest's signature (default: beside it)" },
	{ OPT_KEY, "key", "KEY", "sign with this private key: PEM file or provider URI" },
	{ OPT_CERT, "cert", "FILE", "its certificate and those between it and the trusted one" },
	{ 0 },
};

static const struct cli_spec export_spec = {
	.command = "expect export",
	.operands = "MANIFEST",
	.summary =
		"Write a manifest as a CoRIM, an in-toto statement, a message for trustee, or a table\n"
		"in Markdown; signed when --key is given (COSE_Sign1, DSSE). It is refused when what\n"
		"would be written would not come back as the same manifest. The manifest's own\n"
		"signature is checked with --trust or --public-key.",
	.options = export_options,
	.example = "tdlaunch expect export --format corim --key signer.key --cert signer.pem \\\n"
		   "    -o ovmf.corim measurements/debian-12-ovmf.json\n",
};

static const struct cli_option import_options[] = {
	SHARED_OPTIONS,
	{ OPT_UNSIGNED, "allow-unsigned", NULL, "take what nobody vouches for" },
	{ OPT_AT, "at", "TIME", "judge as of this time (2026-03-16T22:06:09Z); default now" },
	{ OPT_FIRMWARE, "firmware", "IMAGE", "the firmware file that it is about" },
	{ OPT_NAME, "name", "NAME", "name of the firmware, where it is not said" },
	{ OPT_FIRMWARE_VERSION, "firmware-version", "VERSION", "version, where it is not said" },
	{ OPT_SOURCE, "source", "TEXT", "where the firmware's bytes come from" },
	{ OPT_FILL_FLOW, "flow", "FLOW", "order of loading, where it is not said" },
	{ OPT_BY, "by", "WHO", "who vouches for the values, where it is not said" },
	{ OPT_TOOL, "tool", "NAME", "what computed them, where it is not said" },
	{ OPT_TOOL_VERSION, "tool-version", "VERSION", "and its version" },
	{ OPT_NOTE, "note", "TEXT", "anything else" },
	{ 0 },
};

static const struct cli_spec import_spec = {
	.command = "expect import",
	.operands = "FILE",
	.summary =
		"Read a CoRIM, an in-toto statement, a message for trustee or an endorsement of a\n"
		"cloud provider as a manifest. Its signature is checked with --trust or --public-key.\n"
		"Exit code 0: verified and complete; 1: it does not verify; 3: it is damaged, says\n"
		"too little (options fill that in) or what a manifest cannot hold.",
	.options = import_options,
	.common = CLI_JSON,
	.example =
		"tdlaunch expect import --format corim --public-key signer.pem -o again.json \\\n"
		"    ovmf.corim\n",
};

/* What either was asked for. */
struct exchange {
	struct tdl_exchange_options opt;
	struct tdl_reference fill;
	const char *format, *output, *signature, *firmware;
};

static int take_number(struct cli_args *args, struct exchange *x)
{
	struct tdl_error err = { 0 };

	if (cli_parse_number(args->value, 1, UINT64_MAX, &x->opt.xfam, &err) < 0)
		return cli_usage(args, "--xfam: %s", err.text);
	return 0;
}

static int take_time(struct cli_args *args, struct exchange *x)
{
	if (tdl_time_parse(args->value, &x->opt.at) < 0)
		return cli_usage(args, "--at: '%s' is not a time like 2026-03-16T22:06:09Z",
				 args->value);
	return 0;
}

/* Where the value of an option goes as it is. */
static const struct {
	int opt;
	size_t offset; /* of a const char * in struct exchange */
} places[] = {
	{ OPT_FORMAT, offsetof(struct exchange, format) },
	{ 'o', offsetof(struct exchange, output) },
	{ OPT_KEY, offsetof(struct exchange, opt.key) },
	{ OPT_CERT, offsetof(struct exchange, opt.certificate) },
	{ OPT_TRUST, offsetof(struct exchange, opt.trust) },
	{ OPT_SIGNATURE, offsetof(struct exchange, signature) },
	{ OPT_SIGNER, offsetof(struct exchange, opt.signer) },
	{ OPT_PUBLIC_KEY, offsetof(struct exchange, opt.public_key) },
	{ OPT_KERNEL, offsetof(struct exchange, opt.kernel) },
	{ OPT_FIRMWARE, offsetof(struct exchange, firmware) },
	{ OPT_NAME, offsetof(struct exchange, fill.name) },
	{ OPT_FIRMWARE_VERSION, offsetof(struct exchange, fill.version) },
	{ OPT_SOURCE, offsetof(struct exchange, fill.source) },
	{ OPT_FILL_FLOW, offsetof(struct exchange, fill.flow) },
	{ OPT_BY, offsetof(struct exchange, fill.computed.by) },
	{ OPT_TOOL, offsetof(struct exchange, fill.computed.tool) },
	{ OPT_TOOL_VERSION, offsetof(struct exchange, fill.computed.version) },
	{ OPT_NOTE, offsetof(struct exchange, fill.computed.note) },
};

/* NULL for an option whose value is not kept as it is. */
static const char **place_of(struct exchange *x, int opt)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (places[i].opt == opt)
			return (const char **)(void *)((char *)x + places[i].offset);
	return NULL;
}

static int take_option(struct cli_args *args, int opt, struct exchange *x)
{
	const char **place = place_of(x, opt);

	if (place)
		*place = args->value;
	else if (opt == OPT_LOSSY)
		x->opt.lossy = true;
	else if (opt == OPT_UNSIGNED)
		x->opt.allow_unsigned = true;
	else if (opt == OPT_XFAM)
		return take_number(args, x);
	else
		return take_time(args, x);
	return 0;
}

/* The command line, of either. */
static int read_line(struct cli_args *args, struct exchange *x)
{
	const char *words[16] = { NULL };
	int opt = 0, rc = 0;

	while (rc == 0 && (opt = cli_next(args)) > 0)
		rc = take_option(args, opt, x);
	if (rc != 0 || opt < 0 || !cli_operands(args, 1, 1))
		return -1;
	for (size_t i = 0; i < 15 && tdl_exchange_format(i); i++)
		words[i] = tdl_exchange_format(i)->name;
	for (size_t i = 0; x->format && words[i]; i++)
		if (strcmp(words[i], x->format) == 0)
			return 0;
	if (x->format)
		cli_bad_word(args, "--format", x->format, words);
	else
		cli_usage(args, "it needs --format");
	return -1;
}

int cmd_expect_export(int argc, char **argv)
{
	AUTO_MANIFEST struct tdl_manifest *m = NULL;
	struct tdl_manifest_options accept = { 0 };
	struct tdl_error err = { 0 };
	struct exchange x = { 0 };
	AUTO_FREE uint8_t *bytes = NULL;
	struct cli_args args;
	size_t size = 0;
	int rc;

	cli_begin(&args, &export_spec, argc, argv);
	if (read_line(&args, &x) < 0)
		return args.exit;
	accept = (struct tdl_manifest_options){
		.trust = x.opt.trust,
		.signer = x.opt.signer,
		.public_key = x.opt.public_key,
		.signature = x.signature,
		.allow_unsigned = !x.opt.trust && !x.opt.public_key,
	};
	rc = tdl_manifest_open(args.operands[0], &accept, &m, &err);
	if (rc == 0)
		rc = tdl_exchange_export(m, x.format, &x.opt, &bytes, &size, &err);
	if (rc == 0 && x.output)
		rc = file_write(x.output, bytes, size, &err);
	else if (rc == 0 && !args.quiet)
		fwrite(bytes, 1, size, stdout);
	return rc < 0 ? cli_error(&err) : CLI_YES;
}

static int read_firmware(struct exchange *x, struct tdl_error *err)
{
	const struct tdl_image_options whole = { .vars_path = NULL };
	AUTO_IMAGE struct tdl_image *image = NULL;
	int rc = tdl_image_open(x->firmware, &whole, &image, err);

	if (rc == 0)
		rc = tdl_image_digest(image, x->fill.firmware, err);
	if (rc == 0)
		x->fill.size = tdl_image_size(image);
	return rc;
}

static void print_import(const struct cli_args *args, const struct exchange *x,
			 const struct tdl_manifest *m)
{
	const char *signer = tdl_manifest_signer(m);
	size_t n = tdl_manifest_count(m);

	if (args->json) {
		struct json_object *root = json_object_new_object();

		cli_json_bool(root, "verified", signer != NULL);
		cli_json_string(root, "signer", signer);
		cli_json_number(root, "references", n);
		cli_json_string(root, "output", x->output);
		cli_json_print(root);
		return;
	}
	printf("signature  %s%s\n", signer ? "verified, signer " : "not checked",
	       signer ? signer : "");
	printf("%s: %zu reference%s, not signed yet\n", x->output, n, n == 1 ? "" : "s");
}

int cmd_expect_import(int argc, char **argv)
{
	AUTO_MANIFEST struct tdl_manifest *m = NULL;
	struct tdl_error err = { 0 };
	struct exchange x = { 0 };
	AUTO_FREE uint8_t *bytes = NULL;
	struct cli_args args;
	size_t size = 0;
	int rc;

	cli_begin(&args, &import_spec, argc, argv);
	if (read_line(&args, &x) < 0)
		return args.exit;
	if (args.json && !x.output)
		return cli_usage(&args, "--json needs --output: the manifest would be in its way");
	x.opt.fill = &x.fill;
	rc = file_read(args.operands[0], TDL_EXCHANGE_MAX, &bytes, &size, &err);
	if (rc == 0 && x.firmware)
		rc = read_firmware(&x, &err);
	if (rc == 0)
		rc = tdl_exchange_import(bytes, size, x.format, &x.opt, &m, &err);
	if (rc < 0 && rc != -ENOMEM)
		tdl_while(&err, rc, "%s", args.operands[0]);
	if (rc == 0)
		rc = tdl_manifest_write(m, x.output ? x.output : "/dev/stdout", &err);
	if (rc < 0)
		return cli_error(&err);
	if (x.output && !args.quiet)
		print_import(&args, &x, m);
	return CLI_YES;
}
