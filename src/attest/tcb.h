/* SPDX-License-Identifier: BSD-2-Clause */
/* TCB info v3 and TD QE identity v2: which security versions Intel knows, and what each is worth. */
#ifndef ATTEST_TCB_H
#define ATTEST_TCB_H

#include <stdbool.h>
#include <stdint.h>

#include <tdlaunch/error.h>

#include "attest/json.h"

enum {
	TCB_COMPONENTS = 16,
	TCB_LEVELS_LIMIT = 256,
	TCB_MODULES_LIMIT = 32,
	ADVISORIES_LIMIT = 128, /* of one level */
	ADVISORY_SIZE = 32,	/* characters, NUL included */
};

/* From best to worst within a column of the convergence table; values are ours. */
enum tcb_status {
	TCB_UP_TO_DATE,
	TCB_SW_HARDENING_NEEDED,
	TCB_CONFIGURATION_NEEDED,
	TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
	TCB_OUT_OF_DATE,
	TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
	TCB_RELAUNCH_ADVISED,
	TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED,
	TCB_REVOKED,
	TCB_NOT_SUPPORTED, /* no level matches */
	TCB_STATUS_COUNT,
};

/* Intel's spelling, "UpToDate". */
const char *tcb_status_name(enum tcb_status status);
/* False for a text that is no status, or one that is never written in collateral. */
bool tcb_status_parse(const char *text, enum tcb_status *ret_status);

struct tcb_component {
	uint8_t svn;
	char category[24], type[48]; /* "" when not given */
};

/* What the three kinds of level have in common. */
struct tcb_verdict {
	enum tcb_status status;
	int64_t date;
	unsigned n_advisories;
	char (*advisories)[ADVISORY_SIZE]; /* owned */
};

struct tcb_level {
	struct tcb_verdict verdict;
	struct tcb_component sgx[TCB_COMPONENTS], tdx[TCB_COMPONENTS];
	uint16_t pcesvn;
};

/* A level of the TDX module or of the QE. */
struct svn_level {
	struct tcb_verdict verdict;
	uint16_t isvsvn;
};

struct svn_levels {
	struct svn_level *level; /* owned, by descending ISVSVN */
	unsigned count;
};

struct tcb_module {
	char id[16]; /* "TDX_03"; "" for the identity that stands for module version 0 */
	uint8_t mrsigner[48], attributes[8], mask[8];
	struct svn_levels levels;
};

struct tcb_info {
	int64_t issued, next_update;
	uint8_t fmspc[6], pceid[2];
	uint32_t evaluation; /* tcbEvaluationDataNumber */
	struct tcb_module base; /* member tdxModule */
	struct tcb_module *modules; /* owned */
	unsigned n_modules;
	struct tcb_level *levels; /* owned, best first */
	unsigned n_levels;
};

struct qe_identity {
	int64_t issued, next_update;
	uint32_t evaluation;
	uint8_t miscselect[4], miscselect_mask[4];
	uint8_t attributes[16], attributes_mask[16];
	uint8_t mrsigner[32];
	uint16_t isvprodid;
	struct svn_levels levels;
};

/* The sixteen components of the array that the text starts with, and the array's span, when it is
 * written as the service writes it: nothing but "svn", "category" and "type", and no escapes. False,
 * and nothing in ret, for any other array, right or wrong: it is left to the JSON library. */
bool tcb_components_read(const struct json_span *text, struct tcb_component ret[TCB_COMPONENTS],
			 struct json_span *ret_array);

/* Is this a response of the service about member: an object whose member of that name is an object,
 * and not a whole response in turn? */
bool tcb_is_response(const struct json_span *text, const char *member);

/* Both take the text of the member's value, as it was signed. -EBADMSG for anything but a TDX TCB
 * info v3 or a TD QE identity v2 in which every member is of its type and range. */
int tcb_info_parse(const char *text, size_t size, struct tcb_info *ret_info,
		   struct tdl_error *err);
void tcb_info_end(struct tcb_info *info);
int qe_identity_parse(const char *text, size_t size, struct qe_identity *ret_identity,
		      struct tdl_error *err);
void qe_identity_end(struct qe_identity *identity);

#endif
