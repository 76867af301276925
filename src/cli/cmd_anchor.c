/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch anchor extend, anchor quote: what needs a TPM. */
#include "cli/commands.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/scope.h"
#include "cli/anchor.h"
#include "cli/log.h"
#include "cli/stop.h"

const struct cli_command cmd_anchor[] = {
	{ "extend", cmd_anchor_extend, "extend a register of a TPM by the records of a log", NULL },
	{ "quote", cmd_anchor_quote, "have the TPM sign what the register holds", NULL },
	{ "verify", cmd_anchor_verify, "say whether logs are the ones that were anchored", NULL },
	{ 0 },
};

enum { OPT_DEFINE = CLI_LONG, OPT_AGAIN, OPT_REGISTER, OPT_NONCE, OPT_KEY, OPT_KEY_PEM };

static const struct cli_option extend_options[] = {
	{ OPT_DEFINE, "define", NULL, "define the NV index when the TPM has none" },
	{ OPT_AGAIN, "again", NULL, "start over, with a new journal" },
	CLI_TPM_OPTIONS,
	{ 0 },
};

static const struct cli_spec extend_spec = {
	.command = "anchor extend",
	.operands = "LOG",
	.summary =
		"Extend the TPM register that a measurement log names by each of its records, and\n"
		"write down beside it, in LOG.anchor, where the register stood and how far this\n"
		"came. One that broke off is taken up where it stopped. Authorisation values come\n"
		"from files (--auth) or the environment. Exit code 0: the whole log is anchored;\n"
		"3: it is not.",
	.options = extend_options,
	.common = CLI_JSON,
	.example = "tdlaunch log create --firmware /usr/share/ovmf/OVMF.fd "
		   "--detail region launch.log\n"
		   "tdlaunch anchor extend launch.log\n",
};

static void anchor_scope(struct tdl_anchor **a)
{
	tdl_anchor_close(*a, NULL);
}
#define AUTO_ANCHOR __attribute__((cleanup(anchor_scope)))

/* The register is the one that the log's records name. */
static int name_register(struct tdl_log *log, struct tdl_anchor_options *opt, struct tdl_error *err)
{
	struct tdl_log_record r = { .event = TDL_LOG_EVENT_INIT };
	int rc = tdl_log_next(log, &r, err);

	if (rc == 0)
		rc = tdl_fail(err, -ENODATA, "the log is empty");
	if (rc < 0)
		return rc;
	opt->kind = r.anchor;
	opt->index = r.anchor_index;
	return 0;
}

static void show_extended(const struct cli_args *args, const struct tdl_anchor_options *opt,
			  uint64_t records)
{
	bool nv = opt->kind == TDL_LOG_REGISTER_NV;
	struct json_object *o;

	if (args->quiet)
		return;
	if (!args->json) {
		printf(nv ? "%s: %llu records in NV index 0x%x\n" : "%s: %llu records in PCR %u\n",
		       args->operands[0], (unsigned long long)records, opt->index);
		return;
	}
	o = json_object_new_object();
	cli_json_string(o, "journal", opt->journal);
	cli_json_string(o, "register", nv ? "nv_index" : "pcr");
	cli_json_number(o, "index", opt->index);
	cli_json_number(o, "records", records);
	cli_json_print(o);
}

static int extend(const struct cli_args *args, struct tdl_anchor_options *opt)
{
	AUTO_LOG struct tdl_log *log = NULL;
	AUTO_ANCHOR struct tdl_anchor *anchor = NULL;
	AUTO_FREE char *journal = cli_journal_path(args->operands[0]);
	struct tdl_error err = { 0 };

	opt->journal = journal;
	opt->cancel = stop_on_signals();
	if (!journal || tdl_log_open(args->operands[0], &log, &err) < 0 ||
	    name_register(log, opt, &err) < 0 || tdl_anchor_open(opt, &anchor, &err) < 0)
		return cli_error(&err);
	if (tdl_anchor_log(anchor, log, &err) < 0) {
		cli_error(&err);
		cli_say("%llu records are anchored; the same command goes on from there",
			(unsigned long long)tdl_anchor_progress(anchor));
		return CLI_UNKNOWN;
	}
	show_extended(args, opt, tdl_anchor_progress(anchor));
	return CLI_YES;
}

int cmd_anchor_extend(int argc, char **argv)
{
	AUTO_TPM struct cli_tpm tpm = { 0 };
	struct tdl_anchor_options order = { .define = false };
	struct cli_args args;
	int opt, rc;

	cli_begin(&args, &extend_spec, argc, argv);
	while ((opt = cli_next(&args)) > 0) {
		if (cli_tpm_option(&args, opt, &tpm, &rc)) {
			if (rc != 0)
				return (int)args.exit;
		} else if (opt == OPT_DEFINE) {
			order.define = true;
		} else {
			order.again = true;
		}
	}
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return (int)args.exit;
	cli_tpm_environment(&tpm);
	order.tpm = tpm.tpm;
	return extend(&args, &order);
}

static const struct cli_option quote_options[] = {
	{ OPT_REGISTER, "register", "REGISTER", "pcr:N or nv:0x1NNNNNN; pcr:14 by default" },
	{ OPT_NONCE, "nonce", "HEX", "8 to 64 bytes from whoever will verify" },
	{ OPT_KEY, "key", "WHERE", "a persistent handle, or a file for the key's context" },
	{ OPT_KEY_PEM, "key-pem", "FILE", "write the key's public half there, as PEM" },
	CLI_TPM_OPTIONS,
	{ 0 },
};

static const struct cli_spec quote_spec = {
	.command = "anchor quote",
	.operands = "FILE",
	.summary =
		"Have the TPM sign what a register holds, with a nonce, and write it to FILE. The\n"
		"key is a restricted ECDSA key on P-256, made when it is not there; without --key\n"
		"it is derived from the TPM's endorsement seed each time. Exit code 0: signed; 3:\n"
		"it could not be.",
	.options = quote_options,
	.common = CLI_JSON,
	.example = "tdlaunch anchor quote --nonce 00112233445566778899aabbccddeeff "
		   "--key-pem key.pem quote\n",
};

/* A handle begins with "0x"; a path that does has "./" before it. */
static int parse_key(const char *text, struct tdl_quote_options *order, struct tdl_error *err)
{
	uint64_t handle = 0;
	int rc;

	if (strncmp(text, "0x", 2) != 0) {
		order->key_file = text;
		return 0;
	}
	rc = cli_parse_number(text, 0x81000000, 0x81ffffff, &handle, err);
	order->key_handle = (uint32_t)handle;
	return rc;
}

static int take_quote_option(struct cli_args *args, int opt, struct tdl_quote_options *order,
			     uint8_t nonce[TDL_ANCHOR_NONCE_MAX])
{
	struct tdl_error err = { 0 };
	const char *name = "key-pem";
	int rc = 0;

	switch (opt) {
	case OPT_REGISTER:
		name = "register";
		rc = tdl_anchor_register_parse(args->value, &order->kind, &order->index, &err);
		break;
	case OPT_NONCE:
		name = "nonce";
		rc = cli_nonce(args->value, nonce, &order->nonce_size, &err);
		break;
	case OPT_KEY:
		name = "key";
		rc = parse_key(args->value, order, &err);
		break;
	default:
		order->key_pem = args->value;
	}
	return rc < 0 ? cli_usage(args, "--%s: %s", name, err.text) : 0;
}

static void show_quoted(const struct cli_args *args, const struct tdl_quote_options *order)
{
	bool nv = order->kind == TDL_LOG_REGISTER_NV;
	uint32_t index =
		order->kind == TDL_LOG_REGISTER_DEFAULT ? TDL_LOG_DEFAULT_PCR : order->index;
	char hex[2 * TDL_ANCHOR_NONCE_MAX + 1];
	struct json_object *o;

	if (args->quiet)
		return;
	if (!args->json) {
		printf(nv ? "%s: NV index 0x%x, signed\n" : "%s: PCR %u, signed\n", order->file,
		       index);
		return;
	}
	o = json_object_new_object();
	cli_json_string(o, "quote", order->file);
	cli_json_string(o, "register", nv ? "nv_index" : "pcr");
	cli_json_number(o, "index", index);
	cli_json_string(o, "nonce", hex_encode(order->nonce, order->nonce_size, hex));
	if (order->key_file)
		cli_json_string(o, "key_file", order->key_file);
	if (order->key_handle)
		cli_json_number(o, "key_handle", order->key_handle);
	if (order->key_pem)
		cli_json_string(o, "key_pem", order->key_pem);
	cli_json_print(o);
}

int cmd_anchor_quote(int argc, char **argv)
{
	AUTO_TPM struct cli_tpm tpm = { 0 };
	uint8_t nonce[TDL_ANCHOR_NONCE_MAX] = { 0 };
	struct tdl_quote_options order = { .nonce = nonce };
	struct tdl_error err = { 0 };
	struct cli_args args;
	int opt, rc;

	cli_begin(&args, &quote_spec, argc, argv);
	while ((opt = cli_next(&args)) > 0) {
		if (!cli_tpm_option(&args, opt, &tpm, &rc))
			rc = take_quote_option(&args, opt, &order, nonce);
		if (rc != 0)
			return (int)args.exit;
	}
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return (int)args.exit;
	if (!order.nonce_size)
		return cli_usage(&args, "--nonce is missing: without one nobody can tell when this "
					"was signed");
	cli_tpm_environment(&tpm);
	order.tpm = tpm.tpm;
	order.file = args.operands[0];
	/* One that is asked for meanwhile is soon done; the TPM keeps no session of it. */
	stop_on_signals();
	if (tdl_anchor_quote(&order, &err) < 0)
		return cli_error(&err);
	show_quoted(&args, &order);
	return CLI_YES;
}
