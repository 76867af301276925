/* SPDX-License-Identifier: BSD-2-Clause */
/* The launch, top to bottom. Start reading here. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/attr.h"
#include "base/range.h"
#include "launch/call.h"
#include "launch/clock.h"

#define BUSY_RETRIES 10000 /* as QEMU */

static const struct stage launch_stages[] = {
	{ "check host", stage_machine },
	{ "create VM", stage_create_vm },
	{ "enable capabilities", stage_enable },
	{ "read TDX capabilities", stage_capabilities },
	{ "initialise TD", stage_init_vm },
	{ "create vCPUs", stage_vcpus },
	{ "create memory", stage_memory },
	{ "initialise vCPUs", stage_init_vcpus },
	{ "add pages", stage_populate },
	{ "finalize TD", stage_finalize },
	{ "pre-fault memory", stage_prefault },
	{ 0 },
};

void tdl_launch_defaults(struct tdl_launch_options *ret_options)
{
	*ret_options = (struct tdl_launch_options){
		.attributes = TDL_ATTRIBUTE_SEPT_VE_DISABLE,
		.xfam = TDL_XFAM_OFFERED,
		.busy_retries = BUSY_RETRIES,
	};
}

void td_detail(struct tdl_td *td, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(td->detail, sizeof(td->detail), fmt, args);
	va_end(args);
}

/* KVM adds and extends page by page and cannot do otherwise. */
int td_check_plan(const struct tdl_plan *plan, struct tdl_error *err)
{
	for (size_t i = 0; i < tdl_plan_region_count(plan); i++) {
		const struct tdl_region *region = tdl_plan_region(plan, i);

		if (region->pattern != TDL_PATTERN_ADD && region->pattern != TDL_PATTERN_ADD_EXTEND)
			return tdl_fail(err, -EOPNOTSUPP,
					"flow %s extends pages of region %zu (%s) after adding all of "
					"them; upstream KVM extends each page as it is added, so this "
					"flow can be measured but not launched",
					tdl_plan_flow(plan), i, region->name);
	}
	if (!tdl_plan_cpus(plan))
		return tdl_fail(err, -EINVAL, "a TD needs at least one vCPU");
	return tdl_plan_launchable(plan, err);
}

static int check_prefault(const struct tdl_launch_options *opt, struct tdl_error *err)
{
	if (opt->prefault != TDL_PREFAULT_RANGE)
		return 0;
	if (!opt->prefault_size || !is_aligned(opt->prefault_start, PAGE_SIZE_4K) ||
	    !is_aligned(opt->prefault_size, PAGE_SIZE_4K) ||
	    !range_fits(opt->prefault_start, opt->prefault_size))
		return tdl_fail(err, -EINVAL,
				"the range to pre-fault, 0x%llx bytes at 0x%llx, is not whole pages",
				(unsigned long long)opt->prefault_size,
				(unsigned long long)opt->prefault_start);
	return 0;
}

static int run_stage(struct tdl_td *td, const struct stage *stage, struct tdl_error *err)
{
	const struct tdl_launch_observer *observer = td->opt->observer;
	double start = clock_seconds();
	int rc = call_cancelled(td, err);

	td->detail[0] = '\0';
	if (rc == 0)
		rc = stage->run(td, err);
	if (rc < 0)
		return tdl_while(err, rc, "%s", stage->name);
	if (observer && observer->step) {
		struct tdl_launch_step step = {
			.name = stage->name,
			.detail = td->detail,
			.seconds = clock_seconds() - start,
		};

		observer->step(td->opt->observer_ctx, &step);
	}
	return 0;
}

int td_run_stages(struct tdl_td *td, const struct stage *stages, struct tdl_error *err)
{
	for (const struct stage *stage = stages; stage->name; stage++) {
		int rc;

		if (stage->run == stage_prefault && td->opt->prefault == TDL_PREFAULT_NONE)
			continue;
		rc = run_stage(td, stage, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

struct tdl_td *td_new(struct tdl_host *host, const struct tdl_plan *plan,
		      const struct tdl_launch_options *opt)
{
	struct tdl_td *td = calloc(1, sizeof(*td));

	if (!td)
		return NULL;
	td->host = host;
	td->plan = plan;
	td->opt = opt;
	td->sys_fd = -1;
	td->vm_fd = -1;
	td->is_private = true;
	return td;
}

int tdl_launch_run(struct tdl_host *host, const struct tdl_plan *plan,
		   const struct tdl_launch_options *options, struct tdl_td **ret_td,
		   struct tdl_error *err)
{
	struct tdl_launch_options defaults;
	struct tdl_td *td;
	int rc;

	tdl_launch_defaults(&defaults);
	if (!options)
		options = &defaults;
	if ((rc = td_check_plan(plan, err)) < 0 || (rc = check_prefault(options, err)) < 0)
		return rc;
	td = td_new(host, plan, options);
	if (!td)
		return tdl_fail(err, -ENOMEM, "no memory for a launch");
	rc = td_run_stages(td, launch_stages, err);
	td->plan = NULL;
	td->opt = NULL;
	if (rc < 0) {
		tdl_td_free(td);
		return rc;
	}
	*ret_td = td;
	return 0;
}

const struct tdl_launch_result *tdl_td_result(const struct tdl_td *td)
{
	return &td->result;
}

static void close_fd(struct tdl_td *td, int fd)
{
	if (fd >= 0)
		host_close(td->host, fd);
}

void tdl_td_free(struct tdl_td *td)
{
	if (!td)
		return;
	for (unsigned int i = 0; i < td->vcpu_count; i++)
		close_fd(td, td->vcpu_fds[i]);
	for (size_t i = 0; i < td->slot_count; i++)
		close_fd(td, td->slots[i].gmem_fd);
	close_fd(td, td->vm_fd);
	close_fd(td, td->sys_fd);
	for (size_t i = 0; i < td->slot_count; i++)
		if (td->slots[i].shared)
			munmap(td->slots[i].shared, td->slots[i].size);
	free(td->slots);
	free(td->vcpu_fds);
	free(td->cpuid);
	free(td->caps);
	free(td);
}
