/* SPDX-License-Identifier: BSD-2-Clause */
/* MRTD against values that other tools computed. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tdlaunch/mrtd.h>

#include "base/attr.h"
#include "base/range.h"
#include "measure/stream.h"
#include "tests/lib/test.h"

static struct tdl_error err;

/* One step of a stream: a page added, or a chunk of a test pattern extended. */
struct step {
	char what;     /* 'a' add; 'x' extend; 'p' add and extend a whole page */
	uint64_t gpa;
	char pattern;  /* 'P', 'Q' or '0' */
};

/* P[i] = i, Q[i] = 7 i + i / 256, both modulo 256. */
static void fill(char pattern, uint8_t page[PAGE_SIZE_4K])
{
	for (unsigned i = 0; i < PAGE_SIZE_4K; i++)
		page[i] = pattern == 'P' ? (uint8_t)i : pattern == 'Q' ? (uint8_t)(7 * i + (i >> 8)) : 0;
}

static void extend(struct mrtd_stream *s, uint64_t gpa, char pattern)
{
	uint8_t page[PAGE_SIZE_4K];

	fill(pattern, page);
	test_rc(mrtd_stream_extend(s, gpa, page + gpa % PAGE_SIZE_4K, &err), 0, &err);
}

static void take_step(struct mrtd_stream *s, const struct step *step)
{
	if (step->what != 'x')
		test_rc(mrtd_stream_add(s, step->gpa, &err), 0, &err);
	if (step->what == 'x')
		extend(s, step->gpa, step->pattern);
	for (uint64_t at = 0; step->what == 'p' && at < PAGE_SIZE_4K; at += CHUNK_SIZE)
		extend(s, step->gpa + at, step->pattern);
}

/* Computed with Python's hashlib from the layout in the TDX Module ABI. */
static const struct vector {
	struct step steps[4];
	uint64_t bytes;
	const char *mrtd;
} vectors[] = {
	{ { { 0 } }, 0,
	  "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b" },
	{ { { 'a', 0x1000, 0 } }, 128,
	  "fcdabf6fdf38b87d2e3a89b1ab68c242abb261dffa70ef6f1dc2220c2752d2729cdf1be92afc2e0e4297f04e2b629552" },
	{ { { 'p', 0x1000, 'P' } }, 6272,
	  "15a8464628b6214951c4a1b57775507dd950263654e8790e257995b45013c84aba1d87a3bcbc1929b5f7db6d3e92cad6" },
	{ { { 'a', 0x1000, 0 }, { 'x', 0x1100, 'P' } }, 512,
	  "5a4bbf45df3ea772ac2cb6162c5fba4a9c324c78cf404c6969da8d55b0dcafdb50d1443509e5604a2f3dda14d947a78a" },
	{ { { 'p', 0xfffff000, '0' } }, 6272,
	  "07f08f558c5e2593b33452cf00c12a165c07b027a36424ecfa15ebf39b5415e0ed62418458e4bfd77f16fec0f1568dc9" },
	{ { { 'p', 0x1000, 'P' }, { 'p', 0x2000, 'Q' } }, 12544,
	  "3192c826eb2a7978002c92992825fed2b0ace1f6edc6db31cc0699c05a1b93f4044eb0e55bbc1dd61fcd22414d47bd19" },
	{ { { 'p', 0x2000, 'Q' }, { 'p', 0x1000, 'P' } }, 12544,
	  "3609388e53bccac75de0b8fd05d3cedce4faa62b16d094029f84f23742878f98861d535827c75042ff54d1aae82aecb6" },
	{ { { 'a', 0x1000, 0 }, { 'a', 0x1000, 0 } }, 256,
	  "6adfb2d150d7e0c0f2e869c5d96ac711553170fdf5fde77f40eba2238baa760d72a9e2f999c88f5b39fc73dadfbab630" },
	{ { { 'a', 0x1000, 0 }, { 'a', 0x2000, 0 } }, 256,
	  "cf6362b908e60df775a3ebf863eabf6f67fdcb37361b91b3978aeb572741c593b6909169fbabb8acac5f0e205026d619" },
};

START_TEST(stream_gives_the_published_digests)
{
	const struct vector *v = &vectors[_i];
	struct mrtd_stream s;
	uint8_t digest[SHA384_SIZE];

	test_rc(mrtd_stream_start(&s, &err), 0, &err);
	for (size_t i = 0; i < ARRAY_SIZE(v->steps) && v->steps[i].what; i++)
		take_step(&s, &v->steps[i]);
	test_rc(mrtd_stream_peek(&s, digest, &err), 0, &err);
	test_hex(digest, sizeof(digest), v->mrtd);
	ck_assert_uint_eq(s.adds * 128 + s.extends * 384, v->bytes);
	mrtd_stream_end(&s);
}
END_TEST

/* All added, then all extended; and chunks in descending order. */
START_TEST(stream_is_sensitive_to_order)
{
	struct mrtd_stream s;
	uint8_t digest[SHA384_SIZE];

	test_rc(mrtd_stream_start(&s, &err), 0, &err);
	test_rc(mrtd_stream_add(&s, 0x1000, &err), 0, &err);
	test_rc(mrtd_stream_add(&s, 0x2000, &err), 0, &err);
	for (uint64_t at = 0; at < 2 * PAGE_SIZE_4K; at += CHUNK_SIZE)
		extend(&s, 0x1000 + at, at < PAGE_SIZE_4K ? 'P' : 'Q');
	test_rc(mrtd_stream_peek(&s, digest, &err), 0, &err);
	test_hex(digest, sizeof(digest),
		 "cf26a83826e01a03fac49e913c186de4efce25f378685acf2991f947f3c2185c97185d3abbd9606f720d0dd564fa8b8c");
	mrtd_stream_end(&s);

	test_rc(mrtd_stream_start(&s, &err), 0, &err);
	test_rc(mrtd_stream_add(&s, 0x1000, &err), 0, &err);
	for (uint64_t at = PAGE_SIZE_4K; at > 0; at -= CHUNK_SIZE)
		extend(&s, 0x1000 + at - CHUNK_SIZE, 'P');
	test_rc(mrtd_stream_peek(&s, digest, &err), 0, &err);
	test_hex(digest, sizeof(digest),
		 "d6f3be21f071e8af3407ffb58e32713284c5e25627cd909a480e643b8ed0445cb8c399ec797479e3964ef67f369e1ae8");
	mrtd_stream_end(&s);
}
END_TEST

/* Debian 12, ovmf 2022.11-6+deb12u2. Values of two independent implementations. */
#define DEBIAN_OVMF "/usr/share/ovmf/OVMF.fd"
#define DEBIAN_CODE "/usr/share/OVMF/OVMF_CODE.fd"
#define DEBIAN_VARS "/usr/share/OVMF/OVMF_VARS.fd"
#define DEBIAN_PAGE \
	"4c7206f0f483c524f12c366c711e9049030a8d47c471ee5aa9c4999a08de4057fb887fed0744d5631a212967fb231c47"

static const struct golden {
	const char *path;
	struct tdl_image_options image;
	const char *flow;
	const char *mrtd;
} goldens[] = {
	{ DEBIAN_OVMF, { 0 }, "qemu", DEBIAN_PAGE },
	{ DEBIAN_OVMF, { 0 }, "qemu-8.2-canonical",
	  "acccbcc870a381adab0d3919d90a7f268ac3b0364771f202ed4bb4e892d045b33db3b32e6924cba830a724eed443f7e1" },
	{ DEBIAN_OVMF, { 0 }, "global",
	  "c7afc2de4a63325eb29a120d9815bd5dff8150406460d899a02853dcfbf7d9b05f8c02f528c6c9ca7504c44583c49c5e" },
	{ DEBIAN_OVMF, { 0 }, "cloud-hypervisor", DEBIAN_PAGE },
	{ DEBIAN_OVMF, { 0 }, "alioth", DEBIAN_PAGE },
	{ DEBIAN_OVMF, { 0 }, "gce", DEBIAN_PAGE },
	{ DEBIAN_OVMF, { 0 }, "td-shim", DEBIAN_PAGE },
	{ DEBIAN_CODE, { .vars_path = DEBIAN_VARS }, "qemu", DEBIAN_PAGE },
	{ DEBIAN_CODE, { .code_only = true }, "qemu", DEBIAN_PAGE },
};

START_TEST(debian_firmware_has_its_known_mrtd)
{
	const struct golden *g = &goldens[_i];
	struct tdl_plan_options opt = { .flow = g->flow, .memory = 2ull << 30, .cpus = 1 };
	struct tdl_image *image = NULL;
	struct tdl_plan *plan = NULL;
	struct tdl_mrtd *mrtd = NULL;

	if (access(g->path, R_OK) != 0)
		return; /* main() says so */
	test_rc(tdl_image_open(g->path, &g->image, &image, &err), 0, &err);
	test_rc(tdl_plan_build(image, &opt, &plan, &err), 0, &err);
	test_rc(tdl_mrtd_compute(plan, &mrtd, &err), 0, &err);
	test_hex(tdl_mrtd_value(mrtd), 48, g->mrtd);
	ck_assert_uint_eq(tdl_mrtd_adds(mrtd), 538);
	ck_assert_uint_eq(tdl_mrtd_extends(mrtd), 7680);
	ck_assert_uint_eq(tdl_mrtd_bytes(mrtd), 538 * 128 + 7680 * 384);
	tdl_mrtd_free(mrtd);
	tdl_plan_free(plan);
	tdl_image_free(image);
}
END_TEST

/* The digest after each section of Debian 13's OVMF.fd, by page and by section, and MRTD at the end.
 * Values of two independent implementations. */
static const struct {
	const char *flow;
	const char *after[6];
} running[] = {
	{ "qemu",
	  { "de635b9806d337abf1c8ed7fc4d85e0c40cd5c54cebc9a18020adfc3bad0c2b729dc8c05368b1a466748c8a8398fbe17",
	    "7f54464c8617727f6ac74076414b21520a04572d0642d179f12d3001bf1e2fef8871f43d06b885685f1dc35c95b0a69e",
	    "0fdaf4db1b156ee88f1decf53f22af224b4b07ca95f4546642c58b21dae36388fd626804c08dd4b10c8d4e5798d36ec3",
	    "59efbe032e2fb6b08de02f2536f39e858c9833df41c89c31ccde53799197edf4e67907901ef0dee5f92c57069ab9b6c8",
	    "af3ba4c7d14c6ff78bb113b1e9c645e0365bf69e1b6b188e007efd8e8e84b1915273e6d2183595eec99ea66a49f89a5e",
	    "bdc6fb145880f06f30c8b346b8dce2a99d9351b56892df22f80fcf6574caa9f9c31df8e8576d53b4d0cd1c3f28910e11" } },
	{ "qemu-8.2-canonical",
	  { "5540aa6626ed9b701dd235fd5eff6aa630e3641a3c818f0241b36492f31c17b7b3d1689b27bec7e458a3c36c98cb7e66",
	    "c437933b4c8cdbeb16acad18cceb26805bcd976e196f1a682a69fdf2e6adc8485c5881c2d9fdeca87236fdf388f28c6f",
	    "d1de44bd5a76b50cfb53f8cdf052b43cda700a641e2b28a33b7d669527c5f8bfc4280da9602e9301a6060572c9577982",
	    "d0848ebb0d9158165f00616bc9dbe67d2316db8a393ccdb60c3375934c865c0cfa940c900f41d170ca7551201d5b17e1",
	    "1bf906f08fd4c1b834b9c837b43e45c34d15641530aeebae1099dce62dd623e5cb702c404ec48916d95e831f7a43c2bb",
	    "456f07902150d008bb913c3e1e84e9297f735a6c83cd2a957a1f0a8bbedb06df188e3837ae48d32c73d473d097dc0db2" } },
};

START_TEST(running_digests_of_debian_13_are_known)
{
	const char *path = test_ovmf_13();
	struct tdl_plan_options opt = { .flow = running[_i].flow, .memory = 2ull << 30, .cpus = 1 };
	struct tdl_image *image = NULL;
	struct tdl_plan *plan = NULL;
	struct tdl_mrtd *mrtd = NULL;

	if (!path)
		return;
	test_rc(tdl_image_open(path, NULL, &image, &err), 0, &err);
	test_rc(tdl_plan_build(image, &opt, &plan, &err), 0, &err);
	test_rc(tdl_mrtd_compute(plan, &mrtd, &err), 0, &err);
	ck_assert_uint_eq(tdl_plan_region_count(plan), 6);
	for (size_t i = 0; i < 6; i++)
		test_hex(tdl_mrtd_after(mrtd, i), 48, running[_i].after[i]);
	test_hex(tdl_mrtd_value(mrtd), 48, running[_i].after[5]);
	tdl_mrtd_free(mrtd);
	tdl_plan_free(plan);
	tdl_image_free(image);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mrtd");
	TCase *stream = tcase_create("stream");
	TCase *golden = tcase_create("golden");

	if (access(DEBIAN_OVMF, R_OK) != 0)
		printf("skipped: %s (Debian package ovmf) is not here\n", DEBIAN_OVMF);
	tcase_add_loop_test(stream, stream_gives_the_published_digests, 0, ARRAY_SIZE(vectors));
	tcase_add_test(stream, stream_is_sensitive_to_order);
	tcase_add_loop_test(golden, debian_firmware_has_its_known_mrtd, 0, ARRAY_SIZE(goldens));
	tcase_add_loop_test(golden, running_digests_of_debian_13_are_known, 0, ARRAY_SIZE(running));
	suite_add_tcase(suite, stream);
	suite_add_tcase(suite, golden);
	return test_run(suite);
}
