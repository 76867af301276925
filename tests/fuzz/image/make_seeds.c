/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes the seeds of fuzz_tdvf into the folder it is told. The seeds are part of the tree; this is
 * how they were made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/lib/tdvf_builder.h"

/* One byte that tells the harness how to read, then the image from an offset on. */
static void save(const char *folder, const char *name, int how, const struct tdvf_built *image,
		 size_t from)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	if (!f || fputc(how, f) == EOF ||
	    fwrite(image->bytes + from, 1, image->size - from, f) != image->size - from ||
	    fclose(f) != 0) {
		fprintf(stderr, "cannot write %s\n", path);
		exit(1);
	}
}

/* Contents do not matter to the parser, and zeros pack well. */
static struct tdvf_built hollow(size_t size, const struct tdl_section *sections, uint32_t count)
{
	struct tdvf_built image = tdvf_build(size, sections, count);

	memset(image.bytes, 0, image.descriptor - 16);
	return image;
}

static const struct tdl_section shim[] = {
	{ 0, 1, 0x1000, 0x1000, 0xfffff000, 0x1000 }, { 1, 0, 0, 0x1000, 0xffffe000, 0x1000 },
	{ 3, 0, 0, 0, 0xffff0000, 0x1000 },	      { 4, 2, 0, 0, 0x1000000, 0x100000 },
	{ 5, 1, 0, 0x800, 0x2000000, 0x1000 },	      { 6, 0, 0, 0, 0x3000000, 0x1000 },
	{ 7, 0, 0x1000, 0x20, 0, 0 },		      { 8, 0, 0x1020, 0x20, 0, 0 },
};

int main(int argc, char **argv)
{
	struct tdvf_built image = hollow(TDVF_SMALL_SIZE, tdvf_small_sections, TDVF_SMALL_SECTIONS);
	const char *folder = argc > 1 ? argv[1] : ".";

	save(folder, "small", 0, &image, 0);
	save(folder, "joined", 1, &image, 0);
	save(folder, "code-only", 2, &image, 0x1000);
	save(folder, "wide", 4, &image, 0);
	put_le32(image.bytes + image.size - 0x20, (uint32_t)image.descriptor);
	image.bytes[image.size - 0x30] ^= 1;
	save(folder, "legacy", 0, &image, 0);
	tdvf_free(&image);
	image = hollow(0x2000, shim, sizeof(shim) / sizeof(shim[0]));
	save(folder, "shim", 0, &image, 0);
	tdvf_free(&image);
	image = hollow(0x2000, shim, 1);
	put_le32(image.bytes + image.sections + 4, 0xffffffff);
	save(folder, "huge-raw", 0, &image, 0);
	save(folder, "empty-ish", 0, &image, image.size);
	tdvf_free(&image);
	return 0;
}
