/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EVLOG_VERIFY_H
#define EVLOG_VERIFY_H

#include "evlog/replay.h"

/* tdl_log_verify() whose threads also do other work of the caller's. When there is no verdict it
 * may be left undone. */
int log_verify_beside(struct tdl_log *log, const struct tdl_log_evidence *evidence,
		      struct replay_beside *beside, struct tdl_log_verdict *ret_verdict,
		      struct tdl_error *err);

#endif
