/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing the TD HOB. First the pieces of memory are listed, then the list is put into bytes. */
#include "plan/hob.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/range.h"
#include "base/scope.h"

/* HOB types and lengths. Source: UEFI PI 1.8, volume 3, section 5. */
#define HOB_HANDOFF	     1
#define HOB_RESOURCE	     3
#define HOB_END		     0xffff
#define HOB_HANDOFF_SIZE     56
#define HOB_RESOURCE_SIZE    48
#define HOB_END_SIZE	     8
#define HOB_HANDOFF_VERSION  9
#define RESOURCE_MEMORY	     0
#define RESOURCE_UNACCEPTED  7
#define ATTRIBUTES	     7u /* present, initialised, tested */
#define ATTRIBUTE_EARLY	     0x10000000u
#define EARLY_END	     (UINT64_C(4) << 30)

struct piece {
	uint64_t gpa;
	uint64_t size;
	uint32_t type;
	uint32_t attributes;
};

/* Each section splits at most one range of RAM in two. */
struct pieces {
	struct piece list[2 * TDL_IMAGE_SECTIONS_MAX + RAM_RANGES_MAX];
	size_t count;
};

static void add(struct pieces *pieces, uint64_t gpa, uint64_t size, uint32_t type,
		uint32_t attributes)
{
	if (size)
		pieces->list[pieces->count++] = (struct piece){ gpa, size, type, attributes };
}

/* QEMU tells of those alone; Compute Engine of all. */
static bool in_hob(const struct hob_request *req, const struct tdl_section *s)
{
	if (req->style == FLOW_STYLE_GCE)
		return true;
	return s->type == TDL_SECTION_TD_HOB || s->type == TDL_SECTION_TEMP_MEM;
}

/* The private section in this range of RAM with the lowest address from `from` on; NULL if there
 * is none. */
static const struct tdl_section *next_private(const struct hob_request *req,
					      const struct tdl_ram *ram, uint64_t from)
{
	const struct tdl_section *next = NULL;

	for (size_t i = 0; i < req->section_count; i++) {
		const struct tdl_section *s = &req->sections[i];

		if (!in_hob(req, s) || s->gpa < from || !ram_holds(ram, 1, s->gpa, s->mem_size))
			continue;
		if (!next || s->gpa < next->gpa)
			next = s;
	}
	return next;
}

static uint32_t unaccepted_attributes(const struct hob_request *req, uint64_t end)
{
	if (req->style == FLOW_STYLE_GCE && (req->early_accept || end <= EARLY_END))
		return ATTRIBUTES | ATTRIBUTE_EARLY;
	return ATTRIBUTES;
}

/* One range of RAM, in address order, split at the private sections. */
static void split_ram(const struct hob_request *req, const struct tdl_ram *ram,
		      struct pieces *pieces)
{
	uint64_t at = ram->gpa;
	uint64_t end = ram->gpa + ram->size;

	for (;;) {
		const struct tdl_section *s = next_private(req, ram, at);
		uint64_t until = s ? s->gpa : end;

		add(pieces, at, until - at, RESOURCE_UNACCEPTED, unaccepted_attributes(req, until));
		if (!s)
			break;
		if (req->style != FLOW_STYLE_GCE)
			add(pieces, s->gpa, s->mem_size, RESOURCE_MEMORY, ATTRIBUTES);
		at = s->gpa + s->mem_size;
	}
}

static void list_pieces(const struct hob_request *req, struct pieces *pieces)
{
	for (size_t i = 0; req->style == FLOW_STYLE_GCE && i < req->section_count; i++)
		add(pieces, req->sections[i].gpa, req->sections[i].mem_size, RESOURCE_MEMORY,
		    ATTRIBUTES);
	for (size_t i = 0; i < req->ram_count; i++)
		split_ram(req, &req->ram[i], pieces);
}

static uint8_t *put_header(uint8_t *at, unsigned type, unsigned size)
{
	put_le16(at, (uint16_t)type);
	put_le16(at + 2, (uint16_t)size);
	return at + size;
}

static void put_resource(uint8_t *at, const struct piece *piece)
{
	put_header(at, HOB_RESOURCE, HOB_RESOURCE_SIZE);
	put_le32(at + 24, piece->type);
	put_le32(at + 28, piece->attributes);
	put_le64(at + 32, piece->gpa);
	put_le64(at + 40, piece->size);
}

/* QEMU's end of list is behind the end HOB, Compute Engine's at it. */
static uint64_t end_of_list(const struct hob_request *req, size_t size)
{
	return req->hob->gpa + size - (req->style == FLOW_STYLE_GCE ? HOB_END_SIZE : 0);
}

int hob_build(const struct hob_request *req, uint8_t **ret_bytes, size_t *ret_size,
	      struct tdl_error *err)
{
	struct pieces pieces = { .count = 0 };
	AUTO_FREE uint8_t *bytes = NULL;
	uint8_t *at;
	size_t size;

	list_pieces(req, &pieces);
	size = HOB_HANDOFF_SIZE + HOB_RESOURCE_SIZE * pieces.count + HOB_END_SIZE;
	if (size > req->hob->mem_size)
		return tdl_fail(err, -EBADMSG,
				"the TD_HOB section has 0x%" PRIx64
				" bytes; a HOB list of %zu pieces of memory needs %zu",
				req->hob->mem_size, pieces.count, size);
	bytes = calloc(1, size);
	if (!bytes)
		return tdl_fail(err, -ENOMEM, "no memory for a HOB list");
	at = put_header(bytes, HOB_HANDOFF, HOB_HANDOFF_SIZE);
	put_le32(bytes + 8, HOB_HANDOFF_VERSION);
	put_le64(bytes + 48, end_of_list(req, size));
	for (size_t i = 0; i < pieces.count; i++, at += HOB_RESOURCE_SIZE)
		put_resource(at, &pieces.list[i]);
	put_header(at, HOB_END, HOB_END_SIZE);
	*ret_size = size;
	*ret_bytes = steal(bytes);
	return 0;
}
