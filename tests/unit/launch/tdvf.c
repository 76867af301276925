/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/launch/tdvf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/mrtd.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/scope.h"
#include "tests/lib/test.h"

#define CODE_SIZE (72u * 4096)
#define VARS_SIZE (8u * 4096)
#define FILE_SIZE (VARS_SIZE + CODE_SIZE)
#define TABLE_AT  (FILE_SIZE - 0x1000)
#define FOUR_GIB  UINT64_C(0x100000000)

static const struct {
	uint32_t offset, raw;
	uint64_t gpa, size;
	uint32_t type, attributes;
} sections[] = {
	{ VARS_SIZE, CODE_SIZE, FOUR_GIB - CODE_SIZE, CODE_SIZE, 0, 1 },
	{ 0, VARS_SIZE, FOUR_GIB - FILE_SIZE, VARS_SIZE, 1, 0 },
	{ 0, 0, 0x810000, 0x10000, 3, 0 },
	{ 0, 0, 0x80b000, 0x2000, 3, 0 },
	{ 0, 0, TDVF_HOB, 0x2000, 2, 0 },
	{ 0, 0, 0x800000, 0x6000, 3, 0 },
};

static void write_metadata(uint8_t *file)
{
	uint8_t *at = file + TABLE_AT;

	memcpy(at, "TDVF", 4);
	put_le32(at + 4, 16 + 32 * ARRAY_SIZE(sections));
	put_le32(at + 8, 1);
	put_le32(at + 12, ARRAY_SIZE(sections));
	at += 16;
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++, at += 32) {
		put_le32(at, sections[i].offset);
		put_le32(at + 4, sections[i].raw);
		put_le64(at + 8, sections[i].gpa);
		put_le64(at + 16, sections[i].size);
		put_le32(at + 24, sections[i].type);
		put_le32(at + 28, sections[i].attributes);
	}
	put_le32(file + FILE_SIZE - 32, TABLE_AT);
}

void tdvf_start(struct tdvf *tdvf, const char *flow, unsigned int cpus)
{
	const struct tdl_plan_options options = {
		.flow = flow,
		.memory = 64u << 20,
		.cpus = cpus,
	};
	AUTO_FREE uint8_t *file = malloc(FILE_SIZE);
	struct tdl_error err = { 0 };
	struct tdl_mrtd *mrtd = NULL;
	char path[300];

	for (size_t i = 0; i < FILE_SIZE; i++)
		file[i] = (uint8_t)(i * 7 + i / 4096);
	memset(file + FILE_SIZE - 64, 0, 64);
	write_metadata(file);
	snprintf(path, sizeof(path), "%s/small.fd", test_folder());
	test_write(path, file, FILE_SIZE);
	test_rc(tdl_image_open(path, NULL, &tdvf->image, &err), 0, &err);
	test_rc(tdl_plan_build(tdvf->image, &options, &tdvf->plan, &err), 0, &err);
	test_rc(tdl_mrtd_compute(tdvf->plan, &mrtd, &err), 0, &err);
	memcpy(tdvf->mrtd, tdl_mrtd_value(mrtd), sizeof(tdvf->mrtd));
	tdl_mrtd_free(mrtd);
}

void tdvf_end(struct tdvf *tdvf)
{
	tdl_plan_free(tdvf->plan);
	tdl_image_free(tdvf->image);
}
