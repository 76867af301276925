/* SPDX-License-Identifier: BSD-2-Clause */
/* The RAM that the plan left empty, mapped ahead: in a TD the pages are added without being measured
 * and wait for the guest to accept them. */
#include "base/scope.h"
#include "launch/holes.h"
#include "launch/td.h"

int td_fill(struct tdl_td *td, uint64_t start, uint64_t size,
	    struct tdl_prefault_result *ret_result, struct tdl_error *err)
{
	const struct tdl_launch_observer *observer = td->opt->observer;
	AUTO_FREE struct tdl_prefault_range *holes = NULL;
	struct tdl_prefault_result nothing = { 0 };
	struct tdl_prefault_job job = {
		.host = td->host,
		.vcpu_fds = td->vcpu_fds,
		.vcpu_count = td->vcpu_count,
		.busy_retries = td->opt->busy_retries,
		.cancel = td->opt->cancel,
		.progress = observer ? observer->progress : NULL,
		.progress_ctx = td->opt->observer_ctx,
	};
	int rc = holes_of(td->plan, start, size, &holes, &job.range_count);

	if (rc < 0)
		return tdl_fail(err, rc, "no memory for the list of empty RAM");
	if (!job.range_count) {
		td_detail(td, "no empty RAM there");
		*ret_result = nothing;
		return 0;
	}
	job.ranges = holes;
	rc = tdl_prefault_run(&job, ret_result, err);
	if (rc < 0)
		return rc;
	td->result.calls_resumed += ret_result->resumed;
	td_detail(td, "%llu MiB by %u threads in %llu calls",
		  (unsigned long long)(ret_result->bytes >> 20), ret_result->threads,
		  (unsigned long long)ret_result->calls);
	return 0;
}

int stage_prefault(struct tdl_td *td, struct tdl_error *err)
{
	bool range = td->opt->prefault == TDL_PREFAULT_RANGE;
	struct tdl_prefault_result done = { 0 };
	int rc = td_fill(td, range ? td->opt->prefault_start : 0,
			 range ? td->opt->prefault_size : UINT64_MAX, &done, err);

	if (rc < 0)
		return rc;
	td->result.prefaulted = done.bytes;
	td->result.prefault_steps = done.calls;
	td->result.prefault_threads = done.threads;
	td->result.prefault_seconds = done.seconds;
	return 0;
}
