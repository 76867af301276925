/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch launch --rehearse: the memory half of a launch, and what is to be thought of it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/launch_job.h"
#include "cli/levels.h"

static bool is_lacking(const struct tdl_fact *fact)
{
	return fact->needed && fact->state != TDL_FACT_PRESENT;
}

/* The facts that a launch still needs, in one line; "" for none. */
static void list_lacking(const struct tdl_rehearsal *result, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < result->fact_count && used < size; i++) {
		const struct tdl_fact *fact = &result->facts[i];

		if (is_lacking(fact))
			used += (size_t)snprintf(text + used, size - used, "%s%s (since Linux %s)",
						 used ? ", " : "", fact->name, fact->since);
	}
}

static void judge(struct job *job)
{
	const struct tdl_rehearsal *result = &job->rehearsal;

	job->answer = result->is_private ? CLI_YES : CLI_UNKNOWN;
	if (result->is_private)
		snprintf(job->reason, sizeof(job->reason),
			 "this kernel does all that the launch will ask of it for memory");
	else
		snprintf(job->reason, sizeof(job->reason),
			 "this kernel has no KVM_X86_SW_PROTECTED_VM, so it was rehearsed with "
			 "ordinary memory in a default VM: guest_memfd and private attributes have "
			 "not been tried");
	snprintf(job->unseen, sizeof(job->unseen),
		 "MRTD: nothing was measured; what 'tdlaunch measure' says is computed, not observed%s",
		 job->choice.embedded ? "; a real kernel: this one is a model" : "");
}

int rehearsal_run(struct job *job, struct tdl_error *err)
{
	int rc;

	job_watch(job);
	if ((rc = job_open_inputs(job, err)) < 0 || (rc = job_open_outputs(job, err)) < 0)
		return rc;
	rc = tdl_rehearse_run(job->choice.host, job->plan, &job->options, &job->rehearsal, err);
	cli_progress_end(&job->progress);
	if (rc == 0)
		judge(job);
	return rc;
}

static void show_population(const struct tdl_rehearsal *result)
{
	const struct tdl_prefault_result *fill = &result->fill;
	uint64_t walked = result->pages * 4096;
	char text[LEVELS_TEXT];

	printf("regions   %zu, %" PRIu64 " pages in the plan's order by one vCPU: %.3f ms, %.0f ns a "
	       "page, %" PRIu64 " calls\n",
	       result->regions, result->pages, result->walk_seconds * 1000,
	       levels_ns_a_page(walked, result->walk_seconds), result->walk_calls);
	printf("          %s\n", levels_text(&result->walk_levels, text));
	printf("the rest  %.1f MiB by %u threads: %.3f ms, %.0f ns a page, %.0f pages a second, %" PRIu64
	       " calls\n",
	       (double)fill->bytes / (1 << 20), fill->threads, fill->seconds * 1000,
	       levels_ns_a_page(fill->bytes, fill->seconds),
	       levels_pages_a_second(fill->bytes, fill->seconds), fill->calls);
	printf("          %s\n", levels_text(&result->levels, text));
	printf("teardown  %.3f ms\n\n", result->teardown_seconds * 1000);
}

static void show_gaps(void)
{
	static const char *const headings[] = { "only TDX adds", "", NULL };
	AUTO_TABLE struct cli_table *table = cli_table_new(headings);

	for (size_t i = 0; tdl_rehearse_gap(i); i++) {
		cli_table_cell(table, "%s", tdl_rehearse_gap(i)->call);
		cli_table_cell(table, "%s", tdl_rehearse_gap(i)->what);
	}
	cli_table_print(table, stdout);
	printf("\n");
}

void rehearsal_show_text(const struct job *job)
{
	enum cli_style style = job->answer == CLI_YES ? CLI_GOOD : CLI_WARN;
	char lacking[400];

	list_lacking(&job->rehearsal, lacking, sizeof(lacking));
	printf("rehearsal: no TD is made, and nothing is measured\n");
	job_show_inputs(job);
	job_show_steps(job);
	show_population(&job->rehearsal);
	show_gaps();
	if (lacking[0])
		printf("to launch, this host lacks %s\n", lacking);
	printf("%sverdict   %s%s: %s\n", cli_style(stdout, style), job_answer_word(job->answer),
	       cli_style(stdout, CLI_PLAIN), job->reason);
	printf("not seen  %s\n", job->unseen);
}

static struct json_object *facts_json(const struct tdl_rehearsal *result)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < result->fact_count; i++)
		if (is_lacking(&result->facts[i]))
			json_object_array_add(list, json_object_new_string(result->facts[i].name));
	return list;
}

static struct json_object *gaps_json(void)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; tdl_rehearse_gap(i); i++) {
		struct json_object *row = json_object_new_object();

		cli_json_string(row, "call", tdl_rehearse_gap(i)->call);
		cli_json_string(row, "what", tdl_rehearse_gap(i)->what);
		json_object_array_add(list, row);
	}
	return list;
}

static struct json_object *walk_json(const struct tdl_rehearsal *result)
{
	struct json_object *o = json_object_new_object();

	cli_json_number(o, "pages", result->pages);
	cli_json_number(o, "calls", result->walk_calls);
	json_object_object_add(o, "seconds", json_object_new_double(result->walk_seconds));
	levels_json(o, &result->walk_levels);
	return o;
}

static struct json_object *fill_json(const struct tdl_rehearsal *result)
{
	const struct tdl_prefault_result *fill = &result->fill;
	struct json_object *o = json_object_new_object();

	cli_json_number(o, "bytes", fill->bytes);
	cli_json_number(o, "calls", fill->calls);
	cli_json_number(o, "threads", fill->threads);
	json_object_object_add(o, "seconds", json_object_new_double(fill->seconds));
	return o;
}

void rehearsal_show_json(const struct job *job)
{
	const struct tdl_rehearsal *result = &job->rehearsal;
	struct json_object *o = json_object_new_object();

	cli_json_bool(o, "rehearsal", true);
	job_inputs_json(job, o);
	cli_json_bool(o, "private", result->is_private);
	cli_json_number(o, "slots", result->slots);
	job_steps_json(job, o);
	json_object_object_add(o, "walk", walk_json(result));
	json_object_object_add(o, "fill", fill_json(result));
	levels_json(o, &result->levels);
	cli_json_number(o, "calls_resumed", result->calls_resumed);
	json_object_object_add(o, "teardown_seconds",
			       json_object_new_double(result->teardown_seconds));
	json_object_object_add(o, "host_lacks", facts_json(result));
	json_object_object_add(o, "only_tdx_adds", gaps_json());
	cli_json_string(o, "verdict", job_answer_word(job->answer));
	cli_json_string(o, "reason", job->reason);
	cli_json_string(o, "not_seen", job->unseen);
	cli_json_print(o);
}
