/* SPDX-License-Identifier: BSD-2-Clause */
/* The TD HOB: a hand-off block list that tells the guest's firmware which memory there is, and
 * which of it is private already. */
#ifndef PLAN_HOB_H
#define PLAN_HOB_H

#include "plan/ram.h"

/* What a HOB list is made from. */
struct hob_request {
	enum flow_style style;
	const struct tdl_section *sections; /* in metadata order, borrowed */
	size_t section_count;
	const struct tdl_section *hob; /* the TD_HOB section, one of them */
	const struct tdl_ram *ram;     /* borrowed */
	size_t ram_count;
	bool early_accept; /* FLOW_STYLE_GCE only */
};

/* Build it. Caller frees. Returns 0; -EBADMSG when the TD_HOB section is too small for it; -ENOMEM.
 * Source: UEFI PI, volume 3, HOB list; QEMU tdvf_hob_create(). */
int hob_build(const struct hob_request *req, uint8_t **ret_bytes, size_t *ret_size,
	      struct tdl_error *err);

#endif
