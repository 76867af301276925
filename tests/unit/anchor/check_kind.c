/* SPDX-License-Identifier: BSD-2-Clause */
/* Kinds of TPM: EK certificates made here, with a root that vouches for them and without. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "anchor/kind.h"
#include "base/attr.h"
#include "tests/lib/test.h"
#include "tests/unit/anchor/paper.h"

#define MAKER "2.23.133.2.1"
#define MODEL "2.23.133.2.2"

struct authority {
	EVP_PKEY *key;
	X509 *cert;
};

static void add_extension(X509 *cert, X509 *issuer, const char *name, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	e = X509V3_EXT_conf(NULL, &ctx, name, value);
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(X509_add_ext(cert, e, -1), 1);
	X509_EXTENSION_free(e);
}

static void add_text(X509_NAME *name, const char *oid, const char *text)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);

	ck_assert_int_eq(X509_NAME_add_entry_by_OBJ(name, object, MBSTRING_UTF8,
						    (const uint8_t *)text, -1, -1, 0),
			 1);
	ASN1_OBJECT_free(object);
}

/* The alternative name of an EK certificate is critical when its subject is empty, as it is here.
 * Source: TCG EK Credential Profile. */
static void add_names(X509 *cert, const char *maker, const char *model)
{
	GENERAL_NAMES *list = GENERAL_NAMES_new();
	GENERAL_NAME *one = GENERAL_NAME_new();
	X509_NAME *name = X509_NAME_new();

	add_text(name, MAKER, maker);
	add_text(name, MODEL, model);
	GENERAL_NAME_set0_value(one, GEN_DIRNAME, name);
	sk_GENERAL_NAME_push(list, one);
	ck_assert_int_eq(X509_add1_ext_i2d(cert, NID_subject_alt_name, list, 1, X509V3_ADD_DEFAULT),
			 1);
	GENERAL_NAMES_free(list);
}

/* A certificate for a key; by itself without an issuer. Valid for a day, or until yesterday. */
static X509 *certify(EVP_PKEY *key, const char *subject, const struct authority *issuer, bool old)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
	X509_gmtime_adj(X509_getm_notBefore(cert), old ? -200000 : -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), old ? -100000 : 86400);
	X509_set_pubkey(cert, key);
	if (*subject)
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)subject, -1,
					   -1, 0);
	X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer->cert) : name);
	return cert;
}

static struct authority authority_make(const char *name)
{
	struct authority a = { .key = paper_key("P-256") };

	a.cert = certify(a.key, name, NULL, false);
	add_extension(a.cert, a.cert, "basicConstraints", "critical,CA:TRUE");
	add_extension(a.cert, a.cert, "keyUsage", "critical,keyCertSign");
	ck_assert_int_gt(X509_sign(a.cert, a.key, EVP_sha256()), 0);
	return a;
}

static void authority_free(struct authority *a)
{
	X509_free(a->cert);
	EVP_PKEY_free(a->key);
}

static char *pem_of(const struct authority *a, size_t *ret_size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *at, *text;
	long n;

	ck_assert_int_eq(PEM_write_bio_X509(bio, a->cert), 1);
	n = BIO_get_mem_data(bio, &at);
	text = strndup(at, (size_t)n);
	*ret_size = (size_t)n;
	BIO_free(bio);
	return text;
}

static void add_ek(struct quotefile *q, const struct authority *issuer, const char *maker,
		   const char *model, bool old)
{
	EVP_PKEY *key = paper_key("P-256");
	X509 *cert = certify(key, "", issuer, old);
	struct blob *b = &q->ek[q->ek_count++];
	uint8_t *at = b->bytes;

	add_names(cert, maker, model);
	ck_assert_int_gt(X509_sign(cert, issuer->key, EVP_sha256()), 0);
	ck_assert_int_lt(i2d_X509(cert, NULL), STRUCT_MAX);
	b->size = (size_t)i2d_X509(cert, &at);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* Who signed the certificate, and which root is given. */
enum root { NO_ROOT, RIGHT_ROOT, OTHER_ROOT };
static const struct {
	const char *maker, *model;
	bool old;
	enum root root;
	enum tdl_tpm_kind kind;
	const char *text;
} cases[] = {
	{ "id:49465800", "SLB9670", false, RIGHT_ROOT, TDL_TPM_HARDWARE, "a root given vouches" },
	{ "id:49465800", "SLB9670", true, RIGHT_ROOT, TDL_TPM_HARDWARE, "a root given vouches" },
	{ "id:49465800", "SLB9670", false, NO_ROOT, TDL_TPM_UNKNOWN, "no root given that could" },
	{ "id:49465800", "SLB9670", false, OTHER_ROOT, TDL_TPM_UNKNOWN, "no root given vouches" },
	{ "id:00001014", "swtpm", false, RIGHT_ROOT, TDL_TPM_SOFTWARE, "that of swtpm: a program" },
	{ "id:00001014", "swtpm", false, NO_ROOT, TDL_TPM_SOFTWARE, "that of swtpm: a program" },
	{ "id:00001014", "libtpms-based", false, RIGHT_ROOT, TDL_TPM_SOFTWARE, "that of libtpms" },
	{ "id:4D534654", "vTPM", false, RIGHT_ROOT, TDL_TPM_SOFTWARE, "of Microsoft" },
	{ "id:414D5A4E", "NitroTPM", false, RIGHT_ROOT, TDL_TPM_SOFTWARE, "of Amazon" },
	{ "id:564D5700", "VMware TPM", false, RIGHT_ROOT, TDL_TPM_SOFTWARE, "of VMware" },
};

START_TEST(the_kind_is_what_the_certificate_and_the_roots_say)
{
	struct authority maker = authority_make("TPM maker"), other = authority_make("Other");
	struct quotefile *q = calloc(1, sizeof(*q));
	char text[KIND_TEXT] = "";
	size_t size = 0;
	char *roots = pem_of(cases[_i].root == OTHER_ROOT ? &other : &maker, &size);

	snprintf(q->tpm, sizeof(q->tpm), "IFX a TPM");
	add_ek(q, &maker, cases[_i].maker, cases[_i].model, cases[_i].old);
	ck_assert_int_eq(kind_of(q, cases[_i].root == NO_ROOT ? NULL : roots, size, text),
			 cases[_i].kind);
	ck_assert_msg(strstr(text, cases[_i].text), "%s", text);
	ck_assert_msg(strstr(text, "\"TPM maker\""), "%s", text);
	free(roots);
	free(q);
	authority_free(&maker);
	authority_free(&other);
}
END_TEST

START_TEST(a_certificate_that_changed_is_not_vouched_for)
{
	struct authority maker = authority_make("TPM maker");
	struct quotefile *q = calloc(1, sizeof(*q));
	char text[KIND_TEXT] = "";
	size_t size = 0;
	char *roots = pem_of(&maker, &size);
	uint8_t *at;

	add_ek(q, &maker, "id:49465800", "SLB9670", false);
	at = memmem(q->ek[0].bytes, q->ek[0].size, "SLB9670", 7);
	ck_assert_ptr_nonnull(at);
	at[6] = '1';
	ck_assert_int_eq(kind_of(q, roots, size, text), TDL_TPM_UNKNOWN);
	free(roots);
	free(q);
	authority_free(&maker);
}
END_TEST

/* Behind a certificate NV memory has padding, and the first of two may be one that is not known. */
START_TEST(the_best_certificate_counts_and_a_program_outweighs_all)
{
	struct authority maker = authority_make("TPM maker"), other = authority_make("Other");
	struct quotefile *q = calloc(1, sizeof(*q));
	char text[KIND_TEXT] = "";
	size_t size = 0;
	char *roots = pem_of(&maker, &size);

	add_ek(q, &other, "id:49465800", "SLB9670", false);
	add_ek(q, &maker, "id:49465800", "SLB9670", false);
	q->ek[1].size += 10;
	ck_assert_int_eq(kind_of(q, roots, size, text), TDL_TPM_HARDWARE);
	add_ek(q, &other, "id:00001014", "swtpm", false);
	ck_assert_int_eq(kind_of(q, roots, size, text), TDL_TPM_SOFTWARE);
	free(roots);
	free(q);
	authority_free(&maker);
	authority_free(&other);
}
END_TEST

static const struct {
	const char *tpm;
	size_t junk;
	enum tdl_tpm_kind kind;
	const char *text;
} bare[] = {
	{ "IFX SLB9670 00070055.00000000", 0, TDL_TPM_UNKNOWN, "no EK certificate" },
	{ "IBM SWTPM 20191023.00163636", 0, TDL_TPM_SOFTWARE, "it says itself" },
	{ "IFX SLB9670 00070055.00000000", 5, TDL_TPM_UNKNOWN, "no EK certificate" },
};

START_TEST(without_a_certificate_only_a_program_can_be_believed)
{
	struct quotefile *q = calloc(1, sizeof(*q));
	char text[KIND_TEXT] = "";

	snprintf(q->tpm, sizeof(q->tpm), "%s", bare[_i].tpm);
	q->ek[0].size = bare[_i].junk;
	q->ek_count = bare[_i].junk > 0;
	ck_assert_int_eq(kind_of(q, NULL, 0, text), bare[_i].kind);
	ck_assert_msg(strstr(text, bare[_i].text), "%s", text);
	free(q);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("anchor/kind");
	TCase *t = tcase_create("kind");

	tcase_add_loop_test(t, the_kind_is_what_the_certificate_and_the_roots_say, 0,
			    (int)ARRAY_SIZE(cases));
	tcase_add_test(t, a_certificate_that_changed_is_not_vouched_for);
	tcase_add_test(t, the_best_certificate_counts_and_a_program_outweighs_all);
	tcase_add_loop_test(t, without_a_certificate_only_a_program_can_be_believed, 0,
			    (int)ARRAY_SIZE(bare));
	suite_add_tcase(suite, t);
	return test_run(suite);
}
