/* SPDX-License-Identifier: BSD-2-Clause */
/* The event log as the rest of the room sees it. */
#ifndef ATTEST_CCEL_H
#define ATTEST_CCEL_H

#include <stdbool.h>

#include <tdlaunch/ccel.h>

#include "attest/doc.h"

enum {
	CCEL_TABLE_SIZE = 56,
	CCEL_SIZE_LIMIT = 16 << 20,
	CCEL_EVENTS_LIMIT = 1 << 17,
	CCEL_ALGORITHMS_LIMIT = 8,
	ALG_SHA384 = 0x000c,

	EV_POST_CODE = 1,
	EV_NO_ACTION = 3,
	EV_SEPARATOR = 4,
	EV_ACTION = 5,
	EV_EVENT_TAG = 6,
	EV_PLATFORM_CONFIG_FLAGS = 10,
	EV_IPL = 13,
};

#define EV_EFI_VARIABLE_DRIVER_CONFIG 0x80000001u
#define EV_EFI_VARIABLE_BOOT	      0x80000002u
#define EV_EFI_GPT_EVENT	      0x80000006u
#define EV_EFI_ACTION		      0x80000007u
#define EV_EFI_PLATFORM_FIRMWARE_BLOB2 0x8000000au
#define EV_EFI_HANDOFF_TABLES2	      0x8000000bu
#define EV_EFI_VARIABLE_BOOT2	      0x8000000cu
#define EV_EFI_VARIABLE_AUTHORITY     0x800000e0u

struct ccel_algorithm {
	uint16_t id, size;
};

struct tdl_ccel {
	const uint8_t *bytes; /* borrowed */
	size_t size, used;
	const char *ending;
	bool uniform;
	uint32_t spec_mr;
	const uint8_t *vendor;
	size_t vendor_size;
	struct ccel_algorithm algorithms[CCEL_ALGORITHMS_LIMIT];
	unsigned n_algorithms;
	struct tdl_event *events; /* owned */
	size_t count;
};

void ccel_free_p(struct tdl_ccel **ccel);
#define AUTO_CCEL __attribute__((cleanup(ccel_free_p)))

/* Judge an event's digest against its data. */
enum tdl_binding ccel_binding(const struct tdl_event *event);
const char *ccel_binding_name(enum tdl_binding binding);
/* "RTMR0" for MR index 1, and so on. */
const char *ccel_register_name(uint32_t mr);
/* The event's data, decoded into doc as far as its type is known. */
void ccel_describe(struct doc *doc, const struct tdl_event *event);

/* r := SHA-384(r || digest). */
int rtmr_extend(uint8_t r[TDL_RTMR_SIZE], const uint8_t digest[TDL_RTMR_SIZE],
		struct tdl_error *err);

/* The 56-byte ACPI table: 0 when well formed. */
int ccel_table_check(const uint8_t *bytes, size_t size, struct tdl_error *err);

#endif
