/* SPDX-License-Identifier: BSD-2-Clause */
/* dstack's JSON list and IMA's text. */
#include "attest/runtime.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/json.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/scope.h"

enum {
	RUNTIME_EVENTS_LIMIT = 1 << 17,
	IMA_PCR = 10,
	IMA_MR = 3, /* PCR 10 maps to RTMR2 */
	DSTACK_EVENT = 0x08000001,
};

void runtime_end(struct runtime_log *log)
{
	free(log->events);
	*log = (struct runtime_log){ 0 };
}

struct runtime_event *runtime_add(struct runtime_log *log, struct tdl_error *err)
{
	if (log->count == RUNTIME_EVENTS_LIMIT) {
		tdl_fail(err, -E2BIG, "more than %d events", RUNTIME_EVENTS_LIMIT);
		return NULL;
	}
	if ((log->count & (log->count - 1)) == 0) {
		struct runtime_event *events = reallocarray(
			log->events, log->count ? 2 * log->count : 1, sizeof(*events));

		if (!events) {
			tdl_fail(err, -ENOMEM, "no memory for events");
			return NULL;
		}
		log->events = events;
	}
	struct runtime_event *event = &log->events[log->count++];
	*event = (struct runtime_event){ 0 };
	return event;
}

/* A dstack event's digest covers its type, name and payload. */
static int bind_dstack(struct runtime_event *event, const char *name, const char *payload,
		       struct tdl_error *err)
{
	size_t name_size = strlen(name);
	size_t payload_size = strlen(payload) / 2;
	AUTO_FREE uint8_t *bytes = malloc(4 + 1 + name_size + 1 + payload_size + 1);
	uint8_t digest[SHA384_SIZE];

	if (!bytes)
		return tdl_fail(err, -ENOMEM, "no memory for an event");
	put_le32(bytes, event->type);
	bytes[4] = ':';
	memcpy(bytes + 5, name, name_size);
	bytes[5 + name_size] = ':';
	uint8_t *data = bytes + 6 + name_size;
	if (!hex_decode(payload, data, payload_size))
		return tdl_fail(err, -EBADMSG, "event_payload is not hex digits");
	int rc = event->type == DSTACK_EVENT
			 ? sha384(bytes, 6 + name_size + payload_size, digest, err)
			 : 0;
	if (rc < 0)
		return rc;
	if (event->type == DSTACK_EVENT) {
		event->binding = memcmp(digest, event->digest, SHA384_SIZE) == 0
					 ? TDL_BINDING_BOUND
					 : TDL_BINDING_CONTRADICTS;
		return 0;
	}
	struct tdl_event firmware = { .mr = event->mr, .type = event->type,
				      .digest = event->digest, .data = data,
				      .data_size = payload_size };
	event->binding = ccel_binding(&firmware);
	/* The list drops the data of some firmware events. */
	if (payload_size == 0 && event->binding == TDL_BINDING_CONTRADICTS)
		event->binding = TDL_BINDING_UNBOUND;
	return 0;
}

static int parse_dstack_event(struct json_object *json, struct runtime_log *log,
			      struct tdl_error *err)
{
	struct runtime_event *event = runtime_add(log, err);
	const char *name = NULL, *payload = NULL;
	uint64_t imr = 0, type = 0;

	if (!event)
		return err ? err->code : -ENOMEM;
	int rc = json_get_number(json, "imr", TDL_RTMR_COUNT - 1, &imr, err);
	if (rc == 0)
		rc = json_get_number(json, "event_type", UINT32_MAX, &type, err);
	if (rc == 0)
		rc = json_get_hex(json, "digest", event->digest, sizeof(event->digest), err);
	if (rc == 0)
		rc = json_get_text(json, "event", &name, err);
	if (rc == 0)
		rc = json_get_text(json, "event_payload", &payload, err);
	if (rc < 0)
		return rc;
	event->mr = (uint32_t)imr + 1;
	event->type = (uint32_t)type;
	snprintf(event->name, sizeof(event->name), "%s", name);
	return bind_dstack(event, name, payload, err);
}

int runtime_parse_dstack(const char *text, size_t size, struct runtime_log *ret_log,
			 struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL, *inner = NULL;
	struct runtime_log log = { .kind = "dstack event log" };
	struct json_object *list;
	int rc = json_load(text, size, &root, err);

	if (rc < 0)
		return rc;
	list = root;
	if (json_object_is_type(root, json_type_object) &&
	    json_object_object_get_ex(root, "event_log", &list)) {
		const char *as_text = json_plain_text(list);

		if (as_text) {
			rc = json_load(as_text, strlen(as_text), &inner, err);
			if (rc < 0)
				return tdl_while(err, rc, "member \"event_log\"");
			list = inner;
		}
	}
	if (!json_object_is_type(list, json_type_array))
		return tdl_fail(err, -EBADMSG, "a list of events is expected");
	for (size_t i = 0; rc == 0 && i < json_object_array_length(list); i++) {
		rc = parse_dstack_event(json_object_array_get_idx(list, i), &log, err);
		if (rc < 0)
			tdl_while(err, rc, "event %zu", i);
	}
	if (rc < 0) {
		runtime_end(&log);
		return rc;
	}
	*ret_log = log;
	return 0;
}

static int parse_ima_line(const char *line, size_t size, struct runtime_log *log,
			  struct tdl_error *err)
{
	char copy[256], digest_text[2 * TDL_RTMR_SIZE + 2], name[128];
	unsigned pcr;

	snprintf(copy, sizeof(copy), "%.*s", (int)(size < 255 ? size : 255), line);
	int n = sscanf(copy, "%u %97s %63s", &pcr, digest_text, name);
	if (n != 3 || (pcr != IMA_PCR && pcr >= TDL_RTMR_COUNT))
		return tdl_fail(err, -EBADMSG, "line %zu is not of an IMA log", log->count + 1);
	struct runtime_event *event = runtime_add(log, err);
	if (!event)
		return -ENOMEM;
	if (!hex_decode(digest_text, event->digest, SHA384_SIZE))
		return tdl_fail(err, -EOPNOTSUPP, "line %zu: the template hash is not SHA-384",
				log->count);
	/* A violation: the log has zeros, and the register is spoilt on purpose. Source: Linux,
	 * ima_init_digests(). */
	if (all_zero(event->digest, SHA384_SIZE))
		memset(event->digest, 0xff, SHA384_SIZE);
	event->mr = pcr == IMA_PCR ? IMA_MR : pcr + 1;
	event->type = 0;
	event->binding = TDL_BINDING_UNBOUND;
	snprintf(event->name, sizeof(event->name), "%.63s", name);
	return 0;
}

bool runtime_is_ima(const char *text, size_t size)
{
	char start[64];
	unsigned pcr, digits;
	int at = 0;

	snprintf(start, sizeof(start), "%.*s", (int)(size < 63 ? size : 63), text);
	return sscanf(start, "%u %8x%n", &pcr, &digits, &at) == 2 && at > 0 &&
	       (pcr == IMA_PCR || pcr < TDL_RTMR_COUNT);
}

int runtime_parse_ima(const char *text, size_t size, struct runtime_log *ret_log,
		      struct tdl_error *err)
{
	struct runtime_log log = { .kind = "IMA log" };
	int rc = 0;

	while (size && rc == 0) {
		const char *end = memchr(text, '\n', size);
		size_t line = end ? (size_t)(end - text) : size;

		if (line)
			rc = parse_ima_line(text, line, &log, err);
		text += line + (end != NULL);
		size -= line + (end != NULL);
	}
	if (rc < 0) {
		runtime_end(&log);
		return rc;
	}
	*ret_log = log;
	return 0;
}

int runtime_parse(const void *bytes, size_t size, struct runtime_log *ret_log,
		  struct tdl_error *err)
{
	if (runtime_is_ima(bytes, size))
		return runtime_parse_ima(bytes, size, ret_log, err);
	if (runtime_is_cel(bytes, size))
		return runtime_parse_cel(bytes, size, ret_log, err);
	if (runtime_is_cel_json(bytes, size))
		return runtime_parse_cel_json(bytes, size, ret_log, err);
	return runtime_parse_dstack(bytes, size, ret_log, err);
}
