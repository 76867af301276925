/* SPDX-License-Identifier: BSD-2-Clause */
/* The document tree, a flat array of nodes in writing order, and its two renderers. */
#include "attest/doc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/text.h"
#include "base/bytes.h"
#include "base/scope.h"

enum node_kind { NODE_OBJECT, NODE_LIST, NODE_END, NODE_TEXT, NODE_LITERAL };

struct node {
	enum node_kind kind;
	char *name;  /* owned; NULL inside a list */
	char *value; /* owned; NULL for containers */
	size_t offset, size;
	bool placed; /* offset and size are meant */
};

struct doc {
	struct node *nodes; /* owned */
	size_t count, room;
	size_t offset, size;
	bool placed, bad;
};

struct doc *doc_new(void)
{
	return calloc(1, sizeof(struct doc));
}

void doc_free(struct doc **doc)
{
	if (!*doc)
		return;
	for (size_t i = 0; i < (*doc)->count; i++) {
		free((*doc)->nodes[i].name);
		free((*doc)->nodes[i].value);
	}
	free((*doc)->nodes);
	free(*doc);
	*doc = NULL;
}

/* Takes value. */
static void add(struct doc *doc, enum node_kind kind, const char *name, char *value)
{
	bool needs_value = kind == NODE_TEXT || kind == NODE_LITERAL;

	if (!doc || (needs_value && !value)) {
		if (doc)
			doc->bad = true;
		free(value);
		return;
	}
	if (doc->count == doc->room) {
		size_t room = doc->room ? 2 * doc->room : 64;
		struct node *nodes = reallocarray(doc->nodes, room, sizeof(*nodes));

		if (!nodes) {
			doc->bad = true;
			free(value);
			return;
		}
		doc->nodes = nodes;
		doc->room = room;
	}
	struct node *node = &doc->nodes[doc->count++];
	*node = (struct node){ .kind = kind, .value = value, .offset = doc->offset,
			       .size = doc->size, .placed = doc->placed };
	if (name) {
		node->name = strdup(name);
		doc->bad |= !node->name;
	}
	doc->placed = false;
}

void doc_object(struct doc *doc, const char *name)
{
	add(doc, NODE_OBJECT, name, NULL);
}

void doc_list(struct doc *doc, const char *name)
{
	add(doc, NODE_LIST, name, NULL);
}

void doc_end(struct doc *doc)
{
	add(doc, NODE_END, NULL, NULL);
}

void doc_text(struct doc *doc, const char *name, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	add(doc, NODE_TEXT, name, text);
}

void doc_chars(struct doc *doc, const char *name, const void *bytes, size_t size)
{
	char *text = malloc(size + 1);
	const uint8_t *b = bytes;

	for (size_t i = 0; text && i < size; i++)
		text[i] = b[i] >= 0x20 && b[i] < 0x7f ? (char)b[i] : '.';
	if (text)
		text[size] = '\0';
	add(doc, NODE_TEXT, name, text);
}

void doc_hex(struct doc *doc, const char *name, const void *bytes, size_t size)
{
	char *text = malloc(2 * size + 1);

	if (text)
		hex_encode(bytes, size, text);
	add(doc, NODE_TEXT, name, text);
}

void doc_number(struct doc *doc, const char *name, uint64_t value)
{
	char *text = NULL;

	if (asprintf(&text, "%" PRIu64, value) < 0)
		text = NULL;
	add(doc, NODE_LITERAL, name, text);
}

void doc_bool(struct doc *doc, const char *name, bool value)
{
	add(doc, NODE_LITERAL, name, strdup(value ? "true" : "false"));
}

void doc_null(struct doc *doc, const char *name)
{
	add(doc, NODE_LITERAL, name, strdup("null"));
}

void doc_time(struct doc *doc, const char *name, int64_t time)
{
	char text[TIME_TEXT_SIZE];

	doc_text(doc, name, "%s", time_text(time, text));
}

void doc_at(struct doc *doc, size_t offset, size_t size)
{
	if (!doc)
		return;
	doc->offset = offset;
	doc->size = size;
	doc->placed = true;
}

static void put_json_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if ((unsigned char)*c < 0x20)
			fprintf(out, "\\u%04x", (unsigned)*c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
}

static void put_json_value(FILE *out, const struct node *n, bool offsets)
{
	if (n->placed && offsets)
		fprintf(out, "{\"offset\":%zu,\"size\":%zu,\"value\":", n->offset, n->size);
	if (n->kind == NODE_TEXT)
		put_json_text(out, n->value);
	else
		fputs(n->value, out);
	if (n->placed && offsets)
		fputc('}', out);
}

static void indent(FILE *out, unsigned depth)
{
	fprintf(out, "%*s", (int)(2 * depth), "");
}

static void json_nodes(FILE *out, const struct doc *doc, bool offsets)
{
	enum { DEEPEST = 64 };
	char close[DEEPEST];
	unsigned depth = 0;
	bool first = true;

	for (size_t i = 0; i < doc->count; i++) {
		const struct node *n = &doc->nodes[i];

		if (n->kind == NODE_END) {
			depth--;
			if (!first) {
				fputc('\n', out);
				indent(out, depth);
			}
			fputc(close[depth], out);
			first = false;
			continue;
		}
		if (depth) {
			fputs(first ? "\n" : ",\n", out);
			indent(out, depth);
		}
		if (n->name && depth && close[depth - 1] == '}') {
			put_json_text(out, n->name);
			fputs(": ", out);
		}
		first = false;
		if (n->kind == NODE_TEXT || n->kind == NODE_LITERAL) {
			put_json_value(out, n, offsets);
			continue;
		}
		fputc(n->kind == NODE_OBJECT ? '{' : '[', out);
		close[depth++] = n->kind == NODE_OBJECT ? '}' : ']';
		first = true;
	}
	fputc('\n', out);
}

static void text_nodes(FILE *out, const struct doc *doc, bool offsets)
{
	unsigned depth = 0;

	for (size_t i = 0; i < doc->count; i++) {
		const struct node *n = &doc->nodes[i];

		if (n->kind == NODE_END) {
			depth--;
			continue;
		}
		if (offsets && depth) {
			if (n->placed)
				fprintf(out, "%6zu %5zu  ", n->offset, n->size);
			else
				fprintf(out, "%14s", "");
		}
		if (depth)
			indent(out, depth - 1);
		if (n->kind == NODE_TEXT || n->kind == NODE_LITERAL) {
			if (n->name)
				fprintf(out, "%s: %s\n", n->name, n->value);
			else
				fprintf(out, "- %s\n", n->value);
			continue;
		}
		depth++;
		if (n->name)
			fprintf(out, "%s:\n", n->name);
		else if (depth > 1)
			fputs("-\n", out);
	}
}

static int render(const struct doc *doc, bool offsets,
		  void (*nodes)(FILE *out, const struct doc *doc, bool offsets), char **ret_text,
		  struct tdl_error *err)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	FILE *out = doc && !doc->bad ? open_memstream(&text, &size) : NULL;

	if (!out)
		return tdl_fail(err, -ENOMEM, "no memory to show this");
	nodes(out, doc, offsets);
	bool lost = ferror(out);
	if (fclose(out) != 0 || lost)
		return tdl_fail(err, -ENOMEM, "no memory to show this");
	*ret_text = steal(text);
	return 0;
}

int doc_render_text(const struct doc *doc, bool offsets, char **ret_text, struct tdl_error *err)
{
	return render(doc, offsets, text_nodes, ret_text, err);
}

int doc_render_json(const struct doc *doc, bool offsets, char **ret_text, struct tdl_error *err)
{
	return render(doc, offsets, json_nodes, ret_text, err);
}
