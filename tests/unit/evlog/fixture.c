/* SPDX-License-Identifier: BSD-2-Clause */
/* The tiny launch. */
#include "tests/unit/evlog/fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/range.h"
#include "tests/lib/test.h"

struct tdl_error fixture_err;

static uint8_t tiny_bytes[TINY_PAGES * PAGE_SIZE_4K];
static char tiny_name[] = "some/where/tiny.fd";
static struct tdl_image tiny = { .name = tiny_name };

static const struct tdl_log_range ranges[] = {
	{ .name = "BFV", .section = 0, .gpa = 0xffffb000, .pages = 5,
	  .pattern = TDL_LOG_ADD_EXTEND, .origin = TDL_LOG_ORIGIN_FILE, .file_offset = 0,
	  .file_length = 0x5000 },
	{ .name = "CFV", .section = 1, .gpa = 0xffc00000, .pages = 2,
	  .pattern = TDL_LOG_ADD_EXTEND, .origin = TDL_LOG_ORIGIN_FILE, .file_offset = 0x5000,
	  .file_length = 0x800 },
	{ .name = "TD_HOB", .section = 2, .gpa = 0x809000, .pages = 1, .pattern = TDL_LOG_ADD,
	  .origin = TDL_LOG_ORIGIN_HOB },
	{ .name = "TempMem", .section = 3, .gpa = 0x810000, .pages = 3, .pattern = TDL_LOG_ADD,
	  .origin = TDL_LOG_ORIGIN_ZERO },
};

const struct tdl_image *fixture_image(void)
{
	for (size_t i = 0; i < sizeof(tiny_bytes); i++)
		tiny_bytes[i] = (uint8_t)(7 * (i % PAGE_SIZE_4K) + i / PAGE_SIZE_4K);
	tiny.parts[IMAGE_CODE] = (struct image_part){ tiny_bytes, sizeof(tiny_bytes) };
	return &tiny;
}

const uint8_t *fixture_page(const struct tdl_log_range *range, uint64_t page)
{
	static uint8_t bytes[PAGE_SIZE_4K];
	uint64_t skip = page * PAGE_SIZE_4K;

	memset(bytes, 0, sizeof(bytes));
	if (range->origin == TDL_LOG_ORIGIN_HOB)
		memset(bytes, 0x48, 56);
	if (range->origin == TDL_LOG_ORIGIN_FILE && skip < range->file_length) {
		uint64_t left = range->file_length - skip;

		memcpy(bytes, tiny_bytes + range->file_offset + skip,
		       left < PAGE_SIZE_4K ? left : PAGE_SIZE_4K);
	}
	return bytes;
}

static void write_region(struct tdl_log_writer *w, struct tdl_log_range range,
			 enum fixture_flow flow)
{
	bool measured = range.pattern == TDL_LOG_ADD_EXTEND;

	if (measured && flow == FIXTURE_BY_SECTION)
		range.pattern = TDL_LOG_ADD_THEN_EXTEND;
	test_rc(tdl_log_region_begin(w, &range, &fixture_err), 0, &fixture_err);
	for (uint64_t i = 0; i < range.pages; i++) {
		const uint8_t *bytes = fixture_page(&range, i);
		uint64_t gpa = range.gpa + i * PAGE_SIZE_4K;

		test_rc(tdl_log_add(w, gpa, bytes, &fixture_err), 0, &fixture_err);
		if (measured && flow == FIXTURE_BY_PAGE)
			test_rc(tdl_log_extend(w, gpa, bytes, &fixture_err), 0, &fixture_err);
	}
	for (uint64_t i = 0; measured && flow == FIXTURE_BY_SECTION && i < range.pages; i++)
		test_rc(tdl_log_extend(w, range.gpa + i * PAGE_SIZE_4K, fixture_page(&range, i),
				       &fixture_err),
			0, &fixture_err);
}

void fixture_write(const char *path, const struct tdl_log_options *options,
		   enum fixture_flow flow, size_t stop)
{
	struct tdl_log_options opt = *options;
	struct tdl_log_td td = {
		.attributes = 0x10000000,
		.xfam = 0xe7,
		.flow = flow == FIXTURE_BY_PAGE ? "qemu" : "qemu-8.2-canonical",
		.host = "embedded",
		.memory = UINT64_C(2) << 30,
		.cpus = 1,
	};
	struct tdl_log_writer *w = NULL;

	opt.image = fixture_image();
	test_rc(tdl_log_create(path, &opt, &w, &fixture_err), 0, &fixture_err);
	test_rc(tdl_log_init(w, &td, &fixture_err), 0, &fixture_err);
	for (size_t i = 0; i < 4 && i < stop; i++)
		write_region(w, ranges[i], flow);
	if (stop == 4)
		test_rc(tdl_log_finalize(w, NULL, NULL, &fixture_err), 0, &fixture_err);
	test_rc(tdl_log_close(w, &fixture_err), 0, &fixture_err);
}

uint8_t *fixture_log(enum tdl_log_detail detail, bool embed, enum fixture_flow flow,
		     size_t *ret_size)
{
	struct tdl_log_options opt = { .detail = detail, .embed = embed };
	char path[4096];

	snprintf(path, sizeof(path), "%s/tiny.log", test_folder());
	fixture_write(path, &opt, flow, 4);
	return test_read(path, ret_size);
}

size_t fixture_offset(const uint8_t *bytes, size_t size, uint64_t n)
{
	struct tdl_log_record r = { 0 };
	struct tdl_log *log = NULL;
	size_t at = 0;

	test_rc(tdl_log_open_bytes(bytes, size, &log, &fixture_err), 0, &fixture_err);
	for (uint64_t i = 0; i < n; i++) {
		test_rc(tdl_log_next(log, &r, &fixture_err), 1, &fixture_err);
		at = (size_t)(r.offset + r.size);
	}
	tdl_log_free(log);
	return at;
}

uint64_t fixture_records(const uint8_t *bytes, size_t size)
{
	struct tdl_log_record r = { 0 };
	struct tdl_log *log = NULL;
	uint64_t n = 0;

	test_rc(tdl_log_open_bytes(bytes, size, &log, &fixture_err), 0, &fixture_err);
	while (tdl_log_next(log, &r, NULL) == 1)
		n++;
	tdl_log_free(log);
	return n;
}

int fixture_verify(const uint8_t *bytes, size_t size, const struct tdl_log_evidence *evidence,
		   struct tdl_log_verdict *ret_verdict)
{
	struct tdl_log *log = NULL;
	int rc;

	memset(ret_verdict, 0, sizeof(*ret_verdict));
	test_rc(tdl_log_open_bytes(bytes, size, &log, &fixture_err), 0, &fixture_err);
	rc = tdl_log_verify(log, evidence, ret_verdict, &fixture_err);
	tdl_log_free(log);
	return rc;
}
