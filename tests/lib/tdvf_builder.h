/* SPDX-License-Identifier: BSD-2-Clause */
/* Firmware images made for a test: contents by a pattern, metadata with any sections, and the
 * places a test may want to spoil. */
#ifndef TESTS_LIB_TDVF_BUILDER_H
#define TESTS_LIB_TDVF_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/image.h>

struct tdvf_built {
	uint8_t *bytes; /* owned, size of them */
	size_t size;
	size_t descriptor; /* offset of "TDVF" */
	size_t sections;   /* offset of the first section */
	size_t table;	   /* offset of the TDX entry's data in the GUIDed table */
};

/* An image of size bytes (64 KiB at most are needed for anything) with these sections. Aborts when
 * there is no memory or no room. */
struct tdvf_built tdvf_build(size_t size, const struct tdl_section *sections, uint32_t count);

/* A small perfect one: BFV, CFV, TempMem, TD_HOB, TempMem in 16 KiB. */
#define TDVF_SMALL_SIZE	    0x4000u
#define TDVF_SMALL_SECTIONS 5u
extern const struct tdl_section tdvf_small_sections[TDVF_SMALL_SECTIONS];
struct tdvf_built tdvf_small(void);

/* One with the section list of Debian 13's 4 MiB firmware. */
struct tdvf_built tdvf_four_mib(void);

void tdvf_free(struct tdvf_built *image);

#endif
