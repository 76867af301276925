/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch check --batch: requests in, verdicts out. */
#include "cli/check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/scope.h"

static int exit_of(const struct tdl_batch_counts *counts)
{
	if (counts->no)
		return CLI_NO;
	return counts->unknown || counts->requests == 0 ? CLI_UNKNOWN : CLI_YES;
}

/* The reader of a pipe who has left is no news to anybody. */
static int give_up(const struct tdl_error *err)
{
	if (err->code != -EPIPE)
		cli_error(err);
	return CLI_UNKNOWN;
}

int check_batch(const struct tdl_rules *rules, const char *path,
		const struct tdl_batch_options *options, bool quiet)
{
	bool named = strcmp(path, "-") != 0;
	AUTO_CLOSE int file = named ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	AUTO_CLOSE int nowhere = quiet ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;
	struct tdl_batch_counts counts = { 0 };
	struct tdl_error err = { 0 };
	int rc = 0;

	if ((named && file < 0) || (quiet && nowhere < 0)) {
		rc = -errno;
		tdl_fail(&err, rc, "cannot open %s: %s", named && file < 0 ? path : "/dev/null",
			 strerror(-rc));
		return give_up(&err);
	}
	rc = tdl_check_batch(rules, named ? file : STDIN_FILENO, quiet ? nowhere : STDOUT_FILENO,
			     options, &counts, &err);
	if (rc < 0)
		return give_up(&err);
	if (counts.requests == 0)
		cli_say("there was no request (ENODATA)");
	return exit_of(&counts);
}
