/* SPDX-License-Identifier: BSD-2-Clause */
/* The door to the network: one question, one answer. */
#ifndef FETCH_HTTP_H
#define FETCH_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>

enum {
	BODY_LIMIT = 1 << 20,	  /* bytes of one answer */
	HEADERS_LIMIT = 64 << 10, /* bytes of all its headers */
};

/* An answer, whatever its status. Zero-initialised is an empty one. */
struct http_answer {
	long status;
	uint8_t *body; /* owned */
	size_t size;
	char *headers; /* owned: lines as they came, without the status line's predecessors */
	size_t headers_size;
	long retry_after; /* seconds that it asks to wait; 0 when it does not say */
};

void http_answer_end(struct http_answer *answer);
#define AUTO_ANSWER __attribute__((cleanup(http_answer_end)))

/* Add to the body or the headers, within their limits: -E2BIG, -ENOMEM. */
int http_add_body(struct http_answer *answer, const void *bytes, size_t size);
int http_add_header(struct http_answer *answer, const char *line, size_t size);

struct http {
	/* Fails only when there is no answer at all. */
	int (*get)(void *ctx, const char *url, struct http_answer *ret_answer,
		   struct tdl_error *err);
	/* The same for a question with a body of JSON. */
	int (*post)(void *ctx, const char *url, const char *json, struct http_answer *ret_answer,
		    struct tdl_error *err);
	void (*wait)(void *ctx, unsigned seconds);
	void *ctx;
};

#endif
