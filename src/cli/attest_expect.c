/* SPDX-License-Identifier: BSD-2-Clause */
/* Expected values from the command line and from manifests. */
#include "cli/attest_expect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tdlaunch/quote.h>

#include "base/bytes.h"
#include "base/scope.h"

int expect_bytes(struct expectations *e, const char *field, const void *bytes, size_t n,
		 size_t size, const char *source, struct tdl_error *err)
{
	size_t i = e->count;

	if (i == EXPECTED_LIMIT)
		return tdl_fail(err, -EINVAL, "more than %d expected values", EXPECTED_LIMIT);
	memcpy(e->values[i], bytes, n);
	memset(e->values[i] + n, 0, VALUE_SIZE - n);
	snprintf(e->fields[i], sizeof(e->fields[i]), "%s", field);
	snprintf(e->sources[i], sizeof(e->sources[i]), "%s", source);
	e->list[i] = (struct tdl_expected){ .field = e->fields[i], .bytes = e->values[i],
					    .size = size, .source = e->sources[i] };
	e->count++;
	return 0;
}

int expect_hex(struct expectations *e, const char *field, const char *hex, size_t size,
	       const char *source, struct tdl_error *err)
{
	uint8_t bytes[VALUE_SIZE];
	size_t n = strlen(hex) / 2;

	if (n == 0 || n > VALUE_SIZE || !hex_decode(hex, bytes, n))
		return tdl_fail(err, -EINVAL, "%s: 1 to 64 bytes in hex digits are expected", field);
	return expect_bytes(e, field, bytes, n, size ? size : n, source, err);
}

int expect_pair(struct expectations *e, const char *text, const char *source,
		struct tdl_error *err)
{
	char field[32];
	const char *equals = strchr(text, '=');

	if (!equals || equals == text || (size_t)(equals - text) >= sizeof(field))
		return tdl_fail(err, -EINVAL, "\"%s\" is not NAME=HEX", text);
	snprintf(field, sizeof(field), "%.*s", (int)(equals - text), text);
	return expect_hex(e, field, equals + 1, 0, source, err);
}

static void free_quote(struct tdl_quote **quote)
{
	tdl_quote_free(*quote);
}

static void free_manifest(struct tdl_manifest **manifest)
{
	tdl_manifest_free(*manifest);
}

static int expect_reference(struct expectations *e, const struct tdl_reference *r,
			    const char *source, struct tdl_error *err)
{
	static const char *const names[] = { "rtmr0", "rtmr1", "rtmr2", "rtmr3" };
	int rc = expect_bytes(e, "mrtd", r->mrtd, sizeof(r->mrtd), sizeof(r->mrtd), source, err);

	for (unsigned i = 0; rc == 0 && i < 4; i++)
		if (r->has_rtmr >> i & 1)
			rc = expect_bytes(e, names[i], r->rtmr[i], sizeof(r->rtmr[i]),
					  sizeof(r->rtmr[i]), source, err);
	return rc;
}

int expect_manifest(struct expectations *e, const char *path,
		    const struct tdl_manifest_options *accept, const void *quote, size_t size,
		    struct tdl_error *err)
{
	AUTO_CALL(free_manifest) struct tdl_manifest *manifest = NULL;
	AUTO_CALL(free_quote) struct tdl_quote *q = NULL;
	const struct tdl_reference *chosen = NULL;
	struct tdl_field mrtd = { 0 };
	char source[200];
	int rc = tdl_manifest_open(path, accept, &manifest, err);

	if (rc < 0)
		return tdl_while(err, rc, "%s", path);
	if (tdl_manifest_count(manifest) == 0)
		return tdl_fail(err, -EBADMSG, "%s has no references", path);
	/* A quote that does not parse fails by itself. */
	if (tdl_quote_open(quote, size, &q, NULL) == 0)
		tdl_quote_field(q, "mrtd", &mrtd);
	for (size_t i = 0; mrtd.bytes && !chosen && i < tdl_manifest_count(manifest); i++)
		if (memcmp(tdl_manifest_reference(manifest, i)->mrtd, mrtd.bytes, 48) == 0)
			chosen = tdl_manifest_reference(manifest, i);
	const char *signer = tdl_manifest_signer(manifest);
	if (chosen)
		snprintf(source, sizeof(source), "%s %.60s: %.60s, flow %.20s",
			 signer ? "signed manifest" : "unsigned manifest", path, chosen->name,
			 chosen->flow);
	else
		snprintf(source, sizeof(source), "none of the %zu references of %s %.80s",
			 tdl_manifest_count(manifest),
			 signer ? "signed manifest" : "unsigned manifest", path);
	return expect_reference(e, chosen ? chosen : tdl_manifest_reference(manifest, 0), source,
				err);
}
