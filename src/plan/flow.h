/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows: what each VMM does with the sections of an image. A flow is a row of a table in flow.c;
 * everything that depends on the VMM is a column. */
#ifndef PLAN_FLOW_H
#define PLAN_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include <tdlaunch/plan.h>

/* In which order pages are added and extended. Sections always come in metadata order. */
enum flow_order {
	FLOW_BY_PAGE,	 /* each page: added, then extended */
	FLOW_BY_SECTION, /* each section: all pages added, then all extended */
	FLOW_BY_IMAGE,	 /* all pages of all sections added, then all measured ones extended */
};

/* Which sections are extended. */
enum flow_extend {
	FLOW_EXTEND_BIT,   /* those with attribute bit 0 */
	FLOW_EXTEND_ONE,   /* those whose attributes are exactly 1 */
	FLOW_EXTEND_EVERY, /* all */
};

/* What is in memory behind the raw size of a section that has contents. */
enum flow_tail {
	FLOW_TAIL_FOLLOWING, /* the bytes that follow in the image */
	FLOW_TAIL_ZERO,
	FLOW_TAIL_REFUSED, /* raw size and memory size must be equal */
};

/* What becomes of a section with PAGE.AUG. */
enum flow_aug {
	FLOW_AUG_IGNORED,  /* it is added like any other */
	FLOW_AUG_LEFT_OUT, /* it is not added before the TD runs */
};

/* How the TD HOB is written, and where RAM is. */
enum flow_style {
	FLOW_STYLE_QEMU, /* q35 */
	FLOW_STYLE_GCE,
};

/* Attribute bits that a section must have, and those that it may have. */
struct flow_attributes {
	uint32_t must;
	uint32_t may;
};

#define FLOW_TYPES 9 /* section types that have a number */

struct flow {
	const char *name;
	const char *summary;
	const char *sources;
	enum flow_order order;
	enum flow_extend extend;
	enum flow_tail tail;
	enum flow_aug aug;
	enum flow_style style;
	uint32_t types;	       /* bit n: sections of type n are known */
	bool hob_needed;       /* there must be a TD_HOB */
	bool hob_exact;	       /* the VMM's HOB is the one that style describes */
	bool payload_in_image; /* Payload is read from the image, not from another file */
	uint64_t memory_max;   /* bytes; 0 means no limit of its own */
	const struct flow_attributes *attributes; /* FLOW_TYPES of them; NULL: any */
};

/* The row with this name. Returns 0; -EINVAL, with the nearest name in the text, if none has it. */
int flow_find(const char *name, const struct flow **ret_flow, struct tdl_error *err);

/* Whether the flow extends a section. */
bool flow_extends(const struct flow *flow, const struct tdl_section *section);

/* The flow's own rules about the image. Errors as tdl_plan_build(). */
int flow_check_image(const struct flow *flow, const struct tdl_image *image,
		     struct tdl_error *err);

#endif
