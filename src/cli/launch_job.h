/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of "tdlaunch launch": what was asked for (cmd_launch.c), how it is done (launch_job.c),
 * what is said about it (launch_show.c). */
#ifndef CLI_LAUNCH_JOB_H
#define CLI_LAUNCH_JOB_H

#include <stdbool.h>

#include <tdlaunch/image.h>
#include <tdlaunch/launch.h>
#include <tdlaunch/log.h>
#include <tdlaunch/manifest.h>
#include <tdlaunch/mrtd.h>
#include <tdlaunch/plan.h>
#include <tdlaunch/rehearse.h>

#include "cli/anchor.h"
#include "cli/cli.h"
#include "cli/kvm.h"

#define JOB_STEPS_MAX 16

/* Who says what MRTD is. */
enum job_source {
	JOB_COMPUTED, /* from firmware and options, by this tool */
	JOB_REPLAYED, /* from the log that was written */
	JOB_MODULE,   /* from the TDREPORT of the TD */
	JOB_EXPECTED, /* from a manifest */
	JOB_SOURCES,
};

struct job_step {
	char name[40], detail[200];
	double seconds;
};

struct job {
	/* asked for */
	const char *firmware, *vars, *kvm, *linux_version, *log, *trace, *expect, *anchor;
	const char *report; /* file for the TDREPORT */
	uint8_t report_data[64];
	struct tdl_manifest_options manifest_options;
	struct tdl_plan_options plan_options;
	struct tdl_launch_options options;
	struct tdl_log_options log_options;
	struct cli_tpm tpm;
	bool detail_given, flow_given, memory_given, cpus_given;
	bool quiet, base64, rehearse;
	int td_option; /* one that a rehearsal has no use for, or 0 */
	int verbose;

	/* made */
	struct tdl_image *image;
	struct tdl_plan *plan;
	struct tdl_mrtd_run *computation;
	struct kvm_choice choice;
	FILE *trace_file;
	struct tdl_log_writer *writer;
	struct tdl_anchor *anchoring; /* the log, while it is written; or NULL */
	struct tdl_manifest *manifest;
	struct tdl_td *td;
	struct cli_progress progress;
	bool progress_on;

	/* found */
	struct job_step steps[JOB_STEPS_MAX];
	size_t step_count;
	struct tdl_rehearsal rehearsal;
	struct tdl_launch_init init;
	uint8_t mrtd[JOB_SOURCES][48];
	bool have[JOB_SOURCES];
	struct tdl_log_verdict log_verdict;
	uint64_t anchored; /* records */
	const struct tdl_reference *reference;
	enum tdl_match match;
	int answer;	   /* enum cli_exit */
	char reason[600];  /* why */
	char unseen[400];  /* what was not looked at */
};

/* Parts of a run: read what is asked for, open where it happens, watch signals and steps. */
int job_open_inputs(struct job *job, struct tdl_error *err);
int job_open_outputs(struct job *job, struct tdl_error *err);
void job_watch(struct job *job);

/* Do all of it. 0 with an answer, or a negative errno when there is none. */
int job_run(struct job *job, struct tdl_error *err);
/* Tear down and free everything. */
void job_end(struct job *job);

/* launch_judge.c: compare what was found and fill in answer, reason and unseen. */
void job_judge(struct job *job);
const char *job_source_name(enum job_source source);

void job_show_text(const struct job *job);
void job_show_json(const struct job *job);
/* What both a launch and a rehearsal show. */
void job_show_inputs(const struct job *job);
void job_show_steps(const struct job *job);
void job_show_regions(const struct job *job);
void job_inputs_json(const struct job *job, struct json_object *o);
void job_steps_json(const struct job *job, struct json_object *o);
const char *job_answer_word(int answer);

/* launch_rehearse.c: the same for its memory half alone. */
int rehearsal_run(struct job *job, struct tdl_error *err);
void rehearsal_show_text(const struct job *job);
void rehearsal_show_json(const struct job *job);

#endif
