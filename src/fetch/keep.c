/* SPDX-License-Identifier: BSD-2-Clause */
/* What was fetched into a folder, with a record of where it came from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/bytes.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/scope.h"
#include "fetch/fetched.h"

static void put(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static int record_file(const struct fetched_file *f, struct json_object *list,
		       struct tdl_error *err)
{
	struct json_object *o = json_object_new_object();
	uint8_t digest[SHA384_SIZE];
	char text[2 * SHA384_SIZE + 1];
	int rc = sha384(f->bytes, f->size, digest, err);

	put(o, "file", f->name);
	put(o, "url", f->url);
	json_object_object_add(o, "size", json_object_new_uint64(f->size));
	put(o, "sha384", rc == 0 ? hex_encode(digest, sizeof(digest), text) : "");
	json_object_array_add(list, o);
	return rc;
}

int fetch_record(struct tdl_fetched *f, const struct tdl_fetch_options *options,
		 struct tdl_error *err)
{
	struct json_object *o = json_object_new_object();
	struct json_object *files = json_object_new_array();
	int rc = 0;

	put(o, "kind", "tdlaunch fetched collateral");
	json_object_object_add(o, "version", json_object_new_int(1));
	put(o, "service", f->service);
	json_object_object_add(o, "at", json_object_new_int64(options->at));
	put(o, "fmspc", f->fmspc);
	put(o, "ca", f->ca);
	json_object_object_add(o, "tcb_evaluation", json_object_new_uint64(f->evaluation));
	for (size_t i = 0; i < f->count && rc == 0; i++)
		rc = record_file(&f->files[i], files, err);
	json_object_object_add(o, "files", files);
	if (rc == 0 && asprintf(&f->json, "%s\n",
				json_object_to_json_string_ext(
					o, JSON_C_TO_STRING_PRETTY |
						   JSON_C_TO_STRING_NOSLASHESCAPE)) < 0) {
		f->json = NULL;
		rc = tdl_fail(err, -ENOMEM, "no memory for JSON");
	}
	json_object_put(o);
	return rc;
}

int fetch_keep(struct tdl_fetched *f, const void *quote, size_t size,
	       const struct tdl_fetch_options *options, const char *path, struct tdl_error *err)
{
	AUTO_FOLDER struct folder folder = { 0 };
	const char *names[FETCH_FILES + 2] = { FETCH_RECORD };
	int rc;

	for (size_t i = 0; i < f->count; i++)
		names[i + 1] = f->files[i].name;
	rc = options->replace ? folder_begin_over(path, names, &folder, err)
			      : folder_begin(path, &folder, err);
	for (size_t i = 0; i < f->count && rc == 0; i++)
		rc = folder_write(&folder, f->files[i].name, f->files[i].bytes, f->files[i].size,
				  err);
	if (rc == 0)
		rc = fetch_judge(folder.beside, quote, size, options, f, err);
	if (rc == 0)
		rc = fetch_record(f, options, err);
	if (rc == 0)
		rc = folder_write(&folder, FETCH_RECORD, f->json, strlen(f->json), err);
	return rc < 0 ? rc : folder_commit(&folder, err);
}
