/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest of a few instructions that writes one byte to each page of a range: what pre-population
 * is compared with. */
#ifndef LAUNCH_TOUCH_H
#define LAUNCH_TOUCH_H

#include "launch/td.h"

/* Where the guest's code lies: a page of ordinary memory that the caller makes a slot of. */
#define TOUCH_CODE_GPA 0x1000u

/* Put the code there. */
void touch_load(uint8_t *page);

/* Let all vCPUs of @td write to the pages of [gpa, gpa + size), below 4 GiB, each to its share.
 * Returns 0 and how long it took, or a negative errno. */
int touch_run(struct tdl_td *td, uint64_t gpa, uint64_t size, double *ret_seconds,
	      struct tdl_error *err);

#endif
