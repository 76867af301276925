/* SPDX-License-Identifier: BSD-2-Clause */
/* Launch logs: replayed against the firmware or the bytes in them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tdlaunch/log.h>

#include "base/bytes.h"
#include "base/scope.h"
#include "check/outcome.h"

static void free_log(struct tdl_log **log)
{
	tdl_log_free(*log);
}

/* The value that MRTD must have is compared with all other values, not here. */
static const struct {
	const char *failed, *not_done;
} advices[TDL_LOG_CHECKS] = {
	[TDL_LOG_CHECK_RECORDS] = { "the log is damaged: take it again", "take the log again" },
	[TDL_LOG_CHECK_ORDER] = { "do not trust the log: no launch goes like this",
				  "the launch did not end: log one that does" },
	[TDL_LOG_CHECK_DIGESTS] = { "do not trust the log: it was changed", "take the log again" },
	[TDL_LOG_CHECK_SOURCES] = { "give the firmware that was launched with --firmware",
				    "give the firmware that was launched with --firmware" },
	[TDL_LOG_CHECK_PAGES] = { "do not trust the log: other bytes were loaded",
				  "give the firmware that was launched with --firmware" },
	[TDL_LOG_CHECK_STATES] = { "do not trust the log: it was changed",
				   "give the firmware that was launched with --firmware" },
	[TDL_LOG_CHECK_MRTD] = { "do not trust the log: its MRTD is not that of its operations",
				 "give the firmware that was launched with --firmware" },
};

enum tdl_state log_state(enum tdl_log_status status)
{
	return status == TDL_LOG_PASSED	  ? TDL_STATE_PASSED
	       : status == TDL_LOG_FAILED ? TDL_STATE_FAILED
					  : TDL_STATE_NOT_DONE;
}

static int claim_log(struct job *j, const struct item *item, const struct tdl_log_verdict *v,
		     struct tdl_error *err)
{
	const struct tdl_image *image = j->rules->opt.image;
	char source[300], passed[200];
	struct outcome o = { 0 };
	struct tdl_claim like = { .kind = TDL_CLAIM_LOG, .name = "log", .subject = item->name,
				  .source = source };

	for (size_t i = 0; i < TDL_LOG_CHECK_EXPECTED; i++) {
		enum tdl_state state = log_state(v->checks[i].status);

		outcome_add(&o, v->checks[i].name, state, v->checks[i].text, "",
			    state == TDL_STATE_FAILED ? advices[i].failed : advices[i].not_done);
	}
	if (image)
		snprintf(source, sizeof(source), "firmware %.250s", tdl_image_name(image));
	else
		snprintf(source, sizeof(source), "bytes in the log");
	snprintf(passed, sizeof(passed), "replayed: %llu records, %llu pages",
		 (unsigned long long)v->records, (unsigned long long)v->pages);
	return outcome_claim(&o, j, &like, passed, err);
}

static void say_init(struct witness *w, const struct tdl_log_init_event *init)
{
	uint8_t number[8];

	put_le64(number, init->attributes);
	witness_set(w, "td_attributes", number, sizeof(number));
	put_le64(number, init->xfam);
	witness_set(w, "xfam", number, sizeof(number));
	witness_set(w, "mrconfigid", init->mrconfigid, sizeof(init->mrconfigid));
	witness_set(w, "mrowner", init->mrowner, sizeof(init->mrowner));
	witness_set(w, "mrownerconfig", init->mrownerconfig, sizeof(init->mrownerconfig));
}

/* What the log says about its TD. */
static void say(struct witness *w, struct tdl_log *log)
{
	struct tdl_log_record r = { 0 };

	tdl_log_rewind(log);
	while (tdl_log_next(log, &r, NULL) == 1) {
		if (r.event == TDL_LOG_EVENT_INIT)
			say_init(w, &r.init);
		else if (r.event == TDL_LOG_EVENT_REGION && r.region.origin == TDL_LOG_ORIGIN_FILE)
			witness_set(w, "firmware", r.region.source.digest, 48);
		else if (r.event == TDL_LOG_EVENT_FINALIZE)
			witness_set(w, "mrtd", r.finalize.mrtd, sizeof(r.finalize.mrtd));
	}
}

int judge_log(struct job *j, const struct item *item, struct tdl_error *err)
{
	const struct tdl_log_evidence evidence = { .image = j->rules->opt.image,
						   .threads = j->cache ? 1 : 0 };
	struct tdl_claim like = { .kind = TDL_CLAIM_LOG, .name = "log", .subject = item->name,
				  .state = TDL_STATE_FAILED, .advice = advices[0].failed };
	AUTO_CALL(free_log) struct tdl_log *log = NULL;
	struct tdl_log_verdict verdict = { 0 };
	struct tdl_error why = { 0 };
	int rc = tdl_log_open_bytes(item->bytes, item->size, &log, &why);

	if (rc == 0)
		rc = tdl_log_verify(log, &evidence, &verdict, &why);
	if (rc == -ENOMEM || rc == -EIO)
		return tdl_fail(err, rc, "%s: %s", item->name, why.text);
	if (rc == -EOPNOTSUPP)
		like.state = TDL_STATE_NOT_DONE;
	if (rc < 0)
		return claim(j, &like, err, "%s", why.text);
	rc = claim_log(j, item, &verdict, err);
	struct witness *w = rc == 0 ? job_witness(j, item, err) : NULL;
	if (w)
		say(w, log);
	return rc;
}
