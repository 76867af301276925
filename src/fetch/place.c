/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the documents are. */
#include "fetch/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/scope.h"

bool place_is_url(const char *url, const char *scheme)
{
	size_t n = strlen(scheme);

	if (strncasecmp(url, scheme, n) != 0 || strlen(url) > URL_LIMIT)
		return false;
	for (const char *c = url; *c; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return url[n] != '\0' && url[n] != '/';
}

static bool is_https(const char *url)
{
	return place_is_url(url, "https://");
}

/* The configuration of Intel's quote provider names the service with the path of one interface. */
static void cut_end(char *url)
{
	static const char *const ends[] = { "/sgx/certification/v4", "/tdx/certification/v4" };
	size_t n = strlen(url);

	while (n && url[n - 1] == '/')
		url[--n] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t end = strlen(ends[i]);

		if (n > end && strcmp(url + n - end, ends[i]) == 0)
			n -= end;
		url[n] = '\0';
	}
}

int place_service(const char *url, char **ret_service, struct tdl_error *err)
{
	AUTO_FREE char *service = strdup(url ? url : INTEL_SERVICE);

	if (!service)
		return tdl_fail(err, -ENOMEM, "no memory for a URL");
	if (!is_https(service) || strpbrk(service, "?#"))
		return tdl_fail(err, -EINVAL, "\"%.100s\" is no URL of a service; it begins with "
				"https:// and has no query", service);
	cut_end(service);
	*ret_service = steal(service);
	return 0;
}

/* What asks for one TCB evaluation, behind a first character. */
static void choose_evaluation(const struct tdl_fetch_options *o, char first, char text[64])
{
	if (o->evaluation)
		snprintf(text, 64, "%ctcbEvaluationDataNumber=%u", first, o->evaluation);
	else if (o->update)
		snprintf(text, 64, "%cupdate=%s", first, o->update);
	else
		text[0] = '\0';
}

static int root_crl_url(const struct place_of *of, char **ret_url, struct tdl_error *err)
{
	const struct tdl_fetch_options *o = of->options;

	if (o->root_crl_url && !is_https(o->root_crl_url))
		return tdl_fail(err, -EINVAL, "\"%.100s\" is no https:// URL", o->root_crl_url);
	if (!o->root_crl_url && o->url)
		return asprintf(ret_url, "%s/sgx/certification/v4/rootcacrl", of->service);
	return asprintf(ret_url, "%s", o->root_crl_url ? o->root_crl_url : INTEL_ROOT_CRL);
}

int place_url(enum place which, const struct place_of *of, char **ret_url, struct tdl_error *err)
{
	char choice[64], *url = NULL;
	int rc = 0;

	switch (which) {
	case PLACE_TCB_INFO:
		choose_evaluation(of->options, '&', choice);
		rc = asprintf(&url, "%s/tdx/certification/v4/tcb?fmspc=%s%s", of->service,
			      of->fmspc, choice);
		break;
	case PLACE_QE_IDENTITY:
		choose_evaluation(of->options, '?', choice);
		rc = asprintf(&url, "%s/tdx/certification/v4/qe/identity%s", of->service, choice);
		break;
	case PLACE_PCK_CRL:
		rc = asprintf(&url, "%s/sgx/certification/v4/pckcrl?ca=%s&encoding=der",
			      of->service, of->ca);
		break;
	case PLACE_ROOT_CRL:
		rc = root_crl_url(of, &url, err);
		break;
	}
	if (rc == -EINVAL)
		return rc;
	if (rc < 0)
		return tdl_fail(err, -ENOMEM, "no memory for a URL");
	*ret_url = url;
	return 0;
}
