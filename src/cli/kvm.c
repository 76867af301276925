/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/kvm.h"

#include <errno.h>
#include <string.h>

#include <tdlaunch/kernel.h>

#include "cli/cli.h"

#define DEVICE "/dev/kvm"

/* What the embedded kernel does below its uAPI, indented under the call that caused it. The calls
 * themselves are the recorder's. */
static void trace_line(void *ctx, const char *line)
{
	const struct kvm_choice *choice = ctx;

	if (strncmp(line, "call ", 5) != 0)
		fprintf(choice->trace, "       %s\n", line);
}

static int open_embedded(struct kvm_choice *choice, FILE *trace, struct tdl_error *err)
{
	struct tdl_kernel_options options = {
		.trace = trace ? trace_line : NULL,
		.trace_ctx = choice,
	};

	choice->embedded = true;
	return tdl_kernel_host(&options, &choice->host, err);
}

/* The machine's own KVM if it can launch a TD. Otherwise no host, and why in @why. */
static struct tdl_host *usable_device(struct tdl_error *why)
{
	struct tdl_host *host = NULL;
	struct tdl_probe probe;
	int rc = tdl_host_open_dev(DEVICE, &host, why);

	if (rc == 0)
		rc = tdl_host_probe(host, &probe, why);
	if (rc == 0 && probe.tdx)
		return host;
	if (rc == 0)
		tdl_fail(why, -ENODEV, "%s offers no TDX", DEVICE);
	tdl_host_free(host);
	return NULL;
}

static int open_auto(struct kvm_choice *choice, FILE *trace, bool quiet, struct tdl_error *err)
{
	struct tdl_error why = { 0 };

	choice->host = usable_device(&why);
	if (choice->host) {
		if (!quiet)
			cli_say("using %s, which offers TDX", DEVICE);
		return 0;
	}
	if (!quiet)
		cli_say("using the embedded kernel: %s", why.text);
	return open_embedded(choice, trace, err);
}

int kvm_open(const char *word, FILE *trace, bool quiet, struct kvm_choice *ret_choice,
	     struct tdl_error *err)
{
	int rc;

	*ret_choice = (struct kvm_choice){ .trace = trace };
	if (strcmp(word, "embedded") == 0)
		rc = open_embedded(ret_choice, trace, err);
	else if (strcmp(word, "auto") == 0)
		rc = open_auto(ret_choice, trace, quiet, err);
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
