/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the room: DSSE envelopes, as in-toto signs with. */
#ifndef EXCHANGE_DSSE_H
#define EXCHANGE_DSSE_H

#include "exchange/format.h"

/* What a signature is made over: "DSSEv1", then length and bytes of type and payload. */
int dsse_encode(const char *type, const void *payload, size_t size, struct blob *ret,
		struct tdl_error *err);
/* An envelope with one signature. */
int dsse_seal(const char *type, const struct blob *payload, const struct tdl_exchange_options *opt,
	      struct blob *ret_file, struct tdl_error *err);
/* The payload of an envelope, in->signer when one of its signatures verifies. -EKEYREJECTED when
 * none does. */
int dsse_open(struct import *in, const char *type, struct json_object *envelope,
	      struct blob *ret_payload, struct tdl_error *err);

#endif
