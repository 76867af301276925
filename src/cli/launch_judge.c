/* SPDX-License-Identifier: BSD-2-Clause */
/* What is to be thought of a launch: whoever can tell MRTD must say the same. */
#include <stdarg.h>
#include <string.h>

#include "cli/launch_job.h"

const char *job_source_name(enum job_source source)
{
	static const char *const names[] = {
		[JOB_COMPUTED] = "computed from firmware and flow",
		[JOB_REPLAYED] = "replayed from the log",
		[JOB_MODULE] = "TDX module, from the TDREPORT",
		[JOB_EXPECTED] = "expected by the manifest",
	};

	return names[source];
}

static void add(char *text, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Append a sentence. */
static void add(char *text, size_t size, const char *fmt, ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used && used + 2 < size) {
		strcpy(text + used, "; ");
		used += 2;
	}
	va_start(args, fmt);
	vsnprintf(text + used, size - used, fmt, args);
	va_end(args);
}

static void list_unseen(struct job *job)
{
	char *text = job->unseen;
	size_t size = sizeof(job->unseen);

	if (!job->have[JOB_MODULE])
		add(text, size, "MRTD as the TDX module has it: on real hardware only the guest can "
				"read it");
	if (!job->log)
		add(text, size, "a log: none was asked for (--log)");
	if (!job->manifest)
		add(text, size, "whether this firmware is one to trust: no expected value was given "
				"(--expect)");
	else if (!tdl_manifest_signer(job->manifest))
		add(text, size, "who made the manifest: it is taken unsigned");
	if (job->choice.embedded)
		add(text, size, "real hardware: the embedded kernel models the TDX module");
}

/* The first two sources that differ, or false. */
static bool find_disagreement(const struct job *job, enum job_source *ret_a,
			      enum job_source *ret_b)
{
	for (int a = 0; a < JOB_SOURCES; a++)
		for (int b = a + 1; b < JOB_SOURCES; b++)
			if (job->have[a] && job->have[b] &&
			    memcmp(job->mrtd[a], job->mrtd[b], sizeof(job->mrtd[a]))) {
				*ret_a = (enum job_source)a;
				*ret_b = (enum job_source)b;
				return true;
			}
	return false;
}

static const struct tdl_log_check *failed_check(const struct job *job)
{
	for (size_t i = 0; i < TDL_LOG_CHECKS; i++)
		if (job->log_verdict.checks[i].status == TDL_LOG_FAILED)
			return &job->log_verdict.checks[i];
	return NULL;
}

static int judge(struct job *job)
{
	unsigned int sources = job->have[JOB_COMPUTED] + job->have[JOB_REPLAYED] +
			       job->have[JOB_MODULE];
	enum job_source a = JOB_COMPUTED, b = JOB_COMPUTED;
	const struct tdl_log_check *failed = job->log ? failed_check(job) : NULL;
	char *text = job->reason;
	size_t size = sizeof(job->reason);

	if (find_disagreement(job, &a, &b)) {
		add(text, size, "the MRTD %s is not the one %s", job_source_name(a),
		    job_source_name(b));
		return CLI_NO;
	}
	if (failed) {
		add(text, size, "the log does not verify: %s", failed->text);
		return CLI_NO;
	}
	if (job->log && job->log_verdict.answer != TDL_LOG_YES) {
		add(text, size, "the log could not be checked in full");
		return CLI_UNKNOWN;
	}
	if (job->manifest && job->match == TDL_NOTHING) {
		add(text, size, "the manifest knows no MRTD for this firmware in flow %s",
		    tdl_plan_flow(job->plan));
		return CLI_UNKNOWN;
	}
	if (sources < 2) {
		add(text, size, "the TD is launched, but there was nothing to compare its MRTD with");
		return CLI_UNKNOWN;
	}
	add(text, size, "the TD is launched, and all %u agree on MRTD",
	    sources + job->have[JOB_EXPECTED]);
	return CLI_YES;
}

void job_judge(struct job *job)
{
	job->answer = judge(job);
	list_unseen(job);
}
