/* SPDX-License-Identifier: BSD-2-Clause */
/* What pre-population costs and saves, in text, as a chart and in JSON. */
#include <inttypes.h>
#include <string.h>

#include "cli/levels.h"
#include "cli/prefault.h"

#define BAR_MAX 50

static double pages_a_second(const struct measuring *m, const struct measured *row)
{
	return levels_pages_a_second(m->trial.size, row->prefault.median);
}

/* Bytes that one step of the call went on average, or 0 when not known. A step makes one entry. */
static double bytes_a_step(const struct measured *row)
{
	const struct tdl_levels *levels = &row->last.levels;
	uint64_t entries = levels->pages_4k + levels->pages_2m + levels->pages_1g;

	return entries ? (double)row->last.prefault.bytes / (double)entries : 0;
}

static const char *memory_words(const struct measuring *m)
{
	if (m->trial.is_private)
		return "private (guest_memfd), allocated while it is mapped";
	if (m->choice.embedded)
		return m->hugepages ? "ordinary, in huge pages" : "ordinary";
	return m->hugepages ? "ordinary, in huge pages, written by the host before"
			    : "ordinary, written by the host before";
}

static void show_setup(const struct measuring *m)
{
	char size[CLI_SIZE_TEXT];

	printf("kvm     %s\n", tdl_host_name(m->choice.host));
	printf("memory  %s, %s\n", cli_size(m->trial.size, size), memory_words(m));
	printf("times   medians of %u\n\n", m->repeat);
}

static void show_costs(const struct measuring *m)
{
	static const char *const headings[] = { ">threads",  ">ms",	    ">pages a second",
						">ns a page", ">bytes a step", ">to 1 thread",
						">calls",    "levels",	    NULL };
	AUTO_TABLE struct cli_table *table = cli_table_new(headings);
	char text[LEVELS_TEXT];

	for (size_t i = 0; i < m->row_count; i++) {
		const struct measured *row = &m->rows[i];

		cli_table_cell(table, "%u", row->threads);
		cli_table_cell(table, "%.3f", row->prefault.median * 1000);
		cli_table_cell(table, "%.0f", pages_a_second(m, row));
		cli_table_cell(table, "%.1f",
			       levels_ns_a_page(m->trial.size, row->prefault.median));
		cli_table_cell(table, bytes_a_step(row) > 0 ? "%.0f" : "?", bytes_a_step(row));
		cli_table_cell(table, "%.2f", m->rows[0].prefault.median / row->prefault.median);
		cli_table_cell(table, "%" PRIu64, row->last.prefault.calls);
		cli_table_cell(table, "%s", levels_text(&row->last.levels, text));
	}
	cli_table_print(table, stdout);
	printf("\n");
}

static void show_bar(const char *label, double value, double most, const char *unit)
{
	int length = most > 0 ? (int)(value / most * BAR_MAX + 0.5) : 0;

	printf("%12s  %.*s %.0f %s\n", label, length,
	       "##################################################", value, unit);
}

static void show_chart(const struct measuring *m)
{
	double most = 0;

	for (size_t i = 0; i < m->row_count; i++)
		if (pages_a_second(m, &m->rows[i]) > most)
			most = pages_a_second(m, &m->rows[i]);
	for (size_t i = 0; i < m->row_count; i++) {
		char label[24];

		snprintf(label, sizeof(label), "%u thread%s", m->rows[i].threads,
			 m->rows[i].threads == 1 ? "" : "s");
		show_bar(label, pages_a_second(m, &m->rows[i]), most, "pages a second");
	}
	printf("\n");
}

/* Times of a guest, for a 4 KiB page: side by side, so that they can be compared. */
static void show_savings(const struct measuring *m)
{
	static const char *const headings[] = { ">vCPUs",	 ">first touch", ">pre-fault",
						">touch after", ">saved",	 NULL };
	AUTO_TABLE struct cli_table *table = NULL;
	char size[CLI_SIZE_TEXT];

	if (!m->rows[0].last.is_touched) {
		printf("guest   not compared with a guest's own touch: %s cannot run a guest\n",
		       tdl_host_name(m->choice.host));
		return;
	}
	printf("a guest that writes to %s of it, ns a page:\n",
	       cli_size(m->rows[0].last.touch_bytes, size));
	table = cli_table_new(headings);
	for (size_t i = 0; i < m->row_count; i++) {
		const struct measured *row = &m->rows[i];
		double first = levels_ns_a_page(row->last.touch_bytes, row->first_touch.median);
		double after = levels_ns_a_page(row->last.touch_bytes, row->second_touch.median);

		cli_table_cell(table, "%u", row->threads);
		cli_table_cell(table, "%.1f", first);
		cli_table_cell(table, "%.1f",
			       levels_ns_a_page(m->trial.size, row->prefault.median));
		cli_table_cell(table, "%.1f", after);
		cli_table_cell(table, "%.1f", first - after);
	}
	cli_table_print(table, stdout);
}

void measuring_show_text(const struct measuring *m)
{
	show_setup(m);
	show_costs(m);
	show_chart(m);
	show_savings(m);
}

static void spread_json(struct json_object *o, const char *name, const struct spread *spread)
{
	struct json_object *list = json_object_new_object();

	json_object_object_add(list, "least", json_object_new_double(spread->least));
	json_object_object_add(list, "median", json_object_new_double(spread->median));
	json_object_object_add(list, "most", json_object_new_double(spread->most));
	json_object_object_add(o, name, list);
}

static struct json_object *row_json(const struct measuring *m, const struct measured *row)
{
	struct json_object *o = json_object_new_object();

	cli_json_number(o, "threads", row->threads);
	cli_json_number(o, "bytes", row->last.prefault.bytes);
	cli_json_number(o, "calls", row->last.prefault.calls);
	cli_json_number(o, "calls_resumed", row->last.prefault.resumed);
	spread_json(o, "seconds", &row->prefault);
	json_object_object_add(o, "pages_per_second",
			       json_object_new_double(pages_a_second(m, row)));
	json_object_object_add(o, "ratio_to_one_thread",
			       json_object_new_double(m->rows[0].prefault.median /
						      row->prefault.median));
	levels_json(o, &row->last.levels);
	if (bytes_a_step(row) > 0)
		json_object_object_add(o, "bytes_per_step",
				       json_object_new_double(bytes_a_step(row)));
	if (row->last.is_touched) {
		cli_json_number(o, "touch_bytes", row->last.touch_bytes);
		spread_json(o, "first_touch_seconds", &row->first_touch);
		spread_json(o, "touch_after_seconds", &row->second_touch);
	}
	return o;
}

void measuring_show_json(const struct measuring *m)
{
	struct json_object *o = json_object_new_object();
	struct json_object *rows = json_object_new_array();

	cli_json_string(o, "kvm", tdl_host_name(m->choice.host));
	cli_json_bool(o, "embedded", m->choice.embedded);
	cli_json_number(o, "size", m->trial.size);
	cli_json_bool(o, "private", m->trial.is_private);
	cli_json_bool(o, "hugepages", m->hugepages);
	cli_json_number(o, "repeat", m->repeat);
	cli_json_bool(o, "guest", m->rows[0].last.is_touched);
	for (size_t i = 0; i < m->row_count; i++)
		json_object_array_add(rows, row_json(m, &m->rows[i]));
	json_object_object_add(o, "rows", rows);
	cli_json_print(o);
}
