/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence from under a paravisor: public samples as their table says, and a guest of the test's own
 * in which one link of the chain is broken. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "attest/azure.h"
#include "attest/cert.h"
#include "attest/der.h"
#include "attest/text.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "tdlaunch/evidence.h"
#include "tdlaunch/verdict.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/tsv.h"
#include "tests/unit/attest/vtpm.h"

static const char *dump(const struct tdl_verdict *v)
{
	static char *text;

	free(text);
	text = NULL;
	tdl_verdict_show(v, 0, &text, NULL);
	return text ? text : "";
}

/* The state of a check that a verdict has at most once; -1 when it has none. */
static int state_of(const struct tdl_verdict *v, const char *name)
{
	struct tdl_check c;

	for (size_t i = 0; tdl_verdict_check(v, i, &c) == 0; i++)
		if (strcmp(c.name, name) == 0)
			return (int)c.state;
	return -1;
}

static struct tdl_verdict *verify(const struct vtpm_world *v, const struct tdl_vtpm *vtpm,
				  const struct tdl_expected *expected, size_t n)
{
	struct tdl_verify_options opt = { .vtpm = vtpm, .expected = expected, .n_expected = n };
	struct tdl_collateral *c = NULL;
	struct tdl_verdict *verdict = NULL;
	struct tdl_error err = { 0 };

	test_rc(tdl_collateral_open(v->w.folder, &c, &err), 0, &err);
	opt.collateral = c;
	opt.root = v->w.root;
	opt.root_size = v->w.root_size;
	ck_assert_int_eq(tdl_time_parse(PKI_TIME, &opt.at), 0);
	test_rc(tdl_verify(v->w.quote, v->w.quote_size, &opt, &verdict, &err), 0, &err);
	tdl_collateral_free(c);
	return verdict;
}

static const char *const links[] = { "hcl-report", "hcl-binding", "hcl-tdreport", "tpm-quote",
				     "tpm-signature", "tpm-nonce", "tpm-pcrs" };

START_TEST(the_whole_chain_from_quote_to_pcrs_is_one_verdict)
{
	static struct vtpm_world v;
	uint8_t mrtd[48], pcr7[32];
	const struct tdl_expected expected[] = {
		{ "mrtd", mrtd, sizeof(mrtd), "the provider's list" },
		{ "pcr7", pcr7, sizeof(pcr7), "computed" },
	};

	memset(mrtd, 0x4d, sizeof(mrtd));
	memset(pcr7, 7, sizeof(pcr7));
	vtpm_make(&(struct pki_knobs){ 0 }, &v);
	struct tdl_verdict *verdict = verify(&v, &v.vtpm, expected, 2);
	ck_assert_msg(tdl_verdict_answer(verdict) == TDL_ANSWER_YES, "%s", dump(verdict));
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		ck_assert_msg(state_of(verdict, links[i]) == TDL_STATE_PASSED, "%s", dump(verdict));
	ck_assert_int_eq(state_of(verdict, "pcr7"), TDL_STATE_PASSED);
	ck_assert_int_eq(state_of(verdict, "guest"), -1);
	ck_assert_ptr_nonnull(strstr(dump(verdict), "pcr7: passed [computed]"));
	tdl_verdict_free(verdict);
	pcr7[31] ^= 1;
	verdict = verify(&v, &v.vtpm, expected, 2);
	ck_assert_int_eq(tdl_verdict_answer(verdict), TDL_ANSWER_NO);
	ck_assert_int_eq(state_of(verdict, "pcr7"), TDL_STATE_FAILED);
	tdl_verdict_free(verdict);
}
END_TEST

/* One byte or one length is wrong. */
enum where { HCL, QUOTE, MESSAGE, SIGNATURE, PCRS, NONCE };
static const struct {
	const char *what;
	enum where where;
	size_t at;
	const char *fails;
} spoils[] = {
	{ "magic", HCL, 0, "hcl-report" },
	{ "run-time data", HCL, 1300, "hcl-binding" },
	{ "TDREPORT's hash", HCL, 32 + 32, "hcl-tdreport" },
	{ "TDREPORT's MRTD", HCL, 32 + 528, "hcl-tdreport" },
	{ "TDREPORT's report data", HCL, 32 + 128, "hcl-tdreport" },
	{ "report data", QUOTE, 48 + 520, "hcl-binding" },
	{ "end of report data", QUOTE, 48 + 520 + 63, "hcl-binding" },
	{ "MRTD of another TD", QUOTE, 48 + 136, "hcl-tdreport" },
	{ "magic of the TPM", MESSAGE, 0, "tpm-quote" },
	{ "no quote but a certification", MESSAGE, 5, "tpm-quote" },
	{ "name of the key", MESSAGE, 10, "tpm-signature" },
	{ "nonce in the quote", MESSAGE, 44, "tpm-nonce" },
	{ "digest in the quote", MESSAGE, 44 + 17 + 25 + 4 + 3 + 3 + 2, "tpm-pcrs" },
	{ "signature", SIGNATURE, 9, "tpm-signature" },
	{ "a PCR", PCRS, 7 * 32, "tpm-pcrs" },
	{ "nonce", NONCE, 0, "tpm-nonce" },
};

START_TEST(one_broken_link_is_named)
{
	static struct vtpm_world v;
	char nonce[32];

	vtpm_make(&(struct pki_knobs){ 0 }, &v);
	memcpy(nonce, v.vtpm.nonce, v.vtpm.nonce_size);
	uint8_t *const places[] = { v.hcl, v.w.quote, v.message, v.signature, v.pcrs,
				    (uint8_t *)nonce };
	v.vtpm.nonce = nonce;
	places[spoils[_i].where][spoils[_i].at] ^= 0x21;
	struct tdl_verdict *verdict = verify(&v, &v.vtpm, NULL, 0);
	ck_assert_msg(tdl_verdict_answer(verdict) == TDL_ANSWER_NO &&
			      state_of(verdict, spoils[_i].fails) == TDL_STATE_FAILED,
		      "%s:\n%s", spoils[_i].what, dump(verdict));
	tdl_verdict_free(verdict);
}
END_TEST

START_TEST(evidence_of_another_guest_is_refused)
{
	static struct vtpm_world v, other;

	vtpm_make(&(struct pki_knobs){ 0 }, &other);
	vtpm_make(&(struct pki_knobs){ 0 }, &v);
	v.vtpm.message = other.vtpm.message;
	v.vtpm.signature = other.vtpm.signature;
	struct tdl_verdict *verdict = verify(&v, &v.vtpm, NULL, 0);
	ck_assert_int_eq(state_of(verdict, "tpm-signature"), TDL_STATE_FAILED);
	tdl_verdict_free(verdict);
	v.vtpm.hcl_report = other.vtpm.hcl_report;
	verdict = verify(&v, &v.vtpm, NULL, 0);
	ck_assert_int_eq(state_of(verdict, "hcl-binding"), TDL_STATE_FAILED);
	ck_assert_int_eq(state_of(verdict, "tpm-quote"), TDL_STATE_NOT_DONE);
	tdl_verdict_free(verdict);
}
END_TEST

/* What is left out is not done or not asked, and never silent. */
START_TEST(what_is_missing_is_said)
{
	static struct vtpm_world v;
	uint8_t pcr7[32];
	const struct tdl_expected expected = { "pcr7", pcr7, sizeof(pcr7), "computed" };
	struct tdl_verdict *verdict;

	memset(pcr7, 7, sizeof(pcr7));
	vtpm_make(&(struct pki_knobs){ 0 }, &v);
	verdict = verify(&v, NULL, NULL, 0);
	ck_assert_msg(tdl_verdict_answer(verdict) == TDL_ANSWER_YES, "%s", dump(verdict));
	ck_assert_int_eq(state_of(verdict, "guest"), TDL_STATE_NOT_ASKED);
	ck_assert_ptr_nonnull(strstr(dump(verdict), "attests the platform, not the guest image"));
	tdl_verdict_free(verdict);
	verdict = verify(&v, NULL, &expected, 1);
	ck_assert_int_eq(tdl_verdict_answer(verdict), TDL_ANSWER_NO);
	ck_assert_ptr_nonnull(strstr(dump(verdict), "pcr7: failed: no TPM quote vouches"));
	tdl_verdict_free(verdict);

	struct tdl_vtpm part = v.vtpm;
	part.nonce = NULL;
	verdict = verify(&v, &part, NULL, 0);
	ck_assert_int_eq(tdl_verdict_answer(verdict), TDL_ANSWER_YES);
	ck_assert_int_eq(state_of(verdict, "tpm-nonce"), TDL_STATE_NOT_ASKED);
	ck_assert_int_eq(state_of(verdict, "guest"), TDL_STATE_NOT_ASKED);
	ck_assert_ptr_nonnull(strstr(dump(verdict), "MRTD is not compared with anything"));
	tdl_verdict_free(verdict);
	part.pcrs = NULL;
	verdict = verify(&v, &part, NULL, 0);
	ck_assert_int_eq(tdl_verdict_answer(verdict), TDL_ANSWER_UNKNOWN);
	ck_assert_int_eq(state_of(verdict, "tpm-pcrs"), TDL_STATE_NOT_DONE);
	tdl_verdict_free(verdict);
	part.message = NULL;
	verdict = verify(&v, &part, NULL, 0);
	ck_assert_int_eq(tdl_verdict_answer(verdict), TDL_ANSWER_UNKNOWN);
	ck_assert_int_eq(state_of(verdict, "tpm-quote"), TDL_STATE_NOT_DONE);
	tdl_verdict_free(verdict);
	part = v.vtpm;
	part.pcrs_size--;
	verdict = verify(&v, &part, NULL, 0);
	ck_assert_int_eq(state_of(verdict, "tpm-pcrs"), TDL_STATE_FAILED);
	tdl_verdict_free(verdict);
}
END_TEST

START_TEST(a_signature_may_be_inside_of_a_tpmt_signature)
{
	static struct vtpm_world v;
	static uint8_t wrapped[6 + 256] = { 0, 0x14, 0, 0x0b, 1, 0 };
	struct tdl_verdict *verdict;

	vtpm_make(&(struct pki_knobs){ 0 }, &v);
	memcpy(wrapped + 6, v.signature, 256);
	v.vtpm.signature = wrapped;
	v.vtpm.signature_size = sizeof(wrapped);
	verdict = verify(&v, &v.vtpm, NULL, 0);
	ck_assert_int_eq(state_of(verdict, "tpm-signature"), TDL_STATE_PASSED);
	tdl_verdict_free(verdict);
	wrapped[1] = 0x16; /* RSAPSS */
	verdict = verify(&v, &v.vtpm, NULL, 0);
	ck_assert_int_eq(state_of(verdict, "tpm-signature"), TDL_STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(dump(verdict), "scheme 0x0016"));
	tdl_verdict_free(verdict);
}
END_TEST

static const char *const bad_documents[] = {
	"{\"hcl_report\":\"00\",\"td_quote\":\"!!\"}",
	"{\"hcl_report\":\"00\"}",
	"{\"hcl_report\":[256],\"td_quote\":\"00\"}",
	"{\"hcl_report\":[-1],\"td_quote\":\"00\"}",
	"{\"hcl_report\":[1.5],\"td_quote\":\"00\"}",
	"{\"hcl_report\":\"00\",\"td_quote\":\"00\",\"tpm_quote\":1}",
	"{\"hcl_report\":\"00\",\"td_quote\":\"00\",\"tpm_quote\":{\"message\":\"00\"}}",
	"{\"hcl_report\":\"\",\"td_quote\":\"\",\"tpm_quote\":{\"message\":\"\",\"signature\":\"\",\"pcrs\":[\"\"]}}",
	"[]",
};

START_TEST(a_document_that_is_malformed_is_refused)
{
	struct tdl_azure *a = NULL;
	struct tdl_error err = { 0 };

	test_rc(tdl_azure_open(bad_documents[_i], strlen(bad_documents[_i]), &a, &err), -EBADMSG,
		&err);
}
END_TEST

/* Public samples. Two are JSON; of the third, YAML, exactly what it has is taken out here. */
struct sample {
	uint8_t quote[16384], hcl[4096], message[512], signature[512], pcrs[24 * 32], cert[8192];
	size_t quote_size, cert_size;
	struct tdl_vtpm vtpm;
};

/* The lines of a block that begins with "key: |-", without their indentation. */
static size_t take_block(const char *text, const char *key, char *ret_text, size_t room)
{
	size_t n = 0;
	const char *at = strstr(text, key);

	ck_assert_msg(at != NULL, "%s is not there", key);
	at = strchr(at, '\n') + 1;
	while (*at == ' ') {
		at += strspn(at, " ");
		size_t line = strcspn(at, "\n") + 1;
		ck_assert(n + line < room);
		memcpy(ret_text + n, at, line);
		n += line;
		at += line;
	}
	ret_text[n] = '\0';
	return n;
}

/* "[1, 2, 3]" behind at: exactly n numbers of 0 to 255. Returns where it ends. */
static const char *take_list(const char *at, uint8_t *ret_bytes, size_t n)
{
	at += strcspn(at, "[");
	for (size_t i = 0; i < n; i++) {
		char *end;
		unsigned long value = strtoul(at + 1, &end, 10);

		ck_assert(end > at + 1 && value < 256);
		ret_bytes[i] = (uint8_t)value;
		at = end + strspn(end, " \n");
		ck_assert_int_eq(*at, i + 1 < n ? ',' : ']');
	}
	return at;
}

static void read_yaml(const char *text, struct sample *s)
{
	static char block[32768];
	size_t n = take_block(text, "tdx_quote_base64: |-", block, sizeof(block));
	size_t hcl_size = 0;

	ck_assert(base64_decode(block, n, s->quote, &s->quote_size));
	n = take_block(text, "hcl_report_base64: |-", block, sizeof(block));
	ck_assert(n < sizeof(s->hcl) && base64_decode(block, n, s->hcl, &hcl_size));
	n = take_block(text, "ak_certificate_pem: |-", block, sizeof(block));
	char *begin = strchr(block, '\n') + 1, *end = strstr(begin, "-----END");
	ck_assert_ptr_nonnull(end);
	ck_assert(base64_decode(begin, (size_t)(end - begin), s->cert, &s->cert_size));
	take_list(strstr(text, "    signature:"), s->signature, 256);
	take_list(strstr(text, "    message:"), s->message, 145);
	const char *at = strstr(text, "    pcrs:");
	for (size_t i = 0; i < 24; i++)
		at = take_list(at, s->pcrs + 32 * i, 32);
	ck_assert_ptr_null(memchr(at, '[', (size_t)(strstr(at, "event_log") - at)));
	s->vtpm = (struct tdl_vtpm){ s->hcl, hcl_size, s->message, 145, s->signature, 256, s->pcrs,
				     sizeof(s->pcrs), NULL, 0 };
}

static void compare(const struct tsv *t, size_t row, const struct tdl_vtpm *vtpm)
{
	struct hcl_report hcl;
	struct tpm_quote q;
	struct tdl_error err = { 0 };
	uint8_t digest[SHA256_SIZE];
	char hex[256];

	ck_assert_int_eq((int)vtpm->hcl_report_size, atoi(tsv_cell(t, row, "hcl_bytes")));
	test_rc(hcl_parse(vtpm->hcl_report, vtpm->hcl_report_size, &hcl, &err), 0, &err);
	ck_assert_int_eq((int)hcl.variable_size, atoi(tsv_cell(t, row, "var_data_bytes")));
	sha256(hcl.variable, hcl.variable_size, digest);
	ck_assert_str_eq(hex_encode(digest, sizeof(digest), hex),
			 tsv_cell(t, row, "var_data_sha256"));
	snprintf(hex, sizeof(hex), "\"user-data\":\"%s\"", tsv_cell(t, row, "user_data"));
	for (char *c = hex; *c; c++)
		*c = *c >= 'a' && *c <= 'f' ? (char)(*c - 'a' + 'A') : *c;
	/* The name is lower case again; upper-case digits are the paravisor's. */
	memcpy(hex, "\"user-data\"", 11);
	ck_assert_ptr_nonnull(memmem(hcl.variable, hcl.variable_size, hex, strlen(hex)));
	test_rc(tpm_quote_parse(vtpm->message, vtpm->message_size, &q, &err), 0, &err);
	ck_assert_str_eq(hex_encode(q.nonce, q.nonce_size, hex), tsv_cell(t, row, "nonce_hex"));
	ck_assert_int_eq((int)q.clock, atoi(tsv_cell(t, row, "clock")));
	ck_assert_int_eq((int)q.reset, atoi(tsv_cell(t, row, "reset")));
	ck_assert_int_eq((int)q.restart, atoi(tsv_cell(t, row, "restart")));
	ck_assert_uint_eq(q.hash, 0x000b);
	snprintf(hex, sizeof(hex), "sha256:%02x%02x%02x", q.select[0], q.select[1], q.select[2]);
	ck_assert_uint_eq(q.select_size, 3);
	ck_assert_str_eq(hex, tsv_cell(t, row, "pcr_selection"));
}

/* Each column that says True is a check of the verdict. */
static void judge(const struct tsv *t, size_t row, const void *quote, size_t size,
		  struct tdl_vtpm vtpm)
{
	static const char *const checks[][2] = {
		{ "bound_in_report_data", "hcl-binding" },
		{ "hw_report_equals_quote", "hcl-tdreport" },
		{ "tpm_signature", "tpm-signature" },
		{ "pcr_digest", "tpm-pcrs" },
	};
	uint8_t nonce[64];
	struct tdl_verify_options opt = { .vtpm = &vtpm };
	struct tdl_verdict *v = NULL;
	struct tdl_error err = { 0 };

	vtpm.nonce_size = strlen(tsv_cell(t, row, "nonce_hex")) / 2;
	ck_assert(hex_decode(tsv_cell(t, row, "nonce_hex"), nonce, vtpm.nonce_size));
	vtpm.nonce = nonce;
	test_rc(tdl_verify(quote, size, &opt, &v, &err), 0, &err);
	ck_assert_str_eq(tsv_cell(t, row, "verdict"), "consistent");
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		ck_assert_str_eq(tsv_cell(t, row, checks[i][0]), "True");
		ck_assert_msg(state_of(v, checks[i][1]) == TDL_STATE_PASSED, "%s", dump(v));
	}
	ck_assert_int_eq(state_of(v, "tpm-nonce"), TDL_STATE_PASSED);
	tdl_verdict_free(v);
}

/* "key equals HCLAkPub: True; issuer CN=...; from..to; padding N": a certificate in a longer area. */
static void compare_certificate(const struct tsv *t, size_t row, const struct sample *s)
{
	char text[512], issuer[CERT_NAME_SIZE], from[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];
	size_t size = der_size(s->cert, s->cert_size);
	AUTO_CERTS struct certs certs = { 0 };
	struct tdl_error err = { 0 };
	int64_t begin = 0, end = 0;

	test_rc(certs_parse_der(s->cert, size, 1, &certs, &err), 0, &err);
	X509 *cert = certs.cert[0];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, X509_get0_pubkey(cert));
	bool same = EVP_DigestVerify(ctx, s->signature, 256, s->message, 145) == 1;
	EVP_MD_CTX_free(ctx);
	cert_time(X509_get0_notBefore(cert), &begin);
	cert_time(X509_get0_notAfter(cert), &end);
	ck_assert(all_zero(s->cert + size, s->cert_size - size));
	snprintf(text, sizeof(text),
		 "key equals HCLAkPub: %s; issuer CN=%s; %.10s..%.10s; padding %zu",
		 same ? "True" : "False",
		 cert_common_name(X509_get_issuer_name(cert), issuer), time_text(begin, from),
		 time_text(end, to), s->cert_size - size);
	ck_assert_str_eq(text, tsv_cell(t, row, "ak_certificate"));
}

START_TEST(public_evidence_is_what_the_table_says)
{
	static struct sample s;
	struct tsv *t = tsv_corpus("azure_cases.tsv");
	struct tdl_error err = { 0 };

	for (size_t row = 0; t && row < t->rows; row++) {
		struct tdl_azure *a = NULL;
		size_t size = 0;
		uint8_t *text = corpus_read(tsv_cell(t, row, "file"), &size);

		if (tdl_evidence_recognise(text, size) == TDL_EVIDENCE_AZURE) {
			test_rc(tdl_azure_open((char *)text, size, &a, &err), 0, &err);
			const void *quote = tdl_azure_quote(a, &size);
			compare(t, row, tdl_azure_vtpm(a));
			judge(t, row, quote, size, *tdl_azure_vtpm(a));
			ck_assert_str_eq(tsv_cell(t, row, "ak_certificate"), "-");
		} else {
			read_yaml((char *)text, &s);
			compare(t, row, &s.vtpm);
			judge(t, row, s.quote, s.quote_size, s.vtpm);
			compare_certificate(t, row, &s);
		}
		tdl_azure_free(a);
		free(text);
	}
	if (t)
		tsv_free(t);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest azure");
	TCase *tc = tcase_create("vTPM");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, the_whole_chain_from_quote_to_pcrs_is_one_verdict);
	tcase_add_loop_test(tc, one_broken_link_is_named, 0, ARRAY_SIZE(spoils));
	tcase_add_test(tc, evidence_of_another_guest_is_refused);
	tcase_add_test(tc, what_is_missing_is_said);
	tcase_add_test(tc, a_signature_may_be_inside_of_a_tpmt_signature);
	tcase_add_loop_test(tc, a_document_that_is_malformed_is_refused, 0,
			    ARRAY_SIZE(bad_documents));
	tcase_add_test(tc, public_evidence_is_what_the_table_says);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
