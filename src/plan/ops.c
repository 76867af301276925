/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a plan: the bytes of a page, and the operations one after the other. */
#include <string.h>

#include "base/range.h"
#include "image/image.h"
#include "plan/plan.h"

static const uint8_t zero_page[PAGE_SIZE_4K];

/* size bytes of a page, the rest zeros. */
static const uint8_t *padded(const uint8_t *bytes, size_t size, uint8_t scratch[PAGE_SIZE_4K])
{
	if (bytes != scratch)
		memmove(scratch, bytes, size);
	memset(scratch + size, 0, PAGE_SIZE_4K - size);
	return scratch;
}

const uint8_t *tdl_plan_page(const struct tdl_plan *plan, size_t region, uint64_t page,
			     uint8_t scratch[4096])
{
	const struct tdl_region *r = tdl_plan_region(plan, region);
	uint64_t at = page * PAGE_SIZE_4K;
	const uint8_t *bytes;
	uint64_t length;
	size_t size;

	if (!r || page >= r->pages)
		return NULL;
	if (r->source != TDL_SOURCE_IMAGE && r->source != TDL_SOURCE_HOB)
		return zero_page;
	length = r->source == TDL_SOURCE_IMAGE ? r->file_length : plan->hob_size;
	if (at >= length)
		return zero_page;
	size = length - at < PAGE_SIZE_4K ? (size_t)(length - at) : PAGE_SIZE_4K;
	bytes = r->source == TDL_SOURCE_IMAGE
			? image_bytes(plan->image, r->file_offset + at, size, scratch)
			: plan->hob + at;
	if (!bytes || size == PAGE_SIZE_4K)
		return bytes;
	return padded(bytes, size, scratch);
}

/* One region on its way through the callback. */
struct walk {
	const struct tdl_plan *plan;
	size_t region;
	int (*run)(void *ctx, const struct tdl_op *op);
	void *ctx;
};

static int add_page(const struct walk *w, uint64_t page, const uint8_t *bytes)
{
	struct tdl_op op = {
		.kind = TDL_OP_ADD,
		.region = w->region,
		.page = page,
		.gpa = w->plan->regions[w->region].gpa + page * PAGE_SIZE_4K,
		.bytes = bytes,
	};

	return w->run(w->ctx, &op);
}

static int extend_page(const struct walk *w, uint64_t page, const uint8_t *bytes)
{
	struct tdl_op op = {
		.kind = TDL_OP_EXTEND,
		.region = w->region,
		.page = page,
		.gpa = w->plan->regions[w->region].gpa + page * PAGE_SIZE_4K,
		.bytes = bytes,
	};
	int rc = 0;

	for (size_t done = 0; rc == 0 && done < PAGE_SIZE_4K; done += CHUNK_SIZE) {
		rc = w->run(w->ctx, &op);
		op.gpa += CHUNK_SIZE;
		op.bytes += CHUNK_SIZE;
	}
	return rc;
}

static int walk_pages(const struct walk *w, bool add, bool extend)
{
	uint8_t scratch[PAGE_SIZE_4K];
	int rc = 0;

	for (uint64_t page = 0; rc == 0 && page < w->plan->regions[w->region].pages; page++) {
		const uint8_t *bytes = tdl_plan_page(w->plan, w->region, page, scratch);

		if (add)
			rc = add_page(w, page, bytes);
		if (rc == 0 && extend)
			rc = extend_page(w, page, bytes);
	}
	return rc;
}

/* What each pattern is: passes over the pages. */
static const struct pass {
	bool add;
	bool extend;
} passes[][2] = {
	[TDL_PATTERN_ADD] = { { .add = true } },
	[TDL_PATTERN_ADD_EXTEND] = { { .add = true, .extend = true } },
	[TDL_PATTERN_ADD_THEN_EXTEND] = { { .add = true }, { .extend = true } },
	[TDL_PATTERN_EXTEND] = { { .extend = true } },
};

int tdl_plan_ops(const struct tdl_plan *plan, int (*run)(void *ctx, const struct tdl_op *op),
		 void *ctx)
{
	struct walk w = { .plan = plan, .run = run, .ctx = ctx };

	for (; w.region < plan->region_count; w.region++) {
		const struct pass *pass = passes[plan->regions[w.region].pattern];

		for (int i = 0; i < 2 && (pass[i].add || pass[i].extend); i++) {
			int rc = walk_pages(&w, pass[i].add, pass[i].extend);

			if (rc)
				return rc;
		}
	}
	return 0;
}
