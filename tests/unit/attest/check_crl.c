/* SPDX-License-Identifier: BSD-2-Clause */
/* Revocation lists, made with OpenSSL and compared with what OpenSSL reads in them. */
#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "attest/crl.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "tests/lib/test.h"

enum { FROM = 1767225600, DAY = 86400 };

struct knobs {
	const EVP_MD *md;  /* NULL: SHA-256 */
	bool without_end, empty, critical, critical_entry, first_version;
	long version;
};

struct made {
	uint8_t der[4096];
	size_t size;
	EVP_PKEY *key;
};

static const char *const serials[] = { "01", "80", "00FF", "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
				       "-05" };

static ASN1_INTEGER *serial_of(const char *hex)
{
	BIGNUM *number = NULL;

	ck_assert_int_gt(BN_hex2bn(&number, hex), 0);
	ASN1_INTEGER *serial = BN_to_ASN1_INTEGER(number, NULL);
	BN_free(number);
	return serial;
}

static void add_entry(X509_CRL *crl, const char *hex, const ASN1_TIME *date, bool critical)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
	ASN1_INTEGER *serial = serial_of(hex);

	ASN1_ENUMERATED_set(reason, CRL_REASON_KEY_COMPROMISE);
	X509_REVOKED_set_serialNumber(entry, serial);
	X509_REVOKED_set_revocationDate(entry, (ASN1_TIME *)date);
	ck_assert_int_eq(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, critical, 0), 1);
	X509_CRL_add0_revoked(crl, entry);
	ASN1_ENUMERATED_free(reason);
	ASN1_INTEGER_free(serial);
}

static void make(const struct knobs *k, struct made *m)
{
	X509_CRL *crl = X509_CRL_new();
	X509_NAME *name = X509_NAME_new();
	ASN1_TIME *from = ASN1_TIME_set(NULL, FROM), *to = ASN1_TIME_set(NULL, FROM + DAY);
	ASN1_INTEGER *number = serial_of("07");
	unsigned char *at = m->der;

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"Issuer", -1, -1, 0);
	m->key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	if (!k->first_version)
		X509_CRL_set_version(crl, k->version ? k->version : X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, name);
	X509_CRL_set1_lastUpdate(crl, from);
	if (!k->without_end)
		X509_CRL_set1_nextUpdate(crl, to);
	for (size_t i = 0; i < ARRAY_SIZE(serials) && !k->empty; i++)
		add_entry(crl, serials[i], from, k->critical_entry);
	if (!k->first_version)
		ck_assert_int_eq(X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, k->critical, 0),
				 1);
	ck_assert_int_gt(X509_CRL_sign(crl, m->key, k->md ? k->md : EVP_sha256()), 0);
	int size = i2d_X509_CRL(crl, NULL);
	ck_assert(size > 0 && (size_t)size <= sizeof(m->der));
	m->size = (size_t)i2d_X509_CRL(crl, &at);
	ASN1_INTEGER_free(number);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	X509_NAME_free(name);
	X509_CRL_free(crl);
}

static bool lists(const struct crl *crl, const char *hex)
{
	X509 *cert = X509_new();
	ASN1_INTEGER *serial = serial_of(hex);

	X509_set_serialNumber(cert, serial);
	bool listed = crl_lists(crl, cert);
	ASN1_INTEGER_free(serial);
	X509_free(cert);
	return listed;
}

static const struct {
	const char *what;
	struct knobs knobs;
	int rc;
} kinds[] = {
	{ "a list", { 0 }, 0 },
	{ "a list without entries", { .empty = true }, 0 },
	{ "a list of version 1 without entries", { .first_version = true, .empty = true }, 0 },
	{ "no nextUpdate", { .without_end = true }, -EBADMSG },
	{ "a critical extension", { .critical = true }, -EBADMSG },
	{ "a critical extension of an entry", { .critical_entry = true }, -EBADMSG },
	{ "version 3", { .version = 2 }, -EBADMSG },
};

START_TEST(a_list_is_read_or_refused_as_a_whole)
{
	struct tdl_error err = { 0 };
	struct crl crl;
	struct made m;

	make(&kinds[_i].knobs, &m);
	int rc = crl_open(m.der, m.size, &crl, &err);
	ck_assert_msg(rc == kinds[_i].rc, "%s: got %d: %s", kinds[_i].what, rc, err.text);
	if (rc == 0) {
		char name[CERT_NAME_SIZE];

		ck_assert_str_eq(cert_common_name(crl.issuer, name), "Issuer");
		ck_assert_int_eq(crl.from, FROM);
		ck_assert_int_eq(crl.to, FROM + DAY);
		ck_assert(crl_is_signed(&crl, m.key));
		ck_assert(lists(&crl, "01") != kinds[_i].knobs.empty);
		crl_end(&crl);
	}
	EVP_PKEY_free(m.key);
}
END_TEST

START_TEST(another_hash_is_refused)
{
	struct tdl_error err = { 0 };
	struct crl crl;
	struct made m;

	make(&(struct knobs){ .md = EVP_sha384() }, &m);
	test_rc(crl_open(m.der, m.size, &crl, &err), -EBADMSG, &err);
	EVP_PKEY_free(m.key);
}
END_TEST

START_TEST(every_number_is_found_and_no_other)
{
	static const char *const others[] = { "02", "0080FF", "7F", "05", "-80", "00" };
	struct tdl_error err = { 0 };
	struct crl crl;
	struct made m;

	make(&(struct knobs){ 0 }, &m);
	test_rc(crl_open(m.der, m.size, &crl, &err), 0, &err);
	for (size_t i = 0; i < ARRAY_SIZE(serials); i++)
		ck_assert_msg(lists(&crl, serials[i]), "%s", serials[i]);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		ck_assert_msg(!lists(&crl, others[i]), "%s", others[i]);
	crl_end(&crl);
	EVP_PKEY_free(m.key);
}
END_TEST

/* What OpenSSL refuses is refused here too, and nothing that was changed passes for signed. */
START_TEST(no_changed_byte_goes_unseen)
{
	struct made m;

	make(&(struct knobs){ 0 }, &m);
	for (size_t at = 0; at < m.size; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			const uint8_t *next = m.der;
			struct crl crl;

			m.der[at] ^= (uint8_t)(1u << bit);
			if (crl_open(m.der, m.size, &crl, NULL) == 0) {
				X509_CRL *theirs = d2i_X509_CRL(NULL, &next, (long)m.size);

				ck_assert_msg(theirs, "byte %zu, bit %u: OpenSSL refuses", at, bit);
				ck_assert_msg(!crl_is_signed(&crl, m.key), "byte %zu, bit %u", at,
					      bit);
				X509_CRL_free(theirs);
				crl_end(&crl);
			}
			m.der[at] ^= (uint8_t)(1u << bit);
		}
	ERR_clear_error();
	EVP_PKEY_free(m.key);
}
END_TEST

START_TEST(no_part_of_a_list_is_a_list)
{
	struct crl crl;
	struct made m;

	make(&(struct knobs){ 0 }, &m);
	for (size_t size = 0; size < m.size; size++)
		ck_assert_int_lt(crl_open(m.der, size, &crl, NULL), 0);
	m.der[m.size] = 0;
	ck_assert_int_eq(crl_open(m.der, m.size + 1, &crl, NULL), -EBADMSG);
	EVP_PKEY_free(m.key);
}
END_TEST

START_TEST(text_forms_are_read_as_der)
{
	struct tdl_error err = { 0 };
	char text[8192];
	struct crl crl;
	struct made m;

	make(&(struct knobs){ 0 }, &m);
	hex_encode(m.der, m.size, text);
	test_rc(crl_open((uint8_t *)text, 2 * m.size, &crl, &err), 0, &err);
	ck_assert(crl_is_signed(&crl, m.key));
	crl_end(&crl);
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem = NULL;
	ck_assert_int_eq(PEM_write_bio(bio, PEM_STRING_X509_CRL, "", m.der, (long)m.size) > 0, 1);
	long size = BIO_get_mem_data(bio, &pem);
	test_rc(crl_open((uint8_t *)pem, (size_t)size, &crl, &err), 0, &err);
	ck_assert(crl_is_signed(&crl, m.key));
	crl_end(&crl);
	BIO_free(bio);
	EVP_PKEY_free(m.key);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest CRL");
	TCase *tc = tcase_create("crl");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_list_is_read_or_refused_as_a_whole, 0, ARRAY_SIZE(kinds));
	tcase_add_test(tc, another_hash_is_refused);
	tcase_add_test(tc, every_number_is_found_and_no_other);
	tcase_add_test(tc, no_changed_byte_goes_unseen);
	tcase_add_test(tc, no_part_of_a_list_is_a_list);
	tcase_add_test(tc, text_forms_are_read_as_der);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
