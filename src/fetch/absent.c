/* SPDX-License-Identifier: BSD-2-Clause */
/* What this room says when it was built without libcurl. */
#include <tdlaunch/fetch.h>

#include <errno.h>

#include "fetch/tdquote.h"

#ifndef HAVE_FETCH

int tdl_fetch_collateral(const void *quote, size_t size, const struct tdl_fetch_options *options,
			 const char *path, struct tdl_fetched **ret_fetched, struct tdl_error *err)
{
	(void)quote;
	(void)size;
	(void)options;
	(void)path;
	(void)ret_fetched;
	return tdl_fail(err, -EOPNOTSUPP, "built without fetching (--disable-fetch); get the files "
			"with another program");
}

int tdquote_get(const char *url, const uint8_t report[TDQUOTE_REPORT], uint8_t **ret_quote,
		size_t *ret_size, struct tdl_error *err)
{
	(void)url;
	(void)report;
	(void)ret_quote;
	(void)ret_size;
	return tdl_fail(err, -EOPNOTSUPP, "built without fetching (--disable-fetch)");
}
#endif
