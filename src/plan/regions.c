/* SPDX-License-Identifier: BSD-2-Clause */
/* Each section becomes a region of pages that are added, in metadata order; where the flow extends
 * only when everything is there, a second region of the same pages comes at the end. */
#include "plan/regions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/range.h"
#include "image/image.h"

static const enum tdl_pattern measured_pattern[] = {
	[FLOW_BY_PAGE] = TDL_PATTERN_ADD_EXTEND,
	[FLOW_BY_SECTION] = TDL_PATTERN_ADD_THEN_EXTEND,
	[FLOW_BY_IMAGE] = TDL_PATTERN_ADD,
};

__attribute__((format(printf, 3, 4))) static int note(struct tdl_plan *plan, struct tdl_error *err,
						      const char *fmt, ...)
{
	size_t i = 0;
	va_list ap;
	int n;

	while (i < PLAN_NOTES_MAX && plan->notes[i])
		i++;
	if (i == PLAN_NOTES_MAX)
		return 0;
	va_start(ap, fmt);
	n = vasprintf(&plan->notes[i], fmt, ap);
	va_end(ap);
	if (n >= 0)
		return 0;
	plan->notes[i] = NULL;
	return tdl_fail(err, -ENOMEM, "no memory for a note");
}

/* Bytes behind the raw size, by the flow's rule. */
static int take_tail(struct tdl_plan *plan, const struct tdl_section *s, struct tdl_region *r,
		     struct tdl_error *err)
{
	uint64_t more = s->mem_size - s->raw_size;

	if (!more)
		return 0;
	switch (plan->flow->tail) {
	case FLOW_TAIL_REFUSED:
		return tdl_fail(err, -EBADMSG,
				"raw size 0x%" PRIx64 " and memory size 0x%" PRIx64
				" differ, which flow %s does not allow",
				s->raw_size, s->mem_size, plan->flow->name);
	case FLOW_TAIL_ZERO:
		return note(plan, err,
			    "section %" PRIu32 " (%s): flow %s fills 0x%" PRIx64
			    " bytes behind its raw size with zeros",
			    r->section, r->name, plan->flow->name, more);
	case FLOW_TAIL_FOLLOWING:
		break;
	}
	if (!range_within(s->file_offset, s->mem_size, image_span(plan->image)))
		return tdl_fail(err, -ENODATA,
				"flow %s copies 0x%" PRIx64 " bytes from 0x%" PRIx64
				" on, and the image ends at 0x%" PRIx64,
				plan->flow->name, s->mem_size, s->file_offset,
				image_span(plan->image));
	r->file_length = s->mem_size;
	return note(plan, err,
		    "section %" PRIu32 " (%s): flow %s fills 0x%" PRIx64
		    " bytes behind its raw size with the bytes that follow in the image",
		    r->section, r->name, plan->flow->name, more);
}

static int take_image(struct tdl_plan *plan, const struct tdl_section *s, struct tdl_region *r,
		      struct tdl_error *err)
{
	int rc;

	r->source = TDL_SOURCE_IMAGE;
	r->file_offset = s->file_offset;
	r->file_length = s->raw_size;
	rc = take_tail(plan, s, r, err);
	if (rc < 0)
		return rc;
	if (!image_lacks(plan->image, r->file_offset, r->file_length))
		return 0;
	r->source = TDL_SOURCE_ABSENT;
	r->file_offset = 0;
	r->file_length = 0;
	return note(plan, err,
		    "section %" PRIu32 " (%s) lies in the VARS part, which is missing: the plan can be "
		    "measured, not launched",
		    r->section, r->name);
}

/* A Payload that the VMM loads from elsewhere. */
static bool loaded_by_vmm(const struct flow *flow, const struct tdl_section *s)
{
	if (s->type == TDL_SECTION_PAYLOAD)
		return !flow->payload_in_image || s->raw_size == 0;
	return s->type == TDL_SECTION_PAYLOAD_PARAM && !flow->payload_in_image;
}

static int take_source(struct tdl_plan *plan, const struct tdl_section *s, struct tdl_region *r,
		       struct tdl_error *err)
{
	if (loaded_by_vmm(plan->flow, s)) {
		r->source = TDL_SOURCE_ABSENT;
		return note(plan, err,
			    "section %" PRIu32 " (%s) is loaded by the VMM from another file", r->section,
			    r->name);
	}
	if (s->type == TDL_SECTION_TD_HOB) {
		r->source = TDL_SOURCE_HOB;
		if (plan->flow->hob_exact)
			return 0;
		return note(plan, err,
			    "the TD HOB is written as QEMU does; the VMM of flow %s writes another one",
			    plan->flow->name);
	}
	return s->raw_size ? take_image(plan, s, r, err) : 0;
}

/* What is extended must be known. */
static int check_known(const struct tdl_plan *plan, const struct tdl_region *r,
		       struct tdl_error *err)
{
	if (r->source == TDL_SOURCE_ABSENT)
		return tdl_fail(err, -EOPNOTSUPP,
				"flow %s measures its contents, which are not in the image given",
				plan->flow->name);
	if (r->source == TDL_SOURCE_HOB && !plan->flow->hob_exact)
		return tdl_fail(err, -EOPNOTSUPP,
				"flow %s measures the TD HOB, and how its VMM writes it is not known",
				plan->flow->name);
	return 0;
}

static int make_region(struct tdl_plan *plan, uint32_t i, struct tdl_error *err)
{
	const struct tdl_section *s = tdl_image_section(plan->image, i);
	struct tdl_region *r = &plan->regions[plan->region_count];
	bool extended = flow_extends(plan->flow, s);
	int rc;

	if (s->mem_size == 0)
		return 0; /* TD_INFO, TD_PARAMS: part of the BFV */
	if ((s->attributes & TDL_SECTION_PAGE_AUG) && plan->flow->aug == FLOW_AUG_LEFT_OUT)
		return note(plan, err, "section %" PRIu32 " (%s) has PAGE.AUG: flow %s leaves it out", i,
			    tdl_section_type_name(s->type), plan->flow->name);
	*r = (struct tdl_region){
		.name = tdl_section_type_name(s->type),
		.section = i,
		.type = s->type,
		.gpa = s->gpa,
		.pages = s->mem_size / PAGE_SIZE_4K,
		.pattern = extended ? measured_pattern[plan->flow->order] : TDL_PATTERN_ADD,
	};
	if (r->pages > TDL_PLAN_PAGES_MAX - plan->pages)
		return tdl_fail(err, -E2BIG,
				"with its %" PRIu64 " pages more than %" PRIu64
				" pages would be added before the TD runs",
				r->pages, TDL_PLAN_PAGES_MAX);
	rc = take_source(plan, s, r, err);
	if (rc == 0 && extended)
		rc = check_known(plan, r, err);
	if (rc == 0 && (s->attributes & TDL_SECTION_PAGE_AUG))
		rc = note(plan, err, "section %" PRIu32 " (%s) has PAGE.AUG: flow %s adds it all the same",
			  i, r->name, plan->flow->name);
	plan->pages += r->pages;
	plan->region_count++;
	return rc;
}

/* Repeat the measured regions, to be extended now that all pages are there. */
static void append_extends(struct tdl_plan *plan)
{
	size_t n = plan->region_count;

	for (size_t i = 0; i < n; i++) {
		const struct tdl_region *r = &plan->regions[i];

		if (!flow_extends(plan->flow, tdl_image_section(plan->image, r->section)))
			continue;
		plan->regions[plan->region_count] = *r;
		plan->regions[plan->region_count++].pattern = TDL_PATTERN_EXTEND;
	}
}

int regions_make(struct tdl_plan *plan, struct tdl_error *err)
{
	size_t n = tdl_image_section_count(plan->image);

	plan->regions = calloc(PLAN_REGIONS_MAX, sizeof(*plan->regions));
	if (!plan->regions)
		return tdl_fail(err, -ENOMEM, "no memory for %u regions", PLAN_REGIONS_MAX);
	for (uint32_t i = 0; i < n; i++) {
		int rc = make_region(plan, i, err);

		if (rc < 0)
			return tdl_while(err, rc, "section %" PRIu32 " (%s)", i,
					 tdl_section_type_name(tdl_image_section(plan->image, i)->type));
	}
	if (plan->region_count == 0)
		return tdl_fail(err, -EBADMSG, "flow %s adds none of its sections",
				plan->flow->name);
	if (plan->flow->order == FLOW_BY_IMAGE)
		append_extends(plan);
	return 0;
}
