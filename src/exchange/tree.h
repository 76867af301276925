/* SPDX-License-Identifier: BSD-2-Clause */
/* CBOR as a tree of libcbor's. Before libcbor sees bytes that are not trusted, their structure has
 * been walked through here: depth, lengths, number of items, nothing behind the end. Maps with one
 * key twice are refused. */
#ifndef EXCHANGE_TREE_H
#define EXCHANGE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cbor.h>

#include <tdlaunch/error.h>

#include "exchange/format.h"

#define TREE_DEPTH_MAX 16

static inline void tree_free(cbor_item_t **item)
{
	if (*item)
		cbor_decref(item);
}
#define AUTO_TREE __attribute__((cleanup(tree_free)))

/* Exactly one item. -EBADMSG when malformed, -EOPNOTSUPP for items of indefinite length and for keys
 * that are neither numbers nor texts, -E2BIG beyond the depth. what names the bytes in errors. */
int tree_load(const void *bytes, size_t size, const char *what, cbor_item_t **ret_item,
	      struct tdl_error *err);

/* Step over a tag that the bytes begin with; false when they do not. libcbor 0.8 refuses small tags
 * that it does not know, COSE's 18 among them. */
bool tree_skip_tag(uint64_t tag, const uint8_t **bytes, size_t *size);

/* Reading. Everything is borrowed; NULL items are fine and are nothing. */
cbor_item_t *tree_get(const cbor_item_t *map, int64_t key);
cbor_item_t *tree_get_text(const cbor_item_t *map, const char *key);
/* Two keys that are the same number or text. */
bool tree_same_key(const cbor_item_t *a, const cbor_item_t *b);
size_t tree_count(const cbor_item_t *array); /* 0 unless it is an array */
cbor_item_t *tree_at(const cbor_item_t *array, size_t i);
/* The item under this tag; NULL when it does not have it. */
cbor_item_t *tree_tagged(const cbor_item_t *item, uint64_t tag);
bool tree_int(const cbor_item_t *item, int64_t *ret);
bool tree_text(const cbor_item_t *item, const void **ret_text, size_t *ret_size);
bool tree_bytes(const cbor_item_t *item, const void **ret_bytes, size_t *ret_size);

/* Writing. Each takes the items that it is given, also when it fails; without memory the result is
 * NULL, which all of them accept, so that only the root need be looked at. Arrays and maps must be
 * filled with as many items as they were made for, maps in deterministic order. */
cbor_item_t *tree_new_int(int64_t value);
cbor_item_t *tree_new_text(const char *text);
cbor_item_t *tree_new_bytes(const void *bytes, size_t size);
cbor_item_t *tree_new_tag(uint64_t tag, cbor_item_t *item);
cbor_item_t *tree_new_array(size_t n);
cbor_item_t *tree_new_map(size_t n);
/* Append to *array; frees it and sets it to NULL when that fails. */
void tree_push(cbor_item_t **array, cbor_item_t *item);
void tree_put(cbor_item_t **map, cbor_item_t *key, cbor_item_t *value);
/* The bytes; takes the root. -ENOMEM also when it is NULL. */
int tree_write(cbor_item_t *root, struct blob *ret, struct tdl_error *err);

#endif
