/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking into the machine without a SEAMCALL, and the test doors that change it. */
#include <errno.h>
#include <string.h>

#include "kernel/seam/internal.h"

static void fill_view(const struct td *td, struct seam_td_view *ret_view)
{
	*ret_view = (struct seam_td_view){
		.fatal = td->fatal,
		.lifecycle = td->lifecycle,
		.op_state = td->op_state,
		.num_tdcx = td->num_tdcx,
		.num_vcpus = td->num_vcpus,
		.num_assoc_vcpus = td->num_assoc,
		.hkid = td->hkid,
		.chldcnt = td->chldcnt,
		.epoch = td->epoch,
		.levels = td->levels,
		.mrtd_bytes = td->stream.length + td->gathered_size,
	};
	memcpy(ret_view->mrtd, td->mrtd, sizeof(ret_view->mrtd));
	memcpy(ret_view->rtmr, td->rtmr, sizeof(ret_view->rtmr));
}

int seam_td_peek(struct seam *s, uint64_t tdr_pa, struct seam_td_view *ret_view)
{
	const struct td *td;

	seam_enter(s);
	td = page_map_get(&s->tds, tdr_pa);
	if (td)
		fill_view(td, ret_view);
	seam_leave(s);
	return td ? 0 : -ENOENT;
}

int seam_page_peek(struct seam *s, uint64_t pa, struct seam_page_view *ret_view)
{
	struct pamt_entry entry;
	unsigned level;
	int rc = -ENOENT;

	seam_enter(s);
	if (pa >> s->hkid_shift == 0 && s->pamt.cover[pa >> 30] == PAMT_READY) {
		entry = pamt_read(&s->pamt, pa, &level);
		*ret_view = (struct seam_page_view){ pamt_type(entry), level, pamt_owner(entry),
						     entry.bepoch };
		rc = 0;
	}
	seam_leave(s);
	return rc;
}

int seam_sept_peek(struct seam *s, uint64_t tdr_pa, uint64_t gpa, unsigned level,
		   uint64_t *ret_entry, unsigned *ret_level)
{
	struct sept_place at;
	struct td *td;
	int rc = -ENOENT;

	seam_enter(s);
	td = page_map_get(&s->tds, tdr_pa);
	if (td && td->root && level < td->levels && gpa < sept_private_limit(td)) {
		rc = sept_walk(s, td, gpa, level, &at) ? 0 : -ENOENT;
		*ret_entry = *at.entry;
		*ret_level = at.level;
	}
	seam_leave(s);
	return rc;
}

int seam_hkid_peek(struct seam *s, unsigned hkid)
{
	int state = -ENOENT;

	seam_enter(s);
	if (hkid >= s->config.first_hkid && hkid - s->config.first_hkid < s->config.hkids)
		state = (int)s->kot[hkid - s->config.first_hkid].state;
	seam_leave(s);
	return state;
}

int seam_mrtd_peek(struct seam *s, uint64_t tdr_pa, uint8_t ret_digest[48])
{
	struct td *td;

	seam_enter(s);
	td = page_map_get(&s->tds, tdr_pa);
	if (td && td->gathered) {
		stream_flush(td);
		sha384_stream_digest(&td->stream, ret_digest);
	} else {
		td = NULL;
	}
	seam_leave(s);
	return td ? 0 : -ENOENT;
}

size_t seam_metadata_bytes(struct seam *s)
{
	size_t bytes;

	seam_enter(s);
	bytes = s->pamt.bytes + s->table_pool.bytes +
		(s->private.size + s->tables.size + s->tds.size + s->vcpus.size) *
			sizeof(struct page_slot);
	seam_leave(s);
	return bytes;
}

void seam_test_no_entropy(struct seam *s, unsigned calls)
{
	seam_enter(s);
	s->no_entropy = calls;
	seam_leave(s);
}

void seam_test_no_key(struct seam *s, unsigned calls)
{
	seam_enter(s);
	s->no_key = calls;
	seam_leave(s);
}

void seam_test_interrupt_wb(struct seam *s, unsigned calls)
{
	seam_enter(s);
	s->interrupt_wb = calls;
	seam_leave(s);
}

void seam_test_fatal(struct seam *s, uint64_t tdr_pa)
{
	struct td *td;

	seam_enter(s);
	td = page_map_get(&s->tds, tdr_pa);
	if (td)
		td->fatal = true;
	seam_leave(s);
}

void seam_test_op_state(struct seam *s, uint64_t tdr_pa, unsigned op_state)
{
	struct td *td;

	seam_enter(s);
	td = page_map_get(&s->tds, tdr_pa);
	if (td)
		td->op_state = op_state;
	seam_leave(s);
}
