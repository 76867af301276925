/* SPDX-License-Identifier: BSD-2-Clause */
/* MRTD of TDs launched through the uAPI. The digests were computed with Python's hashlib from the
 * layout of the blocks (TDX Module ABI, TDH.MEM.PAGE.ADD and TDH.MR.EXTEND). */
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"
#include "tests/unit/tdx/td_fixture.h"

#define MRTD_AT 528 /* in TDREPORT_STRUCT */

enum page { P, Q, ZEROS };

/* What is done, step by step, and what MRTD is then. */
static const struct vector {
	struct step {
		uint64_t gpa; /* 0 ends the steps */
		enum page page;
		bool measure;
		bool drop; /* made shared, then private again, so that it is out of the TD */
	} steps[4];
	const char *mrtd;
} vectors[] = {
	{ { { 0, P, false, false } },
	  "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
	  "274edebfe76f65fbd51ad2f14898b95b" },
	{ { { 0x1000, P, false, false } },
	  "fcdabf6fdf38b87d2e3a89b1ab68c242abb261dffa70ef6f1dc2220c2752d272"
	  "9cdf1be92afc2e0e4297f04e2b629552" },
	{ { { 0x1000, P, true, false } },
	  "15a8464628b6214951c4a1b57775507dd950263654e8790e257995b45013c84a"
	  "ba1d87a3bcbc1929b5f7db6d3e92cad6" },
	{ { { 0xfffff000, ZEROS, true, false } },
	  "07f08f558c5e2593b33452cf00c12a165c07b027a36424ecfa15ebf39b5415e0"
	  "ed62418458e4bfd77f16fec0f1568dc9" },
	{ { { 0x1000, P, true, false }, { 0x2000, Q, true, false } },
	  "3192c826eb2a7978002c92992825fed2b0ace1f6edc6db31cc0699c05a1b93f4"
	  "044eb0e55bbc1dd61fcd22414d47bd19" },
	{ { { 0x2000, Q, true, false }, { 0x1000, P, true, false } },
	  "3609388e53bccac75de0b8fd05d3cedce4faa62b16d094029f84f23742878f98"
	  "861d535827c75042ff54d1aae82aecb6" },
	{ { { 0x1000, P, false, true }, { 0x1000, P, false, false } },
	  "6adfb2d150d7e0c0f2e869c5d96ac711553170fdf5fde77f40eba2238baa760d"
	  "72a9e2f999c88f5b39fc73dadfbab630" },
	{ { { 0x1000, P, false, false }, { 0x2000, Q, false, false } },
	  "cf6362b908e60df775a3ebf863eabf6f67fdcb37361b91b3978aeb572741c593"
	  "b6909169fbabb8acac5f0e205026d619" },
};

#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

static void fill(uint8_t *page, enum page kind)
{
	for (unsigned i = 0; i < 4096; i++)
		page[i] = kind == P ? (uint8_t)i : kind == Q ? (uint8_t)(7 * i + (i >> 8)) : 0;
}

static void launch(const struct vector *v, const char *linux_version)
{
	static const uint8_t data[64];
	uint8_t report[1024];
	struct td_fixture f;
	uint64_t hw_error = 0;

	tf_kernel(&f, linux_version, 1);
	tf_ready(&f);
	for (const struct step *s = v->steps; s->gpa; s++) {
		fill(f.memory, s->page);
		ck_assert_int_eq(tf_add(&f, f.memory, s->gpa, 1, s->measure), 0);
		if (s->drop) {
			tf_private(&f, s->gpa, 4096, false);
			tf_private(&f, s->gpa, 4096, true);
		}
	}
	ck_assert_int_eq(tf_finalize(&f, &hw_error), 0);
	ck_assert_int_eq(kernel_td_report(f.kernel, f.vm, data, report), 0);
	test_hex(report + MRTD_AT, 48, v->mrtd);
	tf_end(&f);
}

START_TEST(mrtd_is_that_of_the_vector)
{
	launch(&vectors[_i], NULL);
}
END_TEST

/* No kernel version has changed MRTD. */
START_TEST(mrtd_is_the_same_with_the_older_wiring)
{
	launch(&vectors[_i], "6.16");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("td_mrtd");
	TCase *tc = tcase_create("vectors");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, mrtd_is_that_of_the_vector, 0, VECTORS);
	tcase_add_loop_test(tc, mrtd_is_the_same_with_the_older_wiring, 0, VECTORS);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
