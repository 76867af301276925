/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_SET_MEMORY_ATTRIBUTES. */
#include <errno.h>

#include "conformance/conf.h"

#define PRIVATE KVM_MEMORY_ATTRIBUTE_PRIVATE

static void caps(struct conf *c)
{
	c->vm = conf_make_vm(c, KVM_X86_SW_PROTECTED_VM);
	conf_expect(c, conf_cap(c, c->sys, KVM_CAP_MEMORY_ATTRIBUTES), PRIVATE);
	conf_expect(c, conf_cap(c, c->vm, KVM_CAP_MEMORY_ATTRIBUTES), PRIVATE);
	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	conf_expect(c, conf_cap(c, c->vm, KVM_CAP_MEMORY_ATTRIBUTES), 0);
}

static void set(struct conf *c)
{
	conf_protected_s0(c);
	/* Slots and holes alike, and the same again. */
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA - HUGE, S0_SIZE + 2 * HUGE, PRIVATE), 0);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, PAGE, PRIVATE), 0);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, S0_SIZE, 0), 0);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_SET_MEMORY_ATTRIBUTES, NULL), -EFAULT);
}

static void flags(struct conf *c)
{
	struct kvm_memory_attributes wish = { S0_GPA, PAGE, PRIVATE, 1 };

	conf_protected_s0(c);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_SET_MEMORY_ATTRIBUTES, &wish), -EINVAL);
	conf_expect_rule(c, "attributes.flags");
}

static void unknown(struct conf *c)
{
	conf_protected_s0(c);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, PAGE, 1), -EINVAL);
	conf_expect_rule(c, "attributes.unknown");
	/* A VM without private memory knows no attribute at all. */
	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, PAGE, PRIVATE), -EINVAL);
}

static void range(struct conf *c)
{
	conf_protected_s0(c);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, 0, PRIVATE), -EINVAL);
	conf_expect(c, conf_attributes(c, c->vm, -PAGE, 2 * PAGE, PRIVATE), -EINVAL);
	conf_expect_rule(c, "attributes.range");
}

static void aligned(struct conf *c)
{
	conf_protected_s0(c);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA + 1, PAGE, PRIVATE), -EINVAL);
	conf_expect(c, conf_attributes(c, c->vm, S0_GPA, PAGE + 1, PRIVATE), -EINVAL);
	conf_expect_rule(c, "attributes.aligned");
}

const struct conf_case conf_attribute_cases[] = {
	{ "attributes_caps", "P", NULL, caps },
	{ "attributes_set", "P", NULL, set },
	{ "attributes_flags", "P", "attributes.flags", flags },
	{ "attributes_unknown", "P", "attributes.unknown", unknown },
	{ "attributes_range", "P", "attributes.range", range },
	{ "attributes_aligned", "P", "attributes.aligned", aligned },
	{ 0 },
};
