/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables, JSON and colour. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/scope.h"

#define TABLE_COLUMNS 16

struct cli_table {
	size_t columns, cells, room;
	char **cell; /* row by row, headings first; owned */
};

/* A table that ran out of memory ends here: there is nothing a reader could use. */
static void *or_die(void *p)
{
	if (!p) {
		cli_say("no memory for a table (ENOMEM)");
		_exit(CLI_UNKNOWN);
	}
	return p;
}

static void add_cell(struct cli_table *t, char *text)
{
	if (t->cells == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->cell = or_die(reallocarray(t->cell, t->room, sizeof(*t->cell)));
	}
	t->cell[t->cells++] = text;
}

struct cli_table *cli_table_new(const char *const *headings)
{
	struct cli_table *t = or_die(calloc(1, sizeof(*t)));

	while (headings[t->columns] && t->columns < TABLE_COLUMNS)
		add_cell(t, or_die(strdup(headings[t->columns++])));
	return t;
}

void cli_table_cell(struct cli_table *t, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	add_cell(t, or_die(text));
}

static const char *shown(const struct cli_table *t, size_t i)
{
	const char *text = t->cell[i];

	return i < t->columns && *text == '>' ? text + 1 : text;
}

void cli_table_print(const struct cli_table *t, FILE *out)
{
	int width[TABLE_COLUMNS] = { 0 };

	for (size_t i = 0; i < t->cells; i++) {
		int n = (int)strlen(shown(t, i));

		if (n > width[i % t->columns])
			width[i % t->columns] = n;
	}
	for (size_t i = 0; i < t->cells; i++) {
		size_t column = i % t->columns;
		bool last = column + 1 == t->columns;

		if (t->cell[column][0] == '>')
			fprintf(out, "%*s", width[column], shown(t, i));
		else
			fprintf(out, "%-*s", last ? 0 : width[column], shown(t, i));
		fputs(last ? "\n" : "  ", out);
	}
}

void cli_table_free(struct cli_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->cells; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t);
}

void cli_json_string(struct json_object *o, const char *name, const char *value)
{
	json_object_object_add(o, name, value ? json_object_new_string(value) : NULL);
}

void cli_json_number(struct json_object *o, const char *name, uint64_t value)
{
	json_object_object_add(o, name, json_object_new_uint64(value));
}

void cli_json_bool(struct json_object *o, const char *name, bool value)
{
	json_object_object_add(o, name, json_object_new_boolean(value));
}

void cli_json_hex(struct json_object *o, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	cli_json_string(o, name, text);
}

void cli_json_bytes(struct json_object *o, const char *name, const void *bytes, size_t n,
		    bool base64)
{
	char text[CLI_BYTES_TEXT];

	cli_json_string(o, name, cli_bytes(bytes, n, base64, text));
}

void cli_json_print(struct json_object *o)
{
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

const char *cli_style(FILE *out, enum cli_style style)
{
	static const char *const codes[] = {
		[CLI_PLAIN] = "\033[0m", [CLI_BOLD] = "\033[1m",  [CLI_GOOD] = "\033[32m",
		[CLI_BAD] = "\033[31m",	 [CLI_WARN] = "\033[33m",
	};
	const char *no_color = getenv("NO_COLOR");

	if ((no_color && *no_color) || !isatty(fileno(out)))
		return "";
	return codes[style];
}
