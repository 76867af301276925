/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a call was refused, and what happened otherwise. Linux says EINVAL; the model says EINVAL and
 * why: each refusal is one refuse() with a stable rule id, and that id names its test. */
#ifndef KERNEL_TRACE_TRACE_H
#define KERNEL_TRACE_TRACE_H

#include <pthread.h>
#include <stddef.h>

#include "kernel/kernel.h"

/* One per kernel; every room gets a pointer to it from what it works on. */
struct trace {
	pthread_mutex_t lock; /* of last */
	struct kernel_refusal last;
	void (*emit)(void *ctx, const struct kernel_event *event); /* NULL: off */
	void *ctx;
};

void trace_init(struct trace *trace, void (*emit)(void *ctx, const struct kernel_event *event),
		void *ctx);
void trace_end(struct trace *trace);

static inline bool trace_is_on(const struct trace *trace)
{
	return trace->emit != NULL;
}

/* Tell whoever watches. Build the event only when trace_is_on(). */
static inline void trace_emit(const struct trace *trace, const struct kernel_event *event)
{
	if (trace->emit)
		trace->emit(trace->ctx, event);
}

/* Remember and tell that a rule said no; returns error. Use refuse(), which also enters the rule
 * into the list of rules. */
int trace_refuse(struct trace *trace, int error, const char *rule, const char *format, ...)
	__attribute__((format(printf, 4, 5), cold));

/* Refuse with a negative errno, a literal rule id and the numbers in words; its value is the errno.
 * The id is kept in a section of its own, from which trace_rule() lists all of them. */
#define refuse(trace, error, rule, ...)                                                            \
	__extension__({                                                                            \
		static const char *const rule_                                                     \
			__attribute__((section("kernel_rules"), used)) = rule;                     \
		trace_refuse(trace, error, rule_, __VA_ARGS__);                                    \
	})

/* The i-th rule id in alphabetical order, each once; NULL past the last. */
const char *trace_rule(size_t i);

#endif
