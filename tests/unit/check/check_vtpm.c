/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest under a paravisor: its quote says nothing of the guest, its vTPM does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/vtpm.h"
#include "tests/unit/check/world.h"

static struct vtpm_world guest;
static struct tdl_expected expected[3];
static struct tdl_rules_options options;

static void once(void)
{
	vtpm_make(&(struct pki_knobs){ 0 }, &guest);
}

/* The quote's MRTD, the vTPM's PCR 7 and its nonce are known to the caller. */
static void make(void)
{
	static uint8_t mrtd[48];
	int64_t at = 0;

	ck_assert_int_eq(tdl_time_parse(PKI_TIME, &at), 0);
	memcpy(mrtd, guest.w.quote + 48 + 136, 48);
	expected[0] = (struct tdl_expected){ "mrtd", mrtd, 48, "the test" };
	expected[1] = (struct tdl_expected){ "pcr7", guest.pcrs + 7 * 32, 32, "the test" };
	expected[2] = (struct tdl_expected){ "vtpm_nonce", (const uint8_t *)"nonce of the test", 17,
					     "the test" };
	options = (struct tdl_rules_options){
		.at = at,
		.collateral = guest.w.folder,
		.root = guest.w.root,
		.root_size = guest.w.root_size,
		.expected = expected,
		.n_expected = 3,
	};
}

static size_t put_hex(char *at, const char *name, const void *bytes, size_t size, const char *end)
{
	size_t n = (size_t)sprintf(at, "\"%s\":\"", name);

	hex_encode(bytes, size, at + n);
	n += 2 * size;
	return n + (size_t)sprintf(at + n, "\"%s", end);
}

/* One document of everything. */
static struct tdl_claims *judge_document(enum tdl_answer answer)
{
	static char text[65536];
	const struct tdl_vtpm *v = &guest.vtpm;
	size_t n = (size_t)sprintf(text, "{");
	struct tdl_case *c = NULL;
	char *shown = NULL;

	n += put_hex(text + n, "td_quote", guest.w.quote, guest.w.quote_size, ",");
	n += put_hex(text + n, "hcl_report", v->hcl_report, v->hcl_report_size, ",");
	n += (size_t)sprintf(text + n, "\"tpm_quote\":{");
	n += put_hex(text + n, "message", v->message, v->message_size, ",");
	n += put_hex(text + n, "signature", v->signature, v->signature_size, ",\"pcrs\":[");
	for (int i = 0; i < 24; i++) {
		char hex[65];

		n += (size_t)sprintf(text + n, "%s\"%s\"", i ? "," : "",
				     hex_encode(guest.pcrs + 32 * i, 32, hex));
	}
	n += (size_t)sprintf(text + n, "]}}");
	ck_assert_int_eq(tdl_case_new(&c, NULL), 0);
	ck_assert_int_eq(tdl_case_add_bytes(c, "evidence.json", text, n, NULL), 0);
	struct tdl_claims *claims = world_judge(&options, c);
	tdl_case_free(c);
	if (tdl_claims_answer(claims) != answer)
		tdl_claims_render(claims, "text", &shown, NULL);
	ck_assert_msg(!shown, "another answer than %d was expected:\n%s", answer, shown);
	return claims;
}

START_TEST(a_vtpm_that_the_quote_vouches_for_shows_the_guest)
{
	struct tdl_claims *claims = judge_document(TDL_ANSWER_YES);

	find_claim(claims, "vtpm", TDL_STATE_PASSED);
	ck_assert_str_eq(find_claim(claims, "pcr7", TDL_STATE_PASSED)->source, "the test");
	find_claim(claims, "vtpm_nonce", TDL_STATE_PASSED);
	ck_assert(!has_claim(claims, "guest", TDL_STATE_NOT_ASKED));
	ck_assert(!has_claim(claims, "freshness", TDL_STATE_NOT_ASKED));
	tdl_claims_free(claims);
}
END_TEST

START_TEST(another_value_fails)
{
	static const char *const names[] = { "mrtd", "pcr7", "vtpm_nonce" };
	uint8_t other[48];

	memcpy(other, expected[_i].bytes, expected[_i].size);
	other[0] ^= 1;
	expected[_i].bytes = other;
	struct tdl_claims *claims = judge_document(TDL_ANSWER_NO);
	find_claim(claims, names[_i], TDL_STATE_FAILED);
	ck_assert_uint_eq(count_state(claims, TDL_STATE_FAILED), 1);
	tdl_claims_free(claims);
}
END_TEST

START_TEST(what_the_quote_leaves_open_of_the_guest_is_said)
{
	options.n_expected = 1;
	struct tdl_claims *claims = judge_document(TDL_ANSWER_YES);

	find_claim(claims, "guest", TDL_STATE_NOT_ASKED);
	find_claim(claims, "freshness", TDL_STATE_NOT_ASKED);
	tdl_claims_free(claims);
}
END_TEST

START_TEST(registers_without_a_good_signature_are_nobodys_word)
{
	guest.signature[10] ^= 1;
	struct tdl_claims *claims = judge_document(TDL_ANSWER_NO);

	find_claim(claims, "vtpm", TDL_STATE_FAILED);
	find_claim(claims, "pcr7", TDL_STATE_NOT_DONE);
	find_claim(claims, "vtpm_nonce", TDL_STATE_NOT_DONE);
	tdl_claims_free(claims);
}
END_TEST

START_TEST(an_hcl_report_alone_is_a_report)
{
	struct tdl_case *c = NULL;

	options.n_expected = 1;
	options.require = TDL_REQUIRE_REPORT;
	guest.hcl[1300] ^= (uint8_t)_i; /* in the run-time data */
	ck_assert_int_eq(tdl_case_new(&c, NULL), 0);
	ck_assert_int_eq(tdl_case_add_bytes(c, "hcl.bin", guest.vtpm.hcl_report,
					    guest.vtpm.hcl_report_size, NULL), 0);
	ck_assert_int_eq(tdl_case_add_bytes(c, "quote.bin", guest.w.quote, guest.w.quote_size,
					    NULL), 0);
	struct tdl_claims *claims = world_judge(&options, c);
	ck_assert_int_eq(tdl_claims_answer(claims), _i ? TDL_ANSWER_NO : TDL_ANSWER_YES);
	find_claim(claims, "hcl-report", _i ? TDL_STATE_FAILED : TDL_STATE_PASSED);
	ck_assert_int_eq(has_claim(claims, "report-in-quote", TDL_STATE_PASSED), !_i);
	/* The policy is about the report in it as about the quote. */
	size_t policies = 0;
	for (size_t i = 0; i < tdl_claims_count(claims); i++)
		policies += strcmp(tdl_claims_at(claims, i)->name, "policy") == 0;
	ck_assert_uint_eq(policies, _i ? 1 : 2);
	tdl_claims_free(claims);
	tdl_case_free(c);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("check vtpm");
	TCase *tc = tcase_create("vtpm");

	tcase_add_unchecked_fixture(tc, once, NULL);
	tcase_add_checked_fixture(tc, make, NULL);
	tcase_add_test(tc, a_vtpm_that_the_quote_vouches_for_shows_the_guest);
	tcase_add_loop_test(tc, another_value_fails, 0, 3);
	tcase_add_test(tc, what_the_quote_leaves_open_of_the_guest_is_said);
	tcase_add_test(tc, registers_without_a_good_signature_are_nobodys_word);
	tcase_add_loop_test(tc, an_hcl_report_alone_is_a_report, 0, 2);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
