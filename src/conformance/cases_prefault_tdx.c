/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_PRE_FAULT_MEMORY on TDs: refused before the image is final, pending pages after. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/conf.h"

static void tdx_before_finalize(struct conf *c)
{
	conf_td_ready(c);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -EOPNOTSUPP, PAGE);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, PAGE, 0), 0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -EOPNOTSUPP, PAGE);
	conf_expect_rule(c, "pre-fault.not-yet");
}

static void tdx_after_finalize(struct conf *c)
{
	char before[97], after[97];

	conf_td_ready(c);
	conf_td_finalize(c);
	conf_td_mrtd(c, before);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
	conf_td_mrtd(c, after);
	if (strcmp(before, after) != 0)
		conf_fail(c, "MRTD changed");
	conf_expect_u64(c, "pages_4k", conf_stat(c, c->vm, "pages_4k"), S0_SIZE / PAGE);
}

static void tdx_built_page(struct conf *c)
{
	conf_td_ready(c);
	conf_expect(c, conf_td_region(c, (uintptr_t)c->memory, S0_GPA, 1, true), 0);
	conf_td_finalize(c);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
}

static void tdx_shared_bit(struct conf *c)
{
	conf_td_ready(c);
	conf_td_finalize(c);
	conf_pre_fault_expect(c, S0_GPA | 1ull << 47, PAGE, -EINVAL, PAGE);
	conf_expect_rule(c, "pre-fault.shared-bit");
}

static void tdx_shared_gpa(struct conf *c)
{
	conf_td_ready(c);
	conf_td_finalize(c);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, PAGE, 0), 0);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
}

static void tdx_private_no_slot(struct conf *c)
{
	conf_td_ready(c);
	conf_td_finalize(c);
	conf_expect(c,
		    conf_attributes(c, c->vm, S0_GPA + S0_SIZE, HUGE, KVM_MEMORY_ATTRIBUTE_PRIVATE),
		    0);
	conf_pre_fault_expect(c, S0_GPA + S0_SIZE, PAGE, -EFAULT, PAGE);
	conf_expect_memory_fault(c, S0_GPA + S0_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
}

static void tdx_then_init_mem(struct conf *c)
{
	conf_td_ready(c);
	conf_td_finalize(c);
	conf_expect(c, conf_td_region(c, (uintptr_t)c->memory, S0_GPA, 1, true), -EINVAL);
	conf_expect_rule(c, "td-cmd.vcpu-state");
}

/* Private and back: the page is taken out of the secure EPT and can be added again. */
static void tdx_convert(struct conf *c)
{
	conf_td_ready(c);
	conf_td_finalize(c);
	conf_pre_fault_expect(c, S0_GPA, 4 * PAGE, 0, 0);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, 4 * PAGE, 0), 0);
	conf_pre_fault_expect(c, S0_GPA, 4 * PAGE, 0, 0);
	conf_expect(c,
		    conf_attributes(c, c->vm, S0_GPA, 4 * PAGE, KVM_MEMORY_ATTRIBUTE_PRIVATE), 0);
	conf_pre_fault_expect(c, S0_GPA, 4 * PAGE, 0, 0);
}

const struct conf_case conf_prefault_tdx[] = {
	{ "tdx_before_finalize", "T", "pre-fault.not-yet", tdx_before_finalize },
	{ "tdx_after_finalize", "T", NULL, tdx_after_finalize },
	{ "tdx_built_page", "T", NULL, tdx_built_page },
	{ "tdx_shared_bit", "T", "pre-fault.shared-bit", tdx_shared_bit },
	{ "tdx_shared_gpa", "T", NULL, tdx_shared_gpa },
	{ "tdx_private_no_slot", "T", NULL, tdx_private_no_slot },
	{ "tdx_then_init_mem", "T", "td-cmd.vcpu-state", tdx_then_init_mem },
	{ "tdx_convert", "T", NULL, tdx_convert },
	{ 0 },
};
