/* SPDX-License-Identifier: BSD-2-Clause */
/* Making a plan: options checked, RAM laid out, the HOB written, sections turned into regions. */
#include "plan/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/range.h"
#include "base/scope.h"
#include "plan/hob.h"
#include "plan/regions.h"

static void scope_plan_free(struct tdl_plan **plan)
{
	tdl_plan_free(*plan);
}

#define AUTO_PLAN AUTO_CALL(scope_plan_free)

static const struct tdl_plan_options defaults = {
	.flow = TDL_PLAN_FLOW_DEFAULT,
	.memory = TDL_PLAN_MEMORY_DEFAULT,
	.cpus = 1,
	.gpaw = TDL_PLAN_GPAW_DEFAULT,
};

/* Private addresses end where the shared bit begins. */
static uint64_t private_end(const struct tdl_plan *plan)
{
	return UINT64_C(1) << (plan->gpaw - 1);
}

static int take_options(struct tdl_plan *plan, const struct tdl_plan_options *opt,
			struct tdl_error *err)
{
	int rc = flow_find(opt->flow ? opt->flow : TDL_PLAN_FLOW_DEFAULT, &plan->flow, err);

	if (rc < 0)
		return rc;
	plan->gpaw = opt->gpaw ? opt->gpaw : TDL_PLAN_GPAW_DEFAULT;
	plan->memory = opt->memory;
	plan->cpus = opt->cpus;
	plan->early_accept = opt->early_accept;
	if (plan->gpaw != 48 && plan->gpaw != 52)
		return tdl_fail(err, -EINVAL,
				"a guest physical address width of %u bits does not exist; 48 and 52 do",
				plan->gpaw);
	if (plan->cpus == 0 || plan->cpus > TDL_PLAN_CPUS_MAX)
		return tdl_fail(err, -EINVAL, "a TD has 1 to %u vCPUs, not %u", TDL_PLAN_CPUS_MAX,
				plan->cpus);
	rc = ram_check(plan->flow->style, plan->memory, private_end(plan), err);
	if (rc < 0)
		return rc;
	if (plan->flow->memory_max && plan->memory > plan->flow->memory_max)
		return tdl_fail(err, -EINVAL,
				"flow %s is known up to %" PRIu64
				" GiB of memory: larger machines have several nodes",
				plan->flow->name, plan->flow->memory_max >> 30);
	plan->ram_count = ram_lay_out(plan->flow->style, plan->memory, plan->ram);
	return 0;
}

/* A section that the VMM fills with RAM must find some there, or lie under 4 GiB where the
 * firmware is. */
static int check_place(const struct tdl_plan *plan, const struct tdl_section *s,
		       struct tdl_error *err)
{
	const uint64_t top = UINT64_C(1) << 32;
	uint64_t end = s->gpa + s->mem_size;

	if (end > private_end(plan))
		return tdl_fail(err, -EBADMSG,
				"it ends at 0x%" PRIx64
				"; private addresses of a TD with %u address bits end at 0x%" PRIx64,
				end, plan->gpaw, private_end(plan));
	if (s->type != TDL_SECTION_TD_HOB && s->type != TDL_SECTION_TEMP_MEM)
		return 0;
	if (ram_holds(plan->ram, plan->ram_count, s->gpa, s->mem_size))
		return 0;
	if (end <= top && s->gpa >= top - TDL_IMAGE_SIZE_MAX)
		return 0;
	return tdl_fail(err, -EINVAL,
			"0x%" PRIx64 "+0x%" PRIx64 " is outside the %" PRIu64
			" bytes of memory; give the TD more (-m)",
			s->gpa, s->mem_size, plan->memory);
}

static int check_places(const struct tdl_plan *plan, struct tdl_error *err)
{
	for (size_t i = 0; i < tdl_image_section_count(plan->image); i++) {
		const struct tdl_section *s = tdl_image_section(plan->image, i);
		int rc = check_place(plan, s, err);

		if (rc < 0)
			return tdl_while(err, rc, "section %zu (%s)", i,
					 tdl_section_type_name(s->type));
	}
	return 0;
}

static int make_hob(struct tdl_plan *plan, struct tdl_error *err)
{
	struct hob_request req = {
		.style = plan->flow->style,
		.sections = tdl_image_section(plan->image, 0),
		.section_count = tdl_image_section_count(plan->image),
		.ram = plan->ram,
		.ram_count = plan->ram_count,
		.early_accept = plan->early_accept,
	};

	for (size_t i = 0; i < req.section_count; i++)
		if (req.sections[i].type == TDL_SECTION_TD_HOB)
			req.hob = &req.sections[i];
	if (!req.hob)
		return 0;
	plan->hob_gpa = req.hob->gpa;
	return hob_build(&req, &plan->hob, &plan->hob_size, err);
}

static int build(struct tdl_plan *plan, struct tdl_error *err)
{
	int rc = flow_check_image(plan->flow, plan->image, err);

	if (rc == 0)
		rc = check_places(plan, err);
	if (rc == 0)
		rc = make_hob(plan, err);
	if (rc == 0)
		rc = regions_make(plan, err);
	return rc < 0 ? tdl_while(err, rc, "%s", tdl_image_name(plan->image)) : 0;
}

int tdl_plan_build(const struct tdl_image *image, const struct tdl_plan_options *opt,
		   struct tdl_plan **ret_plan, struct tdl_error *err)
{
	AUTO_PLAN struct tdl_plan *plan = calloc(1, sizeof(*plan));
	int rc;

	if (!plan)
		return tdl_fail(err, -ENOMEM, "no memory for a plan");
	plan->image = image;
	rc = take_options(plan, opt ? opt : &defaults, err);
	if (rc == 0)
		rc = build(plan, err);
	if (rc < 0)
		return rc;
	*ret_plan = steal(plan);
	return 0;
}

void tdl_plan_free(struct tdl_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; plan->notes[i]; i++)
		free(plan->notes[i]);
	free(plan->regions);
	free(plan->hob);
	free(plan);
}

const struct tdl_image *tdl_plan_image(const struct tdl_plan *plan)
{
	return plan->image;
}

const char *tdl_plan_flow(const struct tdl_plan *plan)
{
	return plan->flow->name;
}

uint64_t tdl_plan_memory(const struct tdl_plan *plan)
{
	return plan->memory;
}

unsigned tdl_plan_cpus(const struct tdl_plan *plan)
{
	return plan->cpus;
}

unsigned tdl_plan_gpaw(const struct tdl_plan *plan)
{
	return plan->gpaw;
}

size_t tdl_plan_region_count(const struct tdl_plan *plan)
{
	return plan->region_count;
}

const struct tdl_region *tdl_plan_region(const struct tdl_plan *plan, size_t i)
{
	return i < plan->region_count ? &plan->regions[i] : NULL;
}

uint64_t tdl_plan_pages(const struct tdl_plan *plan)
{
	return plan->pages;
}

int tdl_plan_launchable(const struct tdl_plan *plan, struct tdl_error *err)
{
	for (size_t i = 0; i < plan->region_count; i++)
		if (plan->regions[i].source == TDL_SOURCE_ABSENT)
			return tdl_fail(err, -ENODATA,
					"%s: the contents of section %" PRIu32
					" (%s) are not known, so it can be measured but not launched",
					tdl_image_name(plan->image), plan->regions[i].section,
					plan->regions[i].name);
	return 0;
}

const char *tdl_plan_note(const struct tdl_plan *plan, size_t i)
{
	return i < PLAN_NOTES_MAX ? plan->notes[i] : NULL;
}

uint64_t tdl_plan_hob_gpa(const struct tdl_plan *plan)
{
	return plan->hob_gpa;
}

const uint8_t *tdl_plan_hob(const struct tdl_plan *plan, size_t *ret_size)
{
	*ret_size = plan->hob_size;
	return plan->hob;
}

size_t tdl_plan_ram_count(const struct tdl_plan *plan)
{
	return plan->ram_count;
}

const struct tdl_ram *tdl_plan_ram(const struct tdl_plan *plan, size_t i)
{
	return i < plan->ram_count ? &plan->ram[i] : NULL;
}
