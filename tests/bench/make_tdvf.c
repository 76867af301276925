/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a TDVF image of 4 MiB with the section list of Debian 13's firmware. */
#include <stdio.h>

#include "tests/lib/tdvf_builder.h"

int main(int argc, char **argv)
{
	struct tdvf_built image = tdvf_four_mib();
	FILE *f = argc == 2 ? fopen(argv[1], "wb") : NULL;

	if (!f || fwrite(image.bytes, 1, image.size, f) != image.size || fclose(f) != 0) {
		fprintf(stderr, "usage: make_tdvf FILE (that can be written)\n");
		return 1;
	}
	tdvf_free(&image);
	return 0;
}
