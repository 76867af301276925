/* SPDX-License-Identifier: BSD-2-Clause */
/* What an answer is made of while it comes in, and what its status means. */
#include "fetch/answer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "fetch/header.h"

void http_answer_end(struct http_answer *answer)
{
	free(answer->body);
	free(answer->headers);
	*answer = (struct http_answer){ 0 };
}

/* A NUL that *size does not count stands behind the bytes. */
static int add(void **bytes, size_t *size, size_t limit, const void *more, size_t n)
{
	if (n > limit - *size)
		return -E2BIG;
	char *bigger = realloc(*bytes, *size + n + 1);
	if (!bigger)
		return -ENOMEM;
	memcpy(bigger + *size, more, n);
	bigger[*size + n] = '\0';
	*bytes = bigger;
	*size += n;
	return 0;
}

int http_add_body(struct http_answer *answer, const void *bytes, size_t size)
{
	void *body = answer->body;
	int rc = add(&body, &answer->size, BODY_LIMIT, bytes, size);

	answer->body = body;
	return rc;
}

/* A status line begins a new answer: what came before it was a provisional one. */
int http_add_header(struct http_answer *answer, const char *line, size_t size)
{
	void *headers = answer->headers;

	if (size >= 5 && memcmp(line, "HTTP/", 5) == 0)
		answer->headers_size = 0;
	int rc = add(&headers, &answer->headers_size, HEADERS_LIMIT, line, size);
	answer->headers = headers;
	return rc;
}

static bool is_printable(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return true;
}

/* Redirects would let whoever answers choose whom else to believe. */
static int refuse_redirect(const struct http_answer *answer, struct tdl_error *err)
{
	const char *to = NULL;
	size_t size = 0;

	if (header_find(answer->headers, answer->headers_size, "Location", &to, &size, NULL) < 0 ||
	    !is_printable(to, size))
		return tdl_fail(err, -EACCES, "status %ld: the service redirects, which is not "
				"followed", answer->status);
	return tdl_fail(err, -EACCES, "status %ld: the service redirects to %.*s, which is not "
			"followed; name that place yourself if you trust it", answer->status,
			size > 100 ? 100 : (int)size, to);
}

int answer_check(const struct http_answer *answer, struct tdl_error *err)
{
	static const struct {
		long status;
		int rc;
		const char *meaning;
	} meanings[] = {
		{ 400, -EINVAL, "the service does not understand the request" },
		{ 401, -EACCES, "the service wants credentials" },
		{ 403, -EACCES, "the service refuses the request" },
		{ 404, -ENOENT, "the service does not have it" },
		{ 410, -ENOENT, "the service no longer has it" },
		{ 429, -EBUSY, "the service is still asked too often" },
		{ 503, -EBUSY, "the service is still busy" },
	};

	if (answer->status == 200)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		if (meanings[i].status == answer->status)
			return tdl_fail(err, meanings[i].rc, "status %ld: %s", answer->status,
					meanings[i].meaning);
	if (answer->status >= 300 && answer->status < 400)
		return refuse_redirect(answer, err);
	return tdl_fail(err, answer->status >= 500 ? -EREMOTEIO : -EBADMSG,
			"status %ld: the service %s", answer->status,
			answer->status >= 500 ? "failed" : "answers something else");
}
