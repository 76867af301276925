/* SPDX-License-Identifier: BSD-2-Clause */
/* COSE_Sign1 (RFC 9052) around a CoRIM. The algorithm is that of the protected header, and must be
 * the key's; the signer's certificates are carried in x5chain (RFC 9360). */
#include "exchange/corim.h"

#include <errno.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/scope.h"
#include "exchange/signer.h"
#include "refval/plain.h"

enum cose_header {
	HEADER_ALG = 1,
	HEADER_CRIT = 2,
	HEADER_CONTENT_TYPE = 3,
	HEADER_KEY_ID = 4,
	HEADER_CORIM_META = 8,
	HEADER_CWT_CLAIMS = 15,
	HEADER_X5CHAIN = 33,
	HEADER_HASH_ALG = 258, /* the payload is a hash of what is meant */
};

enum { META_SIGNER = 0, META_VALIDITY = 1 };
enum { CWT_EXPIRES = 4, CWT_NOT_BEFORE = 5 };

/* What is signed: ["Signature1", protected, external data (none), payload]. */
static int to_be_signed(const void *protected, size_t protected_size, const void *payload,
			size_t size, struct blob *ret, struct tdl_error *err)
{
	cbor_item_t *structure = tree_new_array(4);

	tree_push(&structure, tree_new_text("Signature1"));
	tree_push(&structure, tree_new_bytes(protected, protected_size));
	tree_push(&structure, tree_new_bytes(NULL, 0));
	tree_push(&structure, tree_new_bytes(payload, size));
	return tree_write(structure, ret, err);
}

static cbor_item_t *certificate_item(X509 *certificate)
{
	unsigned char *der = NULL;
	int n = i2d_X509(certificate, &der);
	cbor_item_t *item = n > 0 ? tree_new_bytes(der, (size_t)n) : NULL;

	OPENSSL_free(der);
	return item;
}

/* One certificate stands alone, several are a list. */
static cbor_item_t *chain_item(STACK_OF(X509) * chain)
{
	int n = sk_X509_num(chain);
	cbor_item_t *list;

	if (n == 1)
		return certificate_item(sk_X509_value(chain, 0));
	list = tree_new_array((size_t)n);
	for (int i = 0; i < n; i++)
		tree_push(&list, certificate_item(sk_X509_value(chain, i)));
	return list;
}

/* { 0: { 0: name } }, as bytes. */
static int meta_bytes(const char *name, struct blob *ret, struct tdl_error *err)
{
	cbor_item_t *signer = tree_new_map(1);
	cbor_item_t *meta = tree_new_map(1);

	tree_put(&signer, tree_new_int(0), tree_new_text(name));
	tree_put(&meta, tree_new_int(META_SIGNER), signer);
	return tree_write(meta, ret, err);
}

static int protected_bytes(const struct signer *signer, const struct plain_algorithm *algorithm,
			   struct blob *ret, struct tdl_error *err)
{
	AUTO_BLOB struct blob meta = { 0 };
	AUTO_FREE char *keyid = NULL;
	cbor_item_t *map = tree_new_map(signer->chain ? 5 : 4);
	int rc = meta_bytes(signer->name, &meta, err);

	if (rc == 0)
		rc = key_name(signer->key, &keyid, err);
	if (rc < 0) {
		tree_free(&map);
		return rc;
	}
	tree_put(&map, tree_new_int(HEADER_ALG), tree_new_int(algorithm->cose));
	tree_put(&map, tree_new_int(HEADER_CONTENT_TYPE), tree_new_text(CORIM_CONTENT_TYPE));
	tree_put(&map, tree_new_int(HEADER_KEY_ID), tree_new_bytes(keyid, strlen(keyid)));
	tree_put(&map, tree_new_int(HEADER_CORIM_META), tree_new_bytes(meta.bytes, meta.size));
	if (signer->chain)
		tree_put(&map, tree_new_int(HEADER_X5CHAIN), chain_item(signer->chain));
	return tree_write(map, ret, err);
}

int cose_seal(const struct blob *payload, const struct tdl_exchange_options *opt,
	      struct blob *ret_file, struct tdl_error *err)
{
	AUTO_SIGNER struct signer signer = { 0 };
	AUTO_BLOB struct blob header = { 0 };
	AUTO_BLOB struct blob signed_bytes = { 0 };
	AUTO_FREE uint8_t *signature = NULL;
	const struct plain_algorithm *algorithm = NULL;
	cbor_item_t *message;
	size_t size = 0;
	int rc = signer_open(opt, &signer, err);

	if (rc == 0 && !(algorithm = plain_algorithm_of(signer.key)))
		rc = tdl_fail(err, -EOPNOTSUPP, "COSE has no algorithm for the key %s", opt->key);
	if (rc == 0)
		rc = protected_bytes(&signer, algorithm, &header, err);
	if (rc == 0)
		rc = to_be_signed(header.bytes, header.size, payload->bytes, payload->size,
				  &signed_bytes, err);
	if (rc == 0)
		rc = plain_sign(signer.key, PLAIN_RAW, signed_bytes.bytes, signed_bytes.size,
				&signature, &size, err);
	if (rc < 0)
		return rc;
	message = tree_new_array(4);
	tree_push(&message, tree_new_bytes(header.bytes, header.size));
	tree_push(&message, tree_new_map(0));
	tree_push(&message, tree_new_bytes(payload->bytes, payload->size));
	tree_push(&message, tree_new_bytes(signature, size));
	return tree_write(tree_new_tag(TAG_COSE_SIGN1, message), ret_file, err);
}

/* A message taken apart; everything borrowed from its tree but the header. */
struct message {
	const void *protected, *payload, *signature;
	size_t protected_size, payload_size, signature_size;
	const cbor_item_t *unprotected;
	cbor_item_t *header; /* owned: the protected bytes as a tree */
	STACK_OF(X509) * chain; /* owned; NULL when it carries none */
};

static void message_end(struct message *m)
{
	tree_free(&m->header);
	pki_free_certificates(m->chain);
}

static int split(const cbor_item_t *item, struct message *m, struct tdl_error *err)
{
	m->unprotected = tree_at(item, 1);
	if (tree_count(item) != 4 ||
	    !tree_bytes(tree_at(item, 0), &m->protected, &m->protected_size) ||
	    !cbor_isa_map(m->unprotected) ||
	    !tree_bytes(tree_at(item, 2), &m->payload, &m->payload_size) ||
	    !tree_bytes(tree_at(item, 3), &m->signature, &m->signature_size))
		return tdl_fail(err, -EBADMSG,
				"a COSE_Sign1 is [protected, unprotected, payload, signature], its "
				"payload inside");
	return tree_load(m->protected, m->protected_size, "the protected header", &m->header, err);
}

static bool is_understood(int64_t label)
{
	return label == HEADER_ALG || label == HEADER_CONTENT_TYPE || label == HEADER_KEY_ID ||
	       label == HEADER_CORIM_META || label == HEADER_CWT_CLAIMS || label == HEADER_X5CHAIN;
}

/* Every label that is critical is there and understood. Source: RFC 9052, Common COSE Header
 * Parameters. */
static int check_critical(const struct message *m, struct tdl_error *err)
{
	const cbor_item_t *critical = tree_get(m->header, HEADER_CRIT);
	int64_t label = 0;

	if (tree_get(m->unprotected, HEADER_CRIT))
		return tdl_fail(err, -EBADMSG, "the list of critical headers is not protected");
	if (critical && tree_count(critical) == 0)
		return tdl_fail(err, -EBADMSG, "the list of critical headers is empty");
	for (size_t i = 0; i < tree_count(critical); i++)
		if (!tree_int(tree_at(critical, i), &label) || !is_understood(label) ||
		    !tree_get(m->header, label))
			return tdl_fail(err, -EOPNOTSUPP,
					"a critical header is not understood, or missing");
	return 0;
}

/* No label stands in both headers. */
static int check_labels(const struct message *m, struct tdl_error *err)
{
	int rc = 0;

	if (!cbor_isa_map(m->header))
		return tdl_fail(err, -EBADMSG, "the protected header is not a map");
	rc = check_critical(m, err);
	if (rc < 0)
		return rc;
	if (tree_get(m->header, HEADER_HASH_ALG))
		return tdl_fail(err, -EOPNOTSUPP,
				"its payload is only the hash of a CoRIM, which is not read here");
	for (size_t i = 0; i < cbor_map_size(m->unprotected); i++)
		for (size_t j = 0; j < cbor_map_size(m->header); j++)
			if (tree_same_key(cbor_map_handle(m->unprotected)[i].key,
					  cbor_map_handle(m->header)[j].key))
				return tdl_fail(err, -EBADMSG,
						"a header is both protected and not");
	return 0;
}

static int check_content(const struct message *m, struct tdl_error *err)
{
	const cbor_item_t *item = tree_get(m->header, HEADER_CONTENT_TYPE);
	const void *text = NULL;
	size_t size = 0;

	if (!item || (tree_text(item, &text, &size) && size == strlen(CORIM_CONTENT_TYPE) &&
		      memcmp(text, CORIM_CONTENT_TYPE, size) == 0))
		return 0;
	return tdl_fail(err, -EBADMSG, "its content type is not " CORIM_CONTENT_TYPE);
}

/* A limit that cannot be read is not one that can be passed over. */
static int check_claims(const struct import *in, const cbor_item_t *claims, struct tdl_error *err)
{
	const cbor_item_t *expires = tree_get(claims, CWT_EXPIRES);
	const cbor_item_t *not_before = tree_get(claims, CWT_NOT_BEFORE);
	int64_t until = INT64_MAX, from = INT64_MIN;

	if (claims && !cbor_isa_map(claims))
		return tdl_fail(err, -EBADMSG, "its CWT claims are no map");
	if ((expires && !tree_int(expires, &until)) || (not_before && !tree_int(not_before, &from)))
		return tdl_fail(err, -EBADMSG, "a limit in its CWT claims is not a number of seconds");
	if (until <= import_time(in))
		return tdl_fail(err, -EKEYREJECTED, "it has expired");
	return from > import_time(in) ? tdl_fail(err, -EKEYREJECTED, "it is not valid yet") : 0;
}

/* The signer's own word on how long the signature is good: in corim-meta, or in CWT claims. */
static int check_dates(const struct import *in, const struct message *m, struct tdl_error *err)
{
	const cbor_item_t *item = tree_get(m->header, HEADER_CORIM_META);
	AUTO_TREE cbor_item_t *meta = NULL;
	const void *bytes = NULL;
	size_t size = 0;
	int rc = 0;

	if (item && !tree_bytes(item, &bytes, &size))
		rc = tdl_fail(err, -EBADMSG, "corim-meta is no byte string");
	else if (item)
		rc = tree_load(bytes, size, "corim-meta", &meta, err);
	if (rc == 0 && meta && !cbor_isa_map(meta))
		rc = tdl_fail(err, -EBADMSG, "corim-meta is no map");
	if (rc == 0)
		rc = corim_check_validity(in, tree_get(meta, META_VALIDITY), err);
	if (rc == 0)
		rc = check_claims(in, tree_get(m->header, HEADER_CWT_CLAIMS), err);
	return rc < 0 ? tdl_while(err, rc, "the signature") : 0;
}

static int add_certificate(struct message *m, const cbor_item_t *item, struct tdl_error *err)
{
	const void *bytes = NULL;
	const unsigned char *at;
	size_t size = 0;
	X509 *one;

	if (!tree_bytes(item, &bytes, &size))
		return tdl_fail(err, -EBADMSG, "x5chain is not made of byte strings");
	at = bytes;
	one = d2i_X509(NULL, &at, (long)size);
	if (!one || at != (const unsigned char *)bytes + size || sk_X509_push(m->chain, one) <= 0) {
		X509_free(one);
		return tdl_fail(err, -EBADMSG, "a certificate of x5chain is damaged: %s",
				pki_complaint());
	}
	return 0;
}

static int read_chain(struct message *m, struct tdl_error *err)
{
	const cbor_item_t *item = tree_get(m->header, HEADER_X5CHAIN);
	int rc = 0;

	item = item ? item : tree_get(m->unprotected, HEADER_X5CHAIN);
	if (!item)
		return 0;
	m->chain = sk_X509_new_null();
	if (!m->chain)
		return tdl_fail(err, -ENOMEM, "no memory for certificates");
	if (tree_count(item) > 16)
		return tdl_fail(err, -E2BIG, "x5chain has more than 16 certificates");
	if (tree_count(item) == 0)
		return add_certificate(m, item, err);
	for (size_t i = 0; i < tree_count(item) && rc == 0; i++)
		rc = add_certificate(m, tree_at(item, i), err);
	return rc;
}

static int verify(struct import *in, const struct message *m, struct tdl_error *err)
{
	AUTO_SIGNER struct signer signer = { 0 };
	AUTO_BLOB struct blob signed_bytes = { 0 };
	const struct plain_algorithm *algorithm = NULL;
	int64_t number = 0;
	int rc = signer_trusted(in, m->chain, &signer, err);

	if (rc < 0 || !signer.key)
		return rc;
	if (tree_int(tree_get(m->header, HEADER_ALG), &number))
		algorithm = plain_algorithm_by_cose(number);
	if (!algorithm)
		return tdl_fail(err, -EOPNOTSUPP, "its algorithm is not known: %d", (int)number);
	rc = to_be_signed(m->protected, m->protected_size, m->payload, m->payload_size,
			  &signed_bytes, err);
	if (rc == 0)
		rc = plain_verify(signer.key, algorithm, PLAIN_RAW, signed_bytes.bytes,
				  signed_bytes.size, m->signature, m->signature_size, err);
	if (rc < 0)
		return tdl_while(err, rc, "the signature of the CoRIM");
	in->signer = steal(signer.name);
	return check_dates(in, m, err);
}

int cose_open(struct import *in, const uint8_t *file, size_t size, struct blob *ret_payload,
	      struct tdl_error *err)
{
	AUTO_TREE cbor_item_t *root = NULL;
	AUTO_CALL(message_end) struct message m = { 0 };
	bool sealed = tree_skip_tag(TAG_COSE_SIGN1, &file, &size);
	int rc = 0;

	if (!sealed && !in->opt->allow_unsigned)
		return tdl_fail(err, -ENOENT,
				"it is not a COSE_Sign1 (tag %d), so nobody has signed it; only "
				"--allow-unsigned takes it as it is",
				TAG_COSE_SIGN1);
	if (sealed) {
		rc = tree_load(file, size, "the file", &root, err);
		if (rc == 0)
			rc = split(root, &m, err);
		if (rc == 0)
			rc = check_labels(&m, err);
		if (rc == 0)
			rc = check_content(&m, err);
		if (rc == 0)
			rc = read_chain(&m, err);
		if (rc == 0)
			rc = verify(in, &m, err);
		if (rc < 0)
			return rc;
		file = m.payload;
		size = m.payload_size;
	}
	ret_payload->bytes = malloc(size + 1);
	if (!ret_payload->bytes)
		return tdl_fail(err, -ENOMEM, "no memory for a CoRIM");
	memcpy(ret_payload->bytes, file, size);
	ret_payload->size = size;
	return 0;
}
