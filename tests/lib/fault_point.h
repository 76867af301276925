/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two files of the fault layer tell each other. */
#ifndef TESTS_LIB_FAULT_POINT_H
#define TESTS_LIB_FAULT_POINT_H

#include "tests/lib/fault.h"

/* The call into the host that this thread is in. */
struct fault_call {
	unsigned depth; /* 0: in none */
	int fd;		/* of an ioctl, else -1 */
	char name[40];
};
extern __thread struct fault_call fault_call;

/* A point has been reached: true when it shall fail, as the rule says. */
bool fault_at(enum fault_layer layer, const char *name, struct fault_rule *ret_rule);
/* What a call wrote back as the module's status. */
void fault_note_hw_error(uint64_t hw_error);

#endif
