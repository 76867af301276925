/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing TDVF images. Knows the format from its specification, not from the reader under test. */
#include "tests/lib/tdvf_builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"

/* 96b582de-1fb2-45f7-baea-a366c55a082d, e47a6535-984a-4798-865e-4685a7bf8ec2 and
 * e9eaf9f3-168e-44d5-a8eb-7f4d8738f6ae as EFI stores them. */
static const uint8_t footer[16] = { 0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45,
				    0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d };
static const uint8_t tdx[16] = { 0x35, 0x65, 0x7a, 0xe4, 0x4a, 0x98, 0x98, 0x47,
				 0x86, 0x5e, 0x46, 0x85, 0xa7, 0xbf, 0x8e, 0xc2 };
static const uint8_t before[16] = { 0xf3, 0xf9, 0xea, 0xe9, 0x8e, 0x16, 0xd5, 0x44,
				    0xa8, 0xeb, 0x7f, 0x4d, 0x87, 0x38, 0xf6, 0xae };

const struct tdl_section tdvf_small_sections[TDVF_SMALL_SECTIONS] = {
	{ TDL_SECTION_BFV, TDL_SECTION_MR_EXTEND, 0x1000, 0x3000, 0xffffd000, 0x3000 },
	{ TDL_SECTION_CFV, 0, 0, 0x1000, 0xffffc000, 0x1000 },
	{ TDL_SECTION_TEMP_MEM, 0, 0, 0, 0x810000, 0x2000 },
	{ TDL_SECTION_TD_HOB, 0, 0, 0, 0x809000, 0x2000 },
	{ TDL_SECTION_TEMP_MEM, 0, 0, 0, 0x800000, 0x6000 },
};

static const struct tdl_section four_mib_sections[] = {
	{ TDL_SECTION_BFV, TDL_SECTION_MR_EXTEND, 0x84000, 0x37c000, 0xffc84000, 0x37c000 },
	{ TDL_SECTION_CFV, 0, 0, 0x84000, 0xffc00000, 0x84000 },
	{ TDL_SECTION_TEMP_MEM, 0, 0, 0, 0x811000, 0xf000 },
	{ TDL_SECTION_TEMP_MEM, 0, 0, 0, 0x80b000, 0x2000 },
	{ TDL_SECTION_TD_HOB, 0, 0, 0, 0x809000, 0x2000 },
	{ TDL_SECTION_TEMP_MEM, 0, 0, 0, 0x800000, 0x6000 },
};

static void put_section(uint8_t *at, const struct tdl_section *s)
{
	put_le32(at, (uint32_t)s->file_offset);
	put_le32(at + 4, (uint32_t)s->raw_size);
	put_le64(at + 8, s->gpa);
	put_le64(at + 16, s->mem_size);
	put_le32(at + 24, s->type);
	put_le32(at + 28, s->attributes);
}

/* A table with the TDX entry alone, which ends 32 bytes before the end. */
static void put_table(struct tdvf_built *image)
{
	uint8_t *end = image->bytes + image->size;

	memset(end - 0x20, 0x90, 0x20);
	memcpy(end - 0x30, footer, 16);
	put_le16(end - 0x32, 18 + 22);
	memcpy(end - 0x42, tdx, 16);
	put_le16(end - 0x44, 22);
	image->table = image->size - 0x48;
	put_le32(end - 0x48, (uint32_t)(image->size - image->descriptor));
}

struct tdvf_built tdvf_build(size_t size, const struct tdl_section *sections, uint32_t count)
{
	struct tdvf_built image = { .bytes = malloc(size), .size = size };
	uint32_t length = 16 + 32 * count;
	uint8_t *at;

	if (!image.bytes || size < length + 0x100)
		abort();
	for (size_t i = 0; i < size; i++)
		image.bytes[i] = (uint8_t)(7 * i + (i >> 8));
	image.descriptor = (size - 0x60 - length) & ~(size_t)15;
	image.sections = image.descriptor + 16;
	at = image.bytes + image.descriptor;
	memcpy(at - 16, before, 16);
	memcpy(at, "TDVF", 4);
	put_le32(at + 4, length);
	put_le32(at + 8, 1);
	put_le32(at + 12, count);
	for (uint32_t i = 0; i < count; i++)
		put_section(at + 16 + 32 * i, &sections[i]);
	put_table(&image);
	return image;
}

struct tdvf_built tdvf_small(void)
{
	return tdvf_build(TDVF_SMALL_SIZE, tdvf_small_sections, TDVF_SMALL_SECTIONS);
}

struct tdvf_built tdvf_four_mib(void)
{
	return tdvf_build(4u << 20, four_mib_sections, ARRAY_SIZE(four_mib_sections));
}

void tdvf_free(struct tdvf_built *image)
{
	free(image->bytes);
	*image = (struct tdvf_built){ 0 };
}
