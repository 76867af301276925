/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors: made once where they happen, wrapped on the way out. */
#include <tdlaunch/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void record(struct tdl_error *err, int code, uint64_t hw, const char *fmt, va_list ap)
{
	if (!err)
		return;
	err->code = code;
	err->hw = hw;
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
}

int tdl_fail(struct tdl_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(err, code, 0, fmt, ap);
	va_end(ap);
	return code;
}

int tdl_fail_hw(struct tdl_error *err, int code, uint64_t hw, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(err, code, hw, fmt, ap);
	va_end(ap);
	return code;
}

int tdl_while(struct tdl_error *err, int code, const char *fmt, ...)
{
	char inner[sizeof(err->text)];
	va_list ap;
	int n;

	if (!err)
		return code;
	memcpy(inner, err->text, sizeof(inner));
	va_start(ap, fmt);
	n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(err->text))
		snprintf(err->text + n, sizeof(err->text) - (size_t)n, ": %s", inner);
	err->code = code;
	return code;
}

char *tdl_error_text(const struct tdl_error *err, char *buf, size_t size)
{
	const char *name = strerrorname_np(-err->code);

	if (err->hw)
		snprintf(buf, size, "%s (%s, TDX module status 0x%016llx)", err->text,
			 name ? name : "?", (unsigned long long)err->hw);
	else
		snprintf(buf, size, "%s (%s)", err->text, name ? name : "?");
	return buf;
}
