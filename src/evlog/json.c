/* SPDX-License-Identifier: BSD-2-Clause */
/* A record in CEL's JSON encoding. Names come from the tables; numbers that may pass 2^53 and
 * addresses are text in hex. A log's texts are printable ASCII, so only two characters are escaped. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/range.h"
#include "base/scope.h"
#include "evlog/record.h"

static void put_hex(FILE *out, const uint8_t *bytes, size_t n)
{
	fputc('"', out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%02x", bytes[i]);
	fputc('"', out);
}

static void put_text(FILE *out, const struct tdl_log_text *text)
{
	fputc('"', out);
	for (size_t i = 0; i < text->length; i++) {
		if (text->text[i] == '"' || text->text[i] == '\\')
			fputc('\\', out);
		fputc(text->text[i], out);
	}
	fputc('"', out);
}

static void put_rows(FILE *out, const struct field *rows, const uint8_t *at, uint32_t present,
		     const char *before);

static void put_field(FILE *out, const struct field *f, const uint8_t *at)
{
	const uint64_t *number = (const void *)at;

	switch (f->kind) {
	case FIELD_NUMBER:
		fprintf(out, "%" PRIu64, *number);
		break;
	case FIELD_ADDRESS:
		fprintf(out, "\"0x%" PRIx64 "\"", *number);
		break;
	case FIELD_NAMED:
		fprintf(out, "\"%s\"", f->names[*number]);
		break;
	case FIELD_BYTES:
		put_hex(out, at, f->size);
		break;
	case FIELD_BLOB:
		put_hex(out, *(const uint8_t *const *)(const void *)at, f->size);
		break;
	case FIELD_TEXT:
		put_text(out, (const void *)at);
		break;
	case FIELD_MAP:
		fputc('{', out);
		put_rows(out, f->rows, at, 0, "");
		fputc('}', out);
		break;
	}
}

static void put_rows(FILE *out, const struct field *rows, const uint8_t *at, uint32_t present,
		     const char *before)
{
	for (const struct field *f = rows; f->name; f++) {
		if (f->optional && !(present >> f->key & 1))
			continue;
		fprintf(out, "%s\"%s\":", before, f->name);
		put_field(out, f, at + f->offset);
		before = ",";
	}
}

static void put_record(FILE *out, const struct tdl_log_record *r)
{
	const struct schema *s = schema_of(r->event);
	bool own = r->event != TDL_LOG_EVENT_CEL_VERSION;

	fprintf(out, "{\"recnum\":%" PRIu64 ",\"%s\":%" PRIu32 ",\"digests\":[{\"hashAlg\":"
		"\"sha384\",\"digest\":",
		r->number, r->anchor == TDL_LOG_REGISTER_NV ? "nv_index" : "pcr", r->anchor_index);
	put_hex(out, r->digest, SHA384_SIZE);
	fprintf(out, "}],\"content_type\":\"%s\",\"content\":{", own ? "tdx-launch" : "cel");
	if (own)
		fprintf(out, "\"event\":\"%s\"", s->name);
	put_rows(out, s->rows, record_event(r), r->present, own ? "," : "");
	fputs("}}", out);
}

char *tdl_log_record_json(const struct tdl_log_record *record)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool failed;

	if (!out)
		return NULL;
	put_record(out, record);
	failed = ferror(out);
	failed |= fclose(out) != 0;
	return failed ? NULL : steal(text);
}
