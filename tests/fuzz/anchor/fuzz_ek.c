/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the names in an EK certificate: a byte that is the size of its issuer's name, that
 * name, and the alternative name in DER. The certificate itself is whole, and a root vouches for
 * it: hardware is what that root was given for, and what is said of it is one line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "anchor/kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool good)
{
	if (!good)
		abort();
}

static EVP_PKEY *key(void)
{
	static EVP_PKEY *made;

	if (!made)
		made = EVP_EC_gen("P-256");
	need(made);
	return made;
}

/* A certificate by that name for itself: root and EK certificate have the same key. The name is
 * text in UTF-8; what is none is replaced, since no certificate has it that OpenSSL reads. */
static X509 *make(const uint8_t *name, size_t name_size, const uint8_t *alternative, size_t size)
{
	X509 *cert = X509_new();
	X509_NAME *words = X509_NAME_new();

	need(cert && words && X509_set_version(cert, X509_VERSION_3) == 1);
	need(ASN1_INTEGER_set(X509_get_serialNumber(cert), alternative ? 2 : 1) == 1);
	X509_NAME_add_entry_by_NID(words, NID_commonName, V_ASN1_UTF8STRING, name, (int)name_size,
				   -1, 0);
	if (X509_set_issuer_name(cert, words) != 1) {
		X509_NAME_free(words);
		words = X509_NAME_new();
		need(words && X509_set_issuer_name(cert, words) == 1);
	}
	if (!alternative)
		need(X509_set_subject_name(cert, words) == 1);
	need(X509_gmtime_adj(X509_getm_notBefore(cert), 0) &&
	     X509_gmtime_adj(X509_getm_notAfter(cert), 1000) && X509_set_pubkey(cert, key()) == 1);
	if (alternative) {
		ASN1_OCTET_STRING *der = ASN1_OCTET_STRING_new();
		X509_EXTENSION *extension;

		need(der && ASN1_OCTET_STRING_set(der, alternative, (int)size) == 1);
		extension = X509_EXTENSION_create_by_NID(NULL, NID_subject_alt_name, 0, der);
		need(extension && X509_add_ext(cert, extension, -1) == 1);
		X509_EXTENSION_free(extension);
		ASN1_OCTET_STRING_free(der);
	}
	need(X509_sign(cert, key(), EVP_sha256()) > 0);
	X509_NAME_free(words);
	return cert;
}

static void check(const struct quotefile *q, const char *root, size_t root_size)
{
	char text[KIND_TEXT] = "";

	need(kind_of(q, NULL, 0, text) != TDL_TPM_HARDWARE && text[0]);
	memset(text, 0, sizeof(text));
	kind_of(q, root, root_size, text);
	need(text[0] && memchr(text, '\0', sizeof(text)));
	for (const char *c = text; *c; c++)
		need(*c >= 0x20 && *c <= 0x7e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct quotefile *q = calloc(1, sizeof(*q));
	size_t n = size > 0 && data[0] < size ? data[0] : 0;
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned char *der = NULL;
	char *root = NULL;
	int length;

	need(q && bio);
	if (size == 0)
		data = (const uint8_t *)"", size = 1;
	X509 *ek = make(data + 1, n, data + 1 + n, size - 1 - n);
	X509 *self = make(data + 1, n, NULL, 0);
	length = i2d_X509(ek, &der);
	need(length > 0 && PEM_write_bio_X509(bio, self) == 1);
	if ((size_t)length <= sizeof(q->ek[0].bytes)) {
		memcpy(q->ek[0].bytes, der, (size_t)length);
		q->ek[0].size = (size_t)length;
		q->ek_count = 1;
		strcpy(q->tpm, "a TPM");
		long root_size = BIO_get_mem_data(bio, &root);
		check(q, root, (size_t)root_size);
	}
	OPENSSL_free(der);
	X509_free(ek);
	X509_free(self);
	BIO_free(bio);
	free(q);
	return 0;
}
