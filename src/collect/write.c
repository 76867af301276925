/* SPDX-License-Identifier: BSD-2-Clause */
/* A collection as JSON and as a folder. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/bytes.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/scope.h"
#include "collect/collect.h"

static const char *const places[] = {
	[TDL_PLACE_OTHER] = "no TD",
	[TDL_PLACE_TD] = "TD",
	[TDL_PLACE_PARAVISOR] = "TD under a paravisor",
};

static const char *const states[] = {
	[TDL_COLLECTED] = "collected",
	[TDL_NOT_THERE] = "not there",
	[TDL_NOT_READ] = "not read",
};

static void put(struct json_object *o, const char *name, const char *text)
{
	if (text)
		json_object_object_add(o, name, json_object_new_string(text));
}

static int render_item(const struct tdl_collect_item *item, struct json_object *list,
		       struct tdl_error *err)
{
	struct json_object *o = json_object_new_object();
	uint8_t digest[SHA384_SIZE];
	char text[2 * SHA384_SIZE + 1];

	put(o, "name", item->name);
	put(o, "source", item->source);
	put(o, "state", states[item->state]);
	put(o, "why", item->why);
	put(o, "advice", item->advice);
	json_object_array_add(list, o);
	if (item->state != TDL_COLLECTED)
		return 0;
	put(o, "file", item->file);
	json_object_object_add(o, "size", json_object_new_uint64(item->size));
	int rc = sha384(item->bytes, item->size, digest, err);
	if (rc == 0)
		put(o, "sha384", hex_encode(digest, sizeof(digest), text));
	return rc;
}

static int render(const struct tdl_collection *c, struct json_object *o, struct tdl_error *err)
{
	struct json_object *items = json_object_new_array();
	struct json_object *notes = json_object_new_array();
	char text[2 * REPORT_DATA_SIZE + 1];
	int rc = 0;

	put(o, "kind", "tdlaunch collection");
	json_object_object_add(o, "version", json_object_new_int(1));
	put(o, "place", places[c->place]);
	json_object_object_add(o, "recorded", json_object_new_boolean(c->recorded));
	put(o, "report_data", hex_encode(c->report_data, sizeof(c->report_data), text));
	json_object_object_add(o, "items", items);
	json_object_object_add(o, "notes", notes);
	for (size_t i = 0; i < c->notes; i++)
		json_object_array_add(notes, json_object_new_string(c->note[i]));
	for (size_t i = 0; i < c->count && rc == 0; i++)
		rc = render_item(&c->entries[i].item, items, err);
	return rc;
}

int tdl_collection_json(const struct tdl_collection *collection, char **ret_text,
			struct tdl_error *err)
{
	struct json_object *o = json_object_new_object();
	int rc = o ? render(collection, o, err) : tdl_fail(err, -ENOMEM, "no memory for JSON");

	if (rc == 0) {
		const char *text = json_object_to_json_string_ext(
			o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
		char *copy = NULL;

		if (!text || asprintf(&copy, "%s\n", text) < 0)
			rc = tdl_fail(err, -ENOMEM, "no memory for JSON");
		else
			*ret_text = copy;
	}
	json_object_put(o);
	return rc;
}

int tdl_collection_write(const struct tdl_collection *collection, const char *path,
			 struct tdl_error *err)
{
	AUTO_FOLDER struct folder folder = { 0 };
	AUTO_FREE char *json = NULL;
	int rc = tdl_collection_json(collection, &json, err);

	if (rc == 0)
		rc = folder_begin(path, &folder, err);
	for (size_t i = 0; i < collection->count && rc == 0; i++) {
		const struct tdl_collect_item *item = &collection->entries[i].item;

		if (item->state == TDL_COLLECTED)
			rc = folder_write(&folder, item->file, item->bytes, item->size, err);
	}
	if (rc == 0)
		rc = folder_write(&folder, "collection.json", json, strlen(json), err);
	return rc < 0 ? rc : folder_commit(&folder, err);
}
