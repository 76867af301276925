/* SPDX-License-Identifier: BSD-2-Clause */
/* Documents that carry several pieces of collateral, as members of any name and at any depth: each is
 * taken by what it is. Names matter only where a text and its signature are members of their own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/bundle.h"
#include "base/scope.h"

enum {
	SEARCH_LIMIT = 64 << 20, /* bytes: each member with a value of its own is looked up in the text */
	PIECE_MIN = 64,		 /* characters; nothing shorter is collateral */
};

struct walk {
	struct tdl_collateral *c;
	char *file; /* borrowed */
	unsigned depth;
	size_t searched;
};

/* Text and signature as members of their own: put the response together again. */
static int add_split(const struct walk *w, struct json_object *in, const char *name,
		     const char *member, struct tdl_error *err)
{
	AUTO_FREE char *response = NULL;
	char signature_name[64];
	struct json_object *text, *signature;

	snprintf(signature_name, sizeof(signature_name), "%s_signature", name);
	if (!json_object_object_get_ex(in, name, &text) ||
	    !json_object_object_get_ex(in, signature_name, &signature) ||
	    !json_plain_text(text) || !json_plain_text(signature))
		return 0;
	int size = asprintf(&response, "{\"%s\":%s,\"signature\":\"%s\"}", member,
			    json_plain_text(text), json_plain_text(signature));
	if (size < 0) {
		response = NULL;
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	}
	const struct bundle_file part = { w->file, (uint8_t *)response, (size_t)size };
	return bundle_add_part(w->c, &part, w->depth + 1, err);
}

static int add_text(const struct walk *w, const char *text, struct tdl_error *err)
{
	const struct bundle_file part = { w->file, (uint8_t *)text, strlen(text) };

	return part.size < PIECE_MIN ? 0 : bundle_add_part(w->c, &part, w->depth + 1, err);
}

static int add_value(struct walk *w, const struct json_span *text, struct tdl_error *err);

static int add_members(struct walk *w, const struct json_span *text, struct json_object *in,
		       struct tdl_error *err)
{
	struct json_object_iterator it = json_object_iter_begin(in);
	struct json_object_iterator end = json_object_iter_end(in);
	struct json_span inner;
	int rc = 0;

	for (; rc == 0 && !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		struct json_object *value = json_object_iter_peek_value(&it);
		const char *name = json_object_iter_peek_name(&it);
		const char *plain = json_plain_text(value);

		if (plain)
			rc = add_text(w, plain, err);
		if (!json_object_is_type(value, json_type_object) &&
		    !json_object_is_type(value, json_type_array))
			continue;
		w->searched += text->size;
		if (w->searched > SEARCH_LIMIT)
			return tdl_fail(err, -E2BIG, "%s: too many objects in one document", w->file);
		if (json_member_span(text->text, text->size, name, &inner, NULL) == 0)
			rc = add_value(w, &inner, err);
	}
	return rc;
}

static int add_element(void *ctx, size_t index, const struct json_span *text,
		       struct tdl_error *err)
{
	(void)index;
	return add_value(ctx, text, err);
}

/* What stands in an object or array; anything else is passed over. */
static int add_value(struct walk *w, const struct json_span *text, struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;

	if (*text->text == '[')
		return json_each(text->text, text->size, add_element, w, err);
	if (*text->text != '{')
		return 0;
	if (tcb_is_response(text, "tcbInfo") || tcb_is_response(text, "enclaveIdentity")) {
		const struct bundle_file part = { w->file, (uint8_t *)text->text, text->size };

		return bundle_add_part(w->c, &part, w->depth + 1, err);
	}
	if (json_load(text->text, text->size, &root, NULL) < 0)
		return 0;
	int rc = add_members(w, text, root, err);
	if (rc == 0)
		rc = add_split(w, root, "tcb_info", "tcbInfo", err);
	return rc < 0 ? rc : add_split(w, root, "qe_identity", "enclaveIdentity", err);
}

int bundle_add_document(struct tdl_collateral *c, const struct bundle_file *file, unsigned depth,
			struct tdl_error *err)
{
	struct walk w = { .c = c, .file = file->name, .depth = depth };
	const struct json_span text = { (const char *)file->bytes, file->size };
	AUTO_JSON struct json_object *root = NULL;

	/* What is damaged anywhere is not taken in part. */
	return json_load(text.text, text.size, &root, NULL) < 0 ? 0 : add_value(&w, &text, err);
}
