/* SPDX-License-Identifier: BSD-2-Clause */
/* attest_world DIR: worlds of the tests' own PKI in files. In DIR: quote, root, collateral, and what a
 * TLS server needs to serve it: certificate and key of today, and of the past. In DIR/azure, which is
 * there: a guest under a paravisor. */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tests/lib/test.h"
#include "tests/unit/attest/vtpm.h"

static void put(const char *folder, const char *name, const void *bytes, size_t size)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	test_write(path, bytes, size);
}

static void copy(const char *from, const char *to, const char *name)
{
	char path[4096];
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", from, name);
	uint8_t *bytes = test_read(path, &size);
	put(to, name, bytes, size);
	free(bytes);
}

static void extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
}

/* Vouches for itself and for nothing but the address that the tests use. */
static void write_tls(const char *folder, const char *name, int from_days, int to_days)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	char path[4096];

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(cert));
	X509_gmtime_adj(X509_getm_notBefore(cert), from_days * 86400L);
	X509_gmtime_adj(X509_getm_notAfter(cert), to_days * 86400L);
	X509_set_pubkey(cert, key);
	extend(cert, NID_basic_constraints, "critical,CA:TRUE");
	extend(cert, NID_subject_alt_name, "IP:127.0.0.1");
	X509_sign(cert, key, EVP_sha256());
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_X509(f, cert), 1);
	ck_assert_int_eq(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	ck_assert_int_eq(fclose(f), 0);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static const char *to;

static void put_world(const char *folder, const struct pki_world *w)
{
	static const char *const names[] = { "tcb_info.json", "qe_identity.json", "pck_ca.crl",
					     "root_ca.crl", "tcb_signing_chain.pem" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		copy(w->folder, folder, names[i]);
	put(folder, "root.der", w->root, w->root_size);
	put(folder, "quote.bin", w->quote, w->quote_size);
}

/* Checks of the helpers work inside of a test alone. */
START_TEST(worlds_in_files)
{
	static struct pki_world w;
	static struct vtpm_world v;
	char azure[4096];

	pki_make(&(struct pki_knobs){ 0 }, &w);
	put_world(to, &w);
	write_tls(to, "tls.pem", -1, 2);
	write_tls(to, "tls-expired.pem", -9, -1);
	snprintf(azure, sizeof(azure), "%s/azure", to);
	vtpm_make(&(struct pki_knobs){ 0 }, &v);
	put_world(azure, &v.w);
	put(azure, "hcl.bin", v.hcl, sizeof(v.hcl));
	put(azure, "tpm-quote.bin", v.message, v.message_size);
	put(azure, "tpm-signature.bin", v.signature, v.vtpm.signature_size);
	put(azure, "pcrs.bin", v.pcrs, sizeof(v.pcrs));
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("attest world");
	TCase *tc = tcase_create("files");

	if (argc != 2)
		return 2;
	to = argv[1];
	tcase_add_test(tc, worlds_in_files);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
