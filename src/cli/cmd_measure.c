/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch measure: the MRTD that an image gives, in one flow or in all. */
#include "cli/commands.h"

#include <string.h>

#include "base/hash.h"
#include "cli/measurement.h"

static const struct cli_option options[] = {
	CLI_REQUEST_OPTIONS,
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "measure",
	.operands = "IMAGE",
	.summary =
		"Compute the MRTD that a TDVF image gives. It depends on the order in which a VMM\n"
		"adds pages: --flow names one, or 'all' shows every flow that can load the image.\n"
		"-v shows the running digest after each region. Exit code 0 means computed.",
	.options = options,
	.common = CLI_JSON | CLI_BARE | CLI_VERBOSE | CLI_ENCODING,
	.example = "tdlaunch measure /usr/share/ovmf/OVMF.fd\n"
		   "tdlaunch measure --flow all /usr/share/ovmf/OVMF.fd\n"
		   "tdlaunch measure --bare --flow qemu-8.2-canonical /usr/share/ovmf/OVMF.fd\n",
};

static const char *pattern_name(enum tdl_pattern pattern)
{
	static const char *const names[] = {
		[TDL_PATTERN_ADD] = "add",
		[TDL_PATTERN_ADD_EXTEND] = "add-extend",
		[TDL_PATTERN_ADD_THEN_EXTEND] = "add-then-extend",
		[TDL_PATTERN_EXTEND] = "extend",
	};

	return names[pattern];
}

static void print_regions(const struct cli_measurement *m, bool base64)
{
	static const char *const headings[] = { ">#",	"region",	   "gpa", ">pages",
						"what", "digest after it", NULL };
	AUTO_TABLE struct cli_table *table = cli_table_new(headings);
	char text[CLI_BYTES_TEXT];

	for (size_t i = 0; i < tdl_plan_region_count(m->plan); i++) {
		const struct tdl_region *r = tdl_plan_region(m->plan, i);

		cli_table_cell(table, "%zu", i);
		cli_table_cell(table, "%s", r->name);
		cli_table_cell(table, "0x%llx", (unsigned long long)r->gpa);
		cli_table_cell(table, "%llu", (unsigned long long)r->pages);
		cli_table_cell(table, "%s", pattern_name(r->pattern));
		cli_table_cell(table, "%s",
			       cli_bytes(tdl_mrtd_after(m->mrtd, i), 48, base64, text));
	}
	cli_table_print(table, stdout);
}

static void print_text(const struct cli_args *args, const struct cli_request *request,
		       const struct cli_measurement *m)
{
	char text[CLI_BYTES_TEXT];
	char size[CLI_SIZE_TEXT];

	printf("mrtd    %s\n", cli_bytes(tdl_mrtd_value(m->mrtd), 48, args->base64, text));
	printf("flow    %s%s\n", tdl_plan_flow(m->plan), request->plan.flow ? "" : " (default)");
	printf("memory  %s%s\n", cli_size(tdl_plan_memory(m->plan), size),
	       request->memory_given ? "" : " (default)");
	printf("hashed  %llu pages added, %llu chunks extended, %llu bytes\n",
	       (unsigned long long)tdl_mrtd_adds(m->mrtd),
	       (unsigned long long)tdl_mrtd_extends(m->mrtd),
	       (unsigned long long)tdl_mrtd_bytes(m->mrtd));
	for (size_t i = 0; tdl_plan_note(m->plan, i); i++)
		printf("note    %s\n", tdl_plan_note(m->plan, i));
	if (args->verbose)
		print_regions(m, args->base64);
}

static struct json_object *regions_json(const struct cli_measurement *m, bool base64)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < tdl_plan_region_count(m->plan); i++) {
		const struct tdl_region *r = tdl_plan_region(m->plan, i);
		struct json_object *o = json_object_new_object();

		cli_json_string(o, "name", r->name);
		cli_json_number(o, "section", r->section);
		cli_json_hex(o, "gpa", r->gpa);
		cli_json_number(o, "pages", r->pages);
		cli_json_string(o, "pattern", pattern_name(r->pattern));
		cli_json_bytes(o, "digest_after", tdl_mrtd_after(m->mrtd, i), 48, base64);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *result_json(const struct cli_measurement *m, bool base64)
{
	struct json_object *o = json_object_new_object();

	cli_json_string(o, "flow", tdl_plan_flow(m->plan));
	cli_json_bytes(o, "mrtd", tdl_mrtd_value(m->mrtd), 48, base64);
	cli_json_number(o, "memory", tdl_plan_memory(m->plan));
	cli_json_number(o, "pages_added", tdl_mrtd_adds(m->mrtd));
	cli_json_number(o, "chunks_extended", tdl_mrtd_extends(m->mrtd));
	cli_json_number(o, "bytes_hashed", tdl_mrtd_bytes(m->mrtd));
	json_object_object_add(o, "regions", regions_json(m, base64));
	return o;
}

/* Takes results. */
static int print_json(const struct tdl_image *image, struct json_object *results, bool base64)
{
	struct tdl_error err = { 0 };
	struct json_object *root, *about = NULL;

	if (cli_json_image(image, base64, &about, &err) < 0) {
		json_object_put(results);
		return cli_error(&err);
	}
	root = json_object_new_object();
	json_object_object_add(root, "image", about);
	json_object_object_add(root, "measurements", results);
	cli_json_print(root);
	return CLI_YES;
}

static int measure_one(const struct cli_args *args, const struct tdl_image *image,
		       const struct cli_request *request)
{
	AUTO_MEASUREMENT struct cli_measurement m = { 0 };
	char text[CLI_BYTES_TEXT];
	struct tdl_error err = { 0 };

	if (cli_measure(image, &request->plan, &m, &err) < 0)
		return cli_error(&err);
	if (args->quiet)
		return CLI_YES;
	if (args->json) {
		struct json_object *results = json_object_new_array();

		json_object_array_add(results, result_json(&m, args->base64));
		return print_json(image, results, args->base64);
	}
	if (args->bare)
		puts(cli_bytes(tdl_mrtd_value(m.mrtd), 48, args->base64, text));
	else
		print_text(args, request, &m);
	return CLI_YES;
}

/* One line, or one JSON object, for flow i; false when it cannot load the image. */
static bool measure_flow(const struct cli_args *args, const struct tdl_image *image,
			 struct tdl_plan_options opt, size_t i, struct json_object *results)
{
	AUTO_MEASUREMENT struct cli_measurement m = { 0 };
	char text[CLI_BYTES_TEXT];
	struct tdl_error err = { 0 };
	bool done;

	opt.flow = tdl_flow_name(i);
	done = cli_measure(image, &opt, &m, &err) == 0;
	if (args->quiet)
		return done;
	if (!done) {
		cli_say("flow %s does not load this image: %s", opt.flow, err.text);
		return false;
	}
	if (args->json) {
		json_object_array_add(results, result_json(&m, args->base64));
		return true;
	}
	printf("%-24s %s\n", opt.flow, cli_bytes(tdl_mrtd_value(m.mrtd), 48, args->base64, text));
	if (args->verbose)
		print_regions(&m, args->base64);
	return true;
}

/* Every flow; those that cannot load the image are named on standard error. */
static int measure_all(const struct cli_args *args, const struct tdl_image *image,
		       const struct cli_request *request)
{
	struct json_object *results = json_object_new_array();
	size_t computed = 0;

	for (size_t i = 0; i < tdl_flow_count(); i++)
		computed += measure_flow(args, image, request->plan, i, results);
	if (args->json && !args->quiet && computed)
		return print_json(image, results, args->base64);
	json_object_put(results);
	return computed ? CLI_YES : CLI_UNKNOWN;
}

int cmd_measure(int argc, char **argv)
{
	struct cli_request request = CLI_REQUEST_DEFAULT;
	AUTO_IMAGE struct tdl_image *image = NULL;
	struct tdl_error err = { 0 };
	struct cli_args args;
	int opt;
	int rc = 0;
	bool all;

	cli_begin(&args, &spec, argc, argv);
	while (rc == 0 && (opt = cli_next(&args)) > 0)
		cli_request_option(&args, opt, &request, &rc);
	if (rc != 0 || opt < 0 || !cli_operands(&args, 1, 1))
		return args.exit;
	hash_only();
	all = request.plan.flow && strcmp(request.plan.flow, "all") == 0;
	if (args.bare && (all || args.json))
		return cli_usage(&args, "--bare prints one value, without --json and in one flow");
	if (tdl_image_open(args.operands[0], &request.image, &image, &err) < 0)
		return cli_error(&err);
	if (!args.json && !args.bare)
		cli_say_warnings(image);
	return all ? measure_all(&args, image, &request) : measure_one(&args, image, &request);
}
