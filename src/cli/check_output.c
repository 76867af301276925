/* SPDX-License-Identifier: BSD-2-Clause */
/* Results of check in every format that was asked for. */
#include "cli/check.h"

#include <string.h>

#include "base/file.h"
#include "base/scope.h"

#define EAR "ear" /* a format that needs more than the claims */

static const char *format_named(const char *name, size_t n)
{
	const char *format;

	for (size_t i = 0; (format = tdl_claims_format(i)); i++)
		if (strlen(format) == n && memcmp(format, name, n) == 0)
			return format;
	return strlen(EAR) == n && memcmp(EAR, name, n) == 0 ? EAR : NULL;
}

int outputs_format(struct cli_args *args, struct check_outputs *o)
{
	const char *words[16] = { NULL };
	size_t n = 0;

	for (; n < 14 && tdl_claims_format(n); n++)
		words[n] = tdl_claims_format(n);
	words[n] = EAR;
	o->format = format_named(args->value, strlen(args->value));
	return o->format ? 0 : cli_bad_word(args, "--format", args->value, words);
}

/* "junit=report.xml"; what stands before '=' is a part of the name when it is no format. */
int outputs_add(struct cli_args *args, struct check_outputs *o)
{
	const char *equals = strchr(args->value, '=');
	const char *format;

	if (o->count == OUTPUTS_MAX)
		return cli_usage(args, "more than %d outputs", OUTPUTS_MAX);
	format = equals ? format_named(args->value, (size_t)(equals - args->value)) : NULL;
	o->list[o->count].format = format;
	o->list[o->count].path = format ? equals + 1 : args->value;
	return *o->list[o->count++].path ? 0 : cli_usage(args, "--output: the file has no name");
}

bool outputs_want(const struct check_outputs *o, const char *format)
{
	bool want = o->format && strcmp(o->format, format) == 0;

	for (size_t i = 0; i < o->count; i++)
		want |= o->list[i].format && strcmp(o->list[i].format, format) == 0;
	return want;
}

static int render(const struct tdl_claims *claims, const struct check_outputs *o,
		  const char *format, char **ret_text, struct tdl_error *err)
{
	if (strcmp(format, EAR) == 0)
		return tdl_ear_write(claims, &o->ear, ret_text, err);
	return tdl_claims_render(claims, format, ret_text, err);
}

static int write_one(const struct tdl_claims *claims, const struct check_outputs *o, size_t i,
		     struct tdl_error *err)
{
	const char *format = o->list[i].format ? o->list[i].format : o->format;
	AUTO_FREE char *text = NULL;
	int rc = render(claims, o, format, &text, err);

	return rc < 0 ? rc : file_write(o->list[i].path, text, strlen(text), err);
}

int outputs_show(const struct tdl_claims *claims, const struct check_outputs *o, bool quiet,
		 struct tdl_error *err)
{
	AUTO_FREE char *text = NULL;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < o->count; i++)
		rc = write_one(claims, o, i, err);
	if (rc == 0 && !quiet)
		rc = render(claims, o, o->format, &text, err);
	if (text)
		fputs(text, stdout);
	return rc;
}
