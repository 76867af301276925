/* SPDX-License-Identifier: BSD-2-Clause */
/* What the subcommands share: arguments in, one exit code, text or JSON out. A subcommand is a row
 * in a table and a struct cli_spec that its help, its suggestions and the completion read. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

#include <tdlaunch/error.h>

enum cli_exit {
	CLI_YES = 0,	 /* done; checked, and yes */
	CLI_NO = 1,	 /* checked, and no */
	CLI_USAGE = 2,	 /* the command line makes no sense */
	CLI_UNKNOWN = 3, /* could not tell */
};

/* A row of a table of subcommands; an empty row ends it. */
struct cli_command {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0] is the name; returns an enum cli_exit */
	const char *help;		   /* one line */
	const struct cli_command *sub;	   /* instead of run: the next word picks from here */
};

/* One option; an empty row ends the list. Two rows with one id are two names of one option. */
struct cli_option {
	int id;		   /* letter of the short form, or a number from CLI_LONG on */
	const char *name;  /* of the long form, without dashes; NULL for none */
	const char *value; /* what the help calls its value; NULL when it takes none */
	const char *help;  /* NULL: works, but the help does not show it */
};

#define CLI_LONG 256 /* first id of an option without a short form */

/* Options that many subcommands have; --help, --version and -q need not be asked for. */
#define CLI_JSON 1u	/* --json sets args.json */
#define CLI_BARE 2u	/* --bare sets args.bare */
#define CLI_VERBOSE 4u	/* -v counts args.verbose */
#define CLI_ENCODING 8u /* --encoding hex|base64 sets args.base64 */

struct cli_spec {
	const char *command;  /* "log verify" */
	const char *operands; /* "IMAGE", for the usage line; "" for none */
	const char *summary; /* what it does and what its exit code means; lines up to 79 columns,
			      * the last without a newline */
	const struct cli_option *options;
	unsigned common;     /* CLI_JSON | ... */
	const char *example; /* command lines that work as typed, each ends with a newline */
};

/* A command line being read. */
struct cli_args {
	const struct cli_spec *spec;
	int argc;
	char **argv;
	const char *value; /* of the option that cli_next() returned */
	char **operands;   /* once cli_next() has returned 0 */
	int operand_count;
	enum cli_exit exit; /* what to return when cli_next() or cli_operands() refuses */
	bool json, bare, quiet, base64;
	int verbose;
	void *table; /* private */
};

/* Read a command line:
 *	cli_begin(&args, &spec, argc, argv);
 *	while ((opt = cli_next(&args)) > 0)
 *		switch (opt) { ... args.value ... }
 *	if (opt < 0 || !cli_operands(&args, 1, 1))
 *		return args.exit;
 */
void cli_begin(struct cli_args *args, const struct cli_spec *spec, int argc, char **argv);
/* The id of the next option; 0 at the end; -1 when there is nothing left to do but return
 * args->exit (help was asked for, or the line makes no sense, and it has been said). */
int cli_next(struct cli_args *args);
/* There are so many operands; if not, say so. */
bool cli_operands(struct cli_args *args, int min, int max);

/* Say what is wrong with the command line. Returns CLI_USAGE and stores it in args->exit. */
int cli_usage(struct cli_args *args, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same for a value that is none of the words of a list (ending with NULL): names the nearest.
 */
int cli_bad_word(struct cli_args *args, const char *option, const char *word,
		 const char *const *words);

/* Run the row of a table that argv[1] names; prefix is "" or "log". */
int cli_run(const struct cli_command *commands, const char *prefix, int argc, char **argv);
void cli_list(FILE *out, const struct cli_command *commands, const char *prefix);

/* Print an error, once, and say what it means for the exit code: CLI_NO for -EKEYREJECTED (it was
 * checked and does not verify), CLI_USAGE for -EINVAL (the caller's mistake), else CLI_UNKNOWN. */
int cli_error(const struct tdl_error *err);
/* "tdlaunch: " and a line on standard error. */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Flush standard output and find out whether all of it arrived; if not, CLI_UNKNOWN. Silently
 * when the reader of a pipe has left, with a message otherwise. */
int cli_finish(int code);

/* Values (values.c). Each returns 0 or -EINVAL with the reason. */
/* Bytes, in QEMU's words: 512M, 2G, 65536B; a bare number is MiB. */
int cli_parse_memory(const char *text, uint64_t *ret_bytes, struct tdl_error *err);
/* A whole number, decimal or 0x..., between min and max. */
int cli_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret,
		     struct tdl_error *err);
/* Exactly n bytes (at most 64) from hex or base64, told apart by the length of the text. */
int cli_parse_bytes(const char *text, void *ret_bytes, size_t n, struct tdl_error *err);
/* n bytes (at most 64) as lower-case hex, or as base64; text holds CLI_BYTES_TEXT. */
#define CLI_BYTES_TEXT 132
char *cli_bytes(const void *bytes, size_t n, bool base64, char *text);
/* "2 MiB", "4 KiB", "300 bytes": exact, in the largest unit that divides it. */
#define CLI_SIZE_TEXT 32
char *cli_size(uint64_t bytes, char text[CLI_SIZE_TEXT]);

/* Tables and JSON (output.c). */
/* A table in memory: columns as wide as their widest cell. A heading that starts with '>' makes
 * its column right-aligned. For tables that fit on a few screens; longer ones print as they go. */
struct cli_table;
struct cli_table *cli_table_new(const char *const *headings /* ends with NULL */);
void cli_table_cell(struct cli_table *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void cli_table_print(const struct cli_table *t, FILE *out);
void cli_table_free(struct cli_table *t);
static inline void cli_table_scope(struct cli_table **t)
{
	cli_table_free(*t);
}
#define AUTO_TABLE __attribute__((cleanup(cli_table_scope)))

/* Members of a JSON object; each takes nothing and copies what it is given. */
void cli_json_string(struct json_object *o, const char *name, const char *value);
void cli_json_number(struct json_object *o, const char *name, uint64_t value);
void cli_json_bool(struct json_object *o, const char *name, bool value);
/* Addresses and other numbers that people read in hex: "0x...", as text. */
void cli_json_hex(struct json_object *o, const char *name, uint64_t value);
/* Bytes as the user wants them encoded, at most 64. */
void cli_json_bytes(struct json_object *o, const char *name, const void *bytes, size_t n,
		    bool base64);
/* Print it and a newline, then free it. */
void cli_json_print(struct json_object *o);

/* Colour only on a terminal, and never with NO_COLOR. An empty string otherwise. */
enum cli_style { CLI_PLAIN, CLI_BOLD, CLI_GOOD, CLI_BAD, CLI_WARN };
const char *cli_style(FILE *out, enum cli_style style);

/* A progress line on standard error, only when that is a terminal (progress.c). Not thread-safe:
 * one thread at a time calls these. */
struct cli_progress {
	const char *what;
	uint64_t total, start_ns, shown_ns;
	bool on;
};
/* total in bytes. */
void cli_progress_start(struct cli_progress *p, const char *what, uint64_t total, bool quiet);
void cli_progress_step(struct cli_progress *p, uint64_t done);
/* Remove the line. */
void cli_progress_end(struct cli_progress *p);

#endif
