/* SPDX-License-Identifier: BSD-2-Clause */
/* A CoRIM as a manifest. Whoever made it, each reference triple with an MRTD becomes a reference;
 * what a manifest does not have is named and refused, and what the CoRIM does not have must be
 * filled in by the user. */
#include "exchange/corim.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/scope.h"

/* Every key of a map is one of these; others are lost by their number. */
static int lose_others(const struct import *in, const cbor_item_t *map, const char *what,
		       const int64_t *known, size_t n, struct tdl_error *err)
{
	for (size_t i = 0; i < cbor_map_size(map); i++) {
		int64_t key = 0;
		bool found = false;
		int rc;

		if (!tree_int(cbor_map_handle(map)[i].key, &key)) {
			rc = import_lose(in, err, "a member of %s that has no number", what);
		} else {
			for (size_t j = 0; j < n; j++)
				found |= known[j] == key;
			rc = found ? 0 : import_lose(in, err, "key %" PRId64 " of %s", key, what);
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int want_map(const cbor_item_t *item, const char *what, struct tdl_error *err)
{
	if (item && cbor_isa_map(item))
		return 0;
	return tdl_fail(err, -EBADMSG, "%s is not a map", what);
}

/* A text, or nothing when there is none. */
static int read_text(struct import *in, const cbor_item_t *item, const char *what,
		     const char **ret, struct tdl_error *err)
{
	const void *text = NULL;
	size_t size = 0;

	*ret = NULL;
	if (!item)
		return 0;
	if (!tree_text(item, &text, &size))
		return tdl_fail(err, -EBADMSG, "%s is not a text", what);
	return import_text(in, text, size, ret, err);
}

/* [algorithm, bytes] */
static int read_digest(const cbor_item_t *item, const char *what, uint8_t ret[48],
		       struct tdl_error *err)
{
	const void *bytes = NULL;
	int64_t algorithm = 0;
	size_t size = 0;

	if (tree_count(item) != 2 || !tree_bytes(tree_at(item, 1), &bytes, &size))
		return tdl_fail(err, -EBADMSG, "%s is not [algorithm, bytes]", what);
	if (!tree_int(tree_at(item, 0), &algorithm) || algorithm != DIGEST_SHA384)
		return tdl_fail(err, -EBADMSG, "%s is not a SHA-384 (algorithm %d)", what,
				DIGEST_SHA384);
	if (size != 48)
		return tdl_fail(err, -EBADMSG, "%s has %zu bytes, not 48", what, size);
	memcpy(ret, bytes, 48);
	return 0;
}

/* [digest], or Intel's "member of [digest]", or one digest; of one value. */
static int read_one(const cbor_item_t *item, const char *what, uint8_t ret[48],
		    struct tdl_error *err)
{
	const cbor_item_t *set = tree_tagged(item, TAG_DIGEST_SET);
	int64_t relation = 0;

	if (set) {
		if (!tree_int(tree_at(set, 0), &relation) || relation != DIGEST_SET_MEMBER)
			return tdl_fail(err, -EOPNOTSUPP, "%s is not 'member of'", what);
		item = tree_at(set, 1);
	}
	if (tree_count(item) == 2 && tree_count(tree_at(item, 0)) == 0)
		return read_digest(item, what, ret, err);
	if (tree_count(item) != 1)
		return tdl_fail(err, -EOPNOTSUPP, "%s has %zu digests, not one", what,
				tree_count(item));
	return read_digest(tree_at(item, 0), what, ret, err);
}

static int read_environment(struct import *in, const cbor_item_t *item, const char *place,
			    struct tdl_reference *r, struct tdl_error *err)
{
	static const int64_t known[] = { ENVIRONMENT_CLASS };
	static const int64_t class_known[] = { CLASS_VENDOR, CLASS_MODEL };
	const cbor_item_t *class = tree_get(item, ENVIRONMENT_CLASS);
	char what[80];
	int rc = want_map(item, place, err);

	if (rc == 0)
		rc = want_map(class, place, err);
	snprintf(what, sizeof(what), "the environment of %s", place);
	if (rc == 0)
		rc = lose_others(in, item, what, known, ARRAY_SIZE(known), err);
	if (rc == 0)
		rc = lose_others(in, class, what, class_known, ARRAY_SIZE(class_known), err);
	if (rc == 0)
		rc = read_text(in, tree_get(class, CLASS_VENDOR), "vendor", &r->computed.by, err);
	if (rc == 0)
		rc = read_text(in, tree_get(class, CLASS_MODEL), "model", &r->name, err);
	return rc;
}

/* [environment, [measurement]] with one measurement; its values. */
static int open_triple(struct import *in, const cbor_item_t *triple, const char *place,
		       struct tdl_reference *r, cbor_item_t **ret_values, struct tdl_error *err)
{
	static const int64_t known[] = { MEASUREMENT_VALUES };
	const cbor_item_t *measurements = tree_at(triple, 1);
	const cbor_item_t *measurement = tree_at(measurements, 0);
	int rc;

	if (tree_count(triple) != 2)
		return tdl_fail(err, -EBADMSG, "%s is not [environment, measurements]", place);
	if (tree_count(measurements) != 1)
		return tdl_fail(err, -EOPNOTSUPP, "%s has %zu measurements; a TD has one", place,
				tree_count(measurements));
	rc = read_environment(in, tree_at(triple, 0), place, r, err);
	if (rc == 0)
		rc = want_map(measurement, place, err);
	if (rc == 0)
		rc = lose_others(in, measurement, place, known, ARRAY_SIZE(known), err);
	*ret_values = tree_get(measurement, MEASUREMENT_VALUES);
	return rc < 0 ? rc : want_map(*ret_values, place, err);
}

/* MRTD and RTMRs by name, RTMRs by number too. */
static int read_register(struct tdl_reference *r, const struct cbor_pair *pair, bool *ret_mrtd,
			 struct import *in, struct tdl_error *err)
{
	const void *text = NULL;
	size_t size = 0;
	int64_t number = -1;
	char what[32];

	if (tree_text(pair->key, &text, &size) && size == 4 && memcmp(text, "mrtd", 4) == 0) {
		*ret_mrtd = true;
		return read_one(pair->value, "mrtd", r->mrtd, err);
	}
	if (text && size == 5 && memcmp(text, "rtmr", 4) == 0)
		number = ((const char *)text)[4] - '0';
	else if (!text)
		tree_int(pair->key, &number);
	if (number < 0 || number > 3)
		return import_lose(in, err, "a register that is neither mrtd nor rtmr0 to rtmr3");
	if (r->has_rtmr & 1u << number)
		return tdl_fail(err, -EBADMSG, "rtmr%d is there twice", (int)number);
	r->has_rtmr |= 1u << number;
	snprintf(what, sizeof(what), "rtmr%d", (int)number);
	return read_one(pair->value, what, r->rtmr[number], err);
}

static int read_values(struct import *in, const cbor_item_t *values, const char *place,
		       struct tdl_reference *r, struct tdl_error *err)
{
	static const int64_t known[] = { VALUE_REGISTERS, VALUE_MRTEE };
	const cbor_item_t *registers = tree_get(values, VALUE_REGISTERS);
	const cbor_item_t *mrtee = tree_get(values, VALUE_MRTEE);
	uint8_t mrtd[48];
	bool named = false;
	int rc = lose_others(in, values, place, known, ARRAY_SIZE(known), err);

	if (rc == 0 && registers)
		rc = want_map(registers, "integrity registers", err);
	for (size_t i = 0; rc == 0 && registers && i < cbor_map_size(registers); i++)
		rc = read_register(r, &cbor_map_handle(registers)[i], &named, in, err);
	if (rc < 0)
		return tdl_while(err, rc, "%s", place);
	if (!mrtee && !named)
		return tdl_fail(err, -EBADMSG,
				"%s has no MRTD: neither mrtee (key %d) nor the integrity register "
				"mrtd",
				place, VALUE_MRTEE);
	if (!mrtee)
		return 0;
	rc = read_one(mrtee, "mrtee", mrtd, err);
	if (rc < 0)
		return tdl_while(err, rc, "%s", place);
	if (named && memcmp(mrtd, r->mrtd, sizeof(mrtd)) != 0)
		return tdl_fail(err, -EBADMSG, "%s: mrtee and the register mrtd differ", place);
	memcpy(r->mrtd, mrtd, sizeof(mrtd));
	return 0;
}

static int read_origin(struct import *in, const cbor_item_t *map, struct tdl_origin *ret,
		       struct tdl_error *err)
{
	int rc = want_map(map, "an origin", err);

	if (rc == 0)
		rc = read_text(in, tree_get(map, ORIGIN_BY), "by", &ret->by, err);
	if (rc == 0)
		rc = read_text(in, tree_get(map, ORIGIN_TOOL), "tool", &ret->tool, err);
	if (rc == 0)
		rc = read_text(in, tree_get(map, ORIGIN_VERSION), "version", &ret->version, err);
	if (rc == 0)
		rc = read_text(in, tree_get(map, ORIGIN_NOTE), "note", &ret->note, err);
	return rc;
}

/* What else a manifest says. confirmed has room for CONFIRMED_MAX. */
static int read_more(struct import *in, const cbor_item_t *map, struct tdl_reference *r,
		     struct tdl_origin *confirmed, struct tdl_error *err)
{
	const cbor_item_t *list = tree_get(map, MORE_CONFIRMED);
	int64_t size = 0;
	int rc = want_map(map, "the manifest's part", err);

	if (rc < 0)
		return rc;
	if (!tree_int(tree_get(map, MORE_SIZE), &size) || size < 0)
		return tdl_fail(err, -EBADMSG, "size is not a number of bytes");
	r->size = (uint64_t)size;
	if (tree_count(list) > CONFIRMED_MAX)
		return tdl_fail(err, -E2BIG, "%zu confirmations; the limit is %d", tree_count(list),
				CONFIRMED_MAX);
	rc = read_text(in, tree_get(map, MORE_SOURCE), "source", &r->source, err);
	if (rc == 0)
		rc = read_text(in, tree_get(map, MORE_FLOW), "flow", &r->flow, err);
	if (rc == 0)
		rc = read_origin(in, tree_get(map, MORE_COMPUTED), &r->computed, err);
	for (size_t i = 0; rc == 0 && i < tree_count(list); i++)
		rc = read_origin(in, tree_at(list, i), &confirmed[i], err);
	r->confirmed = confirmed;
	r->confirmed_count = tree_count(list);
	return rc;
}

/* The endorsed triple beside a reference triple. */
static int read_endorsed(struct import *in, const cbor_item_t *triple, struct tdl_reference *r,
			 struct tdl_origin *confirmed, const char *place, struct tdl_error *err)
{
	static const int64_t known[] = { VALUE_VERSION, VALUE_DIGESTS, VALUE_MANIFEST };
	struct tdl_reference other = { 0 };
	cbor_item_t *values = NULL;
	int rc = open_triple(in, triple, place, &other, &values, err);

	if (rc == 0)
		rc = lose_others(in, values, place, known, ARRAY_SIZE(known), err);
	if (rc == 0)
		rc = read_one(tree_get(values, VALUE_DIGESTS), "the firmware's digest", r->firmware,
			      err);
	if (rc == 0)
		rc = read_text(in, tree_get(tree_get(values, VALUE_VERSION), 0), "version",
			       &r->version, err);
	if (rc == 0)
		rc = read_more(in, tree_get(values, VALUE_MANIFEST), r, confirmed, err);
	return rc < 0 ? tdl_while(err, rc, "%s", place) : 0;
}

static int read_reference(struct import *in, const cbor_item_t *triples, size_t i,
			  struct tdl_error *err)
{
	const cbor_item_t *endorsed = tree_get(triples, TRIPLES_ENDORSED);
	struct tdl_origin confirmed[CONFIRMED_MAX] = { 0 };
	struct tdl_reference r = { 0 };
	cbor_item_t *values = NULL;
	char place[48];
	int rc;

	snprintf(place, sizeof(place), "reference triple %zu", i);
	rc = open_triple(in, tree_at(tree_get(triples, TRIPLES_REFERENCE), i), place, &r, &values,
			 err);
	if (rc == 0)
		rc = read_values(in, values, place, &r, err);
	if (rc == 0 && endorsed) {
		snprintf(place, sizeof(place), "endorsed triple %zu", i);
		rc = read_endorsed(in, tree_at(endorsed, i), &r, confirmed, place, err);
	}
	if (rc < 0)
		return rc;
	snprintf(place, sizeof(place), "reference triple %zu", i);
	return import_reference(in, &r, endorsed != NULL, place, err);
}

static int read_comid(struct import *in, const cbor_item_t *comid, struct tdl_error *err)
{
	static const int64_t known[] = { COMID_TAG_IDENTITY, COMID_TRIPLES };
	static const int64_t triples_known[] = { TRIPLES_REFERENCE, TRIPLES_ENDORSED };
	const cbor_item_t *triples = tree_get(comid, COMID_TRIPLES);
	const cbor_item_t *endorsed = tree_get(triples, TRIPLES_ENDORSED);
	size_t n = tree_count(tree_get(triples, TRIPLES_REFERENCE));
	int rc = want_map(comid, "the CoMID", err);

	if (rc == 0)
		rc = want_map(triples, "the CoMID's triples", err);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = endorsed && i >= tree_count(endorsed) ?
			     tdl_fail(err, -EBADMSG, "reference triple %zu has no endorsed one beside "
						     "it",
				      i) :
			     read_reference(in, triples, i, err);
	if (rc == 0)
		rc = lose_others(in, comid, "the CoMID", known, ARRAY_SIZE(known), err);
	if (rc == 0)
		rc = lose_others(in, triples, "its triples", triples_known,
				 ARRAY_SIZE(triples_known), err);
	return rc;
}

static int read_tag(struct import *in, const cbor_item_t *item, struct tdl_error *err)
{
	AUTO_TREE cbor_item_t *comid = NULL;
	const void *bytes = NULL;
	size_t size = 0;
	int rc;

	if (!tree_bytes(tree_tagged(item, TAG_COMID), &bytes, &size))
		return import_lose(in, err, "a tag that is not a CoMID");
	rc = tree_load(bytes, size, "the CoMID", &comid, err);
	return rc < 0 ? rc : read_comid(in, comid, err);
}

/* Seconds since 1970: tag 1, or a number alone. */
static bool read_time(const cbor_item_t *item, int64_t *ret)
{
	const cbor_item_t *tagged = tree_tagged(item, 1);

	return tree_int(tagged ? tagged : item, ret);
}

int corim_check_validity(const struct import *in, const cbor_item_t *validity,
			 struct tdl_error *err)
{
	const cbor_item_t *before = tree_get(validity, VALIDITY_NOT_BEFORE);
	const cbor_item_t *after = tree_get(validity, VALIDITY_NOT_AFTER);
	int64_t now = import_time(in);
	int64_t limit = 0;

	if (!validity)
		return 0;
	if (!after || (before && !read_time(before, &limit)))
		return tdl_fail(err, -EBADMSG, "its validity is not a map of times");
	if (before && limit > now)
		return tdl_fail(err, -EKEYREJECTED, "it is not valid yet");
	if (!read_time(after, &limit))
		return tdl_fail(err, -EBADMSG, "its validity is not a map of times");
	return limit < now ? tdl_fail(err, -EKEYREJECTED, "its validity has ended") : 0;
}

/* A CoRIM that tdlaunch wrote is told by its profile and its identity. */
static int check_head(struct import *in, const cbor_item_t *corim, struct tdl_error *err)
{
	static const int64_t known[] = { CORIM_ID, CORIM_TAGS, CORIM_PROFILE };
	const cbor_item_t *profile = tree_get(corim, CORIM_PROFILE);
	const void *text = NULL;
	size_t size = 0;
	char id[CORIM_ID_SIZE];
	int rc = lose_others(in, corim, "the CoRIM", known, ARRAY_SIZE(known), err);

	if (rc < 0)
		return rc;
	if (!tree_text(tree_tagged(profile, TAG_URI), &text, &size) ||
	    size != strlen(CORIM_PROFILE_URI) || memcmp(text, CORIM_PROFILE_URI, size) != 0)
		return import_lose(in, err, "a profile that is not " CORIM_PROFILE_URI);
	rc = corim_id(in->manifest, id, err);
	if (rc < 0)
		return rc;
	if (!tree_text(tree_get(corim, CORIM_ID), &text, &size) || size != strlen(id) ||
	    memcmp(text, id, size) != 0)
		return import_lose(in, err, "an identity that is not %s", id);
	return 0;
}

int corim_read(struct import *in, const uint8_t *payload, size_t size, struct tdl_error *err)
{
	AUTO_TREE cbor_item_t *root = NULL;
	const cbor_item_t *corim, *tags;
	int rc = tree_load(payload, size, "the CoRIM", &root, err);

	if (rc < 0)
		return rc;
	if (tree_get(root, COMID_TRIPLES)) /* a CoMID alone */
		return read_comid(in, root, err);
	corim = tree_tagged(root, TAG_CORIM);
	tags = tree_get(corim, CORIM_TAGS);
	if (!corim || !cbor_isa_map(corim) || tree_count(tags) == 0)
		return tdl_fail(err, -EBADMSG, "it is not a CoRIM (tag %d) with tags", TAG_CORIM);
	rc = corim_check_validity(in, tree_get(corim, CORIM_VALIDITY), err);
	for (size_t i = 0; i < tree_count(tags) && rc == 0; i++)
		rc = read_tag(in, tree_at(tags, i), err);
	return rc < 0 ? rc : check_head(in, corim, err);
}
