/* SPDX-License-Identifier: BSD-2-Clause */
/* The TDX module of a machine, switched on. */
#include <errno.h>
#include <stdlib.h>

#include "base/attr.h"
#include "kernel/tdx/internal.h"

#define GIB_PAGES ((uint64_t)1 << 18)
#define MAXPA	  52u

static void relay(void *ctx, const struct seam_event *event)
{
	struct machine *machine = ctx;

	if (event->guest || !trace_is_on(&machine->trace))
		return;
	trace_emit(&machine->trace, &(struct kernel_event){ .kind = KERNEL_EVENT_SEAMCALL,
							    .name = event->name ? event->name : "?",
							    .fd = -1,
							    .request = event->in.rax,
							    .status = event->out.rax,
							    .gpa = event->in.rcx });
}

/* Bits of a physical address that tell key ids apart. */
static unsigned hkid_bits(unsigned count)
{
	unsigned bits = 0;

	while (1u << bits < count)
		bits++;
	return bits;
}

static int start_module(struct tdx_host *host)
{
	struct machine *machine = host->machine;
	uint64_t start = machine->pages.next / GIB_PAGES * GIB_PAGES;
	uint64_t end = (machine->pages.end + GIB_PAGES - 1) / GIB_PAGES * GIB_PAGES;
	struct seam_config config = {
		.memory = { { .base = start << 12, .size = (end - start) << 12 } },
		.maxpa = MAXPA,
		.first_hkid = host->first_hkid - 1,
		.hkids = host->hkids + 1,
		.lps = host->lps,
		.packages = host->packages,
		.seed = machine->config.seed,
		.trace = machine->trace.emit ? relay : NULL,
		.trace_ctx = machine,
	};

	return seam_new(&config, &host->seam);
}

int tdx_host_new(struct machine *machine, struct tdx_host **ret_host)
{
	struct tdx_host *host = calloc(1, sizeof(*host));
	int rc = -ENOMEM;

	if (!host)
		return -ENOMEM;
	host->machine = machine;
	host->hkids = machine->config.hkids;
	host->first_hkid = host->hkids + 2; /* as many MKTME key ids, and key id 0 */
	host->hkid_shift = MAXPA - hkid_bits(host->first_hkid + host->hkids);
	host->lps = machine->config.cpus;
	host->packages = 1;
	host->hkid_used = calloc(host->hkids, sizeof(*host->hkid_used));
	pthread_mutex_init(&host->lock, NULL);
	if (!host->hkid_used)
		goto out_free;
	rc = start_module(host);
	if (rc < 0)
		goto out_free;
	rc = host_read_sysinfo(host);
	if (rc < 0)
		goto out_free;
	*ret_host = host;
	return 0;

out_free:
	tdx_host_free(host);
	return rc;
}

void tdx_host_free(struct tdx_host *host)
{
	if (!host)
		return;
	seam_free(host->seam);
	pthread_mutex_destroy(&host->lock);
	free(host->hkid_used);
	free(host);
}

struct seam *tdx_host_seam(struct tdx_host *host)
{
	return host->seam;
}
