/* SPDX-License-Identifier: BSD-2-Clause */
/* A log as a plain list of extends, and the search for what explains a register. */
#ifndef ATTEST_REPLAY_H
#define ATTEST_REPLAY_H

#include <stdbool.h>

#include "attest/ccel.h"

/* One entry, in the order of the log. */
struct step {
	uint32_t mr; /* 1 to 4; 0 only for EV_NO_ACTION */
	uint32_t type;
	size_t index;	       /* as shown: position among all entries */
	const uint8_t *digest; /* borrowed, 48 bytes */
};

/* Beyond so many events of one register the searches that cost their square are left out. */
enum { DIAGNOSIS_LIMIT = 400, FINDING_SIZE = 240 };

/* A sentence on why replaying steps does not give want in register mr; log_full says that the area
 * has no room left behind the last event. */
int replay_diagnose(const struct step *steps, size_t n, uint32_t mr,
		    const uint8_t want[TDL_RTMR_SIZE], bool log_full, char finding[FINDING_SIZE],
		    struct tdl_error *err);

#endif
