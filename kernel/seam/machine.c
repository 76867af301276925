/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine: made, looked at, taken down. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/range.h"
#include "kernel/seam/internal.h"

#define DEFAULT_BASE (4ull << 30)
#define DEFAULT_SIZE (1ull << 40)
#define DEFAULT_CPUID 0x806F8u
#define SEAMRR_SIZE (32ull << 20)

static void set_default(unsigned *value, unsigned otherwise)
{
	if (!*value)
		*value = otherwise;
}

static void fill_defaults(struct seam_config *config)
{
	set_default(&config->update, 6);
	set_default(&config->maxpa, 52);
	set_default(&config->first_hkid, 32);
	set_default(&config->hkids, 32);
	set_default(&config->lps, 64);
	set_default(&config->packages, 1);
	if (!config->memory[0].size)
		config->memory[0] = (struct seam_range){ DEFAULT_BASE, DEFAULT_SIZE };
	if (!config->xfam)
		config->xfam = TDX_XFAM_FIXED0;
	if (!config->cpuid1_eax)
		config->cpuid1_eax = DEFAULT_CPUID;
}

/* Key ids take the highest bits of a physical address, as few as will do. */
static int lay_out_addresses(struct seam *s)
{
	const struct seam_config *config = &s->config;
	uint64_t last = (uint64_t)config->first_hkid + config->hkids - 1;
	unsigned bits = 0;

	while (last >> bits)
		bits++;
	if (last > 0xffff || config->maxpa > 52 || config->maxpa < 36 + bits ||
	    config->packages > 64 || config->packages > config->lps || config->lps > 1u << 16)
		return -EINVAL;
	s->hkid_shift = config->maxpa - bits;
	s->hkid_mask = (1ull << config->maxpa) - (1ull << s->hkid_shift);
	s->seamrr.size = SEAMRR_SIZE;
	s->seamrr.base = (1ull << s->hkid_shift) - SEAMRR_SIZE;
	return 0;
}

static int check_memory(const struct seam *s)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(s->config.memory) && s->config.memory[i].size; i++) {
		const struct seam_range *range = &s->config.memory[i];

		if (!is_aligned(range->base | range->size, TDX_TDMR_ALIGN) || range->base < end ||
		    !range_within(range->base, range->size, s->seamrr.base))
			return -EINVAL;
		end = range->base + range->size;
	}
	return 0;
}

static int allocate(struct seam *s)
{
	s->lp_done = calloc(s->config.lps, 1);
	s->tdmrs = calloc(TDX_MAX_TDMRS, sizeof(*s->tdmrs));
	s->kot = calloc(s->config.hkids, sizeof(*s->kot));
	if (!s->lp_done || !s->tdmrs || !s->kot ||
	    !pamt_new(&s->pamt, (size_t)1 << (s->hkid_shift - 30)))
		return -ENOMEM;
	return 0;
}

/* As the bring-up leaves it: the first key id is the module's own, all memory usable. */
static int start_ready(struct seam *s)
{
	memset(s->lp_done, 1, s->config.lps);
	s->kot[0].state = TDX_HKID_RESERVED;
	for (unsigned i = 0; i < ARRAY_SIZE(s->config.memory) && s->config.memory[i].size; i++) {
		const struct seam_range *range = &s->config.memory[i];
		struct tdmr tdmr = { .base = range->base, .size = range->size };

		tdmr.next = tdmr.base + tdmr.size;
		if (tdmr_add(s, &tdmr, PAMT_READY) < 0)
			return -ENOMEM;
	}
	s->state = TDX_SYS_READY;
	return 0;
}

int seam_new(const struct seam_config *config, struct seam **ret_seam)
{
	struct seam *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	if (config)
		s->config = *config;
	fill_defaults(&s->config);
	s->random = s->config.seed;
	s->private_pool.is_coarse = true;
	rc = lay_out_addresses(s);
	if (rc == 0)
		rc = check_memory(s);
	if (rc == 0)
		rc = allocate(s);
	if (rc == 0)
		rc = report_key(s);
	if (rc == 0 && !s->config.cold)
		rc = start_ready(s);
	if (rc < 0) {
		seam_free(s);
		return rc;
	}
	*ret_seam = s;
	return 0;
}

static void release_td(void *td)
{
	td_free(td);
}

void seam_free(struct seam *s)
{
	if (!s)
		return;
	page_map_end(&s->host, free);
	page_map_end(&s->private, NULL);
	page_pool_end(&s->private_pool);
	page_map_end(&s->tables, NULL);
	page_pool_end(&s->table_pool);
	page_map_end(&s->vcpus, free);
	page_map_end(&s->tds, release_td);
	pamt_end(&s->pamt);
	free(s->held);
	free(s->kot);
	free(s->tdmrs);
	free(s->lp_done);
	free(s);
}

/* SplitMix64. */
uint64_t seam_random(struct seam *s)
{
	uint64_t z = s->random += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

bool seam_entropy(struct seam *s)
{
	if (!s->no_entropy)
		return true;
	s->no_entropy--;
	return false;
}

void *seam_phys(struct seam *s, uint64_t pa)
{
	void *page = NULL;

	seam_enter(s);
	if (pa >> s->config.maxpa == 0)
		page = page_materialise(s, pa);
	seam_leave(s);
	return page;
}
