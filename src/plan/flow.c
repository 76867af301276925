/* SPDX-License-Identifier: BSD-2-Clause */
/* The flow table and the loops that read it. */
#include "plan/flow.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "base/nearest.h"

#define TYPE(t) (UINT32_C(1) << (t))
#define TYPES_TO(t) (TYPE((t) + 1) - 1)

/* td-shim checks attributes per type. Source: td-shim, metadata section rules. */
static const struct flow_attributes shim_attributes[FLOW_TYPES] = {
	[TDL_SECTION_BFV]           = { TDL_SECTION_MR_EXTEND, TDL_SECTION_MR_EXTEND },
	[TDL_SECTION_PERM_MEM]      = { TDL_SECTION_PAGE_AUG, TDL_SECTION_PAGE_AUG },
	[TDL_SECTION_PAYLOAD]       = { 0, TDL_SECTION_MR_EXTEND },
	[TDL_SECTION_PAYLOAD_PARAM] = { 0, 0 },
};

static const struct flow flows[] = {
	{
		.name = "qemu",
		.summary = "upstream QEMU 10.1 and later: each page added, then extended",
		.sources = "QEMU 10.1-11.1 target/i386/kvm/tdx.c, hw/i386/tdvf.c, tdvf-hob.c",
		.order = FLOW_BY_PAGE,
		.types = TYPES_TO(TDL_SECTION_TEMP_MEM),
		.hob_needed = true,
		.hob_exact = true,
	},
	{
		.name = "qemu-8.2-canonical",
		.summary = "QEMU 8.2 of Ubuntu 24.04: per section, all pages added, then all extended",
		.sources = "qemu 8.2.2 and 9.0.2 with Canonical's TDX patches, target/i386/kvm/tdx.c",
		.order = FLOW_BY_SECTION,
		.types = TYPES_TO(TDL_SECTION_TEMP_MEM),
		.hob_needed = true,
		.hob_exact = true,
	},
	{
		.name = "cloud-hypervisor",
		.summary = "Cloud Hypervisor up to 52: by page, extended if attributes are exactly 1",
		.sources = "Cloud Hypervisor 52 vmm/src/vm.rs, arch/src/x86_64/tdx/mod.rs",
		.order = FLOW_BY_PAGE,
		.extend = FLOW_EXTEND_ONE,
		.tail = FLOW_TAIL_ZERO,
		.types = TYPES_TO(TDL_SECTION_PAYLOAD_PARAM),
	},
	{
		.name = "alioth",
		.summary = "Google's alioth: by page, metadata order",
		.sources = "alioth 2026 alioth/src/hv/kvm, cpu_amd64/tdx.rs",
		.order = FLOW_BY_PAGE,
		.types = TYPES_TO(TDL_SECTION_TEMP_MEM),
		.hob_needed = true,
		.hob_exact = true,
	},
	{
		.name = "gce",
		.summary = "Google Compute Engine C3, current hosts: by page, metadata order",
		.sources = "gce-tcb-verifier; event logs of two c3-standard-4",
		.order = FLOW_BY_PAGE,
		.tail = FLOW_TAIL_REFUSED,
		.style = FLOW_STYLE_GCE,
		.types = TYPES_TO(TDL_SECTION_TEMP_MEM),
		.hob_needed = true,
		.hob_exact = true,
		.memory_max = UINT64_C(176) << 30,
	},
	{
		.name = "gce-all",
		.summary = "older hosts of Compute Engine: by page, every section extended, HOB too",
		.sources = "gce-tcb-verifier",
		.order = FLOW_BY_PAGE,
		.extend = FLOW_EXTEND_EVERY,
		.tail = FLOW_TAIL_REFUSED,
		.style = FLOW_STYLE_GCE,
		.types = TYPES_TO(TDL_SECTION_TEMP_MEM),
		.hob_needed = true,
		.hob_exact = true,
		.memory_max = UINT64_C(176) << 30,
	},
	{
		.name = "td-shim",
		.summary = "td-shim's reference tools: by page, zero fill, PAGE.AUG left out",
		.sources = "td-shim-tools tee-info-hash; MigTD",
		.order = FLOW_BY_PAGE,
		.tail = FLOW_TAIL_ZERO,
		.aug = FLOW_AUG_LEFT_OUT,
		.types = TYPES_TO(TDL_SECTION_TD_PARAMS),
		.payload_in_image = true,
		.attributes = shim_attributes,
	},
	{
		.name = "global",
		.summary = "no known VMM: all pages of all sections added, then all extended",
		.sources = "none; a candidate when an MRTD is to be explained",
		.order = FLOW_BY_IMAGE,
		.types = TYPES_TO(TDL_SECTION_TEMP_MEM),
		.hob_exact = true,
	},
};

size_t tdl_flow_count(void)
{
	return ARRAY_SIZE(flows);
}

const char *tdl_flow_name(size_t i)
{
	return i < ARRAY_SIZE(flows) ? flows[i].name : NULL;
}

const char *tdl_flow_summary(size_t i)
{
	return i < ARRAY_SIZE(flows) ? flows[i].summary : NULL;
}

const char *tdl_flow_sources(size_t i)
{
	return i < ARRAY_SIZE(flows) ? flows[i].sources : NULL;
}

const char *tdl_flow_nearest(const char *name)
{
	size_t best = 0;

	for (size_t i = 1; i < ARRAY_SIZE(flows); i++)
		if (word_distance(name, flows[i].name) < word_distance(name, flows[best].name))
			best = i;
	return flows[best].name;
}

int flow_find(const char *name, const struct flow **ret_flow, struct tdl_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(flows); i++) {
		if (strcmp(name, flows[i].name) == 0) {
			*ret_flow = &flows[i];
			return 0;
		}
	}
	return tdl_fail(err, -EINVAL, "no flow is called '%s'; did you mean '%s'?", name,
			tdl_flow_nearest(name));
}

bool flow_extends(const struct flow *flow, const struct tdl_section *section)
{
	switch (flow->extend) {
	case FLOW_EXTEND_BIT:
		return section->attributes & TDL_SECTION_MR_EXTEND;
	case FLOW_EXTEND_ONE:
		return section->attributes == TDL_SECTION_MR_EXTEND;
	case FLOW_EXTEND_EVERY:
		break;
	}
	return true;
}

static int check_section(const struct flow *flow, const struct tdl_section *s,
			 struct tdl_error *err)
{
	const struct flow_attributes *rule;

	if (s->type >= FLOW_TYPES || !(flow->types & TYPE(s->type)))
		return tdl_fail(err, -EOPNOTSUPP, "flow %s knows no sections of type %" PRIu32 " (%s)",
				flow->name, s->type, tdl_section_type_name(s->type));
	if (!flow->attributes)
		return 0;
	rule = &flow->attributes[s->type];
	if ((s->attributes & rule->must) != rule->must || (s->attributes & ~rule->may))
		return tdl_fail(err, -EBADMSG,
				"its attributes are 0x%" PRIx32 "; flow %s wants bits 0x%" PRIx32
				" and no others than 0x%" PRIx32 " in a %s",
				s->attributes, flow->name, rule->must, rule->may,
				tdl_section_type_name(s->type));
	return 0;
}

/* td-shim's image as a whole. */
static int check_shim(const struct flow *flow, uint32_t seen, struct tdl_error *err)
{
	if (!(seen & TYPE(TDL_SECTION_BFV)))
		return tdl_fail(err, -EBADMSG, "it has no BFV section, which flow %s needs",
				flow->name);
	if (!(seen & (TYPE(TDL_SECTION_TD_HOB) | TYPE(TDL_SECTION_PERM_MEM))))
		return tdl_fail(err, -EBADMSG,
				"it has neither a TD_HOB nor a PermMem section; flow %s needs one",
				flow->name);
	if ((seen & TYPE(TDL_SECTION_PAYLOAD_PARAM)) && !(seen & TYPE(TDL_SECTION_PAYLOAD)))
		return tdl_fail(err, -EBADMSG, "it has a PayloadParam section but no Payload");
	return 0;
}

int flow_check_image(const struct flow *flow, const struct tdl_image *image, struct tdl_error *err)
{
	size_t n = tdl_image_section_count(image);
	uint32_t seen = 0;

	for (size_t i = 0; i < n; i++) {
		const struct tdl_section *s = tdl_image_section(image, i);
		int rc = check_section(flow, s, err);

		if (rc < 0)
			return tdl_while(err, rc, "section %zu (%s)", i,
					 tdl_section_type_name(s->type));
		seen |= TYPE(s->type);
	}
	if (flow->hob_needed && !(seen & TYPE(TDL_SECTION_TD_HOB)))
		return tdl_fail(err, -EBADMSG, "it has no TD_HOB section, which flow %s needs",
				flow->name);
	return flow->attributes ? check_shim(flow, seen, err) : 0;
}
