/* SPDX-License-Identifier: BSD-2-Clause */
/* A launch in text and in JSON. */
#include <inttypes.h>
#include <string.h>

#include "cli/launch_job.h"

static const char *given_or_default(bool given)
{
	return given ? "" : " (default)";
}

static const char *flow_summary(const char *name)
{
	for (size_t i = 0; i < tdl_flow_count(); i++)
		if (strcmp(tdl_flow_name(i), name) == 0)
			return tdl_flow_summary(i);
	return "";
}

const char *job_answer_word(int answer)
{
	return answer == CLI_YES ? "yes" : answer == CLI_NO ? "no" : "could not tell";
}

/* What the digest depends on, defaults included. */
void job_show_inputs(const struct job *job)
{
	const char *flow = tdl_plan_flow(job->plan);
	char size[CLI_SIZE_TEXT];

	printf("kvm       %s\n", tdl_host_name(job->choice.host));
	printf("firmware  %s, %s\n", tdl_image_name(job->image),
	       cli_size(tdl_image_size(job->image), size));
	printf("flow      %s%s: %s\n", flow, given_or_default(job->flow_given),
	       flow_summary(flow));
	printf("memory    %s%s\n", cli_size(tdl_plan_memory(job->plan), size),
	       given_or_default(job->memory_given));
	printf("vCPUs     %u%s\n", tdl_plan_cpus(job->plan), given_or_default(job->cpus_given));
	for (size_t i = 0; tdl_plan_note(job->plan, i); i++)
		printf("note      %s\n", tdl_plan_note(job->plan, i));
	printf("\n");
}

/* What the TD was told about itself, and the firmware's digest. */
static void show_identity(const struct job *job)
{
	uint8_t firmware[48];
	char text[CLI_BYTES_TEXT];

	if (tdl_image_digest(job->image, firmware, NULL) == 0)
		printf("SHA-384        %s\n", cli_bytes(firmware, 48, job->base64, text));
	printf("MRCONFIGID     %s\n", cli_bytes(job->init.mrconfigid, 48, job->base64, text));
	printf("MROWNER        %s\n", cli_bytes(job->init.mrowner, 48, job->base64, text));
	printf("MROWNERCONFIG  %s\n\n", cli_bytes(job->init.mrownerconfig, 48, job->base64, text));
}

void job_show_steps(const struct job *job)
{
	static const char *const headings[] = { "step", ">ms", "what", NULL };
	AUTO_TABLE struct cli_table *table = cli_table_new(headings);

	for (size_t i = 0; i < job->step_count; i++) {
		cli_table_cell(table, "%s", job->steps[i].name);
		cli_table_cell(table, "%.2f", job->steps[i].seconds * 1000);
		cli_table_cell(table, "%s", job->steps[i].detail);
	}
	cli_table_print(table, stdout);
	printf("\n");
}

void job_show_regions(const struct job *job)
{
	static const char *const headings[] = { ">region", "section", "gpa",
						">pages",  "measured", NULL };
	AUTO_TABLE struct cli_table *table = cli_table_new(headings);

	for (size_t i = 0; i < tdl_plan_region_count(job->plan); i++) {
		const struct tdl_region *region = tdl_plan_region(job->plan, i);

		cli_table_cell(table, "%zu", i);
		cli_table_cell(table, "%s", region->name);
		cli_table_cell(table, "0x%" PRIx64, region->gpa);
		cli_table_cell(table, "%" PRIu64, region->pages);
		cli_table_cell(table, "%s", region->pattern == TDL_PATTERN_ADD_EXTEND
						    ? "address and contents"
						    : "address");
	}
	cli_table_print(table, stdout);
	printf("\n");
}

static void show_prefault(const struct job *job)
{
	const struct tdl_launch_result *result = tdl_td_result(job->td);
	double pages = (double)(result->prefaulted / 4096);

	if (!result->prefaulted)
		return;
	printf("pre-fault %" PRIu64 " MiB in %.3f s: %.1f ns a page, %" PRIu64
	       " calls from %u threads\n\n",
	       result->prefaulted >> 20, result->prefault_seconds,
	       result->prefault_seconds * 1e9 / pages, result->prefault_steps,
	       result->prefault_threads);
}

static void show_mrtd(const struct job *job)
{
	char text[CLI_BYTES_TEXT];

	for (int i = 0; i < JOB_SOURCES; i++)
		if (job->have[i])
			printf("MRTD %s\n     %s\n", job_source_name((enum job_source)i),
			       cli_bytes(job->mrtd[i], 48, job->base64, text));
	if (job->manifest && tdl_manifest_signer(job->manifest))
		printf("manifest signed by %s\n", tdl_manifest_signer(job->manifest));
	printf("\n");
}

void job_show_text(const struct job *job)
{
	enum cli_style style = job->answer == CLI_YES  ? CLI_GOOD
			       : job->answer == CLI_NO ? CLI_BAD
						       : CLI_WARN;

	job_show_inputs(job);
	if (job->verbose)
		show_identity(job);
	job_show_steps(job);
	job_show_regions(job);
	show_prefault(job);
	show_mrtd(job);
	if (job->log)
		printf("log       %s: %" PRIu64 " records, %" PRIu64 " pages\n", job->log,
		       job->log_verdict.records, job->log_verdict.pages);
	if (job->anchor)
		printf("anchor    %s: %" PRIu64 " records\n", job->anchor, job->anchored);
	printf("%sverdict   %s%s: %s\n", cli_style(stdout, style), job_answer_word(job->answer),
	       cli_style(stdout, CLI_PLAIN), job->reason);
	if (job->unseen[0])
		printf("not seen  %s\n", job->unseen);
}

static struct json_object *regions_json(const struct job *job)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < tdl_plan_region_count(job->plan); i++) {
		const struct tdl_region *region = tdl_plan_region(job->plan, i);
		struct json_object *row = json_object_new_object();

		cli_json_string(row, "name", region->name);
		cli_json_number(row, "section", region->section);
		cli_json_hex(row, "gpa", region->gpa);
		cli_json_number(row, "pages", region->pages);
		cli_json_bool(row, "extended", region->pattern == TDL_PATTERN_ADD_EXTEND);
		json_object_array_add(list, row);
	}
	return list;
}

static struct json_object *steps_json(const struct job *job)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < job->step_count; i++) {
		struct json_object *row = json_object_new_object();

		cli_json_string(row, "name", job->steps[i].name);
		cli_json_string(row, "detail", job->steps[i].detail);
		json_object_object_add(row, "seconds",
				       json_object_new_double(job->steps[i].seconds));
		json_object_array_add(list, row);
	}
	return list;
}

/* Every value with where it came from. */
static struct json_object *mrtd_json(const struct job *job)
{
	static const char *const keys[] = {
		[JOB_COMPUTED] = "computed",
		[JOB_REPLAYED] = "log",
		[JOB_MODULE] = "module",
		[JOB_EXPECTED] = "expected",
	};
	struct json_object *o = json_object_new_object();

	for (int i = 0; i < JOB_SOURCES; i++)
		if (job->have[i])
			cli_json_bytes(o, keys[i], job->mrtd[i], 48, job->base64);
	return o;
}

static void counts_json(const struct job *job, struct json_object *o)
{
	const struct tdl_launch_result *result = tdl_td_result(job->td);

	cli_json_number(o, "pages_added", result->pages_added);
	cli_json_number(o, "pages_extended", result->pages_extended);
	cli_json_number(o, "calls_resumed", result->calls_resumed);
	cli_json_number(o, "prefaulted", result->prefaulted);
	cli_json_number(o, "prefault_steps", result->prefault_steps);
	cli_json_number(o, "prefault_threads", result->prefault_threads);
	json_object_object_add(o, "prefault_seconds",
			       json_object_new_double(result->prefault_seconds));
}

void job_inputs_json(const struct job *job, struct json_object *o)
{
	cli_json_string(o, "kvm", tdl_host_name(job->choice.host));
	cli_json_bool(o, "embedded", job->choice.embedded);
	cli_json_string(o, "firmware", tdl_image_name(job->image));
	cli_json_string(o, "flow", tdl_plan_flow(job->plan));
	cli_json_number(o, "memory", tdl_plan_memory(job->plan));
	cli_json_number(o, "cpus", tdl_plan_cpus(job->plan));
}

void job_steps_json(const struct job *job, struct json_object *o)
{
	json_object_object_add(o, "regions", regions_json(job));
	json_object_object_add(o, "steps", steps_json(job));
}

void job_show_json(const struct job *job)
{
	struct json_object *o = json_object_new_object();

	job_inputs_json(job, o);
	cli_json_hex(o, "attributes", job->init.attributes);
	cli_json_hex(o, "xfam", job->init.xfam);
	cli_json_bytes(o, "mrconfigid", job->init.mrconfigid, 48, job->base64);
	cli_json_bytes(o, "mrowner", job->init.mrowner, 48, job->base64);
	cli_json_bytes(o, "mrownerconfig", job->init.mrownerconfig, 48, job->base64);
	cli_json_number(o, "tsc_khz", job->init.tsc_khz);
	job_steps_json(job, o);
	counts_json(job, o);
	cli_json_bytes(o, "mrtd", job->mrtd[JOB_COMPUTED], 48, job->base64);
	json_object_object_add(o, "mrtd_sources", mrtd_json(job));
	if (job->log) {
		cli_json_string(o, "log", job->log);
		cli_json_number(o, "log_records", job->log_verdict.records);
		if (job->anchor) {
			cli_json_string(o, "anchor", job->anchor);
			cli_json_number(o, "anchored_records", job->anchored);
		}
	}
	if (job->manifest && tdl_manifest_signer(job->manifest))
		cli_json_string(o, "manifest_signer", tdl_manifest_signer(job->manifest));
	cli_json_string(o, "verdict", job_answer_word(job->answer));
	cli_json_string(o, "reason", job->reason);
	cli_json_string(o, "not_seen", job->unseen);
	cli_json_print(o);
}
