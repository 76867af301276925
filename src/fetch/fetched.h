/* SPDX-License-Identifier: BSD-2-Clause */
/* What a fetch has in hand, and its steps. */
#ifndef FETCH_FETCHED_H
#define FETCH_FETCHED_H

#include <stdbool.h>

#include <tdlaunch/fetch.h>

#include "fetch/http.h"
#include "fetch/place.h"

enum {
	FETCH_FILES = 7,
	FETCH_TIMEOUT = 30, /* seconds */
};
#define FETCH_RECORD "fetched.json"

struct fetched_file {
	const char *name; /* static */
	char *url;	  /* owned */
	void *bytes;	  /* owned */
	size_t size;
};

struct tdl_fetched {
	struct fetched_file files[FETCH_FILES];
	size_t count;
	char *service;		/* owned */
	char fmspc[13];		/* hex digits */
	const char *ca;		/* static */
	uint32_t evaluation;	/* of the TCB info that came */
	char *json;		/* owned, once it is written */
};

/* Everything into memory through a door. */
int fetch_all(const struct http *http, const void *quote, size_t size,
	      const struct tdl_fetch_options *options, struct tdl_fetched **ret_fetched,
	      struct tdl_error *err);

/* Write it beside path, verify that, and give it its name. */
int fetch_keep(struct tdl_fetched *fetched, const void *quote, size_t size,
	       const struct tdl_fetch_options *options, const char *path, struct tdl_error *err);

/* The record of it as JSON into fetched->json. */
int fetch_record(struct tdl_fetched *fetched, const struct tdl_fetch_options *options,
		 struct tdl_error *err);

/* Does what is in the folder verify, and is it for the quote's platform? -EKEYREJECTED with the
 * first check that says no. Sets fetched->evaluation. */
int fetch_judge(const char *folder, const void *quote, size_t size,
		const struct tdl_fetch_options *options, struct tdl_fetched *fetched,
		struct tdl_error *err);

#endif
