/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading revocation lists. Source: RFC 5280, section 5.1, TBSCertList. */
#include "attest/crl.h"

#include <errno.h>
#include <string.h>

#include <openssl/err.h>

#include "attest/der.h"
#include "attest/text.h"
#include "base/scope.h"

/* AlgorithmIdentifier of ecdsa-with-SHA256, without parameters. Source: RFC 5758, section 3.2. */
static const uint8_t ecdsa_sha256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
					0x3d, 0x04, 0x03, 0x02 };

static void take_algorithm(struct cursor *c)
{
	struct cursor a = der_take(c, DER_SEQUENCE);

	if (a.bad || a.left != sizeof(ecdsa_sha256) ||
	    memcmp(a.next, ecdsa_sha256, sizeof(ecdsa_sha256)) != 0)
		c->bad = true;
}

/* A time as RFC 5280 wants it: in UTC, to the second, the century told by the year 50. */
static int64_t take_time(struct cursor *c)
{
	/* Where the digits of YYYYMMDDhhmmss stand. */
	static const uint8_t places[] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
	bool is_short = der_peek(c) == DER_UTC_TIME;
	struct cursor t = der_take(c, is_short ? DER_UTC_TIME : DER_GENERALIZED_TIME);
	char text[] = "2000-00-00T00:00:00Z";
	int64_t time = 0;

	for (size_t i = is_short ? 2 : 0; i < sizeof(places); i++)
		text[places[i]] = (char)cursor_u8(&t);
	if (is_short && text[2] >= '5')
		memcpy(text, "19", 2);
	if (cursor_u8(&t) != 'Z' || t.bad || t.left || !time_parse(text, strlen(text), &time))
		c->bad = true;
	return time;
}

static X509_NAME *take_name(struct cursor *c)
{
	const uint8_t *start = c->next, *end = start;

	der_take(c, DER_SEQUENCE);
	X509_NAME *name = c->bad ? NULL : d2i_X509_NAME(NULL, &end, c->next - start);
	if (!name || end != c->next)
		c->bad = true;
	return name;
}

/* Arcs end with a byte below 0x80 and do not start with padding. */
static bool is_oid(struct cursor oid)
{
	bool starts = true;

	while (oid.left) {
		uint8_t b = cursor_u8(&oid);

		if (starts && b == 0x80)
			return false;
		starts = b < 0x80;
	}
	return starts && !oid.bad;
}

/* A list of extensions that may all be passed over: none is critical. DER does not write the false
 * that is the default. */
static void take_extensions(struct cursor *c)
{
	struct cursor all = der_take(c, DER_SEQUENCE);

	while (all.left) {
		struct cursor one = der_take(&all, DER_SEQUENCE);

		struct cursor oid = der_take(&one, DER_OID);
		der_take(&one, DER_OCTETS);
		if (one.bad || one.left || oid.left == 0 || !is_oid(oid))
			all.bad = true;
		if (all.bad)
			break;
	}
	c->bad |= all.bad;
}

static void take_entry(struct cursor *revoked)
{
	struct cursor entry = der_take(revoked, DER_SEQUENCE);
	struct cursor serial = der_take(&entry, DER_INTEGER);
	bool padded = serial.left > 1 && ((serial.next[0] == 0 && serial.next[1] < 0x80) ||
					  (serial.next[0] == 0xff && serial.next[1] >= 0x80));

	take_time(&entry);
	if (!entry.bad && entry.left)
		take_extensions(&entry);
	if (entry.bad || entry.left || padded || serial.left == 0)
		revoked->bad = true;
}

static void take_tbs(struct cursor tbs, struct crl *crl, struct cursor *outer)
{
	struct cursor c = der_take(&tbs, DER_SEQUENCE);

	if (der_peek(&c) == DER_INTEGER && der_take_unsigned(&c, DER_INTEGER) != 1)
		c.bad = true; /* version 2 is written as 1, version 1 not at all */
	take_algorithm(&c);
	crl->issuer = take_name(&c);
	crl->from = take_time(&c);
	crl->to = take_time(&c);
	if (der_peek(&c) == DER_SEQUENCE)
		crl->revoked = der_take(&c, DER_SEQUENCE);
	if (der_peek(&c) == DER_EXPLICIT_0) {
		struct cursor explicit = der_take(&c, DER_EXPLICIT_0);

		take_extensions(&explicit);
		c.bad |= explicit.bad || explicit.left;
	}
	for (struct cursor entries = crl->revoked; entries.left && !c.bad;) {
		take_entry(&entries);
		c.bad |= entries.bad;
	}
	outer->bad |= c.bad || c.left;
}

int crl_open(const uint8_t *bytes, size_t size, struct crl *ret_crl, struct tdl_error *err)
{
	struct crl crl = { 0 };
	int rc = crl_bytes(bytes, size, &crl.der, &size, err);

	if (rc < 0)
		return rc;
	struct cursor all = cursor_of(crl.der, size);
	struct cursor c = der_take(&all, DER_SEQUENCE);
	crl.tbs = c;
	der_take(&c, DER_SEQUENCE);
	crl.tbs.left -= c.left;
	take_algorithm(&c);
	crl.signature = der_take(&c, DER_BITS);
	uint8_t unused_bits = cursor_u8(&crl.signature);
	c.bad |= all.bad || all.left || c.left || crl.signature.bad || unused_bits;
	if (!c.bad)
		take_tbs(crl.tbs, &crl, &c);
	ERR_clear_error();
	if (c.bad) {
		crl_end(&crl);
		return tdl_fail(err, -EBADMSG, "a CRL is damaged or not of the kind expected");
	}
	*ret_crl = crl;
	return 0;
}

void crl_end(struct crl *crl)
{
	X509_NAME_free(crl->issuer);
	free(crl->der);
	*crl = (struct crl){ 0 };
}

bool crl_is_signed(const struct crl *crl, EVP_PKEY *key)
{
	return p256_verify_der(key, crl->tbs.next, crl->tbs.left, crl->signature.next,
			       crl->signature.left, NULL) == 0;
}

bool crl_lists(const struct crl *crl, const X509 *cert)
{
	struct cursor entries = crl->revoked;
	unsigned char *der = NULL;
	int size = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert), &der);
	struct cursor number = cursor_of(der, size > 0 ? (size_t)size : 0);
	struct cursor wanted = der_take(&number, DER_INTEGER);
	bool listed = wanted.bad; /* no memory: nothing says that it is not */

	/* Each entry has been judged by take_entry(). */
	while (entries.left && !listed) {
		struct cursor entry = der_take(&entries, DER_SEQUENCE);
		struct cursor serial = der_take(&entry, DER_INTEGER);

		listed = serial.left == wanted.left &&
			 memcmp(serial.next, wanted.next, wanted.left) == 0;
	}
	OPENSSL_free(der);
	return listed;
}
