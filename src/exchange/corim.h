/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the room: the numbers of CoRIM, CoMID and COSE, and which of them a manifest becomes.
 * Source: draft-ietf-rats-corim, draft-cds-rats-intel-corim-profile, RFC 9052, RFC 9360. */
#ifndef EXCHANGE_CORIM_H
#define EXCHANGE_CORIM_H

#include "exchange/tree.h"

enum corim_tag {
	TAG_COSE_SIGN1 = 18,
	TAG_URI = 32,
	TAG_CORIM = 501,
	TAG_COMID = 506,
	TAG_DIGEST_SET = 60020, /* Intel: [operator, [digest, ...]] */
};

enum { CORIM_ID = 0, CORIM_TAGS = 1, CORIM_PROFILE = 3, CORIM_VALIDITY = 4 };
enum { COMID_TAG_IDENTITY = 1, COMID_TRIPLES = 4 };
enum { IDENTITY_ID = 0 };
enum { TRIPLES_REFERENCE = 0, TRIPLES_ENDORSED = 1 };
enum { ENVIRONMENT_CLASS = 0 };
enum { CLASS_VENDOR = 1, CLASS_MODEL = 2 };
enum { MEASUREMENT_VALUES = 1 };
enum { VALIDITY_NOT_BEFORE = 0, VALIDITY_NOT_AFTER = 1 };

enum corim_value {
	VALUE_VERSION = 0,
	VALUE_DIGESTS = 2,
	VALUE_REGISTERS = 14,  /* register: [digest, ...] */
	VALUE_MRTEE = -83,     /* Intel's: MRENCLAVE or MRTD */
	VALUE_MANIFEST = -21572, /* ours, the letters TD: what else a manifest says */
};

/* Members of VALUE_MANIFEST, and of an origin in it. */
enum { MORE_SIZE, MORE_SOURCE, MORE_FLOW, MORE_COMPUTED, MORE_CONFIRMED };
enum { ORIGIN_BY, ORIGIN_TOOL, ORIGIN_VERSION, ORIGIN_NOTE };

#define DIGEST_SHA384 7 /* named information hash algorithms, IANA */
#define DIGEST_SET_MEMBER 6

/* Who says what the values mean: class vendor is who computed them, model the firmware's name, and
 * VALUE_REGISTERS goes by "mrtd", "rtmr0" ... "rtmr3". */
#define CORIM_PROFILE_URI "tag:tdlaunch,2026:corim/v1"
#define CORIM_CONTENT_TYPE "application/rim+cbor"

/* The identity of a manifest as a CoRIM: "tdlaunch:" and the beginning of the SHA-384 of its text.
 */
#define CORIM_ID_SIZE 48
int corim_id(const struct tdl_manifest *m, char text[CORIM_ID_SIZE], struct tdl_error *err);

int corim_write(const struct tdl_manifest *m, const struct tdl_exchange_options *opt,
		struct blob *ret_payload, struct tdl_error *err);
int corim_read(struct import *in, const uint8_t *payload, size_t size, struct tdl_error *err);

/* Does the time of the import lie in a validity map? NULL is always. */
int corim_check_validity(const struct import *in, const cbor_item_t *validity,
			 struct tdl_error *err);

int cose_seal(const struct blob *payload, const struct tdl_exchange_options *opt,
	      struct blob *ret_file, struct tdl_error *err);
int cose_open(struct import *in, const uint8_t *file, size_t size, struct blob *ret_payload,
	      struct tdl_error *err);

#endif
