/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch inspect: what an image asks its VMM to put into memory. */
#include "cli/commands.h"

#include <string.h>

#include "base/hash.h"
#include "cli/measurement.h"

#define PAGE 4096u

static const struct cli_option options[] = {
	{ OPT_VARS, "vars", "FILE", "the VARS part of a split image" },
	{ OPT_CODE_ONLY, "code-only", NULL, "take a CODE part without its VARS part" },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "inspect",
	.operands = "IMAGE",
	.summary =
		"Show the sections of a TDVF image: where their bytes are in the file, where they go\n"
		"in the guest, and whether their pages are added and measured (extended) into MRTD.\n"
		"Exit code 0 means that the image obeys the rules; warnings do not change it.",
	.options = options,
	.common = CLI_JSON | CLI_ENCODING,
	.example = "tdlaunch inspect /usr/share/ovmf/OVMF.fd\n",
};

/* What the metadata asks for; a VMM's flow may do otherwise. */
static bool is_added(const struct tdl_section *s)
{
	return s->mem_size && !(s->attributes & TDL_SECTION_PAGE_AUG);
}

static bool is_extended(const struct tdl_section *s)
{
	return is_added(s) && (s->attributes & TDL_SECTION_MR_EXTEND);
}

struct totals {
	uint64_t added, extended; /* pages */
};

static struct totals totals_of(const struct tdl_image *image)
{
	struct totals t = { 0 };

	for (size_t i = 0; i < tdl_image_section_count(image); i++) {
		const struct tdl_section *s = tdl_image_section(image, i);

		t.added += is_added(s) ? s->mem_size / PAGE : 0;
		t.extended += is_extended(s) ? s->mem_size / PAGE : 0;
	}
	return t;
}

static void range_cell(struct cli_table *t, uint64_t start, uint64_t size)
{
	if (size)
		cli_table_cell(t, "0x%llx-0x%llx", (unsigned long long)start,
			       (unsigned long long)(start + size - 1));
	else
		cli_table_cell(t, "-");
}

static int print_text(const struct tdl_image *image)
{
	static const char *const headings[] = { ">#",	  "type",  "file",     "guest",
						">pages", "added", "extended", NULL };
	AUTO_TABLE struct cli_table *table = cli_table_new(headings);
	struct totals totals = totals_of(image);
	char size[CLI_SIZE_TEXT];

	for (size_t i = 0; i < tdl_image_section_count(image); i++) {
		const struct tdl_section *s = tdl_image_section(image, i);

		cli_table_cell(table, "%zu", i);
		cli_table_cell(table, "%s", tdl_section_type_name(s->type));
		range_cell(table, s->file_offset, s->raw_size);
		range_cell(table, s->gpa, s->mem_size);
		cli_table_cell(table, "%llu", (unsigned long long)(s->mem_size / PAGE));
		cli_table_cell(table, "%s", is_added(s) ? "yes" : "no");
		cli_table_cell(table, "%s", is_extended(s) ? "yes" : "no");
	}
	printf("%s: %s, metadata at 0x%llx, %zu sections\n\n", tdl_image_name(image),
	       cli_size(tdl_image_size(image), size),
	       (unsigned long long)tdl_image_descriptor(image), tdl_image_section_count(image));
	cli_table_print(table, stdout);
	printf("\ntotal: %llu pages added, %llu pages extended (%llu chunks of 256 bytes)\n",
	       (unsigned long long)totals.added, (unsigned long long)totals.extended,
	       (unsigned long long)(16 * totals.extended));
	return CLI_YES;
}

static struct json_object *section_json(const struct tdl_section *s)
{
	struct json_object *o = json_object_new_object();

	cli_json_string(o, "type", tdl_section_type_name(s->type));
	cli_json_number(o, "type_number", s->type);
	cli_json_number(o, "attributes", s->attributes);
	cli_json_number(o, "file_offset", s->file_offset);
	cli_json_number(o, "raw_size", s->raw_size);
	cli_json_hex(o, "gpa", s->gpa);
	cli_json_number(o, "mem_size", s->mem_size);
	cli_json_number(o, "pages", s->mem_size / PAGE);
	cli_json_bool(o, "added", is_added(s));
	cli_json_bool(o, "extended", is_extended(s));
	return o;
}

static int print_json(const struct tdl_image *image, bool base64)
{
	struct totals totals = totals_of(image);
	struct tdl_error err = { 0 };
	struct json_object *about = NULL, *root, *sections, *warnings;

	if (cli_json_image(image, base64, &about, &err) < 0)
		return cli_error(&err);
	root = json_object_new_object();
	sections = json_object_new_array();
	warnings = json_object_new_array();
	for (size_t i = 0; i < tdl_image_section_count(image); i++)
		json_object_array_add(sections, section_json(tdl_image_section(image, i)));
	for (size_t i = 0; tdl_image_warning(image, i); i++)
		json_object_array_add(warnings,
				      json_object_new_string(tdl_image_warning(image, i)));
	json_object_object_add(root, "image", about);
	cli_json_number(root, "descriptor_offset", tdl_image_descriptor(image));
	json_object_object_add(root, "sections", sections);
	cli_json_number(root, "pages_added", totals.added);
	cli_json_number(root, "pages_extended", totals.extended);
	json_object_object_add(root, "warnings", warnings);
	cli_json_print(root);
	return CLI_YES;
}

int cmd_inspect(int argc, char **argv)
{
	struct cli_request request = CLI_REQUEST_DEFAULT;
	AUTO_IMAGE struct tdl_image *image = NULL;
	struct tdl_error err = { 0 };
	struct cli_args args;
	int opt, rc;

	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		cli_request_option(&args, opt, &request, &rc);
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return args.exit;
	hash_only();
	if (tdl_image_open(args.operands[0], &request.image, &image, &err) < 0)
		return cli_error(&err);
	if (args.json)
		return args.quiet ? CLI_YES : print_json(image, args.base64);
	cli_say_warnings(image);
	return args.quiet ? CLI_YES : print_text(image);
}
