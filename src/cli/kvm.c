/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/kvm.h"

#include <errno.h>
#include <string.h>

#include <tdlaunch/kernel.h>

#include "base/scope.h"
#include "cli/cli.h"

#define DEVICE	    "/dev/kvm"
#define EMBEDDED_AS "embedded:"

/* What the embedded kernel does below its uAPI, indented under the call that caused it. The calls
 * themselves are the recorder's. */
static void trace_line(void *ctx, const char *line)
{
	const struct kvm_choice *choice = ctx;

	if (strncmp(line, "call ", 5) != 0)
		fprintf(choice->trace, "       %s\n", line);
}

/* One word behind "embedded:". False when it is none. */
static bool take_word(const char *word, struct tdl_kernel_options *options)
{
	if (*word >= '0' && *word <= '9')
		options->linux_version = word;
	else if (strcmp(word, "no-tdx") == 0)
		options->no_tdx = true;
	else if (strcmp(word, "no-tdp") == 0)
		options->no_tdp = true;
	else if (strcmp(word, "no-sw-protected") == 0)
		options->no_sw_protected = true;
	else
		return false;
	return true;
}

/* @words: NULL, or what stands behind "embedded:", which is taken apart. */
static int open_embedded(struct kvm_choice *choice, enum kvm_need need, FILE *trace,
			 const char *linux_version, char *words, struct tdl_error *err)
{
	struct tdl_kernel_options options = {
		.linux_version = linux_version,
		.thp = need == KVM_FOR_HUGE_PAGES,
		.trace = trace ? trace_line : NULL,
		.trace_ctx = choice,
	};

	for (char *word = words, *next; word; word = next) {
		next = strchr(word, ',');
		if (next)
			*next++ = '\0';
		if (!take_word(word, &options))
			return tdl_fail(err, -EINVAL,
					"--kvm embedded:... takes a Linux version, no-tdx, no-tdp and "
					"no-sw-protected, not '%s'",
					word);
	}
	choice->embedded = true;
	return tdl_kernel_host(&options, &choice->host, err);
}

static bool offers_prefaults(const struct tdl_probe *probe)
{
	for (size_t i = 0; i < probe->fact_count; i++)
		if (strcmp(probe->facts[i].key, "pre_fault_memory") == 0)
			return probe->facts[i].state == TDL_FACT_PRESENT;
	return false;
}

static bool fills(enum kvm_need need, const struct tdl_probe *probe)
{
	return need == KVM_FOR_TDS ? probe->tdx : offers_prefaults(probe);
}

static const char *const need_names[] = {
	[KVM_FOR_TDS] = "TDX",
	[KVM_FOR_PREFAULTS] = "pre-population",
	[KVM_FOR_HUGE_PAGES] = "pre-population",
};

/* The machine's own KVM if it offers what is needed. Otherwise no host, and why in @why. */
static struct tdl_host *usable_device(enum kvm_need need, struct tdl_error *why)
{
	struct tdl_host *host = NULL;
	struct tdl_probe probe;
	int rc = tdl_host_open_dev(DEVICE, &host, why);

	if (rc == 0)
		rc = tdl_host_probe(host, &probe, why);
	if (rc == 0 && fills(need, &probe))
		return host;
	if (rc == 0)
		tdl_fail(why, -ENODEV, "%s offers no %s", DEVICE, need_names[need]);
	tdl_host_free(host);
	return NULL;
}

static int open_auto(struct kvm_choice *choice, enum kvm_need need, FILE *trace, bool quiet,
		     struct tdl_error *err)
{
	struct tdl_error why = { 0 };

	choice->host = usable_device(need, &why);
	if (choice->host) {
		if (!quiet)
			cli_say("using %s, which offers %s", DEVICE, need_names[need]);
		return 0;
	}
	if (!quiet)
		cli_say("using the embedded kernel: %s", why.text);
	return open_embedded(choice, need, trace, NULL, NULL, err);
}

int kvm_open(const char *word, const char *linux_version, enum kvm_need need, FILE *trace,
	     bool quiet, struct kvm_choice *ret_choice, struct tdl_error *err)
{
	AUTO_FREE char *copy = strdup(word);
	int rc;

	if (!copy)
		return tdl_fail(err, -ENOMEM, "no memory for a word");
	*ret_choice = (struct kvm_choice){ .trace = trace };
	if (strcmp(word, "embedded") == 0 || (linux_version && strcmp(word, "auto") == 0))
		rc = open_embedded(ret_choice, need, trace, linux_version, NULL, err);
	else if (strncmp(word, EMBEDDED_AS, strlen(EMBEDDED_AS)) == 0)
		rc = open_embedded(ret_choice, need, trace, linux_version,
				   copy + strlen(EMBEDDED_AS), err);
	else if (linux_version && strchr(word, '/'))
		rc = tdl_fail(err, -EINVAL, "--linux is about the embedded kernel, not %s", word);
	else if (strcmp(word, "auto") == 0)
		rc = open_auto(ret_choice, need, trace, quiet, err);
	else if (strchr(word, '/'))
		rc = tdl_host_open_dev(word, &ret_choice->host, err);
	else
		rc = tdl_fail(err, -EINVAL,
			      "--kvm takes embedded, auto or the path of a device, not '%s'", word);
	if (rc < 0 || !trace)
		return rc;
	ret_choice->inner = ret_choice->host;
	ret_choice->host = NULL;
	rc = tdl_host_record(ret_choice->inner, trace, &ret_choice->host, err);
	if (rc < 0)
		kvm_close(ret_choice);
	return rc;
}

void kvm_close(struct kvm_choice *choice)
{
	tdl_host_free(choice->host);
	tdl_host_free(choice->inner);
	choice->host = NULL;
	choice->inner = NULL;
}
