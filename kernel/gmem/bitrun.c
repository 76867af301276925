/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/gmem/bitrun.h"

#define WORDS (BITRUN_BITS / 64)

int bitrun_spell_out(struct bitrun *run)
{
	if (run->bits)
		return 0;
	run->bits = malloc(WORDS * sizeof(*run->bits));
	if (!run->bits)
		return -ENOMEM;
	memset(run->bits, run->count ? 0xff : 0, WORDS * sizeof(*run->bits));
	return 0;
}

static void drop_bits_if_plain(struct bitrun *run)
{
	if (run->count == 0 || run->count == BITRUN_BITS) {
		free(run->bits);
		run->bits = NULL;
	}
}

int bitrun_set(struct bitrun *run, unsigned i)
{
	if (bitrun_has(run, i))
		return 0;
	if (bitrun_spell_out(run) < 0)
		return -ENOMEM;
	run->bits[i / 64] |= (uint64_t)1 << (i % 64);
	run->count++;
	drop_bits_if_plain(run);
	return 0;
}

int bitrun_clear(struct bitrun *run, unsigned i)
{
	if (!bitrun_has(run, i))
		return 0;
	if (bitrun_spell_out(run) < 0)
		return -ENOMEM;
	run->bits[i / 64] &= ~((uint64_t)1 << (i % 64));
	run->count--;
	drop_bits_if_plain(run);
	return 0;
}

unsigned bitrun_next(const struct bitrun *run, unsigned i)
{
	if (!run->bits)
		return run->count ? i : BITRUN_BITS;
	while (i < BITRUN_BITS && !bitrun_has(run, i))
		i++;
	return i;
}

void bitrun_end(struct bitrun *run)
{
	free(run->bits);
	*run = (struct bitrun){ .bits = NULL };
}
