/* SPDX-License-Identifier: BSD-2-Clause */
/* A policy as the verifier reads it. Values of zero are those of the strict default. */
#ifndef ATTEST_POLICY_H
#define ATTEST_POLICY_H

#include <stdbool.h>

#include <tdlaunch/policy.h>

#include "attest/tcb.h"

struct tdl_expected;

enum { POLICY_VALUES_LIMIT = 4096, POLICY_VALUE_SIZE = 64 };

/* A value that a field may have; several for one field mean "one of them". */
struct policy_value {
	const char *field; /* static */
	uint8_t bytes[POLICY_VALUE_SIZE];
	size_t size;
};

struct policy_mask {
	bool set;
	uint8_t mask[8], value[8]; /* in memory order, as the field is */
};

struct tdl_policy {
	bool status[TCB_STATUS_COUNT];
	bool limit_advisories;
	char (*advisories)[ADVISORY_SIZE]; /* owned: tolerated ones, when limited */
	unsigned n_advisories;
	int64_t min_tcb_date; /* 0 for any */
	uint32_t min_evaluation;
	uint32_t max_collateral_age, max_crl_age; /* days; 0 for any */
	bool allow_expired, allow_missing_crls;
	bool allow_debug, allow_sept_ve, allow_unknown_attributes, allow_service_td;
	bool forbid_trailing;
	struct policy_mask attributes, xfam;
	bool has_min_svn;
	uint8_t min_svn[16];
	uint16_t min_pcesvn, min_qe_isvsvn;
	struct policy_value *values; /* owned */
	unsigned n_values;
	const struct tdl_expected *also; /* borrowed: pinned besides, for one verification */
	size_t n_also;
};

/* Does the policy pin values of this field? */
bool policy_pins(const struct tdl_policy *policy, const char *field);

void policy_free_p(struct tdl_policy **policy);
#define AUTO_POLICY __attribute__((cleanup(policy_free_p)))

#endif
