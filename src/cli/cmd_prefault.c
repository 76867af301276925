/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch prefault: what pre-population costs and saves on a host. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/prefault.h"

enum {
	OPT_KVM = CLI_LONG,
	OPT_SIZE,
	OPT_PRIVATE,
	OPT_HUGEPAGES,
	OPT_THREADS,
	OPT_REPEAT,
	OPT_LINUX,
};

#define SIZE_DEFAULT   (UINT64_C(1) << 30)
#define REPEAT_DEFAULT 3
#define BUSY_RETRIES   10000

static const struct cli_option options[] = {
	{ OPT_KVM, "kvm", "WHICH", KVM_OPTION_HELP "; auto by default" },
	{ OPT_SIZE, "size", "SIZE", "memory of the VM, 1G by default; a bare number is MiB" },
	{ OPT_PRIVATE, "private", NULL, "guest_memfd, declared private; else ordinary memory" },
	{ OPT_HUGEPAGES, "hugepages", NULL, "ordinary memory in pages of 2 MiB (hugetlb)" },
	{ OPT_THREADS, "threads", "N", "up to N vCPUs, one thread each; as many as there are CPUs" },
	{ OPT_REPEAT, "repeat", "N", "measure everything N times, 3 by default" },
	{ OPT_LINUX, "linux", "VERSION", LINUX_OPTION_HELP },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "prefault",
	.operands = "",
	.summary =
		"Measure KVM_PRE_FAULT_MEMORY on this host: pages a second from 1 to N threads, at\n"
		"which levels KVM maps and how far one step goes; and, where the host runs guests,\n"
		"what it saves a guest that touches the memory for the first time.\n"
		"\n"
		"Exits with 0 when it was measured, 1 when this KVM cannot do it, 3 when that\n"
		"could not be found out.",
	.options = options,
	.common = CLI_JSON,
	.example = "tdlaunch prefault --kvm embedded --size 256M --private --threads 2\n",
};

static int take_option(struct measuring *m, struct cli_args *args, int opt)
{
	struct tdl_error err = { 0 };
	uint64_t number = 0;
	int rc = 0;

	switch (opt) {
	case OPT_KVM:
		m->kvm = args->value;
		break;
	case OPT_LINUX:
		m->linux_version = args->value;
		break;
	case OPT_SIZE:
		rc = cli_parse_memory(args->value, &m->trial.size, &err);
		break;
	case OPT_PRIVATE:
		m->trial.is_private = true;
		break;
	case OPT_HUGEPAGES:
		m->hugepages = true;
		break;
	case OPT_THREADS:
		rc = cli_parse_number(args->value, 1, MEASURING_THREADS_MAX, &number, &err);
		m->threads = (unsigned int)number;
		break;
	case OPT_REPEAT:
		rc = cli_parse_number(args->value, 1, MEASURING_REPEAT_MAX, &number, &err);
		m->repeat = (unsigned int)number;
		break;
	}
	if (rc == 0)
		return 0;
	cli_usage(args, "--%s: %s", options[opt - OPT_KVM].name, err.text);
	return -EINVAL;
}

static unsigned int online_cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > MEASURING_THREADS_MAX ? MEASURING_THREADS_MAX : (unsigned int)n;
}

static int measure(struct measuring *m, const struct cli_args *args)
{
	struct tdl_error err = { 0 };
	int rc = measuring_run(m, &err);
	int answer = CLI_YES;

	if (rc == 0 && args->json)
		measuring_show_json(m);
	else if (rc == 0 && !args->quiet)
		measuring_show_text(m);
	else if (rc < 0)
		answer = cli_error(&err);
	if (rc == -ENODEV && m->choice.host)
		answer = CLI_NO; /* it is there, and it cannot */
	measuring_end(m);
	return answer;
}

int cmd_prefault(int argc, char **argv)
{
	struct measuring m = {
		.kvm = "auto",
		.threads = online_cpus(),
		.repeat = REPEAT_DEFAULT,
		.trial = { .size = SIZE_DEFAULT, .busy_retries = BUSY_RETRIES, .touch = true },
	};
	struct cli_args args;
	int opt;

	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (take_option(&m, &args, opt) < 0)
			return args.exit;
	if (opt < 0 || !cli_operands(&args, 0, 0))
		return args.exit;
	if (m.hugepages && m.trial.is_private)
		return cli_usage(&args, "--hugepages is about ordinary memory: guest_memfd has 4 KiB "
					"pages alone in every Linux so far");
	m.quiet = args.quiet;
	return measure(&m, &args);
}
