/* SPDX-License-Identifier: BSD-2-Clause */
/* One request of a batch. */
#ifndef CHECK_REQUEST_H
#define CHECK_REQUEST_H

#include "attest/json.h"
#include "check/check.h"

enum {
	LINE_MAX_BYTES = JSON_SIZE_LIMIT,  /* of one request */
	REQUEST_BYTES_MAX = 64 << 20,	   /* of all evidence that a request names */
	ID_MAX = 1024,			   /* of the id, as it is written */
};

/* What all requests of a batch share. */
struct desk {
	const struct tdl_rules *rules;
	struct tdl_check_cache *cache; /* may be NULL */
	int root;		       /* descriptor of the directory to stay in, or -1 */
};

/* Judge a line. text is NULL for one that was too long to be kept. Returns 0 whatever it says. */
int request_judge(const struct desk *desk, const char *text, size_t size, uint64_t number,
		  char **ret_line, size_t *ret_size, enum tdl_answer *ret_answer,
		  struct tdl_error *err);

/* Open the directory that requests must not leave; *ret_root is -1 for NULL. */
int request_root(const char *path, int *ret_root, struct tdl_error *err);

#endif
