/* SPDX-License-Identifier: BSD-2-Clause */
/* CBOR trees (RFC 8949). */
#include "exchange/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"

/* The number in a head, whose first byte is given. */
static uint64_t head_value(struct cursor *c, uint8_t first)
{
	unsigned info = first & 31;
	uint64_t value = 0;

	if (info < 24)
		return info;
	for (unsigned n = 1u << (info - 24); n > 0; n--)
		value = value << 8 | cursor_u8(c);
	return value;
}

/* One item's head and, of strings, its bytes. *ret_below is the number of items inside it. */
static int scan_item(struct cursor *c, const char *what, uint64_t *ret_below, struct tdl_error *err)
{
	uint8_t first = cursor_u8(c);
	unsigned major = first >> 5;
	uint64_t value;

	if ((first & 31) == 31)
		return tdl_fail(err, -EOPNOTSUPP, "%s has an item of indefinite length", what);
	if ((first & 31) > 27)
		return tdl_fail(err, -EBADMSG, "%s is not CBOR: 0x%02x begins no item", what, first);
	value = head_value(c, first);
	*ret_below = 0;
	if (major == 2 || major == 3) {
		if (value > c->left)
			c->bad = true;
		else
			cursor_skip(c, (size_t)value);
	} else if (major == 4 || major == 5) {
		/* An item has at least one byte. */
		if (value > c->left)
			c->bad = true;
		else
			*ret_below = major == 5 ? 2 * value : value;
	} else if (major == 6) {
		*ret_below = 1;
	}
	return c->bad ? tdl_fail(err, -EBADMSG, "%s ends inside an item", what) : 0;
}

static int scan(const void *bytes, size_t size, const char *what, struct tdl_error *err)
{
	struct cursor c = cursor_of(bytes, size);
	uint64_t left[TREE_DEPTH_MAX] = { 1 }; /* items to come, of each item that is open */
	size_t depth = 1;

	while (depth > 0) {
		uint64_t below = 0;
		int rc;

		if (left[depth - 1] == 0) {
			depth--;
			continue;
		}
		left[depth - 1]--;
		rc = scan_item(&c, what, &below, err);
		if (rc < 0)
			return rc;
		if (below && depth == TREE_DEPTH_MAX)
			return tdl_fail(err, -E2BIG, "%s is nested more than %d deep", what,
					TREE_DEPTH_MAX);
		if (below)
			left[depth++] = below;
	}
	if (c.left)
		return tdl_fail(err, -EBADMSG, "%s has %zu bytes behind its end", what, c.left);
	return 0;
}

bool tree_skip_tag(uint64_t tag, const uint8_t **bytes, size_t *size)
{
	struct cursor c = cursor_of(*bytes, *size);
	uint8_t first = cursor_u8(&c);

	if (first >> 5 != 6 || (first & 31) > 27 || head_value(&c, first) != tag || c.bad)
		return false;
	*bytes = c.next;
	*size = c.left;
	return true;
}

bool tree_same_key(const cbor_item_t *a, const cbor_item_t *b)
{
	const void *ta = NULL, *tb = NULL;
	size_t na = 0, nb = 0;
	int64_t ia = 0, ib = 0;

	if (tree_int(a, &ia) && tree_int(b, &ib))
		return ia == ib;
	return tree_text(a, &ta, &na) && tree_text(b, &tb, &nb) && na == nb &&
	       memcmp(ta, tb, na) == 0;
}

/* A key that could not be compared could be there twice. Maps are small: labels, not data. */
static int check_map(const cbor_item_t *map, const char *what, struct tdl_error *err)
{
	const struct cbor_pair *pairs = cbor_map_handle(map);
	const void *text = NULL;
	size_t size = 0;
	int64_t number = 0;

	if (cbor_map_size(map) > 256)
		return tdl_fail(err, -E2BIG, "%s has a map of more than 256 members", what);
	for (size_t i = 0; i < cbor_map_size(map); i++) {
		if (!tree_int(pairs[i].key, &number) && !tree_text(pairs[i].key, &text, &size))
			return tdl_fail(err, -EOPNOTSUPP,
					"%s has a map with a key that is neither a number nor a text",
					what);
		for (size_t j = 0; j < i; j++)
			if (tree_same_key(pairs[i].key, pairs[j].key))
				return tdl_fail(err, -EBADMSG, "%s has a map with one key twice",
						what);
	}
	return 0;
}

/* Every map below is one of distinct keys. The depth has been looked at. */
static int check_keys(const cbor_item_t *item, const char *what, struct tdl_error *err)
{
	int rc = 0;

	if (cbor_isa_tag(item))
		return check_keys(cbor_move(cbor_tag_item(item)), what, err);
	for (size_t i = 0; i < tree_count(item) && rc == 0; i++)
		rc = check_keys(tree_at(item, i), what, err);
	if (!cbor_isa_map(item) || rc < 0)
		return rc;
	rc = check_map(item, what, err);
	for (size_t i = 0; i < cbor_map_size(item) && rc == 0; i++)
		rc = check_keys(cbor_map_handle(item)[i].value, what, err);
	return rc;
}

int tree_load(const void *bytes, size_t size, const char *what, cbor_item_t **ret_item,
	      struct tdl_error *err)
{
	struct cbor_load_result result = { 0 };
	AUTO_TREE cbor_item_t *item = NULL;
	int rc;

	if (size == 0)
		return tdl_fail(err, -EBADMSG, "%s is empty", what);
	rc = scan(bytes, size, what, err);
	if (rc < 0)
		return rc;
	item = cbor_load(bytes, size, &result);
	if (!item)
		return tdl_fail(err, result.error.code == CBOR_ERR_MEMERROR ? -ENOMEM : -EBADMSG,
				"%s: libcbor refuses it at byte %zu", what, result.error.position);
	rc = check_keys(item, what, err);
	if (rc < 0)
		return rc;
	*ret_item = item;
	item = NULL;
	return 0;
}

cbor_item_t *tree_get(const cbor_item_t *map, int64_t key)
{
	int64_t found = 0;

	if (!map || !cbor_isa_map(map))
		return NULL;
	for (size_t i = 0; i < cbor_map_size(map); i++)
		if (tree_int(cbor_map_handle(map)[i].key, &found) && found == key)
			return cbor_map_handle(map)[i].value;
	return NULL;
}

cbor_item_t *tree_get_text(const cbor_item_t *map, const char *key)
{
	const void *found = NULL;
	size_t n = 0;

	if (!map || !cbor_isa_map(map))
		return NULL;
	for (size_t i = 0; i < cbor_map_size(map); i++)
		if (tree_text(cbor_map_handle(map)[i].key, &found, &n) && n == strlen(key) &&
		    memcmp(found, key, n) == 0)
			return cbor_map_handle(map)[i].value;
	return NULL;
}

size_t tree_count(const cbor_item_t *array)
{
	return array && cbor_isa_array(array) ? cbor_array_size(array) : 0;
}

cbor_item_t *tree_at(const cbor_item_t *array, size_t i)
{
	return i < tree_count(array) ? cbor_array_handle(array)[i] : NULL;
}

cbor_item_t *tree_tagged(const cbor_item_t *item, uint64_t tag)
{
	if (!item || !cbor_isa_tag(item) || cbor_tag_value(item) != tag)
		return NULL;
	return cbor_move(cbor_tag_item(item));
}

bool tree_int(const cbor_item_t *item, int64_t *ret)
{
	uint64_t value;

	if (!item || !cbor_is_int(item))
		return false;
	value = cbor_get_int(item);
	if (value > INT64_MAX)
		return false;
	*ret = cbor_isa_negint(item) ? -1 - (int64_t)value : (int64_t)value;
	return true;
}

bool tree_text(const cbor_item_t *item, const void **ret_text, size_t *ret_size)
{
	if (!item || !cbor_isa_string(item) || !cbor_string_is_definite(item))
		return false;
	*ret_text = cbor_string_handle(item);
	*ret_size = cbor_string_length(item);
	return true;
}

bool tree_bytes(const cbor_item_t *item, const void **ret_bytes, size_t *ret_size)
{
	if (!item || !cbor_isa_bytestring(item) || !cbor_bytestring_is_definite(item))
		return false;
	*ret_bytes = cbor_bytestring_handle(item);
	*ret_size = cbor_bytestring_length(item);
	return true;
}
