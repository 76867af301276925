/* SPDX-License-Identifier: BSD-2-Clause */
/* From a word to its subcommand, and from its end to the exit code. */
#include "cli/cli.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"

void cli_list(FILE *out, const struct cli_command *commands, const char *prefix)
{
	for (const struct cli_command *c = commands; c->name; c++)
		fprintf(out, "  %s%s%-*s  %s\n", prefix, *prefix ? " " : "", *prefix ? 10 : 11,
			c->name, c->help);
}

static int list_group(FILE *out, const struct cli_command *commands, const char *prefix)
{
	fprintf(out, "Usage: tdlaunch %s COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:\n", prefix);
	cli_list(out, commands, prefix);
	fprintf(out, "\nExample:\n  tdlaunch %s %s --help\n", prefix, commands[0].name);
	return out == stdout ? CLI_YES : CLI_USAGE;
}

static const struct cli_command *find(const struct cli_command *commands, const char *name)
{
	for (const struct cli_command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static int refuse_command(const struct cli_command *commands, const char *prefix, const char *word)
{
	const char *space = *prefix ? " " : "";
	struct nearest near = { .word = word };

	for (const struct cli_command *c = commands; c->name; c++)
		nearest_offer(&near, c->name);
	if (near.found)
		cli_say("there is no command '%s%s%s'; did you mean '%s%s%s'? (EINVAL)", prefix,
			space, word, prefix, space, near.found);
	else
		cli_say("there is no command '%s%s%s'; 'tdlaunch %s%s--help' lists them (EINVAL)",
			prefix, space, word, prefix, space);
	return CLI_USAGE;
}

int cli_run(const struct cli_command *commands, const char *prefix, int argc, char **argv)
{
	const struct cli_command *c;

	if (argc < 2)
		return list_group(stderr, commands, prefix);
	if (*prefix && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return list_group(stdout, commands, prefix);
	c = find(commands, argv[1]);
	if (!c)
		return refuse_command(commands, prefix, argv[1]);
	if (c->sub) {
		char group[64];

		snprintf(group, sizeof(group), "%s%s%s", prefix, *prefix ? " " : "", c->name);
		return cli_run(c->sub, group, argc - 1, argv + 1);
	}
	return c->run(argc - 1, argv + 1);
}

void cli_say(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%stdlaunch:%s ", cli_style(stderr, CLI_BAD), cli_style(stderr, CLI_PLAIN));
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int cli_error(const struct tdl_error *err)
{
	char line[sizeof(err->text) + 80];

	cli_say("%s", tdl_error_text(err, line, sizeof(line)));
	if (err->code == -EKEYREJECTED)
		return CLI_NO;
	return err->code == -EINVAL ? CLI_USAGE : CLI_UNKNOWN;
}

/* A reader who has gone, as in "tdlaunch log show F | head". What was written before is lost with
 * its error number, so ask the descriptor. */
static bool reader_has_gone(int fd)
{
	struct pollfd out = { .fd = fd, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

int cli_finish(int code)
{
	int why = ferror(stdout) ? EIO : 0;

	if (fflush(stdout) != 0)
		why = errno;
	if (why == EPIPE || (why && reader_has_gone(STDOUT_FILENO)))
		return CLI_UNKNOWN; /* the reader knows, and wants no more */
	if (!why && fclose(stdout) != 0 && errno != EBADF)
		why = errno;
	if (!why)
		return code;
	cli_say("cannot write standard output: %s (%s)", strerror(why), strerrorname_np(why));
	return CLI_UNKNOWN;
}
