/* SPDX-License-Identifier: BSD-2-Clause */
/* Manifests are read strictly: every member of every object is a row of a table here, and what is
 * not a row is refused by its place, for example references[2].firmware.sha384. */
#include "refval/refval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/scope.h"

enum kind { TEXT, NUMBER, DIGEST, OBJECT, ARRAY };

static const struct {
	enum json_type type;
	const char *name;
} kinds[] = {
	[TEXT] = { json_type_string, "a string" },   [NUMBER] = { json_type_int, "a whole number" },
	[DIGEST] = { json_type_string, "a string" }, [OBJECT] = { json_type_object, "an object" },
	[ARRAY] = { json_type_array, "an array" },
};

/* A member of an object, and where its value goes in a struct: a const char *, a uint64_t, 48
 * bytes, or for objects and arrays the node itself. */
struct member {
	const char *name;
	enum kind kind;
	bool optional;
	size_t at;
};

struct top {
	const char *format;
	uint64_t version;
	struct json_object *references;
};

static const struct member top_members[] = {
	{ "format", TEXT, false, offsetof(struct top, format) },
	{ "version", NUMBER, false, offsetof(struct top, version) },
	{ "references", ARRAY, false, offsetof(struct top, references) },
};

struct parts {
	struct tdl_reference r;
	struct json_object *firmware, *computed, *confirmed;
};

static const struct member reference_members[] = {
	{ "firmware", OBJECT, false, offsetof(struct parts, firmware) },
	{ "flow", TEXT, false, offsetof(struct parts, r.flow) },
	{ "mrtd", DIGEST, false, offsetof(struct parts, r.mrtd) },
	{ "rtmr0", DIGEST, true, offsetof(struct parts, r.rtmr[0]) },
	{ "rtmr1", DIGEST, true, offsetof(struct parts, r.rtmr[1]) },
	{ "rtmr2", DIGEST, true, offsetof(struct parts, r.rtmr[2]) },
	{ "rtmr3", DIGEST, true, offsetof(struct parts, r.rtmr[3]) },
	{ "computed", OBJECT, false, offsetof(struct parts, computed) },
	{ "confirmed", ARRAY, true, offsetof(struct parts, confirmed) },
};

static const struct member firmware_members[] = {
	{ "name", TEXT, false, offsetof(struct tdl_reference, name) },
	{ "version", TEXT, false, offsetof(struct tdl_reference, version) },
	{ "source", TEXT, true, offsetof(struct tdl_reference, source) },
	{ "sha384", DIGEST, false, offsetof(struct tdl_reference, firmware) },
	{ "size", NUMBER, false, offsetof(struct tdl_reference, size) },
};

static const struct member origin_members[] = {
	{ "by", TEXT, false, offsetof(struct tdl_origin, by) },
	{ "tool", TEXT, false, offsetof(struct tdl_origin, tool) },
	{ "version", TEXT, false, offsetof(struct tdl_origin, version) },
	{ "note", TEXT, true, offsetof(struct tdl_origin, note) },
};

/* Text is printed on terminals: no control characters, no hidden NUL, not empty, not endless. */
static int read_text(struct json_object *node, const char *place, const char **ret,
		     struct tdl_error *err)
{
	const char *text = json_object_get_string(node);
	size_t len = (size_t)json_object_get_string_len(node);

	if (len == 0)
		return tdl_fail(err, -EBADMSG, "%s is empty", place);
	if (len > TDL_MANIFEST_TEXT_MAX)
		return tdl_fail(err, -E2BIG, "%s has %zu bytes; the limit is %u", place, len,
				TDL_MANIFEST_TEXT_MAX);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return tdl_fail(err, -EBADMSG, "%s has a control character", place);
	*ret = text;
	return 0;
}

static int read_value(struct json_object *node, const struct member *m, const char *place,
		      uint8_t *to, struct tdl_error *err)
{
	if (!json_object_is_type(node, kinds[m->kind].type))
		return tdl_fail(err, -EBADMSG, "%s must be %s", place, kinds[m->kind].name);
	switch (m->kind) {
	case TEXT:
		return read_text(node, place, (const char **)(void *)to, err);
	case NUMBER:
		if (json_object_get_int64(node) < 0)
			return tdl_fail(err, -EBADMSG, "%s is negative", place);
		*(uint64_t *)(void *)to = json_object_get_uint64(node);
		return 0;
	case DIGEST:
		if (strlen(json_object_get_string(node)) !=
			    (size_t)json_object_get_string_len(node) ||
		    !hex_decode(json_object_get_string(node), to, 48))
			return tdl_fail(err, -EBADMSG, "%s must be 96 hex digits", place);
		return 0;
	default:
		*(struct json_object **)(void *)to = node;
		return 0;
	}
}

static const struct member *find(const struct member *members, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

/* Read the members of an object into the struct at to. place is "" or ends with a dot. */
static int read_members(struct json_object *node, const struct member *members, size_t n,
			const char *place, void *to, struct tdl_error *err)
{
	char where[200];

	json_object_object_foreach(node, name, value)
	{
		const struct member *m = find(members, n, name);
		int rc;

		if (!m)
			return tdl_fail(err, -EBADMSG, "%s%.60s is not known", place, name);
		snprintf(where, sizeof(where), "%s%s", place, name);
		rc = read_value(value, m, where, (uint8_t *)to + m->at, err);
		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < n; i++)
		if (!members[i].optional && !json_object_object_get_ex(node, members[i].name, NULL))
			return tdl_fail(err, -EBADMSG, "%s%s is missing", place, members[i].name);
	return 0;
}

static int read_confirmed(struct json_object *list, const char *place, struct tdl_reference *r,
			  struct tdl_error *err)
{
	size_t n = json_object_array_length(list);
	AUTO_FREE struct tdl_origin *origins = NULL;

	if (n > CONFIRMED_MAX)
		return tdl_fail(err, -E2BIG, "%sconfirmed has %zu entries; the limit is %d", place,
				n, CONFIRMED_MAX);
	if (n == 0)
		return 0;
	origins = calloc(n, sizeof(*origins));
	if (!origins)
		return tdl_fail(err, -ENOMEM, "no memory for %zu origins", n);
	for (size_t i = 0; i < n; i++) {
		struct json_object *node = json_object_array_get_idx(list, i);
		char where[200];
		int rc;

		snprintf(where, sizeof(where), "%sconfirmed[%zu]", place, i);
		if (!json_object_is_type(node, json_type_object))
			return tdl_fail(err, -EBADMSG, "%s must be an object", where);
		strcat(where, ".");
		rc = read_members(node, origin_members, ARRAY_SIZE(origin_members), where,
				  &origins[i], err);
		if (rc < 0)
			return rc;
	}
	r->confirmed = steal(origins);
	r->confirmed_count = n;
	return 0;
}

static int read_reference(struct json_object *node, const char *place, struct tdl_reference *ret,
			  struct tdl_error *err)
{
	struct parts parts = { 0 };
	char where[100];
	int rc;

	rc = read_members(node, reference_members, ARRAY_SIZE(reference_members), place, &parts,
			  err);
	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < 4; i++) {
		snprintf(where, sizeof(where), "rtmr%u", i);
		if (json_object_object_get_ex(node, where, NULL))
			parts.r.has_rtmr |= 1u << i;
	}
	snprintf(where, sizeof(where), "%sfirmware.", place);
	rc = read_members(parts.firmware, firmware_members, ARRAY_SIZE(firmware_members), where,
			  &parts.r, err);
	if (rc < 0)
		return rc;
	snprintf(where, sizeof(where), "%scomputed.", place);
	rc = read_members(parts.computed, origin_members, ARRAY_SIZE(origin_members), where,
			  &parts.r.computed, err);
	if (rc == 0 && parts.confirmed)
		rc = read_confirmed(parts.confirmed, place, &parts.r, err);
	if (rc == 0)
		*ret = parts.r;
	return rc;
}

int manifest_view_reference(struct tdl_manifest *m, struct json_object *node, struct tdl_error *err)
{
	struct tdl_reference r = { 0 };
	struct tdl_reference *more;
	char place[40];
	int rc;

	snprintf(place, sizeof(place), "references[%zu]", m->count);
	if (!json_object_is_type(node, json_type_object))
		return tdl_fail(err, -EBADMSG, "%s must be an object", place);
	if (m->count == TDL_REFERENCES_MAX)
		return tdl_fail(err, -E2BIG, "more than %u references", TDL_REFERENCES_MAX);
	strcat(place, ".");
	more = reallocarray(m->references, m->count + 1, sizeof(*more));
	if (!more)
		return tdl_fail(err, -ENOMEM, "no memory for a reference");
	m->references = more;
	rc = read_reference(node, place, &r, err);
	if (rc < 0)
		return rc;
	if (tdl_manifest_select(m, r.firmware, r.flow)) {
		free((void *)(uintptr_t)r.confirmed);
		return tdl_fail(err, -EEXIST,
				"references[%zu] is about a firmware and flow that stand above",
				m->count);
	}
	m->references[m->count++] = r;
	return 0;
}

int manifest_view(struct tdl_manifest *m, struct tdl_error *err)
{
	struct top top = { 0 };
	size_t n;
	int rc;

	if (!json_object_is_type(m->root, json_type_object))
		return tdl_fail(err, -EBADMSG, "a manifest is a JSON object");
	rc = read_members(m->root, top_members, ARRAY_SIZE(top_members), "", &top, err);
	if (rc < 0)
		return rc;
	if (strcmp(top.format, MANIFEST_FORMAT) != 0)
		return tdl_fail(err, -EBADMSG, "format is not \"%s\"", MANIFEST_FORMAT);
	if (top.version != MANIFEST_VERSION)
		return tdl_fail(err, -EOPNOTSUPP, "version %llu is not supported, only %d",
				(unsigned long long)top.version, MANIFEST_VERSION);
	n = json_object_array_length(top.references);
	if (n == 0)
		return tdl_fail(err, -EBADMSG, "references is empty");
	if (n > TDL_REFERENCES_MAX)
		return tdl_fail(err, -E2BIG, "%zu references; the limit is %u", n,
				TDL_REFERENCES_MAX);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = manifest_view_reference(m, json_object_array_get_idx(top.references, i), err);
	return rc;
}
