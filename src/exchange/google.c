/* SPDX-License-Identifier: BSD-2-Clause */
/* The launch endorsement that Google signs for each build of Compute Engine's firmware: a protobuf
 * message whose inside, taken as bytes, is signed with RSA-PSS and SHA-256. One reference for each
 * shape of machine that it lists.
 * Source: the message definitions of google/gce-tcb-verifier, proto/endorsement.proto. */
#include "exchange/format.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "attest/text.h"
#include "base/cursor.h"
#include "base/scope.h"
#include "exchange/signer.h"
#include "refval/chain.h"
#include "refval/plain.h"

enum { WIRE_VARINT, WIRE_I64, WIRE_LEN, WIRE_I32 = 5 };
enum { ENDORSEMENT_GOLDEN = 1, ENDORSEMENT_SIGNATURE = 2 };
enum { GOLDEN_TIMESTAMP = 1, GOLDEN_CL, GOLDEN_COMMIT, GOLDEN_CERT, GOLDEN_DIGEST, GOLDEN_CA_BUNDLE,
       GOLDEN_SNP, GOLDEN_TDX };
enum { TDX_SVN = 1, TDX_MEASUREMENTS = 2 };
enum { MEASUREMENT_RAM_GIB = 1, MEASUREMENT_EARLY_ACCEPT = 2, MEASUREMENT_MRTD = 3 };
enum { TIMESTAMP_SECONDS = 1 };

/* One field of a message. */
struct field {
	uint64_t number, value;
	struct cursor bytes; /* of WIRE_LEN */
};

static uint64_t varint(struct cursor *c)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cursor_u8(c);

		value |= (uint64_t)(byte & 127) << shift;
		if (!(byte & 128))
			return value;
	}
	c->bad = true;
	return 0;
}

/* False at the end, and when the message is damaged, which c->bad then says. */
static bool next_field(struct cursor *c, struct field *f)
{
	uint64_t key;

	if (c->left == 0 || c->bad)
		return false;
	key = varint(c);
	*f = (struct field){ .number = key >> 3 };
	switch (key & 7) {
	case WIRE_VARINT:
		f->value = varint(c);
		break;
	case WIRE_I64:
		cursor_skip(c, 8);
		break;
	case WIRE_I32:
		cursor_skip(c, 4);
		break;
	case WIRE_LEN:
		f->value = varint(c);
		if (f->value > c->left) {
			c->bad = true;
			break;
		}
		f->bytes = cursor_of(c->next, (size_t)f->value);
		cursor_skip(c, (size_t)f->value);
		break;
	default:
		c->bad = true;
	}
	return !c->bad;
}

/* The signed message, taken apart; borrowed from it. */
struct golden {
	struct cursor cert, ca_bundle, digest, commit, tdx;
	uint64_t cl;
	int64_t time;
};

static int damaged(struct tdl_error *err)
{
	return tdl_fail(err, -EBADMSG, "it is not a launch endorsement: the protobuf is damaged");
}

static int read_golden(struct cursor c, struct golden *g, struct tdl_error *err)
{
	struct field f, inner;

	while (next_field(&c, &f)) {
		if (f.number == GOLDEN_CERT)
			g->cert = f.bytes;
		else if (f.number == GOLDEN_CA_BUNDLE)
			g->ca_bundle = f.bytes;
		else if (f.number == GOLDEN_DIGEST)
			g->digest = f.bytes;
		else if (f.number == GOLDEN_COMMIT)
			g->commit = f.bytes;
		else if (f.number == GOLDEN_CL)
			g->cl = f.value;
		else if (f.number == GOLDEN_TDX)
			g->tdx = f.bytes;
		else if (f.number == GOLDEN_TIMESTAMP)
			while (next_field(&f.bytes, &inner))
				if (inner.number == TIMESTAMP_SECONDS)
					g->time = (int64_t)inner.value;
	}
	return c.bad ? damaged(err) : 0;
}

/* The certificate inside, and those of the bundle. The bundle begins with the root. */
static int carried_chain(const struct golden *g, STACK_OF(X509) * chain, struct tdl_error *err)
{
	AUTO_CALL(scope_bio) BIO *bio =
		BIO_new_mem_buf(g->ca_bundle.left ? (const void *)g->ca_bundle.next : "",
				(int)g->ca_bundle.left);
	const unsigned char *at = g->cert.next;
	X509 *one = g->cert.left ? d2i_X509(NULL, &at, (long)g->cert.left) : NULL;

	if (!one || sk_X509_push(chain, one) <= 0) {
		X509_free(one);
		return tdl_fail(err, -EBADMSG, "the endorsement's certificate is damaged: %s",
				pki_complaint());
	}
	while (bio && sk_X509_num(chain) < 16 && (one = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
		if (sk_X509_push(chain, one) <= 0) {
			X509_free(one);
			return tdl_fail(err, -ENOMEM, "no memory for certificates");
		}
	ERR_clear_error();
	return 0;
}

static int verify(struct import *in, const struct golden *g, struct cursor signed_bytes,
		  struct cursor signature, struct tdl_error *err)
{
	AUTO_CALL(scope_certificates) STACK_OF(X509) *chain = sk_X509_new_null();
	AUTO_SIGNER struct signer signer = { 0 };
	int rc = chain ? carried_chain(g, chain, err)
		       : tdl_fail(err, -ENOMEM, "no memory for certificates");

	if (rc == 0)
		rc = signer_required(in, err);
	if (rc == 0)
		rc = signer_trusted(in, chain, &signer, err);
	if (rc < 0)
		return rc;
	rc = plain_verify(signer.key, plain_algorithm_by_cose(PLAIN_PS256), PLAIN_RAW,
			  signed_bytes.next, signed_bytes.left, signature.next, signature.left, err);
	if (rc < 0)
		return tdl_while(err, rc, "the endorsement's signature");
	in->signer = steal(signer.name);
	return 0;
}

/* The payload is the golden measurement; its signature is beside it. */
static int google_open(struct import *in, const uint8_t *file, size_t size,
		       struct blob *ret_payload, struct tdl_error *err)
{
	struct cursor c = cursor_of(file, size), golden = { 0 }, signature = { 0 };
	struct golden g = { 0 };
	struct field f;
	int rc;

	while (next_field(&c, &f)) {
		if (f.number == ENDORSEMENT_GOLDEN)
			golden = f.bytes;
		else if (f.number == ENDORSEMENT_SIGNATURE)
			signature = f.bytes;
	}
	if (c.bad || !golden.left)
		return damaged(err);
	if (!signature.left)
		return tdl_fail(err, -ENOENT, "the endorsement has no signature");
	rc = read_golden(golden, &g, err);
	if (rc == 0)
		rc = verify(in, &g, golden, signature, err);
	if (rc < 0)
		return rc;
	ret_payload->bytes = malloc(golden.left);
	if (!ret_payload->bytes)
		return tdl_fail(err, -ENOMEM, "no memory for an endorsement");
	memcpy(ret_payload->bytes, golden.next, golden.left);
	ret_payload->size = golden.left;
	return 0;
}

static int print_text(struct import *in, const char **ret, struct tdl_error *err, const char *fmt,
		      ...) __attribute__((format(printf, 4, 5)));
static int print_text(struct import *in, const char **ret, struct tdl_error *err, const char *fmt,
		      ...)
{
	char text[200];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return import_text(in, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1, ret,
			   err);
}

/* One shape of machine. */
static int add_measurement(struct import *in, struct cursor c, const struct tdl_reference *common,
			   struct tdl_error *err)
{
	struct tdl_reference r = *common;
	uint64_t ram = 0, early = 0;
	struct cursor mrtd = { 0 };
	struct field f;
	int rc;

	while (next_field(&c, &f)) {
		if (f.number == MEASUREMENT_RAM_GIB)
			ram = f.value;
		else if (f.number == MEASUREMENT_EARLY_ACCEPT)
			early = f.value;
		else if (f.number == MEASUREMENT_MRTD)
			mrtd = f.bytes;
	}
	if (c.bad)
		return damaged(err);
	if (mrtd.left != sizeof(r.mrtd))
		return tdl_fail(err, -EBADMSG, "an MRTD of the endorsement has %zu bytes, not 48",
				mrtd.left);
	memcpy(r.mrtd, mrtd.next, sizeof(r.mrtd));
	rc = print_text(in, &r.flow, err, "gce-%lluGiB%s", (unsigned long long)ram,
			early ? "-early-accept" : "");
	return rc < 0 ? rc : import_reference(in, &r, true, "the endorsement", err);
}

/* What all shapes have in common. */
static int read_common(struct import *in, const struct golden *g, struct tdl_reference *r,
		       struct tdl_error *err)
{
	char when[TIME_TEXT_SIZE];
	int rc;

	if (g->digest.left != sizeof(r->firmware))
		return tdl_fail(err, -EBADMSG, "the endorsement's firmware digest has %zu bytes, not "
					       "48",
				g->digest.left);
	memcpy(r->firmware, g->digest.next, sizeof(r->firmware));
	r->name = "Compute Engine firmware";
	r->computed.tool = "launch endorsement";
	rc = print_text(in, &r->computed.by, err, "%s", in->signer);
	if (rc == 0)
		rc = print_text(in, &r->version, err, "cl %llu", (unsigned long long)g->cl);
	if (rc == 0)
		rc = print_text(in, &r->computed.version, err, "made %s",
				time_text(g->time, when));
	return rc;
}

static int google_read(struct import *in, const uint8_t *payload, size_t size,
		       struct tdl_error *err)
{
	struct tdl_reference common = { 0 };
	struct golden g = { 0 };
	struct field f;
	int rc = read_golden(cursor_of(payload, size), &g, err);

	if (rc == 0)
		rc = read_common(in, &g, &common, err);
	while (rc == 0 && next_field(&g.tdx, &f))
		if (f.number == TDX_MEASUREMENTS)
			rc = add_measurement(in, f.bytes, &common, err);
	return rc == 0 && g.tdx.bad ? damaged(err) : rc;
}

const struct format google_format = {
	.shown = { "google", "launch endorsement of Google Compute Engine", false, true, false,
		   false },
	.read = google_read,
	.open = google_open,
};
