/* SPDX-License-Identifier: BSD-2-Clause */
/* A manifest as an object: made, added to, searched, compared with. */
#include "refval/refval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/scope.h"

int tdl_manifest_new(struct tdl_manifest **ret_manifest, struct tdl_error *err)
{
	struct tdl_manifest *m = calloc(1, sizeof(*m));

	if (!m)
		return tdl_fail(err, -ENOMEM, "no memory for a manifest");
	m->root = json_object_new_object();
	if (!m->root) {
		free(m);
		return tdl_fail(err, -ENOMEM, "no memory for a manifest");
	}
	json_object_object_add(m->root, "format", json_object_new_string(MANIFEST_FORMAT));
	json_object_object_add(m->root, "version", json_object_new_int(MANIFEST_VERSION));
	json_object_object_add(m->root, "references", json_object_new_array());
	*ret_manifest = m;
	return 0;
}

void tdl_manifest_free(struct tdl_manifest *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++)
		free((void *)(uintptr_t)m->references[i].confirmed);
	free(m->references);
	free(m->signer);
	free(m->text);
	json_object_put(m->root);
	free(m);
}

int tdl_manifest_parse(const void *bytes, size_t size, struct tdl_manifest **ret_manifest,
		       struct tdl_error *err)
{
	struct tdl_manifest *m = calloc(1, sizeof(*m));
	int rc;

	if (!m)
		return tdl_fail(err, -ENOMEM, "no memory for a manifest");
	rc = manifest_tree(bytes, size, &m->root, err);
	if (rc == 0)
		rc = manifest_view(m, err);
	if (rc == 0) {
		m->text = strndup(bytes, size);
		m->text_size = size;
	}
	if (rc == 0 && !m->text)
		rc = tdl_fail(err, -ENOMEM, "no memory for a manifest");
	if (rc < 0) {
		tdl_manifest_free(m);
		return rc;
	}
	*ret_manifest = m;
	return 0;
}

int tdl_manifest_add(struct tdl_manifest *m, const struct tdl_reference *reference,
		     struct tdl_error *err)
{
	struct json_object *list = json_object_object_get(m->root, "references");
	struct json_object *node = reference_to_json(reference);
	int rc;

	if (!node)
		return tdl_fail(err, -ENOMEM, "no memory for a reference");
	rc = manifest_view_reference(m, node, err);
	if (rc < 0) {
		json_object_put(node);
		return rc;
	}
	json_object_array_add(list, node);
	return 0;
}

int manifest_text(const struct tdl_manifest *m, char **ret_text, struct tdl_error *err)
{
	const char *text = json_object_to_json_string_ext(
		m->root,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text || asprintf(ret_text, "%s\n", text) < 0)
		return tdl_fail(err, -ENOMEM, "no memory to write a manifest");
	return 0;
}

int tdl_manifest_write(const struct tdl_manifest *m, const char *path, struct tdl_error *err)
{
	AUTO_FREE char *text = NULL;
	int rc = manifest_text(m, &text, err);

	return rc < 0 ? rc : file_write(path, text, strlen(text), err);
}

size_t tdl_manifest_count(const struct tdl_manifest *m)
{
	return m->count;
}

const struct tdl_reference *tdl_manifest_reference(const struct tdl_manifest *m, size_t i)
{
	return i < m->count ? &m->references[i] : NULL;
}

const char *tdl_manifest_signer(const struct tdl_manifest *m)
{
	return m->signer;
}

const struct tdl_reference *tdl_manifest_select(const struct tdl_manifest *m,
						const uint8_t firmware[48], const char *flow)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct tdl_reference *r = &m->references[i];

		if (memcmp(r->firmware, firmware, sizeof(r->firmware)) == 0 &&
		    strcmp(r->flow, flow) == 0)
			return r;
	}
	return NULL;
}

enum tdl_match tdl_manifest_compare(const struct tdl_manifest *m, const uint8_t firmware[48],
				    const char *flow, const uint8_t mrtd[48],
				    const struct tdl_reference **ret_reference)
{
	const struct tdl_reference *r = tdl_manifest_select(m, firmware, flow);

	if (ret_reference)
		*ret_reference = r;
	if (!r)
		return TDL_NOTHING;
	return memcmp(r->mrtd, mrtd, sizeof(r->mrtd)) == 0 ? TDL_MATCH : TDL_MISMATCH;
}
