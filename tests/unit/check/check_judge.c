/* SPDX-License-Identifier: BSD-2-Clause */
/* A case that is right in every respect, and then one thing wrong at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/lib/tdvf_builder.h"
#include "tests/lib/test.h"
#include "tests/unit/check/world.h"

static struct world world;
static struct tdl_rules_options options;
static struct tdl_case *evidence;
static struct tdl_error err;

static void once(void)
{
	world_make(&world);
}

static void make(void)
{
	options = world_options(&world);
	evidence = NULL;
	ck_assert_int_eq(tdl_case_new(&evidence, NULL), 0);
}

static void drop(void)
{
	tdl_case_free(evidence);
}

/* The world's evidence but for these pieces, a letter each: q(uote), r(eport), l(og), c(cel). */
static void add_all_but(const char *left_out)
{
	if (!strchr(left_out, 'q'))
		case_add(evidence, "quote.bin", &world.quote);
	if (!strchr(left_out, 'r'))
		case_add(evidence, "tdreport.bin", &world.report);
	if (!strchr(left_out, 'l'))
		case_add(evidence, "launch.log", &world.log);
	if (!strchr(left_out, 'c'))
		case_add(evidence, "ccel.bin", &world.ccel);
}

static struct tdl_claims *expect(enum tdl_answer answer)
{
	struct tdl_claims *claims = world_judge(&options, evidence);
	char *text = NULL;

	if (tdl_claims_answer(claims) != answer)
		tdl_claims_render(claims, "text", &text, NULL);
	ck_assert_msg(!text, "another answer than %d was expected:\n%s", answer, text);
	return claims;
}

/* This claim, and no other, keeps the answer from being yes. */
static void expect_only(enum tdl_state state, const char *name, const char *reason)
{
	struct tdl_claims *claims = expect(state == TDL_STATE_FAILED ? TDL_ANSWER_NO
								      : TDL_ANSWER_UNKNOWN);
	const struct tdl_claim *c = find_claim(claims, name, state);
	char *text = NULL;

	ck_assert_msg(strstr(c->reason, reason), "\"%s\" is not in: %s", reason, c->reason);
	ck_assert_msg(*c->advice, "%s: nothing is said about what to do", name);
	tdl_claims_render(claims, "text", &text, NULL);
	ck_assert_msg(count_state(claims, TDL_STATE_FAILED) +
				      count_state(claims, TDL_STATE_NOT_DONE) == 1,
		      "more than %s:\n%s", name, text);
	free(text);
	tdl_claims_free(claims);
}

START_TEST(evidence_that_is_right_gives_yes)
{
	static const char *const names[] = { "manifest", "quote", "tcb", "policy", "report", "log",
					     "event-log", "replay", "report-in-quote", "log-of-td",
					     "mrtd", "rtmr0", "rtmr1", "rtmr2", "firmware",
					     "reportdata" };

	add_all_but("");
	struct tdl_claims *claims = expect(TDL_ANSWER_YES);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_str_eq(find_claim(claims, names[i], TDL_STATE_PASSED)->advice, "");
	ck_assert_str_eq(find_claim(claims, "reportdata", TDL_STATE_PASSED)->source,
			 "the test's nonce");
	ck_assert(strstr(find_claim(claims, "rtmr1", TDL_STATE_PASSED)->source, "signed manifest"));
	ck_assert_str_eq(find_claim(claims, "replay", TDL_STATE_PASSED)->source, "evidence");
	ck_assert_uint_eq(count_state(claims, TDL_STATE_NOT_ASKED), 0);
	tdl_claims_free(claims);
}
END_TEST

/* Each kind of evidence that is required and left out. */
static const struct {
	const char *left_out;
	unsigned require;
	const char *name;
} missing[] = {
	{ "q", 0, "quote" },
	{ "r", TDL_REQUIRE_QUOTE | TDL_REQUIRE_REPORT, "report" },
	{ "l", TDL_REQUIRE_QUOTE | TDL_REQUIRE_LOG, "log" },
	{ "c", TDL_REQUIRE_QUOTE | TDL_REQUIRE_EVENT_LOG, "event-log" },
};

START_TEST(what_is_required_and_missing_is_not_done)
{
	options.require = missing[_i].require;
	add_all_but(missing[_i].left_out);
	expect_only(TDL_STATE_NOT_DONE, missing[_i].name, "there is no");
}
END_TEST

START_TEST(what_is_not_required_may_be_missing)
{
	static const char *const left_out[] = { "r", "l", "c", "rlc" };

	add_all_but(left_out[_i]);
	tdl_claims_free(expect(TDL_ANSWER_YES));
}
END_TEST

START_TEST(without_a_quote_the_caller_must_say_so)
{
	options.require = TDL_REQUIRE_REPORT;
	add_all_but("q");
	tdl_claims_free(expect(TDL_ANSWER_YES));
}
END_TEST

START_TEST(a_report_of_another_moment_is_not_in_the_quote)
{
	uint8_t bytes[1024];
	const struct piece other = { bytes, sizeof(bytes) };
	struct td td = world.td;

	td.rtmr[3][0] = 1;
	world_report(&td, bytes);
	add_all_but("r");
	case_add(evidence, "tdreport.bin", &other);
	expect_only(TDL_STATE_FAILED, "report-in-quote", "rtmr3");
}
END_TEST

START_TEST(a_log_of_another_launch_is_not_of_this_td)
{
	struct tdvf_built built = tdvf_small();
	struct piece other;
	char path[300];

	built.bytes[0x1100] ^= 1; /* in the BFV */
	snprintf(path, sizeof(path), "%s/other.fd", world.folder);
	test_write(path, built.bytes, built.size);
	tdvf_free(&built);
	other = world_log(path, NULL, NULL);
	add_all_but("l");
	case_add(evidence, "launch.log", &other);
	struct tdl_claims *claims = expect(TDL_ANSWER_NO);
	ck_assert(strstr(find_claim(claims, "log-of-td", TDL_STATE_FAILED)->reason, "mrtd"));
	ck_assert(strstr(find_claim(claims, "log", TDL_STATE_FAILED)->reason, "sources"));
	find_claim(claims, "firmware", TDL_STATE_FAILED);
	find_claim(claims, "mrtd", TDL_STATE_FAILED);
	tdl_claims_free(claims);
	free(other.bytes);
}
END_TEST

START_TEST(an_event_that_is_missing_is_found_out)
{
	struct piece other = world_ccel(&(struct ccel_knobs){ .drop = true }, NULL);

	add_all_but("c");
	case_add(evidence, "ccel.bin", &other);
	struct tdl_claims *claims = expect(TDL_ANSWER_NO);
	ck_assert(strstr(find_claim(claims, "replay", TDL_STATE_FAILED)->reason, "rtmr1"));
	/* The quote has the expected value, the log has not. */
	ck_assert_str_eq(find_claim(claims, "rtmr1", TDL_STATE_FAILED)->subject, "ccel.bin");
	tdl_claims_free(claims);
	free(other.bytes);
}
END_TEST

START_TEST(a_text_that_contradicts_its_digest_fails)
{
	struct piece other = world_ccel(&(struct ccel_knobs){ .contradict = true }, NULL);

	add_all_but("c");
	case_add(evidence, "ccel.bin", &other);
	expect_only(TDL_STATE_FAILED, "event-log", "1 of 4 events");
	free(other.bytes);
}
END_TEST

START_TEST(registers_without_a_log_are_named)
{
	struct piece other = world_ccel(&(struct ccel_knobs){ .only_rtmr0 = true }, NULL);

	add_all_but("c");
	case_add(evidence, "ccel.bin", &other);
	struct tdl_claims *claims = expect(TDL_ANSWER_YES);
	ck_assert(strstr(find_claim(claims, "unlogged", TDL_STATE_NOT_ASKED)->reason, "RTMR1, RTMR2"));
	tdl_claims_free(claims);
	options.require = TDL_REQUIRE_QUOTE | TDL_REQUIRE_EVENT_LOG;
	expect_only(TDL_STATE_NOT_DONE, "unlogged", "RTMR1, RTMR2");
	free(other.bytes);
}
END_TEST

START_TEST(another_nonce_fails)
{
	struct tdl_expected nonce = options.expected[0];
	uint8_t other[64];

	memcpy(other, nonce.bytes, 64);
	other[0] ^= 1;
	nonce.bytes = other;
	options.expected = &nonce;
	add_all_but("");
	expect_only(TDL_STATE_FAILED, "reportdata", "it is dada");
}
END_TEST

START_TEST(a_nonce_that_nothing_shows_is_not_done)
{
	options.require = TDL_REQUIRE_LOG;
	options.n_manifests = 0;
	add_all_but("qrc");
	expect_only(TDL_STATE_NOT_DONE, "reportdata", "no evidence shows it");
}
END_TEST

START_TEST(values_of_two_sources_must_both_be_met)
{
	uint8_t zeros[48] = { 0 };
	const struct tdl_expected both[] = {
		{ "reportdata", world.td.data, 64, "one" },
		{ "rtmr3", zeros, 48, "two" },
		{ "rtmr2", zeros, 48, "two" },
	};

	options.expected = both;
	options.n_expected = 2;
	add_all_but("");
	tdl_claims_free(expect(TDL_ANSWER_YES));
	options.n_expected = 3;
	expect_only(TDL_STATE_FAILED, "rtmr2", "expected is 0000");
}
END_TEST

START_TEST(values_of_one_source_are_alternatives)
{
	uint8_t zeros[64] = { 0 };
	const struct tdl_expected either[] = {
		{ "reportdata", zeros, 64, "one" },
		{ "reportdata", world.td.data, 64, "one" },
	};

	options.expected = either;
	options.n_expected = 2;
	options.n_manifests = 0;
	options.image = NULL;
	options.expected = either;
	add_all_but("l");
	expect_only(TDL_STATE_NOT_DONE, "expected-values", "nothing");
	struct tdl_claims *claims = world_judge(&options, evidence);
	size_t lines = 0;
	for (size_t i = 0; i < tdl_claims_count(claims); i++)
		lines += strcmp(tdl_claims_at(claims, i)->name, "reportdata") == 0;
	ck_assert_uint_eq(lines, 1);
	find_claim(claims, "reportdata", TDL_STATE_PASSED);
	tdl_claims_free(claims);
	options = world_options(&world);
	options.expected = either;
	case_add(evidence, "launch.log", &world.log);
	options.n_expected = 1;
	expect_only(TDL_STATE_FAILED, "reportdata", "expected is 0000");
}
END_TEST

START_TEST(nothing_to_compare_with_is_no_yes)
{
	options.image = NULL;
	options.n_manifests = 0;
	options.n_expected = 0;
	add_all_but("l");
	expect_only(TDL_STATE_NOT_DONE, "expected-values", "compared with nothing");
}
END_TEST

START_TEST(what_only_mrtd_leaves_open_is_said)
{
	options.n_manifests = 0;
	add_all_but("");
	struct tdl_claims *claims = expect(TDL_ANSWER_YES);
	ck_assert(strstr(find_claim(claims, "expected-values", TDL_STATE_NOT_ASKED)->reason,
			 "RTMR1 and RTMR2"));
	ck_assert_str_eq(find_claim(claims, "mrtd", TDL_STATE_PASSED)->reason, "flow qemu");
	tdl_claims_free(claims);
}
END_TEST

START_TEST(expired_collateral_fails)
{
	options.at += 90 * 86400;
	add_all_but("");
	struct tdl_claims *claims = expect(TDL_ANSWER_NO);
	const struct tdl_claim *tcb = find_claim(claims, "tcb", TDL_STATE_FAILED);
	ck_assert(strstr(tcb->reason, "expired"));
	ck_assert(strstr(tcb->advice, "collateral"));
	tdl_claims_free(claims);
}
END_TEST

START_TEST(no_collateral_is_not_done)
{
	options.collateral = NULL;
	add_all_but("");
	expect_only(TDL_STATE_NOT_DONE, "tcb", "no collateral was given");
}
END_TEST

START_TEST(collateral_among_the_evidence_is_used_when_none_is_named)
{
	static const char *const names[] = { "tcb_signing_chain.pem", "root_ca.crl", "pck_ca.crl",
					     "tcb_info.json", "qe_identity.json" };

	options.collateral = NULL;
	add_all_but("");
	for (size_t i = 0; i < 5; i++) {
		struct piece p;
		char path[300];

		snprintf(path, sizeof(path), "%s/%s", world.collateral, names[i]);
		p.bytes = test_read(path, &p.size);
		case_add(evidence, names[i], &p);
		free(p.bytes);
	}
	struct tdl_claims *claims = expect(TDL_ANSWER_YES);
	ck_assert_str_eq(find_claim(claims, "tcb", TDL_STATE_PASSED)->source,
			 "signed collateral among the evidence");
	tdl_claims_free(claims);
}
END_TEST

START_TEST(a_root_among_the_evidence_is_not_trusted)
{
	const struct piece root = { world.pki.root, world.pki.root_size };

	options.root = NULL;
	add_all_but("");
	case_add(evidence, "root.der", &root);
	struct tdl_claims *claims = expect(TDL_ANSWER_NO);
	ck_assert(strstr(find_claim(claims, "quote", TDL_STATE_FAILED)->reason, "root"));
	tdl_claims_free(claims);
}
END_TEST

START_TEST(a_quote_with_a_bit_changed_is_not_signed)
{
	struct piece p = { malloc(world.quote.size), world.quote.size };

	memcpy(p.bytes, world.quote.bytes, p.size);
	p.bytes[48 + 472] ^= 1; /* RTMR3, of which nothing is expected */
	add_all_but("qr");
	case_add(evidence, "quote.bin", &p);
	expect_only(TDL_STATE_FAILED, "quote", "quote-signature");
	free(p.bytes);
}
END_TEST

START_TEST(a_report_whose_hash_is_wrong_is_not_consistent)
{
	uint8_t bytes[1024];
	const struct piece p = { bytes, sizeof(bytes) };

	memcpy(bytes, world.report.bytes, 1024);
	bytes[900] ^= 1; /* RTMR3 */
	options.require = TDL_REQUIRE_LOG;
	options.n_expected = 0;
	options.n_manifests = 0;
	add_all_but("qrc");
	case_add(evidence, "tdreport.bin", &p);
	expect_only(TDL_STATE_FAILED, "report", "TEE_INFO_HASH");
}
END_TEST

START_TEST(the_policy_holds_for_a_report_as_well)
{
	uint8_t bytes[1024];
	const struct piece p = { bytes, sizeof(bytes) };
	struct td td = world.td;

	td.attributes |= 1;
	world_report(&td, bytes);
	options.require = TDL_REQUIRE_REPORT;
	add_all_but("qrl");
	case_add(evidence, "tdreport.bin", &p);
	expect_only(TDL_STATE_FAILED, "policy", "DEBUG");
}
END_TEST

START_TEST(a_value_that_the_policy_pins_counts_as_expected)
{
	char text[300], hex[97];
	struct tdl_policy *policy = NULL;

	snprintf(text, sizeof(text), "{\"tdlaunch_policy\":1,\"mrtd\":[\"%s\"]}",
		 hex_encode(world.td.mrtd, 48, hex));
	test_rc(tdl_policy_parse(text, strlen(text), &policy, &err), 0, &err);
	options.policy = policy;
	options.policy_name = "policy p.json";
	options.n_manifests = 0;
	options.image = NULL;
	add_all_but("l");
	struct tdl_claims *claims = expect(TDL_ANSWER_YES);
	ck_assert_str_eq(find_claim(claims, "policy", TDL_STATE_PASSED)->source, "policy p.json");
	tdl_claims_free(claims);
	tdl_policy_free(policy);
}
END_TEST

START_TEST(a_policy_with_nothing_to_apply_it_to_is_not_done)
{
	struct tdl_policy *policy = NULL;

	test_rc(tdl_policy_default(&policy, &err), 0, &err);
	options.policy = policy;
	options.policy_name = "policy p.json";
	options.require = TDL_REQUIRE_LOG;
	options.n_expected = 0;
	options.n_manifests = 0;
	add_all_but("qrc");
	expect_only(TDL_STATE_NOT_DONE, "policy", "neither a quote nor a report");
	tdl_policy_free(policy);
}
END_TEST

START_TEST(a_log_without_its_firmware_cannot_be_replayed)
{
	options.image = NULL;
	add_all_but("");
	expect_only(TDL_STATE_NOT_DONE, "log", "no firmware given");
}
END_TEST

START_TEST(a_log_that_ends_early_gives_no_yes)
{
	const struct piece cut = { world.log.bytes, world.log.size - 100 };

	options.require = TDL_REQUIRE_LOG;
	add_all_but("l");
	case_add(evidence, "launch.log", &cut);
	struct tdl_claims *claims = world_judge(&options, evidence);
	ck_assert_int_ne(tdl_claims_answer(claims), TDL_ANSWER_YES);
	find_claim(claims, "log-of-td", TDL_STATE_NOT_DONE);
	tdl_claims_free(claims);
}
END_TEST

/* What becomes of a quote's kind of key, and of one quote more. */
START_TEST(quotes_of_two_tds_are_no_case)
{
	struct pki_knobs knobs = { 0 };
	static struct pki_world other;
	uint8_t report[1024];
	struct td td = world.td;

	td.mrtd[0] ^= 1;
	world_report(&td, report);
	knobs.report = report;
	pki_make(&knobs, &other);
	const struct piece second = { other.quote, other.quote_size };
	add_all_but("");
	case_add(evidence, "second.bin", &second);
	struct tdl_claims *claims = expect(TDL_ANSWER_NO);
	ck_assert(strstr(find_claim(claims, "second-quote", TDL_STATE_FAILED)->reason, "mrtd"));
	tdl_claims_free(claims);
	pki_make(&(struct pki_knobs){ .report = world.report.bytes }, &world.pki);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("check judge");
	TCase *tc = tcase_create("judge");

	tcase_add_unchecked_fixture(tc, once, NULL);
	tcase_add_checked_fixture(tc, make, drop);
	tcase_add_test(tc, evidence_that_is_right_gives_yes);
	tcase_add_loop_test(tc, what_is_required_and_missing_is_not_done, 0, 4);
	tcase_add_loop_test(tc, what_is_not_required_may_be_missing, 0, 4);
	tcase_add_test(tc, without_a_quote_the_caller_must_say_so);
	tcase_add_test(tc, a_report_of_another_moment_is_not_in_the_quote);
	tcase_add_test(tc, a_log_of_another_launch_is_not_of_this_td);
	tcase_add_test(tc, an_event_that_is_missing_is_found_out);
	tcase_add_test(tc, a_text_that_contradicts_its_digest_fails);
	tcase_add_test(tc, registers_without_a_log_are_named);
	tcase_add_test(tc, another_nonce_fails);
	tcase_add_test(tc, a_nonce_that_nothing_shows_is_not_done);
	tcase_add_test(tc, values_of_two_sources_must_both_be_met);
	tcase_add_test(tc, values_of_one_source_are_alternatives);
	tcase_add_test(tc, nothing_to_compare_with_is_no_yes);
	tcase_add_test(tc, what_only_mrtd_leaves_open_is_said);
	tcase_add_test(tc, expired_collateral_fails);
	tcase_add_test(tc, no_collateral_is_not_done);
	tcase_add_test(tc, collateral_among_the_evidence_is_used_when_none_is_named);
	tcase_add_test(tc, a_root_among_the_evidence_is_not_trusted);
	tcase_add_test(tc, a_quote_with_a_bit_changed_is_not_signed);
	tcase_add_test(tc, a_report_whose_hash_is_wrong_is_not_consistent);
	tcase_add_test(tc, the_policy_holds_for_a_report_as_well);
	tcase_add_test(tc, a_value_that_the_policy_pins_counts_as_expected);
	tcase_add_test(tc, a_policy_with_nothing_to_apply_it_to_is_not_done);
	tcase_add_test(tc, a_log_without_its_firmware_cannot_be_replayed);
	tcase_add_test(tc, a_log_that_ends_early_gives_no_yes);
	tcase_add_test(tc, quotes_of_two_tds_are_no_case);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
