/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON that is not trusted. The text is scanned first - structure, depth, control characters - so
 * that the span of a member's value can be taken as it was signed; json-c then parses the same
 * bytes, and a document in which a name appears twice in one object is refused. */
#ifndef ATTEST_JSON_H
#define ATTEST_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>
#include <tdlaunch/error.h>

#define JSON_DEPTH_LIMIT 32
#define JSON_SIZE_LIMIT	 (4u << 20) /* bytes of one document */

struct json_span {
	const char *text; /* borrowed, not terminated */
	size_t size;
};

/* The value of the first member called name of the object that the text is, from its first to its
 * last byte as written. -ENOENT when there is none; -EBADMSG when the text is not one object. */
int json_member_span(const char *text, size_t size, const char *name, struct json_span *ret_span,
		     struct tdl_error *err);

/* The text from that value on, which is not looked at: for a reader who will. False when there is no
 * such member. */
bool json_member_rest(const struct json_span *text, const char *name, struct json_span *ret_rest);

/* The whole text as a json-c tree, which the caller puts back. -EBADMSG for anything that is not
 * exactly one JSON value, -E2BIG beyond the limits. */
int json_load(const char *text, size_t size, struct json_object **ret_root, struct tdl_error *err);

/* The same with a 0 in place of each hole: values of the text that are parsed by themselves. They
 * stand in order and do not overlap. */
int json_load_around(const char *text, size_t size, const struct json_span *holes, size_t n_holes,
		     struct json_object **ret_root, struct tdl_error *err);

/* The elements of the array that the text is, from their first to their last byte. An error of each()
 * ends it. -EBADMSG when the text is not one array; what an element is, each() judges. */
typedef int (*json_each_function)(void *ctx, size_t index, const struct json_span *element,
				  struct tdl_error *err);
int json_each(const char *text, size_t size, json_each_function each, void *ctx,
	      struct tdl_error *err);

void json_put(struct json_object **root);
#define AUTO_JSON __attribute__((cleanup(json_put)))

/* Members by type; each fails with -EBADMSG and the member's name. Texts are borrowed. */
int json_get_object(struct json_object *in, const char *name, struct json_object **ret,
		    struct tdl_error *err);
int json_get_array(struct json_object *in, const char *name, struct json_object **ret,
		   struct tdl_error *err);
int json_get_text(struct json_object *in, const char *name, const char **ret,
		  struct tdl_error *err);
int json_get_hex(struct json_object *in, const char *name, uint8_t *ret_bytes, size_t size,
		 struct tdl_error *err);
int json_get_number(struct json_object *in, const char *name, uint64_t max, uint64_t *ret,
		    struct tdl_error *err);
int json_get_time(struct json_object *in, const char *name, int64_t *ret, struct tdl_error *err);
/* A string without NUL inside, or NULL. */
const char *json_plain_text(struct json_object *value);

#endif
