/* SPDX-License-Identifier: BSD-2-Clause */
/* Canonical event logs that software in the guest keeps, as TLV or JSON. Registers are CC registers
 * (type 108, of Google's launcher) or PCRs, which stand for the RTMRs that UEFI gives them.
 * Source: TCG Canonical Event Log Format 1.0, TLV and JSON encodings; UEFI 2.10, 38.4.1, Intel TDX;
 * github.com/google/go-eventlog, package cel. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "attest/json.h"
#include "attest/runtime.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/hash.h"

enum {
	TLV_RECNUM = 0,
	TLV_PCR = 1,
	TLV_NV_INDEX = 2,
	TLV_DIGESTS = 3,
	TLV_COS = 80,	    /* contents: Google's Container-Optimized OS */
	TLV_CC_REGISTER = 108, /* as in CCEL: RTMR0 is 1 */
	TLV_SHA384 = 0x0c,  /* a digest's TLV: the low byte of TPM_ALG_SHA384 */
	TLV_HEADER = 5,
};

struct tlv {
	uint8_t type;
	struct cursor value;
};

static struct tlv take_tlv(struct cursor *c)
{
	struct tlv t = { .type = cursor_u8(c) };
	uint32_t size = cursor_be32(c);

	t.value = cursor_take(c, size);
	return t;
}

/* One to eight bytes, big endian. */
static uint64_t take_number(struct cursor *c)
{
	uint64_t value = 0;

	if (c->left < 1 || c->left > 8)
		c->bad = true;
	while (c->left && !c->bad)
		value = value << 8 | cursor_u8(c);
	return value;
}

bool runtime_is_cel(const uint8_t *bytes, size_t size)
{
	struct cursor c = cursor_of(bytes, size);
	struct tlv record = take_tlv(&c);
	struct tlv where = take_tlv(&c);

	return !c.bad && record.type == TLV_RECNUM && record.value.left >= 1 &&
	       record.value.left <= 8 && where.value.left >= 1 && where.value.left <= 8 &&
	       (where.type == TLV_PCR || where.type == TLV_NV_INDEX ||
		where.type == TLV_CC_REGISTER);
}

bool runtime_is_cel_json(const char *text, size_t size)
{
	return size && *text == '[' && memmem(text, size, "\"digests\"", 9) &&
	       !memmem(text, size, "\"imr\"", 5);
}

/* PCR 0 is MRTD, which nothing extends later; from 16 on there is no RTMR for one. */
static int mr_of_pcr(uint64_t pcr, uint32_t *ret_mr, struct tdl_error *err)
{
	static const uint8_t mrs[] = { 0, 1, 2, 2, 2, 2, 2, 1, 3, 3, 3, 3, 3, 3, 3, 3 };

	if (pcr >= sizeof(mrs) || mrs[pcr] == 0)
		return tdl_fail(err, -EOPNOTSUPP, "PCR %llu stands for no RTMR",
				(unsigned long long)pcr);
	*ret_mr = mrs[pcr];
	return 0;
}

static int take_register(struct tlv *t, uint32_t *ret_mr, struct tdl_error *err)
{
	uint64_t index = take_number(&t->value);

	if (t->value.bad || (t->type != TLV_PCR && t->type != TLV_CC_REGISTER))
		return tdl_fail(err, -EOPNOTSUPP, "TLV type %u names no PCR or CC register",
				t->type);
	if (t->type == TLV_PCR)
		return mr_of_pcr(index, ret_mr, err);
	if (index < 1 || index > TDL_RTMR_COUNT)
		return tdl_fail(err, -EBADMSG, "CC register %llu is no RTMR",
				(unsigned long long)index);
	*ret_mr = (uint32_t)index;
	return 0;
}

static int take_digest(struct tlv *digests, uint8_t ret_digest[SHA384_SIZE], struct tdl_error *err)
{
	bool found = false;

	if (digests->type != TLV_DIGESTS)
		return tdl_fail(err, -EBADMSG, "TLV type %u stands where the digests belong",
				digests->type);
	while (digests->value.left) {
		struct tlv one = take_tlv(&digests->value);

		if (digests->value.bad)
			return tdl_fail(err, -ENODATA, "the digests end inside one");
		if (one.type != TLV_SHA384)
			continue;
		if (one.value.left != SHA384_SIZE || found)
			return tdl_fail(err, -EBADMSG, "not one SHA-384 digest of 48 bytes");
		memcpy(ret_digest, one.value.next, SHA384_SIZE);
		found = true;
	}
	return found ? 0 : tdl_fail(err, -EOPNOTSUPP, "no digest is SHA-384, as RTMRs have them");
}

/* The launcher hashes the content with its header; others are hashed by rules of their own. */
static int bind(struct runtime_event *event, const uint8_t *start, size_t size, uint8_t type,
		struct tdl_error *err)
{
	uint8_t digest[SHA384_SIZE];
	int rc = sha384(start, size, digest, err);

	if (rc < 0)
		return rc;
	event->binding = memcmp(digest, event->digest, SHA384_SIZE) == 0 ? TDL_BINDING_BOUND
			 : type == TLV_COS				 ? TDL_BINDING_CONTRADICTS
									 : TDL_BINDING_UNBOUND;
	snprintf(event->name, sizeof(event->name), "content type %u", type);
	return 0;
}

static int parse_record(struct cursor *c, struct runtime_event *event, struct tdl_error *err)
{
	struct tlv record = take_tlv(c);
	struct tlv where = take_tlv(c);
	struct tlv digests = take_tlv(c);
	const uint8_t *content = c->next;
	struct tlv what = take_tlv(c);

	if (c->bad)
		return tdl_fail(err, -ENODATA, "the log ends inside it");
	take_number(&record.value);
	if (record.type != TLV_RECNUM || record.value.bad)
		return tdl_fail(err, -EBADMSG, "it does not begin with a record number");
	int rc = take_register(&where, &event->mr, err);
	if (rc == 0)
		rc = take_digest(&digests, event->digest, err);
	return rc < 0 ? rc : bind(event, content, TLV_HEADER + what.value.left, what.type, err);
}

int runtime_parse_cel(const uint8_t *bytes, size_t size, struct runtime_log *ret_log,
		      struct tdl_error *err)
{
	struct cursor c = cursor_of(bytes, size);
	struct runtime_log log = { .kind = "canonical event log" };
	int rc = 0;

	while (c.left && rc == 0) {
		struct runtime_event *event = runtime_add(&log, err);

		rc = event ? parse_record(&c, event, err) : -ENOMEM;
	}
	if (rc < 0) {
		tdl_while(err, rc, "record %zu", log.count ? log.count - 1 : 0);
		runtime_end(&log);
		return rc;
	}
	*ret_log = log;
	return 0;
}

static int parse_json_record(struct json_object *in, struct runtime_event *event,
			     struct tdl_error *err)
{
	struct json_object *digests = NULL;
	const char *algorithm = "", *type = NULL;
	uint64_t pcr = 0;
	bool found = false;
	int rc = json_get_number(in, "pcr", UINT32_MAX, &pcr, err);

	if (rc == 0)
		rc = mr_of_pcr(pcr, &event->mr, err);
	if (rc == 0)
		rc = json_get_array(in, "digests", &digests, err);
	for (size_t i = 0; rc == 0 && !found && i < json_object_array_length(digests); i++) {
		struct json_object *one = json_object_array_get_idx(digests, i);

		rc = json_get_text(one, "hashAlg", &algorithm, err);
		found = rc == 0 && strcasecmp(algorithm, "sha384") == 0;
		if (found)
			rc = json_get_hex(one, "digest", event->digest, SHA384_SIZE, err);
	}
	if (rc < 0)
		return rc;
	if (!found)
		return tdl_fail(err, -EOPNOTSUPP, "no digest is SHA-384, as RTMRs have them");
	event->binding = TDL_BINDING_UNBOUND;
	if (json_get_text(in, "content_type", &type, NULL) == 0)
		snprintf(event->name, sizeof(event->name), "%s", type);
	return 0;
}

int runtime_parse_cel_json(const char *text, size_t size, struct runtime_log *ret_log,
			   struct tdl_error *err)
{
	AUTO_JSON struct json_object *list = NULL;
	struct runtime_log log = { .kind = "canonical event log" };
	int rc = json_load(text, size, &list, err);

	if (rc == 0 && !json_object_is_type(list, json_type_array))
		return tdl_fail(err, -EBADMSG, "a list of records is expected");
	for (size_t i = 0; rc == 0 && i < json_object_array_length(list); i++) {
		struct runtime_event *event = runtime_add(&log, err);

		rc = event ? parse_json_record(json_object_array_get_idx(list, i), event, err)
			   : -ENOMEM;
		if (rc < 0)
			tdl_while(err, rc, "record %zu", i);
	}
	if (rc < 0) {
		runtime_end(&log);
		return rc;
	}
	*ret_log = log;
	return 0;
}
