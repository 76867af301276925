/* SPDX-License-Identifier: BSD-2-Clause */
/* A launch plan: what will be in guest memory when the TD first runs, region by region and page by
 * page, in the order the pages are added. Order is meaning: MRTD hashes it. How a VMM orders it is
 * its flow. A plan is never edited. */
#ifndef TDLAUNCH_PLAN_H
#define TDLAUNCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>
#include <tdlaunch/image.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TDL_PLAN_FLOW_DEFAULT	"qemu"
#define TDL_PLAN_MEMORY_DEFAULT (UINT64_C(2) << 30) /* bytes */
#define TDL_PLAN_GPAW_DEFAULT	48u
#define TDL_PLAN_CPUS_MAX	4096u
#define TDL_PLAN_PAGES_MAX	(UINT64_C(1) << 20) /* pages added before the TD runs: 4 GiB */

/**
 * struct tdl_plan_options - for which VMM and which TD
 * @flow:         name of a row of the flow table; NULL for TDL_PLAN_FLOW_DEFAULT
 * @memory:       RAM of the TD, bytes, multiple of 4096
 * @cpus:         vCPUs, 1 to TDL_PLAN_CPUS_MAX
 * @gpaw:         guest physical address width, 48 or 52; 0 for TDL_PLAN_GPAW_DEFAULT. Private
 *                addresses end at half of it
 * @early_accept: the "early accept" setting of GCE; changes the HOB of the gce flows alone
 */
struct tdl_plan_options {
	const char *flow;
	uint64_t memory;
	unsigned cpus;
	unsigned gpaw;
	bool early_accept;
};

/* What is done with the pages of a region, always in ascending address order. */
enum tdl_pattern {
	TDL_PATTERN_ADD = 0,		 /* each page is added */
	TDL_PATTERN_ADD_EXTEND = 1,	 /* each page: added, then extended 16 times */
	TDL_PATTERN_ADD_THEN_EXTEND = 2, /* all pages added, then all extended */
	TDL_PATTERN_EXTEND = 3,		 /* pages that an earlier region added are extended */
};

/* Where the bytes of a region come from. */
enum tdl_source {
	TDL_SOURCE_ZERO = 0,
	TDL_SOURCE_IMAGE = 1,  /* file_length bytes at file_offset, then zeros */
	TDL_SOURCE_HOB = 2,    /* the TD HOB that the plan built, then zeros */
	TDL_SOURCE_ABSENT = 3, /* not known here: a plan with such a region cannot be launched */
};

/**
 * struct tdl_region - pages that belong together
 * @name:        name of the section's type, static
 * @section:     index of the section in the image
 * @type:        enum tdl_section_type
 * @gpa:         guest physical address, bytes
 * @pages:       4 KiB pages, at least 1
 * @pattern:     what is done with each page
 * @source:      where the bytes come from
 * @file_offset: TDL_SOURCE_IMAGE: first byte in the (joined) image; else 0
 * @file_length: TDL_SOURCE_IMAGE: bytes from there; else 0
 */
struct tdl_region {
	const char *name;
	uint32_t section;
	uint32_t type;
	uint64_t gpa;
	uint64_t pages;
	enum tdl_pattern pattern;
	enum tdl_source source;
	uint64_t file_offset;
	uint64_t file_length;
};

/* RAM of the TD, bytes. */
struct tdl_ram {
	uint64_t gpa;
	uint64_t size;
};

struct tdl_plan;

/**
 * tdl_plan_build() - make the plan
 * @image:    borrowed; must outlive the plan
 * @opt:      NULL for the defaults with one vCPU
 * @ret_plan: caller frees with tdl_plan_free()
 * @err:      NULL is fine
 *
 * Return: 0; -EINVAL for an option that makes no sense (an unknown flow: the text names the nearest);
 * -EBADMSG for an image that the flow's VMM would refuse, or whose HOB section is too small;
 * -EOPNOTSUPP for a section that the flow does not know, or contents that this library cannot
 * know; -ENODATA for bytes that the image does not have; -E2BIG over TDL_PLAN_PAGES_MAX; -ENOMEM.
 */
TDL_API int tdl_plan_build(const struct tdl_image *image, const struct tdl_plan_options *opt,
			   struct tdl_plan **ret_plan, struct tdl_error *err);

/** tdl_plan_free() - NULL is fine */
TDL_API void tdl_plan_free(struct tdl_plan *plan);

/** tdl_plan_image() - the image it was built from; borrowed */
TDL_API const struct tdl_image *tdl_plan_image(const struct tdl_plan *plan);
/** tdl_plan_flow() - name of its flow; static */
TDL_API const char *tdl_plan_flow(const struct tdl_plan *plan);
/** tdl_plan_memory() - RAM, bytes */
TDL_API uint64_t tdl_plan_memory(const struct tdl_plan *plan);
/** tdl_plan_cpus() - vCPUs */
TDL_API unsigned tdl_plan_cpus(const struct tdl_plan *plan);
/** tdl_plan_gpaw() - guest physical address width, bits */
TDL_API unsigned tdl_plan_gpaw(const struct tdl_plan *plan);

/** tdl_plan_region_count() - how many regions */
TDL_API size_t tdl_plan_region_count(const struct tdl_plan *plan);
/** tdl_plan_region() - region i in launch order; NULL past the end; borrowed */
TDL_API const struct tdl_region *tdl_plan_region(const struct tdl_plan *plan, size_t i);
/** tdl_plan_pages() - pages added, all regions together */
TDL_API uint64_t tdl_plan_pages(const struct tdl_plan *plan);

/**
 * tdl_plan_page() - the bytes of one page
 * @plan:    the plan
 * @region:  index of the region
 * @page:    index of the page in it
 * @scratch: 4096 bytes; used when the page is not whole in one place
 *
 * Return: 4096 bytes, either in the image or the plan (borrowed) or @scratch; NULL past the end.
 * Zeros for TDL_SOURCE_ABSENT.
 */
TDL_API const uint8_t *tdl_plan_page(const struct tdl_plan *plan, size_t region, uint64_t page,
				     uint8_t scratch[4096]);

/**
 * tdl_plan_launchable() - whether every byte is known
 *
 * Return: 0; -ENODATA when a region's source is TDL_SOURCE_ABSENT, and the text says which.
 */
TDL_API int tdl_plan_launchable(const struct tdl_plan *plan, struct tdl_error *err);

/**
 * tdl_plan_note() - what a reader should know about how the plan was made
 *
 * For example which rule filled the bytes behind a section's raw size.
 *
 * Return: note @i, a sentence, borrowed; NULL past the last one.
 */
TDL_API const char *tdl_plan_note(const struct tdl_plan *plan, size_t i);

enum tdl_op_kind {
	TDL_OP_ADD,    /* TDH.MEM.PAGE.ADD of a page */
	TDL_OP_EXTEND, /* TDH.MR.EXTEND of 256 bytes */
};

/**
 * struct tdl_op - one thing that MRTD sees
 * @kind:   what it is
 * @region: index of its region
 * @page:   index of its page in the region
 * @gpa:    address of the page, or of the 256-byte chunk
 * @bytes:  TDL_OP_ADD: the page's 4096 bytes; TDL_OP_EXTEND: the chunk's 256 bytes; borrowed until
 *          the callback returns
 */
struct tdl_op {
	enum tdl_op_kind kind;
	size_t region;
	uint64_t page;
	uint64_t gpa;
	const uint8_t *bytes;
};

/**
 * tdl_plan_ops() - every operation, in order
 * @plan: the plan
 * @run:  called for each; a return value other than 0 stops
 * @ctx:  handed to @run
 *
 * Return: 0, or what @run returned.
 */
TDL_API int tdl_plan_ops(const struct tdl_plan *plan,
			 int (*run)(void *ctx, const struct tdl_op *op), void *ctx);

/** tdl_plan_hob_gpa() - address of the TD HOB, what INIT_VCPU hands to the guest; 0 without one */
TDL_API uint64_t tdl_plan_hob_gpa(const struct tdl_plan *plan);
/** tdl_plan_hob() - the HOB list, the end HOB included; NULL and size 0 without one; borrowed */
TDL_API const uint8_t *tdl_plan_hob(const struct tdl_plan *plan, size_t *ret_size);

/** tdl_plan_ram_count() - ranges of RAM, lowest first */
TDL_API size_t tdl_plan_ram_count(const struct tdl_plan *plan);
/** tdl_plan_ram() - range i; NULL past the end; borrowed */
TDL_API const struct tdl_ram *tdl_plan_ram(const struct tdl_plan *plan, size_t i);

/** tdl_flow_count() - rows of the flow table */
TDL_API size_t tdl_flow_count(void);
/** tdl_flow_name() - name of flow i; NULL past the end; static */
TDL_API const char *tdl_flow_name(size_t i);
/** tdl_flow_summary() - flow i in one line; NULL past the end; static */
TDL_API const char *tdl_flow_summary(size_t i);
/** tdl_flow_sources() - who says that the VMM does so, one line; NULL past the end; static */
TDL_API const char *tdl_flow_sources(size_t i);
/** tdl_flow_nearest() - the flow whose name is least different from @name; never NULL; static */
TDL_API const char *tdl_flow_nearest(const char *name);

#ifdef __cplusplus
}
#endif

#endif
