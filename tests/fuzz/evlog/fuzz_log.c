/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a log: read, rendered, verified, compared with itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/log.h>

#include "evlog/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A record that was read must be written as it was. */
static void check_round_trip(const uint8_t *data, const struct tdl_log_record *r)
{
	struct tdl_log_record copy = *r;
	uint8_t buf[RECORD_MAX];

	if (record_encode(&copy, buf, NULL) < 0 || copy.size != r->size)
		abort();
	/* All but the digest, which nobody has looked at yet. */
	if (memcmp(buf + (copy.content - buf), r->content, r->content_size) != 0 ||
	    memcmp(buf, data + r->offset, 4) != 0)
		abort();
}

static void check_records(struct tdl_log *log, const uint8_t *data)
{
	struct tdl_log_record r;
	struct tdl_error err;
	char text[100];

	while (tdl_log_next(log, &r, &err) == 1) {
		free(tdl_log_record_json(&r));
		tdl_log_record_text(&r, text, sizeof(text));
		check_round_trip(data, &r);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tdl_log_evidence evidence = { .threads = 1 };
	struct tdl_log_difference difference;
	struct tdl_log_verdict verdict;
	struct tdl_log *a = NULL;
	struct tdl_log *b = NULL;
	struct tdl_error err;

	if (tdl_log_open_bytes(data, size, &a, &err) < 0 ||
	    tdl_log_open_bytes(data, size, &b, &err) < 0)
		abort();
	check_records(a, data);
	if (tdl_log_verify(a, &evidence, &verdict, &err) == 0 && verdict.answer == TDL_LOG_YES &&
	    !verdict.finalized)
		abort();
	if (tdl_log_diff(a, b, &difference, &err) == 0 &&
	    difference.relation != TDL_LOG_SAME && difference.relation != TDL_LOG_UNDECIDED)
		abort();
	tdl_log_free(a);
	tdl_log_free(b);
	return 0;
}
