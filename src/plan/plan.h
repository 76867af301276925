/* SPDX-License-Identifier: BSD-2-Clause */
/* A plan's insides. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "plan/ram.h"

#define PLAN_REGIONS_MAX (2u * TDL_IMAGE_SECTIONS_MAX)
#define PLAN_NOTES_MAX	 (2u * TDL_IMAGE_SECTIONS_MAX)

struct tdl_plan {
	const struct tdl_image *image; /* borrowed */
	const struct flow *flow;
	uint64_t memory; /* bytes */
	unsigned cpus;
	unsigned gpaw;
	bool early_accept;
	struct tdl_ram ram[RAM_RANGES_MAX];
	size_t ram_count;
	struct tdl_region *regions;
	size_t region_count;
	uint64_t pages; /* added */
	uint8_t *hob;	/* owned */
	size_t hob_size;
	uint64_t hob_gpa;
	char *notes[PLAN_NOTES_MAX + 1]; /* owned, up to the first NULL */
};

#endif
