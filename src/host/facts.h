/* SPDX-License-Identifier: BSD-2-Clause */
/* What a KVM may offer, one row a fact: what the tool's host command shows and what a launch asks
 * for before it begins. */
#ifndef HOST_FACTS_H
#define HOST_FACTS_H

#include "host/host.h"

#define KVM_NODE "/dev/kvm"

struct host_fact {
	const char *key, *name, *short_name;
	unsigned int capability; /* KVM_CHECK_EXTENSION number */
	uint64_t mask;		 /* bits of the answer that say yes; 0 means any */
	const char *since;	 /* Linux version */
	bool needed;		 /* by a launch */
	const char *meaning;
};

extern const struct host_fact host_facts[];
extern const size_t host_fact_count;

/* Ask about one row on the system descriptor: 0, or the negative errno that made it unknown. */
int host_fact_ask(struct tdl_host *host, int sys_fd, const struct host_fact *row,
		  struct tdl_fact *ret_fact);

#endif
