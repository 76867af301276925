/* SPDX-License-Identifier: BSD-2-Clause */
/* Launch plans: flows, pages, the TD HOB, options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/mrtd.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/range.h"
#include "image/image.h"
#include "tests/lib/tdvf_builder.h"
#include "tests/lib/test.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static struct tdl_error err;

static struct tdl_image *image_of(const struct tdvf_built *built)
{
	struct tdl_image *image = NULL;

	test_rc(image_from_bytes("test.fd", built->bytes, built->size, NULL, 0, false, &image, &err),
		0, &err);
	return image;
}

/* A plan for an image made of these sections; the perfect small image when count is 0. */
struct fixture {
	struct tdvf_built built;
	struct tdl_image *image;
	struct tdl_plan *plan; /* NULL when it was refused */
	int rc;
};

static struct fixture plan_for(const struct tdl_section *sections, uint32_t count,
			       const struct tdl_plan_options *opt)
{
	struct fixture f = { 0 };

	f.built = count ? tdvf_build(TDVF_SMALL_SIZE, sections, count) : tdvf_small();
	f.image = image_of(&f.built);
	err = (struct tdl_error){ 0 };
	f.rc = tdl_plan_build(f.image, opt, &f.plan, &err);
	return f;
}

static void fixture_free(struct fixture *f)
{
	tdl_plan_free(f->plan);
	tdl_image_free(f->image);
	tdvf_free(&f->built);
}

/* Published digests of QEMU's TD HOB, without its end HOB; two real TDs confirm two of them. */
#define LAYOUT_A { 0x810000, 0x10000 }
#define LAYOUT_B { 0x811000, 0xf000 }
static const struct hob_vector {
	struct tdl_ram stack;
	uint64_t memory;
	size_t size;
	const char *digest;
} hobs[] = {
	{ LAYOUT_A, 512 * MIB, 440, "00934f9ff0a0f65e41109afb9a7c5a0719f567f32514aeaef4c23c8535793f7064a2c69738a2000500ffae6ba349a153" },
	{ LAYOUT_A, 1 * GIB, 440, "1055c9b9a1fc534e688560e2304e18c8597b7261818cf61fb163d40c130547309b750575947a4dcaedbdce4b8d0535f2" },
	{ LAYOUT_A, 2 * GIB, 440, "0b8772e5b0b41b83e6044a68397e02f49fb47066b4fbe4917ea2c45c64f323fdacbb37948f821ebaf8bc9c938ba8a749" },
	{ LAYOUT_A, 2815 * MIB, 440, "51d4fd91da99cc87d6826bd6177fe8c74790b01b6a315d7ca2639d9d1df9e7835a2251b8e69ecef132b6b0302040f25e" },
	{ LAYOUT_A, 2816 * MIB, 488, "8eb1a02074362aa0761541cdb4dc3f1788dfeb4538803b241477848e26de294dbe917ab56c5628732679b3abc168c2de" },
	{ LAYOUT_A, 4 * GIB, 488, "5b684faf8d02a733945f821d9cdd170802e72103977acf66949c9382500283adc90cbec57f8e7653f8bee1cab83689de" },
	{ LAYOUT_A, 8 * GIB, 488, "2e070cda358b5aa00f27cca25c47381bb564f4be3a84d059805a73cbbde764ed8341f7e09915b5e7b370f9c08a743fbd" },
	{ LAYOUT_A, 16 * GIB, 488, "cd2312a0d87ef3c4a928df87088969a80b33d7bf3fc584bdde637b09ed808a8d821a56b78a13a6eb506db7578444abbe" },
	{ LAYOUT_A, 64 * GIB, 488, "8ae1e425351df7992c444586eff99d35af3b779aa2b0e981cb4b73bc5b279f2ade19b6a62a203fc3c3bbdaae80af596d" },
	{ LAYOUT_B, 512 * MIB, 440, "3653127c9758814e38202c1cfa16085121f615842cf5bb2f707fefd5005c42d613f4aecd3ba05837cefce44e0a83ccf3" },
	{ LAYOUT_B, 1 * GIB, 440, "2b630fa1d8fa9b6e8c6507d2256803ed227888f7d1f62ca5cfbddfe495338b1c6a0fc339ea64700f0835c0897a662789" },
	{ LAYOUT_B, 2 * GIB, 440, "0e35f1b315ba6c912cf791e5c79dd9d3a2b8704516aa27d4e5aa78fb09ede04aef2bbd02ac7a8734c48562b9c26ba35d" },
	{ LAYOUT_B, 2815 * MIB, 440, "401647c04de8a94d8a34e9a1aa66339bff0fb0471b10634e7b464cd076613e77e589fde0cc133d9acbce711de7f1a58b" },
	{ LAYOUT_B, 2816 * MIB, 488, "3d4bd514230f69783c7318328fb67e634a5e765235761ca199ff128ef1431b7d0140b08a659f8234e26ccf804bf22538" },
	{ LAYOUT_B, 4 * GIB, 488, "02a008e63d55a77823c04a5513a5810d4e592dc41bf2596267c09eae5d4b4e3b329ae614973fb192297d8833d37a08fd" },
	{ LAYOUT_B, 8 * GIB, 488, "68b713c6461d5af85168833c07929dcd5703a05de2ddd6c33b6c769b736aa9e73d821700b78c7afcb3b3a6430fe4a292" },
	{ LAYOUT_B, 16 * GIB, 488, "794385a0fd4ad1933f2f10bc019228fe275b82a90d9cd73a0561ba3b3cc7ecfae40b1771fd78dc19a34a094bd4a5286b" },
	{ LAYOUT_B, 64 * GIB, 488, "519245d8b6b54b48b57143e6647d41e5e6f3b4ef10a73c95be4d9a9c0f54115b707e7af5e38f7be6852229b18573690d" },
};

/* OVMF's sections; only the addresses of the small ones matter to a HOB. */
#define OVMF_SECTIONS(stack)                                                                       \
	{ 0, 1, 0x1000, 0x3000, 0xffe20000, 0x3000 }, { 1, 0, 0, 0x1000, 0xffe00000, 0x1000 },     \
		{ 3, 0, 0, 0, (stack).gpa, (stack).size }, { 3, 0, 0, 0, 0x80b000, 0x2000 },       \
		{ 2, 0, 0, 0, 0x809000, 0x2000 }, { 3, 0, 0, 0, 0x800000, 0x6000 }

START_TEST(hob_is_what_qemu_writes)
{
	const struct hob_vector *v = &hobs[_i];
	const struct tdl_section sections[] = { OVMF_SECTIONS(v->stack) };
	struct tdl_plan_options opt = { .flow = "qemu", .memory = v->memory, .cpus = 1 };
	struct fixture f = plan_for(sections, ARRAY_SIZE(sections), &opt);
	const uint8_t *hob;
	uint8_t digest[48];
	size_t size = 0;

	test_rc(f.rc, 0, &err);
	hob = tdl_plan_hob(f.plan, &size);
	ck_assert_uint_eq(size, v->size + 8);
	ck_assert_uint_eq(tdl_plan_hob_gpa(f.plan), 0x809000);
	test_rc(sha384(hob, size - 8, digest, &err), 0, &err);
	test_hex(digest, 48, v->digest);
	test_hex(hob + size - 8, 8, "ffff080000000000");
	fixture_free(&f);
}
END_TEST

/* The log of two c3-standard-4 machines. Their volumes fill the whole of 2 MiB. */
START_TEST(hob_is_what_compute_engine_writes)
{
	struct tdl_section sections[] = { OVMF_SECTIONS(((struct tdl_ram)LAYOUT_A)) };
	struct tdl_plan_options opt = { "gce", 16 * GIB, 4, 0, true };
	struct tdvf_built built;
	struct tdl_image *image;
	struct tdl_plan *plan = NULL;
	const uint8_t *hob;
	uint8_t digest[48];
	size_t size = 0;

	sections[0].file_offset = 0x20000;
	sections[0].raw_size = sections[0].mem_size = 0x1e0000;
	sections[1].raw_size = sections[1].mem_size = 0x20000;
	built = tdvf_build(0x200000, sections, ARRAY_SIZE(sections));
	image = image_of(&built);
	test_rc(tdl_plan_build(image, &opt, &plan, &err), 0, &err);
	hob = tdl_plan_hob(plan, &size);
	ck_assert_uint_eq(size, 584 + 8);
	test_rc(sha384(hob, 584, digest, &err), 0, &err);
	test_hex(digest, 48, "458994daa60deac8dea19dba79748f6ff93fd0aebb8e3e0be5a65eb12309d342c3ce31cc67af7bbd22af1a44e7d9fe21");
	tdl_plan_free(plan);
	tdl_image_free(image);
	tdvf_free(&built);
}
END_TEST

static const struct bad_option {
	struct tdl_plan_options opt;
	const char *says;
} bad_options[] = {
	{ { "qemu", 0, 1, 0, false }, "0 bytes of memory" },
	{ { "qemu", 2 * GIB + 1, 1, 0, false }, "not a multiple of 4096" },
	{ { "qemu", UINT64_C(1) << 47, 1, 0, false }, "private addresses end at 0x800000000000" },
	{ { "qemu", (UINT64_C(1) << 51) - 2 * GIB + 4096, 1, 52, false }, "private addresses end at 0x8000000000000" },
	{ { "qemu", UINT64_C(0xfffffffffffff000), 1, 52, false }, "does not fit" },
	{ { "qemu", 2 * GIB, 0, 0, false }, "1 to 4096 vCPUs, not 0" },
	{ { "qemu", 2 * GIB, 100000, 0, false }, "not 100000" },
	{ { "qemu", 2 * GIB, 1, 47, false }, "47 bits does not exist" },
	{ { "qemu", 8 * MIB, 1, 0, false }, "section 2 (TempMem): 0x810000+0x2000 is outside the 8388608 bytes of memory" },
	{ { "gce", 352 * GIB, 1, 0, false }, "up to 176 GiB" },
	{ { "qmeu", 2 * GIB, 1, 0, false }, "did you mean 'qemu'?" },
	{ { "qemu-8.2", 2 * GIB, 1, 0, false }, "did you mean" },
	{ { "", 2 * GIB, 1, 0, false }, "no flow is called ''" },
};

START_TEST(options_without_sense_are_refused)
{
	const struct bad_option *b = &bad_options[_i];
	struct fixture f = plan_for(NULL, 0, &b->opt);

	test_rc(f.rc, -EINVAL, &err);
	ck_assert_ptr_null(f.plan);
	ck_assert_msg(strstr(err.text, b->says), "'%s' does not say '%s'", err.text, b->says);
	fixture_free(&f);
}
END_TEST

START_TEST(largest_memory_that_fits_is_taken)
{
	struct tdl_plan_options opt = { "qemu", (UINT64_C(1) << 47) - 2 * GIB, 1, 48, false };
	struct fixture f = plan_for(NULL, 0, &opt);

	test_rc(f.rc, 0, &err);
	ck_assert_uint_eq(tdl_plan_ram_count(f.plan), 2);
	ck_assert_uint_eq(tdl_plan_ram(f.plan, 1)->gpa, 4 * GIB);
	ck_assert_uint_eq(tdl_plan_ram(f.plan, 1)->gpa + tdl_plan_ram(f.plan, 1)->size,
			  UINT64_C(1) << 47);
	ck_assert_ptr_null(tdl_plan_ram(f.plan, 2));
	fixture_free(&f);
}
END_TEST

START_TEST(defaults_are_qemu_and_two_gib)
{
	struct fixture f = plan_for(NULL, 0, NULL);

	test_rc(f.rc, 0, &err);
	ck_assert_str_eq(tdl_plan_flow(f.plan), "qemu");
	ck_assert_uint_eq(tdl_plan_memory(f.plan), 2 * GIB);
	ck_assert_uint_eq(tdl_plan_gpaw(f.plan), 48);
	ck_assert_uint_eq(tdl_plan_cpus(f.plan), 1);
	ck_assert_uint_eq(tdl_plan_pages(f.plan), 3 + 1 + 2 + 2 + 6);
	ck_assert_ptr_null(tdl_plan_note(f.plan, 0));
	test_rc(tdl_plan_launchable(f.plan, &err), 0, &err);
	fixture_free(&f);
}
END_TEST

/* Sections that a flow treats in its own way, and what comes of it. */
static const struct flow_case {
	const char *flow;
	struct tdl_section sections[3];
	uint32_t count;
	int rc;
	const char *says; /* an error, or the first note; NULL: none */
} flow_cases[] = {
#define HOB { 2, 0, 0, 0, 0x809000, 0x2000 }
#define BFV { 0, 1, 0x1000, 0x3000, 0xffffd000, 0x3000 }
#define SHORT_BFV { 0, 1, 0x1000, 0x1800, 0xffffd000, 0x3000 }
	{ "qemu", { BFV, HOB }, 2, 0, NULL },
	{ "qemu", { BFV }, 1, -EBADMSG, "no TD_HOB section" },
	{ "gce", { BFV }, 1, -EBADMSG, "no TD_HOB section" },
	{ "td-shim", { BFV }, 1, -EBADMSG, "neither a TD_HOB nor a PermMem" },
	{ "td-shim", { HOB }, 1, -EBADMSG, "no BFV section" },
	{ "qemu", { BFV, HOB, { 4, 2, 0, 0, 0x100000, 0x1000 } }, 3, -EOPNOTSUPP, "section 2 (PermMem): flow qemu knows no sections of type 4" },
	{ "td-shim", { BFV, { 4, 2, 0, 0, 0x100000, 0x1000 } }, 2, 0, "has PAGE.AUG: flow td-shim leaves it out" },
	{ "td-shim", { BFV, { 4, 0, 0, 0, 0x100000, 0x1000 } }, 2, -EBADMSG, "wants bits 0x2" },
	{ "td-shim", { { 0, 0, 0x1000, 0x3000, 0xffffd000, 0x3000 }, HOB }, 2, -EBADMSG, "wants bits 0x1" },
	{ "td-shim", { BFV, HOB, { 6, 0, 0, 0, 0x100000, 0x1000 } }, 3, -EBADMSG, "no Payload" },
	{ "td-shim", { BFV, HOB, { 5, 1, 0, 0, 0x100000, 0x1000 } }, 3, -EOPNOTSUPP, "not in the image given" },
	{ "td-shim", { BFV, HOB, { 5, 0, 0, 0, 0x100000, 0x1000 } }, 3, 0, "the TD HOB is written as QEMU does" },
	{ "td-shim", { BFV, HOB, { 7, 0, 0x1000, 0x20, 0, 0 } }, 3, 0, "the TD HOB is written as QEMU does" },
	{ "cloud-hypervisor", { BFV, { 4, 2, 0, 0, 0x100000, 0x1000 } }, 2, 0, "has PAGE.AUG: flow cloud-hypervisor adds it all the same" },
	{ "cloud-hypervisor", { BFV, { 2, 1, 0, 0, 0x809000, 0x2000 } }, 2, -EOPNOTSUPP, "measures the TD HOB" },
	{ "qemu", { BFV, HOB, { 3, 2, 0, 0, 0x100000, 0x1000 } }, 3, 0, "has PAGE.AUG: flow qemu adds it all the same" },
	{ "qemu", { SHORT_BFV, HOB }, 2, 0, "fills 0x1800 bytes behind its raw size with the bytes that follow" },
	{ "qemu", { { 0, 1, 0x2000, 0x1800, 0xffffd000, 0x3000 }, HOB }, 2, -ENODATA, "the image ends at 0x4000" },
	{ "td-shim", { SHORT_BFV, HOB }, 2, 0, "with zeros" },
	{ "gce", { SHORT_BFV, HOB }, 2, -EBADMSG, "does not allow" },
	{ "qemu", { BFV, { 2, 0, 0, 0, UINT64_C(0x800000000000), 0x1000 } }, 2, -EBADMSG, "private addresses of a TD with 48 address bits" },
	{ "td-shim", { BFV, HOB, { 5, 0, 0, 0, UINT64_C(0x10000000000), UINT64_C(0x10000000000) } }, 3, -E2BIG, "1048576 pages" },
};

START_TEST(flow_treats_sections_its_own_way)
{
	const struct flow_case *c = &flow_cases[_i];
	struct tdl_plan_options opt = { .flow = c->flow, .memory = 2 * GIB, .cpus = 1 };
	struct fixture f = plan_for(c->sections, c->count, &opt);
	const char *text;

	test_rc(f.rc, c->rc, &err);
	text = f.plan ? tdl_plan_note(f.plan, 0) : err.text;
	if (c->says)
		ck_assert_msg(text && strstr(text, c->says), "'%s' does not say '%s'", text, c->says);
	else
		ck_assert_ptr_null(text);
	fixture_free(&f);
}
END_TEST

/* 41 private pieces with gaps need 56 + 48 * 83 + 8 bytes; 42 need more than a page. */
START_TEST(hob_section_must_hold_the_list)
{
	struct tdl_section sections[44] = { BFV, { 2, 0, 0, 0, 0x10000, 0x1000 } };
	struct tdl_plan_options opt = { .flow = "qemu", .memory = 2 * GIB, .cpus = 1 };
	struct fixture f;

	for (uint32_t i = 2; i < ARRAY_SIZE(sections); i++)
		sections[i] = (struct tdl_section){ 3, 0, 0, 0, 0x10000 + 0x2000 * (i - 1), 0x1000 };
	f = plan_for(sections, 42, &opt);
	test_rc(f.rc, 0, &err);
	fixture_free(&f);
	f = plan_for(sections, 43, &opt);
	test_rc(f.rc, -EBADMSG, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "HOB list of 85 pieces of memory needs 4144"));
	fixture_free(&f);
}
END_TEST

/* What the operations of a plan looked like. */
struct seen {
	char text[512]; /* A or E for each run of operations, with its length */
	char last;
	unsigned run;
	uint64_t adds;
	uint64_t extends;
	size_t region;
};

static void close_run(struct seen *s)
{
	size_t n = strlen(s->text);

	if (s->run && n < sizeof(s->text) - 16)
		snprintf(s->text + n, sizeof(s->text) - n, "%c%u ", s->last, s->run);
	s->run = 0;
}

static int look(void *ctx, const struct tdl_op *op)
{
	struct seen *s = ctx;
	char kind = op->kind == TDL_OP_ADD ? 'A' : 'E';

	if (kind != s->last || op->region != s->region)
		close_run(s);
	s->last = kind;
	s->region = op->region;
	s->run++;
	ck_assert_uint_eq(op->gpa % (kind == 'A' ? PAGE_SIZE_4K : CHUNK_SIZE), 0);
	return 0;
}

static const struct order {
	const char *flow;
	const char *ops;
} orders[] = {
	{ "qemu", "A1 E16 A1 E16 A1 E16 A1 A2 A2 A6 " },
	{ "qemu-8.2-canonical", "A3 E48 A1 A2 A2 A6 " },
	{ "global", "A3 A1 A2 A2 A6 E48 " },
	{ "gce-all", "A1 E16 A1 E16 A1 E16 A1 E16 A1 E16 A1 E16 A1 E16 A1 E16 A1 E16 A1 E16 A1 E16 A1 E16 A1 E16 A1 E16 " },
	{ "cloud-hypervisor", "A1 E16 A1 E16 A1 E16 A1 A2 A2 A6 " },
};

START_TEST(operations_come_in_the_order_of_the_flow)
{
	struct tdl_plan_options opt = { .flow = orders[_i].flow, .memory = 2 * GIB, .cpus = 1 };
	struct fixture f = plan_for(NULL, 0, &opt);
	struct seen s = { .last = 0 };

	test_rc(f.rc, 0, &err);
	ck_assert_int_eq(tdl_plan_ops(f.plan, look, &s), 0);
	close_run(&s);
	ck_assert_str_eq(s.text, orders[_i].ops);
	fixture_free(&f);
}
END_TEST

static int stop(void *ctx, const struct tdl_op *op)
{
	unsigned *left = ctx;

	(void)op;
	return (*left)-- ? 0 : 7;
}

START_TEST(operations_stop_when_told)
{
	struct fixture f = plan_for(NULL, 0, NULL);
	unsigned left = 20;

	ck_assert_int_eq(tdl_plan_ops(f.plan, stop, &left), 7);
	ck_assert_uint_eq(left, UINT32_MAX);
	fixture_free(&f);
}
END_TEST

START_TEST(pages_hold_the_bytes_of_their_source)
{
	const struct tdl_section sections[] = { SHORT_BFV, HOB };
	const char *flows[] = { "qemu", "td-shim" };
	uint8_t scratch[4096];
	size_t size = 0;

	for (unsigned i = 0; i < 2; i++) {
		struct tdl_plan_options opt = { .flow = flows[i], .memory = 2 * GIB, .cpus = 1 };
		struct fixture f = plan_for(sections, 2, &opt);
		const uint8_t *page;

		ck_assert_mem_eq(tdl_plan_page(f.plan, 0, 0, scratch), f.built.bytes + 0x1000, 4096);
		page = tdl_plan_page(f.plan, 0, 1, scratch);
		ck_assert_mem_eq(page, f.built.bytes + 0x2000, 0x800);
		ck_assert_int_eq(all_zero(page + 0x800, 0x800), i == 1);
		page = tdl_plan_page(f.plan, 0, 2, scratch);
		ck_assert_int_eq(all_zero(page, 4096), i == 1);
		page = tdl_plan_page(f.plan, 1, 0, scratch);
		ck_assert_mem_eq(page, tdl_plan_hob(f.plan, &size), size);
		ck_assert(all_zero(page + size, 4096 - size));
		ck_assert(all_zero(tdl_plan_page(f.plan, 1, 1, scratch), 4096));
		ck_assert_ptr_null(tdl_plan_page(f.plan, 1, 2, scratch));
		ck_assert_ptr_null(tdl_plan_page(f.plan, 2, 0, scratch));
		fixture_free(&f);
	}
}
END_TEST

START_TEST(code_alone_is_measured_but_not_launched)
{
	struct tdl_plan_options opt = { .flow = "gce-all", .memory = 2 * GIB, .cpus = 1 };
	struct tdvf_built built = tdvf_small();
	struct tdl_image *code = NULL, *whole = image_of(&built);
	struct tdl_plan *a = NULL, *b = NULL;
	struct tdl_mrtd *ma = NULL, *mb = NULL;

	test_rc(image_from_bytes("code.fd", built.bytes + 0x1000, built.size - 0x1000, NULL, 0, true,
				 &code, &err),
		0, &err);
	test_rc(tdl_plan_build(code, NULL, &a, &err), 0, &err);
	test_rc(tdl_plan_build(whole, NULL, &b, &err), 0, &err);
	test_rc(tdl_plan_launchable(a, &err), -ENODATA, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "section 1 (CFV)"));
	test_rc(tdl_mrtd_compute(a, &ma, &err), 0, &err);
	test_rc(tdl_mrtd_compute(b, &mb, &err), 0, &err);
	ck_assert_mem_eq(tdl_mrtd_value(ma), tdl_mrtd_value(mb), 48);
	ck_assert_ptr_nonnull(strstr(tdl_plan_note(a, 0), "VARS part, which is missing"));
	tdl_plan_free(a);
	a = NULL;
	test_rc(tdl_plan_build(code, &opt, &a, &err), -EOPNOTSUPP, &err);
	tdl_mrtd_free(ma);
	tdl_mrtd_free(mb);
	tdl_plan_free(b);
	tdl_image_free(code);
	tdl_image_free(whole);
	tdvf_free(&built);
}
END_TEST

START_TEST(flow_table_is_complete)
{
	for (size_t i = 0; i < tdl_flow_count(); i++) {
		ck_assert_str_ne(tdl_flow_summary(i), "");
		ck_assert_str_ne(tdl_flow_sources(i), "");
		ck_assert_str_eq(tdl_flow_nearest(tdl_flow_name(i)), tdl_flow_name(i));
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(tdl_flow_name(i), tdl_flow_name(j));
	}
	ck_assert_ptr_null(tdl_flow_name(tdl_flow_count()));
	ck_assert_str_eq(tdl_flow_nearest("cloudhypervisor"), "cloud-hypervisor");
	ck_assert_str_eq(tdl_flow_nearest("tdshim"), "td-shim");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("plan");
	TCase *plan = tcase_create("plan");

	tcase_add_loop_test(plan, hob_is_what_qemu_writes, 0, ARRAY_SIZE(hobs));
	tcase_add_test(plan, hob_is_what_compute_engine_writes);
	tcase_add_test(plan, hob_section_must_hold_the_list);
	tcase_add_loop_test(plan, options_without_sense_are_refused, 0, ARRAY_SIZE(bad_options));
	tcase_add_test(plan, largest_memory_that_fits_is_taken);
	tcase_add_test(plan, defaults_are_qemu_and_two_gib);
	tcase_add_loop_test(plan, flow_treats_sections_its_own_way, 0, ARRAY_SIZE(flow_cases));
	tcase_add_loop_test(plan, operations_come_in_the_order_of_the_flow, 0, ARRAY_SIZE(orders));
	tcase_add_test(plan, operations_stop_when_told);
	tcase_add_test(plan, pages_hold_the_bytes_of_their_source);
	tcase_add_test(plan, code_alone_is_measured_but_not_launched);
	tcase_add_test(plan, flow_table_is_complete);
	suite_add_tcase(suite, plan);
	return test_run(suite);
}
