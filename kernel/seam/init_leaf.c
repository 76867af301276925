/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.MNG.INIT: TD_PARAMS judged field by field, in the module's order. Source: TDX Module ABI,
 * TD_PARAMS; module 1.5 tdh_mng_init.c. */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/range.h"
#include "kernel/seam/internal.h"

struct params {
	const uint8_t *raw;
	uint64_t attributes, xfam, eptp, config_flags, arch_capabilities;
	unsigned max_vcpus, num_l2_vms, msr_config_ctls, tsc_frequency;
};

static uint64_t read_le64(const uint8_t *bytes, size_t offset)
{
	struct cursor at = cursor_of(bytes + offset, 8);

	return cursor_le64(&at);
}

static uint32_t read_le32(const uint8_t *bytes, size_t offset)
{
	struct cursor at = cursor_of(bytes + offset, 4);

	return cursor_le32(&at);
}

static struct params read_params(const uint8_t *raw)
{
	return (struct params){
		.raw = raw,
		.attributes = read_le64(raw, TDX_PARAMS_ATTRIBUTES),
		.xfam = read_le64(raw, TDX_PARAMS_XFAM),
		.max_vcpus = raw[TDX_PARAMS_MAX_VCPUS] | (unsigned)raw[TDX_PARAMS_MAX_VCPUS + 1]
								 << 8,
		.num_l2_vms = raw[TDX_PARAMS_NUM_L2_VMS],
		.msr_config_ctls = raw[TDX_PARAMS_MSR_CONFIG_CTLS],
		.eptp = read_le64(raw, TDX_PARAMS_EPTP_CONTROLS),
		.config_flags = read_le64(raw, TDX_PARAMS_CONFIG_FLAGS),
		.tsc_frequency = raw[TDX_PARAMS_TSC_FREQUENCY] |
				 (unsigned)raw[TDX_PARAMS_TSC_FREQUENCY + 1] << 8,
		.arch_capabilities = read_le64(raw, TDX_PARAMS_ARCH_CAPABILITIES),
	};
}

static bool attributes_fit(const struct seam *s, uint64_t attributes)
{
	if (attributes & ~attributes_fixed0(s))
		return false;
	return !(attributes & TDX_ATTR_MIGRATABLE) ||
	       !(attributes & (TDX_ATTR_DEBUG | TDX_ATTR_PERFMON));
}

static bool all_or_none(uint64_t value, uint64_t group)
{
	return (value & group) == 0 || (value & group) == group;
}

static bool xfam_fits(const struct seam *s, uint64_t xfam)
{
	if (xfam & ~(TDX_XFAM_FIXED0 & s->config.xfam))
		return false;
	if ((xfam & TDX_XFAM_FIXED1) != TDX_XFAM_FIXED1)
		return false;
	if ((xfam & TDX_XFAM_AVX512) && !(xfam & TDX_XFAM_AVX))
		return false;
	return all_or_none(xfam, TDX_XFAM_AVX512) && all_or_none(xfam, TDX_XFAM_CET) &&
	       all_or_none(xfam, TDX_XFAM_AMX);
}

static bool eptp_fits(const struct seam *s, uint64_t eptp, uint64_t config_flags)
{
	if (eptp == TDX_EPTP_4_LEVEL)
		return !(config_flags & TDX_CONFIG_GPAW);
	return eptp == TDX_EPTP_5_LEVEL && !s->config.no_la57 && s->config.maxpa >= 49;
}

/* The rules that one entry has beyond its mask. Family, model and stepping must be the CPU's: the
 * module's list of models that a migratable TD may name is not part of this model. */
static uint64_t judge_cpuid_extra(const struct seam *s, struct call *c, unsigned entry,
				  const uint8_t *at)
{
	const uint32_t hle = 1u << 4, rtm = 1u << 11;
	uint32_t eax = read_le32(at, 0), ebx = read_le32(at, 4);
	uint64_t name = cpuid_leaf(entry) | (uint64_t)cpuid_subleaf(entry) << 32;

	if (cpuid_leaf(entry) == 1 && eax != 0 && eax != s->config.cpuid1_eax) {
		c->r->rcx = name;
		return status(TDX_OPERAND_INVALID, TDX_ID_CPUID_CONFIG);
	}
	if (cpuid_leaf(entry) == 7 && cpuid_subleaf(entry) == 0 && !(ebx & hle) != !(ebx & rtm)) {
		c->r->rcx = s->config.update >= 5 ? name : 0;
		return status(TDX_OPERAND_INVALID, TDX_ID_CPUID_CONFIG);
	}
	return TDX_SUCCESS;
}

static uint64_t judge_cpuid(const struct seam *s, struct call *c, const uint8_t *raw)
{
	for (unsigned entry = 0; entry < TDX_CPUID_CONFIG_COUNT; entry++) {
		const uint8_t *at = raw + TDX_PARAMS_CPUID_CONFIG + 16 * entry;
		uint64_t st;

		for (unsigned reg = 0; reg < 4; reg++) {
			if (read_le32(at, 4 * reg) & ~cpuid_mask(entry, reg)) {
				c->r->rcx = cpuid_leaf(entry) | (uint64_t)cpuid_subleaf(entry)
									<< 32;
				return status(TDX_OPERAND_INVALID, TDX_ID_CPUID_CONFIG);
			}
		}
		st = judge_cpuid_extra(s, c, entry, at);
		if (st != TDX_SUCCESS)
			return st;
	}
	return TDX_SUCCESS;
}

static bool zero_at(const struct params *p, size_t offset, size_t size)
{
	return all_zero(p->raw + offset, size);
}

/* NUM_TDCX, which stands between NUM_L2_VMS and the reserved bytes, was judged with the build
 * state. */
static uint64_t judge_fields(const struct seam *s, const struct params *p)
{
	if (!attributes_fit(s, p->attributes))
		return status(TDX_OPERAND_INVALID, TDX_ID_ATTRIBUTES);
	if (!xfam_fits(s, p->xfam))
		return status(TDX_OPERAND_INVALID, TDX_ID_XFAM);
	if (p->max_vcpus == 0 || p->max_vcpus > max_vcpus_limit(s))
		return status(TDX_OPERAND_INVALID, TDX_ID_MAX_VCPUS);
	if (p->num_l2_vms != 0) /* the model has no L2 VMs; the module takes up to 3 */
		return status(TDX_OPERAND_INVALID, TDX_ID_NUM_L2_VMS);
	if (!zero_at(p, TDX_PARAMS_RESERVED_20, 4))
		return status(TDX_OPERAND_INVALID, TDX_ID_RDX);
	if (p->config_flags & ~config_flags_fixed0(s))
		return status(TDX_OPERAND_INVALID, TDX_ID_CONFIG_FLAGS);
	if (!eptp_fits(s, p->eptp, p->config_flags))
		return status(TDX_OPERAND_INVALID, TDX_ID_EPTP_CONTROLS);
	if (p->tsc_frequency < TDX_TSC_FREQUENCY_MIN || p->tsc_frequency > TDX_TSC_FREQUENCY_MAX)
		return status(TDX_OPERAND_INVALID, TDX_ID_TSC_FREQUENCY);
	if (!zero_at(p, TDX_PARAMS_RESERVED_42, 38) || p->msr_config_ctls & ~1u ||
	    !zero_at(p, TDX_PARAMS_RESERVED_232, 24))
		return status(TDX_OPERAND_INVALID, TDX_ID_RDX);
	return TDX_SUCCESS;
}

static uint64_t judge_tail(const struct params *p)
{
	const size_t used = TDX_PARAMS_CPUID_CONFIG + 16 * TDX_CPUID_CONFIG_COUNT;

	if (!zero_at(p, used, TDX_PARAMS_SIZE - used))
		return status(TDX_OPERAND_INVALID, TDX_ID_RDX);
	if (p->arch_capabilities & ~(p->msr_config_ctls & 1 ? TDX_ARCH_CAPABILITIES_ALLOW : 0))
		return status(TDX_OPERAND_INVALID, TDX_ID_IA32_ARCH_CAPABILITIES);
	return TDX_SUCCESS;
}

static uint64_t initialise(struct td *td, const struct params *p)
{
	uint64_t *root = malloc(SEPT_ENTRIES * sizeof(*root));
	uint64_t *x2apic = calloc(p->max_vcpus, sizeof(*x2apic));
	uint8_t *gathered = malloc(STREAM_ROOM);

	if (!root || !x2apic || !gathered) {
		free(root);
		free(x2apic);
		free(gathered);
		return SEAM_NO_MEMORY;
	}
	for (unsigned i = 0; i < SEPT_ENTRIES; i++)
		root[i] = SEPT_ENTRY_FREE;
	td->root = root;
	td->x2apic = x2apic;
	td->gathered = gathered;
	td->attributes = p->attributes;
	td->xfam = p->xfam;
	td->eptp = p->eptp;
	td->config_flags = p->config_flags;
	td->max_vcpus = p->max_vcpus;
	td->tsc_frequency = p->tsc_frequency;
	td->levels = p->eptp == TDX_EPTP_5_LEVEL ? 5 : 4;
	memcpy(td->mrconfigid, p->raw + TDX_PARAMS_MRCONFIGID, TDX_MR_SIZE);
	memcpy(td->mrowner, p->raw + TDX_PARAMS_MROWNER, TDX_MR_SIZE);
	memcpy(td->mrownerconfig, p->raw + TDX_PARAMS_MROWNERCONFIG, TDX_MR_SIZE);
	td->epoch = 1;
	sept_forget(td);
	sha384_stream_start(&td->stream);
	td->op_state = TDX_OP_INITIALIZED;
	return TDX_SUCCESS;
}

/* The whole structure from one host page: it is aligned to its size. */
static void copy_params(struct seam *s, uint64_t pa, uint8_t raw[TDX_PARAMS_SIZE])
{
	const uint8_t *page = page_or_null(s, pa);

	if (page)
		memcpy(raw, page + pa % PAGE_SIZE_4K, TDX_PARAMS_SIZE);
	else
		memset(raw, 0, TDX_PARAMS_SIZE);
}

uint64_t leaf_mng_init(struct call *c)
{
	struct seam *s = c->s;
	uint64_t tdr = c->r->rcx, pa = c->r->rdx;
	uint8_t raw[TDX_PARAMS_SIZE];
	struct params p;
	struct td *td;
	uint64_t st;

	c->r->rcx = 0;
	st = td_get(s, tdr, SEAM_EXCLUSIVE, TDX_ID_RCX, &td);
	if (st == TDX_SUCCESS)
		st = build_state(s, td, OP(UNINITIALIZED), false);
	if (st == TDX_SUCCESS)
		st = shared_check(s, pa, TDX_PARAMS_ALIGN, TDX_ID_RDX);
	if (st != TDX_SUCCESS)
		return st;
	copy_params(s, pa, raw);
	p = read_params(raw);
	st = judge_fields(s, &p);
	if (st == TDX_SUCCESS)
		st = judge_cpuid(s, c, raw);
	if (st == TDX_SUCCESS)
		st = judge_tail(&p);
	return st == TDX_SUCCESS ? initialise(td, &p) : st;
}
