/* SPDX-License-Identifier: BSD-2-Clause */
/* What an event's data means, and whether its digest vouches for it. Every length inside the data
 * is somebody's claim: each gets a window of its own. Source: TCG PC Client Platform Firmware
 * Profile, event types; UEFI; what OVMF, td-shim, GRUB, shim, systemd and Linux log. */
#include "attest/ccel.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/hash.h"

/* Which bytes of the data the digest may cover. A row says "must" when nothing else is possible:
 * then a digest that fits none of them contradicts the data. */
enum cover {
	COVER_ALL = 1,
	COVER_VARIABLE = 2, /* what follows the name of a UEFI_VARIABLE_DATA */
	COVER_SHIM = 4,	    /* from byte 20 on: td-shim's configuration items */
	COVER_TEXT = 8,	    /* text without prefix ("grub_cmd: ") and with or without its NUL */
	COVER_TAGGED = 16,  /* a tagged event's data, or all of it */
	COVER_MUST = 32,
};

static const struct event_kind {
	uint32_t type;
	const char *name;
	unsigned cover;
} kinds[] = {
	{ EV_POST_CODE, "EV_POST_CODE", COVER_ALL },
	{ EV_NO_ACTION, "EV_NO_ACTION", 0 },
	{ EV_SEPARATOR, "EV_SEPARATOR", COVER_ALL | COVER_MUST },
	{ EV_ACTION, "EV_ACTION", COVER_ALL | COVER_MUST },
	{ EV_EVENT_TAG, "EV_EVENT_TAG", COVER_ALL | COVER_TAGGED },
	{ 0x00000007, "EV_S_CRTM_CONTENTS", COVER_ALL },
	{ 0x00000008, "EV_S_CRTM_VERSION", COVER_ALL },
	{ 0x00000009, "EV_CPU_MICROCODE", COVER_ALL },
	{ EV_PLATFORM_CONFIG_FLAGS, "EV_PLATFORM_CONFIG_FLAGS", COVER_ALL | COVER_SHIM },
	{ 0x0000000b, "EV_TABLE_OF_DEVICES", COVER_ALL },
	{ 0x0000000c, "EV_COMPACT_HASH", COVER_ALL },
	{ EV_IPL, "EV_IPL", COVER_ALL | COVER_TEXT },
	{ 0x0000000e, "EV_IPL_PARTITION_DATA", COVER_ALL },
	{ 0x08000001, "DSTACK_RUNTIME_EVENT", 0 },
	{ EV_EFI_VARIABLE_DRIVER_CONFIG, "EV_EFI_VARIABLE_DRIVER_CONFIG",
	  COVER_ALL | COVER_VARIABLE | COVER_MUST },
	{ EV_EFI_VARIABLE_BOOT, "EV_EFI_VARIABLE_BOOT", COVER_VARIABLE | COVER_ALL | COVER_MUST },
	{ 0x80000003, "EV_EFI_BOOT_SERVICES_APPLICATION", 0 },
	{ 0x80000004, "EV_EFI_BOOT_SERVICES_DRIVER", 0 },
	{ 0x80000005, "EV_EFI_RUNTIME_SERVICES_DRIVER", 0 },
	{ EV_EFI_GPT_EVENT, "EV_EFI_GPT_EVENT", COVER_ALL | COVER_MUST },
	{ EV_EFI_ACTION, "EV_EFI_ACTION", COVER_ALL | COVER_MUST },
	{ 0x80000008, "EV_EFI_PLATFORM_FIRMWARE_BLOB", 0 },
	{ 0x80000009, "EV_EFI_HANDOFF_TABLES", 0 },
	{ EV_EFI_PLATFORM_FIRMWARE_BLOB2, "EV_EFI_PLATFORM_FIRMWARE_BLOB2", 0 },
	{ EV_EFI_HANDOFF_TABLES2, "EV_EFI_HANDOFF_TABLES2", 0 },
	{ EV_EFI_VARIABLE_BOOT2, "EV_EFI_VARIABLE_BOOT2", COVER_ALL | COVER_MUST },
	{ 0x80000010, "EV_EFI_HCRTM_EVENT", COVER_ALL },
	{ EV_EFI_VARIABLE_AUTHORITY, "EV_EFI_VARIABLE_AUTHORITY",
	  COVER_ALL | COVER_VARIABLE | COVER_MUST },
	{ 0x800000e1, "EV_EFI_SPDM_FIRMWARE_BLOB", 0 },
	{ 0x800000e2, "EV_EFI_SPDM_FIRMWARE_CONFIG", COVER_ALL },
};

/* Tags of EV_EVENT_TAG. */
#define TAG_LOAD_OPTIONS 0x8f3b22edu
#define TAG_INITRD	 0x8f3b22ecu
#define TAG_CONTAINERS	 0x4141454cu /* run-time entries of Confidential Containers */

static const struct event_kind *find_kind(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

const char *tdl_event_type_name(uint32_t type)
{
	const struct event_kind *kind = find_kind(type);

	return kind ? kind->name : NULL;
}

const char *ccel_binding_name(enum tdl_binding binding)
{
	static const char *const names[] = { "not extended", "bound", "unbound", "contradicts" };

	return names[binding];
}

const char *ccel_register_name(uint32_t mr)
{
	static const char *const names[] = { "MRTD", "RTMR0", "RTMR1", "RTMR2", "RTMR3" };

	return mr < ARRAY_SIZE(names) ? names[mr] : "none";
}

/* A UEFI_VARIABLE_DATA, taken apart; windows are bad when lengths do not fit. */
struct variable {
	const uint8_t *guid;
	struct cursor name, data; /* name in UTF-16 units */
};

static bool take_variable(const struct tdl_event *event, struct variable *v)
{
	struct cursor c = cursor_of(event->data, event->data_size);

	v->guid = cursor_bytes(&c, 16);
	uint64_t units = cursor_le64(&c);
	uint64_t size = cursor_le64(&c);
	if (c.bad || units > c.left / 2)
		return false;
	v->name = cursor_take(&c, (size_t)units * 2);
	if (size > c.left)
		return false;
	v->data = cursor_take(&c, (size_t)size);
	return !c.bad;
}

static bool hashes_to(const uint8_t *bytes, size_t size, const uint8_t *digest)
{
	uint8_t own[SHA384_SIZE];

	return sha384(bytes, size, own, NULL) == 0 && memcmp(own, digest, SHA384_SIZE) == 0;
}

static bool covers_text(const struct tdl_event *event)
{
	const uint8_t *text = event->data;
	size_t size = event->data_size;

	if (size && text[size - 1] == '\0' && hashes_to(text, size - 1, event->digest))
		return true;
	const uint8_t *colon = size ? memmem(text, size, ": ", 2) : NULL;
	if (!colon)
		return false;
	size -= (size_t)(colon + 2 - text);
	text = colon + 2;
	if (hashes_to(text, size, event->digest))
		return true;
	return size && text[size - 1] == '\0' && hashes_to(text, size - 1, event->digest);
}

static bool covers(const struct tdl_event *event, unsigned cover)
{
	const uint8_t *data = event->data;
	size_t size = event->data_size;
	struct variable v;

	if (cover & COVER_ALL && hashes_to(data, size, event->digest))
		return true;
	if (cover & COVER_VARIABLE && take_variable(event, &v) &&
	    hashes_to(v.data.next, v.data.left, event->digest))
		return true;
	if (cover & COVER_SHIM && size > 20 && hashes_to(data + 20, size - 20, event->digest))
		return true;
	if (cover & COVER_TAGGED && size > 8 && hashes_to(data + 8, size - 8, event->digest))
		return true;
	return cover & COVER_TEXT && covers_text(event);
}

enum tdl_binding ccel_binding(const struct tdl_event *event)
{
	const struct event_kind *kind = find_kind(event->type);
	unsigned cover = kind ? kind->cover : COVER_ALL;

	if (event->type == EV_NO_ACTION)
		return TDL_BINDING_NONE;
	if (covers(event, cover))
		return TDL_BINDING_BOUND;
	return cover & COVER_MUST ? TDL_BINDING_CONTRADICTS : TDL_BINDING_UNBOUND;
}

static void describe_guid(struct doc *doc, const char *name, const uint8_t *g)
{
	doc_text(doc, name, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12],
		 g[13], g[14], g[15]);
}

/* UTF-16 as ASCII, dots for the rest; at most 128 characters. */
static void describe_utf16(struct doc *doc, const char *name, struct cursor c)
{
	char text[129];
	size_t n = 0;

	while (c.left >= 2 && n < sizeof(text) - 1) {
		uint16_t unit = cursor_le16(&c);

		if (unit == 0)
			break;
		text[n++] = unit < 0x80 ? (char)unit : '.';
	}
	doc_chars(doc, name, text, n);
}

enum { SHOWN_BYTES = 64 };

static void describe_bytes(struct doc *doc, const uint8_t *bytes, size_t size)
{
	doc_number(doc, "data_size", size);
	if (size)
		doc_hex(doc, size > SHOWN_BYTES ? "data_start" : "data", bytes,
			size > SHOWN_BYTES ? SHOWN_BYTES : size);
}

static void describe_variable(struct doc *doc, const struct tdl_event *event)
{
	struct variable v;

	if (!take_variable(event, &v)) {
		doc_text(doc, "note", "lengths inside the event do not fit");
		describe_bytes(doc, event->data, event->data_size);
		return;
	}
	describe_guid(doc, "variable_guid", v.guid);
	describe_utf16(doc, "variable", v.name);
	if (event->binding == TDL_BINDING_BOUND &&
	    !hashes_to(event->data, event->data_size, event->digest))
		doc_text(doc, "note", "the digest covers the variable's data, not its name");
	describe_bytes(doc, v.data.next, v.data.left);
}

/* EFI_PLATFORM_FIRMWARE_BLOB2 and HANDOFF_TABLES2 start with a short description. */
static void describe_blob(struct doc *doc, const struct tdl_event *event)
{
	struct cursor c = cursor_of(event->data, event->data_size);
	size_t size = cursor_u8(&c);
	struct cursor text = cursor_take(&c, size);
	uint64_t first = cursor_le64(&c);
	uint64_t second = cursor_le64(&c);

	if (c.bad) {
		describe_bytes(doc, event->data, event->data_size);
		return;
	}
	if (size && text.next[size - 1] == '\0')
		size--;
	doc_chars(doc, "description", text.next, size);
	if (event->type == EV_EFI_PLATFORM_FIRMWARE_BLOB2) {
		doc_text(doc, "base", "0x%llx", (unsigned long long)first);
		doc_text(doc, "length", "0x%llx", (unsigned long long)second);
	} else {
		doc_number(doc, "tables", first);
	}
}

static void describe_tag(struct doc *doc, const struct tdl_event *event)
{
	struct cursor c = cursor_of(event->data, event->data_size);
	uint32_t tag = cursor_le32(&c);
	uint32_t size = cursor_le32(&c);
	struct cursor data = cursor_slice(&c, 0, size);

	if (c.bad || data.bad) { /* early kernels wrote the text alone */
		doc_chars(doc, "text", event->data, event->data_size);
		return;
	}
	doc_text(doc, "tag", "0x%08x%s", tag,
		 tag == TAG_LOAD_OPTIONS ? " (kernel command line)"
		 : tag == TAG_INITRD	 ? " (initrd)"
		 : tag == TAG_CONTAINERS ? " (container run time)"
					 : "");
	doc_chars(doc, "text", data.next, data.left);
}

static void describe_image(struct doc *doc, const struct tdl_event *event)
{
	struct cursor c = cursor_of(event->data, event->data_size);
	uint64_t location = cursor_le64(&c);
	uint64_t length = cursor_le64(&c);
	uint64_t link = cursor_le64(&c);
	uint64_t path = cursor_le64(&c);

	if (c.bad || path > c.left) {
		describe_bytes(doc, event->data, event->data_size);
		return;
	}
	doc_text(doc, "location", "0x%llx", (unsigned long long)location);
	doc_number(doc, "length", length);
	doc_text(doc, "link_address", "0x%llx", (unsigned long long)link);
	if (path)
		doc_hex(doc, "device_path", c.next, (size_t)path);
}

void ccel_describe(struct doc *doc, const struct tdl_event *event)
{
	switch (event->type) {
	case EV_ACTION:
	case EV_EFI_ACTION:
	case EV_IPL:
	case EV_POST_CODE:
		doc_chars(doc, "text", event->data, event->data_size);
		return;
	case EV_EVENT_TAG:
		describe_tag(doc, event);
		return;
	case EV_EFI_VARIABLE_DRIVER_CONFIG:
	case EV_EFI_VARIABLE_BOOT:
	case EV_EFI_VARIABLE_BOOT2:
	case EV_EFI_VARIABLE_AUTHORITY:
		describe_variable(doc, event);
		return;
	case EV_EFI_PLATFORM_FIRMWARE_BLOB2:
	case EV_EFI_HANDOFF_TABLES2:
		describe_blob(doc, event);
		return;
	case 0x80000003:
	case 0x80000004:
	case 0x80000005:
		describe_image(doc, event);
		return;
	default:
		describe_bytes(doc, event->data, event->data_size);
	}
}
