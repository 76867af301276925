/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of TDVF sections. What only some VMMs ask for is the business of their flows. */
#include "image/rules.h"

#include <errno.h>
#include <inttypes.h>

#include "base/attr.h"
#include "base/range.h"

/* No private address is higher, whatever the width: bit 51 is the highest shared bit. */
#define PRIVATE_END (UINT64_C(1) << 51)

/* What each type may look like. Source: the checks of QEMU's hw/i386/tdvf.c and of td-shim's
 * metadata reader, the stricter of the two. */
static const struct section_kind {
	const char *name;
	bool needs_raw;	   /* raw size is not 0 */
	bool forbids_raw;  /* raw size is 0 */
	bool mapped;	   /* has an address; otherwise address and memory size are 0 */
	bool single;	   /* there is at most one */
	bool inside_code;  /* its bytes lie in a BFV */
} kinds[] = {
	[TDL_SECTION_BFV]           = { "BFV",          .needs_raw = true, .mapped = true },
	[TDL_SECTION_CFV]           = { "CFV",          .needs_raw = true, .mapped = true },
	[TDL_SECTION_TD_HOB]        = { "TD_HOB",       .forbids_raw = true, .mapped = true, .single = true },
	[TDL_SECTION_TEMP_MEM]      = { "TempMem",      .forbids_raw = true, .mapped = true },
	[TDL_SECTION_PERM_MEM]      = { "PermMem",      .forbids_raw = true, .mapped = true },
	[TDL_SECTION_PAYLOAD]       = { "Payload",      .mapped = true, .single = true },
	[TDL_SECTION_PAYLOAD_PARAM] = { "PayloadParam", .mapped = true, .single = true },
	[TDL_SECTION_TD_INFO]       = { "TD_INFO",      .needs_raw = true, .single = true, .inside_code = true },
	[TDL_SECTION_TD_PARAMS]     = { "TD_PARAMS",    .needs_raw = true, .single = true, .inside_code = true },
};

const char *tdl_section_type_name(uint32_t type)
{
	return type < ARRAY_SIZE(kinds) ? kinds[type].name : "unknown";
}

static int check_addresses(const struct tdl_section *s, struct tdl_error *err)
{
	if (!is_aligned(s->gpa, PAGE_SIZE_4K) || !is_aligned(s->mem_size, PAGE_SIZE_4K))
		return tdl_fail(err, -EBADMSG,
				"address 0x%" PRIx64 " or memory size 0x%" PRIx64
				" is not a multiple of 4096",
				s->gpa, s->mem_size);
	if (s->mem_size == 0)
		return tdl_fail(err, -EBADMSG, "its memory size is 0");
	if (!range_fits(s->gpa, s->mem_size))
		return tdl_fail(err, -EBADMSG,
				"address 0x%" PRIx64 " plus memory size 0x%" PRIx64
				" wraps past 2^64",
				s->gpa, s->mem_size);
	if (!range_within(s->gpa, s->mem_size, PRIVATE_END))
		return tdl_fail(err, -EBADMSG,
				"it ends at 0x%" PRIx64
				", beyond 2^51, where the widest TD's private addresses end",
				s->gpa + s->mem_size);
	if (s->mem_size < s->raw_size)
		return tdl_fail(err, -EBADMSG,
				"memory size 0x%" PRIx64 " is smaller than raw size 0x%" PRIx64,
				s->mem_size, s->raw_size);
	return 0;
}

static int check_section(const struct tdl_section *s, struct tdl_error *err)
{
	const struct section_kind *kind;

	if (s->type >= ARRAY_SIZE(kinds))
		return tdl_fail(err, -EOPNOTSUPP, "its type %" PRIu32 " is not known", s->type);
	kind = &kinds[s->type];
	if (kind->needs_raw && s->raw_size == 0)
		return tdl_fail(err, -EBADMSG, "its raw size is 0, and a %s has contents",
				kind->name);
	if (kind->forbids_raw && s->raw_size != 0)
		return tdl_fail(err, -EBADMSG,
				"its raw size is 0x%" PRIx64 ", and a %s has no contents in the image",
				s->raw_size, kind->name);
	if (kind->mapped)
		return check_addresses(s, err);
	if (s->gpa || s->mem_size)
		return tdl_fail(err, -EBADMSG,
				"a %s is not mapped, but it has address 0x%" PRIx64
				" and memory size 0x%" PRIx64,
				kind->name, s->gpa, s->mem_size);
	return 0;
}

/* Section j against those before it. */
static int check_against(const struct tdl_image *image, size_t j, struct tdl_error *err)
{
	const struct tdl_section *b = &image->sections[j];

	for (size_t i = 0; i < j; i++) {
		const struct tdl_section *a = &image->sections[i];

		if (range_overlap(a->gpa, a->mem_size, b->gpa, b->mem_size))
			return tdl_fail(err, -EBADMSG,
					"it shares the page at 0x%" PRIx64 " with section %zu (%s)",
					a->gpa > b->gpa ? a->gpa : b->gpa, i, kinds[a->type].name);
		if (a->type == b->type && kinds[b->type].single)
			return tdl_fail(err, -EBADMSG, "there may be one %s, and section %zu is one",
					kinds[b->type].name, i);
	}
	return 0;
}

static int check_inside_code(const struct tdl_image *image, const struct tdl_section *s,
			     struct tdl_error *err)
{
	for (size_t i = 0; i < image->section_count; i++) {
		const struct tdl_section *code = &image->sections[i];

		if (code->type == TDL_SECTION_BFV && s->file_offset >= code->file_offset &&
		    range_within(s->file_offset - code->file_offset, s->raw_size, code->raw_size))
			return 0;
	}
	return tdl_fail(err, -EBADMSG,
			"its bytes 0x%" PRIx64 "+0x%" PRIx64 " do not lie in a BFV", s->file_offset,
			s->raw_size);
}

static int warn_section(struct tdl_image *image, size_t i, struct tdl_error *err)
{
	const struct tdl_section *s = &image->sections[i];
	uint32_t rest = s->attributes & ~(TDL_SECTION_MR_EXTEND | TDL_SECTION_PAGE_AUG);
	int rc = 0;

	if (rest)
		rc = image_warn(image, err,
				"section %zu (%s) has attribute bits 0x%" PRIx32
				" that have no meaning; VMMs ignore them",
				i, kinds[s->type].name, rest);
	if (rc == 0 && s->raw_size == 0 && s->file_offset != 0)
		rc = image_warn(image, err,
				"section %zu (%s) has no contents, but a data offset of 0x%" PRIx64
				"; td-shim's tools refuse that",
				i, kinds[s->type].name, s->file_offset);
	return rc;
}

static int warn_image(struct tdl_image *image, struct tdl_error *err)
{
	bool measured = false;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < image->section_count; i++) {
		measured |= (image->sections[i].attributes & TDL_SECTION_MR_EXTEND) != 0;
		rc = warn_section(image, i, err);
	}
	if (rc == 0 && image->section_count == 1)
		rc = image_warn(image, err, "there is one section; QEMU asks for two at least");
	if (rc == 0 && !measured)
		rc = image_warn(image, err,
				"no section asks to be measured, so MRTD says nothing about the "
				"image's contents");
	return rc;
}

int rules_check_sections(struct tdl_image *image, struct tdl_error *err)
{
	for (size_t i = 0; i < image->section_count; i++) {
		const struct tdl_section *s = &image->sections[i];
		int rc = check_section(s, err);

		if (rc == 0)
			rc = check_against(image, i, err);
		if (rc == 0 && kinds[s->type].inside_code)
			rc = check_inside_code(image, s, err);
		if (rc < 0)
			return tdl_while(err, rc, "section %zu (%s)", i,
					 tdl_section_type_name(s->type));
	}
	return warn_image(image, err);
}

/* Where the contents of the sections end, counted in the joined image, and who ends there. */
static uint64_t contents_end(const struct tdl_image *image, size_t *ret_last)
{
	uint64_t end = 0;

	for (size_t i = 0; i < image->section_count; i++) {
		const struct tdl_section *s = &image->sections[i];

		if (s->raw_size && s->file_offset + s->raw_size > end) {
			end = s->file_offset + s->raw_size;
			*ret_last = i;
		}
	}
	return end;
}

/* A variable store that would be exactly the missing front of the image. */
static bool lacks_vars(const struct tdl_image *image, uint64_t delta)
{
	for (size_t i = 0; i < image->section_count; i++) {
		const struct tdl_section *s = &image->sections[i];

		if (s->type == TDL_SECTION_CFV && s->file_offset == 0 && s->raw_size == delta)
			return true;
	}
	return false;
}

static int check_joined(const struct tdl_image *image, uint64_t end, struct tdl_error *err)
{
	uint64_t code = image->parts[IMAGE_CODE].size;
	uint64_t vars = image->parts[IMAGE_VARS].size;

	if (end <= code)
		return tdl_fail(err, -EINVAL,
				"it is whole: it has its variables, so leave out --vars %s",
				image->vars_name);
	if (end - code == vars)
		return 0;
	return tdl_fail(err, vars < end - code ? -ENODATA : -EBADMSG,
			"it needs a VARS part of %" PRIu64 " bytes, and %s has %" PRIu64
			": take the one of the same package and size",
			end - code, image->vars_name, vars);
}

int rules_check_parts(struct tdl_image *image, bool code_only, struct tdl_error *err)
{
	size_t last = 0;
	uint64_t end = contents_end(image, &last);
	uint64_t code = image->parts[IMAGE_CODE].size;

	if (image->vars_name)
		return check_joined(image, end, err);
	if (end <= code)
		return code_only ? tdl_fail(err, -EINVAL,
					    "it is whole, not the CODE part of a split image")
				 : 0;
	if (!lacks_vars(image, end - code))
		return tdl_fail(err, -ENODATA,
				"section %zu (%s): its contents end at byte %" PRIu64
				", and the image has %" PRIu64 ": it is cut short",
				last, kinds[image->sections[last].type].name, end, code);
	if (!code_only)
		return tdl_fail(err, -ENODATA,
				"this is the CODE part of a split image, and its VARS part of %" PRIu64
				" bytes is missing: join it with --vars FILE (OVMF_VARS of the same "
				"package)",
				end - code);
	image->parts[IMAGE_VARS].size = end - code;
	return 0;
}
