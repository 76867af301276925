/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a VMM puts the RAM of its guest. */
#ifndef PLAN_RAM_H
#define PLAN_RAM_H

#include "plan/flow.h"

#define RAM_RANGES_MAX 2

/* Lay memory bytes out, lowest first. Returns how many ranges there are. */
size_t ram_lay_out(enum flow_style style, uint64_t memory, struct tdl_ram ret_ram[RAM_RANGES_MAX]);

/* Lies wholly in one range of RAM. */
bool ram_holds(const struct tdl_ram *ram, size_t count, uint64_t gpa, uint64_t size);

/* The size is fine for a TD whose private addresses end at end. Returns 0 or -EINVAL. */
int ram_check(enum flow_style style, uint64_t memory, uint64_t end, struct tdl_error *err);

#endif
