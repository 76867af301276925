/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch launch: the command line of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/scope.h"
#include "cli/commands.h"
#include "cli/launch_job.h"

enum {
	OPT_FIRMWARE = CLI_LONG,
	OPT_VARS,
	OPT_CPUS,
	OPT_KVM,
	OPT_LINUX,
	OPT_ANCHOR,
	OPT_FLOW,
	OPT_LOG,
	OPT_LOG_DETAIL,
	OPT_EMBED,
	OPT_REPORT,
	OPT_NONCE,
	OPT_EXPECT,
	OPT_TRUST,
	OPT_SIGNER,
	OPT_UNSIGNED,
	OPT_PREFAULT,
	OPT_ATTRIBUTES,
	OPT_XFAM,
	OPT_MRCONFIGID,
	OPT_MROWNER,
	OPT_MROWNERCONFIG,
	OPT_TSC,
	OPT_TRACE,
	OPT_REHEARSE,
};

static const struct cli_option options[] = {
	{ OPT_FIRMWARE, "firmware", "FILE", "TDVF image to launch" },
	{ OPT_FIRMWARE, "ovmf", "FILE", NULL },
	{ OPT_VARS, "vars", "FILE", "its VARS part, for an image that is split" },
	{ 'm', "memory", "SIZE", "RAM of the TD, 2G by default; a bare number is MiB" },
	{ OPT_CPUS, "smp", "N", "vCPUs, 1 by default; also --cpus" },
	{ OPT_CPUS, "cpus", "N", NULL },
	{ OPT_KVM, "kvm", "WHICH", KVM_OPTION_HELP "; auto by default" },
	{ OPT_LINUX, "linux", "VERSION", LINUX_OPTION_HELP },
	{ OPT_FLOW, "flow", "NAME", "order of the VMM to follow, qemu by default" },
	{ OPT_LOG, "log", "FILE", "write the measurement log, read it back and replay it" },
	{ OPT_LOG_DETAIL, "log-detail", "HOW", "region, page (default) or call" },
	{ OPT_EMBED, "embed", NULL, "put the pages' bytes into the log" },
	{ OPT_REPORT, "report", "FILE", "write the TDREPORT, where the host can have it (embedded)" },
	{ OPT_NONCE, "nonce", "HEX", "what its report data begins with, 1 to 64 bytes" },
	{ OPT_ANCHOR, "anchor", "REGISTER", "anchor the log in a TPM as it is written, in pcr:14" },
	CLI_TPM_OPTIONS,
	{ OPT_EXPECT, "expect", "MANIFEST", "compare MRTD with a manifest" },
	{ OPT_TRUST, "trust", "PEM", "certificates that may vouch for the manifest's signer" },
	{ OPT_SIGNER, "signer", "PEM", "the signer's certificate, for an Ed25519 signature" },
	{ OPT_UNSIGNED, "allow-unsigned", NULL, "take a manifest that nobody vouches for" },
	{ OPT_PREFAULT, "prefault", "WHAT", "none (default), all or START+SIZE: RAM to map ahead" },
	{ OPT_ATTRIBUTES, "attributes", "BITS", "TD attributes, 0x10000000 by default" },
	{ OPT_XFAM, "xfam", "BITS", "extended features; all that are offered by default" },
	{ OPT_MRCONFIGID, "mrconfigid", "VALUE", "48 bytes, hex or base64; zeros by default" },
	{ OPT_MROWNER, "mrowner", "VALUE", "the same" },
	{ OPT_MROWNERCONFIG, "mrownerconfig", "VALUE", "the same" },
	{ OPT_TSC, "tsc-khz", "N", "TSC frequency of the TD; the host's by default" },
	{ OPT_TRACE, "trace", "FILE", "write down every call into KVM" },
	{ OPT_REHEARSE, "rehearse", NULL, "go through the memory half alone; needs no TDX" },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "launch",
	.operands = "",
	.summary =
		"Launch a firmware as a TD: build it page by page, finalize it, and check that\n"
		"everybody who can tell its MRTD says the same. The TD is not run and is gone\n"
		"when the command ends.\n"
		"\n"
		"Exits with 0 when the TD was launched and all agree, 1 when they do not, 3 when\n"
		"it could not be launched or there was nothing to compare MRTD with.\n"
		"\n"
		"With --rehearse no TD is made: memory is laid out, declared private and mapped\n"
		"as the launch will, on a KVM that need not have TDX. Exits with 0 when this\n"
		"kernel does all of that, 1 when it does not, 3 when not all could be tried.",
	.options = options,
	.common = CLI_JSON | CLI_BARE | CLI_VERBOSE | CLI_ENCODING,
	.example = "tdlaunch launch --firmware /usr/share/ovmf/OVMF.fd --kvm embedded\n"
		   "tdlaunch launch --firmware /usr/share/ovmf/OVMF.fd --kvm embedded --rehearse\n",
};

static int parse_detail(struct cli_args *args, struct job *job)
{
	static const char *const words[] = { "page", "region", "call", NULL };

	for (int i = 0; words[i]; i++)
		if (strcmp(args->value, words[i]) == 0) {
			job->log_options.detail = (enum tdl_log_detail)i;
			job->detail_given = true;
			return 0;
		}
	cli_bad_word(args, "--log-detail", args->value, words);
	return -EINVAL;
}

static int parse_nonce(struct cli_args *args, struct job *job)
{
	size_t digits = strlen(args->value);

	memset(job->report_data, 0, sizeof(job->report_data));
	if (digits >= 2 && digits <= 2 * sizeof(job->report_data) &&
	    hex_decode(args->value, job->report_data, digits / 2))
		return 0;
	cli_usage(args, "--nonce takes 1 to 64 bytes in hex digits");
	return -EINVAL;
}

static int parse_anchor(struct cli_args *args, struct job *job)
{
	struct tdl_error err = { 0 };

	job->anchor = args->value;
	if (tdl_anchor_register_parse(args->value, &job->log_options.anchor,
				      &job->log_options.anchor_index, &err) == 0)
		return 0;
	cli_usage(args, "--anchor: %s", err.text);
	return -EINVAL;
}

/* The size of a range: in bytes where it is hexadecimal, as its start is, else in QEMU's words. */
static int parse_range_size(const char *text, uint64_t *ret_bytes, struct tdl_error *err)
{
	if (strncasecmp(text, "0x", 2) == 0)
		return cli_parse_number(text, 0, UINT64_MAX, ret_bytes, err);
	return cli_parse_memory(text, ret_bytes, err);
}

/* START+SIZE: an address in bytes and a size. */
static int parse_range(const char *text, struct tdl_launch_options *opt, struct tdl_error *err)
{
	AUTO_FREE char *start = strdup(text);
	char *plus = start ? strchr(start, '+') : NULL;
	int rc;

	if (!plus)
		return tdl_fail(err, -EINVAL, "takes none, all or START+SIZE, as in "
					      "0x100000000+1G");
	*plus = '\0';
	rc = cli_parse_number(start, 0, UINT64_MAX, &opt->prefault_start, err);
	if (rc == 0)
		rc = parse_range_size(plus + 1, &opt->prefault_size, err);
	opt->prefault = TDL_PREFAULT_RANGE;
	return rc;
}

static int parse_prefault(const char *text, struct tdl_launch_options *opt, struct tdl_error *err)
{
	if (strcmp(text, "none") == 0)
		opt->prefault = TDL_PREFAULT_NONE;
	else if (strcmp(text, "all") == 0)
		opt->prefault = TDL_PREFAULT_ALL;
	else
		return parse_range(text, opt, err);
	return 0;
}

/* A value that has to be parsed. 0, or -EINVAL with the reason. */
static int take_number(struct job *job, int opt, const char *text, struct tdl_error *err)
{
	uint64_t number = 0;
	int rc = 0;

	switch (opt) {
	case 'm':
		job->memory_given = true;
		return cli_parse_memory(text, &job->plan_options.memory, err);
	case OPT_CPUS:
		rc = cli_parse_number(text, 1, TDL_PLAN_CPUS_MAX, &number, err);
		job->plan_options.cpus = (unsigned int)number;
		job->cpus_given = true;
		return rc;
	case OPT_PREFAULT:
		return parse_prefault(text, &job->options, err);
	case OPT_ATTRIBUTES:
		return cli_parse_number(text, 0, UINT64_MAX, &job->options.attributes, err);
	case OPT_XFAM:
		return cli_parse_number(text, 0, UINT64_MAX - 1, &job->options.xfam, err);
	case OPT_MRCONFIGID:
		return cli_parse_bytes(text, job->options.mrconfigid, 48, err);
	case OPT_MROWNER:
		return cli_parse_bytes(text, job->options.mrowner, 48, err);
	case OPT_MROWNERCONFIG:
		return cli_parse_bytes(text, job->options.mrownerconfig, 48, err);
	case OPT_TSC:
		rc = cli_parse_number(text, 1, UINT32_MAX, &number, err);
		job->options.tsc_khz = (uint32_t)number;
		return rc;
	}
	return tdl_fail(err, -EINVAL, "is not known");
}

static const char *option_name(int id)
{
	for (size_t i = 0; options[i].id; i++)
		if (options[i].id == id)
			return options[i].name;
	return "";
}

/* One option. 0, or -EINVAL when it has been said what is wrong. */
static int take_option(struct job *job, struct cli_args *args, int opt)
{
	struct tdl_error err = { 0 };
	int rc;

	if (cli_tpm_option(args, opt, &job->tpm, &rc))
		return rc == 0 ? 0 : -EINVAL;
	switch (opt) {
	case OPT_FIRMWARE:
		job->firmware = args->value;
		return 0;
	case OPT_VARS:
		job->vars = args->value;
		return 0;
	case OPT_KVM:
		job->kvm = args->value;
		return 0;
	case OPT_ANCHOR:
		return parse_anchor(args, job);
	case OPT_LINUX:
		job->linux_version = args->value;
		return 0;
	case OPT_FLOW:
		job->plan_options.flow = args->value;
		job->flow_given = true;
		return 0;
	case OPT_LOG:
		job->log = args->value;
		return 0;
	case OPT_LOG_DETAIL:
		return parse_detail(args, job);
	case OPT_EMBED:
		job->log_options.embed = true;
		return 0;
	case OPT_REPORT:
		job->report = args->value;
		return 0;
	case OPT_NONCE:
		return parse_nonce(args, job);
	case OPT_EXPECT:
		job->expect = args->value;
		return 0;
	case OPT_TRUST:
		job->manifest_options.trust = args->value;
		return 0;
	case OPT_SIGNER:
		job->manifest_options.signer = args->value;
		return 0;
	case OPT_UNSIGNED:
		job->manifest_options.allow_unsigned = true;
		return 0;
	case OPT_TRACE:
		job->trace = args->value;
		return 0;
	case OPT_REHEARSE:
		job->rehearse = true;
		return 0;
	}
	if (take_number(job, opt, args->value, &err) == 0)
		return 0;
	cli_usage(args, "--%s: %s", option_name(opt), err.text);
	return -EINVAL;
}

/* Options that say something about a TD, or about what it is compared with. */
static bool is_about_a_td(int opt)
{
	return opt == OPT_ANCHOR || (opt >= OPT_LOG && opt <= OPT_TSC) || opt == OPT_PREFAULT;
}

/* What goes with what. False when it has been said what is wrong. */
static bool options_fit(const struct job *job, struct cli_args *args)
{
	if (!job->firmware)
		cli_usage(args, "which firmware? --firmware FILE says so");
	else if (job->rehearse && job->td_option)
		cli_usage(args, "--rehearse makes no TD: --%s has no place there",
			  option_name(job->td_option));
	else if (job->rehearse && args->bare)
		cli_usage(args, "--rehearse measures nothing: there is no MRTD for --bare");
	else if (!job->log && job->log_options.embed)
		cli_usage(args, "--embed is about a log: --log FILE says where");
	else if (job->log && strcmp(job->log, "-") == 0)
		cli_usage(args, "--log takes a file: the log is read back");
	else if (!job->report && !all_zero(job->report_data, sizeof(job->report_data)))
		cli_usage(args, "--nonce is about a TDREPORT: --report FILE says where");
	else if (!job->log && job->anchor)
		cli_usage(args, "--anchor is about a log: --log FILE says where");
	else if (!job->expect && job->manifest_options.trust)
		cli_usage(args, "--trust is about a manifest: --expect MANIFEST says which");
	else
		return true;
	return false;
}

static void show(const struct job *job, const struct cli_args *args)
{
	char text[CLI_BYTES_TEXT];

	if (args->quiet)
		return;
	if (job->rehearse)
		(args->json ? rehearsal_show_json : rehearsal_show_text)(job);
	else if (args->json)
		job_show_json(job);
	else if (args->bare)
		printf("%s\n", cli_bytes(job->mrtd[JOB_COMPUTED], 48, args->base64, text));
	else
		job_show_text(job);
}

/* The machine's KVM is not there, or cannot launch TDs. */
static bool device_will_not_do(const struct job *job, int rc)
{
	if (job->choice.host)
		return rc == -EOPNOTSUPP && !job->choice.embedded;
	return job->plan && strchr(job->kvm, '/') &&
	       (rc == -ENOENT || rc == -ENODEV || rc == -EACCES);
}

static int launch(struct job *job, const struct cli_args *args)
{
	struct tdl_error err = { 0 };
	int rc = job->rehearse ? rehearsal_run(job, &err) : job_run(job, &err);

	if (rc == 0) {
		show(job, args);
		if (job->answer != CLI_YES && (args->bare || args->json))
			cli_say("%s", job->reason);
	} else {
		job->answer = cli_error(&err);
		if (job->rehearse && job->choice.host && rc == -ENODEV)
			job->answer = CLI_NO; /* it was tried, and this kernel cannot */
		else if (device_will_not_do(job, rc))
			cli_say("--kvm embedded launches it on a model of KVM and the TDX module");
	}
	job_end(job);
	return job->answer;
}

int cmd_launch(int argc, char **argv)
{
	struct job job = {
		.kvm = "auto",
		.plan_options = { .memory = TDL_PLAN_MEMORY_DEFAULT, .cpus = 1 },
	};
	struct cli_args args;
	int opt;

	tdl_launch_defaults(&job.options);
	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (take_option(&job, &args, opt) < 0)
			return args.exit;
		else if (is_about_a_td(opt))
			job.td_option = opt;
	if (opt < 0 || !cli_operands(&args, 0, 0) || !options_fit(&job, &args))
		return args.exit;
	job.quiet = args.quiet;
	job.base64 = args.base64;
	job.verbose = args.verbose;
	return launch(&job, &args);
}
