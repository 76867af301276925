/* SPDX-License-Identifier: BSD-2-Clause */
/* The forms in which services, libraries and tools hand the same collateral out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/evidence.h>
#include <tdlaunch/verdict.h>

#include "attest/bundle.h"
#include "base/attr.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "base/file.h"
#include "base/scope.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/pki.h"

enum { FILES = 5, TEXT_MAX = 1 << 20 };

static struct pki_world world;

/* A file is text in which "@" stands for a piece: which one, and how it is written. */
static const struct piece {
	char letter;
	const char *file;
} pieces[] = {
	{ 'T', "tcb_info.json" }, { 'Q', "qe_identity.json" }, { 'P', "pck_ca.crl" },
	{ 'R', "root_ca.crl" }, { 'S', "tcb_signing_chain.pem" },
};

static const struct form {
	const char *what, *files[FILES];
	enum tdl_answer answer;
} forms[] = {
	{ "as the service answers", { "@Tr", "@Qr", "@Ph", "@Rr", "@Sr" }, TDL_ANSWER_YES },
	{ "lists in base64", { "@Tr", "@Qr", "@Pb", "@Rb", "@Sr" }, TDL_ANSWER_YES },
	{ "strings of C's", { "@Tr@0", "@Qr@0", "@Ph@0", "@Rh@0", "@Sr@0" }, TDL_ANSWER_YES },
	{ "both lists in one file, as text before",
	  { "@Tr", "@Qr", "Certificate Revocation List (CRL):\n    Version 2\n@Pp@Rp", "@Sr" },
	  TDL_ANSWER_YES },
	{ "subjects before the certificates",
	  { "@Tr", "@Qr", "@Ph", "@Rr", "subject=CN = Intel SGX TCB Signing\n@Sr" },
	  TDL_ANSWER_YES },
	{ "headers and body in one file",
	  { "HTTP/1.1 200 OK\r\nTCB-Info-Issuer-Chain: @Su\r\nDate: today\r\n\r\n@Tr", "@Qr",
	    "@Ph", "@Rr" }, TDL_ANSWER_YES },
	{ "headers and body with bare newlines",
	  { "HTTP/2 200\nTCB-Info-Issuer-Chain: @Su\n\n@Tr", "@Qr", "@Ph", "@Rr" },
	  TDL_ANSWER_YES },
	{ "headers in a file of their own",
	  { "@Tr", "@Qr", "@Ph", "@Rr",
	    "Request-ID: 1\nSGX-TCB-Info-Issuer-Chain: @Su\nDate: today\n" }, TDL_ANSWER_YES },
	{ "a byte order mark", { "\xef\xbb\xbf@Tr", "@Qr", "@Ph", "@Rr", "@Sr" }, TDL_ANSWER_YES },
	{ "the verification library's, lists in hex",
	  { "{\"version\":3,\"tee_type\":129,\"root_ca_crl\":\"@Rh\",\"pck_crl\":\"@Ph\","
	    "\"tcb_info_issuer_chain\":\"@Sj\",\"tcb_info\":\"@Tj\",\"qe_identity\":\"@Qj\"}" },
	  TDL_ANSWER_YES },
	{ "the verification library's, lists in PEM",
	  { "{\"root_ca_crl\":\"@Rq\",\"pck_crl\":\"@Pq\",\"tcb_info_issuer_chain\":\"@Sj\","
	    "\"tcb_info\":\"@Tj\",\"qe_identity\":\"@Qj\"}" }, TDL_ANSWER_YES },
	{ "other names, responses as texts",
	  { "{\"rootCaCrl\":\"@Rh\",\"pckCrl\":\"@Pb\",\"tcbInfoIssuerChain\":\"@Sj\","
	    "\"tcbInfo\":\"@Tj\",\"qeIdentity\":\"@Qj\"}" }, TDL_ANSWER_YES },
	{ "other names, responses as objects",
	  { "{\"tcbInfo\": @Tr, \"qeIdentity\": @Qr, \"rootCaCrl\":\"@Rh\",\"pckCrl\":\"@Ph\","
	    "\"tcbInfoIssuerChain\":\"@Su\"}" }, TDL_ANSWER_YES },
	{ "an administrator's, at any depth",
	  { "{\"platforms\":[],\"collaterals\":{\"tcbinfos\":[{\"sgx_tcbinfo\":null,"
	    "\"tdx_tcbinfo\":@Tr}],\"pckcacrl\":{\"platformCrl\":\"@Ph\"},\"tdqeidentity\":\"@Qj\","
	    "\"certificates\":{\"SGX-TCB-Info-Issuer-Chain\":\"@Su\"},\"rootcacrl\":\"@Rh\"}}" },
	  TDL_ANSWER_YES },
	{ "a document that does not end",
	  { "{\"rootCaCrl\":\"@Rh\",\"pckCrl\":\"@Ph\",\"tcbInfoIssuerChain\":\"@Sj\","
	    "\"tcbInfo\":\"@Tj\",\"qeIdentity\":\"@Qj\"" }, TDL_ANSWER_NO },
	{ "a response beside another's signature",
	  { "{\"tcbInfo\":{\"tcbInfo\":{},\"signature\":\"00\"},\"qe\":@Qr}", "@Ph", "@Rr", "@Sr" },
	  TDL_ANSWER_NO },
};

struct text {
	char bytes[TEXT_MAX];
	size_t size;
};

static void put(struct text *t, const void *bytes, size_t size)
{
	ck_assert_uint_lt(size, TEXT_MAX - t->size);
	memcpy(t->bytes + t->size, bytes, size);
	t->size += size;
}

/* Every character that may not stand in a string or header as it is. */
static void put_escaped(struct text *t, const uint8_t *bytes, size_t size, bool percent)
{
	static const char in_header[] = "%+/= \n";
	char code[8];

	for (size_t i = 0; i < size; i++) {
		bool plain = percent ? !strchr(in_header, bytes[i])
				     : bytes[i] >= ' ' && bytes[i] != '"' && bytes[i] != '\\';

		snprintf(code, sizeof(code), percent ? "%%%02X" : "\\u%04x", bytes[i]);
		put(t, plain ? (const char *)&bytes[i] : code, plain ? 1 : strlen(code));
	}
}

static void put_piece(struct text *t, char letter, char how)
{
	AUTO_FREE char *text = NULL;
	AUTO_FREE uint8_t *bytes = NULL;
	struct tdl_error err = { 0 };
	char path[512] = "";
	size_t size = 0;

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		if (pieces[i].letter == letter)
			snprintf(path, sizeof(path), "%s/%s", world.folder, pieces[i].file);
	test_rc(file_read(path, TEXT_MAX, &bytes, &size, &err), 0, &err);
	text = malloc(2 * size + 1);
	ck_assert_ptr_nonnull(text);
	base64_encode(BASE64, bytes, size, text);
	switch (how) {
	case 'r':
		put(t, bytes, size);
		break;
	case 'h':
		put(t, hex_encode(bytes, size, text), 2 * size);
		break;
	case 'b':
		put(t, text, strlen(text));
		break;
	case 'p':
		put(t, "-----BEGIN X509 CRL-----\n", 25);
		put(t, text, strlen(text));
		put(t, "\n-----END X509 CRL-----\n", 24);
		break;
	case 'q':
		put(t, "-----BEGIN X509 CRL-----\\n", 26);
		put(t, text, strlen(text));
		put(t, "\\n-----END X509 CRL-----\\n", 26);
		break;
	default:
		put_escaped(t, bytes, size, how == 'u');
	}
}

static void expand(const char *form, struct text *t)
{
	t->size = 0;
	for (; *form; form++) {
		if (*form != '@') {
			put(t, form, 1);
		} else if (form[1] == '0') {
			put(t, "", 1);
			form++;
		} else {
			put_piece(t, form[1], form[2]);
			form += 2;
		}
	}
}

static struct tdl_verdict *verify(const struct tdl_collateral *collateral)
{
	struct tdl_verify_options opt = { .collateral = collateral,
					  .root = world.root,
					  .root_size = world.root_size };
	struct tdl_verdict *v = NULL;
	struct tdl_error err = { 0 };

	ck_assert_int_eq(tdl_time_parse(PKI_TIME, &opt.at), 0);
	test_rc(tdl_verify(world.quote, world.quote_size, &opt, &v, &err), 0, &err);
	return v;
}

START_TEST(collateral_is_taken_in_every_form)
{
	static struct text texts[FILES];
	const struct form *form = &forms[_i];
	struct bundle_file files[FILES];
	struct tdl_collateral *collateral = NULL;
	char name[] = "file", *shown = NULL;
	struct tdl_error err = { 0 };
	size_t n = 0;

	pki_make(&(struct pki_knobs){ 0 }, &world);
	for (; n < FILES && form->files[n]; n++) {
		expand(form->files[n], &texts[n]);
		files[n] = (struct bundle_file){ name, (uint8_t *)texts[n].bytes, texts[n].size };
	}
	test_rc(bundle_open(NULL, files, n, &collateral, &err), 0, &err);
	struct tdl_verdict *v = verify(collateral);
	tdl_verdict_show(v, 0, &shown, NULL);
	ck_assert_msg(tdl_verdict_answer(v) == form->answer, "%s:\n%s", form->what, shown);
	free(shown);
	tdl_verdict_free(v);
	tdl_collateral_free(collateral);
}
END_TEST

/* All forms that are one JSON document. */
START_TEST(one_document_is_shown_piece_by_piece)
{
	static const char *const wanted[] = {
		"kind: collateral in one document", "kind: TCB info", "kind: QE identity",
		"kind: certificate revocation list", "kind: X.509 certificates",
		"fmspc: ", ": Intel SGX TCB Signing",
	};
	static struct text t;
	const struct form *form = &forms[_i];
	struct tdl_error err = { 0 };
	char *shown = NULL;

	if (form->files[1] || form->answer != TDL_ANSWER_YES)
		return;
	pki_make(&(struct pki_knobs){ 0 }, &world);
	expand(form->files[0], &t);
	test_rc(tdl_evidence_show(t.bytes, t.size, 0, &shown, &err), 0, &err);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		ck_assert_msg(strstr(shown, wanted[i]), "%s: no \"%s\" in\n%s", form->what,
			      wanted[i], shown);
	ck_assert_msg(!strstr(shown, "cannot be read"), "%s:\n%s", form->what, shown);
	free(shown);
}
END_TEST

/* Each object is looked up in the text around it: there is an end to that. */
START_TEST(a_document_of_nothing_but_objects_is_refused)
{
	static struct text t;
	struct tdl_collateral *collateral = NULL;
	char name[] = "file", member[32];
	struct bundle_file file = { name, (uint8_t *)t.bytes, 0 };
	struct tdl_error err = { 0 };

	t.size = 0;
	put(&t, "{\"pckCrl\":0", 11);
	for (int i = 0; i < 20000; i++) {
		snprintf(member, sizeof(member), ",\"%d\":{}", i);
		put(&t, member, strlen(member));
	}
	put(&t, "}", 1);
	file.size = t.size;
	test_rc(bundle_open(NULL, &file, 1, &collateral, &err), -E2BIG, &err);
	ck_assert_str_eq(err.text, "file: too many objects in one document");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest bundle");
	TCase *tc = tcase_create("forms");

	tcase_add_loop_test(tc, collateral_is_taken_in_every_form, 0, ARRAY_SIZE(forms));
	tcase_add_loop_test(tc, one_document_is_shown_piece_by_piece, 0, ARRAY_SIZE(forms));
	tcase_add_test(tc, a_document_of_nothing_but_objects_is_refused);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
