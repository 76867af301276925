/* SPDX-License-Identifier: BSD-2-Clause */
/* What reading any form needs: texts that last, references filled in, losses refused. */
#include "exchange/format.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/bytes.h"

int import_lose(const struct import *in, struct tdl_error *err, const char *what, ...)
{
	char text[300];
	va_list ap;

	if (in->opt->lossy)
		return 0;
	va_start(ap, what);
	vsnprintf(text, sizeof(text), what, ap);
	va_end(ap);
	return tdl_fail(err, -EOPNOTSUPP,
			"a manifest cannot hold %s, so it would not be written again as it was read; "
			"only --lossy lets that go",
			text);
}

int import_text(struct import *in, const void *text, size_t size, const char **ret_text,
		struct tdl_error *err)
{
	char **more;

	if (size > TDL_MANIFEST_TEXT_MAX)
		return tdl_fail(err, -E2BIG, "a text has %zu bytes; the limit is %u", size,
				TDL_MANIFEST_TEXT_MAX);
	if (size && memchr(text, 0, size))
		return tdl_fail(err, -EBADMSG, "a text has a NUL in it");
	more = reallocarray(in->texts, in->text_count + 1, sizeof(*more));
	if (!more)
		return tdl_fail(err, -ENOMEM, "no memory for a text");
	in->texts = more;
	more[in->text_count] = strndup(size ? text : "", size);
	if (!more[in->text_count])
		return tdl_fail(err, -ENOMEM, "no memory for a text");
	*ret_text = more[in->text_count++];
	return 0;
}

int64_t import_time(const struct import *in)
{
	return in->opt->at ? in->opt->at : (int64_t)time(NULL);
}

/* Texts that a reference must have, and the option that gives each. */
static const struct {
	const char *name, *option;
	size_t at;
	bool optional;
} texts[] = {
	{ "name", "name", offsetof(struct tdl_reference, name), false },
	{ "version", "firmware-version", offsetof(struct tdl_reference, version), false },
	{ "source", "source", offsetof(struct tdl_reference, source), true },
	{ "flow", "flow", offsetof(struct tdl_reference, flow), false },
	{ "author", "by", offsetof(struct tdl_reference, computed.by), false },
	{ "tool", "tool", offsetof(struct tdl_reference, computed.tool), false },
	{ "tool's version", "tool-version", offsetof(struct tdl_reference, computed.version),
	  false },
	{ "note", "note", offsetof(struct tdl_reference, computed.note), true },
};

static const char **text_at(const struct tdl_reference *r, size_t at)
{
	return (const char **)(void *)((uint8_t *)(uintptr_t)r + at);
}

static int fill_texts(struct tdl_reference *r, const struct tdl_reference *fill, const char *place,
		      struct tdl_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char **text = text_at(r, texts[i].at);

		if (!*text && fill)
			*text = *text_at(fill, texts[i].at);
		if (!*text && !texts[i].optional)
			return tdl_fail(err, -ENODATA, "%s does not say its %s: give it with --%s",
					place, texts[i].name, texts[i].option);
	}
	return 0;
}

static int fill_firmware(struct tdl_reference *r, bool has_firmware,
			 const struct tdl_reference *fill, const char *place, struct tdl_error *err)
{
	if (!fill || !fill->size) {
		if (has_firmware)
			return 0;
		return tdl_fail(err, -ENODATA,
				"%s does not say of which firmware file: give it with --firmware",
				place);
	}
	if (has_firmware && (memcmp(r->firmware, fill->firmware, sizeof(r->firmware)) != 0 ||
			     (r->size && r->size != fill->size)))
		return tdl_fail(err, -EBADMSG, "%s is about another firmware file than that of "
					       "--firmware",
				place);
	memcpy(r->firmware, fill->firmware, sizeof(r->firmware));
	r->size = fill->size;
	return 0;
}

int import_reference(struct import *in, struct tdl_reference *r, bool has_firmware,
		     const char *place, struct tdl_error *err)
{
	int rc = fill_firmware(r, has_firmware, in->opt->fill, place, err);

	if (rc == 0)
		rc = fill_texts(r, in->opt->fill, place, err);
	if (rc == 0)
		rc = tdl_manifest_add(in->manifest, r, err);
	return rc;
}

int blob_text(const char *text, struct blob *ret, struct tdl_error *err)
{
	char *copy = text ? strdup(text) : NULL;

	if (!copy)
		return tdl_fail(err, -ENOMEM, "no memory for what is written");
	*ret = (struct blob){ .bytes = (uint8_t *)copy, .size = strlen(copy) };
	return 0;
}
