/* SPDX-License-Identifier: BSD-2-Clause */
/* Two logs side by side. Each becomes a list of units in the order of its operations: a unit is a
 * page, or a whole region when one of the logs has no records of pages. */
#include <tdlaunch/log.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/range.h"
#include "evlog/layout.h"
#include "evlog/stream.h"

struct unit {
	uint64_t gpa, pages;
	uint64_t pattern; /* TDL_LOG_ADD, TDL_LOG_ADD_EXTEND or TDL_LOG_EXTEND */
	uint8_t digest[SHA384_SIZE]; /* of the page, then zeros; or of the digests of pages */
	const struct layout_region *region;
	uint64_t record;
};

struct side {
	const char *name; /* "A" */
	struct tdl_log *log;
	struct layout layout;
	struct unit *units; /* owned */
	size_t count;
};

static void say(struct tdl_log_difference *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct tdl_log_difference *d, const char *fmt, ...)
{
	size_t used = strlen(d->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->text + used, sizeof(d->text) - used, fmt, ap);
	va_end(ap);
}

static int open_side(struct side *s, struct tdl_error *err)
{
	const struct layout *l = &s->layout;
	int rc = layout_read(s->log, &s->layout, err);

	if (rc < 0)
		return rc;
	if (l->read_rc < 0 && l->read_rc != -ENODATA)
		return tdl_fail(err, l->read_rc, "%s: %s", s->name, l->read_err.text);
	if (l->misplaced)
		return tdl_fail(err, -EBADMSG, "%s: record %llu: %s", s->name,
				(unsigned long long)l->misplaced_record, l->misplaced);
	if (l->records == 0)
		return tdl_fail(err, -EBADMSG, "%s: not a log", s->name);
	return 0;
}

static void close_side(struct side *s)
{
	free(s->units);
	layout_free(&s->layout);
}

/* The digest that a record has for its page; NULL for a record of something else. */
static const uint8_t *listed_digest(const struct tdl_log_record *r)
{
	if (r->event == TDL_LOG_EVENT_PAGE)
		return r->page.digest;
	return r->event == TDL_LOG_EVENT_PAGE_ADD ? r->add.digest : NULL;
}

/* Digests of the pages of a region from the records that list them. */
static void list_pages(const struct side *s, const struct layout_region *r,
		       uint8_t digests[TDL_LOG_REGION_PAGES * PAGE_DIGEST_SIZE],
		       uint64_t records[TDL_LOG_REGION_PAGES])
{
	struct layout_walk walk = layout_walk(s->log, &s->layout.regions[r->adds]);
	struct tdl_log_record record;
	size_t n = 0;

	while (n < r->event.pages && layout_next(&walk, &record)) {
		const uint8_t *digest = listed_digest(&record);

		if (!digest)
			continue;
		memcpy(digests + n * PAGE_DIGEST_SIZE, digest, PAGE_DIGEST_SIZE);
		records[n++] = layout_is_add(r->event.pattern) ? record.number : r->record;
	}
}

static void put_region(struct side *s, const struct layout_region *r, bool by_page)
{
	uint8_t digests[TDL_LOG_REGION_PAGES * PAGE_DIGEST_SIZE] = { 0 };
	uint64_t records[TDL_LOG_REGION_PAGES] = { 0 };
	const struct layout_region *adds = &s->layout.regions[r->adds];
	struct unit *u = &s->units[s->count];

	if (!adds->has_digest)
		list_pages(s, r, digests, records);
	for (uint64_t i = 0; by_page && i < r->event.pages; i++, u++, s->count++) {
		*u = (struct unit){ r->event.gpa + i * PAGE_SIZE_4K, 1, r->event.pattern,
				    .region = r, .record = records[i] };
		memcpy(u->digest, digests + i * PAGE_DIGEST_SIZE, PAGE_DIGEST_SIZE);
	}
	if (by_page)
		return;
	*u = (struct unit){ r->event.gpa, r->event.pages, r->event.pattern, .region = r,
			    .record = r->record };
	if (adds->has_digest)
		memcpy(u->digest, adds->event.pages_digest, SHA384_SIZE);
	else
		sha384(digests, (size_t)r->event.pages * PAGE_DIGEST_SIZE, u->digest, NULL);
	s->count++;
}

static int list_units(struct side *s, bool by_page, struct tdl_error *err)
{
	size_t room = 1;

	for (size_t i = 0; i < s->layout.count; i++)
		room += by_page ? (size_t)s->layout.regions[i].event.pages : 1;
	s->units = calloc(room, sizeof(*s->units));
	if (!s->units)
		return tdl_fail(err, -ENOMEM, "no memory to compare logs");
	for (size_t i = 0; i < s->layout.count; i++)
		put_region(s, &s->layout.regions[i], by_page);
	return 0;
}

static bool same_unit(const struct unit *a, const struct unit *b)
{
	return a->gpa == b->gpa && a->pages == b->pages && a->pattern == b->pattern &&
	       memcmp(a->digest, b->digest, SHA384_SIZE) == 0;
}

/* By address, then what is added before what is extended. */
static int by_address(const void *x, const void *y)
{
	const struct unit *a = x;
	const struct unit *b = y;

	if (a->gpa != b->gpa)
		return a->gpa < b->gpa ? -1 : 1;
	if (a->pattern != b->pattern)
		return a->pattern < b->pattern ? -1 : 1;
	return 0;
}

/* Sorted by address, an add followed by an extend of the same pages counts as both. Returns how many
 * units are left. */
static size_t sum_up(struct unit *units, size_t count)
{
	size_t n = 0;

	qsort(units, count, sizeof(*units), by_address);
	for (size_t i = 0; i < count; i++) {
		if (n > 0 && units[i].pattern == TDL_LOG_EXTEND &&
		    units[n - 1].pattern == TDL_LOG_ADD && units[n - 1].gpa == units[i].gpa)
			units[n - 1].pattern = TDL_LOG_ADD_EXTEND;
		else
			units[n++] = units[i];
	}
	return n;
}

/* The same operations on the same bytes, whatever their order? Changes the units. */
static bool same_work(struct side *a, struct side *b)
{
	size_t n = sum_up(a->units, a->count);

	if (n != sum_up(b->units, b->count))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!same_unit(&a->units[i], &b->units[i]))
			return false;
	return true;
}

/* The order of operations, by the name of the flow that has it. */
static const char *looks_like(const struct layout *l)
{
	size_t extends = 0;
	bool global = true;

	for (size_t i = 0; i < l->count; i++) {
		if (l->regions[i].event.pattern == TDL_LOG_EXTEND)
			extends++;
		else if (extends)
			global = false;
	}
	if (extends == 0)
		return "qemu (each page added, then extended)";
	return global && l->count > 0 && l->regions[l->count - 1].event.pattern == TDL_LOG_EXTEND &&
			       l->regions[0].event.section != l->regions[l->count - 1].event.section
		       ? "global (all sections added, then all extended)"
		       : "qemu-8.2-canonical (all pages of a section added, then all extended)";
}

static const char *place(const struct unit *u, char buf[400])
{
	const struct tdl_log_region_event *e = &u->region->event;
	uint64_t page = e->first_page + (u->gpa - e->gpa) / PAGE_SIZE_4K;

	if (u->pages == 1)
		snprintf(buf, 400, "page %llu of section %llu (%.*s) at 0x%llx",
			 (unsigned long long)page, (unsigned long long)e->section,
			 (int)e->name.length, e->name.text, (unsigned long long)u->gpa);
	else
		snprintf(buf, 400, "pages %llu to %llu of section %llu (%.*s) at 0x%llx",
			 (unsigned long long)page, (unsigned long long)(page + u->pages - 1),
			 (unsigned long long)e->section, (int)e->name.length, e->name.text,
			 (unsigned long long)u->gpa);
	return buf;
}

static const char *verb(uint64_t pattern)
{
	static const char *const verbs[] = {
		[TDL_LOG_ADD] = "adds",
		[TDL_LOG_ADD_EXTEND] = "adds and extends",
		[TDL_LOG_ADD_THEN_EXTEND] = "adds and extends",
		[TDL_LOG_EXTEND] = "extends",
	};

	return verbs[pattern];
}

/* In words, how unit i of both, which is there in at least one, differs. */
static void say_unit(const struct side *a, const struct side *b, size_t i,
		     struct tdl_log_difference *d)
{
	const struct unit *x = i < a->count ? &a->units[i] : NULL;
	const struct unit *y = i < b->count ? &b->units[i] : NULL;
	char at[400], other[400];
	char hex_x[2 * SHA384_SIZE + 1], hex_y[2 * SHA384_SIZE + 1];

	d->record_a = x ? x->record : TDL_LOG_NO_RECORD;
	d->record_b = y ? y->record : TDL_LOG_NO_RECORD;
	if (!x || !y)
		say(d, "%s ends where %s %s %s", x ? "B" : "A", x ? "A" : "B",
		    verb(x ? x->pattern : y->pattern), place(x ? x : y, at));
	else if (x->gpa != y->gpa || x->pages != y->pages)
		say(d, "A %s %s where B %s %s", verb(x->pattern), place(x, at), verb(y->pattern),
		    place(y, other));
	else if (x->pattern != y->pattern)
		say(d, "A %s %s, B %s it", verb(x->pattern), place(x, at), verb(y->pattern));
	else
		say(d, "the bytes of %s differ: A has digest %.16s..., B %.16s...", place(x, at),
		    hex_encode(x->digest, SHA384_SIZE, hex_x),
		    hex_encode(y->digest, SHA384_SIZE, hex_y));
}

static void say_equal(const struct side *a, const struct side *b, struct tdl_log_difference *d)
{
	const struct layout *x = &a->layout;
	const struct layout *y = &b->layout;

	if (!x->finalized || !y->finalized) {
		d->relation = TDL_LOG_UNDECIDED;
		say(d, "equal as far as they go, but %s not finalized",
		    x->finalized   ? "B is"
		    : y->finalized ? "A is"
				   : "both are");
	} else if (memcmp(x->finalize.mrtd, y->finalize.mrtd, SHA384_SIZE) != 0) {
		d->relation = TDL_LOG_DIFFERENT;
		d->record_a = x->finalize_record;
		d->record_b = y->finalize_record;
		say(d, "the same operations, but not the same MRTD: one of them does not verify");
	} else {
		d->relation = TDL_LOG_SAME;
		say(d, "the same operations in the same order: %llu pages",
		    (unsigned long long)x->pages);
	}
}

/* One log is the beginning of the other and says itself that it is not all. */
static bool is_prefix(const struct side *a, const struct side *b, size_t i)
{
	return (i == a->count && !a->layout.finalized) || (i == b->count && !b->layout.finalized);
}

static void compare(struct side *a, struct side *b, struct tdl_log_difference *d)
{
	size_t i = 0;

	while (i < a->count && i < b->count && same_unit(&a->units[i], &b->units[i]))
		i++;
	if (i == a->count && i == b->count) {
		say_equal(a, b, d);
		return;
	}
	if (is_prefix(a, b, i)) {
		d->relation = TDL_LOG_UNDECIDED;
		say(d, "equal as far as %s goes, which is not finalized; then ",
		    i == a->count ? "A" : "B");
		say_unit(a, b, i, d);
		return;
	}
	say_unit(a, b, i, d);
	d->relation = TDL_LOG_DIFFERENT;
	if (!same_work(a, b))
		return;
	d->relation = TDL_LOG_REORDERED;
	say(d, "; same pages, different order: A looks like flow %s, B like flow %s",
	    looks_like(&a->layout), looks_like(&b->layout));
}

int tdl_log_diff(struct tdl_log *log_a, struct tdl_log *log_b,
		 struct tdl_log_difference *ret_difference, struct tdl_error *err)
{
	struct tdl_log_difference d = { .record_a = TDL_LOG_NO_RECORD,
					.record_b = TDL_LOG_NO_RECORD };
	struct side a = { .name = "A", .log = log_a };
	struct side b = { .name = "B", .log = log_b };
	int rc = open_side(&a, err);

	if (rc == 0)
		rc = open_side(&b, err);
	d.by_page = a.layout.init.detail != TDL_LOG_DETAIL_REGION &&
		    b.layout.init.detail != TDL_LOG_DETAIL_REGION;
	if (rc == 0)
		rc = list_units(&a, d.by_page, err);
	if (rc == 0)
		rc = list_units(&b, d.by_page, err);
	if (rc == 0)
		compare(&a, &b, &d);
	close_side(&a);
	close_side(&b);
	tdl_log_rewind(log_a);
	tdl_log_rewind(log_b);
	if (rc == 0)
		*ret_difference = d;
	return rc;
}
