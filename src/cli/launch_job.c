/* SPDX-License-Identifier: BSD-2-Clause */
/* How a launch is done: MRTD is computed in a thread of its own while the TD is built, the log's
 * writer has another, and the log is read back and replayed once it is closed. */
#include "cli/launch_job.h"

#include <errno.h>
#include <string.h>

#include <tdlaunch/report.h>

#include "base/file.h"
#include "base/scope.h"
#include "cli/stop.h"

/* MRTD from the plan alone, beside the launch. The log's hash states are that computation's. */
static int start_computation(struct job *job, struct tdl_error *err)
{
	return tdl_mrtd_start(job->plan, job->log ? TDL_LOG_REGION_PAGES : 0, &job->computation,
			      err);
}

static int finish_computation(struct job *job, struct tdl_error *err)
{
	struct tdl_mrtd *mrtd = NULL;
	int rc = tdl_mrtd_finish(steal(job->computation), &mrtd, err);

	if (mrtd) {
		memcpy(job->mrtd[JOB_COMPUTED], tdl_mrtd_value(mrtd), sizeof(job->mrtd[0]));
		job->have[JOB_COMPUTED] = true;
	}
	tdl_mrtd_free(mrtd);
	return rc;
}

/* Only now a log begins: a launch that is refused before it leaves the file that was there. */
static int on_init(void *ctx, const struct tdl_launch_init *init, struct tdl_error *err)
{
	struct job *job = ctx;
	uint8_t before[48];
	struct tdl_log_td td = {
		.attributes = init->attributes,
		.xfam = init->xfam,
		.config_digest = init->config_digest,
		.flow = tdl_plan_flow(job->plan),
		.host = job->choice.embedded ? "embedded" : tdl_host_name(job->choice.host),
		.memory = tdl_plan_memory(job->plan),
		.cpus = tdl_plan_cpus(job->plan),
	};

	int rc;

	job->init = *init;
	if (!job->log)
		return 0;
	rc = tdl_log_create(job->log, &job->log_options, &job->writer, err);
	if (rc < 0)
		return rc;
	if (job->anchoring && tdl_anchor_value(job->anchoring, before))
		td.anchor_value = before;
	memcpy(td.mrconfigid, init->mrconfigid, sizeof(td.mrconfigid));
	memcpy(td.mrowner, init->mrowner, sizeof(td.mrowner));
	memcpy(td.mrownerconfig, init->mrownerconfig, sizeof(td.mrownerconfig));
	return tdl_log_init(job->writer, &td, err);
}

static int on_region(void *ctx, size_t index, const struct tdl_region *region,
		     struct tdl_error *err)
{
	struct job *job = ctx;

	(void)region;
	return job->writer ? tdl_log_plan_region(job->writer, job->plan, index, err) : 0;
}

static int on_page(void *ctx, const struct tdl_launch_page *page, struct tdl_error *err)
{
	struct job *job = ctx;
	int rc;

	if (!job->writer)
		return 0;
	rc = tdl_log_add(job->writer, page->gpa, page->bytes, err);
	if (rc == 0 && page->extended)
		rc = tdl_log_extend(job->writer, page->gpa, page->bytes, err);
	return rc;
}

static int on_finalize(void *ctx, const uint8_t *mrtd, struct tdl_error *err)
{
	struct job *job = ctx;

	if (mrtd) {
		memcpy(job->mrtd[JOB_MODULE], mrtd, sizeof(job->mrtd[0]));
		job->have[JOB_MODULE] = true;
	}
	return job->writer ? tdl_log_finalize(job->writer, mrtd, NULL, err) : 0;
}

static void on_step(void *ctx, const struct tdl_launch_step *step)
{
	struct job *job = ctx;
	struct job_step *row = &job->steps[job->step_count];

	cli_progress_end(&job->progress);
	if (job->step_count == JOB_STEPS_MAX)
		return;
	snprintf(row->name, sizeof(row->name), "%s", step->name);
	snprintf(row->detail, sizeof(row->detail), "%s", step->detail);
	row->seconds = step->seconds;
	job->step_count++;
}

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct job *job = ctx;

	if (!job->progress_on)
		cli_progress_start(&job->progress, "pre-fault", total, job->quiet);
	job->progress_on = true;
	cli_progress_step(&job->progress, done);
}

static const struct tdl_launch_observer observer = {
	.init = on_init,
	.region_begin = on_region,
	.page = on_page,
	.finalize = on_finalize,
	.step = on_step,
	.progress = on_progress,
};

int job_open_inputs(struct job *job, struct tdl_error *err)
{
	const struct tdl_image_options image_options = { .vars_path = job->vars };
	int rc = tdl_image_open(job->firmware, &image_options, &job->image, err);

	if (rc == 0)
		rc = tdl_plan_build(job->image, &job->plan_options, &job->plan, err);
	if (rc == 0 && job->expect)
		rc = tdl_manifest_open(job->expect, &job->manifest_options, &job->manifest, err);
	return rc;
}

/* A record goes into the register once it is in the log. A TPM that fails ends the launch; the log
 * and its journal then say how far both came. */
static int open_anchor(struct job *job, struct tdl_error *err)
{
	AUTO_FREE char *journal = cli_journal_path(job->log);
	struct tdl_anchor_options opt = {
		.kind = job->log_options.anchor,
		.index = job->log_options.anchor_index,
		.journal = journal,
		.again = true,
	};
	int rc;

	if (!journal)
		return tdl_fail(err, -ENOMEM, "no memory for a name");
	cli_tpm_environment(&job->tpm);
	opt.tpm = job->tpm.tpm;
	rc = tdl_anchor_open(&opt, &job->anchoring, err);
	if (rc < 0)
		return tdl_while(err, rc, "anchor %s", job->anchor);
	job->log_options.record = tdl_anchor_record;
	job->log_options.record_ctx = job->anchoring;
	if (!job->detail_given)
		job->log_options.detail = TDL_LOG_DETAIL_REGION;
	return 0;
}

/* The writer is done with it. */
static int close_anchor(struct job *job, struct tdl_error *err)
{
	struct tdl_anchor *anchor = job->anchoring;

	job->anchoring = NULL;
	if (!anchor)
		return 0;
	job->anchored = tdl_anchor_progress(anchor);
	return tdl_anchor_close(anchor, err);
}

int job_open_outputs(struct job *job, struct tdl_error *err)
{
	int rc = 0;

	if (job->trace) {
		job->trace_file = fopen(job->trace, "we");
		if (!job->trace_file)
			return tdl_fail(err, -errno, "cannot write %s: %s", job->trace,
					strerror(errno));
	}
	rc = kvm_open(job->kvm, job->linux_version, job->rehearse ? KVM_FOR_PREFAULTS : KVM_FOR_TDS,
		      job->trace_file, job->quiet, &job->choice, err);
	if (rc < 0 || !job->log)
		return rc;
	job->log_options.image = job->image;
	rc = job->anchor ? open_anchor(job, err) : 0;
	if (rc < 0)
		return rc;
	job->log_options.computation = job->computation;
	return 0;
}

/* Close the log, whatever became of the launch: what is on disk is a valid prefix. The launch's
 * own error comes first. */
static int close_log(struct job *job, int rc, struct tdl_error *err)
{
	struct tdl_error error = { 0 };
	int closed = tdl_log_close(job->writer, &error);
	int anchored = close_anchor(job, closed < 0 ? NULL : &error);

	job->writer = NULL;
	if (closed == 0)
		closed = anchored;
	if (rc < 0 || closed == 0)
		return rc;
	if (err)
		*err = error;
	return tdl_while(err, closed, "log %s", job->log);
}

static int replay_log(struct job *job, struct tdl_error *err)
{
	const struct tdl_log_evidence evidence = {
		.image = job->image,
		.mrtd = job->mrtd[JOB_COMPUTED],
		.mrtd_from = "the launch plan",
	};
	struct tdl_log *log = NULL;
	int rc = tdl_log_open(job->log, &log, err);

	if (rc == 0)
		rc = tdl_log_verify(log, &evidence, &job->log_verdict, err);
	tdl_log_free(log);
	if (rc < 0)
		return tdl_while(err, rc, "replay of %s", job->log);
	memcpy(job->mrtd[JOB_REPLAYED], job->log_verdict.mrtd, sizeof(job->mrtd[0]));
	job->have[JOB_REPLAYED] = job->log_verdict.rebuilt;
	return 0;
}

static int close_trace(struct job *job, struct tdl_error *err)
{
	FILE *file = job->trace_file;

	job->trace_file = NULL;
	if (!file)
		return 0;
	if (ferror(file) | fclose(file))
		return tdl_fail(err, -EIO, "the trace %s could not be written whole", job->trace);
	return 0;
}

static int compare_with_manifest(struct job *job, struct tdl_error *err)
{
	uint8_t firmware[48];
	int rc;

	if (!job->manifest)
		return 0;
	rc = tdl_image_digest(job->image, firmware, err);
	if (rc < 0)
		return rc;
	job->match = tdl_manifest_compare(job->manifest, firmware, tdl_plan_flow(job->plan),
					  job->mrtd[JOB_COMPUTED], &job->reference);
	if (job->reference) {
		memcpy(job->mrtd[JOB_EXPECTED], job->reference->mrtd, sizeof(job->mrtd[0]));
		job->have[JOB_EXPECTED] = true;
	}
	return 0;
}

/* The TDREPORT, as the guest would get it. */
static int write_report(struct job *job, struct tdl_error *err)
{
	uint8_t report[TDL_REPORT_SIZE];
	int rc = tdl_td_report(job->td, job->report_data, report, err);

	if (rc == 0)
		rc = file_write(job->report, report, sizeof(report), err);
	return rc < 0 ? tdl_while(err, rc, "report %s", job->report) : 0;
}

void job_watch(struct job *job)
{
	job->options.cancel = stop_on_signals();
	job->options.observer = &observer;
	job->options.observer_ctx = job;
}

int job_run(struct job *job, struct tdl_error *err)
{
	int rc, computed;

	job_watch(job);
	if ((rc = job_open_inputs(job, err)) < 0 || (rc = start_computation(job, err)) < 0 ||
	    (rc = job_open_outputs(job, err)) < 0)
		return rc;
	rc = tdl_launch_run(job->choice.host, job->plan, &job->options, &job->td, err);
	cli_progress_end(&job->progress);
	if (rc == 0 && job->report)
		rc = write_report(job, err);
	rc = close_log(job, rc, err);
	computed = finish_computation(job, rc < 0 ? NULL : err);
	if (rc < 0 || computed < 0)
		return rc < 0 ? rc : computed;
	if ((job->log && (rc = replay_log(job, err)) < 0) ||
	    (rc = compare_with_manifest(job, err)) < 0)
		return rc;
	job_judge(job);
	return 0;
}

void job_end(struct job *job)
{
	struct tdl_error err = { 0 };

	tdl_log_close(job->writer, NULL);
	close_anchor(job, NULL);
	cli_tpm_end(&job->tpm);
	tdl_mrtd_finish(job->computation, NULL, NULL);
	tdl_td_free(job->td);
	kvm_close(&job->choice);
	if (close_trace(job, &err) < 0)
		job->answer = cli_error(&err);
	tdl_manifest_free(job->manifest);
	tdl_plan_free(job->plan);
	tdl_image_free(job->image);
}
