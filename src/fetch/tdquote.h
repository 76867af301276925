/* SPDX-License-Identifier: BSD-2-Clause */
/* A TD quote from a service of the machine's host, which is where a guest gets it under a paravisor that
 * keeps TDX to itself. */
#ifndef FETCH_TDQUOTE_H
#define FETCH_TDQUOTE_H

#include "fetch/http.h"

/* Azure's, inside of each guest. */
#define TDQUOTE_URL "http://169.254.169.254/acc/tdquote"
enum { TDQUOTE_REPORT = 1024 /* bytes of a TDREPORT */ };

/* Ask the service at url, over HTTP if the URL says so: the host is not trusted whatever carries its
 * answer, and the quote is signed. No proxy is used. The caller frees. Errors as
 * tdl_fetch_collateral() has them. */
int tdquote_get(const char *url, const uint8_t report[TDQUOTE_REPORT], uint8_t **ret_quote,
		size_t *ret_size, struct tdl_error *err);

/* The same through a door. */
int tdquote_ask(const struct http *http, const char *url, const uint8_t report[TDQUOTE_REPORT],
		uint8_t **ret_quote, size_t *ret_size, struct tdl_error *err);

/* An answer: {"quote": "BASE64URL"}. -EBADMSG when it is something else. The caller frees. */
int tdquote_read(const void *text, size_t size, uint8_t **ret_quote, size_t *ret_size,
		 struct tdl_error *err);

#endif
