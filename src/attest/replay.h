/* SPDX-License-Identifier: BSD-2-Clause */
/* A log as a plain list of extends, and the search for what explains a register. */
#ifndef ATTEST_REPLAY_H
#define ATTEST_REPLAY_H

#include <stdbool.h>

#include "attest/ccel.h"
#include "attest/runtime.h"

/* One entry, in the order of the log. */
struct step {
	uint32_t mr; /* 1 to 4; 0 only for EV_NO_ACTION */
	uint32_t type;
	size_t index;	       /* as shown: position among all entries */
	const uint8_t *digest; /* borrowed, 48 bytes */
};

/* Logs that were replayed: the first one, and perhaps a run-time log behind it. */
struct replay {
	struct tdl_ccel *ccel;		/* NULL when the log is a run-time one */
	struct runtime_log runtime[2];	/* the log itself, or what follows it */
	unsigned n_runtime;
	struct step *steps; /* owned */
	size_t n, contradictions;
	bool full; /* nothing follows the last event of the area */
	uint8_t rtmrs[TDL_RTMR_COUNT][TDL_RTMR_SIZE];
};

/* Parse and extend. runtime is NULL for none; bytes are borrowed until events_replay_end(), which is
 * called in any case. */
int events_replay(struct replay *r, const void *log, size_t size, const void *runtime,
	       size_t runtime_size, struct tdl_error *err);
void events_replay_end(struct replay *r);
#define AUTO_REPLAY __attribute__((cleanup(events_replay_end)))

/* Beyond so many events of one register the searches that cost their square are left out. */
enum { DIAGNOSIS_LIMIT = 400, FINDING_SIZE = 240 };

/* A sentence on why replaying steps does not give want in register mr; log_full says that the area
 * has no room left behind the last event. */
int replay_diagnose(const struct step *steps, size_t n, uint32_t mr,
		    const uint8_t want[TDL_RTMR_SIZE], bool log_full, char finding[FINDING_SIZE],
		    struct tdl_error *err);

#endif
