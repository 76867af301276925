/* SPDX-License-Identifier: BSD-2-Clause */
/* Manifests of several references: the evidence must be as one of them says, as a whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"
#include "tests/unit/check/world.h"

static struct world world;
static struct tdl_rules_options options;
static const char *manifests[2];
static char paths[2][400];

static void once(void)
{
	world_make(&world);
}

static void make(void)
{
	options = world_options(&world);
	options.manifests = manifests;
	options.n_manifests = 1;
	for (int i = 0; i < 2; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/references-%d.json", world.folder, i);
		manifests[i] = paths[i];
	}
}

static void write_manifest(int i, const struct tdl_reference *references, size_t n)
{
	world_manifest(paths[i], references, n);
	world_sign(&world, paths[i]);
}

/* A flow of its own makes a reference another than those for the same firmware. */
static struct tdl_reference reference(const char *flow, unsigned has)
{
	struct tdl_reference r = world_reference(&world, "small", has);

	r.flow = flow;
	return r;
}

static struct tdl_claims *judge(enum tdl_answer answer)
{
	struct tdl_case *c = world_case(&world);
	struct tdl_claims *claims = world_judge(&options, c);
	char *text = NULL;

	tdl_case_free(c);
	if (tdl_claims_answer(claims) != answer)
		tdl_claims_render(claims, "text", &text, NULL);
	ck_assert_msg(!text, "another answer than %d was expected:\n%s", answer, text);
	return claims;
}

START_TEST(the_second_of_two_with_one_mrtd_may_fit)
{
	struct tdl_reference r[] = { reference("first", 7), reference("second", 7) };

	r[_i].rtmr[1][5] ^= 1;
	write_manifest(0, r, 2);
	struct tdl_claims *claims = judge(TDL_ANSWER_YES);
	ck_assert(strstr(find_claim(claims, "rtmr1", TDL_STATE_PASSED)->source,
			 _i ? "flow first" : "flow second"));
	tdl_claims_free(claims);
}
END_TEST

START_TEST(values_of_two_references_are_never_mixed)
{
	struct tdl_reference r[] = { reference("first", 7), reference("second", 7) };

	r[0].rtmr[1][5] ^= 1;
	r[1].rtmr[2][5] ^= 1;
	write_manifest(0, r, 2);
	struct tdl_claims *claims = judge(TDL_ANSWER_NO);
	ck_assert_uint_eq(count_state(claims, TDL_STATE_FAILED), 1);
	ck_assert(strstr(find_claim(claims, "rtmr1", TDL_STATE_FAILED)->advice,
			 "none of the references"));
	tdl_claims_free(claims);
}
END_TEST

START_TEST(one_that_says_less_and_fits_comes_before_one_that_does_not)
{
	struct tdl_reference r[] = { reference("first", 7), reference("second", 0) };

	r[0].rtmr[1][5] ^= 1;
	write_manifest(0, r, 2);
	struct tdl_claims *claims = judge(TDL_ANSWER_YES);
	find_claim(claims, "expected-values", TDL_STATE_NOT_ASKED);
	tdl_claims_free(claims);
}
END_TEST

START_TEST(of_two_with_one_mrtd_the_one_of_the_firmware_named_counts)
{
	struct tdl_reference r[] = { reference("qemu", 7), reference("qemu", 7) };
	struct tdl_case *c = NULL;

	r[0].firmware[0] ^= 1;
	write_manifest(0, r, 2);
	ck_assert_int_eq(tdl_case_new(&c, NULL), 0);
	case_add(c, "quote.bin", &world.quote);
	struct tdl_claims *claims = world_judge(&options, c);
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_YES);
	tdl_claims_free(claims);
	tdl_case_free(c);
}
END_TEST

START_TEST(another_firmware_with_the_same_registers_does_not_fit)
{
	struct tdl_reference r = reference("qemu", 7);

	r.firmware[0] ^= 1;
	options.image = _i ? world.image : NULL;
	options.require = TDL_REQUIRE_QUOTE;
	write_manifest(0, &r, 1);
	struct tdl_case *c = world_case(&world);
	struct tdl_claims *claims = world_judge(&options, c);
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_NO);
	ck_assert_str_eq(find_claim(claims, "firmware", TDL_STATE_FAILED)->subject, "launch.log");
	tdl_claims_free(claims);
	tdl_case_free(c);
}
END_TEST

START_TEST(the_firmware_that_was_named_must_be_the_manifests)
{
	struct tdl_reference r = reference("qemu", 7);
	struct tdl_case *c = NULL;

	r.firmware[0] ^= 1;
	write_manifest(0, &r, 1);
	ck_assert_int_eq(tdl_case_new(&c, NULL), 0);
	case_add(c, "quote.bin", &world.quote);
	struct tdl_claims *claims = world_judge(&options, c);
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_NO);
	ck_assert_str_eq(find_claim(claims, "firmware", TDL_STATE_FAILED)->subject, world.firmware);
	tdl_claims_free(claims);
	tdl_case_free(c);
}
END_TEST

START_TEST(one_of_two_manifests_is_enough)
{
	struct tdl_reference wrong = reference("qemu", 7), right = reference("qemu", 3);

	wrong.mrtd[0] ^= 1;
	write_manifest(0, &wrong, 1);
	write_manifest(1, &right, 1);
	options.n_manifests = 2;
	struct tdl_claims *claims = judge(TDL_ANSWER_YES);
	ck_assert(strstr(find_claim(claims, "rtmr1", TDL_STATE_PASSED)->source, "references-1"));
	tdl_claims_free(claims);
}
END_TEST

START_TEST(a_manifest_without_references_is_nothing_to_compare_with)
{
	static const char text[] =
		"{\"format\":\"tdlaunch-manifest\",\"version\":1,\"references\":[]}";

	test_write(paths[0], text, sizeof(text) - 1);
	options.accept.allow_unsigned = true;
	options.accept.trust = NULL;
	options.image = NULL;
	struct tdl_claims *claims = judge(TDL_ANSWER_UNKNOWN);
	ck_assert(strstr(find_claim(claims, "manifest", TDL_STATE_NOT_DONE)->reason, "empty"));
	find_claim(claims, "expected-values", TDL_STATE_NOT_DONE);
	tdl_claims_free(claims);
}
END_TEST

START_TEST(a_manifest_that_nobody_vouches_for_must_be_allowed)
{
	struct tdl_reference r = reference("qemu", 7);
	char signature[420];

	write_manifest(0, &r, 1);
	snprintf(signature, sizeof(signature), "%s.p7s", paths[0]);
	remove(signature);
	struct tdl_claims *claims = judge(TDL_ANSWER_UNKNOWN);
	find_claim(claims, "manifest", TDL_STATE_NOT_DONE);
	tdl_claims_free(claims);
	options.accept.allow_unsigned = true;
	options.accept.trust = NULL;
	claims = judge(TDL_ANSWER_YES);
	ck_assert(strstr(find_claim(claims, "rtmr1", TDL_STATE_PASSED)->source,
			 "unsigned manifest"));
	tdl_claims_free(claims);
}
END_TEST

START_TEST(a_register_that_nothing_shows_is_not_done)
{
	struct tdl_reference r = reference("qemu", 7);
	struct tdl_case *c = NULL;

	options.require = TDL_REQUIRE_LOG;
	options.n_expected = 0;
	write_manifest(0, &r, 1);
	ck_assert_int_eq(tdl_case_new(&c, NULL), 0);
	case_add(c, "launch.log", &world.log);
	struct tdl_claims *claims = world_judge(&options, c);
	ck_assert_int_eq(tdl_claims_answer(claims), TDL_ANSWER_UNKNOWN);
	find_claim(claims, "mrtd", TDL_STATE_PASSED);
	find_claim(claims, "rtmr2", TDL_STATE_NOT_DONE);
	tdl_claims_free(claims);
	tdl_case_free(c);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("check references");
	TCase *tc = tcase_create("references");

	tcase_add_unchecked_fixture(tc, once, NULL);
	tcase_add_checked_fixture(tc, make, NULL);
	tcase_add_loop_test(tc, the_second_of_two_with_one_mrtd_may_fit, 0, 2);
	tcase_add_test(tc, values_of_two_references_are_never_mixed);
	tcase_add_test(tc, one_that_says_less_and_fits_comes_before_one_that_does_not);
	tcase_add_test(tc, of_two_with_one_mrtd_the_one_of_the_firmware_named_counts);
	tcase_add_loop_test(tc, another_firmware_with_the_same_registers_does_not_fit, 0, 2);
	tcase_add_test(tc, the_firmware_that_was_named_must_be_the_manifests);
	tcase_add_test(tc, one_of_two_manifests_is_enough);
	tcase_add_test(tc, a_manifest_without_references_is_nothing_to_compare_with);
	tcase_add_test(tc, a_manifest_that_nobody_vouches_for_must_be_allowed);
	tcase_add_test(tc, a_register_that_nothing_shows_is_not_done);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
