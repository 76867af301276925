/* SPDX-License-Identifier: BSD-2-Clause */
/* What the guest asks of the module: TDG.VP.INFO, TDG.MR.RTMR.EXTEND, TDG.MR.REPORT and
 * TDG.MEM.PAGE.ACCEPT. The guest's own loads and stores stand here too. */
#include <errno.h>
#include <string.h>

#include "arch/tdx_leaf.h"
#include "base/attr.h"
#include "base/range.h"
#include "base/status.h"
#include "kernel/seam/internal.h"

/* Extended exit qualification of an EPT violation */
#define VIOLATION_ACCEPT 1u
#define VIOLATION_PENDING 6u

struct guest_call {
	struct seam *s;
	struct seam_regs *r;
	struct vcpu *v;
	struct td *td;
	struct seam_exit *exit;
	enum seam_guest end;
};

static uint64_t violation(struct guest_call *c, uint64_t gpa, uint64_t extended)
{
	*c->exit = (struct seam_exit){ .gpa = gpa, .extended_qualification = extended };
	c->end = SEAM_GUEST_EPT_EXIT;
	return TDX_SUCCESS;
}

static uint8_t *private_for_write(struct seam *s, uint64_t pa)
{
	uint8_t *page = page_map_get(&s->private, pa);

	if (page)
		return page;
	page = page_pool_get(&s->private_pool);
	if (!page)
		return NULL;
	if (!page_map_put(&s->private, pa, page)) {
		page_pool_put(&s->private_pool, page);
		return NULL;
	}
	return memset(page, 0, PAGE_SIZE_4K);
}

/* The bytes at a private GPA, or NULL with *at saying where the walk ended. */
static uint8_t *private_at(struct seam *s, struct td *td, uint64_t gpa, bool write,
			   struct sept_place *at)
{
	uint64_t pa;
	uint8_t *page;

	if (!sept_walk_leaf(s, td, gpa, at))
		return NULL;
	pa = (*at->entry & SEPT_HPA_MASK) | (gpa & ((1ull << SEPT_LEVEL_SHIFT(at->level)) - 1));
	pa &= ~(uint64_t)(PAGE_SIZE_4K - 1);
	page = write ? private_for_write(s, pa) : (uint8_t *)(uintptr_t)private_bytes(s, pa);
	return page ? page + gpa % PAGE_SIZE_4K : NULL;
}

/* A memory operand, private or (if shared is allowed) shared. On success *ret_bytes is set, or the
 * call has ended some other way than DONE. */
static uint64_t operand_at(struct guest_call *c, uint64_t gpa, bool shared, bool write, unsigned id,
			   uint8_t **ret_bytes)
{
	uint64_t limit = sept_private_limit(c->td);
	const struct seam_config *config = &c->s->config;
	struct sept_place at;

	if (gpa >= 2 * limit || (gpa >= limit && !shared))
		return status(TDX_OPERAND_INVALID, id);
	if (gpa >= limit) {
		*ret_bytes =
			config->shared ? config->shared(config->shared_ctx, c->td->tdr, gpa) : NULL;
		return *ret_bytes ? TDX_SUCCESS : violation(c, gpa, 0);
	}
	*ret_bytes = private_at(c->s, c->td, gpa, write, &at);
	if (*ret_bytes)
		return TDX_SUCCESS;
	if (sept_state(*at.entry) != SEPT_PENDING)
		return violation(c, gpa, 0);
	if (c->td->attributes & TDX_ATTR_SEPT_VE_DISABLE)
		return violation(c, gpa, VIOLATION_PENDING);
	c->end = SEAM_GUEST_VE;
	return TDX_SUCCESS;
}

static uint64_t guest_vp_info(struct guest_call *c)
{
	const struct td *td = c->td;

	c->r->rcx = td->config_flags & TDX_CONFIG_GPAW ? 52 : 48;
	c->r->rdx = td->attributes;
	c->r->r8 = td->num_vcpus | (uint64_t)td->max_vcpus << 32;
	c->r->r9 = c->v->index;
	c->r->r10 = 1; /* TDG.SYS.RD is there */
	c->r->r11 = 0;
	return TDX_SUCCESS;
}

static uint64_t guest_rtmr_extend(struct guest_call *c)
{
	uint8_t joined[2 * TDX_MR_SIZE];
	uint8_t *data = NULL;
	uint64_t st;

	if (!is_aligned(c->r->rcx, 64))
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	st = operand_at(c, c->r->rcx, false, false, TDX_ID_RCX, &data);
	if (st != TDX_SUCCESS || c->end != SEAM_GUEST_DONE)
		return st;
	if (c->r->rdx >= TDX_RTMRS)
		return status(TDX_OPERAND_INVALID, TDX_ID_RDX);
	if (is_busy(c->s, SEAM_LOCK_RTMR, c->td->tdr, SEAM_EXCLUSIVE))
		return status(TDX_OPERAND_BUSY, TDX_ID_RTMR);
	memcpy(joined, c->td->rtmr[c->r->rdx], TDX_MR_SIZE);
	memcpy(joined + TDX_MR_SIZE, data, TDX_MR_SIZE);
	if (sha384(joined, sizeof(joined), c->td->rtmr[c->r->rdx], NULL) < 0)
		return SEAM_NO_MEMORY;
	return TDX_SUCCESS;
}

static uint64_t guest_mr_report(struct guest_call *c)
{
	uint8_t report[TDX_REPORT_SIZE];
	uint8_t *data = NULL, *out = NULL;
	uint64_t st;

	if (!is_aligned(c->r->rcx, TDX_REPORT_ALIGN))
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	if (!is_aligned(c->r->rdx, TDX_REPORTDATA_ALIGN))
		return status(TDX_OPERAND_INVALID, TDX_ID_RDX);
	st = operand_at(c, c->r->rdx, true, false, TDX_ID_RDX, &data);
	if (st != TDX_SUCCESS || c->end != SEAM_GUEST_DONE)
		return st;
	if (c->r->r8 != 0)
		return status(TDX_OPERAND_INVALID, TDX_ID_R8);
	if (is_busy(c->s, SEAM_LOCK_RTMR, c->td->tdr, SEAM_SHARED))
		return status(TDX_OPERAND_BUSY, TDX_ID_RTMR);
	report_build(c->s, c->td, data, report);
	st = operand_at(c, c->r->rcx, true, true, TDX_ID_RCX, &out);
	if (st == TDX_SUCCESS && c->end == SEAM_GUEST_DONE)
		memcpy(out, report, sizeof(report));
	return st;
}

static bool is_accessible(uint64_t entry)
{
	return entry & SEPT_PS && entry & SEPT_RWX;
}

static uint64_t refuse_accept(struct guest_call *c, const struct sept_place *at, unsigned asked)
{
	uint64_t extended = VIOLATION_ACCEPT | (uint64_t)asked << 32 | (uint64_t)at->level << 35 |
			    (uint64_t)sept_public_state(*at->entry) << 38 |
			    (uint64_t)(*at->entry & SEPT_PS ? 1 : 0) << 46;

	return violation(c, at->gpa, extended);
}

static uint64_t accept_entry(struct guest_call *c, const struct sept_place *at, unsigned asked)
{
	uint64_t entry = *at->entry;

	if (entry & (SEPT_TDEL | SEPT_HP))
		return status(TDX_OPERAND_BUSY, TDX_ID_RCX);
	if (sept_state(entry) != SEPT_FREE && !(entry & SEPT_PS))
		return TDX_PAGE_SIZE_MISMATCH | at->level;
	if (is_accessible(entry))
		return TDX_PAGE_ALREADY_ACCEPTED | at->level;
	if (sept_state(entry) != SEPT_PENDING)
		return refuse_accept(c, at, asked);
	private_drop(c->s, entry & SEPT_HPA_MASK, at->level); /* zero */
	*at->entry = (entry & ~SEPT_TDP) | SEPT_RWX;
	return TDX_SUCCESS;
}

static uint64_t guest_page_accept(struct guest_call *c)
{
	uint64_t gpa = c->r->rcx & TDX_PAGE_INFO_GPA;
	unsigned level = c->r->rcx & TDX_PAGE_INFO_LEVEL;
	struct sept_place at;

	if ((c->r->rcx & TDX_PAGE_INFO_RESERVED) || level > 1 ||
	    !is_aligned(gpa, 1ull << SEPT_LEVEL_SHIFT(level)) || gpa >= sept_private_limit(c->td))
		return status(TDX_OPERAND_INVALID, TDX_ID_RCX);
	if (sept_walk(c->s, c->td, gpa, level, &at))
		return accept_entry(c, &at, level);
	if (is_accessible(*at.entry))
		return TDX_PAGE_ALREADY_ACCEPTED | at.level;
	return refuse_accept(c, &at, level);
}

static uint64_t (*const guest_leaves[])(struct guest_call *c) = {
	[TDG_VP_INFO] = guest_vp_info,
	[TDG_MR_RTMR_EXTEND] = guest_rtmr_extend,
	[TDG_MR_REPORT] = guest_mr_report,
	[TDG_MEM_PAGE_ACCEPT] = guest_page_accept,
};

/* A VCPU that could be running guest code. */
static struct vcpu *running_vcpu(struct seam *s, uint64_t tdvpr_pa)
{
	struct vcpu *v = page_map_get(&s->vcpus, tdvpr_pa);

	if (!v || (v->state != TDX_VCPU_READY && v->state != TDX_VCPU_ACTIVE) ||
	    build_state(s, v->td, OP_TRACKED, false) != TDX_SUCCESS)
		return NULL;
	return v;
}

/* The status, unless the guest instruction did not complete: then RAX stays. */
static void guest_run(struct guest_call *c)
{
	uint64_t leaf = c->r->rax & TDX_LEAF_MASK;
	uint64_t st;

	if (c->r->rax != leaf || leaf >= ARRAY_SIZE(guest_leaves) || !guest_leaves[leaf])
		st = status(TDX_OPERAND_INVALID, TDX_ID_RAX);
	else
		st = guest_leaves[leaf](c);
	if (c->end == SEAM_GUEST_DONE)
		c->r->rax = st;
}

enum seam_guest seam_tdcall(struct seam *s, uint64_t tdvpr_pa, struct seam_regs *regs,
			    struct seam_exit *ret_exit)
{
	struct seam_event event = { .guest = true, .tdvpr = tdvpr_pa, .in = *regs };
	struct seam_exit ignored;
	struct guest_call c = { .s = s, .r = regs, .exit = ret_exit ? ret_exit : &ignored };

	seam_enter(s);
	c.v = running_vcpu(s, tdvpr_pa);
	c.end = c.v ? SEAM_GUEST_DONE : SEAM_GUEST_NO_VCPU;
	if (c.v) {
		c.td = c.v->td;
		guest_run(&c);
	}
	seam_leave(s);
	if (s->config.trace && c.end != SEAM_GUEST_NO_VCPU) {
		event.name = tdl_tdcall_name(event.in.rax);
		event.out = *regs;
		s->config.trace(s->config.trace_ctx, &event);
	}
	return c.end;
}

int seam_report(struct seam *s, uint64_t tdvpr_pa, const uint8_t report_data[64],
		uint8_t ret_report[1024])
{
	struct vcpu *v;

	seam_enter(s);
	v = running_vcpu(s, tdvpr_pa);
	if (v)
		report_build(s, v->td, report_data, ret_report);
	seam_leave(s);
	return v ? 0 : -ENOENT;
}

static size_t guest_move(struct seam *s, uint64_t tdvpr_pa, uint64_t gpa, void *to,
			 const void *from, size_t size)
{
	size_t done = 0;
	struct vcpu *v;

	seam_enter(s);
	v = running_vcpu(s, tdvpr_pa);
	while (v && done < size && gpa + done < sept_private_limit(v->td)) {
		size_t part = PAGE_SIZE_4K - (size_t)((gpa + done) % PAGE_SIZE_4K);
		struct sept_place place;
		uint8_t *at = private_at(s, v->td, gpa + done, from != NULL, &place);

		if (!at)
			break;
		if (part > size - done)
			part = size - done;
		if (from)
			memcpy(at, (const uint8_t *)from + done, part);
		else
			memcpy((uint8_t *)to + done, at, part);
		done += part;
	}
	seam_leave(s);
	return done;
}

size_t seam_guest_read(struct seam *s, uint64_t tdvpr_pa, uint64_t gpa, void *ret_bytes,
		       size_t size)
{
	return guest_move(s, tdvpr_pa, gpa, ret_bytes, NULL, size);
}

size_t seam_guest_write(struct seam *s, uint64_t tdvpr_pa, uint64_t gpa, const void *bytes,
			size_t size)
{
	return guest_move(s, tdvpr_pa, gpa, NULL, bytes, size);
}
