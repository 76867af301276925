/* SPDX-License-Identifier: BSD-2-Clause */
/* URLs of a service. */
#ifndef FETCH_PLACE_H
#define FETCH_PLACE_H

#include <stdbool.h>

#include <tdlaunch/fetch.h>

#define INTEL_SERVICE "https://api.trustedservices.intel.com"
/* The distribution point that Intel's root certificate names. */
#define INTEL_ROOT_CRL "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"

enum { URL_LIMIT = 2048 /* characters */ };

/* Does it begin with this scheme ("https://"), name a host, and have nothing in it that is no URL's? */
bool place_is_url(const char *url, const char *scheme);

/* The service's own URL, without a path of the interface or a slash at the end, from what a user
 * gave (NULL for Intel's). -EINVAL for one that is not https, or that has a query. Caller frees. */
int place_service(const char *url, char **ret_service, struct tdl_error *err);

/* Which document. */
enum place {
	PLACE_TCB_INFO,
	PLACE_QE_IDENTITY,
	PLACE_PCK_CRL,
	PLACE_ROOT_CRL,
};

/* What is put into requests. */
struct place_of {
	const char *service, *fmspc, *ca; /* fmspc in hex digits; ca "platform" or "processor" */
	const struct tdl_fetch_options *options;
};

/* The request's URL. Caller frees. Source: Intel PCS API version 4. */
int place_url(enum place which, const struct place_of *of, char **ret_url, struct tdl_error *err);

#endif
