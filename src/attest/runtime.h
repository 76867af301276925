/* SPDX-License-Identifier: BSD-2-Clause */
/* Run-time logs: what software in the guest extended after the firmware's log ended. */
#ifndef ATTEST_RUNTIME_H
#define ATTEST_RUNTIME_H

#include <stdbool.h>

#include "attest/ccel.h"

/* A list of digests for registers, from a dstack event log (JSON), an IMA ASCII log or a canonical
 * event log (TLV or JSON). Text that is
 * shown is copied; digests are owned. */
struct runtime_event {
	uint32_t mr; /* as in CCEL: RTMR0 is 1 */
	uint32_t type;
	uint8_t digest[TDL_RTMR_SIZE];
	enum tdl_binding binding;
	char name[64];
};

struct runtime_log {
	struct runtime_event *events; /* owned */
	size_t count;
	const char *kind; /* "dstack event log", "IMA log", "canonical event log" */
};

void runtime_end(struct runtime_log *log);
#define AUTO_RUNTIME __attribute__((cleanup(runtime_end)))

/* An array of {imr, event_type, digest, event, event_payload}, or an object whose member event_log
 * is that array or its text. */
int runtime_parse_dstack(const char *text, size_t size, struct runtime_log *ret_log,
			 struct tdl_error *err);
/* Lines "10 <hex digest> template ..."; PCR 10 goes to RTMR2, and kernels that know RTMRs write the
 * register's number instead. */
int runtime_parse_ima(const char *text, size_t size, struct runtime_log *ret_log,
		      struct tdl_error *err);
bool runtime_is_ima(const char *text, size_t size);
/* Records of the Canonical Event Log Format, each for a PCR or CC register. */
int runtime_parse_cel(const uint8_t *bytes, size_t size, struct runtime_log *ret_log,
		      struct tdl_error *err);
int runtime_parse_cel_json(const char *text, size_t size, struct runtime_log *ret_log,
			   struct tdl_error *err);
bool runtime_is_cel(const uint8_t *bytes, size_t size);
bool runtime_is_cel_json(const char *text, size_t size);
/* Whichever of them it is. */
int runtime_parse(const void *bytes, size_t size, struct runtime_log *ret_log,
		  struct tdl_error *err);

/* Room for one more event, zeros; NULL and an error when there is none. */
struct runtime_event *runtime_add(struct runtime_log *log, struct tdl_error *err);

#endif
