/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates for tests. */
#include "tests/unit/refval/pki_make.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tests/lib/test.h"

static EVP_PKEY *make_key(const struct wish *wish)
{
	const char *algorithm = wish->algorithm ? wish->algorithm : "EC";

	if (strcmp(algorithm, "RSA") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA",
					 (size_t)(wish->rsa_bits ? wish->rsa_bits : 2048));
	if (strcmp(algorithm, "EC") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	return EVP_PKEY_Q_keygen(NULL, NULL, algorithm);
}

static void extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ck_assert_ptr_nonnull(extension);
	ck_assert_int_eq(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

struct identity identity_make(struct wish wish)
{
	struct identity made = { .key = make_key(&wish), .certificate = X509_new() };
	const struct identity *issuer = wish.issuer ? wish.issuer : &made;
	const char *usage = wish.usage ? wish.usage : wish.ca ? "keyCertSign" : "digitalSignature";
	X509 *c = made.certificate;
	const EVP_MD *md;

	ck_assert_ptr_nonnull(made.key);
	X509_set_version(c, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(c), (long)(uintptr_t)made.key & 0xffffff);
	X509_gmtime_adj(X509_getm_notBefore(c), wish.from || wish.until ? wish.from : -3600);
	X509_gmtime_adj(X509_getm_notAfter(c), wish.from || wish.until ? wish.until : 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC,
				   (const unsigned char *)wish.name, -1, -1, 0);
	X509_set_issuer_name(c, X509_get_subject_name(issuer->certificate));
	X509_set_pubkey(c, made.key);
	extend(c, issuer->certificate, NID_basic_constraints,
	       wish.ca ? "critical,CA:TRUE" : "CA:FALSE");
	extend(c, issuer->certificate, NID_key_usage, usage);
	if (wish.extended)
		extend(c, issuer->certificate, NID_ext_key_usage, wish.extended);
	md = EVP_PKEY_get_id(issuer->key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
	ck_assert_int_gt(X509_sign(c, issuer->key, md), 0);
	return made;
}

void identity_free(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	X509_free(identity->certificate);
}

void identity_save(const struct identity *identity, const char *path)
{
	char name[4300];
	FILE *f;

	snprintf(name, sizeof(name), "%s.pem", path);
	f = fopen(name, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_X509(f, identity->certificate), 1);
	fclose(f);
	snprintf(name, sizeof(name), "%s.key", path);
	f = fopen(name, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_PrivateKey(f, identity->key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
}
