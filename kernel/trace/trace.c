/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/trace/trace.h"

/* The bounds of the section that refuse() fills; the linker makes them. */
extern const char *const __start_kernel_rules[] __attribute__((visibility("hidden"), weak));
extern const char *const __stop_kernel_rules[] __attribute__((visibility("hidden"), weak));

void trace_init(struct trace *trace, void (*emit)(void *ctx, const struct kernel_event *event),
		void *ctx)
{
	*trace = (struct trace){ .emit = emit, .ctx = ctx };
	pthread_mutex_init(&trace->lock, NULL);
}

void trace_end(struct trace *trace)
{
	pthread_mutex_destroy(&trace->lock);
}

int trace_refuse(struct trace *trace, int error, const char *rule, const char *format, ...)
{
	struct kernel_refusal said = { .rule = rule, .error = error };
	va_list args;

	va_start(args, format);
	vsnprintf(said.text, sizeof(said.text), format, args);
	va_end(args);
	pthread_mutex_lock(&trace->lock);
	trace->last = said;
	pthread_mutex_unlock(&trace->lock);
	if (trace_is_on(trace))
		trace_emit(trace, &(struct kernel_event){ .kind = KERNEL_EVENT_REFUSAL,
							  .name = rule,
							  .fd = -1,
							  .result = error,
							  .text = said.text });
	return error;
}

/* The smallest id behind the given one; NULL for the first of all. */
static const char *rule_after(const char *previous)
{
	const char *best = NULL;

	for (const char *const *r = __start_kernel_rules; r < __stop_kernel_rules; r++) {
		if (previous && strcmp(*r, previous) <= 0)
			continue;
		if (!best || strcmp(*r, best) < 0)
			best = *r;
	}
	return best;
}

const char *trace_rule(size_t i)
{
	const char *rule = rule_after(NULL);

	while (rule && i-- > 0)
		rule = rule_after(rule);
	return rule;
}
