/* SPDX-License-Identifier: BSD-2-Clause */
/* The two ways to a TDVF descriptor, and the descriptor. The descriptor and both ways to it lie in
 * the last part of the image: a VARS part is in front of them. */
#include "image/tdvf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"

/* Positions counted from the end of the image. */
#define LEGACY_POINTER 0x20u
#define FOOTER_GUID    0x30u
#define TABLE_TOP      0x32u /* the footer's length field */
#define ENTRY_HEAD     18u   /* length and GUID, which stand behind an entry's data */
#define TDX_ENTRY_SIZE 22u

#define DESCRIPTOR_SIZE 16u
#define SECTION_SIZE	32u
#define TDVF_VERSION	1u

/* GUIDs as EFI stores them. */
static const uint8_t footer_guid[16] = { 0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45,
					 0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d };
static const uint8_t tdx_guid[16] = { 0x35, 0x65, 0x7a, 0xe4, 0x4a, 0x98, 0x98, 0x47,
				      0x86, 0x5e, 0x46, 0x85, 0xa7, 0xbf, 0x8e, 0xc2 };
static const uint8_t before_guid[16] = { 0xf3, 0xf9, 0xea, 0xe9, 0x8e, 0x16, 0xd5, 0x44,
					 0xa8, 0xeb, 0x7f, 0x4d, 0x87, 0x38, 0xf6, 0xae };
static const uint8_t signature[4] = { 'T', 'D', 'V', 'F' };

/* A window of len bytes that starts back bytes before the end of the code part; bad if it does
 * not fit. */
static struct cursor from_end(const struct tdl_image *image, uint64_t back, size_t len)
{
	const struct image_part *code = &image->parts[IMAGE_CODE];
	struct cursor all = cursor_of(code->bytes, (size_t)code->size);

	if (back > code->size)
		return (struct cursor){ .bad = true };
	return cursor_slice(&all, (size_t)(code->size - back), len);
}

static bool is_guid(struct cursor window, const uint8_t guid[16])
{
	const uint8_t *at = cursor_bytes(&window, 16);

	return at && memcmp(at, guid, 16) == 0;
}

/* Walk the entries downwards from the footer. Returns the number of TDX entries; *ret_distance is
 * the value of the first one that differs from the one before, so of the only one if all is well. */
static int walk_table(const struct tdl_image *image, unsigned *ret_count, uint32_t *ret_distance,
		      struct tdl_error *err)
{
	struct cursor length = from_end(image, TABLE_TOP, 2);
	uint32_t total = cursor_le16(&length);
	uint32_t left = total - ENTRY_HEAD; /* bytes of entries below p */
	uint64_t p = TABLE_TOP;		    /* where the next entry ends, from the end */

	if (length.bad || total < ENTRY_HEAD)
		return tdl_fail(err, -EBADMSG,
				"the GUIDed table at its end has length %u; the smallest is %u",
				total, ENTRY_HEAD);
	if (from_end(image, p + left, left).bad)
		return tdl_fail(err, -ENODATA,
				"the GUIDed table has length %u, more than the image holds", total);
	while (left >= ENTRY_HEAD) {
		struct cursor head = from_end(image, p + ENTRY_HEAD, ENTRY_HEAD);
		uint32_t len = cursor_le16(&head);

		if (len < ENTRY_HEAD || len > left)
			return tdl_fail(err, -EBADMSG,
					"an entry of the GUIDed table has length %u; %u to %u fit",
					len, ENTRY_HEAD, left);
		if (is_guid(head, tdx_guid)) {
			struct cursor data = from_end(image, p + len, 4);

			if (len != TDX_ENTRY_SIZE)
				return tdl_fail(err, -EBADMSG,
						"the TDX entry of the GUIDed table has length %u, "
						"not %u",
						len, TDX_ENTRY_SIZE);
			*ret_distance = cursor_le32(&data);
			(*ret_count)++;
		}
		p += len;
		left -= len;
	}
	if (left)
		return tdl_fail(err, -EBADMSG, "the GUIDed table ends %u bytes into an entry", left);
	return 0;
}

/* A descriptor that looks like one is at this place. */
static bool looks_right(const struct tdl_image *image, uint64_t back)
{
	struct cursor c = from_end(image, back, DESCRIPTOR_SIZE);
	const uint8_t *at = cursor_bytes(&c, sizeof(signature));

	cursor_skip(&c, 4);
	return at && memcmp(at, signature, sizeof(signature)) == 0 &&
	       cursor_le32(&c) == TDVF_VERSION;
}

/* What the older pointer says, as a distance from the end; 0 when it leads to no descriptor. Code
 * stands in its place in current images, so anything it holds is possible. */
static uint64_t legacy_distance(const struct tdl_image *image)
{
	struct cursor c = from_end(image, LEGACY_POINTER, 4);
	uint32_t offset = cursor_le32(&c);
	uint64_t back;

	if (c.bad || offset >= image_span(image))
		return 0;
	back = image_span(image) - offset;
	return looks_right(image, back) ? back : 0;
}

static int place_at(const struct tdl_image *image, uint64_t back, bool legacy,
		    struct tdvf_place *ret_place, struct tdl_error *err)
{
	if (from_end(image, back, DESCRIPTOR_SIZE).bad)
		return tdl_fail(err, -ENODATA,
				"the TDX metadata is said to start %llu bytes before the end of an "
				"image of %llu bytes, and has at least %u",
				(unsigned long long)back,
				(unsigned long long)image->parts[IMAGE_CODE].size, DESCRIPTOR_SIZE);
	ret_place->offset = image_span(image) - back;
	ret_place->legacy = legacy;
	return 0;
}

int tdvf_find(const struct tdl_image *image, struct tdvf_place *ret_place, struct tdl_error *err)
{
	uint64_t legacy = legacy_distance(image);
	uint32_t distance = 0;
	unsigned count = 0;
	int rc;

	if (from_end(image, TABLE_TOP, TABLE_TOP).bad)
		return tdl_fail(err, -ENODATA,
				"%llu bytes are too few for a firmware image, which ends with a "
				"table of %u bytes at least",
				(unsigned long long)image->parts[IMAGE_CODE].size, TABLE_TOP);
	if (!is_guid(from_end(image, FOOTER_GUID, 16), footer_guid)) {
		if (legacy)
			return place_at(image, legacy, true, ret_place, err);
		return tdl_fail(err, -EOPNOTSUPP,
				"no TDX metadata: neither a GUIDed table nor a pointer to it is at "
				"the end, so this is no firmware image, or one that is cut short");
	}
	rc = walk_table(image, &count, &distance, err);
	if (rc < 0)
		return rc;
	if (count == 0)
		return tdl_fail(err, -EOPNOTSUPP,
				"no TDX metadata: the GUIDed table has no entry for it, so this "
				"firmware cannot start a TD; use a build with TDX support");
	if (count > 1)
		return tdl_fail(err, -EBADMSG, "the GUIDed table has %u TDX entries, not one",
				count);
	if (legacy && legacy != distance)
		return tdl_fail(err, -EBADMSG,
				"two TDX descriptors: the GUIDed table leads %u bytes before the "
				"end, the older pointer %llu; which one counts is not known",
				distance, (unsigned long long)legacy);
	return place_at(image, distance, false, ret_place, err);
}

static struct tdl_section read_section(struct cursor *c)
{
	struct tdl_section s;

	s.file_offset = cursor_le32(c);
	s.raw_size = cursor_le32(c);
	s.gpa = cursor_le64(c);
	s.mem_size = cursor_le64(c);
	s.type = cursor_le32(c);
	s.attributes = cursor_le32(c);
	return s;
}

/* The descriptor's head; on success c stands before the first section. */
static int read_head(struct cursor *c, uint32_t *ret_count, struct tdl_error *err)
{
	const uint8_t *sign = cursor_bytes(c, sizeof(signature));
	uint32_t length = cursor_le32(c);
	uint32_t version = cursor_le32(c);
	uint32_t count = cursor_le32(c);

	if (!sign || memcmp(sign, signature, sizeof(signature)) != 0)
		return tdl_fail(err, -EBADMSG,
				"no signature \"TDVF\" where the TDX metadata should be");
	if (version != TDVF_VERSION)
		return tdl_fail(err, -EOPNOTSUPP, "TDX metadata of version %u; only %u is known",
				version, TDVF_VERSION);
	if (count == 0)
		return tdl_fail(err, -EBADMSG, "the TDX metadata has no sections");
	if (count > TDL_IMAGE_SECTIONS_MAX)
		return tdl_fail(err, -E2BIG, "the TDX metadata has %u sections; the limit is %u",
				count, TDL_IMAGE_SECTIONS_MAX);
	if (length != DESCRIPTOR_SIZE + SECTION_SIZE * count)
		return tdl_fail(err, -EBADMSG, "the TDX metadata has length %u; %u sections need %u",
				length, count, DESCRIPTOR_SIZE + SECTION_SIZE * count);
	if (c->left < SECTION_SIZE * count)
		return tdl_fail(err, -ENODATA, "the TDX metadata ends inside its section %zu",
				c->left / SECTION_SIZE);
	*ret_count = count;
	return 0;
}

int tdvf_read(struct tdl_image *image, const struct tdvf_place *place, struct tdl_error *err)
{
	uint64_t back = image_span(image) - place->offset;
	struct cursor c = from_end(image, back, (size_t)back);
	uint32_t count = 0;
	int rc = read_head(&c, &count, err);

	if (rc < 0)
		return rc;
	image->sections = calloc(count, sizeof(*image->sections));
	if (!image->sections)
		return tdl_fail(err, -ENOMEM, "no memory for %u sections", count);
	image->section_count = count;
	for (uint32_t i = 0; i < count; i++)
		image->sections[i] = read_section(&c);
	if (place->legacy)
		rc = image_warn(image, err,
				"there is no GUIDed table: the metadata was found through the older "
				"pointer, which current VMMs do not look at");
	if (rc == 0 && !is_guid(from_end(image, back + 16, 16), before_guid))
		rc = image_warn(image, err,
				"the GUID before the TDX metadata is missing; Google's launcher "
				"refuses such an image");
	return rc;
}
