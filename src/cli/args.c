/* SPDX-License-Identifier: BSD-2-Clause */
/* Command lines: getopt_long() driven by a spec, with help and suggestions from the same rows. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/nearest.h"

#define OPTIONS_MAX 48 /* rows of one spec, common ones included */

enum { ID_VERSION = 100000, ID_JSON, ID_BARE, ID_ENCODING };

/* Rows that every spec has, or has on request. */
static const struct {
	unsigned wanted; /* 0: always */
	struct cli_option option;
} common[] = {
	{ CLI_JSON, { ID_JSON, "json", NULL, "print all of the result as JSON" } },
	{ CLI_BARE, { ID_BARE, "bare", NULL, "print one value and a newline" } },
	{ CLI_ENCODING, { ID_ENCODING, "encoding", "hex|base64", "how digests are printed" } },
	{ CLI_VERBOSE, { 'v', "verbose", NULL, "print more" } },
	{ 0, { 'q', "quiet", NULL, "print no result; the exit code says it" } },
	{ 0, { 'h', "help", NULL, "show this help" } },
	{ 0, { ID_VERSION, "version", NULL, "show the version" } },
};

/* A spec's rows and the common ones, as one list and as getopt_long() wants them. */
struct table {
	struct cli_option row[OPTIONS_MAX];
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 2];
	size_t count;
};

static void add_row(struct table *t, const struct cli_option *option)
{
	size_t end = strlen(t->shorts);

	if (t->count == OPTIONS_MAX)
		abort(); /* a spec that outgrew the table is a mistake in this program */
	t->row[t->count++] = *option;
	if (option->id > 0 && option->id < CLI_LONG) {
		t->shorts[end++] = (char)option->id;
		if (option->value)
			t->shorts[end] = ':';
	}
}

/* The one table: a process reads one command line, and getopt_long() has but one state anyway. A
 * command that stops reading in the middle has nothing to give back. */
static struct table *table_of(const struct cli_spec *spec)
{
	static struct table one;
	struct table *t = &one;
	size_t n = 0;

	memset(t, 0, sizeof(*t));
	t->shorts[0] = ':';
	for (const struct cli_option *o = spec->options; o && o->id; o++)
		add_row(t, o);
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		if (!common[i].wanted || (common[i].wanted & spec->common))
			add_row(t, &common[i].option);
	for (size_t i = 0; i < t->count; i++)
		if (t->row[i].name)
			t->longs[n++] = (struct option){
				.name = t->row[i].name,
				.has_arg = t->row[i].value ? required_argument : no_argument,
				.val = t->row[i].id,
			};
	return t;
}

void cli_begin(struct cli_args *args, const struct cli_spec *spec, int argc, char **argv)
{
	*args = (struct cli_args){ .spec = spec, .argc = argc, .argv = argv };
	args->table = table_of(spec);
	opterr = 0;
	optind = 0;
}

static int print_option(const struct cli_option *o)
{
	char left[64];
	int n = 0;

	if (o->id < CLI_LONG && o->name)
		n = snprintf(left, sizeof(left), "-%c, --%s", o->id, o->name);
	else if (o->name)
		n = snprintf(left, sizeof(left), "    --%s", o->name);
	else
		n = snprintf(left, sizeof(left), "-%c", o->id);
	if (o->value)
		snprintf(left + n, sizeof(left) - (size_t)n, " %s", o->value);
	if (strlen(left) > 26)
		return printf("  %s\n  %-26s  %s\n", left, "", o->help);
	return printf("  %-26s  %s\n", left, o->help);
}

static int show_help(const struct cli_args *args)
{
	const struct cli_spec *spec = args->spec;
	const struct table *t = args->table;

	printf("Usage: tdlaunch %s [OPTION]...%s%s\n\n%s\n\nOptions:\n", spec->command,
	       *spec->operands ? " " : "", spec->operands, spec->summary);
	for (size_t i = 0; i < t->count; i++)
		if (t->row[i].help)
			print_option(&t->row[i]);
	printf("\nExample:\n");
	for (const char *line = spec->example; *line;) {
		size_t n = strcspn(line, "\n");

		printf("  %.*s\n", (int)n, line);
		line += n + (line[n] == '\n');
	}
	return CLI_YES;
}

static const struct cli_option *row_of(const struct table *t, int id)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->row[i].id == id)
			return &t->row[i];
	return NULL;
}

static int refuse_option(struct cli_args *args, int seen)
{
	const struct table *t = args->table;
	const struct cli_option *known = optopt ? row_of(t, optopt) : NULL;
	const char *typed = args->argv[optind - 1];
	size_t len = strcspn(typed, "=");
	char word[64];
	struct nearest near = { .word = word };

	if (seen == ':')
		return cli_usage(args, "%s needs a value: %s", typed, known ? known->value : "");
	if (known)
		return cli_usage(args, "%.*s takes no value", (int)len, typed);
	if (optopt)
		return cli_usage(args, "there is no option -%c", optopt);
	snprintf(word, sizeof(word), "%.*s", (int)len - 2, typed + 2);
	for (size_t i = 0; i < t->count; i++)
		if (t->row[i].name)
			nearest_offer(&near, t->row[i].name);
	if (near.found)
		return cli_usage(args, "there is no option --%s; did you mean --%s?", word,
				 near.found);
	return cli_usage(args, "there is no option --%s", word);
}

static int set_encoding(struct cli_args *args)
{
	static const char *const words[] = { "hex", "base64", NULL };

	args->base64 = strcmp(optarg, "base64") == 0;
	if (args->base64 || strcmp(optarg, "hex") == 0)
		return 0;
	return cli_bad_word(args, "--encoding", optarg, words);
}

/* A common option is dealt with here. False when it ends the reading. */
static bool take_common(struct cli_args *args, int id)
{
	switch (id) {
	case ID_JSON:
		args->json = true;
		return true;
	case ID_BARE:
		args->bare = true;
		return true;
	case ID_ENCODING:
		return set_encoding(args) == 0;
	case 'h':
		args->exit = show_help(args);
		return false;
	default:
		printf("tdlaunch %s\n", PACKAGE_VERSION);
		args->exit = CLI_YES;
		return false;
	}
}

int cli_next(struct cli_args *args)
{
	const struct table *t = args->table;
	int id;

	for (;;) {
		id = getopt_long(args->argc, args->argv, t->shorts, t->longs, NULL);
		if (id == -1)
			break;
		if (id == '?' || id == ':') {
			args->exit = refuse_option(args, id);
			return -1;
		}
		if (id == 'q') {
			args->quiet = true;
		} else if (id == 'v' && (args->spec->common & CLI_VERBOSE)) {
			args->verbose++;
		} else if (id == 'h' || id >= ID_VERSION) {
			if (!take_common(args, id))
				return -1;
		} else {
			args->value = optarg;
			return id;
		}
	}
	args->operands = args->argv + optind;
	args->operand_count = args->argc - optind;
	return 0;
}

bool cli_operands(struct cli_args *args, int min, int max)
{
	if (args->operand_count >= min && args->operand_count <= max)
		return true;
	if (args->operand_count > max)
		cli_usage(args, "'%s' is one argument too many", args->operands[max]);
	else
		cli_usage(args, "it needs %s", args->spec->operands);
	return false;
}

int cli_usage(struct cli_args *args, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cli_say("%s: %s (EINVAL)", args->spec->command, text);
	args->exit = CLI_USAGE;
	return CLI_USAGE;
}

enum { WORDS_TEXT = 400 };

/* "a, b, c"; more than the text holds are left out. */
static void list_words(const char *const *words, char text[WORDS_TEXT])
{
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; words[i] && n + strlen(words[i]) + 3 < WORDS_TEXT; i++)
		n += (size_t)snprintf(text + n, WORDS_TEXT - n, "%s%s", i ? ", " : "", words[i]);
}

int cli_bad_word(struct cli_args *args, const char *option, const char *word,
		 const char *const *words)
{
	struct nearest near = { .word = word };
	char all[WORDS_TEXT];

	for (size_t i = 0; words[i]; i++)
		nearest_offer(&near, words[i]);
	if (near.found)
		return cli_usage(args, "%s knows no '%s'; did you mean '%s'?", option, word,
				 near.found);
	list_words(words, all);
	return cli_usage(args, "%s knows no '%s'; it knows %s", option, word, all);
}
