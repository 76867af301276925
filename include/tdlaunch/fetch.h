/* SPDX-License-Identifier: BSD-2-Clause */
/* Collateral from a provisioning certification service: Intel's, or a cache with the same interface.
 * The only part of the library that opens a connection, and only in the one call that is for it.
 * libcurl is loaded when it is asked for; a verifier needs none. */
#ifndef TDLAUNCH_FETCH_H
#define TDLAUNCH_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_fetched; /* what was fetched, opaque */

/**
 * struct tdl_fetch_options - from where, and how
 * @url:          the service, "https://host:port"; NULL for Intel's. A path that ends in
 *                "/sgx/certification/v4" is taken as the service it belongs to
 * @root_crl_url: the root CA's revocation list; NULL for the one that @url has (as caches do), or
 *                without @url for Intel's distribution point
 * @cacert:       a file of certificates, PEM, that vouch for the service instead of the system's
 * @update:       "standard" or "early", which TCB evaluation to ask for; NULL leaves it to the
 *                service, whose default is standard
 * @evaluation:   ask for this TCB evaluation data number; 0 for none. Not together with @update
 * @timeout:      seconds for one answer; 0 for 30
 * @retries:      how often to ask again when the service is busy (status 429 or 503)
 * @max_wait:     seconds to wait before asking again, at most; a service that wants more is given up
 * @at:           the time to judge dates by, seconds since 1970 UTC
 * @root:         a root certificate, PEM or DER, that takes the place of Intel's; NULL for Intel's
 * @root_size:    bytes there
 * @replace:      the folder may hold what was fetched into it before; it is replaced whole
 * @progress:     called before each request with the file it is for; NULL for nobody
 * @progress_ctx: handed to @progress
 *
 * All are borrowed for the call. Proxies are those that libcurl finds in the environment
 * ("https_proxy", "no_proxy").
 */
struct tdl_fetch_options {
	const char *url, *root_crl_url, *cacert, *update;
	uint32_t evaluation;
	unsigned timeout, retries, max_wait;
	int64_t at;
	const void *root;
	size_t root_size;
	bool replace;
	void (*progress)(void *ctx, const char *file);
	void *progress_ctx;
};

/**
 * struct tdl_fetched_file - a file of the folder
 * @name: in the folder, static
 * @url:  the request that was answered with it, borrowed
 * @size: bytes
 */
struct tdl_fetched_file {
	const char *name, *url;
	size_t size;
};

/**
 * tdl_fetch_collateral() - get what verifying a quote needs
 * @quote:       the quote, which says of which platform and CA; borrowed for the call
 * @size:        bytes there
 * @options:     from where, and how
 * @path:        the folder to write, which tdl_collateral_open() takes; it appears whole or not at
 *               all, and only when everything in it was verified: signatures, revocation lists and
 *               dates at the time given, and that it is for this platform
 * @ret_fetched: what was fetched, to be freed
 * @err:         why there is none; NULL is fine
 *
 * Connections are HTTPS with the service's certificate checked. Redirects are refused.
 *
 * Return: 0; -EKEYREJECTED when it was fetched and does not verify; -EOPNOTSUPP when the quote does
 * not carry the certificate of its platform, without libcurl, or when built without; -ENOENT when
 * the service does not have it; -EBUSY when it stays busy; -ETIMEDOUT; -EACCES when the service or
 * its certificate is refused; -EBADMSG for an answer that is something else; -E2BIG for one that is
 * too large; -ECONNREFUSED when there is no connection; -EEXIST when the folder is in use; -EINVAL
 * for options that make no sense; -ENOMEM.
 * Source: Intel PCS API version 4.
 */
TDL_API int tdl_fetch_collateral(const void *quote, size_t size,
				 const struct tdl_fetch_options *options, const char *path,
				 struct tdl_fetched **ret_fetched, struct tdl_error *err);

/**
 * tdl_fetched_free() - free it; the folder stays
 * @fetched: NULL is fine
 */
TDL_API void tdl_fetched_free(struct tdl_fetched *fetched);

/**
 * tdl_fetched_file() - a file by position
 * @fetched:  what was fetched
 * @index:    from 0 on
 * @ret_file: the file
 *
 * Return: 0, or -ENOENT at the end.
 */
TDL_API int tdl_fetched_file(const struct tdl_fetched *fetched, size_t index,
			     struct tdl_fetched_file *ret_file);

/**
 * tdl_fetched_json() - the record of it, which is also in the folder as fetched.json
 * @fetched: what was fetched
 *
 * Return: platform, time, TCB evaluation, and of each file its request, size and SHA-384, as JSON;
 * borrowed.
 */
TDL_API const char *tdl_fetched_json(const struct tdl_fetched *fetched);

#ifdef __cplusplus
}
#endif

#endif
