/* SPDX-License-Identifier: BSD-2-Clause */
/* A verification under way. */
#ifndef ANCHOR_VERDICT_H
#define ANCHOR_VERDICT_H

#include <tdlaunch/log.h>

#include "anchor/quotefile.h"

struct verifying {
	const struct tdl_anchor_evidence *e;
	struct tdl_anchor_verdict *v;
	struct quotefile *q;	 /* zeroed when it could not be read */
	struct attest attest;	 /* borrows from q */
	struct nv_public nv;
	bool readable;		 /* q, attest and nv are meant */
	struct bank_values running;	 /* the register while logs are replayed, in the banks quoted */
	struct bank_values one_more;	 /* the same and one record more, of a journal that broke off */
	bool has_one_more;
	bool replayed;		 /* every log and journal could be read to its end */
	struct tpm_clock latest; /* of the journals */
};

void verdict_say(struct verifying *x, enum tdl_anchor_check_id id, enum tdl_log_status status,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Of a log; the first failure is what stays. */
void verdict_fail(struct verifying *x, enum tdl_anchor_check_id id, const char *name,
		  const char *what);

/* Checks of logs and journals: REGISTER, START, LOGS, CHAIN, CLOCK. Fills in running. */
int verdict_logs(struct verifying *x, struct tdl_error *err);

/* What became of a log against the firmware. */
struct firmware_result {
	int rc;
	enum tdl_log_answer answer;
	struct tdl_error err;
};
struct replay_beside;

/* All logs against the firmware, one result each; its threads do what is beside, too. Moves no
 * caller's log. */
void firmware_verify(const struct tdl_anchor_evidence *e, struct replay_beside *beside,
		     struct firmware_result *ret_results);
/* The check FIRMWARE. results are NULL when there is no firmware. */
int verdict_firmware(struct verifying *x, const struct firmware_result *results,
		     struct tdl_error *err);

#endif
