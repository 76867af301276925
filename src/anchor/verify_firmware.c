/* SPDX-License-Identifier: BSD-2-Clause */
/* Logs against the firmware. It needs nothing of the rest, and nothing of the rest needs it. */
#include <errno.h>

#include "anchor/verdict.h"
#include "evlog/reader.h"
#include "evlog/verify.h"

/* The caller's log stays where it is: this one has a position of its own in the same bytes. */
static void verify_log(const struct tdl_anchor_evidence *e, size_t i, struct replay_beside *beside,
		       struct firmware_result *ret)
{
	const struct tdl_log_evidence evidence = { .image = e->image };
	struct tdl_log log = { .bytes = e->logs[i].log->bytes, .size = e->logs[i].log->size };
	struct tdl_log_verdict verdict = { 0 };

	ret->rc = log_verify_beside(&log, &evidence, beside, &verdict, &ret->err);
	ret->answer = verdict.answer;
}

void firmware_verify(const struct tdl_anchor_evidence *e, struct replay_beside *beside,
		     struct firmware_result *ret_results)
{
	for (size_t i = 0; i < e->count; i++)
		verify_log(e, i, beside->done ? NULL : beside, &ret_results[i]);
	if (!beside->done)
		beside->run(beside->ctx);
}

static int judge_log(struct verifying *x, const char *name, const struct firmware_result *r,
		     struct tdl_error *err)
{
	const struct tdl_anchor_check *c = &x->v->checks[TDL_ANCHOR_CHECK_FIRMWARE];

	if (r->rc == -ENOMEM || r->rc == -EIO) {
		if (err)
			*err = r->err;
		return r->rc;
	}
	if (r->rc < 0 || r->answer == TDL_LOG_NO)
		verdict_fail(x, TDL_ANCHOR_CHECK_FIRMWARE, name,
			     "it does not verify against the firmware; 'tdlaunch log verify' says "
			     "why");
	else if (r->answer == TDL_LOG_CANNOT_TELL && c->status != TDL_LOG_FAILED)
		verdict_say(x, TDL_ANCHOR_CHECK_FIRMWARE, TDL_LOG_NOT_DONE,
			    "%s: not all of it could be compared with the firmware", name);
	return 0;
}

int verdict_firmware(struct verifying *x, const struct firmware_result *results,
		     struct tdl_error *err)
{
	int rc = 0;

	if (!x->readable)
		return 0;
	if (!x->e->image) {
		verdict_say(
			x, TDL_ANCHOR_CHECK_FIRMWARE, TDL_LOG_NOT_DONE,
			"no firmware given: that the logs are right is for 'tdlaunch log verify'");
		return 0;
	}
	for (size_t i = 0; rc == 0 && i < x->e->count; i++)
		rc = judge_log(x, x->e->logs[i].name, &results[i], err);
	if (rc == 0 && x->v->checks[TDL_ANCHOR_CHECK_FIRMWARE].text[0] == '\0')
		verdict_say(x, TDL_ANCHOR_CHECK_FIRMWARE, TDL_LOG_PASSED,
			    "the firmware gives what every log says");
	return rc;
}
