/* SPDX-License-Identifier: BSD-2-Clause */
/* A message for the reference value provider of Confidential Containers' trustee: base64 of an
 * object whose members are lists of allowed values, under the names that trustee's default policy
 * for TDX asks for. It says nothing of firmware files and flows, and a list does not say which value
 * belongs to which reference. */
#include "exchange/format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attest/json.h"
#include "base/attr.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "base/scope.h"

#define MESSAGE_VERSION "0.1.0"
#define MESSAGE_TYPE "sample" /* trustee's name for a plain object of lists */

/* Its name for each register; -1 is MRTD. */
static const struct {
	const char *name;
	int rtmr;
} registers[] = {
	{ "mr_td", -1 }, { "rtmr_0", 0 }, { "rtmr_1", 1 }, { "rtmr_2", 2 }, { "rtmr_3", 3 },
};

static const uint8_t *value_of(const struct tdl_reference *r, int rtmr)
{
	if (rtmr < 0)
		return r->mrtd;
	return r->has_rtmr & 1u << rtmr ? r->rtmr[rtmr] : NULL;
}

/* Append a text unless it is there. */
static void add_once(struct json_object *list, const char *text)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(list, i)), text) == 0)
			return;
	json_object_array_add(list, json_object_new_string(text));
}

/* XFAM as trustee shows it: its eight bytes in memory order. */
static void xfam_text(uint64_t xfam, char text[17])
{
	uint8_t bytes[8];

	put_le64(bytes, xfam);
	hex_encode(bytes, sizeof(bytes), text);
}

static struct json_object *values_json(const struct tdl_manifest *m, uint64_t xfam)
{
	struct json_object *root = json_object_new_object();
	char hex[97];

	for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
		struct json_object *list = json_object_new_array();

		for (size_t j = 0; j < m->count; j++) {
			const uint8_t *v = value_of(&m->references[j], registers[i].rtmr);

			if (v)
				add_once(list, hex_encode(v, 48, hex));
		}
		if (json_object_array_length(list))
			json_object_object_add(root, registers[i].name, list);
		else
			json_object_put(list);
	}
	if (xfam) {
		struct json_object *list = json_object_new_array();

		xfam_text(xfam, hex);
		json_object_array_add(list, json_object_new_string(hex));
		json_object_object_add(root, "xfam", list);
	}
	return root;
}

static int trustee_write(const struct tdl_manifest *m, const struct tdl_exchange_options *opt,
			 struct blob *ret_payload, struct tdl_error *err)
{
	AUTO_JSON struct json_object *values = values_json(m, opt->xfam);
	const char *inner = json_object_to_json_string_ext(values, JSON_C_TO_STRING_PLAIN);
	size_t size = inner ? strlen(inner) : 0;
	AUTO_FREE char *base64 = malloc(base64_size(size) + 1);
	AUTO_FREE char *text = NULL;

	if (!inner || !base64)
		return tdl_fail(err, -ENOMEM, "no memory for a message");
	base64_encode(BASE64, inner, size, base64);
	if (asprintf(&text,
		     "{\"version\":\"" MESSAGE_VERSION "\",\"type\":\"" MESSAGE_TYPE
		     "\",\"payload\":\"%s\"}\n",
		     base64) < 0)
		return tdl_fail(err, -ENOMEM, "no memory for a message");
	return blob_text(text, ret_payload, err);
}

/* The object of lists inside the message. */
static int read_message(const uint8_t *payload, size_t size, struct json_object **ret_values,
			struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	AUTO_FREE uint8_t *inner = NULL;
	const char *type = NULL, *version = NULL, *base64 = NULL;
	size_t inner_size = 0;
	int rc = json_load((const char *)payload, size, &root, err);

	if (rc == 0)
		rc = json_get_text(root, "version", &version, err);
	if (rc == 0)
		rc = json_get_text(root, "type", &type, err);
	if (rc == 0)
		rc = json_get_text(root, "payload", &base64, err);
	if (rc < 0)
		return rc;
	if (strcmp(version, MESSAGE_VERSION) != 0)
		return tdl_fail(err, -EOPNOTSUPP, "messages of version %.40s are not known",
				version);
	if (strcmp(type, MESSAGE_TYPE) != 0)
		return tdl_fail(err, -EOPNOTSUPP, "messages of type %.40s are not known, only "
						  MESSAGE_TYPE, type);
	inner = malloc(strlen(base64) + 3);
	if (!inner)
		return tdl_fail(err, -ENOMEM, "no memory for a message");
	if (!base64_decode(base64, strlen(base64), inner, &inner_size))
		return tdl_fail(err, -EBADMSG, "payload is not base64");
	rc = json_load((const char *)inner, inner_size, ret_values, err);
	if (rc < 0)
		return tdl_while(err, rc, "payload");
	if (!json_object_is_type(*ret_values, json_type_object))
		return tdl_fail(err, -EBADMSG, "payload is not an object");
	return 0;
}

/* The one value of a name: a text, or a list with one. */
static int one_value(const char *name, struct json_object *node, const char **ret,
		     struct tdl_error *err)
{
	if (json_object_is_type(node, json_type_array)) {
		size_t n = json_object_array_length(node);

		if (n != 1)
			return tdl_fail(err, -EOPNOTSUPP,
					"%s has %zu values, and nothing says which goes with which "
					"firmware",
					name, n);
		node = json_object_array_get_idx(node, 0);
	}
	*ret = json_plain_text(node);
	return *ret ? 0 : tdl_fail(err, -EBADMSG, "%s is not a text or a list of texts", name);
}

static int take_xfam(const struct import *in, const char *value, struct tdl_error *err)
{
	char expected[17];

	xfam_text(in->opt->xfam, expected);
	if (in->opt->xfam && strcmp(value, expected) == 0)
		return 0;
	return import_lose(in, err, "xfam %.40s (unless --xfam gives the same)", value);
}

static int take_register(size_t i, const char *value, struct tdl_reference *r,
			 struct tdl_error *err)
{
	int rtmr = registers[i].rtmr;

	if (!hex_decode(value, rtmr < 0 ? r->mrtd : r->rtmr[rtmr], 48))
		return tdl_fail(err, -EBADMSG, "%s is not 96 hex digits", registers[i].name);
	if (rtmr >= 0)
		r->has_rtmr |= 1u << rtmr;
	return 0;
}

static int take_member(const struct import *in, const char *name, struct json_object *node,
		       struct tdl_reference *r, struct tdl_error *err)
{
	const char *value = NULL;
	int rc;

	for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
		if (strcmp(name, registers[i].name) == 0) {
			rc = one_value(name, node, &value, err);
			return rc < 0 ? rc : take_register(i, value, r, err);
		}
	if (strcmp(name, "xfam") != 0)
		return import_lose(in, err, "%.60s", name);
	rc = one_value(name, node, &value, err);
	return rc < 0 ? rc : take_xfam(in, value, err);
}

static int trustee_read(struct import *in, const uint8_t *payload, size_t size,
			struct tdl_error *err)
{
	AUTO_JSON struct json_object *values = NULL;
	struct tdl_reference r = { 0 };
	int rc = read_message(payload, size, &values, err);

	if (rc < 0)
		return rc;
	if (!json_object_object_get_ex(values, registers[0].name, NULL))
		return tdl_fail(err, -EBADMSG, "there is no %s", registers[0].name);
	json_object_object_foreach(values, name, node)
	{
		rc = take_member(in, name, node, &r, err);
		if (rc < 0)
			return rc;
	}
	return import_reference(in, &r, false, "the message", err);
}

const struct format trustee_format = {
	.shown = { "trustee", "message for trustee's reference value provider", true, true, false,
		   false },
	.write = trustee_write,
	.read = trustee_read,
};
