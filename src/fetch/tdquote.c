/* SPDX-License-Identifier: BSD-2-Clause */
#include "fetch/tdquote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/json.h"
#include "base/base64.h"
#include "base/scope.h"
#include "fetch/answer.h"
#include "fetch/place.h"

int tdquote_read(const void *text, size_t size, uint8_t **ret_quote, size_t *ret_size,
		 struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	const char *quote = NULL;
	int rc = json_load(size ? text : "", size, &root, err);

	if (rc == 0)
		rc = json_get_text(root, "quote", &quote, err);
	if (rc < 0)
		return tdl_while(err, rc, "the answer");
	AUTO_FREE uint8_t *bytes = malloc(strlen(quote) + 4);
	size_t n = 0;
	if (!bytes)
		return tdl_fail(err, -ENOMEM, "no memory for a quote");
	if (!base64_decode(quote, strlen(quote), bytes, &n) || n == 0)
		return tdl_fail(err, -EBADMSG, "the answer: member \"quote\" is no base64");
	*ret_quote = steal(bytes);
	*ret_size = n;
	return 0;
}

int tdquote_ask(const struct http *http, const char *url, const uint8_t report[TDQUOTE_REPORT],
		uint8_t **ret_quote, size_t *ret_size, struct tdl_error *err)
{
	AUTO_ANSWER struct http_answer answer = { 0 };
	char text[TDQUOTE_REPORT * 3 / 2], json[sizeof(text) + 20];

	if (!place_is_url(url, "http://") && !place_is_url(url, "https://"))
		return tdl_fail(err, -EINVAL, "\"%.100s\" is no http:// or https:// URL", url);
	base64_encode(BASE64URL, report, TDQUOTE_REPORT, text);
	snprintf(json, sizeof(json), "{\"report\":\"%s\"}", text);
	int rc = http->post(http->ctx, url, json, &answer, err);
	if (rc == 0)
		rc = answer_check(&answer, err);
	if (rc == 0)
		rc = tdquote_read(answer.body, answer.size, ret_quote, ret_size, err);
	return rc < 0 ? tdl_while(err, rc, "%s", url) : 0;
}
