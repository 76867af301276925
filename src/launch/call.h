/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that are made again when they ask for it, and how often that may happen. */
#ifndef LAUNCH_CALL_H
#define LAUNCH_CALL_H

#include "launch/td.h"

/* Tries of one call that came to nothing since it last made progress. Starts zeroed. */
struct call_tries {
	unsigned int fruitless;
};

/* Who answers, and how patient to be. */
struct call_rules {
	struct tdl_host *host;
	unsigned int busy_retries;
	const volatile int *cancel; /* NULL: never */
};

static inline struct call_rules call_rules_of(const struct tdl_td *td)
{
	return (struct call_rules){ td->host, td->opt->busy_retries, td->opt->cancel };
}

/* The next two for calls that belong to no TD. */
int rules_cancelled(const struct call_rules *rules, struct tdl_error *err);
int rules_again(const struct call_rules *rules, struct call_tries *tries, int rc, uint64_t hw,
		const char *what, struct tdl_error *err);

/* 0, or -ECANCELED with the sentence when the user wants to stop. */
int call_cancelled(const struct tdl_td *td, struct tdl_error *err);

/* What to do about a call that ended with a negative rc: 0 to make it again, after a pause when it
 * keeps being busy; else the error to return, recorded: -EIO for the host's EINVAL. hw is the
 * module's status, if any. */
int call_again(const struct tdl_td *td, struct call_tries *tries, int rc, uint64_t hw,
	       const char *what, struct tdl_error *err);

/* An ioctl that can be repeated as it is. Its value, or a negative errno. */
long call_ioctl(struct tdl_td *td, int fd, unsigned long request, void *arg, const char *what,
		struct tdl_error *err);
long call_number(struct tdl_td *td, int fd, unsigned long request, uint64_t number,
		 const char *what, struct tdl_error *err);

/* A sub-command of KVM_MEMORY_ENCRYPT_OP that can be repeated as it is. data is a pointer's value or,
 * for INIT_VCPU, the number. 0 or a negative errno. */
int call_tdx(struct tdl_td *td, int fd, enum kvm_tdx_cmd_id id, uint64_t data, const char *what,
	     struct tdl_error *err);

static inline uint64_t call_pointer(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

#endif
