/* SPDX-License-Identifier: BSD-2-Clause */
/* A plan folded into MRTD. The kernel's TDX module computes the same from what was really launched;
 * the two share no code, and their agreement is the proof. */
#include <tdlaunch/mrtd.h>

#include <errno.h>
#include <stdlib.h>

#include "base/range.h"
#include "base/scope.h"
#include "measure/fold.h"
#include "measure/stream.h"

struct tdl_mrtd {
	uint64_t adds;
	uint64_t extends;
	size_t region_count;
	uint8_t after[][SHA384_SIZE]; /* by region */
};

/* A computation under way. */
struct folding {
	struct mrtd_stream stream;
	struct tdl_mrtd *mrtd;
	size_t region; /* that the last operation was in */
	const struct tdl_plan *plan;
	const struct mrtd_watch *watch; /* or NULL */
	struct tdl_error *err;
};

/* Note the digest at the end of each region up to `until`, that one excluded. */
static int close_regions(struct folding *f, size_t until)
{
	int rc = 0;

	for (; rc == 0 && f->region < until; f->region++)
		rc = mrtd_stream_peek(&f->stream, f->mrtd->after[f->region], f->err);
	return rc;
}

/* The first operation on a page in this pass over its region: what a page is added and extended
 * with at once begins with the add. */
static bool opens_page(const struct folding *f, const struct tdl_op *op)
{
	if (op->kind == TDL_OP_ADD)
		return true;
	return tdl_plan_region(f->plan, op->region)->pattern != TDL_PATTERN_ADD_EXTEND &&
	       is_aligned(op->gpa, PAGE_SIZE_4K);
}

static int fold(void *ctx, const struct tdl_op *op)
{
	struct folding *f = ctx;
	int rc = close_regions(f, op->region);

	if (rc < 0)
		return rc;
	if (f->watch && op->page % f->watch->pages == 0 && opens_page(f, op))
		f->watch->at(f->watch->ctx, mrtd_stream_state(&f->stream));
	if (op->kind == TDL_OP_ADD)
		return mrtd_stream_add(&f->stream, op->gpa, f->err);
	return mrtd_stream_extend(&f->stream, op->gpa, op->bytes, f->err);
}

int mrtd_fold(const struct tdl_plan *plan, const struct mrtd_watch *watch,
	      struct tdl_mrtd **ret_mrtd, struct tdl_error *err)
{
	size_t n = tdl_plan_region_count(plan);
	AUTO_FREE struct tdl_mrtd *mrtd = calloc(1, sizeof(*mrtd) + n * SHA384_SIZE);
	struct folding f = { .mrtd = mrtd, .plan = plan, .watch = watch, .err = err };
	int rc = 0;

	if (!mrtd)
		return tdl_fail(err, -ENOMEM, "no memory for %zu digests", n);
	mrtd->region_count = n;
	if (watch)
		mrtd_stream_start_open(&f.stream);
	else
		rc = mrtd_stream_start(&f.stream, err);
	if (rc == 0)
		rc = tdl_plan_ops(plan, fold, &f);
	if (rc == 0)
		rc = close_regions(&f, n);
	mrtd->adds = f.stream.adds;
	mrtd->extends = f.stream.extends;
	mrtd_stream_end(&f.stream);
	if (rc < 0)
		return rc;
	*ret_mrtd = steal(mrtd);
	return 0;
}

int tdl_mrtd_compute(const struct tdl_plan *plan, struct tdl_mrtd **ret_mrtd,
		     struct tdl_error *err)
{
	return mrtd_fold(plan, NULL, ret_mrtd, err);
}

void tdl_mrtd_free(struct tdl_mrtd *mrtd)
{
	free(mrtd);
}

const uint8_t *tdl_mrtd_value(const struct tdl_mrtd *mrtd)
{
	return mrtd->after[mrtd->region_count - 1];
}

uint64_t tdl_mrtd_adds(const struct tdl_mrtd *mrtd)
{
	return mrtd->adds;
}

uint64_t tdl_mrtd_extends(const struct tdl_mrtd *mrtd)
{
	return mrtd->extends;
}

uint64_t tdl_mrtd_bytes(const struct tdl_mrtd *mrtd)
{
	return mrtd->adds * 128 + mrtd->extends * 384;
}

const uint8_t *tdl_mrtd_after(const struct tdl_mrtd *mrtd, size_t region)
{
	return region < mrtd->region_count ? mrtd->after[region] : NULL;
}
