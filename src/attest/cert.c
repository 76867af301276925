/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading certificates and CRLs, strictly: the text is taken apart here and OpenSSL gets DER of
 * known length. */
#include "attest/cert.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "attest/der.h"
#include "attest/text.h"
#include "base/bytes.h"
#include "base/scope.h"

void certs_free(struct certs *certs)
{
	for (unsigned i = 0; i < certs->count; i++)
		X509_free(certs->cert[i]);
	certs->count = 0;
}

void cert_pool_add(struct cert_pool *pool, const struct certs *certs)
{
	struct pooled *list = reallocarray(pool->list, pool->count + certs->count, sizeof(*list));

	if (!list)
		return;
	pool->list = list;
	for (unsigned i = 0; i < certs->count; i++) {
		memcpy(list[pool->count].digest, certs->digest[i], SHA256_SIZE);
		list[pool->count++].cert = certs->cert[i];
		X509_up_ref(certs->cert[i]);
	}
}

void cert_pool_end(struct cert_pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++)
		X509_free(pool->list[i].cert);
	free(pool->list);
	*pool = (struct cert_pool){ 0 };
}

static X509 *find(const struct cert_pool *pool, const uint8_t digest[SHA256_SIZE])
{
	for (unsigned i = 0; i < pool->count; i++)
		if (memcmp(pool->list[i].digest, digest, SHA256_SIZE) == 0)
			return pool->list[i].cert;
	return NULL;
}

/* The certificate at the start of the bytes, and where it ends; NULL when it is damaged. Its
 * extensions are judged when a path is verified, not here as d2i_X509() might. */
static X509 *decode(OSSL_LIB_CTX *context, const uint8_t **next, size_t size)
{
	X509 *cert = X509_new_ex(context, NULL);
	ASN1_VALUE *value = (ASN1_VALUE *)cert; /* freed and cleared on failure */

	if (cert)
		ASN1_item_d2i(&value, next, (long)size, ASN1_ITEM_rptr(X509));
	ERR_clear_error();
	return (X509 *)value;
}

static int add_der(struct certs *certs, unsigned max, const struct cert_pool *pool,
		   const uint8_t *der, size_t size, struct tdl_error *err)
{
	const uint8_t *next = der;
	uint8_t digest[SHA256_SIZE];

	if (certs->count == max || certs->count == CERTS_LIMIT)
		return tdl_fail(err, -E2BIG, "more than %u certificates", max);
	sha256(der, size, digest);
	X509 *cert = pool ? find(pool, digest) : NULL;
	if (cert) {
		X509_up_ref(cert);
		next += size;
	} else {
		cert = decode(pool ? crypto_context() : NULL, &next, size);
	}
	if (!cert)
		return tdl_fail(err, -EBADMSG, "certificate %u is damaged", certs->count);
	if (next != der + size) {
		X509_free(cert);
		return tdl_fail(err, -EBADMSG, "certificate %u has bytes behind its end",
				certs->count);
	}
	memcpy(certs->digest[certs->count], digest, SHA256_SIZE);
	certs->cert[certs->count++] = cert;
	return 0;
}

/* Give the chain away, or free what there is of it. */
static int finish(int rc, struct certs *certs, struct certs *ret_certs, struct tdl_error *err)
{
	if (rc == 0 && certs->count == 0)
		rc = tdl_fail(err, -EBADMSG, "there is no certificate");
	if (rc < 0)
		certs_free(certs);
	else
		*ret_certs = *certs;
	return rc;
}

static int parse_der(const uint8_t *bytes, size_t size, unsigned max,
		     const struct cert_pool *pool, struct certs *ret_certs, struct tdl_error *err)
{
	struct certs certs = { 0 };
	int rc = 0;

	while (size && rc == 0) {
		size_t one = der_size(bytes, size);

		if (one == 0)
			rc = tdl_fail(err, -EBADMSG, "bytes behind certificate %u are not DER",
				      certs.count);
		else
			rc = add_der(&certs, max, pool, bytes, one, err);
		bytes += one;
		size -= one;
	}
	return finish(rc, &certs, ret_certs, err);
}

/* One PEM block: its decoded bytes, and text moved behind it. Returns 0, 1 when only white space is
 * left, or an error. */
static int next_pem(const char **text, size_t *size, const char *label, uint8_t *der,
		    size_t *ret_size, struct tdl_error *err)
{
	char begin[64], end[64];
	size_t begin_len = (size_t)snprintf(begin, sizeof(begin), "-----BEGIN %s-----", label);
	size_t end_len = (size_t)snprintf(end, sizeof(end), "-----END %s-----", label);

	while (*size && is_space(**text)) {
		(*text)++;
		(*size)--;
	}
	if (*size == 0)
		return 1;
	if (*size < begin_len || memcmp(*text, begin, begin_len) != 0)
		return tdl_fail(err, -EBADMSG, "something other than \"%s\" stands between or "
				"behind PEM blocks", begin);
	const char *body = *text + begin_len;
	const char *stop = memmem(body, *size - begin_len, end, end_len);
	if (!stop)
		return tdl_fail(err, -ENODATA, "a PEM block does not end");
	if (!base64_decode(body, (size_t)(stop - body), der, ret_size))
		return tdl_fail(err, -EBADMSG, "a PEM block is not base64");
	*size -= (size_t)(stop + end_len - *text);
	*text = stop + end_len;
	return 0;
}

static int parse_pem(const uint8_t *bytes, size_t size, unsigned max,
		     const struct cert_pool *pool, struct certs *ret_certs, struct tdl_error *err)
{
	const char *text = (const char *)bytes;
	struct certs certs = { 0 };
	AUTO_FREE uint8_t *der = NULL;
	size_t der_bytes = 0;
	int rc;

	if (size > PEM_LIMIT)
		return tdl_fail(err, -E2BIG, "PEM text of %zu bytes; the limit is %d", size,
				PEM_LIMIT);
	if (size && text[size - 1] == '\0')
		size--;
	der = malloc(size + 4);
	if (!der)
		return tdl_fail(err, -ENOMEM, "no memory for certificates");
	do {
		rc = next_pem(&text, &size, "CERTIFICATE", der, &der_bytes, err);
		if (rc == 0)
			rc = add_der(&certs, max, pool, der, der_bytes, err);
	} while (rc == 0);
	return finish(rc < 0 ? rc : 0, &certs, ret_certs, err);
}

int certs_parse_known(const uint8_t *bytes, size_t size, unsigned max,
		      const struct cert_pool *pool, struct certs *ret_certs,
		      struct tdl_error *err)
{
	if (size && bytes[0] == DER_SEQUENCE)
		return parse_der(bytes, size, max, pool, ret_certs, err);
	return parse_pem(bytes, size, max, pool, ret_certs, err);
}

int certs_parse(const uint8_t *bytes, size_t size, unsigned max, struct certs *ret_certs,
		struct tdl_error *err)
{
	return certs_parse_known(bytes, size, max, NULL, ret_certs, err);
}

int certs_parse_der(const uint8_t *bytes, size_t size, unsigned max, struct certs *ret_certs,
		    struct tdl_error *err)
{
	return parse_der(bytes, size, max, NULL, ret_certs, err);
}

int certs_parse_pem(const uint8_t *text, size_t size, unsigned max, struct certs *ret_certs,
		    struct tdl_error *err)
{
	return parse_pem(text, size, max, NULL, ret_certs, err);
}

/* Hexadecimal or base64 text, white space or a NUL at the end allowed, into bytes. False when it is
 * anything else. */
static bool decode_plain_text(const uint8_t *text, size_t size, uint8_t *der, size_t *ret_size)
{
	AUTO_FREE char *copy = NULL;

	while (size && (is_space((char)text[size - 1]) || text[size - 1] == '\0'))
		size--;
	copy = strndup((const char *)text, size);
	if (!copy || size == 0)
		return false;
	*ret_size = size / 2;
	return (size % 2 == 0 && hex_decode(copy, der, size / 2)) ||
	       base64_decode((const char *)text, size, der, ret_size);
}

int crl_bytes(const uint8_t *bytes, size_t size, uint8_t **ret_der, size_t *ret_size,
	      struct tdl_error *err)
{
	static const char begin[] = "-----BEGIN";
	AUTO_FREE uint8_t *der = size > CRL_LIMIT ? NULL : malloc(size + 4);
	const char *text = (const char *)bytes;
	size_t left = size;
	int rc = 0;

	if (size > CRL_LIMIT)
		return tdl_fail(err, -E2BIG, "a CRL of %zu bytes; the limit is %d", size,
				CRL_LIMIT);
	if (!der)
		return tdl_fail(err, -ENOMEM, "no memory for a CRL");
	if (size && bytes[0] == DER_SEQUENCE)
		memcpy(der, bytes, size);
	else if (size > sizeof(begin) && memcmp(bytes, begin, sizeof(begin) - 1) == 0)
		rc = next_pem(&text, &left, "X509 CRL", der, &size, err);
	else if (!decode_plain_text(bytes, size, der, &size))
		rc = -EBADMSG;
	if (rc != 0)
		return tdl_fail(err, -EBADMSG, "a CRL is neither DER, PEM, hex digits nor base64");
	*ret_size = size;
	*ret_der = steal(der);
	return 0;
}

int crl_parse(const uint8_t *bytes, size_t size, X509_CRL **ret_crl, struct tdl_error *err)
{
	AUTO_FREE uint8_t *der = NULL;
	int rc = crl_bytes(bytes, size, &der, &size, err);
	const unsigned char *next = der;

	if (rc < 0)
		return rc;
	X509_CRL *crl = d2i_X509_CRL(NULL, &next, (long)size);
	ERR_clear_error();
	if (!crl)
		return tdl_fail(err, -EBADMSG, "a CRL is damaged");
	if (next != der + size) {
		X509_CRL_free(crl);
		return tdl_fail(err, -EBADMSG, "a CRL has bytes behind its end");
	}
	*ret_crl = crl;
	return 0;
}

const char *cert_common_name(const X509_NAME *name, char text[CERT_NAME_SIZE])
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *utf8 = NULL;
	int size = -1;

	text[0] = '\0';
	if (at >= 0)
		size = ASN1_STRING_to_UTF8(
			&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (size > 0 && size < CERT_NAME_SIZE) {
		bool plain = true;

		for (int i = 0; i < size; i++)
			plain &= utf8[i] >= 0x20 && utf8[i] < 0x7f;
		if (plain) {
			memcpy(text, utf8, (size_t)size);
			text[size] = '\0';
		}
	}
	OPENSSL_free(utf8);
	return text;
}

const char *cert_serial(const ASN1_INTEGER *serial, char text[CERT_NAME_SIZE])
{
	int size = ASN1_STRING_length(serial);

	if (size < 0 || size > 40)
		size = 40;
	hex_encode(ASN1_STRING_get0_data(serial), (size_t)size, text);
	return text;
}

bool cert_time(const ASN1_TIME *time, int64_t *ret_time)
{
	struct tm tm;

	if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	*ret_time = days_of(tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday) *
			    86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
	return true;
}
