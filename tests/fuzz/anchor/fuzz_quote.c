/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a quote, about a log that is none, and as keys and roots, too: never yes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/anchor.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char journal[] =
	"tdlaunch-anchor 1\nregister pcr:14\ntpm words\nclock 5 1 0 1\n"
	"before sha256 0000000000000000000000000000000000000000000000000000000000000000\n"
	"extended 1\n";

/* The log is the same bytes: no log at all. */
static void judge(const uint8_t *data, size_t size, struct tdl_log *log)
{
	const struct tdl_anchored_log one = { .name = "log",
					      .log = log,
					      .journal = journal,
					      .journal_size = sizeof(journal) - 1 };
	const struct tdl_anchor_evidence evidence = {
		.quote = data,
		.quote_size = size,
		.logs = &one,
		.count = 1,
		.rules = {
			.nonce = (const uint8_t *)"\x00\x11\x22\x33\x44\x55\x66\x77",
			.nonce_size = 8,
			.roots_pem = data,
			.roots_size = size,
			.key_pem = data,
			.key_size = size,
			.resettable = true,
		},
	};
	struct tdl_anchor_verdict verdict = { 0 };

	if (tdl_anchor_verify(&evidence, &verdict, NULL) < 0)
		return;
	if (verdict.answer == TDL_LOG_YES || verdict.kind == TDL_TPM_HARDWARE)
		abort();
	for (int i = 0; i < TDL_ANCHOR_CHECKS; i++)
		if (!verdict.checks[i].text[0])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tdl_log *log = NULL;

	if (tdl_log_open_bytes(data, size, &log, NULL) < 0)
		return 0;
	judge(data, size, log);
	tdl_log_free(log);
	return 0;
}
