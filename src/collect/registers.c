/* SPDX-License-Identifier: BSD-2-Clause */
/* The measurement registers as Linux 6.16 shows them, one file each, collected as one JSON object
 * of hex digits. They are the kernel's word; the TDREPORT has the module's. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/scope.h"
#include "collect/sources.h"

enum { REGISTER_SIZE = 48 };

static const struct {
	const char *file, *name;
} registers[] = {
	{ "mrtd:sha384", "mrtd" },   { "rtmr0:sha384", "rtmr0" },
	{ "rtmr1:sha384", "rtmr1" }, { "rtmr2:sha384", "rtmr2" },
	{ "rtmr3:sha384", "rtmr3" }, { "mrconfigid", "mrconfigid" },
	{ "mrowner", "mrowner" },    { "mrownerconfig", "mrownerconfig" },
};

static int read_register(const struct collect_system *sys, const char *folder, const char *file,
			 char text[2 * REGISTER_SIZE + 1])
{
	AUTO_FREE uint8_t *bytes = NULL;
	char path[PATH_MAX];
	size_t size = 0;

	if (snprintf(path, sizeof(path), "%s/%s", folder, file) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	int rc = sys->read(sys->ctx, path, REGISTER_SIZE, &bytes, &size);
	if (rc < 0)
		return rc;
	if (size != REGISTER_SIZE)
		return -ENODATA;
	hex_encode(bytes, REGISTER_SIZE, text);
	return 0;
}

static int read_all(const struct collect_system *sys, const char *folder, struct json_object *all)
{
	for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
		char text[2 * REGISTER_SIZE + 1];
		int rc = read_register(sys, folder, registers[i].file, text);

		if (rc < 0)
			return rc;
		json_object_object_add(all, registers[i].name, json_object_new_string(text));
	}
	return 0;
}

static void absent(enum tdl_place place, struct entry *entry, const char *path)
{
	if (place == TDL_PLACE_TD)
		collect_missing(entry, TDL_NOT_THERE,
				"with an older kernel RTMR2 and RTMR3 can be read in the TDREPORT, "
				"but not extended by user space",
				"there is no %s: the kernel is older than 6.16", path);
	else
		collect_missing(entry, TDL_NOT_THERE, NULL, "there is no %s", path);
}

void registers_take(const struct collect_source *source, const struct collect_system *sys,
		    const struct tdl_collection *collection, struct entry *entry)
{
	struct json_object *all = json_object_new_object();
	int rc = all ? read_all(sys, source->path, all) : -ENOMEM;
	const char *text =
		rc < 0 ? NULL : json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY);

	if (text) {
		char *bytes = NULL;
		int n = asprintf(&bytes, "%s\n", text);

		if (n < 0)
			rc = -ENOMEM;
		else
			collect_taken(entry, (uint8_t *)bytes, (size_t)n);
	}
	if (rc == -ENOENT)
		absent(collection->place, entry, source->path);
	else if (rc == -ENODATA || rc == -E2BIG)
		collect_missing(entry, TDL_NOT_READ, NULL,
				"a register in %s does not have 48 bytes", source->path);
	else if (rc < 0)
		collect_unread(entry, source->path, rc);
	json_object_put(all);
}
