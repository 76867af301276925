/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch host: what a KVM offers, since when, and what it means. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include <tdlaunch/host.h>

#include "cli/commands.h"
#include "cli/kvm.h"

enum { OPT_KVM = CLI_LONG, OPT_LINUX };

static const struct cli_option options[] = {
	{ OPT_KVM, "kvm", "WHICH", KVM_OPTION_HELP " (default)" },
	{ OPT_LINUX, "linux", "VERSION", LINUX_OPTION_HELP },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "host",
	.operands = "",
	.summary = "Say what this machine's KVM offers to somebody who wants to launch TDs.\n"
		   "\n"
		   "Exits with 0 when a TD can be launched, 1 when it cannot, 3 when that could\n"
		   "not be found out.",
	.options = options,
	.common = CLI_JSON,
	.example = "tdlaunch host --kvm embedded\n",
};

static const char *state_name(enum tdl_fact_state state)
{
	static const char *const names[] = {
		[TDL_FACT_ABSENT] = "no",
		[TDL_FACT_PRESENT] = "yes",
		[TDL_FACT_UNKNOWN] = "unknown",
	};

	return names[state];
}

static void print_table(const struct tdl_host *host, const struct tdl_probe *probe)
{
	static const char *const headings[] = { "fact",	 "offered", ">value", "since",
						"TD",	 "meaning", NULL };
	AUTO_TABLE struct cli_table *table = cli_table_new(headings);
	struct utsname machine;

	printf("KVM on %s, API version %d", tdl_host_name(host), probe->api_version);
	if (tdl_host_name(host)[0] == '/' && uname(&machine) == 0)
		printf(", Linux %s", machine.release);
	printf("\n\n");
	for (size_t i = 0; i < probe->fact_count; i++) {
		const struct tdl_fact *fact = &probe->facts[i];

		cli_table_cell(table, "%s", fact->key);
		cli_table_cell(table, "%s", state_name(fact->state));
		cli_table_cell(table, "0x%llx", (unsigned long long)fact->value);
		cli_table_cell(table, "%s", fact->since);
		cli_table_cell(table, "%s", fact->needed ? "needs it" : "");
		cli_table_cell(table, "%s", fact->meaning);
	}
	cli_table_print(table, stdout);
	printf("\n%s%s%s\n", cli_style(stdout, probe->tdx ? CLI_GOOD : CLI_BAD),
	       probe->tdx ? "TDs can be launched here"
			  : "No TDs can be launched here; --kvm embedded works anywhere",
	       cli_style(stdout, CLI_PLAIN));
}

static void print_json(const struct tdl_host *host, const struct tdl_probe *probe)
{
	struct json_object *o = json_object_new_object();
	struct json_object *facts = json_object_new_array();

	cli_json_string(o, "kvm", tdl_host_name(host));
	cli_json_number(o, "api_version", (uint64_t)probe->api_version);
	cli_json_bool(o, "tdx", probe->tdx);
	cli_json_hex(o, "vm_types", probe->vm_types);
	cli_json_hex(o, "attributes", probe->attributes);
	cli_json_hex(o, "xfam", probe->xfam);
	cli_json_number(o, "cpuid_leaves", probe->cpuid_leaves);
	cli_json_number(o, "vcpus_max", probe->vcpus_max);
	for (size_t i = 0; i < probe->fact_count; i++) {
		const struct tdl_fact *fact = &probe->facts[i];
		struct json_object *row = json_object_new_object();

		cli_json_string(row, "key", fact->key);
		cli_json_string(row, "name", fact->name);
		cli_json_string(row, "offered", state_name(fact->state));
		cli_json_hex(row, "value", fact->value);
		cli_json_string(row, "since", fact->since);
		cli_json_bool(row, "needed", fact->needed);
		cli_json_string(row, "meaning", fact->meaning);
		json_object_array_add(facts, row);
	}
	json_object_object_add(o, "facts", facts);
	cli_json_print(o);
}

static int show_host(const char *kvm, const char *linux_version, const struct cli_args *args)
{
	struct tdl_error err = { 0 };
	struct kvm_choice choice;
	struct tdl_probe probe;
	int rc = kvm_open(kvm, linux_version, KVM_FOR_TDS, NULL, args->quiet, &choice, &err);
	bool opened = rc == 0;

	if (opened) {
		rc = tdl_host_probe(choice.host, &probe, &err);
		if (rc == 0 && args->json)
			print_json(choice.host, &probe);
		else if (rc == 0 && !args->quiet)
			print_table(choice.host, &probe);
		kvm_close(&choice);
	}
	if (rc == 0)
		return probe.tdx ? CLI_YES : CLI_NO;
	cli_error(&err);
	/* a machine without KVM is an answer, one that may not be asked is none */
	if (rc == -ENOENT || rc == -ENODEV || rc == -ENXIO)
		return CLI_NO;
	/* once it is open, EINVAL is the host's word */
	return rc == -EINVAL && !opened ? CLI_USAGE : CLI_UNKNOWN;
}

int cmd_host(int argc, char **argv)
{
	const char *kvm = NULL, *linux_version = NULL;
	struct cli_args args;
	int opt;

	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (opt == OPT_KVM)
			kvm = args.value;
		else if (opt == OPT_LINUX)
			linux_version = args.value;
	if (!kvm)
		kvm = linux_version ? "embedded" : "/dev/kvm";
	if (opt < 0 || !cli_operands(&args, 0, 0))
		return args.exit;
	return show_host(kvm, linux_version, &args);
}
