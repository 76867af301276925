/* SPDX-License-Identifier: BSD-2-Clause */
/* Every rule of a policy, once where it lets a quote pass and once where it does not, in a world that
 * is otherwise perfect. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tdlaunch/verdict.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/pki.h"

#define H8(c) c c c c c c c c
#define H48(c) H8(c) H8(c) H8(c) H8(c) H8(c) H8(c)
#define OLD "2026-04-10T00:00:00Z" /* documents have expired, certificates not */

static const struct rule {
	const char *name, *value;
	struct pki_knobs knobs;
	const char *at;	   /* NULL for PKI_TIME */
	size_t trailing;   /* bytes 0x41 behind the quote */
	const char *check; /* that fails; NULL when the quote passes */
} rules[] = {
	{ "tcb_status", "[\"UpToDate\"]", { .platform_status = "OutOfDate" }, .check = "tcb-status" },
	{ "tcb_status", "[\"OutOfDate\"]", { .platform_status = "OutOfDate" }, .check = NULL },
	{ "tcb_status", "[\"OutOfDate\"]", { 0 }, .check = "tcb-status" },
	{ "tcb_status", "[\"ConfigurationAndSWHardeningNeeded\"]",
	  { .platform_status = "ConfigurationAndSWHardeningNeeded" }, .check = NULL },
	{ "tcb_status", "[\"UpToDate\",\"OutOfDateConfigurationNeeded\"]",
	  { .platform_status = "OutOfDateConfigurationNeeded" }, .check = NULL },
	{ "tcb_status", "[\"UpToDate\",\"TDRelaunchAdvisedConfigurationNeeded\"]",
	  { .version = 5, .svn = 3, .platform_status = "ConfigurationNeeded" }, .check = NULL },
	{ "advisories", "[\"INTEL-SA-00002\"]", { 0 }, .check = "advisories" },
	{ "advisories", "[\"INTEL-SA-00009\",\"INTEL-SA-00001\"]", { 0 }, .check = NULL },
	{ "min_tcb_date", "\"2025-05-14T00:00:00Z\"", { 0 }, .check = NULL },
	{ "min_tcb_date", "\"2025-05-14T00:00:01Z\"", { 0 }, .check = "tcb-date" },
	{ "min_tcb_evaluation", "18", { 0 }, .check = NULL },
	{ "min_tcb_evaluation", "19", { 0 }, .check = "tcb-evaluation" },
	{ "max_collateral_age_days", "9", { 0 }, .check = NULL },
	{ "max_collateral_age_days", "8", { 0 }, .check = "tcb-info" },
	{ "max_crl_age_days", "1", { 0 }, .at = "2026-03-01T00:00:00Z", .check = NULL },
	{ "max_crl_age_days", "1", { 0 }, .at = "2026-03-01T00:00:01Z", .check = "pck-crl" },
	{ "allow_expired_collateral", "true", { 0 }, .at = OLD, .check = NULL },
	{ "allow_expired_collateral", "false", { 0 }, .at = OLD, .check = "tcb-info" },
	{ "allow_missing_crls", "true", { .drop_root_crl = true, .drop_pck_crl = true },
	  .check = NULL },
	{ "allow_missing_crls", "true", { .revoke_leaf = true, .drop_root_crl = true },
	  .check = "revocation" },
	{ "allow_missing_crls", "false", { .drop_pck_crl = true }, .check = "pck-crl" },
	{ "allow_debug", "true", { .attributes = 0x10000001 }, .check = NULL },
	{ "allow_debug", "false", { .attributes = 0x10000001 }, .check = "td-attributes" },
	{ "allow_sept_ve", "true", { .attributes = 0x40000000 }, .check = NULL },
	{ "allow_sept_ve", "false", { .attributes = 0x40000000 }, .check = "td-attributes" },
	{ "allow_unknown_attributes", "true", { .attributes = 0x10000400 }, .check = NULL },
	{ "allow_unknown_attributes", "false", { .attributes = 0x10000400 }, .check = "td-attributes" },
	{ "allow_service_td", "true", { .version = 5, .service_td = true }, .check = NULL },
	{ "allow_service_td", "false", { .version = 5, .service_td = true }, .check = "service-td" },
	{ "forbid_trailing_bytes", "false", { 0 }, .trailing = 5, .check = NULL },
	{ "forbid_trailing_bytes", "true", { 0 }, .trailing = 5, .check = "trailing-bytes" },
	{ "td_attributes", "{\"mask\":\"0000001000000000\",\"value\":\"0000001000000000\"}", { 0 },
	  .check = NULL },
	{ "td_attributes", "{\"mask\":\"0000002000000000\",\"value\":\"0000002000000000\"}", { 0 },
	  .check = "td-attributes" },
	{ "xfam", "{\"mask\":\"ffffffffffffffff\",\"value\":\"e700060000000000\"}", { 0 },
	  .check = NULL },
	{ "xfam", "{\"mask\":\"0000040000000000\",\"value\":\"0000000000000000\"}", { 0 },
	  .check = "xfam" },
	{ "min_tee_tcb_svn", "\"05010000000000000000000000000000\"", { 0 }, .check = NULL },
	{ "min_tee_tcb_svn", "\"05010100000000000000000000000000\"", { 0 },
	  .check = "min-tee-tcb-svn" },
	{ "min_pcesvn", "11", { 0 }, .check = NULL },
	{ "min_pcesvn", "12", { 0 }, .check = "min-pcesvn" },
	{ "min_qe_isvsvn", "4", { 0 }, .check = NULL },
	{ "min_qe_isvsvn", "5", { 0 }, .check = "min-qe-isvsvn" },
	{ "mrseam", "\"" H48("00") "\"", { 0 }, .check = NULL },
	{ "mrseam", "\"" H48("01") "\"", { 0 }, .check = "mrseam" },
	{ "mrsignerseam", "[\"" H48("00") "\"]", { 0 }, .check = NULL },
	{ "mrsignerseam", "\"" H48("02") "\"", { 0 }, .check = "mrsignerseam" },
	{ "mrtd", "\"" H48("4d") "\"", { 0 }, .check = NULL },
	{ "mrtd", "[\"" H48("00") "\",\"" H48("4d") "\"]", { 0 }, .check = NULL },
	{ "mrtd", "[\"" H48("00") "\",\"" H48("11") "\"]", { 0 }, .check = "mrtd" },
	{ "mrconfigid", "\"" H48("00") "\"", { 0 }, .check = NULL },
	{ "mrconfigid", "\"" H48("01") "\"", { 0 }, .check = "mrconfigid" },
	{ "mrowner", "\"" H48("00") "\"", { 0 }, .check = NULL },
	{ "mrowner", "\"" H48("01") "\"", { 0 }, .check = "mrowner" },
	{ "mrownerconfig", "\"" H48("00") "\"", { 0 }, .check = NULL },
	{ "mrownerconfig", "\"" H48("01") "\"", { 0 }, .check = "mrownerconfig" },
	{ "mrservicetd", "\"" H48("00") "\"", { .version = 5 }, .check = NULL },
	{ "mrservicetd", "\"" H48("00") "\"", { .version = 5, .service_td = true },
	  .check = "mrservicetd" },
	{ "mrservicetd", "\"" H48("00") "\"", { 0 }, .check = "mrservicetd" }, /* v4 has none */
	{ "rtmr0", "\"" H48("11") "\"", { 0 }, .check = NULL },
	{ "rtmr0", "\"" H48("22") "\"", { 0 }, .check = "rtmr0" },
	{ "rtmr1", "\"" H48("22") "\"", { 0 }, .check = NULL },
	{ "rtmr1", "\"" H48("11") "\"", { 0 }, .check = "rtmr1" },
	{ "rtmr2", "\"" H48("00") "\"", { 0 }, .check = NULL },
	{ "rtmr2", "\"" H48("11") "\"", { 0 }, .check = "rtmr2" },
	{ "rtmr3", "\"" H48("00") "\"", { 0 }, .check = NULL },
	{ "rtmr3", "\"" H48("11") "\"", { 0 }, .check = "rtmr3" },
	{ "reportdata", "\"da000000000000" "00" H8("00") H48("00") "\"", { 0 }, .check = NULL },
	{ "reportdata", "\"" H8("da") H8("da") H48("00") "\"", { 0 }, .check = "reportdata" },
	{ "ppid", "[\"" H8("00") H8("00") "\",\"" H8("50") H8("50") "\"]", { 0 }, .check = NULL },
	{ "ppid", "\"" H8("00") H8("00") "\"", { 0 }, .check = "ppid" },
	{ "fmspc", "\"00806f050000\"", { 0 }, .check = NULL },
	{ "fmspc", "\"90c06f000000\"", { 0 }, .check = "fmspc" },
};

static bool has_failed(const struct tdl_verdict *v, const char *name)
{
	struct tdl_check c;

	for (size_t i = 0; tdl_verdict_check(v, i, &c) == 0; i++)
		if (strcmp(c.name, name) == 0 && c.state == TDL_STATE_FAILED)
			return true;
	return false;
}

static struct tdl_verdict *judge(const struct rule *r)
{
	static struct pki_world w;
	struct tdl_verify_options opt = { .root = w.root };
	struct tdl_collateral *collateral = NULL;
	struct tdl_policy *policy = NULL;
	struct tdl_verdict *v = NULL;
	struct tdl_error err = { 0 };
	char text[1024];

	pki_make(&r->knobs, &w);
	memset(w.quote + w.quote_size, 0x41, r->trailing);
	opt.root_size = w.root_size;
	ck_assert_int_eq(tdl_time_parse(r->at ? r->at : PKI_TIME, &opt.at), 0);
	snprintf(text, sizeof(text), "{\"tdlaunch_policy\":1,\"%s\":%s}", r->name, r->value);
	test_rc(tdl_policy_parse(text, strlen(text), &policy, &err), 0, &err);
	test_rc(tdl_collateral_open(w.folder, &collateral, &err), 0, &err);
	opt.policy = policy;
	opt.collateral = collateral;
	test_rc(tdl_verify(w.quote, w.quote_size + r->trailing, &opt, &v, &err), 0, &err);
	tdl_policy_free(policy);
	tdl_collateral_free(collateral);
	return v;
}

START_TEST(a_rule_decides)
{
	const struct rule *r = &rules[_i];
	struct tdl_verdict *v = judge(r);
	struct tdl_error err = { 0 };
	char *text = NULL;

	test_rc(tdl_verdict_show(v, 0, &text, &err), 0, &err);
	ck_assert_msg(tdl_verdict_answer(v) == (r->check ? TDL_ANSWER_NO : TDL_ANSWER_YES),
		      "\"%s\": %s\n%s", r->name, r->value, text);
	ck_assert_msg(!r->check || has_failed(v, r->check), "\"%s\": %s: %s has not failed\n%s",
		      r->name, r->value, r->check, text);
	free(text);
	tdl_verdict_free(v);
}
END_TEST

START_TEST(each_rule_is_seen_to_pass_and_to_fail)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		bool passes = false, fails = false;

		for (size_t k = 0; k < ARRAY_SIZE(rules); k++)
			if (strcmp(rules[k].name, rules[i].name) == 0) {
				passes |= !rules[k].check;
				fails |= rules[k].check != NULL;
			}
		ck_assert_msg(passes && fails, "%s", rules[i].name);
	}
}
END_TEST

START_TEST(revoked_is_never_allowed)
{
	static const char *const names[] = { "Revoked", "NotSupported", "Fine" };
	struct tdl_policy *policy = NULL;
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(text, sizeof(text), "{\"tdlaunch_policy\":1,\"tcb_status\":[\"%s\"]}", names[i]);
		ck_assert_int_lt(tdl_policy_parse(text, strlen(text), &policy, NULL), 0);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest policy");
	TCase *tc = tcase_create("rules");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_rule_decides, 0, ARRAY_SIZE(rules));
	tcase_add_test(tc, each_rule_is_seen_to_pass_and_to_fail);
	tcase_add_test(tc, revoked_is_never_allowed);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
