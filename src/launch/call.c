/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/call.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

/* A busy host gets this many tries at once; later ones wait a millisecond each. */
#define TRIES_AT_ONCE 32

int rules_cancelled(const struct call_rules *rules, struct tdl_error *err)
{
	if (!rules->cancel || !__atomic_load_n(rules->cancel, __ATOMIC_RELAXED))
		return 0;
	return tdl_fail(err, -ECANCELED, "stopped on request; everything is torn down");
}

int call_cancelled(const struct tdl_td *td, struct tdl_error *err)
{
	const struct call_rules rules = call_rules_of(td);

	return rules_cancelled(&rules, err);
}

int rules_again(const struct call_rules *rules, struct call_tries *tries, int rc, uint64_t hw,
		const char *what, struct tdl_error *err)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	const char *host = tdl_host_name(rules->host);
	int stop = rules_cancelled(rules, err);

	if (stop < 0)
		return tdl_while(err, stop, "%s", what);
	if (rc != -EINTR && rc != -EAGAIN && rc != -EBUSY)
		return host_failed(rules->host, rc, hw, what, err);
	if (++tries->fruitless > rules->busy_retries)
		return tdl_fail_hw(err, rc, hw, "%s: %s still answers \"%s\" after %u tries", what,
				   host, strerror(-rc), tries->fruitless);
	if (tries->fruitless < TRIES_AT_ONCE)
		sched_yield();
	else
		nanosleep(&pause, NULL);
	return 0;
}

int call_again(const struct tdl_td *td, struct call_tries *tries, int rc, uint64_t hw,
	       const char *what, struct tdl_error *err)
{
	const struct call_rules rules = call_rules_of(td);

	return rules_again(&rules, tries, rc, hw, what, err);
}

long call_ioctl(struct tdl_td *td, int fd, unsigned long request, void *arg, const char *what,
		struct tdl_error *err)
{
	struct call_tries tries = { 0 };

	for (;;) {
		long rc = host_ioctl(td->host, fd, request, arg);

		if (rc >= 0)
			return rc;
		rc = call_again(td, &tries, (int)rc, 0, what, err);
		if (rc < 0)
			return rc;
		td->result.calls_resumed++;
	}
}

long call_number(struct tdl_td *td, int fd, unsigned long request, uint64_t number,
		 const char *what, struct tdl_error *err)
{
	return call_ioctl(td, fd, request, (void *)(uintptr_t)number, what, err);
}

int call_tdx(struct tdl_td *td, int fd, enum kvm_tdx_cmd_id id, uint64_t data, const char *what,
	     struct tdl_error *err)
{
	struct call_tries tries = { 0 };

	for (;;) {
		/* hw_error must be 0 on entry, so each try gets a fresh command */
		struct kvm_tdx_cmd cmd = { .id = id, .data = data };
		long rc = host_ioctl(td->host, fd, KVM_MEMORY_ENCRYPT_OP, &cmd);

		if (rc >= 0)
			return 0;
		rc = call_again(td, &tries, (int)rc, cmd.hw_error, what, err);
		if (rc < 0)
			return (int)rc;
		td->result.calls_resumed++;
	}
}
