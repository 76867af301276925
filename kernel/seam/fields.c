/* SPDX-License-Identifier: BSD-2-Clause */
/* TDH.MNG.RD and TDH.SYS.RD: metadata by field id; and what depends on the module's version.
 * Source: TDX Module ABI, metadata fields. */
#include "base/attr.h"
#include "base/cursor.h"
#include "kernel/seam/internal.h"

static const struct cpuid_config {
	uint32_t leaf, subleaf;
	struct {
		uint32_t direct, allow;
	} reg[4];
} cpuid_configs[] = {
#define ROW(leaf, sub, ad, aa, bd, ba, cd, ca, dd, da) \
	{ leaf, sub, { { ad, aa }, { bd, ba }, { cd, ca }, { dd, da } } },
	TDX_CPUID_CONFIG_LIST(ROW)
#undef ROW
};

uint32_t cpuid_leaf(unsigned entry)
{
	return cpuid_configs[entry].leaf;
}

uint32_t cpuid_subleaf(unsigned entry)
{
	return cpuid_configs[entry].subleaf;
}

/* Bits the host may set. The model's CPU has all that may be allowed, so SYS.INFO offers the same.
 */
uint32_t cpuid_mask(unsigned entry, unsigned reg)
{
	return cpuid_configs[entry].reg[reg].direct | cpuid_configs[entry].reg[reg].allow;
}

uint64_t attributes_fixed0(const struct seam *s)
{
	if (s->config.update >= 6)
		return TDX_ATTR_FIXED0_1_5_06;
	return s->config.update >= 5 ? TDX_ATTR_FIXED0_1_5_05 : TDX_ATTR_FIXED0_1_5_01;
}

uint64_t config_flags_fixed0(const struct seam *s)
{
	if (s->config.update >= 8)
		return TDX_CONFIG_FIXED0_1_5_08;
	return s->config.update >= 6 ? TDX_CONFIG_FIXED0_1_5_06 : TDX_CONFIG_FIXED0_1_5_01;
}

unsigned max_vcpus_limit(const struct seam *s)
{
	return s->config.update >= 5 ? TDX_MAX_VCPUS_1_5_05 : TDX_MAX_VCPUS_1_5_01;
}

struct field {
	uint64_t id;
	unsigned elements;
};

static const struct field td_fields[] = {
#define ROW(name, id, elements) { id, elements },
	TDX_TD_FIELD_LIST(ROW)
#undef ROW
};

static const struct field sys_fields[] = {
#define ROW(name, id, elements) { id, elements },
	TDX_SYS_FIELD_LIST(ROW)
#undef ROW
};

/* Context, size, increment and mask of a single read are ignored. */
static const struct field *find(const struct field *rows, size_t n, uint64_t id,
				unsigned *ret_element)
{
	const uint64_t same = TDX_FIELD_NON_ARCH | TDX_FIELD_CLASS_MASK;

	if (id & (TDX_FIELD_RESERVED | TDX_FIELD_LIST_MASK))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		uint64_t first = rows[i].id & TDX_FIELD_CODE_MASK;

		if ((rows[i].id & same) == (id & same) && (id & TDX_FIELD_CODE_MASK) >= first &&
		    (id & TDX_FIELD_CODE_MASK) - first < rows[i].elements) {
			*ret_element = (unsigned)((id & TDX_FIELD_CODE_MASK) - first);
			return &rows[i];
		}
	}
	return NULL;
}

static uint64_t next_id(const struct field *rows, size_t n, const struct field *row,
			unsigned element)
{
	if (element + 1 < row->elements)
		return row->id + element + 1;
	return row + 1 < rows + n ? row[1].id : TDX_FIELD_NULL;
}

static bool is_null_id(uint64_t id)
{
	return (id | TDX_FIELD_CONTEXT_MASK) == TDX_FIELD_NULL;
}

static uint64_t quad(const uint8_t *bytes, unsigned element)
{
	struct cursor at = cursor_of(bytes + 8 * element, 8);

	return cursor_le64(&at);
}

static uint64_t read_td(const struct td *td, uint64_t id, unsigned element)
{
	switch (id) {
	case TDX_TD_FIELD_FATAL:
		return td->fatal;
	case TDX_TD_FIELD_NUM_TDCX:
		return td->num_tdcx;
	case TDX_TD_FIELD_CHLDCNT:
		return td->chldcnt;
	case TDX_TD_FIELD_LIFECYCLE_STATE:
		return td->lifecycle;
	case TDX_TD_FIELD_TD_UUID:
		return td->uuid[element];
	case TDX_TD_FIELD_HKID:
		return td->hkid;
	case TDX_TD_FIELD_NUM_VCPUS:
		return td->num_vcpus;
	case TDX_TD_FIELD_NUM_ASSOC_VCPUS:
		return td->num_assoc;
	case TDX_TD_FIELD_OP_STATE:
		return td->op_state;
	case TDX_TD_FIELD_TD_EPOCH:
		return td->epoch;
	case TDX_TD_FIELD_ATTRIBUTES:
		return td->attributes;
	case TDX_TD_FIELD_XFAM:
		return td->xfam;
	case TDX_TD_FIELD_MAX_VCPUS:
		return td->max_vcpus;
	case TDX_TD_FIELD_GPAW:
		return td->config_flags & TDX_CONFIG_GPAW;
	case TDX_TD_FIELD_EPTP:
		return td->eptp;
	case TDX_TD_FIELD_TSC_FREQUENCY:
		return td->tsc_frequency;
	case TDX_TD_FIELD_CONFIG_FLAGS:
		return td->config_flags;
	case TDX_TD_FIELD_MRTD:
		return quad(td->mrtd, element);
	case TDX_TD_FIELD_MRCONFIGID:
		return quad(td->mrconfigid, element);
	case TDX_TD_FIELD_MROWNER:
		return quad(td->mrowner, element);
	case TDX_TD_FIELD_MROWNERCONFIG:
		return quad(td->mrownerconfig, element);
	case TDX_TD_FIELD_RTMR:
		return quad(td->rtmr[element / 6], element % 6);
	case TDX_TD_FIELD_SERVTD_HASH:
		return quad(td->servtd_hash, element);
	default:
		return 0;
	}
}

static uint64_t mng_read(struct call *c, const struct td *td, uint64_t id)
{
	unsigned element = 0;
	const struct field *row;

	if (c->version == 1 && is_null_id(id)) {
		c->r->rdx = td_fields[0].id;
		return TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
	}
	row = find(td_fields, ARRAY_SIZE(td_fields), id, &element);
	if (!row)
		return TDX_METADATA_FIELD_ID_INCORRECT;
	if (row->id == TDX_TD_FIELD_RTMR && !(td->attributes & TDX_ATTR_DEBUG))
		return TDX_METADATA_FIELD_NOT_READABLE;
	c->r->r8 = read_td(td, row->id, element);
	if (c->version == 1)
		c->r->rdx = next_id(td_fields, ARRAY_SIZE(td_fields), row, element);
	return TDX_SUCCESS;
}

uint64_t leaf_mng_rd(struct call *c)
{
	uint64_t id = c->r->rdx;
	struct td *td;
	uint64_t st;

	c->r->r8 = 0;
	if (c->version > 1)
		return status(TDX_OPERAND_INVALID, TDX_ID_RAX);
	if (c->version == 1)
		c->r->rdx = TDX_FIELD_NULL;
	st = td_get(c->s, c->r->rcx, SEAM_SHARED, TDX_ID_RCX, &td);
	if (st == TDX_SUCCESS)
		st = build_state(c->s, td, OP_ALL_BUT_UNINIT, true);
	return st == TDX_SUCCESS ? mng_read(c, td, id) : st;
}

static uint64_t read_sys(const struct seam *s, uint64_t id, unsigned element)
{
	unsigned reg = element % 2 * 2;

	switch (id) {
	case TDX_SYS_FIELD_TDX_FEATURES0:
		return 0;
	case TDX_SYS_FIELD_MAX_TDMRS:
		return TDX_MAX_TDMRS;
	case TDX_SYS_FIELD_MAX_RESERVED_PER_TDMR:
		return TDX_MAX_RESERVED;
	case TDX_SYS_FIELD_PAMT_4K_ENTRY_SIZE:
	case TDX_SYS_FIELD_PAMT_2M_ENTRY_SIZE:
	case TDX_SYS_FIELD_PAMT_1G_ENTRY_SIZE:
		return TDX_PAMT_ENTRY_SIZE;
	case TDX_SYS_FIELD_TDR_BASE_SIZE:
		return 4096;
	case TDX_SYS_FIELD_TDCS_BASE_SIZE:
		return TDX_TDCS_PAGES_MIN * 4096;
	case TDX_SYS_FIELD_TDVPS_BASE_SIZE:
		return TDX_TDVPS_PAGES_MIN * 4096;
	case TDX_SYS_FIELD_ATTRIBUTES_FIXED0:
		return attributes_fixed0(s);
	case TDX_SYS_FIELD_ATTRIBUTES_FIXED1:
		return TDX_ATTR_FIXED1;
	case TDX_SYS_FIELD_XFAM_FIXED0:
		return TDX_XFAM_FIXED0 & s->config.xfam;
	case TDX_SYS_FIELD_XFAM_FIXED1:
		return TDX_XFAM_FIXED1;
	case TDX_SYS_FIELD_NUM_CPUID_CONFIG:
		return TDX_CPUID_CONFIG_COUNT;
	case TDX_SYS_FIELD_CONFIG_FLAGS_FIXED0:
		return config_flags_fixed0(s);
	case TDX_SYS_FIELD_CPUID_CONFIG_LEAVES:
		return cpuid_leaf(element) | (uint64_t)cpuid_subleaf(element) << 32;
	case TDX_SYS_FIELD_CPUID_CONFIG_VALUES:
		return cpuid_mask(element / 2, reg) | (uint64_t)cpuid_mask(element / 2, reg + 1)
							      << 32;
	default:
		return 0;
	}
}

uint64_t leaf_sys_rd(struct call *c)
{
	uint64_t id = c->r->rdx;
	unsigned element = 0;
	const struct field *row;

	c->r->rdx = TDX_FIELD_NULL;
	c->r->r8 = 0;
	if (is_null_id(id)) {
		c->r->rdx = sys_fields[0].id;
		return TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT;
	}
	row = find(sys_fields, ARRAY_SIZE(sys_fields), id, &element);
	if (!row)
		return TDX_METADATA_FIELD_ID_INCORRECT;
	c->r->r8 = read_sys(c->s, row->id, element);
	c->r->rdx = next_id(sys_fields, ARRAY_SIZE(sys_fields), row, element);
	return TDX_SUCCESS;
}
