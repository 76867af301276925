/* SPDX-License-Identifier: BSD-2-Clause */
/* An in-toto statement whose predicate is the manifest itself and whose subjects are the firmware
 * files that it is about, and a kernel if the user names one. Signed, it is the payload of a DSSE
 * envelope. */
#include "exchange/format.h"

#include <errno.h>
#include <string.h>

#include "attest/json.h"
#include "base/bytes.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/scope.h"
#include "exchange/dsse.h"

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define PREDICATE_TYPE "tag:tdlaunch,2026:manifest/v1"
#define PAYLOAD_TYPE "application/vnd.in-toto+json"
#define KERNEL_MAX (1u << 30) /* bytes of a kernel file */

/* { "name", "digest": { "sha384" } } */
static struct json_object *subject_json(const char *name, const uint8_t digest[48])
{
	struct json_object *o = json_object_new_object();
	struct json_object *set = json_object_new_object();
	char hex[97];

	json_object_object_add(set, "sha384",
			       json_object_new_string(hex_encode(digest, 48, hex)));
	json_object_object_add(o, "name", json_object_new_string(name));
	json_object_object_add(o, "digest", set);
	return o;
}

static bool stands_above(const struct tdl_manifest *m, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (memcmp(m->references[j].firmware, m->references[i].firmware, 48) == 0)
			return true;
	return false;
}

/* The kernel file, by the last part of its name. */
static int kernel_json(const char *path, struct json_object **ret, struct tdl_error *err)
{
	AUTO_FILE_MAP struct file_map map = { 0 };
	const char *slash = strrchr(path, '/');
	uint8_t digest[48];
	int rc = file_map(path, KERNEL_MAX, &map, err);

	if (rc == 0)
		rc = sha384(map.bytes, map.size, digest, err);
	if (rc == 0)
		*ret = subject_json(slash ? slash + 1 : path, digest);
	return rc;
}

static int subjects_json(const struct tdl_manifest *m, const char *kernel,
			 struct json_object **ret, struct tdl_error *err)
{
	struct json_object *list = json_object_new_array();
	struct json_object *last = NULL;
	int rc = 0;

	for (size_t i = 0; i < m->count; i++)
		if (!stands_above(m, i))
			json_object_array_add(list, subject_json(m->references[i].name,
								 m->references[i].firmware));
	if (kernel)
		rc = kernel_json(kernel, &last, err);
	if (rc < 0) {
		json_object_put(list);
		return tdl_while(err, rc, "kernel");
	}
	if (last)
		json_object_array_add(list, last);
	*ret = list;
	return 0;
}

static int intoto_write(const struct tdl_manifest *m, const struct tdl_exchange_options *opt,
			struct blob *ret_payload, struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = json_object_new_object();
	struct json_object *subjects = NULL;
	int rc = subjects_json(m, opt->kernel, &subjects, err);

	if (rc < 0)
		return rc;
	json_object_object_add(root, "_type", json_object_new_string(STATEMENT_TYPE));
	json_object_object_add(root, "subject", subjects);
	json_object_object_add(root, "predicateType", json_object_new_string(PREDICATE_TYPE));
	json_object_object_add(root, "predicate", json_object_get(m->root));
	return blob_text(json_object_to_json_string_ext(
				 root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
			 ret_payload, err);
}

static int check_type(struct json_object *root, const char *member, const char *wanted,
		      struct tdl_error *err)
{
	const char *type = NULL;
	int rc = json_get_text(root, member, &type, err);

	if (rc == 0 && strcmp(type, wanted) != 0)
		rc = tdl_fail(err, -EBADMSG, "%s is %.100s, not %s", member, type, wanted);
	return rc;
}

/* Every firmware of the manifest must be a subject: else the statement is not about it. */
static int check_subjects(struct import *in, struct json_object *root, struct tdl_error *err)
{
	AUTO_JSON struct json_object *wanted = NULL;
	struct json_object *found = NULL;
	int rc = json_get_array(root, "subject", &found, err);

	if (rc == 0)
		rc = subjects_json(in->manifest, in->opt->kernel, &wanted, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < json_object_array_length(wanted); i++) {
		struct json_object *one = json_object_array_get_idx(wanted, i);
		bool is_there = false;

		for (size_t j = 0; j < json_object_array_length(found); j++)
			is_there |= json_object_equal(one, json_object_array_get_idx(found, j));
		if (!is_there)
			return tdl_fail(err, -EBADMSG, "%s is not among its subjects, as %s",
					json_object_get_string(json_object_object_get(one, "name")),
					json_object_to_json_string_ext(one, JSON_C_TO_STRING_PLAIN));
	}
	if (json_object_array_length(found) == json_object_array_length(wanted))
		return 0;
	return import_lose(in, err, "its other subjects (a kernel is checked with --kernel)");
}

static int intoto_read(struct import *in, const uint8_t *payload, size_t size,
		       struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	struct json_object *predicate = NULL;
	struct tdl_manifest own = { 0 };
	AUTO_FREE char *text = NULL;
	int rc = json_load((const char *)payload, size, &root, err);

	if (rc == 0)
		rc = check_type(root, "_type", STATEMENT_TYPE, err);
	if (rc == 0)
		rc = check_type(root, "predicateType", PREDICATE_TYPE, err);
	if (rc == 0)
		rc = json_get_object(root, "predicate", &predicate, err);
	if (rc < 0)
		return rc;
	own.root = predicate;
	rc = manifest_text(&own, &text, err);
	if (rc < 0)
		return rc;
	tdl_manifest_free(in->manifest);
	in->manifest = NULL;
	rc = tdl_manifest_parse(text, strlen(text), &in->manifest, err);
	return rc < 0 ? tdl_while(err, rc, "predicate") : check_subjects(in, root, err);
}

static int intoto_seal(const struct blob *payload, const struct tdl_exchange_options *opt,
		       struct blob *ret_file, struct tdl_error *err)
{
	return dsse_seal(PAYLOAD_TYPE, payload, opt, ret_file, err);
}

/* An envelope has a payload, a statement on its own has a type. */
static int intoto_open(struct import *in, const uint8_t *file, size_t size,
		       struct blob *ret_payload, struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	int rc = json_load((const char *)file, size, &root, err);

	if (rc < 0)
		return rc;
	if (json_object_object_get_ex(root, "payloadType", NULL))
		return dsse_open(in, PAYLOAD_TYPE, root, ret_payload, err);
	if (!in->opt->allow_unsigned)
		return tdl_fail(err, -ENOENT,
				"it is not in an envelope, so nobody has signed it; only "
				"--allow-unsigned takes it as it is");
	ret_payload->bytes = (uint8_t *)strndup((const char *)file, size);
	ret_payload->size = size;
	return ret_payload->bytes ? 0 : tdl_fail(err, -ENOMEM, "no memory for a statement");
}

const struct format intoto_format = {
	.shown = { "in-toto", "in-toto statement, in a DSSE envelope when signed", true, true, true,
		   true },
	.write = intoto_write,
	.read = intoto_read,
	.seal = intoto_seal,
	.open = intoto_open,
};
