/* SPDX-License-Identifier: BSD-2-Clause */
/* Logs of the tiny launch: what is in them, and that no change to them goes unnoticed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tdlaunch/mrtd.h>
#include <tdlaunch/plan.h>

#include "base/attr.h"
#include "base/hash.h"
#include "evlog/record.h"
#include "evlog/stream.h"
#include "tests/unit/evlog/fixture.h"
#include "tests/lib/test.h"

static struct tdl_error err;

/* Every kind of log that there is. */
static const struct variant {
	enum tdl_log_detail detail;
	bool embed;
	enum fixture_flow flow;
	uint64_t records;
} variants[] = {
	/* version, init, 4 regions, finalize; 11 pages; or 11 adds and 7 x 16 extends */
	{ TDL_LOG_DETAIL_REGION, false, FIXTURE_BY_PAGE, 7 },
	{ TDL_LOG_DETAIL_PAGE, false, FIXTURE_BY_PAGE, 7 + 11 },
	{ TDL_LOG_DETAIL_CALL, false, FIXTURE_BY_PAGE, 7 + 11 + 112 },
	{ TDL_LOG_DETAIL_REGION, false, FIXTURE_BY_SECTION, 9 },
	{ TDL_LOG_DETAIL_PAGE, false, FIXTURE_BY_SECTION, 9 + 11 },
	{ TDL_LOG_DETAIL_CALL, false, FIXTURE_BY_SECTION, 9 + 11 + 112 },
	{ TDL_LOG_DETAIL_PAGE, true, FIXTURE_BY_PAGE, 7 + 11 },
	{ TDL_LOG_DETAIL_CALL, true, FIXTURE_BY_PAGE, 7 + 11 + 112 },
	{ TDL_LOG_DETAIL_PAGE, true, FIXTURE_BY_SECTION, 9 + 11 },
	{ TDL_LOG_DETAIL_CALL, true, FIXTURE_BY_SECTION, 9 + 11 + 112 },
};

static uint8_t *variant_log(int i, size_t *ret_size)
{
	return fixture_log(variants[i].detail, variants[i].embed, variants[i].flow, ret_size);
}

/* With a firmware, an embedded log can be judged whole; others lack the bytes of the HOB page, which
 * the tiny firmware's metadata, having none, does not describe. */
static enum tdl_log_answer best_answer(int i)
{
	return variants[i].embed ? TDL_LOG_YES : TDL_LOG_CANNOT_TELL;
}

START_TEST(every_record_comes_back_as_it_was_written)
{
	size_t size = 0;
	uint8_t *bytes = variant_log(_i, &size);
	struct tdl_log_record r = { 0 };
	struct tdl_log *log = NULL;
	uint8_t again[RECORD_MAX];
	uint64_t n = 0;

	test_rc(tdl_log_open_bytes(bytes, size, &log, &err), 0, &err);
	for (; n < variants[_i].records; n++) {
		struct tdl_log_record copy;

		test_rc(tdl_log_next(log, &r, &err), 1, &err);
		ck_assert_uint_eq(r.number, n);
		copy = r;
		test_rc(record_encode(&copy, again, &err), 0, &err);
		ck_assert_uint_eq(copy.size, r.size);
		ck_assert_mem_eq(again, bytes + r.offset, r.size);
	}
	ck_assert_int_eq(r.event, TDL_LOG_EVENT_FINALIZE);
	test_rc(tdl_log_next(log, &r, &err), 0, &err);
	tdl_log_free(log);
	free(bytes);
}
END_TEST

START_TEST(a_good_log_verifies)
{
	size_t size = 0;
	uint8_t *bytes = variant_log(_i, &size);
	const struct tdl_log_evidence with = { .image = fixture_image() };
	const struct tdl_log_evidence without = { .threads = 1 };
	struct tdl_log_verdict v;

	test_rc(fixture_verify(bytes, size, &with, &v), 0, &fixture_err);
	for (int i = 0; i < TDL_LOG_CHECKS; i++)
		ck_assert_msg(v.checks[i].status != TDL_LOG_FAILED, "%s: %s", v.checks[i].name,
			      v.checks[i].text);
	ck_assert_int_eq(v.answer, best_answer(_i));
	ck_assert_int_eq(v.checks[TDL_LOG_CHECK_MRTD].status, TDL_LOG_PASSED);
	ck_assert_int_eq(v.checks[TDL_LOG_CHECK_SOURCES].status, TDL_LOG_PASSED);
	ck_assert_mem_eq(v.mrtd, v.logged, sizeof(v.mrtd));
	ck_assert_uint_eq(v.pages, 11);
	ck_assert_uint_eq(v.records, variants[_i].records);

	test_rc(fixture_verify(bytes, size, &without, &v), 0, &fixture_err);
	ck_assert_int_eq(v.answer, TDL_LOG_CANNOT_TELL);
	ck_assert_int_eq(v.checks[TDL_LOG_CHECK_SOURCES].status, TDL_LOG_NOT_DONE);
	ck_assert_int_eq(v.checks[TDL_LOG_CHECK_MRTD].status,
			 variants[_i].embed ? TDL_LOG_PASSED : TDL_LOG_NOT_DONE);

	/* What somebody expects is something to compare with. */
	const struct tdl_log_evidence expecting = { .mrtd = v.logged, .threads = 1 };
	struct tdl_log_verdict judged;

	test_rc(fixture_verify(bytes, size, &expecting, &judged), 0, &fixture_err);
	ck_assert_int_eq(judged.answer, best_answer(_i));
	free(bytes);
}
END_TEST

/* By hand, with EVP: the stream of the tiny launch. */
START_TEST(finalize_holds_the_digest_of_the_stream)
{
	AUTO_SHA384 struct sha384 h = { 0 };
	const struct tdl_image *image = fixture_image();
	uint8_t block[128], digest[SHA384_SIZE], page[PAGE_SIZE_4K];
	size_t size = 0;
	uint8_t *bytes = variant_log(0, &size);
	struct tdl_log_verdict v;
	static const struct { uint64_t gpa; int source; } pages[] = {
		{ 0xffffb000, 0 }, { 0xffffc000, 1 }, { 0xffffd000, 2 }, { 0xffffe000, 3 },
		{ 0xfffff000, 4 }, { 0xffc00000, 5 }, { 0xffc01000, 6 }, { 0x809000, -1 },
		{ 0x810000, -1 }, { 0x811000, -1 }, { 0x812000, -1 },
	};

	test_rc(sha384_start(&h, &err), 0, &err);
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		memset(block, 0, sizeof(block));
		memcpy(block, "MEM.PAGE.ADD", 12);
		memcpy(block + 16, &pages[i].gpa, 8);
		test_rc(sha384_update(&h, block, 128, &err), 0, &err);
		memset(page, 0, sizeof(page));
		if (pages[i].source >= 0 && pages[i].source < 6)
			memcpy(page, image->parts[IMAGE_CODE].bytes + 4096 * pages[i].source,
			       pages[i].source == 5 ? 0x800 : 4096);
		for (uint64_t at = 0; pages[i].source >= 0 && at < 4096; at += 256) {
			uint64_t gpa = pages[i].gpa + at;

			memset(block, 0, sizeof(block));
			memcpy(block, "MR.EXTEND", 9);
			memcpy(block + 16, &gpa, 8);
			test_rc(sha384_update(&h, block, 128, &err), 0, &err);
			test_rc(sha384_update(&h, page + at, 256, &err), 0, &err);
		}
	}
	test_rc(sha384_final(&h, digest, &err), 0, &err);
	test_rc(fixture_verify(bytes, size, &(struct tdl_log_evidence){ 0 }, &v), 0, &fixture_err);
	ck_assert_mem_eq(v.logged, digest, sizeof(digest));
	free(bytes);
}
END_TEST

START_TEST(an_expected_mrtd_decides)
{
	size_t size = 0;
	uint8_t *bytes = variant_log(6, &size);
	struct tdl_log_verdict v;
	uint8_t mrtd[48];
	struct tdl_log_evidence e = { .mrtd = mrtd, .mrtd_from = "release 7" };

	test_rc(fixture_verify(bytes, size, &(struct tdl_log_evidence){ 0 }, &v), 0, &fixture_err);
	memcpy(mrtd, v.logged, sizeof(mrtd));
	test_rc(fixture_verify(bytes, size, &e, &v), 0, &fixture_err);
	ck_assert_int_eq(v.answer, TDL_LOG_YES);
	ck_assert_int_eq(v.checks[TDL_LOG_CHECK_EXPECTED].status, TDL_LOG_PASSED);
	mrtd[47] ^= 1;
	test_rc(fixture_verify(bytes, size, &e, &v), 0, &fixture_err);
	ck_assert_int_eq(v.answer, TDL_LOG_NO);
	ck_assert_int_eq(v.checks[TDL_LOG_CHECK_EXPECTED].status, TDL_LOG_FAILED);
	ck_assert_ptr_nonnull(strstr(v.checks[TDL_LOG_CHECK_EXPECTED].text, "release 7 expects"));
	free(bytes);
}
END_TEST

/* Cut anywhere, the log is one that ends early: neither corrupt nor good. */
START_TEST(every_prefix_ends_early)
{
	size_t size = 0;
	uint8_t *bytes = variant_log(_i, &size);
	const struct tdl_log_evidence e = { .image = fixture_image(), .threads = 1 };
	struct tdl_log_verdict v;

	for (size_t n = 0; n < size && n < 4096; n++) {
		uint8_t *exact = malloc(n + 1);
		int rc;

		memcpy(exact, bytes, n);
		rc = fixture_verify(exact, n, &e, &v);
		if (rc < 0) {
			test_rc(rc, -ENODATA, &fixture_err);
			ck_assert_uint_lt(n, fixture_offset(bytes, size, 1));
		} else {
			ck_assert_int_eq(v.answer, TDL_LOG_CANNOT_TELL);
			ck_assert_int_eq(v.checks[TDL_LOG_CHECK_ORDER].status, TDL_LOG_NOT_DONE);
			ck_assert_str_eq(v.checks[TDL_LOG_CHECK_ORDER].text,
					 "the log ends early: not finalized");
			ck_assert_int_ne(v.checks[TDL_LOG_CHECK_RECORDS].status, TDL_LOG_FAILED);
		}
		free(exact);
	}
	free(bytes);
}
END_TEST

/* A bit flipped anywhere, a stride apart: never yes, and where the content is hit the record is
 * named. */
START_TEST(a_flipped_bit_in_any_record_is_noticed)
{
	size_t size = 0;
	uint8_t *bytes = variant_log(_i, &size);
	const struct tdl_log_evidence e = { .image = fixture_image(), .threads = 1 };
	uint64_t records = variants[_i].records;
	size_t start = 0;

	for (uint64_t n = 0; n < records; n++) {
		size_t end = fixture_offset(bytes, size, n + 1);

		for (size_t at = start; at < end; at += 1 + (end - start) / 23) {
			struct tdl_log_verdict v;
			int rc;

			bytes[at] ^= (uint8_t)(1u << (at % 8));
			rc = fixture_verify(bytes, size, &e, &v);
			ck_assert_msg(rc < 0 || v.answer == TDL_LOG_NO ||
					      (v.answer == TDL_LOG_CANNOT_TELL && !v.finalized),
				      "record %llu byte %zu", (unsigned long long)n, at);
			bytes[at] ^= (uint8_t)(1u << (at % 8));
		}
		bytes[end - 1] ^= 1;
		{
			struct tdl_log_verdict v;
			const struct tdl_log_check *c = &v.checks[TDL_LOG_CHECK_DIGESTS];
			int rc = fixture_verify(bytes, size, &e, &v);

			ck_assert(rc < 0 || v.answer == TDL_LOG_NO);
			if (rc == 0 && c->status == TDL_LOG_FAILED)
				ck_assert_uint_eq(c->record, n);
		}
		bytes[end - 1] ^= 1;
		start = end;
	}
	free(bytes);
}
END_TEST

/* Make a log of records of another, in the order given. */
static uint8_t *shuffle(const uint8_t *bytes, size_t size, const uint64_t *order, size_t count,
			size_t *ret_size)
{
	uint8_t *out = malloc(size * 2);
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		size_t at = fixture_offset(bytes, size, order[i]);
		size_t end = fixture_offset(bytes, size, order[i] + 1);

		memcpy(out + used, bytes + at, end - at);
		used += end - at;
	}
	*ret_size = used;
	return out;
}

enum change { SWAPPED, REPEATED, MISSING, APPENDED };

START_TEST(records_out_of_place_are_noticed)
{
	size_t size = 0;
	size_t changed_size = 0;
	uint8_t *bytes = variant_log(1, &size);
	uint64_t n = variants[1].records;
	uint64_t order[64];

	for (uint64_t at = 0; at < n; at++) {
		size_t count = 0;
		uint8_t *changed;
		struct tdl_log_verdict v;
		int rc;

		for (uint64_t i = 0; i < n; i++)
			if (_i != MISSING || i != at)
				order[count++] = i;
		if (_i == SWAPPED && at + 1 < n) {
			order[at] = at + 1;
			order[at + 1] = at;
		} else if (_i == REPEATED) {
			memmove(order + at + 1, order + at, (count++ - at) * sizeof(*order));
		} else if (_i != MISSING) {
			order[count++] = at;
		}
		changed = shuffle(bytes, size, order, count, &changed_size);
		rc = fixture_verify(changed, changed_size, &(struct tdl_log_evidence){ 0 }, &v);
		if (_i == MISSING && at == n - 1)
			ck_assert(rc == 0 && v.answer == TDL_LOG_CANNOT_TELL && !v.finalized);
		else if (rc == 0)
			ck_assert_int_eq(v.answer, TDL_LOG_NO);
		else
			test_rc(rc, -EBADMSG, &fixture_err);
		free(changed);
	}
	free(bytes);
}
END_TEST

/* A log by a liar who can count and hash: the record says other things, and its digest is right. */
static uint8_t *forge(const uint8_t *bytes, size_t size, uint64_t number,
		      void (*change)(struct tdl_log_record *r), size_t *ret_size)
{
	size_t at = fixture_offset(bytes, size, number);
	size_t end = fixture_offset(bytes, size, number + 1);
	uint8_t *out = malloc(size + RECORD_MAX);
	struct tdl_log_record r = { 0 };

	test_rc(record_decode(bytes + at, size - at, number, at, &r, &err), 0, &err);
	change(&r);
	memcpy(out, bytes, at);
	test_rc(record_encode(&r, out + at, &err), 0, &err);
	memcpy(out + at + r.size, bytes + end, size - end);
	*ret_size = at + (size_t)r.size + size - end;
	return out;
}

static void other_page_digest(struct tdl_log_record *r) { r->page.digest[0] ^= 1; }
static void other_page(struct tdl_log_record *r) { r->page.gpa += 4096; }
static void not_extended(struct tdl_log_record *r) { r->page.extended = 0; }
static void other_state(struct tdl_log_record *r) { r->region.stream_state[0] ^= 1; }
static void other_length(struct tdl_log_record *r) { r->region.stream_length += 128; }
static void more_pages(struct tdl_log_record *r) { r->region.pages++; }
static void other_pattern(struct tdl_log_record *r) { r->region.pattern = TDL_LOG_ADD; }
static void other_file(struct tdl_log_record *r) { r->region.source.digest[0] ^= 1; }
static void other_offset(struct tdl_log_record *r) { r->region.source.offset += 256; }
static void far_offset(struct tdl_log_record *r) { r->region.source.offset = UINT64_MAX - 0x5000; }
static void other_mrtd(struct tdl_log_record *r) { r->finalize.mrtd[0] ^= 1; }
static void other_calls(struct tdl_log_record *r) { r->finalize.calls++; }
static void other_detail(struct tdl_log_record *r) { r->init.detail = TDL_LOG_DETAIL_CALL; }
static void other_hash(struct tdl_log_record *r) { r->init.page_hash.length--; }
static void other_register(struct tdl_log_record *r) { r->anchor_index++; }

static const struct forgery {
	uint64_t record;
	void (*change)(struct tdl_log_record *r);
	enum tdl_log_check_id check;
	uint64_t found; /* record named */
	const char *text;
} forgeries[] = {
	{ 3, other_page_digest, TDL_LOG_CHECK_PAGES, 3, "page 0 of section 0 (BFV) at 0xffffb000" },
	{ 7, other_page_digest, TDL_LOG_CHECK_PAGES, 7, "page 4 of section 0 (BFV) at 0xfffff000" },
	{ 1, other_hash, TDL_LOG_CHECK_ORDER, 1, "something else than SHA-256" },
	{ 4, other_page, TDL_LOG_CHECK_ORDER, 4, "not the page of the region that comes next" },
	{ 4, not_extended, TDL_LOG_CHECK_ORDER, 4, "as the region's pattern says" },
	{ 2, other_state, TDL_LOG_CHECK_STATES, 2, "does not start as SHA-384 does" },
	{ 8, other_state, TDL_LOG_CHECK_STATES, 2, "section 0 (BFV)" },
	{ 8, other_length, TDL_LOG_CHECK_ORDER, 8, "the stream length" },
	{ 2, more_pages, TDL_LOG_CHECK_ORDER, 8, "missing" },
	{ 2, other_pattern, TDL_LOG_CHECK_ORDER, 3, "as the region's pattern says" },
	{ 2, other_file, TDL_LOG_CHECK_SOURCES, 2, "is not the file that the log names" },
	{ 2, other_offset, TDL_LOG_CHECK_PAGES, 3, "page 0 of section 0 (BFV)" },
	{ 2, far_offset, TDL_LOG_CHECK_PAGES, TDL_LOG_NO_RECORD, "does not have them" },
	{ 17, other_mrtd, TDL_LOG_CHECK_MRTD, 17, "the log claims" },
	{ 17, other_calls, TDL_LOG_CHECK_ORDER, 17, "number of calls" },
	{ 1, other_detail, TDL_LOG_CHECK_ORDER, 3, "not the page of the region that comes next" },
	{ 9, other_register, TDL_LOG_CHECK_ORDER, 9, "not that of record 0" },
};

START_TEST(a_forged_record_is_found_and_named)
{
	const struct forgery *f = &forgeries[_i];
	const struct tdl_log_evidence e = { .image = fixture_image() };
	size_t size = 0;
	size_t forged_size = 0;
	uint8_t *bytes = variant_log(1, &size);
	uint8_t *forged = forge(bytes, size, f->record, f->change, &forged_size);
	struct tdl_log_verdict v;
	const struct tdl_log_check *c = &v.checks[f->check];

	test_rc(fixture_verify(forged, forged_size, &e, &v), 0, &fixture_err);
	ck_assert_int_eq(v.answer, f->found == TDL_LOG_NO_RECORD ? TDL_LOG_CANNOT_TELL : TDL_LOG_NO);
	ck_assert_msg(f->found == TDL_LOG_NO_RECORD || c->status == TDL_LOG_FAILED, "%s", c->text);
	ck_assert_msg(c->record == f->found, "%s", c->text);
	ck_assert_msg(strstr(c->text, f->text), "%s", c->text);
	free(forged);
	free(bytes);
}
END_TEST

START_TEST(the_verdict_does_not_depend_on_threads)
{
	size_t size = 0;
	size_t forged_size = 0;
	uint8_t *bytes = variant_log(1, &size);
	uint8_t *forged = forge(bytes, size, 8, other_state, &forged_size);
	struct tdl_log_evidence e = { .image = fixture_image(), .threads = 1 };
	struct tdl_log_verdict one, many;

	test_rc(fixture_verify(forged, forged_size, &e, &one), 0, &fixture_err);
	for (e.threads = 2; e.threads < 40; e.threads++) {
		test_rc(fixture_verify(forged, forged_size, &e, &many), 0, &fixture_err);
		ck_assert_mem_eq(&one, &many, sizeof(one));
	}
	free(forged);
	free(bytes);
}
END_TEST

static struct tdl_log_difference diff(const uint8_t *a, size_t a_size, const uint8_t *b,
				      size_t b_size)
{
	struct tdl_log_difference d = { 0 };
	struct tdl_log *x = NULL;
	struct tdl_log *y = NULL;

	test_rc(tdl_log_open_bytes(a, a_size, &x, &err), 0, &err);
	test_rc(tdl_log_open_bytes(b, b_size, &y, &err), 0, &err);
	test_rc(tdl_log_diff(x, y, &d, &err), 0, &err);
	tdl_log_free(x);
	tdl_log_free(y);
	return d;
}

/* Any two details of one launch are the same log. */
START_TEST(details_compare_at_the_coarser_one)
{
	size_t a_size = 0;
	size_t b_size = 0;

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		uint8_t *a = variant_log(_i, &a_size);
		uint8_t *b = variant_log((int)i, &b_size);
		struct tdl_log_difference d = diff(a, a_size, b, b_size);

		if (variants[_i].flow == variants[i].flow) {
			ck_assert_msg(d.relation == TDL_LOG_SAME, "%s", d.text);
		} else {
			ck_assert_msg(d.relation == TDL_LOG_REORDERED, "%s", d.text);
			ck_assert_ptr_nonnull(strstr(d.text, "same pages, different order"));
			ck_assert_ptr_nonnull(strstr(d.text, "like flow qemu-8.2-canonical"));
		}
		ck_assert_int_eq(d.by_page, variants[_i].detail != TDL_LOG_DETAIL_REGION &&
						    variants[i].detail != TDL_LOG_DETAIL_REGION);
		free(a);
		free(b);
	}
}
END_TEST

START_TEST(the_first_divergence_is_said_in_words)
{
	size_t size = 0;
	size_t forged_size = 0;
	uint8_t *bytes = variant_log(1, &size);
	uint8_t *forged = forge(bytes, size, 5, other_page_digest, &forged_size);
	struct tdl_log_difference d = diff(bytes, size, forged, forged_size);

	ck_assert_int_eq(d.relation, TDL_LOG_DIFFERENT);
	ck_assert_uint_eq(d.record_a, 5);
	ck_assert_uint_eq(d.record_b, 5);
	ck_assert_msg(strstr(d.text, "the bytes of page 2 of section 0 (BFV) at 0xffffd000 differ"),
		      "%s", d.text);
	d = diff(bytes, fixture_offset(bytes, size, 12), bytes, size);
	ck_assert_int_eq(d.relation, TDL_LOG_UNDECIDED);
	ck_assert_msg(strstr(d.text, "equal as far as A goes"), "%s", d.text);
	free(forged);
	free(bytes);
}
END_TEST

START_TEST(json_has_the_names_and_the_digests)
{
	size_t size = 0;
	uint8_t *bytes = variant_log(1, &size);
	struct tdl_log_record r = { 0 };
	struct tdl_log *log = NULL;
	char *json;

	test_rc(tdl_log_open_bytes(bytes, size, &log, &err), 0, &err);
	test_rc(tdl_log_next(log, &r, &err), 1, &err);
	json = tdl_log_record_json(&r);
	ck_assert_str_eq(json,
			 "{\"recnum\":0,\"pcr\":14,\"digests\":[{\"hashAlg\":\"sha384\",\"digest\":"
			 "\"cfe9067161aa56af6ebf09cc481db92d011469877f0c9c79f6a7e6d4cfb81c1b5b33343a"
			 "40bd73221756177e4fdc0e2a\"}],\"content_type\":\"cel\",\"content\":{"
			 "\"cel_version\":{\"major\":1,\"minor\":0}}}");
	free(json);
	for (int i = 0; i < 3; i++)
		test_rc(tdl_log_next(log, &r, &err), 1, &err);
	json = tdl_log_record_json(&r);
	ck_assert_msg(strstr(json, "\"content_type\":\"tdx-launch\",\"content\":{\"event\":\"page\","
				   "\"gpa\":\"0xffffb000\",\"added\":1,\"extended\":16,\"digest\":"),
		      "%s", json);
	free(json);
	tdl_log_free(log);
	free(bytes);
}
END_TEST

START_TEST(operations_out_of_order_are_refused)
{
	const struct tdl_log_options opt = { .detail = TDL_LOG_DETAIL_PAGE };
	const struct tdl_log_range two = { .name = "X", .gpa = 0x1000, .pages = 2,
					   .pattern = TDL_LOG_ADD_EXTEND };
	const struct tdl_log_range odd = { .name = "X", .gpa = 0x1001, .pages = 2 };
	static const uint8_t page[PAGE_SIZE_4K];
	struct tdl_log_writer *w = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/order.log", test_folder());
	test_rc(tdl_log_create(path, &opt, &w, &err), 0, &err);
	test_rc(tdl_log_region_begin(w, &two, &err), -EINVAL, &err);
	test_rc(tdl_log_init(w, &(struct tdl_log_td){ 0 }, &err), 0, &err);
	test_rc(tdl_log_init(w, &(struct tdl_log_td){ 0 }, &err), -EALREADY, &err);
	test_rc(tdl_log_add(w, 0x1000, page, &err), -EINVAL, &err);
	test_rc(tdl_log_region_begin(w, &odd, &err), -EINVAL, &err);
	test_rc(tdl_log_region_begin(w, &two, &err), 0, &err);
	test_rc(tdl_log_extend(w, 0x1000, page, &err), -EINVAL, &err);
	test_rc(tdl_log_add(w, 0x2000, page, &err), -EINVAL, &err);
	test_rc(tdl_log_add(w, 0x1000, page, &err), 0, &err);
	test_rc(tdl_log_add(w, 0x2000, page, &err), -EINVAL, &err);
	test_rc(tdl_log_extend(w, 0x1000, page, &err), 0, &err);
	test_rc(tdl_log_finalize(w, NULL, NULL, &err), -EINVAL, &err);
	ck_assert_str_eq(err.text, "region X at 0x1000 is not complete");
	test_rc(tdl_log_close(w, &err), 0, &err);
}
END_TEST

START_TEST(a_module_that_disagrees_leaves_the_log_open)
{
	const struct tdl_log_options opt = { .detail = TDL_LOG_DETAIL_PAGE };
	const uint8_t wrong[48] = { 1 };
	struct tdl_log_writer *w = NULL;
	struct tdl_log_verdict v;
	char path[4096];
	size_t size = 0;
	uint8_t *bytes;

	snprintf(path, sizeof(path), "%s/other.log", test_folder());
	test_rc(tdl_log_create(path, &opt, &w, &err), 0, &err);
	test_rc(tdl_log_init(w, &(struct tdl_log_td){ 0 }, &err), 0, &err);
	test_rc(tdl_log_finalize(w, wrong, NULL, &err), -EKEYREJECTED, &err);
	test_rc(tdl_log_close(w, &err), -EKEYREJECTED, &err);
	bytes = test_read(path, &size);
	test_rc(fixture_verify(bytes, size, &(struct tdl_log_evidence){ 0 }, &v), 0, &fixture_err);
	ck_assert(!v.finalized);
	ck_assert_int_eq(v.answer, TDL_LOG_CANNOT_TELL);
	free(bytes);
}
END_TEST

/* MRTD of Debian 12's OVMF by other tools, and what the log costs. */
static const struct {
	const char *flow;
	enum tdl_log_detail detail;
	uint64_t most; /* bytes a page */
	const char *mrtd;
} golden[] = {
#define PAGE_MRTD                                                                                  \
	"4c7206f0f483c524f12c366c711e9049030a8d47c471ee5aa9c4999a08de4057fb887fed0744d5631a2"       \
	"12967fb231c47"
#define SECTION_MRTD                                                                               \
	"acccbcc870a381adab0d3919d90a7f268ac3b0364771f202ed4bb4e892d045b33db3b32e6924cba830a"       \
	"724eed443f7e1"
	{ "qemu", TDL_LOG_DETAIL_PAGE, 192, PAGE_MRTD },
	{ "qemu", TDL_LOG_DETAIL_REGION, 8, PAGE_MRTD },
	{ "qemu", TDL_LOG_DETAIL_CALL, 4096, PAGE_MRTD },
	{ "qemu-8.2-canonical", TDL_LOG_DETAIL_PAGE, 192, SECTION_MRTD },
	{ "qemu-8.2-canonical", TDL_LOG_DETAIL_REGION, 16, SECTION_MRTD },
	{ "qemu-8.2-canonical", TDL_LOG_DETAIL_CALL, 4096, SECTION_MRTD },
};
#define DEBIAN_OVMF "/usr/share/ovmf/OVMF.fd"

START_TEST(the_log_of_debian_12_has_the_published_mrtd)
{
	const struct tdl_plan_options popt = { .flow = golden[_i].flow,
					       .memory = UINT64_C(2) << 30, .cpus = 1 };
	const struct tdl_log_options lopt = { .detail = golden[_i].detail };
	const struct tdl_log_td td = { 0 };
	struct tdl_image *image = NULL;
	struct tdl_plan *plan = NULL;
	struct tdl_log_evidence e = { 0 };
	struct tdl_log_verdict v;
	char path[4096];
	size_t size = 0;
	uint8_t *bytes;

	test_rc(tdl_image_open(DEBIAN_OVMF, NULL, &image, &err), 0, &err);
	test_rc(tdl_plan_build(image, &popt, &plan, &err), 0, &err);
	snprintf(path, sizeof(path), "%s/debian.log", test_folder());
	test_rc(tdl_log_from_plan(path, &lopt, plan, &td, &err), 0, &err);
	bytes = test_read(path, &size);
	e.image = image;
	test_rc(fixture_verify(bytes, size, &e, &v), 0, &fixture_err);
	for (int i = 0; i < TDL_LOG_CHECKS; i++)
		ck_assert_msg(v.checks[i].status == TDL_LOG_PASSED || i == TDL_LOG_CHECK_EXPECTED,
			      "%s: %s", v.checks[i].name, v.checks[i].text);
	ck_assert_int_eq(v.answer, TDL_LOG_YES);
	test_hex(v.mrtd, sizeof(v.mrtd), golden[_i].mrtd);
	ck_assert_uint_eq(v.pages, 538);
	ck_assert_msg(size <= v.pages * golden[_i].most, "%zu bytes", size);
	free(bytes);
	tdl_plan_free(plan);
	tdl_image_free(image);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("log");
	TCase *t = tcase_create("log");
	int all = ARRAY_SIZE(variants);

	tcase_set_timeout(t, 120);
	suite_add_tcase(s, t);
	tcase_add_loop_test(t, every_record_comes_back_as_it_was_written, 0, all);
	tcase_add_loop_test(t, a_good_log_verifies, 0, all);
	tcase_add_test(t, finalize_holds_the_digest_of_the_stream);
	tcase_add_test(t, an_expected_mrtd_decides);
	tcase_add_loop_test(t, every_prefix_ends_early, 0, all);
	tcase_add_loop_test(t, a_flipped_bit_in_any_record_is_noticed, 0, 7);
	tcase_add_loop_test(t, records_out_of_place_are_noticed, SWAPPED, APPENDED + 1);
	tcase_add_loop_test(t, a_forged_record_is_found_and_named, 0, ARRAY_SIZE(forgeries));
	tcase_add_test(t, the_verdict_does_not_depend_on_threads);
	tcase_add_loop_test(t, details_compare_at_the_coarser_one, 0, all);
	tcase_add_test(t, the_first_divergence_is_said_in_words);
	tcase_add_test(t, json_has_the_names_and_the_digests);
	tcase_add_test(t, operations_out_of_order_are_refused);
	tcase_add_test(t, a_module_that_disagrees_leaves_the_log_open);
	if (access(DEBIAN_OVMF, R_OK) == 0)
		tcase_add_loop_test(t, the_log_of_debian_12_has_the_published_mrtd, 0,
				    ARRAY_SIZE(golden));
	else
		printf("check_log: %s is not there; its MRTDs are skipped\n", DEBIAN_OVMF);
	return test_run(s);
}
