/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of forms, and the promise that holds for all of them: what is written can be read as it
 * was, and what is read can be written as it was, or there is a reason why not. */
#include "exchange/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/nearest.h"
#include "base/scope.h"

static const struct format *const formats[] = {
	&corim_format,	 &intoto_format, &trustee_format,
	&google_format, &migtd_format,	 &markdown_format,
};

const struct tdl_exchange_format *tdl_exchange_format(size_t i)
{
	return i < ARRAY_SIZE(formats) ? &formats[i]->shown : NULL;
}

static int find_format(const char *name, const struct format **ret, struct tdl_error *err)
{
	struct nearest near = { .word = name };

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		nearest_offer(&near, formats[i]->shown.name);
		if (strcmp(formats[i]->shown.name, name) == 0) {
			*ret = formats[i];
			return 0;
		}
	}
	if (near.found)
		return tdl_fail(err, -EINVAL, "there is no format '%s'; did you mean '%s'?", name,
				near.found);
	return tdl_fail(err, -EINVAL, "there is no format '%s'", name);
}

void import_end(struct import *in)
{
	for (size_t i = 0; i < in->text_count; i++)
		free(in->texts[i]);
	free(in->texts);
	free(in->signer);
	tdl_manifest_free(in->manifest);
}

/* Would this payload, read again, be the manifest that it was written from? */
static int check_export(const struct format *f, const struct tdl_manifest *m,
			const struct tdl_exchange_options *opt, const struct blob *payload,
			struct tdl_error *err)
{
	AUTO_CALL(import_end) struct import in = { .opt = opt };
	AUTO_FREE char *before = NULL;
	AUTO_FREE char *after = NULL;
	int rc = tdl_manifest_new(&in.manifest, err);

	if (rc == 0)
		rc = f->read(&in, payload->bytes, payload->size, err);
	if (rc == 0)
		rc = manifest_text(in.manifest, &after, err);
	if (rc == 0 && !m->text)
		rc = manifest_text(m, &before, err);
	if (rc < 0)
		return tdl_while(err, rc, "what would be written cannot be read again");
	if (strcmp(after, m->text ? m->text : before) != 0)
		return tdl_fail(err, -EOPNOTSUPP,
				"the manifest is not in the form that tdlaunch writes, so its "
				"white space or order would not come back; only --lossy lets that "
				"go");
	return 0;
}

int tdl_exchange_export(const struct tdl_manifest *m, const char *format,
			const struct tdl_exchange_options *opt, uint8_t **ret_bytes,
			size_t *ret_size, struct tdl_error *err)
{
	static const struct tdl_exchange_options none;
	AUTO_BLOB struct blob payload = { 0 };
	const struct format *f = NULL;
	struct blob file = { 0 };
	int rc = find_format(format, &f, err);

	if (rc < 0)
		return rc;
	opt = opt ? opt : &none;
	if (!f->write)
		return tdl_fail(err, -EOPNOTSUPP, "%s can be imported only", format);
	if (opt->key && !f->seal)
		return tdl_fail(err, -EINVAL, "%s has no place for a signature", format);
	if (opt->certificate && !opt->key)
		return tdl_fail(err, -EINVAL, "a certificate needs the key that belongs to it");
	rc = f->write(m, opt, &payload, err);
	if (rc == 0 && f->shown.keeps_all && !opt->lossy)
		rc = check_export(f, m, opt, &payload, err);
	if (rc == 0 && opt->key)
		rc = f->seal(&payload, opt, &file, err);
	if (rc < 0)
		return rc;
	if (!opt->key)
		file = (struct blob){ steal(payload.bytes), payload.size };
	*ret_bytes = file.bytes;
	*ret_size = file.size;
	return 0;
}

/* Would the manifest, written again, be the payload that it was read from? */
static int check_import(const struct format *f, const struct import *in, const struct blob *payload,
			struct tdl_error *err)
{
	AUTO_BLOB struct blob again = { 0 };
	int rc = f->write(in->manifest, in->opt, &again, err);

	if (rc < 0)
		return tdl_while(err, rc, "what was read cannot be written again");
	if (again.size != payload->size || memcmp(again.bytes, payload->bytes, again.size) != 0)
		return tdl_fail(err, -EOPNOTSUPP,
				"the file is not in the form that tdlaunch writes: its values would "
				"be written again in other bytes; only --lossy lets that go");
	return 0;
}

static int open_file(const struct format *f, struct import *in, const void *bytes, size_t size,
		     struct blob *ret_payload, struct tdl_error *err)
{
	if (f->open)
		return f->open(in, bytes, size, ret_payload, err);
	if (!in->opt->allow_unsigned)
		return tdl_fail(err, -ENOENT,
				"%s has no signature; only --allow-unsigned takes it as it is",
				f->shown.name);
	ret_payload->bytes = malloc(size + 1);
	if (!ret_payload->bytes)
		return tdl_fail(err, -ENOMEM, "no memory for what is read");
	memcpy(ret_payload->bytes, bytes, size);
	ret_payload->bytes[size] = 0;
	ret_payload->size = size;
	return 0;
}

/* What was put together from a file that is not trusted passes once more through the door that every
 * manifest passes through. */
static int read_again(const struct tdl_manifest *m, struct tdl_manifest **ret_manifest,
		      struct tdl_error *err)
{
	AUTO_FREE char *text = NULL;
	int rc = manifest_text(m, &text, err);

	if (rc == 0)
		rc = tdl_manifest_parse(text, strlen(text), ret_manifest, err);
	return rc < 0 ? tdl_while(err, rc, "what was read is no manifest") : 0;
}

int tdl_exchange_import(const void *bytes, size_t size, const char *format,
			const struct tdl_exchange_options *opt, struct tdl_manifest **ret_manifest,
			struct tdl_error *err)
{
	static const struct tdl_exchange_options none;
	AUTO_CALL(import_end) struct import in = { .opt = opt ? opt : &none };
	AUTO_BLOB struct blob payload = { 0 };
	const struct format *f = NULL;
	int rc = find_format(format, &f, err);

	if (rc < 0)
		return rc;
	if (!f->read)
		return tdl_fail(err, -EOPNOTSUPP, "%s can be exported only", format);
	if (!size)
		return tdl_fail(err, -EBADMSG, "it is empty");
	if (size > TDL_EXCHANGE_MAX)
		return tdl_fail(err, -E2BIG, "%zu bytes; the limit is %u", size, TDL_EXCHANGE_MAX);
	rc = tdl_manifest_new(&in.manifest, err);
	if (rc == 0)
		rc = open_file(f, &in, bytes, size, &payload, err);
	if (rc == 0)
		rc = f->read(&in, payload.bytes, payload.size, err);
	if (rc == 0 && tdl_manifest_count(in.manifest) == 0)
		rc = tdl_fail(err, -EBADMSG, "there is no reference value in it");
	if (rc == 0 && f->write && !in.opt->lossy)
		rc = check_import(f, &in, &payload, err);
	if (rc == 0)
		rc = read_again(in.manifest, ret_manifest, err);
	if (rc == 0)
		(*ret_manifest)->signer = steal(in.signer);
	return rc;
}
