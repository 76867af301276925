/* SPDX-License-Identifier: BSD-2-Clause */
/* CBOR trees made, and written in deterministic encoding: definite lengths, shortest numbers. */
#include "exchange/tree.h"

#include <errno.h>
#include <stdlib.h>

cbor_item_t *tree_new_int(int64_t value)
{
	uint64_t n = value < 0 ? (uint64_t)(-1 - value) : (uint64_t)value;
	cbor_item_t *item = n <= UINT8_MAX  ? cbor_build_uint8((uint8_t)n) :
			    n <= UINT16_MAX ? cbor_build_uint16((uint16_t)n) :
			    n <= UINT32_MAX ? cbor_build_uint32((uint32_t)n) :
					      cbor_build_uint64(n);

	if (item && value < 0)
		cbor_mark_negint(item);
	return item;
}

cbor_item_t *tree_new_text(const char *text)
{
	return cbor_build_string(text);
}

cbor_item_t *tree_new_bytes(const void *bytes, size_t size)
{
	static const uint8_t nothing[1];

	return cbor_build_bytestring(size ? bytes : nothing, size);
}

cbor_item_t *tree_new_tag(uint64_t tag, cbor_item_t *item)
{
	cbor_item_t *tagged = item ? cbor_build_tag(tag, item) : NULL;

	tree_free(&item);
	return tagged;
}

cbor_item_t *tree_new_array(size_t n)
{
	return cbor_new_definite_array(n);
}

cbor_item_t *tree_new_map(size_t n)
{
	return cbor_new_definite_map(n);
}

void tree_push(cbor_item_t **array, cbor_item_t *item)
{
	bool good = *array && item && cbor_array_push(*array, item);

	tree_free(&item);
	if (!good) {
		tree_free(array);
		*array = NULL;
	}
}

void tree_put(cbor_item_t **map, cbor_item_t *key, cbor_item_t *value)
{
	bool good = *map && key && value &&
		    cbor_map_add(*map, (struct cbor_pair){ .key = key, .value = value });

	tree_free(&key);
	tree_free(&value);
	if (!good) {
		tree_free(map);
		*map = NULL;
	}
}

int tree_write(cbor_item_t *root, struct blob *ret, struct tdl_error *err)
{
	unsigned char *bytes = NULL;
	size_t room = 0;
	size_t size = root ? cbor_serialize_alloc(root, &bytes, &room) : 0;

	tree_free(&root);
	if (!size)
		return tdl_fail(err, -ENOMEM, "no memory for CBOR");
	*ret = (struct blob){ .bytes = bytes, .size = size };
	return 0;
}
