/* SPDX-License-Identifier: BSD-2-Clause */
/* Just enough DER to walk the SGX extension of a PCK certificate and a CRL, strictly: definite lengths in
 * their shortest form, tags below 31, nothing left over. */
#ifndef ATTEST_DER_H
#define ATTEST_DER_H

#include "base/cursor.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_EXPLICIT_0 = 0xa0,
};

/* The contents of the next value, which must have this tag; a bad window otherwise, and the outer
 * window turns bad too. */
struct cursor der_take(struct cursor *c, uint8_t tag);

/* The tag of the next value, 0 at the end. */
static inline uint8_t der_peek(const struct cursor *c)
{
	return !c->bad && c->left ? c->next[0] : 0;
}

/* A non-negative integer of at most eight bytes, in its shortest form. */
uint64_t der_take_unsigned(struct cursor *c, uint8_t tag);

/* The size of the DER value that starts at bytes, header included; 0 when it is not one or does not
 * fit in size. */
size_t der_size(const uint8_t *bytes, size_t size);

#endif
