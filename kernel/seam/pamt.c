/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs grow at their ends, turn into 512 entries when a write does not fit, and back when the block
 * is wholly used or wholly free and uniform again. Freeing a page resets its type alone, as in the
 * module, so a free page may still show its last owner. */
#include "kernel/seam/pamt.h"

#include <stdlib.h>
#include <string.h>

#define PAGES 512u

bool pamt_new(struct pamt *pamt, size_t gigs)
{
	*pamt = (struct pamt){ .gigs = gigs };
	pamt->cover = calloc(gigs, 1);
	pamt->blocks = calloc(gigs, sizeof(struct pamt_block *));
	return pamt->cover && pamt->blocks;
}

void pamt_end(struct pamt *pamt)
{
	for (size_t g = 0; pamt->blocks && g < pamt->gigs_end; g++) {
		for (size_t b = 0; pamt->blocks[g] && b < PAGES; b++)
			free(pamt->blocks[g][b].each);
		free(pamt->blocks[g]);
	}
	for (struct pamt_entry *spare = pamt->spare, *next; spare; spare = next) {
		next = (struct pamt_entry *)(uintptr_t)spare->word;
		free(spare);
	}
	free(pamt->blocks);
	free(pamt->cover);
}

/* Teardown mixes one block after the other, each for a moment. Arrays are kept for the next one:
 * freed between the small objects of the host they would leave a hole a block. */
static struct pamt_entry *take_array(struct pamt *pamt)
{
	struct pamt_entry *each = pamt->spare;

	if (each) {
		pamt->spare = (struct pamt_entry *)(uintptr_t)each->word;
		memset(each, 0, PAGES * sizeof(*each));
		return each;
	}
	each = calloc(PAGES, sizeof(*each));
	if (each)
		pamt->bytes += PAGES * sizeof(*each);
	return each;
}

static void put_array(struct pamt *pamt, struct pamt_entry *each)
{
	each->word = (uintptr_t)pamt->spare;
	pamt->spare = each;
}

static bool same_value(struct pamt_entry a, struct pamt_entry b)
{
	return a.word == b.word && a.bepoch == b.bepoch;
}

struct pamt_entry pamt_read(const struct pamt *pamt, uint64_t pa, unsigned *ret_level)
{
	const struct pamt_block *b = pamt_block(pamt, pa);
	unsigned i = pa >> 12 & (PAGES - 1);

	*ret_level = 0;
	if (!b)
		return (struct pamt_entry){ 0, 0 };
	if (b->large) {
		*ret_level = 1;
		return b->same;
	}
	if (b->each)
		return b->each[i];
	return i - b->start < b->count ? b->same : (struct pamt_entry){ 0, 0 };
}

bool pamt_block_free(const struct pamt *pamt, uint64_t pa)
{
	const struct pamt_block *b = pamt_block(pamt, pa);

	if (!b)
		return true;
	if (b->large)
		return false;
	return b->count == 0 || (!b->each && pamt_type(b->same) == TDX_PT_NDA);
}

static bool spread(struct pamt *pamt, struct pamt_block *b)
{
	struct pamt_entry *each = take_array(pamt);

	if (!each)
		return false;
	for (unsigned i = 0; i < b->count; i++)
		each[b->start + i] = b->same;
	if (pamt_type(b->same) == TDX_PT_NDA)
		b->count = 0;
	b->each = each;
	return true;
}

/* Back to a run, if what was ever written is one. */
static void gather(struct pamt *pamt, struct pamt_block *b)
{
	const struct pamt_entry untouched = { 0, 0 };
	unsigned first = 0, end = PAGES;

	while (first < PAGES && same_value(b->each[first], untouched))
		first++;
	while (end > first && same_value(b->each[end - 1], untouched))
		end--;
	for (unsigned i = first; i < end; i++) {
		if (!same_value(b->each[i], b->each[first]))
			return;
	}
	if (first < end)
		b->same = b->each[first];
	b->start = (uint16_t)first;
	b->count = (uint16_t)(end - first);
	put_array(pamt, b->each);
	b->each = NULL;
}

/* The write fits into, or extends, a run. */
static bool write_run(struct pamt_block *b, unsigned i, struct pamt_entry entry)
{
	if (b->count <= 1 && (b->count == 0 || i == b->start)) {
		b->start = (uint16_t)i;
		b->count = 1;
		b->same = entry;
		return true;
	}
	if (!same_value(b->same, entry))
		return false;
	if (i == b->start + b->count) {
		b->count++;
		return true;
	}
	if (i + 1 == b->start) {
		b->start--;
		b->count++;
		return true;
	}
	return i - b->start < b->count;
}

static bool write_page(struct pamt *pamt, struct pamt_block *b, unsigned i, struct pamt_entry entry)
{
	if (!b->each && write_run(b, i, entry))
		return true;
	if (!b->each && !spread(pamt, b))
		return false;
	b->count = (uint16_t)(b->count - (pamt_type(b->each[i]) != TDX_PT_NDA) +
			      (pamt_type(entry) != TDX_PT_NDA));
	b->each[i] = entry;
	if (b->count == 0 || b->count == PAGES)
		gather(pamt, b);
	return true;
}

/* A block that becomes one large page loses the stale owners of its small ones. */
static void write_large(struct pamt *pamt, struct pamt_block *b, struct pamt_entry entry)
{
	if (b->each)
		put_array(pamt, b->each);
	*b = (struct pamt_block){ .large = pamt_type(entry) != TDX_PT_NDA };
	if (b->large)
		b->same = entry;
}

bool pamt_write(struct pamt *pamt, uint64_t pa, unsigned level, struct pamt_entry entry)
{
	struct pamt_block **blocks = &pamt->blocks[pa >> 30];
	struct pamt_block *b;

	/* Nobody can see the BEPOCH of a free page, and each page that was unmapped in a tracked TD
	 * has another one. */
	if (pamt_type(entry) == TDX_PT_NDA)
		entry.bepoch = 0;
	if (!*blocks) {
		*blocks = calloc(PAGES, sizeof(**blocks));
		if (!*blocks)
			return false;
		pamt->bytes += PAGES * sizeof(**blocks);
		if (pa >> 30 >= pamt->gigs_end)
			pamt->gigs_end = (pa >> 30) + 1;
	}
	b = &(*blocks)[pa >> 21 & (PAGES - 1)];
	if (level == 0)
		return write_page(pamt, b, pa >> 12 & (PAGES - 1), entry);
	write_large(pamt, b, entry);
	return true;
}
