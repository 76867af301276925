/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM's ioctls in words, for traces. */
#ifndef HOST_DECODE_H
#define HOST_DECODE_H

#include <stddef.h>

/* A line being written; what does not fit is cut. Starts zeroed. */
struct text {
	char chars[600];
	size_t used;
};

void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The request's name and its arguments as the caller gives them. */
void decode_before(struct text *t, unsigned long request, const void *arg);
/* What the kernel wrote back, or nothing. */
void decode_after(struct text *t, unsigned long request, const void *arg);

#endif
