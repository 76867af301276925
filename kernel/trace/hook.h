/* SPDX-License-Identifier: BSD-2-Clause */
/* Points where a test may say what happens instead: kernel_test_hook(). Nobody asks while there is
 * no hook. */
#ifndef KERNEL_TRACE_HOOK_H
#define KERNEL_TRACE_HOOK_H

#include <stddef.h>

#include "kernel/kernel-test.h"

struct hook {
	kernel_hook_fn *ask; /* NULL: none */
	void *ctx;
};

static inline bool hook_ask(const struct hook *hook, const struct kernel_point *point,
			    int64_t *ret_result)
{
	return __builtin_expect(hook->ask != NULL, 0) && hook->ask(hook->ctx, point, ret_result);
}

#endif
