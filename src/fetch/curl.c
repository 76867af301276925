/* SPDX-License-Identifier: BSD-2-Clause */
/* libcurl behind the door: no redirects, everything limited; HTTPS only, but for a service of the
 * machine's own host. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "base/attr.h"
#include "base/symbols.h"
#include "fetch/fetched.h"
#include "fetch/tdquote.h"

static struct curl {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_easy_init) *init;
	__typeof__(curl_easy_setopt) *set;
	__typeof__(curl_easy_perform) *perform;
	__typeof__(curl_easy_getinfo) *info;
	__typeof__(curl_easy_strerror) *reason;
	__typeof__(curl_easy_cleanup) *cleanup;
	__typeof__(curl_slist_append) *append;
	__typeof__(curl_slist_free_all) *free_list;
} curl;

static const struct symbol functions[] = {
	{ "curl_global_init", offsetof(struct curl, global_init) },
	{ "curl_easy_init", offsetof(struct curl, init) },
	{ "curl_easy_setopt", offsetof(struct curl, set) },
	{ "curl_easy_perform", offsetof(struct curl, perform) },
	{ "curl_easy_getinfo", offsetof(struct curl, info) },
	{ "curl_easy_strerror", offsetof(struct curl, reason) },
	{ "curl_easy_cleanup", offsetof(struct curl, cleanup) },
	{ "curl_slist_append", offsetof(struct curl, append) },
	{ "curl_slist_free_all", offsetof(struct curl, free_list) },
};

static int load_rc;
static struct tdl_error load_err;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Its two builds on Debian have one interface and two names. */
static void load(void)
{
	static const char *const names[] = { "libcurl.so.4", "libcurl-gnutls.so.4" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		load_rc = symbols_load(names[i], functions, ARRAY_SIZE(functions), &curl, &load_err);
		if (load_rc == 0)
			break;
	}
	if (load_rc < 0)
		tdl_while(&load_err, load_rc, "libcurl is needed to ask a service");
	else if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		load_rc = tdl_fail(&load_err, -EIO, "libcurl does not start");
}

/* An answer as it comes in, and why it was broken off. */
struct reception {
	struct http_answer *answer;
	int rc;
};

/* libcurl breaks off when less is taken than was offered. */
static size_t take_body(char *bytes, size_t one, size_t count, void *ctx)
{
	struct reception *r = ctx;

	r->rc = http_add_body(r->answer, bytes, one * count);
	return r->rc == 0 ? one * count : 0;
}

static size_t take_header(char *line, size_t one, size_t count, void *ctx)
{
	struct reception *r = ctx;

	r->rc = http_add_header(r->answer, line, one * count);
	return r->rc == 0 ? one * count : 0;
}

/* What libcurl calls a failure, as an errno. Everything else is a connection that does not work. */
static int errno_of(CURLcode code)
{
	static const struct {
		CURLcode code;
		int rc;
	} rows[] = {
		{ CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT },
		{ CURLE_PEER_FAILED_VERIFICATION, -EACCES },
		{ CURLE_SSL_CACERT_BADFILE, -EACCES },
		{ CURLE_PARTIAL_FILE, -ENODATA },
		{ CURLE_GOT_NOTHING, -ENODATA },
		{ CURLE_FILESIZE_EXCEEDED, -E2BIG },
		{ CURLE_URL_MALFORMAT, -EINVAL },
		{ CURLE_OUT_OF_MEMORY, -ENOMEM },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].code == code)
			return rows[i].rc;
	return -ECONNREFUSED;
}

static int get(void *ctx, const char *url, struct http_answer *ret_answer, struct tdl_error *err)
{
	struct reception reception = { .answer = ret_answer };
	char reason[CURL_ERROR_SIZE] = "";
	curl_off_t wait = 0;
	CURL *handle = ctx;

	curl.set(handle, CURLOPT_URL, url);
	curl.set(handle, CURLOPT_ERRORBUFFER, reason);
	curl.set(handle, CURLOPT_WRITEDATA, &reception);
	curl.set(handle, CURLOPT_HEADERDATA, &reception);
	CURLcode code = curl.perform(handle);
	curl.set(handle, CURLOPT_ERRORBUFFER, NULL);
	if (reception.rc == -E2BIG)
		return tdl_fail(err, -E2BIG, "the answer is larger than %d bytes, or its headers "
				"than %d", BODY_LIMIT, HEADERS_LIMIT);
	if (reception.rc < 0)
		return tdl_fail(err, reception.rc, "no memory for an answer");
	if (code == CURLE_FILESIZE_EXCEEDED)
		return tdl_fail(err, -E2BIG, "the answer is larger than %d bytes", BODY_LIMIT);
	if (code != CURLE_OK)
		return tdl_fail(err, errno_of(code), "%s", *reason ? reason : curl.reason(code));
	curl.info(handle, CURLINFO_RESPONSE_CODE, &ret_answer->status);
	if (curl.info(handle, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK)
		ret_answer->retry_after = wait > INT32_MAX ? INT32_MAX : (long)wait;
	return 0;
}

static int post(void *ctx, const char *url, const char *json, struct http_answer *ret_answer,
		struct tdl_error *err)
{
	struct curl_slist *headers = curl.append(NULL, "Content-Type: application/json");
	CURL *handle = ctx;

	if (!headers)
		return tdl_fail(err, -ENOMEM, "no memory for a request");
	curl.set(handle, CURLOPT_HTTPHEADER, headers);
	curl.set(handle, CURLOPT_POSTFIELDS, json);
	int rc = get(ctx, url, ret_answer, err);
	curl.set(handle, CURLOPT_HTTPHEADER, NULL);
	curl.set(handle, CURLOPT_HTTPGET, 1L);
	curl.free_list(headers);
	return rc;
}

static void pause_for(void *ctx, unsigned seconds)
{
	(void)ctx;
	for (; seconds; seconds--)
		poll(NULL, 0, 1000);
}

/* How to reach a service. */
struct way {
	const char *protocols; /* as libcurl lists them */
	const char *cacert;    /* NULL for the system's certificates */
	unsigned timeout;      /* seconds; 0 for the default */
	bool direct;	       /* through no proxy */
};

/* Certificates and names of hosts are checked by default. */
static int set_up(CURL *handle, const struct way *way, struct tdl_error *err)
{
	long timeout = way->timeout ? (long)way->timeout : FETCH_TIMEOUT;

	if (curl.set(handle, CURLOPT_PROTOCOLS_STR, way->protocols) != CURLE_OK)
		return tdl_fail(err, -EOPNOTSUPP, "this libcurl cannot be held to HTTPS; it is "
				"older than 7.85, or has no TLS");
	curl.set(handle, CURLOPT_FOLLOWLOCATION, 0L);
	curl.set(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl.set(handle, CURLOPT_NOSIGNAL, 1L);
	curl.set(handle, CURLOPT_CONNECTTIMEOUT, timeout);
	curl.set(handle, CURLOPT_TIMEOUT, timeout);
	curl.set(handle, CURLOPT_MAXFILESIZE, (long)BODY_LIMIT);
	curl.set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl.set(handle, CURLOPT_USERAGENT, "tdlaunch/" VERSION);
	curl.set(handle, CURLOPT_WRITEFUNCTION, take_body);
	curl.set(handle, CURLOPT_HEADERFUNCTION, take_header);
	if (way->direct)
		curl.set(handle, CURLOPT_NOPROXY, "*");
	if (way->cacert && curl.set(handle, CURLOPT_CAINFO, way->cacert) != CURLE_OK)
		return tdl_fail(err, -EOPNOTSUPP, "this libcurl takes no certificates of yours");
	return 0;
}

static void close_door(struct http *http)
{
	if (http->ctx)
		curl.cleanup(http->ctx);
}
#define AUTO_DOOR __attribute__((cleanup(close_door)))

static int open_door(const struct way *way, struct http *ret, struct tdl_error *err)
{
	pthread_once(&once, load);
	if (load_rc < 0) {
		if (err)
			*err = load_err;
		return load_rc;
	}
	*ret = (struct http){ .get = get, .post = post, .wait = pause_for, .ctx = curl.init() };
	return ret->ctx ? set_up(ret->ctx, way, err)
			: tdl_fail(err, -ENOMEM, "no memory for libcurl");
}

int tdl_fetch_collateral(const void *quote, size_t size, const struct tdl_fetch_options *options,
			 const char *path, struct tdl_fetched **ret_fetched, struct tdl_error *err)
{
	const struct way way = { .protocols = "https", .cacert = options->cacert,
				 .timeout = options->timeout };
	struct tdl_fetched *fetched = NULL;
	AUTO_DOOR struct http http = { 0 };
	int rc = open_door(&way, &http, err);

	if (rc == 0)
		rc = fetch_all(&http, quote, size, options, &fetched, err);
	if (rc == 0)
		rc = fetch_keep(fetched, quote, size, options, path, err);
	if (rc < 0)
		tdl_fetched_free(fetched);
	else
		*ret_fetched = fetched;
	return rc;
}

int tdquote_get(const char *url, const uint8_t report[TDQUOTE_REPORT], uint8_t **ret_quote,
		size_t *ret_size, struct tdl_error *err)
{
	const struct way way = { .protocols = "http,https", .direct = true };
	AUTO_DOOR struct http http = { 0 };
	int rc = open_door(&way, &http, err);

	return rc < 0 ? rc : tdquote_ask(&http, url, report, ret_quote, ret_size, err);
}
