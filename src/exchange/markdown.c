/* SPDX-License-Identifier: BSD-2-Clause */
/* A table for release notes: one row a value, the firmware's name on its first. Nobody reads it
 * back. */
#include "exchange/format.h"

#include <errno.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/markdown.h"

static void put_value(FILE *out, const char *what, const uint8_t value[48])
{
	char hex[97];

	fprintf(out, " | %s | `%s` |\n", what, hex_encode(value, 48, hex));
}

static void put_origin(FILE *out, const char *word, const struct tdl_origin *origin)
{
	fprintf(out, "%s by ", word);
	markdown_put(out, origin->by);
	fputs(" with ", out);
	markdown_put(out, origin->tool);
	fputc(' ', out);
	markdown_put(out, origin->version);
}

static void put_reference(FILE *out, const struct tdl_reference *r)
{
	fputs("| ", out);
	markdown_put(out, r->name);
	fputc(' ', out);
	markdown_put(out, r->version);
	fputs(" | ", out);
	markdown_put(out, r->flow);
	put_value(out, "file, SHA-384", r->firmware);
	fputs("| |", out);
	put_value(out, "MRTD", r->mrtd);
	for (unsigned i = 0; i < 4; i++) {
		char name[8];

		snprintf(name, sizeof(name), "RTMR%u", i);
		if (!(r->has_rtmr & 1u << i))
			continue;
		fputs("| |", out);
		put_value(out, name, r->rtmr[i]);
	}
}

static void put_origins(FILE *out, const struct tdl_reference *r)
{
	fputs("- ", out);
	markdown_put(out, r->name);
	fputc(' ', out);
	markdown_put(out, r->version);
	fputs(", flow ", out);
	markdown_put(out, r->flow);
	put_origin(out, ": computed", &r->computed);
	for (size_t i = 0; i < r->confirmed_count; i++)
		put_origin(out, "; confirmed", &r->confirmed[i]);
	fputc('\n', out);
}

static int markdown_write(const struct tdl_manifest *m, const struct tdl_exchange_options *opt,
			  struct blob *ret_payload, struct tdl_error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)opt;
	if (!out)
		return tdl_fail(err, -ENOMEM, "no memory for a table");
	fputs("| Firmware | Flow | What | Value |\n| --- | --- | --- | --- |\n", out);
	for (size_t i = 0; i < m->count; i++)
		put_reference(out, &m->references[i]);
	fputc('\n', out);
	for (size_t i = 0; i < m->count; i++)
		put_origins(out, &m->references[i]);
	if (fclose(out) != 0) {
		free(text);
		return tdl_fail(err, -ENOMEM, "no memory for a table");
	}
	*ret_payload = (struct blob){ .bytes = (uint8_t *)text, .size = size };
	return 0;
}

const struct format markdown_format = {
	.shown = { "markdown", "table for release notes", true, false, false, false },
	.write = markdown_write,
};
