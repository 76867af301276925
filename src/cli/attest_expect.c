/* SPDX-License-Identifier: BSD-2-Clause */
/* Expected values from the command line and from manifests. */
#include "cli/attest_expect.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <tdlaunch/quote.h>

#include "base/bytes.h"
#include "base/file.h"
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

int expect_policy(const char *path, struct tdl_policy **ret_policy, struct tdl_error *err)
{
	AUTO_FREE uint8_t *text = NULL;
	size_t size = 0;
	int rc = file_read(path, 4 << 20, &text, &size, err);

	if (rc == 0)
		rc = tdl_policy_parse((const char *)text, size, ret_policy, err);
	return rc < 0 ? tdl_while(err, rc, "%s", path) : 0;
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

/* How many of the fields that a reference names are other than the quote's. */
static unsigned count_differing(const struct tdl_quote *q, const struct tdl_reference *r)
{
	static const char *const names[] = { "rtmr0", "rtmr1", "rtmr2", "rtmr3" };
	struct tdl_field field = { 0 };
	unsigned n = 0;

	if (tdl_quote_field(q, "mrtd", &field) < 0 || memcmp(field.bytes, r->mrtd, 48) != 0)
		n += 8; /* another firmware is further away than any other kernel */
	for (unsigned i = 0; i < 4; i++)
		if (r->has_rtmr >> i & 1)
			n += tdl_quote_field(q, names[i], &field) < 0 ||
			     memcmp(field.bytes, r->rtmr[i], 48) != 0;
	return n;
}

/* The reference that the quote is nearest to, taken whole: values of two references are never
 * mixed. */
static const struct tdl_reference *choose(const struct tdl_manifest *manifest,
					  const struct tdl_quote *q, unsigned *ret_differing)
{
	const struct tdl_reference *best = tdl_manifest_reference(manifest, 0);

	*ret_differing = q ? count_differing(q, best) : UINT_MAX;
	for (size_t i = 1; q && i < tdl_manifest_count(manifest); i++) {
		const struct tdl_reference *r = tdl_manifest_reference(manifest, i);
		unsigned n = count_differing(q, r);

		if (n >= *ret_differing)
			continue;
		*ret_differing = n;
		best = r;
	}
	return best;
}

int expect_manifest(struct expectations *e, const char *path,
		    const struct tdl_manifest_options *accept, const void *quote, size_t size,
		    struct tdl_error *err)
{
	AUTO_CALL(free_manifest) struct tdl_manifest *manifest = NULL;
	AUTO_CALL(free_quote) struct tdl_quote *q = NULL;
	unsigned differing = 0;
	char source[200];
	int rc = tdl_manifest_open(path, accept, &manifest, err);

	if (rc < 0)
		return tdl_while(err, rc, "%s", path);
	if (tdl_manifest_count(manifest) == 0)
		return tdl_fail(err, -EBADMSG, "%s has no references", path);
	/* A quote that does not parse fails by itself. */
	tdl_quote_open(quote, size, &q, NULL);
	const struct tdl_reference *chosen = choose(manifest, q, &differing);
	const char *kind = tdl_manifest_signer(manifest) ? "signed manifest" : "unsigned manifest";
	if (differing < 8)
		snprintf(source, sizeof(source), "%s %.60s: %.60s, flow %.20s", kind, path,
			 chosen->name, chosen->flow);
	else
		snprintf(source, sizeof(source), "none of the %zu references of %s %.80s",
			 tdl_manifest_count(manifest), kind, path);
	return expect_reference(e, chosen, source, err);
}
