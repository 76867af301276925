/* SPDX-License-Identifier: BSD-2-Clause */
/* The log that launching a plan would give. */
#include <tdlaunch/log.h>

#include <errno.h>

#include <tdlaunch/plan.h>

#include "evlog/follow.h"

int tdl_log_plan_region(struct tdl_log_writer *w, const struct tdl_plan *plan, size_t region,
			struct tdl_error *err)
{
	const struct tdl_region *r = tdl_plan_region(plan, region);
	struct tdl_log_range range;

	if (!r)
		return tdl_fail(err, -EINVAL, "the plan has no region %zu", region);
	if (r->source == TDL_SOURCE_ABSENT)
		return tdl_fail(err, -ENODATA, "the bytes of region %zu (%s) are not known", region,
				r->name);
	range = follow_range(r);
	return tdl_log_region_begin(w, &range, err);
}

static int log_page(struct tdl_log_writer *w, const struct tdl_plan *plan, size_t region,
		    uint64_t page, enum tdl_log_pattern ops, struct tdl_error *err)
{
	uint64_t gpa = tdl_plan_region(plan, region)->gpa + page * 4096;
	uint8_t scratch[4096];
	const uint8_t *bytes = tdl_plan_page(plan, region, page, scratch);
	int rc = 0;

	if (ops != TDL_LOG_EXTEND)
		rc = tdl_log_add(w, gpa, bytes, err);
	if (rc == 0 && ops != TDL_LOG_ADD)
		rc = tdl_log_extend(w, gpa, bytes, err);
	return rc;
}

static int log_pass(struct tdl_log_writer *w, const struct tdl_plan *plan, size_t region,
		    enum tdl_log_pattern ops, struct tdl_error *err)
{
	const struct tdl_region *r = tdl_plan_region(plan, region);
	int rc = 0;

	for (uint64_t page = 0; rc == 0 && page < r->pages; page++)
		rc = log_page(w, plan, region, page, ops, err);
	return rc;
}

static int log_region(struct tdl_log_writer *w, const struct tdl_plan *plan, size_t region,
		      struct tdl_error *err)
{
	const struct tdl_region *r = tdl_plan_region(plan, region);
	int rc = tdl_log_plan_region(w, plan, region, err);

	if (rc < 0)
		return rc;
	if (r->pattern != TDL_PATTERN_ADD_THEN_EXTEND)
		return log_pass(w, plan, region, (enum tdl_log_pattern)r->pattern, err);
	rc = log_pass(w, plan, region, TDL_LOG_ADD, err);
	return rc < 0 ? rc : log_pass(w, plan, region, TDL_LOG_EXTEND, err);
}

static int log_all(struct tdl_log_writer *w, const struct tdl_plan *plan,
		   const struct tdl_log_td *from, struct tdl_error *err)
{
	struct tdl_log_td td = *from;
	int rc;

	td.flow = tdl_plan_flow(plan);
	td.memory = tdl_plan_memory(plan);
	td.cpus = tdl_plan_cpus(plan);
	rc = tdl_log_init(w, &td, err);
	for (size_t i = 0; rc == 0 && i < tdl_plan_region_count(plan); i++)
		rc = log_region(w, plan, i, err);
	return rc < 0 ? rc : tdl_log_finalize(w, NULL, NULL, err);
}

int tdl_log_from_plan(const char *path, const struct tdl_log_options *options,
		      const struct tdl_plan *plan, const struct tdl_log_td *td,
		      struct tdl_error *err)
{
	struct tdl_log_options opt = *options;
	struct tdl_log_writer *w = NULL;
	int rc;
	int close_rc;

	if (!opt.image)
		opt.image = tdl_plan_image(plan);
	rc = tdl_plan_launchable(plan, err);
	if (rc == 0)
		rc = tdl_log_create(path, &opt, &w, err);
	if (rc < 0)
		return rc;
	rc = log_all(w, plan, td, err);
	close_rc = tdl_log_close(w, rc < 0 ? NULL : err);
	return rc < 0 ? rc : close_rc;
}
