/* SPDX-License-Identifier: BSD-2-Clause */
/* A small firmware with the sections of OVMF, made for the occasion. */
#ifndef TESTS_UNIT_LAUNCH_TDVF_H
#define TESTS_UNIT_LAUNCH_TDVF_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/plan.h>

/* Pages the "qemu" flow adds, how many of them are measured, and how many lie in RAM. */
enum { TDVF_PAGES = 72 + 8 + 16 + 2 + 2 + 6, TDVF_MEASURED = 72, TDVF_IN_RAM = 26 };
#define TDVF_HOB 0x809000u

struct tdvf {
	struct tdl_image *image;
	struct tdl_plan *plan;
	uint8_t mrtd[48]; /* computed from the plan */
};

/* A plan for it with 64 MiB of RAM and so many vCPUs. */
void tdvf_start(struct tdvf *tdvf, const char *flow, unsigned int cpus);
void tdvf_end(struct tdvf *tdvf);

#endif
