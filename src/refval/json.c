/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON text to a tree and a reference to its node. */
#include "refval/refval.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#define DEPTH_MAX 16

/* Members of all objects below and including node. */
static size_t count_members(struct json_object *node)
{
	size_t n = 0;

	if (json_object_is_type(node, json_type_object)) {
		json_object_object_foreach(node, name, value)
		{
			(void)name;
			n += 1 + count_members(value);
		}
	} else if (json_object_is_type(node, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(node); i++)
			n += count_members(json_object_array_get_idx(node, i));
	}
	return n;
}

/* Colons outside strings: the members that the text has. json-c keeps the last of two members with
 * one name; a reader of the text may see the first. It also takes names in single quotes, which are
 * not JSON: then there is no number of members that fits. */
static size_t count_colons(const char *text, size_t size)
{
	bool inside = false;
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		if (inside && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			inside = !inside;
		else if (!inside && text[i] == '\'')
			return SIZE_MAX;
		else if (!inside && text[i] == ':')
			n++;
	}
	return n;
}

static int line_of(const char *text, size_t offset)
{
	int line = 1;

	for (size_t i = 0; i < offset; i++)
		line += text[i] == '\n';
	return line;
}

static bool only_blanks(const char *text, size_t size)
{
	return strspn(text, " \t\r\n") >= size;
}

/* What json-c does not look at. */
static int check_rest(struct json_object *root, const char *text, size_t size, size_t end,
		      struct tdl_error *err)
{
	size_t members = count_colons(text, size);

	if (end < size && !only_blanks(text + end, size - end))
		return tdl_fail(err, -EBADMSG, "not JSON: line %d: text after the end",
				line_of(text, end));
	if (members == SIZE_MAX)
		return tdl_fail(err, -EBADMSG, "not JSON: a name in single quotes");
	if (count_members(root) != members)
		return tdl_fail(err, -EBADMSG, "two members of one object have the same name");
	return 0;
}

/* The NUL behind the text is read too: it ends a number or a word. */
static int parse(struct json_tokener *tokener, const char *text, size_t size,
		 struct json_object **ret_root, struct tdl_error *err)
{
	struct json_object *root = json_tokener_parse_ex(tokener, text, (int)size + 1);
	enum json_tokener_error why = json_tokener_get_error(tokener);
	size_t end = json_tokener_get_parse_end(tokener);
	int rc;

	if (why == json_tokener_continue || (why != json_tokener_success && end >= size))
		return tdl_fail(err, -EBADMSG, "not JSON: it ends too early");
	if (why != json_tokener_success)
		return tdl_fail(err, -EBADMSG, "not JSON: line %d: %s", line_of(text, end),
				json_tokener_error_desc(why));
	rc = check_rest(root, text, size, end, err);
	if (rc < 0)
		json_object_put(root);
	else
		*ret_root = root;
	return rc;
}

int manifest_tree(const void *bytes, size_t size, struct json_object **ret_root,
		  struct tdl_error *err)
{
	struct json_tokener *tokener;
	char *text;
	int rc;

	if (size > TDL_MANIFEST_MAX)
		return tdl_fail(err, -E2BIG, "%zu bytes; the limit is %u", size, TDL_MANIFEST_MAX);
	if (size == 0)
		return tdl_fail(err, -ENODATA, "the file is empty");
	if (memchr(bytes, 0, size))
		return tdl_fail(err, -EBADMSG, "not JSON: there is a NUL in it");
	text = strndup(bytes, size);
	tokener = json_tokener_new_ex(DEPTH_MAX);
	if (!text || !tokener) {
		rc = tdl_fail(err, -ENOMEM, "no memory to read JSON");
	} else {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8 |
							JSON_TOKENER_ALLOW_TRAILING_CHARS);
		rc = parse(tokener, text, size, ret_root, err);
	}
	if (tokener)
		json_tokener_free(tokener);
	free(text);
	return rc;
}

static void put_text(struct json_object *o, const char *name, const char *value)
{
	if (value)
		json_object_object_add(o, name, json_object_new_string(value));
}

static void put_digest(struct json_object *o, const char *name, const uint8_t digest[48])
{
	char text[97];

	put_text(o, name, hex_encode(digest, 48, text));
}

static struct json_object *origin_to_json(const struct tdl_origin *origin)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "by", origin->by);
	put_text(o, "tool", origin->tool);
	put_text(o, "version", origin->version);
	put_text(o, "note", origin->note);
	return o;
}

static struct json_object *firmware_to_json(const struct tdl_reference *r)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "name", r->name);
	put_text(o, "version", r->version);
	put_text(o, "source", r->source);
	put_digest(o, "sha384", r->firmware);
	json_object_object_add(o, "size", json_object_new_uint64(r->size));
	return o;
}

struct json_object *reference_to_json(const struct tdl_reference *r)
{
	struct json_object *o = json_object_new_object();
	char name[8];

	if (!o)
		return NULL;
	json_object_object_add(o, "firmware", firmware_to_json(r));
	put_text(o, "flow", r->flow);
	put_digest(o, "mrtd", r->mrtd);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "rtmr%u", i);
		if (r->has_rtmr & 1u << i)
			put_digest(o, name, r->rtmr[i]);
	}
	json_object_object_add(o, "computed", origin_to_json(&r->computed));
	if (r->confirmed_count) {
		struct json_object *list = json_object_new_array();

		for (size_t i = 0; i < r->confirmed_count; i++)
			json_object_array_add(list, origin_to_json(&r->confirmed[i]));
		json_object_object_add(o, "confirmed", list);
	}
	return o;
}
