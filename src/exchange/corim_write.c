/* SPDX-License-Identifier: BSD-2-Clause */
/* A manifest as a CoRIM: one CoMID with, for each reference, a reference triple of what a TD's
 * evidence shows, and an endorsed triple, at the same place of its list, of what evidence does not
 * show: which file, from where, who computed it. A verifier that matches evidence looks at the first
 * only. */
#include "exchange/corim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/scope.h"

int corim_id(const struct tdl_manifest *m, char text[CORIM_ID_SIZE], struct tdl_error *err)
{
	AUTO_FREE char *manifest = NULL;
	uint8_t digest[48];
	char hex[33];
	int rc = manifest_text(m, &manifest, err);

	if (rc == 0)
		rc = sha384(manifest, strlen(manifest), digest, err);
	if (rc == 0)
		snprintf(text, CORIM_ID_SIZE, "tdlaunch:%s", hex_encode(digest, 16, hex));
	return rc;
}

static cbor_item_t *digest_item(const uint8_t value[48])
{
	cbor_item_t *digest = tree_new_array(2);

	tree_push(&digest, tree_new_int(DIGEST_SHA384));
	tree_push(&digest, tree_new_bytes(value, 48));
	return digest;
}

static cbor_item_t *digests_item(const uint8_t value[48])
{
	cbor_item_t *list = tree_new_array(1);

	tree_push(&list, digest_item(value));
	return list;
}

static cbor_item_t *environment_item(const struct tdl_reference *r)
{
	cbor_item_t *class = tree_new_map(2);
	cbor_item_t *environment = tree_new_map(1);

	tree_put(&class, tree_new_int(CLASS_VENDOR), tree_new_text(r->computed.by));
	tree_put(&class, tree_new_int(CLASS_MODEL), tree_new_text(r->name));
	tree_put(&environment, tree_new_int(ENVIRONMENT_CLASS), class);
	return environment;
}

/* [environment, [{ values }]] */
static cbor_item_t *triple_item(const struct tdl_reference *r, cbor_item_t *values)
{
	cbor_item_t *measurement = tree_new_map(1);
	cbor_item_t *measurements = tree_new_array(1);
	cbor_item_t *triple = tree_new_array(2);

	tree_put(&measurement, tree_new_int(MEASUREMENT_VALUES), values);
	tree_push(&measurements, measurement);
	tree_push(&triple, environment_item(r));
	tree_push(&triple, measurements);
	return triple;
}

static size_t count_rtmrs(const struct tdl_reference *r)
{
	return (size_t)__builtin_popcount(r->has_rtmr & 15u);
}

static cbor_item_t *reference_item(const struct tdl_reference *r)
{
	cbor_item_t *registers = tree_new_map(1 + count_rtmrs(r));
	cbor_item_t *values = tree_new_map(2);
	char name[8];

	tree_put(&registers, tree_new_text("mrtd"), digests_item(r->mrtd));
	for (unsigned i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "rtmr%u", i);
		if (r->has_rtmr & 1u << i)
			tree_put(&registers, tree_new_text(name), digests_item(r->rtmr[i]));
	}
	tree_put(&values, tree_new_int(VALUE_REGISTERS), registers);
	tree_put(&values, tree_new_int(VALUE_MRTEE), digest_item(r->mrtd));
	return triple_item(r, values);
}

static cbor_item_t *origin_item(const struct tdl_origin *origin)
{
	cbor_item_t *map = tree_new_map(origin->note ? 4 : 3);

	tree_put(&map, tree_new_int(ORIGIN_BY), tree_new_text(origin->by));
	tree_put(&map, tree_new_int(ORIGIN_TOOL), tree_new_text(origin->tool));
	tree_put(&map, tree_new_int(ORIGIN_VERSION), tree_new_text(origin->version));
	if (origin->note)
		tree_put(&map, tree_new_int(ORIGIN_NOTE), tree_new_text(origin->note));
	return map;
}

static cbor_item_t *more_item(const struct tdl_reference *r)
{
	cbor_item_t *map = tree_new_map(3 + (r->source ? 1 : 0) + (r->confirmed_count ? 1 : 0));

	tree_put(&map, tree_new_int(MORE_SIZE), tree_new_int((int64_t)r->size));
	if (r->source)
		tree_put(&map, tree_new_int(MORE_SOURCE), tree_new_text(r->source));
	tree_put(&map, tree_new_int(MORE_FLOW), tree_new_text(r->flow));
	tree_put(&map, tree_new_int(MORE_COMPUTED), origin_item(&r->computed));
	if (r->confirmed_count) {
		cbor_item_t *list = tree_new_array(r->confirmed_count);

		for (size_t i = 0; i < r->confirmed_count; i++)
			tree_push(&list, origin_item(&r->confirmed[i]));
		tree_put(&map, tree_new_int(MORE_CONFIRMED), list);
	}
	return map;
}

static cbor_item_t *endorsed_item(const struct tdl_reference *r)
{
	cbor_item_t *version = tree_new_map(1);
	cbor_item_t *values = tree_new_map(3);

	tree_put(&version, tree_new_int(0), tree_new_text(r->version));
	tree_put(&values, tree_new_int(VALUE_VERSION), version);
	tree_put(&values, tree_new_int(VALUE_DIGESTS), digests_item(r->firmware));
	tree_put(&values, tree_new_int(VALUE_MANIFEST), more_item(r));
	return triple_item(r, values);
}

static cbor_item_t *comid_item(const struct tdl_manifest *m, const char *id)
{
	cbor_item_t *identity = tree_new_map(1);
	cbor_item_t *reference = tree_new_array(m->count);
	cbor_item_t *endorsed = tree_new_array(m->count);
	cbor_item_t *triples = tree_new_map(2);
	cbor_item_t *comid = tree_new_map(2);

	for (size_t i = 0; i < m->count; i++) {
		tree_push(&reference, reference_item(&m->references[i]));
		tree_push(&endorsed, endorsed_item(&m->references[i]));
	}
	tree_put(&identity, tree_new_int(IDENTITY_ID), tree_new_text(id));
	tree_put(&triples, tree_new_int(TRIPLES_REFERENCE), reference);
	tree_put(&triples, tree_new_int(TRIPLES_ENDORSED), endorsed);
	tree_put(&comid, tree_new_int(COMID_TAG_IDENTITY), identity);
	tree_put(&comid, tree_new_int(COMID_TRIPLES), triples);
	return comid;
}

int corim_write(const struct tdl_manifest *m, const struct tdl_exchange_options *opt,
		struct blob *ret_payload, struct tdl_error *err)
{
	AUTO_BLOB struct blob comid = { 0 };
	char id[CORIM_ID_SIZE];
	cbor_item_t *tags, *corim;
	int rc = corim_id(m, id, err);

	(void)opt;
	if (rc == 0)
		rc = tree_write(comid_item(m, id), &comid, err);
	if (rc < 0)
		return rc;
	tags = tree_new_array(1);
	tree_push(&tags, tree_new_tag(TAG_COMID, tree_new_bytes(comid.bytes, comid.size)));
	corim = tree_new_map(3);
	tree_put(&corim, tree_new_int(CORIM_ID), tree_new_text(id));
	tree_put(&corim, tree_new_int(CORIM_TAGS), tags);
	tree_put(&corim, tree_new_int(CORIM_PROFILE),
		 tree_new_tag(TAG_URI, tree_new_text(CORIM_PROFILE_URI)));
	return tree_write(tree_new_tag(TAG_CORIM, corim), ret_payload, err);
}

const struct format corim_format = {
	.shown = { "corim", "CoRIM (CBOR), in a COSE_Sign1 when signed", true, true, true, true },
	.write = corim_write,
	.read = corim_read,
	.seal = cose_seal,
	.open = cose_open,
};
