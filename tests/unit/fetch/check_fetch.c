/* SPDX-License-Identifier: BSD-2-Clause */
/* Fetching with an actor behind the door to the network, in a world of the test's own PKI. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tdlaunch/collateral.h>

#include "base/attr.h"
#include "fetch/answer.h"
#include "fetch/fetched.h"
#include "fetch/header.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/pki.h"

START_TEST(a_header_is_found_by_its_whole_name_once)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nLong-Name: no\r\nname:  a value \r\n"
				   "Twice: 1\r\ntwice: 2\r\nName-Long: no\r\nLast: x";
	const char *value = NULL;
	size_t size = 0;
	struct tdl_error err = { 0 };

	test_rc(header_find(text, sizeof(text) - 1, "Name", &value, &size, &err), 0, &err);
	ck_assert_uint_eq(size, 7);
	ck_assert_mem_eq(value, "a value", 7);
	test_rc(header_find(text, sizeof(text) - 1, "LAST", &value, &size, &err), 0, &err);
	ck_assert_mem_eq(value, "x", 1);
	ck_assert_int_eq(header_find(text, sizeof(text) - 1, "Twice", &value, &size, &err),
			 -EBADMSG);
	ck_assert_int_eq(header_find(text, sizeof(text) - 1, "Nam", &value, &size, &err), -ENOENT);
	ck_assert_int_eq(header_find(NULL, 0, "Name", &value, &size, &err), -ENOENT);
}
END_TEST

/* Percent-encoded as a service does it: everything but letters and digits. */
static char *encode(const char *text, size_t size)
{
	char *out = malloc(3 * size + 1), *at = out;

	ck_assert_ptr_nonnull(out);
	for (size_t i = 0; i < size; i++)
		at += sprintf(at, strchr("-./", text[i]) || (text[i] >= '0' && text[i] <= '9') ||
						  (text[i] >= 'A' && text[i] <= 'Z') ||
						  (text[i] >= 'a' && text[i] <= 'z')
					  ? "%c"
					  : "%%%02X",
			      (unsigned char)text[i]);
	return out;
}

static char *read_text(const char *folder, const char *name, size_t *ret_size)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return (char *)test_read(path, ret_size);
}

START_TEST(a_chain_is_decoded_to_the_byte_or_refused)
{
	static struct pki_world w;
	struct tdl_error err = { 0 };
	size_t size, n = 0;
	char *pem = NULL;

	pki_make(&(struct pki_knobs){ 0 }, &w);
	char *plain = read_text(w.folder, "tcb_signing_chain.pem", &size);
	char *value = encode(plain, size);
	test_rc(header_chain(value, strlen(value), &pem, &n, &err), 0, &err);
	ck_assert_uint_eq(n, size);
	ck_assert_mem_eq(pem, plain, size);
	free(pem);
	/* An escape cut at the end, one that is none, a byte that PEM has not, no certificate. */
	char *escape = strrchr(value, '%');
	ck_assert_int_eq(header_chain(value, (size_t)(escape + 2 - value), &pem, &n, &err),
			 -EBADMSG);
	memcpy(escape, "%G0", 3);
	ck_assert_int_eq(header_chain(value, strlen(value), &pem, &n, &err), -EBADMSG);
	memcpy(escape, "%00", 3);
	ck_assert_int_eq(header_chain(value, strlen(value), &pem, &n, &err), -EBADMSG);
	ck_assert_str_eq(err.text, "byte 0x00 is no part of PEM text");
	ck_assert_int_eq(header_chain("hello", 5, &pem, &n, &err), -EBADMSG);
	ck_assert_int_eq(header_chain("", 0, &pem, &n, &err), -EBADMSG);
	free(plain);
	free(value);
}
END_TEST

START_TEST(a_chain_has_a_greatest_size)
{
	size_t size = CHAIN_LIMIT + 1, n = 0;
	char *spaces = malloc(3 * size), *pem = NULL;
	struct tdl_error err = { 0 };

	ck_assert_ptr_nonnull(spaces);
	memset(spaces, ' ', 3 * size);
	ck_assert_int_eq(header_chain(spaces, size, &pem, &n, &err), -E2BIG);
	ck_assert_int_eq(header_chain(spaces, 3 * size, &pem, &n, &err), -E2BIG);
	free(spaces);
}
END_TEST

START_TEST(what_comes_in_is_limited)
{
	static const char block[4096];
	AUTO_ANSWER struct http_answer a = { 0 };

	for (size_t i = 0; i < BODY_LIMIT / sizeof(block); i++)
		ck_assert_int_eq(http_add_body(&a, block, sizeof(block)), 0);
	ck_assert_int_eq(http_add_body(&a, block, 1), -E2BIG);
	ck_assert_uint_eq(a.size, BODY_LIMIT);
	for (size_t i = 0; i < HEADERS_LIMIT / sizeof(block); i++)
		ck_assert_int_eq(http_add_header(&a, block, sizeof(block)), 0);
	ck_assert_int_eq(http_add_header(&a, "x", 1), -E2BIG);
	/* What came before the last status line was about something provisional. */
	ck_assert_int_eq(http_add_header(&a, "HTTP/1.1 200 OK\r\n", 17), 0);
	ck_assert_uint_eq(a.headers_size, 17);
}
END_TEST

static const struct {
	const char *url, *service; /* NULL: refused */
} services[] = {
	{ NULL, "https://api.trustedservices.intel.com" },
	{ "https://pccs.example:8081", "https://pccs.example:8081" },
	{ "https://pccs.example:8081/sgx/certification/v4/", "https://pccs.example:8081" },
	{ "HTTPS://pccs.example/cache/tdx/certification/v4", "HTTPS://pccs.example/cache" },
	{ "https://pccs.example//", "https://pccs.example" },
	{ "http://pccs.example", NULL },
	{ "https://", NULL },
	{ "https:///path", NULL },
	{ "https://pccs.example/?x=1", NULL },
	{ "https://pccs.example#x", NULL },
	{ "https://pccs.example/a b", NULL },
	{ "https://pccs.example/\n", NULL },
	{ "file:///etc/passwd", NULL },
	{ "", NULL },
};

START_TEST(a_service_is_named_by_an_https_url)
{
	struct tdl_error err = { 0 };
	char *service = NULL;
	int rc = place_service(services[_i].url, &service, &err);

	test_rc(rc, services[_i].service ? 0 : -EINVAL, &err);
	if (rc == 0)
		ck_assert_str_eq(service, services[_i].service);
	free(service);
}
END_TEST

static const struct {
	enum place place;
	struct tdl_fetch_options options;
	const char *url;
} urls[] = {
	{ PLACE_TCB_INFO, { 0 }, "https://s/tdx/certification/v4/tcb?fmspc=00806f050000" },
	{ PLACE_TCB_INFO, { .update = "early" },
	  "https://s/tdx/certification/v4/tcb?fmspc=00806f050000&update=early" },
	{ PLACE_TCB_INFO, { .evaluation = 19 },
	  "https://s/tdx/certification/v4/tcb?fmspc=00806f050000&tcbEvaluationDataNumber=19" },
	{ PLACE_QE_IDENTITY, { 0 }, "https://s/tdx/certification/v4/qe/identity" },
	{ PLACE_QE_IDENTITY, { .update = "standard" },
	  "https://s/tdx/certification/v4/qe/identity?update=standard" },
	{ PLACE_PCK_CRL, { .update = "early" },
	  "https://s/sgx/certification/v4/pckcrl?ca=processor&encoding=der" },
	{ PLACE_ROOT_CRL, { 0 }, "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der" },
	{ PLACE_ROOT_CRL, { .url = "https://s" }, "https://s/sgx/certification/v4/rootcacrl" },
	{ PLACE_ROOT_CRL, { .url = "https://s", .root_crl_url = "https://t/r.crl" },
	  "https://t/r.crl" },
	{ PLACE_ROOT_CRL, { .root_crl_url = "http://t/r.crl" }, NULL },
};

START_TEST(each_document_has_its_place)
{
	struct place_of of = { "https://s", "00806f050000", "processor", &urls[_i].options };
	struct tdl_error err = { 0 };
	char *url = NULL;

	test_rc(place_url(urls[_i].place, &of, &url, &err), urls[_i].url ? 0 : -EINVAL, &err);
	if (urls[_i].url)
		ck_assert_str_eq(url, urls[_i].url);
	free(url);
}
END_TEST

/* A service made of the files of a world. */
struct actor {
	const struct pki_world *w;
	const char *chain; /* in all headers, encoded */
	long status;	   /* of the first answers instead of 200 */
	unsigned busy;	   /* so many of them */
	long retry_after;
	unsigned asked, waits, waited; /* requests; waits and their seconds */
	int rc;			       /* no answer at all */
};

static int act(void *ctx, const char *url, struct http_answer *ret_answer, struct tdl_error *err)
{
	static const struct {
		const char *part, *file, *header;
	} rows[] = {
		{ "/tcb?", "tcb_info.json", "tcb-info-issuer-chain" },
		{ "/qe/identity", "qe_identity.json", "SGX-Enclave-Identity-Issuer-Chain" },
		{ "/pckcrl?", "pck_ca.crl", "SGX-PCK-CRL-Issuer-Chain" },
		{ "IntelSGXRootCA.der", "root_ca.crl", "X-None" },
	};
	struct actor *a = ctx;
	char line[32768];
	size_t size;

	if (a->rc < 0)
		return tdl_fail(err, a->rc, "the actor says nothing");
	ret_answer->status = 200;
	if (a->asked++ < a->busy) {
		ret_answer->status = a->status;
		ret_answer->retry_after = a->retry_after;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!strstr(url, rows[i].part))
			continue;
		char *bytes = read_text(a->w->folder, rows[i].file, &size);
		ck_assert_int_eq(http_add_body(ret_answer, bytes, size), 0);
		free(bytes);
		int n = snprintf(line, sizeof(line), "%s: %s\r\n", rows[i].header, a->chain);
		ck_assert_int_eq(http_add_header(ret_answer, line, (size_t)n), 0);
	}
	return 0;
}

static void wait_in_play(void *ctx, unsigned seconds)
{
	struct actor *a = ctx;

	a->waits++;
	a->waited += seconds;
}

/* Fetch a world's collateral and keep it in the folder "got" of the test's folder. */
static int fetch(struct actor *a, struct tdl_fetch_options *o, char path[512],
		 struct tdl_error *err)
{
	const struct http http = { .get = act, .wait = wait_in_play, .ctx = a };
	struct tdl_fetched *f = NULL;
	size_t size;
	char *pem = read_text(a->w->folder, "tcb_signing_chain.pem", &size);
	char *chain = encode(pem, size);

	a->chain = chain;
	o->root = a->w->root;
	o->root_size = a->w->root_size;
	ck_assert_int_eq(tdl_time_parse(PKI_TIME, &o->at), 0);
	snprintf(path, 512, "%s/got", a->w->folder);
	int rc = fetch_all(&http, a->w->quote, a->w->quote_size, o, &f, err);
	if (rc == 0)
		rc = fetch_keep(f, a->w->quote, a->w->quote_size, o, path, err);
	tdl_fetched_free(f);
	free(pem);
	free(chain);
	return rc;
}

/* What is wrong in a world is found before the folder has its name. What is wrong with the platform
 * is not the collateral's fault. */
static const struct {
	const char *what;
	struct pki_knobs knobs;
	int rc;
	const char *says;
} worlds[] = {
	{ "all is well", { 0 }, 0, NULL },
	{ "processor CA", { .ca_name = "Intel SGX PCK Processor CA" }, 0, NULL },
	{ "platform out of date", { .platform_status = "OutOfDate" }, 0, NULL },
	{ "platform revoked", { .revoke_leaf = true }, 0, NULL },
	{ "another platform's", { .other_fmspc = true }, -EKEYREJECTED, "fmspc: the platform is" },
	{ "changed after signing", { .indent_tcb = true }, -EKEYREJECTED, "tcb-info: " },
	{ "revoked signer", { .revoke_signer = true }, -EKEYREJECTED, "tcb-info: " },
	{ "signer of another role", { .signer_name = "Some CA" }, -EKEYREJECTED, "tcb-info: " },
	{ "signed by a PCK", { .leaf_signs_tcb = true }, -EKEYREJECTED, "tcb-info: " },
	{ "lists of each other's issuers", { .swap_crls = true }, -EKEYREJECTED, "root-crl: " },
	{ "a member twice", { .twice = true }, -EKEYREJECTED, "tcb-info: " },
	{ "an unknown CA", { .ca_name = "Some CA" }, -EBADMSG, "no CA of Intel's" },
};

START_TEST(only_what_verifies_is_kept)
{
	static struct pki_world w;
	struct actor a = { .w = &w };
	struct tdl_fetch_options o = { 0 };
	struct tdl_error err = { 0 };
	char path[512];

	pki_make(&worlds[_i].knobs, &w);
	int rc = fetch(&a, &o, path, &err);
	ck_assert_msg(rc == worlds[_i].rc, "%s: %d, %s", worlds[_i].what, rc, err.text);
	if (worlds[_i].says)
		ck_assert_msg(strstr(err.text, worlds[_i].says) != NULL, "%s", err.text);
	ck_assert_int_eq(access(path, F_OK), rc == 0 ? 0 : -1);
}
END_TEST

/* How often is a busy service asked, and how long is waited? */
static const struct {
	struct actor actor;
	unsigned retries, max_wait;
	int rc;
	unsigned asked, waits, waited;
} plays[] = {
	{ { 0 }, 3, 60, 0, 4, 0, 0 },
	{ { .status = 429, .busy = 1, .retry_after = 5 }, 3, 60, 0, 5, 1, 5 },
	{ { .status = 503, .busy = 3 }, 3, 60, 0, 7, 3, 1 + 2 + 4 },
	{ { .status = 503, .busy = 3 }, 3, 2, 0, 7, 3, 1 + 2 + 2 },
	{ { .status = 503, .busy = 9 }, 3, 60, -EBUSY, 4, 3, 1 + 2 + 4 },
	{ { .status = 429, .busy = 9 }, 0, 60, -EBUSY, 1, 0, 0 },
	{ { .status = 429, .busy = 1, .retry_after = 61 }, 3, 60, -EBUSY, 1, 0, 0 },
	{ { .status = 429, .busy = 1, .retry_after = 60 }, 3, 60, 0, 5, 1, 60 },
	{ { .status = 404, .busy = 1 }, 3, 60, -ENOENT, 1, 0, 0 },
	{ { .status = 502, .busy = 1 }, 3, 60, -EREMOTEIO, 1, 0, 0 },
	{ { .status = 301, .busy = 1 }, 3, 60, -EACCES, 1, 0, 0 },
	{ { .status = 206, .busy = 1 }, 3, 60, -EBADMSG, 1, 0, 0 },
	{ { .rc = -ETIMEDOUT }, 3, 60, -ETIMEDOUT, 0, 0, 0 },
};

START_TEST(a_busy_service_is_asked_again_within_bounds)
{
	static struct pki_world w;
	struct actor a = plays[_i].actor;
	struct tdl_fetch_options o = { .retries = plays[_i].retries,
				       .max_wait = plays[_i].max_wait };
	struct tdl_error err = { 0 };
	char path[512];

	pki_make(&(struct pki_knobs){ 0 }, &w);
	a.w = &w;
	test_rc(fetch(&a, &o, path, &err), plays[_i].rc, &err);
	ck_assert_uint_eq(a.asked, plays[_i].asked);
	ck_assert_uint_eq(a.waits, plays[_i].waits);
	ck_assert_uint_eq(a.waited, plays[_i].waited);
}
END_TEST

START_TEST(options_that_make_no_sense_are_refused_before_anything_is_asked)
{
	static struct pki_world w;
	struct tdl_fetch_options bad[] = {
		{ .update = "latest" },
		{ .update = "early", .evaluation = 18 },
		{ .url = "http://s" },
	};
	char path[512];

	pki_make(&(struct pki_knobs){ 0 }, &w);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct actor a = { .w = &w };
		struct tdl_error err = { 0 };

		test_rc(fetch(&a, &bad[i], path, &err), -EINVAL, &err);
		ck_assert_uint_eq(a.asked, 0);
	}
}
END_TEST

START_TEST(a_quote_without_a_chain_says_not_whose_collateral)
{
	static struct pki_world w;
	struct tdl_fetch_options o = { 0 };
	struct actor a = { .w = &w };
	struct tdl_error err = { 0 };
	char path[512];

	pki_make(&(struct pki_knobs){ 0 }, &w);
	w.quote[632 + 4 + 616] = 3; /* inner type: PPID encrypted with RSA-3072 */
	test_rc(fetch(&a, &o, path, &err), -EOPNOTSUPP, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "certification data of type 3"));
	ck_assert_uint_eq(a.asked, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fetch");
	TCase *tc = tcase_create("fetch");

	tcase_add_test(tc, a_header_is_found_by_its_whole_name_once);
	tcase_add_test(tc, a_chain_is_decoded_to_the_byte_or_refused);
	tcase_add_test(tc, a_chain_has_a_greatest_size);
	tcase_add_test(tc, what_comes_in_is_limited);
	tcase_add_loop_test(tc, a_service_is_named_by_an_https_url, 0, ARRAY_SIZE(services));
	tcase_add_loop_test(tc, each_document_has_its_place, 0, ARRAY_SIZE(urls));
	tcase_add_loop_test(tc, only_what_verifies_is_kept, 0, ARRAY_SIZE(worlds));
	tcase_add_loop_test(tc, a_busy_service_is_asked_again_within_bounds, 0, ARRAY_SIZE(plays));
	tcase_add_test(tc, options_that_make_no_sense_are_refused_before_anything_is_asked);
	tcase_add_test(tc, a_quote_without_a_chain_says_not_whose_collateral);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
