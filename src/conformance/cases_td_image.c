/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_TDX_INIT_MEM_REGION: checks, order of the checks of a page, progress, and what is measured. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/conf.h"

#define TOP (1ull << 47) /* the shared bit at 48 bits */

static void refused(struct conf *c, uint64_t source, uint64_t gpa, uint64_t pages, const char *rule)
{
	struct kvm_tdx_init_mem_region r = { source, gpa, pages };

	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_MEM_REGION, 0, &r), -EINVAL);
	conf_expect_rule(c, rule);
	if (r.source_addr != source || r.gpa != gpa || r.nr_pages != pages)
		conf_fail(c, "the region was changed");
}

static void region_flags(struct conf *c)
{
	struct kvm_tdx_init_mem_region r = { 0 };

	conf_td_ready(c);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_MEM_REGION, 2, &r), -EINVAL);
	conf_expect_rule(c, "init-mem.flags");
}

static void region_vcpu_state(struct conf *c)
{
	conf_td_init(c);
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
	refused(c, 0, S0_GPA, 1, "init-mem.vcpu-state");
}

static void region_unreadable(struct conf *c)
{
	conf_td_ready(c);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_MEM_REGION, 0, NULL), -EFAULT);
	conf_expect_rule(c, "init-mem.unreadable");
}

static void region_checks(struct conf *c)
{
	uint64_t source;

	conf_td_ready(c);
	source = (uintptr_t)c->memory;
	refused(c, source + 1, S0_GPA, 1, "init-mem.unaligned");
	refused(c, source, S0_GPA + 256, 1, "init-mem.unaligned");
	refused(c, source, S0_GPA, 0, "init-mem.range");
	refused(c, source, -PAGE, 1, "init-mem.range");
	refused(c, source, TOP | S0_GPA, 1, "init-mem.shared-bit");
	refused(c, source, TOP - PAGE, 2, "init-mem.shared-bit");
}

static void region_no_gmem(struct conf *c)
{
	uint8_t *plain;

	conf_td_ready(c);
	refused(c, (uintptr_t)c->memory, S0_GPA - PAGE, 1, "init-mem.no-gmem");
	plain = conf_memory(c, PAGE, PAGE, PROT_READ | PROT_WRITE, 0);
	conf_slot(c, c->vm, 5, 0, S0_GPA - PAGE, PAGE, plain);
	refused(c, (uintptr_t)c->memory, S0_GPA - PAGE, 1, "init-mem.no-gmem");
}

static void region_gmem_closed(struct conf *c)
{
	int gmem;

	conf_td_init(c);
	conf_td_vcpu(c);
	c->memory = conf_memory(c, HUGE, HUGE, PROT_READ | PROT_WRITE, 0);
	gmem = conf_gmem(c, c->vm, HUGE);
	conf_slot_gmem(c, c->vm, 0, S0_GPA, HUGE, c->memory, gmem);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, HUGE, KVM_MEMORY_ATTRIBUTE_PRIVATE), 0);
	conf_close(c, gmem);
	conf_expect(c, conf_td_region(c, (uintptr_t)c->memory, S0_GPA, 1, false), -EFAULT);
	conf_expect_rule(c, "init-mem.gmem-closed");
}

static void region_not_private(struct conf *c)
{
	conf_td_ready(c);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, PAGE, 0), 0);
	refused(c, (uintptr_t)c->memory, S0_GPA, 1, "init-mem.not-private");
}

/* Linux has answered EFAULT, then EOPNOTSUPP, then EINVAL. */
static void region_no_source(struct conf *c)
{
	static const long allowed[] = { -EFAULT, -EOPNOTSUPP, -EINVAL };

	conf_td_ready(c);
	conf_expect_any(c, conf_td_region(c, 0, S0_GPA, 1, false), allowed, 3);
}

/* Add pages of the source of which one cannot be read at first. */
static void add_around(struct conf *c, uint64_t first, uint64_t pages, uint64_t bad)
{
	uint8_t *source = c->memory + first * PAGE;
	uint64_t gpa = S0_GPA + first * PAGE;
	struct kvm_tdx_init_mem_region r = { (uintptr_t)source, gpa, pages };

	mprotect(source + bad * PAGE, PAGE, PROT_NONE);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_MEM_REGION, 0, &r), -EFAULT);
	conf_expect_rule(c, "init-mem.source-unreadable");
	conf_expect_u64(c, "pages left", r.nr_pages, pages - bad);
	conf_expect_u64(c, "gpa", r.gpa, gpa + bad * PAGE);
	mprotect(source + bad * PAGE, PAGE, PROT_READ);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_MEM_REGION, 0, &r), 0);
	conf_expect_u64(c, "pages left", r.nr_pages, 0);
}

/* The source is looked at before the attribute: unreadable wins. And progress stays. */
static void region_source_fault(struct conf *c)
{
	conf_td_ready(c);
	add_around(c, 0, 8, 3);
	add_around(c, 8, 40, 0);
	add_around(c, 48, 40, 16);
	add_around(c, 88, 40, 39);
}

static void region_unwritable(struct conf *c)
{
	struct kvm_tdx_init_mem_region r;
	uint8_t *page;

	conf_td_ready(c);
	r = (struct kvm_tdx_init_mem_region){ (uintptr_t)c->memory, S0_GPA, 1 };
	page = conf_memory(c, PAGE, PAGE, PROT_READ | PROT_WRITE, 0);
	memcpy(page, &r, sizeof(r));
	mprotect(page, PAGE, PROT_READ);
	conf_expect(c, conf_td_command(c, c->vcpu, KVM_TDX_INIT_MEM_REGION, 0, page), -EFAULT);
	conf_expect_rule(c, "init-mem.unwritable");
}

static void region_twice(struct conf *c)
{
	static const long allowed[] = { -EIO, -EEXIST };

	conf_td_ready(c);
	conf_expect(c, conf_td_region(c, (uintptr_t)c->memory, S0_GPA, 1, false), 0);
	conf_expect_any(c, conf_td_region(c, (uintptr_t)c->memory, S0_GPA, 1, false), allowed, 2);
}

/* A region may be cut into calls as one likes; contents count only where they are measured. */
static void expect_mrtd(struct conf *c, bool measure, const char *want)
{
	char got[97];

	conf_td_ready(c);
	for (unsigned i = 0; i < 2 * PAGE; i++)
		c->memory[i] = (uint8_t)(i < PAGE ? i : 7 * (i - PAGE) + ((i - PAGE) >> 8));
	conf_expect(c, conf_td_region(c, (uintptr_t)c->memory, S0_GPA, 1, measure), 0);
	conf_expect(c, conf_td_region(c, (uintptr_t)c->memory + PAGE, S0_GPA + PAGE, 1, measure), 0);
	conf_td_finalize(c);
	conf_td_mrtd(c, got);
	if (*got && strcmp(got, want) != 0)
		conf_fail(c, "MRTD is %s", got);
}

/* Both digests: SHA-384 over the blocks, computed with Python's hashlib. */
static void mrtd_measured(struct conf *c)
{
	expect_mrtd(c, true, "cd8d6661b46eaa756acf53118c84880579f03b093fb37791"
			     "a7dbbb8c35621cd66bcbb334cd7248858f5fb2714c295626");
}

static void mrtd_unmeasured(struct conf *c)
{
	expect_mrtd(c, false, "6ba74da194bc3619d15696dd1a0b9ad5317d2f2f2f378665"
			     "1594ff468a4a7504741d7c3c04b16f2523470b547c68ae25");
}

const struct conf_case conf_td_image_cases[] = {
	{ "td_region_flags", "T", "init-mem.flags", region_flags },
	{ "td_region_vcpu_state", "T", "init-mem.vcpu-state", region_vcpu_state },
	{ "td_region_unreadable", "T", "init-mem.unreadable", region_unreadable },
	{ "td_region_checks", "T", "init-mem.unaligned init-mem.range init-mem.shared-bit",
	  region_checks },
	{ "td_region_no_gmem", "T", "init-mem.no-gmem", region_no_gmem },
	{ "td_region_gmem_closed", "T", "init-mem.gmem-closed", region_gmem_closed },
	{ "td_region_not_private", "T", "init-mem.not-private", region_not_private },
	{ "td_region_no_source", "T", "init-mem.no-source", region_no_source },
	{ "td_region_source_fault", "T", "init-mem.source-unreadable", region_source_fault },
	{ "td_region_unwritable", "T", "init-mem.unwritable", region_unwritable },
	{ "td_region_twice", "T", "map-private.present init-mem.twice", region_twice },
	{ "td_mrtd_measured", "T", NULL, mrtd_measured },
	{ "td_mrtd_unmeasured", "T", NULL, mrtd_unmeasured },
	{ 0 },
};
