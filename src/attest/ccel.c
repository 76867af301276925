/* SPDX-License-Identifier: BSD-2-Clause */
/* The CCEL table and the log area, event by event. The area is larger than the log: the end is
 * where fill begins, never what a length in ACPI says. */
#include "attest/ccel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/hash.h"

enum {
	SPEC_FIXED_SIZE = 29,	 /* Spec ID event without algorithms and vendor info */
	MR_LAST = TDL_RTMR_COUNT, /* MR index of RTMR3 */
	CC_TYPE_TDX = 2,
};

static int parse_algorithms(struct tdl_ccel *log, struct cursor *c, uint32_t n,
			    struct tdl_error *err)
{
	bool sha384_found = false;

	if (n < 1 || n > CCEL_ALGORITHMS_LIMIT)
		return tdl_fail(err, -EBADMSG, "algorithm count at 56 is %u, not 1 to %d", n,
				CCEL_ALGORITHMS_LIMIT);
	for (uint32_t i = 0; i < n; i++) {
		struct ccel_algorithm *a = &log->algorithms[i];

		a->id = cursor_le16(c);
		a->size = cursor_le16(c);
		sha384_found |= a->id == ALG_SHA384 && a->size == SHA384_SIZE;
	}
	log->n_algorithms = n;
	if (c->bad)
		return tdl_fail(err, -ENODATA, "the Spec ID event ends in its algorithms");
	if (!sha384_found)
		return tdl_fail(err, -EBADMSG, "SHA-384 with 48 bytes is not announced");
	return 0;
}

static int parse_spec_id(struct tdl_ccel *log, struct cursor *c, struct tdl_error *err)
{
	static const char signature[16] = "Spec ID Event03";

	log->spec_mr = cursor_le32(c);
	uint32_t type = cursor_le32(c);
	cursor_skip(c, 20);
	uint32_t size = cursor_le32(c);
	if (c->bad)
		return tdl_fail(err, -ENODATA, "the log ends in its first event, at %zu", log->size);
	if (type != EV_NO_ACTION)
		return tdl_fail(err, -EBADMSG, "first event type at 4 is 0x%x, not EV_NO_ACTION",
				type);
	struct cursor event = cursor_take(c, size);
	const uint8_t *start = cursor_bytes(&event, sizeof(signature));
	if (event.bad)
		return tdl_fail(err, -ENODATA, "first event size at 28 is %u, the log has %zu bytes",
				size, log->size);
	if (memcmp(start, signature, sizeof(signature)) != 0)
		return tdl_fail(err, -EBADMSG, "\"Spec ID Event03\" is missing at 32");
	cursor_skip(&event, 8);
	uint32_t n = cursor_le32(&event);
	int rc = parse_algorithms(log, &event, n, err);
	if (rc < 0)
		return rc;
	log->vendor_size = cursor_u8(&event);
	log->vendor = cursor_bytes(&event, log->vendor_size);
	if (event.bad || event.left)
		return tdl_fail(err, -EBADMSG, "Spec ID event size at 28 is %u, its parts have %zu",
				size, SPEC_FIXED_SIZE + 4 * (size_t)n + log->vendor_size);
	return 0;
}

static uint16_t algorithm_size(const struct tdl_ccel *log, uint16_t id)
{
	for (unsigned i = 0; i < log->n_algorithms; i++)
		if (log->algorithms[i].id == id)
			return log->algorithms[i].size;
	return 0;
}

static int parse_digests(const struct tdl_ccel *log, struct cursor *c, struct tdl_event *event,
			 struct tdl_error *err)
{
	uint32_t n = cursor_le32(c);

	if (!c->bad && n != log->n_algorithms)
		return tdl_fail(err, -EBADMSG, "event at %zu: digest count %u, announced %u",
				event->offset, n, log->n_algorithms);
	for (uint32_t i = 0; i < n && !c->bad; i++) {
		uint16_t id = cursor_le16(c);
		uint16_t size = algorithm_size(log, id);

		if (!c->bad && size == 0)
			return tdl_fail(err, -EBADMSG, "event at %zu: algorithm 0x%x was not "
					"announced", event->offset, id);
		const uint8_t *digest = cursor_bytes(c, size);
		if (id == ALG_SHA384)
			event->digest = digest;
	}
	if (c->bad)
		return tdl_fail(err, -ENODATA, "event at %zu ends in its digests", event->offset);
	if (!event->digest)
		return tdl_fail(err, -EBADMSG, "event at %zu has no SHA-384 digest", event->offset);
	return 0;
}

static int parse_event(const struct tdl_ccel *log, struct cursor *c, struct tdl_event *event,
		       struct tdl_error *err)
{
	int rc;

	event->offset = log->size - c->left;
	event->mr = cursor_le32(c);
	event->type = cursor_le32(c);
	if (c->bad)
		return tdl_fail(err, -ENODATA, "event at %zu ends in its header", event->offset);
	if (event->mr > MR_LAST)
		return tdl_fail(err, -EBADMSG, "event at %zu: MR index %u is out of range",
				event->offset, event->mr);
	if (event->mr == 0 && event->type != EV_NO_ACTION)
		return tdl_fail(err, -EBADMSG, "event at %zu extends MRTD, which nothing can",
				event->offset);
	rc = parse_digests(log, c, event, err);
	if (rc < 0)
		return rc;
	uint32_t size = cursor_le32(c);
	event->data = cursor_bytes(c, size);
	if (c->bad)
		return tdl_fail(err, -ENODATA, "event at %zu overruns the log with %u bytes of "
				"data", event->offset, size);
	event->data_size = size;
	event->binding = ccel_binding(event);
	return 0;
}

/* Fill: all ones, or index 0 and type 0. */
static const char *ending_at(const struct cursor *c)
{
	struct cursor look = *c;
	uint32_t mr = cursor_le32(&look);
	uint32_t type = cursor_le32(&look);

	if (c->left == 0)
		return "eof";
	if (c->left >= 4 && mr == UINT32_MAX)
		return "ff";
	if (!look.bad && mr == 0 && type == 0)
		return "zero";
	if (c->left < 8 && all_zero(c->next, c->left))
		return "zero";
	return NULL;
}

static bool uniform(const uint8_t *bytes, size_t size)
{
	return size < 2 || memcmp(bytes, bytes + 1, size - 1) == 0;
}

static int append(struct tdl_ccel *log, const struct tdl_event *event, struct tdl_error *err)
{
	if (log->count == CCEL_EVENTS_LIMIT)
		return tdl_fail(err, -E2BIG, "more than %d events", CCEL_EVENTS_LIMIT);
	if ((log->count & (log->count - 1)) == 0) { /* room for the next power of two */
		struct tdl_event *events = reallocarray(
			log->events, log->count ? 2 * log->count : 1, sizeof(*events));

		if (!events)
			return tdl_fail(err, -ENOMEM, "no memory for events");
		log->events = events;
	}
	log->events[log->count++] = *event;
	return 0;
}

static int parse(struct tdl_ccel *log, struct tdl_error *err)
{
	struct cursor c = cursor_of(log->bytes, log->size);
	int rc = parse_spec_id(log, &c, err);

	while (rc == 0 && !(log->ending = ending_at(&c))) {
		struct tdl_event event = { 0 };

		rc = parse_event(log, &c, &event, err);
		if (rc == 0)
			rc = append(log, &event, err);
	}
	log->used = log->size - c.left;
	log->uniform = uniform(c.next, c.left);
	return rc;
}

int tdl_ccel_open(const void *bytes, size_t size, struct tdl_ccel **ret_ccel,
		  struct tdl_error *err)
{
	struct tdl_ccel *log;
	int rc;

	if (size > CCEL_SIZE_LIMIT)
		return tdl_fail(err, -E2BIG, "an event log of %zu bytes; the limit is %d", size,
				CCEL_SIZE_LIMIT);
	log = calloc(1, sizeof(*log));
	if (!log)
		return tdl_fail(err, -ENOMEM, "no memory for an event log");
	log->bytes = bytes;
	log->size = size;
	rc = parse(log, err);
	if (rc < 0) {
		tdl_ccel_free(log);
		return rc;
	}
	*ret_ccel = log;
	return 0;
}

void tdl_ccel_free(struct tdl_ccel *ccel)
{
	if (ccel)
		free(ccel->events);
	free(ccel);
}

void ccel_free_p(struct tdl_ccel **ccel)
{
	tdl_ccel_free(*ccel);
}

size_t tdl_ccel_event_count(const struct tdl_ccel *ccel)
{
	return ccel->count;
}

const struct tdl_event *tdl_ccel_event(const struct tdl_ccel *ccel, size_t index)
{
	return index < ccel->count ? &ccel->events[index] : NULL;
}

size_t tdl_ccel_used(const struct tdl_ccel *ccel, const char **ret_ending, int *ret_uniform)
{
	*ret_ending = ccel->ending;
	*ret_uniform = ccel->uniform;
	return ccel->used;
}

int rtmr_extend(uint8_t r[TDL_RTMR_SIZE], const uint8_t digest[TDL_RTMR_SIZE],
		struct tdl_error *err)
{
	uint8_t both[2 * SHA384_SIZE];

	memcpy(both, r, SHA384_SIZE);
	memcpy(both + SHA384_SIZE, digest, SHA384_SIZE);
	return sha384(both, sizeof(both), r, err);
}

int tdl_ccel_replay(const struct tdl_ccel *ccel, uint8_t ret_rtmrs[TDL_RTMR_COUNT][TDL_RTMR_SIZE],
		    struct tdl_error *err)
{
	uint8_t rtmrs[TDL_RTMR_COUNT][TDL_RTMR_SIZE] = { 0 };

	for (size_t i = 0; i < ccel->count; i++) {
		const struct tdl_event *event = &ccel->events[i];

		if (event->type == EV_NO_ACTION)
			continue;
		int rc = rtmr_extend(rtmrs[event->mr - 1], event->digest, err);
		if (rc < 0)
			return rc;
	}
	memcpy(ret_rtmrs, rtmrs, sizeof(rtmrs));
	return 0;
}

int ccel_table_check(const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	struct cursor c = cursor_of(bytes, size);
	uint8_t sum = 0;

	cursor_skip(&c, 4);
	uint32_t length = cursor_le32(&c);
	if (size != CCEL_TABLE_SIZE || length != CCEL_TABLE_SIZE)
		return tdl_fail(err, -EBADMSG, "a CCEL table has 56 bytes; here are %zu and its "
				"length says %u", size, length);
	if (memcmp(bytes, "CCEL", 4) != 0)
		return tdl_fail(err, -EBADMSG, "the table's signature is not CCEL");
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	if (sum != 0)
		return tdl_fail(err, -EBADMSG, "the checksum is wrong");
	if (bytes[36] != CC_TYPE_TDX)
		return tdl_fail(err, -EBADMSG, "CC type at 36 is %u, TDX is 2", bytes[36]);
	return 0;
}
