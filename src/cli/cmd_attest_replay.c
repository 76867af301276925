/* SPDX-License-Identifier: BSD-2-Clause */
/* tdlaunch attest replay: an event log against registers. */
#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/quote.h>
#include <tdlaunch/replay.h>
#include <tdlaunch/report.h>

#include "base/file.h"
#include "base/scope.h"
#include "cli/attest_evidence.h"
#include "cli/commands.h"

enum {
	OPT_QUOTE = CLI_LONG,
	OPT_REPORT,
	OPT_RTMR,
	OPT_RUNTIME,
	OPT_OFFSETS,
	FILE_LIMIT = 32 << 20, /* bytes */
};

static const struct cli_option options[] = {
	{ OPT_QUOTE, "quote", "FILE", "compare with the registers of this quote" },
	{ OPT_REPORT, "report", "FILE", "compare with the registers of this TDREPORT" },
	{ OPT_RTMR, "rtmr", "I=HEX", "compare register I with a value you know" },
	{ OPT_RUNTIME, "runtime", "FILE", "extend this IMA, dstack or CEL log behind LOG" },
	{ OPT_OFFSETS, "offsets", NULL, "where each event lies" },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "attest replay",
	.operands = "LOG",
	.summary = "Replay a CC event log (or a dstack event list): each event with its register,\n"
		   "type and data, and whether its digest vouches for the data; the registers; and\n"
		   "where one differs, what would explain it. The signatures of a quote are not\n"
		   "checked here. Exit code 0: every register given matches; 1: one differs, or an\n"
		   "event contradicts its data; 3: nothing to compare with.",
	.options = options,
	.common = CLI_JSON,
	.example = "tdlaunch attest replay --quote quote.bin ccel.bin\n",
};

/* Registers to compare with, and who said so. */
struct wanted {
	uint8_t rtmr[TDL_RTMR_COUNT][TDL_RTMR_SIZE];
	char source[TDL_RTMR_COUNT][256];
	bool set[TDL_RTMR_COUNT];
};

static const char *const names[TDL_RTMR_COUNT] = { "rtmr0", "rtmr1", "rtmr2", "rtmr3" };

static int want_quote(struct wanted *w, const char *path, struct tdl_error *err)
{
	AUTO_FREE uint8_t *bytes = NULL;
	struct tdl_quote *quote = NULL;
	struct tdl_field field;
	size_t size = 0;
	int rc = evidence_read(path, TDL_EVIDENCE_QUOTE, &bytes, &size, err);

	if (rc == 0)
		rc = tdl_quote_open(bytes, size, &quote, err);
	for (int i = 0; rc == 0 && i < TDL_RTMR_COUNT; i++) {
		rc = tdl_quote_field(quote, names[i], &field);
		if (rc < 0)
			break;
		memcpy(w->rtmr[i], field.bytes, TDL_RTMR_SIZE);
		w->set[i] = true;
		snprintf(w->source[i], sizeof(w->source[i]),
			 "quote %.200s, signatures not checked here", path);
	}
	tdl_quote_free(quote);
	return rc < 0 ? tdl_while(err, rc, "%s", path) : 0;
}

static int want_report(struct wanted *w, const char *path, struct tdl_error *err)
{
	AUTO_FREE uint8_t *bytes = NULL;
	struct tdl_report *report = NULL;
	struct tdl_field field;
	size_t size = 0;
	int rc = evidence_read(path, TDL_EVIDENCE_REPORT, &bytes, &size, err);

	if (rc == 0)
		rc = tdl_report_open(bytes, size, &report, err);
	if (rc == 0)
		rc = tdl_report_check(report, err);
	for (int i = 0; rc == 0 && i < TDL_RTMR_COUNT; i++) {
		rc = tdl_report_field(report, names[i], &field);
		if (rc < 0)
			break;
		memcpy(w->rtmr[i], field.bytes, TDL_RTMR_SIZE);
		w->set[i] = true;
		snprintf(w->source[i], sizeof(w->source[i]),
			 "TDREPORT %.200s, consistent but not provably genuine", path);
	}
	tdl_report_free(report);
	return rc < 0 ? tdl_while(err, rc, "%s", path) : 0;
}

static int want_value(struct wanted *w, const char *text, struct tdl_error *err)
{
	int i = text[0] - '0';

	if (i < 0 || i >= TDL_RTMR_COUNT || text[1] != '=')
		return tdl_fail(err, -EINVAL, "\"%s\" is not 0=HEX to 3=HEX", text);
	int rc = cli_parse_bytes(text + 2, w->rtmr[i], TDL_RTMR_SIZE, err);
	w->set[i] = rc == 0;
	snprintf(w->source[i], sizeof(w->source[i]), "command line");
	return rc;
}

static int take_option(struct wanted *w, int opt, const char *value, const char **runtime,
		       unsigned *flags, struct tdl_error *err)
{
	switch (opt) {
	case OPT_QUOTE:
		return want_quote(w, value, err);
	case OPT_REPORT:
		return want_report(w, value, err);
	case OPT_RTMR:
		return want_value(w, value, err);
	case OPT_RUNTIME:
		*runtime = value;
		return 0;
	default:
		*flags |= TDL_RENDER_OFFSETS;
		return 0;
	}
}

static int replay(const char *path, const char *runtime, const struct wanted *w, unsigned flags,
		  char **ret_text, enum tdl_answer *ret_answer, struct tdl_error *err)
{
	AUTO_FREE uint8_t *log = NULL, *more = NULL;
	struct tdl_replay_options opt = { 0 };
	size_t size = 0;
	int rc = evidence_read(path, TDL_EVIDENCE_CCEL, &log, &size, err);

	if (rc == 0 && runtime)
		rc = file_read(runtime, FILE_LIMIT, &more, &opt.runtime_size, err);
	if (rc < 0)
		return rc;
	opt.runtime = more;
	for (int i = 0; i < TDL_RTMR_COUNT; i++)
		if (w->set[i]) {
			opt.rtmr[i] = w->rtmr[i];
			opt.source[i] = w->source[i];
		}
	rc = tdl_replay(log, size, &opt, flags, ret_text, ret_answer, err);
	return rc < 0 ? tdl_while(err, rc, "%s", path) : 0;
}

int cmd_attest_replay(int argc, char **argv)
{
	static const int codes[] = { CLI_YES, CLI_NO, CLI_UNKNOWN };
	AUTO_FREE char *text = NULL;
	enum tdl_answer answer = TDL_ANSWER_UNKNOWN;
	struct wanted wanted = { 0 };
	const char *runtime = NULL;
	struct cli_args args;
	struct tdl_error err = { 0 };
	unsigned flags = 0;
	int opt;

	cli_begin(&args, &spec, argc, argv);
	while ((opt = cli_next(&args)) > 0)
		if (take_option(&wanted, opt, args.value, &runtime, &flags, &err) < 0)
			return cli_error(&err);
	if (opt < 0 || !cli_operands(&args, 1, 1))
		return args.exit;
	if (args.json)
		flags |= TDL_RENDER_JSON;
	int rc = replay(args.operands[0], runtime, &wanted, flags, &text, &answer, &err);
	if (rc < 0) {
		cli_error(&err);
		return CLI_UNKNOWN;
	}
	if (!args.quiet)
		fputs(text, stdout);
	return codes[answer];
}
