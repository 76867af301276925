/* SPDX-License-Identifier: BSD-2-Clause */
/* The scanner and the typed reads. */
#include "attest/json.h"

#include <errno.h>
#include <string.h>

#include "attest/text.h"
#include "base/bytes.h"
#include "base/scope.h"

/* A scan over one JSON text. It understands strings, escapes and nesting, not numbers. */
struct scan {
	const char *text;
	size_t size, at;
	size_t members; /* names seen, at every level */
};

static inline void skip_space(struct scan *s)
{
	while (s->at < s->size && is_space(s->text[s->at]))
		s->at++;
}

static int scan_fail(const struct scan *s, struct tdl_error *err, const char *what)
{
	return tdl_fail(err, -EBADMSG, "JSON at byte %zu: %s", s->at, what);
}

/* Behind the closing quote of the string that starts here. */
static int scan_string(struct scan *s, struct tdl_error *err)
{
	if (s->at >= s->size || s->text[s->at] != '"')
		return scan_fail(s, err, "a string is expected");
	for (s->at++; s->at < s->size; s->at++) {
		unsigned char c = (unsigned char)s->text[s->at];

		if (c == '"') {
			s->at++;
			return 0;
		}
		if (c < 0x20)
			return scan_fail(s, err, "control character in a string");
		if (c == '\\')
			s->at++;
	}
	return scan_fail(s, err, "a string does not end");
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '+' ||
	       c == '-' || c == '.';
}

/* A number, true, false or null: whatever stands before the next delimiter. */
static int scan_word(struct scan *s, struct tdl_error *err)
{
	size_t start = s->at;

	while (s->at < s->size && is_word(s->text[s->at]))
		s->at++;
	return s->at > start ? 0 : scan_fail(s, err, "a value is expected");
}

static int scan_name(struct scan *s, struct tdl_error *err)
{
	int rc;

	skip_space(s);
	rc = scan_string(s, err);
	if (rc < 0)
		return rc;
	s->members++;
	skip_space(s);
	if (s->at >= s->size || s->text[s->at] != ':')
		return scan_fail(s, err, "':' is expected");
	s->at++;
	return 0;
}

/* After a value: close what ends here. Returns 1 when the outermost value is complete. */
static int scan_after(struct scan *s, char *open, unsigned *depth, struct tdl_error *err)
{
	while (*depth) {
		char close = open[*depth - 1] == '{' ? '}' : ']';

		skip_space(s);
		if (s->at >= s->size)
			return scan_fail(s, err, "the text ends inside a value");
		if (s->text[s->at] == ',') {
			s->at++;
			return open[*depth - 1] == '{' ? scan_name(s, err) : 0;
		}
		if (s->text[s->at] != close)
			return scan_fail(s, err, "',' or the closing bracket is expected");
		s->at++;
		(*depth)--;
	}
	return 1;
}

/* An opening bracket. Returns 1 when the container is empty and therefore over. */
static int scan_open(struct scan *s, char *open, unsigned *depth, struct tdl_error *err)
{
	char c = s->text[s->at++];

	if (*depth == JSON_DEPTH_LIMIT)
		return tdl_fail(err, -E2BIG, "JSON is nested more than %d deep", JSON_DEPTH_LIMIT);
	open[(*depth)++] = c;
	skip_space(s);
	if (s->at < s->size && s->text[s->at] == (c == '{' ? '}' : ']')) {
		s->at++;
		(*depth)--;
		return 1;
	}
	return c == '{' ? scan_name(s, err) : 0;
}

/* Behind the value that starts here. */
static int scan_value(struct scan *s, struct tdl_error *err)
{
	char open[JSON_DEPTH_LIMIT];
	unsigned depth = 0;
	int rc;

	for (;;) {
		skip_space(s);
		if (s->at >= s->size)
			return scan_fail(s, err, "the text ends where a value is expected");
		if (s->text[s->at] == '{' || s->text[s->at] == '[') {
			rc = scan_open(s, open, &depth, err);
			if (rc == 0)
				continue;
		} else if (s->text[s->at] == '"') {
			rc = scan_string(s, err);
		} else {
			rc = scan_word(s, err);
		}
		if (rc < 0)
			return rc;
		rc = scan_after(s, open, &depth, err);
		if (rc != 0)
			return rc < 0 ? rc : 0;
	}
}

/* To the value of the first member of this name. */
static int find_member(struct scan *s, const char *name, struct tdl_error *err)
{
	size_t len = strlen(name);
	int rc;

	skip_space(s);
	if (s->at >= s->size || s->text[s->at] != '{')
		return scan_fail(s, err, "an object is expected");
	s->at++;
	skip_space(s);
	while (s->at < s->size && s->text[s->at] != '}') {
		size_t name_at = s->at;

		rc = scan_name(s, err);
		if (rc < 0)
			return rc;
		bool found = s->at - name_at > len + 1 &&
			     memcmp(s->text + name_at + 1, name, len) == 0 &&
			     s->text[name_at + 1 + len] == '"';
		skip_space(s);
		if (found)
			return 0;
		rc = scan_value(s, err);
		if (rc < 0)
			return rc;
		skip_space(s);
		if (s->at < s->size && s->text[s->at] == ',')
			s->at++;
		skip_space(s);
	}
	return tdl_fail(err, -ENOENT, "there is no member \"%s\"", name);
}

int json_member_span(const char *text, size_t size, const char *name, struct json_span *ret_span,
		     struct tdl_error *err)
{
	struct scan s = { .text = text, .size = size };
	int rc = find_member(&s, name, err);
	size_t start = s.at;

	if (rc == 0)
		rc = scan_value(&s, err);
	if (rc == 0)
		*ret_span = (struct json_span){ text + start, s.at - start };
	return rc;
}

bool json_member_rest(const struct json_span *text, const char *name, struct json_span *ret_rest)
{
	struct scan s = { .text = text->text, .size = text->size };

	if (find_member(&s, name, NULL) < 0)
		return false;
	*ret_rest = (struct json_span){ s.text + s.at, s.size - s.at };
	return true;
}

/* Members of every object in the tree. The scanner bounded the depth. */
static size_t count_members(struct json_object *value)
{
	size_t n = 0;

	if (json_object_is_type(value, json_type_array))
		for (size_t i = 0; i < json_object_array_length(value); i++)
			n += count_members(json_object_array_get_idx(value, i));
	if (!json_object_is_type(value, json_type_object))
		return n;
	struct json_object_iterator it = json_object_iter_begin(value);
	struct json_object_iterator end = json_object_iter_end(value);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
		n += 1 + count_members(json_object_iter_peek_value(&it));
	return n;
}

static void tokener_free(struct json_tokener **tok)
{
	if (*tok)
		json_tokener_free(*tok);
}

static int check_size(size_t size, struct tdl_error *err)
{
	return size <= JSON_SIZE_LIMIT ? 0
				       : tdl_fail(err, -E2BIG, "JSON of %zu bytes; the limit is %u",
						  size, JSON_SIZE_LIMIT);
}

int json_load(const char *text, size_t size, struct json_object **ret_root, struct tdl_error *err)
{
	struct scan s = { .text = text, .size = size };
	__attribute__((cleanup(tokener_free))) struct json_tokener *tok = NULL;
	AUTO_JSON struct json_object *root = NULL;
	int rc = check_size(size, err);

	if (rc == 0)
		rc = scan_value(&s, err);
	if (rc < 0)
		return rc;
	size_t end = s.at;
	skip_space(&s);
	if (s.at != size)
		return scan_fail(&s, err, "something follows the value");
	tok = json_tokener_new_ex(JSON_DEPTH_LIMIT + 1);
	if (!tok)
		return tdl_fail(err, -ENOMEM, "no memory for JSON");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8 |
					    JSON_TOKENER_ALLOW_TRAILING_CHARS);
	root = json_tokener_parse_ex(tok, text, (int)end);
	enum json_tokener_error problem = json_tokener_get_error(tok);
	if (problem == json_tokener_continue && !root) /* a bare number has no end of its own */
		root = json_tokener_parse_ex(tok, " ", 1);
	if (!root && json_tokener_get_error(tok) != json_tokener_success)
		return tdl_fail(err, -EBADMSG, "JSON: %s", json_tokener_error_desc(problem));
	if (count_members(root) != s.members)
		return tdl_fail(err, -EBADMSG, "JSON: a member name appears twice in one object");
	*ret_root = steal(root);
	return 0;
}

int json_load_around(const char *text, size_t size, const struct json_span *holes, size_t n_holes,
		     struct json_object **ret_root, struct tdl_error *err)
{
	int rc = check_size(size, err);
	AUTO_FREE char *rest = rc == 0 ? malloc(size + n_holes + 1) : NULL;
	const char *from = text;
	size_t at = 0;

	if (rc < 0)
		return rc;
	if (!rest)
		return tdl_fail(err, -ENOMEM, "no memory for JSON");
	for (size_t i = 0; i <= n_holes; i++) {
		const char *to = i < n_holes ? holes[i].text : text + size;

		memcpy(rest + at, from, (size_t)(to - from));
		at += (size_t)(to - from);
		if (i == n_holes)
			break;
		rest[at++] = '0';
		from = to + holes[i].size;
	}
	return json_load(rest, at, ret_root, err);
}

/* One element, and what stands behind it: 1 for a comma. */
static int next_element(struct scan *s, struct json_span *ret_element, struct tdl_error *err)
{
	skip_space(s);
	size_t start = s->at;
	int rc = scan_value(s, err);
	if (rc < 0)
		return rc;
	*ret_element = (struct json_span){ s->text + start, s->at - start };
	skip_space(s);
	if (s->at >= s->size || (s->text[s->at] != ',' && s->text[s->at] != ']'))
		return scan_fail(s, err, "',' or ']' is expected");
	return s->text[s->at++] == ',';
}

int json_each(const char *text, size_t size, json_each_function each, void *ctx,
	      struct tdl_error *err)
{
	struct scan s = { .text = text, .size = size };
	struct json_span element = { 0 };
	int more = 0;

	skip_space(&s);
	if (s.at >= size || text[s.at++] != '[')
		return scan_fail(&s, err, "an array is expected");
	skip_space(&s);
	if (s.at < size && text[s.at] == ']')
		s.at++;
	else
		more = 1;
	for (size_t i = 0; more; i++) {
		more = next_element(&s, &element, err);
		int rc = more < 0 ? more : each(ctx, i, &element, err);
		if (rc < 0)
			return rc;
	}
	skip_space(&s);
	return s.at == size ? 0 : scan_fail(&s, err, "something follows the array");
}

void json_put(struct json_object **root)
{
	json_object_put(*root);
}

static int get_typed(struct json_object *in, const char *name, enum json_type type,
		     struct json_object **ret, struct tdl_error *err)
{
	struct json_object *value;

	if (!json_object_object_get_ex(in, name, &value))
		return tdl_fail(err, -EBADMSG, "member \"%s\" is missing", name);
	if (!json_object_is_type(value, type))
		return tdl_fail(err, -EBADMSG, "member \"%s\" is not of type %s", name,
				json_type_to_name(type));
	*ret = value;
	return 0;
}

int json_get_object(struct json_object *in, const char *name, struct json_object **ret,
		    struct tdl_error *err)
{
	return get_typed(in, name, json_type_object, ret, err);
}

int json_get_array(struct json_object *in, const char *name, struct json_object **ret,
		   struct tdl_error *err)
{
	return get_typed(in, name, json_type_array, ret, err);
}

const char *json_plain_text(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string))
		return NULL;
	const char *text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

int json_get_text(struct json_object *in, const char *name, const char **ret,
		  struct tdl_error *err)
{
	struct json_object *value;
	int rc = get_typed(in, name, json_type_string, &value, err);

	if (rc < 0)
		return rc;
	if (!json_plain_text(value))
		return tdl_fail(err, -EBADMSG, "member \"%s\" has a NUL inside", name);
	*ret = json_object_get_string(value);
	return 0;
}

int json_get_hex(struct json_object *in, const char *name, uint8_t *ret_bytes, size_t size,
		 struct tdl_error *err)
{
	const char *text;
	int rc = json_get_text(in, name, &text, err);

	if (rc < 0)
		return rc;
	if (!hex_decode(text, ret_bytes, size))
		return tdl_fail(err, -EBADMSG, "member \"%s\" is not %zu hex digits", name,
				2 * size);
	return 0;
}

int json_get_number(struct json_object *in, const char *name, uint64_t max, uint64_t *ret,
		    struct tdl_error *err)
{
	struct json_object *value;
	int rc = get_typed(in, name, json_type_int, &value, err);

	if (rc < 0)
		return rc;
	int64_t number = json_object_get_int64(value);
	if (number < 0 || (uint64_t)number > max)
		return tdl_fail(err, -EBADMSG, "member \"%s\" is not between 0 and %llu", name,
				(unsigned long long)max);
	*ret = (uint64_t)number;
	return 0;
}

int json_get_time(struct json_object *in, const char *name, int64_t *ret, struct tdl_error *err)
{
	const char *text;
	int rc = json_get_text(in, name, &text, err);

	if (rc < 0)
		return rc;
	if (!time_parse(text, strlen(text), ret))
		return tdl_fail(err, -EBADMSG, "member \"%s\" is not a date like "
				"2026-03-16T22:06:09Z", name);
	return 0;
}
