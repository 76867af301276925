/* SPDX-License-Identifier: BSD-2-Clause */
/* Verdicts: what was expected and what came, collected as text for the case's line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/conf.h"

static void add_word(char *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_word(char *list, const char *format, ...)
{
	size_t used = strlen(list);
	va_list args;

	if (used + 40 > CONF_VERDICT)
		return;
	if (used)
		list[used++] = ',';
	va_start(args, format);
	vsnprintf(list + used, CONF_VERDICT - used, format, args);
	va_end(args);
}

static void add_result(char *list, long value)
{
	const char *name = value < 0 && value > -4096 ? strerrorname_np((int)-value) : NULL;

	if (name)
		add_word(list, "%s", name);
	else
		add_word(list, "%ld", value);
}

_Noreturn void conf_skip(struct conf *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->reason, sizeof(c->reason), format, args);
	va_end(args);
	c->outcome = CONF_SKIP;
	longjmp(c->stop, 1);
}

_Noreturn void conf_fail(struct conf *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->reason, sizeof(c->reason), format, args);
	va_end(args);
	c->outcome = CONF_FAIL;
	longjmp(c->stop, 1);
}

void conf_expect(struct conf *c, long got, long want)
{
	add_result(c->want, want);
	add_result(c->got, got);
	if (got != want)
		conf_fail(c, "result");
}

void conf_expect_any(struct conf *c, long got, const long *want, size_t n)
{
	char list[CONF_VERDICT] = "";
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		add_result(list, want[i]);
		found = found || got == want[i];
	}
	for (char *p = list; *p; p++)
		if (*p == ',')
			*p = '|';
	add_word(c->want, "%.300s", list);
	/* What may vary must not look like a difference between two hosts. */
	if (found)
		add_word(c->got, "%.300s", list);
	else
		add_result(c->got, got);
	if (!found)
		conf_fail(c, "result");
}

void conf_expect_u64(struct conf *c, const char *what, uint64_t got, uint64_t want)
{
	add_word(c->want, "%s=0x%llx", what, (unsigned long long)want);
	add_word(c->got, "%s=0x%llx", what, (unsigned long long)got);
	if (got != want)
		conf_fail(c, "%s", what);
}

void conf_expect_true(struct conf *c, const char *what, bool got)
{
	add_word(c->want, "%s", what);
	add_word(c->got, "%s%s", got ? "" : "not ", what);
	if (!got)
		conf_fail(c, "%s", what);
}

void conf_expect_rule(struct conf *c, const char *rule)
{
	const char *got = c->ops->last_rule ? c->ops->last_rule(c->ctx) : rule;

	if (strcmp(got, rule) != 0)
		conf_fail(c, "refused by %s, want %s", got, rule);
}
