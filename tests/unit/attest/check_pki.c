/* SPDX-License-Identifier: BSD-2-Clause */
/* Statuses and failures that no public quote shows, in a world made by the test: one thing is wrong
 * in an otherwise perfect one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "tdlaunch/evidence.h"
#include "tdlaunch/verdict.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/pki.h"

static const struct pki_case {
	const char *what;
	struct pki_knobs knobs;
	enum tdl_answer answer;
	const char *status; /* converged; NULL when there is none */
	const char *check;  /* that failed or was not done; NULL when all is well */
	const char *policy;
} cases[] = {
	{ "a perfect world", { 0 }, TDL_ANSWER_YES, "UpToDate", NULL, NULL },
	{ "a perfect v5", { .version = 5 }, TDL_ANSWER_YES, "UpToDate", NULL, NULL },
	{ "processor CA", { .ca_name = "Intel SGX PCK Processor CA" }, TDL_ANSWER_YES, "UpToDate",
	  NULL, NULL },
	{ "module version 0", { .module = 0xff }, TDL_ANSWER_YES, "UpToDate", NULL, NULL },
	{ "SW hardening", { .platform_status = "SWHardeningNeeded" }, TDL_ANSWER_NO,
	  "SWHardeningNeeded", "tcb-status", NULL },
	{ "SW hardening, allowed", { .platform_status = "SWHardeningNeeded" }, TDL_ANSWER_YES,
	  "SWHardeningNeeded", NULL, "\"tcb_status\":[\"UpToDate\",\"SWHardeningNeeded\"]" },
	{ "configuration", { .platform_status = "ConfigurationNeeded" }, TDL_ANSWER_NO,
	  "ConfigurationNeeded", "tcb-status", NULL },
	{ "configuration and hardening",
	  { .platform_status = "ConfigurationAndSWHardeningNeeded" }, TDL_ANSWER_NO,
	  "ConfigurationAndSWHardeningNeeded", "tcb-status", NULL },
	{ "configuration, old module", { .platform_status = "ConfigurationNeeded", .svn = 3 },
	  TDL_ANSWER_NO, "OutOfDateConfigurationNeeded", "tcb-status", NULL },
	{ "hardening, old QE", { .platform_status = "SWHardeningNeeded", .qe_status = "OutOfDate" },
	  TDL_ANSWER_NO, "OutOfDate", "tcb-status", NULL },
	{ "old platform, good module", { .platform_status = "OutOfDate" }, TDL_ANSWER_NO,
	  "OutOfDate", "tcb-status", NULL },
	{ "platform revoked", { .platform_status = "Revoked" }, TDL_ANSWER_NO, "Revoked",
	  "tcb-status", "\"tcb_status\":[\"UpToDate\",\"OutOfDate\",\"SWHardeningNeeded\"]" },
	{ "module revoked", { .module_status = "Revoked" }, TDL_ANSWER_NO, "Revoked", "tcb-status",
	  NULL },
	{ "QE revoked", { .qe_status = "Revoked" }, TDL_ANSWER_NO, "Revoked", "tcb-status", NULL },
	{ "no level", { .nothing_matches = true }, TDL_ANSWER_NO, "NotSupported", "tcb-status",
	  NULL },
	{ "module below all levels", { .svn = 1 }, TDL_ANSWER_NO, "NotSupported", "tcb-status",
	  NULL },
	{ "module of no identity", { .module = 9 }, TDL_ANSWER_NO, "NotSupported", "tdx-module",
	  NULL },
	{ "launched old, updated", { .version = 5, .svn = 3 }, TDL_ANSWER_NO, "TDRelaunchAdvised",
	  "tcb-status", NULL },
	{ "launched old, updated, allowed", { .version = 5, .svn = 3 }, TDL_ANSWER_YES,
	  "TDRelaunchAdvised", NULL, "\"tcb_status\":[\"UpToDate\",\"TDRelaunchAdvised\"]" },
	{ "launched old, updated, configuration",
	  { .version = 5, .svn = 3, .platform_status = "ConfigurationNeeded" }, TDL_ANSWER_NO,
	  "TDRelaunchAdvisedConfigurationNeeded", "tcb-status", NULL },
	{ "launched old, still old", { .version = 5, .svn = 3, .svn2 = 4 }, TDL_ANSWER_NO,
	  "OutOfDate", "tcb-status", NULL },
	{ "leaf revoked", { .revoke_leaf = true }, TDL_ANSWER_NO, "UpToDate", "revocation", NULL },
	{ "CA revoked", { .revoke_ca = true }, TDL_ANSWER_NO, "UpToDate", "revocation", NULL },
	{ "signer revoked", { .revoke_signer = true }, TDL_ANSWER_NO, "UpToDate", "tcb-info", NULL },
	{ "leaf of another role", { .leaf_name = "Intel SGX TCB Signing" }, TDL_ANSWER_NO, NULL,
	  "pck-chain-format", NULL },
	{ "CA of another name", { .ca_name = "Some CA" }, TDL_ANSWER_NO, NULL, "pck-chain-format",
	  NULL },
	{ "signer of another role", { .signer_name = "Intel SGX PCK Certificate" }, TDL_ANSWER_NO,
	  "UpToDate", "tcb-info", NULL },
	{ "a PCK as signer", { .leaf_signs_tcb = true }, TDL_ANSWER_NO, "UpToDate", "tcb-info",
	  NULL },
	{ "CA that is none", { .ca_is_no_ca = true }, TDL_ANSWER_NO, "UpToDate", "pck-chain", NULL },
	{ "broken name chain", { .broken_names = true }, TDL_ANSWER_NO, "UpToDate", "pck-chain",
	  NULL },
	{ "leaf on P-384", { .leaf_curve = "P-384" }, TDL_ANSWER_NO, NULL, "pck-chain-format", NULL },
	{ "root on P-384", { .root_curve = "P-384" }, TDL_ANSWER_NO, NULL, "pck-chain-format", NULL },
	{ "signer on P-384", { .signer_curve = "P-384" }, TDL_ANSWER_NO, "UpToDate", "tcb-info",
	  NULL },
	{ "a chain of four", { .extra_ca = true }, TDL_ANSWER_NO, NULL, "pck-chain-format", NULL },
	{ "foreign enclave", { .foreign_enclave = true }, TDL_ANSWER_NO, "UpToDate",
	  "qe-identity-match", NULL },
	{ "key the QE does not name", { .other_key = true }, TDL_ANSWER_NO, "UpToDate",
	  "key-binding", NULL },
	{ "module of another signer", { .other_module_signer = true }, TDL_ANSWER_NO, "UpToDate",
	  "tdx-module", NULL },
	{ "another platform's TCB info", { .other_fmspc = true }, TDL_ANSWER_NO, "UpToDate", "fmspc",
	  NULL },
	{ "text changed after signing", { .indent_tcb = true }, TDL_ANSWER_NO, "UpToDate",
	  "tcb-info", NULL },
	{ "a member twice", { .twice = true }, TDL_ANSWER_NO, NULL, "tcb-info", NULL },
	{ "PPID, chain beside it", { .certification = 1, .chain_beside = true }, TDL_ANSWER_YES,
	  "UpToDate", NULL, NULL },
	{ "PPID of another platform",
	  { .certification = 1, .chain_beside = true, .other_platform = true }, TDL_ANSWER_NO,
	  "UpToDate", "certification-data", NULL },
	{ "PPID, no chain", { .certification = 1 }, TDL_ANSWER_UNKNOWN, NULL, "pck-chain-format",
	  NULL },
	{ "encrypted PPID, chain beside it", { .certification = 2, .chain_beside = true },
	  TDL_ANSWER_YES, "UpToDate", NULL, NULL },
	{ "encrypted PPID, RSA-3072", { .certification = 3, .chain_beside = true }, TDL_ANSWER_YES,
	  "UpToDate", NULL, NULL },
	{ "encrypted PPID of another PCE",
	  { .certification = 3, .chain_beside = true, .other_platform = true }, TDL_ANSWER_NO,
	  "UpToDate", "certification-data", NULL },
	{ "encrypted PPID, no chain", { .certification = 3 }, TDL_ANSWER_UNKNOWN, NULL,
	  "pck-chain-format", NULL },
	{ "leaf, chain beside it", { .certification = 4, .chain_beside = true }, TDL_ANSWER_YES,
	  "UpToDate", NULL, NULL },
	{ "another leaf than beside it",
	  { .certification = 4, .chain_beside = true, .other_platform = true }, TDL_ANSWER_NO,
	  "UpToDate", "certification-data", NULL },
	{ "leaf, no chain", { .certification = 4 }, TDL_ANSWER_UNKNOWN, NULL, "pck-chain-format",
	  NULL },
	{ "platform manifest", { .certification = 7, .chain_beside = true }, TDL_ANSWER_NO, NULL,
	  "pck-chain-format", NULL },
	{ "QE report in a QE report", { .certification = 6 }, TDL_ANSWER_NO, NULL, "quote-format",
	  NULL },
	{ "no root CRL", { .drop_root_crl = true }, TDL_ANSWER_NO, "UpToDate", "root-crl", NULL },
	{ "no PCK CRL", { .drop_pck_crl = true }, TDL_ANSWER_NO, "UpToDate", "pck-crl", NULL },
	{ "CRLs of each other's issuer", { .swap_crls = true }, TDL_ANSWER_NO, "UpToDate",
	  "root-crl", NULL },
	{ "no TCB info", { .drop_tcb_info = true }, TDL_ANSWER_UNKNOWN, NULL, "tcb-info", NULL },
	{ "no QE identity", { .drop_qe_identity = true }, TDL_ANSWER_UNKNOWN, "UpToDate",
	  "qe-identity", NULL },
	{ "no signing chain", { .drop_signer = true }, TDL_ANSWER_NO, "UpToDate", "tcb-info", NULL },
	{ "debug", { .attributes = 0x10000001 }, TDL_ANSWER_NO, "UpToDate", "td-attributes", NULL },
	{ "debug, allowed", { .attributes = 0x10000001 }, TDL_ANSWER_YES, "UpToDate", NULL,
	  "\"allow_debug\":true" },
	{ "SEPT #VE", { .attributes = 0x40000000 }, TDL_ANSWER_NO, "UpToDate", "td-attributes",
	  NULL },
	{ "unknown attribute", { .attributes = 0x10000400 }, TDL_ANSWER_NO, "UpToDate",
	  "td-attributes", NULL },
	{ "service TD", { .version = 5, .service_td = true }, TDL_ANSWER_NO, "UpToDate",
	  "service-td", NULL },
	{ "least evaluation", { 0 }, TDL_ANSWER_NO, "UpToDate", "tcb-evaluation",
	  "\"min_tcb_evaluation\":19" },
	{ "least TCB date", { 0 }, TDL_ANSWER_NO, "UpToDate", "tcb-date",
	  "\"min_tcb_date\":\"2025-06-01T00:00:00Z\"" },
	{ "stale collateral", { 0 }, TDL_ANSWER_NO, "UpToDate", "tcb-info",
	  "\"max_collateral_age_days\":5" },
	{ "advisory", { 0 }, TDL_ANSWER_NO, "UpToDate", "advisories", "\"advisories\":[]" },
	{ "advisory, tolerated", { 0 }, TDL_ANSWER_YES, "UpToDate", NULL,
	  "\"advisories\":[\"INTEL-SA-00001\"]" },
	{ "least SVN", { 0 }, TDL_ANSWER_NO, "UpToDate", "min-tee-tcb-svn",
	  "\"min_tee_tcb_svn\":\"06000000000000000000000000000000\"" },
	{ "another FMSPC wanted", { 0 }, TDL_ANSWER_NO, "UpToDate", "fmspc",
	  "\"fmspc\":[\"90c06f000000\"]" },
	{ "this PPID wanted", { 0 }, TDL_ANSWER_YES, "UpToDate", NULL,
	  "\"ppid\":\"50505050505050505050505050505050\"" },
	{ "xfam mask", { 0 }, TDL_ANSWER_NO, "UpToDate", "xfam",
	  "\"xfam\":{\"mask\":\"0000060000000000\",\"value\":\"0000000000000000\"}" },
};

/* With a cache where opt names one. */
static struct tdl_verdict *verify(const struct pki_world *w, struct tdl_verify_options *opt,
				  const char *policy_member)
{
	char text[512];
	struct tdl_collateral *collateral = NULL;
	struct tdl_policy *policy = NULL;
	struct tdl_verdict *v = NULL;
	struct tdl_error err = { 0 };

	snprintf(text, sizeof(text), "{\"tdlaunch_policy\":1%s%s}", policy_member ? "," : "",
		 policy_member ? policy_member : "");
	test_rc(tdl_policy_parse(text, strlen(text), &policy, &err), 0, &err);
	test_rc(tdl_attest_cache_collateral(opt->cache, w->folder, &collateral, &err), 0, &err);
	opt->collateral = collateral;
	opt->policy = policy;
	opt->root = w->root;
	opt->root_size = w->root_size;
	if (opt->at == 0)
		ck_assert_int_eq(tdl_time_parse(PKI_TIME, &opt->at), 0);
	test_rc(tdl_verify(w->quote, w->quote_size, opt, &v, &err), 0, &err);
	tdl_policy_free(policy);
	tdl_collateral_free(collateral);
	return v;
}

static const char *dump(const struct tdl_verdict *v)
{
	static char *text;

	free(text);
	text = NULL;
	tdl_verdict_show(v, 0, &text, NULL);
	return text ? text : "";
}

static bool stands_out(const struct tdl_verdict *v, const char *name)
{
	struct tdl_check c;

	for (size_t i = 0; tdl_verdict_check(v, i, &c) == 0; i++)
		if (strcmp(c.name, name) == 0 &&
		    (c.state == TDL_STATE_FAILED || c.state == TDL_STATE_NOT_DONE))
			return true;
	return false;
}

START_TEST(one_wrong_thing_gives_its_verdict)
{
	const struct pki_case *k = &cases[_i];
	struct tdl_verify_options opt = { 0 };
	static struct pki_world w;

	pki_make(&k->knobs, &w);
	struct tdl_verdict *v = verify(&w, &opt, k->policy);
	const char *status = tdl_verdict_status(v, "converged");
	ck_assert_msg(tdl_verdict_answer(v) == k->answer, "%s:\n%s", k->what, dump(v));
	ck_assert_msg(k->status ? status && strcmp(status, k->status) == 0 : !status,
		      "%s: status %s\n%s", k->what, status ? status : "none", dump(v));
	if (k->check)
		ck_assert_msg(stands_out(v, k->check), "%s: %s does not stand out\n%s", k->what,
			      k->check, dump(v));
	tdl_verdict_free(v);
}
END_TEST

/* The whole verdict as text, to be freed. */
static char *verdict_text(const struct pki_world *w, struct tdl_verify_options *opt,
			  const char *policy)
{
	struct tdl_verdict *v = verify(w, opt, policy);
	struct tdl_error err = { 0 };
	char *text = NULL;

	test_rc(tdl_verdict_show(v, 0, &text, &err), 0, &err);
	tdl_verdict_free(v);
	return text;
}

/* Cold, warm, and warm with what a perfect world left. */
START_TEST(a_cache_never_changes_a_verdict)
{
	const struct pki_case *k = &cases[_i];
	struct tdl_verify_options plain = { 0 }, cached = { 0 };
	static struct pki_world w;
	struct tdl_error err = { 0 };

	test_rc(tdl_attest_cache_new(0, &cached.cache, &err), 0, &err);
	pki_make(&(struct pki_knobs){ 0 }, &w);
	free(verdict_text(&w, &cached, NULL));
	pki_make(&k->knobs, &w);
	char *want = verdict_text(&w, &plain, k->policy);
	for (int i = 0; i < 3; i++) {
		char *have = verdict_text(&w, &cached, k->policy);

		ck_assert_str_eq(have, want);
		free(have);
	}
	free(want);
	tdl_attest_cache_free(cached.cache);
}
END_TEST

/* The same clock decides over certificates, lists and documents. */
static const struct {
	const char *at;
	enum tdl_answer answer;
	const char *check;
} times[] = {
	{ "2026-02-28T00:00:00Z", TDL_ANSWER_YES, NULL },	     /* the lists' first second */
	{ "2026-02-27T23:59:59Z", TDL_ANSWER_NO, "pck-crl" },
	{ "2026-02-19T23:59:59Z", TDL_ANSWER_NO, "tcb-info" },
	{ "2026-03-20T00:00:00Z", TDL_ANSWER_YES, NULL },	     /* exactly nextUpdate */
	{ "2026-03-20T00:00:01Z", TDL_ANSWER_NO, "qe-identity" },
	{ "2026-03-21T00:00:01Z", TDL_ANSWER_NO, "root-crl" },
	{ "2027-04-05T00:00:01Z", TDL_ANSWER_NO, "pck-chain" },
	{ "2026-01-19T23:59:59Z", TDL_ANSWER_NO, "pck-chain" },	     /* notBefore */
};

START_TEST(one_clock_decides_over_everything)
{
	struct tdl_verify_options opt = { 0 };
	static struct pki_world w;

	pki_make(&(struct pki_knobs){ 0 }, &w);
	ck_assert_int_eq(tdl_time_parse(times[_i].at, &opt.at), 0);
	struct tdl_verdict *v = verify(&w, &opt, NULL);
	ck_assert_msg(tdl_verdict_answer(v) == times[_i].answer, "%s:\n%s", times[_i].at, dump(v));
	if (times[_i].check)
		ck_assert_msg(stands_out(v, times[_i].check), "%s:\n%s", times[_i].at, dump(v));
	tdl_verdict_free(v);
}
END_TEST

/* Every byte of the quote is covered by something, except the signature length, the types and
 * sizes, which the parser judges, and white space in PEM. */
START_TEST(a_changed_byte_of_body_or_keys_is_never_accepted)
{
	static struct pki_world w;
	struct tdl_verify_options opt = { 0 };

	pki_make(&(struct pki_knobs){ 0 }, &w);
	for (size_t at = 0; at < 632 + 4 + 616; at += 13) {
		w.quote[at] ^= 0x40;
		struct tdl_verdict *v = verify(&w, &opt, NULL);

		ck_assert_msg(tdl_verdict_answer(v) == TDL_ANSWER_NO, "byte %zu:\n%s", at, dump(v));
		tdl_verdict_free(v);
		w.quote[at] ^= 0x40;
	}
}
END_TEST

START_TEST(expected_values_are_compared_whole_and_name_their_source)
{
	uint8_t mrtd[48], data[64] = { 0xda };
	struct tdl_expected expected[] = {
		{ "mrtd", mrtd, 48, "signed manifest m.json" },
		{ "reportdata", data, 64, "nonce" },
	};
	struct tdl_verify_options opt = { .expected = expected, .n_expected = 2 };
	static struct pki_world w;

	memset(mrtd, 0x4d, sizeof(mrtd));
	pki_make(&(struct pki_knobs){ 0 }, &w);
	struct tdl_verdict *v = verify(&w, &opt, NULL);
	ck_assert_msg(tdl_verdict_answer(v) == TDL_ANSWER_YES, "%s", dump(v));
	ck_assert_ptr_nonnull(strstr(dump(v), "mrtd: passed [signed manifest m.json]"));
	tdl_verdict_free(v);
	expected[1].size = 1; /* a prefix must not match */
	v = verify(&w, &opt, NULL);
	ck_assert_msg(tdl_verdict_answer(v) == TDL_ANSWER_NO, "%s", dump(v));
	tdl_verdict_free(v);
	expected[1].size = 64;
	expected[1].field = "colour";
	v = verify(&w, &opt, NULL);
	ck_assert_msg(tdl_verdict_answer(v) == TDL_ANSWER_NO, "%s", dump(v));
	tdl_verdict_free(v);
}
END_TEST

/* MRTD of the quotes here. */
#define H48 "4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d"

/* Which other software could pass depends on what policy and caller pin together. */
static const struct {
	const char *fields[4], *policy, *warning; /* NULL: none but those of other kinds */
} forgeable[] = {
	{ { NULL }, NULL, "no measurement is pinned" },
	{ { "reportdata" }, NULL, "no measurement is pinned" },
	{ { "mrtd" }, NULL, "only MRTD is pinned" },
	{ { "rtmr0" }, NULL, "RTMRs are pinned without MRTD" },
	{ { "rtmr1", "rtmr2" }, "\"mrtd\":\"" H48 "\"", "RTMR0 is not pinned" },
	{ { "mrtd", "rtmr0", "rtmr1", "rtmr2" }, NULL, "report data is not pinned" },
};

START_TEST(a_verdict_warns_of_what_is_left_open)
{
	static const uint8_t zeros[64];
	struct tdl_expected expected[4];
	struct tdl_verify_options opt = { .expected = expected };
	static struct pki_world w;

	pki_make(&(struct pki_knobs){ 0 }, &w);
	for (size_t i = 0; i < 4 && forgeable[_i].fields[i]; i++)
		expected[opt.n_expected++] = (struct tdl_expected){ forgeable[_i].fields[i], zeros,
								    48, "test" };
	struct tdl_verdict *v = verify(&w, &opt, forgeable[_i].policy);
	ck_assert_msg(strstr(dump(v), forgeable[_i].warning) != NULL, "no \"%s\" in\n%s",
		      forgeable[_i].warning, dump(v));
	tdl_verdict_free(v);
}
END_TEST

START_TEST(another_root_of_the_same_name_is_refused)
{
	static struct pki_world w, other;
	struct tdl_verify_options opt = { 0 };

	pki_make(&(struct pki_knobs){ 0 }, &other);
	pki_make(&(struct pki_knobs){ 0 }, &w);
	memcpy(w.root, other.root, sizeof(w.root));
	w.root_size = other.root_size;
	struct tdl_verdict *v = verify(&w, &opt, NULL);
	ck_assert_int_eq(tdl_verdict_answer(v), TDL_ANSWER_NO);
	ck_assert_msg(stands_out(v, "root"), "%s", dump(v));
	ck_assert_msg(stands_out(v, "tcb-info"), "%s", dump(v));
	tdl_verdict_free(v);
}
END_TEST

/* Each line that an explanation must have, and one that it must not. */
static const struct {
	const char *what;
	struct pki_knobs knobs;
	const char *lines[3], *never;
} explanations[] = {
	{ "all components", { .nothing_matches = true },
	  { "SGX component 1 (Early Microcode Update), raised by a BIOS update, is SVN 7, the level "
	    "needs 9 (level UpToDate of 2025-05-14)",
	    "SGX component 16 is SVN 7, the level needs 9", "NotSupported" }, "SGX component 17" },
	{ "an old platform", { .platform_status = "OutOfDate" }, { "status: OutOfDate",
	  "the best level that is known, of 2025-05-14, is OutOfDate" }, "SVN is" },
	{ "hardening", { .platform_status = "SWHardeningNeeded" },
	  { "platform: SWHardeningNeeded since 2025-05-14: the software in the TD must be hardened" },
	  "SVN is" },
	{ "configuration", { .platform_status = "ConfigurationNeeded" },
	  { "platform: ConfigurationNeeded since 2025-05-14: the platform's configuration (BIOS" },
	  "hardened" },
	{ "old module", { .svn = 3 },
	  { "TDX_01 SVN is 3, the level of 2025-05-14 needs 5; a TDX module update raises it",
	    "tcb-status: failed: OutOfDate" }, "component" },
	{ "launched before an update", { .version = 5, .svn = 3 },
	  { "status: TDRelaunchAdvised", "launching it again" }, NULL },
	{ "nothing to explain", { 0 }, { "status: UpToDate", "answer: yes" }, "SVN is" },
	{ "no TCB info", { .drop_tcb_info = true },
	  { "answer: cannot tell", "tcb-status: not done: the status is unknown" }, "status: Up" },
};

START_TEST(what_falls_short_is_explained)
{
	static struct pki_world w;
	struct tdl_verify_options opt = { 0 };
	struct tdl_error err = { 0 };
	const char *line;
	char *text = NULL;

	pki_make(&explanations[_i].knobs, &w);
	struct tdl_verdict *v = verify(&w, &opt, NULL);
	test_rc(tdl_verdict_explain(v, 0, &text, &err), 0, &err);
	for (size_t i = 0; i < 3 && (line = explanations[_i].lines[i]); i++)
		ck_assert_msg(strstr(text, line) != NULL, "%s: no \"%s\" in\n%s",
			      explanations[_i].what, line, text);
	line = explanations[_i].never;
	ck_assert_msg(!line || !strstr(text, line), "%s:\n%s", explanations[_i].what, text);
	free(text);
	tdl_verdict_free(v);
}
END_TEST

START_TEST(an_explanation_names_component_and_remedy)
{
	static struct pki_world w;
	struct tdl_verify_options opt = { 0 };

	pki_make(&(struct pki_knobs){ .svn = 3, .nothing_matches = true }, &w);
	struct tdl_verdict *v = verify(&w, &opt, NULL);
	ck_assert_msg(strstr(dump(v), "TDX_01 SVN is 3, the level of 2025-05-14 needs 5; a TDX module "
				      "update raises it") != NULL, "%s", dump(v));
	ck_assert_msg(strstr(dump(v), "SGX component 1 (Early Microcode Update), raised by a BIOS "
				      "update, is SVN 7, the level needs 9") != NULL, "%s", dump(v));
	tdl_verdict_free(v);
}
END_TEST

static const struct {
	const char *text;
	int rc;
} policies[] = {
	{ "{\"tdlaunch_policy\":1}", 0 },
	{ "{}", -EBADMSG },
	{ "{\"tdlaunch_policy\":2}", -EBADMSG },
	{ "{\"tdlaunch_policy\":1,\"colour\":1}", -EBADMSG },
	{ "{\"tdlaunch_policy\":1,\"tcb_status\":[\"Revoked\"]}", -EBADMSG },
	{ "{\"tdlaunch_policy\":1,\"tcb_status\":[\"uptodate\"]}", -EBADMSG },
	{ "{\"tdlaunch_policy\":1,\"mrtd\":\"00\"}", -EBADMSG },
	{ "{\"tdlaunch_policy\":1,\"mrtd\":[]}", -EBADMSG },
	{ "{\"tdlaunch_policy\":1,\"allow_debug\":1}", -EBADMSG },
	{ "{\"tdlaunch_policy\":1,\"xfam\":{\"mask\":\"0000000000000000\"}}", -EBADMSG },
	{ "{\"tdlaunch_policy\":1,\"max_crl_age_days\":0}", -EBADMSG },
	{ "{\"tdlaunch_policy\":1,\"max_collateral_age_days\":0}", -EBADMSG },
	{ "{\"tdlaunch_policy\":1,\"xfam\":{\"mask\":\"0000000000000000\","
	  "\"value\":\"0100000000000000\"}}", -EBADMSG },
	{ "[1]", -EBADMSG },
	{ "", -EBADMSG },
};

START_TEST(a_policy_is_strict_about_its_rules)
{
	struct tdl_policy *p = NULL;
	struct tdl_error err = { 0 };

	test_rc(tdl_policy_parse(policies[_i].text, strlen(policies[_i].text), &p, &err),
		policies[_i].rc, &err);
	tdl_policy_free(p);
}
END_TEST


static const struct {
	const char *rules, *warning;
} lints[] = {
	{ "", "no measurement is pinned" },
	{ ",\"mrtd\":\"" H48 "\"", "only MRTD is pinned" },
	{ ",\"rtmr3\":\"" H48 "\"", "RTMRs are pinned without MRTD" },
	{ ",\"mrtd\":\"" H48 "\",\"rtmr1\":\"" H48 "\"", "only one of RTMR1 and RTMR2" },
	{ ",\"mrtd\":\"" H48 "\",\"rtmr1\":\"" H48 "\",\"rtmr2\":\"" H48 "\"", "RTMR0 is not pinned" },
	{ ",\"allow_debug\":true", "allow_debug" },
	{ ",\"allow_missing_crls\":true", "revoked platform" },
	{ ",\"allow_service_td\":true", "service TD of anyone" },
};

START_TEST(lint_names_what_else_passes)
{
	char text[1024];
	struct tdl_policy *p = NULL;
	struct tdl_error err = { 0 };
	const char *warning;
	bool found = false;

	snprintf(text, sizeof(text), "{\"tdlaunch_policy\":1%s}", lints[_i].rules);
	test_rc(tdl_policy_parse(text, strlen(text), &p, &err), 0, &err);
	for (size_t i = 0; (warning = tdl_policy_warning(p, i)); i++)
		found |= strstr(warning, lints[_i].warning) != NULL;
	ck_assert_msg(found, "%s", lints[_i].warning);
	tdl_policy_free(p);
}
END_TEST

/* What attest show says of data that are no chain. */
static const struct {
	uint16_t type;
	const char *says[3];
} named[] = {
	{ 1, { "PPID in clear", "ppid: 50505050505050505050505050505050\n",
	       "pck_cpusvn: 07070707070707070707070707070707" } },
	{ 2, { "PPID encrypted with RSA-2048", "encrypted_ppid: 5050", "pcesvn: 11" } },
	{ 3, { "PPID encrypted with RSA-3072", "encrypted_ppid: 5050", "pceid: 0" } },
	{ 4, { "certificate_type_name: PCK certificate\n", "Intel SGX PCK Certificate",
	       "pck_certificate" } },
	{ 5, { "PCK certificate chain", "Intel SGX Root CA", "pck_chain" } },
	{ 7, { "platform manifest", "does not name the certificate", "certificate_type: 7" } },
};

START_TEST(certification_data_of_every_type_are_shown)
{
	static struct pki_world w;
	struct tdl_error err = { 0 };
	char *text = NULL;

	pki_make(&(struct pki_knobs){ .certification = named[_i].type % 5 ? named[_i].type : 0 }, &w);
	test_rc(tdl_evidence_show(w.quote, w.quote_size, 0, &text, &err), 0, &err);
	for (size_t i = 0; i < ARRAY_SIZE(named[_i].says); i++)
		ck_assert_msg(strstr(text, named[_i].says[i]) != NULL, "no \"%s\" in\n%s",
			      named[_i].says[i], text);
	free(text);
}
END_TEST

START_TEST(a_bundle_lists_what_expires)
{
	static struct pki_world w;
	struct tdl_collateral *c = NULL;
	struct tdl_error err = { 0 };
	char *text = NULL;
	size_t expired = 9;
	int64_t at;

	pki_make(&(struct pki_knobs){ 0 }, &w);
	test_rc(tdl_collateral_open(w.folder, &c, &err), 0, &err);
	ck_assert_int_eq(tdl_time_parse(PKI_TIME, &at), 0);
	test_rc(tdl_collateral_show(c, at, 0, 0, &text, &expired, &err), 0, &err);
	ck_assert_uint_eq(expired, 0);
	free(text);
	test_rc(tdl_collateral_show(c, at, 20, 0, &text, &expired, &err), 0, &err);
	ck_assert_uint_eq(expired, 2); /* TCB info and QE identity have 19 days left */
	free(text);
	tdl_collateral_free(c);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest own PKI");
	TCase *tc = tcase_create("verdicts");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, one_wrong_thing_gives_its_verdict, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, a_cache_never_changes_a_verdict, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, one_clock_decides_over_everything, 0, ARRAY_SIZE(times));
	tcase_add_test(tc, a_changed_byte_of_body_or_keys_is_never_accepted);
	tcase_add_test(tc, expected_values_are_compared_whole_and_name_their_source);
	tcase_add_loop_test(tc, a_verdict_warns_of_what_is_left_open, 0, ARRAY_SIZE(forgeable));
	tcase_add_test(tc, another_root_of_the_same_name_is_refused);
	tcase_add_test(tc, an_explanation_names_component_and_remedy);
	tcase_add_loop_test(tc, what_falls_short_is_explained, 0, ARRAY_SIZE(explanations));
	tcase_add_loop_test(tc, a_policy_is_strict_about_its_rules, 0, ARRAY_SIZE(policies));
	tcase_add_loop_test(tc, lint_names_what_else_passes, 0, ARRAY_SIZE(lints));
	tcase_add_loop_test(tc, certification_data_of_every_type_are_shown, 0, ARRAY_SIZE(named));
	tcase_add_test(tc, a_bundle_lists_what_expires);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
