/* SPDX-License-Identifier: BSD-2-Clause */
/* Headers of an answer, and the certificate chains in them. */
#ifndef FETCH_HEADER_H
#define FETCH_HEADER_H

#include <stddef.h>

#include <tdlaunch/error.h>

enum { CHAIN_LIMIT = 32 << 10 /* bytes of a chain's PEM text */ };

/* The value of a header by name, in any case, without the white space around it; borrowed. -ENOENT
 * when there is none, -EBADMSG when there are two: which would be meant? Source: RFC 9112, 5. */
int header_find(const char *headers, size_t size, const char *name, const char **ret_value,
		size_t *ret_size, struct tdl_error *err);

/* A chain as a PCS sends it: PEM, percent-encoded. -EBADMSG when an escape is malformed or what
 * comes out is not certificates in PEM, -E2BIG when it is too long. Caller frees. */
int header_chain(const char *value, size_t size, char **ret_pem, size_t *ret_size,
		 struct tdl_error *err);

#endif
