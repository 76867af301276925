/* SPDX-License-Identifier: BSD-2-Clause */
/* A rehearsal: the memory half of a launch, on a KVM that need not have TDX. It tells whether this
 * kernel does what the launch will ask of it, how long memory takes to be there, and what is left for
 * TDX. Nothing is measured, and no MRTD comes of it. */
#ifndef TDLAUNCH_REHEARSE_H
#define TDLAUNCH_REHEARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>
#include <tdlaunch/host.h>
#include <tdlaunch/launch.h>
#include <tdlaunch/prefault.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_plan;

/**
 * struct tdl_rehearsal - what was done, and what this kernel is like
 * @is_private:       it was done with private memory in a KVM_X86_SW_PROTECTED_VM. False: this
 *                    kernel has none, and it was done with ordinary memory in a default VM;
 *                    guest_memfd and private attributes have not been tried
 * @facts:            what a launch needs from a host; those that are absent have to come first
 * @fact_count:       rows of @facts in use
 * @slots:            memslots made
 * @memory:           bytes in them
 * @regions:          regions of the plan walked
 * @pages:            pages in them, mapped in the plan's order by the first vCPU
 * @walk_calls:       KVM_PRE_FAULT_MEMORY calls made for that
 * @walk_seconds:     how long that took
 * @walk_levels:      entries in KVM's tables after it
 * @fill:             the rest of RAM, mapped by a thread a vCPU
 * @levels:           entries in KVM's tables after all of it
 * @calls_resumed:    calls that stopped early or were asked to come again, and were resumed
 * @teardown_seconds: how long it took to give everything back
 */
struct tdl_rehearsal {
	bool is_private;
	struct tdl_fact facts[TDL_PROBE_FACTS_MAX];
	size_t fact_count;
	size_t slots;
	uint64_t memory;
	size_t regions;
	uint64_t pages;
	uint64_t walk_calls;
	double walk_seconds;
	struct tdl_levels walk_levels;
	struct tdl_prefault_result fill;
	struct tdl_levels levels;
	uint64_t calls_resumed;
	double teardown_seconds;
};

/**
 * tdl_rehearse_run() - go through the memory half of a launch
 * @host:       where; borrowed during the call, as are the next two
 * @plan:       what would be launched, and for how many vCPUs
 * @options:    of which busy_retries, cancel and the observer count, NULL for defaults. The
 *              observer hears of regions, steps and progress, not of pages: none is added
 * @ret_result: what was done
 * @err:        why not; NULL is fine
 *
 * A VM, vCPUs, guest_memfd, memslots and private attributes are made as the launch makes them; where
 * the launch adds pages, they are mapped ahead instead, in the same order and in calls of the same
 * size; then all other RAM is. Everything is gone when the call ends.
 *
 * Return: 0; -ENODEV when the host cannot map memory ahead; -EOPNOTSUPP when the plan has a pattern
 * that KVM cannot perform; -ECANCELED; what the observer returned; else what KVM said, its EINVAL
 * as -EIO.
 */
TDL_API int tdl_rehearse_run(struct tdl_host *host, const struct tdl_plan *plan,
			     const struct tdl_launch_options *options,
			     struct tdl_rehearsal *ret_result, struct tdl_error *err);

/**
 * struct tdl_rehearse_gap - something that a rehearsal leaves out
 * @call: the calls that a launch makes for it
 * @what: what it adds
 */
struct tdl_rehearse_gap {
	const char *call;
	const char *what;
};

/**
 * tdl_rehearse_gap() - what only a launch with TDX will add
 * @i: which, from 0
 *
 * Return: a constant, or NULL past the last.
 */
TDL_API const struct tdl_rehearse_gap *tdl_rehearse_gap(size_t i);

#ifdef __cplusplus
}
#endif

#endif
